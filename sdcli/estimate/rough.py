"""Rough numbers: the parts of a sum done by head, and how they are written in its line."""

from __future__ import annotations

from sdcli.estimate.round_numbers import in_full, is_power_of_ten, text_of, with_digits
from sdcli.units.display import scaled
from sdcli.units.record import TYPE_CHECKING, Record

if TYPE_CHECKING:
    from sdcli.estimate.unit_steps import Units
    from sdcli.units.dimension import Exponent
    from sdcli.units.table import Unit

FULL_DIGITS = 12  # what stands beyond is the noise of floating point
LOST = 0.3  # a difference or a power that round numbers move further keeps its digits
_FULL_MAX = 1e6  # below it a number is written out: 86,400
_SMALL = 0.01  # a pure power of ten below it divides instead
_BASE_DIGITS = 2


class Rough(Record):
    """A part by head.

    Args:
        number: its bare number.
        units: the units that the number is counted in, without prefixes.
        text: how it is written, where that takes more than the number.
        is_sum: whether it needs brackets beside a factor.
        is_plain: whether it is a single number, with nothing to work out.
    """

    number: float
    units: Units
    text: str = ""
    is_sum: bool = False
    is_plain: bool = True

    def written(self, *, below: bool = False) -> str:
        """Its text; `below`: under the line, where a power of ten is said as one."""
        return self.text or text_of(self.number, below=below)


def bracketed(rough: Rough, *, below: bool = False) -> str:
    """Its text beside a sign: a sum and what is negative stand in brackets."""
    text = rough.written(below=below)
    return f"({text})" if rough.is_sum or text.startswith("-") else text


def may_leave_out(parts: list[tuple[bool, Rough]], place: int) -> bool:
    """Whether a 1 may stay unsaid: not before a stroke, nor before a step between units."""
    return place > 0 or (len(parts) > 1 and not parts[1][0] and bool(parts[1][1].units))


def turned(below: bool, part: Rough) -> tuple[bool, Rough]:
    """A pure power of ten below a hundredth changes sides: x 10^-4 is / 10^4."""
    small = not part.text and 0 < part.number < _SMALL and is_power_of_ten(part.number)
    return (not below, Rough(1 / part.number, part.units)) if small else (below, part)


def near_enough(base: Rough, exact: float, exponent: float) -> Rough:
    """The base of a power, with more digits where rounding it would make another power."""
    first = _BASE_DIGITS
    if base.number == 1 != exact:
        first += 1  # 1.05^5, which is neither 1^5 nor 1.1^5
        base = Rough(with_digits(exact, first), base.units)
    for digits in range(first, FULL_DIGITS + 1):
        if abs((base.number / exact) ** exponent - 1) <= LOST:
            break
        base = Rough(with_digits(exact, digits), base.units)
    return Rough(base.number, base.units, full(base.number))


def full(number: float) -> str:
    """All digits of a number: `86,399`, `1.24G`."""
    near = with_digits(number, FULL_DIGITS)
    return scaled(near, FULL_DIGITS) if abs(near) >= _FULL_MAX else in_full(near)


def collapsed(units: Units) -> Units:
    """One unit for each base kind, the first that occurs."""
    totals: dict[str, tuple[Unit, Exponent]] = {}
    for unit, exponent in units:
        first, before = totals.get(unit.base, (unit, 0))
        totals[unit.base] = (first, before + exponent)
    return [(unit, exponent) for unit, exponent in totals.values() if exponent]


def times(exponent: Exponent, power: float) -> Exponent:
    """The exponent of a unit under a power, as a fraction where it is one."""
    if power.is_integer():
        return exponent * int(power)
    from fractions import Fraction

    return exponent * Fraction(power).limit_denominator(12)
