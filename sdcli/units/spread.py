"""Spreads: the magnitude of a quantity, certain or not.

    Point     one number
    Product   c · exp(Σ wᵢ zᵢ)    products, quotients and powers of lognormal ranges, exactly
    Linear    m + Σ wᵢ zᵢ         sums of normal ranges, exactly
    Samples   10,000 draws        everything else

The z are standard normal variates, one for each *source*: a range that somebody wrote. Weights
of equal sources add up, so that x*x has twice the weight of x, and x/x none: a repeated
variable is never mistaken for two independent ones. Samples draw the z of a source from its
name, so that two sample sets agree on the sources that they share. Each kind answers `median`,
`bounds` (the 5 % and 95 % quantiles), `draws` and `method`; arithmetic.py computes with them.
The closed form follows simple-squiggle (Quantified Uncertainty Research Institute), the ranges
Squiggle's `5 to 20`.
"""

from __future__ import annotations

import math

from sdcli.units.record import TYPE_CHECKING, Record

if TYPE_CHECKING:
    Weights = tuple[tuple[str, float], ...]
    Draws = tuple[float, ...]

SEED = 7
SAMPLES = 10_000
Z95 = 1.6448536269514722  # the 95 % quantile of the standard normal distribution
_Z_CACHE: dict[str, Draws] = {}
_Z_CACHE_MAX = 64


class Point(Record):
    """One number."""

    value: float

    @property
    def median(self) -> float:
        """The number."""
        return self.value

    @property
    def bounds(self) -> tuple[float, float]:
        """The number twice."""
        return (self.value, self.value)

    @property
    def draws(self) -> Draws:
        """The number each time."""
        return (float(self.value),) * SAMPLES

    @property
    def method(self) -> str:
        """A sum of plain numbers is exact."""
        return "exact"


class Product(Record):
    """c · exp(Σ wᵢ zᵢ), a lognormal magnitude (mirrored when c is negative)."""

    coefficient: float
    weights: Weights

    @property
    def median(self) -> float:
        """The coefficient, since each z is as often above 0 as below."""
        return self.coefficient

    @property
    def bounds(self) -> tuple[float, float]:
        """The coefficient times and through the 90 % factor."""
        factor = math.exp(Z95 * _norm(self.weights))
        return _ordered(self.coefficient / factor, self.coefficient * factor)

    @property
    def method(self) -> str:
        """Its quantiles follow from a formula."""
        return "closed-form"

    @property
    def draws(self) -> Draws:
        """The formula at each draw of the sources."""
        exp, c = math.exp, self.coefficient
        return tuple(c * exp(total) for total in _totals(self.weights))


class Linear(Record):
    """m + Σ wᵢ zᵢ, a normal magnitude."""

    mean: float
    weights: Weights

    @property
    def median(self) -> float:
        """The mean, which is the median of a normal distribution."""
        return self.mean

    @property
    def bounds(self) -> tuple[float, float]:
        """The mean more and less 1.645 standard deviations."""
        reach = Z95 * _norm(self.weights)
        return (self.mean - reach, self.mean + reach)

    @property
    def method(self) -> str:
        """Its quantiles follow from a formula."""
        return "closed-form"

    @property
    def draws(self) -> Draws:
        """The formula at each draw of the sources."""
        return tuple(self.mean + total for total in _totals(self.weights))


class Samples(Record):
    """The values at 10,000 draws of the sources, in the order of the draws."""

    values: Draws

    @property
    def quantiles(self) -> tuple[float, float, float]:
        """The 5 %, 50 % and 95 % quantiles; sorted for when they are first asked for."""
        if "_quantiles" not in self.__dict__:
            ordered = sorted(self.values)
            self.__dict__["_quantiles"] = tuple(_quantile(ordered, p) for p in (0.05, 0.5, 0.95))
        return self.__dict__["_quantiles"]

    @property
    def median(self) -> float:
        """The middle of the draws."""
        return self.quantiles[1]

    @property
    def bounds(self) -> tuple[float, float]:
        """The draws that 5 % stay below and above."""
        return (self.quantiles[0], self.quantiles[2])

    @property
    def draws(self) -> Draws:
        """The values themselves."""
        return self.values

    @property
    def method(self) -> str:
        """Seeded Monte Carlo."""
        return "monte-carlo"


Spread = Point | Product | Linear | Samples


def between(low: float, high: float, source: str) -> Spread:
    """The magnitude of which 90 % lie from `low` to `high`: lognormal when positive, else normal.

    >>> between(100, 400, "writes").median
    200.0
    """
    if low == high:
        return Point(low)
    if low > 0:
        middle = math.sqrt(low) * math.sqrt(high)
        return Product(middle, ((source, math.log(high / low) / (2 * Z95)),))
    return Linear((low + high) / 2, ((source, (high - low) / (2 * Z95)),))


def normals(source: str) -> Draws:
    """The standard normal variates of a source: the same ones each time, drawn from its name."""
    if source not in _Z_CACHE:
        from sdcli.core.chance import Chance

        if len(_Z_CACHE) >= _Z_CACHE_MAX:
            _Z_CACHE.clear()
        normal = Chance(SEED).child(source).normal
        _Z_CACHE[source] = tuple(normal() for _ in range(SAMPLES))
    return _Z_CACHE[source]


def _totals(weights: Weights) -> Draws:
    """Σ wᵢ zᵢ at each draw."""
    totals = (0.0,) * SAMPLES
    for source, weight in weights:
        totals = tuple(t + weight * z for t, z in zip(totals, normals(source), strict=True))
    return totals


def _norm(weights: Weights) -> float:
    """The standard deviation of Σ wᵢ zᵢ."""
    return math.sqrt(math.fsum(weight * weight for _, weight in weights))


def _ordered(one: float, two: float) -> tuple[float, float]:
    return (one, two) if one <= two else (two, one)


def _quantile(ordered: list[float], share: float) -> float:
    """The quantile between the draws around it (type 7 of Hyndman and Fan, 1996)."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
