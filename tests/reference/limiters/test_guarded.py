"""A limiter whose store is away: the policy holds, nothing hangs, the counters tell."""

from __future__ import annotations

import asyncio
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.limiters import SECOND, Limit, Limiter, Memory
from sdcli.reference.limiters.adapters.redis import Redis
from sdcli.reference.limiters.asynchronous import AsyncLimiter
from sdcli.reference.limiters.breaker import Breaker
from sdcli.reference.limiters.guarded import GuardCounts, Guarded
from sdcli.reference.limiters.observed import Counted
from sdcli.reference.limiters.store import StoreAway
from tests.reference.limiters.faulty import Clock, Faulty, Promising, run_by_hand, run_virtually

NEVER_OPEN = Breaker(failures=10**9)


def away(_: int) -> bool:
    return True


def guarded(limit="3/s", fails=away, on_failure="open", **more):
    """A limiter on a Guarded on a Faulty on a Memory, with the clock of all."""
    clock = Clock()
    faulty = Faulty(Memory(), fails)
    guard = Guarded(faulty, on_failure, **more)
    return Limiter(limit, store=guard, clock=clock, sleep=lambda _: None), guard, faulty, clock


def local(limit="1/s") -> Limiter:
    return Limiter(limit, clock=lambda: 0)


# --- what each policy answers ---


def test_open_admits_and_says_that_nobody_judged() -> None:
    limiter, guard, _, _ = guarded("3/s", on_failure="open")
    decision = limiter.acquire("ann", cost=1)
    assert (decision.allowed, decision.judged) == (True, False)
    assert (decision.limit, decision.remaining, decision.retry_after_ns) == (3, 0, 0)
    assert guard.counts.admitted == 1


def test_closed_denies_and_says_when_the_store_is_tried_again() -> None:
    breaker = Breaker(failures=2, pause_ns=SECOND)
    limiter, guard, faulty, clock = guarded(on_failure="closed", breaker=breaker)
    first = limiter.acquire("ann")  # one of two failures: not open yet, and a pause to be polite
    assert (first.allowed, first.judged, first.retry_after_ns) == (False, False, SECOND)
    assert first.violated == ()
    limiter.acquire("ann")
    clock.now = 3 * SECOND // 4
    assert limiter.acquire("ann").retry_after_ns == SECOND // 4
    assert guard.counts.denied == 3

    faulty.fails = lambda _: False  # it is back, and is asked at that moment, not before
    clock.now = SECOND - 1
    assert not limiter.acquire("ann").judged
    clock.now = SECOND
    decision = limiter.acquire("ann")
    assert (decision.allowed, decision.judged) == (True, True)


def test_a_smaller_limiter_decides_by_its_own_limit() -> None:
    limiter, guard, _, _ = guarded("100/s", on_failure=local("2/s"))
    decisions = [limiter.acquire("ann") for _ in range(3)]
    assert [bool(decision) for decision in decisions] == [True, True, False]
    assert [decision.limit for decision in decisions] == [2, 2, 2]
    assert all(decision.judged for decision in decisions)  # by a limit, though not the usual one
    assert decisions[2].violated == ("2/1s",)
    assert (guard.counts.admitted, guard.counts.denied) == (2, 1)
    assert limiter.acquire("bob")  # each caller has its own


@pytest.mark.parametrize("policy", ["open", "closed"])
def test_a_cost_that_cannot_be_is_refused_all_the_same(policy) -> None:
    limiter, _, _, _ = guarded(on_failure=policy)
    with pytest.raises(InputError, match="cost"):
        limiter.acquire("ann", -1)


def test_a_policy_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="on_failure"):
        Guarded(Memory(), "maybe")


# --- when the store is asked ---


def test_a_store_that_fails_from_the_third_call_to_the_seventh() -> None:
    """Three failures open it; then one try for each pause, until the eighth call is answered."""
    breaker = Breaker(failures=3, pause_ns=SECOND)
    limiter, guard, faulty, clock = guarded(
        "100/s", lambda n: 3 <= n <= 7, "closed", breaker=breaker
    )
    told = []
    for tenth in range(40):  # one request each tenth of a second, for four seconds
        clock.now = tenth * SECOND // 10
        told.append(limiter.acquire("ann").judged)
    # 0.0 0.1 answered; 0.2 0.3 0.4 fail, and it is open until 1.4: nine requests skipped. The try
    # of 1.4 fails, and that of 2.4, with nine skipped after each; that of 3.4 is answered.
    assert told == [True] * 2 + [False] * 32 + [True] * 6
    assert len(faulty.log) == 13  # 2 + 3 + 2 + 6
    assert guard.counts == GuardCounts(
        asked=13, failed=5, skipped=27, admitted=0, denied=32, lost=0, refused=0, away_since_ns=None
    )


