"""Arithmetic of spreads: exact where a formula exists, by draws where none does.

Points combine as numbers. Lognormal products multiply, divide and take powers in closed form,
normal sums add in closed form; everything else is worked out at each of the 10,000 draws of
the sources. What leaves the range of floating point is an error, never infinite.
"""

from __future__ import annotations

import math

from sdcli.units.errors import UnitError
from sdcli.units.record import TYPE_CHECKING
from sdcli.units.spread import Linear, Point, Product, Samples

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.units.spread import Spread, Weights


def multiply(one: Spread, two: Spread) -> Spread:
    """The product."""
    if isinstance(one, Point) and isinstance(two, Point):
        return _point(one.value * two.value)
    if isinstance(two, Point):
        return scale(one, two.value)
    if isinstance(one, Point):
        return scale(two, one.value)
    if isinstance(one, Product) and isinstance(two, Product):
        return _product(one.coefficient * two.coefficient, _add_weights(one.weights, two.weights))
    return sampled(float.__mul__, one, two)


def scale(one: Spread, factor: float) -> Spread:
    """The spread times a number."""
    if factor == 0:
        return Point(0.0)
    if isinstance(one, Product):
        return _product(one.coefficient * factor, one.weights)
    if isinstance(one, Linear):
        return _linear(one.mean * factor, [(name, w * factor) for name, w in one.weights])
    if isinstance(one, Point):
        return _point(one.value * factor)
    return sampled(lambda a: a * factor, one)


def divide(one: Spread, two: Spread) -> Spread:
    """The quotient.

    Raises:
        UnitError: the divisor is zero.
    """
    if isinstance(two, Point):
        if two.value == 0:
            raise UnitError("this divides by zero")
        if isinstance(one, Point):
            return _point(one.value / two.value)
        if math.isinf(1 / two.value):
            raise _too_large()
        return scale(one, 1 / two.value)
    if isinstance(two, Product):
        return multiply(one, power(two, -1.0))
    return sampled(float.__truediv__, one, two)


def power(one: Spread, exponent: float) -> Spread:
    """The spread to a power that is certain.

    Raises:
        UnitError: zero to a negative power, or an even root of something negative.
    """
    if exponent == 0:
        return Point(1.0)
    if isinstance(one, Product):
        weights = [(name, w * exponent) for name, w in one.weights]
        return _product(_real_power(one.coefficient, exponent), weights)
    if isinstance(one, Point):
        return _point(_real_power(one.value, exponent))
    return sampled(lambda a: _real_power(a, exponent), one)


def raise_to(one: Spread, exponent: Spread) -> Spread:
    """The spread to a power that may be uncertain itself."""
    if isinstance(exponent, Point):
        return power(one, exponent.value)
    return sampled(_real_power, one, exponent)


def add(one: Spread, two: Spread) -> Spread:
    """The sum."""
    if isinstance(one, Point) and isinstance(two, Point):
        return _point(one.value + two.value)
    if isinstance(one, Product) and isinstance(two, Product) and one.weights == two.weights:
        return _product(one.coefficient + two.coefficient, one.weights)  # x + x is 2 x
    first, second = _as_linear(one), _as_linear(two)
    if first is not None and second is not None:
        weights = _add_weights(first.weights, second.weights)
        return _linear(first.mean + second.mean, weights)
    if isinstance(two, Point) and two.value == 0:
        return one
    if isinstance(one, Point) and one.value == 0:
        return two
    return sampled(float.__add__, one, two)


def subtract(one: Spread, two: Spread) -> Spread:
    """The difference; of a magnitude with itself it is 0, however uncertain."""
    return add(one, scale(two, -1.0))


def log2(one: Spread) -> Spread:
    """The logarithm to base 2; of a lognormal magnitude it is a normal one.

    Raises:
        UnitError: something in it is not positive.
    """
    if isinstance(one, Product) and one.coefficient > 0:
        weights = [(name, w / math.log(2)) for name, w in one.weights]
        return _linear(math.log2(one.coefficient), weights)
    return each(_log2, one)


def each(function: Callable[..., float], *spreads: Spread) -> Spread:
    """Any function of spreads, by draws unless all of them are points."""
    points = [spread.value for spread in spreads if isinstance(spread, Point)]
    if len(points) == len(spreads):
        return _point(function(*points))
    return sampled(function, *spreads)


def sampled(function: Callable[..., float], *spreads: Spread) -> Spread:
    """The function at each draw of the sources.

    Cost: 10,000 calls; a few milliseconds.
    """
    try:
        values = tuple(map(function, *(spread.draws for spread in spreads)))
    except OverflowError as error:
        raise _too_large() from error
    except ZeroDivisionError as error:
        raise UnitError("the divisor of this may be zero") from error
    least, most = min(values), max(values)
    if not (math.isfinite(least) and math.isfinite(most)):
        raise _too_large()
    return Point(least) if least == most else Samples(values)


def _add_weights(one: Weights, two: Weights) -> Weights:
    total: dict[str, float] = dict(one)
    for source, weight in two:
        total[source] = total.get(source, 0.0) + weight
    return tuple(total.items())


def _settled(weights: Weights | list[tuple[str, float]]) -> Weights:
    """In a fixed order, without what has cancelled (up to the rounding of the sum)."""
    return tuple(sorted((name, w) for name, w in weights if abs(w) > 1e-12))  # noqa: PLR2004


def _product(coefficient: float, weights: Weights | list[tuple[str, float]]) -> Spread:
    settled = _settled(weights)
    if not settled or coefficient == 0:
        return _point(coefficient)
    try:
        spread = Product(coefficient, settled)
        finite = all(math.isfinite(bound) for bound in spread.bounds)
    except (OverflowError, ZeroDivisionError) as error:
        raise _too_large() from error
    if not finite:
        raise _too_large()
    return spread


def _linear(mean: float, weights: Weights | list[tuple[str, float]]) -> Spread:
    """Weights count as gone when they are nothing beside the mean and each other."""
    size = max([abs(mean), *(abs(w) for _, w in weights)])
    settled = tuple(sorted((name, w) for name, w in weights if abs(w) > size * 1e-15))
    if not settled:
        return _point(mean)
    spread = Linear(mean, settled)
    if not all(math.isfinite(bound) for bound in spread.bounds):
        raise _too_large()
    return spread


def _as_linear(one: Spread) -> Linear | None:
    if isinstance(one, Point):
        return Linear(one.value, ())
    return one if isinstance(one, Linear) else None


def _point(value: float) -> Point:
    if not math.isfinite(value):
        raise _too_large()
    return Point(float(value))


def _real_power(base: float, exponent: float) -> float:
    if base == 0 and exponent < 0:
        raise UnitError("this divides by zero")
    if base < 0 and not float(exponent).is_integer():
        raise UnitError("a negative number has no such root")
    try:
        return float(base**exponent)
    except OverflowError as error:
        raise _too_large() from error


def _log2(value: float) -> float:
    if value <= 0:
        raise UnitError("log2 needs something positive")
    return math.log2(value)


def _too_large() -> UnitError:
    return UnitError("this is too large to compute")
