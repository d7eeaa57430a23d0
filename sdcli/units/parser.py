"""The parser: from tokens to the syntax tree, by precedence (Pratt, POPL 1973).

Tight to loose: number with its unit; range; `^`; minus; `* /`; `+ -`; conversion; comparison.
A number, `to` and a number is a range; `to` before a unit is a conversion. What two people
read differently is refused with both readings: `1/2 s`, `2 s^2`, `tweet/users` where `users`
is a value.
"""

from __future__ import annotations

from sdcli.units.errors import quoted, suggestion
from sdcli.units.literals import LiteralParser
from sdcli.units.record import TYPE_CHECKING
from sdcli.units.syntax import (
    COMPARISON,
    CONVERSION,
    POWER,
    PRODUCT,
    SUM,
    UNARY,
    Binary,
    Call,
    Comparison,
    Conversion,
    Literal,
    Name,
    Negative,
    Node,
    UnitWord,
    ends_bare,
    is_literal,
    starts_unit,
)
from sdcli.units.table import DOLLAR, UNITS
from sdcli.units.vocabulary import (
    FUNCTION_NAMES,
    MAGNITUDES,
    OPERATOR_WORDS,
    Vocabulary,
    plural,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sdcli.units.errors import Span, UnitError
    from sdcli.units.product import UnitProduct
    from sdcli.units.tokens import Token

OPERATORS_MAX = 200
EXAMPLE = "an expression, like 150M user * 2 tweet/user/day to tweet/s"
_COMPARISONS = ("<", "<=", ">", ">=", "==")
_BINDING = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "^": POWER, "->": CONVERSION}
_WORD_BINDING = {"per": PRODUCT, "to": CONVERSION, "in": CONVERSION}
_MANY_ARGUMENTS = ("min", "max")


def parse_unit(text: str, nouns: Iterable[str] = ()) -> UnitProduct:
    """A product of units alone: `tweet/user/day`, `1/s`, `$`.

    Raises:
        UnitError: something in it is no unit.
    """
    parser = Parser(text, 0, Vocabulary.of(nouns), ())
    target = parser.unit_product()
    parser.expect_end()
    return target


