"""Guarded: what a limiter answers when its store is gone, decided beforehand, and counted.

A limiter that shares its records needs a store on the other side of a network, and one day that
does not answer. Then somebody has to say yes or no without knowing, and which of the two is no
technical question:

    on_failure="open"      all may pass      user traffic: better too much of it than none
    on_failure="closed"    nobody passes     logins, payments, text messages: each costs something
    on_failure=Limiter(..) a smaller limit   counted in this process alone: with n processes, give
                                             each one n-th of what all may have together

`counts` tells how many were answered so, and since when. "Open" and "closed" have `judged=False`:
nobody was asked. What the smaller limit says is its own judgement: whoever is over it is over a
limit, and comes back when it says. One Guarded has one policy; two kinds of traffic have two (the
example below).

A store that is down is not asked each time (breaker.py): a request that waited for a timeout
would be the price of every request. The guard itself sets no timeout. Its store raises StoreAway
when an answer does not come in time; an answer that is slow and comes is an answer.

What each call does without the store:

    take, take_many, reserve, peek    the policy answers; a booking is made with the local limiter,
                                      or there is none, and nothing to cancel
    refund, reset                     go to the local limiter where there is one; to the store they
                                      are lost, and counted: time forgives there, too
    cancel                            lost and counted, like refund; what was booked with the local
                                      limiter is cancelled there
    bind, change                      are owed: done before the store is asked the next time. What
                                      it then refuses is dropped, and counted

Source: our own; Envoy has the same switch (`failure_mode_deny`) and the same counter
(`failure_mode_allowed`). "Closed" says in `retry_after_ns` when the store is tried again.

Invariants:
    1. StoreAway is never raised.
    2. A store that never fails is as if it stood there alone.
    3. Every call but `bind` is counted once, as asked or as skipped, and every request that the
       policy answers once, as admitted or as denied.
    4. A store is asked nothing before it knows its rules.

Cost: a lock and two generators, somewhat more than a decision in memory; without the store, that
alone.

>>> class Broken(Wrapped):
...     def take(self, key, cost=1, max_wait_ns=None):
...         raise StoreAway("the store does not answer")
>>> from sdcli.reference.limiters.memory import Memory
>>> pages = Limiter("100/s", store=Guarded(Broken(Memory()), on_failure="open"), clock=lambda: 0)
>>> login = Limiter("5/m", store=Guarded(Broken(Memory()), on_failure="closed"), clock=lambda: 0)
>>> [(bool(one), one.judged) for one in (pages.acquire("ann"), login.acquire("ann"))]
[(True, False), (False, False)]
>>> pages.store.counts
GuardCounts(asked=1, failed=1, skipped=0, admitted=1, denied=0, lost=0, refused=0, away_since_ns=0)
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sdcli.core.errors import InputError
from sdcli.reference.limiters.breaker import WELL, Breaker
from sdcli.reference.limiters.decision import NANOSECONDS, Decision, check_fit, check_request
from sdcli.reference.limiters.limiter import Limiter
from sdcli.reference.limiters.rules import decide, stranger
from sdcli.reference.limiters.store import StoreAway, Wrapped
from sdcli.reference.limiters.written_once import Steps, written_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sdcli.reference.limiters.rules import Keep, Rules


class GuardCounts(NamedTuple):
    """What a guard did so far.

    Args:
        asked: calls that went to the store.
        failed: those of them that it did not answer.
        skipped: calls that did not go there, since the breaker was open, the store was just being
            told its rules for the first time, or what is to be cancelled was not booked there.
        admitted, denied: requests on which the policy decided instead.
        lost: gifts, resets and cancellations that the store never heard of.
        refused: changes that the store refused; it goes on as it was, though of one that was owed
            the limiter's own `limits` speak already.
        away_since_ns: the first failure since the store last answered; None while it answers.
    """

    asked: int = 0
    failed: int = 0
    skipped: int = 0
    admitted: int = 0
    denied: int = 0
    lost: int = 0
    refused: int = 0
    away_since_ns: int | None = None


class _Debt:
    """A call that the store has not heard yet, and what it said against it."""

    __slots__ = ("args", "call", "refusal")

    def __init__(self, call: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self.call, self.args = call, args
        self.refusal: InputError | None = None


class _Unbooked(NamedTuple):
    """The ticket of a reservation that the store knows nothing of; the local limiter may."""

    ticket: Any


AWAY: Any = object()  # stands where an answer of the store would; None may be one


class Guarded(Wrapped):
    """A store that answers always.

    Args:
        store: the one that may be away; plain or of asyncio. (Then ask through an AsyncLimiter:
            what the policy answers comes at once, and is not to be awaited.)
        on_failure: "open", "closed", or a Limiter with a Memory of its own.
        breaker: when to stop asking, and for how long.
        clock: for the breaker; the limiter's own unless given.

    Safe for threads when the store is. store.py has the calls.

    Raises:
        InputError: the store is none, or the policy, the breaker or the clock is something else.
    """

    def __init__(
        self,
        store: Any,
        on_failure: Literal["open", "closed"] | Limiter = "open",
        *,
        breaker: Breaker | None = None,
        clock: Callable[[], int] | None = None,
    ) -> None:
        super().__init__(store)
        if not isinstance(on_failure, Limiter) and on_failure not in ("open", "closed"):
            raise InputError(
                "this is no answer for when the store is away",
                where="on_failure",
                given=repr(on_failure),
                expected='"open", "closed", or a smaller one, like Limiter("10/s")',
            )
        check_fit(
            "breaker", breaker, breaker is None or isinstance(breaker, Breaker),
            "like Breaker(failures=3, pause_ns=1_000_000_000)",
        )  # fmt: skip
        check_fit("clock", clock, clock is None or callable(clock), NANOSECONDS)
        self.on_failure = on_failure
        self.breaker = breaker or Breaker()
        self._local = on_failure.store if isinstance(on_failure, Limiter) else None
        self._clock = clock
        self._lock = threading.Lock()
        self._health = WELL
        self._asked = self._failed = self._skipped = 0
        self._admitted = self._denied = self._lost = self._refused = 0
        self._away_since_ns: int | None = None
        self._is_settling = self._is_bound = False
        self._owed: list[_Debt] = []
        self._limit = 0

    @property
    def counts(self) -> GuardCounts:
        """What was done so far."""
        with self._lock:
            return GuardCounts(
                self._asked, self._failed, self._skipped,
                self._admitted, self._denied, self._lost, self._refused,
                self._away_since_ns,
            )  # fmt: skip

    def bind(self, rules: Rules, clock: Callable[[], int]) -> None:
        """Take the rules and the clock; a store that is away is told before it is asked.

        The local limiter is told nothing: it has limits of its own.
        """
        self._clock = self._clock or clock
        self._limit = _limit_of(rules)
        try:
            self.store.bind(rules, clock)
        except StoreAway:
            self._owed.append(_Debt(self.store.bind, (rules, clock)))
        else:
            self._is_bound = True

    @written_once
    def take(self, key: str, cost: int = 1, max_wait_ns: int | None = None) -> Steps[Decision]:
        """The store's decision, or the policy's."""
        answer = yield from self._ask(self.store.take, key, cost, max_wait_ns)
        if answer is not AWAY:
            return answer
        if self._local is None:
            return self._counted(self._statement(cost))
        return self._counted((yield self._local.take(key, cost, max_wait_ns)))

    @written_once
    def take_many(self, requests: Iterable[tuple[str, int]]) -> Steps[list[Decision]]:
        """All by the store, or all by the policy; some may have been counted before it left."""
        requests = list(requests)
        answers = yield from self._ask(self.store.take_many, requests)
        if answers is not AWAY:
            return answers
        if self._local is None:
            return [self._counted(self._statement(cost)) for key, cost in requests]
        return [self._counted(one) for one in (yield self._local.take_many(requests))]

    @written_once
    def reserve(self, key: str, cost: int, max_wait_ns: int | None) -> Steps[tuple[Decision, Any]]:
        """A booking with the store, or with the local limiter; "open" admits without one."""
        answer = yield from self._ask(self.store.reserve, key, cost, max_wait_ns)
        if answer is not AWAY:
            return answer
        if self._local is None:
            return self._counted(self._statement(cost)), _Unbooked(None)
        decision, ticket = yield self._local.reserve(key, cost, max_wait_ns)
        return self._counted(decision), _Unbooked(ticket)

    @written_once
    def cancel(self, key: str, cost: int, ticket: Any) -> Steps[bool]:
        """Undo a reservation where it was made; False when it was nowhere, or that is away."""
        if isinstance(ticket, _Unbooked):
            with self._lock:
                self._skipped += 1
            if self._local is None:
                return False
            return (yield self._local.cancel(key, cost, ticket.ticket))
        answer = yield from self._ask(self.store.cancel, key, cost, ticket)
        if answer is AWAY:
            self._lose()
            return False
        return answer

    @written_once
    def peek(self, key: str, cost: int = 1) -> Steps[Decision]:
        """What `take` would say at this moment; not counted as a request."""
        answer = yield from self._ask(self.store.peek, key, cost)
        if answer is not AWAY:
            return answer
        if self._local is None:
            return self._statement(cost)
        return (yield self._local.peek(key, cost))

    @written_once
    def refund(self, key: str, amount: int) -> Steps[None]:
        """Give back to the store; lost and counted without it, but for the local limiter."""
        if (yield from self._ask(self.store.refund, key, amount)) is AWAY:
            self._lose()
            if self._local is not None:
                yield self._local.refund(key, amount)

    @written_once
    def reset(self, key: str) -> Steps[None]:
        """Forget a caller; without the store lost and counted, but for the local limiter."""
        if (yield from self._ask(self.store.reset, key)) is AWAY:
            self._lose()
            if self._local is not None:
                yield self._local.reset(key)

    @written_once
    def change(self, rules: Rules, keep: Keep) -> Steps[None]:
        """Go on under other rules; a store that is away learns of them before it is asked again.

        A change of which the answer alone was lost is made twice, which changes nothing more: every
        limit then inherits from its equal, and is as it was. (But "reset" begins anew once more.)

        Raises:
            InputError: the store cannot have such rules; it goes on as it was.
        """
        self.check_rules(rules)  # or it would be owed, and refused when nobody hears of it
        limit = _limit_of(rules)
        debt = _Debt(self.store.change, (rules, keep))
        with self._lock:
            self._owed.append(debt)
        yield from self._ask(None)
        if debt.refusal is not None:
            raise debt.refusal
        self._limit = limit

    def _ask(self, call: Callable[..., Any] | None, *args: Any) -> Steps[Any]:
        """What the store answers, or AWAY; with None for a call, only what it is owed is done."""
        may_ask, settles, known = self._turn()
        if not may_ask:
            return AWAY
        try:
            if settles:
                yield from self._settle()
            answer = None if call is None else (yield call(*args))
        except StoreAway:
            self._fail(known)
            return AWAY
        if self._health is not WELL:
            with self._lock:
                self._health = self.breaker.answered(self._health)
                self._away_since_ns = None
        return answer

    def _settle(self) -> Steps[None]:
        """Tell the store what it missed, in order; what it does not hear stays owed.

        What it refuses now it would refuse for ever. That is no fault of the request that happens
        to come first: the refusal is left with the change, and counted.
        """
        try:
            while self._owed:
                debt = self._owed[0]
                try:
                    yield debt.call(*debt.args)
                except InputError as refusal:
                    if not self._is_bound:  # without rules it cannot judge; the policy goes on
                        raise StoreAway("the store refuses the rules to begin with") from refusal
                    debt.refusal = refusal
                    with self._lock:
                        self._refused += 1
                else:
                    self._is_bound = True  # the first that is owed, if it is, is `bind`
                del self._owed[0]
        finally:
            self._is_settling = False

    def _turn(self) -> tuple[bool, bool, int]:
        """Whether a call may ask, whether it first tells what was missed, and known failures.

        One at a time tells it, or a later change could overtake an earlier one. Who comes meanwhile
        is judged by the rules that the store has; where it has none yet, by the policy.
        """
        with self._lock:
            may_ask = self._is_bound or not self._is_settling
            if may_ask and self._health is not WELL:  # which is rare; otherwise no clock is read
                self._health, may_ask = self.breaker.ask(self._health, self._now())
            if not may_ask:
                self._skipped += 1
                return False, False, 0
            self._asked += 1
            settles = bool(self._owed) and not self._is_settling
            self._is_settling = self._is_settling or settles
            return True, settles, self._health.failures

    def _fail(self, known: int) -> None:
        with self._lock:
            now = self._now()
            self._health = self.breaker.failed(self._health, known, now)
            self._failed += 1
            if self._away_since_ns is None:
                self._away_since_ns = now

    def _lose(self) -> None:
        with self._lock:
            self._lost += 1

    def _statement(self, cost: int) -> Decision:
        """What "open" or "closed" says to a request."""
        check_request(0, cost)
        if self.on_failure == "open":
            return Decision(True, self._limit, 0, 0, 0, judged=False)
        retry_ns, pause_ns = self._health.retry_ns, self.breaker.pause_ns
        # Not open yet, the next request would ask at once. To send everybody back at once is what
        # a store in trouble needs least.
        wait = pause_ns if retry_ns is None else retry_ns - self._now()
        return Decision(False, self._limit, 0, min(max(wait, 1), pause_ns), 0, judged=False)

    def _counted(self, decision: Decision) -> Decision:
        with self._lock:
            if decision:
                self._admitted += 1
            else:
                self._denied += 1
        return decision

    def _now(self) -> int:
        return self._clock() if self._clock else 0


def _limit_of(rules: Rules) -> int:
    """The most that one request may cost under rules; no time is in that."""
    return decide(rules, stranger(rules, 0), 0, 0)[1].limit
