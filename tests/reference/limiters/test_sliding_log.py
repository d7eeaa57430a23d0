"""The sliding log: exact in every window, flat in its limit, and never changed under anybody."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.reference.limiters import sliding_log
from sdcli.reference.limiters.decision import SECOND
from sdcli.reference.limiters.sliding_log import (
    NOTHING,
    Policy,
    State,
    bound,
    check,
    idle_at,
    initial,
    refund,
    step,
)

if TYPE_CHECKING:
    from types import FrameType

Entries = list[tuple[int, int]]
BIG = 2**63


def counted(policy: Policy, entries: Entries, now: int) -> Entries:
    """What a person with paper and pencil counts at `now`."""
    return [(at, cost) for at, cost in entries if now - at < policy.window_ns]


def merged(entries: Entries) -> Entries:
    spent: dict[int, int] = {}
    for at, cost in entries:
        spent[at] = spent.get(at, 0) + cost
    return sorted(spent.items())


@pytest.mark.parametrize("short", [0, 32])
@given(
    st.integers(1, 6),
    st.integers(1, 12),
    st.lists(
        # which of the states so far to go on from, how much later, its cost, what to give back
        st.tuples(st.integers(0, 3), st.integers(0, 6), st.integers(0, 6), st.integers(0, 4)),
        max_size=50,
    ),
)
def test_old_states_stay_as_they_were_whoever_goes_on_from_them(
    short, limit, window, moves
) -> None:
    """Many branches of one log, each against its own list: what one writes, no other sees."""
    policy = Policy(limit, window)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sliding_log, "_SHORT", short)  # 0: the log is cut at every chance
        branches: list[tuple[State, Entries, int]] = [(initial(policy), [], 0)]
        for back, wait, cost, amount in moves:
            state, entries, at = branches[max(0, len(branches) - 1 - back)]
            now = at + wait
            inside = counted(policy, entries, now)
            fits = sum(spent for _, spent in inside) + cost <= limit
            after, decision = step(policy, state, now, cost)
            assert decision.allowed == (fits or cost == 0)
            if decision and cost:
                entries, at = merged([*inside, (now, cost)]), now
                assert after.entries() == entries
            if amount:
                after, entries = refund(policy, after, now, amount), list(entries)
                for _ in range(amount):  # the newest leaves first
                    if entries:
                        moment, spent = entries.pop()
                        entries += [(moment, spent - 1)] if spent > 1 else []
                at = max([at, *[moment for moment, _ in entries]])
            branches.append((after, entries, at))
        for state, entries, _ in branches:
            assert state.entries() == entries
            check(policy, state)
    assert len(NOTHING.moments) == 0
    assert list(NOTHING.totals) == [0]


def test_a_request_counts_for_exactly_one_window() -> None:
    policy = Policy(limit=1, window_ns=10)
    state, _ = step(policy, initial(policy), 100)
    assert not step(policy, state, 109)[1]
    assert step(policy, state, 110)[1]


def test_the_wait_is_for_as_many_as_are_needed() -> None:
    # limit 5 in 10: at 0, 2 and 4 came 1, 2 and 2. They leave at 10, 12 and 14.
    policy = Policy(limit=5, window_ns=10)
    state = initial(policy)
    for now, cost in ((0, 1), (2, 2), (4, 2)):
        state, _ = step(policy, state, now, cost)
    waits = [step(policy, state, 6, cost)[1].retry_after_ns for cost in (1, 2, 3, 4, 5, 6)]
    assert waits == [4, 6, 6, 8, 8, None]
    assert step(policy, state, 6, 0)[1].reset_after_ns == 8


@pytest.mark.parametrize(
    ("length", "expected"),
    # limit 5 in 10: 0..9 is one window; 0..10 has both its ends; 0..19 two; 0..20 three
    [(0, 5), (9, 5), (10, 10), (19, 10), (20, 15)],
)
def test_the_bound_is_reached_and_a_nanosecond_less_than_a_window_holds_the_limit(
    length, expected
) -> None:
    policy = Policy(limit=5, window_ns=10)
    assert bound(policy, length) == expected
    state, taken = initial(policy), 0
    for now in range(length + 1):
        here = step(policy, state, now, 0)[1].remaining
        state, _ = step(policy, state, now, here)
        taken += here
    assert taken == expected


def lines_run(policy: Policy, state: State, nows: range) -> tuple[int, State]:
    """How many lines of Python the steps take; a copy of a log runs one for each entry."""
    count = 0

    def trace(_frame: FrameType, event: str, _arg: object) -> object:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        for now in nows:
            state, _ = step(policy, state, now)
    finally:
        sys.settrace(before)
    return count, state


def test_a_decision_costs_the_same_at_a_limit_of_a_hundred_thousand() -> None:
    counts = {}
    for limit in (100, 100_000):
        policy = Policy(limit, limit)  # one a nanosecond fills it exactly
        state = initial(policy)
        for now in range(limit - 5):
            state, _ = step(policy, state, now)
        counts[limit], state = lines_run(policy, state, range(limit - 5, limit + 10))
        assert state.used == limit
    assert counts[100] == counts[100_000]


def test_over_many_windows_a_decision_costs_the_same_and_the_log_stays_short() -> None:
    costs = {}
    for limit in (100, 5000):
        policy = Policy(limit, limit)
        count, state = lines_run(policy, initial(policy), range(4 * limit))
        costs[limit] = count / (4 * limit)
        assert len(state.log.moments) <= 2 * limit + 2
    assert costs[5000] < 1.1 * costs[100]


def test_asking_and_being_refused_by_another_limit_copy_nothing() -> None:
    """A step whose state is thrown away leaves no trace: the next one shares what it wrote."""
    policy = Policy(100, 100)
    state, _ = step(policy, initial(policy), 0)
    state, logs = step(policy, state, 1)[0], []
    for now in range(2, 1000):
        asked = [step(policy, state, now, cost)[0] for cost in (1, 1, 1)]
        state, _ = step(policy, state, now)
        assert asked[0].log is asked[1].log is asked[2].log is state.log
        assert len(state.log.moments) <= 2 * 100 + 2
        logs += [state.log] if not logs or state.log is not logs[-1] else []
    assert 5 <= len(logs) <= 15  # a log of 100 is cut after each 100 or so, not at each step


def test_a_log_that_was_cut_for_a_question_about_later_goes_on_for_now() -> None:
    policy = Policy(limit=200, window_ns=100)
    state = initial(policy)
    for now in range(120):
        state, _ = step(policy, state, now)
    step(policy, state, 180)  # most has left by then: the heir begins at 81 and ends before 119
    for now in range(120, 201):
        state, _ = step(policy, state, now)
    assert state.entries() == [(now, 1) for now in range(101, 201)]


def test_a_branch_that_goes_on_beside_another_gets_a_log_of_its_own() -> None:
    policy = Policy(10, 100)
    root, _ = step(policy, step(policy, initial(policy), 0)[0], 1)
    left, right = step(policy, root, 2)[0], step(policy, root, 3)[0]
    assert left.log is right.log
    left, right = step(policy, left, 4)[0], step(policy, right, 4)[0]
    assert left.log is not right.log
    assert left.entries() == [(0, 1), (1, 1), (2, 1), (4, 1)]
    assert right.entries() == [(0, 1), (1, 1), (3, 1), (4, 1)]


def test_one_request_in_a_window_needs_no_log() -> None:
    policy = Policy(10, 100)
    state = initial(policy)
    for now in range(0, 5000, 100):
        state, _ = step(policy, state, now)
        assert state.log is NOTHING


@pytest.mark.parametrize("start", [BIG - 3, -BIG - 3, 10**30])
def test_times_beyond_63_bits_are_as_right(start: int) -> None:
    """The same verdicts as ten thousand years earlier; an array alone would overflow."""
    policy = Policy(limit=4, window_ns=10)
    far, near = initial(policy, start), initial(policy, 0)
    for now, cost in ((0, 1), (2, 1), (4, 1), (5, 1), (6, 1), (10, 2), (11, 1), (12, 1), (30, 4)):
        far, there = step(policy, far, start + now, cost)
        near, here = step(policy, near, now, cost)
        assert there == here
        assert far.entries() == [(at + start, spent) for at, spent in near.entries()]
        check(policy, far)


def test_costs_beyond_63_bits_are_as_right_and_the_shared_log_survives() -> None:
    policy = Policy(limit=10**19, window_ns=10)
    state = initial(policy)
    for now in range(3):
        state, _ = step(policy, state, now, 3 * 10**18)
    state, _ = step(policy, state, 3, 10**18)  # 9 * 10**18 in the log; one more does not fit
    held = state
    state, _ = step(policy, state, 4, 0)
    state = refund(policy, state, 4, 5 * 10**17)
    state, decision = step(policy, state, 4, 5 * 10**17)
    assert decision.remaining == 0
    beside, _ = step(policy, refund(policy, held, 4, 10**18), 4, 1)
    for one in (state, held, beside):
        check(policy, one)
    # Entries of 3e18 leave at 10, 11 and 12; for 4e18 two of them must.
    assert step(policy, state, 4, 4 * 10**18)[1].retry_after_ns == 7


def test_states_are_equal_by_what_they_say() -> None:
    policy = Policy(10, 100)
    one, _ = step(policy, step(policy, initial(policy), 0, 2)[0], 1, 3)
    other = initial(policy)
    for now in (0, 0, 1, 1, 1):
        other, _ = step(policy, other, now)
    longer = refund(policy, step(policy, one, 2, 4)[0], 2, 4)
    assert one == other == longer
    assert hash(one) == hash(other) == hash(longer)
    assert one != step(policy, one, 2)[0]
    assert one != step(policy, step(policy, initial(policy), 0, 3)[0], 1, 2)[0]  # 2 + 3, not 3 + 2
    assert one != (0, 1)


def test_what_is_given_back_is_the_newest() -> None:
    policy = Policy(10, 100)
    state = initial(policy)
    for now, cost in ((0, 2), (10, 3), (20, 4)):
        state, _ = step(policy, state, now, cost)
    assert refund(policy, state, 20, 1).entries() == [(0, 2), (10, 3), (20, 3)]
    assert refund(policy, state, 20, 4).entries() == [(0, 2), (10, 3)]
    assert refund(policy, state, 20, 5).entries() == [(0, 2), (10, 2)]
    assert refund(policy, state, 20, 9).entries() == []
    assert idle_at(policy, refund(policy, state, 20, 5)) == 110
    assert state.entries() == [(0, 2), (10, 3), (20, 4)]


def test_a_time_before_the_newest_entry_counts_as_that_entrys() -> None:
    policy = Policy(3, 10)
    state, _ = step(policy, initial(policy), 100)
    state, decision = step(policy, state, 50)
    assert state.entries() == [(100, 2)]
    assert decision.reset_after_ns == 60  # on the caller's own clock: it leaves at 110


def test_describe_says_what_counts_now() -> None:
    policy = Policy(20, SECOND)
    state, _ = step(policy, initial(policy), 0, 10)
    assert "10 of 20" in sliding_log.describe(policy, state, SECOND - 1)
    assert "0 of 20" in sliding_log.describe(policy, state, SECOND)


def test_check_finds_what_is_broken() -> None:
    policy = Policy(limit=5, window_ns=10)
    state = initial(policy)
    for now in range(4):
        state, _ = step(policy, state, now)
    check(policy, state)
    log = state.log
    broken = {
        "1": State(log, 0, 3, 3, 9),
        "2: the view": State(log, 0, 5, 3, 4),
        "2: the moments": State(log, 0, 3, 1, 4),
        "3": State(log, 0, 3, 40, 4),
    }
    for message, wrong in broken.items():
        with pytest.raises((AssertionError, IndexError), match=f"{message}|index"):
            check(policy, wrong)
