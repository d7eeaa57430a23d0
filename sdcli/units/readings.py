"""What two people read differently: refused here, with both readings.

`1/2 s` is half a second or one in two seconds; `1 TB / 100 MB/s` is a time, but read from the
left something that nobody means; `3.5 trillion / 100M per day` are days, or so many a day;
`2 s^2` is a square of two seconds or two square seconds; and
`2 tweet/users` has a count noun under the line, or a value of that name. Brackets and spaces
say which. A guess would be wrong for somebody, and would not show.
"""

from __future__ import annotations

from sdcli.units.errors import quoted
from sdcli.units.literals import LiteralParser
from sdcli.units.record import TYPE_CHECKING
from sdcli.units.syntax import Binary, Literal, Name, Node, ends_bare, is_literal, starts_unit
from sdcli.units.table import PERCENT, UNITS
from sdcli.units.vocabulary import MAGNITUDES, OPERATOR_WORDS, plural

if TYPE_CHECKING:
    from sdcli.units.tokens import Token

_SHOWN_MAX = 30  # characters of a dividend that are said again


class Readings(LiteralParser):
    """The refusals; the parser asks for them where it meets the operator."""

    def _check_quotient(
        self, left: Node, slash: Token, right: Node, *, grouped: bool, first: Token
    ) -> None:
        """Refuse a quotient that two people read differently; the cursor stands behind it.

        Args:
            left: the dividend.
            slash: the sign, or the word `per`.
            right: the divisor.
            grouped: whether the dividend stands in brackets.
            first: the token with which the divisor starts; brackets settle its reading.
        """
        is_settled = first.kind == "(" or self._ahead(-1).kind == ")"  # / (2 s), / -(2 s)
        if not is_settled and starts_unit(right) and not self._ends_in_nines():
            if not grouped and first.kind != "$" and ends_bare(left):
                self._refuse_bare_dividend(left, slash, right)
            if self._units_end() > self._ahead(-1).span[1]:
                self._refuse_unit_behind(left, slash, right)
        elif not is_settled and self._is_prefixed(right) and self._is_glued_unit():
            self._refuse_unit_behind(left, slash, right)
        self._refuse_hidden_noun(left, slash, right)

    def _is_prefixed(self, right: Node) -> bool:
        """Whether it is a bare number with k, million and the like: an amount rather than a factor.

        `100M / 86400/s` is a hundred million in so many seconds and nothing else.
        """
        if not isinstance(right, Literal) or right.unit is not None:
            return False
        last = self._ahead(-1)
        return last.suffix in MAGNITUDES or (last.kind == "word" and last.text in MAGNITUDES)

    def _is_glued_unit(self) -> bool:
        """Whether a unit stands behind the cursor as one writes it at a number: `/s`, ` per s`."""
        sign = self._ahead()
        is_glued = sign.kind == "/" and sign.span == (
            self._ahead(-1).span[1],
            self._ahead(1).span[0],
        )
        return (is_glued or self._is_word("per")) and self._is_unit(1)

    def _refuse_bare_dividend(self, left: Node, slash: Token, right: Node) -> None:
        """Refuse `1/2 s`: half a second, or one in two seconds."""
        while isinstance(left, Binary):
            left = left.right
        over = self._written(*left.span)
        end = self._units_end()
        readings = f"{over} / ({self._written(right.span[0], end)})"
        if isinstance(right, Literal) and right.unit is not None:
            number, unit = self._parts(right)
            behind = self._written(right.span[1], end)
            readings += f", or ({over} / {number}) * 1 {unit}{behind}"
        raise self._wrong("this has two readings", slash, readings)

    def _refuse_unit_behind(self, left: Node, slash: Token, right: Node) -> None:
        """Refuse `1 TB / 100 MB/s`: through a rate, or through an amount and then by a time."""
        last = slash.span[0]
        over = self._written(opening(self.text, left.span[0], last), last).rstrip()
        if len(over) > _SHOWN_MAX:
            over = "..."
        (first, last), end = right.span, self._units_end()
        raise self._wrong(
            "this has two readings",
            slash,
            f"{over} / ({self._written(first, end)}),"
            f" or ({over} / {self._written(first, last)}){self._written(last, end)}",
        )

    def _written(self, first: int, last: int) -> str:
        """A part of the text on one line: a space may be any white space that Unicode knows."""
        return "".join(" " if sign.isspace() else sign for sign in self.text[first:last])

    def _units_end(self) -> int:
        """Where the units end that stand under a line behind the cursor: `/s` in `100 MB/s`."""
        ahead = 0
        while self._is_over(ahead) and self._is_unit(ahead + 1):
            ahead += 2
        return self._ahead(ahead - 1).span[1]

    def _is_unit(self, offset: int) -> bool:
        """Whether a unit stands there by itself, and no value that hides it."""
        token, behind = self._ahead(offset), self._ahead(offset + 1)
        if token.kind != "word" or token.text in OPERATOR_WORDS:
            return token.kind == "$" and behind.kind != "number"
        hidden = token.text in self.hidden and token.text not in UNITS
        return behind.kind != "(" and not hidden and self.vocabulary.unit(token.text) is not None

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

    def _check_power(self, left: Node, caret: Token, right: Node) -> None:
        """Refuse `2 s^2`: the square of two seconds, or two square seconds.

        `99.99%^3` has one reading, three in a row: nobody means a power of the percent sign.
        """
        if not isinstance(left, Literal) or left.unit is None or left.unit is PERCENT:
            return
        if isinstance(right, Literal) and right.unit is not None:
            return  # refused for the unit of its exponent
        number, unit = self._parts(left)
        amount = f"{number} {unit}" if unit != "$" else f"${number}"
        power = self._written(caret.span[1], self._ahead(-1).span[1]).strip()
        if len(power) > _SHOWN_MAX:
            power = "..."
        readings = f"({amount})^{power}, or {number} * {unit}^{power}"
        raise self._wrong("this has two readings", caret, readings)

    def _parts(self, literal: Literal) -> tuple[str, str]:
        """A literal as written, parted into its number and its unit."""
        text = self._written(*literal.span)
        symbol = literal.unit.symbol if literal.unit else ""
        for place in range(len(text), 0, -1):
            word = text[place - 1 :].strip()
            if self.vocabulary.unit(word) is literal.unit:
                return text[: place - 1].strip(), word
        return text.strip("$ "), symbol


def opening(text: str, first: int, last: int) -> int:
    """Where a part of a text starts, with the brackets that close in it.

    The place of a node leaves out the brackets around its first operand.

    >>> line = "2 * ((1 + 2) * 3 TB)"
    >>> opening(line, 6, 19)
    5
    """
    within = text[first:last]
    depth = least = 0
    for sign in within:
        depth += (sign == "(") - (sign == ")")
        least = min(least, depth)
    while least < 0 and first > 0:
        first -= 1
        least += (text[first] == "(") - (text[first] == ")")
    return first
