"""The cache: what was read lately, up to a number of bytes, in two generations.

The usual cache keeps a list of its values in the order of their use and moves a value to the
front each time. That is work on every hit, and work that two threads must not do at once. Two
dicts are enough. New values go to the young one. When it is full, it becomes the old one, and
what was the old one is forgotten whole. A value that is found among the old ones moves to the
young, so what is in use is never forgotten, and what nobody asked for while a generation went by
is gone. A hit is one look into a dict.

No thread waits for another here. Two that read the same block both put it in, which is the same
as once; two that find the young generation full both retire it, and hand over the same dict. A
count may miss a step when two threads count at once, and starts anew with the next generation.

A key of the cache is a number: the table's number times 2^32, plus the offset in its file.

Source: two halves, of which one is given up whole, are how a copying garbage collector works:
R. R. Fenichel and J. C. Yochelson, "A LISP Garbage-Collector for Virtual-Memory Computer Systems",
Communications of the ACM 12(11), 1969.

Invariants (`check()` asserts them, when no other thread is at it):
    1. Neither generation holds more than half of the limit, so both hold at most the limit.
    2. What a generation says it holds is the sum of its charges.

Cost: O(1) for get and put; O(values) to drop tables, all that a compaction has merged at once.

>>> cache = Cache(bytes_max=200)
>>> for place in (1, 2, 3):
...     cache.put(place, f"block {place}", charge=50)
>>> cache.get(1)                      # of the old generation; now it is young again
'block 1'
>>> cache.put(4, "block 4", charge=50)
>>> cache.get(1), cache.get(2)
('block 1', None)
"""

# ruff: noqa: S101 - check() asserts, that is its promise
from __future__ import annotations

from typing import Any, NamedTuple

FILES_MAX = 250  # open at once; many systems let a process open 1,024, macOS 256
SHIFT = 32


class Counts(NamedTuple):
    """What a cache did and holds; steps of many threads at once may be missed."""

    hits: int
    misses: int
    values: int
    charge: int  # bytes, or files
    limit: int


class _Generation(dict[int, tuple[Any, int]]):
    """Values with their charges, by place; a dict, because a hit should be one look into one."""

    __slots__ = ("charge",)

    def __init__(self) -> None:
        super().__init__()
        self.charge = 0

    def copy(self) -> _Generation:
        """The same values."""
        other = _Generation()
        other.update(self)
        other.charge = self.charge
        return other


class Generations:
    """Values up to a sum of charges, the longest unused forgotten first.

    Args:
        limit: the sum of the charges of all values, at most; 0 keeps nothing.
    """

    __slots__ = ("_half", "_old", "_young", "hits", "limit", "misses")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._half = limit // 2
        self._young = _Generation()
        self._old = _Generation()
        self.hits = 0
        self.misses = 0

    def get(self, place: int) -> Any:
        """What was put at that place, or None."""
        found = self._young.get(place)
        if found is None:
            found = self._old.get(place)
            if found is None:
                self.misses += 1
                return None
            self.put(place, *found)
        self.hits += 1
        return found[0]

    def take_after(self, other: Generations) -> None:
        """Hold what another one holds now; what either does from here on is its own."""
        self.limit, self._half = other.limit, other._half
        self._young, self._old = other._young.copy(), other._old.copy()

    def put(self, place: int, value: Any, charge: int) -> None:
        """Keep a value for a while, in place of what is there.

        One that would fill a generation alone is not kept: it would push out everything else.
        """
        if charge > self._half:
            return
        young = self._young
        before = young.get(place)
        more = charge - before[1] if before else charge
        if young.charge + more > self._half:
            # By the local name: a thread that comes second hands over the same dict again.
            self._old = young
            young = self._young = _Generation()
            more = charge
        young[place] = (value, charge)
        young.charge += more

    def drop(self, *numbers: int) -> None:
        """Forget all of some tables."""
        gone = set(numbers)
        for generation in (self._young, self._old):
            for place in list(generation):
                if place >> SHIFT in gone:
                    _, charge = generation.pop(place, (None, 0))
                    generation.charge -= charge

    @property
    def counts(self) -> Counts:
        """What it did so far and holds now."""
        young, old = self._young, self._old
        values = len(young.keys() | old.keys())
        return Counts(self.hits, self.misses, values, young.charge + old.charge, self.limit)

    def check(self) -> None:
        """Assert the invariants."""
        for generation in (self._young, self._old):
            assert generation.charge == sum(charge for _, charge in generation.values())
            assert 0 <= generation.charge <= self._half


class Cache(Generations):
    """What was read of the tables of one store, and their open files.

    Args:
        bytes_max: of blocks, indexes and filters together, as Python holds them; 0 keeps none.
        files_max: files open at once, from 2 up.
    """

    __slots__ = ("files",)

    def __init__(self, bytes_max: int, files_max: int = FILES_MAX) -> None:
        super().__init__(bytes_max)
        self.files = Generations(files_max)  # each is charged as 1

    def drop(self, *numbers: int) -> None:
        """Forget all of some tables, and let go of their files."""
        if numbers:
            super().drop(*numbers)
            self.files.drop(*numbers)
