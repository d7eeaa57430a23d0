"""What no single field can know to be wrong."""

from __future__ import annotations

import pytest

from sdcli.design import parse, validate

WHOLE = """\
schema: sdcli/1
id: shop
title: Shop
nouns: [link]
requirements:
  functional: [{id: F1, text: sell}, {id: F2, text: refund}]
  quality:
    - {id: Q1, metric: ring.balance.peak_to_mean, of: ring, op: "<=", target: 1.25}
    - {id: Q2, metric: estimate.write_rate, op: "<=", target: 1000 link/s}
    - {id: Q3, text: it feels quick}
assumptions:
  writes: {value: 100M link/month}
  item: {value: 500 B/link}
estimates:
  write_rate: {formula: writes, unit: link/s}
  data: {formula: writes * item * 5 year, unit: TB}
components:
  ring: {kind: hash-ring, params: {nodes: ceil(data / 1 TB)}, evidence: [{run: ring.balance}]}
  cache: {kind: cache, params: {size: data / 10}}
flows: {read: client -> ring -> cache}
decisions:
  - {id: D1, options: [ring, modulo], choice: ring, confirm: ring.spread <= 0.1,
     revisit_when: write_rate > 1k link/s}
risks: [{id: R1, text: hot keys}]
"""


def faults_of(text: str) -> list[str]:
    return [fault.render() for fault in validate(parse(text, "design.yaml"))]


def test_a_sound_design_has_no_fault():
    assert faults_of(WHOLE) == []


def test_there_may_be_as_many_copies_as_servers():
    assert faults_of(WHOLE.replace("ceil(data / 1 TB)", "3, replicas: 3")) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("unit: link/s", "unit: GB", 15, "estimates.write_rate.formula: this is not information"),
        ("formula: writes, ", "formula: wirtes, ", 15, "did you mean writes?"),
        ("500 B/link", "500 B/lnik", 13, "assumptions.item.value"),
        ("formula: writes, unit", "formula: write_rate, unit", 15, "own result"),
        ("ceil(data / 1 TB)", "data", 18, "params.nodes: this is information, not a plain number"),
        ("ceil(data / 1 TB)", "0", 18, "1 or more"),
        ("ceil(data / 1 TB)", "12, replicas: 30", 18, "not that many nodes: 30 of 12; expected"),
        ("nodes: ceil(data / 1 TB)", "replicas: 9", 18, "params.replicas: there are not that many"),
        ("(data / 1 TB)", "(data / 1 TB), replicas: 7", 18, "7 of 4"),  # 60.8 months of 50 GB
        ("nodes: ceil", "node: ceil", 18, "did you mean nodes?"),
        ("kind: cache", "kind: cahce", 19, "did you mean cache?"),
        ("size: data / 10", "size: dta / 10", 19, "did you mean data?"),
        ("ring -> cache", "ring -> cahce", 20, "did you mean cache?"),
        ("client -> ring -> cache", "client", 20, "two hops"),
        ("of: ring", "of: rong", 8, "did you mean ring?"),
        ("target: 1.25", "target: 1.25 parsnip", 8, "requirements.quality[0].target"),
        (', op: "<=", target: 1.25', "", 8, "needs op and target"),
        ("metric: ring.balance.peak_to_mean", "metric: peak", 8, "not a metric"),
        ("estimate.write_rate", "estimate.write_rat", 9, "did you mean write_rate?"),
        ("target: 1000 link/s", "target: 1 GB", 9, "the target is information"),
        ("text: it feels quick", 'text: ""', 10, "neither text nor a metric"),
        ("text: it feels quick", "text: quick, target: 3", 10, "without a metric"),
        ("{id: F2", "{id: F1", 6, "F1 stands twice"),
        ("  data: {", "  item: {", 16, "is an assumption already"),
        ("choice: ring", "choice: rang", 22, "not among the options"),
        ("ring.spread <= 0.1", "ring.spread", 22, "not a comparison"),
        ("ring.spread <= 0.1", "rong.spread <= 0.1", 22, "did you mean ring?"),
        ("write_rate > 1k", "write_rat > 1k", 23, "did you mean write_rate?"),
        ("[link]", "[Link]", 4, "one lower-case word"),
        ("cache: {kind", "client: {kind", 19, "built in"),
        ("{run: ring.balance}", "{run: Balance!}", 18, "not an experiment or a calculator"),
        ("{run: ring.balance}", "{run: r.b}, {run: r.b}", 18, "stands twice"),
    ],
)
def test_each_fault_is_found_with_its_line(old, new, line, words):
    assert old in WHOLE
    found = validate(parse(WHOLE.replace(old, new), "design.yaml"))
    assert any(fault.line == line and words in fault.render() for fault in found), found


