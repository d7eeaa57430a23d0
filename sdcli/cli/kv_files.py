"""`sdcli kv verify|dump|salvage|stats`: a store's files, looked at from outside."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sdcli.cli.kv_pipe import reader_may_leave
from sdcli.cli.kv_text import counted
from sdcli.core.errors import ExitCode, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.reference.kv.engine.dump import Row
    from sdcli.reference.kv.engine.os_fs import OsFS
    from sdcli.reference.kv.engine.salvage import Salvaged
    from sdcli.reference.kv.engine.stats import Stats
    from sdcli.reference.kv.engine.verify import Report

Mode = Literal["always", "group", "os"]

ROWS = 1_000  # of a dump, unless somebody asks for more
HEX_SHOWN = 8  # bytes of a row
WHAT_AT = 40  # columns before what the bytes mean

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the store.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]


def register(group: typer.Typer) -> None:
    """Add the commands to `kv`."""
    group.command("verify")(verify)
    group.command("dump")(dump)
    group.command("salvage")(salvage)
    group.command("stats")(stats)


def verify(folder: Folder, *, as_json: AsJson = False) -> None:
    """Check every byte that matters; damage: exit code 3.

    Each one is compared with its checksum. Each damage is told with its file and offset, and
    nothing is changed.
    """
    from sdcli.cli.screen import print_json, say
    from sdcli.reference.kv.engine.verify import verify as verified

    with _looked_at(folder) as fs:
        report = verified(fs)
    if as_json:
        print_json(_report_json(report))
    else:
        for line in _report_lines(report):
            say((line, ""))
    if not report.is_sound:
        raise typer.Exit(ExitCode.DAMAGED)


def dump(
    place: Annotated[
        Path, typer.Argument(metavar="FILE|DIR", help="A file of a store, or its folder.")
    ],
    *,
    offset: Annotated[int, typer.Option(min=0, metavar="N", help="Begin at this byte.")] = 0,
    limit: Annotated[int, typer.Option(min=0, metavar="N", help="Rows at most; 0 for all.")] = ROWS,
    as_json: AsJson = False,
) -> None:
    """Explain a file byte by byte, or a folder.

    Of a folder each file has a line. Damage is marked with ! and the dump goes on behind it. A
    file alone, without its folder, is enough, as long as it has its name.
    """
    if place.is_dir():
        _dump_folder(place, as_json=as_json)
    else:
        _dump_file(place, offset, limit, as_json=as_json)


def salvage(
    folder: Folder,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A folder that is new or empty.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Copy what is intact to a new store, count the rest.

    Every record whose checksum fits is copied. Newer ones hide older ones, deletions delete. The
    damaged store is not touched. Exit code 0 also when something was lost: the answer says what.
    """
    from sdcli.cli.kv_progress import Counter
    from sdcli.cli.screen import print_json, say
    from sdcli.reference.kv.engine import open_store
    from sdcli.reference.kv.engine.entries import Expiring
    from sdcli.reference.kv.engine.salvage import salvage as salvaged

    with _looked_at(folder) as fs:
        _check_out(folder, out)
        saved = salvaged(fs)
        with open_store(out, "os") as db, Counter("keys copied") as copied:
            for key, entry in saved.entries():
                if isinstance(entry, Expiring):
                    db.put(key, entry.value, expires_ns=entry.expires_ns)
                else:
                    db.put(key, entry)
                copied.one_more()
    if as_json:
        print_json(_saved_json(saved, copied.count))
    else:
        for line in _saved_lines(saved, copied.count, out):
            say((line, ""))


def stats(folder: Folder, *, as_json: AsJson = False) -> None:
    """Levels, tables, logs, and how the store was left."""
    from sdcli.cli.screen import console, print_json, say
    from sdcli.reference.kv.engine import open_store

    need_folder(folder)
    with open_store(folder, create=False) as db:
        told = db.stats()
    if as_json:
        print_json(_stats_json(told))
        return
    for line in _stats_lines(told):
        say((line, ""))
    if told.levels:
        console().print(_levels(told))


def need_folder(folder: Path) -> None:
    """Refuse a folder that does not exist.

    Raises:
        InputError: it does not.
    """
    if not folder.exists():
        raise InputError(
            "there is no store here",
            where=str(folder),
            expected=f"a folder that `sdcli kv put {folder} KEY VALUE` has made",
        )


@contextmanager
def _looked_at(folder: Path) -> Iterator[OsFS]:
    """The files of a store that nobody writes to meanwhile; nothing is changed, not even LOCK."""
    from sdcli.reference.kv.engine.os_fs import OsFS
    from sdcli.reference.kv.engine.recovery import check_folder

    need_folder(folder)
    fs = OsFS(folder, create=False)
    check_folder(fs, create=False)
    held = fs.lock_as_it_is()
    try:
        yield fs
    finally:
        if held is not None:
            held.release()


# verify


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


def _report_lines(report: Report) -> Iterator[str]:
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
        yield f"{places}; `sdcli kv salvage DIR OUT` copies what is intact"


# dump


