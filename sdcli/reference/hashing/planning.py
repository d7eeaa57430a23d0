"""The plan: what moves from whom to whom when one placement takes over from another.

"We add three servers to the store: how long does that take, and what does the network see?" A
plan answers from the placements themselves: which stretches of the circle change hands, which
part of the keys that is, how many bytes at the size of the data, and how long it lasts when each
node sends and receives at a given bandwidth.

All nodes copy at the same time, in both directions at once, so the time is that of the busiest:
the most bytes that any one node has to send or to receive, over its bandwidth. On a ring with
few points one unlucky neighbour sends nearly all of it; that is what virtual nodes are for.

Source: the operation is bootstrap and decommission of Cassandra and Riak; the estimate is ours.

Invariants (`check()` asserts the first, as far as a plan alone can tell):
    1. No key moves from a node to itself; a plan between equal placements is empty.
    2. With one copy, what each node gains and loses is the difference of its shares.
    3. With more, a node takes a stretch once, from a node that had it.
    4. Of one move's stretches none begins where another ends: neighbours are joined.

Cost: O(points of both) on a circle; O(nodes of both, multiplied) elsewhere, up to MOVES_MAX moves.

>>> from sdcli.reference.hashing.ring import Ring
>>> old = Ring(["a", "b", "c"])
>>> move = plan(old, old.add("d"), data=1e12, bandwidth=125e6)  # 1 TB, 1 Gbit/s for each node
>>> print(f"{move.share:.3f} of the keys, {move.bytes / 1e9:.0f} GB, {move.seconds / 60:.0f} min")
0.245 of the keys, 245 GB, 33 min
"""

from __future__ import annotations

# ruff: noqa: S101 - check() asserts, that is its promise
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sdcli.core.errors import InputError
from sdcli.reference.hashing.hashes import shown
from sdcli.reference.hashing.placement import Placement, whole_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.reference.hashing.placement import Distinct

MOVES_MAX = 1_000_000  # more pairs of nodes than anybody reads, or waits for

_ROWS_MAX = 12
_BYTES_MAX = 1e30  # far beyond anything stored, and far from where floats end


class Move(NamedTuple):
    """What one node hands to another.

    Args:
        source, target: the names of the nodes.
        share: the part of all keys.
        bytes: of the data.
        seconds: at the bandwidth, if these two nodes did nothing else.
        ranges: the stretches of the circle (after, upto], as few as can be; empty where there is
            no circle.
    """

    source: str
    target: str
    share: float
    bytes: float
    seconds: float
    ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Plan:
    """What moves. Shares are parts of all keys; with replicas they may sum to more than 1.

    Args:
        moves: from whom to whom, the largest first.
        data: bytes of one copy of everything.
        bandwidth: bytes a second that a node sends, and at the same time receives.
    """

    moves: tuple[Move, ...]
    data: float
    bandwidth: float

    @property
    def share(self) -> float:
        """The part of the keys that moves, each copy counted."""
        return math.fsum(move.share for move in self.moves)

    @property
    def bytes(self) -> float:
        """What all nodes together send."""
        return self.share * self.data

    @property
    def sent(self) -> dict[str, float]:
        """The share that each node hands over, the most first."""
        return _totals((move.source, move.share) for move in self.moves)

    @property
    def received(self) -> dict[str, float]:
        """The share that each node takes, the most first."""
        return _totals((move.target, move.share) for move in self.moves)

    @property
    def bottleneck(self) -> str:
        """The node that needs the longest; empty when nothing moves."""
        return max(_first(self.sent), _first(self.received))[1]

    @property
    def seconds(self) -> float:
        """How long it takes: the busiest node's bytes over its bandwidth; 0 without a bandwidth."""
        most = max(_first(self.sent), _first(self.received))[0]
        return most * self.data / self.bandwidth if self.bandwidth else 0.0

    def check(self) -> None:
        """Assert what every plan keeps.

        Raises:
            AssertionError: it does not hold; the plan is broken.
        """
        for move in self.moves:
            assert move.source != move.target, "1: a key moves to where it is"
            assert move.share > 0, "1: a move of nothing"
            if len(move.ranges) > 1:
                begins, ends = map(set, zip(*move.ranges, strict=True))
                assert not begins & ends, "4: neighbours apart"
        pairs = [(move.source, move.target) for move in self.moves]
        assert len(set(pairs)) == len(pairs), "two moves between the same nodes"

    def describe(self) -> str:
        """The plan as text: the largest moves, then the sum.

        >>> from sdcli.reference.hashing.modulo import Modulo
        >>> print(plan(Modulo(["a"]), Modulo(["a", "b"]), data=8e9, bandwidth=1e8).describe())
        a -> b   50.00 %       4 GB       40 s
        in all   50.00 %       4 GB       40 s, as long as b takes
        """
        wide = min(max((len(_pair(move)) for move in self.moves), default=6), 40)
        lines = [
            _row(_pair(move), wide, move.share, move.bytes, move.seconds)
            for move in self.moves[:_ROWS_MAX]
        ]
        if len(self.moves) > _ROWS_MAX:
            lines.append(f"... {len(self.moves) - _ROWS_MAX} smaller moves")
        last = f", as long as {self.bottleneck} takes" if self.moves else ""
        total = _row("in all", wide, self.share, self.bytes, self.seconds)
        return "\n".join([*lines, total + last])


