"""`sdcli kv`: a key-value store in a folder, from the command line.

Keys and values are bytes. An argument is taken as it was typed; with --escaped it is read as `kv
scan` prints (kv_text.py). What looks at the files themselves is in kv_files.py.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdcli.cli import kv_files
from sdcli.cli.kv_pipe import reader_may_leave
from sdcli.cli.kv_text import bytes_json, escaped, unescaped
from sdcli.core.errors import AnswerIsNo, ExitCode, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.reference.kv.engine import Store

MOMENT_MAX = 2**64 - 1  # nanoseconds since 1970

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the store.")]
AsJson = Annotated[
    bool,
    typer.Option(
        "--json", help='One JSON object; bytes that are no UTF-8 are {"base64": "..."} in it.'
    ),
]
Escaped = Annotated[
    bool,
    typer.Option("--escaped", help=r"Keys and values are typed as `scan` prints them: \t \xff."),
]
Key = Annotated[str, typer.Argument(metavar="KEY")]
Sync = Annotated[
    str,
    typer.Option(
        metavar="MODE",
        help="When a write is done: always (each on the disk), group (a thousand share a sync),"
        " os (the system has it: survives this process, no power cut).",
    ),
]


def register(app: typer.Typer) -> None:
    """Add `kv` with its commands."""
    group = typer.Typer(
        help="A key-value store in a folder: put, get, delete, scan; verify, dump, salvage, stats.",
        rich_markup_mode=None,
        no_args_is_help=True,
    )
    for name, command in (("put", put), ("get", get), ("delete", delete), ("scan", scan)):
        group.command(name, epilog="A key or value that begins with - stands behind --.")(command)
    kv_files.register(group)
    app.add_typer(group, name="kv")


def put(
    folder: Folder,
    key: Annotated[
        str, typer.Argument(metavar="KEY", help="Or -: lines of key, tab, value from stdin.")
    ],
    value: Annotated[str | None, typer.Argument(metavar="[VALUE]", show_default=False)] = None,
    *,
    ttl: Annotated[
        str | None, typer.Option(metavar="TIME", help="Gone after it, like 1h or '30 min'.")
    ] = None,
    sync: Sync = "always",
    is_escaped: Escaped = False,
    as_json: AsJson = False,
) -> None:
    """Give a key a value; the first one makes the store.

    `put DIR -` reads lines of key, tab, value, with escapes as `scan` prints them: what one store
    prints, another reads. What was stored before a bad line or Ctrl-C stays stored.
    """
    from sdcli.cli.kv_lines import put_lines
    from sdcli.cli.screen import print_json
    from sdcli.reference.kv.engine import open_store
    from sdcli.reference.kv.engine.batch import check_key, check_value

    expires_ns = _expires_ns(ttl)
    mode = _mode(sync)
    if value is None and key != "-":
        raise InputError(
            "a value is missing",
            where="kv put",
            given=f"the key {key}",
            expected=f"sdcli kv put {folder} {key} VALUE, or - to read lines from stdin",
        )
    if value is None:
        count = put_lines(folder, mode, expires_ns)
    else:
        stored_key, stored = _bytes(key, is_escaped, "KEY"), _bytes(value, is_escaped, "VALUE")
        check_key(stored_key)  # before a store is made for it
        check_value(stored)
        with open_store(folder, mode) as db:
            db.put(stored_key, stored, expires_ns=expires_ns)
        count = 1
    if as_json:
        print_json({"stored": count, "sync": mode, "expires_ns": expires_ns})
    else:
        print("stored" if value is not None else f"stored {count:,}")


def get(
    folder: Folder,
    key: Key,
    *,
    is_raw: Annotated[
        bool, typer.Option("--raw", help="The bytes alone: no line end, nothing escaped.")
    ] = False,
    is_escaped: Escaped = False,
    as_json: AsJson = False,
) -> None:
    """Print the value of a key; none: exit code 1.

    Into a pipe or a file go the bytes and a line end. On a terminal, what could steer it is
    escaped.
    """
    from sdcli.cli.screen import print_json

    wanted = _bytes(key, is_escaped, "KEY")
    with _existing(folder) as db:
        value = db.get(wanted)
    if as_json:
        found = value is not None
        shown = bytes_json(value) if value is not None else None
        print_json({"key": bytes_json(wanted), "found": found, "value": shown})
        if not found:
            raise typer.Exit(ExitCode.NO)
    elif value is None:
        raise AnswerIsNo("this key has no value", where=escaped(wanted))
    elif is_raw:
        _write(value)
    elif sys.stdout.isatty():
        _write(_lines_escaped(value) + b"\n")
    else:
        _write(value + b"\n")


def delete(
    folder: Folder,
    key: Key,
    *,
    is_escaped: Escaped = False,
    as_json: AsJson = False,
) -> None:
    """Take a key's value away; it may have none."""
    from sdcli.cli.screen import print_json

    wanted = _bytes(key, is_escaped, "KEY")
    with _existing(folder) as db:
        had = db.get(wanted) is not None
        if had:
            db.delete(wanted)
    if as_json:
        print_json({"key": bytes_json(wanted), "deleted": had})
    else:
        print("deleted" if had else "it had no value")


