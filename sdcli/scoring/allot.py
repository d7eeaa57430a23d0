"""Which sentence supports which item, when a sentence may support only so many.

A sentence that names everything would tick everything; so each supports at most three
items. Who gets it is decided so that the sum of credit is as large as it can be: otherwise
a sentence added to an answer could lower its score. That is the assignment problem, solved
by augmenting paths (J. Munkres, Journal of SIAM 5(1), 1957, pp. 32-38): items come one by
one, each takes its best sentence, and whoever it displaces moves on to the next best.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def allot(worth: Sequence[Mapping[int, int]], capacity: int) -> list[int | None]:
    """The sentence of each item, or None for an item that gets none.

    Args:
        worth: for each item what it earns from each sentence (positive); where two are
            worth the same, the one that stands first is taken.
        capacity: how many items one sentence may support.

    Returns:
        The choice with the largest sum.

    Cost: O(items² x options) at worst; linear when no sentence is contested.

    >>> allot([{1: 70, 2: 25}, {1: 70}], capacity=1)
    [2, 1]
    """
    chosen: list[int | None] = [None] * len(worth)
    holders: dict[int, list[int]] = {}
    for item in range(len(worth)):
        _place(item, worth, capacity, chosen, holders)
    return chosen


def _place(
    newcomer: int,
    worth: Sequence[Mapping[int, int]],
    capacity: int,
    chosen: list[int | None],
    holders: dict[int, list[int]],
) -> None:
    """Give one more item its place, by the best chain of displacements."""
    gain = {newcomer: 0}  # the best gain of a chain that leaves this item without a sentence
    came_by: dict[int, tuple[int, int]] = {}  # item -> who displaced it, from which sentence
    best, best_end = 0, (newcomer, -1)
    queue = [newcomer]
    while queue:
        item = queue.pop(0)
        if gain[item] > best:
            best, best_end = gain[item], (item, -1)
        for sentence, earned in worth[item].items():
            total = gain[item] + earned
            held = holders.get(sentence, [])
            if len(held) < capacity:
                if total > best:
                    best, best_end = total, (item, sentence)
                continue
            for other in held:
                after = total - worth[other][sentence]
                if other != item and (other not in gain or after > gain[other]):
                    gain[other] = after
                    came_by[other] = (item, sentence)
                    queue.append(other)
    item, sentence = best_end
    while best > 0:
        left = chosen[item]
        if left is not None:
            holders[left].remove(item)
        chosen[item] = sentence if sentence >= 0 else None
        if sentence >= 0:
            holders.setdefault(sentence, []).append(item)
        if item == newcomer:
            return
        item, sentence = came_by[item]
