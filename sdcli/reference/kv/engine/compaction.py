"""Compaction: some tables become fewer, and what nobody can ask for any more goes.

The inputs are merged (merge.py), of each key the newest entry is kept, and tables are written for
the target level. Three kinds of entries do not make it:

    overwritten    an input that is newer has the key too.
    deleted        the deletion itself goes, but only where nothing older can lie below the target.
                   A deletion is what hides older entries; dropped too early, they come back.
    expired        a value whose moment has passed is a deletion from then on, with the same care:
                   it too may hide an older value that never expires.

        inputs         ada=-   bob=2   cid=3 until noon     "-" is a deletion
        below          ada=1           cid=1                asked by range: may a table have it?
        output         ada=-   bob=2   cid=-                it is past noon
        and for the lowest level:
        output                 bob=2

It is a generator and yields after about a millisecond's work, counted in entries and bytes, never
by a clock: so a writer can pay for it piece by piece, a simulation can cut the power between any
two pieces, and both see the same pieces each time.

Requires: one compaction at a time; everything in the inputs' levels above the target that overlaps
the inputs, and was there at the beginning, is an input (pick.py). Tables that a flush adds to
level 0 meanwhile are newer than every input and do not matter.

Source: P. O'Neil and others, "The Log-Structured Merge-Tree", Acta Informatica 33(4), 1996,
section 2 (the rolling merge, deletions that wait for what they delete); google/leveldb,
doc/impl.md, "Compactions".

Cost: O(n log k) for n entries of k sources, read once and written once; memory for one block of
each source and one table's keys in its filter.

>>> drop([b"a", b"b", b"c"], [None, b"1", None], lambda key: key == b"c", now_ns=0)
([b'b', b'c'], [b'1', None])
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sdcli.reference.kv.engine.entries import Expiring
from sdcli.reference.kv.engine.merge import merged
from sdcli.reference.kv.engine.table_format import table_name
from sdcli.reference.kv.engine.table_writer import TableWriter
from sdcli.reference.kv.engine.version import blocks_of, runs

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from sdcli.reference.kv.engine.entries import Entry
    from sdcli.reference.kv.engine.fs import FileSystem
    from sdcli.reference.kv.engine.options import Options
    from sdcli.reference.kv.engine.table_format import TableInfo
    from sdcli.reference.kv.engine.table_reader import Table
    from sdcli.reference.kv.engine.version import Version

STEP = 500  # entries; reading, merging and writing one takes about 2 microseconds
ENTRY_BYTES = 2048  # of values that are copied in the time that an entry takes


def compact(  # noqa: PLR0917 - what a compaction depends on, and nothing else
    fs: FileSystem,
    store_id: bytes,
    inputs: list[Table],
    target_level: int,
    next_number: Callable[[], int],
    below: Version,
    options: Options,
    now_ns: int,
) -> Generator[None, None, list[TableInfo]]:
    """Merge tables into new ones for a level; yields between small steps.

    Args:
        fs: the folder.
        store_id: of the store.
        inputs: all that is merged; who is newer follows from level and number.
        target_level: of the outputs.
        next_number: gives a number that no table had.
        below: the tables at the beginning; asked for what lies below the target.
        options: `table_bytes`, `block_bytes` and `filter_bits` count.
        now_ns: nanoseconds since 1970, for what has expired.

    Returns:
        The outputs, by key: their files are synced, their names are not yet. None at all where
        nothing was left.

    Raises:
        Damaged: an input is; nothing is changed.
        DiskRefused, Poisoned: as TableWriter does. Whatever ends it early, its outputs are removed
            as far as the disk lets it; what is left of them is in no manifest.
    """

    def hides(key: bytes) -> bool:
        return below.may_be_below(target_level, key)

    seq_max = max((table.info.seq_max for table in inputs), default=0)

    def begin() -> TableWriter:
        return TableWriter(
            fs,
            next_number(),
            store_id,
            level=target_level,
            block_bytes=options.block_bytes,
            filter_bits=options.filter_bits,
            seq_max=seq_max,
        )

    outputs = _Outputs(fs, begin, options.table_bytes)
    done = 0
    try:
        for keys, entries in merged(map(blocks_of, runs(inputs))):
            if set(map(type, entries)) == {bytes}:  # the usual case, told in C
                outputs.add(keys, entries)
                size = sum(map(len, entries))  # type: ignore[arg-type]
            else:
                outputs.add(*drop(keys, entries, hides, now_ns))
                size = sum(map(_value_bytes, entries))
            done += len(keys) + size // ENTRY_BYTES
            if outputs.is_full:
                yield from outputs.finish_table()
            if done >= STEP:
                done = 0
                yield
        yield from outputs.finish_table()
    except BaseException:  # GeneratorExit too: whoever drives this may stop at any yield
        outputs.remove()
        raise
    return outputs.done


def drop(
    keys: list[bytes], entries: list[Entry], hides: Callable[[bytes], bool], now_ns: int
) -> tuple[list[bytes], list[Entry]]:
    """What stays of a block: expired values become deletions, needless deletions go.

    Args:
        keys: sorted.
        entries: theirs.
        hides: whether a deletion of a key may hide an older entry.
        now_ns: nanoseconds since 1970; a value is gone from its `expires_ns` on.
    """
    kept_keys: list[bytes] = []
    kept: list[Entry] = []
    for key, entry in zip(keys, entries, strict=True):
        stays = entry
        if isinstance(entry, Expiring) and entry.expires_ns <= now_ns:
            stays = None
        if stays is not None or hides(key):
            kept_keys.append(key)
            kept.append(stays)
    return kept_keys, kept


def _value_bytes(entry: Entry) -> int:
    if entry is None:
        return 0
    return len(entry.value if isinstance(entry, Expiring) else entry)


class _Outputs:
    """The tables that a compaction writes, one after another, each until it is large enough."""

    def __init__(self, fs: FileSystem, begin: Callable[[], TableWriter], table_bytes: int) -> None:
        self.done: list[TableInfo] = []
        self._fs = fs
        self._begin = begin
        self._table_bytes = table_bytes
        self._writer: TableWriter | None = None

    def add(self, keys: list[bytes], entries: list[Entry]) -> None:
        if not keys:
            return
        if self._writer is None:
            self._writer = self._begin()
        self._writer.add_many(keys, entries)

    @property
    def is_full(self) -> bool:
        return self._writer is not None and self._writer.size >= self._table_bytes

    def finish_table(self) -> Iterator[None]:
        """Finish the table that is open, if one is, in small steps; the last one is a sync."""
        if self._writer is not None:
            yield from self._writer.finishing()
            self.done.append(self._writer.finish())
            self._writer = None
            yield

    def remove(self) -> None:
        """Take back what was written. What the disk keeps is no harm: no manifest names it."""
        if self._writer is not None:
            self._writer.abandon()
        for info in self.done:
            with suppress(OSError):
                self._fs.remove(table_name(info.number))
