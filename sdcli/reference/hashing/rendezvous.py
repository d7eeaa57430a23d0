"""Rendezvous: every node draws a number for the key, and the best draw wins.

No circle and no table: whoever knows the names of the nodes can work out what each of them draws
for a key, and all who do meet at the same node; hence the name. A node that comes wins just the
keys for which it draws best; one that goes leaves each of its keys to the second best, and no two
others exchange a key. Who stands behind the owner is plain too: the next best.

Weights turn the draws into a race. From a draw d, even in (0, 1), a node of weight w arrives at
the time t = -ln(1 - d) / w, an exponential variate of rate w, and the first to arrive owns the key:
node i with probability w_i / (the sum of all weights), exactly. A node's time depends on its own
weight only, so giving one node more moves keys to that node only. (Published as "the highest
score", where the score is -w / ln(u): with u = 1 - d it is 1 / t, which gives the same order.)

            draw    time of arrival         0 ----------------------> t
    a, w=1  0.53    0.755 / 1 = 0.755       ---------------a
    b, w=1  0.31    0.371 / 1 = 0.371       -------b                   owner: c, then b, then a
    c, w=2  0.49    0.673 / 2 = 0.337       ------c

Sources: D. Thaler, C. Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM
Transactions on Networking 6(1), 1998 (highest random weight); C. Schindelhauer, G. Schomaker,
"Weighted distributed hash tables", SPAA 2005 (the logarithmic method); S. Mohanty and others,
"Weighted HRW and its applications", IETF draft-ietf-bess-weighted-hrw (the score).

Invariants (`check()` asserts them):
    1. Nodes stand in order of name, without those of weight 0: the order in which they came makes
       no difference, and equal times go to the first name.
    2. The shortcut below is one: no draw is larger than the time at weight 1 that comes of it.

Cost: lookup O(n), a `mix` for each node; the first three owners of 1000 need no sort; add and
remove O(n). Memory: 16 bytes a node. So it is for tens of nodes, not thousands, and exact weights.

>>> place = Rendezvous({"a": 1, "b": 1, "c": 2})
>>> place.arcs()
{'a': 0.25, 'b': 0.25, 'c': 0.5}
>>> place.lookup_n("user:42", 3)
['c', 'a', 'b']
>>> place.remove("c").lookup_n("user:42", 2)  # those behind a lost node move up
['a', 'b']
"""

from __future__ import annotations

# ruff: noqa: S101 - check() asserts, that is its promise
from heapq import heapify, heappop, heapreplace
from math import frexp, fsum, inf, log
from typing import TYPE_CHECKING, NamedTuple

from sdcli.core.errors import InputError
from sdcli.reference.hashing.hashes import GAMMA, SPACE, mix, shown
from sdcli.reference.hashing.placement import Placement, Work
from sdcli.reference.hashing.shares import Range

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sdcli.reference.hashing.placement import Distinct

WEIGHT_MIN, WEIGHT_MAX = 1e-100, 1e100  # between them no time overflows or vanishes

# A draw is (k + 1/2) / 2^52 with k the top 52 bits of a mix: with the half it is never 0 and never
# 1, and 52 bits are what leaves room for the half in a float's 53.
_DROPPED = 12
_UNIT = 2.0**-52

_LN_2 = 0.6931471805599453
_ROOT_HALF = 0.7071067811865476
_ATANH = tuple(1 / odd for odd in range(19, 1, -2))  # 1/19 ... 1/3, for Horner's rule
_MASK = SPACE - 1


class _Runner(NamedTuple):
    """A node in the race: its name, the hash of it, its weight, and 2^-52 / weight."""

    name: str
    hash: int
    weight: float
    scale: float


def draw_of(number: int) -> float:
    """The draw in (0, 1) that 64 bits stand for, exactly.

    >>> draw_of(0) == 2.0**-53, draw_of(SPACE - 1) == 1 - 2.0**-53, draw_of(SPACE // 2) - 0.5
    (True, True, 1.1102230246251565e-16)
    """
    return ((number >> _DROPPED) + 0.5) * _UNIT


