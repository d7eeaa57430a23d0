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
within a factor of 3. A sum before a word ("6M / 86400 s is about 70 a second") is judged as
spoken.py judges what is said: off from ten times.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from sdcli.core.errors import SdcliError
from sdcli.scoring.numbers.pattern import ANY_CASE, SPACED, Pattern
from sdcli.scoring.words import FUNCTION_WORDS, word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.scoring.numbers.work import Work
    from sdcli.units import Quantity

# ok and rounded; the exact ones are claim.py's, and importing it would take longer than the sums
EXACT = (1.05, 1.26)
ROUGH = (1.3, 3.0)
SAID = (1.3, 9.0)  # those of a spoken result
TEXT_MAX = 3_000  # characters of one sentence that are read

_SIGN = Pattern(
    r"(?:\s{0,4}(?:(?<![<>=!:≠-])=(?![=>])|≈|≃)"
    r"|(?P<said>\s{0,4}(?:→|⇒|->|=>)|,?\s(?:is|are|so|gives?|giving|makes?|making|comes?\sto|i\.e\."
    r"|which\s(?:is|gives|makes)|that\sis|or|equals)(?=\s)))"
    r"\s{0,4}(?P<about>(?:~|≈|about|around|roughly|some|nearly|almost)\s{0,4})?",
    ANY_CASE,
)
_TERM = Pattern(
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
    SPACED,
)
_OPERATOR = Pattern(r"\s*(\*\*|[-+*/^×÷·−–]|x(?=[\s\d(])|times\b|(?<=%\s)of\b)\s*")
_JOINED = Pattern(r"[*/+^×÷·−–⁰¹²³⁴⁵⁶⁷⁸⁹]|\dx?\sx\s|[\dkMGTB]\s-\s|\stimes\s|%\sof\s")
_OPEN, _CLOSE = Pattern(r"\s*\(\s*"), Pattern(r"\s*\)")
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
_BYTES = Pattern(r"([kKMGTP])i?(?:[Bb]|bytes?|bits?)$")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
# Bare factors that convert a unit by hand: bits, hours, days, seconds, thousands.
_CONVERSIONS = word_set(
    "8 12 24 30 60 365 1000 1024 3600 86400 100000 1000000 1000000000"
    " 2500000 2600000 2592000 30000000 31500000 31536000"
)
_PER_SECOND = ("/s", "/sec", "/second")
_SUMS = frozenset("*/+-^")
_PHYSICAL = ("information", "time", "money")
_AVAILABLE = 90.0  # percents from here on are availabilities
_SIDE_MAX = 160  # characters; nobody writes a longer sum in one line of prose


class _Side(NamedTuple):
    """One side of an equation: where it stands, the amount, the bare number, its last unit."""

    start: int
    end: int
    amount: Quantity | None
    bare: Quantity
    unit: str
    has_operator: bool
    converts: bool


class Equation(NamedTuple):
    """An equation that was worked out: offsets in its sentence, verdict, both amounts.

    `shown` is what it comes to, in words; `computed` and `claimed` are what was compared.
    """

    start: int
    end: int
    verdict: str
    shown: str
    computed: Quantity
    claimed: Quantity

    @property
    def ratio(self) -> float:
        """Claimed over computed; 1 where a sign or a zero forbids it."""
        one, two = self.computed.value, self.claimed.value
        return two / one if one > 0 and two > 0 else 1.0


def equations(text: str, work: Work, nouns: tuple[str, ...] = ()) -> Iterator[Equation]:
    """Every equation of a sentence that can be read, in order.

    Cost: one search for signs, and an evaluation for each side found.
    """
    signs = list(_SIGN.finditer(text, 0, TEXT_MAX))
    for at, sign in enumerate(signs):
        begin = signs[at - 1].end() if at else 0
        end = signs[at + 1].start() if at + 1 < len(signs) else len(text)
        is_said = sign["said"] is not None
        if is_said and not _JOINED.search(text, begin, sign.start()):
            continue  # spoken.py reads what is said without operators
        work.signs += 1
        if work.is_spent:
            return
        left = _left(text, max(begin, sign.start() - _SIDE_MAX), sign.start(), nouns)
        right = _right(text, sign.end(), min(end, sign.end() + _SIDE_MAX), nouns)
        if left is None or right is None:
            continue
        if is_said and not left.has_operator:
            continue
        rough = sign.group().strip() != "="
        tolerance = SAID if is_said else ROUGH if rough else EXACT
        verdict, by_hand = _verdict(left, right, tolerance)
        if verdict not in {"ok", ""} and _is_doubtful(text, left, right, is_said=is_said):
            continue
        if verdict:
            yield _equation(left, right, verdict, by_hand=by_hand)


