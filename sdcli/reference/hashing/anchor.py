"""Anchor: numbered buckets, of which some are empty, and a way from an empty one to a full one.

There are more buckets than nodes. A key goes to bucket `hash mod capacity`; if a node stands there,
done. If not, the key is hashed once more, among the buckets that were still full when that bucket
was emptied; if that one is empty too, once more among fewer. Each step stays among fewer buckets,
so the way is short, and it depends on nothing but the order in which buckets were emptied.

    capacity 7, emptied in this order: 6, 5, 1      A   how many were full after it was emptied
                                                        (0: it is full)
    bucket    0   1   2   3   4   5   6             K   who took its place in the list of the
    node      a   .   c   d   e   .   .                 full ones: the last of that list
    A         0   4   0   0   0   5   6
    K         0   4   2   3   4   5   6             the list was 0 1 2 3 4, and is 0 4 2 3

A key at bucket 5 draws a number h below A[5] = 5, the place of a bucket in the list as it was when
5 was emptied. Emptied since then means A[h] < A[5], and the key goes on from there. Emptied before
means that h is no member of that list, but its successor K[h] took its place.

Every node has the same share, nothing moves that need not, whichever node goes, and a lookup does
about 1 + ln(capacity / nodes) hashes. The price is a memory: which bucket a new node gets, and so
what it takes over, follows from what was removed before. Whoever is to agree must know the same
buckets and the same order, which `buckets` and `removed` tell and `Anchor.restore` takes.

Source: G. Mendelson, S. Vargaftik, K. Barabash, D. Lorenz, I. Keslassy, A. Orda, "AnchorHash: a
scalable consistent hash", IEEE/ACM Transactions on Networking 29(2), 2021 (arXiv 1812.09674),
algorithm 3. The drawing of a number is SplitMix64's: number b + 1 of the stream that the key's
hash seeds, so that each bucket draws anew.

Invariants (`check()` asserts them):
    1. A is 0 for the full buckets and, for those in `removed`, one less each than the one before.
    2. W lists the full buckets, L says where each stands in it.
    3. Buckets and their order of removal decide the rest: built again, it is the same.
    4. Each node has one bucket.
    5. add undoes the last remove: it fills the bucket that was emptied last.

Cost: lookup O(1 + log(capacity / nodes)) as said; add and remove a copy of the tables, O(capacity).
Memory: four numbers for each bucket, and the stack of the empty ones.

>>> place = Anchor(["a", "b", "c", "d"])
>>> place.lookup("user:42")
'c'
>>> fewer = place.remove("b")
>>> moved = [k for k in map(str, range(1000)) if place.lookup(k) != fewer.lookup(k)]
>>> len(moved), {place.lookup(key) for key in moved}  # about a quarter, and only what b had
(284, {'b'})
>>> fewer.add("b") == place, fewer.add("e").buckets   # e stands where b stood
(True, {'a': 0, 'c': 2, 'd': 3, 'e': 1})
"""

from __future__ import annotations

# ruff: noqa: S101 - check() asserts, that is its promise
from array import array
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.reference.hashing.drawing import letters
from sdcli.reference.hashing.hashes import GAMMA, SPACE, mix, shown
from sdcli.reference.hashing.placement import Placement, Work
from sdcli.reference.hashing.shares import Range

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Self

    from sdcli.reference.hashing.placement import Distinct

CAPACITY_MAX = 8_388_608  # as many as the largest ring has points
CAPACITY_PER_NODE = 2
CAPACITY_LEAST = 16  # by default: few nodes are the first to become many

_NUMBER_BYTES = 4
_BUCKETS_DRAWN = 64


