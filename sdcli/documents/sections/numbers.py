"""What is taken as given, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.design import leaves
from sdcli.documents.sections.section import EVERY, Part, Section, Source, any_accepted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs
    from sdcli.documents.sections.section import View


def _assumptions(facts: Facts, book: Book) -> Iterator[Source]:  # noqa: ARG001 - the form
    design = facts.design
    yield Source(
        "assumptions",
        "assumptions",
        {**leaves("nouns", design.nouns), **leaves("assumptions", design.assumptions)},
        lambda: _assumptions_view(facts),
    )


def _assumptions_view(facts: Facts) -> View:
    return {
        "rows": [
            {
                "name": name,
                "value": str(facts.values[name]),
                "source": part.source,
                "confidence": part.confidence,
                "origin": part.origin,
            }
            for name, part in facts.design.assumptions.items()
        ],
        "taken": any_accepted(facts.design.assumptions.values()),
        "rated": any(part.confidence for part in facts.design.assumptions.values()),
        "ranges": any(facts.values[name].is_range for name in facts.design.assumptions),
    }


def _estimates(facts: Facts, book: Book) -> Iterator[Source]:  # noqa: ARG001 - the form
    yield Source("estimates", "estimates", _estimates_inputs(facts), lambda: _estimates_view(facts))


def _estimates_inputs(facts: Facts) -> Inputs:
    design = facts.design
    return {
        **leaves("nouns", design.nouns),
        **facts.behind(design.estimates),
        **leaves("estimates", design.estimates),
    }


def _estimates_view(facts: Facts) -> View:
    """Each estimate with its formula and its worked line, in the order of the design."""
    return {
        "rows": [
            {
                "name": name,
                "formula": part.formula,
                "value": facts.values[name].summary(),
                "worked": facts.lines[name].worked,
                "origin": part.origin,
            }
            for name, part in facts.design.estimates.items()
        ],
        "taken": any_accepted(facts.design.estimates.values()),
    }


ASSUMPTIONS = Section(
    EVERY, (Part("assumptions", "Assumptions", lambda d: bool(d.assumptions)),), _assumptions
)
ESTIMATES = Section(
    EVERY, (Part("estimates", "Estimates", lambda d: bool(d.estimates)),), _estimates
)
