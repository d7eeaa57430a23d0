"""Modulo: the placement that everybody tries first, kept here to show what it costs.

The owner of a key is `hash mod n`. Perfectly even, one division, nothing to store; and when n
becomes n + 1 a key stays only if both divisions agree, which is one key in n + 1: going from 4
to 5 nodes moves 80 % of the keys, from 10 to 11 nodes 91 %, from 100 to 101 nodes 99 %. In a
cache all of them become misses at the same moment. This is the rehashing problem; the ring is
the answer to it.

Source: the introduction of Karger and others, "Consistent hashing and random trees", STOC 1997.

Invariants:
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
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.reference.hashing.drawing import bars
from sdcli.reference.hashing.hashes import SPACE, hash_named, to_bytes
from sdcli.reference.hashing.nodes import no_such_node, nobody_to_ask, weights_of
from sdcli.reference.hashing.shares import Stats

if TYPE_CHECKING:
    from collections.abc import Iterable


class Modulo:
    """`hash mod n` over a list of nodes. Immutable, like every placement here.

    Raises:
        InputError: an empty name, or one that stands twice.
    """

    __slots__ = ("_hash", "_hash_name", "_nodes")

    def __init__(self, nodes: Iterable[str], hash: str = "blake2b") -> None:  # noqa: A002 - as Ring
        if isinstance(nodes, Mapping):
            raise InputError(
                "modulo knows no weights",
                where="nodes",
                given=repr(nodes),
                expected='a list of names, like ["a", "b"]',
            )
        self._nodes = tuple(weights_of(nodes))
        self._hash_name = hash
        self._hash = hash_named(hash)

    @property
    def nodes(self) -> tuple[str, ...]:
        """The names, in the order that decides who owns what."""
        return self._nodes

    def lookup(self, key: str | bytes) -> str:
        """The node that owns `key`.

        Raises:
            InputError: there is no node, or the key is neither text nor bytes.
        """
        if not self._nodes:
            raise nobody_to_ask("list of nodes")
        return self._nodes[self._hash(to_bytes(key)) % len(self._nodes)]

    def add(self, node: str) -> Modulo:
        """A placement with one node more, at the end of the list."""
        if node in self._nodes:
            raise InputError("this node is there already", where="nodes", given=repr(node))
        return Modulo([*self._nodes, node], self._hash_name)

    def remove(self, node: str) -> Modulo:
        """A placement without this node; those behind it move up by one.

        Raises:
            InputError: no node has this name.
        """
        if node not in self._nodes:
            raise no_such_node(node, self._nodes)
        return Modulo([name for name in self._nodes if name != node], self._hash_name)

    def arcs(self) -> dict[str, float]:
        """The exact share of each node: the hashes that leave its number."""
        count = len(self._nodes)
        return {
            node: (SPACE // count + (i < SPACE % count)) / SPACE
            for i, node in enumerate(self._nodes)
        }

    def stats(self) -> Stats:
        """How even the shares are."""
        return Stats.of(self.arcs(), dict.fromkeys(self._nodes, 1.0))

    def describe(self) -> str:
        """The placement as text."""
        head = f"modulo: {len(self._nodes)} nodes, owner = hash mod {len(self._nodes)}"
        return "\n".join([head, *bars(self.arcs())])

    def check(self) -> None:
        """Assert the invariants that can be seen from outside.

        Raises:
            AssertionError: one does not hold.
        """
        count = len(self._nodes)
        assert len(set(self._nodes)) == count, "1: a name stands twice"
        if count:
            shares = self.arcs().values()
            assert max(shares) - min(shares) <= 1 / SPACE, "2: shares differ"

    def __len__(self) -> int:
        return len(self._nodes)

    def __contains__(self, node: object) -> bool:
        return node in self._nodes

    def __repr__(self) -> str:
        return f"Modulo({list(self._nodes)!r}, hash={self._hash_name!r})"
