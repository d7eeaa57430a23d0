"""The limiter: the calls that a service makes.

    limiter = Limiter("100/s burst 200")                     # or several limits, all or none
    if not limiter.acquire("user:42"): ...                   # a Decision; true when it may pass
    limiter.peek(key), limiter.refund(key, 3), limiter.reset(key)
    limiter.wait(key, timeout=2.0)                           # in the order in which they came
    held = limiter.reserve(key, max_wait=2.0); held.delay; held.cancel()
    limiter.change("200/s burst 400")                        # under way

It owns nothing but the connection of three things: limits made into rules, a store that keeps the
records of callers, and a clock. It starts no thread and no timer, and has no state of its own.

Waiting is booking: `wait` reserves the first moment at which the request will be admitted, and
sleeps until then. So waiters cost nothing while they wait, they leave in the order in which they
came, however large they are, and one whose moment is after its deadline is told so at once.

>>> limiter = Limiter("2/s burst 2", clock=lambda: 0)
>>> [bool(limiter.acquire("ann")) for _ in range(3)]
[True, True, False]
>>> limiter.acquire("ann").retry_after_ns / SECOND
0.5
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sdcli.core.errors import InputError
from sdcli.reference.limiters.decision import (
    NANOSECONDS,
    SECOND,
    SECONDS_SLEPT,
    Decision,
    check_fit,
    check_key,
    check_request,
)
from sdcli.reference.limiters.limit import Limit, limits_of
from sdcli.reference.limiters.memory import Memory
from sdcli.reference.limiters.steady import steady
from sdcli.reference.limiters.store import check_store
from sdcli.reference.limiters.written_once import Steps, written_once

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.reference.limiters.rules import Keep, Rules
    from sdcli.reference.limiters.store import Store

FOREVER_NS = 10**18  # some thirty years: what a caller without a deadline agrees to wait


@dataclass(frozen=True)
class Reservation:
    """A place in time that was booked, or was not; true when it was.

    Args:
        decision: what was answered.
    """

    decision: Decision
    _limiter: Limiter
    _key: str
    _cost: int
    _ticket: Any

    def __bool__(self) -> bool:
        return self.decision.allowed

    @property
    def delay(self) -> float:
        """Seconds from the reservation until the request may go on."""
        return self.decision.delay_ns / SECOND

    def cancel(self) -> bool:
        """Give the place back; False when it stays taken.

        That is so when its moment has come, there was none, or the record was changed since by
        more than other reservations; and where others have booked behind it, if the store can
        undo only the last (Redis). The place then passes unused.
        """
        return bool(self) and self._limiter.store.cancel(self._key, self._cost, self._ticket)


class Limiter:
    """Limits for many callers, each known by its key.

    Args:
        limits: one or several, each a Limit or a text like "100/s burst 200"; all must agree.
        algorithm: a name in ALGORITHMS, for the limits that name none of their own.
        store: where records are kept; a Memory of its own unless given. With one of asyncio every
            call promises its answer; AsyncLimiter (asynchronous.py) awaits them.
        clock: whole nanoseconds; the store decides whether it asks it. Give `time.time_ns` where
            windows have to begin with the hour or the day: set back, it goes on from where it was
            (steady.py).
        sleep: how to wait, in seconds.

    Safe for threads when the store is; Memory is.

    Raises:
        InputError: no limit, one that is none, or one that the algorithm cannot have; a store, a
            clock or a sleep that is none.
    """

    def __init__(
        self,
        limits: str | Limit | Iterable[str | Limit],
        *,
        algorithm: str = "gcra",
        store: Store | None = None,
        clock: Callable[[], int] = time.monotonic_ns,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        check_fit("clock", clock, callable(clock), NANOSECONDS)
        check_fit("sleep", sleep, callable(sleep), SECONDS_SLEPT)
        if store is not None:
            check_store(store)
        self.algorithm = algorithm
        self.limits = limits_of(limits)
        # Any: asyncio stores promise what a Store answers. (And an empty Memory is false.)
        self.store: Any = Memory() if store is None else store
        self._sleep = sleep
        never_set = clock is time.monotonic_ns
        self.store.bind(self._rules(self.limits), clock if never_set else steady(clock))
        if type(self).acquire is Limiter.acquire:
            # Nothing stands between a caller and the store, so a call is spared.
            self.acquire = self.store.take  # type: ignore[method-assign]

    def acquire(self, key: str, cost: int = 1) -> Decision:
        """Whether this request may pass now; what it costs is taken if it may."""
        return self.store.take(key, cost)

    def acquire_many(self, requests: Iterable[tuple[str, int]]) -> list[Decision]:
        """`acquire` for several (key, cost) in turn; one trip where the store is far away."""
        return self.store.take_many(_pairs(requests))

    def peek(self, key: str, cost: int = 1) -> Decision:
        """What `acquire` would answer; nothing is taken."""
        return self.store.peek(key, cost)

    def refund(self, key: str, amount: int = 1) -> None:
        """Give back what was taken for nothing; nobody ends up with more than a stranger."""
        return self.store.refund(key, amount)

    def reset(self, key: str) -> None:
        """Forget a caller: it is a stranger again."""
        return self.store.reset(key)

    @written_once
    def reserve(self, key: str, cost: int = 1, max_wait: float | None = None) -> Steps[Reservation]:
        """Book the first moment that admits the request, at most `max_wait` seconds away.

        The last reservation of a caller can be cancelled until its moment has come. One that others
        have booked behind can be, too, where records are in memory; in Redis it stays.
        """
        decision, ticket = yield self.store.reserve(key, cost, _patience_ns(max_wait))
        return Reservation(decision, self, key, cost, ticket)

    def wait(self, key: str, cost: int = 1, timeout: float | None = None) -> Decision:
        """Wait until the request may go on, in the order in which callers of this key came.

        It answers no at once, and takes nothing, when that would be more than `timeout` seconds
        away. Interrupted, it gives its place back.
        """
        return waiting(self, key, cost, timeout, self._sleep)

    @written_once
    def change(
        self, limits: str | Limit | Iterable[str | Limit], keep: Keep = "as-is"
    ) -> Steps[None]:
        """Go on under other limits; callers are carried over when they come again.

        Args:
            limits: as when the limiter was made. What has the same name inherits.
            keep: "as-is", "proportional", "additive" or "reset", as rules.carried says. Whatever
                it is, what a leaking bucket has told to depart later departs then, and others go
                after that.
        """
        if keep not in ("as-is", "proportional", "additive", "reset"):  # a list has no hash
            raise InputError(
                "callers cannot be carried over in this way",
                where="keep",
                given=repr(keep),
                expected="as-is, proportional, additive or reset",
            )
        limits = limits_of(limits)
        yield self.store.change(self._rules(limits), keep)
        self.limits = limits

    def _rules(self, limits: tuple[Limit, ...]) -> Rules:
        return tuple(limit.rule(self.algorithm, self.store.unit_ns) for limit in limits)


@written_once
def waiting(
    limiter: Limiter,
    key: str,
    cost: int,
    timeout: float | None,
    sleep: Callable[[float], Any],
) -> Steps[Decision]:
    """`Limiter.wait`, with any way to sleep: also one that is awaited."""
    held = yield limiter.reserve(key, cost, timeout)
    if held and held.delay > 0:
        try:
            yield sleep(held.delay)
        except BaseException:
            yield held.cancel()
            raise
    return held.decision


def _pairs(requests: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """The requests, all of which can be decided on: one that cannot must not be found half way.

    Raises:
        InputError: one is no pair of a key and a cost.
    """
    check_fit(
        "requests", requests, isinstance(requests, Iterable) and not isinstance(requests, str),
        'several pairs of a key and a cost, like [("user:42", 1)]',
    )  # fmt: skip
    pairs = list(requests)
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:  # noqa: PLR2004 - a pair
            raise InputError(
                "this is no request",
                where="requests",
                given=repr(pair),
                expected='a key and a cost, like ("user:42", 1)',
            )
        check_key(pair[0])
        check_request(0, pair[1])
    return pairs


def _patience_ns(seconds: float | None) -> int:
    """A deadline in whole nanoseconds.

    Raises:
        InputError: it is negative or no number.
    """
    if seconds is None:
        return FOREVER_NS
    if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or not seconds >= 0:
        raise InputError(
            "nobody can wait for this long",
            where="timeout or max_wait",
            given=repr(seconds),
            expected="seconds from 0 up, like 2.5, or None for as long as it takes",
        )
    # Compared first: infinity is more than any whole number.
    return FOREVER_NS if seconds >= FOREVER_NS // SECOND else int(seconds * SECOND)
