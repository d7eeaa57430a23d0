"""The sum as it is done by head: round numbers, bare, the unit at the end, and the error.

    150M x 2 / 10^5 = 3k tweet/s

Every factor becomes one significant digit (1.2 and 1.5 count as one, and so does 2.5), a day
has 10^5 seconds, a month 2.5M, a year 30M, KiB are KB and 2^10 is 10^3. What is left is a sum
of small numbers and powers of ten, and it comes out within some ten or twenty per cent; how
near, it says.
"""

from __future__ import annotations

import math

from sdcli.estimate.parts import Reckoner, median, with_value
from sdcli.estimate.round_numbers import (
    is_power_of_ten,
    round_number,
    round_share,
    round_step,
    text_of,
)
from sdcli.estimate.unit_steps import bare, parts_of, unit_steps, unprefixed
from sdcli.units.conventions import DEFAULT
from sdcli.units.dimension import INFORMATION
from sdcli.units.display import number_in, rounded, show, usual_unit
from sdcli.units.errors import UnitError
from sdcli.units.factors import factors, terms
from sdcli.units.product import UnitProduct
from sdcli.units.quantity import Quantity
from sdcli.units.record import TYPE_CHECKING, Record
from sdcli.units.spread import Point
from sdcli.units.syntax import Binary, Call, Conversion, Negative, Node
from sdcli.units.table import PERCENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdcli.estimate.unit_steps import Units
    from sdcli.units import Expression
    from sdcli.units.conventions import Conventions
    from sdcli.units.dimension import Dimension, Exponent
    from sdcli.units.table import Unit

_RESULT_DIGITS = 2
_SMALL = 0.01  # a pure power of ten below it divides instead
_NOISE = 1e-9
_BINARY_POWERS = 10  # 2^10 is 10^3
_PERCENT = UnitProduct(((PERCENT, 1),))


class ByHead(Record):
    """A sum done by head.

    Args:
        line: bare numbers, and the result with its unit.
        value: what comes out.
        exact: what should come out.
        error: value over exact, less 1; 0 where the exact one is 0.
    """

    line: str
    value: Quantity
    exact: Quantity
    error: float


def by_head(
    expression: Expression,
    values: Mapping[str, Quantity],
    conventions: Conventions = DEFAULT,
    *,
    source: str = "",
) -> ByHead:
    """The sum with numbers that one can keep in mind.

    Ranges count with their medians.

    Args:
        expression: the sum.
        values: the named quantities.
        conventions: day, month and year of the exact value.
        source: the name under which its ranges draw, as in `Expression.evaluate`.

    Raises:
        UnitError: as `Expression.evaluate`; also for a comparison, which has no value.

    >>> from sdcli.units import parse
    >>> done = by_head(parse("150M user * 2 tweet/user/day to tweet/s"), {})
    >>> done.line, f"{done.error:+.0%}"
    ('150M x 2 / 10^5 = 3k tweet/s', '-14%')
    """
    reckoner = Reckoner(expression, values, conventions, source)
    exact = reckoner.value(expression.node)
    middle = median(exact)
    shown = middle.shown
    head = _Head(reckoner, conventions, _per_information(reckoner, expression.node))
    try:
        rough = head.sum(expression.node, unprefixed(shown))
        number = rough.number / head.prefix(shown)
    except (OverflowError, ZeroDivisionError):
        number = math.inf
    if shown.text != "%":  # the digits of 99.95% count from its complement
        number = rounded(number, _RESULT_DIGITS)
    value = with_value(middle, number * shown.size(conventions))
    if not math.isfinite(value.value):
        raise UnitError("this is too large to do by head")
    result = show(value, _RESULT_DIGITS)
    line = result if rough.is_plain else f"{rough.text} = {result}"
    error = value.value / middle.value - 1 if middle.value else 0.0
    return ByHead(line, value, exact, 0.0 if abs(error) < _NOISE else error)


class _Rough(Record):
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


