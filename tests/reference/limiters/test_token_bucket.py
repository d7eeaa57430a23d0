"""The token bucket against GCRA, against long sums, and at its brim."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.limiters.decision import SECOND
from sdcli.reference.limiters.token_bucket import Policy, State, bound, check, give, initial, step

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
        state = give(policy, state, millisecond * 1_000_000, 0)
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
