"""`sdcli doc diff`: what differs between two designs, or between one and a revision of git."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdcli.cli.doc_files import DESIGN, Json, expanded
from sdcli.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from sdcli.documents.diff import Comparison, Difference, Side
    from sdcli.documents.evidence.ledger import Ledger

_SHOWN_MAX = 12  # differences of one part that are shown; more are counted
_HEADINGS = {
    "verdict": "Verdicts",
    "failure": "Failures",
    "decision": "Decisions",
    "headroom": "What gives out first",
    "cost": "Cost",
    "evidence": "Evidence",
    "component": "Components",
    "flow": "Flows",
    "estimate": "Estimates",
    "assumption": "Assumptions",
}
_REST = "Other keys"
_ONE_SIDED = ("new", "gone")
_KEY_MAX = 36  # letters of a key that are shown
_FACTOR_MAX = 1e6  # more says nothing to anybody
_INTERVAL = re.compile(r" \([^()]+ to [^()]+\)$")


def diff(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="OLD NEW",
            help=f"Designs, their documents, or folders with one {DESIGN}; one, with --rev.",
            show_default=f"./{DESIGN}, with --rev",
        ),
    ] = None,
    rev: Annotated[
        str | None,
        typer.Option(metavar="REV", help="Compare with the design at this revision of git."),
    ] = None,
    fast: Annotated[
        bool, typer.Option(help="Run nothing: evidence is what the ledgers have.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what differs between two designs: verdicts, decisions, cost, numbers, not prose."""
    from sdcli.cli.screen import console, print_json
    from sdcli.documents.diff import compare

    given = [_single(path) for path in files or []]
    old, new = _at_revision(given, rev, fast=fast) if rev else _two(given, fast=fast)
    found = compare(old, new)
    if as_json:
        print_json(found.to_json())
        return
    _show(console(), found)


def _single(path: Path) -> Path:
    """The one design or document that a path names."""
    found, _ = expanded([path])
    if len(found) > 1:
        raise InputError(
            f"this folder has {len(found)} designs; diff takes one",
            where=str(path),
            fix=f"name one, like {found[0]}",
        )
    return found[0]


def _two(given: list[Path], *, fast: bool) -> tuple[Side, Side]:
    from sdcli.documents.diff import side

    if len(given) != 2:  # noqa: PLR2004 - old and new
        raise InputError(
            f"diff takes two designs, and there {'is' if len(given) == 1 else 'are'} {len(given)}",
            where="OLD NEW",
            expected="sdcli doc diff OLD NEW, or sdcli doc diff --rev HEAD FILE",
        )
    old = side(given[0], fast=fast)
    return old, side(given[1], fast=fast, beside=old)


def _at_revision(given: list[Path], rev: str, *, fast: bool) -> tuple[Side, Side]:
    """The design at the revision, and as it is now."""
    from sdcli.cli.revision import commit_of, text_at
    from sdcli.design import parse
    from sdcli.documents.diff import opened, side
    from sdcli.documents.files import files_of

    if len(given) > 1:
        raise InputError("--rev takes one design", where="--rev", given=str(len(given)))
    path = given[0] if given else Path(DESIGN)
    files = files_of(path)
    commit = commit_of(rev, files.design.parent)
    name = f"{files.design} at {rev}"
    text = text_at(commit, files.design)
    if text is None:
        raise InputError("the revision does not have this design", where=name)
    loaded = parse(text, name)
    ledger = _ledger_at(commit, files.ledger(loaded.design.id)) if fast else None
    old = opened(name, loaded, files.design, fast=fast, ledger=ledger)
    return old, side(path, fast=fast, beside=old)


def _ledger_at(commit: str, path: Path) -> Ledger | None:
    """The ledger as it was; it is read like any other."""
    from tempfile import TemporaryDirectory

    from sdcli.cli.revision import text_at
    from sdcli.core.errors import SdcliError
    from sdcli.documents.evidence.ledger_reading import read_ledger

    text = text_at(commit, path)
    if text is None:
        return None
    with TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        copy.write_text(text, encoding="utf-8")
        try:
            return read_ledger(copy)
        except SdcliError as error:
            error.where = f"{path} at {commit[:12]}"  # not the copy, which nobody knows
            error.fix = "compare without --fast"
            raise


def _show(out: Console, found: Comparison) -> None:
    from sdcli.cli.screen import styled

    out.print(styled(f"{found.old} -> {found.new}", "bold"), soft_wrap=True)
    for heading, rows in _parts(found):
        out.print()
        out.print(styled(heading, "bold"))
        _lines(out, rows[:_SHOWN_MAX])
        if len(rows) > _SHOWN_MAX:
            out.print(styled(f"  and {len(rows) - _SHOWN_MAX} more: --json has them"))
    if not found.differences:
        out.print("no difference")
    alike = sum(_reads_alike(one) for one in found.differences)
    if alike:
        out.print()
        what = "1 number differs" if alike == 1 else f"{alike} numbers differ"
        out.print(styled(f"{what} by less than is shown; --json has all digits."))
    if found.wording:
        places = "1 place" if found.wording == 1 else f"{found.wording} places"
        out.print()
        out.print(styled(f"Wording differs in {places}; prose is not compared."))


def _parts(found: Comparison) -> Iterator[tuple[str, list[Difference]]]:
    """The differences under their headings, in the order of importance."""
    rows: dict[str, list[Difference]] = {}
    for one in (one for one in found.differences if not _reads_alike(one)):
        rows.setdefault(_HEADINGS.get(one.part, _REST), []).append(one)
    yield from rows.items()


def _reads_alike(one: Difference) -> bool:
    """Whether both sides read the same: what differs is behind the last digit that is shown."""
    return one.old == one.new and not one.note


def _lines(out: Console, rows: list[Difference]) -> None:
    """Each difference on one line where it fits, what else there is to say below it."""
    from sdcli.cli.screen import plain, write

    keys = [_short(" ".join(plain(row.key).split())) for row in rows]
    room = max(len(key) for key in keys)
    for key, row in zip(keys, rows, strict=True):
        write(out, _told(row), label=f"  {key:<{room}}  ")
        if row.note and row.note not in _ONE_SIDED:
            write(out, " ".join(row.note.split()), indent=room + 4)


def _short(key: str) -> str:
    return key if len(key) <= _KEY_MAX else key[: _KEY_MAX - 3] + "..."


def _told(row: Difference) -> str:
    """What it was, what it is, and the factor; a range by its median where that says enough."""
    if row.note in _ONE_SIDED:
        return " ".join(f"{row.note}: {row.old if row.new is None else row.new}".split())
    told = [" ".join((text or "not there").split()) for text in (row.old, row.new)]
    medians = [_INTERVAL.sub("", text) for text in told]
    if medians[0] != medians[1]:
        told = medians
    says = row.factor is not None and 1 / _FACTOR_MAX < row.factor < _FACTOR_MAX
    by = f"  ×{row.factor:g}" if says else ""
    return f"{told[0]} -> {told[1]}{by}"
