"""What a build writes into the ledger: an entry for each block, and what a check would find."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sdcli
from sdcli.documents.checking.answer import RequirementState
from sdcli.documents.checking.findings import on_the_design
from sdcli.documents.checking.seal import noted, seal
from sdcli.documents.evidence.ledger import Entry, Ledger, Run, ledger_text
from sdcli.documents.evidence.provenance import changed
from sdcli.documents.sections.requirements import REQUIREMENTS
from sdcli.documents.text.markers import digest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sdcli.documents.evidence.plan import Plan
    from sdcli.documents.evidence.running import Runner
    from sdcli.documents.judging.verdicts import Verdict
    from sdcli.documents.sections.section import Source
    from sdcli.documents.study import Study


class Recorder:
    """Makes the ledger of one build.

    Args:
        study: the design.
        runner: what ran its evidence.
        judged: the verdicts on its requirements.
        before: the ledger as it was; None where there is none to go on from.
    """

    def __init__(
        self, study: Study, runner: Runner, judged: list[Verdict], before: Ledger | None
    ) -> None:
        self.study = study
        self.runner = runner
        self.judged = judged
        self.before = before
        self._kept = {} if before is None else before.blocks

    def ledger(
        self, chosen: list[Source], texts: Mapping[str, str], *, whole: bool, gone: Sequence[str]
    ) -> str:
        """The text of the ledger, with its seal where every block is as the design gives it.

        Args:
            chosen: the blocks that were built.
            texts: what was written for them.
            whole: whether these are all; else the other entries stay as they are.
            gone: the blocks that were removed from the document.
        """
        new = {source.id: self._entry(source, texts[source.id]) for source in chosen}
        order = [source.id for source in self.study.sources]
        if not whole:
            order += [name for name in self._kept if name not in (*order, *gone)]
        blocks = {
            name: new.get(name) or self._kept[name]
            for name in order
            if name in new or name in self._kept
        }
        files = self.study.files
        made = Ledger(
            design=files.design_from_folder,
            document=files.document(self.study.facts.design.id).name,
            blocks=blocks,
            sdcli=sdcli.__version__ if whole or self.before is None else self.before.sdcli,
        )
        made = replace(made, answer=self._answer(made, texts))
        data, beside = self.study.facts.tree.data, self.study.facts.path.parent
        return ledger_text(made, lambda text: seal(data, beside, text))

    def _entry(self, source: Source, text: str) -> Entry:
        told: dict[str, str] = {}
        if source.id == REQUIREMENTS:
            told = {verdict.quality.id: str(verdict.word) for verdict in self.judged}
        old = self._kept[source.id].run if source.id in self._kept else None
        return Entry(
            text=digest(text),
            code=self.study.code(source.template),
            inputs=source.inputs,
            run=self._run(source.plan, old) if source.plan else None,
            verdicts=told,
        )

    def _run(self, plan: Plan, old: Run | None) -> Run | None:
        result = self.study.book.result(plan)
        if result is None:
            return None
        return Run(result, plan.sources(), self.runner.ran(plan)).kept(old)

    def _answer(self, ledger: Ledger, texts: Mapping[str, str]) -> dict[str, Any] | None:
        """What a check of the design finds; None where it would have to look at a block."""
        if ledger.sdcli != sdcli.__version__ or len(ledger.blocks) != len(self.study.sources):
            return None
        if not all(self._is_current(source, ledger.blocks) for source in self.study.sources):
            return None
        others = [source for source in self.study.sources if source.id not in texts]
        if not self._would_be_written(others, ledger.blocks):
            return None
        states = [RequirementState.of(verdict) for verdict in self.judged]
        return noted(states, on_the_design(self.study, None, self.judged))

    def _is_current(self, source: Source, blocks: Mapping[str, Entry]) -> bool:
        """Whether a block read what it would read now, by hashes alone."""
        entry = blocks.get(source.id)
        if entry is None or entry.inputs != source.inputs:
            return False
        if entry.code != self.study.code(source.template):
            return False
        if source.plan is None:
            return True
        run = entry.run
        if run is None or run.evidence.verdict != "holds" or changed(run.sources):
            return False
        return run.evidence.fingerprint == source.plan.fingerprint

    def _would_be_written(self, others: list[Source], blocks: Mapping[str, Entry]) -> bool:
        """Whether a whole build would write what the ledger has of the blocks not built now."""
        if not others:
            return True
        from sdcli.documents.text.render import Renderer

        renderer = Renderer(self.study.facts.path.parent)
        for source in others:
            entry = blocks[source.id]
            if source.plan is not None and entry.run is not None:
                result = self.study.book.result(source.plan)
                if result is None or not result.agrees(entry.run.evidence):
                    return False
            if digest(renderer.block(source.template, source.view())) != entry.text:
                return False
        return True
