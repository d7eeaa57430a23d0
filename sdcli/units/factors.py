"""Factors of a product and terms of a sum, as people say them.

`150M user * 2 tweet/user/day / 3` has three factors, not six: a number keeps its units.
"""

from __future__ import annotations

from sdcli.units.record import Record
from sdcli.units.syntax import Binary, Interval, Literal, Node, UnitWord


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
    parts: list[Part] = []
    for part in _chain(node, "*/"):
        last = parts[-1] if parts else part
        if part.joint is not None and isinstance(part.node, UnitWord) and _takes_units(last.node):
            operator = "/" if part.inverse != last.inverse else "*"  # a / 2 B / s is a / (2 B * s)
            unit = Binary(part.joint.span, operator, last.node, part.node, part.joint.sign)
            parts[-1] = Part(unit, last.joint, last.inverse)
        else:
            parts.append(part)
    return parts


def terms(node: Node) -> list[Part]:
    """The terms of a sum, in order; anything else is a single term."""
    return _chain(node, "+-")


def _chain(node: Node, operators: str) -> list[Part]:
    behind: list[Part] = []
    while isinstance(node, Binary) and node.operator in operators:
        behind.append(Part(node.right, node, node.operator == operators[1]))
        node = node.left
    return [Part(node), *reversed(behind)]


def _takes_units(node: Node) -> bool:
    """Whether the units behind it are read as its own."""
    if isinstance(node, Binary):
        return isinstance(node.right, UnitWord) and _takes_units(node.left)
    return isinstance(node, Literal | Interval)
