"""The same limiter for asyncio: no second copy, no herd, nobody starves, places come back."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.limiters import SECOND, Limit, Limiter, Memory
from sdcli.reference.limiters.asynchronous import AsyncLimiter
from sdcli.reference.limiters.store import StoreAway
from sdcli.reference.limiters.written_once import written_once
from tests.reference.limiters.faulty import (
    Clock,
    Faulty,
    Promising,
    VirtualLoop,
    run_by_hand,
    run_virtually,
)

STORES = pytest.mark.parametrize("double", [Faulty, Promising], ids=["plain", "asyncio"])


def limiter_on(loop: VirtualLoop, double, limits) -> AsyncLimiter:
    return AsyncLimiter(Limiter(limits, store=double(Memory()), clock=loop.clock_ns))


# --- written once ---


def test_without_a_promise_it_is_a_plain_call() -> None:
    limiter = Limiter("1/s", clock=lambda: 0, sleep=lambda _: None)
    assert limiter.wait("ann").delay_ns == 0
    assert limiter.wait("ann").delay_ns == SECOND
    assert limiter.change("2/s") is None


def test_a_store_that_is_empty_is_a_store() -> None:
    store = Memory(max_keys=1)  # of length 0, so not true
    assert Limiter("1/s", store=store).store is store


def test_errors_arrive_where_the_answer_was_expected_either_way() -> None:
    @written_once
    def tried(ask):
        try:
            return (yield ask())
        except StoreAway as error:
            return f"caught: {error}"

    def fails():
        raise StoreAway("gone")

    async def fails_later():
        raise StoreAway("gone")

    assert tried(fails) == "caught: gone"
    assert run_by_hand(tried(fails_later)) == "caught: gone"


def test_errors_that_nobody_catches_reach_the_caller_either_way() -> None:
    for double in (Faulty, Promising):
        store = double(Memory(), lambda _: True)
        limiter = AsyncLimiter(Limiter("1/s", store=store, clock=lambda: 0))
        for call in (limiter.acquire, limiter.wait, limiter.reserve, limiter.reset):
            with pytest.raises(StoreAway):
                run_by_hand(call("ann"))


def test_a_wait_that_is_thrown_away_gives_its_place_back() -> None:
    """The loop was stopped and nobody cancelled the task: the coroutine is closed."""
    limiter = Limiter("1/s", clock=lambda: 0)
    limiter.acquire("ann")
    coroutine = AsyncLimiter(limiter, sleep=lambda _: asyncio.sleep(0)).wait("ann")
    coroutine.send(None)  # it sleeps until 1 s
    assert limiter.peek("ann").retry_after_ns == 2 * SECOND
    coroutine.close()
    assert limiter.reserve("ann").delay == 1.0


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 9),
            st.sampled_from(["acquire", "peek", "refund", "reserve", "wait"]),
            st.sampled_from(["ann", "bob"]),
            st.integers(0, 5),
        ),
        max_size=25,
    )
)
def test_every_call_gives_what_the_plain_limiter_gives(trace) -> None:
    clock = Clock()

    def told(answer):
        return getattr(answer, "decision", answer)

    plain = Limiter(Limit(4, 9), clock=clock, sleep=lambda _: None)
    others = [
        AsyncLimiter(
            Limiter(Limit(4, 9), store=double(Memory()), clock=clock),
            sleep=lambda _: asyncio.sleep(0),
        )
        for double in (Faulty, Promising)
    ]
    for wait, name, key, cost in trace:
        clock.now += wait
        expected = told(getattr(plain, name)(key, cost))
        for other in others:
            assert told(run_by_hand(getattr(other, name)(key, cost))) == expected


@STORES
def test_the_other_calls(double) -> None:
    async def main(loop: VirtualLoop) -> None:
        limiter = limiter_on(loop, double, "2/s")
        answers = await limiter.acquire_many([("ann", 2), ("ann", 1), ("bob", 1)])
        assert [bool(one) for one in answers] == [True, False, True]
        await limiter.refund("ann", 1)
        assert (await limiter.peek("ann", 0)).remaining == 1
        await limiter.reset("ann")
        assert (await limiter.peek("ann", 0)).remaining == 2
        await limiter.change("5/s", keep="reset")
        assert (await limiter.acquire("ann", 5)).limit == 5
        assert limiter.limiter.limits[0].rate == 5
        held = await limiter.reserve("ann", 1, max_wait=1)
        assert (bool(held), held.delay) == (True, 0.2)
        assert await held.cancel()
        assert not await limiter.reserve("ann", 5, max_wait=0.5)
        with pytest.raises(InputError, match="timeout"):
            await limiter.wait("ann", timeout=-1)

    run_virtually(main)


# --- waiting ---


@STORES
def test_a_thousand_waiters_wake_once_each_in_their_order(double) -> None:
    """100/s from a burst of 1: the i-th departs at i/100 s, and nobody wakes for nothing."""

    async def main(loop: VirtualLoop) -> None:
        slept, departed = [], []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)
            await asyncio.sleep(seconds)

        inner = Limiter("100/s burst 1", store=double(Memory()), clock=loop.clock_ns)
        limiter = AsyncLimiter(inner, sleep=sleep)

        async def one(number: int) -> None:
            assert await limiter.wait("ann")
            departed.append((number, loop.clock_ns()))

        await asyncio.gather(*(one(number) for number in range(1000)))
        assert departed == [(number, number * SECOND // 100) for number in range(1000)]
        assert len(slept) == 999  # the first one need not

    run_virtually(main)


def test_a_large_request_that_came_first_is_not_passed_by_small_ones() -> None:
    """A heap ordered by amount lets cost 5, queued first, finish last: after all twelve."""

    async def main(loop: VirtualLoop) -> None:
        limiter, finished = limiter_on(loop, Faulty, "5/s"), []

        async def one(name: str, cost: int) -> None:
            await limiter.wait("ann", cost)
            finished.append((name, loop.now))

        await limiter.acquire("ann", 5)
        small = (one(f"small {number}", 1) for number in range(12))
        await asyncio.gather(one("large", 5), *small)
        # 5 in a second: the large one at 1 s, then one each fifth of a second.
        assert finished[0] == ("large", 1.0)
        assert [name for name, _ in finished[1:]] == [f"small {number}" for number in range(12)]
        assert finished[-1][1] == pytest.approx(1.0 + 12 / 5)

    run_virtually(main)


@STORES
def test_one_who_cannot_be_served_in_time_is_told_at_once_and_takes_nothing(double) -> None:
    async def main(loop: VirtualLoop) -> None:
        limiter = limiter_on(loop, double, "1/s")
        await limiter.acquire("ann")
        refused = await limiter.wait("ann", timeout=0.5)
        assert (refused.allowed, loop.now) == (False, 0.0)
        assert (await limiter.wait("ann", timeout=1)).allowed
        assert loop.now == 1.0

    run_virtually(main)


@STORES
def test_a_waiter_that_is_cancelled_gives_its_place_back(double) -> None:
    async def main(loop: VirtualLoop) -> None:
        limiter = limiter_on(loop, double, "1/s")
        await limiter.acquire("ann")
        waiter = asyncio.create_task(limiter.wait("ann"))
        await asyncio.sleep(0.25)
        waiter.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiter
        assert await limiter.wait("ann")
        assert loop.now == 1.0  # its place, and not the one behind it

    run_virtually(main)


def test_it_is_given_back_also_when_cancelled_twice() -> None:
    """The second time while the store is being told."""

    async def main(loop: VirtualLoop) -> None:
        limiter = limiter_on(loop, Promising, "1/s")
        await limiter.acquire("ann")
        waiter = asyncio.create_task(limiter.wait("ann"))
        await asyncio.sleep(0.25)
        waiter.cancel()
        await asyncio.sleep(0)  # now it waits for the store to take the place back
        assert not waiter.done()
        waiter.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiter
        await asyncio.sleep(0.25)
        assert (await limiter.reserve("ann")).delay == 0.5  # at 1 s, seen from 0.5 s

    run_virtually(main)


def test_a_store_that_is_gone_when_the_place_comes_back_does_not_hide_the_cancellation() -> None:
    """StoreAway comes instead, with the cancellation behind it; a Guarded store has none of it."""

    async def main(loop: VirtualLoop) -> None:
        store = Promising(Memory())
        limiter = AsyncLimiter(Limiter("1/s", store=store, clock=loop.clock_ns))
        await limiter.acquire("ann")
        waiter = asyncio.create_task(limiter.wait("ann"))
        await asyncio.sleep(0.25)
        store.fails = lambda _: True
        waiter.cancel()
        with pytest.raises(StoreAway) as caught:
            await waiter
        assert isinstance(caught.value.__context__, asyncio.CancelledError)

    run_virtually(main)


def test_timeouts_of_asyncio_work_around_it() -> None:
    async def main(loop: VirtualLoop) -> None:
        limiter = limiter_on(loop, Faulty, "1/m")
        await limiter.acquire("ann")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                await limiter.wait("ann")
        assert loop.now == 2.0
        assert (await limiter.reserve("ann")).delay == 58.0  # the place is free again

    run_virtually(main)
