"""SimDisk: the port to the file system in memory, on a disk that fails when it is told to.

A real disk loses power once in years and never twice in the same way. This one does so at operation
k, for every k, from a seed: what a store promises can be tried at each moment of its life.

    disk.power_cut_at(k)      the k-th change is done in part, then nothing answers any more
    disk.after_power_cut()    the disk that somebody finds who turns the power on again
    disk.killed()             the process died, the machine did not
    disk.images()             for every moment of a run, such a disk; without running it again
    disk.kills()              the same, when the process dies
    disk.full_at(n)           the n-th write finds no space;  disk.room = 1000  so many bytes left
    disk.fail_sync(n)         the n-th sync fails and loses what it should have saved
    disk.fail_read(n)         the n-th read fails;  disk.fail(call, n)  any call
    disk.flip(name, at, bit)  damage; also cut, overwrite, take, give

What may be left after a power cut is in sim_volume.py. Changes are numbered from 1, and every call
that changes something counts: create, append, truncate, sync, rename, remove, sync_names. Chance is
drawn from the seed: the same seed and the same calls give the same disk, bit for bit.

Source: T. S. Pillai and others, "All File Systems Are Not Created Equal", OSDI 2014, tries every
prefix and every reordering of a recorded run; so does `images`, by draws.

Cost: 1 to 2 microseconds for each call; an image O(bytes of all files).

>>> disk = SimDisk(seed=7)
>>> file = disk.create("a")
>>> file.append(b"one")
>>> file.sync()
>>> disk.sync_names()
>>> file.append(b"two")
>>> [(o.number, o.call) for o in disk.operations][-2:]
[(4, 'sync_names'), (5, 'append')]
>>> disk.killed().bytes_of("a"), disk.after_power_cut(worst="nothing").bytes_of("a")
(b'onetwo', b'one')
"""

from __future__ import annotations

import errno
from hashlib import blake2b
from typing import TYPE_CHECKING

from sdcli.core.chance import SEED, Chance
from sdcli.reference.kv.engine.errors import InUse
from sdcli.reference.kv.engine.sim_machine import Machine, Operation, PowerCut, error_of, repeat

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from sdcli.reference.kv.engine.sim_volume import Inode, Volume, Worst

__all__ = ["Operation", "PowerCut", "SimDisk"]

LOCK = "LOCK"


