"""Contenders: the placements that ring.contest compares, what each promises, what each is for.

A promise is a sentence of the algorithm's own paper that a run can break. Those about shares come
in two parts. The exact shares, worked out and not sampled, must be as even as promised; and keys
that are counted must find these shares, which for an algorithm that draws (rendezvous, jump,
anchor) is what says that its draws are even.

Sources: those of the modules in sdcli.reference.hashing; multi-probe's k/(k - 1) is B. Appleton,
M. O'Reilly, arXiv 1505.00062, 2015, for many nodes. How far few nodes go beyond it no paper says,
nor how much a change of Maglev's table moves: those two limits are measured, and named so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sdcli.experiments.ring_balance import expected_spread, spread_error
from sdcli.reference.hashing import (
    Anchor,
    Jump,
    Maglev,
    Modulo,
    MultiProbe,
    Placement,
    Rendezvous,
    Ring,
)
from sdcli.reference.hashing.hashes import hash_named

if TYPE_CHECKING:
    from collections.abc import Callable

STANDARD_ERRORS = 5
EXPECTED_MIN = 5  # keys in a cell, below which the chi-square distribution is not one
ROWS = 65_537
PROBES = 21
# No paper bounds it. Measured 0.3 to 0.6 % at 10 to 1,000 nodes, but two nodes whose orders of rows
# run alike by chance trade rows, up to those of one: of 6,000 tables of 4,099 rows (the fewer, the
# likelier) 25 % at 2 nodes, 12 % at 8, 6 % at 12. So it is this, and 1/n.
MAGLEV_NEEDLESS_MAX = 0.02
# The busiest of n nodes has at most (1 + this/sqrt(n k)) of k/(k - 1). No paper has it; measured
# 4.9 at most on 41,200 placements of 30 to 1,000 nodes, but 11 on 300 of 3 nodes.
MULTI_PROBE_BEYOND_MAX = 8
MULTI_PROBE_NODES_MIN = 30  # below it the peak is not judged

_EVEN = 1e-9  # shares are floats


@dataclass(frozen=True)
class Seen:
    """What a run saw of one placement, the size that it had, and what it is made of.

    Args:
        nodes: before one was added or lost.
        keys: that were looked up.
        init: hashes of names to build it.
        resize: hashes of names to add one node.
        hashes, comparisons: for a lookup, on average.
        memory: bytes of its tables.
        spread, peak: of the exact shares.
        peak_after: the busiest over the mean once a node is lost.
        moved: part of the keys that moved when a node was added.
        new_share: the exact share of that node.
        needless: part of the keys that moved between two nodes that stay, in the worse of both
            changes.
        misfit: how far the counted keys are from the exact shares, in standard errors.
    """

    place: Placement
    nodes: int
    keys: int
    init: int
    resize: int
    hashes: float
    comparisons: float
    memory: int
    spread: float
    peak: float
    peak_after: float
    moved: float
    new_share: float
    needless: float
    misfit: float

    def is_off(self, share: float) -> bool:
        """Whether the part that moved is further from `share` than counting explains."""
        noise = math.sqrt(share * (1 - share) / self.keys) + 1 / self.keys
        return abs(self.moved - share) > STANDARD_ERRORS * noise


@dataclass(frozen=True)
class Contender:
    """One placement of the contest.

    Args:
        kind: its class.
        suits: what it is good for, and what it costs.
        breaks: which of its promises what was seen breaks, in a few words; empty when none.
        settings: its own arguments, for a number of virtual nodes.
        loses_last: whether it can lose the last node only.
    """

    kind: type[Placement]
    suits: str
    breaks: Callable[[Seen], str]
    settings: Callable[[int], dict[str, int]] = lambda _: {}
    loses_last: bool = False

    @property
    def name(self) -> str:
        """As people call it."""
        return self.kind.NAME

    @property
    def key(self) -> str:
        """As metrics begin."""
        return self.name.replace("-", "_")

    def build(self, names: list[str], vnodes: int, hash_name: str) -> tuple[Placement, list[int]]:
        """The placement, whose hash counts its calls, and that count in a list of one number.

        Placements that come of it by a change count on.
        """
        calls = [0]

        def hash_called(name: str) -> Callable[[bytes], int]:
            hash_ = hash_named(name)

            def counted(data: bytes) -> int:
                calls[0] += 1
                return hash_(data)

            return counted

        counting: Any = type(
            f"Counting{self.kind.__name__}",
            (self.kind,),
            {"__slots__": (), "_hash_called": staticmethod(hash_called)},
        )
        return counting(names, hash=hash_name, **self.settings(vnodes)), calls


def _moves_least(seen: Seen) -> str:
    """What consistent hashing is about: keys move to the new node only, as many as it owns."""
    if seen.needless:
        return f"{seen.needless * 100:.2f} % of the keys moved between nodes that stay"
    if seen.is_off(seen.new_share):
        return f"{seen.moved * 100:.2f} % moved, the new node owns {seen.new_share * 100:.2f} %"
    return _counts_fit(seen)


def _counts_fit(seen: Seen) -> str:
    return (
        f"counted keys are {seen.misfit:.1f} standard errors from the exact shares"
        if seen.misfit > STANDARD_ERRORS
        else ""
    )


def _even(seen: Seen) -> str:
    return f"the busiest has {seen.peak:.3f} of the mean" if seen.peak > 1 + _EVEN else ""


def _ring(seen: Seen) -> str:
    """The spread of one ring: as ring.balance has it, for one throw.

    One throw of few points tells little. The spread of 2 nodes is 1 at most, where one of them has
    everything, and with one point each the bound lies at 4.7: nothing can break that half.
    """
    vnodes = seen.place.settings["vnodes"]
    expected = expected_spread(seen.nodes, vnodes)
    error = spread_error(seen.nodes, vnodes, rings=1)
    # Few shares of few points are skewed upwards: a bound from above only.
    far = expected * (1 + STANDARD_ERRORS * error) * (1 + _EVEN)
    wide = f"the shares spread by {seen.spread:.3f}, theory has {expected:.3f}"
    return _moves_least(seen) or (wide if seen.spread > far else "")


def _multi_probe(seen: Seen) -> str:
    """Of k probes the nearest: no share is above k/(k - 1) of the mean, if the nodes are many.

    With few, chance decides: of 2 nodes whose points meet one has nearly everything. So the peak
    is judged from MULTI_PROBE_NODES_MIN nodes on, where the points of n nodes are even to about
    one part in sqrt(n k) over the reach of a probe; how many such parts is measured.
    """
    beyond = MULTI_PROBE_BEYOND_MAX / math.sqrt(seen.nodes * PROBES)
    high = PROBES / (PROBES - 1) * (1 + beyond)
    is_wide = seen.nodes >= MULTI_PROBE_NODES_MIN and seen.peak > high
    wide = f"the busiest has {seen.peak:.3f} of the mean, more than {high:.3f}"
    return _moves_least(seen) or (wide if is_wide else "")


def _maglev(seen: Seen) -> str:
    """Two nodes differ by one row, and a change moves far less than a division would."""
    rows = seen.place.settings["rows"]
    high = -(-rows // seen.nodes) * seen.nodes / rows * (1 + _EVEN)
    if seen.peak > high:
        return f"the busiest has {seen.peak:.3f} of the mean, one row more is {high:.3f}"
    if seen.needless > MAGLEV_NEEDLESS_MAX + 1 / seen.nodes:
        return f"{seen.needless * 100:.2f} % of the keys moved between nodes that stay"
    return _counts_fit(seen)


def _modulo(seen: Seen) -> str:
    """A key stays where both divisions agree: one in n + 1."""
    share = seen.nodes / (seen.nodes + 1)
    if seen.is_off(share):
        return f"{seen.moved * 100:.2f} % moved where {share * 100:.2f} % should"
    return _even(seen) or _counts_fit(seen)


CONTENDERS = (
    Contender(
        Ring,
        "nodes come and go; weights, zones, ordered replicas: first choice",
        _ring,
        settings=lambda vnodes: {"vnodes": vnodes},
    ),
    Contender(
        Rendezvous,
        "few nodes: exact weights, hardly a table; a lookup asks every node",
        lambda seen: _moves_least(seen) or _even(seen),
    ),
    Contender(
        Jump,
        "numbered shards that grow at the end: no table; only the last can go",
        lambda seen: _moves_least(seen) or _even(seen),
        loses_last=True,
    ),
    Contender(
        Maglev,
        "a lookup for each packet: one division; a change fills a table anew",
        _maglev,
        settings=lambda _: {"rows": ROWS},
    ),
    Contender(
        MultiProbe,
        "very many nodes: one point each, the busiest near the mean; slow",
        _multi_probe,
        settings=lambda _: {"probes": PROBES},
    ),
    Contender(
        Anchor,
        "nodes that fail and come back: even; the order of changes counts",
        lambda seen: _moves_least(seen) or _even(seen),
    ),
    Contender(Modulo, "a number of nodes that never changes", _modulo),
)


def misfit(counts: list[int], shares: list[float], keys: int) -> float:
    """How far counted keys are from the shares, in standard errors of a normal variate.

    Pearson's chi-square over the nodes, those that expect few keys taken together, brought to a
    normal variate by the cube root (E. Wilson, M. Hilferty, PNAS 17, 1931).

    >>> misfit([50, 50], [0.5, 0.5], 100) < 0 < misfit([70, 30], [0.5, 0.5], 100)
    True
    """
    cells: list[tuple[float, float]] = []
    few, expected_few = 0, 0.0
    for count, share in zip(counts, shares, strict=True):
        if share * keys < EXPECTED_MIN:
            few, expected_few = few + count, expected_few + share * keys
        else:
            cells.append((count, share * keys))
    if expected_few >= EXPECTED_MIN:
        cells.append((few, expected_few))
    free = len(cells) - 1
    if free < 1:
        return 0.0
    chi_square = math.fsum((count - expected) ** 2 / expected for count, expected in cells)
    scale = 2 / (9 * free)
    # A power, whose last bit is the C library's, and which no metric sees: it decides a verdict.
    return (math.pow(chi_square / free, 1 / 3) - (1 - scale)) / math.sqrt(scale)
