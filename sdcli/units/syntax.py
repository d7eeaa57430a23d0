"""The syntax tree of an expression, and how it is written back.

Every node knows its place in the text (`span`), so that an error found when the numbers are
worked out still points at the sign that is to blame; equality ignores it. `write` puts in the
brackets that the precedence needs and no others: what it writes reads back as the same tree.
"""

from __future__ import annotations

from sdcli.units.product import UnitProduct
from sdcli.units.record import TYPE_CHECKING, Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdcli.units.errors import Span
    from sdcli.units.table import Unit

# How tightly each form binds; a range and a number with its unit bind tightest.
OR, AND, NOT, COMPARISON, CONVERSION = 4, 6, 8, 10, 20
SUM, PRODUCT, UNARY, POWER, ATOM = 30, 40, 50, 60, 70


class Node(Record):
    """A part of an expression."""

    uncompared = ("span", "sign")

    span: Span


class Literal(Node):
    """A number with its unit: `5 MB`, `10%`, `100M`."""

    number: float
    unit: Unit | None = None


class UnitWord(Node):
    """A unit that stands by itself, as in `/ day`: one of it."""

    unit: Unit


class Name(Node):
    """The name of a value, dotted or not."""

    name: str


class Interval(Node):
    """A range, `low to high`; `ordinal` counts the ranges of the expression from 1."""

    low: Node
    high: Node
    ordinal: int


class Negative(Node):
    """A minus sign before something."""

    operand: Node
    sign: Span = (0, 0)


class Binary(Node):
    """Two operands around `+ - * / ^`; `sign` is where the operator stands."""

    operator: str
    left: Node
    right: Node
    sign: Span = (0, 0)


class Call(Node):
    """A function of its arguments."""

    function: str
    arguments: tuple[Node, ...]


class Conversion(Node):
    """A value shown in another unit."""

    operand: Node
    target: UnitProduct
    sign: Span = (0, 0)


class Comparison(Node):
    """Two values around `< <= > >= ==`, or around the `=` of a claim."""

    operator: str
    left: Node
    right: Node
    sign: Span = (0, 0)


class Not(Node):
    """A question turned over."""

    operand: Node
    sign: Span = (0, 0)


class Logic(Node):
    """Two questions joined by `and` or `or`."""

    operator: str
    left: Node
    right: Node
    sign: Span = (0, 0)


_BINDING = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "^": POWER, "and": AND, "or": OR}
_PRINTED = {"*": "×", "/": "÷"}
_THOUSANDS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def binding(node: Node) -> int:
    """How tightly the node holds together when something stands beside it."""
    if isinstance(node, Binary | Logic):
        return _BINDING[node.operator]
    if isinstance(node, Negative):
        return UNARY
    if isinstance(node, Not):
        return NOT
    if isinstance(node, Interval):
        low = node.low.operand if isinstance(node.low, Negative) else node.low
        return ATOM if isinstance(low, Literal) else CONVERSION
    if isinstance(node, Conversion):
        return CONVERSION
    return COMPARISON if isinstance(node, Comparison) else ATOM


def is_question(node: Node) -> bool:
    """Whether it is true or false, and no quantity."""
    return isinstance(node, Comparison | Logic | Not)


def is_literal(node: Node) -> bool:
    """Whether it is a number with units and nothing else: `100M link/month`."""
    if isinstance(node, Binary) and node.operator in "*/":
        return is_literal(node.left) and isinstance(node.right, UnitWord)
    return isinstance(node, Literal)


def write(node: Node, values: Mapping[str, str] | None = None) -> str:
    """The expression as text that reads back as the same tree.

    Args:
        node: the tree.
        values: what to put in the place of names; the text is then for people, with × and ÷.
    """
    return _Writer(values).write(node)


