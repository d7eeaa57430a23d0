"""Several limits and waiting, against naive models that ask each limit alone, moment by moment."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.reference.limiters import ALGORITHMS, BUCKETS, SECOND, Limit, algorithm_named
from sdcli.reference.limiters.limit import parse
from sdcli.reference.limiters.rules import (
    Record,
    Rule,
    Rules,
    carried,
    decide,
    idle_at,
    refund,
    stranger,
)

NAMES = sorted(ALGORITHMS)
SMALL = st.integers(1, 9)


@st.composite
def rule(draw: st.DrawFn, names: list[str] = NAMES) -> tuple[str, tuple[int, ...]]:
    name = draw(st.sampled_from(names))
    return name, (draw(SMALL), draw(SMALL), *((draw(SMALL),) if name in BUCKETS else ()))


def rules_of(parts: list[tuple[str, tuple[int, ...]]]) -> Rules:
    return tuple(
        Rule(f"r{i}", name, algorithm_named(name), algorithm_named(name).Policy(*numbers))
        for i, (name, numbers) in enumerate(parts)
    )


SEVERAL = st.lists(rule(), min_size=1, max_size=3).map(rules_of)
TRAFFIC = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 6)), max_size=30)
PATIENCE = st.one_of(st.none(), st.integers(0, 25))
BOOKINGS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 6), PATIENCE), max_size=15)


# All or none


def asked_alone(rules: Rules, states: list[Any], now: int, cost: int) -> list[Any]:
    return [
        one.module.step(one.policy, state, now, cost)
        for one, state in zip(rules, states, strict=True)
    ]


@given(SEVERAL, TRAFFIC)
def test_all_or_none_like_each_limit_asked_alone(rules, traffic) -> None:
    record, states, now = stranger(rules, 0), list(stranger(rules, 0).states), 0
    for wait, cost in traffic:
        now += wait
        alone = asked_alone(rules, states, now, cost)
        refused = tuple(one.name for one, (_, d) in zip(rules, alone, strict=True) if not d)
        waits = [d.retry_after_ns for _, d in alone]
        if not refused and cost:
            states = [state for state, _ in alone]
        there = [d for _, d in asked_alone(rules, states, now, 0)]

        before = record
        record, decision = decide(rules, record, now, cost)
        assert decision.allowed == (not refused)
        assert decision.violated == refused
        assert list(record.states) == states
        assert decision.limit == min(d.limit for d in there)
        assert decision.remaining == min(d.remaining for d in there)
        assert decision.retry_after_ns == (None if None in waits else max(waits))
        assert decision.reset_after_ns == max(d.reset_after_ns for d in there)
        assert decision.delay_ns == (0 if refused else max(d.delay_ns for _, d in alone))
        assert decision.judged
        if refused:
            assert record is before
        if len(rules) > 1:
            assert [part.remaining for part in decision.parts] == [d.remaining for d in there]
            assert [part.allowed for part in decision.parts] == [bool(d) for _, d in alone]


def test_refused_by_the_second_the_first_has_spent_nothing() -> None:
    rules = tuple(
        Limit(rate, per, name=name).rule("gcra")
        for rate, per, name in [(5, "1s", "burst"), (3, "1d", "daily")]
    )
    record, decision = decide(rules, stranger(rules, 0), 0, 3)
    assert (decision.allowed, decision.remaining) == (True, 0)
    after, decision = decide(rules, record, 0, 2)
    assert after is record
    assert decision.violated == ("daily",)
    # 2 of the 3 a day come back in two thirds of it; "burst" would have 2 of 5 left.
    assert decision.retry_after_ns == 2 * 86_400 * SECOND // 3
    assert [part.remaining for part in decision.parts] == [2, 0]
    # 4 a day are never admitted at once, whatever the first limit says.
    assert decide(rules, record, 0, 4)[1].retry_after_ns is None


# Waiting


class Naive(NamedTuple):
    """What a caller is told; found by trying one nanosecond after the other."""

    admitted_ns: int | None
    departs_ns: int | None
    states: list[Any]
    turn_ns: int


def tried(rules: Rules, record: Record, now: int, cost: int, patience: int | None) -> Naive:
    refused = Naive(None, None, list(record.states), record.turn_ns)
    at = max(now, record.turn_ns)
    for moment in range(at, at + 300):
        alone = asked_alone(rules, list(record.states), moment, cost)
        if all(decision for _, decision in alone):
            break
    else:
        return refused
    departs = moment + max(decision.delay_ns for _, decision in alone)
    late = moment > now if patience is None else departs > now + patience
    if late:
        return refused
    return Naive(moment, departs, [state for state, _ in alone], moment)


@given(SEVERAL, BOOKINGS)
def test_a_booking_is_the_first_moment_that_every_limit_admits(rules, bookings) -> None:
    record, now = stranger(rules, 0), 0
    for wait, cost, patience in bookings:
        now += wait
        if not cost:
            after, decision = decide(rules, record, now, 0, patience)
            assert after is record
            assert decision.allowed
            continue
        naive = tried(rules, record, now, cost, patience)
        after, decision = decide(rules, record, now, cost, patience)
        assert decision.allowed == (naive.admitted_ns is not None)
        assert list(after.states) == naive.states
        if decision:
            assert now + decision.delay_ns == naive.departs_ns
            assert max(now, after.turn_ns) == max(now, naive.turn_ns)
            later = decide(rules, after, now, 0)[1]
            assert decision.remaining == later.remaining
            if after.turn_ns > now:
                assert decision.remaining == 0
                assert not decide(rules, after, now, 1)[1]  # nobody overtakes
        else:
            assert after is record
        record = after


@given(SEVERAL, BOOKINGS, st.integers(1, 6), PATIENCE)
def test_retry_after_is_honest_with_turns_and_patience(rules, bookings, cost, patience) -> None:
    record, now = stranger(rules, 0), 0
    for wait, other, waits in bookings:
        now += wait
        record, _ = decide(rules, record, now, other, waits)
    _, decision = decide(rules, record, now, cost, patience)
    retry = decision.retry_after_ns
    if decision:
        assert retry == 0
    elif retry is None:
        biggest = min(d.limit for _, d in asked_alone(rules, list(record.states), now, 0))
        deepest = [tried(rules, record, now, cost, 10**6).admitted_ns]
        assert cost > biggest
        assert deepest == [None]
    else:
        assert retry > 0
        assert not decide(rules, record, now + retry - 1, cost, patience)[1]
        assert decide(rules, record, now + retry, cost, patience)[1]


@given(SEVERAL, st.lists(st.tuples(st.integers(0, 7), st.integers(1, 6)), max_size=15))
def test_whoever_waits_departs_in_the_order_of_coming(rules, bookings) -> None:
    record, now, departures = stranger(rules, 0), 0, []
    for wait, cost in bookings:
        now += wait
        record, decision = decide(rules, record, now, cost, 10**6)
        if decision:
            departures.append(now + decision.delay_ns)
    assert departures == sorted(departures)


def test_a_large_request_is_not_starved_by_small_ones() -> None:
    """aiolimiter lets the smaller ones by: its cost 5, queued first, finished 13th of 13."""
    rules = (parse("1/s burst 5").rule("gcra"),)
    record, _ = decide(rules, stranger(rules, 0), 0, 5)
    record, large = decide(rules, record, 0, 5, 100 * SECOND)
    assert large.delay_ns == 5 * SECOND
    for i in range(12):
        assert not decide(rules, record, 4 * SECOND)[1]  # who does not wait does not pass it
        record, small = decide(rules, record, 0, 1, 100 * SECOND)
        assert small.delay_ns == (6 + i) * SECOND


def test_the_delay_of_a_leaking_bucket_counts_as_waiting_but_not_for_acquire() -> None:
    rules = (parse("1/s burst 3").rule("leaking-bucket"),)
    record, _ = decide(rules, stranger(rules, 0), 0, 2)  # the outlet is free at 2 s
    assert decide(rules, record, 0)[1].delay_ns == 2 * SECOND
    assert decide(rules, record, 0, 1, 2 * SECOND)[1].delay_ns == 2 * SECOND
    after, decision = decide(rules, record, 0, 1, 2 * SECOND - 1)
    assert after is record
    # One nanosecond later it departs just in time.
    assert (decision.allowed, decision.retry_after_ns) == (False, 1)
    assert decision.remaining == 1
    # A full bucket: admitted at 1 s, departs at 3 s, which is within 3 s.
    record, _ = decide(rules, record, 0)
    record, decision = decide(rules, record, 0, 1, 3 * SECOND)
    assert decision.delay_ns == 3 * SECOND
    assert record.turn_ns == 1 * SECOND


def test_a_denied_booking_moves_nothing() -> None:
    """golang/go#52584: the next reservation waited longer because of one that was refused."""
    rules = (parse("10/s burst 10").rule("gcra"),)
    start, _ = decide(rules, stranger(rules, 0), 0, 10)
    for cost, patience in [(11, 10**12), (5, SECOND // 2 - 1)]:
        after, decision = decide(rules, start, 0, cost, patience)
        assert not decision
        assert after is start
    assert decide(rules, start, 0, 5, SECOND)[1].delay_ns == SECOND // 2


@given(SEVERAL, BOOKINGS, st.integers(0, 9))
def test_what_comes_back_makes_nobody_better_off_than_a_stranger(rules, bookings, amount) -> None:
    record, now = stranger(rules, 0), 0
    for wait, cost, patience in bookings:
        now += wait
        record, _ = decide(rules, record, now, cost, patience)
    after = refund(rules, record, now, amount)
    at = max(now, record.turn_ns)
    had, has = decide(rules, record, at, 0)[1], decide(rules, after, at, 0)[1]
    fresh = decide(rules, stranger(rules, at), at, 0)[1]
    assert had.remaining <= has.remaining <= fresh.remaining
    assert after.turn_ns == record.turn_ns


@given(SEVERAL, BOOKINGS)
def test_an_idle_record_says_no_more_than_a_strangers(rules, bookings) -> None:
    record, now = stranger(rules, 0), 0
    for wait, cost, patience in bookings:
        now += wait
        record, _ = decide(rules, record, now, cost, patience)
    idle = max(idle_at(rules, record), now)
    fresh = stranger(rules, idle)
    for one, state, new in zip(rules, record.states, fresh.states, strict=True):
        _, kept = one.module.step(one.policy, state, idle, 0)
        assert one.module.step(one.policy, new, idle, 0)[1].remaining == kept.remaining


# Limits changed under way


@pytest.mark.parametrize(
    ("old", "new", "keep", "left"),
    [
        # 3 of 10 are left. As much; the same share; as much and what the limit grew by; all.
        ("10/s", "20/s", "as-is", 3),
        ("10/s", "20/s", "proportional", 6),
        ("10/s", "20/s", "additive", 13),
        ("10/s", "20/s", "reset", 20),
        # Smaller than before: never more than the new limit, never less than nothing.
        ("10/s", "2/s", "as-is", 2),
        ("10/s", "5/s", "proportional", 1),  # 3 * 5 // 10, rounded down
        ("10/s", "5/s", "additive", 0),  # 3 - 5
        ("10/s", "5/s", "reset", 5),
    ],
)
@pytest.mark.parametrize("before", NAMES)
@pytest.mark.parametrize("after", NAMES)
def test_what_callers_keep_when_limits_change(  # noqa: PLR0917 - a row of a table
    before, after, old, new, keep, left
) -> None:
    """Also from each algorithm to each: what is left is a number that all of them know."""
    was = (parse(old, name="x").rule(before),)
    now = (parse(new, name="x").rule(after),)
    record, _ = decide(was, stranger(was, 0), 0, 7)
    record = carried(was, now, record, 0, keep)
    # A leaking bucket's queue keeps its turn; so looked at through the states alone.
    assert now[0].module.step(now[0].policy, record.states[0], 0, 0)[1].remaining == left


@pytest.mark.parametrize("keep", ["as-is", "proportional", "additive"])
@given(rule(), BOOKINGS, st.integers(0, 9))
def test_the_same_limit_again_is_no_change(keep, same, bookings, later) -> None:
    """Whatever it is called: a change that changes nothing takes no progress from anybody."""
    old, now = rules_of([same]), 0
    record = stranger(old, 0)
    for wait, cost, patience in bookings:
        now += wait
        record, _ = decide(old, record, now, cost, patience)
    new = (Rule("another name", old[0].algorithm, old[0].module, old[0].policy),)
    after = carried(old, new, record, now + later, keep)
    assert after.states == record.states
    assert after.turn_ns == record.turn_ns
    fresh = stranger(new, max(now + later, record.turn_ns))
    assert carried(old, new, record, now + later, "reset").states == fresh.states


def test_changed_to_the_same_every_half_minute_one_a_minute_still_passes() -> None:
    """Each change took the progress away: in ten minutes nothing passed."""
    for algorithm in NAMES:
        rules = (parse("1/m", "x").rule(algorithm),)
        record, decision = decide(rules, stranger(rules, 0), 0)
        admitted = 1
        for half in range(1, 21):
            now = half * 30 * SECOND
            record = carried(rules, (parse("1/m", "x").rule(algorithm),), record, now)
            record, decision = decide(rules, record, now)
            admitted += decision.allowed and decision.delay_ns == 0
        # At 0, 1, ... 10 minutes; a sliding counter of 1 every second minute (see its file).
        assert admitted == (6 if algorithm == "sliding-counter" else 11), algorithm


def test_beside_one_that_changes_the_others_keep_their_state() -> None:
    old = (parse("2/10s", "a").rule("sliding-log"), parse("9/d", "b").rule("gcra"))
    record, _ = decide(old, stranger(old, 0), 0)
    record, _ = decide(old, record, 5 * SECOND)
    new = (parse("2/10s", "a").rule("sliding-log"), parse("8/d", "b").rule("gcra"))
    record = carried(old, new, record, 6 * SECOND)
    # The request of 0 leaves at 10 s, 4 s from now; taken over as a number it would be 16 s.
    assert decide(new, record, 6 * SECOND)[1].retry_after_ns == 4 * SECOND


def test_a_debt_is_not_carried() -> None:
    """10 of 10 spent; at 5 there are 5 less than nothing, which is nothing; at 10 there are 5."""
    ten, five = ((parse(f"{rate}/h", "x").rule("gcra"),) for rate in (10, 5))
    record, _ = decide(ten, stranger(ten, 0), 0, 10)
    record = carried(ten, five, record, 0, "additive")
    assert decide(five, record, 0, 0)[1].remaining == 0
    record = carried(five, ten, record, 0, "additive")
    assert decide(ten, record, 0, 0)[1].remaining == 5


def test_a_limit_inherits_by_its_name() -> None:
    old = (parse("10/s", "a").rule("gcra"), parse("100/d", "b").rule("gcra"))
    record, _ = decide(old, stranger(old, 0), 0, 7)
    # "b" stays and stands first; "a" is gone; "c" is new and begins as for a stranger.
    new = (parse("100/d", "b").rule("gcra"), parse("5/s", "c").rule("gcra"))
    _, decision = decide(new, carried(old, new, record, 0), 0, 0)
    assert [part.remaining for part in decision.parts] == [93, 5]


def test_a_change_leaves_who_waits_its_moment() -> None:
    old = (parse("1/s burst 2", "x").rule("gcra"),)
    new = (parse("4/s burst 2", "x").rule("gcra"),)
    record, _ = decide(old, stranger(old, 0), 0, 2)
    record, booked = decide(old, record, 0, 2, 10 * SECOND)  # leaves at 2 s, and takes both
    assert booked.delay_ns == 2 * SECOND
    record = carried(old, new, record, SECOND)
    # Nothing is left at 2 s; the next one comes a quarter of a second later.
    assert not decide(new, record, SECOND)[1]
    assert decide(new, record, SECOND, 1, 10 * SECOND)[1].delay_ns == SECOND + SECOND // 4


@pytest.mark.parametrize("after", NAMES)
def test_a_change_lets_nobody_out_before_those_in_a_leaking_bucket(after: str) -> None:
    old = (parse("1/s burst 5", "x").rule("leaking-bucket"),)
    new = (parse("100/s", "x").rule(after),)
    record, decision = stranger(old, 0), None
    for second in range(5):
        record, decision = decide(old, record, 0)
        assert decision.delay_ns == second * SECOND
    record = carried(old, new, record, 0)
    # The outlet would have been free at 5 s.
    assert decide(new, record, 0, 1, 100 * SECOND)[1].delay_ns >= 5 * SECOND
    assert not decide(new, record, 5 * SECOND - 1)[1]


def test_a_slower_leaking_bucket_needs_no_turn() -> None:
    old = (parse("4/s burst 4", "x").rule("leaking-bucket"),)
    new = (parse("1/s burst 4", "x").rule("leaking-bucket"),)
    record, _ = decide(old, stranger(old, 0), 0, 2)
    record = carried(old, new, record, 0)
    assert decide(new, record, 0)[1].delay_ns == 2 * SECOND  # two before it, a second each
