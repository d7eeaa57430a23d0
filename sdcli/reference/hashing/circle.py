"""The circle: points in order, each with its node, and the next point found in one step.

Ring and ketama differ in where their points stand. What they share is here: a key's position goes
to the first point at or behind it, and behind the last point the circle begins anew.

Three ways to find that point, among P:

    walk       look at every point                                  P / 2 comparisons
    bisect     halve what is left                                   log2 P, 17 for 160,000 points
    guide      cut the circle into cells; know each cell's first point    about 1.2

The guide works since points stand at random, so evenly: with two cells for each point or more, a
cell holds half a point at most on average. A lookup reads the cell of its position, then walks. The
cell is the position's top bits, so no division is needed. A guide is made when the first lookup
asks for one: placements that are only compared or drawn never pay for it.

              cells   |    0    |    1    |    2    |    3    |
             points          p0       p1  p2                          p3: the sentinel, at the end
              guide        0         1         3         3            the owner of p0 owns it too

Sources: D. Karger, E. Lehman, T. Leighton and others, "Consistent hashing and random trees",
STOC 1997, section 4 (which buckets the circle for the same reason); H.-C. Chen, Y. Asau, "On
generating random variates from an empirical distribution", AIIE Transactions 6, 1974 (the guide
table).

Invariants (`check()` asserts them):
    1. Points stand in order of position; where two meet, in order of name, so that the order in
       which nodes came makes no difference.
    2. Each node has the points that the placement's rule gives it, no others.
    3. The arcs are disjoint and cover the circle: their widths sum to exactly SPACE.
    4. The owner of a point's own position is the node of that point (of the first, where two meet).
    5. The guide names, for each cell, the first point in it or behind it.

Cost, for n nodes of V points, P = nV: build O(P log P), lookup O(1), guide O(P), arcs O(P), add
and remove O(P + V log P), which copy the stretches between a node's points as blocks of memory.
Memory: for each point 8 bytes of position and an 8-byte reference to a name; the guide takes 4
bytes a cell, at least two cells and fewer than four for each point.
"""

from __future__ import annotations

# ruff: noqa: S101 - check() asserts, that is its promise
from abc import abstractmethod
from array import array
from bisect import bisect_left
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.reference.hashing.drawing import strip
from sdcli.reference.hashing.hashes import SPACE, positions_of, to_bytes
from sdcli.reference.hashing.placement import Placement, Work
from sdcli.reference.hashing.shares import Range

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Self

    from sdcli.reference.hashing.hashes import Hash, Keys
    from sdcli.reference.hashing.placement import Distinct

    Way = tuple[Hash, array[int], int, array[int], list[str]]

POINTS_MAX = 8_388_608  # Envoy's largest ring has as many

_CELLS_PER_POINT = 2
_SPACE_BITS = 64
_POSITION_BYTES, _NUMBER_BYTES = 8, 4  # of a point's position; of its node, or of a guide's entry


