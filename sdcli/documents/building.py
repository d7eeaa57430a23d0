"""Building: the document and its ledger from a design, with every run that it asks for.

Everything is computed first and written last, and nothing is written when one block may not be.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sdcli.core.errors import AnswerIsNo, InputError
from sdcli.core.files import read_text, write_atomic
from sdcli.core.suggest import did_you_mean
from sdcli.documents.evidence.ledger_reading import read_ledger
from sdcli.documents.evidence.running import Runner
from sdcli.documents.files import LEDGER, files_of, read_document, stays_inside, under_old_id
from sdcli.documents.judging.verdicts import Verdict, verdicts
from sdcli.documents.recording import Recorder
from sdcli.documents.study import open_study
from sdcli.documents.text.markers import Block, blocks_of
from sdcli.documents.text.placing import fresh as fresh_document
from sdcli.documents.text.placing import place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sdcli.core.clock import Clock
    from sdcli.documents.evidence.plan import Plan
    from sdcli.documents.sections.section import Source
    from sdcli.documents.study import Study
    from sdcli.documents.text.markers import Piece

Done = Literal["written", "unchanged", "removed"]


@dataclass(frozen=True)
class Built:
    """What a build did.

    Args:
        document, ledger: the two files.
        blocks: each block that it looked at, and what became of it.
        verdicts: on the quality requirements.
        not_run: each of these blocks whose run did not happen, and why; the block says so, too.
    """

    document: Path
    ledger: Path
    blocks: list[tuple[str, Done]]
    verdicts: list[Verdict]
    not_run: list[tuple[str, str]]


def build(
    design_path: Path,
    *,
    out: Path | None = None,
    force: bool = False,
    fresh: bool = False,
    only: str | None = None,
    clock: Clock | None = None,
    watch: Callable[[Plan, int, int], None] | None = None,
) -> Built:
    """Write the document of a design and the ledger beside it.

    Args:
        design_path: the design, or its document.
        out: the folder to write to; the design's own, or the document's, when None.
        force: overwrite blocks that were edited by hand.
        fresh: start from the template; what stood in the document is gone.
        only: the one block to build; the others stay as they are.
        clock: the time, for the ledger alone; None: it says nothing of when something ran.
        watch: is told each run before it begins, its number and how many there are.

    Returns:
        What was written. Two builds of one design write the same bytes.

    Raises:
        InputError: the design, a template or the document cannot be used.
        AnswerIsNo: a block was edited by hand and would be lost; nothing is written.
        MissingError: a run needs an extra that is not installed; nothing is written.

    Cost: one run for each different fingerprint that the blocks need.
    """
    if fresh and only:
        raise InputError(
            "--fresh and --only cannot stand together: what starts anew is built whole",
            where="--only",
            given=only,
            fix="leave one of the two out",
        )
    files = files_of(design_path, out)
    runner = Runner(clock, watch)
    study = open_study(files, run=runner)
    runner.total = study.book.count
    document = files.document(study.facts.design.id)
    ledger_path = files.ledger(study.facts.design.id)
    for path in (document, ledger_path):
        stays_inside(path)
    found = read_document(document)
    _check_ours(document, found)
    if not fresh:
        _check_id(under_old_id(files, study.facts.design.id), document)
    before = read_ledger(ledger_path)
    if fresh or found is None:
        if only:  # and there is no document
            raise InputError(
                "there is no document yet, so one block alone cannot be built",
                where=str(document),
                fix=f"sdcli doc build {design_path}",
            )
        found, before = [], None
    had = blocks_of(found)
    chosen = _chosen(study.sources, had, only)
    gone = [name for name in had if name not in {s.id for s in study.sources}]
    if only:
        gone = [name for name in gone if name == only]
    texts = _rendered(study, chosen)
    if not force:
        _check_unedited(document, had, texts, gone, design_path)
    order = [source.id for source in study.sources]
    whole = place(found, order, texts, removed=gone) if found else fresh_document(texts)
    judged = verdicts(study.facts, study.book)
    recorder = Recorder(study, runner, judged, before)
    told = recorder.ledger(chosen, texts, whole=only is None, gone=gone)
    _write(document, whole)
    _write(ledger_path, told)
    done = [*_done(had, texts), *((name, "removed") for name in gone)]
    return Built(document, ledger_path, done, judged, _not_run(study, chosen))


def _check_id(earlier: Path | None, document: Path) -> None:
    """Refuse to begin anew beside a document of the same design, and whatever its readers wrote."""
    if earlier is None:
        return
    ledgers = (earlier.with_name(earlier.stem + LEDGER), document.with_name(document.stem + LEDGER))
    moves = ((earlier, document), ledgers)
    raise InputError(
        "the document of this design stands here under the id that it had before",
        where=str(earlier),
        given=f"the id {document.stem}",
        expected="that it is renamed with its design, so that what was written in it stays",
        fix=" && ".join(shlex.join(["mv", str(one), str(two)]) for one, two in moves)
        + "; or --fresh to begin anew",
    )


def _check_ours(document: Path, found: Sequence[Piece] | None) -> None:
    """Refuse a file that somebody else wrote and that happens to have the document's name."""
    if not found or any(isinstance(piece, Block) for piece in found):
        return
    if any(isinstance(piece, str) and piece.strip() for piece in found):
        raise InputError(
            "this file is not a document of sdcli, and is left alone",
            where=str(document),
            fix="move it away, or name another folder with --out",
        )


def _chosen(sources: list[Source], had: dict[str, Block], only: str | None) -> list[Source]:
    if only is None:
        return sources
    chosen = [source for source in sources if source.id == only]
    if not chosen and only not in had:
        known = [source.id for source in sources]
        raise InputError(
            "no block has this id",
            where="--only",
            given=only,
            expected=f"one of {', '.join(known)}",
            fix=did_you_mean(only[:64], known),
        )
    return chosen


def _rendered(study: Study, chosen: list[Source]) -> dict[str, str]:
    from sdcli.documents.text.render import Renderer

    renderer = Renderer(study.facts.path.parent)
    return {source.id: renderer.block(source.template, source.view()) for source in chosen}


def _not_run(study: Study, chosen: list[Source]) -> list[tuple[str, str]]:
    """The blocks of evidence without a result, and why there is none."""
    reasons = {source.id: study.book.problem(source.plan) for source in chosen if source.plan}
    return [(name, reason) for name, reason in reasons.items() if reason]


def _check_unedited(
    document: Path,
    had: dict[str, Block],
    texts: dict[str, str],
    gone: list[str],
    design_path: Path,
) -> None:
    lost = [
        block
        for name, block in had.items()
        if block.edited and ((name in texts and texts[name] != block.text) or name in gone)
    ]
    if not lost:
        return
    raise AnswerIsNo(
        "what was edited by hand would be lost; nothing is written",
        where=f"{document}:{lost[0].line}",
        given="\n".join(
            f"{block.id}, line {block.line}"
            + (" (its source is gone from the design)" if block.id in gone else "")
            for block in lost
        ),
        expected="generated blocks as they were built; text of your own stands between them",
        fix=f"move your text out of the block, then sdcli doc build --force {design_path}",
    )


def _write(path: Path, text: str) -> None:
    """Write unless these bytes stand there already."""
    if not path.exists() or read_text(path, exact=True) != text:
        write_atomic(path, text)


def _done(had: dict[str, Block], texts: dict[str, str]) -> list[tuple[str, Done]]:
    return [
        (name, "unchanged" if name in had and had[name].text == text else "written")
        for name, text in texts.items()
    ]