class Parser(LiteralParser):
    """One reading of one text.

    Args:
        text: the line; errors show it.
        start: where the expression starts in it.
        vocabulary: the words that are units.
        hidden: names of values; one of them hides a count noun of its spelling.
        claim: whether `=` is read as a claim, `A = B`.
    """

    def __init__(
        self,
        text: str,
        start: int,
        vocabulary: Vocabulary,
        hidden: Collection[str],
        *,
        claim: bool = False,
    ) -> None:
        super().__init__(text, start, vocabulary, hidden)
        self.claim = claim
        self.names: dict[str, Span] = {}  # free names, in order, with the first place of each
        self._operators = 0

    def parse(self) -> Node:
        """The whole expression.

        Raises:
            UnitError: with the place, whatever is wrong.
        """
        if self._ahead().kind == "end":
            raise self._wrong("there is nothing here to compute", expected=EXAMPLE)
        node = self._expression(0)
        self.expect_end()
        return node

    def expect_end(self) -> None:
        """Refuse what stands behind a complete expression."""
        token = self._ahead()
        if token.kind == "end":
            return
        if token.kind == ")":
            raise self._wrong("this bracket closes nothing")
        if token.kind == "=":
            raise self._wrong("= cannot stand here", fix="compare with ==")
        raise self._missing_operator(token)

    def _missing_operator(self, token: Token) -> UnitError:
        before = self._ahead(-1)
        fix = ""
        if before.text == "B" and self.vocabulary.noun(token.text):
            fix = f"B after a space is byte; for billion, glue it to the number: 2B {token.text}"
        elif token.kind == "word" and token.text.casefold() in OPERATOR_WORDS:
            fix = f"write {token.text.casefold()} for {token.text}"
        return self._wrong(
            "an operator is missing before this",
            token,
            "one of + - * / ^, to before a unit, or a comparison",
            fix,
        )

    # --- operators

    def _expression(self, least: int) -> Node:
        self._deeper()
        left = self._operand()
        while (bound := self._binding()) > least:
            left = self._operator(left, bound)
        self._depth -= 1
        return left

    def _binding(self) -> int:
        """How tightly the operator at the cursor binds; 0 for anything else."""
        token = self._ahead()
        if token.kind == "word":
            if token.text == "x":
                return PRODUCT if self._is_spaced(token) else 0
            return _WORD_BINDING.get(token.text, 0)
        if token.kind in _COMPARISONS or (token.kind == "=" and self.claim):
            return COMPARISON
        return _BINDING.get(token.kind, 0)

    def _operator(self, left: Node, bound: int) -> Node:
        grouped = self._ahead(-1).kind == ")"  # what stands before the operator is in brackets
        token = self._take()
        self._operators += 1
        if self._operators > OPERATORS_MAX:
            raise self._wrong(
                f"this has more than {OPERATORS_MAX} operators", token, fix="name parts of it"
            )
        if bound == CONVERSION:
            return self._conversion(left, token)
        if bound == COMPARISON:
            return self._comparison(left, token)
        if isinstance(left, Conversion) and not grouped:
            fix = "put the conversion in brackets: (... to MB)"
            raise self._wrong("a conversion comes last", token, fix=fix)
        operator = {"x": "*", "per": "/"}.get(token.text, token.kind)
        if operator == "^":
            return self._power(left, token, grouped=grouped)
        first = self._ahead()
        right = self._expression(bound)
        if operator == "/":
            if not grouped and first.kind not in ("(", "$") and ends_bare(left):
                self._refuse_two_readings(left, token, right)
            self._refuse_hidden_noun(left, token, right)
        return Binary((left.span[0], right.span[1]), operator, left, right, token.span)

    def _refuse_two_readings(self, left: Node, slash: Token, right: Node) -> None:
        """Refuse `1/2 s`: half a second, or one in two seconds."""
        if not starts_unit(right):
            return
        while isinstance(left, Binary):
            left = left.right
        over = self.text[left.span[0] : left.span[1]]
        under = self.text[right.span[0] : right.span[1]]
        readings = f"{over} / ({under})"
        if isinstance(right, Literal) and right.unit is not None:
            number, unit = self._parts(right)
            readings += f", or ({over} / {number}) * 1 {unit}"
        raise self._wrong("this has two readings", slash, readings)

    def _refuse_hidden_noun(self, left: Node, slash: Token, right: Node) -> None:
        """Refuse `2 tweet/users` where users is a value: for each user, or through the value."""
        if not (isinstance(right, Name) and is_literal(left)):
            return
        noun = self.vocabulary.noun(right.name)
        if noun is None or slash.span != (left.span[1], right.span[0]):
            return
        spellings = (noun.symbol, plural(noun.symbol))
        other = next((word for word in spellings if word not in self.hidden), "")
        by_noun = f"/{other} for each {noun.symbol}, or " if other else ""
        raise self._wrong(
            f"{quoted(right.name)} is a value here, and a count noun",
            slash,
            f"{by_noun}spaces around / for the value: / {right.name}",
        )

    def _power(self, left: Node, caret: Token, *, grouped: bool) -> Node:
        if isinstance(left, Literal) and left.unit is not None and not grouped:
            number, unit = self._parts(left)
            readings = f"({number} {unit})^..., or {number} * {unit}^..."
            raise self._wrong("this has two readings", caret, readings)
        base, exponent = self._ahead(-2), self._ahead()
        right = self._expression(POWER - 1)
        span = (left.span[0], right.span[1])
        if (
            isinstance(left, Literal)
            and isinstance(right, Literal)
            and right.unit is not None
            and exponent.kind != "("
        ):
            if not (_is_integer(base) and _is_integer(exponent)):
                expected = "a plain number; only whole numbers like 2^10 B take a unit"
                raise self._wrong("an exponent has no unit", exponent, expected)
            try:
                return Literal(span, left.number**right.number, right.unit)
            except OverflowError:
                raise self._wrong("this is too large to compute", caret) from None
        return Binary(span, "^", left, right, caret.span)

    def _parts(self, literal: Literal) -> tuple[str, str]:
        """A literal as written, parted into its number and its unit."""
        text = self.text[literal.span[0] : literal.span[1]]
        symbol = literal.unit.symbol if literal.unit else ""
        for place in range(len(text), 0, -1):
            word = text[place - 1 :].strip()
            if self.vocabulary.unit(word) is literal.unit:
                return text[: place - 1].strip(), word
        return text.strip("$ "), symbol

    def _conversion(self, left: Node, word: Token) -> Node:
        one_over = self._ahead().text == "1" and self._is_over(1)
        if word.text == "to" and self._is_number() and not one_over:
            right = self._expression(CONVERSION)
            if is_literal(left) and is_literal(right):
                return self._interval(left, right)
            raise self._wrong(
                "a unit must follow here",
                word,
                "... to MB, or a range of two numbers with their units",
                "put the range in brackets: (5 to 20 MB/s)",
            )
        target = self.unit_product()
        return Conversion(self._since(left.span[0]), left, target, word.span)

    def _comparison(self, left: Node, sign: Token) -> Node:
        if isinstance(left, Comparison):
            raise self._wrong("one comparison is enough", sign, fix="compare two values at a time")
        right = self._expression(COMPARISON)
        return Comparison((left.span[0], right.span[1]), sign.kind, left, right, sign.span)

    # --- operands

    def _operand(self) -> Node:
        token = self._ahead()
        if self._is_number():
            return self._number()
        if token.kind == "word":
            return self._word()
        if token.kind == "-":
            return self._minus()
        if token.kind == "end":
            raise self._wrong("something is missing here", token, EXAMPLE)
        self._take()
        if token.kind == "$":
            return UnitWord(token.span, self._use(DOLLAR))
        if token.kind == "(":
            node = self._expression(0)
            self._close(token)
            return node
        if token.kind == "+":
            return self._expression(UNARY)
        raise self._wrong(f"{quoted(token.text)} cannot stand here", token, EXAMPLE)

    def _close(self, opening: Token) -> None:
        if self._ahead().kind == "end":
            raise self._wrong("this bracket is never closed", opening)
        if self._ahead().kind != ")":
            self.expect_end()
        self._take()

    def _minus(self) -> Node:
        """A minus; before a range it belongs to the low end: `-5 to 10` starts at minus five."""
        sign = self._take()
        if self._is_number():
            place = self._at
            low = self._literal()
            if self._is_range():
                return self._range(low, negative=True)
            self._at = place
        operand = self._expression(UNARY)
        return Negative((sign.span[0], operand.span[1]), operand, sign.span)

    def _word(self) -> Node:
        token = self._take()
        word = token.text
        if word in OPERATOR_WORDS:
            raise self._wrong(f"{quoted(word)} cannot stand here", token, EXAMPLE)
        if self._ahead().kind == "(":
            return self._call(token)
        hides = word in self.hidden and word not in UNITS
        unit = None if hides else self.vocabulary.unit(word)
        if unit is not None:
            return UnitWord(token.span, self._use(unit))
        self.names.setdefault(word, token.span)
        return Name(token.span, word)

    def _call(self, name: Token) -> Node:
        if name.text not in FUNCTION_NAMES:
            raise self._wrong(
                f"{quoted(name.text)} is no function",
                name,
                "one of " + " ".join(FUNCTION_NAMES),
                suggestion(name.text, FUNCTION_NAMES),
            )
        opening = self._take()
        arguments = [self._expression(0)]
        while self._ahead().kind == ",":
            self._take()
            arguments.append(self._expression(0))
        self._close(opening)
        if len(arguments) > 1 and name.text not in _MANY_ARGUMENTS:
            raise self._wrong(f"{name.text} takes one value", opening)
        return Call(self._since(name.span[0]), name.text, tuple(arguments))


def _is_integer(token: Token) -> bool:
    return token.digits and token.suffix not in MAGNITUDES
