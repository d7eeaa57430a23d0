"""The box on top: how the design stands, and what to read first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.design import leaves
from sdcli.documents.figures.rests import inputs_of_capacity, inputs_of_latency, order_of
from sdcli.documents.inputs import listed
from sdcli.documents.judging.formulas import inputs_of
from sdcli.documents.judging.standing import (
    AT_RISK,
    CARRIES,
    CONFIRMED,
    DUE,
    FAILS,
    HOLDS,
    IN_TIME,
    MET,
    NOT_DUE,
    NOT_RUN,
    NOT_SURVIVED,
    OVERLOADED,
    SURVIVED,
    TOO_SLOW,
    UNCONFIRMED,
    UNMEASURED,
    UNMET,
    WORKED_OUT,
    standing,
)
from sdcli.documents.judging.verdicts import inputs_of_quality
from sdcli.documents.sections.capacity import has_loads
from sdcli.documents.sections.section import EVERY, Section, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.design import Design
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs
    from sdcli.documents.judging.standing import Of, Said, Standing
    from sdcli.documents.sections.section import View

VERDICT = "verdict"

# The rows of the box: of what, and which words are counted as what.
_ROWS: tuple[tuple[Of, str, tuple[tuple[str, str], ...]], ...] = (
    (
        "requirements",
        "Requirements",
        ((MET, "met"), (AT_RISK, "at risk"), (UNMET, "unmet"), (UNMEASURED, "unmeasured")),
    ),
    (
        "components",
        "Components",
        ((CARRIES, "within capacity"), (AT_RISK, "at risk"), (OVERLOADED, "overloaded")),
    ),
    (
        "flows",
        "Flows",
        ((IN_TIME, "within the budget"), (AT_RISK, "at risk"), (TOO_SLOW, "over the budget")),
    ),
    (
        "evidence",
        "Evidence",
        (
            (HOLDS, "run and held"),
            (WORKED_OUT, "worked out"),
            (FAILS, "did not hold"),
            (NOT_RUN, "did not run"),
        ),
    ),
    (
        "decisions",
        "Decisions",
        (
            (CONFIRMED, "confirmed"),
            (UNCONFIRMED, "not confirmed"),
            (UNMEASURED, "unmeasured"),
        ),
    ),
    (
        "revisits",
        "Revisits of decisions",
        ((DUE, "due now"), (NOT_DUE, "not due yet"), (UNMEASURED, "unmeasured")),
    ),
    (
        "failures",
        "Failures",
        ((SURVIVED, "survived"), (NOT_SURVIVED, "not survived"), (UNMEASURED, "unmeasured")),
    ),
)
_ONE = {
    "requirements": "",
    "components": "component ",
    "flows": "flow ",
    "evidence": "the evidence ",
    "decisions": "decision ",
    "revisits": "decision ",
    "failures": "failure ",
}


def _judges(design: Design) -> bool:
    """Whether a design has anything that numbers can speak for or against."""
    return (
        bool(design.requirements.quality)
        or has_loads(design)
        or any(part.evidence for part in design.components.values())
        or any(decision.confirm or decision.revisit_when for decision in design.decisions)
        or any(failure.survives_if for failure in design.failures)
    )


def _sources(facts: Facts, book: Book) -> Iterator[Source]:
    yield Source(VERDICT, "verdict", _inputs(facts, book), lambda: _view(standing(facts, book)))


def _inputs(facts: Facts, book: Book) -> Inputs:
    design = facts.design
    found = inputs_of_quality(facts, book)
    if has_loads(design):
        found |= order_of(facts)
        found |= inputs_of_capacity(facts, design.components)
        found |= inputs_of_latency(facts, design.flows)
    for name, part in design.components.items():
        found |= listed(f"components.{name}.evidence", (item.run for item in part.evidence))
    for plan in book.plans.values():
        found |= plan.inputs
    formulas: list[str] = []
    for decision in design.decisions:
        if decision.confirm or decision.revisit_when:
            for field in ("choice", "confirm", "revisit_when"):
                found |= leaves(f"decisions.{decision.id}.{field}", getattr(decision, field))
            formulas += [decision.confirm, decision.revisit_when]
    for failure in design.failures:
        if failure.survives_if:
            found |= leaves(f"failures.{failure.id}.mode", failure.mode)
            found |= leaves(f"failures.{failure.id}.survives_if", failure.survives_if)
            formulas.append(failure.survives_if)
    return found | inputs_of(facts, book, *formulas)


def _view(stands: Standing) -> View:
    return {
        "rows": [
            {"title": title, "counts": counts}
            for of, title, words in _ROWS
            if (counts := list(_counts(stands, of, words)))
        ],
        "open": [_open(one) for one in stands.open],
    }


def _counts(stands: Standing, of: Of, words: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for word, told in words:
        count = stands.count(of, word)
        if count:
            yield f"{count} {told}"


def _open(one: Said) -> View:
    return {
        "what": f"{_ONE[one.of]}{one.what}",
        "title": one.title,
        "word": one.word,
        "asked": one.asked,
        "because": one.because,
        "of": one.of,
    }


SECTION = Section(EVERY, (), _sources, needs=_judges)
