"""How it reaches its users and how it comes back; and what is asked before production.

The questions are those of Kubernetes' production readiness review (kep-template), in our words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.design import leaves
from sdcli.documents.judging.formulas import answer, inputs_of
from sdcli.documents.sections.section import FULL, WRITTEN, Part, Section, Source
from sdcli.units import quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.design import Design, Stage
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs
    from sdcli.documents.sections.section import View

_ANSWERS = {True: "holds", False: "does not hold", None: "not measured"}

# The usual questions, and the words by which one of the design's own is the same question.
_USUAL = (
    ("How is it turned off?", ("turned off", "turn it off", "switch", "disable")),
    ("What breaks when it is rolled back?", ("roll back", "rolled back", "rollback", "downgrade")),
    ("Which metrics tell that it works?", ("metric", "indicator", "tell that it works", "healthy")),
    ("What does it depend on?", ("depend",)),
    (
        "What does it add in calls, size and resources?",
        ("calls", "size", "resource", "does it add"),
    ),
    ("How is an outage found and mended?", ("outage", "incident", "mended", "troubleshoot")),
)


def _rollout(facts: Facts, book: Book) -> Iterator[Source]:
    yield Source("rollout", "rollout", _inputs(facts, book), lambda: _view(facts, book))


def _inputs(facts: Facts, book: Book) -> Inputs:
    part = facts.design.rollout
    found: Inputs = {
        **leaves("rollout.stages", part.stages),
        **leaves("rollout.rollback", part.rollback),
    }
    for stage in part.stages:
        found |= facts.behind(facts.names_in(stage.share))
        found |= inputs_of(facts, book, stage.go_if)
    return found


def _view(facts: Facts, book: Book) -> View:
    part = facts.design.rollout
    return {
        "stages": [_stage(facts, book, stage) for stage in part.stages],
        "rollback": part.rollback,
    }


def _stage(facts: Facts, book: Book, stage: Stage) -> View:
    share = quantity(stage.share, nouns=facts.design.nouns, env=facts.values) if stage.share else ""
    found = answer(facts, book, stage.go_if) if stage.go_if else None
    return {
        "stage": stage.stage,
        "share": str(share),
        "watch": stage.watch,
        "test": stage.go_if,
        "answer": _ANSWERS[found.holds] if found else "",
        "shown": found.shown if found else "",
    }


def _readiness(facts: Facts, book: Book) -> Iterator[Source]:  # noqa: ARG001 - the form
    design = facts.design
    asked = leaves("rollout.readiness", design.rollout.readiness)
    yield Source("readiness", "readiness", asked, lambda: _readiness_view(design))


def _readiness_view(design: Design) -> View:
    asked = design.rollout.readiness
    said = " ".join(part.question for part in asked).lower()
    return {
        "answered": [
            {"question": part.question, "answer": part.answer} for part in asked if part.answer
        ],
        "open": [
            *(part.question for part in asked if not part.answer),
            *(question for question, words in _USUAL if not any(word in said for word in words)),
        ],
    }


ROLLOUT = Section(
    WRITTEN,
    (
        Part("rollout.stages", "Rollout in stages", lambda d: bool(d.rollout.stages)),
        Part("rollout.rollback", "Rollback", lambda d: bool(d.rollout.rollback)),
    ),
    _rollout,
)
READINESS = Section(
    FULL,
    (Part("rollout.readiness", "Readiness for production", lambda d: bool(d.rollout.readiness)),),
    _readiness,
)
