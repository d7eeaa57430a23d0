"""Unit steps: the numbers that a sum takes when its units do not meet.

`100M link/month` becomes links per second by `÷ 2.592M s/month`, and 15 MB/s become bits by
8 bit/B. These are the factors that people forget, so they are shown wherever a sum is worked
out for people. A prefix is no step: that 1 MB is 1000 KB goes without saying.
"""

from __future__ import annotations

from sdcli.units.dimension import INFORMATION, MONEY, TIME
from sdcli.units.record import TYPE_CHECKING, Record
from sdcli.units.table import BYTE, DOLLAR, SECOND, UNITS, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.units.conventions import Conventions
    from sdcli.units.dimension import Exponent
    from sdcli.units.product import UnitProduct

    Units = list[tuple[Unit, Exponent]]

_BIT = UNITS["bit"]
_BINARY_STEP = 10  # 2^10, 2^20, ...: said like 10^3, 10^6, ...


class UnitStep(Record):
    """A number that turns one unit into another.

    Args:
        divides: whether the sum is divided by it.
        ratio: how many of the small unit make a large one.
        small: the small unit: s.
        large: the large unit: month.
    """

    divides: bool
    ratio: float
    small: Unit
    large: Unit

    @property
    def unit(self) -> str:
        """What the number counts: `s/month`."""
        return f"{self.small}/{self.large}"


def unit_steps(
    have: Iterable[tuple[Unit, Exponent]],
    want: Iterable[tuple[Unit, Exponent]],
    conventions: Conventions,
) -> list[UnitStep]:
    """The steps from the units that a product has to those that it is wanted in.

    Args:
        have: the units of all factors, without prefixes (`unprefixed`).
        want: the units of the result, without prefixes.
        conventions: day, month and year.

    >>> from sdcli.units.conventions import DEFAULT
    >>> month, second = UNITS["month"], UNITS["s"]
    >>> [(s.divides, s.ratio, s.unit) for s in unit_steps([(month, -1)], [(second, -1)], DEFAULT)]
    [(True, 2592000.0, 's/month')]
    """
    left: dict[Unit, Exponent] = {}
    for units, sign in ((have, 1), (want, -1)):
        for unit, exponent in units:
            left[unit] = left.get(unit, 0) + exponent * sign
    found = []
    for one in [unit for unit, exponent in left.items() if exponent > 0]:
        for other in [unit for unit, exponent in left.items() if exponent < 0]:
            times = min(left[one], -left[other])
            if one.base == other.base and times > 0:
                left[one] -= times
                left[other] += times
                found += _steps(one, other, times, conventions)
    return found


def _steps(one: Unit, other: Unit, times: Exponent, conventions: Conventions) -> list[UnitStep]:
    """The steps from one unit to the other, as often as it stands there."""
    sizes = one.size(conventions), other.size(conventions)
    ratio = max(sizes) / min(sizes)  # not 1 / ratio: 100,000 must stay whole
    small, large = (other, one) if sizes[0] >= sizes[1] else (one, other)
    if times != int(times):  # under a root
        return [UnitStep(small is one, ratio ** float(times), small, large)]
    return [UnitStep(small is one, ratio, small, large)] * int(times)


def unprefixed(unit: UnitProduct) -> Units:
    """The simple units of a product, each without its prefix; a hertz is one per second."""
    return [
        (bare(part)[0], inner * exponent)
        for factor, exponent in unit.factors
        for part, inner in parts_of(factor)
    ]


def parts_of(unit: Unit) -> tuple[tuple[Unit, Exponent], ...]:
    """What a compound unit is made of; a simple one is its own part."""
    return unit.parts or ((unit, 1),)


def bare(unit: Unit) -> tuple[Unit, float]:
    """The unit without its prefix, and the prefix; that of KiB is taken for 1000.

    >>> [(unit.symbol, prefix) for unit, prefix in (bare(UNITS["MiB"]), bare(UNITS["ms"]))]
    [('B', 1000000.0), ('s', 0.001)]
    """
    if unit.base == INFORMATION:
        plain = _BIT if unit.ladder.startswith("bit") else BYTE
        if "binary" not in unit.ladder:
            return plain, unit.scale / plain.scale
        binary = round(unit.scale / plain.scale).bit_length() - 1
        return plain, 1000.0 ** (binary // _BINARY_STEP)
    if unit.base == TIME and unit.prefixed:
        return SECOND, unit.scale
    if unit.base == MONEY:
        return DOLLAR, unit.scale
    if unit.dimension.is_number:
        return unit, unit.scale
    return unit, 1.0
