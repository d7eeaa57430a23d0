"""Quantities: a magnitude, certain or not, with its dimension and the units it is shown in."""

from __future__ import annotations

from sdcli.units import arithmetic
from sdcli.units.conventions import DEFAULT, Conventions
from sdcli.units.dimension import NUMBER, Dimension
from sdcli.units.display import DIGITS, show, shown_unit, summarise, usual_unit
from sdcli.units.errors import UnitError, missing_factor
from sdcli.units.product import UnitProduct, product
from sdcli.units.record import TYPE_CHECKING, Record
from sdcli.units.spread import Point, Samples
from sdcli.units.table import PERCENT, UNITS, Unit, noun_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sdcli.units.dimension import Exponent
    from sdcli.units.sampling import Sampling
    from sdcli.units.spread import Spread

COMPARES = "this compares {} with {}"
_CLOSE = 1e-9  # two values nearer than this share count as equal in a comparison
_EXPONENT_MAX = 100
_ROOT_MAX = 12  # x^(1/3) is a root; a finer fraction is taken for an accident


class Quantity(Record):
    """A magnitude with a dimension.

    Args:
        spread: the magnitude in base units: bits, seconds, dollars, ones.
        dimension: what it measures.
        preferred: the units that were typed, at most one for each base kind.
        asked: the unit that it was converted to; arithmetic forgets it.
        conventions: what a day, a month and a year were taken for.

    >>> from sdcli.units import quantity
    >>> print(quantity("150M user * 2 tweet/user/day").to("tweet/s"))
    3.472k tweet/s
    """

    uncompared = ("preferred", "asked", "conventions")

    spread: Spread
    dimension: Dimension = NUMBER
    preferred: tuple[Unit, ...] = ()
    asked: UnitProduct | None = None
    conventions: Conventions = DEFAULT

    @classmethod
    def of(cls, value: float, unit: str = "") -> Quantity:
        """A certain quantity: `Quantity.of(5, "MB")`; without a unit, a plain number.

        Raises:
            UnitError: the unit is not known.
        """
        from sdcli.units.parser import parse_unit

        return cls.counted(value, parse_unit(unit) if unit else UnitProduct(), DEFAULT)

    @classmethod
    def counted(cls, number: float, unit: UnitProduct, conventions: Conventions) -> Quantity:
        """So many of a unit, remembered as typed."""
        simple = tuple(part for factor, _ in unit.factors for part, _ in factor.simple)
        magnitude = arithmetic.multiply(Point(number), Point(unit.size(conventions)))
        return cls(magnitude, unit.dimension, _one_per_base(simple), None, conventions)

    @classmethod
    def one(cls, unit: Unit, conventions: Conventions = DEFAULT) -> Quantity:
        """One of a unit."""
        return cls.counted(1.0, UnitProduct(((unit, 1),)), conventions)

    @property
    def value(self) -> float:
        """The median, in base units."""
        return self.spread.median

    @property
    def low(self) -> float:
        """The 5 % quantile in base units; the value itself when it is certain."""
        return self.spread.bounds[0]

    @property
    def high(self) -> float:
        """The 95 % quantile in base units; the value itself when it is certain."""
        return self.spread.bounds[1]

    @property
    def is_range(self) -> bool:
        """Whether it is uncertain."""
        return not isinstance(self.spread, Point)

    @property
    def method(self) -> str:
        """How low, value and high came about: exact, closed-form, monte-carlo."""
        return self.spread.method

    @property
    def sampling(self) -> Sampling | None:
        """How many draws it rests on, by which engine; None unless by Monte Carlo."""
        return self.spread.sampling if isinstance(self.spread, Samples) else None

    @property
    def kind(self) -> str:
        """The kind of its dimension: `request / time`."""
        return self.dimension.kind

    @property
    def shown(self) -> UnitProduct:
        """The units that it is shown in: those asked for, else the most readable ones."""
        return shown_unit(self)

    @property
    def units_shown(self) -> tuple[Unit, ...]:
        """The simple units that its text names; the ends of a range may have units of their own.

        >>> from sdcli.units import quantity
        >>> [str(unit) for unit in quantity("2^30 B").units_shown]
        ['GB']
        """
        parts = [part for unit, _ in self.shown.factors for part, _ in unit.simple]
        if self.is_range:
            words = self.display().split()
            parts += [UNITS[word] for word in words if word in UNITS]
        return tuple(parts)

    @property
    def unit(self) -> str | None:
        """The unit that it is shown in, without k or M; None for a plain number."""
        return self.shown.text or None

    def display(self, digits: int = DIGITS) -> str:
        """The text for people, which reads back as the same within its rounding."""
        return show(self, digits)

    def summary(self, digits: int = DIGITS) -> str:
        """The same, with the median before low and high where it is a range."""
        return summarise(self, digits)

    def __str__(self) -> str:
        return self.display()

    def sampling_error(self) -> tuple[float, float, float] | None:
        """Standard errors of low, median and high, in base units; None unless by Monte Carlo.

        They say how far another seed may move each of the three, not how far it is uncertain.
        """
        if not isinstance(self.spread, Samples):
            return None
        low, median, high = self.spread.standard_errors
        return (low, median, high)

    def sampled(self) -> Quantity:
        """The same by draws, though a formula exists; itself when it is certain.

        >>> from sdcli.units import quantity
        >>> quantity("2 to 8 GB").sampled().method
        'monte-carlo'
        """
        magnitude = arithmetic.drawn(self.spread)
        return Quantity(magnitude, self.dimension, self.preferred, self.asked, self.conventions)

    def in_unit(self, unit: str) -> float:
        """The median counted in `unit`; in `""` for a plain number.

        Raises:
            UnitError: the unit is unknown or of another kind.
        """
        asked = self.shown_in(self._target(unit)).asked
        return self.value / (asked or UnitProduct()).size(self.conventions)

    def to(self, unit: str, *, nouns: Iterable[str] = ()) -> Quantity:
        """The same quantity, shown in `unit`.

        A bare `1/day` keeps the count noun: 12 request/s is so many request/day. Its own count
        nouns are known; `nouns` are others that the unit may name.

        Raises:
            UnitError: the unit is unknown or of another kind.
        """
        return self.shown_in(self._target(unit, nouns))

    def shown_in(self, target: UnitProduct) -> Quantity:
        """The same quantity, shown in a product of units.

        Raises:
            UnitError: the product is of another kind.
        """
        target = self._with_noun(target)
        if target.dimension != self.dimension:
            raise UnitError(
                f"this is not {target.dimension.kind}",
                given=f"{self.display()}\n{self.kind}",
                expected=f"{target.dimension.kind}, like {example(target.dimension)}",
                fix=missing_factor(self.dimension, target.dimension),
            )
        size = Point(target.size(self.conventions))
        for bound in (self.low, self.value, self.high):
            arithmetic.divide(Point(bound), size)  # what leaves floating point is refused
        simple = tuple(part for factor, _ in target.factors for part, _ in factor.simple)
        preferred = _one_per_base((*simple, *self.preferred))
        return Quantity(self.spread, self.dimension, preferred, target, self.conventions)

    def _target(self, unit: str, nouns: Iterable[str] = ()) -> UnitProduct:
        from sdcli.units.parser import parse_unit

        return parse_unit(unit, (*self.dimension.nouns, *nouns)) if unit else UnitProduct()

    def _with_noun(self, target: UnitProduct) -> UnitProduct:
        nouns = self.dimension.nouns
        if target.is_bare_rate and len(nouns) == 1:
            noun = noun_unit(nouns[0])
            if self.dimension == noun.dimension * target.dimension:
                return product([(noun, 1), *target.factors])
        return target

    def __add__(self, other: Quantity | float) -> Quantity:
        return self._sum(other, arithmetic.add, "this adds {} and {}", "+")

    def __sub__(self, other: Quantity | float) -> Quantity:
        return self._sum(other, arithmetic.subtract, "this takes {1} from {0}", "-")

    def __mul__(self, other: Quantity | float) -> Quantity:
        other = _quantity(other)
        result = self._made(
            arithmetic.multiply(self.spread, other.spread), self.dimension * other.dimension, other
        )
        return result.in_percent_like(self, other)  # availabilities in a row

    def __truediv__(self, other: Quantity | float) -> Quantity:
        other = _quantity(other)
        return self._made(
            arithmetic.divide(self.spread, other.spread), self.dimension / other.dimension, other
        )

    def __pow__(self, exponent: Quantity | float) -> Quantity:
        exponent = _quantity(exponent)
        if not exponent.dimension.is_number:
            raise UnitError(
                "an exponent must be a plain number",
                given=f"{exponent.display()}\n{exponent.kind}",
                expected="a number, like 2^10",
            )
        magnitude = arithmetic.raise_to(self.spread, exponent.spread)
        if self.dimension.is_number:
            result = Quantity(magnitude, conventions=self.conventions)
            times = exponent.value
            return result.in_percent_like(self) if times >= 1 and times == int(times) else result
        return self._made(magnitude, self.dimension ** self._exact(exponent), self)

    def _exact(self, exponent: Quantity) -> Exponent:
        """The exponent of a dimension: a whole number or a simple fraction."""
        value = exponent.value
        if not exponent.is_range and abs(value) <= _EXPONENT_MAX:
            if value.is_integer():
                return int(value)
            from fractions import Fraction

            nearest = Fraction(value).limit_denominator(_ROOT_MAX)
            if abs(float(nearest) - value) < _CLOSE:
                return nearest
        raise UnitError(
            f"{self.kind} cannot be raised to this power",
            given=exponent.display(),
            expected=f"a whole number up to {_EXPONENT_MAX} or a simple fraction",
        )

    def __neg__(self) -> Quantity:
        magnitude = arithmetic.scale(self.spread, -1.0)
        return Quantity(magnitude, self.dimension, self.preferred, None, self.conventions)

    def __radd__(self, other: float) -> Quantity:
        return _quantity(other) + self

    def __rsub__(self, other: float) -> Quantity:
        return _quantity(other) - self

    def __rmul__(self, other: float) -> Quantity:
        return _quantity(other) * self

    def __rtruediv__(self, other: float) -> Quantity:
        return _quantity(other) / self

    def __lt__(self, other: Quantity | float) -> bool:
        return self.compare(other) < 0

    def __le__(self, other: Quantity | float) -> bool:
        return self.compare(other) <= 0

    def __gt__(self, other: Quantity | float) -> bool:
        return self.compare(other) > 0

    def __ge__(self, other: Quantity | float) -> bool:
        return self.compare(other) >= 0

    def compare(self, other: Quantity | float) -> int:
        """-1, 0 or 1: how the medians compare; what rounding alone parts is equal.

        Raises:
            UnitError: the two are of different kinds.
        """
        other = _quantity(other)
        self.same_kind(other, COMPARES, "<")
        gap = self.value - other.value
        if abs(gap) <= _CLOSE * max(abs(self.value), abs(other.value)):
            return 0
        return 1 if gap > 0 else -1

    def same_kind(self, other: Quantity, what: str, sign: str) -> None:
        """Check that the two have one dimension.

        Args:
            other: the right side.
            what: how the error begins, with the kinds to be filled in: "this adds {} and {}".
            sign: what stands between the two, for the example.

        Raises:
            UnitError: they have not; it names both by value and kind.
        """
        if self.dimension == other.dimension:
            return
        left, right = self.display(), other.display()
        like = other if self.dimension.is_number else self
        like = Quantity(Point(like.value), like.dimension, like.preferred, like.asked)
        wide = max(len(left), len(right))
        fix = missing_factor(other.dimension, self.dimension, single=True)
        raise UnitError(
            what.format(self.kind, other.kind),
            given=f"{left:{wide}}  {self.kind}\n{right:{wide}}  {other.kind}",
            expected=f"one kind on both sides, like {like} {sign} {like}",
            fix=f"on the right side, {fix}" if fix else "",
        )

    def apply(
        self, function: Callable[[Spread], Spread], dimension: Dimension | None = None
    ) -> Quantity:
        """A function of the magnitude, with another dimension if one is given."""
        return self._made(
            function(self.spread), self.dimension if dimension is None else dimension, self
        )

    def in_percent_like(self, *operands: Quantity) -> Quantity:
        """The same, shown in percent where all that it was made of is.

        >>> from sdcli.units import quantity
        >>> print(quantity("99.9% * 99.9%"), quantity("10% * 20"))
        99.8001% 2
        """
        if not all(PERCENT in operand.preferred for operand in operands):
            return self
        return Quantity(self.spread, self.dimension, (PERCENT,), None, self.conventions)

    def _sum(
        self,
        other: Quantity | float,
        function: Callable[[Spread, Spread], Spread],
        what: str,
        sign: str,
    ) -> Quantity:
        other = _quantity(other)
        self.same_kind(other, what, sign)
        result = self._made(function(self.spread, other.spread), self.dimension, other)
        return result.in_percent_like(self, other)

    def _made(self, magnitude: Spread, dimension: Dimension, other: Quantity) -> Quantity:
        units = (unit for unit in (*self.preferred, *other.preferred) if unit is not PERCENT)
        return Quantity(magnitude, dimension, _one_per_base(units), None, self.conventions)


def _one_per_base(units: Iterable[Unit]) -> tuple[Unit, ...]:
    first: dict[str, Unit] = {}
    for unit in units:
        first.setdefault(unit.base, unit)
    return tuple(first.values())


def _quantity(other: Quantity | float) -> Quantity:
    return other if isinstance(other, Quantity) else Quantity(Point(float(other)))


def example(dimension: Dimension) -> str:
    """A quantity of this dimension, as one may type it: `5 MB/s`, `250 ms`."""
    if dimension.is_number:
        return "5"
    units = [(usual_unit(b, (UNITS["MB"],)), e) for b, e in dimension.exponents]
    return product(units).after("5")
