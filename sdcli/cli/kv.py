"""`sdcli kv`: a key-value store in a folder, from the command line.

Keys and values are bytes. An argument is taken as it was typed; with --escaped it is read as `kv
scan` prints (kv_text.py). What looks at the files themselves is in kv_files.py, kv_dump.py and
kv_salvage.py.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from sdcli.cli import kv_dump, kv_files, kv_salvage, kv_scan
from sdcli.cli.kv_arguments import (
    BytesAsJson,
    Escaped,
    Folder,
    Key,
    Sync,
    bytes_typed,
    existing,
    mode_typed,
    moment_after,
)
from sdcli.cli.kv_folder import stat_of, typed
from sdcli.cli.kv_text import bytes_json, escaped
from sdcli.core.errors import AnswerIsNo, ExitCode, InputError

if TYPE_CHECKING:
    from pathlib import Path


def register(app: typer.Typer) -> None:
    """Add `kv` with its commands."""
    group = typer.Typer(
        help="A key-value store in a folder: put, get, delete, scan; verify, dump, salvage, stats,"
        " compact.",
        rich_markup_mode=None,
        no_args_is_help=True,
    )
    keyed = (("put", put), ("get", get), ("delete", delete), ("scan", kv_scan.scan))
    for name, command in keyed:
        group.command(name, epilog="A key or value that begins with - stands behind --.")(command)
    group.command("verify")(kv_files.verify)
    group.command("dump")(kv_dump.dump)
    group.command("salvage")(kv_salvage.salvage)
    group.command("stats")(kv_files.stats)
    group.command("compact")(kv_files.compact)
    app.add_typer(group, name="kv")


def put(
    folder: Folder,
    key: Annotated[
        str, typer.Argument(metavar="KEY", help="Or -: lines of key, tab, value from stdin.")
    ],
    value: Annotated[str | None, typer.Argument(metavar="[VALUE]", show_default=False)] = None,
    *,
    source: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="FILE", help="The value: this file's bytes as they are; - for stdin."
        ),
    ] = None,
    ttl: Annotated[
        str | None, typer.Option(metavar="TIME", help="Gone after it, like 1h or '30 min'.")
    ] = None,
    sync: Sync = "always",
    is_escaped: Escaped = False,
    as_json: BytesAsJson = False,
) -> None:
    r"""Give a key a value; the first one makes the store.

    `put DIR -` reads lines of key, tab, value, with escapes as `scan` prints them: what one store
    prints, another reads. A third column, @ and nanoseconds since 1970, is the moment from which on
    the value is gone; without one, --ttl says it. A line ends in \n or \r\n. What was stored before
    a bad line or Ctrl-C stays stored.
    """
    from sdcli.cli.kv_lines import put_lines
    from sdcli.cli.screen import print_json
    from sdcli.reference.kv.engine import open_store
    from sdcli.reference.kv.engine.batch import check_key, check_value

    expires_ns = moment_after(ttl)
    mode = mode_typed(sync)
    stat_of(folder, doing="look into it")
    if value is None and source is None and key == "-":
        count = put_lines(folder, mode, expires_ns)
    else:
        stored_key = bytes_typed(key, is_escaped, "KEY")
        check_key(stored_key)  # before a store is made for it
        stored = _value(folder, key, value, source, is_escaped=is_escaped)
        check_value(stored)
        with open_store(folder, mode) as db:
            db.put(stored_key, stored, expires_ns=expires_ns)
        count = 1
    if as_json:
        print_json({"stored": count, "sync": mode, "expires_ns": expires_ns})
    else:
        print("stored" if value is not None or source is not None else f"stored {count:,}")


def get(
    folder: Folder,
    key: Key,
    *,
    is_raw: Annotated[
        bool, typer.Option("--raw", help="The bytes alone: no line end, nothing escaped.")
    ] = False,
    is_escaped: Escaped = False,
    as_json: BytesAsJson = False,
) -> None:
    """Print the value of a key; none: exit code 1.

    Into a pipe or a file go the bytes and a line end. On a terminal, what could steer it is
    escaped.
    """
    from sdcli.cli.screen import print_json

    wanted = bytes_typed(key, is_escaped, "KEY")
    with existing(folder, to_read=True) as db:
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
    sync: Sync = "always",
    is_escaped: Escaped = False,
    as_json: BytesAsJson = False,
) -> None:
    """Take a key's value away; it may have none.

    Where the value is damaged it is deleted all the same: nobody asks for it any more.
    """
    from sdcli.cli.screen import print_json
    from sdcli.reference.kv.engine import Damaged

    wanted = bytes_typed(key, is_escaped, "KEY")
    had: bool | None
    with existing(folder, mode_typed(sync)) as db:
        try:
            had = db.get(wanted) is not None
        except Damaged:
            had = None  # nobody can say
        if had is not False:
            db.delete(wanted)
    if as_json:
        print_json({"key": bytes_json(wanted), "deleted": had})
    else:
        print("it had no value" if had is False else "deleted")


def _value(
    folder: Path, key: str, value: str | None, source: str | None, *, is_escaped: bool
) -> bytes:
    """What is to be stored: an argument, or the bytes of a file."""
    if value is not None and source is not None:
        raise InputError("there are two values", where="kv put", given=f"{value}, --from {source}")
    if source is not None:
        return _read(source)
    if value is None:
        raise InputError(
            "a value is missing",
            where="kv put",
            given=f"the key {key}",
            expected=f"sdcli kv put {typed(folder)} {_word(key)} VALUE, or --from FILE; or - in the"
            " place of the key, for lines from stdin",
        )
    return bytes_typed(value, is_escaped, "VALUE")


def _word(key: str) -> str:
    from shlex import quote

    return quote(key)


def _read(source: str) -> bytes:
    """A file, as far as it can be a value, and one byte more: then it is refused."""
    from sdcli.core.files import file_error
    from sdcli.reference.kv.engine.entries import VALUE_BYTES_MAX

    try:
        if source == "-":
            return sys.stdin.buffer.read(VALUE_BYTES_MAX + 1)
        with open(source, "rb") as file:  # noqa: PTH123 - an empty name is no folder here
            return file.read(VALUE_BYTES_MAX + 1)
    except OSError as error:
        raise file_error(
            error, escaped(source.encode(errors="replace")), doing="read it"
        ) from error


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
