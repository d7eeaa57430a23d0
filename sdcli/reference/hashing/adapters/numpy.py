"""Batches by numpy: the owners of millions of keys at once, the same numbers as one by one.

A lookup in Python costs some hundred nanoseconds, most of them for asking: each `+` is a call to
something that must first find out what it adds. numpy is asked once for a whole array and adds in
a bare loop. So a lookup is turned inside out: not all steps for one key, then for the next, but
one step for all keys, then the next step.

    one by one    for each key: read the guide, compare, step, compare, read the owner
    in batches    read the guide for all; compare all; step those that must; read all owners

Where keys need different numbers of steps (a ring's walk, jump's leaps), the rows that are not
done yet are kept in a list that gets shorter. A batch is worked through in blocks, so that what
one step writes is still in the processor's cache when the next step reads it, and memory stays
bounded, whatever the number of keys and nodes.

Invariants:
    1. The numbers are those of the placement's own `lookup_batch`, every one of them: this
       changes how fast a batch is, never an index of it.
    2. A `Batch` is a snapshot, as the placement is.

How each placement gets there is said at its function below. A kind that has none here, a class
of your own for example, is asked in its own way.

Cost: for prehashed keys 5 to 10 ns each on a ring of any size, where one by one takes 200 to 400;
texts are hashed one by one, which takes longer than all the rest. Memory: some arrays of BLOCK
numbers, and what the function of the kind says.

>>> place = Ring(["a", "b", "c"])
>>> batch = Batch(place)
>>> owners = batch.lookup_batch(["user:42", "user:43", "user:44"])
>>> owners.dtype, [place.nodes[number] for number in owners]
(dtype('int32'), ['a', 'c', 'a'])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdcli.core.errors import MissingError
from sdcli.reference.hashing.anchor import Anchor
from sdcli.reference.hashing.hashes import GAMMA, SPACE, positions_of
from sdcli.reference.hashing.jump import _FACTOR, _STEPS, _TOP, Jump
from sdcli.reference.hashing.ketama import Ketama
from sdcli.reference.hashing.maglev import Maglev
from sdcli.reference.hashing.modulo import Modulo
from sdcli.reference.hashing.multi_probe import MultiProbe
from sdcli.reference.hashing.placement import checked_placement
from sdcli.reference.hashing.rendezvous import _DROPPED, _UNIT, Rendezvous
from sdcli.reference.hashing.ring import Ring

try:
    import numpy as np
except ImportError as error:
    raise MissingError(
        "the numpy adapter needs the package numpy",
        where="numpy",
        expected="the extra `fast`, or the placement's own lookup_batch: the same numbers, later",
        fix="pip install 'sdcli[fast]'",
    ) from error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from sdcli.reference.hashing.circle import Circle
    from sdcli.reference.hashing.placement import Placement

    Positions = NDArray[np.uint64]
    Numbers = NDArray[np.int32]
    Indices = NDArray[np.uint32]
    Find = Callable[[Positions], Numbers]

BLOCK = 16_384  # positions: 128 kB an array, a few of which fit the second cache of a core
AS_GOOD_AS_EQUAL = 1e-12  # of a time: some thousand times what two logarithms differ by

_BITS = 64  # of a position


class Batch:
    """A placement that answers batches by numpy. A snapshot, like the placement.

    Args:
        place: any placement; its tables are read here, once.

    Raises:
        InputError: it is no placement.

    Cost: O(tables). A ring's points are looked at where they lie, its owners are numbered; its
    guide is made, if no lookup has asked for it yet.
    """

    def __init__(self, place: Placement) -> None:
        checked_placement(place)
        self._place = place
        # By the very class: what a subclass changes, these functions would not know.
        make = _KINDS.get(type(place)) if place._owning else None
        self._find: Find | None = make(place) if make else None

    @property
    def place(self) -> Placement:
        """The placement that is asked."""
        return self._place

    def lookup_batch(self, keys: Iterable[str | bytes] | Positions) -> Numbers:
        """The owners of many keys, as numbers into `place.nodes`; `Placement.lookup_batch`.

        Args:
            keys: texts and bytes; or positions, prehashed: an array of uint64, or another buffer
                of unsigned 64-bit numbers.

        Returns:
            An array of int32, index for index what the placement itself answers.

        Raises:
            InputError: no node can own anything, or a key is neither text nor bytes.
        """
        if self._find is None:
            return np.array(self._place.lookup_batch(keys), dtype=np.int32)
        positions = _array_of(positions_of(keys, self._place._hash))
        found = np.empty(len(positions), np.int32)
        for start in range(0, len(positions), BLOCK):
            block = slice(start, start + BLOCK)
            found[block] = self._find(positions[block])
        return found


def _array_of(positions: Iterable[int]) -> Positions:
    """Positions as an array; a buffer is taken as it lies, the hashes of keys as they come."""
    if isinstance(positions, memoryview):
        return np.asarray(positions, dtype=np.uint64)
    return np.fromiter(positions, dtype=np.uint64)


def _numbers(place: Placement, names: Iterable[str]) -> Numbers:
    """The number of each name; -1 where the name is empty, which nobody asks for."""
    number = {name: i for i, name in enumerate(place.nodes)} | {"": -1}
    return np.fromiter((number[name] for name in names), dtype=np.int32)


def _by_circle(place: Circle) -> Find:
    """Ring and ketama: the circle's own guide and points, which stay where they are.

    Memory: 4 bytes for each point, its node's number.
    """
    _, guide, shift, points, owners = place._way or place._make_way()
    first = _walk(np.frombuffer(points, np.uint64), np.frombuffer(guide, np.uint32), shift)
    numbers = _numbers(place, owners)
    return lambda positions: numbers.take(first(positions), mode="clip")


def _walk(points: Positions, guide: Indices, shift: int) -> Callable[[Positions], Indices]:
    """circle.py's way to the first point at or behind each position: the guide, then steps.

    Args:
        points: in order, and behind them a sentinel at the last position, where all walks end.
        guide: the first point of each cell, or the first behind it.
        shift: the bits of a position that do not name its cell.
    """
    below = np.uint64(shift)

    def first(positions: Positions) -> Indices:
        # No index is ever out of range; "clip" spares numpy the look whether one is.
        at = guide.take((positions >> below).view(np.int64), mode="clip")
        rows = np.flatnonzero(points.take(at, mode="clip") < positions)
        while rows.size:
            at[rows] += 1
            rows = rows[points.take(at[rows], mode="clip") < positions[rows]]
        return at

    return first


def _by_modulo(place: Modulo) -> Find:
    """The remainder is the number."""
    count = np.uint64(len(place))
    return lambda positions: (positions % count).astype(np.int32)


def _by_maglev(place: Maglev) -> Find:
    """The remainder is the row. Memory: 4 bytes for each row."""
    rows, table = np.uint64(place.rows), _numbers(place, place._table)
    return lambda positions: table.take((positions % rows).view(np.int64), mode="clip")


def _by_jump(place: Jump) -> Find:
    """All keys take a step of their generator; those that have jumped too far are done."""
    count = len(place)
    factor, one, drop = np.uint64(_FACTOR), np.uint64(1), np.uint64(_TOP)

    def find(positions: Positions) -> Numbers:
        numbers = np.zeros(len(positions), np.int32)
        rows, states, buckets = np.arange(len(positions)), positions, np.zeros(len(positions))
        while rows.size:
            numbers[rows] = buckets
            states = states * factor + one
            # In the paper's order; a bucket is a float here, whole and below 2^31, so exact.
            ahead = (buckets + 1) * (_STEPS / ((states >> drop) + one))
            going = np.flatnonzero(ahead < count)
            rows, states, buckets = rows[going], states[going], np.floor(ahead[going])
        return numbers

    return find


def _by_anchor(place: Anchor) -> Find:
    """The way from empty buckets to full ones, for the rows that stand at an empty one.

    Memory: 4 bytes for each bucket, its node's number.
    """
    full_then = np.frombuffer(place._a, np.uint32)  # A: 0 for a full bucket
    successor = np.frombuffer(place._k, np.uint32)  # K
    numbers = _numbers(place, place._names)
    capacity, gamma, one = np.uint64(place.capacity), np.uint64(GAMMA), np.uint64(1)

    def find(positions: Positions) -> Numbers:
        buckets = (positions % capacity).astype(np.uint32)
        rows = np.flatnonzero(full_then[buckets])
        while rows.size:
            full, draws = full_then[buckets[rows]], buckets[rows] + one
            after = (_mixed(positions[rows] + draws * gamma) % full).astype(np.uint32)
            late = np.flatnonzero(full_then[after] >= full)
            while late.size:
                after[late] = successor[after[late]]
                late = late[full_then[after[late]] >= full[late]]
            buckets[rows] = after
            rows = rows[full_then[after] > 0]
        return numbers[buckets]

    return find


def _by_rendezvous(place: Rendezvous) -> Find:
    """Node by node, all keys draw; who is earlier than the best so far takes the row.

    Times come from numpy's logarithm here, whose last bits may be others than the placement's own,
    and nodes of one weight are compared by their draws alone. Both orders are the placement's as
    long as the best two are not as good as equal; a row where they are is asked one by one.
    """
    number = {name: i for i, name in enumerate(place.nodes)}
    runners = [(number[one.name], np.uint64(one.hash), one.weight) for one in place._runners]
    is_even = len({weight for *_, weight in runners}) == 1
    dropped = np.uint64(_DROPPED)

    def find(positions: Positions) -> Numbers:
        numbers = np.zeros(len(positions), np.int32)
        best = np.full(len(positions), np.inf)
        second = best.copy()
        for node, hash_, weight in runners:
            times = (_mixed(positions ^ hash_) >> dropped).astype(np.float64)
            if not is_even:
                times = np.log(1.0 - (times + 0.5) * _UNIT) / -weight
            np.minimum(second, np.maximum(best, times), out=second)
            np.copyto(numbers, np.int32(node), where=times < best)
            np.minimum(best, times, out=best)
        for row in np.flatnonzero(second - best <= best * AS_GOOD_AS_EQUAL):
            numbers[row] = number[place.owner_at(int(positions[row]))]
        return numbers

    return find


def _by_multi_probe(place: MultiProbe) -> Find:
    """Probe by probe, all keys walk to their next point; who is nearer takes the row.

    Memory: 28 to 36 bytes for each node.
    """
    points = np.array([*place._positions, SPACE - 1], np.uint64)  # with a sentinel, as a circle
    bits = (2 * len(place) - 1).bit_length()  # two cells for each point, as in circle.py
    cells = np.arange(1 << bits, dtype=np.uint64) << np.uint64(_BITS - bits)
    guide = np.searchsorted(points[:-1], cells).astype(np.uint32)
    first = _walk(points, guide, _BITS - bits)
    # Behind the last point comes the first, a turn further on, which 64 bits drop by themselves.
    ends = np.append(points[:-1], points[0])
    numbers = _numbers(place, [*place._owners, place._owners[0]])
    gamma = np.uint64(GAMMA)

    def find(positions: Positions) -> Numbers:
        step = _mixed(positions + gamma)
        change = _mixed(step + gamma)
        change_of_change = _mixed(change + gamma)
        nearest = first(positions)
        shortest = ends[nearest] - positions
        for _ in range(place.probes - 1):
            positions = positions + step  # another array: the caller's stays as it is
            step += change
            change += change_of_change
            at = first(positions)
            distances = ends[at] - positions
            np.copyto(nearest, at, where=distances < shortest)
            np.minimum(shortest, distances, out=shortest)
        return numbers[nearest]

    return find


def _mixed(numbers: Positions) -> Positions:
    """`hashes.mix` of each; arrays of 64 bits drop by themselves what does not fit."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


_KINDS: dict[type[Placement], Callable[[Any], Find]] = {
    Ring: _by_circle,
    Modulo: _by_modulo,
    Maglev: _by_maglev,
    Jump: _by_jump,
    Anchor: _by_anchor,
    Ketama: _by_circle,
    Rendezvous: _by_rendezvous,
    MultiProbe: _by_multi_probe,
}
