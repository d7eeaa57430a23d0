"""The writer of tables: sorted entries in, one file out that never changes again.

A table is written from front to back, once. Entries are cut into blocks by size: a block is the
longest run of entries that fits in `block_bytes`, or one entry that does not fit. Where the cuts
are does not depend on how many entries came at a time, so the same entries always make the same
file.

The cuts of a thousand entries are found together: running sums of their sizes, and one halving
search for each block. A loop over the entries that asks "does it still fit" takes five times as
long in Python.

The calls match: add_many* finish | add_many* finishing finish | anything abandon.

Source: the shape of LevelDB's table_builder (google/leveldb, 2011).

Cost: about 1.5 microseconds for an entry of 116 bytes; memory: a block, 64 KiB to be written, and
for each entry 4 bytes (its hash for the filter), for each block its last key.

    writer = TableWriter(fs, 7, store_id, level=0)
    writer.add_many([b"ada", b"bob"], [b"1815", None])
    info = writer.finish()          # synced; the name is not: that is for `fs.sync_names`
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_right
from itertools import accumulate, islice
from operator import add, lt
from typing import TYPE_CHECKING
from zlib import crc32

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine import bloom
from sdcli.reference.kv.engine.entries import EACH, MOMENT_BYTES, Entry, Expiring, encode
from sdcli.reference.kv.engine.errors import DiskRefused, Poisoned, in_words
from sdcli.reference.kv.engine.table_format import (
    CRC_BYTES,
    FOOTER_BYTES,
    HANDLE,
    TABLE_BYTES_MAX,
    Footer,
    Handle,
    TableInfo,
    footer_of,
    sealed,
    table_name,
    table_seed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.reference.kv.engine.fs import FileSystem, Writing

APPEND_BYTES = 64 * 1024  # to the file at a time
FILL_PIECE = 1000  # keys put into the filter in one step, about a millisecond


class TableWriter:
    """Writes one table.

    Args:
        fs: the folder.
        number: of the table, which has never been used.
        store_id: of the store.
        level: where the table is to stand.
        block_bytes: entries of a data block, together.
        filter_bits: of the bloom filter, for each key; 0 for none.
        filter_probes: bits that each key sets; None for the best number.
        seq_max: the highest number of an operation in it.

    Raises:
        DiskRefused: the file cannot be made.
    """

    def __init__(
        self,
        fs: FileSystem,
        number: int,
        store_id: bytes,
        *,
        level: int,
        block_bytes: int = 4096,
        filter_bits: int = 10,
        filter_probes: int | None = None,
        seq_max: int = 0,
    ) -> None:
        self._fs, self._number, self._store_id = fs, number, store_id
        self._level, self._seq_max = level, seq_max
        self._block_bytes, self._filter_bits = block_bytes, filter_bits
        self._seed = table_seed(store_id, number)
        self._name = table_name(number)
        self._keys: list[bytes] = []  # of the block that is still open
        self._entries: list[Entry] = []
        self._sizes: list[int] = []
        self._held = 0  # bytes of it
        self._pieces: list[bytes] = []  # to be appended
        self._pieces_bytes = 0
        self._offset = 0  # bytes of the file, and of what is to be appended
        self._crc = 0
        self._hashes = array("I")
        self._lasts: list[bytes] = []
        self._handles: list[Entry] = []
        self._first = self._last = b""
        self._deletions = self._expiring = self._key_bytes = self._value_bytes = 0
        self._probes = filter_probes or bloom.best_probes(filter_bits)
        self._row: bytearray | None = None
        self._filled = 0
        try:
            self._file: Writing = fs.create(self._name)
        except OSError as error:
            raise DiskRefused(self._name, in_words(error)) from error

    @property
    def size(self) -> int:
        """Bytes of data so far, with the block that is still open."""
        return self._offset + self._held

    @property
    def entries(self) -> int:
        """Entries so far."""
        return len(self._hashes)

    def add_many(self, keys: list[bytes], entries: list[Entry]) -> None:
        """Add entries behind those that are there.

        Requires: keys ascend, and the first is larger than any that was added before.

        Raises:
            ValueError: they do not; none of them was added.
            DiskRefused: `abandon` is all that can be done now.
            InputError: the table would be larger than a table can be.

        Cost: about 1.2 microseconds an entry; hundreds at a time are better than one.
        """
        if not keys:
            return
        if not all(map(lt, keys, islice(keys, 1, None))) or (
            self._hashes and not self._last < keys[0]
        ):
            raise ValueError(
                f"keys do not ascend: {self._last!r}, then {keys[0]!r} to {keys[-1]!r}"
            )
        if not self._hashes:
            self._first = keys[0]
        self._last = keys[-1]
        self._hashes.extend(map(crc32, keys))
        key_sizes = list(map(len, keys))
        value_sizes = self._value_sizes(entries)
        self._key_bytes += sum(key_sizes)
        self._keys += keys
        self._entries += entries
        self._sizes += map(add, key_sizes, value_sizes)
        self._cut()

    def _value_sizes(self, entries: list[Entry]) -> list[int]:
        """What stands for each value, in bytes; counts as it goes."""
        if set(map(type, entries)) == {bytes}:  # by far the usual: no loop in Python
            sizes = list(map(len, entries))  # type: ignore[arg-type]
            self._value_bytes += sum(sizes)
            return sizes
        sizes = []
        for entry in entries:
            if entry is None:
                self._deletions += 1
                sizes.append(0)
            elif entry.__class__ is Expiring:
                self._expiring += 1
                self._value_bytes += len(entry[0])
                sizes.append(MOMENT_BYTES + len(entry[0]))
            else:
                self._value_bytes += len(entry)
                sizes.append(len(entry))
        return sizes

    def _cut(self) -> None:
        """Write every block that is known to be full; what may still grow stays."""
        ends = list(accumulate(map(EACH.__add__, self._sizes)))
        start = base = 0
        while start < len(ends):
            end = bisect_right(ends, base + self._block_bytes, start)
            if end == start:
                end += 1  # larger than a block: alone in its own
            elif end == len(ends):
                break
            self._write_block(self._keys[start:end], self._entries[start:end])
            base = ends[end - 1]
            start = end
        if start:
            del self._keys[:start], self._entries[:start], self._sizes[:start]
        self._held = ends[-1] - base

    def _write_block(self, keys: list[bytes], entries: list[Entry]) -> None:
        handle = self._write(encode(keys, entries))
        self._lasts.append(keys[-1])
        self._handles.append(HANDLE.pack(*handle, len(keys)))

    def _write(self, body: bytes) -> Handle:
        """Put a block behind what is there; the file gets it when 64 KiB have come together."""
        size = len(body) + CRC_BYTES
        if self._offset + size + FOOTER_BYTES > TABLE_BYTES_MAX:
            raise InputError(
                "a table cannot be this large",
                where=self._name,
                given=f"more than {self._offset:,} bytes",
                expected=f"at most {TABLE_BYTES_MAX:,} bytes, for example table_bytes=8 MiB",
            )
        handle = Handle(self._offset, size)
        self._put(sealed(body, self._seed, self._offset))
        return handle

    def _put(self, data: bytes) -> None:
        if self._pieces_bytes + len(data) > APPEND_BYTES:
            self._append()
        self._crc = crc32(data[-CRC_BYTES:], self._crc)
        self._pieces.append(data)
        self._pieces_bytes += len(data)
        self._offset += len(data)

    def _append(self) -> None:
        """Give the file what has come together."""
        data = b"".join(self._pieces)
        self._pieces, self._pieces_bytes = [], 0
        try:
            for at in range(0, len(data), APPEND_BYTES):
                self._file.append(data[at : at + APPEND_BYTES])
        except OSError as error:
            raise DiskRefused(self._name, in_words(error)) from error

    def finishing(self) -> Iterator[None]:
        """The filter in steps of about a millisecond, for whoever must not be away for long.

        `finish` does what is left of it: to call this is never needed.
        """
        while self._fill():
            yield

    def _fill(self) -> bool:
        """Put the next keys into the filter; whether any were left."""
        if self._row is None:
            self._row = bloom.blank(len(self._hashes), self._filter_bits)
        piece = self._hashes[self._filled : self._filled + FILL_PIECE]
        bloom.fill(self._row, piece, self._probes)
        self._filled += len(piece)
        return bool(piece)

    def finish(self) -> TableInfo:
        """Write what follows the data, sync the file and close it.

        The name is not synced: the caller does it, once for many tables.

        Raises:
            ValueError: nothing was added; `abandon` it.
            DiskRefused: `abandon` is all that can be done now.
            Poisoned: nobody knows what the disk holds of it.
        """
        if not self._hashes:
            raise ValueError("a table holds at least one entry")
        if self._keys:
            self._write_block(self._keys, self._entries)
            self._keys, self._entries, self._sizes, self._held = [], [], [], 0
        data_bytes = self._offset
        while self._fill():
            pass
        row = self._write(bloom.packed(self._row or bytearray(), self._probes))
        index = self._write(encode(self._lasts, self._handles))
        properties = self._write(self._properties(data_bytes))
        footer = Footer(row, index, properties)
        self._put(footer_of(self._store_id, self._number, footer, self._offset))
        self._append()
        try:
            self._file.sync()
        except OSError as error:
            raise Poisoned(self._name, in_words(error)) from error
        self._file.close()
        return TableInfo(
            level=self._level,
            number=self._number,
            size=self._offset,
            crc=self._crc,
            first=self._first,
            last=self._last,
            entries=len(self._hashes),
            deletions=self._deletions,
            expiring=self._expiring,
            seq_max=self._seq_max,
        )

    def _properties(self, data_bytes: int) -> bytes:
        found = {
            "blocks": len(self._lasts),
            "data_bytes": data_bytes,
            "deletions": self._deletions,
            "entries": len(self._hashes),
            "expiring": self._expiring,
            "first_key": self._first.hex(),
            "key_bytes": self._key_bytes,
            "last_key": self._last.hex(),
            "level": self._level,
            "seq_max": self._seq_max,
            "value_bytes": self._value_bytes,
        }
        return json.dumps(found, sort_keys=True, separators=(",", ":")).encode()

    def abandon(self) -> None:
        """Close the file and remove it; never fails.

        A file that the disk does not let go is one that no manifest names: it is removed once the
        store was opened anew and is written to.
        """
        self._pieces, self._pieces_bytes = [], 0
        for undo in (self._file.close, lambda: self._fs.remove(self._name)):
            try:
                undo()
            except OSError:
                continue
