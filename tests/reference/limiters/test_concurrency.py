"""How many may be inside at once: places, leases, and the dead who hold them."""

from __future__ import annotations

import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.limiters.concurrency import (
    Concurrency,
    Lease,
    Policy,
    State,
    check,
    describe,
    idle_at,
    initial,
    leave,
    step,
)
from sdcli.reference.limiters.decision import SECOND


class Clock:
    """Nanoseconds that stand where they are put."""

    now = 0

    def __call__(self) -> int:
        return self.now


@given(
    st.integers(1, 4),
    st.integers(1, 12),
    st.lists(st.tuples(st.booleans(), st.integers(0, 9), st.integers(0, 5)), max_size=60),
)
def test_it_counts_as_a_list_of_who_is_inside(limit, lease, moves) -> None:
    policy = Policy(limit, lease)
    state, now = initial(policy), 0
    inside: dict[int, int] = {}  # number: until when
    for enters, wait, which in moves:
        now += wait
        inside = {number: ends for number, ends in inside.items() if ends > now}
        if enters:
            after, decision = step(policy, state, now)
            assert decision.allowed == (len(inside) < limit)
            if decision:
                inside[after.leases[-1].number] = now + lease
                assert decision.remaining == limit - len(inside)
            else:
                assert after is state
                assert decision.retry_after_ns == min(inside.values()) - now
                assert not step(policy, state, now + decision.retry_after_ns - 1)[1]
                assert step(policy, state, now + decision.retry_after_ns)[1]
            assert decision.reset_after_ns == max(inside.values()) - now
            state = after
        elif which < state.next_number:
            state = leave(state, which)
            inside.pop(which, None)
        check(policy, state)
    assert max(idle_at(state), now) == max([now, *inside.values()])


def test_a_number_is_never_used_again() -> None:
    policy = Policy(1, 10)
    state, _ = step(policy, initial(policy), 0)
    free = leave(state, 0)
    state, _ = step(policy, free, 1)
    assert state.leases == (Lease(11, 1),)
    assert leave(state, 0) is state  # who left already frees nobody else's place


def test_a_clock_that_steps_back_takes_no_place_away_and_gives_none() -> None:
    policy = Policy(2, 10)
    state, _ = step(policy, initial(policy), 100)
    state, second = step(policy, state, 50)
    assert second
    assert [lease.ends_ns for lease in state.leases] == [110, 110]
    assert step(policy, state, 50)[1].retry_after_ns == 60


def test_little_says_what_it_means_as_a_rate() -> None:
    """20 places, 200 ms inside: 20 / 0.2 s = 100 a second; at 2 s inside 10 a second."""
    for inside_ms, expected in ((200, 100), (2000, 10)):
        clock = Clock()
        slots = Concurrency(20, "60s", clock)
        held, admitted = [], 0
        for millisecond in range(20_000):  # somebody asks each millisecond
            clock.now = millisecond * 1_000_000
            while held and held[0][0] <= millisecond:
                assert slots.leave(held.pop(0)[1])
            if one := slots.enter("ann"):
                held.append((millisecond + inside_ms, one))
                admitted += 1
        assert admitted == expected * 20


def test_places_come_back_when_the_block_ends_however_it_ends() -> None:
    slots = Concurrency(1, "60s", Clock())

    def fail_inside() -> None:
        with slots.hold("ann") as held:
            assert held
            assert not slots.enter("ann")
            assert slots.enter("bob")
            raise KeyError

    with pytest.raises(KeyError):
        fail_inside()
    assert slots.peek("ann").remaining == 1
    assert len(slots) == 1
    slots.check()


def test_the_dead_give_their_places_back_and_are_forgotten() -> None:
    clock = Clock()
    slots = Concurrency(2, lease=10, clock=clock)
    for i in range(100):
        slots.enter(f"user:{i}")
    clock.now = 9
    first = slots.enter("ann")
    assert len(slots) == 101
    clock.now = 10
    assert slots.peek("user:1").remaining == 2
    slots.enter("ann")
    slots.check()
    assert len(slots) == 2  # of the hundred who never came back nothing is left
    assert slots.enter("ann").decision.retry_after_ns == 9
    clock.now = 19
    assert slots.enter("ann")
    assert not slots.leave(first)  # its lease had ended: the place is somebody else's
    slots.check()


