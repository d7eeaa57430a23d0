"""Multi-probe: one point for each node, many probes for each key, and the nearest point wins.

A ring with one point a node is unfair: arcs are long and short. Virtual nodes even them out with
more points, which all have to be stored. Multi-probe turns that around: the key stands at k
positions, each looks clockwise for the next point, and of these k distances the shortest decides.
A node with a long arc is hit often, but from afar; near hits are as likely for everybody.

               . 1 - - A - - .          three probes of one key, 1, 2 and 3:
             .                 B        1 walks 3 steps clockwise, to A
             C                 .        2 walks 5 steps, to C
             . 3 - - 2 - - - .          3 walks 2 steps, to C: the nearest, so C owns the key

Of many nodes the busiest bears 1 + epsilon times the mean for k = 1 + 1/epsilon probes: 1.05 for
the usual 21. Memory is a point a node; adding a node costs one hash. Each lookup pays the price.

The distance to a node depends on the key and that node only. So the nearest node is followed by the
second nearest, and when one is lost the others stay in their order: a node that comes takes keys
for itself only, and one that goes leaves each key to the key's next.

How to make k probes of one hash? The usual way is double hashing, h + i g: two hashes, and an
addition for each probe. It is not quite fair: where g is small, or near a third of the circle, the
probes crowd. Counted on two million keys, one of 5 nodes was off by 8 % of its share with 21
probes, and one by 15 % with 5. A cubic, h + i g + C(i, 2) g' + C(i, 3) g'', makes any four of its
probes independent; on 16 million keys nothing was off (0.3 % would have shown). Differences make
it, as in Babbage's engine: three additions for each probe.

Source: B. Appleton, M. O'Reilly, "Multi-probe consistent hashing", arXiv 1505.00062, 2015.

Invariants (`check()` asserts them):
    1. One point for each node, at the hash of `name#0`, where the ring has its first: one probe is
       the basic ring. Points stand in order of position; where two meet, in order of name.
    2. The shares sum to 1.

Cost, for n nodes and k probes: lookup O(k log n); r owners O(k log n + r log k) and the points
passed on the way; add and remove O(n); arcs O(n log n). Memory: 12 bytes a node.

>>> place = MultiProbe([f"n{i}" for i in range(100)])
>>> round(place.stats().peak_to_mean, 3)
1.049
>>> place.lookup_n("user:42", 2)
['n90', 'n7']
>>> place.remove("n90").lookup("user:42")  # the second takes over
'n7'
"""

from __future__ import annotations

# ruff: noqa: S101 - check() asserts, that is its promise
from bisect import bisect_left, insort
from heapq import merge
from itertools import chain, pairwise
from math import fsum, isclose
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.reference.hashing.drawing import strip
from sdcli.reference.hashing.hashes import GAMMA, SPACE, mix, shown
from sdcli.reference.hashing.placement import Placement, Work
from sdcli.reference.hashing.shares import Range

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sdcli.reference.hashing.placement import Distinct

PROBES_MAX = 1000  # the busiest node a thousandth above the mean; slower than any other way

_MASK = SPACE - 1
_NODE_BYTES = 8 + 4  # a position and a number
_ROUNDING = 1e-14  # differences of shares below it are what floats leave behind


def probes_of(position: int, count: int) -> list[int]:
    """Where a key stands: `count` positions, the first its own.

    >>> probes_of(5, 1)
    [5]
    """
    first = mix((position + GAMMA) & _MASK)
    second = mix((first + GAMMA) & _MASK)
    third = mix((second + GAMMA) & _MASK)
    probes = []
    for _ in range(count):
        probes.append(position)
        position = (position + first) & _MASK
        first = (first + second) & _MASK
        second = (second + third) & _MASK
    return probes


def nearest(points: Sequence[int], probes: Iterable[int]) -> int:
    """The index of the point nearest to any of the probes, clockwise; the earliest probe's of two.

    Args:
        points: positions in order, one for each node at least.
        probes: positions.
    """
    shortest, found = SPACE, 0
    last = len(points)
    for probe in probes:
        at = bisect_left(points, probe)
        distance = points[at] - probe if at < last else points[0] + SPACE - probe
        if distance < shortest:
            shortest, found = distance, at
    return found if found < last else 0


