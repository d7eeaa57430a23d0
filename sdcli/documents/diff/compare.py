"""Two designs compared, the most important difference first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sdcli.documents.diff import judged, measured, written
from sdcli.documents.diff.rest import entities, rest

if TYPE_CHECKING:
    from sdcli.documents.diff.difference import Difference
    from sdcli.documents.diff.side import Side


@dataclass(frozen=True)
class Comparison:
    """What differs between two designs.

    Args:
        old, new: what they are called.
        differences: verdicts first, then what they hang on, then the rest.
        wording: in how many places only words differ.
    """

    old: str
    new: str
    differences: tuple[Difference, ...]
    wording: int

    def to_json(self) -> dict[str, Any]:
        """The object of `doc diff --json`."""
        return {
            "old": self.old,
            "new": self.new,
            "changes": [one.to_json() for one in self.differences],
            "wording": self.wording,
        }


def compare(old: Side, new: Side) -> Comparison:
    """Everything that differs between two designs.

    Cost: the runs of both, each fingerprint once.
    """
    other, words = rest(old.facts.design, new.facts.design)
    found = (
        *judged.requirements(old, new),
        *judged.failures(old, new),
        *judged.decisions(old, new),
        *measured.headroom(old, new),
        *measured.cost(old, new),
        *measured.evidence(old, new),
        *written.components(old, new),
        *written.flows(old, new),
        *written.estimates(old, new),
        *written.assumptions(old, new),
        *entities(old.facts.design, new.facts.design),
        *other,
    )
    return Comparison(old.name, new.name, found, words)