def _is_doubtful(text: str, left: _Side, right: _Side, *, is_said: bool) -> bool:
    """Whether a sum that does not come out may be meant another way.

    Availabilities in series ("5 x 99.9 % = 99.5 %"), and what is said with a period or a
    complement left out ("300M x 2 → 7k/s", "99.95 % of a month is 21 min").
    """
    if right.unit == "%" and right.bare.value >= _AVAILABLE:
        return True
    if not is_said:
        return False
    one, two = left.amount, right.amount
    same = one is not None and two is not None and _physical(one) == _physical(two)
    by_hand = left.converts and one is not None and not any(_physical(one))
    return (not same and not by_hand) or "%" in text[left.start : left.end]


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
    if exact == "off" and left.converts and _is_nearer(left.bare, right.bare, one, two):
        return bare, True
    return exact, False


def _is_nearer(bare: Quantity, bare_claim: Quantity, one: Quantity, two: Quantity) -> bool:
    """Whether the bare numbers are nearer: of two ways to read a sum, the kinder one is meant."""
    by_hand, exact = _ratio(bare, bare_claim), _ratio(one, two)
    return by_hand is not None and exact is not None and by_hand < exact


def _equation(left: _Side, right: _Side, verdict: str, *, by_hand: bool) -> Equation:
    """The equation of two sides: what the left one comes to, in the unit that is claimed.

    A "a year" that the left side leaves out is not put into the writer's mouth; a "per second"
    behind a division by 86,400 is.
    """
    computed, claimed = left.amount, right.amount
    is_alike = False
    if computed is not None and claimed is not None:
        is_alike = _physical(computed) == _physical(claimed)
    if by_hand or not is_alike or computed is None or claimed is None:
        computed, claimed = left.bare, right.bare
    if right.amount is not None and right.unit and claimed.value > 0 and computed.value > 0:
        computed, claimed = right.amount * (computed.value / claimed.value), right.amount
    has_unit = by_hand or is_alike or (left.converts and right.unit.endswith(_PER_SECOND))
    shown = computed if has_unit else left.bare if left.amount is None else left.amount
    return Equation(left.start, right.end, verdict, shown.display(), computed, claimed)


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
        for at in {
            start: None,
            match.start(): None,
        }:  # "(12 * 30 = 360)": the bracket is not its own
            side = _side(text, at, end, nouns)
            if side is not None and side.end == end:
                return None if _goes_before(text[begin:at]) else side
    return None


def _goes_before(before: str) -> bool:
    """Whether a side begins earlier, in a way that is not read."""
    words = before.rstrip()
    if not words:
        return False
    glued = words == before and words[-1] in ",."
    return bool(
        glued
        or words[-1] == "x"
        or _OPERATOR.fullmatch(words[-1])
        or re.search(r"(?:times|plus|minus|over|by|of|per|and)$", words)
    )


def _right(text: str, begin: int, end: int, nouns: tuple[str, ...]) -> _Side | None:
    """The side that begins after the sign; None when it goes on in a way that is not read."""
    side = _side(text, begin, end, nouns)
    if side is None:
        return None
    rest = text[side.end : end]
    goes_on = _OPERATOR.match(rest) and not re.match(r"\s*[-–]\s|\s*-\w|\s*/\s*[A-Za-z]", rest)
    one_in = re.match(r"\s+in\s+\d", rest)  # "1 in 58 million" is a share, and is not read
    return None if goes_on or one_in else side


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
    """Whether the language reads a word; feet and miles, for which pint comes in, are left out."""
    from sdcli.units.vocabulary import Vocabulary

    if Vocabulary.of().is_physical(word):
        return False
    return word == "%" or _read(f"1 {word}", nouns) is not None


@lru_cache(maxsize=4096)
def _read(words: str, nouns: tuple[str, ...] = ()) -> Quantity | None:
    """The quantity that words stand for, or None where the language does not read them."""
    from sdcli.units import quantity

    try:
        return quantity(words, nouns=nouns)
    except (SdcliError, ArithmeticError, ValueError):
        return None