def test_the_dead_of_one_caller_are_taken_out_together() -> None:
    """So that nobody holds the lock for a second who comes after a crash: work in calls, counted.

    One after the other, each with a look through those that are left, were 1000 * 1000 / 2.
    """
    clock = Clock()
    slots = Concurrency(1000, lease=10, clock=clock)
    for _ in range(1000):
        slots.enter("ann")
    clock.now = 10
    calls = 0

    def count(*_) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        slots.enter("bob")
    finally:
        sys.setprofile(None)
    assert calls < 5000
    assert len(slots) == 1
    slots.check()


@given(
    st.integers(1, 3),
    st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.integers(0, 9)), max_size=40),
)
def test_several_callers_are_counted_as_lists_of_who_is_inside(limit, moves) -> None:
    clock = Clock()
    slots = Concurrency(limit, lease=10, clock=clock)
    inside: list[tuple[int, str, object]] = []  # until when, who, the place
    gone: list[object] = []
    for enters, wait, which in moves:
        clock.now += wait
        gone += [held for ends, _, held in inside if ends <= clock.now]
        inside = [one for one in inside if one[0] > clock.now]
        key = f"user:{which % 3}"
        if enters:
            held = slots.enter(key)
            assert held.decision.allowed == (sum(one[1] == key for one in inside) < limit)
            if held:
                inside.append((clock.now + 10, key, held))
            assert len(slots) == len(inside)
        elif inside:
            gone.append(inside.pop(which % len(inside))[2])
            assert slots.leave(gone[-1])
        assert not any(slots.leave(held) for held in gone)
        slots.check()


@pytest.mark.parametrize("key", [None, 7, b"ann", ["ann"]], ids=repr)
def test_a_key_that_is_no_text_is_refused(key) -> None:
    slots = Concurrency(1)
    for call in (slots.enter, slots.peek, lambda key: slots.hold(key).__enter__()):
        with pytest.raises(InputError, match="key of a caller"):
            call(key)
    assert len(slots) == 0


def test_who_was_not_let_in_gives_nobodys_place_back() -> None:
    slots = Concurrency(1, "60s", Clock())
    inside = slots.enter("ann")
    outside = slots.enter("ann")
    assert not slots.leave(outside)
    assert not slots.enter("ann")
    assert slots.leave(inside)
    assert not slots.leave(inside)
    assert slots.enter("ann")


def test_a_clock_that_runs_backwards_stands_still() -> None:
    clock = Clock()
    clock.now = 100
    slots = Concurrency(1, 10, clock)
    slots.enter("ann")
    clock.now = 50
    assert slots.enter("bob")
    assert not slots.enter("ann")
    clock.now = 105
    assert not slots.enter("bob")  # its lease began at 100, too
    clock.now = 110
    assert slots.enter("ann")
    slots.check()
    assert len(slots) == 1


def test_threads_never_find_more_inside_than_there_are_places() -> None:
    slots = Concurrency(3)
    inside, most, passed, lock = 0, 0, 0, threading.Lock()

    def work() -> None:
        nonlocal inside, most, passed
        for _ in range(500):
            with slots.hold("ann") as held:
                if held:
                    with lock:
                        inside, passed = inside + 1, passed + 1
                        most = max(most, inside)
                    with lock:
                        inside -= 1

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert 1 <= most <= 3
    assert passed > 0
    assert len(slots) == 0
    slots.check()


@pytest.mark.parametrize(("limit", "lease"), [(0, "60s"), (1.5, "60s"), (1, 0), (1, "soon")])
def test_places_or_leases_that_cannot_be_are_refused(limit, lease) -> None:
    with pytest.raises(InputError):
        Concurrency(limit, lease)


def test_describe_draws_large_rooms_to_scale() -> None:
    policy = Policy(200, 60 * SECOND)
    state = initial(policy)
    assert describe(policy, state, 0) == f"concurrency [{' ' * 20}] 0 of 200 inside"
    for _ in range(100):
        state, _ = step(policy, state, 0)
    assert describe(policy, state, 0).startswith(f"concurrency [{'█' * 10}{' ' * 10}] 100 of 200")


def test_check_finds_what_is_broken() -> None:
    policy = Policy(2, 10)
    for wrong in (
        State((Lease(1, 0), Lease(2, 1), Lease(3, 2)), 3),
        State((Lease(2, 0), Lease(1, 1)), 2),
        State((Lease(1, 1), Lease(2, 0)), 2),
    ):
        with pytest.raises(AssertionError):
            check(policy, wrong)
