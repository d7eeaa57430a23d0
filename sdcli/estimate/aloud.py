"""A sum said aloud: each step with rounded numbers, the exact one beside it, and the drift.

In an interview nobody says 3,472.2 tweets per second. One rounds what one hears to two digits
(three where the first are 1.0, and for a result that has no more), carries the rounded number
on, and should know how far the spoken sum has moved from the exact one by the end:

    150M user x 2 tweet/user/day = 300M tweet/day   300M tweet/day   drift 0
    300M tweet/day / 86,400 s/day = 3.5k tweet/s    3.472k tweet/s   drift +0.8 %

Each line is true as it is printed, so a difference of two near numbers is said in one unit with
the digits that it needs: 86,400 s - 86,399 s. Numbers that everybody knows in full are said in
full: 86,400 s in a day, 365 days, 1024. A server too few is worse than one too many, so below a
ceil the numerator is rounded up and the divisor down. Ranges are spoken by their medians.
"""

from __future__ import annotations

import math

from sdcli.estimate.parts import Reckoner, is_quotient, median, with_value
from sdcli.estimate.round_numbers import in_full, said_number, said_result, with_digits
from sdcli.estimate.unit_steps import unit_steps, unprefixed
from sdcli.units.conventions import DEFAULT
from sdcli.units.display import DIGITS, number_in, rounded, scaled, show, shown_unit
from sdcli.units.errors import UnitError
from sdcli.units.factors import factors, terms
from sdcli.units.record import TYPE_CHECKING, Record
from sdcli.units.syntax import Binary, Call, Conversion, Literal, Name, Negative, Node, UnitWord

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sdcli.units import Expression, Quantity
    from sdcli.units.conventions import Conventions
    from sdcli.units.factors import Part
    from sdcli.units.product import UnitProduct

_SPOKEN_DIGITS = 2
_NEAR_ONE = 0.99
_SHOWN_DIGITS = 3  # the most that are said
_IN_FULL = frozenset((128, 256, 365, 512, 1024, 2048, 3600, 4096, 86_400))
_FULL_MAX = 1e6  # a whole number below it is said with its digits: 86,400
_NOISE = 1e-9
_LOST = 0.05  # a sum whose result moves more than this is one of near numbers
_NEAR = 0.005  # then its terms get digits until its result moves less than this
_ROUNDING = 1e-13  # of the largest term: nothing
_DIGITS_MAX = 13
_POWER_MOVED = 0.25  # a base whose rounding moves the power further is said exactly


class Step(Record):
    """One line of the sum.

    Args:
        said: the line with rounded numbers, as one says it.
        exact: its result without any rounding so far.
        drift: said result over exact result, less 1; 0 where the exact one is 0.
    """

    said: str
    exact: str
    drift: float


def steps(
    expression: Expression,
    values: Mapping[str, Quantity],
    conventions: Conventions = DEFAULT,
    *,
    source: str = "",
) -> tuple[Step, ...]:
    """The steps of a sum, in the order in which it is worked out; none for a single number.

    Args:
        expression: the sum.
        values: the named quantities.
        conventions: day, month and year.
        source: the name under which its ranges draw, as in `Expression.evaluate`.

    Raises:
        UnitError: as `Expression.evaluate`; also for a comparison, which has no value.

    >>> from sdcli.units import parse
    >>> for step in steps(parse("150M user * 2 tweet/user/day to tweet/s"), {}):
    ...     print(f"{step.said}   {step.exact}   {step.drift:+.1%}")
    150M user x 2 tweet/user/day = 300M tweet/day   300M tweet/day   +0.0%
    300M tweet/day / 86,400 s/day = 3.5k tweet/s   3.472k tweet/s   +0.8%
    """
    speaker = _Speaker(Reckoner(expression, values, conventions, source))
    speaker.say(expression.node)
    return tuple(speaker.steps)


class _Spoken(Record):
    """A number on its way through the sum: as carried on, as it is, and as it is said."""

    carried: Quantity
    exact: Quantity
    text: str


