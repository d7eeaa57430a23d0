"""A design and what lies around it: the client and external systems, the rest one box.

The first picture of C4 and the third section of arc42: who calls whom across the border, folded
from the flows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.design import CLIENT
from sdcli.documents.pictures.paths import edges, kind_of
from sdcli.documents.text.escape import label

if TYPE_CHECKING:
    from sdcli.design import Design
    from sdcli.documents.pictures.paths import Edge

EXTERNAL = "external"
SYSTEM = ""  # the box that stands for all that is inside; no component can be called so
_SYSTEM_WORDS = "this system"


@dataclass(frozen=True)
class Neighbour:
    """Somebody outside.

    Args:
        name: its name in the design.
        role: what it is for, as the design says it.
        directions: who calls whom: "calls this system", "called by client".
        flows: the flows that cross the border there.
    """

    name: str
    role: str
    directions: tuple[str, ...]
    flows: tuple[str, ...]


def outside(design: Design) -> list[str]:
    """Who lies outside: the client where a flow names it, then the external systems."""
    is_called = any(CLIENT in hop for flow in design.flows.values() for hop in flow.hops)
    externals = [name for name in design.components if kind_of(design, name) == EXTERNAL]
    return [*([CLIENT] if is_called else []), *externals]


def _folded(design: Design, names: list[str]) -> list[Edge]:
    """Who calls whom, with everything inside as one."""
    beyond = set(names)
    return edges(design, lambda name: name if name in beyond else SYSTEM)


def neighbours(design: Design) -> list[Neighbour]:
    """Everybody outside with what crosses the border there, in the order of `outside`."""
    names = outside(design)
    drawn = _folded(design, names)
    return [_neighbour(design, name, drawn) for name in names]


def _neighbour(design: Design, name: str, drawn: list[Edge]) -> Neighbour:
    mine = [edge for edge in drawn if name in (edge.caller, edge.callee)]
    directions = [
        f"calls {edge.callee or _SYSTEM_WORDS}"
        if edge.caller == name
        else f"called by {edge.caller or _SYSTEM_WORDS}"
        for edge in mine
    ]
    component = design.components.get(name)
    return Neighbour(
        name,
        component.role if component else "",
        tuple(dict.fromkeys(directions)),
        tuple(dict.fromkeys(flow for edge in mine for flow in edge.flows)),
    )


def context(design: Design, *, described: bool = True) -> str:
    """The system as one box among its neighbours, as a Mermaid flowchart, left to right.

    Args:
        design: whose components and flows.
        described: with title and description; without them for a drawing in the terminal.
    """
    names = outside(design)
    drawn = _folded(design, names)
    ids = {name: f"n{i}" for i, name in enumerate([SYSTEM, *names], start=1)}
    lines = ["flowchart LR"]
    if described:
        lines += [
            "    accTitle: The system and what lies around it",
            f"    accDescr: {label(_described(design, drawn, names))}",
        ]
    lines.append(f'    {ids[SYSTEM]}["{label(_titled(design))}"]')
    for name in names:
        before, after = ('(["', '"])') if name == CLIENT else ('[["', '"]]')
        title = name if name == CLIENT else f"{name} (external system)"
        lines.append(f"    {ids[name]}{before}{label(title)}{after}")
    for edge in drawn:
        arrow = f'-.->|"{label(edge.condition)}"|' if edge.condition else "-->"
        lines.append(f"    {ids[edge.caller]} {arrow} {ids[edge.callee]}")
    return "\n".join(lines)


def _titled(design: Design) -> str:
    return design.title.strip() or _SYSTEM_WORDS


def _described(design: Design, drawn: list[Edge], names: list[str]) -> str:
    system = _titled(design)
    told = [f"{edge.caller or system} calls {edge.callee or system}" for edge in drawn]
    met = {name for edge in drawn for name in (edge.caller, edge.callee)}
    told += [f"{name} is in no flow" for name in names if name not in met]
    return ", ".join(told) or f"{system} has no neighbour in this design"