def test_requests_that_were_under_way_together_are_one_failure() -> None:
    """ann's is asked first and fails last; meanwhile bob's and eve's are asked, and fail."""
    limiter, guard, faulty, _ = guarded("9/s", breaker=Breaker(2, SECOND))

    def fails(n: int) -> bool:
        if n == 1:
            limiter.acquire("bob")  # knows of no failure: the first that counts
            limiter.acquire("eve")  # knows of bob's: the second, and it is open
        return True

    faulty.fails = fails
    limiter.acquire("ann")
    assert (guard.counts.failed, guard.counts.skipped) == (3, 0)
    limiter.acquire("dan")
    assert guard.counts.skipped == 1

    limiter, guard, faulty, _ = guarded("9/s", lambda _: False, breaker=Breaker(2, SECOND))
    limiter.acquire("ann")
    faulty.log.clear()

    def also_fails(n: int) -> bool:
        if n < 9:
            limiter.acquire("bob")  # asked before the one around it is known to fail
        return n < 10

    faulty.fails = also_fails
    limiter.acquire("ann")
    assert (guard.counts.failed, guard.counts.skipped) == (9, 0)
    faulty.fails = lambda _: False
    assert limiter.acquire("ann").judged  # nine under way at once are not two in a row


def test_since_when_it_is_away() -> None:
    limiter, guard, faulty, clock = guarded(breaker=Breaker(1, SECOND))
    clock.now = 5
    limiter.acquire("ann")
    clock.now = 2 * SECOND
    limiter.acquire("ann")  # tried again, in vain: away since the first time
    assert guard.counts.away_since_ns == 5
    faulty.fails = lambda _: False
    clock.now = 4 * SECOND
    limiter.acquire("ann")
    assert guard.counts.away_since_ns is None


def test_while_one_tries_the_others_are_answered_by_the_policy() -> None:
    limiter, guard, faulty, clock = guarded(on_failure="open", breaker=Breaker(1, SECOND))
    limiter.acquire("ann")
    meanwhile = []

    def fails(_: int) -> bool:  # the store is being asked: now others come
        meanwhile.extend(limiter.acquire(key) for key in ("bob", "eve"))
        return False

    faulty.fails = fails
    clock.now = SECOND
    assert limiter.acquire("ann").judged
    assert [(bool(one), one.judged) for one in meanwhile] == [(True, False), (True, False)]
    assert guard.counts.skipped == 2
    assert len(faulty.log) == 2


def test_one_who_tried_and_was_never_heard_of_does_not_close_the_door() -> None:
    limiter, _, faulty, clock = guarded(on_failure="closed", breaker=Breaker(1, SECOND))
    limiter.acquire("ann")

    def fails(_: int) -> bool:
        raise KeyboardInterrupt

    faulty.fails = fails
    clock.now = SECOND
    with pytest.raises(KeyboardInterrupt):
        limiter.acquire("ann")
    faulty.fails = lambda _: False
    assert not limiter.acquire("ann").judged
    clock.now = 2 * SECOND
    assert limiter.acquire("ann").judged


def test_a_wall_clock_that_steps_back_does_not_keep_it_open() -> None:
    limiter, _, faulty, clock = guarded(on_failure="closed", breaker=Breaker(1, SECOND))
    clock.now = 3600 * SECOND
    limiter.acquire("ann")
    faulty.fails = lambda _: False
    clock.now = 0  # a moment that the limiter's clock does not count
    assert not limiter.acquire("ann").judged
    clock.now = SECOND
    assert limiter.acquire("ann").judged


def test_a_store_that_answers_costs_no_look_at_the_clock() -> None:
    def clock() -> int:
        raise AssertionError("nobody needs to know")

    guard = Guarded(Memory(), clock=clock)
    limiter = Limiter("3/s", store=guard, clock=lambda: 0)
    assert limiter.acquire("ann").judged


