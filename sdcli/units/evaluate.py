"""Evaluation: from the syntax tree and named values to a quantity.

Errors of the arithmetic get the place of the operator here; names that nobody knows get a
did-you-mean over names, units and functions.
"""

from __future__ import annotations

from sdcli.units.errors import UnitError, quoted, suggestion
from sdcli.units.factors import factors
from sdcli.units.functions import FUNCTIONS
from sdcli.units.product import UnitProduct
from sdcli.units.quantity import COMPARES, Quantity
from sdcli.units.record import TYPE_CHECKING
from sdcli.units.spread import between
from sdcli.units.syntax import (
    Binary,
    Call,
    Comparison,
    Conversion,
    Interval,
    Literal,
    Logic,
    Name,
    Negative,
    Node,
    Not,
    UnitWord,
    is_literal,
    write,
)
from sdcli.units.table import AMBIGUOUS, noun_unit
from sdcli.units.vocabulary import Vocabulary, ambiguous, unit_is_no_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from typing import TypeVar

    from sdcli.units.conventions import Conventions
    from sdcli.units.errors import Span
    from sdcli.units.factors import Part

    Result = TypeVar("Result")

_PRINTED = {"*": "×", "/": "÷"}


class Evaluator:
    """One evaluation.

    Args:
        text: the line, for errors.
        vocabulary: for suggestions.
        known: names that might have been meant, for suggestions.
        values: the named quantities.
        conventions: day, month and year.
        source: the name under which the ranges of this text draw; its first range has exactly
            this name, so that an assumption is one source wherever it is used.
        steps: receives a line for each step, if it is given.
    """

    def __init__(
        self,
        text: str,
        vocabulary: Vocabulary,
        *,
        known: Collection[str],
        values: Mapping[str, Quantity],
        conventions: Conventions,
        source: str,
        steps: list[str] | None = None,
    ) -> None:
        self.text = text
        self.vocabulary = vocabulary
        self.known = known
        self.values = values
        self.conventions = conventions
        self.source = source
        self.steps = steps

    def value(self, node: Node) -> Quantity:
        """The quantity of a node.

        Raises:
            UnitError: with the place of the operator or word that is to blame.
        """
        if isinstance(node, Literal):
            return self._literal(node)
        if isinstance(node, UnitWord):
            return Quantity.one(node.unit, self.conventions)
        if isinstance(node, Name):
            return self._name(node)
        if isinstance(node, Binary):
            return self._binary(node)
        if isinstance(node, Negative):
            return -self.value(node.operand)
        if isinstance(node, Interval):
            return self._interval(node)
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Conversion):
            return self._conversion(node)
        raise UnitError("a comparison is no value", span=node.span, text=self.text)

    def compared(self, node: Comparison) -> tuple[Quantity, Quantity]:
        """Both sides of a comparison, checked to be of one kind."""
        left, right = self.value(node.left), self.value(node.right)
        if node.operator in ("=", "=="):
            right = _keep_noun(left, right)
        try:
            left.same_kind(right, COMPARES, node.operator)
        except UnitError as error:
            if node.operator == "=" and isinstance(node.left, UnitWord):
                word = self.text[slice(*node.left.span)]
                raise unit_is_no_name(word, node.left.unit).at(node.left.span, self.text) from None
            from sdcli.units.slips import sides_fix

            error.fix = sides_fix(node, left, right, self.values) or error.fix
            raise error.at(node.sign, self.text) from None
        return left, right

    def holds(self, node: Node) -> bool:
        """Whether a question is true; ranges are compared by their medians.

        Both sides of `and` and `or` are worked out, so that a wrong name in the second is found
        where the first decides.

        Raises:
            UnitError: two kinds are compared, or a name is unknown.
        """
        if isinstance(node, Not):
            return not self.holds(node.operand)
        if isinstance(node, Logic):
            left, right = self.holds(node.left), self.holds(node.right)
            return (left and right) if node.operator == "and" else (left or right)
        assert isinstance(node, Comparison)  # noqa: S101 - the only kind left
        one, two = self.compared(node)
        order = one.compare(two)
        if self.steps is not None:
            self.steps.append(f"{one.summary()} {node.operator} {two.summary()}")
        return is_true(node.operator, order)

    def _placed(self, span: Span, work: Callable[[], Result]) -> Result:
        try:
            return work()
        except UnitError as error:
            raise error.at(span, self.text) from None

    def _literal(self, node: Literal) -> Quantity:
        unit = UnitProduct(((node.unit, 1),)) if node.unit else UnitProduct()
        return self._placed(
            node.span, lambda: Quantity.counted(node.number, unit, self.conventions)
        )

    def _name(self, node: Name) -> Quantity:
        value = self.values.get(node.name)
        if value is not None:
            return value
        if node.name in AMBIGUOUS:
            raise ambiguous(node.name).at(node.span, self.text)
        raise self._unknown(node.name).at(node.span, self.text)

    def _unknown(self, name: str) -> UnitError:
        """The error for a word that nobody knows here, with what may have been meant by it."""
        from sdcli.units import long_tail
        from sdcli.units.habits import hint

        if name in FUNCTIONS:
            return UnitError(
                f"{quoted(name)} is a function and takes its values in brackets",
                expected=f"{FUNCTIONS[name].signature}, like {FUNCTIONS[name].example}",
            )
        known = [*self.values, *self.known, *self.vocabulary.words_like(name), *FUNCTIONS]
        return UnitError(
            f"{quoted(name)} is no name, unit or count noun that is known here",
            fix=hint(name) or suggestion(name, known) or long_tail.suggestion(name),
        )

    def _binary(self, node: Binary, *, inside: bool = False) -> Quantity:
        """`inside`: it is the left part of a longer product, which is said in one step."""
        is_product = node.operator in _PRINTED
        if is_product and isinstance(node.left, Binary) and node.left.operator in _PRINTED:
            left = self._binary(node.left, inside=True)
        else:
            left = self.value(node.left)
        right = self.value(node.right)
        try:
            result = _combine(node.operator, left, right)
        except UnitError as error:
            error.fix = self._meant(node, left, right) or error.fix
            raise error.at(node.sign, self.text) from None
        if self.steps is not None and not inside:
            said, self.steps = self.steps, None  # its parts have been said already
            if is_product:
                sides = [self._factor(part) for part in factors(node)]
            else:
                sides = [_shown(left), f"{node.operator} {_shown(right)}"]
            self.steps = said
            if len(sides) > 1:
                said.append(f"{' '.join(sides)} = {result}")
        return result

    def _meant(self, node: Binary, left: Quantity, right: Quantity) -> str:
        """What makes an operation fit that was refused, where that is certain."""
        if node.operator not in "+-" or left.dimension == right.dimension:
            return ""
        if fix := _range_meant(node):
            return fix
        from sdcli.units.slips import sides_fix

        return sides_fix(node, left, right, self.values)

    def _factor(self, part: Part) -> str:
        text = _shown(self.value(part.node), divides=part.inverse)
        return text if part.joint is None else f"{_PRINTED[part.joint.operator]} {text}"

    def _interval(self, node: Interval) -> Quantity:
        low, high = self.value(node.low), self.value(node.high)
        self._placed(node.span, lambda: low.same_kind(high, "this range goes from {} to {}", "to"))
        if low.value > high.value:
            raise UnitError(
                "a range goes from low to high",
                span=node.span,
                text=self.text,
                fix=f"{write(node.high)} to {write(node.low)}",
            )
        source = self.source if node.ordinal == 1 else f"{self.source}/{node.ordinal}"
        magnitude = self._placed(node.span, lambda: between(low.value, high.value, source))
        return Quantity(magnitude, low.dimension, high.preferred, None, self.conventions)

    def _conversion(self, node: Conversion) -> Quantity:
        value = self.value(node.operand)
        try:
            result = value.shown_in(node.target)
        except UnitError as error:
            from sdcli.units.slips import conversion_fix

            error.fix = conversion_fix(node, value, self.values) or error.fix
            raise error.at(node.sign, self.text) from None
        if self.steps is not None and not is_literal(node.operand) and str(value) != str(result):
            self.steps.append(f"{value} = {result}")
        return result

    def _call(self, node: Call) -> Quantity:
        values = [self.value(argument) for argument in node.arguments]
        compute = FUNCTIONS[node.function].compute
        result = self._placed(node.span, lambda: compute(*values))
        if self.steps is not None:
            self.steps.append(f"{node.function}({', '.join(map(str, values))}) = {result}")
        return result


