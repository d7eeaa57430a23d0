"""The calls of the API: how often, how large, how fast, and what they move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.design import leaves
from sdcli.documents.figures.given import by_medians, shown, total
from sdcli.documents.figures.traffic import shared_rates, traffic
from sdcli.documents.sections.section import WRITTEN, Part, Section, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.figures.traffic import Traffic
    from sdcli.documents.inputs import Inputs
    from sdcli.documents.sections.section import View


def _sources(facts: Facts, book: Book) -> Iterator[Source]:  # noqa: ARG001 - every section's form
    yield Source("api", "api", _inputs(facts), lambda: _view(facts))


def _inputs(facts: Facts) -> Inputs:
    design = facts.design
    found = leaves("api", design.api)
    texts: list[str] = []
    for part in design.api:
        texts += [part.rate, part.request, part.response, part.latency]
        flow = design.flows.get(part.flow)
        if flow is not None:
            if not part.rate:
                found |= leaves(f"flows.{part.flow}.rate", flow.rate)
                texts.append(flow.rate)
            found |= leaves(f"flows.{part.flow}.budget", flow.budget)
            texts.append(flow.budget)
    return {**found, **facts.behind(facts.names_in(" ".join(texts)))}


def _view(facts: Facts) -> View:
    """Each call with its numbers, and what all of them move together."""
    rows = traffic(facts)
    return {
        "rows": [
            {
                "call": part.call,
                "text": part.text,
                "flow": part.flow,
                "rate": shown(row.rate),
                "from_flow": row.from_flow,
                "request": shown(row.request),
                "response": shown(row.response),
                "latency": shown(row.latency),
                "budget": shown(row.budget),
                "late": row.is_late,
                "incoming": shown(row.incoming),
                "outgoing": shown(row.outgoing),
                "worked": row.worked,
                "missing": row.missing,
            }
            for part, row in zip(facts.design.api, rows, strict=True)
        ],
        "totals": {
            "incoming": shown(total([row.incoming for row in rows])),
            "outgoing": shown(total([row.outgoing for row in rows])),
            "medians": any(row.medians for row in rows)
            or by_medians(row.incoming for row in rows)
            or by_medians(row.outgoing for row in rows),
            "complete": not any(_lacks(row) for row in rows),
        },
        "shared": [
            {"flow": flow, "calls": calls} for flow, calls in shared_rates(facts, rows).items()
        ],
    }


def _lacks(row: Traffic) -> bool:
    return row.incoming is None or row.outgoing is None


SECTION = Section(WRITTEN, (Part("api", "API", lambda d: bool(d.api)),), _sources)
