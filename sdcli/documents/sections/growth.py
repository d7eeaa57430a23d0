"""How the design grows: the watched estimates over time, and when their limits are reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.design import leaves, plain
from sdcli.design.calendar import HORIZON
from sdcli.documents.figures import growth
from sdcli.documents.figures.months import told
from sdcli.documents.figures.rests import inputs_of_capacity, order_of
from sdcli.documents.inputs import listed
from sdcli.documents.pictures.chart import growth_chart
from sdcli.documents.sections.section import WRITTEN, Part, Section, Source
from sdcli.documents.text.escape import mermaid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.figures.growth import Followed, Forecast, Limit
    from sdcli.documents.inputs import Inputs
    from sdcli.documents.sections.section import View

TODAY = "today"


def _sources(facts: Facts, book: Book) -> Iterator[Source]:  # noqa: ARG001 - the form
    yield Source("growth", "growth", _inputs(facts), lambda: _view(facts))


def _inputs(facts: Facts) -> Inputs:
    design = facts.design
    part = design.growth
    found: Inputs = {"growth.horizon": plain(part.horizon or HORIZON)}
    found |= listed("growth.rates", part.rates) | leaves("growth.rates", part.rates)
    found |= listed("growth.watch", (one.estimate for one in part.watch))
    found |= leaves("nouns", design.nouns) | listed("estimates", growth.watched(facts))
    named = facts.names_in(part.horizon)
    for text in part.rates.values():
        named += facts.names_in(text)
    count: dict[str, int] = {}
    for one in part.watch:
        count[one.estimate] = count.get(one.estimate, 0) + 1
        place = count[one.estimate]
        key = f"growth.watch.{one.estimate}" + (f".{place}" if place > 1 else "")
        found |= leaves(f"{key}.limit", one.limit) | leaves(f"{key}.then", one.then)
        named += facts.names_in(one.limit)
    found |= facts.behind([*growth.watched(facts), *part.rates, *named])
    return found | order_of(facts) | inputs_of_capacity(facts, design.components)


def _view(facts: Facts) -> View:
    found = growth.forecast(facts)
    first = found.first_reached()
    return {
        "horizon": facts.design.growth.horizon or HORIZON,
        "rates": [
            {"name": one.name, "rate": one.text, "now": str(facts.values[one.name])}
            for one in found.rates
        ],
        "limits": any(part.limit for part in facts.design.growth.watch),
        "first": _reached(first[0].name, first[1]) if first else None,
        "fills": _fills(*found.fills) if found.fills else None,
        "blind": found.blind,
        "estimates": [_estimate(found, one) for one in found.followed],
        "left_out": found.left_out,
    }


def _fills(component: str, after: float) -> View:
    return {"component": component, "after": _when(after)}


def _reached(name: str, limit: Limit) -> View:
    after = "" if limit.after is None else _when(limit.after)
    return {
        "name": name,
        "limit": limit.text,
        "today": str(limit.values[0]) if limit.is_formula else "",
        "after": after,
        "then": limit.then.rstrip(". "),
    }


def _estimate(found: Forecast, one: Followed) -> View:
    after = [_point(months) for months in found.points]
    moving = [limit for limit in one.limits if len({str(value) for value in limit.values}) > 1]
    return {
        "name": one.name,
        "problem": one.problem,
        "limits": [_reached(one.name, limit) for limit in one.limits],
        "columns": [limit.text for limit in moving],
        "rows": [
            {
                "after": after[i],
                "value": value.summary(),
                "limits": [str(limit.values[i]) for limit in moving],
            }
            for i, value in enumerate(one.values)
        ],
        "chart": mermaid(
            growth_chart(one.name, after, one.values, [limit.values for limit in one.limits])
        )
        if one.values
        else "",
    }


def _point(months: float) -> str:
    return told(months) if months else TODAY


def _when(months: float) -> str:
    return f"after {told(months)}" if months else TODAY


SECTION = Section(
    WRITTEN,
    (Part("growth", "Growth", lambda d: bool(d.growth.rates)),),
    _sources,
)
