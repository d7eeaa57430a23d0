"""Slips of meaning: sums that are written as nobody means them, and what was meant.

The commonest: `150M user * 2 tweet/day` counts tweets times users, where each user sends two.
And a rate by the day divided by 86400 is still one by the day, since 86400 is a plain number.
Nothing is assumed: where the sum is refused, the error gets the fix that makes it fit; where it
has an answer, a note stands beside it. Imported only where one of them may be needed.
"""

from __future__ import annotations

from sdcli.units.dimension import NUMBER, TIME, Dimension
from sdcli.units.display import usual_unit
from sdcli.units.factors import factors
from sdcli.units.product import UnitProduct, product
from sdcli.units.quantity import Quantity
from sdcli.units.record import TYPE_CHECKING
from sdcli.units.syntax import (
    Binary,
    Call,
    Comparison,
    Conversion,
    Interval,
    Literal,
    Name,
    Negative,
    Node,
    UnitWord,
    number_text,
    write,
)
from sdcli.units.table import REQUEST, SECOND, Unit, noun_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sdcli.units.expression import Expression

    Values = Mapping[str, Quantity]

_SECONDS = (3_600.0, 86_400.0, 2_592_000.0)  # of an hour, a day, a month
_REQUESTS = frozenset(  # what a server sees as a request
    (
        *("request", "read", "write", "search", "view", "click", "upload", "download", "post"),
        *("tweet", "message", "order", "payment", "transaction", "event"),
    )
)
_COUNTS_ON = ("min", "max", "ceil", "floor", "round", "abs")  # functions that keep the kind
_TRIED_MAX = 10  # quotients that are looked at; a sum has one or two
_FACTORS_MAX = 20  # factors of a product among which a pair is looked for
_PER_TIME = Dimension.of(TIME, -1)


# --- fixes of what is refused


def conversion_fix(node: Conversion, value: Quantity, values: Values) -> str:
    """What makes a conversion fit that is refused, or an empty string.

    Args:
        node: the conversion.
        value: what is to be converted.
        values: the values of names.
    """
    have, want = value.dimension, node.target.dimension
    if fix := per_each(node.operand, have, want, values) or _per_noun(node, have):
        return f"write {fix}"
    if want != REQUEST.dimension * _PER_TIME:
        return ""
    if _is_noun_rate(have):
        return f"write to {_counting(node.target, have.nouns[0])}"
    for noun in have.nouns:  # 150M user * 2 tweet/day to QPS
        one = have / Dimension.of(noun)
        if _is_noun_rate(one) and (fix := per_each(node.operand, have, one, values)):
            return f"write {fix}, and to {_counting(node.target, one.nouns[0])}"
    return ""


def sides_fix(node: Binary | Comparison, left: Quantity, right: Quantity, values: Values) -> str:
    """What makes two sides fit that a sum, a comparison or a claim has; or an empty string."""
    one, two = left.dimension, right.dimension
    fix = per_each(node.left, one, two, values) or per_each(node.right, two, one, values)
    if fix:
        return f"write {fix}"
    if _is_noun_rate(one) and _is_noun_rate(two) and {*one.nouns, *two.nouns} <= _REQUESTS:
        return f"count both as request: {_as_request(left)} {node.operator} {_as_request(right)}"
    if isinstance(node, Comparison):
        for side, other in ((node.right, left), (node.left, right)):
            if isinstance(side, Literal) and side.unit is None:
                return f"write {other.shown.after(number_text(side.number))}"
    return ""


def per_each(node: Node, have: Dimension, want: Dimension, values: Values) -> str:
    """`2 tweet/user/day` for the `2 tweet/day` beside `150M user`, where that makes it fit.

    Args:
        node: the product.
        have: its kind.
        want: the kind that it should have.
        values: the values of names; so many users may have one.
    """
    for each, amount in _pairs(node, values):
        if have / Dimension.of(each) == want:
            return _for_each(amount, each)
    return ""


