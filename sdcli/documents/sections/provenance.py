"""Where every number of a run comes from, and the command that gets it again.

No date, host or hash of a source file stands here: those are in the ledger, so that the document
is the same wherever it is built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.design import leaves
from sdcli.documents.inputs import listed
from sdcli.documents.judging import options
from sdcli.documents.sections.section import FULL, Section, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.design import Design
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.evidence.plan import Plan
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs
    from sdcli.documents.sections.section import View

FINGERPRINT_SHOWN = 12  # hexadecimal digits; the ledger has all of them
NONE = "none"


def _sources(facts: Facts, book: Book) -> Iterator[Source]:
    yield Source("provenance", "provenance", _inputs(facts, book), lambda: _view(facts, book))


def _inputs(facts: Facts, book: Book) -> Inputs:
    found: Inputs = {"id": facts.design.id, **listed("components", facts.design.components)}
    for name, part in facts.design.components.items():
        found |= listed(f"components.{name}.evidence", (item.run for item in part.evidence))
    for plan in book.plans.values():
        found |= plan.inputs
    for decision in facts.design.decisions:
        if any(option.with_ for option in decision.options):
            at = f"decisions.{decision.id}"
            found |= leaves(f"{at}.compare", decision.compare)
            found |= leaves(f"{at}.options", decision.options)
            found |= options.inputs(facts, book, decision)
    return found


def _view(facts: Facts, book: Book) -> View:
    rows = [_run(book, plan, plan.component) for plan in book.plans.values()]
    for decision in facts.design.decisions:
        for option, plan in options.runs(facts, book, decision):
            other = options.variant(facts, book, option).book
            if other:
                where = f"{plan.component}, for {decision.id}: {option.name}"
                rows.append(_run(other, plan, where))
    return {"rows": rows, "document": f"{facts.design.id}.md"}


def _run(book: Book, plan: Plan, where: str) -> View:
    result = book.result(plan)
    row: View = {"component": where, "run": plan.name, "sort": plan.sort}
    if result is None:
        return row | {"problem": book.problem(plan)}
    return row | {
        "problem": "",
        "revision": result.revision,
        "seed": result.seed if plan.sort == "exact" else NONE,
        "fingerprint": result.fingerprint[:FINGERPRINT_SHOWN],
        "scale": result.scale,
        "command": plan.command,
    }


def _runs(design: Design) -> bool:
    return any(part.evidence for part in design.components.values())


SECTION = Section(FULL, (), _sources, needs=_runs)
