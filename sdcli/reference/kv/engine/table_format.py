"""The format of a table: what its writer and its reader both know; formats/table.md explains it.

    data blocks    entries in the order of their keys, about 4 KiB each
    filter         which keys are surely not here (bloom.py)
    index          the last key of each data block, and where the block is
    properties     JSON: what is in the table, for people and checks
    footer         64 bytes: whose table it is, and where the three above are

Every block ends in a checksum that knows its table and its offset. The blocks lie one after the
other with nothing between, so each byte of the file belongs to one sum.

The manifest keeps one sum for all of a table, and that is the crc32 of the sums of its parts, not
of all the bytes. Of all bytes it would be worthless: the crc32 of something with its own crc32
behind is one and the same number, whatever the something is.

>>> from zlib import crc32
>>> [hex(crc32(text + crc32(text).to_bytes(4, "little"))) for text in (b"1815", b"1816")]
['0x2144df1c', '0x2144df1c']

Source: the shape is that of LevelDB's tables (google/leveldb, doc/table_format.md, 2011), after
F. Chang and others, "Bigtable", OSDI 2006. Columns instead of shared prefixes, the place inside
the checksum and the store's id in the footer are our own.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, NamedTuple

from sdcli.reference.kv.engine.checks import check, seed_of
from sdcli.reference.kv.engine.errors import Damaged

KIND = b"table"  # what the seed of the checksums is made of, with the store and the number
MAGIC = b"sdkvtab\n"
VERSION = 1
FOOTER_BYTES = 64
CRC_BYTES = 4
TABLE_BYTES_MAX = 2**32 - 1  # offsets are u32

# magic, version, zero, store id, number, then offset and size of filter, index and properties, crc
FOOTER = struct.Struct("<8sHH16sQ6II")
HANDLE = struct.Struct("<III")  # of a data block in the index: offset, size with crc, entries
_CRC = struct.Struct("<I")


class Absent(Enum):
    """The answer of a source that does not know a key: ask the next older one."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


class Handle(NamedTuple):
    """Where a block is; its size includes its checksum."""

    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Footer:
    """Where the three blocks behind the data are."""

    filter: Handle
    index: Handle
    properties: Handle

    @property
    def blocks(self) -> tuple[Handle, Handle, Handle]:
        """The three, as they lie in the file."""
        return self.filter, self.index, self.properties


@dataclass(frozen=True, slots=True)
class TableInfo:
    """What the manifest knows of a table."""

    level: int
    number: int
    size: int  # bytes of the whole file
    crc: int  # of the whole file: crc32 of the checksums of all its parts, in order
    first: bytes
    last: bytes
    entries: int
    deletions: int
    expiring: int
    seq_max: int  # no operation in it has a higher number

    def as_json(self) -> dict[str, Any]:
        """Itself for JSON, keys as hexadecimal digits."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return fields | {"first": self.first.hex(), "last": self.last.hex()}

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> TableInfo:
        """What `as_json` made.

        Raises:
            ValueError: it is something else.
        """
        if sorted(given) != sorted(cls.__slots__):
            raise ValueError(f"a table has {', '.join(cls.__slots__)}; given {', '.join(given)}")
        keys = {name: bytes.fromhex(str(given[name])) for name in ("first", "last")}
        for name, value in given.items():
            if name not in keys and not (type(value) is int and value >= 0):
                raise ValueError(f"{name} is {value!r}, not a whole number from 0 up")
        return cls(**given | keys)


def table_name(number: int) -> str:
    """The file that a table is in."""
    return f"{number:06d}.table"


def table_seed(store_id: bytes, number: int) -> int:
    """Where the checksums of one table begin."""
    return seed_of(KIND, store_id, number)


def sealed(body: bytes, seed: int, offset: int) -> bytes:
    """A block as it stands in the file at `offset`: the body with its checksum behind."""
    return body + _CRC.pack(check(body, seed, offset))


def unsealed(data: bytes, seed: int, offset: int, name: str, what: str) -> bytes:
    """The body of a block that was read at `offset`.

    Raises:
        Damaged: its checksum does not fit.
    """
    body = data[:-CRC_BYTES]
    if check(body, seed, offset) != int.from_bytes(data[-CRC_BYTES:], "little"):
        raise Damaged(name, offset, f"the checksum of this {what} does not fit its bytes")
    return body


def footer_of(store_id: bytes, number: int, footer: Footer, offset: int) -> bytes:
    """The last 64 bytes of a table, which begin at `offset`."""
    places = [field for block in footer.blocks for field in block]
    head = FOOTER.pack(MAGIC, VERSION, 0, store_id, number, *places, 0)[:-CRC_BYTES]
    return sealed(head, table_seed(store_id, number), offset)


def footer_in(data: bytes, store_id: bytes, number: int, offset: int) -> Footer:
    """What the last 64 bytes of a table say.

    Raises:
        Damaged: they are not those of this table; says what they are, when that is plain.
    """
    name = table_name(number)
    try:
        unsealed(data, table_seed(store_id, number), offset, name, "footer")
    except Damaged:
        stranger = _stranger(data, store_id, number, offset)
        if stranger:
            raise Damaged(name, offset, stranger) from None
        raise
    magic, version, zero, _, _, *places, _ = FOOTER.unpack(data)
    if (magic, version, zero) != (MAGIC, VERSION, 0):
        raise Damaged(
            name,
            offset,
            "this table is of a version that is not known here",
            given=f"version {version}",
            fix=f"read it with the program that wrote it; this one knows version {VERSION}",
        )
    footer = Footer(*(Handle(*places[at : at + 2]) for at in (0, 2, 4)))
    ends = [block.offset + block.size for block in footer.blocks]
    if [footer.index.offset, footer.properties.offset, offset] != ends:
        raise Damaged(name, offset, "the blocks that this footer names leave gaps")
    return footer


def _stranger(data: bytes, store_id: bytes, number: int, offset: int) -> str:
    """Whose footer it is, when it is an intact one of another table."""
    magic, _, _, other_id, other_number, *_ = FOOTER.unpack(data)
    if magic != MAGIC or (other_id, other_number) == (store_id, number):
        return ""
    crc = check(data[:-CRC_BYTES], table_seed(other_id, other_number), offset)
    if crc != int.from_bytes(data[-CRC_BYTES:], "little"):
        return ""
    if other_id != store_id:
        return f"this is table {other_number} of another store, {other_id.hex()}"
    return f"this is table {other_number}, under the name of table {number}"
