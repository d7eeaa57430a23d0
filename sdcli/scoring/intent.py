"""What a clarifying question is after: the entry of the answer bank that it hits.

An entry has groups of words; a group hits when all its words occur in the question, by
stems and in any order, a phrase as a phrase. The entry wins whose hits take up the most words
of the question, since "how many new links a month" is more surely meant than "traffic"; among
equals the one with the larger group, then the one that stands first. A question of one or two
words ("availability?") hits the first group that has them. Nothing hits: nobody guesses, the
interviewer says that it is the person's call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from sdcli.scoring.patterns import pattern
from sdcli.scoring.text import Sentence, stems_in, tokenize
from sdcli.scoring.words import FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


SHORT_WORDS_MAX = 2


class BankEntry(Protocol):
    """What is read of an entry; content.Question is one."""

    @property
    def match(self) -> Sequence[Sequence[str]]: ...  # noqa: D102 - see the module


Entry = TypeVar("Entry", bound=BankEntry)


def match_question(text: str, questions: Iterable[Entry]) -> Entry | None:
    """The entry that a question is after, or None.

    Cost: O(words of all groups).
    """
    asked = Sentence(text, 0, len(text), 1, 0, tokenize(text))
    questions = tuple(questions)
    best: Entry | None = None
    best_rank = (0, 0)
    for entry in questions:
        rank = (0, 0)
        taken: set[int] = set()
        for group in entry.match:
            found = [pattern(word).hits(asked) for word in group]
            if group and all(found):
                places = {
                    at
                    for at, token in enumerate(asked.tokens)
                    if any(one.start <= token.start < one.end for hits in found for one in hits)
                }
                taken |= places
                rank = (len(taken), max(rank[1], len(places)))
        if rank > best_rank:
            best, best_rank = entry, rank
    return best or _in_a_word(asked, questions)


def _in_a_word(asked: Sentence, questions: Iterable[Entry]) -> Entry | None:
    """The entry of which a very short question has a part."""
    meant = frozenset(asked.places) - stems_in(FUNCTION_WORDS)
    if not 1 <= len(meant) <= SHORT_WORDS_MAX:
        return None
    for entry in questions:
        if any(meant <= stems_in(group) for group in entry.match):
            return entry
    return None
