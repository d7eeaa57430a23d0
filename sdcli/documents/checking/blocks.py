"""The state of each block of a document, with its reason, its key and its remedy."""

from __future__ import annotations

import shlex
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from sdcli.documents.checking.answer import BlockState
from sdcli.documents.checking.rewording import explains
from sdcli.documents.checking.texts import difference, lines_changed
from sdcli.documents.evidence.provenance import changed
from sdcli.documents.inputs import changes
from sdcli.documents.sections.outline import HEADER
from sdcli.documents.text.markers import blocks_of, digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sdcli.documents.evidence.ledger import Entry, Ledger
    from sdcli.documents.evidence.plan import Pair, Plan
    from sdcli.documents.inputs import Scalar
    from sdcli.documents.sections.section import Source
    from sdcli.documents.study import Study
    from sdcli.documents.text.markers import Block, Piece
    from sdcli.documents.text.render import Renderer

_CODE = "its template or the renderer changed"


class Inspection:
    """One look at all blocks of a document.

    Args:
        study: the design.
        ledger: None where there is none.
        found: the document cut at its markers; None where there is none.
        fast: compare inputs and hashes only.
    """

    def __init__(
        self,
        study: Study,
        ledger: Ledger | None,
        found: Sequence[Piece] | None,
        *,
        fast: bool,
    ) -> None:
        self.study = study
        self.ledger = ledger
        self.blocks = blocks_of(list(found or []))
        self.exists = found is not None
        self.fast = fast
        self.given = shlex.quote(str(study.files.given))
        self.drifted: dict[Pair, Plan] = {}

    def states(self) -> list[BlockState]:
        """The state of each block of the outline, then the orphans."""
        self.drifted = self._drifted()
        found = [self._state(source) for source in self.study.sources]
        known = {source.id for source in self.study.sources}
        found += [self._orphan(block) for name, block in self.blocks.items() if name not in known]
        return [
            replace(state, line=self.blocks[state.id].line) if state.id in self.blocks else state
            for state in found
        ]

    def _build(self, *options: str) -> str:
        return " ".join(["sdcli doc build", *options, self.given])

    def _entry(self, block_id: str) -> Entry | None:
        return self.ledger.blocks.get(block_id) if self.ledger else None

    def _drifted(self) -> dict[Pair, Plan]:
        """The runs that give something else than the ledger has, with the same inputs."""
        found: dict[Pair, Plan] = {}
        if self.fast:
            return found
        for source in self.study.sources:
            entry = self._entry(source.id)
            if source.plan and entry and entry.run and entry.inputs == source.inputs:
                result = self.study.book.result(source.plan)
                if result and not result.agrees(entry.run.evidence):
                    found[source.plan.pair] = source.plan
        return found

    def _orphan(self, block: Block) -> BlockState:
        if block.edited:
            return BlockState(
                block.id,
                "orphan",
                f"its source is gone from the design; edited by hand (line {block.line})",
                remedy=self._build("--force"),
            )
        return BlockState(
            block.id, "orphan", "its source is gone from the design", remedy=self._build()
        )

    def _state(self, source: Source) -> BlockState:
        only = self._build("--only", source.id)
        block, entry = self.blocks.get(source.id), self._entry(source.id)
        if not self.exists and source.plan and source.plan.problem:  # a build would not help
            return BlockState(source.id, "failed", f"it cannot run: {source.plan.problem}")
        if not self.exists:
            return BlockState(source.id, "missing", "there is no document", remedy=self._build())
        if block is None:
            return BlockState(source.id, "missing", "it is not in the document", remedy=only)
        if block.edited:
            return self._edited(source, block)
        if entry is None:
            reason = "the ledger does not know it" if self.ledger else "there is no ledger"
            remedy = only if self.ledger else self._build()
            return BlockState(source.id, "missing", reason, remedy=remedy)
        if source.id == HEADER:
            return BlockState(source.id, "fresh")
        stale = self._stale(source, entry, only)
        if stale:
            return stale
        failed = self._failed(source, entry, only)
        if failed:
            return failed
        state = (
            self._hashed(source, block, entry)
            if self.fast
            else self._compared(source, block, entry)
        )
        calm = state.state == "fresh"
        return state if calm and not state.reason else replace(state, remedy=only)

    def _edited(self, source: Source, block: Block) -> BlockState:
        remedy = self._build("--force", "--only", source.id)
        reason = f"it was edited by hand (line {block.line})"
        if self.fast:
            return BlockState(source.id, "edited", reason, remedy=remedy)
        diff = difference(self._text(source), block.text)
        return BlockState(source.id, "edited", reason, remedy=remedy, diff=diff)

    def _text(self, source: Source) -> str:
        """What a build would write between the markers."""
        return self._renderer.block(source.template, source.view())

    def _stale(self, source: Source, entry: Entry, only: str) -> BlockState | None:
        hard = [c for c in changes(entry.inputs, source.inputs) if not c.is_wording]
        if not hard:
            return None
        first = hard[0]
        reason = f"{first.key} was {_told(first.old)}, is {_told(first.new)}"
        if len(hard) > 1:
            reason += f", and {len(hard) - 1} more"
        return BlockState(
            source.id, "input-stale", reason, first.key, first.old, first.new, remedy=only
        )

    def _failed(self, source: Source, entry: Entry, only: str) -> BlockState | None:
        plan = source.plan
        if plan is None:
            return None
        if self.fast:  # what it gave when it ran, whatever the code is now
            result = None if plan.problem or entry.run is None else entry.run.evidence
        else:
            result = self.study.book.result(plan)
        if result is not None and result.verdict == "holds":
            return None
        if result is not None:
            reason = f"the claim does not hold: {result.note}"
            return BlockState(source.id, "failed", reason, remedy=plan.command)
        reason = f"it did not run: {self.study.book.problem(plan)}"
        whole = f"sdcli doc check {self.given}" if self.fast and not plan.trouble() else ""
        return BlockState(source.id, "failed", reason, remedy=only if entry.run else whole)

    def _hashed(self, source: Source, block: Block, entry: Entry) -> BlockState:
        """By hashes alone."""
        if digest(block.text) != entry.text:
            return BlockState(
                source.id, "drifted", "the document and the ledger are not from one build"
            )
        run, plan = entry.run, source.plan
        if plan and run and run.evidence.fingerprint != plan.fingerprint:
            return BlockState(
                source.id,
                "code-changed",
                f"{run.evidence.experiment} has revision {plan.revision}"
                f" or other defaults now, not those of revision {run.evidence.revision}",
            )
        other = changed(run.sources) if run else []
        if other:
            return BlockState(
                source.id, "code-changed", f"changed since it ran: {', '.join(other)}"
            )
        if entry.code != self.study.code(source.template):
            return BlockState(source.id, "code-changed", _CODE)
        return self._reworded(source, entry) or BlockState(source.id, "fresh")

    def _compared(self, source: Source, block: Block, entry: Entry) -> BlockState:
        """By running and rendering again."""
        if source.plan and source.plan.pair in self.drifted:
            return BlockState(source.id, "drifted", self._difference(source, entry))
        text = self._text(source)
        if text == block.text:
            return BlockState(source.id, "fresh")
        names = self._drifted_below(source)
        if names:
            return BlockState(source.id, "drifted", f"it rests on {names}, which drifted")
        if entry.code != self.study.code(source.template):
            return BlockState(
                source.id, "code-changed", f"{_CODE}: {lines_changed(block.text, text)}"
            )
        reworded = self._reworded(source, entry)
        if reworded and explains(changes(entry.inputs, source.inputs), block.text, text):
            return reworded
        return BlockState(source.id, "drifted", "the design gives another text now")

    def _drifted_below(self, source: Source) -> str:
        """The runs that drifted and that a block reads: all that decides them decides it."""
        read = source.inputs.keys()
        below = [plan for _, plan in sorted(self.drifted.items()) if plan.inputs.keys() <= read]
        return ", ".join(f"evidence/{plan.component}/{plan.name}" for plan in below)

    def _reworded(self, source: Source, entry: Entry) -> BlockState | None:
        words = changes(entry.inputs, source.inputs)
        if not words:
            return None
        first = words[0]
        reason = f"the wording of {first.key} changed; no number depends on it"
        return BlockState(source.id, "fresh", reason, first.key, first.old, first.new)

    def _difference(self, source: Source, entry: Entry) -> str:
        result = self.study.book.result(source.plan) if source.plan else None
        if result is None or entry.run is None:
            return "the run gives something else"
        before = entry.run.evidence
        for name, value in result.metrics.items():
            old = before.metrics.get(name)
            if old != value:
                return (
                    f"{name} was {_told(old.value if old else None)}, is {_told(value.value)}"
                    " with the same parameters"
                )
        return (
            "the run gives another verdict" if result.verdict != before.verdict else "metrics went"
        )

    @cached_property
    def _renderer(self) -> Renderer:
        """Made when the first text is needed: `fast` never pays for it."""
        from sdcli.documents.text.render import Renderer

        return Renderer(self.study.facts.path.parent)


def _told(value: Scalar) -> str:
    return (
        "not there" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
    )
