"""An attempt against the last one at the same question: what was won, lost, missed again.

Points are compared by their rubric items, so a rubric that has grown since compares on what
both have. Better is a higher state; an item that one of the two was not asked is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.scoring.verdict import RANK, State

if TYPE_CHECKING:
    from sdcli.scoring import Graded, Score


@dataclass(frozen=True)
class Against:
    """Two attempts side by side.

    Args:
        session: the earlier one; `when` its day.
        score: its score; None where it had none.
        steps: for each step both scores, the earlier first.
        better, worse: items whose state rose or fell, those first that weigh most.
        again: items that neither attempt explained.
    """

    session: str
    when: str
    score: float | None
    steps: dict[str, tuple[float | None, float | None]]
    better: tuple[Graded, ...]
    worse: tuple[Graded, ...]
    again: tuple[Graded, ...]


def against(now: Score, before: Score, session: str, when: str) -> Against:
    """Compare an attempt with an earlier one at the same question."""
    earlier = {item.id: RANK[item.state] for item in before.items}
    shared = sorted(
        (item for item in now.items if item.id in earlier), key=lambda item: -item.weight
    )
    explained = RANK[State.EXPLAINED]
    return Against(
        session=session,
        when=when,
        score=before.score,
        steps={step: (before.steps.get(step), score) for step, score in now.steps.items()},
        better=tuple(item for item in shared if RANK[item.state] > earlier[item.id]),
        worse=tuple(item for item in shared if RANK[item.state] < earlier[item.id]),
        again=tuple(
            item for item in shared if RANK[item.state] < explained and earlier[item.id] < explained
        ),
    )
