"""The sum as it is done by head: round numbers, bare, the unit at the end, and the error.

    150M x 2 / 10^5 = 3k tweet/s

Every factor becomes one significant digit (1.2 and 1.5 count as one, and so does 2.5), a day
has 10^5 seconds, a month 2.5M, a year 30M, KiB are KB and 2^10 is 10^3. What is left is a sum
of small numbers and powers of ten, and it comes out within some ten or twenty per cent; how
near, it says. Where round numbers would leave nothing to tell apart, as in 1 hour - 59 min,
the exact ones stay.
"""

from __future__ import annotations

import math

from sdcli.estimate.parts import Reckoner, is_quotient, median, with_value
from sdcli.estimate.rough import (
    FULL_DIGITS,
    LOST,
    Rough,
    bracketed,
    collapsed,
    full,
    may_leave_out,
    near_enough,
    times,
    turned,
)
from sdcli.estimate.round_numbers import (
    round_length,
    round_number,
    round_share,
    round_step,
    said_result,
    with_digits,
)
from sdcli.estimate.unit_steps import UnitStep, bare, parts_of, unit_steps, unprefixed
from sdcli.units.conventions import DEFAULT
from sdcli.units.dimension import INFORMATION
from sdcli.units.display import number_in, show, usual_unit
from sdcli.units.errors import UnitError
from sdcli.units.factors import Part, factors, terms
from sdcli.units.product import UnitProduct
from sdcli.units.quantity import Quantity
from sdcli.units.record import TYPE_CHECKING, Record
from sdcli.units.spread import Point
from sdcli.units.syntax import Binary, Call, Conversion, Negative, Node
from sdcli.units.table import PERCENT, SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdcli.estimate.unit_steps import Units
    from sdcli.units import Expression
    from sdcli.units.conventions import Conventions
    from sdcli.units.dimension import Dimension

_SAID_DIGITS = 2
_RESULT_DIGITS = 3  # the most that are said
_NOISE = 1e-9
_BINARY_POWERS = 10  # 2^10 is 10^3
_PERCENT = UnitProduct(((PERCENT, 1),))


