"""The components of a design and who calls whom, as a Mermaid flowchart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.design import CLIENT, KINDS
from sdcli.documents.pictures.paths import edges, kind_of
from sdcli.documents.text.escape import label

if TYPE_CHECKING:
    from sdcli.design import Design
    from sdcli.documents.pictures.paths import Edge

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
