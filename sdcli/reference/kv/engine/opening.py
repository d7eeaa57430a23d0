"""Opening a store on a path: where the engine meets the machine's own disk and clock."""

from __future__ import annotations

import os
import time
import weakref
from typing import TYPE_CHECKING

from sdcli.reference.kv.engine.journal import Sync, check_sync
from sdcli.reference.kv.engine.os_fs import OsFS
from sdcli.reference.kv.engine.recovery import check_folder
from sdcli.reference.kv.engine.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from sdcli.reference.kv.engine.options import Options


def open_store(
    path: str | PathLike[str],
    sync: Sync = "always",
    *,
    create: bool = True,
    read_only: bool = False,
    options: Options | None = None,
    clock: Callable[[], int] = time.time_ns,
) -> Store:
    """Open the store in a folder, or make one there.

    Args:
        path: the folder; its parent must exist.
        sync: when a write is done; journal.py says what each promises.
        create: make the folder and the store when there is none.
        read_only: change nothing, also on a disk that cannot be written; any number of processes
            may have a store open so, while none has it open to write.
        options: sizes.
        clock: nanoseconds since 1970, for values that expire.

    Raises:
        InputError: there is no store and `create` is off, or the folder holds something else.
        InUse: another process has it open.
        Damaged: a file that must be read to open it is not what was written.
        MissingError: the disk refuses.

    Nothing is written before the first write, except the file LOCK.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with open_store(folder) as db:
    ...         db.put(b"ada", b"1815")
    ...         db.put(b"alan", b"1912")
    ...     with open_store(folder) as db:
    ...         db.get(b"ada"), db.get(b"bob"), list(db.scan(b"al"))
    (b'1815', None, [(b'alan', b'1912')])
    """
    check_sync(sync)
    create = create and not read_only
    fs = OsFS(path, create=create)
    check_folder(fs, create=create)
    db = Store(fs, sync=sync, read_only=read_only, options=options, clock=clock)
    _open_here.add(db)
    return db


# A fork copies memory and shares files: two processes would append to one log, each in its own
# idea of where it ends. So a child finds the stores of its parent closed, and opens its own.
_open_here: weakref.WeakSet[Store] = weakref.WeakSet()


def _forked() -> None:
    for db in list(_open_here):
        db.disown()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
