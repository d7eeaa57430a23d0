"""Display: the number and the unit that a person would say.

At most four significant digits, no trailing zeros, and a prefix or unit such that the number
stands between 1 and 1000: 999.95k is 1M, never 1000k. What is printed reads back as the same
quantity, within its rounding.
"""

from __future__ import annotations

import math

from sdcli.units.dimension import INFORMATION, TIME, Dimension
from sdcli.units.product import UnitProduct, product
from sdcli.units.record import TYPE_CHECKING
from sdcli.units.table import BYTE, DOLLAR, LADDERS, PERCENT, SECOND, UNITS, Unit

if TYPE_CHECKING:
    from sdcli.units.conventions import Conventions
    from sdcli.units.dimension import Exponent
    from sdcli.units.quantity import Quantity

    Factors = list[tuple[Unit, Exponent]]

DIGITS = 4
_THOUSANDS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_PLAIN_MIN, _PLAIN_MAX = 1e-3, 1e6  # outside, and past the prefixes: 1.5e-6
_PREFIX_MAX = 1e15
_SLOW = 0.1  # a rate below this is shown per minute, hour, day or year
_SLOWER = ("s", "min", "hour", "day", "year")


def show(quantity: Quantity, digits: int = DIGITS) -> str:
    """The quantity as text: `38.58 link/s`, `100M to 200M link/month`, `$150k/day`."""
    unit = shown_unit(quantity, digits)
    numbers = [number_in(value, quantity, unit, digits) for value in _ends(quantity)]
    if len(numbers) == 1:
        return unit.after(numbers[0])
    low, high = numbers
    if unit.text.startswith(("$", "%")) and not unit.has_powers:
        per = unit.text.removeprefix("$").removeprefix("%")
        first = UnitProduct(unit.factors[:1])
        return f"{first.after(low)} to {first.after(high)}{per}"
    return unit.after(f"{low} to {high}")


def summarise(quantity: Quantity, digits: int = DIGITS) -> str:
    """A result for reading: the median first where there is a range.

    `141.4 link/s (100 to 200)`: half the time below 141.4, nine times in ten within.
    """
    if not quantity.is_range:
        return show(quantity, digits)
    unit = shown_unit(quantity, digits)
    low, high = (number_in(value, quantity, unit, digits) for value in _ends(quantity))
    return f"{unit.after(number_in(quantity.value, quantity, unit, digits))} ({low} to {high})"


def number_in(value: float, quantity: Quantity, unit: UnitProduct, digits: int = DIGITS) -> str:
    """A value in base units as the number that stands before `unit`."""
    number = value / unit.size(quantity.conventions)
    if unit.text == "%":
        return _percent(number, digits)
    if not unit.takes_prefix:
        return plain(number, digits)
    return scaled(number, digits, money=unit.text.startswith("$"))


def rounded(number: float, digits: int = DIGITS) -> float:
    """The number with that many significant digits.

    >>> rounded(999.95), rounded(0.0123456)
    (1000.0, 0.01235)
    """
    return float(f"{number:.{digits - 1}e}")


def scaled(number: float, digits: int = DIGITS, *, money: bool = False) -> str:
    """The number with k, M, G or T; money says B for 10^9, which nobody takes for bytes.

    >>> scaled(999_950), scaled(1234567), scaled(12.5), scaled(6e9, money=True)
    ('1M', '1.235M', '12.5', '6B')
    """
    number = rounded(number, digits)
    if abs(number) >= _PREFIX_MAX:
        return _scientific(number, digits)
    for size, letter in _THOUSANDS:
        if abs(number) >= size:
            return _decimal(number / size, digits) + ("B" if money and letter == "G" else letter)
    return plain(number, digits)


def plain(number: float, digits: int = DIGITS) -> str:
    """The number without a prefix, in powers of ten where it is very large or very small.

    >>> plain(54753.2), plain(0.5), plain(1.5e-6), plain(2_500_000)
    ('54750', '0.5', '1.5e-6', '2.5e6')
    """
    number = rounded(number, digits)
    if number == 0:
        return "0"
    if _PLAIN_MIN <= abs(number) < _PLAIN_MAX:
        return _decimal(number, digits)
    return _scientific(number, digits)