def _pairs(node: Node, values: Values) -> Iterator[tuple[str, Node]]:
    """So many of one counted thing, and an amount of another multiplied with it; rates first."""
    above = [part.node for part in factors(node) if not part.inverse][:_FACTORS_MAX]
    kinds = [(each, dimension(each, values) or NUMBER) for each in above]
    counts = [(each, kind.nouns[0]) for each, kind in kinds if kind.is_count and kind.nouns]
    amounts = [
        (amount, kind)
        for amount, kind in kinds
        if kind.nouns and kind.exponent(kind.nouns[0]) == 1 and not isinstance(_first(amount), Name)
    ]
    for is_rate in (True, False):
        for count, each in counts:
            for amount, kind in amounts:
                if kind.is_rate == is_rate and each not in kind.nouns and count is not amount:
                    yield each, amount


def _first(amount: Node) -> Node:
    """What the units of a factor stand behind."""
    while isinstance(amount, Binary):
        amount = amount.left
    return amount


def _for_each(amount: Node, each: str) -> str:
    """`2 tweet/user/day`, from `2 tweet/day`."""
    if isinstance(amount, Binary) and isinstance(amount.right, UnitWord):
        return f"{_for_each(amount.left, each)}{amount.operator}{amount.right.unit}"
    return f"{_written(amount)}/{each}"


def _written(amount: Node) -> str:
    if isinstance(amount, Interval) and isinstance(amount.high, Literal):
        return f"{_number(amount)} {amount.high.unit}"
    return write(amount)


def _number(amount: Node) -> str:
    """The number of an amount, or the two of a range."""
    amount = _first(amount)
    if isinstance(amount, Interval):
        return f"{_number(amount.low)} to {_number(amount.high)}"
    if isinstance(amount, Negative):
        return f"-{_number(amount.operand)}"
    return number_text(amount.number) if isinstance(amount, Literal) else write(amount)


def _per_noun(node: Conversion, have: Dimension) -> str:
    """`40 kqps * 1 KB to MB/s`: what is missing is that each request has 1 KB."""
    extra = (have / node.target.dimension).exponents
    if len(extra) != 1 or extra[0][1] != 1 or extra[0][0] not in have.nouns:
        return ""
    factor = node.operand
    while isinstance(factor, Binary) and factor.operator == "*":
        last = factor.right
        if isinstance(last, Literal) and last.unit is not None and not last.unit.dimension.nouns:
            return f"{write(last)}/{extra[0][0]}"
        factor = factor.left
    return ""


def _is_noun_rate(kind: Dimension) -> bool:
    return kind.is_rate and bool(kind.nouns)


def _counting(target: UnitProduct, noun: str) -> str:
    """A target in requests, in another noun: `tweet/s` for `kqps`."""
    parts = [(part, e * exponent) for unit, e in target.factors for part, exponent in unit.simple]
    return product([(noun_unit(noun) if u == REQUEST else u, e) for u, e in parts]).text


def _as_request(rate: Quantity) -> str:
    kept = tuple(unit for unit in rate.preferred if unit.base == TIME)
    kind = REQUEST.dimension * _PER_TIME
    return Quantity(rate.spread, kind, kept, None, rate.conventions).display()


# --- notes beside what has an answer


def notes(expression: Expression, value: Quantity | None, values: Values) -> tuple[str, ...]:
    """What is said beside an answer whose sum is most likely a slip.

    Args:
        expression: the sum, or a claim or question.
        value: what it came to; None for a claim or a question.
        values: the values of names.

    >>> from sdcli.units import parse
    >>> rate = parse("100M url/day / 86400")
    >>> notes(rate, rate.evaluate({}), {})
    ('86400 is a plain number; to url/s converts',)
    """
    node = expression.node
    found = []
    if value is not None and not isinstance(node, Conversion):  # who converts knows the kind
        found.append(_multiplied(node, value.dimension, values))
    found.append(_plain_seconds(expression, values))
    return tuple(note for note in found if note)