def _dump_file(path: Path, offset: int, limit: int, *, as_json: bool) -> None:
    from itertools import dropwhile, islice

    from sdcli.cli.screen import print_json, say
    from sdcli.core.files import file_error
    from sdcli.reference.kv.engine.dump import dump as dumped

    if not path.is_file():
        raise InputError(
            "there is no such file", where=str(path), expected="a file of a store, or its folder"
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise file_error(error, path, doing="read it") from error
    rows = dropwhile(lambda row: row.offset + row.size <= offset, dumped(path.name, data))
    shown = list(islice(rows, limit or None))
    behind = next(rows, None)
    if as_json:
        next_offset = None if behind is None else behind.offset
        print_json(
            {
                "file": path.name,
                "bytes": len(data),
                "rows": [_row_json(row) for row in shown],
                "next_offset": next_offset,
            }
        )
        return
    with reader_may_leave():
        for row in shown:
            for line in _row_lines(row):
                say((line, "bold" if row.is_wrong else ""))
        if behind is not None:
            left = counted(len(data) - behind.offset, "byte")
            say((f"... {left} more: --offset {behind.offset}", ""))


def _row_json(row: Row) -> dict[str, Any]:
    return {
        "offset": row.offset,
        "bytes": row.size,
        "hex": row.head.hex(),
        "what": row.what,
        "wrong": row.is_wrong,
    }


def _row_lines(row: Row) -> Iterator[str]:
    """Offset, the first bytes, what they are; a long text goes on below."""
    import textwrap

    from sdcli.cli.screen import WIDTH

    some = row.head[:HEX_SHOWN].hex(" ") + (" .." if row.size > HEX_SHOWN else "")
    start = f"{'!' if row.is_wrong else ' '}{row.offset:>9}  {some}"
    # At any place: the JSON of an edit has no blanks to break at.
    for line in textwrap.wrap(row.what, WIDTH - WHAT_AT, break_on_hyphens=False) or [""]:
        yield f"{start:<{WHAT_AT}}{line}"
        start = ""


def _dump_folder(folder: Path, *, as_json: bool) -> None:
    from sdcli.cli.screen import console, print_json, say, styled, table
    from sdcli.reference.kv.engine.overview import overview

    with _looked_at(folder) as fs:
        files = overview(fs)
    if as_json:
        names = ("file", "bytes", "what")
        print_json({"files": [dict(zip(names, file, strict=True)) for file in files]})
        return
    made = table("file", ">bytes", "what")
    for name, size, what in files:
        made.add_row(styled(name), styled(f"{size:,}"), styled(what))
    console().print(made)
    say(("Byte by byte: sdcli kv dump FILE", ""))


# salvage


def _check_out(folder: Path, out: Path) -> None:
    """Refuse to write where something is, or into the damaged store itself."""
    from sdcli.core.files import resolved

    source, target = resolved(folder, doing="read it"), resolved(out, doing="write there")
    if source == target or source in target.parents:
        raise InputError(
            "this is inside of the damaged store, which is not touched",
            where=str(out),
            expected="a folder elsewhere that is new or empty",
        )
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(
            "something is here already", where=str(out), expected="a folder that is new or empty"
        )


def _saved_json(saved: Salvaged, keys: int) -> dict[str, Any]:
    return {
        "keys": keys,
        "records": saved.records,
        "operations": saved.operations,
        "blocks": saved.blocks,
        "entries": saved.table_entries,
        "lost": saved.lost,
        "lost_is_known": saved.is_lost_known,
        "blocks_lost": saved.blocks_lost,
        "bytes_skipped": saved.bytes_skipped,
        "may_be_older": saved.may_be_older,
        "losses": [
            {
                "file": loss.file,
                "offset": loss.offset,
                "bytes": loss.bytes,
                "operations": loss.operations,
                "what": loss.why,
            }
            for loss in saved.losses
        ],
        "unreadable": saved.unreadable,
        "notes": saved.notes,
    }


def _saved_lines(saved: Salvaged, keys: int, out: Path) -> Iterator[str]:
    blocks = f"{counted(saved.blocks, 'block')} of tables"
    entries = counted(saved.table_entries, "entry", "entries")
    records = f"{counted(saved.records, 'record')} of logs"
    operations = counted(saved.operations, "operation")
    yield f"{counted(keys, 'key')} copied to {out}"
    yield f"intact: {blocks} with {entries}, {records} with {operations}"
    for loss in saved.losses:
        yield f"damaged: {loss.file} at byte {loss.offset:,}: {loss.why}"
        if loss.bytes:
            many = "" if loss.operations is None else f" with {loss.operations:,} in them"
            yield f"  {counted(loss.bytes, 'byte')} lost{many}"
    if saved.unreadable:
        yield f"nothing came out of {', '.join(saved.unreadable)}"
    for note in saved.notes:
        yield f"note: {note}"
    if not saved.may_be_older:
        yield "nothing is lost"
        return
    if saved.lost:
        least = "" if saved.is_lost_known else "at least "
        number = counted(saved.lost, "operation or entry", "operations or entries")
        yield f"lost in all: {least}{number}"
    else:
        yield "whether more is lost, nobody can say"
    yield "what is lost may have been newer: then a key has an older value here"


# stats


def _stats_json(told: Stats) -> dict[str, Any]:
    from dataclasses import asdict

    store = told.store_id.hex() if told.store_id is not None else None
    tears = [{"file": name, "offset": at, "bytes": size} for name, at, size in told.tears]
    return {"store": store} | {
        name: tears if name == "tears" else value
        for name, value in asdict(told).items()
        if name != "store_id"
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
