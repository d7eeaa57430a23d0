"""What a disk holds, what of that survives a power cut, and what may.

A file has two contents. Its **cache** is what programs read and write, in memory. Its **disk** is
what survives for sure, and follows only when the file is synced. Between the two stand the changes
since then, and after a power cut any part of them may be there, by whole sectors:

    cache    A A A A | B B C . |          two appends, B and C, since the last sync
    disk     A A A A |                    and what may be left of them:
             A A A A | . . . . |          the size came through, the sector did not: zeros
             A A A A | B B . . |          the sector as it was after B, the size as after C
             A A A A | B B                both as after B

So each sector is as it was after some change, and the size is what it was after some change, each
drawn for itself. Nothing that was synced is ever lost, unless a later change cut it off.

Names are the same one level up: each name is, for itself, at some point of what happened to it
since the names were synced. A rename is two such names, so a file may be there under both.

Sources: T. S. Pillai and others, "All File Systems Are Not Created Equal", OSDI 2014, for what file
systems reorder; P. Rebello and others, "Can Applications Recover from fsync Failures?", USENIX ATC
2020, for what a failed sync leaves behind.

Invariants (`check()` asserts them):
    1. A file without changes since its last sync has the same cache and disk, unless a sync failed.
    2. A name without changes since the last sync of names leads to the same file in both, unless a
       sync failed.

Cost: a change O(its bytes), a sync O(bytes since the last), an image O(all bytes).

>>> from sdcli.core.chance import Chance
>>> volume = Volume()
>>> volume.create("a", 1)
>>> volume.append(1, b"one")
>>> volume.sync(1)
>>> volume.append(1, b"two")
>>> volume.image(Chance(7), "everything")
{'a': b'onetwo'}
>>> volume.image(Chance(7), "nothing")     # the bytes were synced, the name was not
{}
>>> volume.sync_names()
>>> volume.image(Chance(7), "nothing")
{'a': b'one'}
"""

# ruff: noqa: S101 - check() asserts, that is its promise
from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias
from weakref import WeakValueDictionary

from sdcli.reference.kv.engine.fs import SECTOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.core.chance import Chance

# What becomes of everything that was not synced: dropped, all kept, any part of it kept; or hollow,
# where names and sizes came through and no data did.
Worst: TypeAlias = Literal["nothing", "everything", "random", "hollow"]
# Bytes that were appended at an offset, or None: the file was cut there.
Change: TypeAlias = tuple[int, bytes | None]