class _Speaker:
    """Walks over a sum and says its steps."""

    def __init__(self, reckoner: Reckoner) -> None:
        self._reckoner = reckoner
        self.steps: list[Step] = []

    def say(self, node: Node, toward: int = 0) -> _Spoken:
        """Say the steps up to the value of this node; `toward`: how a single number is rounded."""
        if isinstance(node, Conversion):
            return self._conversion(node)
        if isinstance(node, Negative):
            return self._negative(node)
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Binary):
            if node.operator == "^":
                return self._power(node)
            parts = factors(node) if node.operator in "*/" else terms(node)
            if len(parts) == 1:  # a number with its units
                return self._single(node, toward)
            return self._product(parts) if node.operator in "*/" else self._sum(parts)
        return self._single(node, toward)

    def _single(self, node: Node, toward: int = 0) -> _Spoken:
        exact = self._reckoner.value(node)
        spoken = _spoken(median(exact), toward)
        text = _said(spoken)
        if isinstance(node, Name) and exact.dimension.is_number:
            text += f" ({node.name})"  # a bare number does not say what it counts
        return _Spoken(spoken, exact, text)

    def _product(self, parts: list[Part], *, up: bool = False) -> _Spoken:
        """A product, as one step however many factors it has; `up`: rather too large."""
        said = [self.say(part.node, (-1 if part.inverse else 1) * up) for part in parts]
        exact = self._folded([one.exact for one in said], parts)
        try:
            carried = self._folded([one.carried for one in said], parts)
        except UnitError:
            said = [_to_digits(one, _DIGITS_MAX) for one in said]
            carried = median(exact)
        text = said[0].text
        for part, one in zip(parts[1:], said[1:], strict=True):
            text += f" {'/' if part.inverse else 'x'} {_operand(part, one)}"
        operands = [(one.carried, part.inverse) for part, one in zip(parts, said, strict=True)]
        meeting = _meeting(operands, exact)
        carried = with_value(carried, median(carried).value * meeting.drift)
        return self._step(text + meeting.text, carried, exact, up=up)

    def _sum(self, parts: list[Part]) -> _Spoken:
        """A sum, as one step however many terms it has."""
        said = [self.say(part.node) for part in parts]
        exact = self._folded([one.exact for one in said], parts)
        middle = self._folded([median(one.exact) for one in said], parts)
        try:
            carried = self._folded([one.carried for one in said], parts)
        except UnitError:
            carried = with_value(exact, 0.0)
        if _is_lost(carried, middle, said):
            said = self._in_one_unit(said, parts, middle)
            carried = self._folded([one.carried for one in said], parts)
        if carried.value == 0 != exact.value:  # two ranges whose medians are one number
            carried = median(exact)
        text = said[0].text
        for part, one in zip(parts[1:], said[1:], strict=True):
            text += f" {'-' if part.inverse else '+'} {_operand(part, one)}"
        return self._step(text, carried, exact)

    def _in_one_unit(
        self, said: list[_Spoken], parts: list[Part], middle: Quantity
    ) -> list[_Spoken]:
        """The terms in the unit of their sum, with so many digits that it comes out right."""
        terms = [median(one.exact) for one in said]
        unit = middle.shown if middle.value else terms[0].shown
        nothing = _ROUNDING * max(abs(term.value) for term in terms)
        for digits in range(_SHOWN_DIGITS, _DIGITS_MAX + 1):
            said = [_to_digits(one, digits, unit) for one in said]
            moved = self._folded([one.carried for one in said], parts).value - middle.value
            if abs(moved) <= max(_NEAR * abs(middle.value), nothing):
                break
        return said

    def _folded(self, values: list[Quantity], parts: list[Part]) -> Quantity:
        """The parts joined again from the left, each joint with its place in the text."""
        result = values[0]
        for part, value in zip(parts[1:], values[1:], strict=True):
            assert part.joint is not None  # noqa: S101 - only the first has none
            result = self._reckoner.apply(part.joint, result, value)
        return result

    def _power(self, node: Binary) -> _Spoken:
        base = self.say(node.left)
        exponent = self._reckoner.value(node.right)  # rounded, it would change everything
        exact = self._reckoner.apply(node, base.exact, exponent)
        middle = median(exact).value
        for digits in range(_SHOWN_DIGITS, _DIGITS_MAX + 1):
            carried = self._tried(node, exact, base.carried, median(exponent))
            if abs(carried.value - middle) <= _POWER_MOVED * abs(middle):
                break
            base = _to_digits(base, digits)
        left = base.text if isinstance(node.left, Literal) else f"({base.text})"
        text = f"{left}^{median(exponent)}"
        if isinstance(node.left, Literal) and node.left.number == 10:  # noqa: PLR2004 - 10^5
            return _Spoken(carried, exact, text)
        return self._step(text, carried, exact)

    def _call(self, node: Call) -> _Spoken:
        if node.function == "ceil" and is_quotient(node.arguments[0]):
            said = [self._product(factors(node.arguments[0]), up=True)]
        else:
            said = [self.say(argument) for argument in node.arguments]
        exact = self._reckoner.apply(node, *(one.exact for one in said))
        carried = self._tried(node, exact, *(one.carried for one in said))
        if carried.value != 0 == median(exact).value:  # floor(0.996), said as floor(1)
            said = [_to_digits(one, _DIGITS_MAX) for one in said]
            carried = median(exact)
        return self._step(f"{node.function}({', '.join(one.text for one in said)})", carried, exact)

    def _negative(self, node: Negative) -> _Spoken:
        inner = self.say(node.operand)
        return _Spoken(-inner.carried, -inner.exact, f"-{inner.text}")

    def _conversion(self, node: Conversion) -> _Spoken:
        inner = self.say(node.operand)
        exact = self._reckoner.apply(node, inner.exact)
        carried = self._reckoner.apply(node, inner.carried)
        meeting = _meeting([(inner.carried, False)], median(exact))
        if not meeting.text and str(inner.exact) == str(exact):
            return _Spoken(carried, exact, inner.text)
        carried = with_value(carried, carried.value * meeting.drift)
        return self._step(inner.text + meeting.text, carried, exact)

    def _tried(self, node: Node, exact: Quantity, *operands: Quantity) -> Quantity:
        """The operator on the rounded numbers; where it has no answer, the exact result."""
        try:
            return self._reckoner.apply(node, *operands)
        except UnitError:
            return median(exact)

    def _step(self, text: str, carried: Quantity, exact: Quantity, *, up: bool = False) -> _Spoken:
        """One line; `up`: its result with a digit more, since a ceil follows."""
        spoken, middle = _result(median(carried), in_three=up), median(exact)
        if not math.isfinite(spoken.value):  # rounded up out of floating point
            spoken = middle
        drift = spoken.value / middle.value - 1 if middle.value else 0.0
        drift = 0.0 if abs(drift) < _NOISE else drift
        said = _said(spoken)
        self.steps.append(Step(f"{text} = {said}", show(middle), drift))
        return _Spoken(spoken, exact, said)


