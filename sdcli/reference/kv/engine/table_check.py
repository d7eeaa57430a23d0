"""The check of a whole table: everything that can be wrong with it, each with its place.

Checksums find bytes that changed on the disk. The rest of this finds what a checksum cannot: a
writer that was wrong. So it compares what the table says of itself, in four places: the entries,
the index, the filter and properties, the manifest.

Cost: reads every byte of the file, and every sum twice; 2 microseconds an entry; holds one block.
"""

from __future__ import annotations

from operator import lt
from typing import TYPE_CHECKING
from zlib import crc32

from sdcli.reference.kv.engine import bloom
from sdcli.reference.kv.engine.entries import Expiring
from sdcli.reference.kv.engine.errors import Damaged
from sdcli.reference.kv.engine.table_file import TableFile
from sdcli.reference.kv.engine.table_format import CRC_BYTES, Handle

if TYPE_CHECKING:
    from typing import Any

    from sdcli.reference.kv.engine.entries import Entry
    from sdcli.reference.kv.engine.fs import FileSystem
    from sdcli.reference.kv.engine.table_format import TableInfo


def faults_of(fs: FileSystem, info: TableInfo, store_id: bytes) -> list[Damaged]:
    """All that is wrong with one table, by offset.

    The checksum of the whole file is compared when nothing else was found: it names no place. It
    fits when all sums of the parts do, unless the parts are whole and of another life of the table.
    """
    try:
        file = TableFile(fs, info, store_id)
    except Damaged as error:
        return [error]
    found = _Check(file).run()
    if not found and crc_of(file) != info.crc:  # every part is whole, so this can read them
        found.append(Damaged(file.name, 0, "this is not the file that the manifest names"))
    return sorted(found, key=lambda damaged: damaged.offset)


def crc_of(file: TableFile) -> int:
    """The sum of all its sums, as the manifest keeps it; reads one of each part."""
    crc = 0
    for offset, size, what in file.parts():
        crc = crc32(file.raw(offset + size - CRC_BYTES, CRC_BYTES, what), crc)
    return crc


class _Check:
    """One walk through a table."""

    def __init__(self, file: TableFile) -> None:
        self.file = file
        self.found: list[Damaged] = []
        self.row: bytes | None = None
        self.last: bytes | None = None
        self.seen = dict.fromkeys(
            ("entries", "deletions", "expiring", "key_bytes", "value_bytes", "blocks"), 0
        )
        self.first = b""

    def run(self) -> list[Damaged]:
        """Read all of it."""
        self.row = self._try(self.file.filter)
        properties = self._try(self.file.properties)
        index = self._try(self.file.index)
        if index is None:
            return self.found
        for last, (offset, size, count) in zip(*index, strict=True):
            place = Handle(offset, size)
            entries = self._try(lambda place=place: self.file.entries(place))
            if entries is not None:
                self._block(offset, *entries, last=last, count=count)
            self.last = last
        if not self.found:
            self._totals(properties)
        return self.found

    def _try(self, read: Any) -> Any:
        try:
            return read()
        except Damaged as error:
            self.found.append(error)
            return None

    def _wrong(self, offset: int, what: str) -> None:
        self.found.append(Damaged(self.file.name, offset, what))

    def _block(
        self, offset: int, keys: list[bytes], entries: list[Entry], *, last: bytes, count: int
    ) -> None:
        if not keys or len(keys) != count or keys[-1] != last:
            self._wrong(offset, "the index says otherwise about this data block")
            return
        if not all(map(lt, keys, keys[1:])) or (self.last is not None and self.last >= keys[0]):
            self._wrong(offset, "the keys of this data block do not ascend")
        row = self.row
        if row is not None and not all(bloom.may_contain(row, key) for key in keys):
            self._wrong(self.file.footer.filter.offset, "the filter denies a key that is here")
            self.row = None  # once is enough
        if self.last is None:
            self.first = keys[0]
        seen = self.seen
        seen["blocks"] += 1
        seen["entries"] += len(keys)
        seen["key_bytes"] += sum(map(len, keys))
        for entry in entries:
            if entry is None:
                seen["deletions"] += 1
            elif isinstance(entry, Expiring):
                seen["expiring"] += 1
                seen["value_bytes"] += len(entry.value)
            else:
                seen["value_bytes"] += len(entry)

    def _totals(self, properties: dict[str, Any]) -> None:
        """Compare what was seen with the properties, and both with the manifest."""
        info, footer = self.file.info, self.file.footer
        seen = self.seen | {
            "first_key": self.first.hex(),
            "last_key": info.last.hex(),  # the index was compared with it
            "data_bytes": footer.filter.offset,
        }
        for name, value in seen.items():
            if properties.get(name) != value:
                self._wrong(
                    footer.properties.offset,
                    f"{name} is {properties.get(name)!r} in the properties, {value!r} in the table",
                )
        known = {name: getattr(info, name) for name in ("entries", "deletions", "expiring")}
        if {name: seen[name] for name in known} != known or info.first != self.first:
            self._wrong(0, "the manifest says otherwise about the entries of this table")
        for name in ("level", "seq_max"):
            if properties.get(name) != getattr(info, name):
                self._wrong(footer.properties.offset, f"the manifest says otherwise about {name}")
