"""Ketama: the ring that memcached clients agree on, point for point.

A cluster of caches has no ring of its own: each client works out for itself which server holds a
key. So two clients share a cache only if they agree on every point, which includes the rounding.
Ketama is the ring of libketama, the C library that most of them copied, on a circle of 2^32 places:

    a server's share   of all weights, times 40 for each server: so many MD5 digests, rounded down
    a digest           MD5 of `name-0`, `name-1`, ...: its 16 bytes are four points, 4 bytes each,
                       the lowest byte first
    a key              the first 4 bytes of its MD5, in the same way
    its server         the first point at or behind it, clockwise

The share is a C float, of 24 bits, and so is the product before it is rounded down: each of 61
equal servers has 39 digests, since 40 comes out as 39.999996. The circle's positions have
64 bits; a place of ketama is one of them, 2^32 times its number, and only those are used.

Sources: R. Jones and C. Muehlhaeuser, libketama, Last.fm 2007 (github.com/RJ/ketama,
libketama/ketama.c); the circle is that of Karger and others (circle.py). The tests compare a
million lookups with the checksum that libketama's own test has.

Equal to libketama for weights that are whole numbers, below 2^53 in all. It differs where
libketama does something that nobody can want, or nothing certain: two servers' points that meet
stand in order of name (there, as the sort leaves them); names may be longer than 21 bytes (there,
a line that is cut or refused); a weight of 0 leaves a server out (there, the whole list is
refused); a weight so small that the server would get no point is refused (there, it gets none,
and no keys, in silence).

Invariants (`check()` asserts them): those of circle.py, and
    A server has 4 * floor(float32(float32(w / W) * 40 * n)) points, W the sum of the weights, n
    the servers whose weight is above 0.

With equal weights only the keys of a server that comes or goes move (and a 40th of all when the
count passes between 39 and 40). With unequal ones the others' counts may change as well, since
each is a share of the whole, rounded down.

Cost: an MD5 for four points, of all servers where a count changes, else of one; the rest as
circle.py has it.

>>> place = Ketama({"127.0.0.1:11211": 600, "127.0.0.1:11212": 400})  # of libketama's own tests
>>> place.lookup("test"), place.points
('127.0.0.1:11211', 320)
>>> place.position("test") >> 32, Ketama([f"cache-{i}" for i in range(61)]).points // 61
(3446378249, 156)
"""

from __future__ import annotations

# ruff: noqa: S101 - check() asserts, that is its promise
import math
import struct
from hashlib import md5
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.reference.hashing.circle import Circle, refuse_too_many

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sdcli.reference.hashing.hashes import Hash

DIGESTS_PER_SERVER = 40
POINTS_PER_DIGEST = 4

_SHIFT = 32  # from ketama's places to the circle's positions
_FLOAT = struct.Struct("<f")  # a C float: rounds to the nearest of 24 bits
_FLOAT_MIN, _FLOAT_MAX = 1.1754943508222875e-38, 3.4028234663852886e38  # float.h, rounded
_FOUR_PLACES = struct.Struct("<4I")
_FIRST_PLACE = struct.Struct("<I").unpack_from
_fresh = md5(usedforsecurity=False).copy


