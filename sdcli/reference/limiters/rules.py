"""Several limits, one decision: all of them or none.

"100 a second, and 10,000 a day" are two limits on one caller. Asked one after the other, the
first has already counted the request when the second refuses it: a caller who is out of quota for
the day then loses its bursts, too. So every limit is asked first, and what each of them would
remember is kept only if all agree.

A caller may also agree to wait. Then the request is judged at the first moment at which every
limit admits it, and that moment becomes the caller's *turn*: whoever comes later is judged at the
turn or after it, so nobody overtakes, and a large request is not starved by small ones. Nothing
sleeps here; the decision says how long (`delay_ns`).

All of it is one pure function over the record of one caller, so a store in memory, a script in
Redis and a simulation can do the same and be compared.

Source: our own. That requests with a delay book the future is how `Reserve` works in
golang.org/x/time/rate; that several bandwidths decide together, how bucket4j does.

Invariants:
    1. A refused request leaves the record as it was, that of every limit.
    2. A caller's turn never moves back, except when the last request to wait is cancelled.
    3. Requests that wait depart in the order in which they came.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sdcli.reference.limiters.decision import Decision

if TYPE_CHECKING:
    from sdcli.reference.limiters.algorithms import Algorithm

Keep = Literal["as-is", "proportional", "additive", "reset"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A limit made ready for an algorithm.

    Args:
        name: of the limit.
        algorithm: its name in ALGORITHMS.
        module: the algorithm.
        policy: the limit in whole numbers, for that algorithm.
    """

    name: str
    algorithm: str
    module: Algorithm
    policy: Any
    violated: tuple[str, ...] = field(init=False, repr=False)  # what a decision says, made once

    def __post_init__(self) -> None:
        object.__setattr__(self, "violated", (self.name,))


Rules = tuple[Rule, ...]


class Record(NamedTuple):
    """What is known of one caller: the state under each rule, and its turn.

    Args:
        states: one for each rule, in their order.
        turn_ns: the moment of the last request that waits; in the past when none does.
    """

    states: tuple[Any, ...]
    turn_ns: int


def stranger(rules: Rules, now: int) -> Record:
    """The record of a caller whom nobody has seen."""
    return Record(tuple(rule.module.initial(rule.policy, now) for rule in rules), now)


def decide(
    rules: Rules, record: Record, now: int, cost: int = 1, max_wait_ns: int | None = None
) -> tuple[Record, Decision]:
    """Decide on one request under all rules.

    Args:
        rules: at least one.
        record: of the caller.
        now: the time in nanoseconds.
        cost: how much the request takes of each limit.
        max_wait_ns: None for an answer at once: no waiting to be admitted, and whatever delay a
            leaking bucket gives. A number for a caller who agrees to wait so long in all.

    Returns:
        The record to keep (the same one after a denial) and the decision. When the caller has to
        wait for its turn, `delay_ns` has the whole wait.
    """
    at = max(now, record.turn_ns)
    states, decision = _step(rules, record.states, at, cost)
    patience = max_wait_ns or 0
    wait = decision.retry_after_ns
    if wait is None or at - now + wait > patience:
        if not decision:
            return record, _seen_from_before(decision, at - now)
    elif wait:
        at += wait
        states, decision = _step(rules, record.states, at, cost)
    behind = at - now
    queued = decision.delay_ns if max_wait_ns is not None else 0
    if cost and behind + queued > patience:  # admitted, but later than this caller can wait
        _, here = _step(rules, record.states, max(now, record.turn_ns), 0)
        refused = here._replace(allowed=False, violated=tuple(rule.name for rule in rules))
        refused = _seen_from_before(refused, max(0, record.turn_ns - now))
        return record, refused._replace(retry_after_ns=behind + queued - patience)
    if not behind:
        return Record(states, record.turn_ns) if cost else record, decision
    if not cost:
        return record, _seen_from_before(decision, behind)
    return Record(states, at), decision._replace(
        delay_ns=decision.delay_ns + behind, reset_after_ns=decision.reset_after_ns + behind
    )