def test_a_refused_request_is_no_failure_of_the_store() -> None:
    limiter, guard, _, _ = guarded(fails=lambda _: False)
    with pytest.raises(InputError, match="cost"):
        limiter.acquire("ann", -1)
    assert (guard.counts.asked, guard.counts.failed) == (1, 0)


# --- every other call ---


def test_a_batch_is_answered_whole() -> None:
    limiter, guard, faulty, _ = guarded("9/s", on_failure=local("2/s"))
    answers = limiter.acquire_many((key, 1) for key in ("ann", "ann", "ann", "bob"))
    assert [(bool(one), one.judged) for one in answers] == [
        (True, True), (True, True), (False, True), (True, True),
    ]  # fmt: skip
    assert (guard.counts.asked, guard.counts.admitted, guard.counts.denied) == (1, 3, 1)
    faulty.fails = lambda _: False
    assert all(one.judged for one in limiter.acquire_many([("ann", 1), ("bob", 1)]))


@pytest.mark.parametrize(("policy", "allowed"), [("open", True), ("closed", False)])
def test_nothing_is_booked_without_the_store(policy, allowed) -> None:
    limiter, _, faulty, _ = guarded(on_failure=policy)
    held = limiter.reserve("ann")
    assert (bool(held), held.delay, held.decision.judged) == (allowed, 0.0, False)
    faulty.fails = lambda _: False
    assert not held.cancel()  # there was no place; the store, which is back, is not asked for it
    assert faulty.log == ["reserve"]


@pytest.mark.parametrize("policy", ["open", local("9/s")], ids=["open", "local"])
def test_a_cancellation_that_is_no_business_of_the_stores_is_counted_as_skipped(policy) -> None:
    """140 reservations and 140 cancellations are 280 calls."""
    limiter, guard, _, _ = guarded(on_failure=policy, breaker=Breaker(20, SECOND))
    for n in range(140):
        limiter.reserve(f"user:{n}").cancel()
    assert (guard.counts.asked, guard.counts.skipped, guard.counts.lost) == (20, 260, 0)


def test_wait_does_not_hang_and_has_the_policys_answer() -> None:
    slept = []
    guard = Guarded(Faulty(Memory(), away), local("1/s"))
    limiter = Limiter("9/s", store=guard, clock=lambda: 0, sleep=slept.append)
    assert [bool(limiter.wait("ann", timeout=5)) for _ in range(3)] == [True, True, True]
    assert slept == [1.0, 2.0]  # 1/s, all at moment 0
    assert not limiter.wait("ann", timeout=2.5)  # its place would be at 3 s


def test_a_place_is_given_back_where_it_was_booked() -> None:
    limiter, guard, faulty, _ = guarded("1/s", lambda _: False, local("1/s"), breaker=NEVER_OPEN)
    limiter.acquire("ann")
    here = limiter.reserve("ann", max_wait=9)
    faulty.fails = away
    there = [limiter.reserve("ann", max_wait=9) for _ in range(2)]
    assert (here.delay, [held.delay for held in there]) == (1.0, [0.0, 1.0])
    assert there[1].cancel()
    assert limiter.reserve("ann", max_wait=9).delay == 1.0  # the local place was free again
    assert not here.cancel()  # the store that has the place is away
    assert guard.counts.lost == 1
    faulty.fails = lambda _: False
    assert limiter.reserve("ann", max_wait=9).delay == 2.0
    assert here.cancel()


def test_peek_says_what_acquire_would_and_counts_nobody() -> None:
    policies = (("open", True, False), ("closed", False, False), (local("1/s"), True, True))
    for policy, allowed, judged in policies:
        limiter, guard, _, _ = guarded(on_failure=policy)
        seen = limiter.peek("ann")
        assert (bool(seen), seen.judged) == (allowed, judged)
        assert (guard.counts.admitted, guard.counts.denied) == (0, 0)
        assert bool(limiter.acquire("ann")) == allowed


def test_gifts_and_resets_are_lost_and_counted_but_for_the_local_limiter() -> None:
    limiter, guard, _, _ = guarded(on_failure="open")
    limiter.refund("ann", 2)
    limiter.reset("ann")
    assert guard.counts.lost == 2

    limiter, guard, _, _ = guarded(on_failure=local("2/s"))
    limiter.acquire("ann", 2)
    limiter.refund("ann", 1)
    assert limiter.peek("ann", 0).remaining == 1
    limiter.reset("ann")
    assert limiter.peek("ann", 0).remaining == 2
    assert guard.counts.lost == 2


