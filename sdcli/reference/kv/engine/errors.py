"""What a store says when it cannot do what was asked; core/errors.py has the exit codes.

    DamagedError                exit 3, core's
    └── Damaged                 a file of the store holds other bytes than were written
    MissingError                exit 4, core's
    ├── DiskRefused             the disk refused a write: full, broken; the write is not done
    │   └── Poisoned            a sync failed: nothing is written until the store is opened anew
    └── InUse                   another process has the store open, or this one has already
    InputError                  exit 2, core's: a key too long, no bytes, no store here

Source: P. Rebello and others, "Can Applications Recover from fsync Failures?", USENIX ATC 2020:
after a failed fsync the kernel may have dropped the pages and report success the next time, so
trying again proves nothing.
"""

from __future__ import annotations

from sdcli.core.errors import DamagedError, MissingError


class Damaged(DamagedError):  # noqa: N818 - what happened, as the core's errors are named
    """A file of the store holds other bytes than were written.

    Args:
        file: its name inside the store's folder.
        offset: of the first byte of what did not check, from 0.
        what: one clause: "this record's checksum does not fit".
    """

    def __init__(
        self, file: str, offset: int, what: str, *, given: str = "", fix: str = ""
    ) -> None:
        super().__init__(
            what,
            where=f"{file} at byte {offset:,}",
            given=given,
            fix=fix or "`sdcli kv salvage` copies every intact record to a new store",
        )
        self.file = file
        self.offset = offset


class DiskRefused(MissingError):  # noqa: N818
    """The disk refused a write; what it was part of is not done, and can be tried again.

    Args:
        file: that was written.
        why: in the system's words.
    """

    REFUSED = "the disk refused a write"

    def __init__(self, file: str, why: str, *, fix: str = "") -> None:
        super().__init__(f"{self.REFUSED}: {why}", where=file, fix=fix)
        self.file = file
        self.why = why


class Poisoned(DiskRefused):
    """A sync failed, so nobody knows what the disk holds; open the store anew to find out."""

    REFUSED = "nothing more is written to this store"

    def __init__(self, file: str, why: str) -> None:
        super().__init__(
            file, why, fix="close the store and open it again: it then knows what reached the disk"
        )


class InUse(MissingError):  # noqa: N818
    """Somebody has the store open.

    Args:
        holder: in words.
        place: the folder, as people call it.
        is_here: whether this process is the holder.
    """

    def __init__(self, holder: str, place: str = "", *, is_here: bool = False) -> None:
        super().__init__(
            "this process has this store open already"
            if is_here
            else "another process has this store open",
            where=f"{place}/LOCK" if place else "LOCK",
            given=holder,
            expected="one opening at a time: use that one, or close it first"
            if is_here
            else "one process at a time; close it there first",
        )


def in_words(error: OSError) -> str:
    """What the system said, as part of a sentence.

    >>> in_words(OSError(28, "No space left on device"))
    'no space left on device'
    """
    return (error.strerror or str(error)).lower()
