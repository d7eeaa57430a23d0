"""Open files of a real file system: patience with the system, and none with its failures.

A `write` may write less than it was given, a `read` may read less, a signal may end either before
it began; callers of the port never see any of that. An error of the disk comes through as it is.

Sources: IEEE Std 1003.1-2017, write; PEP 475, which calls Python itself repeats after a signal.

Cost: one system call for each call; append about 1 microsecond for 100 bytes, pread of a cached
block about the same.
"""

from __future__ import annotations

import contextlib
import errno
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

LARGE = 1024 * 1024  # bytes; a read of more first asks how many there are


def again(call: Callable[..., Any], *args: Any, **named: Any) -> Any:
    """A system call, again each time that a signal came before it did anything.

    Python does so itself for most calls (PEP 475), not for rename and unlink, which some network
    file systems let be interrupted.
    """
    while True:
        try:
            return call(*args, **named)
        except InterruptedError:
            continue


def close(calls: Any, handle: int) -> None:
    """Close a descriptor; never twice, since its number may be somebody else's by then.

    An error says nothing that anybody could use: what had to survive was synced before.
    """
    with contextlib.suppress(OSError):
        calls.close(handle)


class Open:
    """A descriptor that is closed when nobody holds it any more.

    Nobody has to know when the last reader of a removed table is done: the table lives until then.
    """

    __slots__ = ("_calls", "_handle")

    def __init__(self, calls: Any, handle: int) -> None:
        self._calls = calls
        self._handle = handle

    def close(self) -> None:
        """Let go of it, without a sync; a second time does nothing."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            close(self._calls, handle)

    def __del__(self) -> None:
        with contextlib.suppress(AttributeError):  # a Ctrl-C came before `__init__` did
            self.close()


class OsReading(Open):
    """A file to read from."""

    __slots__ = ("_pread",)

    def __init__(self, calls: Any, handle: int) -> None:
        super().__init__(calls, handle)
        self._pread = calls.pread

    @property
    def size(self) -> int:
        """Bytes in it now."""
        size: int = again(self._calls.fstat, self._handle).st_size
        return size

    def pread(self, offset: int, size: int) -> bytes:
        """The bytes from `offset` on: `size` of them, or as many as there are.

        Raises:
            OSError: the disk cannot read them.
        """
        if size > LARGE:  # memory is taken before the first byte is read: for no more than is there
            size = max(0, min(size, self.size - offset))
        try:
            data: bytes = self._pread(self._handle, size, offset)
        except InterruptedError:
            data = b""
        else:
            if len(data) == size or not data:
                return data
        return self._pread_rest(data, offset, size)

    def _pread_rest(self, data: bytes, offset: int, size: int) -> bytes:
        parts, have = [data], len(data)
        while have < size:
            data = again(self._pread, self._handle, size - have, offset + have)
            if not data:
                break  # the end of the file
            parts.append(data)
            have += len(data)
        return b"".join(parts)


class OsWriting(Open):
    """A file to append to.

    Attributes:
        size: bytes in it now, synced or not; also after an append that failed half way.
    """

    __slots__ = ("_sync", "_write", "size")

    def __init__(self, calls: Any, handle: int, sync: Callable[[int], None]) -> None:
        super().__init__(calls, handle)
        self._write = calls.write
        self._sync = sync
        self.size = 0

    def append(self, data: bytes) -> None:
        """Write all of `data` at the end.

        Raises:
            OSError: the disk refused; any part of `data` may stand there, `truncate` takes it off.
        """
        # The path of every put: one call, one comparison.
        try:
            count = self._write(self._handle, data)
        except InterruptedError:
            count = 0
        self.size += count
        if count != len(data):
            self._append_rest(data, count)

    def _append_rest(self, data: bytes, done: int) -> None:
        rest = memoryview(data)[done:]
        while rest:
            count = again(self._write, self._handle, rest)
            if not count:
                raise OSError(errno.EIO, "the system wrote nothing and gave no reason")
            self.size += count
            rest = rest[count:]

    def sync(self) -> None:
        """Return once every byte of this file survives a power cut.

        Raises:
            OSError: nobody knows what survives.
        """
        self._sync(self._handle)

    def truncate(self, size: int) -> None:
        """Cut the file to `size` bytes; survives a power cut after the next `sync`.

        Raises:
            ValueError: it has fewer.
        """
        if size > self.size:
            raise ValueError(f"the file has {self.size} bytes, it cannot be cut to {size}")
        again(self._calls.ftruncate, self._handle, size)
        self.size = size