class SimDisk(Machine):
    """A disk in memory.

    Args:
        seed: what all chance is drawn from, `fresh_id` too: give two stores two seeds.

    Attributes:
        operations: every change so far, in order; damage begins a new list.
    """

    def __init__(self, seed: int = SEED) -> None:
        super().__init__(Chance(seed).child("disk 0"))
        self.seed = seed
        self.holder: SimHeld | None = None  # of the lock
        self.readers: list[SimHeld] = []  # of a share of it
        self._lives = 0  # disks that came out of this one
        self._files = 0  # numbers given to files so far
        self._ids = 0

    def __repr__(self) -> str:
        return f"<SimDisk of seed {self.seed} after {len(self.operations)} operations>"

    # The port.

    @property
    def place(self) -> str:
        """What people call it."""
        return "a simulated disk"

    def names(self) -> list[str]:
        """The names of all files, sorted."""
        self.need_power()
        return sorted(self.volume.names)

    def read(self, name: str) -> SimReading:
        """Open a file to read.

        Raises:
            FileNotFoundError: there is none of that name.
        """
        self.need_power()
        self.refuse("read", name)
        return SimReading(self, name, self._inode(name))

    def create(self, name: str) -> SimWriting:
        """Make a new, empty file to append to.

        Raises:
            FileExistsError: there is one of that name.
            OSError: the disk refused.
        """
        self.need_power()
        if name in self.volume.names:
            raise error_of(errno.EEXIST, name)
        self._files += 1
        self.operate("create", name, self._files)
        return SimWriting(self, name, self.volume.names[name])

    def append(self, name: str) -> SimWriting:
        """Open an existing file to append to.

        Raises:
            FileNotFoundError: there is none of that name.
        """
        self.need_power()
        self.refuse("open", name)
        return SimWriting(self, name, self._inode(name))

    def rename(self, source: str, target: str) -> None:
        """Give a file another name, replacing what had it."""
        self.need_power()
        inode = self._inode(source)
        if source != target:
            self.operate("rename", source, inode.number, target=target)

    def remove(self, name: str) -> None:
        """Take a name away.

        Raises:
            FileNotFoundError: there is none.
        """
        self.need_power()
        self.operate("remove", name, self._inode(name).number)

    def sync_names(self) -> None:
        """Return once every name as it is now survives a power cut.

        Raises:
            OSError: nobody knows which names survive.
        """
        self.operate("sync_names", "", 0)

    def lock(self) -> SimHeld:
        """Take the lock of the disk; the file LOCK that it leaves is no operation.

        Raises:
            InUse: somebody has it.
        """
        self.need_power()
        if self.holder is not None or self.readers:
            raise InUse("another user of this simulated disk")
        if LOCK not in self.volume.names:
            self._files += 1
            self.volume.place(LOCK, self._files, b"")
        self.holder = SimHeld(self)
        return self.holder

    def lock_shared(self) -> SimHeld | None:
        """Take a share of the lock.

        Raises:
            InUse: somebody has the whole of it.
        """
        self.need_power()
        if self.holder is not None:
            raise InUse("another user of this simulated disk")
        if LOCK not in self.volume.names:
            return None
        self.readers.append(SimHeld(self))
        return self.readers[-1]

    def fresh_id(self) -> bytes:
        """Sixteen bytes; others each time, and for each seed."""
        self.need_power()
        self._ids += 1
        return blake2b(f"{self.seed}/{self._ids}".encode(), digest_size=16).digest()

    # Power: `power_cut_at` is the machine's.

    def after_power_cut(self, chance: Chance | None = None, *, worst: Worst = "random") -> SimDisk:
        """What somebody finds who turns the power on again.

        Args:
            chance: what survives of that which was not synced; drawn from the disk's own without.
            worst: "random" any part of it, "nothing", "everything", or "hollow": names and sizes
                came through, no data did.
        """
        return self._next(self.volume.image(chance or self.chance, worst))

    def killed(self) -> SimDisk:
        """The process died: all that was written is there, and what was not synced still is not."""
        disk = self._next({})
        disk.volume = self.volume.copy()
        return disk

    def images(
        self,
        chance: Chance | None = None,
        *,
        worst: Worst = "random",
        each: int = 1,
        every: int = 1,
    ) -> Iterator[tuple[int, SimDisk]]:
        """For every moment of the run, what a power cut could have left; nothing is run again.

        Args:
            chance: as in `after_power_cut`.
            worst: as in `after_power_cut`.
            each: how many draws for one moment.
            every: only moments that this divides.

        Returns:
            Pairs (k, disk): the power went after operation k, before k + 1. Operation k + 1 done in
            part is among them: what an operation changes is not synced yet, and any part of that
            may be there. So whatever was acknowledged when there were k operations must be in it.
        """
        chance = chance or self.chance
        for number, volume in self._moments(every):
            for _ in range(each):
                yield number, self._next(volume.image(chance, worst))

    def kills(self, *, of: Container[int] | None = None) -> Iterator[tuple[int, SimDisk]]:
        """For every moment of the run, the disk that `killed` would have given then.

        The next process reads what was not synced and cannot tell it from what was; when the power
        goes in *its* life, that may be gone.

        Args:
            of: only these moments; all without.

        Returns:
            Pairs (k, disk): the process died after operation k, before k + 1.
        """
        for number, volume in self._moments():
            if of is None or number in of:
                disk = self._next({})
                disk.volume = volume.copy()
                yield number, disk

    def _moments(self, every: int = 1) -> Iterator[tuple[int, Volume]]:
        """The volume before the first operation and after each, one and the same object."""
        volume = self.start()
        for number in range(len(self.operations) + 1):
            if number:
                repeat(volume, self.operations[number - 1])
            if number % every == 0:
                yield number, volume

    # Faults.

    # Damage: done to the cache and to the disk alike, the file's other changes settled before.

    def flip(self, name: str, offset: int, bit: int = 0) -> None:
        """Turn one bit of a file; 0 is the lowest of its byte."""
        self.overwrite(name, offset, bytes([self._inode(name).cache[offset] ^ (1 << bit)]))

    def overwrite(self, name: str, offset: int, data: bytes) -> None:
        """Put other bytes over those of a file; it does not grow by it.

        Raises:
            ValueError: they do not fit.
        """
        inode = self._settled(name)
        if not 0 <= offset <= offset + len(data) <= len(inode.cache):
            raise ValueError(f"{name} has {len(inode.cache)} bytes, not {offset + len(data)}")
        for content in (inode.cache, inode.disk):
            content[offset : offset + len(data)] = data

    def cut(self, name: str, size: int) -> None:
        """Leave only the first bytes of a file."""
        inode = self._settled(name)
        for content in (inode.cache, inode.disk):
            del content[size:]

    def take(self, name: str) -> bytes:
        """Take a file away for good; its bytes."""
        data = bytes(self._settled(name).cache)
        self.volume.forget(name)
        return data

    def give(self, name: str, data: bytes) -> None:
        """Put a file there for good, in place of what has the name."""
        self.operations.clear()
        self._files += 1
        self.volume.place(name, self._files, data)

    def bytes_of(self, name: str) -> bytes:
        """What a reader of the file sees.

        Raises:
            FileNotFoundError: there is none of that name.
        """
        return bytes(self._inode(name).cache)

    def digest(self) -> str:
        """A fingerprint of all names and contents as a reader sees them, LOCK apart."""
        digest = blake2b(digest_size=16)
        for name, inode in sorted(self.volume.names.items()):
            if name != LOCK:
                digest.update(f"{len(name)} {len(inode.cache)} {name}".encode())
                digest.update(inode.cache)
        return digest.hexdigest()

    def check(self) -> None:
        """Assert the invariants of the volume."""
        self.volume.check()

    # Inside.

    def _inode(self, name: str) -> Inode:
        try:
            return self.volume.names[name]
        except KeyError:
            raise error_of(errno.ENOENT, name) from None

    def _settled(self, name: str) -> Inode:
        self._inode(name)
        self.operations.clear()  # a run with damage in the middle could not be repeated from them
        return self.volume.settle(name)

    def _next(self, image: dict[str, bytes]) -> SimDisk:
        """A disk that comes after this one, with files of its own."""
        self._lives += 1
        disk = SimDisk(self.seed)
        disk.chance = self.chance.child(f"disk {self._lives}")
        disk._ids, disk._files = self._ids, self._files
        for name, data in image.items():
            disk._files += 1
            disk.volume.place(name, disk._files, data)
        return disk