def test_a_change_is_not_lost_and_comes_before_the_next_request() -> None:
    limiter, _, faulty, _ = guarded("5/s", lambda _: False, breaker=NEVER_OPEN)
    limiter.acquire("ann")
    faulty.fails = away
    limiter.change(Limit(7, "1s", name="5/1s"), keep="reset")
    limiter.change(Limit(3, "1s", name="5/1s"), keep="reset")
    assert limiter.acquire("ann").limit == 3  # the policy knows already
    faulty.fails = lambda _: False
    faulty.log.clear()
    decision = limiter.acquire("ann")
    assert (decision.judged, decision.limit, decision.remaining) == (True, 3, 2)
    assert faulty.log == ["change", "change", "take"]  # in order, and once each
    limiter.acquire("ann")
    assert faulty.log[3:] == ["take"]


def test_a_change_that_the_store_refuses_is_not_tried_for_ever() -> None:
    limiter, _, faulty, _ = guarded("5/s", lambda _: False)

    def refuse(*_) -> None:
        raise InputError("this store cannot have such limits", where="limits")

    faulty.change = refuse
    with pytest.raises(InputError, match="cannot have"):
        limiter.change("3/s")
    assert limiter.limits[0].rate == 5
    assert limiter.acquire("ann").limit == 5
    faulty.fails = away
    assert limiter.acquire("ann").limit == 5  # the policy speaks of the limits that are


def test_an_owed_change_that_is_refused_is_nobodys_error_and_the_next_ones_are_made() -> None:
    limiter, guard, faulty, _ = guarded("5/s", away, breaker=NEVER_OPEN)
    limiter.change("6/s")
    limiter.change("7/s")
    change, faulty.fails = faulty.store.change, lambda _: False

    def refuse_six(rules, keep) -> None:
        if rules[0].name == "6/1s":
            raise InputError("this store cannot have such limits", where="limits")
        change(rules, keep)

    faulty.store.change = refuse_six
    decision = limiter.acquire("ann")
    assert (decision.judged, decision.limit) == (True, 7)
    assert guard.counts.refused == 1
    assert faulty.log[2:] == ["change", "change", "take"]


class Choosy(Memory):
    """A store that cannot have limits above 5, and says so without being asked by the network."""

    def check_rules(self, rules) -> None:
        if any(rule.policy.burst > 5 for rule in rules):
            raise InputError("too large", where="limits")


def test_a_change_that_cannot_be_is_refused_at_once_while_the_store_is_away() -> None:
    faulty = Faulty(Choosy(), away)
    faulty.check_rules = faulty.store.check_rules
    for guard in (Guarded(Counted(faulty)), Counted(Guarded(faulty))):
        limiter = Limiter("5/s", store=guard, clock=lambda: 0)
        with pytest.raises(InputError, match="too large"):
            limiter.change("6/s")
        assert limiter.limits[0].rate == 5
        assert faulty.log == []  # nothing is owed, and nobody was asked
        faulty.store = Choosy()


def test_redis_says_what_it_cannot_count_without_being_asked() -> None:
    limiter = Limiter("5/s", store=Guarded(Redis(object(), prefix="api")), clock=lambda: 0)
    with pytest.raises(InputError, match="too large"):
        limiter.change("1000003/d")


@pytest.mark.parametrize("keep", ["as-is", "proportional", "additive"])
def test_a_change_of_which_the_answer_was_lost_is_made_twice_and_changes_nothing_more(keep) -> None:
    """3 of 4 spent at 0; 2/h instead from 1 s on, and half an hour later once more."""
    limiter, guard, faulty, clock = guarded("4/h", lambda _: False, breaker=NEVER_OPEN)
    once = Limiter("4/h", clock=clock)
    change = faulty.store.change

    def heard_but_not_answered(*args) -> None:
        change(*args)
        raise StoreAway("too late")

    for one in (limiter, once):
        clock.now = 0
        one.acquire("ann", 3)
        clock.now = SECOND
        faulty.store.change = heard_but_not_answered
        one.change("2/h", keep)
        faulty.store.change = change
        clock.now = 1800 * SECOND
        told = one.acquire("ann", 2), one.peek("ann", 0)
        if one is limiter:
            assert faulty.log == ["take", "change", "change", "take", "peek"]
            seen = told
    assert seen == told
    assert guard.counts.failed == 1


