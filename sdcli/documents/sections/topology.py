"""The picture of the whole, and each flow as a sequence."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sdcli.design import leaves
from sdcli.documents.inputs import listed
from sdcli.documents.pictures.flowchart import topology
from sdcli.documents.pictures.paths import calls, edges
from sdcli.documents.pictures.sequence import sequence
from sdcli.documents.sections.section import EVERY, Part, Section, Source
from sdcli.documents.text.escape import mermaid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.design import Design
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs
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
            },
            partial(_flow_view, design, name),
        )


def _flow_view(design: Design, name: str) -> View:
    part = design.flows[name]
    steps = [step for call in calls(design, part) for step in call.steps()]
    return {
        "name": name,
        "path": part.path,
        "origin": part.origin,
        "diagram": mermaid(sequence(design, name)),
        "steps": [
            {
                "caller": step.caller,
                "callee": step.callee,
                "condition": step.condition,
                "queued": step.queued,
            }
            for step in steps
        ],
    }


TOPOLOGY = Section(
    EVERY, (Part("components", "Components", lambda d: bool(d.components)),), _topology
)
FLOWS = Section(EVERY, (Part("flows", "Flows", lambda d: bool(d.flows)),), _flows)
