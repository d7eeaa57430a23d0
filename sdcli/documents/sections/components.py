"""Each component with all its parameters, and the evidence that backs it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sdcli.design import KINDS, leaves, plain
from sdcli.documents.evidence.measures import shown
from sdcli.documents.inputs import listed
from sdcli.documents.sections.comparing import comparison, metric_name
from sdcli.documents.sections.section import EVERY, Part, Section, Source, any_accepted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.design import Design
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.evidence.plan import Plan
    from sdcli.documents.evidence.result import Evidence
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs
    from sdcli.documents.sections.comparing import Comparison
    from sdcli.documents.sections.section import View

_BETTER = {True: "less", False: "more", None: ""}


def _sources(facts: Facts, book: Book) -> Iterator[Source]:
    design = facts.design
    yield Source(
        "components",
        "components",
        {**listed("components", design.components), **_overview_inputs(design)},
        lambda: _overview(design, book),
    )
    for name in design.components:
        yield Source(
            f"component/{name}",
            "component",
            _component_inputs(facts, name),
            partial(_component, facts, name),
        )
        for plan in book.of(name):
            yield Source(
                f"evidence/{name}/{plan.name}",
                "evidence" if plan.sort == "exact" else "analytic",
                plan.inputs,
                partial(_evidence, facts, book, plan),
                plan,
            )


def _overview_inputs(design: Design) -> Inputs:
    found: Inputs = {}
    for name, part in design.components.items():
        key = f"components.{name}"
        found |= {f"{key}.kind": part.kind, f"{key}.origin": part.origin}
        found |= leaves(f"{key}.role", part.role)
        found |= listed(f"{key}.evidence", (item.run for item in part.evidence))
    return found


def _overview(design: Design, book: Book) -> View:
    """All components on one page."""
    return {
        "rows": [
            {
                "name": name,
                "kind": KINDS[part.kind].title,
                "role": part.role,
                "evidence": [plan.name for plan in book.of(name)],
                "origin": part.origin,
            }
            for name, part in design.components.items()
        ],
        "taken": any_accepted(design.components.values()),
    }


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


def _component(facts: Facts, name: str) -> View:
    """One component with all its parameters, given or not."""
    part = facts.design.components[name]
    return {
        "name": name,
        "kind": KINDS[part.kind].title,
        "role": part.role,
        "rows": [
            {
                "name": setting.name,
                "value": str(setting.value),
                "formula": setting.text if setting.uses else "",
                "origin": "given" if setting.given else "default",
                "help": setting.spec.help,
            }
            for setting in facts.settings[name].values()
            if setting.value is not None
        ],
        "absent": [
            setting.name for setting in facts.settings[name].values() if setting.value is None
        ],
    }


def _evidence(facts: Facts, book: Book, plan: Plan) -> View:
    """One run: the claim, with what it was run, what came out; or why it did not run."""
    view: View = {
        "component": plan.component,
        "title": plan.title,
        "claim": plan.claim,
        "problem": book.problem(plan),
        "params": [
            {"name": row.name, "value": row.value, "origin": row.origin} for row in plan.rows()
        ],
    }
    result = book.result(plan)
    if result is None:
        return view
    metrics = _metrics(facts, plan, result)
    compared = comparison(plan.metrics)
    return view | {
        "source": plan.source,
        "revision": plan.revision,
        "verdict": result.verdict,
        "note": result.note,
        "worked": result.note.splitlines(),
        "open_end": result.open_end,
        "scale": result.scale,
        "seed": result.seed,
        "metrics": metrics,
        "compared": _compared(compared, metrics) if compared else None,
        "others": [row for row in metrics if compared is None or row["name"] not in compared.names],
        "command": plan.command,
    }


def _metrics(facts: Facts, plan: Plan, result: Evidence) -> list[View]:
    """What a run gave, number by number."""
    metrics = {metric.name: metric for metric in plan.metrics}
    return [
        {
            "title": metrics[name].title,
            "name": name,
            "value": shown(measure, facts.design.nouns),
            "better": _BETTER[metrics[name].less_is_better],
        }
        for name, measure in result.metrics.items()
    ]


def _compared(found: Comparison, metrics: list[View]) -> View:
    """The same side by side: a column for each thing that is compared."""
    values = {row["name"]: row["value"] for row in metrics}
    return {
        "subjects": list(found.subjects),
        "like": metric_name(found.subjects[0], found.measures[0].name),
        "rows": [
            {
                "title": measure.title,
                "name": measure.name,
                "cells": [values.get(metric_name(one, measure.name)) for one in found.subjects],
                "better": _BETTER[measure.less_is_better],
            }
            for measure in found.measures
        ],
    }


SECTION = Section(
    EVERY,
    (Part("evidence", "Evidence", lambda d: any(part.evidence for part in d.components.values())),),
    _sources,
    needs=lambda d: bool(d.components),
)