def test_all_faults_are_found_at_once_in_the_order_of_the_file():
    text = WHOLE.replace("of: ring", "of: rong").replace("kind: cache", "kind: cahce")
    lines = [fault.line for fault in validate(parse(text, "design.yaml"))]
    assert lines == [8, 19]


def test_an_algorithm_is_refused_where_the_kind_has_none_and_where_it_stands_twice():
    text = WHOLE.replace("{kind: cache, ", "{kind: cache, algorithm: lru, ")
    assert any("no parameter algorithm" in fault for fault in faults_of(text))
    text = WHOLE.replace(
        "{kind: cache, params: {size: data / 10}}",
        "{kind: rate-limiter, algorithm: a, params: {algorithm: a}}",
    )
    assert any("stands in params too" in fault for fault in faults_of(text))


FULL = """\
schema: sdcli/1
id: shop
title: Shop
nouns: [link]
requirements:
  quality:
    - {id: Q1, metric: queue.p99, of: web, op: "<=", target: 50 ms, load: peak, window: 1 min}
assumptions:
  peak: {value: 600 to 900 request/s}
  links: {value: 10M link}
estimates:
  data: {formula: links * 500 B/link, unit: GB}
components:
  web: {kind: service, params: {rate: peak, instances: 4}}
  store: {kind: database}
flows: {read: {path: client -> web -> store, rate: peak, budget: 200 ms}}
api: [{call: GET /link, flow: read, rate: peak, request: 100 B, response: 2 KB, latency: 1 s}]
data:
  link:
    {store: store, rows: links, kept: 5 year, copies: 3, new: 3 link/s,
     fields: {code: {type: text, size: 7 B}}}
growth: {horizon: 2 year, rates: {links: 5 %/month}, watch: [{estimate: data, limit: 1 TB}]}
failures: [{id: X1, of: web, mode: one copy stops, survives_if: web.instances >= 3}]
decisions:
  - id: D1
    options:
      - big
      - {name: small, with: {web.instances: 8, links: 5M link}, values: {price: 2 * data}}
    compare: {price: web.instances * 1 GB}
    choice: big
rollout: {stages: [{stage: one, share: 1 %, go_if: web.instances >= 1}]}
cost:
  items: [{text: disks, price: ssd, amount: data, of: store}, {text: calls, price: call, amount: 9}]
  prices: {call: {value: $0.01/month, as_of: 2026-11}}
"""


def test_a_design_that_uses_every_part_has_no_fault():
    assert faults_of(FULL) == []


