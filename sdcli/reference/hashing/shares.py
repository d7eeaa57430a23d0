"""Shares: who owns how much, and how uneven that is.

A share is the part of all possible keys that one node owns. Three numbers say how even the
shares are; each compares a node with what its weight entitles it to, so that with equal weights
they are the plain statistics of the shares:

    spread         standard deviation / mean: the usual distance from fair
    peak_to_mean   the busiest node / mean: what the biggest server must bear
    min_to_mean    the idlest node / mean: what you pay for and do not use

Source: the metric "balance" of Coluzzi, Brocco and others, "Consistently faster" (CEUR Workshop
Proceedings vol. 3478, paper 03, 2023), and of Karger's paper before it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Range(NamedTuple):
    """Keys that change hands together.

    Args:
        source, target: who holds them before, and who after.
        share: the part of all keys that they are.
        after, upto: the stretch of the circle, from behind the first position up to and with the
            second, through 0 where `upto` is the smaller, all around where they are equal; None
            where the keys of a move lie everywhere.
    """

    source: str
    target: str
    share: float
    after: int | None = None
    upto: int | None = None


@dataclass(frozen=True)
class Stats:
    """How even a placement is. Ratios to the fair share: 1.0 is exactly fair.

    >>> stats = Stats.of({"a": 0.5, "b": 0.3, "c": 0.2}, {"a": 1, "b": 1, "c": 1})
    >>> stats.busiest, round(stats.peak_to_mean, 2), round(stats.min_to_mean, 2)
    ('a', 1.5, 0.6)
    """

    nodes: int
    spread: float
    peak_to_mean: float
    min_to_mean: float
    busiest: str
    idlest: str

    @classmethod
    def of(cls, shares: Mapping[str, float], weights: Mapping[str, float]) -> Stats:
        """The statistics of the nodes whose weight is above 0. Cost: O(nodes).

        An empty placement is even: nobody has more than anybody else.
        """
        total = math.fsum(weights.values())
        ratios = {
            name: shares[name] * total / weight for name, weight in weights.items() if weight > 0
        }
        if not ratios:
            return cls(0, 0.0, 1.0, 1.0, "", "")
        # A product, since a power that is too large is an error where a product is infinite.
        squares = math.fsum((ratio - 1.0) * (ratio - 1.0) for ratio in ratios.values())
        busiest = max(ratios, key=ratios.__getitem__)
        idlest = min(ratios, key=ratios.__getitem__)
        return cls(
            nodes=len(ratios),
            spread=math.sqrt(squares / len(ratios)),
            peak_to_mean=ratios[busiest],
            min_to_mean=ratios[idlest],
            busiest=busiest,
            idlest=idlest,
        )
