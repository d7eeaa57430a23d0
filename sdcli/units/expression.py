"""Expressions: what the rest of the program reads, keeps and evaluates.

`parse` reads once; the expression is then evaluated as often as its names change. The line
forms (`name = EXPR`, `A = B`) are parted here.
"""

from __future__ import annotations

from sdcli.units.conventions import DEFAULT, Conventions, of_units
from sdcli.units.errors import UnitError, printable, quoted
from sdcli.units.evaluate import Evaluator
from sdcli.units.parser import EXAMPLE, Parser
from sdcli.units.record import TYPE_CHECKING
from sdcli.units.syntax import (
    PRODUCT,
    Comparison,
    Conversion,
    UnitWord,
    binding,
    is_question,
    write,
)
from sdcli.units.table import UNITS
from sdcli.units.vocabulary import (
    FUNCTION_NAMES,
    OPERATOR_WORDS,
    Vocabulary,
    is_name,
    unit_is_no_name,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sdcli.units.quantity import Quantity
    from sdcli.units.syntax import Node

_ASSIGNMENT = "NAME = VALUE, like writes = 100M link/month"
NAME_LENGTH_MAX = 64  # characters; what a design file takes


class Expression:
    """A parsed expression.

    Args:
        line: the text that errors show.
        start: where the expression starts in it.
        vocabulary: the units and count nouns.
        names: names of values; each hides a count noun of its spelling.
        claim: whether `A = B` is allowed.

    >>> writes = quantity("100M link/month")
    >>> parse("writes to link/s", names=["writes"]).evaluate({"writes": writes}).display()
    '38.58 link/s'
    """

    def __init__(
        self,
        line: str,
        start: int,
        vocabulary: Vocabulary,
        names: Collection[str],
        *,
        claim: bool = False,
    ) -> None:
        parser = Parser(line, start, vocabulary, names, claim=claim)
        self.line = line
        self.text = line[start:].strip()
        self.vocabulary = vocabulary
        self._known = names
        self.node = parser.parse()
        self.names = frozenset(parser.names)
        self._units = parser.units

    @property
    def is_question(self) -> bool:
        """Whether it is true or false and has no value: a comparison, or several with and, or, not.

        >>> parse("not 3 GB < 2 GB and 1 s < 1 min").is_question
        True
        """
        return is_question(self.node)

    @property
    def is_claim(self) -> bool:
        """Whether it says of two values that they are equal: `A = B` or `A == B`, and no more."""
        return isinstance(self.node, Comparison) and self.node.operator in ("=", "==")

    @property
    def is_product(self) -> bool:
        """Whether a factor may be written behind it without brackets."""
        return binding(self.node) >= PRODUCT

    def part(self, node: Node) -> Expression:
        """One of its nodes, or another made of them, as an expression of its own.

        Nothing is read again: a part keeps the place of its errors in the whole line, and its
        ranges draw under the names that they have there.
        """
        part = object.__new__(Expression)
        part.__dict__.update(self.__dict__)
        part.node = node
        return part

    def without_conversion(self) -> Expression:
        """What stands before a conversion at the end; itself when there is none."""
        return self.part(self.node.operand) if isinstance(self.node, Conversion) else self

    def evaluate(
        self,
        env: Mapping[str, Quantity],
        conventions: Conventions = DEFAULT,
        *,
        source: str = "",
        steps: list[str] | None = None,
    ) -> Quantity:
        """The value.

        Args:
            env: the values of the names.
            conventions: day, month and year.
            source: the name under which its ranges draw, for an assumption its own name; else
                equal texts draw equal values.
            steps: receives a line for each step of the sum.

        Raises:
            UnitError: mixed dimensions, an unknown name, a question.
        """
        return self._evaluator(env, conventions, source, steps).value(self.node)

    def sides(
        self,
        env: Mapping[str, Quantity],
        conventions: Conventions = DEFAULT,
        *,
        source: str = "",
        steps: list[str] | None = None,
    ) -> tuple[Quantity, str, Quantity]:
        """Left value, operator and right value of a comparison; the rest as in `evaluate`.

        Raises:
            UnitError: the kinds differ, a name is unknown, or this is not one comparison.
        """
        if not isinstance(self.node, Comparison):
            raise self._no_comparison()
        left, right = self._evaluator(env, conventions, source, steps).compared(self.node)
        return left, self.node.operator, right

    def holds(
        self,
        env: Mapping[str, Quantity],
        conventions: Conventions = DEFAULT,
        *,
        source: str = "",
        steps: list[str] | None = None,
    ) -> bool:
        """Whether a question is true; ranges are compared by their medians.

        Args:
            env: the values of the names.
            conventions: day, month and year.
            source: the name under which its ranges draw, as in `evaluate`.
            steps: receives the working, and of each comparison a line with both values.

        Raises:
            UnitError: the kinds differ, a name is unknown (also where it would not decide), or
                this asks nothing.
        """
        if not self.is_question:
            raise self._no_comparison()
        return self._evaluator(env, conventions, source, steps).holds(self.node)

    def _no_comparison(self) -> UnitError:
        return UnitError(
            "this is no comparison",
            given=printable(self.text),
            expected="like write_rate > 10 link/s",
        )

    def conventions(self, conventions: Conventions = DEFAULT) -> dict[str, str]:
        """The conventions that its units rest on: `{"month": "30 day"}`."""
        return of_units(self._units.values(), conventions)

    def with_values(self, values: Mapping[str, str]) -> str:
        """The expression with text in the place of its names, with × and ÷, for people."""
        return write(self.node, values)

    def __str__(self) -> str:
        return write(self.node)

    def __repr__(self) -> str:
        return f"parse({str(self)!r})"

    def _evaluator(
        self,
        env: Mapping[str, Quantity],
        conventions: Conventions,
        source: str = "",
        steps: list[str] | None = None,
    ) -> Evaluator:
        return Evaluator(
            self.line,
            self.vocabulary,
            known=self._known,
            values=env,
            conventions=conventions,
            source=source or self.text,
            steps=steps,
        )


def parse(text: str, *, nouns: Iterable[str] = (), names: Iterable[str] = ()) -> Expression:
    """Read an expression.

    Args:
        text: the expression.
        nouns: count nouns beside the built-in ones, in singular.
        names: names of values; a name hides a count noun of its spelling.

    Raises:
        UnitError: it cannot be read; with the place.
    """
    return Expression(text, 0, Vocabulary.of(nouns), frozenset(names))


def quantity(
    text: str, *, nouns: Iterable[str] = (), env: Mapping[str, Quantity] | None = None
) -> Quantity:
    """Read and evaluate.

    >>> quantity("1 MB * 30e6/day * 5 year").display()
    '54.75 PB'

    Raises:
        UnitError: it cannot be read or evaluated.
    """
    values = env or {}
    return parse(text, nouns=nouns, names=values).evaluate(values)


def holds(text: str, env: Mapping[str, Quantity], *, nouns: Iterable[str] = ()) -> bool:
    """Whether a question over named values is true; ranges are compared by their medians.

    >>> holds("ring.spread <= 10% and not ring.spread < 5%", {"ring.spread": quantity("0.08")})
    True

    Raises:
        UnitError: it is no comparison, or cannot be read or evaluated.
    """
    return parse(text, nouns=nouns, names=env).holds(env)


def assignment(
    line: str, *, nouns: Iterable[str] = (), names: Iterable[str] = ()
) -> tuple[str, Expression]:
    """Read `name = EXPR`, where the left side is always a name.

    It hides a count noun of its spelling, but no other unit.

    Raises:
        UnitError: the left side is no name, or the right side cannot be read.
    """
    left, sign, _ = line.partition("=")
    if not sign or line[len(left) + 1 :].startswith("="):
        given = printable(line.strip()[:66])
        raise UnitError("this is no assignment", given=given, expected=_ASSIGNMENT)
    name = checked_name(left.strip())
    return name, Expression(line, len(left) + 1, Vocabulary.of(nouns), frozenset(names))


def checked_name(name: str) -> str:
    """The name, if it may name a value.

    Raises:
        UnitError: it is empty, too long, a unit, a word of the language, or not spelled as names
            are. A function's name is free: it is a function only before a bracket.
    """
    fix = ""
    if not is_name(name):
        what = f"{quoted(name)} is no name" if name else "the name is missing"
        plain = "".join(letter if letter.isalnum() else "_" for letter in name.lower())
        fix = f"write {plain.strip('_')}" if is_name(plain.strip("_")) and name.isascii() else ""
    elif len(name) > NAME_LENGTH_MAX:
        what = f"a name has at most {NAME_LENGTH_MAX} characters, this one has {len(name)}"
    elif name in UNITS:
        what = unit_is_no_name(name, UNITS[name]).what
    elif name in OPERATOR_WORDS:
        what = f"{quoted(name)} means something else in an expression"
    else:
        return name
    raise UnitError(what, expected=_ASSIGNMENT, fix=fix)


def statement(
    line: str, *, nouns: Iterable[str] = (), names: Iterable[str] = ()
) -> tuple[str | None, Expression]:
    """Read a line of `calc`: `name = EXPR` gives the name; an expression or a claim gives None.

    A lower-case word to the left of `=` names a value, and hides a count noun of its spelling,
    unless it is a unit (physical ones too) or a function: then, as with `==` and with anything
    longer, `A = B` is a claim to be checked. `MB = 1000 KB` is one; `b = size` would be one that
    nobody means, and is refused.

    Raises:
        UnitError: it cannot be read.
    """
    vocabulary, hidden = Vocabulary.of(nouns), frozenset(names)
    left, sign, right = line.partition("=")
    name = left.strip()
    if sign and not right.startswith("=") and is_name(name):
        taken = name in UNITS or name in FUNCTION_NAMES or name in OPERATOR_WORDS
        if not taken and (name in hidden or not vocabulary.is_physical(name)):
            return name, Expression(line, len(left) + 1, vocabulary, hidden)
    if not line.strip():
        raise UnitError("there is nothing here to compute", expected=EXAMPLE)
    expression = Expression(line, 0, vocabulary, hidden, claim=True)
    node = expression.node
    if isinstance(node, Comparison) and node.operator == "=" and expression.names:
        left_side = node.left
        if isinstance(left_side, UnitWord):  # b = a, where b is the bit
            error = unit_is_no_name(line[slice(*left_side.span)], left_side.unit)
            raise error.at(left_side.span, line)
    return None, expression
