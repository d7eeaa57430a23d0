"""The service behind a limiter: one server, first come first served, exact to the nanosecond.

It takes 1/capacity for each request, a fraction: so its moments are kept as whole numbers of
nanoseconds times a scale, and only what is told of them is rounded down.

Source: D. V. Lindley, "The theory of queues with a single server", Proc. Cambridge Phil. Soc. 48,
1952 (the wait of a request from that of the one before).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.experiments.adversary import worst_window
from sdcli.reference.limiters import SECOND

if TYPE_CHECKING:
    from fractions import Fraction


@dataclass(frozen=True)
class Behind:
    """What the service behind a limiter sees.

    Args:
        departures: when requests leave the limiter, in order.
        starts: when the service begins with each; in whole nanoseconds, rounded down.
        held_ns: how long the limiter held each back.
        waits_ns: how long each then waited for the service.
        deepest: most requests that waited there at one moment.
        busiest: most that came in less than 1/rate.
    """

    departures: list[int]
    starts: list[int]
    held_ns: list[int]
    waits_ns: list[int]
    deepest: int
    busiest: int

    @property
    def mean(self) -> float:
        """Seconds from a request's arrival until it is served, on average."""
        return (sum(self.held_ns) + sum(self.waits_ns)) / len(self.held_ns) / SECOND

    def waiting(self, now: int) -> int:
        """How many wait for the service at this moment."""
        return bisect_right(self.departures, now) - bisect_right(self.starts, now)


def served(capacity: Fraction, came: list[int], held: list[int], slot_ns: int) -> Behind:
    """Put requests through a service: each begins when it has come and the one before is done.

    Args:
        capacity: requests a second that it can do.
        came: when requests came to the limiter and were admitted, in order.
        held: how long the limiter held each back.
        slot_ns: the length of the window for `busiest`, both ends counted.

    >>> from fractions import Fraction
    >>> half = SECOND // 2
    >>> seen = served(Fraction(1), came=[0, 0, 0], held=[0, 0, half], slot_ns=0)
    >>> [wait / SECOND for wait in seen.waits_ns], seen.deepest, seen.busiest
    ([0.0, 1.0, 1.5], 2, 2)
    """
    # In nanoseconds times `scale` a service takes a whole number.
    scale, takes = capacity.numerator, capacity.denominator * SECOND
    departures = [now + delay for now, delay in zip(came, held, strict=True)]
    starts, waits = [], []
    queue: deque[int] = deque()
    free = deepest = 0
    for now in departures:
        start = max(now * scale, free)
        free = start + takes
        starts.append(start // scale)
        waits.append(start // scale - now)
        while queue and queue[0] <= now:
            queue.popleft()
        if starts[-1] > now:
            queue.append(starts[-1])
        deepest = max(deepest, len(queue))
    busiest = worst_window([(now, 1) for now in departures], slot_ns).admitted
    return Behind(departures, starts, held, waits, deepest, busiest)
