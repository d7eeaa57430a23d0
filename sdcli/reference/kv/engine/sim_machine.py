"""A machine with one disk: it writes down each change, and fails at the one it is told to.

Every change to the disk goes through `operate`, which asks three things first: is there power, does
it go off just now, does the disk refuse. What was done, in whole or in part, is written down; done
again from there, it gives every state that the disk was ever in (`SimDisk.images`).

The names are the files' business and stand in sim_disk.py; what survives is in sim_volume.py.

Cost: about 1.5 microseconds for each operation, and the bytes of all appends are kept.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sdcli.reference.kv.engine.sim_volume import Volume

if TYPE_CHECKING:
    from sdcli.core.chance import Chance

NEEDS_ROOM = ("append", "create", "rename")  # a new name takes space in its folder
SYNCS = ("sync", "sync_names")


class PowerCut(BaseException):
    """The machine has no power; `after_power_cut` and `images` alone answer now.

    No Exception: a program that handles every error it meets does not handle this one.
    """


class Operation(NamedTuple):
    """One change to a disk.

    Args:
        number: from 1.
        call: create, append, truncate, sync, rename, remove or sync_names.
        name: of the file when it was opened; empty for sync_names.
        inode: which file, whatever its name is now.
        data: what was appended.
        size: what a truncate left.
        target: the new name of a rename.
        is_refused: it failed; of an append `data` still came through, of a sync nothing.
    """

    number: int
    call: str
    name: str
    inode: int = 0
    data: bytes = b""
    size: int = 0
    target: str = ""
    is_refused: bool = False


@dataclass(slots=True)
class _Fault:
    """Calls that are going to fail: those from the first on, so many times."""

    calls: tuple[str, ...]
    first: int
    times: int | None
    only: str
    code: int
    seen: int = 0

    def meets(self, call: str, name: str) -> bool:
        if call not in self.calls or not name.endswith(self.only):
            return False
        self.seen += 1
        return self.seen >= self.first and (
            self.times is None or self.seen < self.first + self.times
        )


class Machine:
    """What happens to one disk.

    Args:
        chance: what parts of things are drawn from.

    Attributes:
        volume: what the disk holds.
        operations: every change so far, in order; damage begins a new list.
    """

    def __init__(self, chance: Chance) -> None:
        self.chance = chance
        self.volume = Volume()
        self.operations: list[Operation] = []
        self._start = Volume()  # as it was before the first operation
        self._faults: list[_Fault] = []
        self._capacity: int | None = None
        self._cut_at = 0
        self._is_off = False

    def power_cut_at(self, number: int) -> None:
        """Cut the power during the operation of that number: it is done in part, and raises.

        Every call after that raises too. Of an append any number of its bytes was written; another
        change was begun or not; a sync saved nothing for sure.
        """
        self._cut_at = number

    def fail(
        self,
        call: str,
        first: int = 1,
        *,
        times: int | None = 1,
        only: str = "",
        code: int = errno.EIO,
    ) -> None:
        """Let calls fail.

        Args:
            call: an operation's, or "read" and "open" (for reading, to append), or "pread".
            first: which one, counted from now.
            times: how many of them from there on; None for all.
            only: how the names of files end that it is about.
            code: of the error, from `errno`.
        """
        self._faults.append(_Fault((call,), first, times, only, code))

    def full_at(self, first: int, *, times: int | None = None, only: str = "") -> None:
        """Find no space at the n-th write from now on, after a part of it was written.

        Creating and renaming count as writes: a name takes space too. Without `times` the disk
        stays full until `more_room`.
        """
        self._faults.append(_Fault(NEEDS_ROOM, first, times, only, errno.ENOSPC))

    def fail_sync(self, first: int, *, times: int | None = 1, only: str = "") -> None:
        """Fail the n-th sync from now, of a file or of the names, with EIO.

        What it should have saved can still be read, and is never saved: not by the next sync
        either, though that succeeds.
        """
        self._faults.append(_Fault(SYNCS, first, times, only, errno.EIO))

    def fail_read(self, first: int, *, times: int | None = 1, only: str = "") -> None:
        """Fail the n-th `pread` from now with EIO."""
        self._faults.append(_Fault(("pread",), first, times, only, errno.EIO))

    @property
    def room(self) -> int | None:
        """Bytes that can still be appended; None without a limit. Removed files give theirs back.

        Set, it holds from now on.
        """
        return None if self._capacity is None else self._capacity - self._used()

    @room.setter
    def room(self, size: int | None) -> None:
        self._capacity = None if size is None else self._used() + size

    def more_room(self) -> None:
        """Space without end again."""
        self._capacity = None
        self._faults = [fault for fault in self._faults if fault.code != errno.ENOSPC]

    def heal(self) -> None:
        """No faults any more; what they did stays."""
        self.more_room()
        self._faults.clear()

    def need_power(self) -> None:
        """Raise PowerCut when there is none."""
        if self._is_off:
            raise PowerCut("the power is cut")

    def refuse(self, call: str, name: str) -> None:
        """Raise when a call that changes nothing is to fail."""
        for fault in self._faults:
            if fault.meets(call, name):
                raise error_of(fault.code, name)

    def operate(self, call: str, name: str, inode: int, data: bytes = b"", **more: Any) -> None:
        """Do one change, or as much of it as the disk does, and write it down.

        Raises:
            PowerCut: there is no power, or not to the end of this.
            OSError: the disk refused.
        """
        self.need_power()
        if not self.operations:
            self._start = self.volume.copy()
        number = len(self.operations) + 1
        if number == self._cut_at:
            self._is_off = True
            if call == "append":
                part = data[: self.chance.below(len(data) + 1)]
                self._done(Operation(number, call, name, inode, part))
            elif call not in SYNCS and self.chance.below(2):
                self._done(Operation(number, call, name, inode, **more))
            raise PowerCut(f"the power was cut during operation {number}, {call} {name}".rstrip())
        code, data = self._fate(call, name, data)
        self._done(Operation(number, call, name, inode, data, is_refused=bool(code), **more))
        if code:
            raise error_of(code, name)

    def _fate(self, call: str, name: str, data: bytes) -> tuple[int, bytes]:
        """The error that an operation meets, 0 for none, and what is written nevertheless."""
        codes = [fault.code for fault in self._faults if fault.meets(call, name)]  # each counts
        if codes:
            return codes[0], data[: self.chance.below(len(data))] if data else data
        if self._capacity is not None and call == "append":
            room = max(0, self._capacity - self._used())
            if len(data) > room:
                return errno.ENOSPC, data[:room]
        return 0, data

    def _done(self, operation: Operation) -> None:
        self.operations.append(operation)
        repeat(self.volume, operation)

    def _used(self) -> int:
        return sum(len(inode.cache) for inode in self.volume.names.values())

    def start(self) -> Volume:
        """The volume as it was before the first operation; a copy."""
        return (self._start if self.operations else self.volume).copy()


def repeat(volume: Volume, operation: Operation) -> None:
    """Do to a volume what was done to a disk; a run and its images go through here alike."""
    _, call, name, inode, data, size, target, is_refused = operation
    if call == "append":
        volume.append(inode, data)
    elif call == "sync":
        volume.sync(inode, is_refused=is_refused)
    elif call == "sync_names":
        volume.sync_names(is_refused=is_refused)
    elif is_refused:
        return
    elif call == "create":
        volume.create(name, inode)
    elif call == "truncate":
        volume.truncate(inode, size)
    elif call == "rename":
        volume.rename(name, target)
    else:
        volume.remove(name)


def error_of(code: int, name: str) -> OSError:
    """The error that the operating system has for a number of `errno`."""
    return OSError(code, os.strerror(code), name)
