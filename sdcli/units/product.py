"""Products of units: what stands after a number, `tweet/user/day`, and in a conversion."""

from __future__ import annotations

from sdcli.units.dimension import MONEY, NUMBER, TIME, Dimension
from sdcli.units.record import TYPE_CHECKING, Record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.units.conventions import Conventions
    from sdcli.units.dimension import Exponent
    from sdcli.units.table import Unit


class UnitProduct(Record):
    """Units with exponents, in the order in which they are written."""

    factors: tuple[tuple[Unit, Exponent], ...] = ()

    @property
    def dimension(self) -> Dimension:
        """The dimension of the whole."""
        whole = NUMBER
        for unit, exponent in self.factors:
            whole *= unit.dimension**exponent
        return whole

    def size(self, conventions: Conventions) -> float:
        """How many base units one of it is."""
        size = 1.0
        for unit, exponent in self.factors:
            size *= unit.size(conventions) ** float(exponent)
        return size

    @property
    def is_bare_rate(self) -> bool:
        """Whether it is one over a time and nothing else: `1/day`."""
        return self.dimension == Dimension.of(TIME, -1)

    @property
    def takes_prefix(self) -> bool:
        """Whether a number before it may say k, M, G, T: not when the unit has a prefix itself."""
        return not any(unit.prefixed and exponent > 0 for unit, exponent in self.factors)

    @property
    def has_powers(self) -> bool:
        """Whether a unit stands in it to a power, as in `s^2`."""
        return any(exponent not in (1, -1) for _, exponent in self.factors)

    @property
    def text(self) -> str:
        """As it is read back: `tweet/user/day`, `1/s`, `$/GB`; empty for a plain number."""
        above = [_power(unit.symbol, e) for unit, e in self.factors if e > 0]
        below = [_power(unit.symbol, -e) for unit, e in self.factors if e < 0]
        return "/".join(["*".join(above) or "1", *below]) if self.factors else ""

    def after(self, number: str) -> str:
        """The number with this unit.

        >>> from sdcli.units.table import DOLLAR, SECOND
        >>> UnitProduct(((SECOND, -1),)).after("3"), UnitProduct(((DOLLAR, 1),)).after("3k")
        ('3/s', '$3k')
        """
        text = self.text
        if self.has_powers:
            return f"{number} * {text}"  # 2 s^2 would have two readings
        if text.startswith("$"):
            sign = "-" if number.startswith("-") else ""
            return f"{sign}${number.removeprefix('-')}{text[1:]}"
        if text.startswith("1/") or text == "%":
            return number + text.removeprefix("1")
        return f"{number} {text}" if text else number


def product(factors: Iterable[tuple[Unit, Exponent]]) -> UnitProduct:
    """The product in the order in which it is printed: money, the rest, time last.

    Everything above the line goes before what is below it.
    """

    def place(factor: tuple[Unit, Exponent]) -> tuple[bool, bool, bool]:
        unit, exponent = factor
        return (exponent < 0, unit.base != MONEY, unit.base == TIME)

    return UnitProduct(tuple(sorted(factors, key=place)))


def _power(symbol: str, exponent: Exponent) -> str:
    if exponent == 1:
        return symbol
    return f"{symbol}^{exponent}" if exponent.denominator == 1 else f"{symbol}^({exponent})"