class Circle(Placement):
    """Points on a circle. A placement of this kind says which points a node has: `_points`.

    Shape: `_positions` has one number for each point and a sentinel behind them, at the last
    position there is; `_owners` has the name for each, the sentinel's being the first point's.
    `_way` has all that a lookup reads: to unpack one tuple costs less than to read five attributes.
    """

    __slots__ = ("_owners", "_positions", "_way")

    WEIGHTED = True

    _way: Way | None

    @abstractmethod
    def _points(self, node: str) -> list[int]:
        """Where a node stands, in any order; the weights are known."""

    # ---- lookup

    def lookup(self, key: str | bytes) -> str:
        """The node that holds `key`. Cost: one hash, then O(1).

        Raises:
            InputError: the circle is empty, or the key is neither text nor bytes.
        """
        # owner_at, written out: a call would cost as much as all the rest but the hash.
        hash_, guide, shift, positions, owners = self._way or self._make_way()
        try:
            position = hash_(key.encode() if type(key) is str else to_bytes(key))
        except UnicodeEncodeError:
            position = hash_(to_bytes(key))  # which says what is wrong with the text
        at = guide[position >> shift]
        while positions[at] < position:
            at += 1
        return owners[at]

    def owner_at(self, position: int) -> str:
        """The node that owns a position of the circle, from 0 to SPACE - 1. Cost: O(1).

        Raises:
            InputError: the circle is empty.
        """
        return self._owners[self._first(position)]

    def owners_at(self, position: int) -> Iterator[str]:
        """The nodes clockwise from a position: once around, a name for each point.

        Successive points often belong to one node. When a node leaves, those behind it move up.
        """
        first = self._first(position)
        owners = self._owners
        for at in range(first, len(owners) - 1):
            yield owners[at]
        for at in range(min(first, len(owners) - 1)):
            yield owners[at]

    def lookup_batch(self, keys: Keys) -> array[int]:
        """As `Placement.lookup_batch`. Cost: a lookup each, without the call."""
        hash_, guide, shift, positions, owners = self._way or self._make_way()
        number = {name: i for i, name in enumerate(self._weights)}
        numbers = [number[owner] for owner in owners]
        found = array("i")
        for position in positions_of(keys, hash_):
            at = guide[position >> shift]
            while positions[at] < position:
                at += 1
            found.append(numbers[at])
        return found

    def work(self, position: int) -> Work:
        """One hash, and a comparison for each point looked at, the owner's included.

        Raises:
            InputError: the circle is empty.
        """
        _, guide, shift, *_ = self._way or self._make_way()
        return Work(1, self._first(position) - guide[position >> shift] + 1)

    def _first(self, position: int) -> int:
        """The index of the first point at or behind a position, clockwise."""
        _, guide, shift, positions, _ = self._way or self._make_way()
        at = guide[position >> shift]
        while positions[at] < position:
            at += 1
        return at

    def _make_way(self) -> Way:
        """The guide, with all else that a lookup reads. Two readers at once make the same."""
        points = self.points
        if not points:
            raise self._empty()
        bits = (_CELLS_PER_POINT * points - 1).bit_length()
        shift = _SPACE_BITS - bits
        counts = [0] * (1 << bits)
        for position in self._positions[:points]:
            counts[position >> shift] += 1
        # Points in the cells before: all counts up to this cell, without its own.
        guide = array("I", accumulate(counts[:-1], initial=0))
        self._way = (self._hash, guide, shift, self._positions, self._owners)
        return self._way

    # ---- shares

    @property
    def points(self) -> int:
        """Points on the circle, of all nodes together."""
        return max(0, len(self._positions) - 1)

    def widths(self) -> dict[str, int]:
        """How many of the SPACE positions each node owns: exact, no key is sampled."""
        widths = dict.fromkeys(self._weights, 0)
        for owner, (after, upto) in zip(self._owners, self._arcs(), strict=False):
            widths[owner] += upto - after
        return widths

    def arcs(self) -> dict[str, float]:
        """The exact share of each node: its width of the circle, rounded once to a float."""
        return {node: width / SPACE for node, width in self.widths().items()}

    def _arcs(self) -> Iterator[tuple[int, int]]:
        """Each point's arc, in their order; the first begins behind the last point, below 0."""
        positions = self._positions[: self.points]
        if positions:
            yield positions[-1] - SPACE, positions[0]
            yield from pairwise(positions)

    def ranges(self, new: Self, replicas: int = 1, distinct: Distinct = "node") -> Iterator[Range]:
        """The stretches whose owners differ, in order around the circle.

        Both circles' points together cut it into stretches on which neither changes its mind.
        With replicas, the nodes that are new among the owners of a stretch take it from those that
        are no longer among them: one from one, since both circles name as many.

        Cost: O(points of both), times the steps to `replicas` different owners.

        Raises:
            InputError: fewer than `replicas` nodes, or zones, own anything in one of the two.
        """
        copies, _ = (place._wanted(replicas, distinct, where="replicas") for place in (self, new))
        cuts = sorted({*self._positions[: self.points], *new._positions[: new.points]})
        before = cuts[-1] - SPACE
        for cut in cuts:
            olds, news = (place.first_owners(cut, copies, distinct) for place in (self, new))
            leaving = [node for node in olds if node not in news]
            coming = [node for node in news if node not in olds]
            for source, target in zip(leaving, coming, strict=True):
                yield Range(source, target, (cut - before) / SPACE, before % SPACE, cut)
            before = cut

    # ---- changes

    def _fill(self) -> None:
        """Set the points of all nodes."""
        # Sorting numbers is faster than sorting pairs, so a point is one number: its position,
        # and below it the rank of its node's name, which decides where two points meet.
        names = sorted(self._weights)
        bits = len(names).bit_length()
        points = sorted(
            position << bits | rank
            for rank, name in enumerate(names)
            for position in self._points(name)
        )
        mask = (1 << bits) - 1
        self._set(
            array("Q", [point >> bits for point in points]),
            [names[point & mask] for point in points],
        )

    def _set(self, positions: array[int], owners: list[str]) -> None:
        """Take points in their order, and put the sentinel behind them."""
        if owners:
            positions.append(SPACE - 1)
            owners.append(owners[0])
        self._positions, self._owners = positions, owners
        self._way = None

    def _added(self, node: str, weights: dict[str, float], zones: Mapping[str, str]) -> Self:
        """The circle with one node's points more; the others' points stay where they are."""
        place = self._like(weights, zones)
        self._copy_around(node, place._points(node), place, keep=True)
        return place

    def _removed(self, node: str, weights: dict[str, float], zones: Mapping[str, str]) -> Self:
        """The circle without one node's points."""
        place = self._like(weights, zones)
        self._copy_around(node, self._points(node), place, keep=False)
        return place

    def _copy_around(self, node: str, points: list[int], place: Self, *, keep: bool) -> None:
        """Copy the stretches between one node's points to `place`, and the points or not."""
        positions, owners, done = array("Q"), list[str](), 0
        for position in sorted(points):
            at = self._at(position, node, done)
            positions.extend(self._positions[done:at])
            owners.extend(self._owners[done:at])
            if keep:
                positions.append(position)
                owners.append(node)
            done = at if keep else at + 1
        positions.extend(self._positions[done : self.points])
        owners.extend(self._owners[done : self.points])
        place._set(positions, owners)

    def _at(self, position: int, node: str, done: int) -> int:
        """The index where this point of the node stands, or would stand, at `done` or behind it."""
        at = bisect_left(self._positions, position, done, self.points)
        while at < self.points and self._positions[at] == position and self._owners[at] < node:
            at += 1  # two nodes on one position stand in order of name
        return at

    # ---- the rest

    @property
    def table_bytes(self) -> int:
        """Positions and node numbers of all points, and the guide."""
        if not self.points:
            return 0
        cells = 1 << (_CELLS_PER_POINT * self.points - 1).bit_length()
        return self.points * (_POSITION_BYTES + _NUMBER_BYTES) + cells * _NUMBER_BYTES

    def _picture(self) -> list[str]:
        return [strip(self.owner_at, self.nodes)]

    def check(self) -> None:
        """Assert the invariants that the module names.

        Raises:
            AssertionError: one does not hold; the circle is broken.
        """
        positions = list(self._positions[: self.points])
        points = list(zip(positions, self._owners, strict=False))
        assert points == sorted(points), "1: points out of order"
        standing: dict[str, list[int]] = {node: [] for node in self._weights}
        for position, owner in points:
            standing[owner].append(position)
        for node in self._weights:
            assert standing[node] == sorted(self._points(node)), f"2: points of {node}"
        if not points:
            return
        assert sum(self.widths().values()) == SPACE, "3: the arcs do not cover the circle"
        for i, (position, owner) in enumerate(points):
            is_first = i == 0 or positions[i - 1] != position
            assert not is_first or self.owner_at(position) == owner, f"4: {position}"
        _, guide, shift, *_ = self._way or self._make_way()
        for cell, first in enumerate(guide):
            assert first == bisect_left(positions, cell << shift), f"5: cell {cell}"
        self._check_owners(positions[:8])


def refuse_too_many(points: int) -> None:
    """Refuse a circle that could not be built.

    Raises:
        InputError: it would have more points than POINTS_MAX.
    """
    if points > POINTS_MAX:
        raise InputError(
            "this ring would have too many points",
            where="nodes",
            given=f"{points} points",
            expected=f"at most {POINTS_MAX}, all weights and virtual nodes together",
        )