def test_a_service_starts_while_its_store_is_away() -> None:
    class Asleep(Faulty):
        def bind(self, rules, clock) -> None:
            if self.fails(0):
                raise StoreAway("the store does not answer")
            super().bind(rules, clock)

    faulty = Asleep(Memory(), away)
    limiter = Limiter("3/s", store=Guarded(faulty, breaker=NEVER_OPEN), clock=lambda: 0)
    assert not limiter.acquire("ann").judged
    faulty.fails = lambda _: False
    assert limiter.acquire("ann").remaining == 2


class Late(Faulty):
    """A store that may be bound from the second time on; others come while it is."""

    def __init__(self, store, meanwhile) -> None:
        super().__init__(store)
        self.meanwhile = meanwhile
        self.bound = 0

    def bind(self, rules, clock) -> None:
        self.bound += 1
        if self.bound == 1:
            raise StoreAway("not yet")
        self.meanwhile()
        super().bind(rules, clock)


@pytest.mark.parametrize(("policy", "allowed"), [("open", True), ("closed", False)])
def test_nobody_reaches_a_store_that_is_just_being_told_its_rules(policy, allowed) -> None:
    told = []
    late = Late(Memory(), lambda: told.append(limiter.acquire("eve")))
    limiter = Limiter("3/s", store=Guarded(late, policy), clock=lambda: 0)
    assert limiter.acquire("ann").judged
    assert [(bool(one), one.judged) for one in told] == [(allowed, False)]
    assert late.log == ["take"]  # ann's
    counts = limiter.store.counts
    assert (counts.asked, counts.failed, counts.skipped) == (1, 0, 1)
    assert limiter.acquire("eve").judged


def test_a_store_that_refuses_its_first_rules_is_as_good_as_away() -> None:
    taken = Memory()
    Limiter("1/s", store=taken)
    late = Late(taken, lambda: None)
    limiter = Limiter("3/s", store=Guarded(late, "closed", breaker=NEVER_OPEN), clock=lambda: 0)
    assert [limiter.acquire("ann").judged for _ in range(2)] == [False, False]
    assert (limiter.store.counts.failed, late.log) == (2, [])


# --- tasks ---


def test_of_ten_tasks_one_tries_and_nobody_waits_for_it() -> None:
    async def main(loop) -> None:
        store = Promising(Memory(), lambda n: n == 1)
        guard = Guarded(store, "open", breaker=Breaker(1, SECOND))
        limiter = AsyncLimiter(Limiter("100/s", store=guard, clock=loop.clock_ns))
        await limiter.acquire("ann")
        await asyncio.sleep(1)
        told = await asyncio.gather(*(limiter.acquire(f"user:{i}") for i in range(10)))
        assert [one.judged for one in told] == [True] + [False] * 9
        assert (await limiter.acquire("ann")).judged

    run_virtually(main)


def test_a_hundred_tasks_in_one_busy_moment_are_one_failure() -> None:
    async def main(loop) -> None:
        store = Promising(Memory(), away)
        guard = Guarded(store, "open", breaker=Breaker(3, SECOND))
        limiter = AsyncLimiter(Limiter("100/s", store=guard, clock=loop.clock_ns))
        for moment in range(1, 4):
            await asyncio.gather(*(limiter.acquire(f"user:{i}") for i in range(100)))
            assert (guard.counts.failed, guard.counts.skipped) == (100 * moment, 0)
        await asyncio.gather(*(limiter.acquire(f"user:{i}") for i in range(100)))
        assert (guard.counts.failed, guard.counts.skipped) == (300, 100)  # three moments: open

    run_virtually(main)


def test_changes_of_many_tasks_reach_the_store_in_their_order() -> None:
    async def main(loop) -> None:
        guard = Guarded(Promising(Memory()))
        limiter = AsyncLimiter(Limiter("1/s", store=guard, clock=loop.clock_ns))
        await asyncio.gather(*(limiter.change(f"{rate}/s") for rate in range(2, 9)))
        assert (await limiter.acquire("ann")).limit == 8
        assert guard.store.log == ["change"] * 7 + ["take"]

    run_virtually(main)


