"""How it may fail: what is seen, how it is found, what is done, and whether it is survived.

A part that serves requests and that no failure mentions is named: nobody thought of it yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.design import KINDS
from sdcli.documents.inputs import by_id, listed
from sdcli.documents.judging.formulas import inputs_of
from sdcli.documents.judging.survivals import survivals
from sdcli.documents.sections.section import WRITTEN, Part, Section, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.design import Design, Failure
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs
    from sdcli.documents.judging.formulas import Answer
    from sdcli.documents.sections.section import View

_ANSWERS = {True: "survived", False: "not survived", None: "not measured"}
_SERVES = "latency"  # the parameter of every kind through which requests go


def _sources(facts: Facts, book: Book) -> Iterator[Source]:
    yield Source("failures", "failures", _inputs(facts, book), lambda: _view(facts, book))


def _inputs(facts: Facts, book: Book) -> Inputs:
    design = facts.design
    found = by_id("failures", design.failures)
    found |= listed("components", design.components)
    for name, part in design.components.items():
        found[f"components.{name}.kind"] = part.kind
    for failure in design.failures:
        found |= inputs_of(facts, book, failure.survives_if)
    return found


def _view(facts: Facts, book: Book) -> View:
    answers = {one.failure.id: one.answer for one in survivals(facts, book)}
    return {
        "rows": [_failure(part, answers.get(part.id)) for part in facts.design.failures],
        "unmentioned": _unmentioned(facts.design),
    }


def _failure(part: Failure, answer: Answer | None) -> View:
    return {
        "id": part.id,
        "of": part.of,
        "mode": part.mode,
        "effect": part.effect,
        "detection": part.detection,
        "response": part.response,
        "test": part.survives_if,
        "answer": _ANSWERS[answer.holds] if answer else "",
        "shown": answer.shown if answer else "",
    }


def _unmentioned(design: Design) -> list[str]:
    """The parts that requests go through and that no failure is of."""
    mentioned = {failure.of for failure in design.failures}
    return [
        name
        for name, part in design.components.items()
        if _SERVES in KINDS[part.kind].params and name not in mentioned
    ]


SECTION = Section(WRITTEN, (Part("failures", "Failures", lambda d: bool(d.failures)),), _sources)