class Ketama(Circle):
    """The ring of libketama. Immutable, like every placement here.

    Args:
        nodes: servers, as `host:port` where other clients write them so; or a mapping of them to
            weights (in a list for libketama: megabytes).
        zones: the zone of each node, by name; all of them or none.

    Raises:
        InputError: nodes, weights or zones that cannot be.
    """

    __slots__ = ("_digests",)

    NAME = "ketama"

    def __init__(
        self,
        nodes: Iterable[str] | Mapping[str, float],
        zones: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(nodes, "md5", zones)
        self._digests = _digests(self._weights)
        self._fill()

    @staticmethod
    def _hash_called(name: str) -> Hash:  # noqa: ARG004 - there is no other
        """Ketama brings its own hash: another would be another ring."""
        return position_of

    def add(self, node: str, weight: float = 1.0, zone: str = "") -> Ketama:
        """A ring with one server more; this one stays as it is.

        Cost: the new server's digests and O(points); all digests where another's count changes.

        Raises:
            InputError: as `Placement.add` says, or a server would be left without a point.
        """
        weights, zones = self._with(node, weight, zone)
        if _agree(self._digests, _digests(weights)):
            return self._added(node, weights, zones)
        return self._anew(weights, zones)

    def remove(self, node: str) -> Ketama:
        """A ring without this server; this one stays as it is. Cost: as `add`.

        Raises:
            InputError: no node has this name.
        """
        weights, zones = self._without(node)
        if _agree(self._digests, _digests(weights)):
            return self._removed(node, weights, zones)
        return self._anew(weights, zones)

    def _points(self, node: str) -> list[int]:
        """Four to each digest."""
        texts = (f"{node}-{i}".encode() for i in range(self._digests[node]))
        digests = (md5(text, usedforsecurity=False).digest() for text in texts)
        return [place << _SHIFT for digest in digests for place in _FOUR_PLACES.unpack(digest)]

    def _anew(self, weights: dict[str, float], zones: Mapping[str, str]) -> Ketama:
        place = self._like(weights, zones)
        place._fill()
        return place

    def _like(self, weights: dict[str, float], zones: Mapping[str, str]) -> Ketama:
        place = super()._like(weights, zones)
        place._digests = _digests(weights)
        return place

    def _details(self) -> str:
        return f"{self.points} points, {DIGESTS_PER_SERVER} MD5 digests for a mean weight"

    def __repr__(self) -> str:
        zones = f", zones={self._zones!r}" if self._zones else ""
        return f"Ketama({self._weights!r}{zones})"

    def check(self) -> None:
        """Assert the invariants that the module names.

        Raises:
            AssertionError: one does not hold; the circle is broken.
        """
        assert self._digests == _digests(self._weights), "another number of digests"
        super().check()


def position_of(data: bytes) -> int:
    """The position of a key: the first four bytes of its MD5, the lowest first, on 2^32 places.

    >>> position_of(b"test") >> 32  # libketama's python_ketama/tests.py
    3446378249
    """
    state = _fresh()  # a copy is made sooner than a new one; as in hashes.py
    state.update(data)
    place: int = _FIRST_PLACE(state.digest())[0]
    return place << _SHIFT


def _digests(weights: Mapping[str, float]) -> dict[str, int]:
    """How many digests each server has, by C's rules.

    A quotient of floats is a float. The rest of the product is of double precision, 40.0 being a
    double, and becomes a float when `floorf` takes it.

    Raises:
        InputError: weights that a float cannot hold, a server that would have no point, or too
            many points in all.
    """
    servers = sum(weight > 0 for weight in weights.values())
    total = math.fsum(weights.values())
    if servers and not _FLOAT_MIN < total < _FLOAT_MAX:
        raise InputError(
            "a C float cannot hold the sum of these weights",
            where="nodes",
            given=f"{total:g}",
            expected="weights like 1 or 600; only their ratios count",
        )
    digests = {}
    for name, weight in weights.items():
        share = _float(_float(weight) / _float(total)) if weight else 0.0
        digests[name] = math.floor(_float(share * DIGESTS_PER_SERVER * servers))
        if weight and not digests[name]:
            raise InputError(
                "this server would get no point, so no keys",
                where=f"nodes: {name}",
                given=f"weight {weight:g}, of {total:g} in all",
                expected=f"at least a {DIGESTS_PER_SERVER}th of the mean weight, "
                f"{total / servers / DIGESTS_PER_SERVER:g}; or 0, to leave the server out",
            )
    refuse_too_many(POINTS_PER_DIGEST * sum(digests.values()))
    return digests


def _float(number: float) -> float:
    """To the nearest C float."""
    rounded: float = _FLOAT.unpack(_FLOAT.pack(number))[0]
    return rounded


def _agree(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    """Whether servers that stand in both have as many digests in both."""
    return all(other.get(name, count) == count for name, count in one.items())
