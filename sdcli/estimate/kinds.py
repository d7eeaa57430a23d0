"""Kinds: what a calculator asks for and gives, in the words in which its errors speak.

A kind says which dimensions it takes, how one is typed, and what a plain number means: `--users
150M` is 150M user. A parameter names its kind in its annotation, so that the command line, its
help and the checks follow from the signature:

    def traffic(users: Annotated[Quantity, COUNT.meaning("user")], ...)

A kind may also say for what its amounts are: `RATE.per("server")` is a rate for each server,
whether "/server" was typed or not; `SIZE.each("rate")` is a size for each thing that the parameter
`rate` counts (counted.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from sdcli.units import Quantity, UnitError, parse
from sdcli.units.conventions import DEFAULT
from sdcli.units.dimension import INFORMATION, MONEY, TIME, Dimension
from sdcli.units.errors import missing_factor
from sdcli.units.spread import Point
from sdcli.units.syntax import Binary, UnitWord, number_text, write
from sdcli.units.table import PERCENT, noun_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    from sdcli.units.conventions import Conventions
    from sdcli.units.spread import Spread

    Value: TypeAlias = Quantity | tuple[Quantity, ...]


_LONG = 1e9  # from here on a bound is a power of ten


class Accepted(NamedTuple):
    """What a kind made of a value.

    Args:
        value: of the kind, with its unit.
        was_plain: whether it came as a plain number and got the unit that this means.
    """

    value: Value
    was_plain: bool


@dataclass(frozen=True)
class Kind:
    """What a quantity may be.

    Args:
        name: as errors say it: "a rate of events".
        example: one that works, in the quantity language.
        takes: whether a dimension is of this kind.
        bare: the unit that a plain number is read in; empty when it stays a plain number.
        least: the smallest magnitude, in base units.
        most: the largest one.
        nonzero: whether it is divided by, so that zero makes no sense.
        whole: whether only whole numbers make sense.
        certain: whether a range is refused, because the formula needs one number.
        noun: the count noun for each of which it is; filled in where it was left out.
        follows: the parameters whose count noun it shares; the first one given decides.
        side: where it has that noun: -1 below the line (a size for each of them), 1 above.
        percent_least: a share below which nobody means a percentage: no availability is 2 %.
        over: the parameter whose value may be typed below the line of this one: 52 min/year.
    """

    name: str
    example: str
    takes: Callable[[Dimension], bool]
    bare: str = ""
    least: float = 0.0
    most: float = float("inf")
    nonzero: bool = False
    whole: bool = False
    certain: bool = False
    noun: str = ""
    follows: tuple[str, ...] = ()
    side: int = -1
    percent_least: float = 0.0
    over: str = ""

    def meaning(self, bare: str) -> Kind:
        """The same kind, with plain numbers read in that unit."""
        return replace(self, bare=bare)

    def within(self, least: float, most: float = float("inf")) -> Kind:
        """The same kind between bounds, in base units."""
        return replace(self, least=least, most=most)

    def positive(self) -> Kind:
        """The same kind without zero."""
        return replace(self, nonzero=True)

    def of(self, noun: str) -> Kind:
        """The same kind of one noun: so many servers, which a plain number means too."""
        takes = _is(Dimension.of(noun))
        return replace(
            self, name=f"a number of {noun}", example=f"2 {noun}", takes=takes, bare=noun
        )

    def alone(self) -> Kind:
        """The same kind without ranges."""
        return replace(self, certain=True)

    def like(self, example: str) -> Kind:
        """The same kind with another example."""
        return replace(self, example=example)

    def per(self, noun: str) -> Kind:
        """The same kind for each of a noun, which need not be typed: 500 request/s/server."""
        return replace(
            self,
            name=f"{self.name} for each {noun}",
            example=f"{self.example}/{noun}",
            noun=noun,
            takes=lambda dimension: self.takes(dimension * Dimension.of(noun)),
        )

    def each(self, *parameters: str) -> Kind:
        """The same kind for each thing that another parameter counts; the first given decides."""
        return replace(self, follows=parameters, side=-1)

    def same(self, parameter: str) -> Kind:
        """The same kind, counting the same things as another parameter."""
        return replace(self, follows=(parameter,), side=1)

    def over_the(self, parameter: str) -> Kind:
        """The same kind, with the value of another parameter typed below its line."""
        return replace(self, over=parameter)

    def parted(self, text: str, name: str, *, nouns: Iterable[str] = ()) -> dict[str, str]:
        """The text of each parameter that was typed at once; of one alone, unless it is `over`.

        >>> DURATION.over_the("period").parted("52 min/year", "downtime")
        {'downtime': '52 min', 'period': '1 year'}

        Raises:
            UnitError: it cannot be read.
        """
        if not self.over:
            return {name: text}
        node = parse(text, nouns=nouns).node
        if not isinstance(node, Binary) or node.operator != "/":
            return {name: text}
        above, below = write(node.left), write(node.right)
        if isinstance(node.right, UnitWord):
            below = f"1 {below}"
        if not all(
            self.takes(parse(part, nouns=nouns).evaluate({}).dimension) for part in (above, below)
        ):
            return {name: text}
        return {name: above, self.over: below}

    def read(
        self, text: str, name: str, *, nouns: Iterable[str] = (), conventions: Conventions = DEFAULT
    ) -> Value:
        """The value that was typed; a kind with words of its own reads them here.

        Args:
            text: as typed, in the quantity language.
            name: the parameter, under which its ranges draw.
            nouns: count nouns beside the built-in ones.
            conventions: day, month and year.

        Raises:
            UnitError: it cannot be read.
        """
        return parse(text, nouns=nouns).evaluate({}, conventions, source=name)

    def accept(self, value: Value, name: str) -> Accepted:
        """The value, with its unit where a plain number was given.

        Args:
            value: what came.
            name: the parameter, for the error.

        Raises:
            UnitError: another kind, out of bounds, a fraction where whole numbers count, or a
                range where one number is needed.
        """
        if not isinstance(value, Quantity):
            raise UnitError(
                "this takes one value, not several",
                where=name,
                given=displayed(value),
                expected=f"{self.name}, like {self.example}",
            )
        given, value = value, self._filled(value)
        if not self.takes(value.dimension):
            raise UnitError(
                f"this is not {self.name}",
                where=name,
                given=f"{given}\n{given.kind}",
                expected=f"{self.name}, like {self.example}",
                fix=self._fix(given),
            )
        if self.certain and value.is_range:
            raise UnitError(
                "this takes one number, not a range",
                where=name,
                given=str(value),
                expected=f"like {self.example}; run it once for each end",
            )
        if value.low < self.least or value.high > self.most or (self.nonzero and value.low <= 0):
            raise UnitError(
                f"this must be {self._bounds(value)}",
                where=name,
                given=str(value),
                expected=f"like {self.example}",
                fix=self._percent(value),
            )
        if self.whole and not float(value.value).is_integer():
            raise UnitError(
                "this must be a whole number",
                where=name,
                given=str(value),
                expected=f"like {self.example}",
            )
        return Accepted(value, given.dimension.is_number and not value.dimension.is_number)

    def _filled(self, value: Quantity) -> Quantity:
        """With the unit of a plain number, and for each `noun`, where they were left out."""
        if self.bare and value.dimension.is_number:
            from sdcli.units.parser import parse_unit

            value *= Quantity.counted(1.0, parse_unit(self.bare), value.conventions)
        if self.noun and self.noun not in value.dimension.nouns:
            value /= one(self.noun, value.conventions)
        return value

    def _fix(self, value: Quantity) -> str:
        from sdcli.units import quantity

        return missing_factor(value.dimension, quantity(self.example).dimension)

    def _percent(self, value: Quantity) -> str:
        """20 where a share is asked for: 20 % is meant, unless that is out of bounds as well."""
        typed = value.display()
        is_plain = typed.replace(".", "", 1).isdigit() and self.example.endswith("%")
        least = max(self.least, self.percent_least)
        meant = value.low > 1 and least <= value.low / 100 and value.high / 100 <= self.most
        return f"write {typed}%" if is_plain and meant else ""

    def _bounds(self, value: Quantity) -> str:
        """What it may be, in the units of the value that is not."""
        if PERCENT in value.preferred and not self.example.endswith("%"):
            value = Quantity(value.spread, conventions=value.conventions)  # 0.9995, no 99.95%
        least, most = (_end(bound, value) for bound in (self.least, self.most))
        if self.nonzero and self.least <= 0:
            return "more than 0" + (f", up to {most}" if self.most < float("inf") else "")
        return f"{least} or more" if self.most == float("inf") else f"from {least} to {most}"


def each(value: Value) -> tuple[Quantity, ...]:
    """The quantities of a value: itself, or those of a list."""
    return (value,) if isinstance(value, Quantity) else value


def displayed(value: Value) -> str:
    """A value as it is typed; those of a list have commas between them."""
    return ", ".join(one.display() for one in each(value))


def share(spread: Spread, conventions: Conventions = DEFAULT) -> Quantity:
    """A plain number that is shown in percent."""
    return Quantity(spread, preferred=(PERCENT,), conventions=conventions)


def _end(bound: float, value: Quantity) -> str:
    """A bound, with the unit that it has beside such a value."""
    if bound == 0 and PERCENT not in value.preferred:
        return "0"
    if value.dimension.is_number and not value.preferred:
        is_short = float(bound).is_integer() and bound < _LONG
        return f"{bound:,.0f}" if is_short else number_text(bound)
    units = (value.dimension, value.preferred, None, value.conventions)
    return Quantity(Point(bound), *units).display()


def one(noun: str, conventions: Conventions) -> Quantity:
    """One of a count noun, which need not be a known word."""
    return Quantity.one(noun_unit(noun), conventions)


def _is(dimension: Dimension) -> Callable[[Dimension], bool]:
    return lambda other: other == dimension


_NUMBER = Dimension()
_TIME = Dimension.of(TIME)
_INFORMATION = Dimension.of(INFORMATION)
_MONEY = Dimension.of(MONEY)


def _per_one(dimension: Dimension) -> bool:
    """Information, or information in each of one counted thing."""
    return (_INFORMATION / dimension).is_count


def _ratio(dimension: Dimension) -> bool:
    """A plain number, or one counted thing for each of another."""
    exponents = sorted(exponent for _, exponent in dimension.exponents)
    only_nouns = len(dimension.nouns) == len(dimension.exponents)
    return dimension.is_number or (only_nouns and exponents in ([-1, 1], [-1], [1]))


COUNT = Kind("a count", "150M user", lambda d: d.is_count)
RATE = Kind("events per time", "40k request/s", lambda d: d.is_rate)
ACTIVITY = Kind("events for each user and time", "2 tweet/user/day", lambda d: _ratio(d * _TIME))
RATIO = Kind("so many for each", "100 read/write", _ratio)
SIZE = Kind("an amount of information for each event", "1 KB/request", _per_one)
INFORMATION_KIND = Kind("an amount of information", "5 TB", _is(_INFORMATION))
BANDWIDTH = Kind("information per time", "10 Gbps", _is(_INFORMATION / _TIME))
DURATION = Kind("a time", "250 ms", _is(_TIME))
COST = Kind("an amount of money", "$100", _is(_MONEY))
NUMBER = Kind("a plain number", "3", _is(_NUMBER))
SHARE = Kind("a share", "20%", _is(_NUMBER), most=1.0)
WHOLE = Kind("a whole number", "3", _is(_NUMBER), whole=True, certain=True)
