"""The adversary measures rightly, and finds out limiters that cheat."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.chance import Chance
from sdcli.experiments.adversary import (
    Taken,
    Train,
    arrivals,
    departed,
    erratic,
    greedy,
    trains,
    worst_outflow,
    worst_window,
)
from sdcli.experiments.limiter_attacked import Limited
from sdcli.reference.limiters import (
    ALGORITHMS,
    BUCKETS,
    SECOND,
    Decision,
    fixed_window,
    gcra,
    leaking_bucket,
    sliding_counter,
    sliding_log,
    token_bucket,
)


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 5)), max_size=30),
    st.integers(0, 50),
)
def test_the_worst_window_is_that_of_brute_force(gaps, window) -> None:
    now, admitted = 0, []
    for gap, count in gaps:
        now += gap
        admitted.append((now, count))
    expected = max(
        (
            sum(count for at, count in admitted if start <= at <= start + window)
            for start, _ in admitted
        ),
        default=0,
    )
    worst = worst_window(admitted, window)
    assert worst.admitted == expected
    assert worst.last_ns - worst.first_ns <= window
    inside = sum(count for at, count in admitted if worst.first_ns <= at <= worst.last_ns)
    assert inside == expected


def test_of_equal_windows_the_shortest_counts() -> None:
    worst = worst_window([(0, 1), (10, 1), (20, 1), (21, 1)], window_ns=10)
    assert (worst.admitted, worst.first_ns, worst.last_ns) == (2, 20, 21)


@pytest.mark.parametrize("start", [0, 1, SECOND - 1, 10 * SECOND])
def test_greed_gets_all_that_a_token_bucket_allows(start: int) -> None:
    policy = token_bucket.Policy(rate=7, per_ns=3 * SECOND, burst=4)
    admitted = greedy(token_bucket, policy, start, 30 * SECOND)
    # 4 at once and 70 in 30 s
    assert sum(taken.units for taken in admitted) == 74 == token_bucket.bound(policy, 30 * SECOND)


def test_greed_just_before_the_edge_gets_two_windows() -> None:
    policy = fixed_window.Policy(limit=10, window_ns=SECOND)
    taken = arrivals(greedy(fixed_window, policy, SECOND - 1, SECOND))
    assert taken[:2] == [(SECOND - 1, 10), (SECOND, 10)]


class Cheat:
    """A token bucket without a brim: whoever is quiet long enough may send anything."""

    __name__ = "cheat"

    def __getattr__(self, name: str) -> Any:
        return getattr(token_bucket, name)

    def step(self, policy: Any, state: Any, now: int, cost: int = 1) -> tuple[Any, Decision]:
        brimless = token_bucket.Policy(policy.rate, policy.per_ns, 10**6)
        return token_bucket.step(brimless, state, now, cost)


class NoLimit(Cheat):
    """Always yes."""

    def step(self, policy: Any, state: Any, now: int, cost: int = 1) -> tuple[Any, Decision]:
        return state, Decision(
            allowed=True, limit=1, remaining=1, retry_after_ns=0, reset_after_ns=0
        )


@pytest.mark.parametrize("cheat", [Cheat(), NoLimit()])
def test_a_limiter_that_cheats_is_found_out(cheat: Any) -> None:
    policy = token_bucket.Policy(rate=10, burst=5)
    admitted = greedy(cheat, policy, 10 * SECOND, SECOND, asks_max=1000)
    assert worst_window(arrivals(admitted), SECOND).admitted > token_bucket.bound(policy, SECOND)


def test_erratic_traffic_is_seeded_and_stays_in_order() -> None:
    policy = token_bucket.Policy(rate=10, burst=5)
    one = erratic(token_bucket, policy, SECOND, 50, Chance(1))
    assert one == erratic(token_bucket, policy, SECOND, 50, Chance(1))
    assert one != erratic(token_bucket, policy, SECOND, 50, Chance(2))
    assert one == sorted(one, key=lambda admitted: admitted[0])
    assert one


# In nanoseconds, so small that all schedules can be tried; the bounds are worked out by hand.
TINY = [
    ("fixed-window", fixed_window.Policy(2, 6), 5, 4),  # 2 before the edge and 2 after it
    ("sliding-log", sliding_log.Policy(3, 6), 5, 3),  # the limit
    # 3 in the last moment of a window; 5 on, one has gone out of the estimate: 3 * 2/6 + 2 = 3
    ("sliding-counter", sliding_counter.Policy(3, 6), 5, 5),
    # too short a window for all but one: 4 * 2/6 = 1.33 still count, so 2 fit and not 3
    ("sliding-counter", sliding_counter.Policy(4, 6), 5, 6),
    ("token-bucket", token_bucket.Policy(2, 5, 3), 7, 5),  # 3 and floor(7 * 2 / 5)
    ("gcra", gcra.Policy(2, 5, 3), 7, 5),
    ("leaking-bucket", leaking_bucket.Policy(1, 2, 3), 7, 4),  # one every 2: at 0, 2, 4 and 6
]


def passed_on(name: str, policy: Any, begin: int, length: int, taken: Taken) -> int:
    """How many of what was taken reach the service in [begin, begin + length]."""
    if name != "leaking-bucket":
        return taken.units * (begin <= taken.at_ns <= begin + length)
    assert policy.scale == 1
    first = taken.at_ns + taken.delay_ns
    departs = range(first, first + taken.units * policy.increment, policy.increment)
    return sum(begin <= moment <= begin + length for moment in departs)


def most_of_all_schedules(name: str, policy: Any, begin: int, length: int) -> int:
    """The most that any schedule from time 0 on gets into one window, by trying every one."""
    algorithm = ALGORITHMS[name]
    known: dict[Any, int] = {}

    def most(now: int, state: Any) -> int:
        if now > begin + length:
            return 0
        key = (now, str(state))
        if key not in known:
            found = [most(now + 1, state)]
            for cost in range(1, 5):
                after, decision = algorithm.step(policy, state, now, cost)
                if decision:
                    taken = Taken(now, cost, decision.delay_ns)
                    got = passed_on(name, policy, begin, length, taken)
                    found.append(got + most(now + 1, after))
            known[key] = max(found)
        return known[key]

    return most(0, algorithm.initial(policy))


@pytest.mark.parametrize(("name", "policy", "length", "bound"), TINY)
def test_no_schedule_gets_more_than_the_greedy_one(name, policy, length, bound) -> None:
    windows = range(6) if name not in BUCKETS else [0, 4]
    assert max(most_of_all_schedules(name, policy, 6 + i, length) for i in windows) == bound
    limited = Limited(name, ALGORITHMS[name], policy, length + (name not in BUCKETS))
    got = [greedy(ALGORITHMS[name], policy, 6 + i, length) for i in range(6)]
    assert max(limited.worst(taken).admitted for taken in got) == bound == limited.bound


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 4)), max_size=8),
    st.integers(1, 7),
    st.integers(0, 40),
)
def test_departures_are_counted_one_by_one(begins, spacing, window) -> None:
    """Also of trains that overlap, as only a limiter that cheats lets them depart."""
    given_trains = sorted(Train(*one) for one in begins)
    moments = sorted(
        train.start + i * spacing for train in given_trains for i in range(train.units)
    )
    asked = range(-1, 60)
    assert list(departed(given_trains, spacing, asked)) == [
        sum(moment <= until for moment in moments) for until in asked
    ]
    worst = worst_outflow(given_trains, spacing, window)
    starts = {train.start for train in given_trains}
    expected = [sum(start <= moment <= start + window for moment in moments) for start in starts]
    assert worst.admitted == max(expected, default=0)
    inside = [moment for moment in moments if worst.first_ns <= moment <= worst.first_ns + window]
    assert worst.last_ns == max(inside, default=0)


def test_a_train_departs_as_a_leaking_bucket_lets_it_out() -> None:
    policy = leaking_bucket.Policy(rate=1, per_ns=SECOND, burst=3)
    taken = greedy(leaking_bucket, policy, 0, 2 * SECOND)
    # 3 at 0 s keep the outlet until 3 s. Two more fit in when one place is taken, at 2 s, and wait
    # for the outlet.
    assert trains(taken, 1) == [Train(0, 3), Train(3 * SECOND, 2)]
    assert worst_outflow(trains(taken, 1), SECOND, 2 * SECOND).admitted == 3  # at 0, 1 and 2 s
