"""Vectors: the engine "numpy", which works with whole arrays of draws.

The only module of units that imports numpy, and loaded only where many draws are asked for.
Arrays are worked through in chunks that stay in the processor's cache. Variates are not kept: to
draw them again takes no longer than to fetch them from memory.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from sdcli.core.chance import Chance
from sdcli.units import operations
from sdcli.units.sampling import SEED, made
from sdcli.units.scalars import interpolated, place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from sdcli.units.sampling import Sampling, Weights

    Vector = NDArray[np.float64]

CHUNK = 8192  # draws: 64 kB for each array


class Vectors:
    """The engine "numpy"; sampling.py has the promises of its methods.

    Cost: a million draws of a source take some 10 ms, an operation 1 to 10 ms, quantiles 4 ms.
    """

    def __init__(self, sampling: Sampling) -> None:
        self.sampling = sampling

    def normals(self, source: str) -> Vector:
        """The variates, drawn from the name of the source."""
        return self._totals(((source, 1.0),), lambda _: None)

    def constant(self, value: float) -> Vector:
        """The value each time, stored once."""
        return np.broadcast_to(np.float64(value), (self.sampling.samples,))

    def lognormal(self, coefficient: float, weights: Weights) -> Vector:
        """The exponential of each total: one for each draw, however many factors."""

        def finish(chunk: Vector) -> None:
            np.exp(chunk, out=chunk)
            np.multiply(chunk, coefficient, out=chunk)

        return self._totals(weights, finish)

    def normal(self, mean: float, weights: Weights) -> Vector:
        """The mean with each total."""
        return self._totals(weights, lambda chunk: np.add(chunk, mean, out=chunk))

    def map(self, operation: Callable[..., float], *draws: Vector) -> Vector:
        """The operation's form for arrays.

        Where that makes nothing finite, the form for numbers raises what there is to raise.
        """
        form = FORMS[operation]
        values = np.empty(self.sampling.samples)
        with np.errstate(all="ignore"):
            for part in self._parts():
                chunks = [one[part] for one in draws]
                values[part] = form(*chunks)
                for wrong in np.flatnonzero(~np.isfinite(values[part])):
                    operation(*(float(chunk[wrong]) for chunk in chunks))
        return _finite(values)

    def extremes(self, draws: Vector) -> tuple[float, float]:
        """The least and the greatest."""
        return float(draws.min()), float(draws.max())

    def quantiles(self, draws: Vector, shares: Sequence[float]) -> tuple[float, ...]:
        """Selected: no more is put in order than what they are read off."""
        places = [place(share, len(draws)) for share in shares]
        chosen = draws.copy()
        _select(chosen, sorted({below for below, _ in places}))
        return tuple(
            interpolated(
                float(chosen[below]),
                float((chosen[below + 1 :] if below + 1 < len(chosen) else chosen[below:]).min()),
                part,
            )
            for below, part in places
        )

    def first(self, draws: Vector, count: int) -> tuple[float, ...]:
        """A part of the array, as a tuple."""
        return tuple(draws[:count].tolist())

    def content(self, draws: Vector) -> object:
        """The bytes of the array."""
        return draws.tobytes()

    def _totals(self, weights: Weights, finish: Callable[[Vector], object]) -> Vector:
        """Σ wᵢ zᵢ at each draw, each chunk of it finished by a function."""
        streams = [(_stream(source), weight) for source, weight in weights]
        totals = np.zeros(self.sampling.samples)
        room = np.empty(CHUNK)
        with np.errstate(all="ignore"):
            for part in self._parts():
                chunk = totals[part]
                normals = room[: len(chunk)]
                for stream, weight in streams:
                    stream.standard_normal(out=normals)
                    np.multiply(normals, weight, out=normals)
                    np.add(chunk, normals, out=chunk)
                finish(chunk)
                made(len(chunk) * len(streams))
        return _finite(totals)

    def _parts(self) -> Iterator[slice]:
        for start in range(0, self.sampling.samples, CHUNK):
            yield slice(start, start + CHUNK)


def _stream(source: str) -> np.random.Generator:
    """The stream of a source: SFC64, the fastest of numpy's, seeded by the seed and the name."""
    return np.random.Generator(np.random.SFC64(Chance(SEED).child(source).seed))


def _finite(values: Vector) -> Vector:
    if not (np.isfinite(values.min()) and np.isfinite(values.max())):
        raise OverflowError
    values.flags.writeable = False
    return values


def _select(values: Vector, places: Sequence[int]) -> None:
    """Put at each place the value that sorting puts there, less before it and more behind.

    One place at a time, the middle one first: numpy's selection of several places at once is
    slower than its sort.
    """
    if places:
        middle = len(places) // 2
        cut = places[middle]
        values.partition(cut)
        _select(values[:cut], places[:middle])
        _select(values[cut + 1 :], [each - cut - 1 for each in places[middle + 1 :]])


def _noise(values: Vector) -> Vector:
    return operations.NOISE * np.maximum(1.0, np.abs(values))


# The form for arrays of each operation on numbers. Adding 0 turns -0 into 0, as whole numbers do.
FORMS: dict[Callable[..., float], Callable[..., Vector]] = {
    operations.add: np.add,
    operations.multiply: np.multiply,
    operations.divide: np.divide,
    operations.power: np.power,
    operations.minimum: lambda *chunks: reduce(np.minimum, chunks),
    operations.maximum: lambda *chunks: reduce(np.maximum, chunks),
    operations.absolute: np.abs,
    operations.ceil: lambda chunk: np.ceil(chunk - _noise(chunk)) + 0.0,
    operations.floor: lambda chunk: np.floor(chunk + _noise(chunk)) + 0.0,
    operations.round_half_up: lambda chunk: np.floor(chunk + 0.5 + _noise(chunk)) + 0.0,
    operations.log2: np.log2,
    operations.log10: np.log10,
    operations.ln: np.log,
    operations.exp: np.exp,
}
