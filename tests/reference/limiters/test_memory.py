"""The memory store: bounded, forgetful only of the idle, right across changes and cancellations."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sdcli.core.errors import InputError
from sdcli.reference.limiters import ALGORITHMS, SECOND, Decision, Limit, Memory
from sdcli.reference.limiters import rules as pure
from sdcli.reference.limiters.limit import limits_of, parse

NAMES = sorted(ALGORITHMS)


class Clock:
    """Moved by hand."""

    def __init__(self, now: int = 0) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def store_of(limits: Any, algorithm: str = "gcra", **more: Any) -> tuple[Memory, Clock]:
    store, clock = Memory(**more), Clock()
    store.bind(rules_of(limits, algorithm), clock)
    return store, clock


def rules_of(limits: Any, algorithm: str = "gcra") -> pure.Rules:
    return tuple(one.rule(algorithm) for one in limits_of(limits))


def turn_of(store: Memory, key: str) -> int:
    line = store._lines.get(key)
    return line.turn_ns if line else 0


# Against a model that never forgets


TRAFFIC = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.sampled_from("abcdefgh"),
        st.integers(0, 3),
        st.one_of(st.none(), st.integers(0, 9)),
    ),
    max_size=60,
)
LIMITS = [
    [Limit(2, 5, name="a")],
    [Limit(1, 2, name="a"), Limit(3, 9, name="b")],
]


@pytest.mark.parametrize("limits", LIMITS, ids=["one", "two"])
@pytest.mark.parametrize("algorithm", NAMES)
@settings(max_examples=40)
@given(TRAFFIC)
def test_forgetting_the_idle_changes_no_decision(algorithm, limits, traffic) -> None:
    """Half of 10 is 5, so each newcomer after the fifth looks at two others."""
    store, clock = store_of(limits, algorithm, max_keys=10)
    rules = rules_of(limits, algorithm)
    records: dict[str, pure.Record] = {}
    for wait, key, cost, patience in traffic:
        clock.now += wait
        record = records.get(key) or pure.stranger(rules, clock.now)
        expected, decision = pure.decide(rules, record, clock.now, cost, patience)
        if expected is not record:
            records[key] = expected
        told = store.take(key, cost, patience)
        assert told == decision
        store.check()
    assert store.counts.turned_away == store.counts.evicted == 0


def test_one_who_begins_with_less_than_a_burst_is_remembered_from_the_first_refusal() -> None:
    store, clock = store_of([Limit(1, "1s", burst=2, start=0)], "token-bucket")
    assert store.take("ann").retry_after_ns == SECOND
    clock.now = SECOND - 1
    assert not store.take("ann")
    clock.now = SECOND
    assert store.take("ann")  # as a stranger anew, it would be denied for ever


@given(TRAFFIC)
def test_with_a_start_below_the_burst_nobody_is_forgotten_soon(traffic) -> None:
    limits = [Limit(1, 4, burst=3, start=1, name="a")]
    store, clock = store_of(limits, "token-bucket", max_keys=10)
    rules = rules_of(limits, "token-bucket")
    records: dict[str, pure.Record] = {}
    for wait, key, cost, _ in traffic:
        clock.now += wait
        record = records.get(key) or pure.stranger(rules, clock.now)
        after, decision = pure.decide(rules, record, clock.now, cost)
        if cost:  # who only asks has not begun to wait
            records[key] = after
        assert store.take(key, cost) == decision
        assert len(store) == len(records)
    store.check()


def test_a_stranger_who_only_asks_is_not_remembered_whatever_it_begins_with() -> None:
    store, _ = store_of([Limit(1, "1s", burst=2, start=0)], "token-bucket", max_keys=1)
    assert store.take("bob", 0).judged
    assert len(store) == 0
    assert store.take("eve").judged  # denied, and has begun to wait
    assert store.take("ann", 0) == store.peek("ann", 0)
    assert store.counts == (1, 0, 0, 0)


def test_a_day_of_silence_makes_one_who_began_with_less_a_stranger() -> None:
    limits = [Limit(1, "1s", burst=2, start=0)]
    store, clock = store_of(limits, "token-bucket", max_keys=2)
    store.take("ann")
    store.take("bob")
    clock.now = 86_401 * SECOND  # full at 2 s, and a day; not yet
    assert not store.take("eve").judged
    clock.now = 86_402 * SECOND
    assert store.take("eve").judged
    assert store.counts.dropped == 2


# Full


def full(on_pressure: str, keys: int = 3) -> tuple[Memory, Clock]:
    """Key i is idle after i + 1 seconds: it took so many of one a second."""
    store, clock = store_of("1/s burst 9", max_keys=keys, on_pressure=on_pressure)
    for i in range(keys):
        assert store.take(f"key-{i}", i + 1)
    return store, clock


def test_full_and_deny() -> None:
    store, clock = full("deny")
    decision = store.take("new")
    assert (decision.allowed, decision.judged, decision.violated) == (False, False, ())
    assert decision.retry_after_ns == SECOND  # key-0 is idle then
    assert len(store) == 3
    clock.now = SECOND - 1
    assert not store.take("new")
    clock.now = SECOND
    assert store.take("new").judged
    assert store.counts == (3, 1, 0, 2)
    assert [store.peek(f"key-{i}", 0).remaining for i in range(3)] == [9, 8, 7]


def test_full_and_admit() -> None:
    store, _ = full("admit")
    for _ in range(20):
        decision = store.take("new", 5)
        assert (decision.allowed, decision.judged, decision.retry_after_ns) == (True, False, 0)
    assert store.take("new", 10).judged  # more than the limit ever admits: no room is needed
    assert store.counts == (3, 0, 0, 20)


@pytest.mark.parametrize("keys", [1, 2, 3, 5, 8])
def test_full_and_evict(keys: int) -> None:
    """So few are all looked at: the one that is idle soonest has to go."""
    store, _ = full("evict", keys)
    assert store.take("new", 9).judged
    assert store.counts == (keys, 0, 1, 0)
    store.check()
    assert not store.take("new")
    assert [store.peek(f"key-{i}", 0).remaining for i in range(keys)] == [
        9 if i == 0 else 8 - i for i in range(keys)
    ]


def test_who_has_somebody_waiting_is_evicted_last() -> None:
    store, _ = store_of("1/s burst 9", max_keys=2, on_pressure="evict")
    store.take("ann", 9)
    assert store.reserve("ann", 1, SECOND)[0].delay_ns == SECOND
    store.refund("ann", 9)  # its turn is still at 1 s, and it is idle then, too
    store.take("bob", 9)  # idle at 9 s; so is each newcomer
    for i in range(5):
        assert store.take(f"new-{i}", 9).judged
        store.check()
        assert not store.take("ann")  # nobody overtakes
    assert store.counts == (2, 0, 5, 0)


def test_full_of_many_one_goes_for_each_newcomer() -> None:
    store, _ = store_of("1/s burst 9", max_keys=40, on_pressure="evict")
    for i in range(100):
        assert store.take(f"key-{i}", 9).judged
        store.check()
    assert store.counts == (40, 0, 60, 0)
    assert sum(store.peek(f"key-{i}", 0).remaining == 0 for i in range(100)) == 40


def test_a_denied_newcomer_and_one_who_only_reads_need_no_room() -> None:
    store, _ = full("deny")
    assert store.take("new", 0)
    decision = store.take("new", 10)
    assert (decision.judged, decision.retry_after_ns) == (True, None)
    assert store.counts == (3, 0, 0, 0)


def test_a_flood_of_strangers_never_passes_the_bound_and_denies_no_known_caller() -> None:
    store, clock = store_of("1/s", max_keys=64)
    for i in range(3000):
        clock.now += SECOND // 40
        store.take(f"flood-{i}")
        assert len(store) <= 64
        if i % 40 == 0:  # once a second
            assert store.take("known").judged
    store.check()
    # 40 newcomers a second, each idle after a second; two looks each keep up with that.
    assert store.counts.turned_away == store.counts.evicted == 0
    assert store.counts.dropped > 3000 - 64


# Random traffic of every call


class EveryCall(RuleBasedStateMachine):
    """check() after each call; what a caller may have is the next test's question."""

    @initialize(
        algorithm=st.sampled_from(NAMES),
        max_keys=st.integers(1, 9),
        pressure=st.sampled_from(["deny", "admit", "evict"]),
    )
    def begin(self, algorithm: str, max_keys: int, pressure: Any) -> None:
        self.algorithm = algorithm
        self.store, self.clock = store_of(
            LIMITS[0], algorithm, max_keys=max_keys, on_pressure=pressure
        )
        self.tickets: list[tuple[str, Any]] = []

    key = st.sampled_from("abcdefghij")

    @rule(step=st.integers(-5, 9))
    def tick(self, step: int) -> None:
        self.clock.now += step

    @rule(key=key, cost=st.integers(0, 3))
    def take(self, key: str, cost: int) -> None:
        peeked = self.store.peek(key, cost)
        told = self.store.take(key, cost)
        if told.judged:
            assert told == peeked

    @rule(key=key, cost=st.integers(1, 3), patience=st.one_of(st.none(), st.integers(0, 20)))
    def reserve(self, key: str, cost: int, patience: int | None) -> None:
        decision, ticket = self.store.reserve(key, cost, patience)
        assert patience is None or decision.delay_ns <= patience
        assert bool(ticket) == bool(decision and decision.delay_ns)
        self.tickets.append((key, ticket))

    @rule(which=st.integers(0, 99))
    def cancel(self, which: int) -> None:
        if self.tickets:
            key, ticket = self.tickets[which % len(self.tickets)]
            self.store.cancel(key, 1, ticket)
            assert not self.store.cancel(key, 1, ticket)

    @rule(key=key, amount=st.integers(0, 3))
    def refund(self, key: str, amount: int) -> None:
        self.store.refund(key, amount)

    @rule(key=key)
    def reset(self, key: str) -> None:
        self.store.reset(key)
        full = [one.policy.limit if "window" in one.algorithm or "sliding" in one.algorithm
                else one.policy.burst for one in self.store._rules]  # fmt: skip
        assert self.store.peek(key, 0).remaining == min(full)

    @rule(
        limits=st.sampled_from(LIMITS),
        algorithm=st.sampled_from(NAMES),
        keep=st.sampled_from(["as-is", "proportional", "additive", "reset"]),
    )
    def change(self, limits: Any, algorithm: str, keep: Any) -> None:
        self.store.change(rules_of(limits, algorithm), keep)

    @invariant()
    def whole(self) -> None:
        self.store.check()