class Anchor(Placement):
    """Nodes in numbered buckets. Immutable, like every placement here.

    Args:
        nodes: names; they fill the buckets from 0 up in this order, which counts.
        capacity: buckets, for the most nodes there will ever be; twice the nodes where it is not
            given, and at least 16. Another capacity is another placement.
        hash: the name of the hash, `blake2b` or `xxh3`.
        zones: the zone of each node, by name; all of them or none.

    Raises:
        InputError: nodes, zones or a capacity that cannot be, or weights.
        MissingError: the hash needs a package that is not installed.

    Shape, in the letters of the paper: `_a`, `_k`, `_w`, `_l` are A, K, W and L, a number for each
    bucket; `_removed` is the stack R; `_names` has the node of each bucket, "" for none.
    """

    __slots__ = ("_a", "_k", "_l", "_names", "_removed", "_w")

    NAME = "anchor"

    def __init__(
        self,
        nodes: Iterable[str],
        capacity: int | None = None,
        hash: str = "blake2b",  # noqa: A002 - the name that every placement and design uses
        zones: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(nodes, hash, zones)
        names = list(self._weights)
        if capacity is None:
            capacity = max(CAPACITY_PER_NODE * len(names), CAPACITY_LEAST)
        _refuse_capacity(capacity, len(names))
        self._build(capacity, range(capacity - 1, len(names) - 1, -1))
        self._names = names + [""] * (capacity - len(names))

    @classmethod
    def restore(
        cls,
        buckets: Mapping[str, int],
        removed: Sequence[int],
        hash: str = "blake2b",  # noqa: A002 - as above
        zones: Mapping[str, str] | None = None,
    ) -> Self:
        """The placement that has these buckets and this history.

        Args:
            buckets: the number of each node's bucket; `buckets` tells it.
            removed: the empty buckets in the order in which they were emptied; `removed` tells it.
            hash: the name of the hash.
            zones: the zone of each node, by name; all of them or none.

        Raises:
            InputError: buckets and removed together are not the numbers from 0 up, each once; or
                as the class says.

        >>> place = Anchor(["a", "b", "c"], capacity=4).remove("a")
        >>> place
        Anchor.restore({'b': 1, 'c': 2}, removed=[3, 0], hash='blake2b')
        """
        like = "the numbers from 0 up, each once, like {'b': 1, 'c': 2}, [3, 0]"
        given = f"{shown(buckets)}, {shown(removed)}"
        if not isinstance(buckets, Mapping) or not isinstance(removed, Sequence):
            raise InputError(
                "these are no buckets", where="buckets, removed", given=given, expected=like
            )
        numbers = [*buckets.values(), *removed]
        is_count = all(isinstance(number, int) for number in numbers)
        if not is_count or sorted(numbers) != list(range(len(numbers))):
            raise InputError(
                "these are not the buckets of an anchor",
                where="buckets, removed",
                given=given,
                expected=like,
            )
        place = cls(list(buckets), len(numbers), hash, zones)
        place._build(len(numbers), removed)
        place._names = [""] * len(numbers)
        for name, bucket in buckets.items():
            place._names[bucket] = name
        return place

    # ---- lookup

    def owner_at(self, position: int) -> str:
        """The node at the end of the way. Cost: about 1 + ln(capacity / nodes) hashes.

        Raises:
            InputError: there is no node.
        """
        a, k = self._a, self._k
        bucket = position % len(a)
        while full := a[bucket]:  # buckets that were full when this one was emptied
            after = mix((position + (bucket + 1) * GAMMA) % SPACE) % full
            while a[after] >= full:
                after = k[after]
            bucket = after
        return self._names[bucket] or self._refuse_empty()

    def work(self, position: int) -> Work:
        """The key's hash and one for each step; a comparison for each entry of A that is read.

        Raises:
            InputError: there is no node.
        """
        if not self._weights:
            raise self._empty()
        a, k = self._a, self._k
        bucket = position % len(a)
        hashes = comparisons = 1
        while full := a[bucket]:
            hashes += 1
            after = mix((position + (bucket + 1) * GAMMA) % SPACE) % full
            comparisons += 1
            while a[after] >= full:
                after = k[after]
                comparisons += 1
            bucket = after
            comparisons += 1
        return Work(hashes, comparisons)

    # ---- what it is

    @property
    def capacity(self) -> int:
        """Buckets, full and empty."""
        return len(self._a)

    @property
    def settings(self) -> dict[str, int]:
        """The capacity."""
        return {"capacity": len(self._a)}

    @property
    def buckets(self) -> dict[str, int]:
        """The bucket of each node, in the order of the nodes."""
        at = {name: bucket for bucket, name in enumerate(self._names) if name}
        return {name: at[name] for name in self._weights}

    @property
    def removed(self) -> tuple[int, ...]:
        """The empty buckets, in the order in which they were emptied; the last is filled next."""
        return tuple(self._removed)

    @property
    def table_bytes(self) -> int:
        """A, K, W and L of all buckets, and the stack."""
        return (4 * len(self._a) + len(self._removed)) * _NUMBER_BYTES

    def arcs(self) -> dict[str, float]:
        """The share of each node: 1/n, which the paper proves for a hash that is ideal."""
        return {node: 1 / len(self._weights) for node in self._weights}

    # ---- changes

    def add(self, node: str, weight: float = 1.0, zone: str = "") -> Anchor:
        """A placement with one node more, in the bucket that was emptied last. Cost: O(capacity).

        Raises:
            InputError: as `Placement.add` says, or every bucket is full.
        """
        weights, zones = self._with(node, weight, zone)
        if not self._removed:
            raise InputError(
                "this anchor is full",
                where="capacity",
                given=f"{len(self)} nodes, capacity {self.capacity}",
                expected=f"room from the start; Anchor([...], capacity={2 * self.capacity}) has "
                "more, but places nearly every key anew",
            )
        place = self._like(weights, zones)
        place._names[place._refill()] = node
        return place

    def remove(self, node: str) -> Anchor:
        """A placement without this node; its bucket is the next to be filled. Cost: O(capacity).

        Raises:
            InputError: no node has this name.
        """
        weights, zones = self._without(node)
        place = self._like(weights, zones)
        bucket = place._names.index(node)
        place._empty_bucket(bucket)
        place._names[bucket] = ""
        return place

    def _like(self, weights: dict[str, float], zones: Mapping[str, str]) -> Anchor:
        place = super()._like(weights, zones)
        for name in Anchor.__slots__:
            setattr(place, name, getattr(self, name)[:])  # copies, for the caller to change
        return place

    def _build(self, capacity: int, removed: Iterable[int]) -> None:
        """Fill all buckets, then empty these."""
        self._a = array("I", bytes(4 * capacity))
        self._k, self._l, self._w = (array("I", range(capacity)) for _ in range(3))
        self._removed: list[int] = []
        for bucket in removed:
            self._empty_bucket(bucket)

    def _empty_bucket(self, bucket: int) -> None:
        """Take a bucket off the list of the full ones: the last of the list takes its place."""
        full = len(self._a) - len(self._removed) - 1  # from now on
        last, place = self._w[full], self._l[bucket]
        self._w[place] = self._k[bucket] = last
        self._l[last] = place
        self._a[bucket] = full
        self._removed.append(bucket)

    def _refill(self) -> int:
        """Undo the last removal; the bucket."""
        full = len(self._a) - len(self._removed)  # until now
        bucket = self._removed.pop()
        self._l[self._w[full]] = full
        self._w[self._l[bucket]] = self._k[bucket] = bucket
        self._a[bucket] = 0
        return bucket

    # ---- plans

    def ranges(
        self, new: Anchor, replicas: int = 1, distinct: Distinct = "node"
    ) -> Iterator[Range]:
        """Who gives how much to whom, for a hash that is ideal; a move's keys lie everywhere.

        Both placements come from a third, by emptying buckets: the one with the removals that
        their histories begin with in common. There, each of s buckets has 1/s of the keys. A
        bucket that neither empties keeps them, under its old name or a new one. One that only
        the new placement empties hands them to all who are left in it, each the same part. One
        that only the old had empty gets its keys back, the same part from each. What both have
        emptied, in another order, is drawn by the same hash among different numbers of buckets;
        no formula of ours says what of it moves.

        Cost: O(capacity), and a range for each node times each bucket emptied or filled.

        Raises:
            InputError: more than one replica, or the two have emptied a bucket in another order.
        """
        self._only_one_copy(replicas, distinct)
        if not self._weights or not new._weights:
            return
        shared = _shared(self._removed, new._removed)
        filled, emptied = self._removed[shared:], new._removed[shared:]
        if both := sorted(set(filled) & set(emptied)):
            raise InputError(
                "these anchors have emptied the same buckets in another order",
                where="plan",
                given=f"buckets {', '.join(map(str, both[:8]))}",
                expected="two placements of one history, like place and place.remove(a).add(b); "
                "plan one step after the other",
            )
        among = self.capacity - shared
        changed = {*filled, *emptied}
        for bucket, (source, target) in enumerate(zip(self._names, new._names, strict=True)):
            if bucket not in changed and source != target:
                yield Range(source, target, 1 / among)
        for bucket in filled:
            target = new._names[bucket]
            for source in self._weights:
                if source != target:
                    yield Range(source, target, 1 / (among * len(self)))
        for bucket in emptied:
            source = self._names[bucket]
            for target in new._weights:
                if source != target:
                    yield Range(source, target, 1 / (among * len(new)))

    # ---- the rest

    def _refuse_empty(self) -> str:
        raise self._empty()

    def _identity(self) -> tuple[object, ...]:
        """Equal are those that answer alike, and will after the same changes."""
        return (*super()._identity(), *self._names, *self._removed)

    def __repr__(self) -> str:
        """The call that makes it; the history stands in it, where it is not that of a new one."""
        built = Anchor(self._weights, self.capacity, self._hash_name, self._zones)
        if built == self:
            return super().__repr__()
        zones = f", zones={self._zones!r}" if self._zones else ""
        return (
            f"Anchor.restore({self.buckets!r}, removed={self._removed!r}, "
            f"hash={self._hash_name!r}{zones})"
        )

    def _details(self) -> str:
        return f"{self.capacity} buckets, hash {self._hash_name}"

    def _picture(self) -> list[str]:
        """The first buckets, each with its node's letter; a point where there is none."""
        letter = {**letters(self.nodes), "": "."}
        drawn = "".join(letter[name] for name in self._names[:_BUCKETS_DRAWN])
        return [f"{drawn}{'...' if self.capacity > _BUCKETS_DRAWN else ''}"]

    def check(self) -> None:
        """Assert the invariants that the module names.

        Raises:
            AssertionError: one does not hold.
        """
        count = len(self._weights)
        left = [self._a[bucket] for bucket in self._removed]
        assert left == list(range(self.capacity - 1, count - 1, -1)), "1: A of the empty buckets"
        full = [bucket for bucket, name in enumerate(self._names) if name]
        assert not any(self._a[bucket] for bucket in full), "1: A of the full buckets"
        assert sorted(self._w[:count]) == full, "2: W is another list"
        assert all(self._w[self._l[bucket]] == bucket for bucket in full), "2: L is wrong"
        again = Anchor.restore(self.buckets, self._removed, self._hash_name, self._zones)
        for name in ("_a", "_k", "_l", "_w"):
            assert getattr(again, name) == getattr(self, name), f"3: {name}"
        assert sorted(name for name in self._names if name) == sorted(self._weights), "4: names"
        if self._removed:
            last = self._removed[-1]
            trial = self._like({}, {})
            assert trial._refill() == last, "5: another bucket"
            trial._empty_bucket(last)
            assert (trial._a, trial._k, trial._w) == (self._a, self._k, self._w), "5: no undoing"
        if count:
            self._check_owners(range(8))


def _shared(one: Sequence[int], other: Sequence[int]) -> int:
    """How many numbers two lists begin with in common."""
    shared = 0
    while shared < min(len(one), len(other)) and one[shared] == other[shared]:
        shared += 1
    return shared


def _refuse_capacity(capacity: int, nodes: int) -> None:
    """Refuse a number of buckets that cannot be.

    Raises:
        InputError: it is below the nodes, or no whole number from 1 up to CAPACITY_MAX.
    """
    is_number = isinstance(capacity, int) and not isinstance(capacity, bool)
    if not is_number or not max(1, nodes) <= capacity <= CAPACITY_MAX:
        raise InputError(
            "this cannot be a capacity",
            where="capacity",
            given=shown(capacity),
            expected=f"a whole number from {max(1, nodes)} to {CAPACITY_MAX}, for the most nodes "
            f"there will ever be, like {max(CAPACITY_PER_NODE * nodes, CAPACITY_LEAST)}",
        )