class _Writer:
    def __init__(self, values: Mapping[str, str] | None) -> None:
        self.values = values

    def write(self, node: Node) -> str:
        if isinstance(node, Literal):
            return _literal(node)
        if isinstance(node, UnitWord):
            return node.unit.symbol
        if isinstance(node, Name):
            return (self.values or {}).get(node.name, node.name)
        if isinstance(node, Interval):
            return f"{self.write(node.low)} to {self.write(node.high)}"
        if isinstance(node, Negative):
            signed = isinstance(node.operand, Interval)  # -5 to 20 starts at minus five
            return "-" + self._inside(node.operand, UNARY, bracket=signed)
        if isinstance(node, Call):
            return f"{node.function}({', '.join(self.write(each) for each in node.arguments)})"
        if isinstance(node, Conversion):
            # 2 to 1/s would be a range
            bracket = node.target.text.startswith("1/") and _ends_literal(node.operand)
            operand = self._inside(node.operand, CONVERSION, bracket=bracket)
            return f"{operand} to {node.target.text}"
        if isinstance(node, Comparison):
            left, right = (self._inside(side, CONVERSION) for side in (node.left, node.right))
            return f"{left} {node.operator} {right}"
        if isinstance(node, Not):
            return f"not {self._inside(node.operand, NOT)}"
        if isinstance(node, Logic):
            own = _BINDING[node.operator]
            left, right = self._inside(node.left, own), self._inside(node.right, own + 1)
            return f"{left} {node.operator} {right}"
        assert isinstance(node, Binary)  # noqa: S101 - the only kind left
        return self._binary(node)

    def _binary(self, node: Binary) -> str:
        own = _BINDING[node.operator]
        if node.operator == "^":
            left = self._inside(node.left, own + 1, bracket=self._has_unit(node.left))
            return f"{left}^{self._inside(node.right, UNARY, bracket=self._has_unit(node.right))}"
        pretty = self.values is not None
        least = own if pretty and node.operator == "*" else own + 1
        two_readings = node.operator == "/" and ends_bare(node.left) and starts_unit(node.right)
        per_unit = node.operator == "/" and isinstance(node.right, UnitWord)
        left = self._inside(node.left, own, bracket=per_unit and _divides_by_literal(node.left))
        right = self._inside(node.right, least, bracket=two_readings)
        if isinstance(node.right, UnitWord) and (node.operator == "/" or is_literal(node)):
            return f"{left}{node.operator}{right}"
        operator = _PRINTED.get(node.operator, node.operator) if pretty else node.operator
        return f"{left} {operator} {right}"

    def _inside(self, node: Node, least: int, *, bracket: bool = False) -> str:
        """A part, in brackets unless it holds together by itself."""
        text = self.write(node)
        holds = binding(node)
        if isinstance(node, Name) and text != node.name:
            holds = SUM if " to " in text or text[0] == "-" else PRODUCT if "/" in text else ATOM
        return f"({text})" if bracket or holds < least else text

    def _has_unit(self, node: Node) -> bool:
        """Whether a power beside it would have two readings: 2 s^2."""
        if isinstance(node, Literal):
            return node.unit is not None
        return isinstance(node, Interval) or (isinstance(node, Name) and " " in self.write(node))


def _ends_literal(node: Node) -> bool:
    """Whether the text of the node may end in a number, with or without its unit."""
    if isinstance(node, Binary):
        return _ends_literal(node.right)
    if isinstance(node, Negative):
        return _ends_literal(node.operand)
    return isinstance(node, Literal | Interval)


def ends_bare(node: Node) -> bool:
    """Whether the text of the node may end in a number without a unit."""
    if isinstance(node, Binary):
        return ends_bare(node.right)
    if isinstance(node, Negative):
        return ends_bare(node.operand)
    if isinstance(node, Interval):
        return ends_bare(node.high)
    return isinstance(node, Literal) and node.unit is None


def starts_unit(node: Node) -> bool:
    """Whether the text of the node may start with a number that has a unit."""
    if isinstance(node, Negative):
        return starts_unit(node.operand)
    if isinstance(node, Interval):
        return starts_unit(node.high)
    return isinstance(node, Literal) and node.unit is not None


def _divides_by_literal(node: Node) -> bool:
    """Whether `/unit` behind it would have two readings: 1 TB / 100 MB/s, 100M / 10k/s."""
    if not isinstance(node, Binary) or node.operator != "/":
        return False
    divisor = node.right
    is_prefixed = isinstance(divisor, Literal) and number_text(divisor.number)[-1].isalpha()
    return is_prefixed or starts_unit(divisor)


def _literal(node: Literal) -> str:
    number = number_text(node.number)
    if node.unit is None:
        return number
    return UnitProduct(((node.unit, 1),)).after(number)


def number_text(number: float) -> str:
    """The shortest text that reads back as exactly this number: `100M`, `0.25`, `86400`."""
    for size, letter in _THOUSANDS:
        short = f"{number / size:g}"
        if 1 <= number / size < 1000 and len(short) < 6 and float(short) * size == number:  # noqa: PLR2004
            return short + letter
    if number.is_integer() and number < 1e15:  # noqa: PLR2004 - beyond, powers of ten read better
        return str(int(number))
    return repr(number).replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")
