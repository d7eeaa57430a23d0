"""How a flow fails: what its caller sees when the last part on its path gives no answer.

Where a hop names alternatives (`cache | store`), the failure looked at is that of the last
resort. The error goes back over the calls that were waited for, up to the caller of the flow or
up to whoever took the work from a queue. What a queue holds is not gone with that: it waits, and
is delivered again, unless the queue says that it delivers at most once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.documents.pictures.paths import kind_of

if TYPE_CHECKING:
    from sdcli.design import Design
    from sdcli.documents.pictures.paths import Call

Note = tuple[str, str]  # a queue, and what becomes of a message in it

ERROR = "error"  # what a caller sees when the flow says nothing


@dataclass(frozen=True)
class Failing:
    """The last part of a flow fails.

    Args:
        back: the calls that get an error, the one to the failing part first.
        queue: that the last of them had its work from; empty where it is the flow's own caller.
    """

    back: tuple[Call, ...]
    queue: str

    @property
    def part(self) -> str:
        """The part that fails."""
        return self.back[0].callee


def last_resort(first: Call) -> list[Call]:
    """The calls from the flow's caller to its end, where everything before the last resort failed.

    Args:
        first: the first call of the flow, from `paths.calls`.
    """
    path: list[Call] = []
    ahead: Call | None = first
    while ahead is not None:
        while ahead.instead is not None:
            ahead = ahead.instead
        path.append(ahead)
        ahead = ahead.served[-1] if ahead.served else None
    return path


def failing(first: Call) -> Failing | None:
    """What the failure of the last part that is waited for does; None when nobody waits."""
    path = last_resort(first)
    awaited = [i for i, call in enumerate(path) if not call.queued]
    if not awaited:
        return None
    start = awaited[-1]
    while start and not path[start - 1].queued:
        start -= 1
    queue = path[start - 1].caller if start else ""
    return Failing(tuple(reversed(path[start : awaited[-1] + 1])), queue)


def has_alternatives(first: Call) -> bool:
    """Whether any call of the flow has another one in its place when it fails."""
    return any(call.instead for call in first.steps())


def answers_of(failed: Failing, fails: str) -> list[str]:
    """What each call that gets an error sees; `fails` is what the flow says of its caller."""
    seen = [ERROR] * len(failed.back)
    if fails and not failed.queue:
        seen[-1] = fails
    return seen


def kept(design: Design, queue: str) -> bool:
    """Whether a queue keeps what its taker failed on: not when it delivers at most once."""
    return design.components[queue].params.get("delivery") != "at-most-once"


def queue_notes(design: Design, first: Call) -> list[Note]:
    """For each queue of the flow, in its order, what becomes of a message there."""
    found: list[Note] = []
    for call in first.steps():
        if kind_of(design, call.caller) == "queue" and call.instead is None:
            after = "waits and is delivered again" if kept(design, call.caller) else "is lost"
            found.append((call.caller, f"if {call.callee} does not finish, the message {after}"))
        elif kind_of(design, call.callee) == "queue" and not call.served:
            after = "again" if kept(design, call.callee) else "is lost"
            taken = f"the message waits until it is taken, and {after} if its taker fails"
            found.append((call.callee, taken))
    return list(dict.fromkeys(found))
