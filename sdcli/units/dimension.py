"""Dimensions: what kind of thing a quantity measures, as a vector of exponents.

The base kinds are `information`, `time`, `money` and those of physics, and every count noun is
one of its own: a request is not a user, and neither is a plain number. pint and most
calculators take bits and requests for plain numbers, so that `1 GB + 1` gives a result; here
it is an error.
"""

from __future__ import annotations

from sdcli.units.record import TYPE_CHECKING, Record

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

    Exponent = int | Fraction

INFORMATION = "information"
TIME = "time"
MONEY = "money"
LENGTH, MASS, TEMPERATURE = "length", "mass", "temperature"
CURRENT, SUBSTANCE, LUMINOSITY = "current", "substance", "luminosity"
PHYSICAL_KINDS = frozenset((LENGTH, MASS, TEMPERATURE, CURRENT, SUBSTANCE, LUMINOSITY))
BASE_KINDS = frozenset((INFORMATION, MONEY, TIME)) | PHYSICAL_KINDS

_FIRST = {INFORMATION: 0, MONEY: 1, TIME: 3}  # the rest, by alphabet, stands between


def _place(base: str) -> tuple[int, str]:
    return (_FIRST.get(base, 2), base)


class Dimension(Record):
    """Exponents of base kinds, in a fixed order, none of them zero.

    >>> (Dimension.of("request") / Dimension.of("time")).kind
    'request / time'
    >>> (Dimension.of("time") ** 0).kind
    'number'
    """

    exponents: tuple[tuple[str, Exponent], ...] = ()

    @classmethod
    def of(cls, base: str, exponent: Exponent = 1) -> Dimension:
        """The dimension of one base kind or count noun."""
        return cls.collect([(base, exponent)])

    @classmethod
    def collect(cls, parts: Iterable[tuple[str, Exponent]]) -> Dimension:
        """The product of the parts; what cancels is gone."""
        total: dict[str, Exponent] = {}
        for base, exponent in parts:
            total[base] = total.get(base, 0) + exponent
        return cls(
            tuple((base, _plain(total[base])) for base in sorted(total, key=_place) if total[base])
        )

    def exponent(self, base: str) -> Exponent:
        """The exponent of `base`, 0 when it does not occur."""
        return dict(self.exponents).get(base, 0)

    @property
    def is_number(self) -> bool:
        """Whether it is a plain number, without any kind."""
        return not self.exponents

    @property
    def is_count(self) -> bool:
        """Whether it is a plain number, or so many of one counted thing."""
        return self.is_number or self.exponents == tuple((noun, 1) for noun in self.nouns[:1])

    @property
    def is_rate(self) -> bool:
        """Whether it is a count per time: of one counted thing, or of none that is named.

        >>> (Dimension.of("request") / Dimension.of("time")).is_rate, Dimension.of("time").is_rate
        (True, False)
        """
        return (self * Dimension.of(TIME)).is_count

    @property
    def nouns(self) -> tuple[str, ...]:
        """The count nouns in it."""
        return tuple(base for base, _ in self.exponents if base not in BASE_KINDS)

    @property
    def kind(self) -> str:
        """The kind in words: `request / time`, `information`, `number`."""
        above = [_power(base, e) for base, e in self.exponents if e > 0]
        below = [_power(base, -e) for base, e in self.exponents if e < 0]
        if not above and not below:
            return "number"
        return " / ".join([" × ".join(above) or "1", *below])

    def __mul__(self, other: Dimension) -> Dimension:
        return Dimension.collect([*self.exponents, *other.exponents])

    def __truediv__(self, other: Dimension) -> Dimension:
        return self * other**-1

    def __pow__(self, exponent: Exponent) -> Dimension:
        return Dimension.collect([(base, e * exponent) for base, e in self.exponents])

    def __str__(self) -> str:
        return self.kind


def _plain(exponent: Exponent) -> Exponent:
    """An int where the fraction is whole, so that equal exponents look alike."""
    return exponent.numerator if exponent.denominator == 1 else exponent


def _power(base: str, exponent: Exponent) -> str:
    if exponent == 1:
        return base
    return f"{base}^{exponent}" if exponent.denominator == 1 else f"{base}^({exponent})"


NUMBER = Dimension()
