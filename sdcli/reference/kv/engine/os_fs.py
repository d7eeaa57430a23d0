"""OsFS: the port to the file system, on a folder of a real one.

What it adds to the calls of the operating system is patience. A `write` may write less than it was
given, a `read` may read less, a signal may end either before it began; callers of the port never
see any of that. What it leaves alone is failure: an error of the disk comes through as it is.

    append       one write(2), to the end (O_APPEND)      survives this process
    sync         fdatasync(2), F_FULLFSYNC on macOS        survives a power cut, this file's bytes
    sync_names   fsync(2) of the folder                    survives a power cut, the names

The folder is held open and every name is looked up in it (openat(2)), so a program that changes
its working directory, or a folder that is renamed, leads nowhere else.

The lock is flock(2) on a file LOCK. It belongs to the descriptor, so the kernel gives it back when
a process dies, whichever way, and a second opening in the same process is refused like any other's.
The pid in the file is for the person who is refused; nothing is decided by it.

Sources: IEEE Std 1003.1-2017, write, fdatasync, openat; PEP 475, which calls Python itself repeats
after a signal; the manual pages of flock(2) and, for F_FULLFSYNC, of macOS fsync(2).

Cost: one system call for each call; append about 1 microsecond for 100 bytes, pread of a cached
block about the same.

>>> import tempfile
>>> with tempfile.TemporaryDirectory() as folder:
...     fs = OsFS(folder)
...     file = fs.create("000001.log")
...     file.append(b"ada=1815")
...     file.sync()
...     fs.sync_names()
...     fs.names(), fs.read("000001.log").pread(4, 100)
(['000001.log'], b'1815')
"""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdcli.core.errors import InputError, MissingError
from sdcli.reference.kv.engine.errors import DiskRefused, InUse

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.core.errors import SdcliError

LOCK = "LOCK"
MODE = 0o644  # less what the umask takes away
LARGE = 1024 * 1024  # bytes; a read of more first asks how many there are
HOLDER_BYTES_MAX = 64  # of a lock file: "pid 4194304"
_WITHOUT_FULL_SYNC = (errno.ENOTSUP, errno.EINVAL, errno.ENOTTY)  # network file systems


def _again(call: Callable[..., Any], *args: Any, **named: Any) -> Any:
    """A system call, again each time that a signal came before it did anything.

    Python does so itself for most calls (PEP 475), not for rename and unlink, which some network
    file systems let be interrupted.
    """
    while True:
        try:
            return call(*args, **named)
        except InterruptedError:
            continue


