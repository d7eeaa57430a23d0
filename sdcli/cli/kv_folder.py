"""The folder of a store, seen from the command line: whether it is there, and what it is called."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sdcli.cli.kv_text import escaped
from sdcli.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sdcli.reference.kv.engine.os_fs import OsFS


def named(path: Path) -> str:
    r"""A path for people, on one line.

    >>> from pathlib import Path
    >>> print(named(Path("my carts")), named(Path("two\nlines")))
    my carts two\nlines
    """
    return escaped(os.fsencode(path)).replace("\\\\", "\\")


def typed(path: Path) -> str:
    r"""A path as a word of a command, for somebody who copies it into a shell.

    >>> from pathlib import Path
    >>> for name in "carts", "my carts", "it's", "-x", "two\nlines":
    ...     print(typed(Path(name)))
    carts
    'my carts'
    'it'"'"'s'
    ./-x
    $'two\nlines'
    """
    import shlex

    name = os.fspath(path)
    if name.startswith("-"):
        name = f"./{name}"
    shown = escaped(os.fsencode(name))
    if shown.replace("\\\\", "\\") == name:
        return shlex.quote(name)
    return "$'" + shown.replace("'", "\\'") + "'"


def stat_of(path: Path, *, doing: str) -> os.stat_result | None:
    """What the system knows of a path, its links followed; None when nothing is there.

    Raises:
        InputError: one may not look there, or it is a link that leads nowhere.
    """
    from sdcli.core.files import file_error

    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        if path.is_symlink():
            raise InputError(
                "this link leads to what is not there",
                where=named(path),
                given=escaped(os.fsencode(path.readlink())),
                expected="a folder, or a link to one that exists",
            ) from None
        return None
    except OSError as error:
        raise file_error(error, named(path), doing=doing) from error
    except ValueError as error:  # a NUL in its name
        raise InputError("this is no name of a folder", where=named(path)) from error


def need_folder(folder: Path) -> None:
    """Refuse a folder that does not exist.

    Raises:
        InputError: it does not.
    """
    if stat_of(folder, doing="look into it") is None:
        raise InputError(
            "there is no store here",
            where=named(folder),
            expected=f"a folder that `sdcli kv put {typed(folder)} KEY VALUE` has made",
        )


@contextmanager
def looked_at(folder: Path) -> Iterator[OsFS]:
    """The files of a store that nobody writes to meanwhile; nothing is changed, not even LOCK."""
    from sdcli.reference.kv.engine.os_fs import OsFS
    from sdcli.reference.kv.engine.recovery import check_folder

    need_folder(folder)
    fs = OsFS(folder, create=False)
    check_folder(fs, create=False)
    held = fs.lock_shared()
    try:
        yield fs
    finally:
        if held is not None:
            held.release()
