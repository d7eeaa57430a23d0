"""One flow of a design as a Mermaid sequence diagram, with the way in which it fails.

Alternatives are an `alt`. A flow without any gets one: its last part answers, or it fails and
the error goes back. Where a flow has alternatives and says what its caller sees when they all
fail, that is a `break`, since it ends the flow from the middle of an alternative.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.documents.pictures.failing import (
    answers_of,
    failing,
    has_alternatives,
    last_resort,
    queue_notes,
)
from sdcli.documents.pictures.paths import calls
from sdcli.documents.text.escape import label

if TYPE_CHECKING:
    from sdcli.design import Design, Flow
    from sdcli.documents.pictures.failing import Failing, Note
    from sdcli.documents.pictures.paths import Call


def sequence(design: Design, flow: str | Flow) -> str:
    """One flow as a Mermaid sequence diagram.

    Args:
        design: whose components the hops are.
        flow: its name, or the flow itself when it has none yet.
    """
    name, path = (flow, design.flows[flow]) if isinstance(flow, str) else ("request", flow)
    order = list(dict.fromkeys(part for hop in path.hops for part in hop))
    ids = {part: f"n{i}" for i, part in enumerate(order, start=1)}
    trees = calls(design, path)
    lines = [
        "sequenceDiagram",
        f"    accTitle: The flow {label(name)}",
        f"    accDescr: {label(_described(path, trees))}",
    ]
    lines += [f"    participant {ids[part]} as {label(part)}" for part in order]
    pen = _Pen(ids, label(name), path.fails)
    for first in trees:
        lines.extend("    " + line for line in pen.drawn(first, queue_notes(design, first)))
    return "\n".join(lines)


def _described(flow: Flow, trees: tuple[Call, ...]) -> str:
    """The path in words, and where its last failure goes."""
    told = [flow.path.replace("->", "then").replace("|", "or else")]
    for first in trees:
        failed = failing(first)
        if failed and not (has_alternatives(first) and not flow.fails):
            told.append(f"if {failed.part} fails, the error goes to {failed.back[-1].caller}")
    return ", ".join(told)


class _Pen:
    """Draws the calls of one flow.

    Args:
        ids: the id of each part in the diagram.
        what: the text on every call, ready for a label.
        fails: what the caller of the flow sees, as the flow says it.
    """

    def __init__(self, ids: dict[str, str], what: str, fails: str) -> None:
        self.ids = ids
        self.what = what
        self.fails = fails

    def drawn(self, first: Call, notes: list[Note]) -> list[str]:
        """All calls of one tree, with what becomes of the messages in its queues."""
        failed = failing(first)
        if has_alternatives(first):
            lines = self._branch(first, failed if self.fails else None)
        elif failed is None:
            lines = [self._asked(call) for call in last_resort(first)]
        else:  # the work that fails came from a queue: what that does belongs to the failure
            again = [note for note in notes if note[0] == failed.queue][-1:]
            notes = [note for note in notes if note not in again]
            lines = self._straight(last_resort(first), failed, again)
        return [*lines, *map(self._note, notes)]

    def _straight(self, path: list[Call], failed: Failing, again: list[Note]) -> list[str]:
        """A flow without alternatives: its last part answers, or it fails."""
        end = path.index(failed.back[0])
        start = path.index(failed.back[-1])
        part = label(failed.part)
        return [
            *(self._asked(call) for call in path[: end + 1]),
            f"alt {part} answers",
            *("    " + self._asked(call) for call in path[end + 1 :]),
            *("    " + self._answered(call) for call in failed.back),
            f"else {part} fails",
            *("    " + line for line in self._errors(failed)),
            *("    " + self._note(note) for note in again),
            "end",
            *(self._answered(call) for call in reversed(path[:start]) if not call.queued),
        ]

    def _branch(self, call: Call, failed: Failing | None) -> list[str]:
        """A call with its alternatives, each with what follows from it."""
        asked = [self._asked(call)]
        if failed and call is failed.back[0]:
            broken = ("    " + line for line in self._errors(failed))
            asked += [f"break {label(failed.part)} fails", *broken, "end"]
        served = [line for after in call.served for line in self._branch(after, failed)]
        if not call.queued:
            served.append(self._answered(call))
        if call.instead is None:
            return asked + served
        taken = served or [f"Note over {self.ids[call.callee]}: queued"]
        return [
            *asked,
            f"alt {label(call.callee)} serves",
            *("    " + line for line in taken),
            f"else {label(call.instead.condition.removeprefix('if '))}",
            *("    " + line for line in self._branch(call.instead, failed)),
            "end",
        ]

    def _note(self, note: Note) -> str:
        queue, text = note
        return f"Note over {self.ids[queue]}: {label(text)}"

    def _asked(self, call: Call) -> str:
        arrow = "-)" if call.queued else "->>"
        return f"{self.ids[call.caller]}{arrow}{self.ids[call.callee]}: {self.what}"

    def _answered(self, call: Call) -> str:
        return f"{self.ids[call.callee]}-->>{self.ids[call.caller]}: answer"

    def _errors(self, failed: Failing) -> list[str]:
        return [
            f"{self.ids[call.callee]}--x{self.ids[call.caller]}: {label(seen)}"
            for call, seen in zip(failed.back, answers_of(failed, self.fails), strict=True)
        ]
