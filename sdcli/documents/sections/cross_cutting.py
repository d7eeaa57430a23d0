"""What concerns every part: security, privacy, and what to watch in order to keep the promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.design import leaves
from sdcli.documents.inputs import listed
from sdcli.documents.sections.section import WRITTEN, Part, Section, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.design import Design, Quality
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs
    from sdcli.documents.sections.section import View

# What a reviewer looks for, and the beginnings of words that a topic on it has in its title.
_USUAL = {
    "security": ("secur", "auth", "abuse", "threat"),
    "privacy": ("privac", "personal", "data protection", "gdpr"),
    "observability": ("observ", "monitor", "metric", "logging", "tracing", "alert"),
}


def _watched(design: Design) -> list[Quality]:
    """The quality requirements that a number decides: what runs is watched by the same numbers."""
    return [quality for quality in design.requirements.quality if quality.metric]


def _sources(facts: Facts, book: Book) -> Iterator[Source]:  # noqa: ARG001 - every section's form
    design = facts.design
    yield Source("cross-cutting", "cross-cutting", _inputs(design), lambda: _view(design))


def _inputs(design: Design) -> Inputs:
    found: Inputs = {**leaves("cross_cutting", design.cross_cutting)}
    watched = _watched(design)
    found |= listed("requirements.quality", (quality.id for quality in watched))
    for quality in watched:
        found |= leaves(f"requirements.quality.{quality.id}", quality)
    return found


def _view(design: Design) -> View:
    said = " ".join(part.topic for part in design.cross_cutting).lower()
    return {
        "topics": [{"topic": part.topic, "text": part.text} for part in design.cross_cutting],
        "missing": [
            name for name, words in _USUAL.items() if not any(word in said for word in words)
        ],
        "watched": [
            {
                "id": quality.id,
                "text": quality.text,
                "metric": quality.metric + (f" of {quality.of}" if quality.of else ""),
                "target": f"{quality.op} {quality.target}",
                "load": quality.load,
                "window": quality.window,
            }
            for quality in _watched(design)
        ],
    }


SECTION = Section(
    WRITTEN,
    (Part("cross_cutting", "Cross-cutting concerns", lambda d: bool(d.cross_cutting)),),
    _sources,
    needs=lambda d: bool(d.cross_cutting or _watched(d)),
)
