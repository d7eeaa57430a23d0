"""Listeners, counters and the shadow: they see everything and change nothing but what they say."""

from __future__ import annotations

import asyncio
import gc
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.reference.limiters import SECOND, Limit, Limiter, Memory
from sdcli.reference.limiters.asynchronous import AsyncLimiter
from sdcli.reference.limiters.breaker import Breaker
from sdcli.reference.limiters.guarded import Guarded
from sdcli.reference.limiters.observed import (
    Counted,
    DecisionCounts,
    Observed,
    Shadow,
    ShadowCounts,
)
from tests.reference.limiters.faulty import Clock, Faulty, Promising, run_by_hand

BOTH = [Limit(2, "1s", name="burst"), Limit(3, "1d", name="daily")]


def limiter_of(store, limits="2/s") -> Limiter:
    return Limiter(limits, store=store, clock=lambda: 0, sleep=lambda _: None)


# --- listeners ---


def test_a_listener_hears_every_decision_and_no_peek() -> None:
    heard = []
    limiter = limiter_of(Observed(Memory(), lambda *what: heard.append(what)))
    told = [limiter.acquire("ann", 2), *limiter.acquire_many([("ann", 1), ("bob", 1)])]
    told.append(limiter.wait("ann", 1))
    limiter.peek("ann")
    assert heard == [
        ("ann", 2, told[0]), ("ann", 1, told[1]), ("bob", 1, told[2]), ("ann", 1, told[3]),
    ]  # fmt: skip


def test_a_listener_that_raises_loses_no_decision() -> None:
    def listener(key, *_) -> None:
        raise ValueError(key)

    store = Observed(Memory(), listener)
    limiter = limiter_of(store)
    assert [bool(limiter.acquire("ann")) for _ in range(3)] == [True, True, False]
    assert [bool(one) for one in limiter.acquire_many([("bob", 1), ("bob", 2)])] == [True, False]
    assert store.failures == 5
    assert str(store.last_failure) == "bob"


def test_a_listener_may_ask_the_limiter_itself() -> None:
    """It is called when the store has let go of its lock, or this would hang."""
    seen = []

    def listener(key, *_) -> None:
        seen.append(limiter.peek(key, 0).remaining)

    limiter = limiter_of(Observed(Memory(), listener))
    limiter.acquire("ann")
    assert seen == [1]


def test_a_listener_of_asyncio_is_awaited() -> None:
    heard = []

    async def listener(key, *_) -> None:
        await asyncio.sleep(0)
        heard.append(key)
        raise ValueError(key)

    store = Observed(Promising(Memory()), listener)
    assert run_by_hand(limiter_of(store).acquire("ann"))
    assert (heard, store.failures) == (["ann"], 1)


def test_a_listener_that_promises_beside_a_store_that_answers_is_a_failure(recwarn) -> None:
    """A promise of a decision is true, so a limiter that gave one would let everybody pass."""
    heard = []

    async def listener(key, *_) -> None:
        heard.append(key)

    store = Observed(Memory(), listener)
    limiter = limiter_of(store)
    assert [limiter.acquire("ann").allowed for _ in range(3)] == [True, True, False]
    assert [one.allowed for one in limiter.acquire_many([("bob", 2), ("bob", 1)])] == [True, False]
    assert limiter.reserve("bob", 1, max_wait=1).delay == 0.5
    assert (heard, store.failures) == ([], 6)
    assert "promises" in str(store.last_failure)
    gc.collect()
    assert not recwarn.list  # what was promised is closed, and not only forgotten


def test_once_the_store_promised_its_guard_may_answer_at_once() -> None:
    heard = []

    async def listener(key, cost, decision) -> None:
        heard.append((key, decision.judged))

    far = Promising(Memory())
    store = Observed(Guarded(far, "open", breaker=Breaker(1, SECOND)), listener)
    limiter = AsyncLimiter(limiter_of(store))

    async def ask() -> None:
        await limiter.acquire("ann")
        far.fails = lambda _: True
        await limiter.acquire("bob")  # asked in vain
        await limiter.acquire_many([("eve", 1)])  # not asked
        far.fails = lambda _: False
        await limiter.reserve("dan")

    run_by_hand(ask())
    assert heard == [("ann", True), ("bob", False), ("eve", False), ("dan", False)]
    assert store.failures == 0


# --- counters ---


def test_counts_worked_out_by_hand() -> None:
    counted = Counted(Memory())
    limiter = limiter_of(counted, BOTH)
    limiter.acquire("ann", 2)  # admitted; nothing left of 2: near
    limiter.acquire("ann", 1)  # denied by burst
    limiter.acquire("ann", 2)  # denied by both
    limiter.acquire("bob", 1)  # admitted; 1 of 2 and 2 of 3 left
    limiter.acquire("bob", 0)  # reads
    limiter.wait("bob", 2)  # admitted at 0.5 s; nothing left: near
    assert counted.counts == DecisionCounts(
        admitted=3, denied=2, unjudged=0, delayed=1, near_limit=2, cost=5,
        by_limit={"burst": 2, "daily": 1},
    )  # fmt: skip


@pytest.mark.parametrize(("spent", "near"), [(79, 0), (80, 0), (81, 1), (100, 1)])
def test_near_is_less_than_a_fifth_of_the_limit(spent, near) -> None:
    counted = Counted(Memory())
    limiter_of(counted, "100/s").acquire("ann", spent)
    assert counted.counts.near_limit == near