def is_true(operator: str, order: int) -> bool:
    """Whether a comparison holds of two values that compare so: -1, 0 or 1."""
    return {
        "<": order < 0,
        "<=": order <= 0,
        ">": order > 0,
        ">=": order >= 0,
        "==": order == 0,
        "=": order == 0,
    }[operator]


def _combine(operator: str, left: Quantity, right: Quantity) -> Quantity:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    return left / right if operator == "/" else left**right


def _range_meant(node: Binary) -> str:
    """`5-20 MB`, which takes megabytes from a number, is meant as a range."""
    low, high = node.left, node.right
    if node.operator != "-" or not isinstance(low, Literal) or not isinstance(high, Literal):
        return ""
    return f"a range is written {write(low)} to {write(high)}" if low.unit is None else ""


def _keep_noun(left: Quantity, right: Quantity) -> Quantity:
    """A claim in bare `1/s` speaks of what the left side counts."""
    nouns = left.dimension.nouns
    if len(nouns) == 1 and not right.dimension.is_number and not right.dimension.nouns:
        counted = right * Quantity.one(noun_unit(nouns[0]), right.conventions)
        if counted.dimension == left.dimension:
            return counted
    return right


def _shown(value: Quantity, *, divides: bool = False) -> str:
    text = value.display()
    return f"({text})" if value.is_range or (divides and "/" in text) else text
