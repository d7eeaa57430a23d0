"""Patterns of a rubric: phrases by their stems, and signs exactly as typed.

A pattern is one to three words, compared by stems. They stand next to each other, or, where
all of them are content words, near each other in any order: "count clicks" finds "the clicks
are counted", never "count, clicks". Function words hold a phrase together, so "on a miss" is
looked for as it stands. Words and phrases that the trade uses for one thing find each other
(words.SAME_MEANING, SAME_PHRASE). A pattern with signs in it, like 62^7, W + R > N or 99.9%,
is looked for as typed; only spaces and the spelling of the power sign are free. A word in angle
brackets stands for a class: <number> is any figure that counts or measures, <rate>, <percent>,
<duration>, <bytes> and <money> a figure with such a unit, <question> a sentence that asks.
Short patterns are the point: a long one matches its writer and nobody else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from sdcli.scoring.classes import CLASSES
from sdcli.scoring.text import stem, stems_of, tokenize
from sdcli.scoring.words import FUNCTION_WORDS, NEGATORS, SAME_PHRASE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.scoring.text import Sentence

LOOSE_GAP = 3  # words that may stand between those of a phrase
_HOLDING = FUNCTION_WORDS - {"even", "one"}  # their stems are also those of "evenly" and "ones"
_DENIALS = NEGATORS | {"no", "without"}  # these part what stands around them

_PLAIN = re.compile(r"[a-z]+(?: [a-z]+)*")
_POWERS = dict(zip("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True))
_TIMES = r"(?:[*×·]|\bx\b)"
_SIGNS = {"^": r"(?:\^|\*\*)", "*": _TIMES, "×": _TIMES, "-": "[-−–]", "≥": "(?:≥|>=)"}


class Hit(NamedTuple):
    """Where a pattern stands: offsets in the answer, and the pattern."""

    start: int
    end: int
    pattern: str

    def overlaps(self, other: Hit) -> bool:
        """Whether both share a letter."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Pattern:
    """One pattern, ready to be looked for: either phrases of stems, or an expression."""

    text: str
    phrases: tuple[tuple[str, ...], ...]
    signs: re.Pattern[str] | None

    def hits(self, sentence: Sentence) -> list[Hit]:
        """Every place in the sentence where it stands, in order."""
        if self.text in CLASSES:
            return [
                Hit(token.start, token.end, self.text) for token in CLASSES[self.text](sentence)
            ]
        if self.signs is not None:
            return [
                Hit(sentence.start + found.start(), sentence.start + found.end(), self.text)
                for found in self.signs.finditer(sentence.text)
            ]
        return sorted(
            hit
            for phrase in self.phrases
            for at in sentence.places.get(phrase[0], ())
            if (hit := _hit(sentence, phrase, at, self.text)) is not None
        )


def _hit(sentence: Sentence, phrase: tuple[str, ...], at: int, text: str) -> Hit | None:
    """The hit of a phrase whose first word stands at `at`, or None."""
    first, last = at, at + len(phrase) - 1
    if not _stands(sentence, phrase, at):
        span = _near_by(sentence, phrase, at) if _is_loose(phrase) else None
        if span is None:
            return None
        first, last = span
    return Hit(sentence.tokens[first].start, sentence.tokens[last].end, text)


def _stands(sentence: Sentence, phrase: tuple[str, ...], at: int) -> bool:
    if at + len(phrase) > len(sentence.tokens):
        return False
    return all(
        sentence.tokens[at + step].stem == word and sentence.tokens[at + step].joined
        for step, word in enumerate(phrase[1:], start=1)
    )


@lru_cache(maxsize=16_000)
def _is_loose(phrase: tuple[str, ...]) -> bool:
    """Whether a phrase is made of content words; a number belongs to the word behind it."""
    return len(phrase) > 1 and not any(
        word[0].isdigit() or word in stems_of(_HOLDING) for word in phrase
    )


def _near_by(sentence: Sentence, phrase: tuple[str, ...], at: int) -> tuple[int, int] | None:
    """First and last token of the phrase's words near `at`, in any order, in one clause."""
    reach = len(phrase) - 1 + LOOSE_GAP
    low = high = at
    for word in phrase[1:]:
        near = [place for place in sentence.places.get(word, ()) if abs(place - at) <= reach]
        if not near:
            return None
        closest = min(near, key=lambda place: abs(place - at))
        low, high = min(low, closest), max(high, closest)
    inside = sentence.tokens[low + 1 : high + 1]
    is_whole = high - low <= reach and len(inside) >= len(phrase) - 1
    parted = any(not token.joined or token.text in _DENIALS for token in inside)
    return (low, high) if is_whole and not parted else None


