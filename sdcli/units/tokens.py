"""Tokens: the numbers, words and signs of an expression, each with its place in the text.

A scanner of its own rather than regular expressions: whether `86,400` is one number depends
on where it stands (a comma parts the arguments of a function), and every error needs a place.
"""

from __future__ import annotations

import math

from sdcli.units.errors import UnitError, quoted
from sdcli.units.record import TYPE_CHECKING, Record
from sdcli.units.vocabulary import OPERATOR_WORDS

if TYPE_CHECKING:
    from sdcli.units.errors import Span

LENGTH_MAX = 4_000  # characters of one expression; a long one takes 60
_DIGITS = "0123456789"
_GROUP = 3  # digits between commas
_SIGNS = ("->", "<=", ">=", "==", "!=", "**", "+-", *"+-*/^(),<>=%$")
_ALIASES = {
    "×": "*",
    "·": "*",
    "÷": "/",
    "−": "-",
    "→": "->",
    "±": "+-",
    "≤": "<=",
    "≥": ">=",
}
_RANGE = "write to between the ends of a range: 5 to 20"
_REFUSED = {
    "**": "write ^ for a power: 2^10",
    "<<": "write ^ for a power of two: 1 << 20 is 2^20",
    "–": _RANGE,
    "—": _RANGE,
    "…": _RANGE,
    "..": _RANGE,
    "~": "write the number without it",
    "≈": "write the number without it, or = for a claim",
    **dict.fromkeys(("€", "£", "¥"), "money is written in $"),
    **dict.fromkeys(("!=", "≠", "<>"), "write not before a comparison: not a == b"),
    "=>": "write >= for at least",
    "=<": "write <= for at most",
    **dict.fromkeys(("&&", "&"), "write and"),
    **dict.fromkeys(("||", "|"), "write or"),
    "!": "write not before a comparison",
    **dict.fromkeys("[]{}", "write round brackets"),
    **dict.fromkeys("⁰¹²³⁴⁵⁶⁷⁸⁹", "write ^ for a power: 10^6"),
}


class Token(Record):
    """One piece of the text.

    Args:
        kind: `number`, `word`, `end`, or the sign itself.
        text: as written; a word with its dots.
        span: where it stands.
        value: of a number.
        suffix: the letters glued to a number: `M`, `MB`, `ms`.
        digits: whether a number is written in digits alone, as a power of integers needs.
    """

    kind: str
    text: str
    span: Span
    value: float = 0.0
    suffix: str = ""
    digits: bool = False


def tokenize(text: str, start: int = 0) -> list[Token]:
    """The tokens of `text` from `start` on, with an `end` token behind them.

    Cost: O(length). Raises:
        UnitError: too long, a number written wrongly, or a character that means nothing.
    """
    if len(text) - start > LENGTH_MAX:
        raise UnitError(
            f"this is longer than {LENGTH_MAX} characters",
            given=f"{len(text) - start} characters",
            expected="one expression; give parts of a long one a name",
        )
    return _Scanner(text, start).run()


