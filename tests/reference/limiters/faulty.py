"""Doubles of stores: one that is away when told to, one that promises its answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from sdcli.reference.limiters.store import StoreAway

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS = ("take", "take_many", "reserve", "cancel", "peek", "refund", "reset", "change")


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self, now: int = 0) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


class Faulty:
    """A store around another: its n-th call, from 1, raises StoreAway when `fails(n)`.

    `log` has the name of every call that reached it, `bind` apart.
    """

    unit_ns = 1

    def __init__(self, store: Any, fails: Callable[[int], bool] = lambda _: False) -> None:
        self.store = store
        self.fails = fails
        self.log: list[str] = []

    def bind(self, rules: Any, clock: Any) -> None:
        self.store.bind(rules, clock)

    def __getattr__(self, name: str) -> Any:
        if name not in CALLS:
            raise AttributeError(name)

        def call(*args: Any) -> Any:
            self.log.append(name)
            if self.fails(len(self.log)):
                raise StoreAway("the store does not answer", where="store")
            return getattr(self.store, name)(*args)

        return call


class Promising(Faulty):
    """The same for asyncio: every answer is awaited, and comes a turn of the loop later."""

    def __getattr__(self, name: str) -> Any:
        call = super().__getattr__(name)

        async def promised(*args: Any) -> Any:
            await asyncio.sleep(0)
            return call(*args)

        return promised


def run_by_hand(coroutine: Any) -> Any:
    """What a coroutine returns that only takes turns (`sleep(0)`); that needs no loop."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as stop:
        return stop.value


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop that does not wait: with nothing to do, it is the moment of the next timer."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def time(self) -> float:
        return self.now

    def clock_ns(self) -> int:
        return round(self.now * 1e9)

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:
            self.now = max(self.now, self._scheduled[0].when())
        super()._run_once()


def run_virtually(main: Callable[[VirtualLoop], Any]) -> Any:
    """Run `main(loop)` to its end on a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, VirtualLoop)
        return runner.run(main(loop))