def shares_of(widths: Sequence[int], probes: int) -> list[float]:
    """The exact share of each arc of a circle, for probes that fall independently.

    Let G(x) be the part of the circle from which the next point is further than x. Arc j has
    min(a_j, x) that is nearer, so G(x) = 1 - sum of min(a_j, x): pieces of straight lines, which
    fall by m for each unit of x while m arcs are longer than x. The nearest of k probes comes from
    distance x and from arc i with density k G(x)^(k-1), if x < a_i; so the share of arc i is the
    integral of that from 0 to a_i. On a piece from x to y it is (G(x)^k - G(y)^k) / m: one pass
    over the arcs, shortest first, adds the pieces up.

    Cost: O(n log n + n log k).

    Args:
        widths: of the arcs, whole numbers that sum to SPACE.
        probes: k.

    >>> shares_of([SPACE // 4, SPACE * 3 // 4], 1)
    [0.25, 0.75]
    >>> shares_of([SPACE // 4, SPACE * 3 // 4], 2)  # by hand: (1 - (1/2)^2) / 2 = 3/8; the rest
    [0.375, 0.625]
    """
    shares = [0.0] * len(widths)
    share, further, before = 0.0, SPACE, 0
    none_nearer = 1.0  # G(x)^k, at the end of the piece before
    for rank, arc in enumerate(sorted(range(len(widths)), key=widths.__getitem__)):
        longer = len(widths) - rank
        left = further - longer * (widths[arc] - before)
        still = power(left / SPACE, probes)
        share += (none_nearer - still) / longer
        shares[arc] = share
        further, before, none_nearer = left, widths[arc], still
    return shares


def power(number: float, exponent: int) -> float:
    """The number times itself, `exponent` times, the same bits on every machine.

    `**` of floats asks the C library, and libraries differ in the last bit. Products do not, IEEE
    754 rounds them in one way only, as long as their order is fixed: that of the exponent's bits.

    Cost: O(log exponent) products.

    >>> power(0.5, 5), power(0.1, 0)
    (0.03125, 1.0)
    """
    product = 1.0
    while exponent:
        if exponent & 1:
            product *= number
        number *= number
        exponent >>= 1
    return product


