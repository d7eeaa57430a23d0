"""The token bucket against GCRA, against long sums, and at its brim."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.limiters.decision import SECOND
from sdcli.reference.limiters.token_bucket import (
    Policy,
    State,
    bound,
    check,
    idle_at,
    initial,
    refund,
    step,
)

MINUTE = 60 * SECOND
DAY = 86_400 * SECOND


@given(
    st.integers(1, 12),
    st.integers(1, 12),
    st.integers(1, 12),
    st.lists(st.tuples(st.integers(0, 15), st.integers(0, 14)), max_size=80),
)
def test_it_gives_the_verdicts_of_gcra(rate, per, burst, traffic) -> None:
    """GCRA as in ITU-T I.371, in exact fractions: it knows one moment, and no bucket."""
    policy = Policy(rate, per, burst)
    state, now = initial(policy), 0
    increment = Fraction(per, rate)
    arrival = Fraction(0)  # the theoretical arrival time
    for wait, cost in traffic:
        now += wait
        state, decision = step(policy, state, now, cost)
        expected = max(arrival, now) + cost * increment
        conforms = expected - now <= burst * increment
        assert decision.allowed == conforms
        if conforms:
            arrival = expected


@pytest.mark.parametrize(
    ("rate", "per_ns", "burst", "seconds", "expected"),
    [
        (10, SECOND, 100, 60, 100 + 600),  # idle client, one minute as fast as it can
        (54, MINUTE, 1, 600, 1 + 540),  # 54 a minute for ten minutes; floats make 351 of it
        (7, 3 * SECOND, 2, 3000, 2 + 7000),  # 7 in 3 s
        (1, DAY, 1, 10 * 86_400, 1 + 10),  # one a day
        (3, SECOND, 5, 1000, 5 + 3000),
    ],
)
def test_a_greedy_client_gets_the_burst_and_the_rate_and_not_one_more(
    rate, per_ns, burst, seconds, expected
) -> None:
    policy = Policy(rate, per_ns, burst)
    state, now, admitted = initial(policy), 0, 0
    while now <= seconds * SECOND:
        state, decision = step(policy, state, now)
        admitted += decision.allowed
        assert decision.allowed or decision.retry_after_ns > 0
        now += decision.retry_after_ns
    # A bucket of one token wastes what drips in within a nanosecond after it is full.
    assert expected - 1 <= admitted <= expected
    assert bound(policy, seconds * SECOND) == expected


def test_a_billion_small_waits_add_up_to_one_long_one() -> None:
    """54 a minute, looked at each millisecond: nothing is lost to rounding on the way."""
    policy = Policy(54, MINUTE, 1000)
    state, _ = step(policy, initial(policy), 0, 1000)
    for millisecond in range(1, 60_001):
        state = refund(policy, state, millisecond * 1_000_000, 0)
    assert state == State(54 * MINUTE, MINUTE)  # exactly 54 tokens


def test_a_long_silence_fills_the_bucket_and_no_more() -> None:
    policy = Policy(100, SECOND, 5)
    state, _ = step(policy, initial(policy), 0, 5)
    _, decision = step(policy, state, 10**30, 0)
    assert decision.remaining == 5
    assert decision.reset_after_ns == 0


def test_a_clock_may_begin_anywhere() -> None:
    policy = Policy(1, SECOND, 2)
    start = 1_750_000_000 * SECOND
    state, decision = step(policy, initial(policy, start), start, 2)
    assert decision
    assert step(policy, state, start + SECOND)[1]
    assert not step(policy, state, start + SECOND - 1)[1]


def test_the_numbers_of_a_decision() -> None:
    policy = Policy(rate=10, per_ns=SECOND, burst=20)
    state, decision = step(policy, initial(policy), 0, 15)
    # 5 of 20 left; 15 tokens at 10 a second are back after 1.5 s
    assert (decision.limit, decision.remaining) == (20, 5)
    assert (decision.retry_after_ns, decision.reset_after_ns) == (0, 3 * SECOND // 2)
    _, denied = step(policy, state, 0, 8)
    # 3 tokens are missing: 0.3 s
    assert (bool(denied), denied.remaining) == (False, 5)
    assert denied.retry_after_ns == 3 * SECOND // 10


def test_check_finds_a_level_outside_the_bucket() -> None:
    policy = Policy(1, 1, 5)
    for level in (-1, 6):
        with pytest.raises(AssertionError):
            check(policy, State(level, 0))


@pytest.mark.parametrize("burst", [0, -5, 2.5, None])
def test_a_bucket_without_room_is_refused(burst) -> None:
    with pytest.raises(InputError, match="burst"):
        Policy(1, SECOND, burst)


def test_refill_by_interval_comes_at_once_at_the_end_of_each_period() -> None:
    policy = Policy(rate=3, per_ns=10, burst=5, refill="interval")
    state, decision = step(policy, initial(policy, 100), 100, 5)
    # 3 come at 110, 3 more at 120, of which one does not fit in
    assert (decision.remaining, decision.reset_after_ns) == (0, 20)
    assert step(policy, state, 109, 1)[1].retry_after_ns == 1
    assert [step(policy, state, now, 0)[1].remaining for now in (109, 110, 119, 120, 130)] == [
        0,
        3,
        3,
        5,
        5,
    ]
    assert [step(policy, state, 104, cost)[1].retry_after_ns for cost in (3, 4, 6)] == [6, 16, None]
    state, _ = step(policy, state, 115, 2)  # the periods go on from where they began
    assert step(policy, state, 115, 2)[1].retry_after_ns == 5


@given(
    st.integers(1, 6),
    st.integers(1, 8),
    st.integers(1, 8),
    st.lists(st.tuples(st.integers(0, 15), st.integers(0, 9)), max_size=60),
    st.integers(0, 40),
)
def test_refill_by_interval_keeps_its_bound_and_its_word(rate, per, burst, traffic, length) -> None:
    policy = Policy(rate, per, burst, refill="interval")
    state, now, admitted = initial(policy), 0, []
    for wait, cost in traffic:
        now += wait
        state, decision = step(policy, state, now, cost)
        check(policy, state)
        admitted += [(now, cost)] if decision else []
        if decision.retry_after_ns:
            assert not step(policy, state, now + decision.retry_after_ns - 1, cost)[1]
            assert step(policy, state, now + decision.retry_after_ns, cost)[1]
    for start, _ in admitted:
        inside = sum(cost for at, cost in admitted if start <= at <= start + length)
        assert inside <= bound(policy, length)


def test_the_bound_of_refill_by_interval_is_reached() -> None:
    policy = Policy(rate=3, per_ns=10, burst=5, refill="interval")
    # 5 at 9, then 3 at each of 10, 20, 30: a stretch of 21 sees three refills
    state, taken = initial(policy), 0
    for now, cost in ((9, 5), (10, 3), (20, 3), (30, 3)):
        state, decision = step(policy, state, now, cost)
        assert decision
        taken += cost
    assert taken == bound(policy, 21) == 14
    assert bound(policy, 20) == 11


def test_a_stranger_may_find_less_than_a_full_bucket() -> None:
    policy = Policy(rate=1, per_ns=10, burst=5, start=2)
    state, decision = step(policy, initial(policy, 50), 50, 2)
    assert (decision.allowed, decision.limit, decision.remaining) == (True, 5, 0)
    assert not step(policy, state, 59)[1]
    assert step(policy, state, 100, 5)[1]  # it fills up to the brim all the same
    empty = Policy(rate=1, per_ns=10, burst=5, start=0)
    assert not step(empty, initial(empty), 0)[1]


def test_who_began_with_less_is_remembered_for_a_day_longer() -> None:
    """Forgotten when the bucket is full, a caller would find it nearly empty again."""
    policy = Policy(rate=1, per_ns=10, burst=5, start=2)
    state = initial(policy, 50)
    assert idle_at(policy, state) == 50 + 30 + DAY
    assert idle_at(Policy(1, 10, 5), State(20, 50)) == 80


@pytest.mark.parametrize(
    "extra",
    [{"refill": "slowly"}, {"start": 6}, {"start": -1}, {"start": 1.0}, {"start": True}],
    ids=["refill", "more than the burst", "negative", "a float", "a truth value"],
)
def test_a_refill_or_a_start_that_cannot_be_is_refused(extra) -> None:
    with pytest.raises(InputError, match=next(iter(extra))):
        Policy(1, 10, 5, **extra)