TestEveryCall = EveryCall.TestCase

CALLS = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 0, 1, 2, 5]),
        st.sampled_from(["take", "reserve", "reserve", "cancel"]),
        st.integers(1, 3),
        st.one_of(st.none(), st.integers(0, 30)),
    ),
    max_size=40,
)


@pytest.mark.parametrize("second", [False, True], ids=["alone", "with a fixed window"])
@pytest.mark.parametrize("algorithm", NAMES)
@settings(max_examples=40)
@given(CALLS, st.integers(0, 99))
def test_whatever_is_cancelled_no_more_go_on_than_the_limits_admit(
    algorithm, second, calls, which
) -> None:
    limits = [Limit(3, 7, name="a", algorithm=algorithm)]
    if second:
        limits.append(Limit(4, 9, name="b", algorithm="fixed-window"))
    store, clock = store_of(limits)
    live: list[tuple[int, int, int, Any]] = []  # departs, admitted, cost, ticket
    for wait, call, cost, patience in calls:
        clock.now += wait
        if call == "cancel":
            ahead = [one for one in live if one[3] and one[0] > clock.now]
            if ahead:  # any that has not departed can be cancelled, whoever came behind it
                gone = ahead[which % len(ahead)]
                assert store.cancel("x", gone[2], gone[3])
                live.remove(gone)
            continue
        if call == "take":
            decision, ticket = store.take("x", cost), None
        else:
            decision, ticket = store.reserve("x", cost, patience)
        if decision:
            admitted = max(clock.now, turn_of(store, "x"))
            live.append((clock.now + decision.delay_ns, admitted, cost, ticket))
        store.check()
    departures = [one[0] for one in live]
    assert departures == sorted(departures)  # nobody overtakes
    for one in store._rules:
        for i, (_, first, _, _) in enumerate(live):
            for j in range(i + 1, len(live) + 1):
                spent = sum(cost for _, _, cost, _ in live[i:j])
                assert spent <= one.module.bound(one.policy, live[j - 1][1] - first)
    if algorithm == "leaking-bucket":
        for (sooner, _, cost, _), (later, _, _, _) in pairwise(live):
            assert (later - sooner + 1) * 3 > cost * 7 - 3  # 7/3 ns each; told in whole ones