class OsFS:
    """A folder of a real file system.

    Args:
        path: the folder.
        create: make it when it is missing, with the folders above it, each name synced. Without,
            nothing at all is written here.
        calls: where the system calls come from; a test hands in faulty ones.

    Raises:
        InputError: no such folder, or none that may be entered.
        MissingError: the disk is full; the system has no flock (Windows).
    """

    _folder = -1  # until it is open: `__del__` runs after a refusal too

    def __init__(
        self, path: str | os.PathLike[str], create: bool = True, *, calls: Any = os
    ) -> None:
        try:
            import fcntl
        except ImportError:
            raise MissingError(
                "a store on disk needs Linux or macOS: Windows has no flock and no pread",
                where=os.fspath(path),
            ) from None
        self._fcntl = fcntl
        self._calls = calls
        self._path = Path(path)
        self._data_sync = getattr(calls, "fdatasync", calls.fsync)  # macOS has none
        try:
            if create:
                self._make(self._path.absolute())
            self._folder = self._open_folder(self._path)
        except ValueError as error:  # a NUL in it
            raise InputError("this is no name of a folder", where=repr(str(path))) from error
        except OSError as error:
            raise _no_folder(self._path, error) from error

    def __del__(self) -> None:
        if self._folder >= 0:
            _close(self._calls, self._folder)

    @property
    def place(self) -> str:
        """The path, as it was given."""
        return str(self._path)

    def names(self) -> list[str]:
        """The names of all files, sorted; folders inside do not count."""
        # By a descriptor of its own: those who read a folder share where they are in it otherwise.
        handle = self._open_folder(".", dir_fd=self._folder)
        try:
            with _again(self._calls.scandir, handle) as found:
                return sorted(entry.name for entry in found if entry.is_file())
        finally:
            _close(self._calls, handle)

    def read(self, name: str) -> OsReading:
        """Open a file to read.

        Raises:
            FileNotFoundError: there is none of that name.
        """
        # O_NONBLOCK means nothing for a file; a pipe that somebody put there does not stop us.
        return OsReading(self._calls, self._open(name, os.O_RDONLY | os.O_NONBLOCK))

    def create(self, name: str) -> OsWriting:
        """Make a new, empty file to append to.

        Raises:
            FileExistsError: there is one of that name.
            OSError: the disk refused.
        """
        return self._writing(name, os.O_CREAT | os.O_EXCL)

    def append(self, name: str) -> OsWriting:
        """Open an existing file to append to.

        Raises:
            FileNotFoundError: there is none of that name.
        """
        return self._writing(name, 0)

    def rename(self, source: str, target: str) -> None:
        """Give a file another name, replacing what had it."""
        folder = self._folder
        _again(self._calls.replace, source, target, src_dir_fd=folder, dst_dir_fd=folder)

    def remove(self, name: str) -> None:
        """Take a name away.

        Raises:
            FileNotFoundError: there is none.
        """
        _again(self._calls.unlink, name, dir_fd=self._folder)

    def sync_names(self) -> None:
        """Return once every name as it is now survives a power cut.

        Raises:
            OSError: nobody knows which names survive.
        """
        self._force(self._calls.fsync, self._folder)

    def lock(self) -> OsHeld:
        """Take the lock of the folder.

        Raises:
            InUse: somebody has it; it says who, when they wrote it down.
            DiskRefused: the folder cannot be written, or its file system knows no locks.
        """
        try:
            handle = self._open(LOCK, os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise DiskRefused(LOCK, (error.strerror or str(error)).lower()) from error
        held = self._locked(handle)
        with contextlib.suppress(OSError):  # a courtesy; on a full disk the lock holds as well
            _again(self._calls.ftruncate, handle, 0)
            _again(self._calls.write, handle, b"pid %d\n" % os.getpid())
        return held

    def lock_as_it_is(self) -> OsHeld | None:
        """Take the lock and change nothing, for somebody who only looks; also at what is read-only.

        Returns:
            None where there is no file LOCK: nobody has had this folder open.

        Raises:
            InUse, DiskRefused: as for `lock`.
        """
        try:
            handle = self._open(LOCK, os.O_RDONLY | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DiskRefused(LOCK, (error.strerror or str(error)).lower()) from error
        return self._locked(handle)

    def _locked(self, handle: int) -> OsHeld:
        try:
            _again(self._fcntl.flock, handle, self._fcntl.LOCK_EX | self._fcntl.LOCK_NB)
        except BlockingIOError:
            holder = self._holder(handle)
            _close(self._calls, handle)
            raise InUse(holder) from None
        except OSError as error:
            _close(self._calls, handle)
            raise DiskRefused(LOCK, (error.strerror or str(error)).lower()) from error
        return OsHeld(self._calls, handle, self._fcntl)

    def fresh_id(self) -> bytes:
        """Sixteen bytes that no other store has."""
        return os.urandom(16)

    def _holder(self, handle: int) -> str:
        """Who has the lock, in words; the file may hold anything."""
        try:
            data = _again(self._calls.pread, handle, HOLDER_BYTES_MAX, 0)
        except OSError:
            data = b""
        text = data.decode("ascii", "replace").strip()
        if not text.removeprefix("pid ").isdigit():
            return "a process that did not write its pid into LOCK"
        return f"{text} (this process)" if text == f"pid {os.getpid()}" else text

    def _open(self, name: str, flags: int) -> int:
        handle: int = _again(
            self._calls.open, name, flags | os.O_CLOEXEC, MODE, dir_fd=self._folder
        )
        return handle

    def _open_folder(self, path: Path | str, **named: int) -> int:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
        handle: int = _again(self._calls.open, path, flags, **named)
        return handle

    def _writing(self, name: str, flags: int) -> OsWriting:
        handle = self._open(name, os.O_WRONLY | os.O_APPEND | flags)
        file = OsWriting(self._calls, handle, self._sync)
        file.size = _again(self._calls.fstat, handle).st_size
        return file

    def _sync(self, handle: int) -> None:
        # fdatasync leaves out what is not needed to read the bytes back, like the time of change.
        # The size is needed, so it is written too; a log that grows loses nothing by it.
        self._force(self._data_sync, handle)

    def _force(self, call: Callable[[int], None], handle: int) -> None:
        """Through every cache: on macOS fsync stops at the one inside the drive."""
        full = getattr(self._fcntl, "F_FULLFSYNC", None)
        if full is not None:
            try:
                _again(self._fcntl.fcntl, handle, full)
            except OSError as error:
                if error.errno not in _WITHOUT_FULL_SYNC:
                    raise
            else:
                return
        _again(call, handle)

    def _make(self, path: Path) -> None:
        """Make the folder and what is missing above it, each to survive a power cut."""
        missing = []
        while not path.exists():
            missing.append(path)
            path = path.parent
        for folder in reversed(missing):
            try:
                _again(self._calls.mkdir, folder)
            except FileExistsError:
                continue  # somebody else was faster
            above = self._open_folder(folder.parent)
            try:
                self._force(self._calls.fsync, above)
            finally:
                _close(self._calls, above)


class _Open:
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
            _close(self._calls, handle)

    def __del__(self) -> None:
        self.close()


class OsReading(_Open):
    """A file to read from."""

    __slots__ = ("_pread",)

    def __init__(self, calls: Any, handle: int) -> None:
        super().__init__(calls, handle)
        self._pread = calls.pread

    @property
    def size(self) -> int:
        """Bytes in it now."""
        size: int = _again(self._calls.fstat, self._handle).st_size
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
            data = _again(self._pread, self._handle, size - have, offset + have)
            if not data:
                break  # the end of the file
            parts.append(data)
            have += len(data)
        return b"".join(parts)


class OsWriting(_Open):
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
            count = _again(self._write, self._handle, rest)
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
        _again(self._calls.ftruncate, self._handle, size)
        self.size = size


class OsHeld(_Open):
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
            _again(self._fcntl.flock, self._handle, self._fcntl.LOCK_UN)
            self.close()


def _close(calls: Any, handle: int) -> None:
    """Close a descriptor; never twice, since its number may be somebody else's by then.

    An error says nothing that anybody could use: what had to survive was synced before.
    """
    with contextlib.suppress(OSError):
        calls.close(handle)


def _no_folder(path: Path, error: OSError) -> SdcliError:
    """What is said when the folder cannot be opened."""
    if isinstance(error, FileNotFoundError):
        return InputError("there is no store here", where=str(path), expected="a store's folder")
    if isinstance(error, NotADirectoryError):
        return InputError("this is a file", where=str(path), expected="a store's folder")
    from sdcli.core.files import file_error

    return file_error(error, path, doing="open this folder")
