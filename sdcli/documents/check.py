"""Checking: what of a document is no longer what its design gives, why, and what to do.

The full check runs every experiment again and renders every block; `fast` compares inputs and
hashes only. Either way the answer names the key of the design, its old and its new value, and the
cheapest command that puts it right.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from sdcli.documents.evidence.ledger import read_ledger
from sdcli.documents.evidence.provenance import changed
from sdcli.documents.files import files_of, read_document
from sdcli.documents.inputs import Scalar, changes
from sdcli.documents.judging.verdicts import gates, verdicts
from sdcli.documents.sections.decisions import DECISIONS
from sdcli.documents.sections.outline import HEADER
from sdcli.documents.sections.requirements import REQUIREMENTS
from sdcli.documents.study import open_study
from sdcli.documents.text.markers import blocks_of, digest

if TYPE_CHECKING:
    from pathlib import Path

    from sdcli.documents.evidence.ledger import Entry, Ledger
    from sdcli.documents.evidence.plan import Pair
    from sdcli.documents.evidence.result import Evidence
    from sdcli.documents.judging.verdicts import Verdict
    from sdcli.documents.sections.section import Source
    from sdcli.documents.study import Study
    from sdcli.documents.text.markers import Block
    from sdcli.documents.text.render import Renderer

State = Literal[
    "fresh",
    "input-stale",
    "code-changed",
    "drifted",
    "edited",
    "missing",
    "orphan",
    "failed",
]
Whole = Literal["fresh", "stale", "failed"]


@dataclass(frozen=True)
class BlockState:
    """What became of one block since it was built.

    Args:
        id: the block.
        state: one of the words above.
        reason: the state in a clause; empty when there is nothing to say.
        key, old, new: what changed in the design; None where nothing did.
        remedy: the cheapest command that puts it right; empty when nothing is wrong.
    """

    id: str
    state: State
    reason: str = ""
    key: str | None = None
    old: Scalar = None
    new: Scalar = None
    remedy: str = ""


@dataclass(frozen=True)
class Finding:
    """Something to know beside the states of the blocks.

    Args:
        kind: verdict-changed, confirm or revisit.
        where: the dotted key.
        message: in a sentence.
        fails: whether it makes the check come out false.
    """

    kind: str
    where: str
    message: str
    fails: bool = False


@dataclass(frozen=True)
class Check:
    """The answer of a check.

    Args:
        state: failed if a block failed or a requirement is unmet; stale if a block is neither
            fresh nor code-changed; else fresh.
        blocks: every block, in the order of the document's template, orphans last.
        requirements: the verdicts on the quality requirements.
        findings: see Finding.
    """

    state: Whole
    blocks: list[BlockState]
    requirements: list[Verdict]
    findings: list[Finding]

    @property
    def holds(self) -> bool:
        """Whether everything is as it should be: exit code 0, else 1."""
        return self.state == "fresh" and not any(finding.fails for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """The object of `doc check --json`."""
        return {
            "state": self.state,
            "blocks": [
                {
                    "id": block.id,
                    "state": block.state,
                    "reason": block.reason,
                    "key": block.key,
                    "old": block.old,
                    "new": block.new,
                    "remedy": block.remedy,
                }
                for block in self.blocks
            ],
            "requirements": [verdict.to_json() for verdict in self.requirements],
            "findings": [
                {"kind": finding.kind, "where": finding.where, "message": finding.message}
                for finding in self.findings
            ],
        }


def check(path: Path, *, fast: bool = False) -> Check:
    """What is stale in a document, and which requirements its design meets.

    Args:
        path: the design or its document.
        fast: run nothing and render nothing; evidence is what the ledger has.

    Raises:
        InputError: the design, the document or the ledger cannot be used.
        DamagedError: the ledger is not what was written.
        MissingError: a run needs an extra that is not installed.
    """
    files = files_of(path)
    ledger: Ledger | None = None  # its name needs the design's id; nothing is looked up before

    def stored(pair: Pair) -> Evidence | None:
        entry = ledger.blocks.get("evidence/" + "/".join(pair)) if ledger else None
        return entry.run.evidence if entry and entry.run else None

    study = open_study(files, stored if fast else None)
    design_id = study.facts.design.id
    ledger = read_ledger(files.ledger(design_id))
    found = read_document(files.document(design_id))
    inspection = _Inspection(study, ledger, blocks_of(found or []), found is not None, fast)
    blocks = inspection.states()
    found_verdicts = verdicts(study.facts, study.book)
    return Check(
        _whole(blocks, found_verdicts),
        blocks,
        found_verdicts,
        _findings(study, ledger, found_verdicts),
    )


def _whole(blocks: list[BlockState], found: list[Verdict]) -> Whole:
    if any(block.state == "failed" for block in blocks) or any(v.word == "unmet" for v in found):
        return "failed"
    calm = ("fresh", "code-changed")
    return "fresh" if all(block.state in calm for block in blocks) else "stale"


class _Inspection:
    """One look at all blocks of a document."""

    def __init__(
        self,
        study: Study,
        ledger: Ledger | None,
        blocks: dict[str, Block],
        exists: bool,
        fast: bool,
    ) -> None:
        self.study = study
        self.ledger = ledger
        self.blocks = blocks
        self.exists = exists
        self.fast = fast
        self.given = shlex.quote(str(study.files.given))
        self.drifted: set[Pair] = set()

    def states(self) -> list[BlockState]:
        """The state of each block of the outline, then the orphans."""
        self.drifted = self._drifted()
        found = [self._state(source) for source in self.study.sources]
        known = {source.id for source in self.study.sources}
        found += [self._orphan(block) for name, block in self.blocks.items() if name not in known]
        return found

    def _build(self, *options: str) -> str:
        return " ".join(["sdcli doc build", *options, self.given])

    def _entry(self, block_id: str) -> Entry | None:
        return self.ledger.blocks.get(block_id) if self.ledger else None

    def _drifted(self) -> set[Pair]:
        """The runs that give something else than the ledger has, with the same inputs."""
        if self.fast:
            return set()
        found: set[Pair] = set()
        for source in self.study.sources:
            entry = self._entry(source.id)
            if source.plan and entry and entry.run and entry.inputs == source.inputs:
                result = self.study.book.result(source.plan)
                if result and not result.agrees(entry.run.evidence):
                    found.add(source.plan.pair)
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
        if not self.exists:
            return BlockState(source.id, "missing", "there is no document", remedy=self._build())
        if block is None:
            return BlockState(source.id, "missing", "it is not in the document", remedy=only)
        if block.edited:
            return BlockState(
                source.id,
                "edited",
                f"it was edited by hand (line {block.line})",
                remedy=self._build("--force", "--only", source.id),
            )
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
        return BlockState(source.id, "failed", reason, remedy=only if entry.run else "")

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
            return BlockState(source.id, "code-changed", "its template or the renderer changed")
        return self._reworded(source, entry) or BlockState(source.id, "fresh")

    def _compared(self, source: Source, block: Block, entry: Entry) -> BlockState:
        """By running and rendering again."""
        if source.plan and source.plan.pair in self.drifted:
            return BlockState(source.id, "drifted", self._difference(source, entry))
        if self._renderer.block(source.template, source.view()) == block.text:
            return BlockState(source.id, "fresh")
        reworded = self._reworded(source, entry)
        if reworded:
            return reworded
        if self.drifted and source.id in (REQUIREMENTS, DECISIONS):
            names = ", ".join(f"evidence/{part}/{run}" for part, run in sorted(self.drifted))
            return BlockState(source.id, "drifted", f"it rests on {names}, which drifted")
        if entry.code != self.study.code(source.template):
            return BlockState(source.id, "code-changed", "its template or the renderer changed")
        return BlockState(source.id, "drifted", "the design gives another text now")

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


def _findings(study: Study, ledger: Ledger | None, found: list[Verdict]) -> list[Finding]:
    entry = ledger.blocks.get(REQUIREMENTS) if ledger else None
    before = entry.verdicts if entry else {}
    # a number that --fast does not have is no change of a verdict
    known = [v for v in found if v.word != "unmeasured" or not study.book.is_stored]
    findings = [
        Finding(
            "verdict-changed",
            f"requirements.quality.{verdict.quality.id}",
            f"{verdict.quality.id} was {before[verdict.quality.id]}, is {verdict.word}",
        )
        for verdict in known
        if before.get(verdict.quality.id, verdict.word) != verdict.word
    ]
    for gate in gates(study.facts, study.book):
        where = f"decisions.{gate.decision.id}.{gate.field}"
        shown = f" ({gate.answer.shown})" if gate.answer.shown else ""
        if gate.field == "confirm" and gate.answer.holds is False:
            findings.append(
                Finding("confirm", where, f"{gate.text} does not hold{shown}", fails=True)
            )
        elif gate.field == "confirm" and gate.answer.holds is None:
            findings.append(Finding("confirm", where, f"{gate.text} has not been measured{shown}"))
        elif gate.field == "revisit_when" and gate.answer.holds:
            findings.append(Finding("revisit", where, f"{gate.text} has come{shown}: think again"))
    return findings
