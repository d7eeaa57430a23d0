"""Bounded loads: a cap on what any node bears, whatever the keys do.

Shares can be as even as they like: when one key out of a million gets a tenth of the requests, its
node gets that tenth. Consistent hashing with bounded loads counts what each node bears at the
moment, and sends a key past every node that is full to the next one behind it that has room. Keys
of which nobody asks much stay where they were; a hot key spreads over as many nodes as it needs.

With m requests in flight and one that comes, a node of weight w among weights that sum to W has
room while it bears fewer than

    bound × (m + 1) × w / W          for n equal nodes: bound times the mean that will be

so after it came nobody bears more than that, rounded up. A low bound is fair and spills much, a
high one keeps keys at home: 1.25 is usual, infinity is the plain placement.

     c = 1.25, three nodes, one hot key that prefers a, then b, then c

    comes    1st  2nd  3rd  4th  5th  6th      the cap grows with what is in flight:
    cap       1    1    2    2    3    3       ceil(1.25 × comes / 3)
    goes to   a    b    a    b    a    b

Some node always has room if the bound is 1 or more. If all were full, node i would bear at least
bound × (m + 1) × w_i / W, all together at least bound × (m + 1), which is more than m; but they
bear m. Below 1 there need not be room, so such a bound is refused. At 1 itself the loads are as
even as whole numbers can be, and that has its price. For keys that are all alike (a ring of 100
nodes, 10,000 keys once each, none of them released):

    bound                     1      1.05    1.1     1.25     2      inf
    not at the first owner   50 %    17 %    10 %    3.4 %   0.4 %    0
    nodes looked at, each    4.3     1.28    1.15    1.05    1.00    1
    busiest / mean           1.00    1.05    1.10    1.25    1.34    1.34

Source: V. Mirrokni, M. Thorup, M. Zadimoghaddam, "Consistent hashing with bounded loads", SODA
2018 (arXiv 1608.01350). The paper moves keys when others leave, to keep the bound at all times; a
request in flight cannot be moved, so here, as in HAProxy (hash-balance-factor) and Envoy
(hash_balance_factor), the bound holds for the node that is given, at the moment it is given.

Invariants (`check()` asserts 2, 3 and 4):
    1. Whoever comes is given a node that bears at most ceil(bound × total × w / W) afterwards. So
       while nobody leaves, no node bears more than that.
    2. Who leaves lifts nobody: no node bears more than its cap when most was in flight.
    3. The total is the sum of the loads.
    4. Some node has room.
    5. Bound infinity is the plain placement.

Cost: release O(1); acquire one lookup, and for a key whose first owner is full the walk to the
first that has room. Each full node is looked at once, so n looks are the most; but the walk goes by
the placement's order, in which a ring names a node once for each of its points, and those that are
named again are passed in a step each. To find the last of n nodes takes about n ln n steps: 460 for
100 nodes, 92,000 for 10,000, which is ten milliseconds. So one hot key and a bound near 1 are dear
on many nodes; with keys that are all alike a walk is a few steps, as the table says.

The arithmetic is in whole numbers: 1.1 × 10 is 11 and not 11.000000000000002, whose ceiling is 12.

>>> from sdcli.reference.hashing.ring import Ring
>>> loads = BoundedLoads(Ring(["a", "b", "c"]), bound=1.25)
>>> given = [loads.acquire("video:29") for _ in range(6)]
>>> given, loads.spilled
(['a', 'b', 'a', 'b', 'a', 'b'], 3)
>>> loads.release(given[0])                      # that request has ended
>>> loads.loads, loads.lookup("video:29")
({'a': 2, 'b': 3, 'c': 0}, 'a')
"""

from __future__ import annotations

# ruff: noqa: S101 - check() asserts, that is its promise
import math
from fractions import Fraction
from threading import Lock
from typing import NoReturn

from sdcli.core.errors import InputError
from sdcli.reference.hashing.drawing import bar, shortened
from sdcli.reference.hashing.hashes import shown
from sdcli.reference.hashing.nodes import no_such_node, nobody_to_ask
from sdcli.reference.hashing.placement import Placement, checked_placement

BOUND_MAX = 1e300  # beyond it a bound is none; where floats end, describe could not show it

_ROWS_MAX = 16
_NAME_WIDTH_MAX = 20
_BAR_WIDTH = 32


