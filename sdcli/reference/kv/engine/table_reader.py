"""The reader of tables: one key, a range, or every byte to check it.

A look for a key goes by four steps, and few come to the last:

    1. filter   surely not in this table?
    2. index    which block could have it: the first whose last key is not smaller
    3. cache    is that block in memory? then it knows
    4. disk     read the block, compare its checksum, look

For a key that is here, the filter is asked for nothing. So a table bets: it begins with the filter
when the last key was not here, and when it was, asks the filter just before the disk. Whole tables
are of one sort: the small young ones rarely have a key, the oldest mostly do. Processors guess
branches in this way.

A table is opened when it is first asked. Its file, index and filter are kept in the cache beside
its blocks, each by itself, so a store of many tables holds in memory what is in use, and never
more than the cache may have. The index of a table of 8 MB has 2,000 keys and takes 140 KB. In one
piece of bytes it would be 60, and each halving of the search a line of Python instead of C: a third
of the time that a read takes.

Nothing here changes after it was made, apart from the cache. Any number of threads may read.

Source: the shape of LevelDB's table.cc (google/leveldb, 2011).

Cost: `get` of a block in memory about 1 microsecond, from the kernel's pages about 10; `blocks` 0.4
for each entry.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING

from sdcli.reference.kv.engine import bloom
from sdcli.reference.kv.engine.block import (
    BYTES_OBJECT,
    Block,
    charge_folded,
    charge_unfolded,
    find,
    unfolded,
)
from sdcli.reference.kv.engine.cache import SHIFT
from sdcli.reference.kv.engine.entries import Entry, decode
from sdcli.reference.kv.engine.table_file import DATA, TableFile
from sdcli.reference.kv.engine.table_format import ABSENT, Absent, Handle, TableInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.reference.kv.engine.cache import Cache
    from sdcli.reference.kv.engine.fs import FileSystem

# Places in the cache for what is no data block: offsets that no block has.
INDEX_PLACE = 2**32 - 1
FILTER_PLACE = 2**32 - 2


class Index:
    """The last keys of the data blocks; block i is from `offsets[i]` to `offsets[i + 1]`.

    >>> index = Index([b"c", b"f", b"i"], sizes=[10, 10, 10])
    >>> [index.position(key) for key in (b"a", b"c", b"d", b"i", b"j")]
    [0, 0, 1, 2, 3]
    """

    __slots__ = ("charge", "count", "lasts", "offsets")

    def __init__(self, lasts: list[bytes], sizes: list[int]) -> None:
        self.count = len(lasts)
        self.lasts = lasts
        self.offsets = array("I", accumulate(sizes, initial=0))
        self.charge = 500 + sum(map(len, lasts)) + (BYTES_OBJECT + 8 + 4) * (self.count + 1)

    def position(self, key: bytes) -> int:
        """The first block whose last key is not smaller than `key`; `count` when there is none."""
        return bisect_left(self.lasts, key)

    def place(self, at: int) -> Handle:
        """Where block `at` is."""
        return Handle(self.offsets[at], self.offsets[at + 1] - self.offsets[at])


class Table:
    """One table of a store.

    Args:
        fs: the folder.
        info: what the manifest says of the table.
        store_id: of the store.
        cache: of the store, shared by its tables.
    """

    __slots__ = (
        "__weakref__",
        "_base",
        "_bets_absent",
        "_cache",
        "_fs",
        "_store_id",
        "filter_stops",
        "filter_wrong",
        "info",
    )

    def __init__(self, fs: FileSystem, info: TableInfo, store_id: bytes, cache: Cache) -> None:
        self.info = info
        self._fs, self._store_id, self._cache = fs, store_id, cache
        self._base = info.number << SHIFT
        self._bets_absent = True
        self.filter_stops = 0  # looks that the filter ended
        self.filter_wrong = 0  # reads of the disk for a key that was not there

    def get(self, key: bytes) -> Entry | Absent:
        """What this table has for a key: a value, None for a deletion, or ABSENT.

        Raises:
            Damaged: what must be read to know it holds other bytes than were written.
        """
        cache, base, bets_absent = self._cache, self._base, self._bets_absent
        if bets_absent and not self._may_contain(key):
            return ABSENT
        index = cache.get(base + INDEX_PLACE)
        if index is None:
            index = self._load_index()
        at = bisect_left(index.lasts, key)  # `position`, without the call
        if at == index.count:
            return ABSENT
        place = base + index.offsets[at]
        block = cache.get(place)
        entry: Entry | Absent
        if block is None:
            if not bets_absent and not self._may_contain(key):
                self._bets_absent = True
                return ABSENT
            entry = self._from_disk(index.place(at), key)
        else:
            if block.__class__ is bytes:
                block = self._unfold(place, block)
            entry = block.get(key, ABSENT)
        if bets_absent is not (entry is ABSENT):
            self._bets_absent = not bets_absent
        return entry

    def _may_contain(self, key: bytes) -> bool:
        """What the filter says."""
        place = self._base + FILTER_PLACE
        row = self._cache.get(place)
        if row is None:
            row = self._file().filter()
            self._cache.put(place, row, len(row) + BYTES_OBJECT)
        if bloom.may_contain(row, key):
            return True
        self.filter_stops += 1
        return False

    def _from_disk(self, place: Handle, key: bytes) -> Entry | Absent:
        file = self._file()
        body = file.block(place)
        try:
            entry = find(body, key)
        except ValueError as error:
            raise file.no_entries(place.offset, DATA, error) from None
        self._cache.put(self._base + place.offset, body, charge_folded(body))
        if entry is ABSENT:
            self.filter_wrong += 1
        return entry

    def _file(self) -> TableFile:
        """The open file; the system lets a process have only so many, so the cache counts them."""
        files, place = self._cache.files, self._base
        file: TableFile | None = files.get(place)
        if file is None:
            file = TableFile(self._fs, self.info, self._store_id)
            files.put(place, file, 1)
        return file

    def _load_index(self) -> Index:
        lasts, handles = self._file().index()
        index = Index(lasts, [size for _, size, _ in handles])
        self._cache.put(self._base + INDEX_PLACE, index, index.charge)
        return index

    def _unfold(self, place: int, body: bytes) -> Block:
        """Make a dict of a block in the cache: it is asked for again and again."""
        try:
            block = unfolded(body)
        except ValueError as error:
            raise self._file().no_entries(place - self._base, DATA, error) from None
        self._cache.put(place, block, charge_unfolded(body, len(block)))
        return block

    def blocks(
        self,
        lo: bytes | None = None,
        hi: bytes | None = None,
        *,
        reverse: bool = False,
        fill: bool = False,
    ) -> Iterator[tuple[list[bytes], list[Entry]]]:
        """The entries from `lo` up to, not with, `hi`, a block at a time.

        Args:
            lo: the first key that may come; None for no bound.
            hi: the first that may not.
            reverse: from the largest key down; the lists run down too.
            fill: leave the blocks in the cache. A merge reads each block once: not worth a place.

        Raises:
            Damaged: when it comes to a block that holds other bytes than were written.
        """
        file = self._file()  # held until the end: the file may be removed meanwhile
        index: Index = self._cache.get(self._base + INDEX_PLACE) or self._load_index()
        first = 0 if lo is None else index.position(lo)
        final = index.count - 1 if hi is None else min(index.position(hi), index.count - 1)
        steps = range(first, final + 1)
        for at in reversed(steps) if reverse else steps:
            keys, entries = self._columns(file, index.place(at), fill=fill)
            # Only the outermost blocks can have keys out of bounds.
            start = bisect_left(keys, lo) if lo is not None and at == first else 0
            end = bisect_left(keys, hi) if hi is not None and at == final else len(keys)
            if start or end < len(keys):
                keys, entries = keys[start:end], entries[start:end]
            if reverse:
                keys.reverse()
                entries.reverse()
            if keys:
                yield keys, entries

    def _columns(
        self, file: TableFile, place: Handle, *, fill: bool
    ) -> tuple[list[bytes], list[Entry]]:
        block = self._cache.get(self._base + place.offset)
        if block is None and not fill:
            return file.entries(place)
        if block is None or block.__class__ is bytes:
            body = file.block(place) if block is None else block
            if not fill:
                return decode(body)
            block = self._unfold(self._base + place.offset, body)
        return list(block), list(block.values())

    def twin(self, fs: FileSystem, cache: Cache) -> Table:
        """The same table, read through another port and another cache (explain.py)."""
        other = Table(fs, self.info, self._store_id, cache)
        other._bets_absent = self._bets_absent  # of the same class
        return other

    def describe(self) -> str:
        """The parts of the file, a line each, for people and tests.

        Raises:
            Damaged: a part that must be read for it is not what was written.
        """
        return self._file().describe()
