"""The fixed window counts by the clock, and bursts at its edge."""

from __future__ import annotations

import pytest

from sdcli.reference.limiters.decision import SECOND
from sdcli.reference.limiters.fixed_window import Policy, State, bound, check, initial, step

POLICY = Policy(limit=5, window_ns=10)


def test_each_window_of_the_clock_has_a_fresh_counter() -> None:
    state = initial(POLICY)
    admitted = []
    for now in range(40):
        state, decision = step(POLICY, state, now)
        if decision:
            admitted.append(now)
    # five at the beginning of each window of ten
    assert admitted == [*range(5), *range(10, 15), *range(20, 25), *range(30, 35)]


def test_twice_the_limit_passes_at_the_edge() -> None:
    state, last = step(POLICY, initial(POLICY), 9, 5)
    state, first = step(POLICY, state, 10, 5)
    assert last
    assert first
    assert not step(POLICY, state, 19)[1]


@pytest.mark.parametrize(
    ("window_ns", "expected"),
    # of windows 0-9 10-19 20-29: an instant touches 1; 9..10 2; 9..19 2; 9..20 3; 9..29 3; 9..30 4
    [(0, 5), (1, 10), (10, 10), (11, 15), (20, 15), (21, 20)],
)
def test_the_bound_counts_the_windows_that_a_stretch_can_touch(window_ns, expected) -> None:
    assert bound(POLICY, window_ns) == expected
    most = 0
    for start in range(10):  # brute force: take everything from `start` on
        state, taken = initial(POLICY), 0
        for now in range(start, start + window_ns + 1):
            _, here = step(POLICY, state, now, 0)
            state, _ = step(POLICY, state, now, here.remaining)
            taken += here.remaining
        most = max(most, taken)
    assert most == expected  # and it is reached


def test_the_numbers_of_a_decision() -> None:
    policy = Policy(100, SECOND)
    state, decision = step(policy, initial(policy), SECOND // 4, 60)
    assert (decision.limit, decision.remaining) == (100, 40)
    assert decision.reset_after_ns == 3 * SECOND // 4
    _, denied = step(policy, state, SECOND // 2, 41)
    assert (denied.allowed, denied.remaining) == (False, 40)
    assert denied.retry_after_ns == SECOND // 2
    assert step(policy, state, SECOND // 2, 40)[1]  # what was refused did not spend


def test_check_finds_a_counter_out_of_bounds() -> None:
    for used in (-1, 6):
        with pytest.raises(AssertionError):
            check(POLICY, State(0, used))
