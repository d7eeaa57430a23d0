"""Jump: a list of buckets, no table, and just the moves that growth needs.

Let the list grow from one bucket to n, and follow one key. When bucket b comes, the list has b + 1,
so b must get 1/(b + 1) of the keys, from all the others alike: each key moves to it with that
probability, and otherwise stays where it is. A key's own generator of random numbers, seeded with
its hash, decides; the same key then moves at the same sizes for everybody.

Asking at every size would take n steps. But a key seldom moves (half of the keys at 2 buckets, one
in a thousand at 1000), so jump to the next move. A key that came to bucket b is still there when
the list has j buckets with probability (b+1)/(b+2) * (b+2)/(b+3) * ... * (j-1)/j = (b + 1)/j.
Draw r evenly from (0, 1] and let it stay while r <= (b + 1)/j. The last such size is
j = floor((b + 1)/r), and the bucket that comes then, number j, takes the key. About ln n jumps
lead past the end of the list; the last bucket before it is the answer.

       buckets     0  1  2  3  4  5  6  7  8  9
    the key "142"  0 ---> 2 ------------> 7 ------------> 16, beyond the end: bucket 7 owns it

The price: only the end of the list can come and go. Take out a bucket in the middle and all those
behind it get other numbers, which moves most of the keys; that is for ring, rendezvous or anchor.

Source: J. Lamping, E. Veach, "A fast, minimal memory, consistent hash algorithm", arXiv 1406.2294,
2014: the generator's constants and the order of the floating-point steps are the paper's, so that
the buckets are those of every other implementation.

Invariants (`check()` asserts them):
    1. The order of the nodes is part of the placement: node i is bucket i.
    2. As the list grows a key moves only to the bucket that is new, or stays.

Cost: lookup O(ln n) steps of the generator (5 for 100 nodes, 7.5 for 1000), memory none; add and
remove O(n), for the list of names.

>>> jump(256, 1024)  # a number that other implementations publish
520
>>> place = Jump(["a", "b", "c", "d"])
>>> bigger = place.add("e")
>>> moved = [k for k in map(str, range(1000)) if place.lookup(k) != bigger.lookup(k)]
>>> len(moved), {bigger.lookup(key) for key in moved}  # 1000/5 in theory, all of them to e
(188, {'e'})
"""

from __future__ import annotations

# ruff: noqa: S101 - check() asserts, that is its promise
from itertools import takewhile
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.reference.hashing.hashes import GAMMA, SPACE, mix
from sdcli.reference.hashing.listed import Listed
from sdcli.reference.hashing.placement import Work
from sdcli.reference.hashing.shares import Range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.reference.hashing.placement import Distinct

_FACTOR = 2862933555777941757  # the paper's generator: state * _FACTOR + 1, modulo 2^64
_MASK = SPACE - 1
_TOP = 33  # bits dropped: the low bits of such a generator repeat soon, the 31 above them do not
_STEPS = 2.0**31


def jump(position: int, buckets: int) -> int:
    """The bucket that owns a position. Cost: O(ln buckets).

    Args:
        position: a hash, from 0 to SPACE - 1.
        buckets: how many there are, from 1 up.
    """
    bucket, ahead = 0, 0
    while ahead < buckets:
        bucket = ahead
        position = (position * _FACTOR + 1) & _MASK
        # The quotient first: in another order the last bit, and now and then a bucket, differs.
        ahead = int((bucket + 1) * (_STEPS / ((position >> _TOP) + 1)))
    return bucket


def _landings(position: int) -> Iterator[int]:
    """The buckets that own a position one after the other, as the list grows without end."""
    bucket = 0
    while True:
        yield bucket
        position = (position * _FACTOR + 1) & _MASK
        bucket = int((bucket + 1) * (_STEPS / ((position >> _TOP) + 1)))


class Jump(Listed):
    """Jump hash over a list of nodes. Immutable, like every placement here.

    Args:
        nodes: names; their order counts.
        hash: the name of the hash, `blake2b` or `xxh3`.
        zones: the zone of each node, by name; all of them or none.

    Raises:
        InputError: nodes or zones that cannot be, or weights.
        MissingError: the hash needs a package that is not installed.
    """

    __slots__ = ()

    NAME = "jump"

    def owner_at(self, position: int) -> str:
        """The node in whose bucket the jumps end. Cost: O(ln n).

        Raises:
            InputError: there is no node.
        """
        if not self._names:
            raise self._empty()
        return self._names[jump(position, len(self._names))]

    def work(self, position: int) -> Work:
        """One hash; for each jump a step of the generator, and a comparison with the end.

        Raises:
            InputError: there is no node.
        """
        if not self._names:
            raise self._empty()
        jumps = sum(1 for _ in takewhile(len(self._names).__gt__, _landings(position)))
        return Work(hashes=1 + jumps, comparisons=1 + jumps)

    def remove(self, node: str) -> Jump:
        """A placement without the last node, the only one that can go.

        Raises:
            InputError: no node has this name, or it is not the last.
        """
        weights, zones = self._without(node)
        if node != self._names[-1]:
            raise InputError(
                "jump can remove the last node only: those behind this one would get other "
                "numbers, and most of the keys would move",
                where="nodes",
                given=f"{node!r}, number {self._names.index(node)} of 0 to {len(weights)}",
                expected=f"{self._names[-1]!r}; ring, rendezvous and anchor can lose any node",
            )
        return self._like(weights, zones)

    def arcs(self) -> dict[str, float]:
        """The share of each node: 1/n.

        Exact for a generator of evenly spread real numbers. The paper's draws from 2^31 of them, so
        a share is off by about n / 2^31 of itself: one key in two million, at 1000 nodes.
        """
        return {node: 1 / len(self._names) for node in self._names}

    def ranges(self, new: Jump, replicas: int = 1, distinct: Distinct = "node") -> Iterator[Range]:
        """Who gives how much to whom; a move's keys lie everywhere.

        When n nodes become m, each new one gets 1/m of the keys, one n-th of that from each that
        was there; shrinking from m to n gives the same back. Exact as `arcs` is.

        Cost: O(nodes there before * nodes that came).

        Raises:
            InputError: more than one replica, or lists of which neither begins with the other.
        """
        self._only_one_copy(replicas, distinct)
        short, long = sorted((self._names, new._names), key=len)
        if long[: len(short)] != short:
            raise InputError(
                "jump can tell what moves only when nodes come or go at the end of the list",
                where="plan",
                given=f"{', '.join(self._names[:8])} -> {', '.join(new._names[:8])}",
                expected="two lists of which one begins with the other, like a, b -> a, b, c",
            )
        for other in long[len(short) :]:
            for there in short:
                pair = (there, other) if short is self._names else (other, there)
                yield Range(*pair, 1 / (len(short) * len(long)))

    def check(self) -> None:
        """Assert the invariants that the module names.

        Raises:
            AssertionError: one does not hold.
        """
        assert self._names == list(self._weights), "1: the list is not that of the nodes"
        if not self._names:
            return
        positions = [mix(i * GAMMA & _MASK) for i in range(8)]
        for position in positions:
            bucket = 0
            for size in range(1, min(len(self._names), 64) + 1):
                moved = jump(position, size)
                assert moved in (bucket, size - 1), f"2: {position} moves to {moved} of {size}"
                bucket = moved
        self._check_owners(positions)

    def _details(self) -> str:
        return f"no table, hash {self._hash_name}"
