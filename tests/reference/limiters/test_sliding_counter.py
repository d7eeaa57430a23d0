"""The sliding counter: Cloudflare's sum in whole numbers, and what an adversary makes of it."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.reference.limiters.decision import SECOND
from sdcli.reference.limiters.sliding_counter import (
    Policy,
    State,
    bound,
    check,
    describe,
    idle_at,
    initial,
    refund,
    step,
)

MINUTE = 60 * SECOND


def test_the_worked_form_of_the_source() -> None:
    """Cloudflare, 2017: 42 * (60 - 15) / 60 + 18 = 49.5 requests."""
    policy, state, now = Policy(50, MINUTE), State(3, 42, 18), 3 * MINUTE + 15 * SECOND
    assert "49.5 of 50" in describe(policy, state, now)
    assert not step(policy, state, now)[1]
    # 42 * (60 - e) / 60 = 31 where e = 60 - 31 * 60 / 42 = 15.714285714...
    assert step(policy, state, now)[1].retry_after_ns == 714_285_715
    assert step(Policy(51, MINUTE), state, now)[1].remaining == 0  # 49.5 + 1 + 0.5 left


@given(
    st.integers(1, 12),
    st.integers(1, 12),
    st.lists(st.tuples(st.integers(0, 15), st.integers(1, 14)), max_size=60),
)
def test_its_verdicts_are_those_of_the_formula_in_fractions(limit, window, traffic) -> None:
    policy = Policy(limit, window)
    state, now = initial(policy), 0
    counts: dict[int, int] = {}
    for wait, cost in traffic:
        now += wait
        number, elapsed = divmod(now, window)
        weight = 1 - Fraction(elapsed, window)
        estimate = counts.get(number - 1, 0) * weight + counts.get(number, 0)
        state, decision = step(policy, state, now, cost)
        assert decision.allowed == (estimate + cost <= limit)
        if decision:
            counts[number] = counts.get(number, 0) + cost


@pytest.mark.parametrize(
    ("state", "now", "cost", "expected"),
    # limit 10 in 100, the window 0..99; expected by hand: the moment, less now
    [
        (State(0, 10, 0), 0, 1, 10),  # 10 * (100 - e) / 100 <= 9 at e = 10
        (State(0, 10, 0), 5, 1, 5),
        (State(0, 10, 0), 0, 10, 100),  # all of them are gone when the next window begins
        (State(0, 3, 7), 0, 3, 100),  # none of 3 may be left: at the edge, where 7 + 3 fit
        (State(0, 0, 10), 50, 1, 60),  # next window: 10 * (100 - e) / 100 <= 9 at e = 10: 110
        (State(0, 3, 9), 0, 4, 134),  # 9 * (100 - e) <= 600: 100 - e <= 66.6, e = 34
        (State(0, 0, 1), 0, 10, 200),  # the window after the next
        (State(0, 0, 1), 0, 11, None),
    ],
)
def test_how_long_until_it_fits(state, now, cost, expected) -> None:
    policy = Policy(10, 100)
    assert step(policy, state, now, cost)[1].retry_after_ns == expected
    if expected is not None:
        assert not step(policy, state, now + expected - 1, cost)[1]
        assert step(policy, state, now + expected, cost)[1]


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
@pytest.mark.parametrize("window", [1, 2, 3, 5])
def test_the_bound_is_the_most_that_any_schedule_gets(limit: int, window: int) -> None:
    """Every schedule of small numbers is tried: every start, every amount at every moment."""
    policy = Policy(limit, window)

    @cache
    def most(state: State, now: int, until: int) -> int:
        if now > until:
            return 0
        here = step(policy, state, now, 0)[1].remaining
        return max(
            taken + most(step(policy, state, now, taken)[0], now + 1, until)
            for taken in range(here + 1)
        )

    # Whoever sent something before can do no better than who did not: a few such are tried, too.
    histories = [State(0, 0, 0), State(0, limit, 0), State(0, 0, limit), State(0, 1, limit - 1)]
    for length in range(3 * window + 2):
        found = max(
            most(state, start, start + length) for state in histories for start in range(window)
        )
        assert found == bound(policy, length), length


@pytest.mark.parametrize(("limit", "window"), [(10, SECOND), (100, MINUTE), (50, 100), (3, 6)])
def test_an_adversary_gets_all_but_one_of_twice_the_limit(limit: int, window: int) -> None:
    policy = Policy(limit, window)
    state, first = step(policy, initial(policy), window - 1, limit)  # the last nanosecond
    # The stretch [window - 1, 2 * window - 2] is as long as the policy's window.
    state, second = step(policy, state, 2 * window - 2, limit - 1)
    assert first
    assert second
    assert not step(policy, state, 2 * window - 2)[1]
    assert bound(policy, window - 1) == 2 * limit - 1


@pytest.mark.parametrize(
    ("limit", "window", "length", "expected"),
    [
        # 7 in the first window, 6 in each of 999 more
        (7, 3 * SECOND, 3000 * SECOND - 3 * SECOND, 7 + 999 * 6),
        (1, 10, 10_000, 501),  # 1, 0, 1, 0, ..., 1 in 1001 windows
        (100, 1, 10**12, 100 * (10**12 // 2 + 1)),  # 100, 0, 100, ... in 10**12 + 1 windows
        # 10 in 2: 10, 10 - 5 = 5, 10 - 3 = 7, 10 - 4 = 6, 10 - 3 = 7, 6, 7: in seven windows 48
        (10, 2, 12, 48),
    ],
)
def test_the_bound_over_many_windows(limit, window, length, expected) -> None:
    assert bound(Policy(limit, window), length) == expected


def test_what_comes_back_is_taken_from_this_window_first() -> None:
    policy = Policy(10, 100)
    state = State(4, 6, 3)
    assert refund(policy, state, 450, 2) == State(4, 6, 1)
    assert refund(policy, state, 450, 5) == State(4, 4, 0)
    assert refund(policy, state, 450, 50) == State(4, 0, 0)
    assert refund(policy, state, 550, 1) == State(5, 2, 0)
    assert refund(policy, state, 650, 1) == State(6, 0, 0)


def test_counts_are_gone_after_one_window_or_two() -> None:
    policy = Policy(10, 100)
    assert [idle_at(policy, State(4, *counts)) for counts in ((0, 0), (6, 0), (0, 1))] == [
        400,
        500,
        600,
    ]


def test_a_time_before_its_window_counts_as_the_windows_first_moment() -> None:
    policy = Policy(10, 100)
    state = State(4, 6, 3)
    at_first = step(policy, state, 400, 0)[1]
    earlier = step(policy, state, 120, 0)[1]
    assert earlier.remaining == at_first.remaining == 1
    after, _ = step(policy, state, 120)
    assert after == State(4, 6, 4)


def test_check_finds_a_count_out_of_bounds() -> None:
    for wrong in (State(0, 11, 0), State(0, 0, -1)):
        with pytest.raises(AssertionError):
            check(Policy(10, 100), wrong)
