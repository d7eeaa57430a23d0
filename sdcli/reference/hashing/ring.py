"""The ring: nodes and keys on one circle, each key owned by the next node clockwise.

With `hash mod n` nearly every key moves when n changes. The ring lets a node that comes take
over just the arcs in front of its own points, and a node that goes hand its arcs to whoever
stands behind them: of n + 1 nodes the new one gets about 1/(n + 1) of the keys, and no key
moves between two nodes that were there before.

One point for each node gives unfair arcs (of 20 nodes the busiest has 3.6 times the mean), so
each node stands at many points, its virtual nodes: the spread of the shares falls to about
1/sqrt(vnodes), and what a lost node leaves behind is shared by many.

               position 0
             . - - a0 - - .           a key walks clockwise to the first point:
         b1                  b0           from between a0 and b0 it comes to b0
           .                .
             . - - a1 - - .           the arc of a point reaches back to the point before it

Sources: D. Karger, E. Lehman, T. Leighton and others, "Consistent hashing and random trees",
STOC 1997, pp. 654-663 (circle, and several copies of each node); G. DeCandia and others, "Dynamo",
SOSP 2007, section 4.2 (virtual nodes, more of them for a stronger server).

Invariants (`check()` asserts them):
    1. Points stand in order of position; where two meet, in order of name, so that the order in
       which nodes came makes no difference.
    2. A node of weight w has round(w * vnodes) points, at least one if w > 0, at the hash of
       `name#0`, `name#1`, ...
    3. The arcs are disjoint and cover the circle: their widths sum to exactly SPACE.
    4. The owner of a point's own position is the node of that point (of the first, where two meet).

Cost: n nodes of V points each: build O(nV log nV), lookup O(log nV), remove O(nV), arcs O(nV). Add
copies both lists, O(nV), and each of its V insertions moves up to nV entries: O(V * nV) at worst.
Memory, in CPython: for each point two list slots of 8 bytes and a 64-bit position, which is an int
object of 36 bytes; names are shared by the points of a node, positions by the rings of an `add`.

>>> ring = Ring(["a", "b", "c"])
>>> ring.lookup("user:42")
'a'
>>> ring.lookup_n("user:42", 2)                       # two replicas, on two different nodes
['a', 'c']
>>> bigger = ring.add("d")                            # a new ring; `ring` is as it was
>>> moved = [k for k in map(str, range(1000)) if ring.lookup(k) != bigger.lookup(k)]
>>> len(moved), {bigger.lookup(key) for key in moved}  # near a quarter, all of them to d
(227, {'d'})
"""

from __future__ import annotations

# ruff: noqa: S101 - check() asserts, that is its promise
from bisect import bisect_left
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.reference.hashing.drawing import bars, strip
from sdcli.reference.hashing.hashes import SPACE, hash_named, to_bytes
from sdcli.reference.hashing.nodes import (
    checked_name,
    checked_weight,
    no_such_node,
    nobody_to_ask,
    weights_of,
)
from sdcli.reference.hashing.shares import Stats

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

POINTS_MAX = 8_388_608  # Envoy's largest ring has as many


