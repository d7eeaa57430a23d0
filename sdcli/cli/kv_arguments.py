"""What the commands of `sdcli kv` are given: a folder, bytes, a way to sync, a time to live."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sdcli.core.errors import InputError

if TYPE_CHECKING:
    from sdcli.reference.kv.engine import Store

MOMENT_MAX = 2**64 - 1  # nanoseconds since 1970

Mode = Literal["always", "group", "os"]


def path(typed: str) -> Path:
    """A path as it was typed; nothing at all is no path, and `Path` would take it for this folder.

    Raises:
        InputError: nothing was typed.
    """
    if not typed:
        raise InputError(
            "this path is empty", where="kv", expected="a folder; for the one you are in, `.`"
        )
    return Path(typed)


Folder = Annotated[
    Path, typer.Argument(metavar="DIR", help="The folder of the store.", parser=path)
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]
BytesAsJson = Annotated[
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


def bytes_typed(typed: str, is_escaped: bool, where: str) -> bytes:
    """The bytes of an argument.

    Raises:
        InputError: it holds something else than the escapes that there are.
    """
    from sdcli.cli.kv_text import ESCAPES, unescaped

    data = os.fsencode(typed)
    if not is_escaped:
        return data
    try:
        return unescaped(data)
    except ValueError as error:
        raise InputError(
            f"{error} is no escape", where=where, given=typed, expected=ESCAPES
        ) from None


def mode_typed(sync: str) -> Mode:
    """A way to sync.

    Raises:
        InputError: there is none of that name.
    """
    from sdcli.reference.kv.engine.journal import check_sync

    try:
        return check_sync(sync)
    except InputError as error:
        error.where = "--sync"
        error.given = sync
        raise


def moment_after(ttl: str | None) -> int | None:
    """The moment from which on a value is gone, in nanoseconds since 1970.

    Raises:
        InputError: this is no time, or too long a one.
    """
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


def existing(folder: Path, sync: Mode = "always", *, to_read: bool = False) -> Store:
    """The store in a folder, open; none is made.

    Args:
        folder: of the store.
        sync: when a write is done.
        to_read: nothing is written, and others may read it too.

    Raises:
        InputError: there is none.
    """
    from sdcli.cli.kv_folder import need_folder
    from sdcli.reference.kv.engine import open_store

    need_folder(folder)
    return open_store(folder, sync, create=False, read_only=to_read)
