"""Powers of two, and how far they lie above the powers of ten whose prefix they are called by.

2^10 is 1,024 and called a thousand, 2^30 B is one GiB and 1.074 GB: each step of ten bits adds
2.4 % to the gap, and at 2^40 it is 10 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from sdcli.estimate.calculator import calculator
from sdcli.estimate.kinds import INFORMATION_KIND, NUMBER, SHARE, WHOLE, share
from sdcli.estimate.signature import output
from sdcli.units import Quantity
from sdcli.units.display import DIGITS
from sdcli.units.spread import Point

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.units.conventions import Conventions

EXPONENT_MAX = 128
_BYTES_MAX = 69  # 2^70 B is 1024 EiB, for which there is no prefix here
_BITS_OF_THOUSAND = 10
_LETTERS = {5: "P", 6: "E"}  # peta and exa, by powers of a thousand


class WholeNumber(Quantity):
    """A whole number that is shown to its last digit."""

    whole: int = 0

    def display(self, digits: int = DIGITS) -> str:  # noqa: ARG002 - all of them
        """All digits, in groups of three."""
        return f"{self.whole:,}"

    def summary(self, digits: int = DIGITS) -> str:
        """The same."""
        return self.display(digits)


@dataclass(frozen=True)
class Power:
    """A power of two.

    Attributes:
        exact: all its digits.
        near: the power of ten that it is called by, times what is left: 1M for 2^20, 64k for 2^16.
        over: how much more it is than that.
        binary_bytes: that many bytes, by the prefix for powers of two.
        decimal_bytes: the same, by the prefix for powers of ten.
    """

    exact: Annotated[Quantity, NUMBER] = output("2^exponent")
    near: Annotated[Quantity, NUMBER] = output()
    over: Annotated[Quantity, SHARE.within(0)] = output("exact ÷ near - 1")
    binary_bytes: Annotated[Quantity | None, INFORMATION_KIND] = output("exact × 1 B")
    decimal_bytes: Annotated[Quantity | None, INFORMATION_KIND] = output("exact × 1 B")


@calculator(
    title="Power of two",
    formula="2ⁿ ≈ 2^(n mod 10) × 10^(3 ⌊n ÷ 10⌋), less by 1.024^⌊n ÷ 10⌋",
    source="IEC 80000-13:2008 (Ki, Mi, Gi)",
)
def powers(*, exponent: Annotated[Quantity, WHOLE.within(0, EXPONENT_MAX).like("30")]) -> Power:
    """A power of two to its last digit, and the round number that it is called by.

    Args:
        exponent: n, in 2^n.

    Returns:
        2^n, the power of ten it is near, and both as bytes.

    Raises:
        UnitError: the exponent is no whole number from 0 to 128.

    >>> power = powers(exponent=Quantity.of(30))
    >>> print(power.exact, power.near, power.over, power.binary_bytes, power.decimal_bytes)
    1,073,741,824 1G 7.374% 1 GiB 1.074 GB
    """
    n = int(exponent.value)
    thousands, rest = divmod(n, _BITS_OF_THOUSAND)
    has_bytes = n <= _BYTES_MAX
    return Power(
        WholeNumber(Point(float(2**n)), conventions=exponent.conventions, whole=2**n),
        Quantity(Point(float(2**rest * 1000**thousands)), conventions=exponent.conventions),
        share(Point(1.024**thousands - 1.0), exponent.conventions),
        _bytes(n, "KiB", exponent.conventions) if has_bytes else None,
        _bytes(n, "KB", exponent.conventions) if has_bytes else None,
    )


def rows(exponents: Iterable[int] = range(10, 70, 10)) -> tuple[tuple[int, Power], ...]:
    """The table that people know by heart: exponents, each with its power.

    >>> [f"{n}: {power.near}" for n, power in rows()][:4]
    ['10: 1k', '20: 1M', '30: 1G', '40: 1T']
    """
    return tuple((n, powers(exponent=Quantity.of(n))) for n in exponents)


def called(exponent: int) -> str:
    """The round number that 2^exponent is called by; also where the language has no letter.

    >>> called(16), called(50), called(63), called(70)
    ('64k', '1P', '8E', '1e21')
    """
    thousands, rest = divmod(exponent, _BITS_OF_THOUSAND)
    if thousands in _LETTERS:
        return f"{2**rest}{_LETTERS[thousands]}"
    return powers(exponent=Quantity.of(exponent)).near.display()


def _bytes(exponent: int, prefix: str, conventions: Conventions) -> Quantity:
    """2^n bytes, in the row of units to which the prefix belongs."""
    from sdcli.units.parser import parse_unit

    unit = parse_unit(prefix)
    number = 2.0**exponent / (unit.size(conventions) / parse_unit("B").size(conventions))
    return Quantity.counted(number, unit, conventions)