class _Scanner:
    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.at = start
        self.tokens: list[Token] = []
        self.brackets: list[bool] = []  # open brackets; True for those of a function, known or not

    def run(self) -> list[Token]:
        text = self.text
        while self.at < len(text):
            letter = text[self.at]
            if letter.isspace():
                self.at += 1
            elif letter in _DIGITS or (letter == "." and self._digit(self.at + 1)):
                self._number()
            elif _starts_word(letter):
                first = self.at
                self.at = self._word_end(first)
                self._push("word", first)
            else:
                self._sign()
        self._push("end", self.at)
        return self.tokens

    def _push(self, kind: str, first: int, *more: object) -> None:
        self.tokens.append(Token(kind, self.text[first : self.at], (first, self.at), *more))  # type: ignore[arg-type]

    def _digit(self, at: int) -> bool:
        return self.text[at : at + 1] in tuple(_DIGITS)

    def _digits_end(self, at: int) -> int:
        while self._digit(at) or (self.text[at : at + 1] == "_" and self._digit(at + 1)):
            at += 1
        return at

    def _word_end(self, at: int) -> int:
        text = self.text
        while at < len(text) and (
            _in_word(text[at])
            or (text[at] == "." and at + 1 < len(text) and _starts_word(text[at + 1]))
        ):
            at += 1
        return at

    def _number(self) -> None:
        text, first = self.text, self.at
        self.at = self._digits_end(first)
        whole_end = self.at
        if text[self.at : self.at + 1] == "," and self._digit(self.at + 1):
            self._groups(first)
        if text[self.at : self.at + 1] == "." and self._digit(self.at + 1):
            self.at = self._digits_end(self.at + 1)
            if text[self.at : self.at + 1] == "." and self._digit(self.at + 1):
                self._refuse_second_point()
        if text[self.at : self.at + 1] in ("e", "E"):
            sign = self.at + 1 + (text[self.at + 1 : self.at + 2] in ("+", "-"))
            if self._digit(sign):
                self.at = self._digits_end(sign)
        digits = self.at == whole_end
        literal = text[first : self.at].replace(",", "").replace("_", "")
        value = float(literal)
        if math.isinf(value) or (value == 0 and literal.lower().split("e")[0].strip("0.")):
            size = "large" if value else "small"
            raise UnitError(f"this number is too {size}", span=(first, self.at), text=text)
        suffix_first = self.at
        if suffix_first < len(text) and _starts_word(text[suffix_first]):
            self.at = self._word_end(suffix_first)
        self._push("number", first, value, text[suffix_first : self.at], digits)

    def _refuse_second_point(self) -> None:
        raise UnitError(
            "a number has one decimal point",
            span=(self.at, self.at + 1),
            text=self.text,
            fix="group digits with commas: 1,000,000",
        )

    def _groups(self, first: int) -> None:
        """Read `,400` behind `86`: exact groups of three, and not between arguments."""
        text = self.text
        whole = text[first : self.at]
        end = self.at
        while text[end : end + 1] == "," and self._digit(end + 1):
            group_end = self._digits_end(end + 1)
            if group_end - end - 1 != _GROUP or "_" in text[end:group_end]:
                end = -1
                break
            end = group_end
        if self.brackets and self.brackets[-1]:
            group = text[self.at + 1 : self.at + 1 + _GROUP]
            if end > 0 and group.startswith("0"):
                raise UnitError(
                    "a comma parts the arguments of a function",
                    span=(self.at, self.at + 1),
                    text=text,
                    fix="write the number with _ or without a comma: 1_000 or 1000",
                )
            return
        if end < 0 or len(whole) > _GROUP or "_" in whole:
            raise UnitError(
                "a comma groups exactly three digits",
                span=(self.at, self.at + 1),
                text=text,
                expected="86,400 or 86_400; a decimal point is written 1.5",
            )
        self.at = end

    def _sign(self) -> None:
        text, first = self.text, self.at
        two, one = text[first : first + 2], text[first]
        sign = two if two in _SIGNS or two in _REFUSED else one
        before = self.tokens[-1] if self.tokens else None
        if sign in _REFUSED:
            fix = _REFUSED[sign]
            if sign == "!" and before is not None and before.kind in ("number", ")"):
                fix = "write a factorial out: 4 * 3 * 2"
            raise UnitError(
                f"{quoted(sign)} means nothing here",
                span=(first, first + len(sign)),
                text=text,
                fix=fix,
            )
        if sign not in _SIGNS and sign not in _ALIASES:
            raise UnitError(
                f"the character {quoted(one)} means nothing here"
                if one.isprintable()
                else f"an unprintable character stands here (U+{ord(one):04X})",
                span=(first, first + 1),
                text=text,
                expected="numbers, units, names, + - * / ^ ( ), to, and comparisons",
            )
        if sign == "(":
            self.brackets.append(before is not None and _may_call(before))
        elif sign == ")" and self.brackets:
            self.brackets.pop()
        self.at += len(sign)
        self._push(_ALIASES.get(sign, sign), first)


def _may_call(token: Token) -> bool:
    """Whether a bracket behind it holds arguments, if only of a function that nobody knows."""
    return token.kind == "word" and token.text not in OPERATOR_WORDS and token.text != "x"


def _starts_word(letter: str) -> bool:
    return letter.isalpha() or letter == "_"


def _in_word(letter: str) -> bool:
    return letter == "_" or (letter.isalnum() and letter not in _REFUSED)
