"""GCRA: one number, and the same five answers as a token bucket."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.reference.limiters import gcra, leaking_bucket, token_bucket
from sdcli.reference.limiters.decision import SECOND
from sdcli.reference.limiters.gcra import Policy, bound, check, idle_at, initial, refund, step

MINUTE = 60 * SECOND
SMALL = st.integers(1, 12)
TRAFFIC = st.lists(st.tuples(st.integers(0, 15), st.integers(0, 14)), max_size=80)


@given(SMALL, SMALL, SMALL, TRAFFIC)
def test_a_token_bucket_says_the_same_in_all_numbers(rate, per, burst, traffic) -> None:
    one, other = Policy(rate, per, burst), token_bucket.Policy(rate, per, burst)
    tat, bucket, now = initial(one), token_bucket.initial(other), 0
    for wait, cost in traffic:
        now += wait
        tat, here = step(one, tat, now, cost)
        bucket, there = token_bucket.step(other, bucket, now, cost)
        assert here == there


@given(SMALL, SMALL, SMALL, TRAFFIC, st.integers(0, 5))
def test_a_token_bucket_says_the_same_after_something_was_given_back(
    rate, per, burst, traffic, amount
) -> None:
    one, other = Policy(rate, per, burst), token_bucket.Policy(rate, per, burst)
    tat, bucket, now = initial(one), token_bucket.initial(other), 0
    for wait, cost in traffic:
        now += wait
        tat, here = step(one, tat, now, cost)
        bucket, there = token_bucket.step(other, bucket, now, cost)
        assert here == there
        tat, bucket = refund(one, tat, now, amount), token_bucket.refund(other, bucket, now, amount)


@given(SMALL, SMALL, SMALL, TRAFFIC)
def test_a_leaking_bucket_lets_the_same_requests_in(rate, per, burst, traffic) -> None:
    one, other = Policy(rate, per, burst), leaking_bucket.Policy(rate, per, burst)
    tat, queue, now = initial(one), leaking_bucket.initial(other), 0
    for wait, cost in traffic:
        now += wait
        tat, here = step(one, tat, now, cost)
        queue, there = leaking_bucket.step(other, queue, now, cost)
        assert here == there._replace(delay_ns=0)


@pytest.mark.parametrize(
    ("rate", "per_ns", "increment", "scale"),
    [
        (10, SECOND, SECOND // 10, 1),
        (54, MINUTE, 10_000_000_000, 9),  # 60/54 s = 10/9 s
        (7, 3 * SECOND, 3_000_000_000, 7),
        (1, 86_400 * SECOND, 86_400 * SECOND, 1),
        (3 * SECOND, SECOND, 1, 3),  # three in a nanosecond
    ],
)
def test_the_increment_is_a_fraction_in_lowest_terms(rate, per_ns, increment, scale) -> None:
    policy = Policy(rate, per_ns, 5)
    assert (policy.increment, policy.scale) == (increment, scale)


def test_a_trace_by_hand() -> None:
    # 2 in 3 ns, burst 2: T = 1.5. The TAT starts at 0 and may be 3 ahead.
    policy = Policy(2, 3, 2)
    tat = initial(policy)
    seen = []
    for now in (0, 0, 0, 1, 2, 3, 10):
        tat, decision = step(policy, tat, now)
        seen.append((decision.allowed, tat / policy.scale, decision.retry_after_ns))
    assert seen == [
        (True, 1.5, 0),
        (True, 3.0, 0),
        (False, 3.0, 2),  # would be 4.5: 1.5 too far, so at 1.5, the next whole one is 2
        (False, 3.0, 1),
        (True, 4.5, 0),  # 2.5 ahead
        (True, 6.0, 0),  # 3 ahead: exactly as far as may be
        (True, 11.5, 0),  # nobody saves up: due now
    ]


def test_twice_a_limit_of_ten_thousand_a_second_is_no_zero_rate() -> None:
    """Emissions in whole milliseconds never limit above 1000 a second (redis-cell issue 80)."""
    policy = Policy(rate=20_000, burst=1)
    state, admitted = initial(policy), 0
    for tick in range(100_000):  # a second, looked at every 10 us
        state, decision = step(policy, state, tick * 10_000)
        admitted += decision.allowed
    assert admitted == 20_000


def test_idle_and_bound_round_to_whole_nanoseconds() -> None:
    policy = Policy(2, 3, 2)
    tat, _ = step(policy, initial(policy), 0)
    assert idle_at(policy, tat) == 2  # due at 1.5
    assert [bound(policy, length) for length in (0, 1, 2, 3)] == [2, 2, 3, 4]


def test_check_wants_a_whole_number() -> None:
    with pytest.raises(AssertionError):
        check(Policy(1), 0.5)  # type: ignore[arg-type]
    assert gcra.State is int
