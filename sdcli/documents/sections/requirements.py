"""What is asked: functional requirements, and the quality ones with their verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.documents.figures.given import told
from sdcli.documents.inputs import by_id
from sdcli.documents.judging.verdicts import inputs_of_quality, verdicts
from sdcli.documents.sections.section import EVERY, Part, Section, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs
    from sdcli.documents.judging.verdicts import Verdict
    from sdcli.documents.sections.section import View

REQUIREMENTS = "requirements"  # the block whose entry in the ledger keeps the verdicts


def _sources(facts: Facts, book: Book) -> Iterator[Source]:
    yield Source(REQUIREMENTS, "requirements", _inputs(facts, book), lambda: _view(facts, book))


def _inputs(facts: Facts, book: Book) -> Inputs:
    found = by_id("requirements.functional", facts.design.requirements.functional)
    return found | inputs_of_quality(facts, book)


def _view(facts: Facts, book: Book) -> View:
    asked = facts.design.requirements.quality
    return {
        "functional": [
            {"id": part.id, "text": part.text, "priority": part.priority}
            for part in facts.design.requirements.functional
        ],
        "quality": [_row(facts, verdict) for verdict in verdicts(facts, book)],
        "loads": any(part.load for part in asked),
        "windows": any(part.window for part in asked),
    }


def _row(facts: Facts, verdict: Verdict) -> View:
    quality = verdict.quality
    of = f" of {quality.of}" if quality.of else ""
    return {
        "id": quality.id,
        "text": quality.text or verdict.found.title,
        "target": f"{quality.op} {quality.target}" if quality.metric else "",
        "load": quality.load,
        "load_value": told(facts, f"requirements.quality.{quality.id}.load", quality.load),
        "window": quality.window,
        "window_value": told(facts, f"requirements.quality.{quality.id}.window", quality.window),
        "measured": verdict.shown,
        "verdict": verdict.word,
        "metric": quality.metric + of,
        "reason": verdict.reason,
    }


SECTION = Section(
    EVERY,
    (
        Part(
            "requirements.functional",
            "Functional requirements",
            lambda d: bool(d.requirements.functional),
        ),
        Part(
            "requirements.quality", "Quality requirements", lambda d: bool(d.requirements.quality)
        ),
    ),
    _sources,
)
