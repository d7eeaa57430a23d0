"""Sentences that stand in two questions: whoever practises both would notice the template.

Lines that are computed or drawn are no sentences. Compared are words alone, in lower case, of
sentences with more than eight of them; shorter ones ("Say what you leave out.") are common
speech.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sdcli.content.outline import Outline
    from sdcli.core.errors import Fault

COMMON_WORDS_MAX = 8

_END = re.compile(r"(?<=[.!?:;])[\"'”’)]*\s+")
_WORD = re.compile(r"\{\w+\}|[^\W_]+(?:['’.,][^\W_]+)*")


def repeated_faults(outlines: Iterable[Outline]) -> Iterator[Fault]:
    """The fault of every long sentence that an earlier file of another id has too.

    Cost: O(letters of all files).
    """
    first: dict[tuple[str, ...], tuple[str, str]] = {}
    for outline in outlines:
        identity = str(next((text for _, text in outline.texts("id")), ""))
        for key, text in outline.every_text():
            for sentence in _long_sentences(text) if key[-1:] != ("line",) else ():
                place = f"{outline.tree.name}:{outline.tree.line(key)}"
                owner, stood = first.setdefault(sentence, (identity, place))
                if owner != identity:
                    message = f'"{" ".join(sentence)}" stands in {stood} too'
                    yield outline.tree.fault(key, message, "say it in words of this question")


def _long_sentences(text: str) -> Iterator[tuple[str, ...]]:
    for sentence in _END.split(text):
        words = tuple(word.lower() for word in _WORD.findall(sentence))
        if len(words) > COMMON_WORDS_MAX:
            yield words
