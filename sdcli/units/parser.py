"""The parser: from tokens to the syntax tree, by precedence (Pratt, POPL 1973).

Tight to loose: number with its unit; range; `^`; minus; `* /`; `+ -`; conversion; comparison;
`not`; `and`; `or`. A number, `to` and a number is a range; `to` before a unit is a conversion.
A comparison is true or false and no quantity, so that neither can stand in the place of the
other. What two people read differently is refused (readings.py).
"""

from __future__ import annotations

from sdcli.units.errors import UnitError, quoted, suggestion
from sdcli.units.functions import FUNCTIONS
from sdcli.units.readings import Readings
from sdcli.units.record import TYPE_CHECKING
from sdcli.units.syntax import (
    AND,
    COMPARISON,
    CONVERSION,
    NOT,
    OR,
    POWER,
    PRODUCT,
    SUM,
    UNARY,
    Binary,
    Call,
    Comparison,
    Conversion,
    Literal,
    Logic,
    Name,
    Negative,
    Node,
    Not,
    UnitWord,
    is_literal,
    is_question,
)
from sdcli.units.table import DOLLAR, UNITS
from sdcli.units.vocabulary import MAGNITUDES, OPERATOR_WORDS, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sdcli.units.errors import Span
    from sdcli.units.functions import Function
    from sdcli.units.product import UnitProduct
    from sdcli.units.tokens import Token

OPERATORS_MAX = 200
EXAMPLE = "an expression, like 150M user * 2 tweet/user/day to tweet/s"
_COMPARISONS = ("<", "<=", ">", ">=", "==")
_BINDING = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "^": POWER, "->": CONVERSION}
_WORD_BINDING = {"per": PRODUCT, "to": CONVERSION, "in": CONVERSION, "and": AND, "or": OR}


def parse_unit(text: str, nouns: Iterable[str] = ()) -> UnitProduct:
    """A product of units alone: `tweet/user/day`, `1/s`, `$`.

    Raises:
        UnitError: something in it is no unit.
    """
    parser = Parser(text, 0, Vocabulary.of(nouns), ())
    target = parser.unit_product()
    parser.expect_end()
    return target


