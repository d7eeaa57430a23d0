"""The time of a flow: the latencies of the parts on its way, against its budget.

Two ways matter: the one that serves first (each cache hits, nothing fails), and the longest one
that a request may take, through misses and stand-ins. A message handed to a queue ends the wait:
what happens behind it happens later. Latencies are added as the design gives them; the sum of
means is the mean, the sum of percentiles is no percentile.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from sdcli.design import CLIENT
from sdcli.documents.evidence.result import rounded
from sdcli.documents.figures.given import by_medians, total
from sdcli.documents.figures.loads import setting
from sdcli.documents.pictures.paths import calls, kind_of
from sdcli.units import quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.documents.facts import Facts
    from sdcli.documents.pictures.paths import Call
    from sdcli.units import Quantity

_ROUNDED = 1 + 1e-9  # 100 of 100 ms are within, whatever the last bit says
QUEUE = "queue"
RISKY = "within at the median, over at the high end"


@dataclass(frozen=True)
class Way:
    """One way through a flow.

    Args:
        parts: the components that the caller waits for, in order, each as often as it is passed.
        times: the latency of each that has one.
        silent: those that could have one and say none.
        later: the queue at which the wait ends; empty when there is none.
    """

    parts: tuple[str, ...]
    times: tuple[tuple[str, Quantity], ...]
    silent: tuple[str, ...]
    later: str = ""

    @cached_property
    def sum(self) -> Quantity | None:
        """The latencies that are known, added; None when none is."""
        return total(time for _, time in self.times)

    @property
    def by_medians(self) -> bool:
        """Whether ranges went into the sum by their medians, there being too many."""
        return by_medians(time for _, time in self.times)

    @property
    def missing(self) -> str:
        """Why the sum is not the whole time; empty when it is."""
        if self.silent:
            return f"no latency of {', '.join(self.silent)}"
        return "" if self.times else "no part on the way has a latency"


@dataclass(frozen=True)
class Timing:
    """The time of one flow.

    Args:
        flow: its name.
        budget: what it may take; None when the design does not say.
        first: the way that serves first.
        longest: the one that takes the most.
    """

    flow: str
    budget: Quantity | None
    first: Way
    longest: Way

    def judged(self, way: Way) -> str:
        """How a way lies to the budget, in words; empty without a budget."""
        if self.budget is None:
            return ""
        whole = way.sum
        if whole is not None and whole > self.budget:
            return "over the budget"
        if way.missing or whole is None:
            return "not known"
        risky = whole.high > self.budget.value * _ROUNDED
        return RISKY if risky else "within the budget"


def timings(facts: Facts) -> list[Timing]:
    """The time of each flow, in the order of the design."""
    return [timing(facts, flow) for flow in facts.design.flows]


@lru_cache(maxsize=256)
def timing(facts: Facts, flow: str) -> Timing:
    """The time of one flow."""
    part = facts.design.flows[flow]
    ways = [_way(facts, parts, later) for parts, later in _ways(facts, flow)]
    budget = (
        quantity(part.budget, nouns=facts.design.nouns, env=facts.values) if part.budget else None
    )
    sums = [(0.0 if way.sum is None else rounded(way.sum.value), len(way.parts)) for way in ways]
    return Timing(flow, budget, ways[0], ways[sums.index(max(sums))])


def _ways(facts: Facts, flow: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every way through a flow: who is waited for, and the queue where that ends."""
    first, *_ = calls(facts.design, facts.design.flows[flow])
    start = () if first.caller == CLIENT or _queue(facts, first.caller) else (first.caller,)
    for parts, later in _from(facts, first):
        yield (*start, *parts), later


def _from(facts: Facts, call: Call) -> Iterator[tuple[tuple[str, ...], str]]:
    """The ways from a call on, the one that serves first before the others."""
    if _queue(facts, call.callee):
        yield (), call.callee
    else:
        here = () if call.callee == CLIENT else (call.callee,)
        if call.served:
            for after in call.served:
                for parts, later in _from(facts, after):
                    yield (*here, *parts), later
        else:
            yield here, ""
    if call.instead is not None:
        asked = () if _queue(facts, call.callee) else (call.callee,)
        for parts, later in _from(facts, call.instead):
            yield (*asked, *parts), later


def _queue(facts: Facts, name: str) -> bool:
    return kind_of(facts.design, name) == QUEUE


def _way(facts: Facts, parts: tuple[str, ...], later: str) -> Way:
    times: list[tuple[str, Quantity]] = []
    silent: dict[str, None] = {}
    for name in parts:
        if "latency" not in facts.settings[name]:
            continue  # a hash ring is no hop of its own
        time = setting(facts, name, "latency")
        if time is None:
            silent[name] = None
        else:
            times.append((name, time))
    return Way(parts, tuple(times), tuple(silent), later)
