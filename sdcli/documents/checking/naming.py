"""Where a sentence names an assumption or an estimate: `write_rate`, `write rate`, `write-rate`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WORD = re.compile(r"[A-Za-z0-9]+")
_BETWEEN = re.compile(r"_|-|\s{1,3}")
# Words beside a name that make it the name of something else.
_BEFORE = frozenset(
    [
        "peak",
        "max",
        "maximum",
        "min",
        "minimum",
        "average",
        "mean",
        "median",
        "typical",
        "worst",
        "best",
        "burst",
        "total",
        "combined",
        "p50",
        "p90",
        "p95",
        "p99",
        "p999",
        "per",
        "each",
        "every",
        "no",
    ]
)
_BEHIND = frozenset(
    [
        "limit",
        "limits",
        "target",
        "targets",
        "budget",
        "cap",
        "threshold",
        "ceiling",
        "quota",
        "goal",
        "per",
        "each",
        "headroom",
        "growth",
        "increase",
        "variance",
    ]
)


class Names:
    """The names of a design's numbers, ready to be looked for.

    Args:
        names: as the design has them.
        things: words that are things that are counted, so that `links` in a sentence is a word
            and no name, unless it stands in backticks.
    """

    def __init__(self, names: Iterable[str], things: Iterable[str] = ()) -> None:
        self._things = frozenset(things)
        self._names = {tuple(name.split("_")): name for name in names}
        self._firsts = {words[0] for words in self._names}
        self._longest = max((len(words) for words in self._names), default=0)

    def within(self, sentence: str, taken: Iterable[tuple[int, int]] = ()) -> list[str]:
        """The names in a sentence, each once; what is `taken` by an amount names nothing.

        >>> Names(["write_rate", "rate"]).within("The Write rate and the peak rate")
        ['write_rate']

        Cost: O(words of the sentence * words of the longest name).
        """
        spans = list(taken)
        words = [match.span() for match in _WORD.finditer(sentence)]
        return list(dict.fromkeys(self._found(sentence, words, spans)))

    def _found(
        self, sentence: str, words: list[tuple[int, int]], taken: list[tuple[int, int]]
    ) -> Iterator[str]:
        lower = [sentence[start:end].lower() for start, end in words]
        i = 0
        while i < len(words):
            count = self._longest_at(sentence, words, lower, i)
            if count:
                span = (words[i][0], words[i + count - 1][1])
                around = ("".join(lower[i - 1 : i]), "".join(lower[i + count : i + count + 1]))
                name = self._names[tuple(lower[i : i + count])]
                inside = any(begin <= span[0] < stop for begin, stop in taken)
                if not inside and self._stands_alone(sentence, name, span, around):
                    yield name
            i += count or 1

    def _longest_at(
        self, sentence: str, words: list[tuple[int, int]], lower: list[str], i: int
    ) -> int:
        """How many words from the i-th on are a name; the longest one."""
        if lower[i] not in self._firsts:
            return 0
        reach = 1
        while reach < self._longest and i + reach < len(words):
            gap = sentence[words[i + reach - 1][1] : words[i + reach][0]]
            if not _BETWEEN.fullmatch(gap):
                break
            reach += 1
        for count in range(reach, 0, -1):
            if tuple(lower[i : i + count]) in self._names:
                return count
        return 0

    def _stands_alone(
        self, sentence: str, name: str, span: tuple[int, int], around: tuple[str, str]
    ) -> bool:
        """Whether the words are a name by themselves, and no part of another.

        `around` has the word before the name and the one behind it.
        """
        start, end = span
        before, behind = sentence[max(0, start - 1) : start], sentence[end : end + 1]
        if before in ("_", "-", ".", "/") or behind in ("_", "-", "/"):
            return False
        if before == "`" or "_" in sentence[start:end]:
            return True
        if name in self._things:
            return False
        return around[0] not in _BEFORE and around[1] not in _BEHIND