class BoundedLoads:
    """A placement, and what each of its nodes bears. Threads may call it at any time.

    A lock is inside, since to look for room and to take it must be one step: two threads that
    look first and take later put two loads where there was room for one. The key is hashed
    outside the lock. It cannot be copied or pickled: what is in flight is in flight once.

    Args:
        place: any placement; its order of owners is the order of the walk.
        bound: the most that a node bears, as a multiple of its fair part; from 1 up.
            `math.inf` is no bound. A float counts as the decimal number it prints as.

    Raises:
        InputError: no placement, or a bound that could not be kept.
    """

    __slots__ = (
        "_acquired",
        "_bound",
        "_kept",
        "_leaving",
        "_loads",
        "_lock",
        "_most",
        "_place",
        "_probes",
        "_rates",
        "_spilled",
        "_total",
    )

    _most: int  # in flight at once, since the placement came
    _total: int

    def __init__(self, place: Placement, bound: float | Fraction = 1.25) -> None:
        self._bound = _checked_bound(bound)
        self._lock = Lock()
        self._acquired = self._probes = self._spilled = 0
        self._loads: dict[str, int] = {}
        self._leaving: dict[str, int] = {}
        checked_placement(place)
        self._settle(place)

    # ---- requests come and go

    def acquire(self, key: str | bytes) -> str:
        """The node for a request that begins: one load more on it, until it is released.

        Raises:
            InputError: no node can own anything, or the key is neither text nor bytes; nothing
                is counted.
        """
        position = self._place.position(key)  # outside the lock: `move_to` keeps the hash
        with self._lock:
            node, probes = self._walk(position)
            self._loads[node] += 1
            self._total += 1
            self._most = max(self._most, self._total)
            self._acquired += 1
            self._probes += probes
            self._spilled += probes > 1
            return node

    def release(self, node: str) -> None:
        """One load less on a node: a request has ended.

        It takes the node that `acquire` gave, not the key. A hot key has requests on several
        nodes at once, so the key alone does not tell which of them has ended; and who sent a
        request to a node knows that node.

        Raises:
            InputError: no node has this name, or it bears nothing; nothing is counted.
        """
        with self._lock:
            counts = self._loads if isinstance(node, str) and node in self._loads else self._leaving
            if not isinstance(node, str) or node not in counts:
                raise no_such_node(node, self._loads)
            if not counts[node]:
                raise InputError(
                    "this node bears nothing that could end",
                    where="release",
                    given=shown(node),
                    expected="the node that acquire gave, once for each acquire",
                )
            counts[node] -= 1
            if counts is self._loads:
                self._total -= 1
            elif not counts[node]:
                del counts[node]

    def lookup(self, key: str | bytes) -> str:
        """The node that `acquire` would give now; nothing is counted.

        Raises:
            InputError: as `acquire` says.
        """
        position = self._place.position(key)
        with self._lock:
            return self._walk(position)[0]

    def move_to(self, place: Placement) -> None:
        """Go by another placement from now on; who stays keeps its loads.

        Nothing in flight is moved, so a node may bear more than its new cap until enough of it
        has ended. A node that is gone is given nothing more, its loads are in no total, and they
        can still be released.

        Args:
            place: of the same hash.

        Raises:
            InputError: no placement, or one of another hash; nothing has changed.
        """
        checked_placement(place)
        with self._lock:
            if place.hash != self._place.hash:
                raise InputError(
                    "this placement hashes keys in another way",
                    where="place",
                    given=f"hash {place.hash}",
                    expected=f"hash {self._place.hash}, with other nodes",
                )
            self._settle(place)

    # ---- what is borne

    @property
    def place(self) -> Placement:
        """The placement that says who comes first, second, ..."""
        return self._place

    @property
    def bound(self) -> float | Fraction:
        """The bound, exact; or `math.inf`."""
        return self._bound

    @property
    def loads(self) -> dict[str, int]:
        """What each node bears now: a copy, all of one moment."""
        with self._lock:
            return dict(self._loads)

    @property
    def total(self) -> int:
        """What all nodes of the placement bear now."""
        return self._total

    @property
    def acquired(self) -> int:
        """How many acquires there were."""
        return self._acquired

    @property
    def spilled(self) -> int:
        """How many acquires did not get their key's first owner."""
        return self._spilled

    @property
    def probes(self) -> int:
        """How many nodes all acquires looked at: one each if its first owner had room.

        Within one acquire a node counts once, however often the placement names it.
        """
        return self._probes

    def capacity(self, node: str) -> int:
        """The most that this node may bear once the next request has come.

        Without a bound that is everything; a node of weight 0 may bear nothing.

        Raises:
            InputError: no node has this name.
        """
        if not isinstance(node, str) or node not in self._rates:
            raise no_such_node(node, self._rates)
        return self._cap(node, self._total + 1)

    def describe(self) -> str:
        """The loads as text: what was asked, then each node's load, cap and how full it is.

        Of more than 16 nodes the fullest are shown.
        """
        with self._lock:
            loads, total = dict(self._loads), self._total
            acquired, spilled, probes = self._acquired, self._spilled, self._probes
        head = (
            f"bounded loads: bound {float(self._bound):g}, {self._place.NAME} of "
            f"{len(loads)} nodes, {total} in flight"
        )
        if acquired:
            head += (
                f"\n{acquired} acquired, {spilled} of them spilled, "
                f"{probes / acquired:.2f} nodes looked at each"
            )
        rows = [(name, load, self._cap(name, total + 1)) for name, load in loads.items()]
        left_out = max(0, len(rows) - _ROWS_MAX)
        if left_out:
            rows = sorted(rows, key=lambda row: (-row[1] / max(row[2], 1), row[0]))[:_ROWS_MAX]
        wide = min(max((len(name) for name in loads), default=0), _NAME_WIDTH_MAX)
        lines = [
            f"{shortened(name, wide):<{wide}}  {load:>5} of {cap:<5}  "
            f"{bar(load / max(cap, 1), _BAR_WIDTH)}"
            for name, load, cap in rows
        ]
        more = [f"... {left_out} less full"] if left_out else []
        return "\n".join(line.rstrip() for line in [head, *lines, *more])

    def check(self) -> None:
        """Assert the invariants that the module names.

        Raises:
            AssertionError: one does not hold; somebody counted past `acquire` and `release`.
        """
        with self._lock:
            loads, total = self._loads, self._total
            assert list(loads) == list(self._place.nodes), "3: the loads are not those of the nodes"
            assert min(loads.values(), default=0) >= 0, "3: less than nothing"
            assert sum(loads.values()) == total <= self._most, "3: the total is not the sum"
            for node, load in loads.items():
                most = max(self._cap(node, self._most), self._kept[node])
                assert load <= most, f"2: {node} bears more than it ever might"
            able = any(weight > 0 for weight in self._place.weights.values())
            has_room = any(load < self._cap(node, total + 1) for node, load in loads.items())
            assert has_room == able, "4: nobody has room"
            assert all(load > 0 for load in self._leaving.values()), "who left bears nothing"

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied.

        Raises:
            InputError: always.
        """
        raise InputError(
            "loads cannot be copied: what is in flight is in flight once",
            where="copy",
            given=f"a BoundedLoads with {self._total} in flight",
            expected="its counts, bounded.loads; or a new one, BoundedLoads(bounded.place)",
        )

    def __repr__(self) -> str:
        return f"<BoundedLoads: bound {float(self._bound):g}, {self._total} on {self._place!r}>"

    # ---- inside

    def _walk(self, position: int) -> tuple[str, int]:
        """The first owner that has room, and how many different nodes were looked at."""
        full: set[str] | tuple[()] = ()  # a set from the first full node on: most find none
        loads, rates, coming = self._loads, self._rates, self._total + 1
        for node in self._place.owners_at(position):
            if node in full:
                continue
            up, down = rates[node]
            # load < ceil(up × coming / down) without the ceiling: loads are whole numbers.
            if loads[node] * down < up * coming:
                return node, len(full) + 1
            full = full or set()
            full.add(node)
        raise nobody_to_ask(self._place.NAME)  # some node has room, if there is any: see above

    def _cap(self, node: str, total: int) -> int:
        """What the node may bear when `total` are in flight: a ceiling, in whole numbers."""
        up, down = self._rates[node]
        return -(-up * total // down)

    def _settle(self, place: Placement) -> None:
        """Take a placement, and the loads of those of its nodes that are known."""
        known = {**self._leaving, **self._loads}
        self._place = place
        self._loads = {node: known.pop(node, 0) for node in place.nodes}
        self._leaving = {node: load for node, load in known.items() if load}
        self._total = self._most = sum(self._loads.values())
        self._kept = dict(self._loads)
        self._rates = _rates(place, self._bound)


def _rates(place: Placement, bound: float | Fraction) -> dict[str, tuple[int, int]]:
    """For each node, bound × w / W as a fraction of whole numbers."""
    weights = {node: Fraction(repr(weight)) for node, weight in place.weights.items()}
    total = sum(weights.values()) or Fraction(1)
    if not isinstance(bound, Fraction):  # infinity: room for all there is, if for anything
        return {node: (int(weight > 0), 1) for node, weight in weights.items()}
    return {node: (bound * weight / total).as_integer_ratio() for node, weight in weights.items()}


def _checked_bound(bound: float | Fraction) -> float | Fraction:
    """The bound as an exact number, or infinity.

    Raises:
        InputError: it is below 1, above BOUND_MAX and yet not infinite, or no number.
    """
    is_number = isinstance(bound, (int, float, Fraction)) and not isinstance(bound, bool)
    if not is_number or not (1 <= bound <= BOUND_MAX or bound == math.inf):  # NaN is neither
        raise InputError(
            "this bound cannot be kept: all nodes could be full at once"
            if is_number and bound < 1
            else "this cannot be a bound",
            where="bound",
            given=shown(bound),
            expected=f"a multiple of the mean from 1 to {BOUND_MAX:g}, like 1.25; math.inf for no "
            "bound",
        )
    if isinstance(bound, float):
        return Fraction(repr(float(bound))) if math.isfinite(bound) else math.inf
    return Fraction(bound)
