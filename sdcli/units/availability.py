"""Availability by its complement, u = 1 - a: the nines that it has and how it is written.

As a float, 99.9999999% is 0.999999999, and taking that from 1 leaves noise behind the seventh
digit. So the difference is taken back to the decimals that a float next to 1 still holds, and
everything else is worked out from u: the nines, the downtime (u times a period), the text.
"""

from __future__ import annotations

import math

from sdcli.units import arithmetic
from sdcli.units.dimension import NUMBER
from sdcli.units.display import DIGITS, plain, rounded
from sdcli.units.literals import NINES_MAX
from sdcli.units.quantity import Quantity
from sdcli.units.spread import Point
from sdcli.units.table import PERCENT

_LEAST = 10.0**-NINES_MAX
_NEAR = 0.01  # from 99% on, digits count from the complement
_NOISE = 1e-9


def unavailability(availability: Quantity) -> Quantity:
    """1 - a, to the fifteenth decimal, which is what a typed percent says of it.

    Of a range, whose far tail may pass 100%, nothing is nearer to 1 than fifteen nines.

    >>> from sdcli.units import quantity
    >>> unavailability(quantity("99.9999999%")).value
    1e-09
    """
    if availability.is_range:
        certain = arithmetic.minimum(availability.spread, Point(1.0 - _LEAST))
        spread = arithmetic.subtract(Point(1.0), certain)
    else:
        spread = Point(missing(availability.value))
    return Quantity(spread, NUMBER, (PERCENT,), None, availability.conventions)


def missing(share: float) -> float:
    """1 - a of a number, without the noise of the subtraction."""
    return round(1.0 - share, NINES_MAX)


def nines(unavailability: Quantity) -> Quantity | None:
    """-log10 u: 3 for 99.9%, 3.3 for 99.95%; None for 100%, where it has no end.

    >>> from sdcli.units import quantity
    >>> print(nines(quantity("0.05%")))
    3.301
    """
    if unavailability.low <= 0:
        return None
    logarithm = arithmetic.scale(arithmetic.log10(unavailability.spread), -1.0)
    return Quantity(logarithm, conventions=unavailability.conventions)


def in_nines(nines: float) -> str:
    """A number of nines in words, never a whole one that it has not got.

    >>> in_nines(3.301), in_nines(1), in_nines(3.96)
    ('3.3 nines', '1 nine', '3.9 nines')
    """
    near = round(nines, 1)
    if near % 1 == 0 and near > nines + _NOISE:
        near = round(near - 0.1, 1)  # 99.989% rounds to four nines
    return f"{near:g} {'nine' if near == 1 else 'nines'}"


def shown(unavailability: float, digits: int = DIGITS) -> str:
    """The availability of that complement in percent; in nines where that is too long.

    Near 100% the digits count from the complement, so that 99.9999% stays what it is.

    >>> shown(0.2), shown(1e-6), shown(1e-16)
    ('80%', '99.9999%', '16 nines')
    """
    if not 0 < unavailability < _NEAR:
        return plain(100.0 * (1.0 - unavailability), digits) + "%"
    if unavailability < _LEAST:
        return in_nines(-math.log10(unavailability))
    percent = rounded(100.0 * unavailability, digits)
    decimals = max(1, digits - 1 - math.floor(math.log10(percent)))
    whole = str(10 ** (decimals + 2) - round(percent * 10**decimals))  # no float is that exact
    return f"{whole[:-decimals]}.{whole[-decimals:]}".rstrip("0").rstrip(".") + "%"
