"""Round numbers: those that one says aloud and works with by head, and how they are written.

By head: one significant digit, and the halves and fifths that are as easy: 1.2, 1.5, 2.5. The
lengths of day, month and year in seconds are the ones that everybody uses: 10^5, 2.5M, 30M.
Aloud: two digits, or three where the first two are 1.0. Halves go up, as people round.
"""

from __future__ import annotations

import math

from sdcli.units.display import plain, scaled
from sdcli.units.record import TYPE_CHECKING

if TYPE_CHECKING:
    from sdcli.estimate.unit_steps import UnitStep

_ROUND = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9, 10)
_STEPS = {"s/day": 1e5, "s/month": 2.5e6, "s/year": 3e7}
# The same, typed as a number of seconds.
_LENGTHS_S: dict[float, float] = {86_400: 1e5, 2_592_000: 2.5e6, 31_536_000: 3e7}
_NEAR_ONE = 0.9  # from here on a share is thought of as what is missing
_POWER_MIN = 1e4  # a pure power of ten from here on is said as one: 10^5
_WRITTEN_MAX = 1e15  # beyond the prefixes
_TEXT_DIGITS = 2
_SAID_DIGITS = 2
_MORE_BELOW = 1.1  # 1.05 said as 1.1 would be as far off as 10 said as 10.5
_NOISE_DIGITS = 13  # beyond them stands the noise of floating point
_FULL_DIGITS = 15
_FULL_MIN, _FULL_MAX = 1e-4, 1e15


def round_number(number: float, toward: int = 0) -> float:
    """The nearest round number, the larger one halfway; `toward`: as in `said_number`.

    >>> [round_number(number) for number in (86_400, 3472, 1.3, -0.18)]
    [90000.0, 3000.0, 1.2, -0.2]
    >>> round_number(17.3, 1), round_number(1.1, -1)
    (20.0, 1.0)
    """
    if number == 0:
        return 0.0
    text, exponent = f"{abs(number):.15e}".split("e")
    mantissa = round(float(text), _NOISE_DIGITS - 1)
    allowed = [each for each in _ROUND if (each - mantissa) * toward >= 0]
    nearest = min(allowed, key=lambda each: (round(abs(mantissa - each), 9), -each))
    return math.copysign(float(f"{nearest}e{exponent}"), number)


def round_length(number: float) -> float | None:
    """The round number for a day, a month or a year that was typed in seconds.

    >>> round_length(86_400), round_length(90_000)
    (100000.0, None)
    """
    return _LENGTHS_S.get(number)


def said_number(number: float, toward: int = 0) -> float:
    """The number as one says it: two digits, and three where the first two are 1.0.

    Args:
        number: any.
        toward: 1 for the next such number away from zero, -1 for the one towards it, 0 for
            the nearest.

    >>> [said_number(number) for number in (14.9, 225, 5.55, 1.024, -86_400)]
    [15.0, 230.0, 5.6, 1.02, -86000.0]
    >>> said_number(17.3, 1), said_number(17.3, -1)
    (18.0, 17.0)
    """
    mantissa = float(f"{abs(number):e}".partition("e")[0]) if math.isfinite(number) else 0.0
    more = mantissa < _MORE_BELOW and number != 0
    return with_digits(number, _SAID_DIGITS + more, toward)


def said_result(number: float) -> float:
    """What comes out of numbers that were said: in full to three digits, else as one says it.

    >>> said_result(225.0), said_result(2214.0), said_result(15 * 1.1)
    (225.0, 2200.0, 16.5)
    """
    full = with_digits(number, _SAID_DIGITS + 1)
    return full if math.isclose(full, number, rel_tol=1e-9) else said_number(number)


def with_digits(number: float, digits: int, toward: int = 0) -> float:
    """So many significant digits of a number, halves away from zero.

    Its decimal digits count, not the binary ones: 5.55 is halfway although its float is below.
    Unchanged where rounding up would leave floating point.

    >>> with_digits(5.55, 2), with_digits(225, 2), with_digits(17.3, 2, toward=1)
    (5.6, 230.0, 18.0)
    """
    if number == 0 or not math.isfinite(number):
        return number
    mantissa, exponent = f"{abs(number):.{_NOISE_DIGITS - 1}e}".split("e")
    unit = 10 ** (_NOISE_DIGITS - digits)
    up = {-1: 0, 0: unit // 2, 1: unit - 1}[toward]
    kept = (int(mantissa.replace(".", "")) + up) // unit
    near = math.copysign(float(f"{kept}e{int(exponent) - digits + 1}"), number)
    return near if math.isfinite(near) else number


def round_share(share: float) -> float:
    """A share near 1 is made round at its complement.

    >>> round_share(0.9996), round_share(0.18)
    (0.9996, 0.2)
    """
    return 1 - round_number(1 - share) if _NEAR_ONE <= share < 1 else round_number(share)


def round_step(step: UnitStep) -> float:
    """The number of a step from unit to unit, made round."""
    return _STEPS.get(step.unit) or round_number(step.ratio)


def text_of(number: float, *, below: bool = False) -> str:
    """How a number is written; `below`: under the line, where a power of ten is said as one.

    >>> text_of(150e6), text_of(1e5), text_of(1e5, below=True)
    ('150M', '100k', '10^5')
    """
    size = abs(number)
    if is_power_of_ten(size) and (size >= _WRITTEN_MAX or (below and size >= _POWER_MIN)):
        return f"{'-' if number < 0 else ''}10^{round(math.log10(size))}"
    return scaled(number, _TEXT_DIGITS)


def in_full(number: float) -> str:
    """All digits of a number that was rounded before: `86,399`, `0.004`.

    >>> in_full(86_399.0), in_full(0.004), in_full(-1234.5)
    ('86,399', '0.004', '-1,234.5')
    """
    if number == 0 or _FULL_MIN <= abs(number) < _FULL_MAX:
        return f"{number:,.{_FULL_DIGITS}g}"
    return plain(number, _FULL_DIGITS)


def is_power_of_ten(number: float) -> bool:
    """Whether it is 1, 10, 0.01 and the like, but for floating point."""
    return f"{number:.14e}".startswith("1.00000000000000e")
