"""The traffic that limiters are shown, and the same limit for each of them.

Four kinds of traffic, all of the same mean rate, all out of one seed:

    steady   each request at a moment of its own, drawn evenly from the whole time. That is what a
             Poisson process looks like once it is known how many came.
    bursts   groups, each within a tenth of a window, at moments that are drawn evenly.
    waves    crowds around every second edge of a window, half of each in the last two fifths of
             the window before the edge, half in the first two fifths of the one after.
    edge     the same, drawn together: crowds in the last and the first hundredth of a window.

Between waves and crowds nobody comes. From the first to the last of a wave it is less than a
window, so if each half has the limit or more in it, a window sees all that two windows admit.

A limit is "rate, with a burst" to a bucket and "so many in a window" to the others; `policy_of`
says the same limit to each in whole numbers.

Source: S. M. Ross, Introduction to Probability Models, chapter 5 (where the requests of a Poisson
process fall, given their number); the kinds of traffic are our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sdcli.core.errors import InputError
from sdcli.experiments.contract import quantity, word
from sdcli.reference.limiters import BUCKETS, SECOND, algorithm_named

if TYPE_CHECKING:
    from sdcli.core.chance import Chance

# In the order in which they stand in pictures: the three that agree, then what windows count.
LIMITERS = (
    "token-bucket",
    "gcra",
    "leaking-bucket",
    "fixed-window",
    "sliding-counter",
    "sliding-log",
)
TRAFFIC = ("steady", "bursts", "waves", "edge")
DENOMINATOR_MAX = 10**9  # a rate is a fraction of whole numbers: 5 in 3 s, not 1.6666666666666667
INTEGER_BYTES = 8
# Integers that a state is made of; those of a log for each entry: a moment, and the total until it.
INTEGERS = {
    "token-bucket": 2,
    "gcra": 1,
    "leaking-bucket": 1,
    "fixed-window": 2,
    "sliding-counter": 3,
    "sliding-log": 2,
}


def rate_param(default: float) -> Any:
    """A field of a Params: the rate of the limit.

    Its least keeps the moments of a long run below 2^63 nanoseconds.
    """
    return quantity(
        default, low=1e-5, high=1e9, unit="request/s", help="what is admitted in the long run"
    )


def load_param(default: float) -> Any:
    """A field of a Params: how much is asked for."""
    return quantity(
        default, low=0.5, high=1000, unit="", help="requests that come, as a multiple of the rate"
    )


def traffic_param(default: str) -> Any:
    """A field of a Params: how requests come."""
    return word(default, choices=TRAFFIC, help="how the requests come")


def exact(rate: float) -> Fraction:
    """A rate in requests a second, as the fraction that was meant.

    >>> exact(54 / 60)
    Fraction(9, 10)
    """
    return Fraction(rate).limit_denominator(DENOMINATOR_MAX)


def limit_of(rate: float, window_ns: int) -> int:
    """What a window admits: the rate in it, whole.

    Raises:
        InputError: the rate allows less than one request in it.
    """
    limit = int(exact(rate) * Fraction(window_ns, SECOND))
    if limit < 1:
        raise InputError(
            "this rate allows no request in this window",
            where="window",
            given=f"{window_ns / SECOND:g} s at {rate:g} request/s",
            expected=f"a window of at least {1 / rate:g} s",
        )
    return limit


def policy_of(name: str, rate: float, burst: int, window_ns: int) -> Any:
    """The limit in whole numbers, for the algorithm of that name.

    Args:
        name: in ALGORITHMS.
        rate: requests a second.
        burst: what a bucket admits at once; windows have none.
        window_ns: what a window counts by; buckets have none.

    Raises:
        InputError: no such algorithm, or a window in which nothing passes.
    """
    module = algorithm_named(name)
    if name in BUCKETS:
        fraction = exact(rate)
        return module.Policy(fraction.numerator, fraction.denominator * SECOND, burst)
    return module.Policy(limit_of(rate, window_ns), window_ns)


def state_bytes(name: str, limit: int) -> int:
    """What the requests that count take at most, packed as in C, for one caller.

    >>> state_bytes("gcra", 1000), state_bytes("sliding-log", 1000)
    (8, 16000)
    """
    entries = limit if name == "sliding-log" else 1
    return INTEGER_BYTES * INTEGERS[name] * entries


@dataclass(frozen=True)
class Traffic:
    """Requests that come.

    Args:
        kind: one of TRAFFIC.
        count: how many.
        offered: how many come in a second, on average.
        limit: of a window; what groups and crowds are measured by.
        window_ns: its length.
    """

    kind: str
    count: int
    offered: Fraction
    limit: int
    window_ns: int

    def moments(self, chance: Chance) -> list[int]:
        """The moments at which they come, in order, in nanoseconds.

        Cost: O(count log count).
        """
        ways = {
            "steady": self._steady,
            "bursts": self._bursts,
            "waves": self._waves,
            "edge": self._edge,
        }
        return sorted(ways[self.kind](chance))

    @property
    def span_ns(self) -> int:
        """In how much time they come."""
        return int(self.count * SECOND / self.offered)

    def _steady(self, chance: Chance) -> list[int]:
        return [int(chance.uniform() * self.span_ns) for _ in range(self.count)]

    def _bursts(self, chance: Chance) -> list[int]:
        size = min(2 * self.limit, self.count)
        begins = [int(chance.uniform() * self.span_ns) for _ in range(-(-self.count // size))]
        tenth = self.window_ns // 10
        return [begins[i // size] + int(chance.uniform() * tenth) for i in range(self.count)]

    def _waves(self, chance: Chance) -> list[int]:
        return self._around_edges(chance, self.window_ns * 2 // 5)

    def _edge(self, chance: Chance) -> list[int]:
        return self._around_edges(chance, self.window_ns // 100)

    def _around_edges(self, chance: Chance, reach_ns: int) -> list[int]:
        # An edge gets what comes in two windows.
        size = max(2, int(2 * self.offered * self.window_ns / SECOND))
        moments = []
        for i in range(self.count):
            edge_ns = (2 * (i // size) + 1) * self.window_ns
            away = int(chance.uniform() * reach_ns)
            moments.append(edge_ns + away if i % 2 else edge_ns - 1 - away)
        return moments