# Changes, by hand


def test_a_change_counts_from_its_own_moment_and_not_from_the_next_visit() -> None:
    store, clock = store_of([parse("1/h", "x")])
    store.take("ann")
    store.change(rules_of([parse("1/s", "x")]), "as-is")
    assert not store.take("bob", 2)
    clock.now = SECOND - 1
    assert not store.take("ann")
    clock.now = SECOND  # nothing was left at 0; one a second since
    assert store.take("ann")


def test_several_changes_are_followed_one_by_one() -> None:
    store, clock = store_of([parse("10/s", "x")])
    store.take("ann", 10)
    store.take("bob", 10)
    store.change(rules_of([parse("10/s burst 20", "x")]), "additive")  # 0 + 10 = 10
    assert store.peek("ann", 0).remaining == 10
    store.change(rules_of([parse("10/s burst 10", "x")]), "proportional")  # 10 * 10 // 20 = 5
    store.change(rules_of([parse("10/s burst 12", "x")]), "additive")  # 5 + 2 = 7
    assert [store.peek(key, 0).remaining for key in ("ann", "bob")] == [7, 7]
    store.change(rules_of([parse("10/s burst 12", "x")]), "reset")
    assert store.peek("bob", 0).remaining == 12
    store.check()
    clock.now += SECOND
    assert store.peek("ann", 0).remaining == 12


