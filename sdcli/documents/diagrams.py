"""The diagrams of a design, in the Mermaid that GitHub renders.

Only what every renderer knows: flowchart and sequenceDiagram, generated ids, quoted labels,
no markup in labels, a title and a description for those who do not see the picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.design import CLIENT, KINDS
from sdcli.documents.escape import label
from sdcli.documents.paths import calls, edges, kind_of

if TYPE_CHECKING:
    from sdcli.design import Design, Flow
    from sdcli.documents.paths import Call, Edge

_SHAPES = {
    "": ('(["', '"])'),
    "cache": ('("', '")'),
    "cdn": ('("', '")'),
    "database": ('[("', '")]'),
    "kv-store": ('[("', '")]'),
    "kv-cluster": ('[("', '")]'),
    "object-store": ('[("', '")]'),
    "queue": ('[["', '"]]'),
    "rate-limiter": ('{{"', '"}}'),
    "hash-ring": ('(("', '"))'),
}
_BOX = ('["', '"]')


def topology(design: Design, *, described: bool = True) -> str:
    """The components and who calls whom, as a Mermaid flowchart, top down.

    Args:
        design: whose components.
        described: with title and description; without them for a drawing in the terminal, where
            termaid would take them for nodes.
    """
    drawn = edges(design)
    names = [CLIENT] if any(CLIENT in (edge.caller, edge.callee) for edge in drawn) else []
    names += design.components
    ids = {name: f"n{i}" for i, name in enumerate(names, start=1)}
    lines = ["flowchart TD"]
    if described:
        lines += [
            "    accTitle: Components and who calls whom",
            f"    accDescr: {label(_described(drawn, names))}",
        ]
    for name in names:
        before, after = _SHAPES.get(kind_of(design, name), _BOX)
        lines.append(f"    {ids[name]}{before}{label(_titled(design, name))}{after}")
    for edge in drawn:
        arrow = f'-.->|"{label(edge.condition)}"|' if edge.condition else "-->"
        lines.append(f"    {ids[edge.caller]} {arrow} {ids[edge.callee]}")
    return "\n".join(lines)


def _described(drawn: list[Edge], names: list[str]) -> str:
    told = [f"{edge.caller} calls {edge.callee}" for edge in drawn]
    called = {name for edge in drawn for name in (edge.caller, edge.callee)}
    told += [f"{name} is in no flow" for name in names if name not in called]
    return ", ".join(told)


def _titled(design: Design, name: str) -> str:
    kind = kind_of(design, name)
    title = KINDS[kind].title if kind in KINDS else kind
    return name if not kind or name in (kind, title) else f"{name} ({title})"


def sequence(design: Design, flow: str | Flow) -> str:
    """One flow as a Mermaid sequence diagram, the alternatives as `alt`.

    Args:
        design: whose components the hops are.
        flow: its name, or the flow itself when it has none yet.
    """
    name, path = (flow, design.flows[flow]) if isinstance(flow, str) else ("request", flow)
    order = list(dict.fromkeys(part for hop in path.hops for part in hop))
    ids = {part: f"n{i}" for i, part in enumerate(order, start=1)}
    lines = [
        "sequenceDiagram",
        f"    accTitle: The flow {label(name)}",
        f"    accDescr: {label(path.path.replace('->', 'then').replace('|', 'or else'))}",
    ]
    lines += [f"    participant {ids[part]} as {label(part)}" for part in order]
    for call in calls(design, path):
        lines.extend("    " + line for line in _drawn(call, ids, label(name)))
    return "\n".join(lines)


def _drawn(call: Call, ids: dict[str, str], what: str) -> list[str]:
    caller, callee = ids[call.caller], ids[call.callee]
    asked = [f"{caller}{'-)' if call.queued else '->>'}{callee}: {what}"]
    served = [line for after in call.served for line in _drawn(after, ids, what)]
    if not call.queued:
        served.append(f"{callee}-->>{caller}: answer")
    if call.instead is None:
        return asked + served
    return [
        *asked,
        f"alt {label(call.callee)} serves",
        *("    " + line for line in served or [f"Note over {callee}: queued"]),
        f"else {label(call.instead.condition.removeprefix('if '))}",
        *("    " + line for line in _drawn(call.instead, ids, what)),
        "end",
    ]
