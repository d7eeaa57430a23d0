"""`sdcli kv verify|stats|compact`: a store as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from sdcli.cli.kv_arguments import AsJson, Folder, existing
from sdcli.cli.kv_folder import looked_at, typed
from sdcli.cli.kv_text import counted
from sdcli.core.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sdcli.reference.kv.engine.stats import Stats
    from sdcli.reference.kv.engine.verify import Report


def verify(folder: Folder, *, as_json: AsJson = False) -> None:
    """Check every byte that matters; damage: exit code 3.

    Each one is compared with its checksum. Each damage is told with its file and offset, and
    nothing is changed.
    """
    from sdcli.cli.screen import print_json, say
    from sdcli.reference.kv.engine.verify import verify as verified

    with looked_at(folder) as fs:
        report = verified(fs)
    if as_json:
        print_json(_report_json(report))
    else:
        for line in _report_lines(report, folder):
            say((line, ""))
    if not report.is_sound:
        raise typer.Exit(ExitCode.DAMAGED)


def stats(folder: Folder, *, as_json: AsJson = False) -> None:
    """Levels, tables, logs, and how the store was left."""
    from sdcli.cli.screen import console, print_json, say

    with existing(folder, to_read=True) as db:
        told = db.stats()
    if as_json:
        print_json(_stats_json(told))
        return
    for line in _stats_lines(told):
        say((line, ""))
    if told.levels:
        console().print(_levels(told))


def compact(folder: Folder, *, as_json: AsJson = False) -> None:
    """Merge everything into one level.

    What was deleted, overwritten or has expired leaves the disk then.
    """
    from sdcli.cli.screen import print_json

    with existing(folder) as db:
        before = _bytes_in(folder)
        db.compact()
    after = _bytes_in(folder)
    if as_json:
        print_json({"bytes_before": before, "bytes_after": after})
    else:
        print(f"{counted(before, 'byte')} before, {after:,} after")


def _bytes_in(folder: Path) -> int:
    """Of all files of the store."""
    from sdcli.reference.kv.engine.names import is_of_a_store

    return sum(path.stat().st_size for path in folder.iterdir() if is_of_a_store(path.name))


def _report_json(report: Report) -> dict[str, Any]:
    counts = ("files", "bytes", "edits", "records", "operations", "tables", "blocks", "entries")
    return {
        "sound": report.is_sound,
        "closed": report.is_closed,
        **{name: getattr(report, name) for name in counts},
        "damages": [
            {"file": one.file, "offset": one.offset, "what": one.what} for one in report.damages
        ],
        "tears": [{"file": name, "offset": at, "bytes": size} for name, at, size in report.tears],
        "leftovers": report.leftovers,
    }


def _report_lines(report: Report, folder: Path) -> Iterator[str]:
    for one in report.damages:
        yield f"damaged: {one.where}: {one.what}"
    for name, at, size in report.tears:
        torn = counted(size, "byte")
        yield f"torn: {name} at byte {at:,}: {torn} of a write that was never acknowledged"
    if report.leftovers:
        yield f"not needed: {', '.join(report.leftovers)}"
    tables = f"{counted(report.tables, 'table')} ({counted(report.blocks, 'block')}, "
    tables += f"{counted(report.entries, 'entry', 'entries')})"
    logs = f"{counted(report.records, 'record')} in logs"
    yield f"{counted(report.files, 'file')}, {counted(report.bytes, 'byte')}: {tables}, {logs}"
    if report.is_sound:
        yield "every checksum fits"
    else:
        places = counted(len(report.damages), "damage")
        yield f"{places}; `sdcli kv salvage {typed(folder)} OUT` copies what is intact"


def _stats_json(told: Stats) -> dict[str, Any]:
    """What holds of the store; what is counted from an opening on is nothing here."""
    from dataclasses import asdict

    return {
        "store": told.store_id.hex() if told.store_id is not None else None,
        "operations": told.operations,
        "was_closed": told.was_closed,
        "tears": [{"file": name, "offset": at, "bytes": size} for name, at, size in told.tears],
        "levels": [asdict(level) for level in told.levels],
        "logs": told.logs,
        "log_bytes": told.log_bytes,
        "memtable_keys": told.memtable_keys,
    }


def _stats_lines(told: Stats) -> Iterator[str]:
    if told.store_id is None:
        yield "nothing was written here yet"
        return
    left = "closed" if told.was_closed else "not closed: the process or the machine stopped"
    yield f"store {told.store_id.hex()}, {left}"
    for name, at, size in told.tears:
        torn = counted(size, "byte")
        yield f"torn: {name} at byte {at:,}: {torn} of a write that was never acknowledged"
    yield f"{counted(told.operations, 'operation')} since it was made"
    logs = f"{counted(told.logs, 'log')} of {counted(told.log_bytes, 'byte')}"
    yield f"{logs}, {counted(told.memtable_keys, 'key')} in memory that no table has yet"


def _levels(told: Stats) -> Any:
    from sdcli.cli.screen import table

    made = table("level", ">tables", ">bytes", ">entries", ">deletions", ">expiring")
    for one in told.levels:
        numbers = (one.tables, one.bytes, one.entries, one.deletions, one.expiring)
        made.add_row(str(one.level), *(f"{number:,}" for number in numbers))
    return made
