"""`sdcli kv dump`: a file of a store byte by byte, or what is in its folder."""

from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sdcli.cli.kv_arguments import AsJson, path
from sdcli.cli.kv_folder import looked_at, named, stat_of, typed
from sdcli.cli.kv_pipe import reader_may_leave
from sdcli.cli.kv_text import counted
from sdcli.core.errors import InputError, SdcliError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.reference.kv.engine.dump import Row

ROWS = 1_000  # unless somebody asks for more
HEX_SHOWN = 8  # bytes of a row
WHAT_AT = 40  # columns before what the bytes mean


def dump(
    place: Annotated[
        Path,
        typer.Argument(metavar="FILE|DIR", help="A file of a store, or its folder.", parser=path),
    ],
    *,
    offset: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Begin at this byte of the file."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help=f"Rows at most, {ROWS:,} unless said; 0 for all."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Explain a file byte by byte, or a folder.

    Of a folder each file has a line. Damage is marked with ! and the dump goes on behind it. A
    file alone, without its folder, is enough, as long as it has its name.
    """
    found = stat_of(place, doing="look at it")
    if found is None:
        raise InputError(
            "there is no such file", where=named(place), expected="a file of a store, or its folder"
        )
    if stat.S_ISDIR(found.st_mode):
        if offset is not None or limit is not None:
            raise InputError(
                "--offset and --limit are for a file",
                where=named(place),
                given="a folder",
                expected=f"one of its files, like {typed(place / 'CURRENT')}",
            )
        _dump_folder(place, as_json=as_json)
    elif stat.S_ISREG(found.st_mode):
        _dump_file(place, offset or 0, ROWS if limit is None else limit, as_json=as_json)
    else:
        raise InputError(
            "this is no regular file", where=named(place), expected="a file of a store"
        )


def _dump_file(path: Path, offset: int, limit: int, *, as_json: bool) -> None:
    from itertools import dropwhile, islice

    from sdcli.cli.screen import print_json, say
    from sdcli.core.files import file_error
    from sdcli.reference.kv.engine.dump import dump as dumped

    try:
        data = path.read_bytes()
    except OSError as error:
        raise file_error(error, named(path), doing="read it") from error
    rows_of = dumped(path.name, data, nearby_id=_id_beside(path))
    rows = dropwhile(lambda row: row.offset + row.size <= offset, rows_of)
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
        if not shown and offset and offset >= len(data):
            say((f"byte {offset:,} is behind the end: {counted(len(data), 'byte')}", ""))
        elif not data:
            say(("0 bytes", ""))
        if behind is not None:
            left = counted(len(data) - behind.offset, "byte")
            say((f"... {left} more: --offset {behind.offset}", ""))


def _id_beside(path: Path) -> bytes | None:
    """Whose file it is, by the CURRENT in its folder, if it can be read."""
    from sdcli.reference.kv.engine.current import CURRENT, decode

    with suppress(OSError, SdcliError):
        return decode((path.parent / CURRENT).read_bytes()).store_id
    return None


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

    with looked_at(folder) as fs:
        files = overview(fs)
    if as_json:
        names = ("file", "bytes", "what")
        print_json({"files": [dict(zip(names, file, strict=True)) for file in files]})
        return
    made = table("file", ">bytes", "what")
    for name, size, what in files:
        made.add_row(styled(name), styled("?" if size is None else f"{size:,}"), styled(what))
    console().print(made)
    say((f"Byte by byte: sdcli kv dump {typed(folder)}/FILE", ""))
