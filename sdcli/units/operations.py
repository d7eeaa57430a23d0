"""Operations: what arithmetic does to plain numbers, and at each draw of the uncertain ones.

Each is a function of floats. vectors.py has a second form of every one, for whole arrays; this
one decides what is an error: it is asked again at each draw of which the other made nothing
finite. What leaves the range of floating point raises OverflowError or comes out infinite.
"""

from __future__ import annotations

import math

from sdcli.units.errors import UnitError

NOISE = 1e-9  # 3.0000000000000004 servers are 3 servers

# Python's own: a function around them would cost a call for each draw.
add = float.__add__
multiply = float.__mul__
divide = float.__truediv__
absolute = float.__abs__
minimum = min
maximum = max
exp = math.exp


def power(base: float, exponent: float) -> float:
    """The real power.

    Raises:
        UnitError: zero to a negative power, or a root of something negative.
    """
    if base == 0 and exponent < 0:
        raise UnitError("this divides by zero")
    if base < 0 and not float(exponent).is_integer():
        raise UnitError("a negative number has no such root")
    return float(base**exponent)


def ceil(value: float) -> float:
    """The next whole number above; itself where it is one up to rounding.

    >>> ceil(0.1 * 3 * 10), ceil(3.1)
    (3.0, 4.0)
    """
    return float(math.ceil(value - _near(value)))


def floor(value: float) -> float:
    """The next whole number below; itself where it is one up to rounding."""
    return float(math.floor(value + _near(value)))


def round_half_up(value: float) -> float:
    """The nearest whole number, the upper one of two: 2.5 is 3, -2.5 is -2."""
    return float(math.floor(value + 0.5 + _near(value)))


def _near(value: float) -> float:
    """How far from a whole number a value may be and still count as one."""
    return NOISE * max(1.0, abs(value))


def log2(value: float) -> float:
    """The logarithm to base 2.

    Raises:
        UnitError: the value is not positive; so for the other two.
    """
    return math.log2(_positive(value, "log2"))


def log10(value: float) -> float:
    """The logarithm to base 10."""
    return math.log10(_positive(value, "log10"))


def ln(value: float) -> float:
    """The natural logarithm."""
    return math.log(_positive(value, "ln"))


def _positive(value: float, function: str) -> float:
    if value <= 0:
        raise UnitError(f"{function} needs something positive")
    return value
