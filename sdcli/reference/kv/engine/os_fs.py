"""OsFS: the port to the file system, on a folder of a real one.

What it adds to the calls of the operating system is patience (os_files.py); what it leaves alone is
failure: an error of the disk comes through as it is.

    append       one write(2), to the end (O_APPEND)      survives this process
    sync         fdatasync(2), F_FULLFSYNC on macOS        survives a power cut, this file's bytes
    sync_names   fsync(2) of the folder                    survives a power cut, the names

The folder is held open and every name is looked up in it (openat(2)), so a program that changes
its working directory, or a folder that is renamed, leads nowhere else.

Sources: IEEE Std 1003.1-2017, fdatasync, openat; for F_FULLFSYNC the manual page of macOS fsync(2).

Cost: one system call for each call.

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

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdcli.core.errors import InputError, MissingError
from sdcli.reference.kv.engine.errors import DiskRefused, in_words
from sdcli.reference.kv.engine.os_files import OsReading, OsWriting, again, close
from sdcli.reference.kv.engine.os_lock import LOCK, OsHeld, sign, taken

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.core.errors import SdcliError

MODE = 0o644  # less what the umask takes away
_WITHOUT_FULL_SYNC = (errno.ENOTSUP, errno.EINVAL, errno.ENOTTY)  # network file systems


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
            close(self._calls, self._folder)

    @property
    def place(self) -> str:
        """The path, as it was given."""
        return str(self._path)

    def names(self) -> list[str]:
        """The names of all files, sorted; folders inside do not count."""
        # By a descriptor of its own: those who read a folder share where they are in it otherwise.
        handle = self._open_folder(".", dir_fd=self._folder)
        try:
            with again(self._calls.scandir, handle) as found:
                return sorted(entry.name for entry in found if entry.is_file())
        finally:
            close(self._calls, handle)

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
        again(self._calls.replace, source, target, src_dir_fd=folder, dst_dir_fd=folder)

    def remove(self, name: str) -> None:
        """Take a name away.

        Raises:
            FileNotFoundError: there is none.
        """
        again(self._calls.unlink, name, dir_fd=self._folder)

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
            raise DiskRefused(LOCK, in_words(error)) from error
        held = taken(self._calls, self._fcntl, handle, self.place)
        sign(self._calls, handle)
        return held

    def lock_shared(self) -> OsHeld | None:
        """Take a share of the lock and change nothing, for somebody who only looks.

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
            raise DiskRefused(LOCK, in_words(error)) from error
        return taken(self._calls, self._fcntl, handle, self.place, shared=True)

    def fresh_id(self) -> bytes:
        """Sixteen bytes that no other store has."""
        return os.urandom(16)

    def _open(self, name: str, flags: int) -> int:
        handle: int = again(self._calls.open, name, flags | os.O_CLOEXEC, MODE, dir_fd=self._folder)
        return handle

    def _open_folder(self, path: Path | str, **named: int) -> int:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
        handle: int = again(self._calls.open, path, flags, **named)
        return handle

    def _writing(self, name: str, flags: int) -> OsWriting:
        handle = self._open(name, os.O_WRONLY | os.O_APPEND | flags)
        file = OsWriting(self._calls, handle, self._sync)
        file.size = again(self._calls.fstat, handle).st_size
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
                again(self._fcntl.fcntl, handle, full)
            except OSError as error:
                if error.errno not in _WITHOUT_FULL_SYNC:
                    raise
            else:
                return
        again(call, handle)

    def _make(self, path: Path) -> None:
        """Make the folder and what is missing above it, each to survive a power cut."""
        missing = []
        while not path.exists():
            missing.append(path)
            path = path.parent
        for folder in reversed(missing):
            try:
                again(self._calls.mkdir, folder)
            except FileExistsError:
                continue  # somebody else was faster
            above = self._open_folder(folder.parent)
            try:
                self._force(self._calls.fsync, above)
            finally:
                close(self._calls, above)


def _no_folder(path: Path, error: OSError) -> SdcliError:
    """What is said when the folder cannot be opened."""
    if isinstance(error, FileNotFoundError):
        return InputError("there is no store here", where=str(path), expected="a store's folder")
    if isinstance(error, NotADirectoryError):
        return InputError("this is a file", where=str(path), expected="a store's folder")
    from sdcli.core.files import file_error

    return file_error(error, path, doing="open this folder")
