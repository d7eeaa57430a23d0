"""Numbers with their units, ranges and products of units: the tightest forms of the grammar.

`150M user`, `$5k`, `10%`, `100 million`, `4 nines`, `5 to 20 link`, `100M +- 20M`, and behind
`to` the product `tweet/user/day`. What two people read differently (`5 mb`, `2B`) is refused here.
"""

from __future__ import annotations

from sdcli.units.conventions import NAMES
from sdcli.units.errors import UnitError, quoted
from sdcli.units.product import UnitProduct
from sdcli.units.record import TYPE_CHECKING
from sdcli.units.syntax import Interval, Literal, Negative, Node, number_text
from sdcli.units.table import DOLLAR, PERCENT, Unit
from sdcli.units.tokens import Token, tokenize
from sdcli.units.vocabulary import MAGNITUDES, NINES, OPERATOR_WORDS, Vocabulary, unknown_unit

if TYPE_CHECKING:
    from collections.abc import Collection

    from sdcli.units.errors import Span

DEPTH_MAX = 60  # brackets, signs and powers inside each other
INTERVALS_MAX = 40  # each one costs 10,000 draws
_EXPONENT_MAX = 12  # of a unit
NINES_MAX = 15  # a float next to 1 has 53 bits: 15 nines, and nothing certain beyond
_PERCENT_DECIMALS = NINES_MAX - 2
_BILLION = 1e9
_SHARE_MOST = 100  # a plain 100 +- 10% may be 90 % to 110 %, a plain 100M is an amount
_ENDS_DIGITS = 12  # to which the ends of a range are offered


