"""What the calls of an API bring in and send out, and whether their promises can be kept.

    in   rate × request
    out  rate × response

A call without a rate of its own has the rate of its flow. Payload only: headers come on top.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sdcli.documents.figures.given import (
    counting,
    counts,
    differ,
    few_ranges,
    for_each,
    given,
    sized,
)
from sdcli.documents.figures.given import worked as work_out
from sdcli.estimate.parts import median

if TYPE_CHECKING:
    from sdcli.documents.facts import Facts
    from sdcli.units import Quantity

_SHOWN = "B/s"


@dataclass(frozen=True)
class Traffic:
    """One call with its numbers, those that the design gives and those that follow.

    Args:
        call: as the design says it.
        rate: its own, or that of its flow.
        from_flow: whether the rate is the flow's.
        request, response: sizes of the two messages.
        latency: what the caller is promised.
        budget: what its flow may take.
        incoming, outgoing: bytes per time.
        worked: the working of the two.
        missing: why one of the two cannot be had though its size is given.
        medians: whether ranges went in by their medians, there being too many.
    """

    call: str
    rate: Quantity | None
    from_flow: bool
    request: Quantity | None
    response: Quantity | None
    latency: Quantity | None
    budget: Quantity | None
    incoming: Quantity | None = None
    outgoing: Quantity | None = None
    worked: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    medians: bool = False

    @property
    def is_late(self) -> bool:
        """Whether the flow may take longer than the caller is promised."""
        return self.budget is not None and self.latency is not None and self.budget > self.latency


def traffic(facts: Facts) -> list[Traffic]:
    """Every call of the API with its numbers, in the order of the design.

    Where more than RANGES_MAX of its amounts are ranges, all of them count by their medians.
    """
    rows = [_given(facts, i) for i in range(len(facts.design.api))]
    if not few_ranges(one for row in rows for one in (row.rate, row.request, row.response)):
        rows = [_by_medians(row) for row in rows]
    return [_moved(row) for row in rows]


def _given(facts: Facts, place: int) -> Traffic:
    """A call with what the design says of it."""
    part = facts.design.api[place]
    key = f"api[{place}]"
    flow = facts.design.flows.get(part.flow)
    from_flow = not part.rate and flow is not None and bool(flow.rate)
    rate = given(facts, f"{key}.rate", part.rate)
    if flow is not None and from_flow:
        rate = given(facts, f"flows.{part.flow}.rate", flow.rate)
    return Traffic(
        call=part.call,
        rate=rate,
        from_flow=from_flow,
        request=given(facts, f"{key}.request", part.request),
        response=given(facts, f"{key}.response", part.response),
        latency=given(facts, f"{key}.latency", part.latency),
        budget=given(facts, f"flows.{part.flow}.budget", flow.budget) if flow else None,
    )


def _by_medians(row: Traffic) -> Traffic:
    rate, request, response = (
        None if one is None else median(one) for one in (row.rate, row.request, row.response)
    )
    return replace(row, rate=rate, request=request, response=response, medians=True)


def _moved(row: Traffic) -> Traffic:
    """The same with what it brings in and sends out."""
    moved: dict[str, Quantity] = {}
    lines: list[str] = []
    missing: list[str] = []
    for what, way, size in (("request", "in", row.request), ("response", "out", row.response)):
        if size is None:
            continue
        if row.rate is None:
            missing.append(f"{way}: no rate is given")
        elif reason := differ(row.rate, size):
            missing.append(f"{way}: {reason}")
        else:
            pair = {
                "rate": counting(row.rate, for_each(size)),
                what: sized(size, counts(row.rate)),
            }
            moved[way], line = work_out(f"{row.call}, {way}", f"rate * {what}", pair, _SHOWN)
            lines.append(line)
    return replace(
        row,
        incoming=moved.get("in"),
        outgoing=moved.get("out"),
        worked=tuple(lines),
        missing=tuple(missing),
    )


def shared_rates(facts: Facts, rows: list[Traffic]) -> dict[str, list[str]]:
    """The flows whose rate more than one call takes as its own, with these calls.

    Each of them then counts for all that the flow carries, which is more than there is.
    """
    takers: dict[str, list[str]] = {}
    for part, row in zip(facts.design.api, rows, strict=True):
        if row.from_flow:
            takers.setdefault(part.flow, []).append(part.call)
    return {flow: calls for flow, calls in takers.items() if len(calls) > 1}
