"""The parts of a sum as people say them: factors, terms, and each worked out by itself.

`150M user * 2 tweet/user/day / 3` has three factors, not six: a number keeps its units. What
is said step by step (aloud.py) and what is done by head (by_head.py) walk over these parts.
"""

from __future__ import annotations

from sdcli.units import Quantity
from sdcli.units.evaluate import Evaluator
from sdcli.units.record import TYPE_CHECKING, Record
from sdcli.units.spread import Point
from sdcli.units.syntax import (
    Binary,
    Call,
    Conversion,
    Interval,
    Literal,
    Name,
    Negative,
    Node,
    UnitWord,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdcli.units import Expression
    from sdcli.units.conventions import Conventions


class Part(Record):
    """A factor or a term.

    Args:
        node: what it is.
        joint: the operator that joins it to what stands before it; None for the first.
        inverse: whether it divides, or is taken away.
    """

    uncompared = ("joint",)

    node: Node
    joint: Binary | None = None
    inverse: bool = False


def factors(node: Node) -> list[Part]:
    """The factors of a product, in order; anything else is a single factor.

    Units stay with the number before them: `2 tweet/user/day` is one factor.
    """
    return _chain(node, "*/")


def terms(node: Node) -> list[Part]:
    """The terms of a sum, in order; anything else is a single term."""
    return _chain(node, "+-")


def _chain(node: Node, operators: str) -> list[Part]:
    behind: list[Binary] = []
    while isinstance(node, Binary) and node.operator in operators:
        behind.append(node)
        node = node.left
    parts = [Part(node)]
    for joint in reversed(behind):
        inverse = joint.operator == operators[1]
        last = parts[-1]
        if isinstance(joint.right, UnitWord) and _takes_units(last.node):
            operator = "/" if inverse != last.inverse else "*"  # a / 2 B / s is a / (2 B * s)
            unit = Binary(joint.span, operator, last.node, joint.right, joint.sign)
            parts[-1] = Part(unit, last.joint, last.inverse)
        else:
            parts.append(Part(joint.right, joint, inverse))
    return parts


def _takes_units(node: Node) -> bool:
    """Whether the units behind it are read as its own."""
    if isinstance(node, Binary):
        return isinstance(node.right, UnitWord) and _takes_units(node.left)
    return isinstance(node, Literal | Interval)


class Reckoner:
    """Works out the parts of one expression.

    Args:
        expression: where the parts come from.
        values: the named quantities.
        conventions: day, month and year.
        source: the name under which its ranges draw, as in `Expression.evaluate`.
    """

    def __init__(
        self,
        expression: Expression,
        values: Mapping[str, Quantity],
        conventions: Conventions,
        source: str = "",
    ) -> None:
        self._operands: dict[str, Quantity] = {}
        self._reader, self._worker = (
            Evaluator(
                expression.line,
                expression.vocabulary,
                known=expression.names,
                values=known,
                conventions=conventions,
                source=source or expression.text,
            )
            for known in (values, self._operands)
        )

    def value(self, node: Node) -> Quantity:
        """The quantity of a part.

        Raises:
            UnitError: with its place; also for a comparison, which has none.
        """
        return self._reader.value(node)

    def apply(self, node: Node, *operands: Quantity) -> Quantity:
        """What the operator or function at the top of a part makes of other operands.

        Raises:
            UnitError: it has no answer for these; with its place.
        """
        self._operands.clear()
        self._operands.update((str(place), each) for place, each in enumerate(operands))
        names = tuple(Name(node.span, name) for name in self._operands)
        return self._worker.value(_with_operands(node, names))


def _with_operands(node: Node, names: tuple[Name, ...]) -> Node:
    if isinstance(node, Binary):
        return Binary(node.span, node.operator, names[0], names[1], node.sign)
    if isinstance(node, Negative):
        return Negative(node.span, names[0], node.sign)
    if isinstance(node, Conversion):
        return Conversion(node.span, names[0], node.target, node.sign)
    if isinstance(node, Call):
        return Call(node.span, node.function, names)
    return node


def median(quantity: Quantity) -> Quantity:
    """The quantity as people say it: its median, without a range."""
    if not quantity.is_range:
        return quantity
    return with_value(quantity, quantity.value)


def with_value(quantity: Quantity, value: float) -> Quantity:
    """Another certain value, in base units, of the same kind, shown in the same units."""
    return Quantity(
        Point(value),
        quantity.dimension,
        quantity.preferred,
        quantity.asked,
        quantity.conventions,
    )