# --- whatever happens ---

KEYS = st.sampled_from(["ann", "bob"])
OPERATIONS = st.one_of(
    st.tuples(st.just("acquire"), KEYS, st.integers(0, 5)),
    st.tuples(st.just("peek"), KEYS, st.integers(0, 5)),
    st.tuples(st.just("refund"), KEYS, st.integers(0, 5)),
    st.tuples(st.just("reset"), KEYS),
    st.tuples(st.just("reserve"), KEYS, st.integers(0, 5), st.sampled_from([0.0, 1e-9, 9e-9])),
    st.tuples(st.just("cancel"), st.integers(0, 3)),
    st.tuples(st.just("acquire_many"), st.lists(st.tuples(KEYS, st.integers(0, 5)), max_size=3)),
    st.tuples(st.just("change"), st.builds(Limit, st.integers(1, 6), st.integers(1, 9))),
)
TRACES = st.lists(st.tuples(st.integers(0, 8), OPERATIONS), max_size=25)


async def played(limiter, clock, trace) -> list:
    """What a limiter said to every step of a trace, awaited where it promises."""
    said, places = [], []
    for wait, (name, *args) in trace:
        clock.now += wait
        if name == "cancel":
            place = places.pop(args[0] % len(places)) if places else None
            answer = place.cancel() if place else None  # a refused one has nothing to cancel
        else:
            answer = getattr(limiter, name)(*args)
        if hasattr(answer, "__await__"):
            answer = await answer
        if name == "reserve":
            places.append(answer)
            answer = answer.decision
        said.append(answer)
    return said


DOUBLES = st.sampled_from([Faulty, Promising])  # plain, and of asyncio


@settings(max_examples=60)
@given(double=DOUBLES, trace=TRACES)
def test_over_a_store_that_never_fails_it_is_as_if_it_were_not_there(double, trace) -> None:
    clocks = Clock(), Clock()
    bare = Limiter(Limit(4, 9), clock=clocks[0])
    limiter = Limiter(Limit(4, 9), store=Guarded(double(Memory()), "closed"), clock=clocks[1])
    expected = run_by_hand(played(bare, clocks[0], trace))
    assert run_by_hand(played(limiter, clocks[1], trace)) == expected


@settings(max_examples=90)
@given(
    double=DOUBLES,
    policy=st.sampled_from(["open", "closed", "local"]),
    trace=TRACES,
    failing=st.sets(st.integers(1, 30)),
)
def test_it_never_raises_and_counts_every_call(double, policy, trace, failing) -> None:
    clock = Clock()
    faulty = double(Memory(), failing.__contains__)
    mark = 7  # a limit that the store never has: by it the local limiter's answers are known
    guard = Guarded(faulty, local("7/s") if policy == "local" else policy, breaker=Breaker(2, 10))
    limiter = Limiter(Limit(4, 9), store=guard, clock=clock)
    said = run_by_hand(played(limiter, clock, trace))
    told = []
    for answer, (_, (name, *_)) in zip(said, trace, strict=True):
        if name in {"acquire", "reserve"}:
            told.append(answer)
        elif name == "acquire_many":
            told += answer
    counts = guard.counts
    no_calls = [one for one, step in zip(said, trace, strict=True) if step[1][0] == "cancel"]
    assert counts.asked + counts.skipped == len(trace) - no_calls.count(None)
    by_policy = [one for one in told if one.limit == mark or not one.judged]
    assert all(one.judged == (policy == "local") for one in by_policy)
    assert counts.admitted == sum(map(bool, by_policy))
    assert counts.denied == len(by_policy) - counts.admitted
    assert counts.failed == sum(1 for n in range(1, len(faulty.log) + 1) if n in failing)
    assert counts.failed <= counts.asked
    assert (counts.away_since_ns is None) or counts.failed > 0


def test_eight_threads_are_counted_exactly() -> None:
    guard = Guarded(Faulty(Memory(), lambda n: n % 2 == 0), "open", breaker=NEVER_OPEN)
    limiter = Limiter("1/d", store=guard)

    def ask() -> None:
        for i in range(200):
            limiter.acquire(f"user:{i}")

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = guard.counts
    assert counts.asked + counts.skipped == 1600
    assert counts.admitted == counts.failed
