"""Redis against the pure functions: the same random traffic, and every number of every answer.

The script is a second copy of six algorithms in another language; nothing but this says that it
is the same. The model is rules.py over a dict, in microseconds, with the one thing that a store
adds: a record's time never runs backwards.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.reference.limiters import Limit
from sdcli.reference.limiters import rules as pure
from sdcli.reference.limiters.adapters.redis import Redis
from sdcli.reference.limiters.algorithms import ALGORITHMS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.reference.limiters.decision import Decision
    from tests.reference.limiters.servers import Server

TODAY = 1_790_000_000_000_000  # microseconds: where a double has 2 bits to spare
NUMBER = itertools.count()


def record_time(clock: int, lead: int, written: int) -> tuple[int, int]:
    """The rule for clocks that step: a record's time is the clock's plus a lead that only grows.

    Returns the time and the lead.
    """
    now = clock + lead
    return (now, lead) if now >= written else (written, written - clock)


class Kept(NamedTuple):
    record: pure.Record
    lead: int
    written: int
    rules: pure.Rules


class Model:
    """What a store has to answer, in microseconds."""

    def __init__(self, rules: pure.Rules) -> None:
        self.rules = rules
        self.kept: dict[str, Kept] = {}
        self.clock = 0
        self.changes: list[tuple[int, pure.Keep, pure.Rules]] = []

    def _look_up(self, key: str) -> tuple[pure.Record, int, int, bool]:
        if key not in self.kept:
            return pure.stranger(self.rules, self.clock), self.clock, 0, False
        record, lead, written, rules = self.kept[key]
        now, lead = record_time(self.clock, lead, written)
        behind = [i for i, (_, _, before) in enumerate(self.changes) if before is rules]
        if behind:
            steps = self.changes[behind[0] :]
            for (moment, keep, before), after in zip(
                steps, [*(step[2] for step in steps[1:]), self.rules], strict=True
            ):
                record = pure.carried(before, after, record, moment + lead, keep)
        self.kept[key] = Kept(record, lead, now if behind else written, self.rules)
        return record, now, lead, True

    def _keep(self, key: str, record: pure.Record, now: int, lead: int) -> None:
        self.kept[key] = Kept(record, lead, now, self.rules)

    def decide(self, key: str, cost: int, wait: int | None, *, keep: bool = True) -> Any:
        record, now, lead, known = self._look_up(key)
        after, decision = pure.decide(self.rules, record, now, cost, wait)
        if keep and after is not record:
            self._keep(key, after, now, lead)
        elif keep and not known and cost and pure.idle_at(self.rules, record) > now:
            self._keep(key, record, now, lead)
        return decision, (record, after, now + decision.delay_ns)

    def change(self, rules: pure.Rules, keep: pure.Keep) -> None:
        self.changes.append((self.clock, keep, self.rules))
        self.rules = rules

    def refund(self, key: str, amount: int) -> None:
        record, now, lead, known = self._look_up(key)
        if known:
            self._keep(key, pure.refund(self.rules, record, now, amount), now, lead)

    def cancel(self, key: str, ticket: tuple[pure.Record, pure.Record, int]) -> bool:
        before, after, departs = ticket
        record, now, lead, known = self._look_up(key)
        if not known or departs <= now or record != after:
            return False
        self._keep(key, before, now, lead)
        return True


def in_nanoseconds(decision: Decision) -> Decision:
    retry = decision.retry_after_ns
    return decision._replace(
        retry_after_ns=None if retry is None else retry * 1000,
        reset_after_ns=decision.reset_after_ns * 1000,
        delay_ns=decision.delay_ns * 1000,
        parts=tuple(in_nanoseconds(part) for part in decision.parts),
    )


@st.composite
def limits(draw: st.DrawFn, algorithm: str, name: str) -> Limit:
    rate = draw(st.integers(1, 12))
    per = draw(st.sampled_from([1, 7, 10, 60, 100, 1_000_000]))
    more: dict[str, Any] = {}
    if algorithm in {"gcra", "leaking-bucket", "token-bucket"}:
        more["burst"] = draw(st.integers(1, 8))
    if algorithm == "token-bucket":
        more["refill"] = draw(st.sampled_from(["greedy", "interval"]))
        more["start"] = draw(st.none() | st.integers(0, more["burst"]))
    return Limit(rate, per * 1000, name=name, algorithm=algorithm, **more)


def rules_of(several: Iterable[Limit]) -> pure.Rules:
    return tuple(limit.rule("gcra", 1000) for limit in several)


NAMES = sorted(ALGORITHMS)
EITHER = st.sampled_from(NAMES)


def named(algorithms: list[str], first: str = "rule") -> st.SearchStrategy[tuple[Limit, ...]]:
    return st.tuples(*(limits(name, f"{first} {at}") for at, name in enumerate(algorithms)))


SEVERAL = st.lists(EITHER, min_size=2, max_size=3).flatmap(named)
COSTS = st.sampled_from([1, 1, 1, 2, 3, 5, 8, 0, 9, 10**30])
FORWARD = st.lists(
    st.tuples(
        st.sampled_from(["take", "take", "peek", "refund", "reserve", "cancel", "change"]),
        st.sampled_from("aab"),
        st.sampled_from([1, 1, 2, 3, 5]),
        st.sampled_from([1, 1, 2, 3, 7, 61]),
        st.none() | st.integers(0, 100),
    ),
    min_size=12,
    max_size=30,
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["take", "take", "take", "peek", "refund", "reserve", "reserve", "cancel", "cancel"]
        ),
        st.sampled_from("aab"),
        COSTS,
        # How far the clock moves, backwards too.
        st.sampled_from([0, 0, 0, 1, 1, 2, 3, 7, 20, 61, 200_000, 10**10, -1, -5, -40, -(10**9)]),
        st.none() | st.integers(0, 100),
    ),
    min_size=12,
    max_size=30,
)


def drive(client: Any, several: Any, steps: list[Any], start: int, changes: Any = ()) -> None:
    """Put the same steps to both; `changes` are the (limits, keep) that a change goes on with."""
    rules = rules_of(several)
    model, store = Model(rules), Redis(client, f"equal{next(NUMBER)}", server_time=False)
    store.bind(rules, lambda: model.clock * 1000)
    model.clock = start
    tickets: dict[str, Any] = {}
    coming, present = iter(changes), tuple(several)
    for at, (call, key, cost, moved, wait) in enumerate(steps):
        model.clock += moved
        told = expected = None
        if call == "take":
            told = store.take(key, cost, None if wait is None else wait * 1000)
            expected = in_nanoseconds(model.decide(key, cost, wait)[0])
        elif call == "peek":
            told = store.peek(key, cost)
            expected = in_nanoseconds(model.decide(key, cost, None, keep=False)[0])
        elif call == "reserve":
            told, theirs = store.reserve(key, cost, (wait or 0) * 1000)
            said, ours = model.decide(key, cost, wait or 0)
            expected = in_nanoseconds(said)
            if said and cost:
                tickets.setdefault(key, []).append((theirs, ours))
        elif call == "cancel" and key in tickets:
            theirs, ours = tickets[key][-1 - (wait or 0) % len(tickets[key])]
            told, expected = store.cancel(key, cost, theirs), model.cancel(key, ours)
        elif call == "refund":
            store.refund(key, cost)
            model.refund(key, cost)
        elif call == "change" and (after := next(coming, None)):
            if after[0] == "turned":
                present = present[::-1]
            elif after[0] != "same":
                present = after[0]
            store.change(rules_of(present), after[1])
            model.change(rules_of(present), after[1])
            tickets.clear()  # of other rules: they cannot be cancelled any more
        assert told == expected, f"step {at}: {call} {key} {cost} at {model.clock}"


@pytest.fixture(scope="module")
def client(redis_server: Server) -> Any:
    with redis_server.client() as client:
        yield client


@pytest.mark.parametrize("name", NAMES)
def test_one_rule_decides_as_the_pure_function_does(client: Any, name: str) -> None:
    @settings(max_examples=60)
    @given(limits(name, "one"), STEPS, st.sampled_from([0, TODAY, -50]))
    def property_(limit: Limit, steps: list[Any], start: int) -> None:
        drive(client, [limit], steps, start)

    property_()


def test_several_rules_decide_together_as_the_pure_functions_do(client: Any) -> None:
    @settings(max_examples=80)
    @given(SEVERAL, STEPS, st.sampled_from([0, TODAY]))
    def property_(several: tuple[Limit, ...], steps: list[Any], start: int) -> None:
        drive(client, several, steps, start)

    property_()


def test_limits_changed_under_way_are_carried_over_as_the_pure_function_does(client: Any) -> None:
    keeps = st.sampled_from(["as-is", "proportional", "additive", "reset"])
    algorithms = st.lists(EITHER, min_size=1, max_size=2)
    others = st.tuples(algorithms, st.sampled_from(["rule", "other"])).flatmap(lambda x: named(*x))
    change = st.tuples(others | st.sampled_from(["same", "turned"]), keeps)

    @settings(max_examples=100)
    @given(others, st.lists(change, max_size=3), FORWARD)
    def property_(first: Any, changes: list[Any], steps: list[Any]) -> None:
        drive(client, first, steps, TODAY, changes)

    property_()