def test_changes_nobody_saw_are_not_skipped() -> None:
    """After the first change no record is under the new rules, and there is still a second."""
    store, _ = store_of([parse("10/s", "x")])
    store.take("ann", 10)
    store.change(rules_of([parse("20/s", "x")]), "as-is")
    store.change(rules_of([parse("30/s", "x")]), "reset")
    assert store.peek("ann", 0).remaining == 30


def test_a_change_that_everybody_has_left_is_still_a_step_for_those_before_it() -> None:
    store, _ = store_of([parse("10/s", "x")])
    store.take("ann", 10)
    store.take("bob", 10)
    store.change(rules_of([parse("10/s burst 14", "x")]), "additive")  # 0 + 4
    store.take("bob")  # has 3 left
    store.change(rules_of([parse("10/s burst 15", "x")]), "reset")  # all of it, to both
    store.take("bob")  # nobody is left under the second limits
    store.change(rules_of([parse("10/s burst 15", "x")]), "as-is")
    assert [store.peek(key, 0).remaining for key in ("ann", "bob")] == [15, 14]


def test_the_same_limits_with_reset_are_a_change_too() -> None:
    store, _ = store_of([parse("10/s", "x")])
    store.take("ann", 10)
    store.change(store._rules, "reset")
    assert store.peek("ann", 0).remaining == 10


