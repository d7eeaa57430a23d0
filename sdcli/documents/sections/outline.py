"""Which blocks a document has, in which order, and which sections it lists as not covered.

The sections are those that design documents have, in the usual order: what is asked, what is
assumed, what follows, what is built, what backs it, what was decided, what may go wrong. A
profile picks among them. A section that the design leaves empty is listed at the end, never
dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.documents.sections import (
    api,
    capacity,
    closing,
    components,
    context,
    cost,
    cross_cutting,
    data,
    decisions,
    failures,
    growth,
    numbers,
    provenance,
    requirements,
    rollout,
    scope,
    sensitivity,
    summary,
    topology,
    verdict,
)
from sdcli.documents.sections.section import Source
from sdcli.documents.text.escape import Safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.design import Design
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs
    from sdcli.documents.sections.section import View

HEADER = "header"
NOT_COVERED = "not-covered"

SECTIONS = (
    verdict.SECTION,
    summary.SECTION,
    context.SECTION,
    scope.SECTION,
    requirements.SECTION,
    numbers.ASSUMPTIONS,
    numbers.ESTIMATES,
    sensitivity.SECTION,
    api.SECTION,
    data.SECTION,
    topology.TOPOLOGY,
    topology.FLOWS,
    components.SECTION,
    capacity.SECTION,
    growth.SECTION,
    failures.SECTION,
    decisions.SECTION,
    cross_cutting.SECTION,
    rollout.ROLLOUT,
    rollout.READINESS,
    cost.SECTION,
    closing.RISKS,
    closing.QUESTIONS,
    closing.GLOSSARY,
    closing.DISCUSSION,
    provenance.SECTION,
)


def outline(facts: Facts, book: Book, source: str) -> list[Source]:
    """The blocks of a design's document, in order.

    Args:
        facts: the design.
        book: its evidence, run when a block asks for it.
        source: the design's file as the header names it, ready for a comment.
    """
    return list(_sources(facts, book, source))


def _sources(facts: Facts, book: Book, source: str) -> Iterator[Source]:
    design = facts.design
    yield Source(HEADER, "header", {}, lambda: _header(design, source))
    for section in SECTIONS:
        if section.is_shown(design):
            yield from section.sources(facts, book)
    yield Source(
        NOT_COVERED, "not-covered", _covered_inputs(design), lambda: {"rows": not_covered(design)}
    )


def _header(design: Design, source: str) -> View:
    """The title and who answers for it; `source` is ready for a comment."""
    return {
        "title": design.title,
        "status": design.status,
        "owners": design.owners,
        "reviewers": design.reviewers,
        "date": design.date,
        "source": Safe(source),
    }


def _covered_inputs(design: Design) -> Inputs:
    found: Inputs = {"profile": design.profile}
    for section in SECTIONS:
        for part in section.parts:
            found[part.key] = part.filled(design)
    return found


def not_covered(design: Design) -> list[str]:
    """What a reader will miss: empty parts, and filled ones that the profile leaves out."""
    found: list[str] = []
    for section in SECTIONS:
        for part in section.parts:
            if design.profile in section.profiles:
                if not part.filled(design):
                    found.append(part.title)
            elif part.filled(design):
                found.append(f"{part.title} (in the design, not in the profile {design.profile})")
    return found
