"""What lifts an explanation to a justification: a number, an alternative, a failure, a reason.

Reason words alone say little: vague answers are full of them. So none of these counts by
itself. An explanation is justified when its own sentences hold a figure, compare an
alternative or name a failure, and besides give a reason or use one of the item's estimates.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sdcli.scoring.figures import figures, near
from sdcli.scoring.grammar import verbs
from sdcli.scoring.text import Sentence, stem, stems_of, tokenize
from sdcli.scoring.words import (
    ALTERNATIVES,
    AMOUNTS_AFTER_A,
    AMOUNTS_AFTER_THAN,
    BEFORE_PARTITIONS,
    CHOOSING_STEMS,
    CONDITIONS,
    DETERMINERS,
    FAILING_BEFORE_DOWN,
    FAILURE_STEMS,
    NOT_A_REASON_AFTER_SO,
    PARTITIONS,
    REASON_PHRASES,
    REASONS,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_CHOICE_WORDS_MAX = 3  # words of the choice before "over" in the line of a decision


def measured(window: Iterable[Sentence]) -> str:
    """A figure that counts or measures something, in the writer's words, or nothing."""
    for sentence in window:
        for figure in figures(sentence):
            if figure.measures:
                return " ".join(sentence.within(figure.start, figure.end).split())
    return ""


def estimate_used(
    window: Iterable[Sentence], names: Iterable[str], values: Mapping[str, float]
) -> str:
    """The name of an estimate that the sentences use with a figure, or nothing.

    It is used when a figure is within 30 % of its magnitude, or when a figure stands beside
    the words of its name: "the write rate is 200 a second" whatever the scenario expects.
    """
    for sentence in window:
        found = figures(sentence)
        if not found:
            continue
        for name in names:
            words = [stem(word) for word in name.lower().split("_")]
            if len(words) > 1 and all(word in sentence.places for word in words):
                return name
            if name in values and any(near(figure, values[name]) for figure in found):
                return name
    return ""


@lru_cache(maxsize=4096)
def reason(sentence: Sentence) -> str:
    """The word that gives a reason, or nothing.

    >>> from sdcli.scoring.text import read
    >>> reason(read("Reads are hot, so we cache.")[0]), reason(read("So many reads!")[0])
    ('so', '')
    """
    words = [token.text for token in sentence.tokens]
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else ""
        if word == "so" and following in NOT_A_REASON_AFTER_SO:
            continue
        if word in REASONS:
            return word
    return _phrase(words, REASON_PHRASES)


@lru_cache(maxsize=4096)
def alternative(sentence: Sentence) -> str:
    """The words that compare an alternative, or nothing.

    >>> from sdcli.scoring.text import read
    >>> alternative(read("302 rather than 301.")[0]), alternative(read("More than 5 hits.")[0])
    ('rather than', '')
    """
    words = [token.text for token in sentence.tokens]
    if found := _phrase(words, ALTERNATIVES):
        return found
    for at, word in enumerate(words[:-1]):
        following = words[at + 1]
        is_amount = following[0].isdigit() or following in AMOUNTS_AFTER_THAN
        is_amount |= (
            following == "a" and words[at + 2 : at + 3] != [] and (words[at + 2] in AMOUNTS_AFTER_A)
        )
        if word == "than" and not is_amount:
            return "than"
        if word == "over" and (_chooses(sentence) or _decides(sentence, words, at)):
            return "over"
    return ""


def _chooses(sentence: Sentence) -> bool:
    return any(token.stem in stems_of(CHOOSING_STEMS) for token in sentence.tokens)


def _decides(sentence: Sentence, words: list[str], at: int) -> bool:
    """Whether it is the line of a decision: "302 over 301, because ..."."""
    begins = at <= _CHOICE_WORDS_MAX and not any(verb < at for verb in verbs(sentence))
    return begins and words[at + 1] not in DETERMINERS and "because" in words[at:]


@lru_cache(maxsize=4096)
def failure(sentence: Sentence) -> str:
    """The words that name a failure and what it does, or nothing.

    A failure is named under a condition: "if the leader dies", "survives the loss of a node".

    >>> from sdcli.scoring.text import read
    >>> failure(read("When the leader dies a replica takes over.")[0])
    'dies'
    >>> failure(read("Failures are bad.")[0])
    ''
    """
    tokens = sentence.tokens
    condition = next((at for at, one in enumerate(tokens) if one.text in CONDITIONS), len(tokens))
    for at, token in enumerate(tokens[condition + 1 :], start=condition + 1):
        if token.stem in stems_of(FAILURE_STEMS):
            return token.text
        before = {other.text for other in tokens[max(0, at - 2) : at]}
        if token.text == "down" and before & FAILING_BEFORE_DOWN:
            return "down"
        if token.text in PARTITIONS and before & BEFORE_PARTITIONS:
            return token.text
    return ""


def _phrase(words: list[str], phrases: tuple[str, ...]) -> str:
    text = f" {' '.join(words)} "
    return next((phrase for phrase in phrases if f" {phrase} " in text), "")


def magnitude_of(text: str) -> float | None:
    """The magnitude of an expected value like "38.6 link/s" or "3.5T"; None without a number."""
    line = text.split(" to ", maxsplit=1)[0]
    sentence = Sentence(line, 0, len(line), 1, 0, tokenize(line))
    found = figures(sentence)
    return found[0].magnitude if found else None
