"""The calls of a limiter: what they hand on, when they wait, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from sdcli.core.errors import InputError
from sdcli.reference.limiters import ALGORITHMS, SECOND, Decision, Limit, Limiter, Memory

HOUR = 3600 * SECOND


class World:
    """A clock, and a sleep that moves it; both are handed to the limiter."""

    def __init__(self) -> None:
        self.now = 0
        self.slept: list[float] = []

    def clock(self) -> int:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += round(seconds * SECOND)

    def limiter(self, limits: Any, **more: Any) -> Limiter:
        return Limiter(limits, clock=self.clock, sleep=self.sleep, **more)


@pytest.fixture
def world() -> World:
    return World()


def test_the_store_that_was_given_is_the_one_that_is_used(world) -> None:
    """An empty Memory has length 0, and was taken for none."""
    store = Memory(max_keys=1)
    limiter = world.limiter("1/s", store=store)
    assert limiter.store is store
    assert limiter.acquire("ann")
    assert not limiter.acquire("bob").judged


def test_acquire_peek_give_reset(world) -> None:
    limiter = world.limiter("1/s burst 3")
    assert limiter.peek("ann", 3)
    assert limiter.acquire("ann", 2).remaining == 1
    assert limiter.acquire("bob").remaining == 2  # callers do not meet
    assert not limiter.peek("ann", 2)
    limiter.refund("ann")
    assert limiter.acquire("ann", 2).remaining == 0
    limiter.refund("ann", 100)  # no more than a stranger has
    assert limiter.peek("ann", 0).remaining == 3
    limiter.acquire("ann", 3)
    limiter.reset("ann")
    assert limiter.acquire("ann", 3)


def test_acquire_many_is_acquire_in_turn(world) -> None:
    one, many = world.limiter("1/s burst 3"), world.limiter("1/s burst 3")
    requests = [("ann", 2), ("bob", 1), ("ann", 2), ("ann", 1)]
    assert many.acquire_many(requests) == [one.acquire(*request) for request in requests]


@pytest.mark.parametrize(
    "bad",
    [("ann",), ("ann", 1, 2), "ann", None, (7, 1), ("ann", -1), ("ann", 1.5)],
    ids=repr,
)
def test_a_batch_with_one_that_is_no_request_takes_nothing(world, bad: Any) -> None:
    limiter = world.limiter("1/s burst 3")
    with pytest.raises(InputError):
        limiter.acquire_many([("ann", 2), bad])
    assert limiter.peek("ann", 0).remaining == 3


def test_a_subclass_s_acquire_is_the_one_that_is_called(world) -> None:
    class Twice(Limiter):
        def acquire(self, key: str, cost: int = 1) -> Decision:
            return super().acquire(key, 2 * cost)

    limiter = Twice("1/s burst 4", clock=world.clock)
    assert limiter.acquire("ann").remaining == 2
    assert world.limiter("1/s burst 4").acquire("ann").remaining == 3


def test_a_clock_set_back_goes_on_from_where_it_was(world) -> None:
    world.now = 1000 * SECOND
    limiter = world.limiter("1/s")
    assert limiter.acquire("ann")
    world.now = 0
    assert limiter.acquire("ann").retry_after_ns == SECOND  # and not 1001 s
    world.now = SECOND
    assert limiter.acquire("ann")


def test_limits_with_algorithms_of_their_own(world) -> None:
    limits = [Limit(2, "1s", name="a"), Limit(3, "1h", name="b", algorithm="fixed-window")]
    limiter = world.limiter(limits)
    told = [limiter.acquire("ann").violated for _ in range(3)]
    assert told == [(), (), ("a",)]
    world.now = SECOND
    assert [limiter.acquire("ann").violated for _ in range(2)] == [(), ("b",)]


# Waiting


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
def test_wait_sleeps_until_its_moment(world, algorithm) -> None:
    limiter = world.limiter("1/s", algorithm=algorithm)
    for _ in range(4):
        decision = limiter.wait("ann")
        assert decision.allowed
    assert sum(world.slept) >= 3
    assert world.now == round(sum(world.slept) * SECOND)


def test_wait_answers_no_at_once_when_it_cannot_fit(world) -> None:
    limiter = world.limiter("1/s")
    limiter.acquire("ann")
    decision = limiter.wait("ann", timeout=0.75)
    assert (decision.allowed, world.slept, world.now) == (False, [], 0)
    # The same call is granted a quarter of a second later.
    assert decision.retry_after_ns == SECOND // 4
    world.now = SECOND // 4
    assert limiter.wait("ann", timeout=0.75)
    assert world.slept == [0.75]


def test_wait_of_more_than_there_ever_is(world) -> None:
    decision = world.limiter("1/s burst 2").wait("ann", 3)
    assert (decision.allowed, decision.retry_after_ns, world.slept) == (False, None, [])


def test_a_deadline_of_nothing_is_acquire(world) -> None:
    limiter = world.limiter("1/s")
    assert limiter.wait("ann", timeout=0)
    assert not limiter.wait("ann", timeout=0)
    assert not limiter.wait("ann", timeout=0.0)
    assert world.slept == []


@pytest.mark.parametrize("timeout", [None, float("inf"), 10**30, 1e300, 1e9])
def test_deadlines_that_are_as_long_as_it_takes(world, timeout) -> None:
    limiter = world.limiter("1/h")
    limiter.acquire("ann")
    assert limiter.wait("ann", timeout=timeout).delay_ns == HOUR


@pytest.mark.parametrize("timeout", [-1, -0.001, float("nan"), float("-inf"), "2", True])
def test_deadlines_that_cannot_be(world, timeout) -> None:
    limiter = world.limiter("1/s")
    with pytest.raises(InputError, match="timeout"):
        limiter.wait("ann", timeout=timeout)
    with pytest.raises(InputError, match="max_wait"):
        limiter.reserve("ann", max_wait=timeout)
    assert limiter.acquire("ann")


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, RuntimeError])
def test_an_interrupted_wait_gives_its_place_back(error: type[BaseException]) -> None:
    def interrupted(seconds: float) -> None:
        assert seconds == 1.0
        raise error

    limiter = Limiter("1/s", clock=lambda: 0, sleep=interrupted)
    limiter.acquire("ann")
    before = limiter.peek("ann")
    for _ in range(3):
        with pytest.raises(error):
            limiter.wait("ann")
    assert limiter.peek("ann") == before
    assert limiter.reserve("ann").delay == 1.0


def test_an_interruption_after_the_moment_came_gives_nothing_back(world) -> None:
    def late(seconds: float) -> None:
        world.sleep(seconds)
        raise KeyboardInterrupt

    limiter = Limiter("1/s", clock=world.clock, sleep=late)
    limiter.acquire("ann")
    with pytest.raises(KeyboardInterrupt):
        limiter.wait("ann")
    assert not limiter.acquire("ann")


# Reservations


def test_a_reservation_tells_its_delay_and_can_be_cancelled(world) -> None:
    limiter = world.limiter("2/s burst 2")
    held = [limiter.reserve("ann") for _ in range(4)]
    assert [one.delay for one in held] == [0, 0, 0.5, 1.0]
    assert all(held)
    assert not held[0].cancel()  # its moment was at once
    assert held[3].cancel()
    assert not held[3].cancel()
    assert limiter.reserve("ann").delay == 1.0


def test_a_reservation_that_was_not_to_be_had(world) -> None:
    limiter = world.limiter("1/s")
    limiter.acquire("ann")
    refused = limiter.reserve("ann", max_wait=0.5)
    assert not refused
    assert not refused.cancel()
    assert limiter.reserve("ann").delay == 1.0


def test_cancelled_out_of_a_leaking_bucket(world) -> None:
    """A gap between two departures that were told passes unused; at the end there is none."""
    limiter = world.limiter("1/s burst 5", algorithm="leaking-bucket")
    held = [limiter.reserve("ann") for _ in range(4)]
    assert [one.delay for one in held] == [0, 1, 2, 3]
    assert held[1].cancel()
    assert limiter.peek("ann").delay_ns == 4 * SECOND
    assert held[3].cancel()
    assert limiter.peek("ann").delay_ns == 3 * SECOND
    assert held[2].cancel()  # with it the gap before it is at the end, too
    assert limiter.peek("ann").delay_ns == 1 * SECOND


# Changes


def test_a_refused_change_changes_nothing(world) -> None:
    limiter = world.limiter("2/s")
    limiter.acquire("ann")
    for limits, keep in [
        ("0/s", "as-is"),
        ([], "as-is"),
        ("5/s", "keep-it"),
        (["1/s"] * 2, "reset"),
    ]:
        with pytest.raises(InputError):
            limiter.change(limits, keep)
    assert (str(limiter.limits[0]), limiter.acquire("ann").remaining) == ("2/1s", 0)


def test_a_single_limit_inherits_whatever_its_name(world) -> None:
    """`change("4/s")` after `Limiter("2/s")`: limits without names are named by their text."""
    limiter = world.limiter("2/s")
    limiter.acquire("ann", 2)
    limiter.change("4/s")
    assert limiter.acquire("ann").violated == ("4/1s",)
    limiter.change("4/s", keep="reset")
    assert limiter.acquire("ann", 4)


def test_one_of_several_with_a_new_name_begins_anew(world) -> None:
    limiter = world.limiter(["2/s", "9/d"])
    limiter.acquire("ann", 2)
    limiter.change(["4/s", "9/d"])
    assert [part.remaining for part in limiter.peek("ann", 0).parts] == [4, 7]


@pytest.mark.parametrize("after", sorted(ALGORITHMS))
@pytest.mark.parametrize("before", sorted(ALGORITHMS))
def test_a_change_to_another_algorithm_keeps_what_was_spent(world, before, after) -> None:
    limiter = world.limiter(Limit(10, "1h", name="x", algorithm=before))
    limiter.acquire("ann", 7)
    limiter.change(Limit(10, "1h", name="x", algorithm=after))
    if before != "leaking-bucket":  # those inside it go first
        assert not limiter.acquire("ann", 4)
        assert limiter.acquire("ann", 3)
    world.now = 2 * HOUR
    assert limiter.acquire("ann", 10)


@pytest.mark.parametrize("keep", ["reset", "additive"])
def test_a_leaking_bucket_that_is_emptied_lets_those_inside_go_first(world, keep) -> None:
    """Six at 10/s depart at 0, 0.1, ... 0.5 s, so the next one would at 0.6 s."""
    limiter = world.limiter("10/s burst 10", algorithm="leaking-bucket")
    limiter.acquire("ann", 6)
    limiter.change("20/s burst 20", keep)
    assert limiter.acquire("ann").retry_after_ns == 6 * SECOND // 10
    assert limiter.reserve("ann", max_wait=1).delay == 0.6
    world.now = 6 * SECOND // 10
    assert limiter.peek("ann", 19).delay_ns == SECOND // 20  # behind the one that is reserved


def test_limits_added_and_removed(world) -> None:
    a, b = Limit(5, "1h", name="a"), Limit(3, "1h", name="b")
    limiter = world.limiter([a])
    limiter.acquire("ann", 2)
    limiter.change([a, b])
    assert [part.remaining for part in limiter.peek("ann", 0).parts] == [3, 3]
    limiter.acquire("ann", 1)
    limiter.change([b, a])
    assert [part.remaining for part in limiter.peek("ann", 0).parts] == [2, 2]
    limiter.change([b, Limit(9, "1h", name="c")])
    assert limiter.acquire("ann", 2)
    limiter.change([a, b])  # one that was away begins anew
    assert [part.remaining for part in limiter.peek("ann", 0).parts] == [5, 0]


def test_what_is_no_limiter() -> None:
    for limits, more in [([], {}), ("1/s burst 2", {"algorithm": "fixed-window"}),
                         ("1/s", {"algorithm": "gcra2"})]:  # fmt: skip
        with pytest.raises(InputError):
            Limiter(limits, **more)


def test_a_clock_that_tells_no_whole_nanoseconds_is_refused() -> None:
    limiter = Limiter("1/s", clock=lambda: 0.5)  # type: ignore[arg-type, return-value]
    with pytest.raises(InputError, match="time"):
        limiter.acquire("ann")


def test_the_docstring_of_a_decision_holds(world) -> None:
    decision = world.limiter("1/s").acquire("ann")
    assert isinstance(decision, Decision)
    assert decision
    assert decision.parts == ()
