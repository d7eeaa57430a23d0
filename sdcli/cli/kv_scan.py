"""`sdcli kv scan`: keys and values in order, as lines that `sdcli kv put DIR -` reads again."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sdcli.cli.kv_arguments import BytesAsJson, Escaped, Folder, bytes_typed, existing
from sdcli.cli.kv_pipe import reader_may_leave
from sdcli.cli.kv_text import bytes_json, escaped
from sdcli.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

SPOOLED_BYTES = 16 * 1024 * 1024  # of JSON in memory; more goes to a file


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
    are_keys: Annotated[bool, typer.Option("--keys", help="The keys alone.")] = False,
    is_count: Annotated[bool, typer.Option("--count", help="How many keys, a number.")] = False,
    is_escaped: Escaped = False,
    as_json: BytesAsJson = False,
) -> None:
    """Print keys and values in order, a line each.

    A tab stands between them. Tab, line end, backslash and what is no text are escaped. A value
    that expires has a third column, @ and the moment in nanoseconds since 1970. `kv put DIR -`
    reads all of it back.
    """
    if are_keys and is_count:
        raise InputError("one of the two is enough", where="kv scan", given="--keys --count")
    lo = None if first is None else bytes_typed(first, is_escaped, "FROM")
    hi = None if end is None else bytes_typed(end, is_escaped, "TO")
    if prefix is not None:
        begins = bytes_typed(prefix, is_escaped, "--prefix")
        behind = key_behind(begins)
        lo = begins if lo is None else max(lo, begins)
        hi = behind if hi is None else hi if behind is None else min(hi, behind)
    with existing(folder, to_read=True) as db, db.snapshot() as then, reader_may_leave():
        found = _some(then.entries(lo, hi, reverse=reverse), limit)
        if is_count:
            _print_count(found, as_json=as_json)
        elif as_json:
            _print_json(found, are_keys=are_keys)
        else:
            sys.stdout.flush()
            write = sys.stdout.buffer.write
            for key, value, expires_ns in found:
                line = escaped(key)
                if not are_keys:
                    line += f"\t{escaped(value)}"
                    if expires_ns is not None:
                        line += f"\t@{expires_ns}"
                write(f"{line}\n".encode())


def key_behind(prefix: bytes) -> bytes | None:
    r"""The first key behind all that begin with a prefix; None when there is none.

    >>> key_behind(b"ab"), key_behind(b"a\xff"), key_behind(b"\xff")
    (b'ac', b'b', None)
    """
    kept = prefix.rstrip(b"\xff")
    return kept[:-1] + bytes([kept[-1] + 1]) if kept else None


def _print_count(found: Iterator[object], *, as_json: bool) -> None:
    from sdcli.cli.screen import print_json

    count = sum(1 for _ in found)
    if as_json:
        print_json({"count": count})
    else:
        print(count)


def _print_json(found: Iterator[tuple[bytes, bytes, int | None]], *, are_keys: bool) -> None:
    """One object, printed when the scan has come to its end: an error leaves stdout empty."""
    import json
    import shutil
    import tempfile

    with tempfile.SpooledTemporaryFile(max_size=SPOOLED_BYTES) as file:
        file.write(b'{"keys": [' if are_keys else b'{"entries": [')
        between = b""
        for key, value, expires_ns in found:
            entry: Any = bytes_json(key)
            if not are_keys:
                entry = {"key": entry, "value": bytes_json(value)}
                if expires_ns is not None:
                    entry["expires_ns"] = expires_ns
            # In ASCII, so that nothing in it can steer a terminal.
            file.write(between + json.dumps(entry).encode())
            between = b", "
        file.write(b"]}\n")
        file.seek(0)
        sys.stdout.flush()
        shutil.copyfileobj(file, sys.stdout.buffer)


def _some(
    found: Iterator[tuple[bytes, bytes, int | None]], limit: int | None
) -> Iterator[tuple[bytes, bytes, int | None]]:
    from itertools import islice

    return found if limit is None else islice(found, limit)
