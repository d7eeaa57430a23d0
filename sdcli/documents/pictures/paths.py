"""A flow as the calls that it makes, the one source of its diagram and of its table.

A hop calls the next one. Where a hop names alternatives (`cache | store`), the first one is
called; if it misses or fails, its caller calls the next. What follows them is called by
whichever of them served, except by a cache or CDN: what that serves, it had. A queue takes the
message and answers nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.design import CLIENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.design import Design, Flow

_LOOKED_UP = {"cache", "cdn"}  # kinds that can answer "not here" and be healthy


@dataclass(frozen=True)
class Call:
    """One call of a flow.

    Args:
        caller: who calls.
        callee: who is called.
        queued: the callee is a queue, or the caller hands on what it had queued: no answer.
        condition: empty, or what must have happened first: "if cache misses or fails".
        served: the calls that follow when the callee serves.
        instead: the call that its caller makes when it does not; None when there is no other.
    """

    caller: str
    callee: str
    queued: bool
    condition: str
    served: tuple[Call, ...]
    instead: Call | None

    def steps(self) -> list[Call]:
        """The call itself and all that follow from it, each alternative in turn."""
        after = [step for call in self.served for step in call.steps()]
        return [self, *after, *(self.instead.steps() if self.instead else [])]


def calls(design: Design, flow: Flow) -> tuple[Call, ...]:
    """The first call of the flow, with all that hang on it; one tree per client.

    Cost: one node for each call that `sdcli.design.lines.messages` counts.
    """
    first, *rest = flow.hops
    return tuple(call for caller in first for call in _calls(design, caller, rest))


def _calls(design: Design, caller: str, hops: list[tuple[str, ...]]) -> tuple[Call, ...]:
    if not hops:
        return ()
    targets, *rest = hops
    call: Call | None = None
    for i in range(len(targets) - 1, -1, -1):
        answers = call is not None and kind_of(design, targets[i]) in _LOOKED_UP
        call = Call(
            caller=caller,
            callee=targets[i],
            queued=_is_queue(design, targets[i]) or _is_queue(design, caller),
            condition=f"if {targets[i - 1]} {_ways_to_fail(design, targets[i - 1])}" if i else "",
            served=() if answers else _calls(design, targets[i], rest),
            instead=call,
        )
    return () if call is None else (call,)


def _ways_to_fail(design: Design, name: str) -> str:
    return "misses or fails" if kind_of(design, name) in _LOOKED_UP else "fails"


def _is_queue(design: Design, name: str) -> bool:
    return kind_of(design, name) == "queue"


def kind_of(design: Design, name: str) -> str:
    """The kind of a hop; the client has none."""
    component = None if name == CLIENT else design.components.get(name)
    return component.kind if component else ""


@dataclass(frozen=True)
class Edge:
    """Two parts of which one calls the other, in one or several flows."""

    caller: str
    callee: str
    condition: str
    flows: tuple[str, ...]


def edges(design: Design, box: Callable[[str], str] = str) -> list[Edge]:
    """Every pair of parts that call each other, in the order of the flows, each pair once.

    A pair that one flow calls always and another only as an alternative counts as always.

    Args:
        design: whose flows.
        box: the box in which a part is drawn; calls inside one box are left out.
    """
    found: dict[tuple[str, str], Edge] = {}
    for name, flow in design.flows.items():
        for step in (step for call in calls(design, flow) for step in call.steps()):
            key = (box(step.caller), box(step.callee))
            if key[0] == key[1]:
                continue
            had = found.get(key)
            if had is None:
                found[key] = Edge(*key, step.condition, (name,))
                continue
            flows = had.flows if name in had.flows else (*had.flows, name)
            condition = had.condition if step.condition else ""
            found[key] = Edge(*key, condition, flows)
    return list(found.values())