class Inode:
    """One file, whatever its names.

    Attributes:
        number: its own, as long as it lives.
        cache: what a reader sees.
        disk: what survives a power cut for sure.
        changes: what was done to the cache since the last sync, in order.
        has_failed: a sync failed once, so cache and disk may differ for good.
    """

    __slots__ = ("__weakref__", "cache", "changes", "disk", "has_failed", "number")

    def __init__(self, number: int, data: bytes = b"") -> None:
        self.number = number
        self.cache = bytearray(data)
        self.disk = bytearray(data)
        self.changes: list[Change] = []
        self.has_failed = False

    def copy(self) -> Inode:
        """Another file like this one, with the same number."""
        twin = Inode(self.number)
        twin.cache[:] = self.cache
        twin.disk[:] = self.disk
        twin.changes = self.changes.copy()
        twin.has_failed = self.has_failed
        return twin

    def append(self, data: bytes) -> None:
        """Put bytes at the end."""
        self.changes.append((len(self.cache), data))
        self.cache += data

    def truncate(self, size: int) -> None:
        """Cut the file."""
        self.changes.append((size, None))
        del self.cache[size:]

    def sync(self) -> None:
        """Bring every change to the disk."""
        for offset, data in self.changes:
            if data is None:
                del self.disk[offset:]
            else:
                _write(self.disk, offset, data)
        self.changes.clear()

    def drop(self) -> None:
        """A sync that failed: the changes stay to be read, and never reach the disk."""
        self.changes.clear()
        self.has_failed = True

    def survivor(self, chance: Chance, worst: Worst) -> bytes:
        """What of it is there after a power cut."""
        if not self.changes or worst == "nothing":
            return bytes(self.disk)
        if worst == "random":
            return self._torn(chance)
        size = self._sizes()[-1]
        if worst == "hollow":
            return _sized(bytearray(self.disk), size)
        twin = self.copy()
        twin.sync()
        return bytes(twin.disk)

    def _sizes(self) -> list[int]:
        """How many bytes the file had on disk's account, before the changes and after each."""
        ends = (o if data is None else o + len(data) for o, data in self.changes)
        return [len(self.disk), *ends]

    def _torn(self, chance: Chance) -> bytes:
        """Each sector after some change, the size after some change."""
        sizes = self._sizes()
        image = bytearray(self.disk)
        last_of: dict[int, int] = {}  # sector: the last change that it was written after
        for number, (offset, data) in enumerate(self.changes, 1):
            end = max(sizes[number], sizes[number - 1])
            new = bytes(end - offset) if data is None else data
            if len(image) < end:
                image.extend(bytes(end - len(image)))
            for sector in range(offset // SECTOR, (end - 1) // SECTOR + 1):
                last = last_of.get(sector)
                if last is None:
                    last = last_of[sector] = _some(chance, len(self.changes))
                if last >= number:
                    a, b = max(offset, sector * SECTOR), min(end, (sector + 1) * SECTOR)
                    image[a:b] = new[a - offset : b - offset]
        return _sized(image, self._some_size(chance, sizes))

    def _some_size(self, chance: Chance, sizes: list[int]) -> int:
        """The size after some change, or after some sectors of the next."""
        at = _some(chance, len(sizes) - 1)
        size = sizes[at]
        if at + 1 < len(sizes) and sizes[at + 1] > size and chance.below(2):
            sectors = (sizes[at + 1] - 1) // SECTOR - size // SECTOR
            if sectors:
                return (size // SECTOR + 1 + chance.below(sectors)) * SECTOR
        return size


class Volume:
    """All files of a disk with their names.

    Attributes:
        names: as programs see them.
        durable: as they survive a power cut for sure.
        changes: what each name led to, since the names were synced, one after the other.
        inodes: every file that somebody holds, a name or a program.
        has_failed: a sync of names failed once, so the two may differ for good.
    """

    def __init__(self) -> None:
        self.names: dict[str, Inode] = {}
        self.durable: dict[str, Inode] = {}
        self.changes: dict[str, list[Inode | None]] = {}
        self.inodes: WeakValueDictionary[int, Inode] = WeakValueDictionary()
        self.has_failed = False

    def copy(self) -> Volume:
        """Another one like it; files without a name stay behind."""
        twin = Volume()
        kept: dict[int, Inode] = {inode.number: inode.copy() for inode in self._named()}
        twin.inodes.update(kept)
        twin.names = {name: kept[inode.number] for name, inode in self.names.items()}
        twin.durable = {name: kept[inode.number] for name, inode in self.durable.items()}
        twin.changes = {
            name: [None if inode is None else kept[inode.number] for inode in states]
            for name, states in self.changes.items()
        }
        twin.has_failed = self.has_failed
        return twin

    def _named(self) -> Iterator[Inode]:
        """Every file that has a name, had one, or may have one again; once each."""
        found = {inode.number: inode for inode in (*self.names.values(), *self.durable.values())}
        for states in self.changes.values():
            found.update({inode.number: inode for inode in states if inode is not None})
        yield from found.values()

    def place(self, name: str, number: int, data: bytes) -> None:
        """Put a file there for good, as if it had always been there."""
        self.changes.pop(name, None)
        inode = self.names[name] = self.durable[name] = Inode(number, data)
        self.inodes[number] = inode

    def forget(self, name: str) -> None:
        """Take a name away for good."""
        self.changes.pop(name, None)
        self.names.pop(name, None)
        self.durable.pop(name, None)

    def settle(self, name: str) -> Inode:
        """A file with its name, all of it synced."""
        inode = self.names[name]
        inode.sync()
        self.changes.pop(name, None)
        self.durable[name] = inode
        return inode

    # What programs do. A file that no name leads to may be gone: what is done to it shows nowhere.

    def create(self, name: str, number: int) -> None:
        """Make an empty file."""
        inode = self.inodes[number] = Inode(number)
        self.names[name] = inode
        self.changes.setdefault(name, []).append(inode)

    def append(self, number: int, data: bytes) -> None:
        """Put bytes at the end of a file."""
        if (inode := self.inodes.get(number)) is not None:
            inode.append(data)

    def truncate(self, number: int, size: int) -> None:
        """Cut a file."""
        if (inode := self.inodes.get(number)) is not None:
            inode.truncate(size)

    def sync(self, number: int, *, is_refused: bool = False) -> None:
        """Bring the changes of a file to the disk, or lose them."""
        if (inode := self.inodes.get(number)) is not None:
            if is_refused:
                inode.drop()
            else:
                inode.sync()

    def rename(self, source: str, target: str) -> None:
        """Give a file another name."""
        inode = self.names.pop(source)
        self.names[target] = inode
        self.changes.setdefault(source, []).append(None)
        self.changes.setdefault(target, []).append(inode)

    def remove(self, name: str) -> None:
        """Take a name away."""
        del self.names[name]
        self.changes.setdefault(name, []).append(None)

    def sync_names(self, *, is_refused: bool = False) -> None:
        """Bring the changes of names to the disk, or lose them."""
        self.has_failed |= is_refused
        if not is_refused:
            for name, states in self.changes.items():
                if states[-1] is None:
                    self.durable.pop(name, None)
                else:
                    self.durable[name] = states[-1]
        self.changes.clear()

    def image(self, chance: Chance, worst: Worst) -> dict[str, bytes]:
        """What is there after a power cut: every name with its bytes, sorted."""
        left: dict[str, Inode | None] = dict(self.durable)
        if worst != "nothing":
            for name, states in self.changes.items():
                kept = _some(chance, len(states)) if worst == "random" else len(states)
                if kept:
                    left[name] = states[kept - 1]
        found: dict[int, bytes] = {}  # once each: two names of a file show the same bytes
        for _, inode in sorted(left.items(), key=_by_name):
            if inode is not None and inode.number not in found:
                found[inode.number] = inode.survivor(chance, worst)
        return {
            name: found[inode.number]
            for name, inode in sorted(left.items(), key=_by_name)
            if inode is not None
        }

    def check(self) -> None:
        """Assert the invariants."""
        for inode in self._named():
            assert inode.changes or inode.has_failed or inode.cache == inode.disk, inode.number
        for name in {**self.names, **self.durable}:
            known = name in self.changes or self.has_failed
            assert known or self.names.get(name) is self.durable.get(name), name


def _by_name(item: tuple[str, Inode | None]) -> str:
    return item[0]


def _some(chance: Chance, last: int) -> int:
    """A number from 0 to `last`; half of the time the last, a quarter 0, so that extremes meet."""
    draw = chance.below(4)
    return last if draw > 1 else 0 if draw else chance.below(last + 1)


def _write(data: bytearray, offset: int, new: bytes) -> None:
    """Put bytes where they belong; what lies between is zeros, as a file system has it."""
    if len(data) < offset:
        data.extend(bytes(offset - len(data)))
    data[offset : offset + len(new)] = new


def _sized(data: bytearray, size: int) -> bytes:
    """The same, cut or with zeros behind."""
    return bytes(data[:size]).ljust(size, b"\0")
