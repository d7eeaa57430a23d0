"""Loads, times and costs as names that formulas and requirements may use.

web.load, web.utilisation, web.headroom     in formulas; of a requirement `capacity.headroom`
                                            of web
cost.per_month, cost.per_year               in both
latency.redirect                            in both: the longest way of that flow
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.design import KINDS
from sdcli.documents.figures.capacity import uses
from sdcli.documents.figures.latency import timing
from sdcli.documents.figures.rests import inputs_of_capacity, inputs_of_latency

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.figures.capacity import Use
    from sdcli.documents.inputs import Inputs
    from sdcli.units import Quantity

CAPACITY, LATENCY, COST = "capacity", "latency", "cost"
OF_COMPONENT = {
    "load": "what arrives",
    "utilisation": "share of its capacity that is used",
    "headroom": "how many times today's load fits",
}
OF_COST = {"per_month": "cost of a month", "per_year": "cost of a year"}


@dataclass(frozen=True)
class Figure:
    """A number that follows from the design as a whole.

    Args:
        title: what it is, for people.
        value: works it out; None when there is none.
        missing: why there is none; empty when there is one.
        inputs: what of the design it rests on.
    """

    title: str
    value: Callable[[], Quantity | None]
    missing: Callable[[], str]
    inputs: Callable[[], Inputs]


def of_component(facts: Facts, component: str, name: str) -> Figure | None:
    """`load`, `utilisation` or `headroom` of a component; None when it is none of them."""
    if name not in OF_COMPONENT or component not in facts.design.components:
        return None

    def use() -> Use:
        return uses(facts)[component]

    def value() -> Quantity | None:
        if name == "load":
            return use().load.value
        return use().utilisation if name == "utilisation" else use().headroom

    def missing() -> str:
        if value() is not None:
            return ""
        return use().missing or f"nothing arrives at {component}"

    return Figure(
        OF_COMPONENT[name], value, missing, lambda: inputs_of_capacity(facts, [component])
    )


def impossible(facts: Facts, component: str, name: str) -> str:
    """Why a component of its kind can never have that number; empty where it can."""
    if name == "load" or "capacity" in facts.settings[component]:
        return ""
    kind = facts.design.components[component].kind
    return f"{component} can have no {name}: no capacity is known of a {KINDS[kind].title}"


def of_flow(facts: Facts, flow: str) -> Figure | None:
    """The longest way of a flow; a formula writes underscores for hyphens. None: no such flow."""
    names = {name.replace("-", "_"): name for name in facts.design.flows}
    known = flow if flow in facts.design.flows else names.get(flow)
    if known is None:
        return None

    def value() -> Quantity | None:
        way = timing(facts, known).longest
        return None if way.missing else way.sum

    return Figure(
        f"time of the longest way of {known}",
        value,
        lambda: timing(facts, known).longest.missing,
        lambda: inputs_of_latency(facts, [known]),
    )


def of_cost(facts: Facts, book: Book, name: str) -> Figure | None:
    """The cost of a month or of a year; None when it is neither, or nothing has a price."""
    if name not in OF_COST or not facts.design.cost.items:
        return None
    from sdcli.documents.figures import costing  # it reads amounts, and those may name all this

    def value() -> Quantity | None:
        bill = costing.cost_of(facts, book)
        if bill.missing:
            return None
        return bill.per_month if name == "per_month" else bill.per_year

    return Figure(
        OF_COST[name],
        value,
        lambda: costing.cost_of(facts, book).missing,
        lambda: costing.inputs_of_cost(facts, book),
    )
