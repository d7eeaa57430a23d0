"""Which blocks a document has, in which order, and which sections it lists as not covered.

The sections are those that design documents have, in the usual order: what is asked, what is
assumed, what follows, what is built, what backs it, what was decided, what may go wrong. A
profile picks among them. A section that the design leaves empty is listed at the end, never
dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sdcli.design import leaves, plain
from sdcli.documents import views
from sdcli.documents.inputs import by_id, listed
from sdcli.documents.metrics import of_comparison, of_requirement
from sdcli.documents.verdicts import gates, names_compared, verdicts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sdcli.design import Design
    from sdcli.documents.book import Book
    from sdcli.documents.evidence import Plan
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs

HEADER = "header"
REQUIREMENTS = "requirements"
DECISIONS = "decisions"
NOT_COVERED = "not-covered"


@dataclass(frozen=True)
class Source:
    """What one block is made of.

    Args:
        id: of the block.
        template: its name.
        inputs: what of the design it reads; empty for the header, which is never stale.
        view: makes the values that the template prints; may run experiments.
        plan: the run that it shows, for a block of evidence.
    """

    id: str
    template: str
    inputs: Inputs
    view: Callable[[], dict[str, Any]]
    plan: Plan | None = None


@dataclass(frozen=True)
class Section:
    """A part of the document that a design may leave empty.

    Args:
        name: the first key of the design that it shows; `evidence` is under components.
        title: as it stands among what is not covered.
        profiles: the profiles that have it.
        filled: whether a design has something for it.
    """

    name: str
    title: str
    profiles: frozenset[str]
    filled: Callable[[Design], bool]


_ALL = frozenset({"interview", "rfc", "full"})

SECTIONS = (
    Section("summary", "Summary", _ALL, lambda d: bool(d.summary)),
    Section(
        "requirements.functional",
        "Functional requirements",
        _ALL,
        lambda d: bool(d.requirements.functional),
    ),
    Section(
        "requirements.quality",
        "Quality requirements",
        _ALL,
        lambda d: bool(d.requirements.quality),
    ),
    Section("out_of_scope", "Out of scope", _ALL, lambda d: bool(d.out_of_scope)),
    Section("assumptions", "Assumptions", _ALL, lambda d: bool(d.assumptions)),
    Section("estimates", "Estimates", _ALL, lambda d: bool(d.estimates)),
    Section("components", "Components", _ALL, lambda d: bool(d.components)),
    Section("flows", "Flows", _ALL, lambda d: bool(d.flows)),
    Section(
        "evidence",
        "Evidence",
        _ALL,
        lambda d: any(part.evidence for part in d.components.values()),
    ),
    Section(DECISIONS, "Decisions", _ALL, lambda d: bool(d.decisions)),
    Section("risks", "Risks", _ALL, lambda d: bool(d.risks)),
    Section(
        "discussion", "Discussion", frozenset({"interview", "full"}), lambda d: bool(d.discussion)
    ),
)


def outline(facts: Facts, book: Book, source: str) -> list[Source]:
    """The blocks of a design's document, in order.

    Args:
        facts: the design.
        book: its evidence, run when a block asks for it.
        source: the design's file as the header names it, ready for a comment.
    """
    return list(_sources(facts, book, source))


def _sources(facts: Facts, book: Book, source: str) -> Iterator[Source]:
    design = facts.design
    shown = {
        section.name
        for section in SECTIONS
        if design.profile in section.profiles and section.filled(design)
    }
    yield Source(HEADER, "header", {}, lambda: views.header(design, source))
    if "summary" in shown:
        yield Source(
            "summary", "summary", leaves("summary", design.summary), lambda: views.summary(design)
        )
    if shown & {"requirements.functional", "requirements.quality"}:
        yield Source(
            REQUIREMENTS,
            "requirements",
            _requirements_inputs(facts, book),
            lambda: views.requirements(design, verdicts(facts, book)),
        )
    if "out_of_scope" in shown:
        yield Source(
            "scope",
            "scope",
            leaves("out_of_scope", design.out_of_scope),
            lambda: views.scope(design),
        )
    if "assumptions" in shown:
        yield Source(
            "assumptions",
            "assumptions",
            {**leaves("nouns", design.nouns), **leaves("assumptions", design.assumptions)},
            lambda: views.assumptions(facts),
        )
    if "estimates" in shown:
        yield Source(
            "estimates", "estimates", _estimates_inputs(facts), lambda: views.estimates(facts)
        )
    if "components" in shown:
        yield from _built(facts, book)
    if DECISIONS in shown:
        yield Source(
            DECISIONS,
            DECISIONS,
            _decisions_inputs(facts, book),
            lambda: views.decisions(design, gates(facts, book)),
        )
    if "risks" in shown:
        yield Source("risks", "risks", by_id("risks", design.risks), lambda: views.risks(design))
    if "discussion" in shown:
        yield Source(
            "discussion",
            "discussion",
            leaves("discussion", design.discussion),
            lambda: views.discussion(design),
        )
    yield Source(
        NOT_COVERED, "not-covered", _covered_inputs(design), lambda: {"rows": not_covered(design)}
    )


def _built(facts: Facts, book: Book) -> Iterator[Source]:
    """The picture of the whole, the flows, then each component with its evidence."""
    design = facts.design
    kinds = {f"components.{name}.kind": part.kind for name, part in design.components.items()}
    yield Source(
        "topology",
        "topology",
        {**listed("components", design.components), **kinds, **_flow_inputs(design)},
        lambda: views.topology(design),
    )
    for name, flow in design.flows.items():
        hops = {part for hop in flow.hops for part in hop}
        yield Source(
            f"flow/{name}",
            "flow",
            {
                **leaves(f"flows.{name}", flow),
                **{key: kind for key, kind in kinds.items() if key.split(".")[1] in hops},
            },
            partial(views.flow, design, name),
        )
    yield Source(
        "components",
        "components",
        {**listed("components", design.components), **_overview_inputs(design)},
        lambda: views.components(design, book),
    )
    for name in design.components:
        yield Source(
            f"component/{name}",
            "component",
            _component_inputs(facts, name),
            partial(views.component, facts, name),
        )
        for plan in book.of(name):
            yield Source(
                f"evidence/{name}/{plan.experiment.name}",
                "evidence",
                plan.inputs,
                partial(views.evidence, facts, book, plan),
                plan,
            )


def _requirements_inputs(facts: Facts, book: Book) -> Inputs:
    found = by_id("requirements.functional", facts.design.requirements.functional)
    found |= by_id("requirements.quality", facts.design.requirements.quality)
    for quality in facts.design.requirements.quality:
        if quality.metric:
            found |= of_requirement(facts, book, quality.metric, quality.of).inputs(facts)
            found |= facts.behind(facts.names_in(quality.target))
    return found


def _decisions_inputs(facts: Facts, book: Book) -> Inputs:
    found = by_id("decisions", facts.design.decisions)
    for decision in facts.design.decisions:
        for text in (decision.confirm, decision.revisit_when):
            for name in names_compared(facts, text):
                found |= of_comparison(facts, book, name).inputs(facts)
    return found


def _estimates_inputs(facts: Facts) -> Inputs:
    design = facts.design
    return {
        **leaves("nouns", design.nouns),
        **facts.behind(design.estimates),
        **leaves("estimates", design.estimates),
    }


def _flow_inputs(design: Design) -> Inputs:
    found = listed("flows", design.flows)
    for name, flow in design.flows.items():
        found[f"flows.{name}.path"] = flow.path
    return found


def _overview_inputs(design: Design) -> Inputs:
    found: Inputs = {}
    for name, part in design.components.items():
        key = f"components.{name}"
        found |= {f"{key}.kind": part.kind, f"{key}.origin": part.origin}
        found |= leaves(f"{key}.role", part.role)
        found |= listed(f"{key}.evidence", (item.run for item in part.evidence))
    return found


def _component_inputs(facts: Facts, name: str) -> Inputs:
    part = facts.design.components[name]
    found: Inputs = {f"components.{name}.kind": part.kind}
    found |= leaves(f"components.{name}.role", part.role)
    uses: set[str] = set()
    for param, setting in facts.settings[name].items():
        if setting.text is not None:
            given = plain(setting.text) if setting.given else f"{setting.text} (default)"
            found[facts.setting_key(name, param)] = given
        uses |= setting.uses
    return {**found, **facts.behind(sorted(uses))}


def _covered_inputs(design: Design) -> Inputs:
    found: Inputs = {"profile": design.profile}
    return found | {section.name: section.filled(design) for section in SECTIONS}


def not_covered(design: Design) -> list[str]:
    """What a reader will miss: empty sections, and filled ones that the profile leaves out."""
    found: list[str] = []
    for section in SECTIONS:
        if design.profile in section.profiles:
            if not section.filled(design):
                found.append(section.title)
        elif section.filled(design):
            found.append(f"{section.title} (in the design, not in the profile {design.profile})")
    return found