class _Head:
    """Does the parts of a sum by head."""

    def __init__(self, reckoner: Reckoner, conventions: Conventions, per: float) -> None:
        self._reckoner = reckoner
        self._conventions = conventions
        self._per = per

    def sum(self, node: Node, want: Units | None = None) -> _Rough:
        """A sum or a product; in the units that are wanted, else in those that come first."""
        while isinstance(node, Conversion):
            node = node.operand
        parts = terms(node)
        if len(parts) == 1:
            return self._product(node, want)
        first = self._product(parts[0].node, want)
        number, text, units = first.number, first.written(), want or first.units
        for part in parts[1:]:
            term = self._product(part.node, units)
            number += -term.number if part.inverse else term.number
            text += f" {'-' if part.inverse else '+'} {_bracketed(term)}"
        if number == 0 and (exact := median(self._reckoner.value(node))).value:
            return self._single(exact, want)  # 1.04 - 1: rounding would leave nothing
        return _Rough(number, units, text, is_sum=True, is_plain=False)

    def _product(self, node: Node, want: Units | None) -> _Rough:
        """A product, with the numbers that its units take."""
        parts = self._flat(node)
        have = [(u, -e if below else e) for below, part in parts for u, e in part.units]
        steps = unit_steps(have, want or _collapsed(have), self._conventions)
        if len(parts) == 1 and not steps:
            return parts[0][1]
        parts += [(step.divides, _Rough(round_step(step), [])) for step in steps]
        number, text, said = 1.0, "", 0
        for place, (is_below, part) in enumerate(parts):
            below, rough = _turned(is_below, part)
            number = number / rough.number if below else number * rough.number
            if rough.number == 1 and rough.is_plain and _may_leave_out(parts, place):
                continue
            said += 1
            if text or below:
                text = f"{text or 1} {'/' if below else 'x'} {_bracketed(rough, below=below)}"
            else:
                text = f"({rough.text})" if rough.is_sum else rough.written()
        is_plain = said == 1 and all(part.is_plain for _, part in parts)
        return _Rough(number, want or _collapsed(have), text, is_plain=is_plain)

    def _flat(self, node: Node) -> list[tuple[bool, _Rough]]:
        """The factors of a product, brackets opened; each with whether it divides."""
        if isinstance(node, Conversion):
            return self._flat(node.operand)
        if isinstance(node, Negative):
            return self._negative(node)
        if isinstance(node, Call):
            return [(False, self._call(node))]
        if isinstance(node, Binary) and node.operator == "^":
            return [(False, self._power(node))]
        if len(terms(node)) > 1:
            return [(False, self.sum(node))]
        parts = factors(node)
        if len(parts) == 1:
            return [(False, self._single(median(self._reckoner.value(node))))]
        return [
            (below != part.inverse, rough)
            for part in parts
            for below, rough in self._flat(part.node)
        ]

    def _negative(self, node: Negative) -> list[tuple[bool, _Rough]]:
        parts = self._flat(node.operand)
        below, first = parts[0]
        text = f"-{_bracketed(first)}" if first.text else ""
        negative = _Rough(-first.number, first.units, text, is_plain=first.is_plain)
        return [(below, negative), *parts[1:]]

    def _single(self, value: Quantity, want: Units | None = None) -> _Rough:
        """A single number, made round."""
        if value.shown.text == "%":
            return _percent(value)
        unit = _usual(value)
        number = round_number(value.value / unit.size(self._conventions))
        rough = _Rough(number * self.prefix(unit), unprefixed(unit))
        for step in unit_steps(rough.units, want, self._conventions) if want else ():
            ratio = round_step(step)
            number = rough.number / ratio if step.divides else rough.number * ratio
            rough = _Rough(round_number(number), want or rough.units)
        return rough

    def _power(self, node: Binary) -> _Rough:
        base = self.sum(node.left)
        exponent = median(self._reckoner.value(node.right)).value
        if base.number == 2 and base.is_plain and exponent >= _BINARY_POWERS:  # noqa: PLR2004
            thousands, rest = divmod(exponent, _BINARY_POWERS)
            number = 1000.0**thousands * 2.0**rest
            if rest:
                return _Rough(number, [])
            return _Rough(number, [], f"10^{3 * thousands:.0f}", is_plain=False)
        text = base.written()
        if base.text or base.number < 0:
            text = f"({text})"
        units = [(unit, _times(inner, exponent)) for unit, inner in base.units]
        return _Rough(base.number**exponent, units, f"{text}^{exponent:g}", is_plain=False)

    def _call(self, node: Call) -> _Rough:
        """A function of its arguments by head; of the exact ones where it has no answer."""
        roughs: list[_Rough] = []
        for argument in node.arguments:
            want = roughs[0].units if roughs else None
            if want and self._reckoner.value(argument).dimension != _dimension(want):
                want = None
            roughs.append(self.sum(argument, want))
        values = [self._counted(rough) for rough in roughs]
        exact = median(self._reckoner.value(node))
        try:
            result = self._reckoner.apply(node, *values)
        except UnitError:
            result = exact
        if result.value == 0:
            result = exact
        number, units = self._number(result, result.shown)
        texts = (
            rough.written() if rough.text else show(value, _RESULT_DIGITS)
            for rough, value in zip(roughs, values, strict=True)
        )
        return _Rough(
            rounded(number, _RESULT_DIGITS),
            units,
            f"{node.function}({', '.join(texts)})",
            is_plain=False,
        )

    def _counted(self, rough: _Rough) -> Quantity:
        """The number with its units again."""
        unit = UnitProduct(tuple(rough.units))
        typed = tuple(unit for unit, _ in rough.units)
        size = unit.size(self._conventions) / self.prefix(unit)
        return Quantity(Point(rough.number * size), unit.dimension, typed, None, self._conventions)

    def _number(self, value: Quantity, unit: UnitProduct) -> tuple[float, Units]:
        """The bare number of a value, and the units without prefixes that it is counted in."""
        number = value.value / unit.size(self._conventions) * self.prefix(unit)
        return number, unprefixed(unit)

    def prefix(self, unit: UnitProduct) -> float:
        """What the prefixes in a product of units come to; those of KiB count as 1000."""
        prefix = 1.0
        for factor, exponent in unit.factors:
            parts = parts_of(factor)
            size = factor.size(self._conventions) / UnitProduct(parts).size(self._conventions)
            for part, inner in parts:
                size *= bare(part)[1] ** float(inner)
                if part.base == INFORMATION:
                    size /= self._per ** float(inner)
            prefix *= size ** float(exponent)
        return prefix


