"""The lock of a folder: flock(2) on a file LOCK, so that one process has a store open.

It belongs to the descriptor, so the kernel gives it back when a process dies, whichever way, and a
second opening in the same process is refused like any other's. The pid in the file is for the
person who is refused; nothing is decided by it.

Source: the manual page of flock(2).
"""

from __future__ import annotations

import contextlib
import os
from typing import Any

from sdcli.reference.kv.engine.errors import DiskRefused, InUse, in_words
from sdcli.reference.kv.engine.os_files import Open, again, close

LOCK = "LOCK"
READER = "a process that reads it"
HOLDER_BYTES_MAX = 64  # of a lock file: "pid 4194304"


class OsHeld(Open):
    """The lock of a folder, while it is held."""

    __slots__ = ("_fcntl",)

    def __init__(self, calls: Any, handle: int, fcntl: Any) -> None:
        super().__init__(calls, handle)
        self._fcntl = fcntl

    def release(self) -> None:
        """Let others have it; a second time does nothing.

        A process that was forked while the lock was held has the same descriptor, so closing ours
        would not free it: it is said aloud. (What is merely collected is closed, not freed: a
        child that cleans up does not free its parent's lock.)
        """
        if self._handle >= 0:
            again(self._fcntl.flock, self._handle, self._fcntl.LOCK_UN)
            self.close()


def taken(calls: Any, fcntl: Any, handle: int, place: str, *, shared: bool = False) -> OsHeld:
    """The lock, or a share of it, on the open file LOCK, which is closed when it cannot be had.

    Raises:
        InUse: somebody has it; it says who, when they wrote it down.
        DiskRefused: the file system knows no locks.
    """
    try:
        again(fcntl.flock, handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = READER if _is_read(fcntl, handle) else _holder(calls, handle)
        close(calls, handle)
        is_here = holder == f"pid {os.getpid()}"
        raise InUse(holder, place, is_here=is_here) from None
    except OSError as error:
        close(calls, handle)
        raise DiskRefused(LOCK, in_words(error)) from error
    return OsHeld(calls, handle, fcntl)


def sign(calls: Any, handle: int) -> None:
    """Write down who has it: a courtesy; on a full disk the lock holds as well."""
    with contextlib.suppress(OSError):
        again(calls.ftruncate, handle, 0)
        again(calls.write, handle, b"pid %d\n" % os.getpid())


def _is_read(fcntl: Any, handle: int) -> bool:
    """Whether those who have the lock only read: then one more may, and the pid is an old one."""
    try:
        again(fcntl.flock, handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _holder(calls: Any, handle: int) -> str:
    """Who has the lock, in words; the file may hold anything."""
    try:
        data = again(calls.pread, handle, HOLDER_BYTES_MAX, 0)
    except OSError:
        data = b""
    text = data.decode("ascii", "replace").strip()
    if not text.removeprefix("pid ").isdigit():
        return "a process that did not write its pid into LOCK"
    return text
