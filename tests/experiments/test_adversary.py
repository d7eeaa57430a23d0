"""The adversary measures rightly, and finds out limiters that cheat."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.chance import Chance
from sdcli.experiments.adversary import erratic, greedy, worst_window
from sdcli.reference.limiters import SECOND, Decision, fixed_window, token_bucket


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
    assert sum(count for _, count in admitted) == 74 == token_bucket.bound(policy, 30 * SECOND)


def test_greed_just_before_the_edge_gets_two_windows() -> None:
    policy = fixed_window.Policy(limit=10, window_ns=SECOND)
    assert greedy(fixed_window, policy, SECOND - 1, SECOND)[:2] == [(SECOND - 1, 10), (SECOND, 10)]


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
    assert worst_window(admitted, SECOND).admitted > token_bucket.bound(policy, SECOND)


def test_erratic_traffic_is_seeded_and_stays_in_order() -> None:
    policy = token_bucket.Policy(rate=10, burst=5)
    one = erratic(token_bucket, policy, SECOND, 50, Chance(1))
    assert one == erratic(token_bucket, policy, SECOND, 50, Chance(1))
    assert one != erratic(token_bucket, policy, SECOND, 50, Chance(2))
    assert one == sorted(one, key=lambda admitted: admitted[0])
    assert one
