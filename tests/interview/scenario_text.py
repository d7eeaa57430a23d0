"""A question that exists only here: parcel lockers. No code of the program names it."""

from __future__ import annotations

from sdcli.content import Scenario, parse_scenario

TEXT = """\
schema: sdcli-scenario/1
id: parcel-lockers
title: Parcel lockers
difficulty: easy
summary: "Doors, codes and a network that drops out."
prompt: "Design the service behind a chain of parcel lockers."
nouns: [parcel, locker]
questions:
  - id: scale
    ask: "How many parcels arrive a day?"
    match: [[how many, parcel], [scale]]
    answer: "About two million parcels a day."
    offers: [parcels]
  - id: size
    ask: "How large is the record of one parcel?"
    match: [[how large, record], [size]]
    answer: "Half a kilobyte."
    offers: [record]
  - id: offline
    ask: "Do lockers lose their connection?"
    match: [[offline], [connection]]
    answer: "Every day, for minutes."
assumptions:
  - {line: "parcels = 2M parcel/day", source: "interviewer"}
  - {line: "record = 500 B/parcel", source: "interviewer"}
  - {line: "kept = 30 day", source: "rule of thumb"}
estimates:
  - {line: "parcel_rate = parcels to parcel/s", expect: "23.1 parcel/s", says: "One server."}
  - {line: "stored = parcels * kept * record to GB", expect: "30 GB", says: "It fits in memory."}
components:
  - {line: "web: service", why: "answers the doors"}
  - {line: "ring: hash-ring nodes=4 vnodes=100", why: "spreads the lockers"}
  - {line: "store: kv-store size=stored", why: "keeps the codes"}
flows:
  - {line: "open: client -> web -> ring -> store", why: "the door waits for it"}
requirements: {functional: ["open the right door"], quality: ["a door opens within a second"]}
out_of_scope: ["couriers"]
deep_dives:
  - id: offline-doors
    title: Doors without a network
    ask: "How does a door open while its locker is offline?"
    estimates: [parcel_rate]
    forces: "You expect {parcel_rate}; what does that ask of a locker?"
    items: [local-codes, expiry]
    ladder:
      missing: "What does the door check the code against?"
      named: "How do the codes get there?"
      explained: "And if a code is taken back meanwhile?"
      justified: "How long may a locker stay dark?"
    pitfall: "Just call the server. Why not?"
    hints: ["Think of the tunnel.", "Something must be local.", "Push codes ahead of time."]
    model: "Codes are pushed to the locker ahead of the parcel, so it needs no server."
  - id: spreading
    title: Spreading the lockers
    ask: "How do you spread the lockers over the servers?"
    estimates: [stored]
    forces: "{stored} are to be spread; over how many servers?"
    when: "parcel_rate > 100 parcel/s"
    items: [ring-moves]
    ladder:
      missing: "What happens when a server is added?"
      named: "How many lockers move?"
      explained: "What do virtual nodes change?"
      justified: "And with servers of two sizes?"
    pitfall: "Take the hash modulo the servers. Why not?"
    hints: ["Think of adding one.", "Few may move.", "A hash ring with virtual nodes."]
    model: "A hash ring moves only the share of the new server, because each key looks clockwise."
    experiment: {run: ring.rebalance, kind: hash-ring}
  - id: duplicates
    title: Scans that come twice
    ask: "What if a scan comes twice?"
    estimates: [parcel_rate]
    forces: "At {parcel_rate} some scans come twice; so?"
    when: "parcel_rate > 10 parcel/s"
    items: [idempotent]
    ladder:
      missing: "How do you notice?"
      named: "What is the key?"
      explained: "How long do you remember keys?"
      justified: "What does remembering cost?"
    pitfall: "The courier will not scan twice. Why not?"
    hints: ["Twice is normal.", "Name the event.", "An idempotency key per scan."]
    model: "Each scan carries an idempotency key, so the second one is recognised and dropped."
  - id: peaks
    title: The week before Christmas
    ask: "What changes in the busiest week?"
    estimates: [parcel_rate, stored]
    forces: "Five times {parcel_rate}: what gives first?"
    items: [queue]
    ladder:
      missing: "Where do scans wait?"
      named: "How long is the queue?"
      explained: "What is dropped first?"
      justified: "What does that cost?"
    pitfall: "Buy five times the servers. Why not?"
    hints: ["Waiting is fine.", "Not all scans are urgent.", "A queue in front of the store."]
    model: "A queue takes the peak, so the store works at its own rate."
rubric:
  - {id: ask-scale, step: scope, axis: navigation, weight: 1, level: mid,
     claim: "Asks how many.",
     any_of: [parcels], with: [day, many],
     model: "How many parcels arrive on a day?",
     why: "It sizes all."}
  - {id: parts, step: high_level, axis: design, weight: 2, level: mid,
     claim: "Says what the web tier does.",
     any_of: [web], with: [stateless, state],
     model: "The web tier keeps no state, so any server answers.",
     why: "It scales."}
  - {id: local-codes, step: deep_dive, axis: depth, weight: 3, level: mid,
     claim: "Codes are kept in the locker.",
     any_of: [codes], with: [pushed, local, ahead],
     model: "Codes are pushed to the locker ahead of time.",
     why: "Tunnels."}
  - {id: expiry, step: deep_dive, axis: depth, weight: 1, level: senior,
     claim: "Codes expire.",
     any_of: [expire], with: [clock, hours],
     model: "Codes expire by the clock of the locker.",
     why: "Theft."}
  - {id: ring-moves, step: deep_dive, axis: depth, weight: 2, level: mid,
     claim: "Few lockers move.",
     any_of: [hash ring, ring], with: [moves, clockwise, share],
     model: "A hash ring moves only the share of the new server.",
     why: "Less to move."}
  - {id: idempotent, step: deep_dive, axis: depth, weight: 2, level: mid,
     claim: "Scans have a key.",
     any_of: [idempotency key, key], with: [dropped, recognised, once],
     model: "With an idempotency key the second scan is dropped.",
     why: "Twice is normal."}
  - {id: queue, step: deep_dive, axis: depth, weight: 2, level: mid,
     claim: "A queue takes the peak.",
     any_of: [queue], with: [peak, waits],
     model: "A queue takes the peak and the store works at its rate.",
     why: "Peaks pass."}
  - {id: spof, step: wrap_up, axis: communication, weight: 2, level: mid,
     claim: "Names what fails first.",
     any_of: [store], with: [fails, replica],
     model: "The store fails first, so it has a replica.",
     why: "Doors stay shut."}
curveballs:
  - id: holiday
    say: "A holiday comes up."
    change: {parcels: 5}
    ask: "What now?"
    items: [queue]
  - {id: strike, say: "The couriers go on strike.", ask: "And when they come back?"}
wrap_up:
  bottlenecks: "What gives first?"
  failure: "What if the store is gone?"
  ten_times: {change: {parcels: 10}, ask: "And at ten times the parcels?"}
  recap: "Sum it up in a minute."
hints:
  scope: ["Ask who opens doors.", "Ask how many.", "Ask for parcels a day and record size."]
  high_level: ["Start at the door.", "Door, server, store.", "client, web, ring, store."]
  wrap_up: ["Look for one of a kind.", "The store.", "Replicate the store."]
model:
  scope: "Two million parcels a day."
  high_level: "Door, web, ring, store."
  wrap_up: "The store first."
"""


def scenario(text: str = TEXT) -> Scenario:
    return parse_scenario(text, "parcel-lockers.yaml")
