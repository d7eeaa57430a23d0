"""The layout of a log, which its writer and its reader share; a manifest is a log of another kind.

    header   32 bytes   magic 8 | version u16 | zero u16 | store id 16 | sum u32
    record              sum u32 | length u32 | type u8 | first seq u64 | payload

Little endian. `length` is that of the payload. The sum of a record is over all that follows it in
the record, and knows where it stands (checks.py): a record of another store, another segment,
another place, or of nothing but zeros has the wrong one. formats/log.md has it with an example.

Every operation has a number, one more than that of the operation before it; `first seq` is the
number of a record's first one. So a hole in a log says how many operations are missing. A batch
has as many operations as it has entries, an edit of the layout is one.

>>> header = header_of(b"log", bytes(16), 1)
>>> len(header), header[:7]
(32, b'sdkvlog')
>>> owner_of(header, b"log", 1) == bytes(16)
True
>>> owner_of(header, b"log", 2) is None  # the number is not in the header, but in its sum
True
"""

from __future__ import annotations

import struct
from typing import NamedTuple
from zlib import crc32

from sdcli.reference.kv.engine.checks import MASK, check, seed_of

LOG, MANIFEST = b"log", b"manifest"
MAGIC = {LOG: b"sdkvlog\n", MANIFEST: b"sdkvman\n"}
VERSION = 1

# High bits and an odd pattern: a type that neither text nor a small number contains by accident,
# which keeps the search for records behind a damaged one short.
BATCH, EDIT = 0xB5, 0xE5
TYPE = {LOG: BATCH, MANIFEST: EDIT}  # of the records in a file of that kind

HEADER = struct.Struct("<8sHH16s")
HEADER_BYTES = 32  # with the sum
SUM = struct.Struct("<I")
RECORD = struct.Struct("<IIBQ")  # sum, length, type, first seq
LENGTH_MAX = 0xFFFFFFFF

# The head of a record with one plain put: what `RECORD` has, then count, kind, key size, size of
# entries.py. It has a fixed size, so the two hot loops, of writing and of replay, need one call.
ONE_PUT = struct.Struct("<IIBQIBHI")


class Record(NamedTuple):
    """One record that checks."""

    offset: int  # of its first byte in the file
    end: int  # of the byte behind it
    type: int
    first_seq: int
    payload: bytes

    @property
    def operations(self) -> int:
        """How many numbers it takes: the entries of a batch, one for an edit."""
        return SUM.unpack_from(self.payload)[0] if self.type == BATCH else 1

    @property
    def last_seq(self) -> int:
        """The number of its last operation."""
        return self.first_seq + self.operations - 1


def log_name(number: int) -> str:
    """The file that a log is in."""
    return f"{number:06d}.log"


def header_of(kind: bytes, store_id: bytes, number: int) -> bytes:
    """The first 32 bytes of the log with that number."""
    head = HEADER.pack(MAGIC[kind], VERSION, 0, store_id)
    return head + SUM.pack(check(head, seed_of(kind, store_id, number), 0))


def owner_of(data: bytes, kind: bytes, number: int) -> bytes | None:
    """The id of the store that wrote this header for a file of that number, or None.

    It is what `dump` and `salvage` ask when CURRENT, which names the store, is lost.
    """
    if len(data) < HEADER_BYTES:
        return None
    magic, version, zero, store_id = HEADER.unpack_from(data)
    if (magic, version, zero) != (MAGIC[kind], VERSION, 0):
        return None
    return store_id if data[:HEADER_BYTES] == header_of(kind, store_id, number) else None


def header_fault(data: bytes, kind: bytes, store_id: bytes, number: int) -> str:
    """What is wrong with the header of a file; empty when nothing is."""
    header = header_of(kind, store_id, number)
    if data[:HEADER_BYTES] == header:
        return ""
    if len(data) < HEADER_BYTES:
        return f"the file ends inside its header, after {len(data)} bytes"
    magic, version, _, owner = HEADER.unpack_from(data)
    (crc,) = SUM.unpack_from(data, HEADER.size)
    sum_fits = check(data[: HEADER.size], seed_of(kind, owner, number), 0) == crc
    if magic != MAGIC[kind]:
        return f"this is no {kind.decode()}"
    if sum_fits and version != VERSION:
        return f"this file has format {version}; format {VERSION} is known here"
    if sum_fits and owner != store_id:
        return "this file belongs to another store"
    return "the header does not check: it is damaged, or of a file with another number"


def record_at(data: bytes, at: int, seed: int) -> Record | str:
    """The record that begins at byte `at`, or why its sum says that none does."""
    if at + RECORD.size > len(data):
        return "the file ends inside the head of this record"
    crc, length, kind, first_seq = RECORD.unpack_from(data, at)
    end = at + RECORD.size + length
    if end > len(data):
        return f"this record of {length:,} bytes goes on behind the end of the file"
    if crc32(data[at + SUM.size : end], (seed + at) & MASK) != crc:
        return "this record's sum does not fit"
    return Record(at, end, kind, first_seq, data[at + RECORD.size : end])


def fault_of(record: Record, kind: bytes, last_seq: int | None) -> str:
    """Why a record whose sum fits cannot be, after operation `last_seq`; empty when it can."""
    if record.type != TYPE[kind]:
        return f"this record's sum fits, but no {kind.decode()} has type {record.type:#x}"
    if record.type == BATCH and len(record.payload) < SUM.size:
        return "this record's sum fits, but it has no count of entries"
    if record.operations == 0:
        return "this record's sum fits, but it holds no operation"
    if last_seq is None or record.first_seq == last_seq + 1:
        return ""
    return (
        f"operation {record.first_seq:,} stands where {last_seq + 1:,} should: "
        f"{_missing(record.first_seq - last_seq - 1)}"
    )


def _missing(count: int) -> str:
    if count < 0:
        return "it is there twice"
    return "1 operation is missing" if count == 1 else f"{count:,} operations are missing"


def no_entries(error: ValueError) -> str:
    """What is wrong with a batch whose sum fits and whose entries do not decode."""
    return f"this record's sum fits, its entries do not: {error}"
