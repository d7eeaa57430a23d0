"""What a section of a document is, and what one of its blocks is made of.

A section yields its blocks. Each block says, before anything runs, which template prints it and
what of the design it reads; its view is made only when the text is needed, so that a check by
hashes alone never pays for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sdcli.design import Design
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.evidence.plan import Plan
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs

View = dict[str, Any]

EVERY = frozenset({"interview", "rfc", "full"})
WRITTEN = frozenset({"rfc", "full"})  # documents that are read without their writer
FULL = frozenset({"full"})


@dataclass(frozen=True)
class Source:
    """What one block is made of.

    Args:
        id: of the block.
        template: its name.
        inputs: what of the design it reads; empty for the header, which is never stale.
        view: makes the values that the template prints; may run experiments.
        plan: the run that it shows, for a block of evidence.
    """

    id: str
    template: str
    inputs: Inputs
    view: Callable[[], View]
    plan: Plan | None = None


@dataclass(frozen=True)
class Part:
    """A part of a section that a design may leave empty; empty ones are listed, never dropped.

    Args:
        key: of the design, under which it stands there; `evidence` is under components.
        title: as it stands among what is not covered.
        filled: whether a design has something for it.
    """

    key: str
    title: str
    filled: Callable[[Design], bool]


@dataclass(frozen=True)
class Section:
    """A section of the document.

    Args:
        profiles: the profiles that have it.
        parts: what it covers.
        sources: its blocks, in order.
        needs: when it has blocks, where that is not when one of its parts is filled.
    """

    profiles: frozenset[str]
    parts: tuple[Part, ...]
    sources: Callable[[Facts, Book], Iterator[Source]]
    needs: Callable[[Design], bool] | None = None

    def is_shown(self, design: Design) -> bool:
        """Whether a design's document has it."""
        if design.profile not in self.profiles:
            return False
        return self.needs(design) if self.needs else any(p.filled(design) for p in self.parts)


def any_accepted(parts: Iterable[Any]) -> bool:
    """Whether one of them was taken over from an interviewer; if not, there is no column for it."""
    return any(part.origin == "accepted" for part in parts)