def _per_information(reckoner: Reckoner, node: Node) -> float:
    """The prefix below the line, in which all information is counted: $0.02/GB x 30k GB."""
    if isinstance(node, Conversion | Negative):
        return _per_information(reckoner, node.operand)
    if isinstance(node, Call):
        inside: tuple[Node, ...] = node.arguments
    elif isinstance(node, Binary) and node.operator == "^":
        inside = (node.left,)
    else:
        parts = terms(node)
        parts = parts if len(parts) > 1 else factors(node)
        inside = tuple(part.node for part in parts) if len(parts) > 1 else ()
    if inside:
        return max(_per_information(reckoner, each) for each in inside)
    value = reckoner.value(node)
    if value.dimension.exponent(INFORMATION) != -1:
        return 1.0
    return bare(usual_unit(INFORMATION, value.preferred))[1]


def _may_leave_out(parts: list[tuple[bool, _Rough]], place: int) -> bool:
    """Whether a 1 may stay unsaid: not before a stroke, nor before a step between units."""
    return place > 0 or (len(parts) > 1 and not parts[1][0] and bool(parts[1][1].units))


def _turned(below: bool, part: _Rough) -> tuple[bool, _Rough]:
    """A pure power of ten below a hundredth changes sides: x 10^-4 is / 10^4."""
    small = not part.text and 0 < part.number < _SMALL and is_power_of_ten(part.number)
    return (not below, _Rough(1 / part.number, part.units)) if small else (below, part)


def _percent(value: Quantity) -> _Rough:
    """A percent stays one."""
    number = round_share(value.value)
    return _Rough(number, [], _PERCENT.after(number_in(number, value, _PERCENT, _RESULT_DIGITS)))


def _bracketed(rough: _Rough, *, below: bool = False) -> str:
    text = rough.written(below=below)
    return f"({text})" if rough.is_sum or text.startswith("-") else text


def _collapsed(units: Units) -> Units:
    """One unit for each base kind, the first that occurs."""
    totals: dict[str, tuple[Unit, Exponent]] = {}
    for unit, exponent in units:
        first, before = totals.get(unit.base, (unit, 0))
        totals[unit.base] = (first, before + exponent)
    return [(unit, exponent) for unit, exponent in totals.values() if exponent]


def _usual(value: Quantity) -> UnitProduct:
    """The units that were typed for a value, or the usual ones, whatever its size."""
    if any(unit.parts for unit, _ in value.shown.factors):
        return value.shown
    pairs = value.dimension.exponents
    return UnitProduct(tuple((usual_unit(base, value.preferred), e) for base, e in pairs))


def _dimension(units: Units) -> Dimension:
    return UnitProduct(tuple(units)).dimension


def _times(exponent: Exponent, power: float) -> Exponent:
    """The exponent of a unit under a power, as a fraction where it is one."""
    if power.is_integer():
        return exponent * int(power)
    from fractions import Fraction

    return exponent * Fraction(power).limit_denominator(12)
