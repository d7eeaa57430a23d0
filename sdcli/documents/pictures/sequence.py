"""One flow of a design as a Mermaid sequence diagram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.documents.pictures.paths import calls
from sdcli.documents.text.escape import label

if TYPE_CHECKING:
    from sdcli.design import Design, Flow
    from sdcli.documents.pictures.paths import Call


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
