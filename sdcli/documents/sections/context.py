"""What the system stands in: why it is built, and who lies around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.design import leaves
from sdcli.documents.inputs import listed
from sdcli.documents.pictures.context import EXTERNAL, context, neighbours
from sdcli.documents.sections.section import EVERY, Part, Section, Source
from sdcli.documents.text.escape import mermaid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.design import Design
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs
    from sdcli.documents.sections.section import View


def _sources(facts: Facts, book: Book) -> Iterator[Source]:  # noqa: ARG001 - every section's form
    design = facts.design
    yield Source("context", "context", _inputs(design), lambda: _view(design))


def _inputs(design: Design) -> Inputs:
    found = leaves("context", design.context)
    if not design.components:
        return found
    found |= {"title": design.title, **listed("components", design.components)}
    for name, part in design.components.items():
        found[f"components.{name}.kind"] = part.kind
        if part.kind == EXTERNAL:
            found |= leaves(f"components.{name}.role", part.role)
    found |= listed("flows", design.flows)
    for name, flow in design.flows.items():
        found[f"flows.{name}.path"] = flow.path
    return found


def _view(design: Design) -> View:
    """The picture is made only where there is somebody to show in it."""
    found = neighbours(design)
    return {
        "text": design.context,
        "diagram": mermaid(context(design)) if found else "",
        "neighbours": [
            {
                "name": each.name,
                "role": each.role,
                "directions": each.directions,
                "flows": each.flows,
            }
            for each in found
        ],
    }


def _is_worth_it(design: Design) -> bool:
    """Whether there is more to say than that a client calls the system, as in every interview."""
    if design.context or any(part.kind == EXTERNAL for part in design.components.values()):
        return True
    return bool(design.components) and design.profile != "interview"


SECTION = Section(
    EVERY,
    (Part("context", "Context", lambda d: bool(d.context or d.components)),),
    _sources,
    needs=_is_worth_it,
)