def _multiplied(node: Node, kind: Dimension, values: Values) -> str:
    """That two counted things are multiplied, which hardly anybody means."""
    nouns = [noun for noun in kind.nouns if kind.exponent(noun) > 0]
    if len(nouns) < 2:  # noqa: PLR2004
        return ""
    name = "*".join(nouns)
    for part in _products(node):
        for each, amount in _pairs(part, values):
            if each in nouns:
                number = _number(amount)
                return f"{name}: write {_for_each(amount, each)} if it is {number} for each {each}"
    each = "user" if "user" in nouns else nouns[-1]
    other = next(noun for noun in nouns if noun != each)
    return f"{name}: the two are multiplied; for each {each} is written {other}/{each}"


def _products(node: Node) -> Iterator[Node]:
    """The products in it, each whole and not its beginnings as well."""
    beginnings = set()
    for part in _walk(node):
        if isinstance(part, Binary) and part.operator in "*/":
            beginnings.add(id(part.left))
            if id(part) not in beginnings:
                yield part


def _plain_seconds(expression: Expression, values: Values) -> str:
    """That a rate was divided by the seconds of a day, which does not convert it."""
    tried = 0
    for node in _walk(expression.node):
        if not isinstance(node, Binary) or node.operator != "/":
            continue
        divisor = node.right
        if not isinstance(divisor, Literal) or divisor.unit or divisor.number not in _SECONDS:
            continue
        tried += 1
        if tried > _TRIED_MAX:
            break
        kind = dimension(node.left, values)
        if kind is None or kind.exponent(TIME) != -1:
            continue
        typed = tuple(_units(node.left, values))
        if any(unit.base == TIME and unit.scale <= 1 and not unit.convention for unit in typed):
            continue  # it is by the second already
        factors = [
            (SECOND if base == TIME else usual_unit(base, typed), exponent)
            for base, exponent in kind.exponents
        ]
        number = " ".join(expression.line[slice(*divisor.span)].split())
        return f"{number} is a plain number; to {product(factors).text} converts"
    return ""


# --- what a part of an expression is made of


def dimension(node: Node, values: Values) -> Dimension | None:
    """The kind of a node without working it out; None where that takes its numbers."""
    if isinstance(node, Literal):
        return node.unit.dimension if node.unit else NUMBER
    if isinstance(node, UnitWord):
        return node.unit.dimension
    if isinstance(node, Name):
        value = values.get(node.name)
        return value.dimension if value is not None else None
    if isinstance(node, Negative):
        return dimension(node.operand, values)
    if isinstance(node, Interval):
        return dimension(node.high, values)
    if isinstance(node, Conversion):
        return node.target.dimension
    if isinstance(node, Call) and node.function in _COUNTS_ON:
        return dimension(node.arguments[0], values)
    if not isinstance(node, Binary) or node.operator == "^":
        return None
    left = dimension(node.left, values)
    if left is None or node.operator in "+-":
        return left
    right = dimension(node.right, values)
    if right is None:
        return None
    return left * right if node.operator == "*" else left / right


def _units(node: Node, values: Values) -> Iterator[Unit]:
    """The simple units in it, as typed."""
    for part in _walk(node):
        if isinstance(part, Literal | UnitWord) and part.unit is not None:
            yield from (unit for unit, _ in part.unit.simple)
        elif isinstance(part, Name) and part.name in values:
            yield from values[part.name].preferred
        elif isinstance(part, Conversion):
            yield from (unit for factor, _ in part.target.factors for unit, _ in factor.simple)


def _walk(node: Node) -> Iterator[Node]:
    """The node and everything in it, each once, from the left."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        inside = [getattr(node, field, None) for field in ("operand", "left", "right")]
        inside += [node.low, node.high] if isinstance(node, Interval) else []
        inside += node.arguments if isinstance(node, Call) else []
        waiting += [part for part in reversed(inside) if isinstance(part, Node)]
