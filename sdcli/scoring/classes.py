"""Classes of words that a pattern may ask for: any figure, a rate, a share, a question.

Who states a load does it with numbers of her own, so "a figure per second" recognises more
than any list of figures could.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from sdcli.scoring.figures import figures
from sdcli.scoring.words import NUMBER_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.scoring.text import Sentence, Token

_TIME = r"(?:ns|µs|us|ms|s|secs?|seconds?|mins?|minutes?|h|hours?|days?|weeks?|months?|years?)"
# "40 writes a second" is a rate; "3 copies and a second site" is none.
_NO_NOUN = (
    r"(?!\s(?!(?:at|in|on|of|from|to|and|or|for|by|with|while|so|which|that|over|is|are|as|when"
    r"|if|each|per|now|today|on|through|against|across|into|because|since|but|than)\b)[a-z])"
)
_UNITS = {
    "<percent>": re.compile(r"[\w.,]+\s?(?:%|per ?cent\b)"),
    "<duration>": re.compile(
        rf"(?:\d[\d.,]*[\s-]?|[a-z]+[\s-]+)(?:milli|micro|nano)?{_TIME}\b", re.IGNORECASE
    ),
    "<bytes>": re.compile(
        r"(?!\d[\d.,]*B\s(?:an?|per|each|[a-z]+s)\b)"  # 2B a day and 3B users are billions
        r"[\w.,]+\s?(?:[kKMGTPE]i?[Bb](?:ytes?|its?|ps)?|[Bb]ytes?|B"
        r"|(?:kilo|mega|giga|tera|peta)bytes?)\b"
    ),
    "<money>": re.compile(r"[$€£]|.{1,25}?\b(?:dollars?|euros?|cents?)\b"),
    "<rate>": re.compile(
        rf"[\w.,]*\w(?:\s?(?:[qrt]ps|[kmg]?bps)\b|(?:\s[\w-]+){{0,3}}?"
        rf"(?:\s?/\s?{_TIME}\b|\s(?:per|each|every)\s{_TIME}\b|\san?\s{_TIME}\b{_NO_NOUN}))",
        re.IGNORECASE,
    ),
}
_PARTS = frozenset({"half", "third", "quarter", "fifth", "tenth"})
_REACH = 40  # letters behind a figure that may hold its unit


@lru_cache(maxsize=4096)
def numbers(sentence: Sentence) -> tuple[Token, ...]:
    """The first word of every figure that counts or measures, and every number in words."""
    starts = {figure.start for figure in figures(sentence) if figure.measures}
    found = []
    for token in sentence.tokens:
        if any(token.start <= start < token.end or start == token.start - 1 for start in starts):
            found.append(token)  # the sign of a currency stands before its number
        elif token.text in NUMBER_WORDS:
            found.append(token)
    return tuple(found)


def _with_unit(name: str) -> Callable[[Sentence], tuple[Token, ...]]:
    unit = _UNITS[name]

    def find(sentence: Sentence) -> tuple[Token, ...]:
        found = []
        for token in numbers(sentence):
            if name == "<rate>" and token.text in _PARTS:
                continue  # "half a minute" is no rate
            at = token.start - sentence.start
            start = at - 1 if at and sentence.text[at - 1] in "$€£" else at
            if unit.match(sentence.text[start : at + _REACH]):
                found.append(token)
        return tuple(found)

    return find


def _question(sentence: Sentence) -> tuple[Token, ...]:
    return sentence.tokens[-1:] if sentence.question else ()


# The pattern that stands for each class, and what finds its members in a sentence.
CLASSES: dict[str, Callable[[Sentence], tuple[Token, ...]]] = {
    "<number>": numbers,
    **{name: _with_unit(name) for name in _UNITS},
    "<question>": _question,
}
