"""Display: the number and the unit that a person would say.

At most four significant digits, no trailing zeros, and a prefix or unit such that the number
stands between 1 and 1000: 999.95k is 1M, never 1000k. What is printed reads back as the same
quantity, within its rounding.
"""

from __future__ import annotations

import math

from sdcli.units.dimension import INFORMATION, PHYSICAL_KINDS, TIME, Dimension
from sdcli.units.product import UnitProduct, product
from sdcli.units.record import TYPE_CHECKING
from sdcli.units.table import BYTE, DOLLAR, LADDERS, PERCENT, SECOND, UNITS, Unit, noun_unit

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
_FAR_MIN, _FAR_MAX = 0.1, 1e4  # an end of a range outside these gets a unit of its own
_NEAR_ONE = 0.99
_DIGITS_MAX = 7  # to which the ends of a narrow range are told apart


def show(quantity: Quantity, digits: int = DIGITS) -> str:
    """The quantity as text: `38.58 link/s`, `100M to 200M link/month`, `$150k/day`."""
    unit = shown_unit(quantity, digits)
    if not quantity.is_range:
        return unit.after(number_in(quantity.value, quantity, unit, digits))
    if far := _far_ends(quantity, unit, digits):
        return far
    low, high = _ends(quantity, unit, digits)
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
    ends = _far_ends(quantity, unit, digits) or " to ".join(_ends(quantity, unit, digits))
    return f"{unit.after(number_in(quantity.value, quantity, unit, digits))} ({ends})"


def number_in(value: float, quantity: Quantity, unit: UnitProduct, digits: int = DIGITS) -> str:
    """A value in base units as the number that stands before `unit`."""
    number = value / unit.size(quantity.conventions)
    if unit.text == "%":
        return _percent(value, digits)
    if not unit.takes_prefix:
        return plain(number, digits)
    return scaled(number, digits, money=unit.text.startswith("$"))


def rounded(number: float, digits: int = DIGITS) -> float:
    """The number with that many significant digits.

    >>> rounded(999.95), rounded(0.0123456)
    (1000.0, 0.01235)
    """
    near = float(f"{number:.{digits - 1}e}")
    return near if math.isfinite(near) else number  # 1.7976e308 has no larger neighbour


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
    mantissa, sign, exponent = f"{number:.{digits - 1}e}".partition("e")
    if not sign:
        return mantissa  # inf
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}"


def _percent(share: float, digits: int) -> str:
    """Percent without its sign; near 100 the digits count from the complement."""
    if not _NEAR_ONE < share < 1:
        return plain(share * 100, digits)
    from sdcli.units.availability import missing, shown

    return shown(missing(share), digits).removesuffix("%")


def _ends(quantity: Quantity, unit: UnitProduct, digits: int) -> tuple[str, str]:
    """Low and high of a range before one unit, with more digits where they would look alike."""
    for more in range(digits, max(digits, _DIGITS_MAX) + 1):
        low, high = (number_in(v, quantity, unit, more) for v in (quantity.low, quantity.high))
        if low != high:
            break
    return low, high


def _far_ends(quantity: Quantity, unit: UnitProduct, digits: int) -> str:
    """`1 B to 1 TB`: ends that no unit suits both, each in its own; else empty.

    Only where the unit is a single one: `1 B/s to 1 TB/s` would be a conversion.
    """
    if quantity.asked is not None or len(unit.factors) != 1 or unit.factors[0][1] != 1:
        return ""
    ends = (quantity.low, quantity.high)
    size = unit.size(quantity.conventions)
    if all(end == 0 or _FAR_MIN <= abs(end) / size < _FAR_MAX for end in ends):
        return ""
    units = [_readable(end, quantity, digits) for end in ends]
    if units[0] == units[1]:
        return ""
    texts = (u.after(number_in(v, quantity, u, digits)) for u, v in zip(units, ends, strict=True))
    return " to ".join(texts)


def shown_unit(quantity: Quantity, digits: int = DIGITS) -> UnitProduct:
    """The unit that was asked for, or else the one that gives the most readable number."""
    if quantity.asked is not None:
        return quantity.asked
    value = quantity.value or max(abs(quantity.low), abs(quantity.high))
    return _readable(value, quantity, digits)


def _readable(value: float, quantity: Quantity, digits: int) -> UnitProduct:
    """The unit in which a value of this quantity's kind stands between 1 and 1000, if one does."""
    conventions = quantity.conventions
    dimension = quantity.dimension
    if dimension.is_number:
        return UnitProduct(((PERCENT, 1),)) if PERCENT in quantity.preferred else UnitProduct()
    units: Factors = [
        (usual_unit(base, quantity.preferred), exponent) for base, exponent in dimension.exponents
    ]
    if not PHYSICAL_KINDS.isdisjoint(base for base, _ in dimension.exponents):
        return product(_named(dimension, quantity.preferred) or units)
    if value == 0:
        return product(units)
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
        exact = abs(value / product(units).size(conventions))  # 1024 MiB rounds to 1000 MiB
        if max(exact, _in(units, value, conventions, digits)) < limit:
            break
    return product(units)


def usual_unit(base: str, preferred: tuple[Unit, ...] = ()) -> Unit:
    """The unit that was typed for this base kind, else the usual one: byte, second, dollar."""
    usual = {INFORMATION: BYTE, TIME: SECOND, "money": DOLLAR}
    typed = next((unit for unit in preferred if unit.base == base), None)
    if base == "money":
        return DOLLAR
    if typed is None and base in PHYSICAL_KINDS:
        from sdcli.units.physical import base_unit

        return base_unit(base)
    return typed or usual.get(base) or noun_unit(base)


def _named(dimension: Dimension, preferred: tuple[Unit, ...]) -> Factors:
    """The units with joule, watt and the like in the place of what they are made of.

    Empty where base units were typed and no such name: 5 ampere/s is not 5 coulomb/s^2.
    """
    if all(unit.dimension == Dimension.of(unit.base) for unit in preferred if unit is not PERCENT):
        return []
    from sdcli.units.physical import named

    compound = named(dimension, preferred)
    if compound is None:
        return []
    left = (dimension / compound.dimension).exponents
    return [(compound, 1), *((usual_unit(base, preferred), power) for base, power in left)]


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
    least = [  # what the ladder of bytes cannot make larger
        (LADDERS[u.ladder][0] if u.base == INFORMATION and u.ladder and e == 1 else u, e)
        for u, e in units
    ]
    if not 0 < _in(least, value, conventions) < _SLOW:
        return units
    for unit in (UNITS[name] for name in _SLOWER):
        least[place] = (unit, -1)
        if _in(least, value, conventions) >= 1:
            return [*units[:place], (unit, -1), *units[place + 1 :]]
    return units


def _ladder(typed: Unit, conventions: Conventions) -> list[tuple[Unit, float]]:
    """The units that may be shown instead, each with the number at which the next one begins."""
    steps = LADDERS.get(typed.ladder) or (LADDERS["time"] if typed.base == TIME else [typed])
    sizes = [unit.size(conventions) for unit in steps]
    # rounded, since a millisecond is 1000.0000000000001 microseconds in floating point
    limits = [rounded(sizes[at] / sizes[at - 1], 9) for at in range(1, len(sizes))]
    return list(zip(steps, [*limits, math.inf], strict=True))
