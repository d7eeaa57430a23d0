"""The error of the quantity language: it points at the place and names both kinds.

Layout and exit code come from `core.errors`; here are the caret under the operator, the
did-you-mean and the missing factor. The two aligned lines and the suggested factor follow
Numbat's error messages (github.com/sharkdp/numbat, incompatible_dimensions.rs).
"""

from __future__ import annotations

from sdcli.core.errors import InputError
from sdcli.core.text import printable as text_shown
from sdcli.units.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from sdcli.units.dimension import Dimension

    Span = tuple[int, int]

_WINDOW = 66  # columns of the excerpt: 80 less the label and some air
_WORD_MAX = 40
_SHORT = 3


class UnitError(InputError):
    """Mixed dimensions, an unknown unit or name, a form that two people read differently.

    Args:
        span: start and end in `text` of what it is about; the start gets the caret.
        text: the whole line; without it, no line is shown.
        undeclared: the word that may be declared as a count noun, where that would mend it. The
            rest as in `core.errors`.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        given: str = "",
        expected: str = "",
        fix: str = "",
        span: Span | None = None,
        text: str = "",
        undeclared: str = "",
    ) -> None:
        super().__init__(what, where=where, given=given, expected=expected, fix=fix)
        self.span = span
        self.text = text
        self.undeclared = undeclared

    def at(self, span: Span, text: str) -> UnitError:
        """The same error with its place, unless it has one already."""
        return self if self.span is not None else self._copy(span=span, text=text)

    def within(self, where: str) -> UnitError:
        """The same error, said to be about the thing of that name."""
        return self._copy(where=where)

    def _copy(self, **changes: Any) -> UnitError:
        parts = ("where", "given", "expected", "fix", "span", "text", "undeclared")
        return UnitError(self.what, **{part: getattr(self, part) for part in parts} | changes)

    def render(self) -> str:
        """The whole message, with the line and a caret when the place is known."""
        given = self.given
        if self.span is not None and self.text.strip():
            given = excerpt(self.text, self.span) + (f"\n{given}" if given else "")
        return InputError(
            self.what, where=self.where, given=given, expected=self.expected, fix=self.fix
        ).render()


def excerpt(text: str, span: Span) -> str:
    """The part of the line around the span, and a caret under its start.

    >>> print(excerpt("3 GB + 2 s", (5, 6)))
    3 GB + 2 s
         ^
    """
    first = max(0, min(span[0] - _WINDOW // 2, len(text) - _WINDOW))
    last = min(len(text), first + _WINDOW)
    before = "..." if first else ""
    after = "..." if last < len(text) else ""
    caret = " " * (len(before) + span[0] - first) + "^" * max(1, min(span[1], last) - span[0])
    return f"{before}{printable(text[first:last])}{after}\n{caret}"


def printable(text: str) -> str:
    """The text with every character that a terminal might obey replaced by `?`."""
    return text_shown(text, "?")


def quoted(word: str) -> str:
    """A word as errors show it: in quotes, printable, not too long."""
    short = word if len(word) <= _WORD_MAX else word[: _WORD_MAX - 3] + "..."
    return f'"{printable(short)}"'


def suggestion(word: str, known: Iterable[str]) -> str:
    """`did you mean GB or Gb?` with the nearest known words only, or an empty string."""
    from sdcli.core.suggest import edits, nearest

    if len(word) > _WORD_MAX:
        return ""
    near = [(edits(word.casefold(), name.casefold()), name) for name in nearest(word, known)]
    if len(word) < _SHORT:  # two letters are near to everything; only their case is a hint
        near = [(distance, name) for distance, name in near if distance == 0]
    first = word[:1].casefold()  # two slips and another beginning: another word
    near = [(far, name) for far, name in near if far <= 1 or name[:1].casefold() == first]
    best = [name for distance, name in near if distance == near[0][0]]
    return f"did you mean {' or '.join(best)}?" if best else ""


_ARTICLES = {
    "information": "an amount of information",
    "time": "a time",
    "money": "an amount of money",
    "length": "a length",
    "mass": "a mass",
    "temperature": "a temperature",
    "current": "an electric current",
    "substance": "an amount of substance",
    "luminosity": "a luminous intensity",
}


def missing_factor(have: Dimension, want: Dimension, *, single: bool = False) -> str:
    """What turns one kind into the other, when it is one factor; else empty.

    `single`: only a factor of one base kind counts, not a rate such as request / information.

    >>> from sdcli.units.dimension import Dimension
    >>> missing_factor(Dimension.of("request"), Dimension.of("request") / Dimension.of("time"))
    'divide it by a time'
    """
    factor = want / have
    if have == want or have.is_number or want.is_number:
        return ""
    if len(factor.exponents) == 1 and abs(factor.exponents[0][1]) == 1:
        base, exponent = factor.exponents[0]
        verb = "multiply" if exponent > 0 else "divide"
        return f"{verb} it by {_ARTICLES.get(base, f'a number of {base}')}"
    if single:
        return ""
    if factor == have**-2:
        return "turn it over: 1 / (...)"
    if sorted(exponent for _, exponent in factor.exponents) == [-1, 1]:
        return f"multiply it by a quantity of {factor.kind}"
    return ""
