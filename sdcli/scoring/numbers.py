"""The sums in an answer: `100M / 2.6M s = 38/s` is worked out again.

People write sums as they speak: `10M clients * 64 B = 640 MB`, `300 TB / 4 TB = 75 nodes`. So
a side is read as terms and operators of its own (a term is a number with its scale and what
it counts), and each term is handed to the quantity language as one amount, which is why
`100M / 2.6M s` divides by the time. Words that the language does not know are counted
things and are left out of the comparison, and so are all count nouns: a missing "each" is
no error. Where even the physical kinds differ ("* 12 = 600 GB a year") the bare magnitudes
may show that the sum is right, never that it is wrong. What is not read gets no verdict.

Verdicts are those of `sdcli calc`: ok within 5 %, rounded within a factor of 1.26, else
off. After "≈" or "= about" people round to what they can say: ok within 30 %, rounded
within a factor of 3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sdcli.core.errors import SdcliError
from sdcli.estimate.claim import OK_FACTOR, ROUNDED_FACTOR
from sdcli.scoring.verdict import NumberCheck
from sdcli.scoring.words import FUNCTION_WORDS, word_set

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sdcli.scoring.answer import WrittenAnswer
    from sdcli.scoring.text import Sentence
    from sdcli.units import Quantity

EXACT = (OK_FACTOR, ROUNDED_FACTOR)
ROUGH = (1.3, 3.0)

_SIGN = re.compile(
    r"\s*(?:(?<![<>=!:≠])=(?![=>])|≈|≃)\s*(?P<about>(?:~|≈|about|around|roughly)\s*)?",
    re.IGNORECASE,
)
_TERM = re.compile(
    r"""(?P<money>\$)?(?<![\w.])
        (?P<number>\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<exponent>[eE][+-]?\d{1,2}\b)?
        (?:(?P<scale>[kKMGT](?=[\s/)*×÷+^,;:.?!-]|$|[kKMGT]?i?[Bb])
            # 2B a day and 2B links are billions, 500B are bytes
            |B(?=\s?(?:/|per\s|an?\s|each\s)\s?(?:s|sec|second|minute|hour|day|month|year)\b
                |\s[a-z]+s\b))
          |\s?(?P<word>thousand|million|billion|trillion|bn)\b)?
        (?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]+)?
        (?P<unit>\s?%|(?!\s(?:per|an?|each|every)\s)\s?-?[A-Za-zµ]+)?
        (?P<per>(?:/[A-Za-z]+|\s(?:per|an?|each|every)\s[A-Za-z]+)*)""",
    re.VERBOSE,
)
_OPERATOR = re.compile(r"\s*(\*\*|[-+*/^×÷·−–]|x(?=[\s\d(])|times\b|(?<=%\s)of\b)\s*")
_OPEN, _CLOSE = re.compile(r"\s*\(\s*"), re.compile(r"\s*\)")
_WRITTEN = {
    "×": "*",
    "·": "*",
    "x": "*",
    "times": "*",
    "of": "*",
    "÷": "/",
    "−": "-",
    "–": "-",
    "**": "^",
}
_WORDS = {"thousand": "k", "million": "M", "billion": "G", "bn": "G", "trillion": "T", "B": "G"}
_SCALES = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_BYTES = re.compile(r"([kKMGTP])i?(?:[Bb]|bytes?|bits?)$")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
# Bare factors that convert a unit by hand: bits, hours, days, seconds, thousands.
_CONVERSIONS = word_set("8 12 24 30 60 365 1000 1024 3600 86400 100000 1000000 1000000000")
_SUMS = frozenset("*/+-^")
_PHYSICAL = ("information", "time", "money")
_SIDE_MAX = 160  # characters; nobody writes a longer sum in one line of prose


@dataclass(frozen=True)
class _Side:
    """One side of an equation: where it stands, the amount, the bare number, its last unit."""

    start: int
    end: int
    amount: Quantity | None
    bare: Quantity
    unit: str
    has_operator: bool
    converts: bool


def check_numbers(answer: WrittenAnswer, *, nouns: Iterable[str] = ()) -> tuple[NumberCheck, ...]:
    """Every equation that can be read, in order; one that stands twice is checked once.

    Args:
        answer: the answer, whose sentences are searched.
        nouns: count nouns of the question.

    Cost: one search for `=` in each sentence, and an evaluation for each side found.
    """
    known = tuple(nouns)
    found: dict[str, NumberCheck] = {}
    for sentence in answer.sentences:
        for check in _checks(sentence, known):
            found.setdefault(check.quote, check)
    return tuple(found.values())


def _checks(sentence: Sentence, nouns: tuple[str, ...]) -> Iterator[NumberCheck]:
    text = sentence.text
    signs = list(_SIGN.finditer(text))
    for at, sign in enumerate(signs):
        begin = signs[at - 1].end() if at else 0
        end = signs[at + 1].start() if at + 1 < len(signs) else len(text)
        left = _left(text, max(begin, sign.start() - _SIDE_MAX), sign.start(), nouns)
        right = _right(text, sign.end(), min(end, sign.end() + _SIDE_MAX), nouns)
        if left is None or right is None:
            continue
        rough = sign.group().strip() != "="
        verdict, by_hand = _verdict(left, right, ROUGH if rough else EXACT)
        if verdict:
            line = sentence.line + text.count("\n", 0, left.start)
            shown = left.bare if by_hand or left.amount is None else left.amount
            computed = _in_unit(shown, right.unit).display()
            yield NumberCheck(text[left.start : right.end], line, verdict, computed)


def _verdict(left: _Side, right: _Side, tolerance: tuple[float, float]) -> tuple[str, bool]:
    """ok, rounded, off, or nothing where the sides cannot be compared.

    The second part says that units were converted by hand ("per month / 30 / 86400"), so that
    only the bare numbers mean anything.
    """
    bare = _named(_ratio(left.bare, right.bare), tolerance)
    one, two = left.amount, right.amount
    if one is None or two is None or _physical(one) != _physical(two):
        decided = left.has_operator and one is not None and not any(_physical(one))
        return (bare if decided or (left.has_operator and bare != "off") else ""), False
    if not left.has_operator and not any(_physical(one)):
        return "", False  # "2024 = 5" is a label, "3 days = 72 hours" is an equation
    exact = _named(_ratio(one, two), tolerance)
    if exact == "off" and left.converts and bare in {"ok", "rounded"}:
        return bare, True
    return exact, False


def _in_unit(amount: Quantity, unit: str) -> Quantity:
    """The amount in the unit of the other side, where it has one that fits."""
    if not unit or unit.startswith("/"):
        return amount
    try:
        return amount.to(unit)
    except SdcliError:
        return amount


def _named(ratio: float | None, tolerance: tuple[float, float]) -> str:
    if ratio is None:
        return ""
    ok, rounded = tolerance
    return "ok" if ratio <= ok else "rounded" if ratio <= rounded else "off"


def _ratio(one: Quantity, two: Quantity) -> float | None:
    """By which factor two amounts differ, at least 1; None when a sign or a zero forbids it."""
    if one.value <= 0 or two.value <= 0:
        return 1.0 if one.value == two.value else None
    return max(one.value / two.value, two.value / one.value)


def _physical(amount: Quantity) -> tuple[float, ...]:
    """The exponents of what is physical in an amount; its count nouns are left out."""
    return tuple(float(amount.dimension.exponent(kind)) for kind in _PHYSICAL)


def _left(text: str, begin: int, end: int, nouns: tuple[str, ...]) -> _Side | None:
    """The side that ends at the sign: as many terms back as operators join."""
    for match in _TERM.finditer(text, begin, end):
        start = match.start()
        while start > begin and _OPEN.fullmatch(text, start - 1, start):
            start -= 1
        side = _side(text, start, end, nouns)
        if side is not None and side.end == end:
            before = text[begin:start].rstrip()
            joined = before and (_OPERATOR.fullmatch(before[-1]) or before[-1] in "(,.")
            worded = re.search(r"(?:times|plus|minus|over|by|of|per|and)$", before)
            return None if joined or worded else side
    return None


def _right(text: str, begin: int, end: int, nouns: tuple[str, ...]) -> _Side | None:
    """The side that begins after the sign; None when it goes on in a way that is not read."""
    side = _side(text, begin, end, nouns)
    if side is None:
        return None
    rest = text[side.end : end]
    goes_on = _OPERATOR.match(rest) and not re.match(r"\s*[-–]\s|\s*-\w|\s*/\s*[A-Za-z]", rest)
    return None if goes_on else side


def _side(text: str, start: int, end: int, nouns: tuple[str, ...]) -> _Side | None:
    """Terms and operators from `start` on, as far as they make an expression."""
    amounts: list[str] = []
    bares: list[str] = []
    depth = 0
    converts = readable = False
    at = stop = start
    while True:
        while opened := _OPEN.match(text, at, end):
            depth, at = depth + 1, opened.end()
            amounts.append("(")
            bares.append("(")
        term = _TERM.match(text, at, end)
        if term is None:
            break
        amount, bare, unit = _term(term, nouns)
        at = _term_end(term)
        amounts.append(amount)
        bares.append(bare)
        converts |= "(" not in amount and bare in _CONVERSIONS
        while depth and (closed := _CLOSE.match(text, at, end)):
            depth, at = depth - 1, closed.end()
            amounts.append(")")
            bares.append(")")
        if depth == 0:
            stop, readable, kept, kept_unit = at, True, len(amounts), unit
        operator = _OPERATOR.match(text, at, end)
        if operator is None:
            break
        at = operator.end()
        sign = _WRITTEN.get(operator.group(1), operator.group(1))
        amounts.append(sign)
        bares.append(sign)
    if not readable:
        return None
    bare_value = _read("".join(bares[:kept]))
    if bare_value is None:
        return None
    has_operator = any(part in _SUMS or "^" in part for part in amounts[:kept])
    amount_value = _read(" ".join(amounts[:kept]), nouns)
    return _Side(start, stop, amount_value, bare_value, kept_unit, has_operator, converts)


def _term_end(term: re.Match[str]) -> int:
    """Where a term ends: a function word is no unit ("= 40 so ...")."""
    unit = (term["unit"] or "").strip().lstrip("-").lower()
    if unit in FUNCTION_WORDS or unit in {"x", "times"}:
        return term.start("unit")
    return term.end()


def _term(term: re.Match[str], nouns: tuple[str, ...]) -> tuple[str, str, str]:
    """A term for the quantity language (in brackets with its unit), its bare number, its unit."""
    number = term["number"].replace(",", "") + (term["exponent"] or "")
    scale = term["scale"] or (term["word"] or "").lower()
    scale = _WORDS.get(scale, scale)
    units = [] if _term_end(term) != term.end() else _units(term)
    magnitude = float(number) * _SCALES[scale]
    if units and (prefix := _BYTES.match(units[0])):
        magnitude *= _SCALES.get(prefix[1], 1e15)
    bare = f"{magnitude:.9f}".rstrip("0").rstrip(".")
    if term["raised"]:
        power = term["raised"].translate(_RAISED)
        return f"({number}{scale}^{power})", f"({bare}^{power})", ""
    known = [unit for unit in units if _is_known(unit.lstrip("/"), nouns)]
    written = f"{number}{scale}" if not term["money"] else f"${number}{scale}"
    unit = "".join(known)
    return (f"({written} {unit})" if unit else written), bare, unit


def _units(term: re.Match[str]) -> list[str]:
    """The unit words of a term, those that divide with a slash: ["write", "/second"]."""
    first = [term["unit"].strip().lstrip("-")] if term["unit"] else []
    below = re.sub(r"\b(?:per|an?|each|every)\b", " ", term["per"])
    return first + [f"/{word}" for word in re.findall(r"[A-Za-z]+", below)]


@lru_cache(maxsize=512)
def _is_known(word: str, nouns: tuple[str, ...]) -> bool:
    return word == "%" or _read(f"1 {word}", nouns) is not None


def _read(words: str, nouns: Sequence[str] = ()) -> Quantity | None:
    """The quantity that words stand for, or None where the language does not read them."""
    from sdcli.units import quantity

    try:
        return quantity(words, nouns=nouns)
    except (SdcliError, ArithmeticError, ValueError):
        return None