def arrival(draw: float) -> float:
    """The time -ln(1 - draw) at weight 1, the same bits on every machine.

    C libraries may round a logarithm differently, and once in a great while that would make two
    clients disagree about an owner. So it is made of + - * /, which IEEE 754 rounds in one way
    only: 1 - draw = m 2^e with m between the roots of 1/2 and of 2, and with s = (1 - m)/(1 + m)
    -ln m = 2 atanh s = 2 (s + s^3/3 + s^5/5 + ...), where |s| < 0.172, so that ten terms suffice.

    >>> arrival(0.5), arrival(2.0**-53)
    (0.6931471805599453, 1.1102230246251565e-16)
    """
    mantissa, exponent = frexp(1.0 - draw)
    if mantissa < _ROOT_HALF:
        mantissa, exponent = 2.0 * mantissa, exponent - 1
    s = (1.0 - mantissa) / (1.0 + mantissa)
    square, series = s * s, 0.0
    for coefficient in _ATANH:
        series = (series + coefficient) * square
    return 2.0 * s * (1.0 + series) - exponent * _LN_2


class Rendezvous(Placement):
    """Weighted rendezvous hashing. Immutable, like every placement here.

    Args:
        nodes: names, or a mapping of names to weights: 0, or from 1e-100 to 1e100.
        hash: the name of the hash, `blake2b` or `xxh3`.
        zones: the zone of each node, by name; all of them or none.

    Raises:
        InputError: nodes, weights or zones that cannot be.
        MissingError: the hash needs a package that is not installed.
    """

    __slots__ = ("_runners",)

    NAME = "rendezvous"
    WEIGHTED = True

    def __init__(
        self,
        nodes: Iterable[str] | Mapping[str, float],
        hash: str = "blake2b",  # noqa: A002 - the name that every placement and design uses
        zones: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(nodes, hash, zones)
        self._runners = sorted(self._runner(node) for node, w in self._weights.items() if w > 0)

    # ---- lookup

    def owner_at(self, position: int) -> str:
        """The node that arrives first. Cost: O(n).

        Raises:
            InputError: no node can own anything.
        """
        return self._race(position)[0]

    def owners_at(self, position: int) -> Iterator[str]:
        """The nodes in the order in which they arrive.

        Cost: O(n) for the first, then O(log n) for each.

        The heap holds (a bound of the time, rank, draw). What comes to its top with a bound only
        goes back with its true time; what comes to the top with its true time is before all others.
        """
        runners = self._runners
        numbers = (mix(position ^ runner.hash) for runner in runners)
        heap = [
            ((number >> _DROPPED) * runners[rank].scale, rank, number)
            for rank, number in enumerate(numbers)
        ]
        heapify(heap)
        while heap:
            _, rank, number = heap[0]
            if number >= 0:
                time = arrival(draw_of(number)) / runners[rank].weight
                heapreplace(heap, (time, rank, -1))  # -1: a true time
            else:
                heappop(heap)
                yield runners[rank].name

    def work(self, position: int) -> Work:
        """A hash, a mix for each node, an arrival for each that the shortcut lets through.

        Raises:
            InputError: no node can own anything.
        """
        arrivals, nodes = self._race(position)[1], len(self._runners)
        return Work(hashes=1 + nodes + arrivals, comparisons=nodes + arrivals)

    def _race(self, position: int) -> tuple[str, int]:
        """The first to arrive, and how many arrivals were worked out for it.

        Few are: since -ln(1 - d) >= d, a node whose draw over its weight is no better than the
        best time so far has lost without a logarithm. Of n equal nodes about 1 + ln n are left.
        """
        if not self._runners:
            raise self._empty()
        best, winner, arrivals = inf, "", 0
        for name, hash_, weight, scale in self._runners:
            number = mix(position ^ hash_)
            if (number >> _DROPPED) * scale < best:
                arrivals += 1
                time = arrival(draw_of(number)) / weight
                if time < best:
                    best, winner = time, name
        return winner, arrivals

    @property
    def table_bytes(self) -> int:
        """The hash and the weight of each node, 8 bytes each."""
        return 16 * len(self._runners)

    # ---- change

    def add(self, node: str, weight: float = 1.0, zone: str = "") -> Rendezvous:
        """A placement with one node more; it takes w/W of the keys, from all others alike.

        Raises:
            InputError: as `Placement.add` says.
        """
        place = self._like(*self._with(node, weight, zone))
        new = [place._runner(node)] if place._weights[node] > 0 else []
        place._runners = sorted([*self._runners, *new])
        return place

    def remove(self, node: str) -> Rendezvous:
        """A placement without this node; its keys go to the others by their weights.

        Raises:
            InputError: no node has this name.
        """
        place = self._like(*self._without(node))
        place._runners = [runner for runner in self._runners if runner.name != node]
        return place

    def _runner(self, node: str) -> _Runner:
        weight = self._weights[node]
        return _Runner(node, self._hash(node.encode()), weight, _UNIT / weight)

    def _settle(self, weights: dict[str, float], zones: Mapping[str, str]) -> None:
        super()._settle(weights, zones)
        for node, weight in weights.items():
            if weight and not WEIGHT_MIN <= weight <= WEIGHT_MAX:
                raise InputError(
                    "this cannot be a weight in a race",
                    where=f"nodes: {node}",
                    given=shown(weight),
                    expected=f"0, or a number from {WEIGHT_MIN:g} to {WEIGHT_MAX:g}, like 2.5",
                )

    # ---- shares

    def arcs(self) -> dict[str, float]:
        """The share of each node: its weight over the sum of all.

        Exact for a hash whose draws are independent for every node and key, which nobody can tell
        from this one by counting keys.
        """
        total = fsum(self._weights.values())
        return {node: weight / total if weight else 0.0 for node, weight in self._weights.items()}

    def ranges(
        self, new: Rendezvous, replicas: int = 1, distinct: Distinct = "node"
    ) -> Iterator[Range]:
        """Who gives how much to whom; a move's keys lie everywhere. Exact as `arcs` is.

        Let all nodes, old and new, run one race; T is the sum of their weights. If a node that
        comes arrives first (w_j / T), it owns the key, and the past owner was the first of the old
        ones: node i with w_i / (the old weights), since a race of exponential times has no memory.
        If a node that goes arrives first, the same with the sides exchanged. If a node that stays
        does, nothing moves.

        One node whose weight alone changes: the others keep their times, so all that moves goes to
        it or comes from it, and the differences of the shares are the moves.

        Cost: O(nodes of both, multiplied).

        Raises:
            InputError: more than one replica; a weight that changes beside anything else.
        """
        self._only_one_copy(replicas, distinct)
        old = {runner.name: runner.weight for runner in self._runners}
        now = {runner.name: runner.weight for runner in new._runners}
        coming = {node: weight for node, weight in now.items() if node not in old}
        going = {node: weight for node, weight in old.items() if node not in now}
        changed = [node for node in old if node in now and old[node] != now[node]]
        if not changed:
            total = fsum([*old.values(), *coming.values()])
            olds, news = fsum(old.values()), fsum(now.values())
            moves: dict[tuple[str, str], float] = {}
            for first, weight in coming.items():
                for node, other in old.items():
                    moves[node, first] = weight / total * (other / olds)
            for first, weight in going.items():
                for node, other in now.items():
                    pair = first, node
                    moves[pair] = moves.get(pair, 0.0) + weight / total * (other / news)
            yield from (Range(*pair, share) for pair, share in moves.items() if share)
        elif len(changed) == 1 and not coming and not going:
            yield from self._reweighed(new, changed[0])
        else:
            raise InputError(
                "rendezvous can tell what moves when one weight changes and nothing else",
                where="plan",
                given=f"new weights for {', '.join(changed[:8])}"
                f"; {len(coming)} nodes come, {len(going)} go",
                expected="one weight after the other, each with a plan; or the same weights, and "
                "any nodes that come and go",
            )

    def _reweighed(self, new: Rendezvous, node: str) -> Iterator[Range]:
        """What one node's new weight moves, from the others or to them."""
        before, after = self.arcs(), new.arcs()
        grows = new._weights[node] > self._weights[node]
        for runner in self._runners:
            share = abs(before[runner.name] - after[runner.name])
            if runner.name != node and share:
                pair = (runner.name, node) if grows else (node, runner.name)
                yield Range(*pair, share)

    # ---- the rest

    def check(self) -> None:
        """Assert the invariants that the module names.

        Raises:
            AssertionError: one does not hold.
        """
        names = sorted(node for node, weight in self._weights.items() if weight > 0)
        assert [runner.name for runner in self._runners] == names, "1: nodes out of order"
        for name, hash_, weight, scale in self._runners:
            assert hash_ == self._hash(name.encode()), f"1: the hash of {name}"
            assert weight == self._weights[name], f"1: the weight of {name}"
            assert scale == _UNIT / weight, f"1: the scale of {name}"
        numbers = [mix(i * GAMMA & _MASK) for i in range(8)]
        for number in (*numbers, 0, _MASK, 1 << _DROPPED):
            time, bound = arrival(draw_of(number)), (number >> _DROPPED) * _UNIT
            assert time > bound, f"2: the time of {number}"
            assert abs(time + log(1.0 - draw_of(number))) <= 1e-15 * time, f"2: the log of {number}"
        if self._runners:
            self._check_owners(numbers)

    def _details(self) -> str:
        return f"weights {fsum(self._weights.values()):g} in all, hash {self._hash_name}"
