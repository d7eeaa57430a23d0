"""Grades one rubric item against a text; the states and their rules stand in verdict.py."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sdcli.scoring.echo import countable
from sdcli.scoring.text import read
from sdcli.scoring.verdict import RANK, Graded, RubricItem, State, verdict
from sdcli.scoring.windows import findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sdcli.scoring.text import Sentence


def grade(
    item: RubricItem,
    text: str,
    *,
    echoes: Iterable[str] = (),
    values: Mapping[str, float] | None = None,
) -> Graded:
    """Grade one item against a text.

    Args:
        item: the rubric item.
        text: the answer, or a part of it.
        echoes: texts that the person was shown; a sentence made of their words earns nothing.
        values: magnitudes of estimates, so that a figure can be recognised as one of them.

    Cost: O(sentences with a hit); reading the text O(length), once for all items.
    """
    live = _live(text, tuple(echoes))
    found = findings(item, live, values or {})
    affirmed = [finding for finding in found if finding.state is not State.REJECTED]
    best = max(affirmed or found, key=lambda finding: RANK[finding.state], default=None)
    return verdict(item, best, found, text)


@lru_cache(maxsize=64)
def _live(text: str, echoes: tuple[str, ...]) -> tuple[Sentence | None, ...]:
    """The sentences that count; remembered, since a topic's items are graded one by one."""
    return countable(read(text), echoes)
