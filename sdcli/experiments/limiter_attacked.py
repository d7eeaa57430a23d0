"""A limiter under attack: what is looked at, and what it may pass on at most.

What counts for a limiter is what the service behind it sees in one window. For all but one that is
what they admit, at the moment at which they admit it. A leaking bucket holds back what it admits,
so there it is what departs.

A request counts for a window that counts until it is one window old. There the windows looked at
are half-open, which is the same as both ends of one that is a nanosecond shorter. A bucket counts
by no window, and both ends of the whole window count.

Source: our own; the bounds have theirs in sdcli.reference.limiters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sdcli.experiments.adversary import WorstWindow, arrivals, trains, worst_outflow, worst_window
from sdcli.experiments.limiter_traffic import policy_of
from sdcli.reference.limiters import BUCKETS, SECOND, algorithm_named, leaking_bucket

if TYPE_CHECKING:
    from sdcli.experiments.adversary import Taken
    from sdcli.reference.limiters import Algorithm

WINDOW_TAKES = 4  # of a limiter that counts by windows, whatever its limit


@dataclass(frozen=True)
class Limited:
    """A limiter under attack, and how much of a window's length is looked at."""

    name: str
    algorithm: Algorithm
    policy: Any
    window_ns: int

    @property
    def looked_ns(self) -> int:
        """From the first to the last moment that count as one window."""
        return self.window_ns if self.name in BUCKETS else self.window_ns - 1

    @property
    def bound(self) -> int:
        """The most that one window may pass on."""
        if self.name == "leaking-bucket":
            return leaking_bucket.outflow(self.policy, self.looked_ns)
        return self.algorithm.bound(self.policy, self.looked_ns)

    def worst(self, taken: list[Taken]) -> WorstWindow:
        """The window that passed most on; of a leaking bucket, by when it departed."""
        if self.name != "leaking-bucket":
            return worst_window(arrivals(taken), self.looked_ns)
        scale = self.policy.scale
        worst = worst_outflow(trains(taken, scale), self.policy.increment, self.looked_ns * scale)
        return WorstWindow(worst.admitted, worst.first_ns // scale, worst.last_ns // scale)


def limited_as(algorithm: str, rate: float, burst: int, window_ns: int) -> Limited:
    """A limiter made ready for an attack.

    Raises:
        InputError: a window, counted by, in which the rate allows less than one request.
    """
    policy = policy_of(algorithm, rate, burst, window_ns)
    return Limited(algorithm, algorithm_named(algorithm), policy, window_ns)


def takes_of(algorithm: str, rate: float, burst: int, window_ns: int) -> int:
    """How often the greedy adversary comes back within a window."""
    if algorithm not in BUCKETS:
        return WINDOW_TAKES
    half = (burst + 1) // 2
    return 2 + int(rate * window_ns / SECOND / half)
