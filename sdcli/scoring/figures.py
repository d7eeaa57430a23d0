"""Figures: numbers as people write them in prose, with what they count.

"40 writes a second", "3.5T codes", "$150k", "62^7", "99.9 %" are figures; a step's number, an
HTTP status and a bare "2" are not. Only the magnitude is read here: whether a figure may
stand for an estimate is asked of magnitudes, so that "3.5 trillion" is the 3.5T of the
estimate whatever noun follows. Arithmetic with units is numbers/.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sdcli.scoring.words import FUNCTION_WORDS

if TYPE_CHECKING:
    from sdcli.scoring.text import Sentence

_SCALES = {
    "": 1.0,
    "k": 1e3,
    "thousand": 1e3,
    "m": 1e6,
    "million": 1e6,
    "mn": 1e6,
    "b": 1e9,
    "bn": 1e9,
    "g": 1e9,
    "billion": 1e9,
    "t": 1e12,
    "trillion": 1e12,
    "p": 1e15,
}
_FIGURE = re.compile(
    r"""(?<![\w.^,])(?P<money>[$€£]\s?)?
        (?P<number>\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)
        (?:\s*(?:\^|\*\*)\s*(?P<power>\d{1,3})|(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]+)
          |e(?P<exponent>[+-]?\d{1,2})\b)?
        (?:(?P<scale>[kKMBGTP])(?![\w]|/[A-Z])
          |\s?(?P<scaled>[kKMGTP])(?P<byte>i?[Bb](?:yte|it)?s?)\b
          |\s*(?P<words>thousand|million|billion|trillion|bn)\b)?
        (?P<after>\s?%|[\s-]*(?:[^\W\d_]|/)[^\s,;.()]*)?""",
    re.VERBOSE | re.IGNORECASE,
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_STATUS = re.compile(r"[1-5]\d\d")
_LABELLED = re.compile(
    r"(?:step|option|phase|point|chapter|figure|http|v|version)\s*$", re.IGNORECASE
)
_MAGNITUDE_MAX = 1e300


@dataclass(frozen=True)
class Figure:
    """A number with its scale, where it stands, and whether it counts or measures something."""

    start: int
    end: int
    magnitude: float
    measures: bool


@lru_cache(maxsize=4096)
def figures(sentence: Sentence) -> tuple[Figure, ...]:
    """The figures of a sentence.

    >>> from sdcli.scoring.text import read
    >>> [round(f.magnitude) for f in figures(read("62^7 is 3.5 trillion codes, 40 a second.")[0])]
    [3521614606208, 3500000000000, 40]
    >>> [f.measures for f in figures(read("Answer 301 or 302, see step 2.")[0])]
    [False, False, False]
    """
    found = []
    for match in _FIGURE.finditer(sentence.text):
        end = match.end("after") if match["after"] else match.end()
        start = match.start()
        found.append(
            Figure(
                sentence.start + start,
                sentence.start + end,
                _magnitude(match),
                _measures(match, sentence.text[:start]),
            )
        )
    return tuple(found)


def _magnitude(match: re.Match[str]) -> float:
    value = float(match["number"].replace(",", ""))
    power = match["power"] or (match["raised"] or "").translate(_RAISED)
    try:
        if power:
            value **= int(power)
        elif match["exponent"]:
            value *= 10.0 ** int(match["exponent"])
    except OverflowError:
        return _MAGNITUDE_MAX
    scale = match["scale"] or match["scaled"] or match["words"] or ""
    return min(value * _SCALES[scale.lower()], _MAGNITUDE_MAX)


def _measures(match: re.Match[str], before: str) -> bool:
    if match["money"] or match["power"] or match["raised"] or match["exponent"]:
        return True
    if match["scale"] or match["scaled"] or match["words"] or "," in match["number"]:
        return True
    after = (match["after"] or "").strip()
    if not after or _LABELLED.search(before):
        return False
    if _STATUS.fullmatch(match["number"]) and not after.startswith(("%", "/")):
        word = after.lower()
        return word in {"ms", "gb", "mb", "kb", "tb", "us", "µs"} or word.startswith(
            ("node", "server", "request", "byte", "write", "read", "key")
        )
    word = after.strip("-").lower()
    return word.startswith(("%", "/")) or word in {"a", "an", "per"} or word not in FUNCTION_WORDS


def near(figure: Figure, magnitude: float, tolerance: float = 1.3) -> bool:
    """Whether a figure may stand for a magnitude: within 30 % to either side."""
    if magnitude <= 0 or figure.magnitude <= 0:
        return figure.magnitude == magnitude
    return 1 / tolerance <= figure.magnitude / magnitude <= tolerance