def _to_digits(one: _Spoken, digits: int, unit: UnitProduct | None = None) -> _Spoken:
    """The same, said with so many digits, and carried on as it is said."""
    exact = median(one.exact)
    unit = unit or exact.shown
    size = unit.size(exact.conventions)
    number = with_digits(exact.value / size, digits)
    return _Spoken(with_value(exact, number * size), one.exact, unit.after(in_full(number)))


def _is_lost(carried: Quantity, middle: Quantity, said: list[_Spoken]) -> bool:
    """Whether the terms cancel so that rounding them has moved the sum beyond recognition.

    Args:
        carried: the sum of the terms as they are said.
        middle: that of their exact medians.
        said: the terms, whose own drift is no reason to say them again.
    """
    terms = [median(one.exact).value for one in said]
    moved, largest = abs(carried.value - middle.value), max(map(abs, terms))
    if abs(middle.value) >= largest or moved <= _ROUNDING * largest:
        return False
    drifts = [abs(s.carried.value / term - 1) for s, term in zip(said, terms, strict=True) if term]
    return moved > (_LOST + max(drifts)) * abs(middle.value)


def _operand(part: Part, spoken: _Spoken) -> str:
    """A part behind its sign."""
    if isinstance(part.node, UnitWord):
        return part.node.unit.symbol
    bracket = part.inverse and "/" in spoken.text
    return f"({spoken.text})" if bracket or spoken.text.startswith("-") else spoken.text


def _spoken(quantity: Quantity, toward: int = 0) -> Quantity:
    """Rounded in the unit that it is shown in, unless people know it in full."""
    return _rounded(quantity, lambda number: said_number(number, toward))


def _result(quantity: Quantity, *, in_three: bool = False) -> Quantity:
    """What came out, rounded for the next step."""
    if in_three:
        return _rounded(quantity, lambda number: with_digits(number, _SHOWN_DIGITS))
    return _rounded(quantity, said_result)


def _rounded(quantity: Quantity, near: Callable[[float], float]) -> Quantity:
    unit = shown_unit(quantity, _SHOWN_DIGITS)
    size = unit.size(quantity.conventions)
    number = quantity.value / size
    if number in _IN_FULL:
        return quantity
    if unit.text == "%" and _NEAR_ONE < quantity.value < 1:  # 99.95%: its complement has the digits
        shown = number_in(quantity.value, quantity, unit, _SPOKEN_DIGITS)
        return with_value(quantity, float(shown) * size)
    return with_value(quantity, near(number) * size)


def _said(spoken: Quantity) -> str:
    unit = shown_unit(spoken, _SHOWN_DIGITS)
    number = spoken.value / unit.size(spoken.conventions)
    return unit.after(_full(number)) if number in _IN_FULL else show(spoken, _SHOWN_DIGITS)


class _Meeting(Record):
    """The steps between units as they are said, and by which factor saying them so is off."""

    text: str
    drift: float


def _meeting(operands: list[tuple[Quantity, bool]], result: Quantity) -> _Meeting:
    """The steps for units that do not meet: ` / 86,400 s/day`, ` x 8 bit/B`.

    Args:
        operands: the factors as they are shown; whether each divides.
        result: the product as it is shown.
    """
    have = [
        (unit, -exponent if divides else exponent)
        for value, divides in operands
        for unit, exponent in unprefixed(shown_unit(value, _SHOWN_DIGITS))
    ]
    text, drift = "", 1.0
    for step in unit_steps(have, unprefixed(result.shown), result.conventions):
        number = _known(step.ratio)
        drift *= step.ratio / number if step.divides else number / step.ratio
        text += f" {'/' if step.divides else 'x'} {_full(number)} {step.unit}"
    return _Meeting(text, drift)


def _known(ratio: float) -> float:
    """A number between units as people know it: 86,400 and 2.592M, but 12 for 12.17 months."""
    if ratio.is_integer() and ratio < _FULL_MAX:
        return ratio
    return rounded(ratio, _SPOKEN_DIGITS if ratio < _FULL_MAX else DIGITS)


def _full(number: float) -> str:
    """A number that is known: `86,400`, `2.592M`."""
    if number.is_integer() and number < _FULL_MAX:
        return f"{number:,.0f}"
    return scaled(number)
