"""Watching decisions: a listener, counters, and limits that are only tried.

Three wrappers, each around any store, and around each other:

    Observed(store, listener)    listener(key, cost, decision) for each decision
    Counted(store)               how many were admitted, denied and by which limit, near it ...
    Shadow(store)                decides and counts, and lets everybody pass

Before a limit is enforced one wants to know whom it would hit. In the shadow it decides as if it
counted: what it would deny spends nothing, so its numbers are those that it will have. What it
would have said no to is yes, at once, with `violated` naming the limits. When the numbers are
right, `shadow.on = False` makes it real from the next call on.

>>> from sdcli.reference.limiters.limiter import Limiter
>>> from sdcli.reference.limiters.memory import Memory
>>> shadow = Shadow(Memory())
>>> limiter = Limiter("2/s", store=shadow, clock=lambda: 0)
>>> [bool(limiter.acquire("ann")) for _ in range(3)], shadow.counts
([True, True, True], ShadowCounts(would_deny=1, would_delay=0, by_limit={'2/1s': 1}))
>>> shadow.on = False
>>> bool(limiter.acquire("ann"))
False

A new limit beside one that is enforced is a limiter of its own, asked about what the first one
admits; its answers go to the counters only:

>>> tried = Limiter("1/s", store=Counted(Memory()), clock=lambda: 0)
>>> def ask(key, cost, decision):
...     return tried.acquire(key, cost) if decision else None
>>> limiter = Limiter("2/s", store=Observed(Memory(), ask), clock=lambda: 0)
>>> [bool(limiter.acquire("ann")) for _ in range(3)]
[True, True, False]
>>> tried.store.counts.denied
1

(Not one limit of several: they spend all or nothing together, so one that may not deny would
have to spend by other rules than the rest. Apart, each is what it will be.)

Nothing is counted by the caller's key, of which there may be millions; a listener sees them all.
The order of wrapping says what is seen: Counted(Shadow(store)) counts what callers were told,
Shadow(Counted(store)) what they would have been.

Source: Envoy's rate limit service has `shadow_mode` for a rule, and counts near_limit above 80 %
of it; nginx has `limit_req_dry_run`. Listeners as in bucket4j.

Invariants:
    1. A wrapper changes no decision, but Shadow, which makes every answer a yes without delay.
    2. A listener that fails loses no decision.
    3. Every decision is counted once; what `peek` says is none.

Cost: O(1) for each decision, each wrapper about what one in memory takes.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from sdcli.reference.limiters.decision import check_fit
from sdcli.reference.limiters.store import Wrapped
from sdcli.reference.limiters.written_once import Steps, is_promise, written_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sdcli.reference.limiters.decision import Decision

NEAR = 5  # near its limit is who has less than a fifth of it left


class Observed(Wrapped):
    """A store whose decisions are told to a listener.

    Args:
        store: any.
        listener: called with key, cost and decision, by the thread that asked and before it gets
            its answer: so quickly, and after the store has let go of its lock. It may return
            something to be awaited where the store is one of asyncio, and only there.

    A listener that raises changes nothing for the caller: the decision is made, and a request
    that was paid for would be lost with it. `failures` counts, `last_failure` has the latest.

    One that promises is a failure, too, where the store answers at once: nobody there awaits, and
    the caller would be given the promise of a decision, which is true whatever the decision is. So
    what it promised is closed, not run. (A store of asyncio is known by its first promise. Its
    guard may have to answer before there is one: those decisions such a listener does not hear.)

    Raises:
        InputError: the store is none, or the listener cannot be called.
    """

    def __init__(self, store: Any, listener: Callable[[str, int, Decision], object]) -> None:
        super().__init__(store)
        check_fit("listener", listener, callable(listener), "a function of key, cost and decision")
        self.listener = listener
        self.failures = 0
        self.last_failure: Exception | None = None
        self._lock = threading.Lock()
        self._is_awaited = False

    @written_once
    def take(self, key: str, cost: int = 1, max_wait_ns: int | None = None) -> Steps[Decision]:
        """Decide on one request."""
        decision = yield self._seen(self.store.take(key, cost, max_wait_ns))
        return (yield self.answered(key, cost, decision))

    @written_once
    def take_many(self, requests: Iterable[tuple[str, int]]) -> Steps[list[Decision]]:
        """Decide on several requests."""
        requests = list(requests)
        decisions = yield self._seen(self.store.take_many(requests))
        for (key, cost), decision in zip(requests, decisions, strict=True):
            yield self.answered(key, cost, decision)
        return decisions

    @written_once
    def reserve(self, key: str, cost: int, max_wait_ns: int | None) -> Steps[tuple[Decision, Any]]:
        """Decide, with what `cancel` needs."""
        decision, ticket = yield self._seen(self.store.reserve(key, cost, max_wait_ns))
        return (yield self.answered(key, cost, decision)), ticket

    def _seen(self, answer: Any) -> Any:
        if not self._is_awaited and is_promise(answer):
            self._is_awaited = True
        return answer

    @written_once
    def answered(self, key: str, cost: int, decision: Decision) -> Steps[Decision]:
        """The same decision, once the listener has heard of it."""
        try:
            heard = self.listener(key, cost, decision)
            if is_promise(heard) and not self._is_awaited:
                getattr(heard, "close", int)()  # not run; a future has nothing to close
                raise TypeError("the listener promises, and the store answers at once")  # noqa: TRY301 - a failure of the listener's, as any
            yield heard
        except Exception as failure:  # noqa: BLE001 - it is a stranger's code
            with self._lock:
                self.failures += 1
                self.last_failure = failure
        return decision


class DecisionCounts(NamedTuple):
    """What was decided so far.

    Args:
        admitted, denied: requests; cost 0 reads, and counts as neither.
        unjudged: those of both that no limit was asked about.
        delayed: admitted ones that have to wait.
        near_limit: admitted ones after which less than a fifth of a limit is left.
        cost: what the admitted ones cost together; gifts are not taken off.
        by_limit: how often each limit denied, by its name; several may at once.
    """

    admitted: int
    denied: int
    unjudged: int
    delayed: int
    near_limit: int
    cost: int
    by_limit: dict[str, int]


class Counted(Wrapped):
    """A store whose decisions are counted. Safe for threads when the store is."""

    def __init__(self, store: Any) -> None:
        super().__init__(store)
        self._lock = threading.Lock()
        self._admitted = self._denied = self._unjudged = 0
        self._delayed = self._near_limit = self._cost = 0
        self._by_limit: Counter[str] = Counter()

    @property
    def counts(self) -> DecisionCounts:
        """What was decided so far: all of it at one moment."""
        with self._lock:
            return DecisionCounts(
                self._admitted, self._denied, self._unjudged,
                self._delayed, self._near_limit, self._cost,
                dict(sorted(self._by_limit.items())),
            )  # fmt: skip

    def answered(self, key: str, cost: int, decision: Decision) -> Decision:  # noqa: ARG002
        """The same decision, counted."""
        if not cost:
            return decision
        with self._lock:
            if decision:
                self._admitted += 1
                self._cost += cost
                self._delayed += decision.delay_ns > 0
                self._near_limit += decision.judged and _is_near(decision)
            else:
                self._denied += 1
                self._by_limit.update(decision.violated)
            self._unjudged += not decision.judged
        return decision


class ShadowCounts(NamedTuple):
    """What a shadow kept from happening.

    Args:
        would_deny: requests that passed although the limits say no.
        would_delay: requests that passed at once although they would have had to wait.
        by_limit: how often each limit would have denied, by its name.
    """

    would_deny: int
    would_delay: int
    by_limit: dict[str, int]


class Shadow(Wrapped):
    """A store that decides and counts, and lets everybody pass while `on`.

    It is one for limits: put it outside a Guarded that is closed, and that never denies either.
    Safe for threads when the store is.
    """

    def __init__(self, store: Any, *, on: bool = True) -> None:
        super().__init__(store)
        self.on = on
        self._lock = threading.Lock()
        self._would_deny = self._would_delay = 0
        self._by_limit: Counter[str] = Counter()

    @property
    def counts(self) -> ShadowCounts:
        """What was kept from happening so far."""
        with self._lock:
            by_limit = dict(sorted(self._by_limit.items()))
            return ShadowCounts(self._would_deny, self._would_delay, by_limit)

    def answered(self, key: str, cost: int, decision: Decision) -> Decision:  # noqa: ARG002
        """Yes, at once; counted where that is not what the store said."""
        if not self.on or (decision and not decision.delay_ns):
            return decision
        with self._lock:
            if decision:
                self._would_delay += 1
            else:
                self._would_deny += 1
                self._by_limit.update(decision.violated)
        return _yes(decision)

    @written_once
    def reserve(self, key: str, cost: int, max_wait_ns: int | None) -> Steps[tuple[Decision, Any]]:
        """Yes, at once; a place that the store did give can be cancelled."""
        decision, ticket = yield self.store.reserve(key, cost, max_wait_ns)
        return self.answered(key, cost, decision), ticket if decision else _NOTHING

    def cancel(self, key: str, cost: int, ticket: Any) -> bool:
        """Undo a reservation, where one was made."""
        return False if ticket is _NOTHING else self.store.cancel(key, cost, ticket)

    @written_once
    def peek(self, key: str, cost: int = 1) -> Steps[Decision]:
        """Yes, as `take` would say; not counted."""
        decision = yield self.store.peek(key, cost)
        return _yes(decision) if self.on else decision


_NOTHING: Any = object()  # the ticket of a request that passed without a place


def _yes(decision: Decision) -> Decision:
    return decision._replace(allowed=True, retry_after_ns=0, delay_ns=0)


def _is_near(decision: Decision) -> bool:
    """Whether one of the limits has less than a fifth left."""
    if not decision.parts:
        return decision.remaining * NEAR < decision.limit
    return any(part.remaining * NEAR < part.limit for part in decision.parts)