def plan(
    old: Placement,
    new: Placement,
    data: float = 0.0,
    bandwidth: float = 0.0,
    replicas: int = 1,
    *,
    distinct: Distinct = "node",
) -> Plan:
    """What moves if `new` takes over from `old`.

    The owners of a key are those that `lookup_n(key, replicas, distinct)` names, before and after.

    Args:
        old: the placement of now.
        new: one of the same kind, hash and settings.
        data: bytes of one copy of everything; 0 if only the shares matter.
        bandwidth: bytes a second that a node sends, and at the same time receives; 0 if the time
            does not matter.
        replicas: copies of each key; more than 1 on a circle only.
        distinct: what differs between the owners of a key's copies: the node, or the zone, which
            both placements must know then. A node that changes its zone and nothing else moves
            no copy in the first case, and may in the second.

    Raises:
        InputError: placements that cannot be compared, one of them empty, numbers that cannot
            be, or more than MOVES_MAX moves.
    """
    _refuse_unlike(old, new)
    for name, value in (("data", data), ("bandwidth", bandwidth)):
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not 0 <= value <= _BYTES_MAX:
            raise InputError(
                "this cannot be a number of bytes",
                where=name,
                given=shown(value),
                expected=f"a number from 0 to {_BYTES_MAX:g}, like 1e12",
            )
    least = min(place._able(distinct) for place in (old, new))
    replicas = whole_number(replicas, "replicas")
    if not 1 <= replicas <= least:
        raise InputError(
            "there cannot be that many replicas",
            where="replicas",
            given=shown(replicas),
            expected=f"a whole number from 1 to {least}, the {distinct}s that own anything"
            if least
            else "two placements in which some node owns something",
        )
    shares: dict[tuple[str, str], list[float]] = {}
    stretches: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for one in old.ranges(new, replicas, distinct):
        pair = one.source, one.target
        shares.setdefault(pair, []).append(one.share)
        if one.after is not None and one.upto is not None:
            stretches.setdefault(pair, []).append((one.after, one.upto))
        if len(shares) > MOVES_MAX:
            raise InputError(
                "this plan would have too many moves",
                where="plan",
                given=f"more than {MOVES_MAX} pairs of nodes that exchange keys",
                expected="fewer nodes, or a kind that moves only what must, like ring: there a "
                "node that comes or goes has one move with each other node",
            )
    moves = [
        Move(
            *pair,
            share=math.fsum(parts),
            bytes=math.fsum(parts) * data,
            seconds=math.fsum(parts) * data / bandwidth if bandwidth else 0.0,
            ranges=_joined(stretches.get(pair, ())),
        )
        for pair, parts in shares.items()
    ]
    moves.sort(key=lambda move: (-move.share, move.source, move.target))
    return Plan(tuple(moves), float(data), float(bandwidth))


def _joined(stretches: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Stretches in order around the circle, those that touch made one, through position 0 too.

    >>> _joined([(90, 10), (10, 20), (30, 40), (80, 90)])
    ((80, 20), (30, 40))
    """
    joined: list[tuple[int, int]] = []
    for after, upto in stretches:
        if joined and joined[-1][1] == after:
            after = joined.pop()[0]  # noqa: PLW2901 - it begins where its neighbour does
        joined.append((after, upto))
    if len(joined) > 1 and joined[-1][1] == joined[0][0]:
        joined[0] = joined.pop()[0], joined[0][1]
    return tuple(joined)


def _refuse_unlike(old: Placement, new: Placement) -> None:
    are_alike = (
        isinstance(old, Placement)
        and isinstance(new, Placement)
        and type(old) is type(new)
        and (old.hash, old.settings) == (new.hash, new.settings)
    )
    if not are_alike:
        raise InputError(
            "these placements cannot be compared: nearly every key would move",
            where="plan",
            given=f"{_kind(old)}\n{_kind(new)}",
            expected="the same kind, hash and settings, with other nodes",
        )


def _kind(place: object) -> str:
    if not isinstance(place, Placement):
        return f"{place!r}, no placement"
    settings = "".join(f", {name} {value}" for name, value in place.settings.items())
    return f"{place.NAME}, hash {place.hash}{settings}"


def _totals(shares: Iterable[tuple[str, float]]) -> dict[str, float]:
    totals: dict[str, list[float]] = {}
    for node, share in shares:
        totals.setdefault(node, []).append(share)
    sums = {node: math.fsum(parts) for node, parts in totals.items()}
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def _first(totals: dict[str, float]) -> tuple[float, str]:
    """The largest total and its node."""
    return next(((share, node) for node, share in totals.items()), (0.0, ""))


def _pair(move: Move) -> str:
    return f"{move.source} -> {move.target}"


def _row(what: str, wide: int, share: float, size: float, seconds: float) -> str:
    what = what if len(what) <= wide else f"{what[: wide - 1]}…"
    return f"{what:<{wide}}  {share * 100:6.2f} %  {_bytes(size):>9}  {_time(seconds):>9}"


def _bytes(size: float) -> str:
    for unit, much in (("PB", 1e15), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if size >= much:
            return f"{size / much:.3g} {unit}"
    return f"{size:.3g} B"


def _time(seconds: float) -> str:
    for unit, much in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * much:
            return f"{seconds / much:.3g} {unit}"
    return f"{seconds:.3g} s"