def test_a_change_while_the_table_is_being_looked_through() -> None:
    store, _ = store_of([parse("1/h burst 10", "x")], max_keys=4)
    for key in "abc":
        store.take(key, 10)
    store.take("d", 10)  # more than half: some are in the old table now, under the same rules
    store.change(rules_of([parse("1/h burst 20", "x")]), "additive")
    assert [store.peek(key, 0).remaining for key in "abcd"] == [10, 10, 10, 10]
    store.check()


def test_many_changes_keep_few_tables() -> None:
    store, clock = store_of([parse("1/h burst 5", "x")])
    for i in range(200):
        clock.now += 1
        store.take(f"key-{i}", 5)
        store.change(rules_of([parse(f"1/h burst {6 + i}", "x")]), "additive")
        store.check()
    assert len(store._old) <= 8
    # Key i came when the burst was 5 + i; each change since then added one.
    assert [store.peek(f"key-{i}", 0).remaining for i in (0, 100, 199)] == [200, 200 - 0, 200]


def test_what_was_booked_before_a_change_stays() -> None:
    store, clock = store_of([parse("1/s burst 1", "x")])
    store.take("ann")
    _, ticket = store.reserve("ann", 1, 10 * SECOND)
    store.change(rules_of([parse("1/s burst 5", "x")]), "reset")
    assert not store.cancel("ann", 1, ticket)
    assert not store.take("ann")  # nobody overtakes
    clock.now = SECOND
    assert store.take("ann", 5)


# Cancelling


def booked(limit: str, *costs: int, algorithm: str = "gcra") -> tuple[Memory, Clock, list[Any]]:
    """A caller who has spent its burst, and whose requests of these costs wait."""
    store, clock = store_of(limit, algorithm)
    assert store.take("ann", store.peek("ann", 0).remaining)
    return store, clock, [store.reserve("ann", cost, 10**12) for cost in costs]


def test_the_last_reservation_leaves_no_trace() -> None:
    store, _, held = booked("1/s burst 3", 1, 2)
    before = store._records["ann"], store._lines["ann"].turn_ns
    _, third = store.reserve("ann", 3, 10**12)
    assert (store._records["ann"], store._lines["ann"].turn_ns) != before
    assert store.cancel("ann", 3, third)
    assert (store._records["ann"], store._lines["ann"].turn_ns) == before
    for _, ticket in reversed(held):
        assert store.cancel("ann", 1, ticket)
    assert "ann" not in store._lines
    assert store.take("ann", 1).retry_after_ns == SECOND
    store.check()


