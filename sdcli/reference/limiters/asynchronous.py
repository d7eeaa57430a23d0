"""AsyncLimiter: the same calls for asyncio, and not a second limiter.

    limiter = AsyncLimiter(Limiter("100/s burst 200"))
    decision = await limiter.acquire("user:42")
    decision = await limiter.wait("user:42", timeout=2.0)

The limiter inside may have a store of either kind. Memory answers at once (a lock, a microsecond);
to await that costs no turn of the event loop. One of asyncio promises, and the loop goes on
meanwhile. A store that blocks, like a plain client of Redis, blocks the loop: give it the other.

What the calls do is written elsewhere, once (written_once.py); only sleeping is different.

Waiting is booking here, too. A task that waits has its moment and sleeps once until then: a
thousand of them wake one after the other and not all at each refill, in the order in which they
came, and a large request that came first is not passed by small ones. A task that is cancelled
while it sleeps gives its place back, also if the store has to be awaited for that, and also if it
is cancelled once more meanwhile. (Cancelled while the store is being asked, nobody knows whether
it booked; the place is then lost, as when an answer is.)

Source: our own; golang.org/x/time/rate books in the same way.

Invariants:
    1. Every call gives what the limiter's own gives.
    2. A task sleeps at most once for each `wait`, and not at all when it need not.

Cost: a coroutine, about a third of a decision in memory, beside the limiter's own.

>>> import asyncio
>>> from sdcli.reference.limiters.limiter import Limiter
>>> limiter = AsyncLimiter(Limiter("2/s", clock=lambda: 0))
>>> async def three():
...     return [bool(await limiter.acquire("ann")) for _ in range(3)]
>>> asyncio.run(three())
[True, True, False]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdcli.reference.limiters.decision import check_fit
from sdcli.reference.limiters.limiter import Limiter, Reservation, waiting
from sdcli.reference.limiters.written_once import is_promise

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from sdcli.reference.limiters.decision import Decision
    from sdcli.reference.limiters.limit import Limit
    from sdcli.reference.limiters.rules import Keep


class AsyncReservation:
    """A Reservation whose `cancel` is awaited; true when it was made."""

    def __init__(self, held: Reservation) -> None:
        self._held = held
        self.decision = held.decision
        self.delay = held.delay

    def __bool__(self) -> bool:
        return self.decision.allowed

    async def cancel(self) -> bool:
        """Give the place back; False when its moment has come, or there is none."""
        return await _settled(self._held.cancel())


class AsyncLimiter:
    """The calls of a Limiter as coroutines; limiter.py says what they do.

    Args:
        limiter: with any store.
        sleep: how to wait, in seconds; asyncio.sleep unless given.

    Its limiter may serve threads at the same time, where the store is plain.

    Raises:
        InputError: this is no limiter, or `sleep` cannot be called.
    """

    def __init__(
        self, limiter: Limiter, *, sleep: Callable[[float], Awaitable[object]] | None = None
    ) -> None:
        check_fit(
            "limiter", limiter, isinstance(limiter, Limiter), 'like Limiter("100/s burst 200")'
        )
        check_fit(
            "sleep", sleep, sleep is None or callable(sleep),
            "a function that gives something to await, like asyncio.sleep",
        )  # fmt: skip
        self.limiter = limiter
        self._sleep = sleep or _sleep

    async def acquire(self, key: str, cost: int = 1) -> Decision:
        """Whether this request may pass now; what it costs is taken if it may."""
        answer = self.limiter.acquire(key, cost)  # _settled, without a second coroutine
        return await answer if is_promise(answer) else answer  # type: ignore[misc]

    async def acquire_many(self, requests: Iterable[tuple[str, int]]) -> list[Decision]:
        """`acquire` for several (key, cost) in turn."""
        return await _settled(self.limiter.acquire_many(requests))

    async def peek(self, key: str, cost: int = 1) -> Decision:
        """What `acquire` would answer; nothing is taken."""
        return await _settled(self.limiter.peek(key, cost))

    async def refund(self, key: str, amount: int = 1) -> None:
        """Give back what was taken for nothing."""
        await _settled(self.limiter.store.refund(key, amount))

    async def reset(self, key: str) -> None:
        """Forget a caller: it is a stranger again."""
        await _settled(self.limiter.store.reset(key))

    async def reserve(
        self, key: str, cost: int = 1, max_wait: float | None = None
    ) -> AsyncReservation:
        """Book the first moment that admits the request, at most `max_wait` seconds away."""
        return AsyncReservation(await _settled(self.limiter.reserve(key, cost, max_wait)))

    async def wait(self, key: str, cost: int = 1, timeout: float | None = None) -> Decision:  # noqa: ASYNC109 - a deadline that is judged beforehand, without a timer
        """Wait until the request may go on, in the order in which callers of this key came.

        It answers no at once, and takes nothing, when that would be more than `timeout` seconds
        away. Cancelled while it sleeps, it gives its place back.
        """
        return await _settled(waiting(self.limiter, key, cost, timeout, self._sleep))

    async def change(
        self, limits: str | Limit | Iterable[str | Limit], keep: Keep = "as-is"
    ) -> None:
        """Go on under other limits."""
        await _settled(self.limiter.change(limits, keep))


async def _settled(answer: Any) -> Any:
    return await answer if is_promise(answer) else answer


def _sleep(seconds: float) -> Awaitable[object]:
    import asyncio  # whoever gets here has it; others are spared it

    return asyncio.sleep(seconds)
