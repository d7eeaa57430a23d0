"""Arithmetic of spreads: exact where a formula exists, by draws where none does.

Points combine as numbers. Lognormal products multiply, divide and take powers in closed form,
normal sums add in closed form, and logarithm and exponential lead from one to the other. What
depends on the same weights of the same sources is parallel: x and 2x have an exact sum and an
exact minimum. Everything else is worked out at each draw of the sources (sampling.py). What
leaves the range of floating point is an error, never infinite, and never 0 by underflow.

A monotone function of one spread, such as ceil, would have exact quantiles too. It is drawn
all the same: the next operation would have to draw it anyway, and each of them to know it.
"""

from __future__ import annotations

import math

from sdcli.units import operations
from sdcli.units.errors import UnitError
from sdcli.units.record import TYPE_CHECKING
from sdcli.units.sampling import current, engine_of
from sdcli.units.spread import (
    Linear,
    Point,
    Product,
    Samples,
    too_large,
    too_small,
    within_floats,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sdcli.units.sampling import Draws, Engine, Weights
    from sdcli.units.spread import Spread

_SAME = 1e-12  # two weights nearer than this share are one weight, rounded twice
_NEVER_ZERO = (operations.power, operations.exp)  # unless the base is 0


def multiply(one: Spread, two: Spread) -> Spread:
    """The product."""
    if isinstance(one, Point) and isinstance(two, Point):
        return _nonzero(one.value * two.value, one.value, two.value)
    if isinstance(two, Point):
        return scale(one, two.value)
    if isinstance(one, Point):
        return scale(two, one.value)
    if isinstance(one, Product) and isinstance(two, Product):
        weights = _add_weights(one.weights, two.weights)
        return _product(_nonzero(one.coefficient * two.coefficient, 1.0).value, weights)
    return _at_each_draw(operations.multiply, one, two)


def scale(one: Spread, factor: float) -> Spread:
    """The spread times a number."""
    if factor == 0:
        return Point(0.0)
    if isinstance(one, Product):
        return _product(_nonzero(one.coefficient * factor, 1.0).value, one.weights)
    if isinstance(one, Linear):
        return _linear(one.mean * factor, [(name, w * factor) for name, w in one.weights])
    if isinstance(one, Point):
        return _nonzero(one.value * factor, one.value)
    return _at_each_draw(operations.multiply, one, Point(factor))


def divide(one: Spread, two: Spread) -> Spread:
    """The quotient.

    Raises:
        UnitError: the divisor is zero.
    """
    if isinstance(two, Point):
        if two.value == 0:
            raise UnitError("this divides by zero")
        if isinstance(one, Point):
            return _nonzero(one.value / two.value, one.value)
        if math.isinf(1 / two.value):
            raise too_large()
        return scale(one, 1 / two.value)
    if isinstance(two, Product):
        return multiply(one, power(two, -1.0))
    return _at_each_draw(operations.divide, one, two)


def power(one: Spread, exponent: float) -> Spread:
    """The spread to a power that is certain.

    Raises:
        UnitError: zero to a negative power, or an even root of something negative.
    """
    if exponent == 0:
        return Point(1.0)
    if exponent == 1:
        return one
    if isinstance(one, Product):
        weights = [(name, w * exponent) for name, w in one.weights]
        return _product(_exactly(operations.power, one.coefficient, exponent), weights)
    return _function(operations.power, one, Point(exponent))


def raise_to(one: Spread, exponent: Spread) -> Spread:
    """The spread to a power that may be uncertain itself."""
    if isinstance(exponent, Point):
        return power(one, exponent.value)
    if isinstance(one, Point) and one.value > 0 and isinstance(exponent, Linear):
        weights = [(name, w * math.log(one.value)) for name, w in exponent.weights]
        return _product(_exactly(operations.power, one.value, exponent.mean), weights)
    return _function(operations.power, one, exponent)


def add(one: Spread, two: Spread) -> Spread:
    """The sum."""
    if isinstance(one, Point) and isinstance(two, Point):
        return _point(one.value + two.value)
    if isinstance(one, Product) and isinstance(two, Product) and _parallel(one, two):
        return _product(one.coefficient + two.coefficient, one.weights)  # x + x is 2 x
    first, second = _as_linear(one), _as_linear(two)
    if first is not None and second is not None:
        weights = _add_weights(first.weights, second.weights)
        return _linear(first.mean + second.mean, weights)
    if isinstance(two, Point) and two.value == 0:
        return one
    if isinstance(one, Point) and one.value == 0:
        return two
    return _at_each_draw(operations.add, one, two)


def subtract(one: Spread, two: Spread) -> Spread:
    """The difference; of a magnitude with itself it is 0, however uncertain."""
    return add(one, scale(two, -1.0))


def minimum(*spreads: Spread) -> Spread:
    """The least of them, at each draw of the sources."""
    return _extreme(operations.minimum, *spreads)


def maximum(*spreads: Spread) -> Spread:
    """The greatest of them, at each draw of the sources."""
    return _extreme(operations.maximum, *spreads)


def ceil(one: Spread) -> Spread:
    """The next whole number above; 3.0000000000000004 is 3."""
    return _function(operations.ceil, one)


def floor(one: Spread) -> Spread:
    """The next whole number below; 2.9999999999999996 is 3."""
    return _function(operations.floor, one)


def round_half_up(one: Spread) -> Spread:
    """The nearest whole number, of two the upper one."""
    return _function(operations.round_half_up, one)


def absolute(one: Spread) -> Spread:
    """The magnitude without its sign."""
    if isinstance(one, Product):
        return _product(abs(one.coefficient), one.weights)
    return _function(operations.absolute, one)


def log2(one: Spread) -> Spread:
    """The logarithm to base 2; of a lognormal magnitude it is a normal one.

    Raises:
        UnitError: something in it is not positive; so for the other two.
    """
    return _logarithm(operations.log2, 2.0, one)


def log10(one: Spread) -> Spread:
    """The logarithm to base 10."""
    return _logarithm(operations.log10, 10.0, one)


def ln(one: Spread) -> Spread:
    """The natural logarithm."""
    return _logarithm(operations.ln, math.e, one)


def exp(one: Spread) -> Spread:
    """The exponential; of a normal magnitude it is a lognormal one."""
    if isinstance(one, Linear):
        return _product(_exactly(operations.exp, one.mean), one.weights)
    return _function(operations.exp, one)


def drawn(one: Spread) -> Spread:
    """The same by draws, though a formula exists; a point stays one."""
    if isinstance(one, Point | Samples):
        return one
    engine = engine_of(current())
    return _sampled(engine, lambda: one.draws(engine), (one,))


def _logarithm(operation: Callable[..., float], base: float, one: Spread) -> Spread:
    if isinstance(one, Product) and one.coefficient > 0:
        weights = [(name, w / math.log(base)) for name, w in one.weights]
        return _linear(operation(one.coefficient), weights)
    return _function(operation, one)


def _extreme(choose: Callable[..., Any], *spreads: Spread) -> Spread:
    if all(_parallel(spreads[0], other) for other in spreads[1:]):
        return choose(spreads, key=lambda spread: spread.median)
    return _function(choose, *spreads)


def _function(operation: Callable[..., float], *spreads: Spread) -> Spread:
    """A function that has no formula for spreads, by draws unless all of them are points."""
    points = [spread.value for spread in spreads if isinstance(spread, Point)]
    if len(points) == len(spreads):
        return Point(_exactly(operation, *points))
    return _at_each_draw(operation, *spreads)


def _exactly(operation: Callable[..., float], *values: float) -> float:
    try:
        result = operation(*map(float, values))
    except OverflowError as error:
        raise too_large() from error
    if operation in _NEVER_ZERO:
        return _nonzero(result, 1.0 if operation is operations.exp else values[0]).value
    return _point(result).value


def _at_each_draw(operation: Callable[..., float], *spreads: Spread) -> Spread:
    """The operation at each draw of the sources."""
    engine = _engine(spreads)
    return _sampled(
        engine, lambda: engine.map(operation, *(one.draws(engine) for one in spreads)), spreads
    )


def _sampled(engine: Engine, work: Callable[[], Draws], spreads: tuple[Spread, ...]) -> Spread:
    try:
        values = work()
    except OverflowError as error:
        raise too_large() from error
    except ZeroDivisionError as error:
        raise UnitError("the divisor of this may be zero") from error
    least, most = engine.extremes(values)
    if least == most:
        return Point(least)
    if most - least <= _SAME * _size(engine, (least, most), spreads):
        return Point(engine.quantiles(values, (0.5,))[0])  # (x + 1) - x, rounded at each draw
    sources = sorted({source for one in spreads for source in one.sources})
    return Samples(values, engine.sampling, tuple(sources))


def _size(engine: Engine, ends: tuple[float, float], spreads: tuple[Spread, ...]) -> float:
    """What the rounding of a result is small beside: itself, and what may have cancelled in it.

    Only what shares a source cancels, and only then are its draws looked through for it.
    """
    sizes = list(ends)
    sources = [source for one in spreads for source in one.sources]
    if len(set(sources)) < len(sources):
        sizes += [end for one in spreads for end in engine.extremes(one.draws(engine))]
    return max(map(abs, sizes))


def _engine(spreads: tuple[Spread, ...]) -> Engine:
    """The engine of those that are sampled already, else the one in force.

    Raises:
        UnitError: they were sampled by different ones; draws pair up only in one sampling.
    """
    made = {spread.sampling for spread in spreads if isinstance(spread, Samples)}
    if len(made) > 1:
        raise UnitError(
            "these were sampled differently",
            given="\n".join(sorted(map(str, made))),
            expected="one number of draws; work both out again with it",
        )
    return engine_of(made.pop() if made else current())


def _parallel(one: Spread, two: Spread) -> bool:
    """Whether both depend on the sources in the same way, up to rounding, and do so by formula."""
    if not (isinstance(one, Product | Linear) and isinstance(two, Product | Linear)):
        return False
    if type(one) is not type(two):
        return False
    return len(one.weights) == len(two.weights) and all(
        name == other and math.isclose(weight, weight_too, rel_tol=_SAME)
        for (name, weight), (other, weight_too) in zip(one.weights, two.weights, strict=True)
    )


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
    return within_floats(Product(coefficient, settled))


def _linear(mean: float, weights: Weights | list[tuple[str, float]]) -> Spread:
    """Weights count as gone when they are nothing beside the mean and each other."""
    size = max([abs(mean), *(abs(w) for _, w in weights)])
    settled = tuple(sorted((name, w) for name, w in weights if abs(w) > size * 1e-15))
    if not settled:
        return _point(mean)
    return within_floats(Linear(mean, settled))


def _as_linear(one: Spread) -> Linear | None:
    if isinstance(one, Point):
        return Linear(one.value, ())
    return one if isinstance(one, Linear) else None


def _point(value: float) -> Point:
    if not math.isfinite(value):
        raise too_large()
    return Point(float(value))


def _nonzero(result: float, *operands: float) -> Point:
    """The result as a point, which is 0 only where an operand is.

    Raises:
        UnitError: it has underflowed.
    """
    if result == 0 and all(operands):
        raise too_small()
    return _point(result)
