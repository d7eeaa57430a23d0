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

from sdcli.reference.limiters.decision import Decision, new

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
    # What a refusal says, made once: alone, and as the end of a decision of this rule alone.
    violated: tuple[str, ...] = field(init=False, repr=False)
    refusal: tuple[tuple[str, ...], bool, tuple[()]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "violated", (self.name,))
        object.__setattr__(self, "refusal", ((self.name,), True, ()))


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
        wait for its turn, `delay_ns` has the whole wait, and nothing remains for anybody who
        comes before that. After a denial `retry_after_ns` says when the same request, with the
        same patience, would be admitted.
    """
    turn = record.turn_ns
    at = turn if turn > now else now  # noqa: FURB136 - max() would take longer
    states, decision = together(rules, record.states, at, cost)
    if max_wait_ns is None and at == now:  # nearly every request
        return Record(states, turn) if decision and cost else record, decision
    wait = decision.retry_after_ns
    if wait is None:
        return record, _seen_from_before(decision, at - now)
    if wait:
        booked, admitted = together(rules, record.states, at + wait, cost)
    else:
        booked, admitted = states, decision
    behind = at + wait - now
    until = behind + (admitted.delay_ns if max_wait_ns is not None else 0)
    patience = max_wait_ns or 0
    if cost and until > patience:
        if decision:  # nothing is short, but others wait before it, or it would depart too late
            _, here = together(rules, record.states, at, 0)
            decision = here._replace(allowed=False, violated=tuple(rule.name for rule in rules))
        refused = _seen_from_before(decision, at - now)
        return record, refused._replace(retry_after_ns=until - patience)
    if not cost:
        return record, _seen_from_before(admitted, behind)
    told = _seen_from_before(admitted, behind)
    return Record(booked, at + wait), told._replace(delay_ns=admitted.delay_ns + behind)


def refund(rules: Rules, record: Record, now: int, amount: int) -> Record:
    """What was taken for nothing comes back, under every rule; the turn stays."""
    at = max(now, record.turn_ns)
    states = tuple(
        rule.module.refund(rule.policy, state, at, amount)
        for rule, state in zip(rules, record.states, strict=True)
    )
    return Record(states, record.turn_ns)


def again(rules: Rules, record: Record, told: Record, at: int, cost: int) -> Record:
    """A booking made once more at its own moment, when one that stood before it is cancelled.

    What a rule would remember without the cancelled one follows from the bookings that stay, each
    at the moment that its caller was told. Only a leaking bucket cannot close up: the gap between
    two departures that were told passes unused.

    Args:
        rules: of all of them.
        record: before the booking, without the cancelled one.
        told: the record that the booking left at first.
        at: the moment at which it was admitted.
        cost: what it took.
    """
    states = tuple(
        then
        if rule.algorithm == "leaking-bucket"
        else rule.module.step(rule.policy, state, at, cost)[0]
        for rule, state, then in zip(rules, record.states, told.states, strict=True)
    )
    return Record(states, told.turn_ns)


def idle_at(rules: Rules, record: Record) -> int:
    """The moment from which the record says no more than a stranger's."""
    moments = (
        rule.module.idle_at(rule.policy, state)
        for rule, state in zip(rules, record.states, strict=True)
    )
    return max(record.turn_ns, *moments)