@lru_cache(maxsize=8_000)
def pattern(text: str) -> Pattern:
    """The pattern that a text stands for.

    >>> from sdcli.scoring.text import read
    >>> bool(pattern("cache hit").hits(read("Most reads are cached hits.")[0]))
    True
    >>> bool(pattern("count clicks").hits(read("The clicks are counted later.")[0]))
    True
    >>> bool(pattern("62^7").hits(read("That gives 62 ** 7 codes.")[0]))
    True
    """
    if text in CLASSES:
        return Pattern(text, (), None)
    if _PLAIN.fullmatch(text):  # nearly all are: no need to look where each word stands
        return Pattern(text, _equal_phrases(tuple(map(stem, text.split(" ")))), None)
    tokens = tokenize(text)
    in_a_phrase = len(tokens) > 0 and all(token.joined for token in tokens[1:])
    if in_a_phrase and tokens[0].start == 0 and tokens[-1].end == len(text):
        return Pattern(text, _equal_phrases(tuple(token.stem for token in tokens)), None)
    return Pattern(text, (), _signs(text))


def hits(patterns: Iterable[str], sentence: Sentence) -> tuple[Hit, ...]:
    """Every hit of every pattern, in the order of the sentence.

    Cost: O(different words of the sentence), so that long lists of patterns cost little.
    """
    return _hits(tuple(patterns), sentence)


@lru_cache(maxsize=8_000)
def _hits(texts: tuple[str, ...], sentence: Sentence) -> tuple[Hit, ...]:
    by_first, others = _sorted_by_first(texts)
    found = [hit for one in others for hit in one.hits(sentence)]
    tokens = sentence.tokens
    for first, places in sentence.places.items():
        for phrase, text in by_first.get(first, ()):
            if len(phrase) == 1:
                found += [Hit(tokens[at].start, tokens[at].end, text) for at in places]
            else:
                found += [
                    hit for at in places if (hit := _hit(sentence, phrase, at, text)) is not None
                ]
    return tuple(sorted(found))


@lru_cache(maxsize=2_000)
def _sorted_by_first(
    texts: tuple[str, ...],
) -> tuple[dict[str, list[tuple[tuple[str, ...], str]]], list[Pattern]]:
    """The phrases of several patterns by their first stem, and the patterns without phrases."""
    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for text in texts:
        for phrase in pattern(text).phrases:
            by_first.setdefault(phrase[0], []).append((phrase, text))
    return by_first, [pattern(text) for text in texts if not pattern(text).phrases]


@lru_cache(maxsize=1)
def _other_ways() -> dict[str, list[tuple[tuple[str, ...], list[tuple[str, ...]]]]]:
    """Each phrase that can be said in other ways, with those ways, by its first stem."""
    found: dict[str, list[tuple[tuple[str, ...], list[tuple[str, ...]]]]] = {}
    for group in SAME_PHRASE:
        phrases = [tuple(token.stem for token in tokenize(phrase)) for phrase in group]
        for phrase in phrases:
            others = [other for other in phrases if other != phrase]
            found.setdefault(phrase[0], []).append((phrase, others))
    return found


def _equal_phrases(words: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The phrase itself, then those with one part said in another way."""
    found = [words]
    for at, word in enumerate(words):
        for part, others in _other_ways().get(word, ()):
            if words[at : at + len(part)] == part:
                found += [words[:at] + other + words[at + len(part) :] for other in others]
    return tuple(dict.fromkeys(found))


def _signs(text: str) -> re.Pattern[str]:
    pieces = re.findall(r"[^\W_]+|[^\w\s]|_", text)
    written: list[str] = []
    for before, piece in zip(["", *pieces], pieces, strict=False):
        if before == "^" and piece.isdigit():
            raised = "".join(_POWERS[digit] for digit in piece)
            written[-1] = rf"(?:(?:\^|\*\*)\s*{piece}|{raised})"
        else:
            written.append(_SIGNS.get(piece, re.escape(piece)))
    source = r"\s*".join(written)
    if pieces and pieces[0][0].isalnum():
        source = r"(?<![\w.^])" + source
    if pieces and pieces[-1][-1].isalnum():
        source += r"(?![\w^])(?!\.\d)"
    return re.compile(source, re.IGNORECASE)