def test_one_in_the_middle_gives_back_what_it_took_and_nobodys_moment_changes() -> None:
    store, clock, held = booked("1/s burst 3", 1, 1, 1)
    assert [decision.delay_ns // SECOND for decision, _ in held] == [1, 2, 3]
    assert store.cancel("ann", 1, held[1][1])
    # Spent: 3 at 0 s, 1 at 1 s, 1 at 3 s. By 3 s three have dripped in, and two were taken: one
    # more may go at 3 s; not earlier, for nobody overtakes.
    assert store.reserve("ann", 1, 10**12)[0].delay_ns == 3 * SECOND
    assert store.reserve("ann", 1, 10**12)[0].delay_ns == 4 * SECOND
    clock.now = 3 * SECOND
    assert not store.cancel("ann", 1, held[2][1])  # its moment has come


def test_what_would_have_run_over_does_not_come_back() -> None:
    """Burst 1: without the first in the line the bucket had been full at 1 s, and stayed so."""
    store, _, held = booked("1/s burst 1", 1, 1)
    assert [decision.delay_ns // SECOND for decision, _ in held] == [1, 2]
    assert store.cancel("ann", 1, held[0][1])
    # One goes at 2 s as it was told; the next at 3 s. At 2 s there would be two at once.
    assert store.reserve("ann", 1, 10**12)[0].delay_ns == 3 * SECOND


def test_go_56924_all_tokens_come_back_that_later_ones_did_not_need() -> None:
    """10/s, burst 20: 15 and 10 reserved, then 2 more, and the 10 cancelled.

    x/time/rate gave back less than 10, since it takes what was reserved later off once more.
    """
    store, clock = store_of("10/s burst 20")
    store.take("x", 15)
    clock.now = SECOND // 10  # 6 are there
    middle, ticket = store.reserve("x", 10, 10**12)
    assert middle.delay_ns == 4 * SECOND // 10  # 4 are missing
    clock.now = 2 * SECOND // 10
    last, _ = store.reserve("x", 2, 10**12)
    assert last.delay_ns == 5 * SECOND // 10  # at 0.7 s
    assert store.cancel("x", 10, ticket)
    # Without the 10: 5 at 0 s, 12 at 0.7 s, less the 2 of the last: all 10 have come back.
    clock.now = 7 * SECOND // 10
    assert store.peek("x", 0).remaining == 10


def test_go_69419_cancelled_in_any_order_all_comes_back() -> None:
    """x/time/rate restored a wrong number of tokens where reservations stood behind."""
    for order in ([0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0]):
        store, _, held = booked("30/s burst 7", 3, 2, 7)
        for place in order:
            assert store.cancel("ann", 0, held[place][1])
        store.check()
        fresh, _, _ = booked("30/s burst 7")
        assert store.peek("ann", 7) == fresh.peek("ann", 7)


@pytest.mark.parametrize("algorithm", NAMES)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3)), min_size=1, max_size=8),
    st.data(),
)
def test_after_a_cancellation_it_is_as_if_the_others_had_come_alone(
    algorithm, bookings, data
) -> None:
    """Whoever stays has its moment; at each of them every limit admits it, without the others."""
    limits = [Limit(3, 7, name="a")]
    store, clock = store_of(limits, algorithm)
    rules = rules_of(limits, algorithm)
    line = []
    for wait, cost in bookings:
        clock.now += wait
        decision, ticket = store.reserve("x", cost, 10**6)
        moment = max(clock.now, turn_of(store, "x"))
        line.append((cost, moment, clock.now + decision.delay_ns, ticket))
    ahead = [i for i, one in enumerate(line) if one[3] and one[2] > clock.now]
    if not ahead:
        return
    gone = data.draw(st.sampled_from(ahead))
    assert store.cancel("x", 1, line[gone][3])
    assert not store.cancel("x", 1, line[gone][3])
    store.check()
    if algorithm == "leaking-bucket":
        outlet = store._records["x"]
        last = [one for i, one in enumerate(line) if i != gone][-1:]
        scale, increment = rules[0].policy.scale, rules[0].policy.increment
        for cost, _, departs, _ in last:
            assert outlet >= (departs - 1) * scale + cost * increment  # nobody leaves beside it
        return
    state = pure.stranger(rules, 0).states[0]
    for i, (cost, moment, _, _) in enumerate(line):
        if i != gone:
            state, decision = rules[0].module.step(rules[0].policy, state, moment, cost)
            assert decision
    at = max(clock.now, turn_of(store, "x"))
    here = rules[0].module.step(rules[0].policy, store._records["x"], at, 0)[1]
    assert here == rules[0].module.step(rules[0].policy, state, at, 0)[1]


def test_cancelling_twice_takes_nobody_elses_place() -> None:
    store, _, [(_, mine)] = booked("1/s burst 1", 1)
    assert store.cancel("ann", 1, mine)
    theirs, _ = store.reserve("ann", 1, 10**12)  # the same place, somebody else's
    assert theirs.delay_ns == SECOND
    assert not store.cancel("ann", 1, mine)
    assert store.reserve("ann", 1, 10**12)[0].delay_ns == 2 * SECOND


