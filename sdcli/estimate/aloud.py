"""A sum said aloud: each step with rounded numbers, the exact one beside it, and the drift.

In an interview nobody says 3,472.2 tweets per second. One rounds what one hears to two digits,
carries the rounded number on, and should know how far the spoken sum has moved from the exact
one by the end:

    150M user x 2 tweet/user/day = 300M tweet/day   300M tweet/day   drift 0
    300M tweet/day / 86,400 s/day = 3.5k tweet/s    3.472k tweet/s   drift +0.8 %

Numbers that everybody knows in full are said in full: 86,400 s in a day, 365 days, 1024.
Ranges are spoken by their medians.
"""

from __future__ import annotations

import math

from sdcli.estimate.parts import Reckoner, median, with_value
from sdcli.estimate.unit_steps import unit_steps, unprefixed
from sdcli.units.conventions import DEFAULT
from sdcli.units.display import DIGITS, number_in, rounded, scaled, show, shown_unit
from sdcli.units.errors import UnitError
from sdcli.units.factors import factors, terms
from sdcli.units.record import TYPE_CHECKING, Record
from sdcli.units.syntax import Binary, Call, Conversion, Literal, Name, Negative, Node, UnitWord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdcli.units import Expression, Quantity
    from sdcli.units.conventions import Conventions
    from sdcli.units.factors import Part

SPOKEN_DIGITS = 2
_IN_FULL = frozenset((128, 256, 365, 512, 1024, 2048, 3600, 4096, 86_400))
_FULL_MAX = 1e6  # a whole number below it is said with its digits: 86,400
_NOISE = 1e-9


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

    def say(self, node: Node) -> _Spoken:
        """Say the steps up to the value of this node."""
        if isinstance(node, Conversion):
            return self._conversion(node)
        if isinstance(node, Negative):
            return self._negative(node)
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Binary):
            if node.operator == "^":
                return self._power(node)
            return self._chain(node)
        exact = self._reckoner.value(node)
        spoken = _spoken(median(exact))
        text = _said(spoken)
        if isinstance(node, Name) and exact.dimension.is_number:
            text += f" ({node.name})"  # a bare number does not say what it counts
        return _Spoken(spoken, exact, text)

    def _chain(self, node: Binary) -> _Spoken:
        """A product or a sum, as one step however many parts it has."""
        is_product = node.operator in "*/"
        parts = factors(node) if is_product else terms(node)
        if len(parts) == 1:  # a number with its units
            exact = self._reckoner.value(node)
            spoken = _spoken(median(exact))
            return _Spoken(spoken, exact, _said(spoken))
        said = [self.say(part.node) for part in parts]
        exact = self._folded([one.exact for one in said], parts)
        try:
            carried = self._folded([one.carried for one in said], parts)
        except UnitError:
            carried = with_value(exact, 0.0)
        if carried.value == 0 != exact.value:  # 1.004 - 1: rounding would leave nothing
            said = [_Spoken(median(one.exact), one.exact, str(median(one.exact))) for one in said]
            carried = median(exact)
        signs = ("x", "/") if is_product else ("+", "-")
        text = said[0].text
        for part, one in zip(parts[1:], said[1:], strict=True):
            text += f" {signs[part.inverse]} {_operand(part, one)}"
        if is_product:
            operands = [(one.carried, part.inverse) for part, one in zip(parts, said, strict=True)]
            meeting = _meeting(operands, exact)
            text += meeting.text
            carried = with_value(carried, median(carried).value * meeting.drift)
        return self._step(text, carried, exact)

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
        carried = self._tried(node, exact, base.carried, median(exponent))
        left = base.text if isinstance(node.left, Literal) else f"({base.text})"
        text = f"{left}^{median(exponent)}"
        if isinstance(node.left, Literal) and node.left.number == 10:  # noqa: PLR2004 - 10^5
            return _Spoken(carried, exact, text)
        return self._step(text, carried, exact)

    def _call(self, node: Call) -> _Spoken:
        said = [self.say(argument) for argument in node.arguments]
        exact = self._reckoner.apply(node, *(one.exact for one in said))
        carried = self._tried(node, exact, *(one.carried for one in said))
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

    def _step(self, text: str, carried: Quantity, exact: Quantity) -> _Spoken:
        spoken, middle = _spoken(median(carried)), median(exact)
        if not math.isfinite(spoken.value):  # rounded up out of floating point
            spoken = middle
        drift = spoken.value / middle.value - 1 if middle.value else 0.0
        drift = 0.0 if abs(drift) < _NOISE else drift
        said = _said(spoken)
        self.steps.append(Step(f"{text} = {said}", show(middle), drift))
        return _Spoken(spoken, exact, said)


def _operand(part: Part, spoken: _Spoken) -> str:
    """A part behind its sign."""
    if isinstance(part.node, UnitWord):
        return part.node.unit.symbol
    bracket = part.inverse and "/" in spoken.text
    return f"({spoken.text})" if bracket or spoken.text.startswith("-") else spoken.text


def _spoken(quantity: Quantity) -> Quantity:
    """Rounded to two digits in the unit that it is shown in, unless people know it in full."""
    unit = shown_unit(quantity, SPOKEN_DIGITS)
    size = unit.size(quantity.conventions)
    number = quantity.value / size
    if number in _IN_FULL:
        return quantity
    if unit.text == "%":  # 99.95% has two digits: its complement has
        return with_value(quantity, float(number_in(quantity.value, quantity, unit, 2)) * size)
    return with_value(quantity, rounded(number, SPOKEN_DIGITS) * size)


def _said(spoken: Quantity) -> str:
    unit = shown_unit(spoken, SPOKEN_DIGITS)
    number = spoken.value / unit.size(spoken.conventions)
    return unit.after(_full(number)) if number in _IN_FULL else show(spoken, SPOKEN_DIGITS)


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
        for unit, exponent in unprefixed(shown_unit(value, SPOKEN_DIGITS))
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
    return rounded(ratio, SPOKEN_DIGITS if ratio < _FULL_MAX else DIGITS)


def _full(number: float) -> str:
    """A number that is known: `86,400`, `2.592M`."""
    if number.is_integer() and number < _FULL_MAX:
        return f"{number:,.0f}"
    return scaled(number)
