"""What there is to know of a design beside the states of its blocks.

A verdict that is another than when it was built; decisions that are not confirmed, or due for a
new look; numbers in prose that the design does not give; a document of another sdcli.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sdcli
from sdcli.documents.checking.answer import Finding
from sdcli.documents.checking.prose import notes_on_design
from sdcli.documents.text.templates import own_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sdcli.documents.checking.answer import BlockState
    from sdcli.documents.evidence.ledger import Ledger
    from sdcli.documents.judging.verdicts import Verdict
    from sdcli.documents.study import Study

_NAMED_MAX = 4  # blocks that are named; more are counted


def on_the_design(study: Study, ledger: Ledger | None, found: list[Verdict]) -> list[Finding]:
    """What the design and its evidence say: verdicts, decisions, numbers in its prose."""
    facts = study.facts
    return [
        *_changed(study, ledger, found),
        *_decisions(study),
        *_failures(study),
        *_own_templates(study),
        *notes_on_design(facts.tree.data, facts.design.nouns, lambda: facts.values),
    ]


def _own_templates(study: Study) -> Iterator[Finding]:
    """What of a document a design prints in its own words: a reader of the check should know."""
    names = own_names(study.facts.path.parent)
    if names:
        told = f"printed by this design's own templates: {', '.join(names)}"
        yield Finding("own-template", "templates/document", told)


def _changed(study: Study, ledger: Ledger | None, found: list[Verdict]) -> Iterator[Finding]:
    from sdcli.documents.sections.requirements import REQUIREMENTS

    entry = ledger.blocks.get(REQUIREMENTS) if ledger else None
    before = entry.verdicts if entry else {}
    for verdict in found:
        if verdict.word == "unmeasured" and study.book.is_stored:
            continue  # a number that --fast does not have is no change of a verdict
        quality = verdict.quality.id
        was = before.get(quality, verdict.word)
        if was != verdict.word:
            where = f"requirements.quality.{quality}"
            yield Finding("verdict-changed", where, f"{quality} was {was}, is {verdict.word}")


def _decisions(study: Study) -> Iterator[Finding]:
    from sdcli.documents.judging.verdicts import gates

    for gate in gates(study.facts, study.book):
        where = f"decisions.{gate.decision.id}.{gate.field}"
        shown = f" ({gate.answer.shown})" if gate.answer.shown else ""
        if gate.field == "confirm" and gate.answer.holds is False:
            yield Finding("confirm", where, f"{gate.text} does not hold{shown}", fails=True)
        elif gate.field == "confirm" and gate.answer.holds is None:
            yield Finding("confirm", where, f"{gate.text} has not been measured{shown}")
        elif gate.field == "revisit_when" and gate.answer.holds:
            yield Finding("revisit", where, f"{gate.text} has come{shown}: think again")


def _failures(study: Study) -> Iterator[Finding]:
    from sdcli.documents.judging.survivals import survivals

    for one in survivals(study.facts, study.book):
        if one.answer.holds is False:
            where = f"failures.{one.failure.id}.survives_if"
            message = f"{one.failure.survives_if} does not hold ({one.answer.shown})"
            yield Finding("failure", where, f"{message}: {one.failure.mode} is not survived")


def on_the_build(
    ledger: Ledger | None, blocks: Sequence[BlockState], *, fast: bool
) -> Iterator[Finding]:
    """Which document was built by another sdcli, and whether its text would change."""
    if ledger is None or ledger.sdcli in ("", sdcli.__version__):
        return
    told = f"built by sdcli {ledger.sdcli}, this is {sdcli.__version__}"
    changed = [block.id for block in blocks if block.state in ("code-changed", "drifted")]
    if fast:
        what = "sdcli doc check without --fast says whether its text changes"
    elif not changed:
        what = "no text changes"
    else:
        named = ", ".join(changed[:_NAMED_MAX])
        more = len(changed) - _NAMED_MAX
        what = f"the text of {len(changed)} of {len(blocks)} blocks changes: {named}"
        what += f" and {more} more" if more > 0 else ""
    yield Finding("new-sdcli", "sdcli", f"{told}; {what}")
