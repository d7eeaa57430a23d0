"""Patterns of a rubric: phrases by their stems, and signs exactly as typed.

A pattern is one to three words that stand next to each other, in order, compared by stems:
"cache hit" finds "cached hits" and "cache-hit", never "cache, hit". Phrases that the trade
uses for the same thing find each other (words.SAME_PHRASE). A pattern with signs in it, like
62^7, W + R > N or 99.9%, is looked for as typed; only spaces and the spelling of the power
sign are free. Short patterns are the point: a long one matches its writer and nobody else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sdcli.scoring.text import tokenize
from sdcli.scoring.words import SAME_PHRASE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.scoring.text import Sentence

_POWERS = dict(zip("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True))
_SIGNS = {"^": r"(?:\^|\*\*)", "*": "[*×x·]", "×": "[*×x·]", "-": "[-−–]", "≥": "(?:≥|>=)"}


@dataclass(frozen=True, order=True)
class Hit:
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
        if self.signs is not None:
            return [
                Hit(sentence.start + found.start(), sentence.start + found.end(), self.text)
                for found in self.signs.finditer(sentence.text)
            ]
        return sorted(
            _hit(sentence, phrase, at, self.text)
            for phrase in self.phrases
            for at in sentence.places.get(phrase[0], ())
            if _stands(sentence, phrase, at)
        )


def _hit(sentence: Sentence, phrase: tuple[str, ...], at: int, text: str) -> Hit:
    return Hit(sentence.tokens[at].start, sentence.tokens[at + len(phrase) - 1].end, text)


def _stands(sentence: Sentence, phrase: tuple[str, ...], at: int) -> bool:
    if at + len(phrase) > len(sentence.tokens):
        return False
    return all(
        sentence.tokens[at + step].stem == word and sentence.tokens[at + step].joined
        for step, word in enumerate(phrase[1:], start=1)
    )


@lru_cache(maxsize=8_000)
def pattern(text: str) -> Pattern:
    """The pattern that a text stands for.

    >>> from sdcli.scoring.text import read
    >>> bool(pattern("cache hit").hits(read("Most reads are cached hits.")[0]))
    True
    >>> bool(pattern("62^7").hits(read("That gives 62 ** 7 codes.")[0]))
    True
    """
    tokens = tokenize(text)
    in_a_phrase = len(tokens) > 0 and all(token.joined for token in tokens[1:])
    if in_a_phrase and tokens[0].start == 0 and tokens[-1].end == len(text):
        return Pattern(text, _equal_phrases(tuple(token.stem for token in tokens)), None)
    return Pattern(text, (), _signs(text))


def hits(patterns: Iterable[str], sentence: Sentence) -> list[Hit]:
    """Every hit of every pattern, in the order of the sentence.

    Cost: O(different words of the sentence), so that long lists of patterns cost little.
    """
    by_first, signs = _sorted_by_first(tuple(patterns))
    found = [hit for one in signs for hit in one.hits(sentence)]
    for stem, places in sentence.places.items():
        for phrase, text in by_first.get(stem, ()):
            found += [
                _hit(sentence, phrase, at, text) for at in places if _stands(sentence, phrase, at)
            ]
    return sorted(found)


@lru_cache(maxsize=2_000)
def _sorted_by_first(
    texts: tuple[str, ...],
) -> tuple[dict[str, list[tuple[tuple[str, ...], str]]], list[Pattern]]:
    """The phrases of several patterns by their first stem, and the patterns with signs."""
    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for text in texts:
        for phrase in pattern(text).phrases:
            by_first.setdefault(phrase[0], []).append((phrase, text))
    return by_first, [pattern(text) for text in texts if pattern(text).signs is not None]


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
