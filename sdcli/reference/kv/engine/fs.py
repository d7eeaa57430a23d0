"""The port to the file system: all that a store asks of a disk, and what a disk promises.

The same engine runs on `OsFS` (os_fs.py), a folder of a real file system, and on `SimDisk`
(sim_disk.py), which loses power at the worst moment. What a disk promises is less than people
think, and it is all here:

    1. `append` that returned may be read by anybody; it survives the process, not a power cut.
    2. After a power cut any part of what was not synced may be there: some sectors of 512 bytes
       and not others, later writes and not earlier ones.
    3. `sync` that returned: the bytes of this one file survive. Not its name: a name (created,
       renamed, removed) survives after `sync_names` alone, and names that were not synced may
       survive in any mixture.
    4. `sync` that failed: what was not synced may be gone for good, and a second `sync` that
       succeeds proves nothing.
    5. `rename` replaces its target at once: whoever looks sees the old file or the new one.

Names are those inside one folder: CURRENT, 000001.log. A file that was opened for reading stays
readable after it was removed, as POSIX has it. A file is closed when nobody holds it any more.

Sources: T. S. Pillai and others, "All File Systems Are Not Created Equal", OSDI 2014; the manual
pages of fsync(2) and rename(2).
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Protocol

from sdcli.core.errors import MissingError
from sdcli.reference.kv.engine.errors import Damaged, Poisoned, in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

SECTOR = 512  # bytes that a disk writes whole or not at all
ID_BYTES = 16  # of a fresh id, which a store is known by

# The disk cannot give the bytes back; EUCLEAN and EBADMSG say file systems with sums of their own.
_BROKEN = (errno.EIO, errno.EBADMSG, getattr(errno, "EUCLEAN", errno.EIO))
# What the system says when it refuses to open a file, and what helps for certain.
_REMEDIES = {
    errno.EACCES: "let this user read the file",
    errno.EPERM: "let this user read the file",
    errno.EMFILE: "let this process open more files: `ulimit -n 4096` before it starts",
}


class Reading(Protocol):
    """A file to read from."""

    @property
    def size(self) -> int:
        """Bytes in it now."""

    def pread(self, offset: int, size: int) -> bytes:
        """The bytes from `offset` on: `size` of them, or as many as there are.

        Raises:
            OSError: the disk cannot read them.
        """


class Writing(Protocol):
    """A file to append to; one holder at a time."""

    @property
    def size(self) -> int:
        """Bytes in it now, synced or not."""

    def append(self, data: bytes) -> None:
        """Write all of `data` at the end.

        Raises:
            OSError: the disk refused; any part of `data` may stand there, `truncate` takes it off.
        """

    def sync(self) -> None:
        """Return once every byte of this file survives a power cut.

        Raises:
            OSError: nobody knows what survives.
        """

    def truncate(self, size: int) -> None:
        """Cut the file to `size` bytes; survives a power cut after the next `sync`."""

    def close(self) -> None:
        """Let go of it, without a sync."""


class Held(Protocol):
    """The lock of a folder, while it is held."""

    def release(self) -> None:
        """Let others have it."""


class FileSystem(Protocol):
    """One folder of files."""

    @property
    def place(self) -> str:
        """What people call it: the path of the folder."""

    def names(self) -> Sequence[str]:
        """The names of all files, sorted."""

    def read(self, name: str) -> Reading:
        """Open a file to read.

        Raises:
            FileNotFoundError: there is none of that name.
        """

    def create(self, name: str) -> Writing:
        """Make a new, empty file to append to.

        Raises:
            FileExistsError: there is one of that name.
            OSError: the disk refused.
        """

    def append(self, name: str) -> Writing:
        """Open an existing file to append to.

        Raises:
            FileNotFoundError: there is none of that name.
        """

    def rename(self, source: str, target: str) -> None:
        """Give a file another name, replacing what had it."""

    def remove(self, name: str) -> None:
        """Take a name away.

        Raises:
            FileNotFoundError: there is none.
        """

    def sync_names(self) -> None:
        """Return once every name as it is now survives a power cut (fsync of the folder).

        Raises:
            OSError: nobody knows which names survive.
        """

    def lock(self) -> Held:
        """Take the lock of the folder (a file LOCK); one holder, and none after its process died.

        Raises:
            InUse: somebody has it.
        """

    def lock_shared(self) -> Held | None:
        """Take a share of the lock and change nothing: many may read, while nobody writes.

        Returns:
            None where there is no file LOCK: nobody has had this folder open.

        Raises:
            InUse: somebody has the whole of it.
        """

    def fresh_id(self) -> bytes:
        """Sixteen bytes that no other store has."""


def read_all(fs: FileSystem, name: str, what: str = "file") -> bytes:
    """A whole file.

    Raises:
        Damaged, MissingError: as `unreadable` says.
    """
    file, size = opened(fs, name, what)
    try:
        return file.pread(0, size)
    except OSError as error:
        raise unreadable(error, name, what=what) from error


def bytes_in(fs: FileSystem, name: str, what: str = "file") -> int:
    """Bytes in a file.

    Raises:
        Damaged, MissingError: as `unreadable` says.
    """
    return opened(fs, name, what)[1]


def opened(fs: FileSystem, name: str, what: str = "file") -> tuple[Reading, int]:
    """A file that has to be there, to read from; and how many bytes it has.

    Raises:
        Damaged, MissingError: as `unreadable` says.
    """
    try:
        file = fs.read(name)
        size = file.size
    except OSError as error:
        raise unreadable(error, name, what=what) from error
    return file, size


def names_in(fs: FileSystem) -> Sequence[str]:
    """The names of all files of a folder, sorted.

    Raises:
        Damaged, MissingError: as `unreadable` says.
    """
    try:
        return fs.names()
    except OSError as error:
        raise unreadable(error, fs.place, what="folder") from error


def unreadable(
    error: OSError, name: str, offset: int = 0, *, what: str = "file"
) -> Damaged | MissingError:
    """What to raise when a file cannot be opened or read; one rule for every file of a store.

    A file that is gone, or that the disk cannot read, is damage: the bytes that were written are
    not there. Everything else lies with the system and may pass: no permission, too many open
    files, no memory. A store is not called damaged for that.

    Args:
        error: what the system said.
        name: of the file.
        offset: from which byte on it was read.
        what: the file or the part of it, in a word.
    """
    if isinstance(error, FileNotFoundError):
        return Damaged(name, 0, f"this {what} is missing")
    if error.errno in _BROKEN:
        return Damaged(name, offset, f"the disk cannot read this {what}")
    return MissingError(
        f"this {what} cannot be read: {in_words(error)}",
        where=name,
        fix=_REMEDIES.get(error.errno or 0, ""),
    )


def replace(fs: FileSystem, name: str, data: bytes) -> None:
    """Put `data` under a name at once and for good: whoever looks sees the old or the new.

    The order is the point. Without the first sync a power cut can leave the new name on an empty
    file; without the second the old file may come back, after somebody was told that it is gone.

    Raises:
        OSError: the disk refused; the old file stands.
        Poisoned: a sync failed; either may stand.
    """
    draft = f"{name}.new"
    if draft in fs.names():
        fs.remove(draft)  # of somebody who was interrupted here
    file = fs.create(draft)
    try:
        file.append(data)
        sync(file, draft)
    finally:
        file.close()
    fs.rename(draft, name)
    sync_names(fs)


def sync(file: Writing, name: str) -> None:
    """Sync a file.

    Raises:
        Poisoned: the disk could not; trying again would prove nothing.
    """
    try:
        file.sync()
    except OSError as error:
        raise Poisoned(name, in_words(error)) from error


def sync_names(fs: FileSystem) -> None:
    """Sync the names of a folder.

    Raises:
        Poisoned: the disk could not.
    """
    try:
        fs.sync_names()
    except OSError as error:
        raise Poisoned(fs.place, in_words(error)) from error
