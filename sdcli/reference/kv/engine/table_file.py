"""The file of a table: opened, and read a part at a time, each compared with its checksum.

What holds for every part: the bytes come back as they were written, or `Damaged` says which file
and from which byte on they are not. Nothing is kept; what is worth keeping is the reader's
business (table_reader.py).

Cost: one read of the disk for each part; two to open.
"""

from __future__ import annotations

import json
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from sdcli.reference.kv.engine.entries import Entry, decode, shown
from sdcli.reference.kv.engine.errors import Damaged
from sdcli.reference.kv.engine.fs import opened, unreadable
from sdcli.reference.kv.engine.table_format import (
    FOOTER_BYTES,
    HANDLE,
    Handle,
    TableInfo,
    footer_in,
    table_name,
    table_seed,
    unsealed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.reference.kv.engine.fs import FileSystem

DATA, FILTER, INDEX, PROPERTIES = "data block", "filter", "index", "properties block"
FOOTER = "footer"


class TableFile:
    """The open file of one table; it closes when nobody holds it any more.

    Args:
        fs: the folder.
        info: what the manifest says of the table.
        store_id: of the store.

    Raises:
        Damaged: there is no such file, it has another size, or its footer is not the one of this
            table.
        MissingError: the system refuses to open it.
    """

    __slots__ = ("_file", "_seed", "footer", "info", "name")

    def __init__(self, fs: FileSystem, info: TableInfo, store_id: bytes) -> None:
        self.info = info
        self.name = name = table_name(info.number)
        self._seed = table_seed(store_id, info.number)
        self._file, size = opened(fs, name, "table")
        if size != info.size or size < FOOTER_BYTES:
            raise Damaged(
                name,
                min(size, info.size),
                "this table has another length than was written",
                given=f"{size:,} bytes, where {info.size:,} were written",
            )
        at = size - FOOTER_BYTES
        self.footer = footer_in(self.raw(at, FOOTER_BYTES, FOOTER), store_id, info.number, at)

    def raw(self, offset: int, size: int, what: str) -> bytes:
        """Bytes of the file, as they are.

        Raises:
            Damaged: there are fewer, or the disk cannot read them.
            MissingError: the system refuses to read them.
        """
        try:
            data = self._file.pread(offset, size)
        except OSError as error:
            raise unreadable(error, self.name, offset, what=what) from error
        if len(data) != size:
            raise Damaged(self.name, offset + len(data), f"the file ends inside this {what}")
        return data

    def block(self, place: Handle, what: str = DATA) -> bytes:
        """The body of a block.

        Raises:
            Damaged: it is not what was written.
        """
        offset, size = place
        return unsealed(self.raw(offset, size, what), self._seed, offset, self.name, what)

    def entries(self, place: Handle, what: str = DATA) -> tuple[list[bytes], list[Entry]]:
        """The entries of a block.

        Raises:
            Damaged: it is not what was written.
        """
        body = self.block(place, what)
        try:
            return decode(body)
        except ValueError as error:
            raise self.no_entries(place.offset, what, error) from None

    def no_entries(self, offset: int, what: str, error: ValueError) -> Damaged:
        """What to say of a block whose checksum fits and whose columns do not."""
        return Damaged(self.name, offset, f"this {what} holds no entries", given=str(error))

    def filter(self) -> bytes:
        """The bloom filter.

        Raises:
            Damaged: it is not what was written.
        """
        return self.block(self.footer.filter, FILTER)

    def index(self) -> tuple[list[bytes], list[tuple[int, int, int]]]:
        """The last keys of the data blocks; and of each the offset, the size and its entries.

        Raises:
            Damaged: it is not what was written, or names blocks that are not there.
        """
        place = self.footer.index
        lasts, packed = self.entries(place, INDEX)
        if set(map(type, packed)) != {bytes} or set(map(len, packed)) != {HANDLE.size}:  # type: ignore[arg-type]
            raise Damaged(self.name, place.offset, "this index has something else than handles")
        handles: list[tuple[int, int, int]] = list(HANDLE.iter_unpack(b"".join(packed)))  # type: ignore[arg-type]
        ends = accumulate((size for _, size, _ in handles), initial=0)
        if [*(offset for offset, _, _ in handles), self.footer.filter.offset] != list(ends):
            raise Damaged(self.name, place.offset, "the blocks that this index names leave gaps")
        if lasts[-1] != self.info.last:
            raise Damaged(
                self.name, place.offset, "the last key of this index is not the manifest's"
            )
        return lasts, handles

    def properties(self) -> dict[str, Any]:
        """What the writer noted.

        Raises:
            Damaged: it is not what was written.
        """
        place = self.footer.properties
        body = self.block(place, PROPERTIES)
        try:
            found = json.loads(body)
        except ValueError as error:
            raise self.no_entries(place.offset, PROPERTIES, error) from None
        if not isinstance(found, dict):
            raise Damaged(self.name, place.offset, "these properties have no names")
        return found

    def parts(self) -> Iterator[tuple[int, int, str]]:
        """Every part of the file in order: offset, size with checksum, what it is.

        Raises:
            Damaged: the index is not what was written.
        """
        for offset, size, _ in self.index()[1]:
            yield offset, size, DATA
        for (offset, size), what in zip(
            self.footer.blocks, (FILTER, INDEX, PROPERTIES), strict=True
        ):
            yield offset, size, what
        yield self.info.size - FOOTER_BYTES, FOOTER_BYTES, FOOTER

    def describe(self) -> str:
        """The parts of the file as text, a line each.

        Raises:
            Damaged: the index is not what was written.
        """
        info = self.info
        lasts, handles = self.index()
        lines = [f"{self.name}: level {info.level}, {info.size:,} bytes, {info.entries:,} entries"]
        lines[0] += f" ({info.deletions:,} deletions, {info.expiring:,} that expire)"
        for at, (offset, size, what) in enumerate(self.parts()):
            line = f"{offset:>12,} {size:>10,}  {what}"
            if what == DATA:
                line += f": {handles[at][2]:,} entries up to {shown(lasts[at])}"
            lines.append(line)
        return "\n".join(lines)