def test_unjudged_is_counted_and_is_near_nothing() -> None:
    counted = Counted(Guarded(Faulty(Memory(), lambda _: True), "open"))
    assert limiter_of(counted).acquire("ann")
    counts = counted.counts
    assert (counts.admitted, counts.unjudged, counts.near_limit) == (1, 1, 0)


def test_eight_threads_are_counted_exactly() -> None:
    counted = Counted(Memory())
    limiter = Limiter("1000/h", store=counted, clock=lambda: 0)

    def ask() -> None:
        for _ in range(250):
            limiter.acquire("ann")

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = counted.counts
    assert (counts.admitted, counts.denied, counts.cost) == (1000, 1000, 1000)
    assert counts.by_limit == {"1000/1h": 1000}
    assert counts.near_limit == 200  # those after which 199 to 0 are left


# --- the shadow ---


def test_a_shadow_lets_pass_and_says_who_would_have_been_denied() -> None:
    shadow = Shadow(Memory())
    limiter = limiter_of(shadow, BOTH)
    assert limiter.acquire("ann", 2).violated == ()
    passed = limiter.acquire("ann", 2)
    assert (passed.allowed, passed.violated) == (True, ("burst", "daily"))
    assert (passed.retry_after_ns, passed.delay_ns, passed.judged) == (0, 0, True)
    assert limiter.peek("ann", 1)
    assert shadow.counts == ShadowCounts(1, 0, {"burst": 1, "daily": 1})


def test_a_shadow_delays_nobody() -> None:
    slept = []
    shadow = Shadow(Memory())
    limiter = Limiter("1/s", store=shadow, clock=lambda: 0, sleep=slept.append)
    assert all(limiter.wait("ann", timeout=2) for _ in range(4))
    # At 0 s, 1 s and 2 s; the fourth would have been refused.
    assert slept == []
    assert (shadow.counts.would_delay, shadow.counts.would_deny) == (2, 1)


def test_places_in_the_shadow_can_be_given_back() -> None:
    store = Faulty(Memory())
    shadow = Shadow(store)
    limiter = Limiter("1/s", store=shadow, clock=lambda: 0)
    limiter.acquire("ann")
    held, passed = limiter.reserve("ann", max_wait=1), limiter.reserve("ann", max_wait=1)
    assert held
    assert passed
    assert not passed.cancel()  # it had no place, and the store is not asked for one
    assert "cancel" not in store.log
    assert held.cancel()
    shadow.on = False
    assert limiter.reserve("ann", max_wait=1).delay == 1.0


def test_it_enforces_from_the_next_call_on() -> None:
    shadow = Shadow(Memory())
    limiter = limiter_of(shadow, "2/s")
    assert all(limiter.acquire("ann") for _ in range(5))
    shadow.on = False
    decision = limiter.acquire("ann")
    assert (decision.allowed, decision.retry_after_ns) == (False, SECOND // 2)
    assert shadow.counts.would_deny == 3
    shadow.on = True
    assert limiter.acquire("ann")


TRACE = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(["ann", "bob"]), st.integers(0, 6)), max_size=30
)


@settings(max_examples=60)
@given(TRACE)
def test_in_the_shadow_a_limit_decides_as_if_it_were_enforced(trace) -> None:
    """What it would deny spends nothing: its counts are those of a limiter that does deny."""
    clock = Clock()
    truth, shadow = Counted(Memory()), Shadow(Counted(Memory()))
    enforced = Limiter(Limit(4, 9, name="four"), store=truth, clock=clock)
    limiter = Limiter(Limit(4, 9, name="four"), store=shadow, clock=clock)
    denied = 0
    for wait, key, cost in trace:
        clock.now += wait
        expected = enforced.acquire(key, cost)
        decision = limiter.acquire(key, cost)
        denied += not expected
        assert decision.allowed
        assert (decision.violated, decision.remaining) == (expected.violated, expected.remaining)
    assert shadow.store.counts == truth.counts
    assert shadow.counts.would_deny == denied


# --- wrappers in each other ---


def nothing(*_) -> None:
    pass


def wrapped(store):
    return Counted(Observed(Guarded(Shadow(store, on=False), "closed"), nothing))


@settings(max_examples=60)
@given(TRACE, st.sampled_from([Faulty, Promising]))
def test_wrapped_four_times_it_is_the_same_limiter(trace, double) -> None:
    clock = Clock()
    bare = Limiter(Limit(4, 9), clock=clock)
    limiter = Limiter(Limit(4, 9), store=wrapped(double(Memory())), clock=clock)

    def told(answer):
        return run_by_hand(answer) if hasattr(answer, "__await__") else answer

    for wait, key, cost in trace:
        clock.now += wait
        assert told(limiter.acquire(key, cost)) == bare.acquire(key, cost)
        assert told(limiter.peek(key, cost)) == bare.peek(key, cost)
        held, expected = told(limiter.reserve(key, cost, 3e-9)), bare.reserve(key, cost, 3e-9)
        assert held.decision == expected.decision
        if wait % 2:
            assert told(held.cancel()) == expected.cancel()
        if wait == 9:
            told(limiter.refund(key, 2))
            bare.refund(key, 2)
            told(limiter.change("3/s", "reset"))
            bare.change("3/s", "reset")


def test_microseconds_pass_through_every_wrapper() -> None:
    class Micro(Faulty):
        unit_ns = 1000

    assert wrapped(Micro(Memory())).unit_ns == 1000