class ByHead(Record):
    """A sum done by head.

    Args:
        line: bare numbers, and the result with its unit.
        value: what comes out.
        exact: what should come out.
        error: value over exact, less 1; 0 where both are 0, as they are whenever one is exactly.
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
    rough, number = head.whole(expression.node, shown)
    if middle.value == 0 != number:  # something comes out where there is nothing
        head.is_exact = True
        rough, number = head.whole(expression.node, shown)
    if middle.value == 0 != number:
        rough, number = Rough(0.0, []), 0.0
    is_share = shown.text == "%"  # the digits of 99.95% count from its complement
    if not is_share:
        number = said_result(number)
    value = with_value(middle, number * shown.size(conventions))
    if not math.isfinite(value.value):
        raise UnitError("this is too large to do by head")
    result = show(value, _SAID_DIGITS if is_share else _RESULT_DIGITS)
    line = result if rough.is_plain else f"{rough.text} = {result}"
    error = value.value / middle.value - 1 if middle.value else 0.0
    return ByHead(line, value, exact, 0.0 if abs(error) < _NOISE else error)


class _Head:
    """Does the parts of a sum by head."""

    def __init__(self, reckoner: Reckoner, conventions: Conventions, per: float) -> None:
        self._reckoner = reckoner
        self._conventions = conventions
        self._per = per
        self.is_exact = False  # whether numbers stay as they are

    def whole(self, node: Node, shown: UnitProduct) -> tuple[Rough, float]:
        """The whole sum, and its number in the unit that it is shown in; infinite if too large."""
        rough = Rough(math.inf, [])
        try:
            rough = self.sum(node, unprefixed(shown))
            return rough, rough.number / self.prefix(shown)
        except (OverflowError, ZeroDivisionError):
            return rough, math.inf

    def sum(self, node: Node, want: Units | None = None, toward: int = 0) -> Rough:
        """A sum or a product; in the units that are wanted, else in those that come first.

        Args:
            node: what it is.
            want: the units.
            toward: 1 to make it rather too large, -1 too small; 0 for the nearest round numbers.
        """
        while isinstance(node, Conversion):
            node = node.operand
        parts = terms(node)
        if len(parts) == 1:
            return self._product(node, want, toward)
        rough = self._added(parts, want)
        if not self.is_exact and self._is_lost(rough, node, parts):
            self.is_exact = True
            try:
                rough = self._added(parts, want)
            finally:
                self.is_exact = False
        if self._is_lost(rough, node, parts):  # GiB, which count as GB, may be all that differs
            return self._single(median(self._reckoner.value(node)), want)
        return rough

    def _added(self, parts: list[Part], want: Units | None) -> Rough:
        first = self._product(parts[0].node, want)
        number, text, units = first.number, first.written(), want or first.units
        for part in parts[1:]:
            term = self._product(part.node, units)
            number += -term.number if part.inverse else term.number
            text += f" {'-' if part.inverse else '+'} {bracketed(term)}"
        return Rough(number, units, text, is_sum=True, is_plain=False)

    def _is_lost(self, rough: Rough, node: Node, parts: list[Part]) -> bool:
        """Whether terms cancel so that rounding them has moved the sum beyond recognition."""
        values = (median(self._reckoner.value(each)).value for each in _nodes(node, parts))
        size = self._size(rough.units)
        exact, *terms = (abs(value / size) for value in values)
        if exact >= max(terms):
            return False
        moved = abs(abs(rough.number) - exact)
        return moved > max(LOST * exact, _NOISE * max(terms))

    def _product(self, node: Node, want: Units | None, toward: int = 0) -> Rough:
        """A product, with the numbers that its units take."""
        parts = self._flat(node, toward)
        have = [(u, -e if below else e) for below, part in parts for u, e in part.units]
        steps = unit_steps(have, want or collapsed(have), self._conventions)
        if len(parts) == 1 and not steps:
            return parts[0][1]
        parts += [(step.divides, self._step(step)) for step in steps]
        number, text, said = 1.0, "", 0
        for place, (is_below, part) in enumerate(parts):
            below, rough = turned(is_below, part)
            number = number / rough.number if below else number * rough.number
            if (
                rough.number == 1
                and not rough.text
                and rough.is_plain
                and may_leave_out(parts, place)
            ):
                continue
            said += 1
            if text or below:
                text = f"{text or 1} {'/' if below else 'x'} {bracketed(rough, below=below)}"
            else:
                text = f"({rough.text})" if rough.is_sum else rough.written()
        is_plain = said == 1 and all(part.is_plain for _, part in parts)
        return Rough(number, want or collapsed(have), text, is_plain=is_plain)

    def _step(self, step: UnitStep) -> Rough:
        """The number of a step from unit to unit."""
        if self.is_exact:
            return Rough(step.ratio, [], full(step.ratio))
        return Rough(round_step(step), [])

    def _flat(self, node: Node, toward: int = 0) -> list[tuple[bool, Rough]]:
        """The factors of a product, brackets opened; each with whether it divides."""
        if isinstance(node, Conversion):
            return self._flat(node.operand, toward)
        if isinstance(node, Negative):
            return self._negative(node, toward)
        if isinstance(node, Call):
            return [(False, self._call(node))]
        if isinstance(node, Binary) and node.operator == "^":
            return [(False, self._power(node))]
        if len(terms(node)) > 1:
            return [(False, self.sum(node))]
        parts = factors(node)
        if len(parts) == 1:
            return [(False, self._single(median(self._reckoner.value(node)), toward=toward))]
        return [
            (below != part.inverse, rough)
            for part in parts
            for below, rough in self._flat(part.node, -toward if part.inverse else toward)
        ]

    def _negative(self, node: Negative, toward: int) -> list[tuple[bool, Rough]]:
        parts = self._flat(node.operand, toward)
        below, first = parts[0]
        text = f"-{bracketed(first)}" if first.text else ""
        negative = Rough(-first.number, first.units, text, is_plain=first.is_plain)
        return [(below, negative), *parts[1:]]

    def _single(self, value: Quantity, want: Units | None = None, toward: int = 0) -> Rough:
        """A single number, made round."""
        if value.shown.text == "%":
            return self._percent(value)
        unit = _usual(value)
        number = value.value / unit.size(self._conventions)
        rough = Rough(self._near(number, unit, toward) * self.prefix(unit), unprefixed(unit))
        for step in unit_steps(rough.units, want, self._conventions) if want else ():
            ratio = step.ratio if self.is_exact else round_step(step)
            number = rough.number / ratio if step.divides else rough.number * ratio
            near = number if self.is_exact else round_number(number)
            rough = Rough(near, want or rough.units)
        if self.is_exact:
            return Rough(rough.number, rough.units, full(rough.number))
        return rough if rough.number != 1 or number == 1 else Rough(1.0, rough.units, "1")

    def _near(self, number: float, unit: UnitProduct, toward: int) -> float:
        """The round number for one that is counted in a unit."""
        if self.is_exact:
            return number
        length = round_length(number) if unit.text in ("", SECOND.symbol) else None
        return length or round_number(number, toward)

    def _percent(self, value: Quantity) -> Rough:
        """A percent stays one."""
        share, digits = round_share(value.value), _SAID_DIGITS
        if self.is_exact:
            share, digits = value.value, FULL_DIGITS
        return Rough(share, [], _PERCENT.after(number_in(share, value, _PERCENT, digits)))

    def _power(self, node: Binary) -> Rough:
        base = self.sum(node.left)
        exponent = median(self._reckoner.value(node.right)).value
        exact = median(self._reckoner.value(node.left)).value / self._size(base.units)
        is_two = exact == 2 and not self.is_exact  # noqa: PLR2004
        if is_two and base.is_plain and exponent >= _BINARY_POWERS:
            thousands, rest = divmod(exponent, _BINARY_POWERS)
            number = 1000.0**thousands * 2.0**rest
            if rest:
                return Rough(number, [])
            return Rough(number, [], f"10^{3 * thousands:.0f}", is_plain=False)
        if base.is_plain and base.number > 0:
            base = near_enough(base, exact, exponent)
        text = base.written()
        if base.number < 0 or not base.is_plain:
            text = f"({text})"
        units = [(unit, times(inner, exponent)) for unit, inner in base.units]
        return Rough(base.number**exponent, units, f"{text}^{exponent:g}", is_plain=False)

    def _call(self, node: Call) -> Rough:
        """A function of its arguments by head; of the exact ones where it has no answer."""
        roughs: list[Rough] = []
        toward = 1 if node.function == "ceil" and is_quotient(node.arguments[0]) else 0
        for argument in node.arguments:
            want = roughs[0].units if roughs else None
            if want and self._reckoner.value(argument).dimension != _dimension(want):
                want = None
            roughs.append(self.sum(argument, want, toward))
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
            show(value, FULL_DIGITS if self.is_exact else _SAID_DIGITS)
            if rough.is_plain and not rough.text.endswith("%")
            else rough.written()
            for rough, value in zip(roughs, values, strict=True)
        )
        return Rough(
            with_digits(number, FULL_DIGITS) if self.is_exact else said_result(number),
            units,
            f"{node.function}({', '.join(texts)})",
            is_plain=False,
        )

    def _counted(self, rough: Rough) -> Quantity:
        """The number with its units again."""
        number, dimension = rough.number * self._size(rough.units), _dimension(rough.units)
        typed = tuple(unit for unit, _ in rough.units)
        return Quantity(Point(number), dimension, typed, None, self._conventions)

    def _size(self, units: Units) -> float:
        """What one of these is in base units; of bytes, so many as are counted as one."""
        unit = UnitProduct(tuple(units))
        return unit.size(self._conventions) / self.prefix(unit)

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


def _nodes(node: Node, parts: list[Part]) -> tuple[Node, ...]:
    return (node, *(part.node for part in parts))


def _usual(value: Quantity) -> UnitProduct:
    """The units that were typed for a value, or the usual ones, whatever its size."""
    if any(unit.parts for unit, _ in value.shown.factors):
        return value.shown
    pairs = value.dimension.exponents
    return UnitProduct(tuple((usual_unit(base, value.preferred), e) for base, e in pairs))


def _dimension(units: Units) -> Dimension:
    return UnitProduct(tuple(units)).dimension
