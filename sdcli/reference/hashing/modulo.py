"""Modulo: the placement that everybody tries first, kept here to show what it costs.

The owner of a key is `hash mod n`. Perfectly even, one division, nothing to store; and when n
becomes n + 1 a key stays only if both divisions agree, which is one key in n + 1: going from 4
to 5 nodes moves 80 % of the keys, from 10 to 11 nodes 91 %, from 100 to 101 nodes 99 %. In a
cache all of them become misses at the same moment. This is the rehashing problem; the ring is
the answer to it.

Source: the introduction of Karger and others, "Consistent hashing and random trees", STOC 1997.

Invariants (`check()` asserts them):
    1. The order of the nodes is part of the placement: node i owns the hashes that leave i.
    2. Two nodes' shares differ by at most one position of SPACE.

Cost: lookup O(1), add and remove O(n).

>>> four = Modulo(["a", "b", "c", "d"])
>>> five = four.add("e")
>>> sum(four.lookup(key) != five.lookup(key) for key in map(str, range(1000)))  # 800 in theory
805
"""

from __future__ import annotations

# ruff: noqa: S101 - check() asserts, that is its promise
from math import gcd, lcm
from typing import TYPE_CHECKING

from sdcli.reference.hashing.hashes import SPACE
from sdcli.reference.hashing.listed import Listed
from sdcli.reference.hashing.placement import Work
from sdcli.reference.hashing.shares import Range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.reference.hashing.placement import Distinct


class Modulo(Listed):
    """`hash mod n` over a list of nodes. Immutable, like every placement here.

    Args:
        nodes: names; their order counts.
        hash: the name of the hash, `blake2b` or `xxh3`.
        zones: the zone of each node, by name; all of them or none.

    Raises:
        InputError: nodes or zones that cannot be, or weights.
        MissingError: the hash needs a package that is not installed.
    """

    __slots__ = ()

    NAME = "modulo"

    def owner_at(self, position: int) -> str:
        """The node whose number the division leaves. Cost: O(1).

        Raises:
            InputError: there is no node.
        """
        if not self._names:
            raise self._empty()
        return self._names[position % len(self._names)]

    def work(self, position: int) -> Work:  # noqa: ARG002 - every position costs the same
        """One hash, nothing to compare.

        Raises:
            InputError: there is no node.
        """
        if not self._names:
            raise self._empty()
        return Work(hashes=1, comparisons=0)

    def remove(self, node: str) -> Modulo:
        """A placement without this node; those behind it move up by one, nearly every key moves.

        Raises:
            InputError: no node has this name.
        """
        return self._like(*self._without(node))

    def arcs(self) -> dict[str, float]:
        """The exact share of each node: the hashes that leave its number."""
        count = len(self._names)
        return {
            node: (SPACE // count + (i < SPACE % count)) / SPACE
            for i, node in enumerate(self._names)
        }

    def ranges(
        self, new: Modulo, replicas: int = 1, distinct: Distinct = "node"
    ) -> Iterator[Range]:
        """Who gives how much to whom; a move's keys lie everywhere.

        A hash leaves i of n and j of m at once if i and j leave the same of gcd(n, m), and then
        one hash in lcm(n, m) does (the Chinese remainder theorem).

        Cost: O(n m / gcd(n, m)): two million moves from 1500 to 1501 nodes, which no plan takes.

        Raises:
            InputError: more than one replica.
        """
        self._only_one_copy(replicas, distinct)
        step = gcd(len(self), len(new))
        for i, source in enumerate(self._names):
            for target in new._names[i % step :: step]:
                if target != source:
                    yield Range(source, target, 1 / lcm(len(self), len(new)))

    def check(self) -> None:
        """Assert the invariants that the module names.

        Raises:
            AssertionError: one does not hold.
        """
        assert self._names == list(self._weights), "1: the list is not that of the nodes"
        if self._names:
            for i, name in enumerate(self._names):
                assert self.owner_at(i) == name, f"1: {name} is not number {i}"
            shares = self.arcs().values()
            assert max(shares) - min(shares) <= 1 / SPACE, "2: shares differ"
            self._check_owners(range(8))

    def _details(self) -> str:
        return f"owner = hash mod {len(self._names)}, hash {self._hash_name}"