def carried(old: Rules, new: Rules, record: Record, now: int, keep: Keep = "as-is") -> Record:
    """The record of a caller after its limits were changed.

    A limit inherits from the one that had its name before; one with a new name begins as for a
    stranger. (Where there is a single limit before and after, it is that one, whatever its name.)
    A limit that is the same as before, counted by the same algorithm, is no change: its state
    stays, unless `keep` is "reset". Else what a caller had left is taken over as a number, and the
    rest counts as spent at this moment. Whoever waits keeps the moment that it was told, and
    nobody overtakes it: where a leaking bucket would now let the next one out before those
    inside, the last of them becomes the caller's turn.

    Args:
        old: the rules before.
        new: the rules from now on.
        record: under the old rules.
        now: the moment of the change.
        keep: "as-is", as much is left as before; "proportional", the same share of the limit;
            "additive", as much as before and what the limit has grown by (where that is less than
            nothing, nothing is left: a debt is not carried, so a limit that shrinks and grows
            again leaves its callers more than they had); "reset", all of it. A leaking bucket that
            is emptied in this way, while those inside were told later moments, admits nobody
            before the last of them: all of it is there from then on.
    """
    at = max(now, record.turn_ns)
    before = {rule.name: (rule, state) for rule, state in zip(old, record.states, strict=True)}
    if len(old) == len(new) == 1:
        before[new[0].name] = before[old[0].name]
    states = []
    outlet_free = max(
        (_outlet_free(rule, state, at) for rule, state in before.values()), default=at
    )
    next_departs = at
    for rule in new:
        state = rule.module.initial(rule.policy, at)
        if rule.name in before and keep != "reset":
            state = _inherited(*before[rule.name], rule, state, at, keep)
        next_departs = max(next_departs, _outlet_free(rule, state, at))
        states.append(state)
    turn = record.turn_ns if next_departs >= outlet_free else outlet_free
    return Record(tuple(states), turn)


def _inherited(  # noqa: PLR0917 - the old rule and its state, the new one and a stranger's
    old: Rule, had: Any, rule: Rule, fresh: Any, at: int, keep: Keep
) -> Any:
    """The state under one rule of a caller that had another one under the rule before."""
    if (rule.algorithm, rule.policy) == (old.algorithm, old.policy):
        return had
    _, was = old.module.step(old.policy, had, at, 0)
    _, new = rule.module.step(rule.policy, fresh, at, 0)
    left = {
        "as-is": was.remaining,
        "proportional": was.remaining * new.limit // was.limit,
        "additive": was.remaining + new.limit - was.limit,
    }[keep]
    spent = new.remaining - min(max(left, 0), new.limit)
    if spent > 0:
        return rule.module.step(rule.policy, fresh, at, spent)[0]
    return rule.module.refund(rule.policy, fresh, at, -spent)


def _outlet_free(rule: Rule, state: Any, at: int) -> int:
    """When the next one would depart; at once, unless the rule is a leaking bucket."""
    if rule.algorithm != "leaking-bucket":
        return at
    return at + rule.module.step(rule.policy, state, at, 0)[1].reset_after_ns


def together(
    rules: Rules, states: tuple[Any, ...], at: int, cost: int
) -> tuple[tuple[Any, ...], Decision]:
    """Every rule's next state, to be kept if all agree, and what they say together."""
    if len(rules) == 1:
        rule = rules[0]
        state, decision = rule.module.step(rule.policy, states[0], at, cost)
        if not decision[0]:
            decision = new(Decision, decision[:6] + rule.refusal)
        return (state,), decision
    violated: tuple[str, ...] = ()
    after, parts = [], []
    for rule, state in zip(rules, states):  # noqa: B905 - as many by nature, and strict costs
        state, part = rule.module.step(rule.policy, state, at, cost)  # noqa: PLW2901
        after.append(state)
        parts.append(part)
        if not part[0]:
            violated += rule.violated
    if violated:
        # Those that would have admitted it have not: what they say is what is there.
        for i, rule in enumerate(rules):
            if parts[i][0]:
                parts[i] = rule.module.step(rule.policy, states[i], at, 0)[1]
    # In one pass: min() and max() over all parts would take as long as the rules' own steps.
    _, limit, remaining, wait, reset_after, delay, _, _, _ = parts[0]
    for part in parts[1:]:
        _, more, left, retry, reset, hold, _, _, _ = part
        limit = more if more < limit else limit  # noqa: FURB136
        remaining = left if left < remaining else remaining  # noqa: FURB136
        reset_after = reset if reset > reset_after else reset_after  # noqa: FURB136
        delay = hold if hold > delay else delay  # noqa: FURB136
        if wait is not None and (retry is None or retry > wait):
            wait = retry  # None: one of them will never admit it
    return tuple(after), new(
        Decision,
        (not violated, limit, remaining, wait, reset_after, delay, violated, True, tuple(parts)),
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
        parts=tuple(_seen_from_before(part, behind) for part in decision.parts),
    )