def scan(
    folder: Folder,
    first: Annotated[
        str | None, typer.Argument(metavar="[FROM]", help="The first key.", show_default=False)
    ] = None,
    end: Annotated[
        str | None,
        typer.Argument(metavar="[TO]", help="The first key not to print.", show_default=False),
    ] = None,
    *,
    prefix: Annotated[
        str | None, typer.Option(metavar="P", help="Only keys that begin with it.")
    ] = None,
    reverse: Annotated[bool, typer.Option("--reverse", help="The last key first.")] = False,
    limit: Annotated[int | None, typer.Option(min=0, metavar="N", help="N keys at most.")] = None,
    is_escaped: Escaped = False,
    as_json: AsJson = False,
) -> None:
    """Print keys and values in order, a line each.

    A tab stands between them. Tab, line end, backslash and what is no text are escaped, so that
    `kv put DIR -` reads it back.
    """
    lo = None if first is None else _bytes(first, is_escaped, "FROM")
    hi = None if end is None else _bytes(end, is_escaped, "TO")
    if prefix is not None:
        begins = _bytes(prefix, is_escaped, "--prefix")
        behind = _behind(begins)
        lo = begins if lo is None else max(lo, begins)
        hi = behind if hi is None else hi if behind is None else min(hi, behind)
    with _existing(folder) as db, reader_may_leave():
        pairs = _some(db.scan(lo, hi, reverse=reverse), limit)
        if as_json:
            _scan_json(pairs)
        else:
            sys.stdout.flush()
            write = sys.stdout.buffer.write
            for key, value in pairs:
                write(f"{escaped(key)}\t{escaped(value)}\n".encode())


def _scan_json(pairs: Iterator[tuple[bytes, bytes]]) -> None:
    """One object, printed when the scan has come to its end: an error leaves stdout empty."""
    import json
    import shutil
    import tempfile

    with tempfile.SpooledTemporaryFile(max_size=16 * 1024 * 1024) as file:
        file.write(b'{"entries": [')
        between = b""
        for key, value in pairs:
            # In ASCII, so that nothing in it can steer a terminal.
            entry = {"key": bytes_json(key), "value": bytes_json(value)}
            file.write(between + json.dumps(entry).encode())
            between = b", "
        file.write(b"]}\n")
        file.seek(0)
        sys.stdout.flush()
        shutil.copyfileobj(file, sys.stdout.buffer)


def _some(pairs: Iterator[tuple[bytes, bytes]], limit: int | None) -> Iterator[tuple[bytes, bytes]]:
    from itertools import islice

    return pairs if limit is None else islice(pairs, limit)


def _behind(prefix: bytes) -> bytes | None:
    r"""The first key behind all that begin with a prefix; None when there is none.

    >>> _behind(b"ab"), _behind(b"a\xff"), _behind(b"\xff")
    (b'ac', b'b', None)
    """
    kept = prefix.rstrip(b"\xff")
    return kept[:-1] + bytes([kept[-1] + 1]) if kept else None


def _existing(folder: Path) -> Store:
    from sdcli.reference.kv.engine import open_store

    kv_files.need_folder(folder)
    return open_store(folder, create=False)


def _bytes(typed: str, is_escaped: bool, where: str) -> bytes:
    data = os.fsencode(typed)
    if not is_escaped:
        return data
    try:
        return unescaped(data)
    except ValueError as error:
        raise InputError(
            "this is no escape",
            where=where,
            given=str(error),
            expected=r"\t, \n, \r, \\ or \x and two hexadecimal digits",
        ) from None


def _mode(sync: str) -> kv_files.Mode:
    from sdcli.reference.kv.engine.journal import check_sync

    return check_sync(sync)


def _expires_ns(ttl: str | None) -> int | None:
    """The moment from which on a value is gone."""
    if ttl is None:
        return None
    import time

    from sdcli.units import UnitError, quantity

    refused = InputError(
        "this is no time to live", where="--ttl", given=ttl, expected="like 1h, 30 min, 7 day"
    )
    try:
        said = quantity(ttl)
        seconds = said.in_unit("s")
    except UnitError:
        raise refused from None
    now = time.time_ns()
    if said.is_range or not 0 < seconds < (MOMENT_MAX - now) / 1e9:
        raise refused
    return now + round(seconds * 1e9)


def _lines_escaped(value: bytes) -> bytes:
    """A value for the terminal: its lines and tabs as they are, backslashes too."""
    rows = []
    for line in value.split(b"\n"):
        cells = [escaped(cell).replace("\\\\", "\\") for cell in line.split(b"\t")]
        rows.append("\t".join(cells))
    return "\n".join(rows).encode()


def _write(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
