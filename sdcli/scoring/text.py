"""Text as the scorer sees it: sentences with their place, tokens with their stems.

A sentence is what a tick quotes, so it keeps its offsets: `text[start:end]` is verbatim.
People who answer an interview write prose, bullets, table rows and one thought per line;
a line break ends a sentence unless the line was wrapped (its next word would not have
fitted). Words are compared by their stems (M. F. Porter's English stemmer, the second
version, from the package PyStemmer, imported when the first word is stemmed), after
a small table of spellings and irregular forms that stems do not bring together; and words
that mean one thing in this trade, like server and node, count as one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sdcli.scoring.words import SAME_MEANING, SAME_WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# 3.5T and 10,000 are one token; base62, don't and 4xx too; pub/sub and read-heavy are two.
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*[^\W\d_]*|[^\W\d_][^\W_]*(?:['’][^\W_]+)*")
# What may stand between two words of one phrase: spaces, hyphens, slashes, quotes, emphasis.
_SOFT_GAP = re.compile(r"[\s\-‐‑_/'’\"“”`*]*")
# Letters count lists to h at most: "N. Virtual nodes ..." at the start of a line ends a formula.
_BULLET = re.compile(r"\s*(?:[-*+•–]|\(?\d{1,2}[.)]|\(?[a-h][.)])\s+", re.IGNORECASE)
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+")
_LABEL = re.compile(
    r"\s*(?:[-*+•]\s+)?(?:\*\*|__)?[^.!?:,;=|]{1,60}:?(?:\*\*|__):?\s*$|[^.!?:,;=|]{1,60}:\s*$"
)
_ROW = re.compile(r"\s*\|")
_RULE = re.compile(r"\s*(?:```|~~~|[-=*_]{3,}\s*$|\|?\s*:?-{2,})")
_END = re.compile(r"(?<![.!?])[.!?]+[\"'”’)\]*_`]*(?=\s)")
# Behind these no sentence ends. A single letter is none of them: "hash mod N." ends one, and
# in a design a letter is a variable more often than the initial of a name.
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|approx|ca|cf|fig|resp|incl))\.$")
_TIME_OF_DAY = re.compile(r"\b[ap]\.m\.$")  # behind it a sentence goes on in lower case
_ABBREVIATION_MAX = 12  # letters around a full stop that say whether it ends a sentence
TOKENS_MAX = 100  # a sentence that never ends is cut here, so that one window stays one thought
_WRAP_MIN = 60  # columns; a shorter line was ended by its writer, not by an editor


class Token(NamedTuple):
    """A word or number of a sentence.

    `text` is lower case with plain apostrophes, a number has no thousands commas;
    `joined`: only a soft gap separates it from the token before, so both may be one phrase.
    """

    text: str
    stem: str
    start: int
    end: int
    joined: bool


@dataclass(frozen=True, eq=False)
class Sentence:
    """A stretch of the answer that one tick may quote.

    Invariant: `text` is the answer's text from `start` to `end`. `block` counts paragraphs
    and lists: neighbours are looked for inside one block. `line` counts from 1.
    """

    text: str
    start: int
    end: int
    line: int
    block: int
    tokens: tuple[Token, ...]
    heading: bool = False
    step: str | None = None

    @property
    def question(self) -> bool:
        """Whether it asks."""
        return self.text.rstrip("\"'”’)]*_` ").endswith("?")

    @cached_property
    def places(self) -> dict[str, tuple[int, ...]]:
        """The positions of each stem."""
        found: dict[str, list[int]] = {}
        for position, token in enumerate(self.tokens):
            found.setdefault(token.stem, []).append(position)
        return {stem: tuple(positions) for stem, positions in found.items()}

    def within(self, start: int, end: int) -> str:
        """The sentence's own text between two offsets of the answer."""
        return self.text[start - self.start : end - self.start]


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The stem of a word in lower case; words of one meaning share that of the first of them.

    >>> stem("caching"), stem("written"), stem("keys"), stem("code's"), stem("servers")
    ('cach', 'write', 'key', 'code', 'node')
    """
    found = _own_stem(word)
    return _meanings().get(found, found)


def _own_stem(word: str) -> str:
    word = word.removesuffix("'s").removesuffix("'")
    return str(_stemmer().stemWord(SAME_WORD.get(word, word)))


@lru_cache(maxsize=1)
def _meanings() -> dict[str, str]:
    """For each stem of a class the stem of its first word."""
    return {_own_stem(word): _own_stem(group[0]) for group in SAME_MEANING for word in group}


@lru_cache(maxsize=64)
def stems_of(words: tuple[str, ...] | frozenset[str]) -> frozenset[str]:
    """The stems of a table of words."""
    return frozenset(stem(word) for word in words)


def tokenize(text: str, offset: int = 0) -> tuple[Token, ...]:
    """The tokens of a text that begins at `offset` of the answer.

    >>> [token.text for token in tokenize("62^7 is 3.5T, don't shard/split")]
    ['62', '7', 'is', '3.5t', "don't", 'shard', 'split']
    """
    tokens: list[Token] = []
    last = 0
    for match in _TOKEN.finditer(text):
        word = match.group().lower().replace("’", "'")
        if word[0].isdigit():
            word = word.replace(",", "")
        joined = bool(tokens) and _SOFT_GAP.fullmatch(text, last, match.start()) is not None
        tokens.append(Token(word, stem(word), offset + match.start(), offset + match.end(), joined))
        last = match.end()
    return tuple(tokens)


@lru_cache(maxsize=1024)
def words_in(text: str) -> frozenset[str]:
    """The words of a text in lower case, without their stems, which cost most of a cold start."""
    return frozenset(found.group().lower().replace("’", "'") for found in _TOKEN.finditer(text))


@lru_cache(maxsize=4096)
def stem_phrase(words: str) -> tuple[str, ...]:
    """The stems of a few words, in order."""
    return tuple(token.stem for token in tokenize(words))


def sentences(
    text: str, *, start: int = 0, end: int | None = None, step: str | None = None, block: int = 0
) -> tuple[Sentence, ...]:
    """The sentences of `text[start:end]`, in order; those without a word are left out.

    Args:
        text: the whole answer; offsets and lines count in it.
        start: where the part to read begins.
        end: where it ends; the end of the text when None.
        step: what the sentences are marked with.
        block: the number of the first block.

    Cost: O(length of the part).
    """
    found = []
    line, counted = 1 + text.count("\n", 0, start), start
    for block_number, first, last, heading in _stretches(text, start, end, block):
        for whole_begin, whole_stop in _split(text, first, last):
            tokens = tokenize(text[whole_begin:whole_stop], whole_begin)
            for at in range(0, len(tokens), TOKENS_MAX):
                some = tokens[at : at + TOKENS_MAX]
                begin = some[0].start if at else whole_begin
                stop = some[-1].end if at + TOKENS_MAX < len(tokens) else whole_stop
                line += text.count("\n", counted, begin)
                counted = begin
                found.append(
                    Sentence(text[begin:stop], begin, stop, line, block_number, some, heading, step)
                )
    return tuple(found)


@lru_cache(maxsize=512)
def read(text: str) -> tuple[Sentence, ...]:
    """The sentences of a whole text; remembered, since many rules read the same one."""
    return sentences(text)


def _lines(text: str, start: int, end: int | None) -> Iterator[tuple[int, int]]:
    stop = len(text) if end is None else end
    while start < stop:
        newline = text.find("\n", start, stop)
        last = stop if newline < 0 else newline
        yield start, last
        start = last + 1


def _stretches(
    text: str, start: int, end: int | None, block: int
) -> Iterator[tuple[int, int, int, bool]]:
    """Block number, begin, end, is a heading: the stretches that sentence ends divide further."""
    lines = list(_lines(text, start, end))
    open_at: int | None = None
    open_to = 0
    for (first, last), width in zip(lines, _widths(text, lines), strict=True):
        line = text[first:last]
        marker = _HEADING.match(line) or _BULLET.match(line)
        starts_anew = marker is not None or _ROW.match(line) is not None
        blank = not line.strip() or _RULE.match(line) is not None
        if open_at is not None and (
            blank or starts_anew or not _wrapped(text, open_to, line, width)
        ):
            yield block, open_at, open_to, False
            open_at = None
        if blank:
            block += 1
            continue
        if _HEADING.match(line) or (open_at is None and _LABEL.match(line)):
            yield block, first + (marker.end() if marker else 0), last, True
            continue
        if open_at is None:
            open_at = first + (marker.end() if marker else len(line) - len(line.lstrip()))
        open_to = last
    if open_at is not None:
        yield block, open_at, open_to, False


def _widths(text: str, lines: Sequence[tuple[int, int]]) -> list[int]:
    """For each line the width of its paragraph, which is that of its longest line."""
    found: list[int] = []
    together: list[int] = []
    for first, last in [*lines, (0, 0)]:
        length = len(text[first:last].rstrip())
        if length:
            together.append(length)
            continue
        found += [max(together)] * len(together) if together else []
        found.append(0)
        together = []
    return found[:-1]


def _wrapped(text: str, line_end: int, following: str, width: int) -> bool:
    """Whether the line that ends at `line_end` goes on in the following one."""
    line_start = text.rfind("\n", 0, line_end) + 1
    words = following.split()
    first_word = len(words[0]) if words else 0
    return line_end - line_start + 1 + first_word > max(width, _WRAP_MIN)


def _split(text: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    begin = first
    for match in _END.finditer(text, first, last):
        if match.group()[0] == "." and _goes_on(text, begin, match):
            continue
        yield from _trimmed(text, begin, match.end())
        begin = match.end()
    yield from _trimmed(text, begin, last)


def _goes_on(text: str, begin: int, match: re.Match[str]) -> bool:
    """Whether a full stop is that of an abbreviation, inside its sentence."""
    stop = match.start() + 1
    said = text[max(begin, stop - _ABBREVIATION_MAX) : stop].lower()
    following = text[match.end() : match.end() + _ABBREVIATION_MAX].lstrip()[:1]
    return bool(_ABBREVIATION.search(said) or (_TIME_OF_DAY.search(said) and following.islower()))


def _trimmed(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    while begin < end and text[begin].isspace():
        begin += 1
    while end > begin and text[end - 1].isspace():
        end -= 1
    if begin < end:
        yield begin, end


def stems_in(texts: Iterable[str]) -> frozenset[str]:
    """The stems of several texts together."""
    return frozenset(token.stem for text in texts for token in tokenize(text))
