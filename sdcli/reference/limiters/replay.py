"""Replay: a recorded or invented day of traffic, decided again in no time.

Time is handed in everywhere, so a trace can be put through a limiter as fast as the machine
decides: what would this limit have done to yesterday's traffic? The decisions are those of the
service, since rules and records are: a Memory decides, with a clock that the trace moves.

It is a function, and no call of a Limiter: a limiter has callers of its own, and what a trace
spends is not theirs. A replay begins with strangers, and ends with nothing changed.

A trace whose times run backwards is a clock that was set back; that is allowed, and judged as a
Limiter judges it (steady.py): no time has passed. So sort one that was merged out of several.

Cost: that of the decisions. Nothing of the trace is kept: it may be longer than the memory.

>>> from sdcli.reference.limiters.decision import SECOND
>>> trace = [(0, "ann", 1), (0, "ann", 1), (0, "bob", 1), (SECOND // 2, "ann", 1)]
>>> [bool(event.decision) for event in replay("1/s", trace)]
[True, False, True, False]
>>> [event.departs_ns for event in replay("1/s", trace, max_wait_ns=SECOND)]    # all may wait 1 s
[0, 1000000000, 0, None]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sdcli.reference.limiters.limit import limits_of
from sdcli.reference.limiters.memory import Memory
from sdcli.reference.limiters.steady import steady

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sdcli.reference.limiters.decision import Decision
    from sdcli.reference.limiters.limit import Limit


class Replayed(NamedTuple):
    """One request of a trace, and what was decided on it."""

    now_ns: int
    key: str
    cost: int
    decision: Decision

    @property
    def departs_ns(self) -> int | None:
        """The moment at which the request goes on; None when it was denied."""
        return self.now_ns + self.decision.delay_ns if self.decision.allowed else None


def replay(
    limits: str | Limit | Iterable[str | Limit],
    trace: Iterable[tuple[int, str, int]],
    *,
    algorithm: str = "gcra",
    max_wait_ns: int | None = None,
    store: Memory | None = None,
) -> Iterator[Replayed]:
    """Put a trace through limits, one request at a time, as the decisions are asked for.

    Args:
        limits: as a Limiter takes them.
        trace: the moment in nanoseconds, the caller and the cost of each request.
        algorithm: for the limits that name none of their own.
        max_wait_ns: how long every request agrees to wait; None for an answer at once.
        store: a fresh Memory; one of a million callers unless given.

    Raises:
        InputError: limits that a Limiter would refuse, at once; a request that it would refuse,
            when its turn comes.
    """
    store = Memory() if store is None else store
    now_ns = 0
    store.bind(tuple(one.rule(algorithm) for one in limits_of(limits)), steady(lambda: now_ns))

    def events() -> Iterator[Replayed]:
        nonlocal now_ns
        for now_ns, key, cost in trace:
            yield Replayed(now_ns, key, cost, store.take(key, cost, max_wait_ns))

    return events()
