"""Tables to read and to damage; what the tests of tables share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.reference.kv.engine.cache import Cache
from sdcli.reference.kv.engine.entries import Expiring
from sdcli.reference.kv.engine.sim_disk import SimDisk
from sdcli.reference.kv.engine.table_file import TableFile
from sdcli.reference.kv.engine.table_reader import Table
from sdcli.reference.kv.engine.table_writer import TableWriter

if TYPE_CHECKING:
    from sdcli.reference.kv.engine.entries import Entry
    from sdcli.reference.kv.engine.table_format import TableInfo

STORE = bytes(range(16))
NAME = "000007.table"

# Every kind of entry, and bytes that text would trip over.
SMALL: dict[bytes, Entry] = {
    b"": b"an empty key",
    b"\x00": b"",
    b"\x00\n\xff": b"\x00",
    b"ada": b"1815",
    b"alan": None,
    b"barbara": Expiring(b"1939", 1_000_000_000),
    b"edsger": b"1930",
    b"grace": Expiring(b"", 2**63),
    b"john": None,
    b"tony": b"1934",
    b"\xff" * 9: b"last",
}


def write(
    disk: SimDisk, content: dict[bytes, Entry], *, number: int = 7, store: bytes = STORE, **named
) -> TableInfo:
    """A table with that content, which is in order already."""
    writer = TableWriter(disk, number, store, **({"level": 1, "block_bytes": 64} | named))
    writer.add_many(list(content), list(content.values()))
    return writer.finish()


def table(disk: SimDisk, info: TableInfo, *, cache: Cache | None = None) -> Table:
    return Table(disk, info, STORE, cache or Cache(2**20))


def made(content: dict[bytes, Entry], **named) -> tuple[SimDisk, TableInfo, Table]:
    """A disk with one table."""
    disk = SimDisk()
    info = write(disk, content, **named)
    return disk, info, table(disk, info)


def parts_of(disk: SimDisk, info: TableInfo) -> list[tuple[int, int, str]]:
    """Offset, end and name of every part of a table, in order."""
    parts = TableFile(disk, info, STORE).parts()
    return [(offset, offset + size, what) for offset, size, what in parts]


def scanned(table: Table, *bounds: bytes | None, **named) -> list[tuple[bytes, Entry]]:
    """All that `blocks` gives, end to end."""
    return [
        pair
        for keys, entries in table.blocks(*bounds, **named)
        for pair in zip(keys, entries, strict=True)
    ]