class LiteralParser:
    """The cursor over the tokens, and everything that starts with a number or a unit."""

    def __init__(
        self, text: str, start: int, vocabulary: Vocabulary, hidden: Collection[str]
    ) -> None:
        self.text = text
        self.vocabulary = vocabulary
        self.hidden = hidden
        self.units: dict[str, Unit] = {}  # units that occur, by symbol
        self._tokens = tokenize(text, start)
        self._at = 0
        self._depth = 0
        self._intervals = 0

    # --- the cursor

    def _ahead(self, offset: int = 0) -> Token:
        """The token at the cursor, or behind it; `end` past the last one."""
        return self._tokens[min(self._at + offset, len(self._tokens) - 1)]

    def _take(self) -> Token:
        token = self._ahead()
        if token.kind != "end":
            self._at += 1
        return token

    def _since(self, first: int) -> Span:
        return (first, self._tokens[self._at - 1].span[1])

    def _wrong(
        self, what: str, token: Token | None = None, expected: str = "", fix: str = ""
    ) -> UnitError:
        token = token or self._ahead()
        return UnitError(what, expected=expected, fix=fix, span=token.span, text=self.text)

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise self._wrong(f"this is nested more than {DEPTH_MAX} deep")

    def _is_word(self, word: str, offset: int = 0) -> bool:
        token = self._ahead(offset)
        return token.kind == "word" and token.text == word

    def _is_number(self, offset: int = 0) -> bool:
        """Whether a number starts there: 5 or $5."""
        token = self._ahead(offset)
        return token.kind == "number" or (
            token.kind == "$" and self._ahead(offset + 1).kind == "number"
        )

    def _is_operator_word(self, token: Token) -> bool:
        return token.text in OPERATOR_WORDS or (token.text == "x" and self._is_spaced(token))

    def _is_spaced(self, token: Token) -> bool:
        first, last = token.span
        return self.text[first - 1 : first].isspace() and self.text[last : last + 1].isspace()

    # --- numbers

    def _number(self) -> Node:
        """A number with its unit, or a range of two."""
        low = self._literal()
        return self._range(low) if self._is_range() else low

    def _literal(self) -> Literal:
        dollar = self._take() if self._ahead().kind == "$" else None
        token = self._take()
        number, unit = token.value, None
        if token.suffix == "B":
            number *= self._glued_b(token, dollar=dollar is not None)
        elif token.suffix in MAGNITUDES:
            number *= MAGNITUDES[token.suffix]
        elif token.suffix and token.suffix not in NINES:
            last = token.span[1]
            unit = self._unit_word(token.suffix, (last - len(token.suffix), last))
        if unit is None and self._ahead().kind == "word" and self._ahead().text in MAGNITUDES:
            number *= MAGNITUDES[self._take().text]
        if number == float("inf"):
            raise self._wrong("this number is too large", token)
        if unit is None and self._takes_nines(token):
            number, unit = self._nines_percent(number, token), self._use(PERCENT)
        unit = unit or self._unit_after_number()
        if dollar is not None:
            if unit is not None:
                raise self._wrong("this has two units", dollar, "one unit, like $5/GB or 5 GB")
            unit = self._use(DOLLAR)
        return Literal(self._since((dollar or token).span[0]), number, unit)

    def _unit_after_number(self) -> Unit | None:
        token = self._ahead()
        if token.kind == "%":
            self._take()
            return self._use(PERCENT)
        if token.kind != "word" or self._is_operator_word(token):
            return None
        self._take()
        return self._unit_word(token.text, token.span)

    def _unit_word(self, word: str, span: Span) -> Unit:
        """The unit of that spelling. A count noun stays one here even where a name hides it.

        A name cannot follow a number, so that `users = 10M users` says what it seems to say.
        """
        unit = self.vocabulary.unit(word)
        if unit is not None:
            return self._use(unit)
        if word in self.hidden:
            raise UnitError(
                f"{quoted(word)} is a value, not a unit",
                span=span,
                text=self.text,
                fix=f"multiply: ... * {word}",
            )
        raise unknown_unit(word, self.vocabulary).at(span, self.text)

    def _use(self, unit: Unit) -> Unit:
        self.units[unit.symbol] = unit
        return unit

    def _glued_b(self, token: Token, *, dollar: bool) -> float:
        """`2B tweet` and `$2B` are billions; `2B` alone may be bytes, and is refused."""
        after = self._ahead()
        if self._is_word("to") and self._is_number(1):  # 2B to 4B tweet
            after = self._ahead(2)
        if dollar or (after.kind == "word" and self.vocabulary.noun(after.text)):
            return _BILLION
        number = token.text.removesuffix("B")
        raise self._wrong(
            f"{quoted(token.text)} has two readings",
            token,
            f"{number} B for bytes, or {number} billion",
        )

    # --- nines

    def _takes_nines(self, number: Token) -> bool:
        """Whether `nines` is glued to the number or stands behind it; it is taken then."""
        if number.suffix in NINES:
            return True
        if self._ahead().kind != "word" or self._ahead().text not in NINES:
            return False
        self._take()
        return True

    def _ends_in_nines(self, before: int = 1) -> bool:
        """Whether what stands that many tokens before the cursor is a number of nines."""
        token = self._ahead(-before)
        return token.suffix in NINES or (token.kind == "word" and token.text in NINES)

    def _nines_percent(self, count: float, token: Token) -> float:
        """An availability of so many nines, in percent: 4 nines are 99.99%."""
        if count > NINES_MAX:
            raise self._wrong(
                f"more than {NINES_MAX} nines cannot be told from 100%",
                token,
                "as many as are measured, like 3 nines or 4.5 nines",
            )
        return round(100.0 - 10.0 ** (2.0 - count), _PERCENT_DECIMALS)

    # --- ranges

    def _is_range(self) -> bool:
        if self._ahead().kind == "+-":
            return True
        negative = self._ahead(1).kind == "-"
        return self._is_word("to") and self._is_number(2 if negative else 1)

    def _range(self, low: Literal, *, negative: bool = False) -> Node:
        """`low to high` or `middle +- reach`; a bare left side takes the right side's unit.

        Both stand for their two ends. 10 +- 2 is 8 to 12 and lognormal like it, so its median
        is sqrt(8 * 12) = 9.8 and not the 10 between them: what is positive varies by factors.
        """
        word = self._take()
        below_zero = self._ahead().kind == "-"
        if below_zero:
            self._take()
        if not self._is_number() or (below_zero and word.kind == "+-"):
            raise self._wrong("a number must follow here", expected="a range, like 100M +- 20M")
        high = self._literal()
        if self._ends_in_nines():
            if negative or below_zero or word.kind == "+-":
                raise self._wrong("nines are counted from below", word, "like 3 to 4 nines")
            if low.unit is None:  # 3 to 4 nines
                low = Literal(low.span, self._nines_percent(low.number, word), PERCENT)
        is_bare = low.unit is None
        if is_bare:
            low = Literal(low.span, low.number, high.unit)
        elif high.unit is None and low.unit is DOLLAR:
            high = Literal(high.span, high.number, DOLLAR)
        if high.unit is None and low.unit is not None:
            raise self._wrong(
                "the unit of a range stands behind both numbers",
                word,
                f"5 to 20 {low.unit}, or 5 {low.unit} to 20 {low.unit}",
            )
        one = -low.number if negative else low.number
        two = -high.number if below_zero else high.number
        if word.kind == "+-":
            if low.unit is PERCENT or low.unit is not high.unit:
                raise self._no_reach(low, high, word, is_bare=is_bare)
            one, two = one - two, one + two
        return self._interval(_signed(one, low), _signed(two, high))

    def _no_reach(
        self, middle: Literal, reach: Literal, sign: Token, *, is_bare: bool
    ) -> UnitError:
        """The error for a reach in percent, or in another unit than the middle.

        `50% +- 10%` goes from 45% to 55%, or from 40% to 60%; `100 MB +- 10%` can only mean a
        tenth of it, but it is an amount that stands behind +-.
        """
        unit, number = middle.unit, middle.number
        if reach.unit is not PERCENT:
            part = _same_size(reach.unit, unit)
            fix = ""
            if part is not None and unit is not None:
                least, most = _ends(number, reach.number * part)
                fix = f"write {_with(least, unit)} to {_with(most, unit)}"
            expected = f"like 5 {unit} +- 1 {unit}"
            return self._wrong("the two numbers of +- have one unit", sign, expected, fix)
        share = number_text(reach.number) + "%"
        least, most = (
            _with(end, None if is_bare else unit)
            for end in _ends(number, number * reach.number / 100)
        )
        is_share = abs(number) <= _SHARE_MOST if is_bare else unit is PERCENT
        if not is_share:
            what, expected = "behind +- stands an amount, not a share", "a range, like 90 to 110 MB"
            return self._wrong(what, sign, expected, f"write {least} to {most}")
        points = " to ".join(f"{end}%" for end in _ends(number, reach.number))
        readings = f"{least} to {most} for {share} of it, or {points}"
        return self._wrong("this has two readings", sign, readings)

    def _interval(self, low: Node, high: Node) -> Node:
        self._intervals += 1
        if self._intervals > INTERVALS_MAX:
            raise self._wrong(f"this has more than {INTERVALS_MAX} ranges", fix="name parts of it")
        return Interval((low.span[0], high.span[1]), low, high, self._intervals)

    # --- units

    def unit_product(self) -> UnitProduct:
        """Units with `*`, `/`, `^` and brackets, from here on."""
        self._deeper()
        over = self._ahead().kind == "/" or (self._ahead().text == "1" and self._is_over(1))
        if self._ahead().text == "1" and over:
            self._take()
        factors = [] if over else self._unit_factor(1)
        while self._ahead().kind == "*" or self._is_over():
            factors += self._unit_factor(1 if self._take().kind == "*" else -1)
        self._depth -= 1
        return UnitProduct(tuple(factors))

    def _is_over(self, offset: int = 0) -> bool:
        return self._ahead(offset).kind == "/" or self._is_word("per", offset)

    def _unit_factor(self, sign: int) -> list[tuple[Unit, int]]:
        token = self._take()
        if token.kind == "(":
            inside = self.unit_product()
            if self._take().kind != ")":
                raise self._wrong("this bracket is never closed", token)
            return [(unit, int(exponent) * sign) for unit, exponent in inside.factors]
        if token.kind in ("$", "%"):
            return [(self._use(DOLLAR if token.kind == "$" else PERCENT), sign)]
        if token.kind != "word":
            number = token.kind == "number" and self._ahead(-2).kind in ("*", "/")
            raise self._wrong(
                "a unit must stand here",
                token,
                "a unit, like MB, request/s or 1/day",
                "put the conversion in brackets: (... to MB)" if number else "",
            )
        unit = self._unit_word(token.text, token.span)
        if self._ahead().kind == "^":
            self._take()
            minus = self._ahead().kind == "-"
            power = self._ahead(1 if minus else 0)
            if not (power.digits and 0 < power.value <= _EXPONENT_MAX):
                raise self._wrong("a small whole number must stand here", power, "like s^2")
            self._at += 2 if minus else 1
            sign *= -int(power.value) if minus else int(power.value)
        return [(unit, sign)]


def _ends(middle: float, reach: float) -> tuple[str, str]:
    """Both ends of `middle +- reach`, without what adding rounds: 0.98, not 0.9799999999."""
    from sdcli.units.display import rounded

    low, high = (rounded(middle + sign * reach, _ENDS_DIGITS) for sign in (-1, 1))
    return tuple(("-" if end < 0 else "") + number_text(abs(end)) for end in (low, high))  # type: ignore[return-value]


def _with(number: str, unit: Unit | None) -> str:
    return UnitProduct(((unit, 1),)).after(number) if unit is not None else number


def _same_size(one: Unit | None, other: Unit | None) -> float | None:
    """How many of the other unit one is; None of two kinds, or where a convention decides."""
    if one is None or other is None or one.dimension != other.dimension:
        return None
    if {one.convention, other.convention} & set(NAMES):
        return None
    return one.scale / other.scale


def _signed(number: float, literal: Literal) -> Node:
    """A literal of this number, under a minus when it is negative."""
    positive = Literal(literal.span, abs(number), literal.unit)
    return Negative(literal.span, positive) if number < 0 else positive
