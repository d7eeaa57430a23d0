"""Each decision with its options compared by numbers, and its comparisons evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.documents.inputs import by_id
from sdcli.documents.judging import options
from sdcli.documents.judging.formulas import inputs_of
from sdcli.documents.judging.verdicts import gates
from sdcli.documents.sections.section import EVERY, Part, Section, Source
from sdcli.documents.text.escape import Safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.design import Decision
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs
    from sdcli.documents.judging.formulas import Worth
    from sdcli.documents.judging.options import Compared
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
        found |= options.inputs(facts, book, decision)
    return found


def _view(facts: Facts, book: Book) -> View:
    found = gates(facts, book)
    return {
        "rows": [
            {
                "id": part.id,
                "context": part.context,
                "drivers": part.drivers,
                "compare": [{"title": name, "text": text} for name, text in part.compare.items()],
                "options": _options(facts, book, part),
                "choice": part.choice,
                "because": part.because.removesuffix("."),
                "consequence": part.consequence,
                "gates": [_gate(gate) for gate in found if gate.decision.id == part.id],
            }
            for part in facts.design.decisions
        ]
    }


def _options(facts: Facts, book: Book, decision: Decision) -> list[View]:
    """The options for people, the chosen one first; none where a choice has no others."""
    if not decision.options and not decision.compare:
        return []
    return [_option(row) for row in options.compared(facts, book, decision)]


def _option(row: Compared) -> View:
    return {
        "name": row.option.name,
        "text": row.option.text.removesuffix("."),
        "chosen": row.is_choice,
        "cells": [_cell(cell) for cell in row.cells],
        "changes": [{"name": name, "text": text} for name, text in row.option.with_.items()],
        "instead": [{"title": name, "text": text} for name, text in row.option.values.items()],
    }


def _cell(cell: Worth) -> str:
    return cell.reason if cell.value is None else cell.value.summary()


def _gate(gate: Gate) -> View:
    title, answers = _GATES[gate.field]
    return {
        "title": Safe(title),
        "text": gate.text,
        "answer": "not measured" if gate.answer.holds is None else answers[gate.answer.holds],
        "shown": gate.answer.shown,
    }


SECTION = Section(EVERY, (Part("decisions", "Decisions", lambda d: bool(d.decisions)),), _sources)
