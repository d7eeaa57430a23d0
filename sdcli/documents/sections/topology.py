"""The picture of the whole, and each flow as a sequence."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sdcli.design import leaves
from sdcli.documents.figures.given import told
from sdcli.documents.inputs import listed
from sdcli.documents.pictures.failing import answers_of, failing, has_alternatives, queue_notes
from sdcli.documents.pictures.flowchart import topology
from sdcli.documents.pictures.paths import calls, edges
from sdcli.documents.pictures.sequence import sequence
from sdcli.documents.sections.section import EVERY, Part, Section, Source, any_accepted
from sdcli.documents.text.escape import mermaid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.design import Design
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs
    from sdcli.documents.pictures.paths import Call
    from sdcli.documents.sections.section import View


def _topology(facts: Facts, book: Book) -> Iterator[Source]:  # noqa: ARG001 - the form
    design = facts.design
    yield Source(
        "topology",
        "topology",
        {**listed("components", design.components), **_kinds(design), **_flow_inputs(design)},
        lambda: _topology_view(design),
    )


def _kinds(design: Design) -> Inputs:
    return {f"components.{name}.kind": part.kind for name, part in design.components.items()}


def _flow_inputs(design: Design) -> Inputs:
    found = listed("flows", design.flows)
    for name, flow in design.flows.items():
        found[f"flows.{name}.path"] = flow.path
    return found


def _topology_view(design: Design) -> View:
    drawn = edges(design)
    called = {name for edge in drawn for name in (edge.caller, edge.callee)}
    return {
        "diagram": mermaid(topology(design)),
        "edges": [
            {
                "caller": edge.caller,
                "callee": edge.callee,
                "condition": edge.condition,
                "flows": edge.flows,
            }
            for edge in drawn
        ],
        "alone": [name for name in design.components if name not in called],
    }


def _flows(facts: Facts, book: Book) -> Iterator[Source]:  # noqa: ARG001 - the form
    design = facts.design
    kinds = _kinds(design)
    for name, flow in design.flows.items():
        hops = {part for hop in flow.hops for part in hop}
        yield Source(
            f"flow/{name}",
            "flow",
            {
                **leaves(f"flows.{name}", flow),
                **{key: kind for key, kind in kinds.items() if key.split(".")[1] in hops},
                **_deliveries(facts, hops),
                **facts.behind(facts.names_in(f"{flow.rate} {flow.budget}")),
            },
            partial(_flow_view, facts, name),
        )


def _deliveries(facts: Facts, hops: set[str]) -> Inputs:
    """What each queue on the way says of what becomes of a message that its taker failed on."""
    found: Inputs = {}
    for name, part in facts.design.components.items():
        if name in hops and "delivery" in part.params:
            found[facts.setting_key(name, "delivery")] = part.params["delivery"]
    return found


def _flow_view(facts: Facts, name: str) -> View:
    """One flow as a sequence, with how often it is taken and what it may take."""
    design = facts.design
    part = design.flows[name]
    trees = calls(design, part)
    steps = [row for first in trees for row in _steps(first, part.fails)]
    notes = [note for first in trees for note in queue_notes(design, first)]
    return {
        "name": name,
        "path": part.path,
        "origin": part.origin,
        "taken": any_accepted([part]),
        "rate": part.rate,
        "rate_value": told(facts, f"flows.{name}.rate", part.rate),
        "budget": part.budget,
        "budget_value": told(facts, f"flows.{name}.budget", part.budget),
        "fails": part.fails,
        "diagram": mermaid(sequence(design, name)),
        "steps": steps,
        "queues": [{"name": queue, "text": text} for queue, text in dict.fromkeys(notes)],
    }


def _steps(first: Call, fails: str) -> list[View]:
    """The calls of one tree, then the errors that go back when its last part fails."""
    rows: list[View] = [
        {
            "caller": step.caller,
            "callee": step.callee,
            "condition": step.condition,
            "queued": step.queued,
            "error": "",
        }
        for step in first.steps()
    ]
    failed = failing(first)
    if failed is None or (has_alternatives(first) and not fails):
        return rows
    return rows + [
        {
            "caller": call.callee,
            "callee": call.caller,
            "condition": f"if {failed.part} fails",
            "queued": False,
            "error": seen,
        }
        for call, seen in zip(failed.back, answers_of(failed, fails), strict=True)
    ]


TOPOLOGY = Section(
    EVERY, (Part("components", "Components", lambda d: bool(d.components)),), _topology
)
FLOWS = Section(EVERY, (Part("flows", "Flows", lambda d: bool(d.flows)),), _flows)
