"""The parts of a sum (units/factors.py), each worked out by itself.

What is said step by step (aloud.py) and what is done by head (by_head.py) walk over them.
"""

from __future__ import annotations

from sdcli.units import Quantity, UnitError
from sdcli.units.evaluate import Evaluator
from sdcli.units.factors import factors
from sdcli.units.record import TYPE_CHECKING
from sdcli.units.spread import Point
from sdcli.units.syntax import Binary, Call, Conversion, Name, Negative, Node

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdcli.units import Expression
    from sdcli.units.conventions import Conventions


class Reckoner:
    """Works out the parts of one expression, each of them once.

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
        self._known: dict[int, tuple[Node, Quantity]] = {}  # by id; the node is kept alive
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
        if id(node) not in self._known:
            self._known[id(node)] = (node, self._worked_out(node))
        return self._known[id(node)][1]

    def _worked_out(self, node: Node) -> Quantity:
        operands = [self.value(operand) for operand in _operands(node)]
        if operands:
            try:
                return self.apply(node, *operands)
            except UnitError:
                pass  # the error that is made from the text says more
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


def _operands(node: Node) -> tuple[Node, ...]:
    """What the operator or function at the top of a part works on; nothing for a single one."""
    if isinstance(node, Binary):
        return (node.left, node.right)
    if isinstance(node, Negative | Conversion):
        return (node.operand,)
    return node.arguments if isinstance(node, Call) else ()


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


def is_quotient(node: Node) -> bool:
    """Whether it is a product of which something divides: `peak / per_server`."""
    is_product = isinstance(node, Binary) and node.operator in "*/"
    return is_product and any(part.inverse for part in factors(node))


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