class MultiProbe(Placement):
    """Multi-probe consistent hashing. Immutable, like every placement here.

    Args:
        nodes: names.
        probes: positions of each key, from 1 up; the more, the more even, and the slower.
        hash: the name of the hash, `blake2b` or `xxh3`.
        zones: the zone of each node, by name; all of them or none.

    Raises:
        InputError: nodes, probes or zones that cannot be, or weights.
        MissingError: the hash needs a package that is not installed.
    """

    __slots__ = ("_owners", "_positions", "_probes")

    NAME = "multi-probe"

    def __init__(
        self,
        nodes: Iterable[str],
        probes: int = 21,
        hash: str = "blake2b",  # noqa: A002 - the name that every placement and design uses
        zones: Mapping[str, str] | None = None,
    ) -> None:
        if not isinstance(probes, int) or isinstance(probes, bool) or not 1 <= probes <= PROBES_MAX:
            raise InputError(
                "this cannot be a number of probes",
                where="probes",
                given=shown(probes),
                expected=f"a whole number from 1 to {PROBES_MAX}, like 21",
            )
        super().__init__(nodes, hash, zones)
        self._probes = probes
        self._set(sorted((self._point(node), node) for node in self._weights))

    # ---- lookup

    @property
    def probes(self) -> int:
        """Positions of each key."""
        return self._probes

    @property
    def settings(self) -> dict[str, int]:
        """The probes."""
        return {"probes": self._probes}

    def owner_at(self, position: int) -> str:
        """The node nearest to any of the key's probes. Cost: O(k log n).

        Raises:
            InputError: there is no node.
        """
        if not self._owners:
            raise self._empty()
        return self._owners[nearest(self._positions, probes_of(position, self._probes))]

    def owners_at(self, position: int) -> Iterator[str]:
        """The nodes by their distance to the nearest probe; names come once for each probe.

        From each probe the points lie in order of distance as one goes clockwise. Those k rows are
        merged, and no row is read further than somebody asks.

        Cost: O(k log n) for the first, then O(log k) for each.
        """
        rows = (
            self._clockwise(probe, number)
            for number, probe in enumerate(probes_of(position, self._probes))
        )
        return (self._owners[at] for _, _, _, at in merge(*rows))

    def _clockwise(self, probe: int, number: int) -> Iterator[tuple[int, int, int, int]]:
        """(Distance, the probe's number, rank on the way, index) of all points from a probe on.

        Of two points at one distance the earlier probe's comes first, as in `nearest`; of two
        points in one place the first name's.
        """
        first = bisect_left(self._positions, probe)
        indices = chain(range(first, len(self._positions)), range(first))
        for rank, at in enumerate(indices):
            yield (self._positions[at] - probe) & _MASK, number, rank, at

    def work(self, position: int) -> Work:
        """A hash and three mixes; for each probe the halvings of its search, and a distance.

        Raises:
            InputError: there is no node.
        """
        if not self._owners:
            raise self._empty()
        halvings = 0
        for probe in probes_of(position, self._probes):
            low, high = 0, len(self._positions)
            while low < high:
                middle = (low + high) // 2
                low, high = (middle + 1, high) if self._positions[middle] < probe else (low, middle)
                halvings += 1
        return Work(hashes=4, comparisons=halvings + self._probes)

    @property
    def table_bytes(self) -> int:
        """The position and the number of each node."""
        return _NODE_BYTES * len(self._positions)

    # ---- change

    def add(self, node: str, weight: float = 1.0, zone: str = "") -> MultiProbe:
        """A placement with one node more. Cost: a hash, then O(n).

        Raises:
            InputError: as `Placement.add` says.
        """
        place = self._like(*self._with(node, weight, zone))
        points = self._points()
        insort(points, (self._point(node), node))
        place._set(points)
        return place

    def remove(self, node: str) -> MultiProbe:
        """A placement without this node. Cost: O(n).

        Raises:
            InputError: no node has this name.
        """
        place = self._like(*self._without(node))
        place._set([point for point in self._points() if point[1] != node])
        return place

    def _point(self, node: str) -> int:
        return self._hash(f"{node}#0".encode())

    def _points(self) -> list[tuple[int, str]]:
        return list(zip(self._positions, self._owners, strict=True))

    def _set(self, points: list[tuple[int, str]]) -> None:
        """Take the points in, in order of position and name."""
        self._positions = [position for position, _ in points]
        self._owners = [node for _, node in points]

    def _like(self, weights: dict[str, float], zones: Mapping[str, str]) -> MultiProbe:
        place = super()._like(weights, zones)
        place._probes = self._probes
        return place

    # ---- shares

    def arcs(self) -> dict[str, float]:
        """The share of each node: exact for probes that fall independently (`shares_of`)."""
        if not self._owners:
            return {}
        around = [self._positions[-1] - SPACE, *self._positions]
        widths = [upto - after for after, upto in pairwise(around)]
        share = dict(zip(self._owners, shares_of(widths, self._probes), strict=True))
        return {node: share[node] for node in self._weights}

    def ranges(
        self, new: MultiProbe, replicas: int = 1, distinct: Distinct = "node"
    ) -> Iterator[Range]:
        """Who gives how much to whom; a move's keys lie everywhere. Exact as `arcs` is.

        All that moves when one node comes moves to it, so what each other loses is the difference
        of its shares; and the other way round when one goes. When several come at once the sums
        are known but not who gave to whom, so that is refused.

        Cost: O(n log n).

        Raises:
            InputError: more than one replica, or nodes that differ by more than one.
        """
        self._only_one_copy(replicas, distinct)
        differing = self._weights.keys() ^ new._weights.keys()
        if len(differing) > 1:
            raise InputError(
                "multi-probe can tell what moves for one node at a time",
                where="plan",
                given=f"{len(differing)} nodes come or go: {', '.join(sorted(differing)[:8])}",
                expected="one node after the other, each with a plan",
            )
        before, after = self.arcs(), new.arcs()
        for one in differing:
            comes = one in after
            for node in before if comes else after:
                share = before[node] - after[node] if comes else after[node] - before[node]
                if share > _ROUNDING:
                    yield Range(*((node, one) if comes else (one, node)), share)

    # ---- the rest

    def check(self) -> None:
        """Assert the invariants that the module names.

        Raises:
            AssertionError: one does not hold.
        """
        points = self._points()
        assert points == sorted(points), "1: points out of order"
        assert sorted(self._owners) == sorted(self._weights), "1: the points are of other nodes"
        for position, node in points:
            assert position == self._point(node), f"1: the point of {node}"
        if points:
            total = fsum(self.arcs().values())
            assert isclose(total, 1, rel_tol=1e-9), "2: the shares do not sum to 1"
            self._check_owners(self._positions[:8])

    def _picture(self) -> list[str]:
        return [strip(self._next, self.nodes)]

    def _next(self, position: int) -> str:
        """The node of the next point clockwise."""
        return self._owners[nearest(self._positions, [position])]

    def _details(self) -> str:
        return f"{self._probes} probes, hash {self._hash_name}"
