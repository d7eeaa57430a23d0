"""What counts of an answer: not the echo of the question, and nothing twice.

Handing the prompt or a hint back is no answer, so a sentence that is made of their words
earns nothing. Saying a thing twice does not make it better, so neither does a repetition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.scoring.text import Sentence, words_in
from sdcli.scoring.words import FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

ECHO_OVERLAP = 0.8


def countable(
    sentences: Sequence[Sentence], echoes: Sequence[str] = ()
) -> tuple[Sentence | None, ...]:
    """The sentences with None for each that earns nothing: an echo, or one that stood before."""
    seen: set[tuple[str, ...]] = set()
    kept: list[Sentence | None] = []
    for sentence in sentences:
        words = tuple(token.stem for token in sentence.tokens)
        again = words in seen
        seen.add(words)
        kept.append(None if again or is_echo(sentence, echoes) else sentence)
    return tuple(kept)


def is_echo(sentence: Sentence, echoes: Sequence[str]) -> bool:
    """Whether four in five of its words, and of its content words, stand in one of the texts.

    Words are compared as written: who hands a text back copies it. A part of a text in braces is
    a number that may have stood there in another size, so beside such a text the numbers of the
    sentence are not compared, only their units.

    >>> from sdcli.scoring.text import read
    >>> is_echo(read("What takes 16.4k redirect/s?")[0], ["What takes {11.6k redirect/s}?"])
    True
    """
    said = [token.text for token in sentence.tokens]
    words = [word for word in said if not word[0].isdigit()]
    with_numbers, without = (said, _content(said)), (words, _content(words))
    return any(
        _is_made_of(*(without if "{" in echo else with_numbers), words_in(echo)) for echo in echoes
    )


def _content(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in FUNCTION_WORDS]


def _is_made_of(said: Sequence[str], content: Sequence[str], known: frozenset[str]) -> bool:
    return bool(said) and min(_share(content, known), _share(said, known)) >= ECHO_OVERLAP


def _share(words: Sequence[str], known: frozenset[str]) -> float:
    return sum(map(known.__contains__, words)) / len(words) if words else 1.0