class Ring:
    """A ring with virtual nodes. Immutable: a reader never sees half of a change.

    Args:
        nodes: names, or a mapping of names to weights.
        vnodes: points on the circle for a node of weight 1.
        hash: the name of the hash, `blake2b` or `xxh3`.

    Raises:
        InputError: nodes, weights or vnodes that cannot be.
        MissingError: the hash needs a package that is not installed.
    """

    __slots__ = ("_hash", "_hash_name", "_owners", "_positions", "_vnodes", "_weights")

    def __init__(
        self,
        nodes: Iterable[str] | Mapping[str, float],
        vnodes: int = 160,
        hash: str = "blake2b",  # noqa: A002 - the name that every placement and design uses
    ) -> None:
        if not isinstance(vnodes, int) or isinstance(vnodes, bool) or vnodes < 1:
            raise InputError(
                "this cannot be a number of virtual nodes",
                where="vnodes",
                given=repr(vnodes),
                expected="a whole number from 1 up, like 160",
            )
        self._vnodes = vnodes
        self._hash_name = hash
        self._hash = hash_named(hash)
        self._weights = weights_of(nodes)
        _refuse_too_many(sum(_count(weight, vnodes) for weight in self._weights.values()))
        points = sorted(
            (position, node)
            for node, weight in self._weights.items()
            for position in self._points(node, weight)
        )
        self._positions = [position for position, _ in points]
        self._owners = [node for _, node in points]

    @property
    def nodes(self) -> tuple[str, ...]:
        """The names, in the order in which they came."""
        return tuple(self._weights)

    @property
    def weights(self) -> Mapping[str, float]:
        """The weight of each node; a view that cannot be changed."""
        return MappingProxyType(self._weights)

    @property
    def vnodes(self) -> int:
        """Points on the circle for a node of weight 1."""
        return self._vnodes

    @property
    def hash(self) -> str:
        """The name of the hash."""
        return self._hash_name

    @property
    def points(self) -> int:
        """Points on the circle, of all nodes together."""
        return len(self._positions)

    def lookup(self, key: str | bytes) -> str:
        """The node that owns `key`. Cost: one hash, then O(log points).

        Raises:
            InputError: the ring is empty, or the key is neither text nor bytes.
        """
        return self.owner_at(self._hash(to_bytes(key)))

    def owner_at(self, position: int) -> str:
        """The node that owns a position of the circle, from 0 to SPACE - 1.

        Raises:
            InputError: the ring is empty.
        """
        return self._owners[self._first(position)]

    def lookup_n(self, key: str | bytes, count: int) -> list[str]:
        """The first `count` different nodes clockwise from `key`: where its replicas live.

        The first is `lookup(key)`. Successive points often belong to one node, so nodes are
        counted, not points. When one of the nodes leaves, those behind it move up by one.

        Raises:
            InputError: fewer than `count` nodes own anything.
        """
        able = sum(weight > 0 for weight in self._weights.values())
        if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= able:
            raise InputError(
                "there are not that many nodes to choose from",
                where="count",
                given=repr(count),
                expected=f"a whole number from 1 to {able}, the nodes whose weight is above 0"
                if able
                else "a ring with nodes",
            )
        found: dict[str, None] = {}  # a set that keeps its order
        at = self._first(self._hash(to_bytes(key)))
        while len(found) < count:
            found[self._owners[at]] = None
            at = (at + 1) % len(self._owners)
        return list(found)

    def add(self, node: str, weight: float = 1.0) -> Ring:
        """A ring with one node more; this one stays as it is.

        Raises:
            InputError: the node is there already, or its name or weight cannot be.
        """
        if checked_name(node) in self._weights:
            raise InputError(
                "this node is there already",
                where="nodes",
                given=repr(node),
                expected="a new name; to change a weight, remove the node and add it again",
            )
        weights = {**self._weights, node: checked_weight(node, weight)}
        _refuse_too_many(len(self._positions) + _count(weights[node], self._vnodes))
        positions, owners = self._positions.copy(), self._owners.copy()
        for position in self._points(node, weights[node]):
            at = bisect_left(positions, position)
            while at < len(positions) and positions[at] == position and owners[at] < node:
                at += 1  # two nodes on one position stand in order of name
            positions.insert(at, position)
            owners.insert(at, node)
        return self._changed(weights, positions, owners)

    def remove(self, node: str) -> Ring:
        """A ring without this node; this one stays as it is.

        Raises:
            InputError: no node has this name.
        """
        if node not in self._weights:
            raise no_such_node(node, self._weights)
        kept = [i for i, owner in enumerate(self._owners) if owner != node]
        return self._changed(
            {name: weight for name, weight in self._weights.items() if name != node},
            [self._positions[i] for i in kept],
            [self._owners[i] for i in kept],
        )

    def widths(self) -> dict[str, int]:
        """How many of the SPACE positions each node owns: exact, no key is sampled."""
        widths = dict.fromkeys(self._weights, 0)
        if not self._positions:
            return widths
        # The first arc begins behind the last point and runs through position 0.
        widths[self._owners[0]] = self._positions[0] - self._positions[-1] + SPACE
        for owner, (before, position) in zip(
            self._owners[1:], pairwise(self._positions), strict=True
        ):
            widths[owner] += position - before
        return widths

    def arcs(self) -> dict[str, float]:
        """The exact share of each node: its width of the circle, rounded once to a float."""
        return {node: width / SPACE for node, width in self.widths().items()}

    def stats(self) -> Stats:
        """How even the shares are."""
        return Stats.of(self.arcs(), self._weights)

    def describe(self) -> str:
        """The ring as text: the circle cut open at 0, and each node's share.

        >>> print(Ring(["a", "b"], vnodes=2).describe())
        ring: 2 nodes, 4 points, 2 virtual nodes for weight 1, hash blake2b
        aaaaaaaaaaaaaaaaaaaaaaaaaaabbbbbbbbbbbaaaaabaaaaaaaaaaaaaaaaaaaa
        a a   79.97 %  ████████████████████████████████████████
        b b   20.03 %  ██████████
        spread 0.5994   busiest 1.599 of the mean   idlest 0.401
        """
        head = (
            f"ring: {len(self._weights)} nodes, {self.points} points, "
            f"{self._vnodes} virtual nodes for weight 1, hash {self._hash_name}"
        )
        if not self._positions:
            return f"{head}\nempty: no node can own a key"
        stats = self.stats()
        foot = (
            f"spread {stats.spread:.4f}   busiest {stats.peak_to_mean:.3f} of the mean   "
            f"idlest {stats.min_to_mean:.3f}"
        )
        circle = strip(self.owner_at, self.nodes)
        return "\n".join([head, circle, *bars(self.arcs()), foot])

    def check(self) -> None:
        """Assert the invariants that the module names.

        Raises:
            AssertionError: one does not hold; the ring is broken.
        """
        points = list(zip(self._positions, self._owners, strict=True))
        assert points == sorted(points), "1: points out of order"
        standing: dict[str, list[int]] = {node: [] for node in self._weights}
        for position, owner in points:
            standing[owner].append(position)
        for node, weight in self._weights.items():
            assert standing[node] == sorted(self._points(node, weight)), f"2: points of {node}"
        if points:
            assert sum(self.widths().values()) == SPACE, "3: the arcs do not cover the circle"
        for i, (position, owner) in enumerate(points):
            is_first = i == 0 or self._positions[i - 1] != position
            assert not is_first or self.owner_at(position) == owner, f"4: {position}"

    def __len__(self) -> int:
        return len(self._weights)

    def __contains__(self, node: object) -> bool:
        return node in self._weights

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ring) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __repr__(self) -> str:
        return f"Ring({self._weights!r}, vnodes={self._vnodes}, hash={self._hash_name!r})"

    def _identity(self) -> tuple[frozenset[tuple[str, float]], int, str]:
        """What decides every answer of a ring; the order of the nodes does not."""
        return frozenset(self._weights.items()), self._vnodes, self._hash_name

    def _points(self, node: str, weight: float) -> list[int]:
        """Where a node stands. The number behind the name is what makes the points differ."""
        return [self._hash(to_bytes(f"{node}#{i}")) for i in range(_count(weight, self._vnodes))]

    def _first(self, position: int) -> int:
        """The index of the first point at or behind `position`, clockwise."""
        at = bisect_left(self._positions, position)
        if at < len(self._positions):
            return at
        if not self._positions:
            raise nobody_to_ask("ring")
        return 0  # behind the last point the circle begins anew

    def _changed(self, weights: dict[str, float], positions: list[int], owners: list[str]) -> Ring:
        """A ring like this one with other points."""
        ring = object.__new__(Ring)
        ring._vnodes, ring._hash_name, ring._hash = self._vnodes, self._hash_name, self._hash
        ring._weights, ring._positions, ring._owners = weights, positions, owners
        return ring


def _count(weight: float, vnodes: int) -> int:
    """Points for a weight: to the nearest, and never none for a node that is to own something."""
    return max(1, int(weight * vnodes + 0.5)) if weight > 0 else 0


def _refuse_too_many(points: int) -> None:
    if points > POINTS_MAX:
        raise InputError(
            "this ring would have too many points",
            where="vnodes",
            given=f"{points} points",
            expected=f"at most {POINTS_MAX}, all weights and virtual nodes together",
        )