class Parser(Readings):
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
        return self._wrong(
            "an operator is missing before this",
            token,
            "one of + - * / ^, to before a unit, or a comparison",
            self._operator_meant(self._ahead(-1), token),
        )

    def _operator_meant(self, before: Token, token: Token) -> str:
        """What was meant by two things without an operator between them, where that is plain."""
        word = token.text.casefold() if token.kind == "word" else ""
        if before.text == "B" and self.vocabulary.noun(token.text):
            return f"B after a space is byte; for billion, glue it to the number: 2B {token.text}"
        if word in OPERATOR_WORDS:
            return f"write {word} for {token.text}"
        if word == "of":
            return self._product_meant(token)
        if before.kind == "word" and before.text in FUNCTIONS:
            return f"write {before.text}(...)"
        if token.kind == "number" and before.kind == "number":
            return "group digits with commas: 1,000,000"
        if token.kind == "$" and before.kind == "number":
            return f"write ${before.text}"
        return "write * to multiply" if token.kind == "(" else ""

    def _product_meant(self, of: Token) -> str:
        """`20% * 500GB` for `20% of 500GB`, in the words that were typed."""
        first = self._ahead(-1)
        if first.kind != "number" and self._ahead(-2).kind == "number":
            first = self._ahead(-2)
        last = self._ahead(1)
        unit = self._ahead(2)
        if last.kind == "number" and (
            unit.kind == "%" or (unit.kind == "word" and not self._is_operator_word(unit))
        ):
            last = unit
        if last.kind not in ("number", "word", "%"):
            return "write * for of"
        before = self._written(first.span[0], of.span[0]).strip()
        return f"write * for of: {before} * {self._written(of.span[1], last.span[1]).strip()}"

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
        self._count(token)
        if bound in (AND, OR):
            return self._logic(left, token, bound)
        self._check_value(left)
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
        right = self._value(bound)
        if operator == "/":
            self._check_quotient(left, token, right, grouped=grouped, first=first)
        return Binary((left.span[0], right.span[1]), operator, left, right, token.span)

    def _count(self, token: Token) -> None:
        """One operator or argument more: each may cost a pass over all draws."""
        self._operators += 1
        if self._operators > OPERATORS_MAX:
            raise self._wrong(
                f"this has more than {OPERATORS_MAX} operators", token, fix="name parts of it"
            )

    def _power(self, left: Node, caret: Token, *, grouped: bool) -> Node:
        base, exponent = self._ahead(-2), self._ahead()
        is_nines = self._ends_in_nines(before=2)
        right = self._value(POWER - 1)
        if not grouped and not is_nines:
            self._check_power(left, caret, right)
        span = (left.span[0], right.span[1])
        if (
            isinstance(left, Literal)
            and isinstance(right, Literal)
            and right.unit is not None
            and exponent.kind != "("
        ):
            if not (_is_integer(base) and _is_integer(exponent)) or self._ends_in_nines():
                expected = "a plain number; only whole numbers like 2^10 B take a unit"
                raise self._wrong("an exponent has no unit", exponent, expected)
            try:
                return Literal(span, left.number**right.number, right.unit)
            except OverflowError:
                raise self._wrong("this is too large to compute", caret) from None
        return Binary(span, "^", left, right, caret.span)

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
        right = self._value(COMPARISON)
        if self._binding() == COMPARISON:
            raise self._wrong(
                "one comparison is enough", fix="join two with and: 1 < peak and peak < 2"
            )
        return Comparison((left.span[0], right.span[1]), sign.kind, left, right, sign.span)

    # --- questions: what is true or false

    def _logic(self, left: Node, word: Token, bound: int) -> Node:
        """`and` or `or`, each between two questions."""
        right = self._expression(bound)
        for side in (left, right):
            self._check_question(side, f"{word.text} needs a comparison on both sides")
        return Logic((left.span[0], right.span[1]), word.text, left, right, word.span)

    def _not(self, word: Token) -> Node:
        operand = self._expression(NOT - 1)
        self._check_question(operand, "not needs a comparison behind it")
        return Not((word.span[0], operand.span[1]), operand, word.span)

    def _check_question(self, node: Node, what: str) -> None:
        if not is_question(node):
            raise UnitError(
                what,
                expected="like peak < 10k request/s and rows > 1M row",
                span=node.span,
                text=self.text,
            )
        if isinstance(node, Comparison) and node.operator == "=":
            raise UnitError(
                "a claim stands by itself", fix="compare with ==", span=node.sign, text=self.text
            )

    def _value(self, least: int) -> Node:
        """An expression that has a value, as operands of the arithmetic must."""
        node = self._expression(least)
        self._check_value(node)
        return node

    def _check_value(self, node: Node) -> None:
        if is_question(node):
            raise UnitError(
                "a comparison is no value",
                expected="an amount here; comparisons are joined by and, or, not",
                span=node.span,
                text=self.text,
            )

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
            return self._value(UNARY)
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
                low = Literal((sign.span[0], low.span[1]), low.number, low.unit)
                return self._range(low, negative=True)
            self._at = place
        operand = self._value(UNARY)
        return Negative((sign.span[0], operand.span[1]), operand, sign.span)

    def _word(self) -> Node:
        token = self._take()
        word = token.text
        if word == "not":
            return self._not(token)
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
        if name.text not in FUNCTIONS:
            from sdcli.units.habits import CALLED

            raise self._wrong(
                f"{quoted(name.text)} is no function",
                name,
                "one of " + " ".join(FUNCTIONS),
                CALLED.get(name.text.casefold(), "") or suggestion(name.text, FUNCTIONS),
            )
        opening = self._take()
        arguments: list[Node] = []
        while self._ahead().kind != ")" or arguments:
            self._count(name)
            arguments.append(self._value(0))
            if self._ahead().kind != ",":
                break
            self._take()
        self._close(opening)
        return self._called(FUNCTIONS[name.text], name, tuple(arguments))

    def _called(self, function: Function, name: Token, arguments: tuple[Node, ...]) -> Call:
        """The call, with the argument that it has by default where one is left out."""
        if not function.takes(len(arguments)):
            raise self._wrong(
                f"{function.name} takes {function.count}, not {len(arguments)}",
                name,
                f"{function.signature}, like {function.example}",
            )
        span = self._since(name.span[0])
        if function.default is not None and function.takes(len(arguments) + 1):
            arguments += (Literal(span, 1.0, self._use(function.default)),)
        return Call(span, function.name, arguments)


def _is_integer(token: Token) -> bool:
    return token.digits and token.suffix not in MAGNITUDES