def test_without_patience_a_leaking_bucket_s_delay_can_be_cancelled_too() -> None:
    """As a middleware books: no waiting to be admitted, and whatever delay there is."""
    store, clock = store_of("1/10s burst 2", "leaking-bucket")
    assert store.reserve("ann", 1, None)[1] is None  # at once: nothing to undo
    decision, ticket = store.reserve("ann", 1, None)
    assert decision.delay_ns == 10 * SECOND
    refused, none = store.reserve("ann", 1, None)
    assert (refused.allowed, refused.retry_after_ns, none) == (False, 10 * SECOND, None)
    assert store.cancel("ann", 1, ticket)
    assert store.take("ann").delay_ns == 10 * SECOND
    for algorithm in ("gcra", "token-bucket", "fixed-window", "sliding-log"):
        store, clock = store_of("1/10s", algorithm)
        assert store.reserve("ann", 1, None) == (store.reserve("bob", 1, None)[0], None)
        assert not store.reserve("ann", 1, None)[0]
        clock.now = 10 * SECOND
        assert store.reserve("ann", 1, None)[0]


def test_hung_up_gives_back_its_own_and_nobody_elses() -> None:
    """One in 10 s leaves; 3 in a minute of the clock. Whoever hangs up is the one who did not go.

    A gift took the newest: one more passed the window of 3 than had come back.
    """
    limits = [
        Limit(1, "10s", burst=9, name="leak", algorithm="leaking-bucket"),
        Limit(3, "1m", name="minute", algorithm="fixed-window"),
    ]
    store, _ = store_of(limits)
    held = [store.reserve("ann", 1, None) for _ in range(3)]
    assert [decision.delay_ns // SECOND for decision, _ in held] == [0, 10, 20]
    assert store.take("ann").violated == ("minute",)
    assert store.cancel("ann", 1, held[1][1])
    fourth, _ = store.reserve("ann", 1, None)
    assert fourth.delay_ns == 30 * SECOND  # the place in the middle passes unused
    assert store.take("ann").violated == ("minute",)


def test_who_is_admitted_behind_a_booking_does_not_keep_it_from_being_cancelled() -> None:
    store, clock = store_of("1/s burst 9", "leaking-bucket")
    store.take("ann")
    _, mine = store.reserve("ann", 1, 10**12)
    assert store.take("ann").delay_ns == 2 * SECOND
    assert store.cancel("ann", 1, mine)
    assert store.take("ann").delay_ns == 3 * SECOND  # told is told: the gap passes unused
    clock.now = 3 * SECOND
    store.take("bob")
    store.take("ann", 0)
    assert store._lines == {}  # all have departed


def test_a_gift_and_a_request_that_undo_each_other_end_the_line_all_the_same() -> None:
    """The record looks as it did; to put back what stood before would hand out a place twice."""
    limits = [
        Limit(1, "1s", burst=9, name="leak", algorithm="leaking-bucket"),
        Limit(5, "1m", name="minute", algorithm="fixed-window"),
    ]
    store, _ = store_of(limits)
    store.take("ann")
    _, mine = store.reserve("ann", 1, 10**12)
    store.refund("ann", 1)
    assert not store.cancel("ann", 1, mine)
    assert store.take("ann").delay_ns == 2 * SECOND
    assert not store.cancel("ann", 1, mine)
    store, _ = store_of("1/s burst 9", "leaking-bucket")
    store.take("ann")
    _, mine = store.reserve("ann", 1, 10**12)
    store.refund("ann", 1)  # a leaking bucket takes nothing back, so nothing happened
    assert store.take("ann").delay_ns == 2 * SECOND
    assert store.cancel("ann", 1, mine)
    assert store.take("ann").delay_ns == 3 * SECOND


def test_when_its_moment_has_come_there_is_nothing_to_cancel() -> None:
    store, clock, [(_, ticket)] = booked("1/s burst 1", 1)
    clock.now = SECOND
    assert not store.cancel("ann", 1, ticket)
    assert store.take("ann").retry_after_ns == SECOND


def test_what_was_given_meanwhile_is_not_given_twice() -> None:
    store, _, [(_, ticket)] = booked("1/s burst 1", 1)
    store.refund("ann", 1)
    assert not store.cancel("ann", 1, ticket)
    store.reset("ann")
    assert not store.cancel("ann", 1, ticket)
    assert store.take("ann")


# Keys and arguments


def test_give_and_reset_of_unknown_callers_leave_nothing() -> None:
    store, _ = store_of("1/s")
    store.refund("nobody", 3)
    store.reset("nobody")
    assert not store.cancel("nobody", 1, None)
    assert len(store) == 0
    assert store.peek("nobody").remaining == 0
    assert len(store) == 0


@pytest.mark.parametrize("key", [None, 7, b"ann", ("ann", 1), ["ann"]], ids=repr)
def test_a_key_is_a_text(key: Any) -> None:
    store, _ = store_of("1/s")
    for call in (
        lambda: store.take(key),
        lambda: store.reserve(key, 1, 0),
        lambda: store.peek(key),
        lambda: store.refund(key, 1),
        lambda: store.reset(key),
    ):
        with pytest.raises(InputError, match="key"):
            call()
    assert len(store) == 0


@pytest.mark.parametrize("bad", [-1, 1.5, None, True])
def test_a_bad_cost_changes_nothing_known_or_not(bad: Any) -> None:
    for limits in LIMITS:
        store, _ = store_of(limits)
        store.take("ann")
        before = store.peek("ann")
        for key in ("ann", "new"):
            with pytest.raises(InputError, match="cost"):
                store.take(key, bad)
            with pytest.raises(InputError, match="cost"):
                store.refund(key, bad)
        assert store.peek("ann") == before  # and the lock is free
        assert len(store) == 1


def test_a_store_belongs_to_one_limiter() -> None:
    store, clock = store_of("1/s")
    with pytest.raises(InputError, match="another limiter"):
        store.bind(rules_of("2/s"), clock)
    with pytest.raises(InputError, match="no limiter yet"):
        Memory().take("ann")


@pytest.mark.parametrize(
    "settings", [{"max_keys": 0}, {"max_keys": True}, {"on_pressure": "evict-full"}], ids=str
)
def test_settings_that_cannot_be(settings: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Memory(**settings)


def test_decisions_are_decisions() -> None:
    """Made without their constructor; nine fields all the same."""
    for limits in LIMITS:
        store, _ = store_of(limits)
        for _ in range(5):
            decision = store.take("ann")
            assert isinstance(decision, Decision)
            assert len(decision) == 9


def test_a_caller_costs_about_a_hundred_bytes() -> None:
    keys = [f"user:{i:015d}" for i in range(20_000)]
    store, _ = store_of("100/m")
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for key in keys:
        store.take(key)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # An integer of 32 bytes, and a place in a dictionary that is between a third and full.
    assert (after - before) / len(keys) < 130


def test_a_turn_is_known_until_its_record_was_carried_over() -> None:
    """It lay between two changes, and the second change forgot it."""
    store, clock = store_of([Limit(1, 60)], "fixed-window")
    clock.now = 57
    assert store.take("ann")
    assert store.take("ann", 1, 3).delay_ns == 3  # at 60, where the next window begins
    clock.now = 59
    store.change(rules_of([Limit(1, 1)], "fixed-window"), "as-is")
    clock.now = 60
    store.change(rules_of([Limit(1, 7)], "fixed-window"), "as-is")
    clock.now = 61
    # In the window from 56 to 62 one has gone on, at 60.
    assert store.take("ann").retry_after_ns == 2