def give(rules: Rules, record: Record, now: int, amount: int) -> Record:
    """What was taken for nothing comes back, under every rule; the turn stays."""
    at = max(now, record.turn_ns)
    states = tuple(
        rule.module.give(rule.policy, state, at, amount)
        for rule, state in zip(rules, record.states, strict=True)
    )
    return Record(states, record.turn_ns)


def idle_at(rules: Rules, record: Record) -> int:
    """The moment from which the record says no more than a stranger's."""
    moments = (
        rule.module.idle_at(rule.policy, state)
        for rule, state in zip(rules, record.states, strict=True)
    )
    return max(record.turn_ns, *moments)


def carried(old: Rules, new: Rules, record: Record, now: int, keep: Keep = "as-is") -> Record:
    """The record of a caller after its limits were changed.

    A limit that had the same name before is inherited from; a new one begins as for a stranger.
    What a caller had left is taken over as a number, and the rest counts as spent at this moment:
    it is never treated better than it was.

    Args:
        old: the rules before.
        new: the rules from now on.
        record: under the old rules.
        now: the moment of the change.
        keep: "as-is", as much is left as before; "proportional", the same share of the limit;
            "additive", as much as before and what the limit has grown by; "reset", all of it.
    """
    at = max(now, record.turn_ns)
    before = {
        rule.name: rule.module.step(rule.policy, state, at, 0)[1]
        for rule, state in zip(old, record.states, strict=True)
    }
    states = []
    for rule in new:
        state = rule.module.initial(rule.policy, at)
        if rule.name in before and keep != "reset":
            was = before[rule.name]
            _, fresh = rule.module.step(rule.policy, state, at, 0)
            left = {
                "as-is": was.remaining,
                "proportional": was.remaining * fresh.limit // was.limit,
                "additive": was.remaining + fresh.limit - was.limit,
            }[keep]
            spent = fresh.remaining - min(max(left, 0), fresh.limit)
            state = (
                rule.module.step(rule.policy, state, at, spent)[0]
                if spent > 0
                else rule.module.give(rule.policy, state, at, -spent)
            )
        states.append(state)
    return Record(tuple(states), record.turn_ns)


def _step(
    rules: Rules, states: tuple[Any, ...], at: int, cost: int
) -> tuple[tuple[Any, ...], Decision]:
    """Every rule's next state, and what they say together."""
    if len(rules) == 1:
        state, decision = rules[0].module.step(rules[0].policy, states[0], at, cost)
        if not decision:
            decision = decision._replace(violated=rules[0].violated)
        return (state,), decision
    steps = [
        rule.module.step(rule.policy, state, at, cost)
        for rule, state in zip(rules, states, strict=True)
    ]
    parts = tuple(decision for _, decision in steps)
    tight = min(parts, key=lambda part: (part.remaining, -part.reset_after_ns))
    violated = tuple(rule.name for rule, part in zip(rules, parts, strict=True) if not part)
    if violated:
        # Those that would have admitted it have not: what they say is what is there.
        parts = tuple(
            rule.module.step(rule.policy, state, at, 0)[1] if part else part
            for rule, state, part in zip(rules, states, parts, strict=True)
        )
        tight = min(parts, key=lambda part: (part.remaining, -part.reset_after_ns))
    waits = [part.retry_after_ns for part in parts if not part]
    longest = max((wait for wait in waits if wait is not None), default=0)
    return tuple(state for state, _ in steps), Decision(
        allowed=not violated,
        limit=min(part.limit for part in parts),
        remaining=tight.remaining,
        retry_after_ns=None if None in waits else longest,
        reset_after_ns=max(part.reset_after_ns for part in parts),
        delay_ns=max(part.delay_ns for part in parts),
        violated=violated,
        parts=parts,
    )


def _seen_from_before(decision: Decision, behind: int) -> Decision:
    """What was found at a turn in the future, as it looks from now: others wait before it."""
    if not behind:
        return decision
    retry = decision.retry_after_ns
    return decision._replace(
        remaining=0,
        retry_after_ns=retry + behind if retry else retry,
        reset_after_ns=decision.reset_after_ns + behind,
    )
