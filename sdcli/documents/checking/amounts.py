"""Amounts that a sentence says of the system as it is: a number with a unit.

What only looks like one is left out: a date, a version, a number of something that is no unit; and
what says something else than how much there is: a bound (`under 40 link/s`), a share of a whole
(`10 link/s each`), another time or another case (`would`, `was`, `doubles`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.core.errors import SdcliError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sdcli.units import Quantity

_NUMBER = r"\$?(?:\d{1,3}(?:,\d{3}){1,6}|\d{1,15})(?:\.\d{1,15})?(?:[kKMGTB](?![A-Za-z]))?"
_WORD = r"[A-Za-zµμ]{1,40}"
_AMOUNT = re.compile(
    r"(?<![^\s(\[~≈*_\"'“‘])"
    rf"(?P<number>{_NUMBER}(?:\s?(?:to|-|–|—)\s?{_NUMBER})?(?:\s(?:thousand|million|billion|k|M)\b)?)"
    rf"(?P<unit>\s?%|\s?{_WORD}(?:/{_WORD}){{0,3}}(?:\s(?:per|an?|each|every)\s{_WORD}){{0,2}})?"
    r"(?![\w/^-]|[.,:]\d)"
)
_PER = re.compile(r"\s(?:per|an?|each|every)\s")
_BOUND = re.compile(
    r"\b(?:under|below|over|above|beyond|past|exceed(?:s|ing)?|within|than|at least|at most|up to"
    r"|until|reach(?:es)?|by|(?:limit|threshold|target|budget|maximum|minimum|cap)(?: of| is)?)"
    r"\s+(?:(?:about|some|roughly|around|nearly|almost|only|just)\s+)?$|[<>≤≥]=?\s*$",
    re.IGNORECASE,
)
_OTHER_CASE = re.compile(
    r"\b(?:if|unless|would|could|might|may|should|suppose|imagine|revisit|was|were|had|used to"
    r"|previously|formerly|instead of|rather than|will|grow(?:s|n|ing|th)?|doubl(?:es?|ing)"
    r"|tripl(?:es?|ing)|\w{1,20}fold|times|twice|half|once|next|last|each|every|apiece)\b",
    re.IGNORECASE,
)
_BEFORE = 40  # characters before a number that may hold its bound


@dataclass(frozen=True)
class Amount:
    """A quantity as a sentence says it, and where in the sentence."""

    text: str
    value: Quantity
    start: int
    end: int

    @property
    def is_share(self) -> bool:
        """Whether it is in percent."""
        return self.text.endswith("%")


def is_of_another_case(sentence: str) -> bool:
    """Whether a sentence says what would be, was, or is of a part only.

    >>> is_of_another_case("Ten shards take 4 link/s each"), is_of_another_case("It is 4 link/s")
    (True, False)
    """
    return _OTHER_CASE.search(sentence) is not None


def amounts(sentence: str, nouns: Sequence[str]) -> Iterator[Amount]:
    """The amounts with a unit that a sentence says.

    >>> [str(one.value) for one in amounts("It takes 4,000 links a second in 2026", ["link"])]
    ['4k link/s']
    """
    for match in _AMOUNT.finditer(sentence):
        if match["unit"] is None and not match["number"].startswith("$"):
            continue
        if _BOUND.search(sentence[max(0, match.start() - _BEFORE) : match.start()]):
            continue
        found = _read(match["number"], match["unit"] or "", nouns)
        if found is None and match["number"].startswith("$"):  # `$5 and`
            found = _read(match["number"], "", nouns)
        if found is not None:
            unit, value = found
            text = match["number"] + unit
            yield Amount(" ".join(text.split()), value, match.start(), match.start() + len(text))


def _read(number: str, unit: str, nouns: Sequence[str]) -> tuple[str, Quantity] | None:
    """The unit as it is, and the quantity; None where something in it is no unit."""
    from sdcli.units import quantity
    from sdcli.units.table import UNITS
    from sdcli.units.vocabulary import Vocabulary

    known = Vocabulary.of(nouns)
    words = re.findall(_WORD, _PER.sub("/", unit))
    for word in words:  # a word of the long tail is no unit here: `5 stone`, `3 point`
        if word not in UNITS and known.noun(word) is None:
            return None
    told = re.sub(r"\s?[-–—]\s?", " to ", number)
    try:
        return unit, quantity(told + _PER.sub("/", unit), nouns=nouns)
    except (SdcliError, ArithmeticError, ValueError):
        return None
