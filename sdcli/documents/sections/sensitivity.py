"""Which assumption to ask about first: what each does to the estimates that come out at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.design import leaves
from sdcli.documents.figures import swings
from sdcli.documents.inputs import listed
from sdcli.documents.sections.percents import whole_percent
from sdcli.documents.sections.section import EVERY, Part, Section, Source
from sdcli.units import Quantity, UnitError, parse
from sdcli.units.sensitivity import labels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.design import Design
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.figures.swings import Swing, Tornado
    from sdcli.documents.inputs import Inputs
from sdcli.documents.sections.section import View


def _sources(facts: Facts, book: Book) -> Iterator[Source]:  # noqa: ARG001 - the form
    names = swings.told(facts)
    yield Source("sensitivity", "sensitivity", _inputs(facts, names), lambda: _view(facts, names))


def _inputs(facts: Facts, names: list[str]) -> Inputs:
    design = facts.design
    behind = facts.behind(names)
    found: Inputs = {**leaves("nouns", design.nouns), **behind}
    for name, part in design.assumptions.items():
        if f"assumptions.{name}.value" in behind:
            found |= leaves(f"assumptions.{name}.confidence", part.confidence)
            found |= leaves(f"assumptions.{name}.source", part.source)
    for key, parts, what in (
        ("assumptions", design.assumptions, "value"),
        ("estimates", design.estimates, "formula"),
    ):
        found |= listed(key, (name for name in parts if f"{key}.{name}.{what}" in behind))
    watched = dict.fromkeys(part.estimate for part in design.growth.watch)
    return found | listed("growth.watch", watched)


def _view(facts: Facts, names: list[str]) -> View:
    found = swings.tornados(facts)
    first = swings.ask_first(found)
    return {
        "first": _first(facts, *first, found) if first else None,
        "alone": [_table(facts, one) for one in found if _is_alone(one)],
        "tables": [_table(facts, one) for one in found if not _is_alone(one)],
        "left_out": names[len(found) :],
    }


def _first(facts: Facts, one: Tornado, swing: Swing, found: list[Tornado]) -> View:
    part = facts.design.assumptions[swing.name]
    return {
        "leads": sum(bool(other.swings) and other.swings[0].name == swing.name for other in found),
        "of": len(found),
        "name": swing.name,
        "estimate": one.name,
        "factor": _times(swing.factor),
        "low": str(swing.at_low),
        "high": str(swing.at_high),
        "confidence": part.confidence,
        "source": part.source,
    }


def _is_alone(one: Tornado) -> bool:
    """Whether a single assumption moves it and nothing else does."""
    return len(one.swings) == 1 and not one.others and not one.inside


def _table(facts: Facts, one: Tornado) -> View:
    return {
        "name": one.name,
        "value": one.value.summary(),
        "middle": "" if one.middle is None else str(one.middle),
        "problem": one.problem,
        "others": one.others,
        "inside": whole_percent(one.inside) if one.inside else "",
        "rows": [
            {
                "name": swing.name,
                "low": str(swing.low),
                "high": str(swing.high),
                "at_low": str(swing.at_low),
                "at_high": str(swing.at_high),
                "factor": _times(swing.factor),
                "share": "" if swing.share is None else whole_percent(swing.share),
                "confidence": facts.design.assumptions[swing.name].confidence,
            }
            for swing in one.swings
        ],
    }


def _times(factor: float | None) -> str:
    return "" if factor is None else Quantity.of(factor).display(3)


def has_ranges(design: Design) -> bool:
    """Whether an assumption is written as a range."""
    names = frozenset((*design.assumptions, *design.estimates))
    return any(_is_range(part.value, design.nouns, names) for part in design.assumptions.values())


def _is_range(text: str, nouns: tuple[str, ...], names: frozenset[str]) -> bool:
    try:
        return bool(labels(parse(text, nouns=nouns, names=names)))
    except UnitError:
        return False


SECTION = Section(
    EVERY,
    (Part("sensitivity", "Sensitivity", lambda d: bool(d.estimates) and has_ranges(d)),),
    _sources,
)
