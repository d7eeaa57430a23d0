"""Did you mean: the nearest known names to one that is not known.

The distance is that of Damerau and Levenshtein (CACM 7(3), 1964, pp. 171-176) in its
restricted form: insert, delete, replace, swap neighbours. Case alone costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def edits(one: str, two: str) -> int:
    """How many edits turn one word into the other.

    Cost: O(len(one) * len(two)).

    >>> edits("gigabyyte", "gigabyte"), edits("wirtes", "writes")
    (1, 1)
    """
    before: list[int] = []
    above: list[int] = []
    row = list(range(len(two) + 1))
    for i, letter in enumerate(one, start=1):
        before, above, row = above, row, [i]
        for j, other in enumerate(two, start=1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == two[j - 2] and one[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
    return row[-1]


def nearest(word: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """The known names within a third of the word's length, nearest first, at most `limit`.

    >>> nearest("vnode", ["vnodes", "nodes", "weight"])
    ['vnodes']
    """
    allowed = max(1, len(word) // 3)
    ranked = sorted(
        (edits(word.casefold(), name.casefold()), name)
        for name in set(known)
        if abs(len(name) - len(word)) <= allowed
    )
    return [name for distance, name in ranked if distance <= allowed][:limit]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean vnodes or nodes?`, or an empty string when nothing is near."""
    near = nearest(word, known)
    return f"did you mean {' or '.join(near)}?" if near else ""