class SimReading:
    """A file to read from, whatever its name is by now."""

    __slots__ = ("_disk", "_inode", "_name")

    def __init__(self, disk: SimDisk, name: str, inode: Inode) -> None:
        self._disk = disk
        self._name = name
        self._inode = inode

    @property
    def size(self) -> int:
        """Bytes in it now."""
        self._disk.need_power()
        return len(self._inode.cache)

    def pread(self, offset: int, size: int) -> bytes:
        """The bytes from `offset` on: `size` of them, or as many as there are.

        Raises:
            OSError: the disk cannot read them.
        """
        self._disk.need_power()
        self._disk.refuse("pread", self._name)
        return bytes(self._inode.cache[offset : offset + size])


class SimWriting:
    """A file to append to, whatever its name is by now."""

    __slots__ = ("_disk", "_inode", "_name")

    def __init__(self, disk: SimDisk, name: str, inode: Inode) -> None:
        self._disk: SimDisk | None = disk
        self._name = name
        self._inode = inode

    @property
    def size(self) -> int:
        """Bytes in it now, synced or not."""
        return len(self._inode.cache)

    def append(self, data: bytes) -> None:
        """Write all of `data` at the end.

        Raises:
            OSError: the disk refused; any part of `data` may stand there, `truncate` takes it off.
        """
        self._open().operate("append", self._name, self._inode.number, bytes(data))

    def sync(self) -> None:
        """Return once every byte of this file survives a power cut.

        Raises:
            OSError: nobody knows what survives.
        """
        self._open().operate("sync", self._name, self._inode.number)

    def truncate(self, size: int) -> None:
        """Cut the file to `size` bytes; survives a power cut after the next `sync`.

        Raises:
            ValueError: it has fewer.
        """
        if size > self.size:
            raise ValueError(f"the file has {self.size} bytes, it cannot be cut to {size}")
        self._open().operate("truncate", self._name, self._inode.number, size=size)

    def close(self) -> None:
        """Let go of it, without a sync; a second time does nothing."""
        self._disk = None

    def _open(self) -> SimDisk:
        if self._disk is None:
            raise error_of(errno.EBADF, self._name)
        return self._disk


class SimHeld:
    """The lock of a disk, while it is held."""

    __slots__ = ("_disk",)

    def __init__(self, disk: SimDisk) -> None:
        self._disk = disk

    def release(self) -> None:
        """Let others have it; a second time does nothing."""
        if self._disk.holder is self:
            self._disk.holder = None
        if self in self._disk.readers:
            self._disk.readers.remove(self)
