"""Each decision with its options, and its comparisons evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.documents.inputs import by_id
from sdcli.documents.judging.formulas import inputs_of
from sdcli.documents.judging.verdicts import gates
from sdcli.documents.sections.section import EVERY, Part, Section, Source
from sdcli.documents.text.escape import Safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs
    from sdcli.documents.judging.verdicts import Gate
    from sdcli.documents.sections.section import View

DECISIONS = "decisions"

_GATES = {
    "confirm": ("Confirmed by", {True: "holds", False: "does not hold"}),
    "revisit_when": ("Revisit when", {True: "now", False: "not yet"}),
}


def _sources(facts: Facts, book: Book) -> Iterator[Source]:
    yield Source(DECISIONS, "decisions", _inputs(facts, book), lambda: _view(facts, book))


def _inputs(facts: Facts, book: Book) -> Inputs:
    found = by_id("decisions", facts.design.decisions)
    for decision in facts.design.decisions:
        found |= inputs_of(facts, book, decision.confirm, decision.revisit_when)
    return found


def _view(facts: Facts, book: Book) -> View:
    found = gates(facts, book)
    return {
        "rows": [
            {
                "id": part.id,
                "context": part.context,
                "options": part.names,
                "choice": part.choice,
                "because": part.because,
                "consequence": part.consequence,
                "gates": [_gate(gate) for gate in found if gate.decision.id == part.id],
            }
            for part in facts.design.decisions
        ]
    }


def _gate(gate: Gate) -> View:
    title, answers = _GATES[gate.field]
    return {
        "title": Safe(title),
        "text": gate.text,
        "answer": "not measured" if gate.answer.holds is None else answers[gate.answer.holds],
        "shown": gate.answer.shown,
    }


SECTION = Section(EVERY, (Part("decisions", "Decisions", lambda d: bool(d.decisions)),), _sources)