@pytest.mark.parametrize(
    "rate",
    [
        "600 %/year",  # 7^2 = 49 times; by the month it would be 1.5^24 = 17,000
        "99900 %/year",  # 1000^2 = 1e6, and no more
        "77 %/month",  # 1.77^24 = 894,000; 730 days of 30 to the month would be 1.08 million
    ],
)
def test_growth_counts_in_the_periods_of_its_rate(rate):
    assert faults_of(FULL.replace("5 %/month", rate)) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("load: peak", "load: 3 GB", "load: this is information; expected events per time"),
        ("window: 1 min", "window: 3 GB", "window: this is information; expected a time"),
        ("load: peak", "load: pek", "did you mean peak?"),
        ("rate: peak, budget", "rate: 5 GB, budget", "flows.read.rate: this is information"),
        ("budget: 200 ms", "budget: 2 link", "flows.read.budget: this is link"),
        ("flow: read", "flow: raed", "api[0].flow: no flow is named raed; fix: did you mean read?"),
        ("request: 100 B", "request: 100 s", "api[0].request: this is time"),
        ("latency: 1 s", "latency: 1 B", "api[0].latency: this is information"),
        ("store: store", "store: stroe", "data.link.store: no component is named stroe"),
        ("size: 7 B", "size: 7 s", "data.link.fields.code.size: this is time"),
        ("{type: text, size: 7 B}", "{type: text, refers: usr}", "no entity is named usr"),
        ("kept: 5 year", "kept: 5 GB", "data.link.kept: this is information"),
        ("copies: 3", "copies: 3 GB", "data.link.copies: this is information"),
        ("new: 3 link/s", "new: 3 link", "data.link.new: this is link"),
        ("fields: {code: {type: text, size: 7 B}}", "fields: {}", "an entity has fields"),
        (
            "rates: {links",
            "rates: {lniks",
            "no assumption is named lniks; fix: did you mean links?",
        ),
        ("5 %/month", "5 %", "growth.rates.links: this is number; expected a share per time"),
        # 6^24 = 4.7e18; and 1001^2 is just above a million
        ("5 %/month", "500 %/month", "grows more than 1,000,000 times within 2 year"),
        ("5 %/month", "100000 %/year", "grows more than 1,000,000 times within 2 year"),
        ("horizon: 2 year", "horizon: 2 GB", "growth.horizon: this is information"),
        ("estimate: data, limit", "estimate: dta, limit", "did you mean data?"),
        ("limit: 1 TB", "limit: 1 s", "growth.watch[0].limit: this is time"),
        ("of: web, mode", "of: wbe, mode", "failures[0].of: no component is named wbe"),
        ("web.instances >= 3", "wbe.instances >= 3", "did you mean web?"),
        ("web.instances >= 3", "web.instances", "not a comparison"),
        ("{web.instances: 8", "{web.instance: 8", "no parameter of service is named instance"),
        ("{web.instances: 8", "{wbe.instances: 8", "no component is named wbe"),
        ("{web.instances: 8", "{web.instances: some", "options[1].with.web.instances"),
        ("links: 5M link}", "links: 5 GB}", "links is link, this is information"),
        ("values: {price", "values: {prise", "no comparison of this decision is named prise"),
        ("price: web.instances * 1 GB", "price: 1 > 2", "this is a comparison"),
        ("choice: big", "choice: bog", "not among the options"),
        ("      - big\n", "      - big\n      - big\n", "this option stands twice"),
        ("share: 1 %", "share: 1 GB", "rollout.stages[0].share: this is information"),
        ("web.instances >= 1", "1 +", "rollout.stages[0].go_if"),
        ("price: ssd", "price: sdd", "no price is named sdd; fix: did you mean ssd?"),
        ("amount: data", "amount: dta", "did you mean data?"),
        ("of: store}", "of: stroe}", "cost.items[0].of: no component is named stroe"),
        ("$0.01/month", "3 GB", "cost.prices.call.value: this is information"),
        ("as_of: 2026-11", "as_of: soon", "this is not a date, like 2026-11"),
        ("id: X1", "id: X1, of: web, mode: again}, {id: X1", "the id X1 stands twice"),
    ],
)
def test_each_fault_of_the_newer_parts_is_found(old, new, words):
    assert old in FULL
    found = faults_of(FULL.replace(old, new, 1))
    assert any(words in fault for fault in found), found
    assert all("design.yaml:" in fault for fault in found)