def _decimal(number: float, digits: int) -> str:
    magnitude = math.floor(math.log10(abs(number))) if number else 0
    text = f"{number:.{max(0, digits - 1 - magnitude)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _scientific(number: float, digits: int) -> str:
    mantissa, exponent = f"{number:.{digits - 1}e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}"


def _percent(number: float, digits: int) -> str:
    """Percent; near 100 the digits count from the complement, so that 99.9999 stays what it is."""
    near = 100 - number
    if 0 < near < 1:
        decimals = digits - 1 - math.floor(math.log10(near))
        return f"{number:.{min(decimals, 13)}f}".rstrip("0").rstrip(".")
    return plain(number, digits)


def _ends(quantity: Quantity) -> tuple[float, ...]:
    return (quantity.low, quantity.high) if quantity.is_range else (quantity.value,)


def shown_unit(quantity: Quantity, digits: int = DIGITS) -> UnitProduct:
    """The unit that was asked for, or else the one that gives the most readable number."""
    if quantity.asked is not None:
        return quantity.asked
    conventions = quantity.conventions
    dimension = quantity.dimension
    if dimension.is_number:
        return UnitProduct(((PERCENT, 1),)) if PERCENT in quantity.preferred else UnitProduct()
    units: Factors = [
        (_preferred(base, quantity.preferred), exponent) for base, exponent in dimension.exponents
    ]
    value = quantity.value or max(abs(quantity.low), abs(quantity.high))
    if dimension.exponent(TIME) == -1:
        units = _readable_rate(units, value, conventions)
    steps = INFORMATION if dimension.exponent(INFORMATION) == 1 else ""
    if [base for base, exponent in dimension.exponents if exponent > 0] == [TIME]:
        steps = TIME if dimension.exponent(TIME) == 1 else ""
    if not steps:
        return product(units)
    place = next(i for i, (unit, _) in enumerate(units) if unit.base == steps)
    if steps == TIME and 1 <= _in(units, value, conventions, digits) < 1000:  # noqa: PLR2004
        return product(units)  # 90 s as typed, not 1.5 min
    for unit, limit in _ladder(units[place][0], conventions):
        units[place] = (unit, 1)
        if _in(units, value, conventions, digits) < limit:
            break
    return product(units)


def _preferred(base: str, preferred: tuple[Unit, ...]) -> Unit:
    """The unit that was typed for this base kind, else the usual one."""
    usual = {INFORMATION: BYTE, TIME: SECOND, "money": DOLLAR}
    typed = next((unit for unit in preferred if unit.base == base), None)
    if base == "money":
        return DOLLAR
    return typed or usual.get(base) or Unit(base, Dimension.of(base))


def _in(
    units: Factors,
    value: float,
    conventions: Conventions,
    digits: int = DIGITS,
) -> float:
    """The size of the rounded value in these units."""
    return abs(rounded(value / product(units).size(conventions), digits))


def _readable_rate(units: Factors, value: float, conventions: Conventions) -> Factors:
    """Per second rather than per millisecond, and slow rates per day rather than per second."""
    place = next(i for i, (unit, _) in enumerate(units) if unit.base == TIME)
    if units[place][0].prefixed:
        units[place] = (SECOND, -1)
    if any(unit.base == INFORMATION for unit, _ in units):
        return units
    if not 0 < _in(units, value, conventions) < _SLOW:
        return units
    for unit in (UNITS[name] for name in _SLOWER):
        slower = [*units]
        slower[place] = (unit, -1)
        if _in(slower, value, conventions) >= 1:
            return slower
    return units


def _ladder(typed: Unit, conventions: Conventions) -> list[tuple[Unit, float]]:
    """The units that may be shown instead, each with the number at which the next one begins."""
    steps = LADDERS.get(typed.ladder) or (LADDERS["time"] if typed.base == TIME else [typed])
    sizes = [unit.size(conventions) for unit in steps]
    limits = [sizes[place] / sizes[place - 1] for place in range(1, len(sizes))]
    return list(zip(steps, [*limits, math.inf], strict=True))
