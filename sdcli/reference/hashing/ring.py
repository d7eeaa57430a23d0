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

Where the points stand is all that this file adds to circle.py, which finds them.

Sources: D. Karger, E. Lehman, T. Leighton and others, "Consistent hashing and random trees",
STOC 1997, pp. 654-663 (circle, and several copies of each node); G. DeCandia and others, "Dynamo",
SOSP 2007, section 4.2 (virtual nodes, more of them for a stronger server).

Invariants (`check()` asserts them): those of circle.py, and
    A node of weight w has round(w * vnodes) points, at least one if w > 0, at the hash of
    `name#0`, `name#1`, ...

Cost: one hash for each point; the rest as circle.py has it.

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

from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.reference.hashing.circle import POINTS_MAX, Circle, refuse_too_many
from sdcli.reference.hashing.hashes import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Ring(Circle):
    """A ring with virtual nodes. Immutable: a reader never sees half of a change.

    Args:
        nodes: names, or a mapping of names to weights.
        vnodes: points on the circle for a node of weight 1; 1 is the basic ring of the paper.
        hash: the name of the hash, `blake2b` or `xxh3`.
        zones: the zone of each node, by name; all of them or none.

    Raises:
        InputError: nodes, weights, zones or vnodes that cannot be.
        MissingError: the hash needs a package that is not installed.
    """

    __slots__ = ("_vnodes",)

    NAME = "ring"

    def __init__(
        self,
        nodes: Iterable[str] | Mapping[str, float],
        vnodes: int = 160,
        hash: str = "blake2b",  # noqa: A002 - the name that every placement and design uses
        zones: Mapping[str, str] | None = None,
    ) -> None:
        is_count = isinstance(vnodes, int) and not isinstance(vnodes, bool)
        if not is_count or not 1 <= vnodes <= POINTS_MAX:
            raise InputError(
                "this cannot be a number of virtual nodes",
                where="vnodes",
                given=shown(vnodes),
                expected=f"a whole number from 1 to {POINTS_MAX}, like 160",
            )
        super().__init__(nodes, hash, zones)
        self._vnodes = vnodes
        refuse_too_many(sum(_count(weight, vnodes) for weight in self._weights.values()))
        self._fill()

    @property
    def vnodes(self) -> int:
        """Points on the circle for a node of weight 1."""
        return self._vnodes

    @property
    def settings(self) -> dict[str, int]:
        """The virtual nodes."""
        return {"vnodes": self._vnodes}

    def add(self, node: str, weight: float = 1.0, zone: str = "") -> Ring:
        """A ring with one node more; this one stays as it is. Cost: V hashes, then O(points).

        Raises:
            InputError: as `Placement.add` says, or the ring would have too many points.
        """
        weights, zones = self._with(node, weight, zone)
        refuse_too_many(self.points + _count(weights[node], self._vnodes))
        return self._added(node, weights, zones)

    def remove(self, node: str) -> Ring:
        """A ring without this node; this one stays as it is. Cost: O(points).

        Raises:
            InputError: no node has this name.
        """
        return self._removed(node, *self._without(node))

    def _points(self, node: str) -> list[int]:
        """The number behind the name is what makes a node's points differ."""
        hash_, count = self._hash, _count(self._weights[node], self._vnodes)
        return [hash_(f"{node}#{i}".encode()) for i in range(count)]

    def _like(self, weights: dict[str, float], zones: Mapping[str, str]) -> Ring:
        ring = super()._like(weights, zones)
        ring._vnodes = self._vnodes
        return ring

    def _details(self) -> str:
        return (
            f"{self.points} points, {self._vnodes} virtual nodes for weight 1, "
            f"hash {self._hash_name}"
        )


def _count(weight: float, vnodes: int) -> int:
    """Points for a weight: to the nearest, and never none for a node that is to own something."""
    return max(1, int(weight * vnodes + 0.5)) if weight > 0 else 0
