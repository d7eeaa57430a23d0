"""Spreads: the magnitude of a quantity, certain or not.

    Point     one number
    Product   c · exp(Σ wᵢ zᵢ)    products, quotients and powers of lognormal ranges, exactly
    Linear    m + Σ wᵢ zᵢ         sums of normal ranges, exactly
    Samples   10,000 draws        everything else

The z are standard normal variates, one for each *source*: a range that somebody wrote. Weights
of equal sources add up, so that x*x has twice the weight of x, and x/x none: a repeated
variable is never mistaken for two independent ones. The z of a source are drawn from its name,
so that two sample sets agree on the sources that they share; how many, and by which engine, is
set in sampling.py. Each kind answers `median`, `bounds` (the 5 % and 95 % quantiles), `method`,
`sources` and `draws`; arithmetic.py computes with them.
The closed form follows simple-squiggle (Quantified Uncertainty Research Institute), the ranges
Squiggle's `5 to 20`.
"""

from __future__ import annotations

import math

from sdcli.units.errors import UnitError
from sdcli.units.record import TYPE_CHECKING, Record
from sdcli.units.sampling import engine_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sdcli.units.sampling import Draws, Engine, Sampling, Weights

SHARES = (0.05, 0.5, 0.95)  # of low, median and high
Z95 = 1.6448536269514722  # the 95 % quantile of the standard normal distribution


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
    def method(self) -> str:
        """A sum of plain numbers is exact."""
        return "exact"

    @property
    def sources(self) -> tuple[str, ...]:
        """None."""
        return ()

    def draws(self, engine: Engine) -> Draws:
        """The number each time."""
        return engine.constant(self.value)


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
    def sources(self) -> tuple[str, ...]:
        """Those with a weight."""
        return tuple(source for source, _ in self.weights)

    def draws(self, engine: Engine) -> Draws:
        """The formula at each draw of the sources."""
        return engine.lognormal(self.coefficient, self.weights)


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
    def sources(self) -> tuple[str, ...]:
        """Those with a weight."""
        return tuple(source for source, _ in self.weights)

    def draws(self, engine: Engine) -> Draws:
        """The formula at each draw of the sources."""
        return engine.normal(self.mean, self.weights)


class Samples(Record):
    """The values at each draw of the sources, in the order of the draws.

    Args:
        values: what the engine made.
        sampling: the engine, and how many there are.
        sources: the ranges that they rest on.
    """

    uncompared = ("sources",)

    values: Draws
    sampling: Sampling
    sources: tuple[str, ...] = ()

    @property
    def quantiles(self) -> tuple[float, ...]:
        """The 5 %, 50 % and 95 % quantiles; worked out when they are first asked for."""
        if "_quantiles" not in self.__dict__:
            self.__dict__["_quantiles"] = self._at(SHARES)
        return self.__dict__["_quantiles"]

    @property
    def median(self) -> float:
        """The middle of the draws."""
        return self.quantiles[1]

    @property
    def bounds(self) -> tuple[float, float]:
        """The draws that 5 % stay below and above."""
        low, _, high = self.quantiles
        return (low, high)

    @property
    def standard_errors(self) -> tuple[float, ...]:
        """How far the three quantiles may be off because the draws are so many and no more.

        Of n draws, those below the quantile of share p number n p, with a standard deviation of
        sqrt(n p (1 - p)); so half the distance between the sorted draws that many places below
        and above is its standard error, whatever the distribution. It is 0 where these are equal,
        as in whole numbers.

        Source: H. A. David and H. N. Nagaraja, Order Statistics, 3rd ed., 2003, section 7.1.
        """
        reach = [math.sqrt(p * (1 - p) / self.sampling.samples) for p in SHARES]
        around = [p + side * r for side in (-1, 1) for p, r in zip(SHARES, reach, strict=True)]
        ends = self._at(around)
        return tuple((high - low) / 2 for low, high in zip(ends[:3], ends[3:], strict=True))

    @property
    def method(self) -> str:
        """Seeded Monte Carlo."""
        return "monte-carlo"

    def draws(self, _engine: Engine) -> Draws:
        """The values themselves, of their own engine."""
        return self.values

    def _at(self, shares: Sequence[float]) -> tuple[float, ...]:
        return engine_of(self.sampling).quantiles(self.values, shares)

    def _key(self) -> tuple[object, ...]:
        return (self.sampling, engine_of(self.sampling).content(self.values))

    def __repr__(self) -> str:
        return f"Samples({self.sampling} of {', '.join(self.sources)})"


Spread = Point | Product | Linear | Samples


def between(low: float, high: float, source: str) -> Spread:
    """The magnitude of which 90 % lie from `low` to `high`: lognormal when positive, else normal.

    Raises:
        UnitError: its ends are so far apart that they leave floating point.

    >>> between(100, 400, "writes").median
    200.0
    """
    if low == high:
        return Point(low)
    if low > 0:
        middle = math.sqrt(low) * math.sqrt(high)
        apart = math.log(high) - math.log(low)  # not of the quotient, which may overflow
        return within_floats(Product(middle, ((source, apart / (2 * Z95)),)))
    return within_floats(Linear((low + high) / 2, ((source, (high - low) / (2 * Z95)),)))


def within_floats(spread: Product | Linear) -> Product | Linear:
    """The same, whose bounds a float can hold: never infinite, and of a product never 0.

    Raises:
        UnitError: it cannot.
    """
    try:
        bounds = spread.bounds
    except OverflowError as error:
        raise too_large() from error
    if not all(map(math.isfinite, (spread.median, *bounds))):
        raise too_large()
    if isinstance(spread, Product) and 0 in (spread.median, *bounds):
        raise too_small()
    return spread


def too_large() -> UnitError:
    """The error for what leaves floating point above."""
    return UnitError("this is too large to compute")


def too_small() -> UnitError:
    """The error for what is not 0 and would be by underflow."""
    return UnitError("this is too small to compute")


def _norm(weights: Weights) -> float:
    """The standard deviation of Σ wᵢ zᵢ."""
    return math.hypot(*(weight for _, weight in weights))


def _ordered(one: float, two: float) -> tuple[float, float]:
    return (one, two) if one <= two else (two, one)
