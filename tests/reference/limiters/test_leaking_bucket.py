"""The leaking bucket is a queue: when each request departs, in order, at a steady rate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.limiters.decision import SECOND
from sdcli.reference.limiters.leaking_bucket import (
    Policy,
    check,
    initial,
    outflow,
    refund,
    step,
    waiting,
)

TENTH = SECOND // 10


def test_a_trace_with_departures_by_hand() -> None:
    """Two a second, so each unit of cost keeps the outlet for 0.5 s; the bucket holds five.

    inside: units at that moment; free: when the outlet is free again, after the request

    at 0.0 s, cost 2: inside 0     departs 0.0        free 1.0
    at 0.0 s, cost 3: inside 2     departs 1.0        free 2.5     five: full
    at 0.2 s, cost 1: inside 4.6   5.6 do not fit; 4 are inside at 0.5 s, 0.3 s from now
    at 0.5 s, cost 1: inside 4     departs 2.5        free 3.0
    at 1.5 s, cost 2: inside 3     departs 3.0        free 4.0
    at 6.0 s, cost 5: inside 0     departs 6.0        free 8.5
    at 7.0 s, cost 3: inside 3     6 do not fit; 2 are inside at 7.5 s
    at 7.5 s, cost 1: inside 2     departs 8.5        free 9.0
    """
    policy = Policy(rate=2, burst=5)
    state, seen = initial(policy), []
    for tenths, cost in ((0, 2), (0, 3), (2, 1), (5, 1), (15, 2), (60, 5), (70, 3), (75, 1)):
        state, decision = step(policy, state, tenths * TENTH, cost)
        told = decision.delay_ns if decision else decision.retry_after_ns
        assert told is not None
        seen.append((decision.allowed, tenths + told // TENTH))
    assert seen == [
        (True, 0),
        (True, 10),
        (False, 5),
        (True, 25),
        (True, 30),
        (True, 60),
        (False, 75),
        (True, 85),
    ]
    assert state == 90 * TENTH


@given(
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(1, 9),
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4)), max_size=50),
)
def test_requests_depart_in_their_order_each_after_the_work_before_it(
    rate, per, burst, traffic
) -> None:
    policy = Policy(rate, per, burst)
    state, now, free = initial(policy), 0, 0  # `free` in nanoseconds times the rate
    for wait, cost in traffic:
        now += wait
        state, decision = step(policy, state, now, cost)
        if decision:
            begins = max(free, now * rate)
            # The first whole nanosecond at which the outlet is free: never too early.
            assert decision.delay_ns == -(-begins // rate) - now
            assert decision.delay_ns * rate <= (burst - 1) * per + rate - 1  # and not for long
            free = begins + cost * per
        else:
            assert max(free - now * rate, 0) + cost * per > burst * per


@given(
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(1, 9),
    st.lists(st.integers(0, 4), max_size=60),
    st.integers(0, 30),
)
def test_no_window_sees_more_depart_than_the_outflow(rate, per, burst, waits, length) -> None:
    policy = Policy(rate, per, burst)
    state, now, departures = initial(policy), 0, []
    for wait in waits:
        now += wait
        state, decision = step(policy, state, now)
        if decision:
            departures.append(now + decision.delay_ns)
    assert departures == sorted(departures)
    for start in departures:
        inside = sum(start <= departs <= start + length for departs in departures)
        assert inside <= outflow(policy, length)


@pytest.mark.parametrize(
    ("rate", "per", "length", "expected"),
    # (rate, per): departures of a full bucket, in whole nanoseconds; the most in a closed window
    [
        (1, 10, 9, 1),  # 0, 10, 20, ...
        (1, 10, 10, 2),
        (1, 10, 25, 3),
        (2, 3, 0, 1),  # 0, 1.5, 3, 4.5, ... told as 0, 2, 3, 5, 6
        (2, 3, 1, 2),  # 2 and 3
        (2, 3, 3, 3),  # 0, 2 and 3
        (2, 3, 4, 4),  # 2, 3, 5 and 6
    ],
)
def test_the_outflow_is_reached(rate: int, per: int, length: int, expected: int) -> None:
    policy = Policy(rate, per, burst=12)
    state, departures = initial(policy), []
    for _ in range(12):
        state, decision = step(policy, state, 0)
        departures.append(decision.delay_ns)
    most = max(
        sum(start <= departs <= start + length for departs in departures) for start in departures
    )
    assert most == outflow(policy, length) == expected


def test_what_waits_departs_one_after_the_other() -> None:
    policy = Policy(rate=1, burst=5)
    state, _ = step(policy, initial(policy), 0, 4)  # at 0, 1, 2 and 3 s
    moments = [0, 1, SECOND - 1, SECOND, 2 * SECOND, 3 * SECOND - 1, 3 * SECOND, 9 * SECOND]
    assert [waiting(policy, state, now) for now in moments] == [3, 3, 3, 2, 1, 1, 0, 0]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3)), max_size=20), st.integers(0, 9))
def test_what_is_given_back_lets_no_two_depart_together(traffic, amount) -> None:
    policy = Policy(rate=1, per_ns=5, burst=6)
    state, now, free = initial(policy), 0, 0
    for wait, cost in traffic:
        now += wait
        state, decision = step(policy, state, now, cost)
        if decision:
            departs = now + decision.delay_ns
            assert departs >= free
            free = departs + cost * 5
        state = refund(policy, state, now, amount)


def test_a_gift_is_a_whole_number_here_too() -> None:
    policy = Policy(rate=1)
    for bad in (-1, 1.5, None):
        with pytest.raises(InputError, match="cost"):
            refund(policy, initial(policy), 0, bad)  # type: ignore[arg-type]


def test_check_wants_a_whole_number() -> None:
    with pytest.raises(AssertionError):
        check(Policy(1), 0.5)  # type: ignore[arg-type]
