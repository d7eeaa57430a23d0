"""How full each component is, what gives out first, and where the time of each flow goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.documents.figures.capacity import first_to_fail, uses
from sdcli.documents.figures.given import MANY, total
from sdcli.documents.figures.latency import timings
from sdcli.documents.figures.loads import can_miss, has_many
from sdcli.documents.figures.rests import inputs_of_capacity, inputs_of_latency, order_of
from sdcli.documents.sections.percents import percent
from sdcli.documents.sections.section import EVERY, Part, Section, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.design import Design
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.figures.capacity import Use
    from sdcli.documents.figures.latency import Timing, Way
    from sdcli.documents.figures.loads import Load, Portion
    from sdcli.documents.inputs import Inputs
    from sdcli.documents.sections.section import View

FIRST, LONGEST = "served first", "longest"


def _sources(facts: Facts, book: Book) -> Iterator[Source]:  # noqa: ARG001 - the form
    yield Source("capacity", "capacity", _inputs(facts), lambda: _view(facts))


def _inputs(facts: Facts) -> Inputs:
    return {
        **order_of(facts),
        **inputs_of_capacity(facts, facts.design.components),
        **inputs_of_latency(facts, facts.design.flows),
    }


def _view(facts: Facts) -> View:
    found = uses(facts)
    shown = [use for use in found.values() if use.load.value is not None or use.one is not None]
    first = first_to_fail(found)
    timed = [one for one in timings(facts) if one.budget is not None or one.first.times]
    return {
        "rows": [_row(use) for use in shown],
        "first": _first(first) if first else None,
        "worked": [line for use in shown for line in _worked(use)],
        "cold": list(dict.fromkeys(name for use in shown for name in use.load.cold)),
        "spare": [
            {"component": name, "flows": use.load.spare}
            for name, use in found.items()
            if use.load.spare
        ],
        "unrated": [name for name, flow in facts.design.flows.items() if not flow.rate],
        "through": _through(facts),
        "unknown": [name for name, use in found.items() if use not in shown and use.kind_serves],
        "many": MANY,
        "many_flows": has_many(facts),
        "medians": [use.component for use in shown if use.load.by_medians],
        "times_medians": any(way.by_medians for one in timed for way in (one.first, one.longest)),
        "times": [row for one in timed for row in _times(one)],
        "waits": [line for one in timed for line in _waits(one)],
    }


def _row(use: Use) -> View:
    return {
        "component": use.component,
        "load": "" if use.load.value is None else use.load.value.summary(),
        "own": use.load.own is not None,
        "cold": use.load.own is None and bool(use.load.cold),
        "copies": str(use.copies) if use.copies is not None else "",
        "counted": use.counted,
        "one": "" if use.one is None else use.one.summary(),
        "utilisation": "" if use.utilisation is None else percent(use.utilisation),
        "headroom": "" if use.headroom is None else use.headroom.summary(),
        "word": use.word,
        "missing": use.missing,
    }


def _first(use: Use) -> View:
    headroom = use.headroom
    return {
        "component": use.component,
        "headroom": "" if headroom is None else headroom.summary(),
        "overloaded": headroom is not None and headroom.value < 1,
        "word": use.word,
    }


def _worked(use: Use) -> Iterator[str]:
    name, load = use.component, use.load
    if load.value is not None:
        yield f"{name}.load = {_arriving(load)}"
    if use.utilisation is not None and use.one is not None:
        most = f"({use.copies} × {use.one})" if use.copies is not None else str(use.one)
        yield f"{name}.utilisation = {load.value} ÷ {most} = {percent(use.utilisation)}"


def _arriving(load: Load) -> str:
    """Where a load comes from, with its sum."""
    if load.own is not None:
        flows = total(portion.value for portion in load.portions)
        told = "" if flows is None else f" (the flows that pass it bring {flows})"
        return f"its own rate = {load.own.summary()}{told}"
    parts = " + ".join(_portion(portion) for portion in load.portions)
    return parts if load.value is None else f"{parts} = {load.value.summary()}"


def _portion(portion: Portion) -> str:
    text = f"{portion.flow} {portion.rate}"
    if portion.times > 1:
        text += f" × {portion.times} calls"
    for cache, share in portion.misses:
        missed = "all, cold" if share is None else f"{percent(share)} missed"
        text += f" × {missed} by {cache}"
    return text


def _through(facts: Facts) -> list[str]:
    """The caches and CDNs that are passed on every request, hit or not, as the flows say it."""
    found: dict[str, None] = {}
    for flow in facts.design.flows.values():
        for hop in flow.hops[1:-1]:
            if len(hop) == 1 and can_miss(facts, hop[0]):
                found[hop[0]] = None
    return list(found)


def _times(one: Timing) -> Iterator[View]:
    ways = [(FIRST, one.first)]
    if one.longest.parts != one.first.parts:
        ways.append((LONGEST, one.longest))
    for title, way in ways:
        yield {
            "flow": one.flow,
            "way": title if len(ways) > 1 else "the only one",
            "parts": way.parts,
            "later": way.later,
            "sum": "" if way.sum is None else way.sum.summary(),
            "budget": "" if one.budget is None else one.budget.summary(),
            "share": _share(one, way),
            "judged": one.judged(way),
            "silent": way.silent,
        }


def _share(one: Timing, way: Way) -> str:
    if one.budget is None or way.sum is None or one.budget.value <= 0:
        return ""
    return percent(way.sum / one.budget)


def _waits(one: Timing) -> Iterator[str]:
    ways = {FIRST: one.first}
    if one.longest.parts != one.first.parts:
        ways[LONGEST] = one.longest
    for title, way in ways.items():
        if way.sum is not None:
            parts = " + ".join(f"{name} {time}" for name, time in way.times)
            yield f"{one.flow}, {title}: {parts} = {way.sum.summary()}"


def has_loads(design: Design) -> bool:
    """Whether there is a load or a budget to speak of."""
    flows = any(flow.rate or flow.budget for flow in design.flows.values())
    return flows or any(
        "rate" in part.given and "capacity" in part.given for part in design.components.values()
    )


SECTION = Section(EVERY, (Part("capacity", "Capacity", has_loads),), _sources)
