"""Reading a log: every record that was written, or the name of what is damaged.

The hard question of every log is what a bad record means. Two things look alike:

    A tear    the machine stopped while the last record was written. Nobody was told that it is
              safe, so it is cut off, and the store goes on.
    Damage    a record that was whole once is not any more. Somebody was told that it is safe, so
              dropping it in silence would be a wrong answer.

A log that was closed has no tear: CURRENT keeps its length and its sum. In one that was not, a
tear is the last thing in the newest log, so these say that a bad record is damage:

    1. A valid record stands anywhere behind it. The search asks at every byte, because the length
       that would lead to the next record may be what is wrong.
    2. One turned bit explains it. A tear takes sectors away; it does not turn a bit.
    3. Its sum fits, and what it holds is still not possible: an operation number that does not
       follow, entries that are none. No accident makes that.

Sources: cockroachdb/pebble issue 453, damage in the middle of a log taken for its end; T. S.
Pillai and others, "All File Systems Are Not Created Equal", OSDI 2014.

Cost: O(bytes), the whole file in memory; replay takes about a microsecond for a put of 100 bytes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from sdcli.reference.kv.engine.checks import MASK, check, seed_of, wrong_byte
from sdcli.reference.kv.engine.entries import VALUE, decode
from sdcli.reference.kv.engine.errors import Damaged
from sdcli.reference.kv.engine.fs import SECTOR, read_all
from sdcli.reference.kv.engine.log_format import (
    BATCH,
    HEADER,
    HEADER_BYTES,
    MAGIC,
    ONE_PUT,
    RECORD,
    SUM,
    TYPE,
    VERSION,
    Record,
    header_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.reference.kv.engine.entries import Entry
    from sdcli.reference.kv.engine.fs import FileSystem


_TYPE_AT = 8  # bytes from the start of a record to its type
_TURNED_BYTES_MAX = 1024 * 1024  # the search for one bit in a larger record takes too long


class Gap(NamedTuple):
    """Bytes of a log in which no valid record stands."""

    offset: int
    end: int
    why: str


class LogReader:
    """The records of one log or manifest, in order.

    Args:
        fs: the folder.
        name: of the file in it.
        kind: LOG or MANIFEST.
        store_id: of the store; 16 bytes.
        number: of the file among its kind.
        is_closed: bytes and CRC-32 of the file as CURRENT has them; None after an unclean end.
        may_tear: whether the machine may have stopped while this file was written: the newest of
            its kind, after an unclean end.
        after_seq: the number of the last operation before this file, with which its first record
            goes on; None when nobody knows.

    After the iteration, or a replay:
        tear: the offset of the torn record, None when there is none.
        end, crc: bytes and CRC-32 of the part that is good, for a LogWriter to go on with.
        size: bytes in the file.
        last_seq: the number of the last operation.

    Each iteration reads the file anew. An exception ends it; what was given before is right.
    """

    def __init__(
        self,
        fs: FileSystem,
        name: str,
        kind: bytes,
        store_id: bytes,
        number: int,
        *,
        is_closed: tuple[int, int] | None = None,
        may_tear: bool = False,
        after_seq: int | None = 0,
    ) -> None:
        self.name = name
        self.tear: int | None = None
        self.end = 0
        self.size = 0
        self.last_seq = after_seq
        self._fs = fs
        self._kind = kind
        self._store_id = store_id
        self._number = number
        self._is_closed = is_closed
        self._may_tear = may_tear and is_closed is None
        self._after_seq = after_seq
        self._data = b""
        self._seed = seed_of(kind, store_id, number)

    @property
    def crc(self) -> int:
        """CRC-32 of the good part."""
        return crc32(memoryview(self._data)[: self.end])

    def __iter__(self) -> Iterator[Record]:
        """Every record; the payload of each batch decodes.

        Raises:
            Damaged: the file holds other bytes than were written.
        """
        self._begin()
        while (record := self._next()) is not None:
            if record.type == BATCH:
                self._entries(record)
            yield record

    def replay_into(self, memtable: dict[bytes, Entry]) -> int:
        """Do every operation again, in order, on a memtable; return how many there were.

        Raises:
            Damaged: the file holds other bytes than were written; throw the memtable away.

        Cost: about a microsecond for a put of 100 bytes.
        """
        self._begin()
        count = self._replay_puts(memtable)
        while (record := self._next()) is not None:
            keys, entries = self._entries(record)
            memtable.update(zip(keys, entries, strict=True))
            count += len(keys) + self._replay_puts(memtable)
        return count

    def _replay_puts(self, memtable: dict[bytes, Entry]) -> int:
        """Do the puts of one key each that come next, until something else comes.

        It takes only what is right beyond doubt. Everything else, damage included, it leaves to
        `_next`, so that one place alone judges.
        """
        if self.tear is not None:
            return 0
        data, size, at, seed = self._data, self.size, self.end, self._seed
        next_seq = None if self.last_seq is None else self.last_seq + 1
        unpack, head, body_at = ONE_PUT.unpack_from, ONE_PUT.size, RECORD.size
        count = 0
        while next_seq is not None and at + head <= size:
            crc, length, kind, seq, one, entry, key_bytes, value_bytes = unpack(data, at)
            key_end = at + head + key_bytes
            end = key_end + value_bytes
            if (
                kind != BATCH
                or one != 1
                or entry != VALUE
                or seq != next_seq
                or end != at + body_at + length
                or end > size
                or crc32(data[at + 4 : end], (seed + at) & MASK) != crc
            ):
                break
            memtable[data[at + head : key_end]] = data[key_end:end]
            at = end
            next_seq += 1
            count += 1
        self.end = at
        if next_seq is not None:
            self.last_seq = next_seq - 1
        return count

    def _begin(self) -> None:
        """Read the file and judge its header and, after a clean close, the whole of it."""
        try:
            self._data = read_all(self._fs, self.name)
        except FileNotFoundError:
            raise Damaged(self.name, 0, "this file is missing") from None
        except OSError as error:
            why = error.strerror or str(error)
            raise Damaged(self.name, 0, f"the disk cannot read this file: {why}") from error
        self.size = len(self._data)
        self.tear, self.end, self.last_seq = None, HEADER_BYTES, self._after_seq
        wrong = header_fault(self._data, self._kind, self._store_id, self._number)
        if wrong:
            self._judge_header(wrong)
        elif self._is_closed and (self.size, crc32(self._data)) != self._is_closed:
            self._find_damage(self._is_closed[0])

    def _judge_header(self, wrong: str) -> None:
        """A header is one write inside one sector: it came whole, as a beginning, or as zeros."""
        header = header_of(self._kind, self._store_id, self._number)
        came = self._data[:HEADER_BYTES].rstrip(b"\0")
        is_torn = self._may_tear and header.startswith(came)
        if not is_torn or self._valid_behind(0) is not None:
            raise Damaged(self.name, 0, wrong)
        self.tear = self.end = 0

    def _find_damage(self, closed_bytes: int) -> None:
        """Say where a file differs from what was closed."""
        while self.end < min(self.size, closed_bytes):
            self._next()  # raises at a bad record, which is what is expected here
        if self.size != closed_bytes:
            raise Damaged(
                self.name,
                min(self.size, closed_bytes),
                f"the file was closed with {closed_bytes:,} bytes and has {self.size:,}",
            )
        raise Damaged(self.name, 0, "the sum of the whole file is not that of when it was closed")

    def _next(self) -> Record | None:
        """The record at `end`, which moves behind it; None at the end of the file or a tear."""
        at = self.end
        if at == self.size or self.tear is not None:
            return None
        record = record_at(self._data, at, self._seed)
        if isinstance(record, str):
            if self._is_tear(at):
                self.tear = at
                return None
            raise Damaged(self.name, at, record)
        wrong = fault_of(record, self._kind, self.last_seq)
        if wrong:
            raise Damaged(self.name, at, wrong)
        self.end, self.last_seq = record.end, record.last_seq
        return record

    def _is_tear(self, at: int) -> bool:
        if not self._may_tear or self._valid_behind(at) is not None:
            return False
        byte = turned_byte(self._data, at, self._seed)
        if byte is None:
            return True
        # A lost sector looks like a turned bit when there was only one bit in it to lose.
        sector = byte - byte % SECTOR
        return not any(self._data[max(at, sector) : sector + SECTOR])

    def _valid_behind(self, at: int) -> Record | None:
        return next_valid(self._data, at + 1, self._seed, self._kind, self.last_seq)

    def _entries(self, record: Record) -> tuple[list[bytes], list[Entry]]:
        try:
            return decode(record.payload)
        except ValueError as error:
            raise Damaged(self.name, record.offset, _no_entries(error)) from None


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


def next_valid(
    data: bytes, start: int, seed: int, kind: bytes, last_seq: int | None
) -> Record | None:
    """The first valid record at byte `start` or anywhere behind it.

    Cost: O(bytes), 10 ms for a log of 16 MiB; a second for one that is made to look like heads.

    The numbers that can come lie close together, so their high bytes are known. A type with those
    bytes at their distance is what the search jumps to, at the speed of C; number and length then
    settle nearly all of these places before a sum is computed.
    """
    size, unpack = len(data), RECORD.unpack_from
    lowest, highest = 1, 2**64 - 1
    if last_seq is not None:  # an operation takes a byte at least: not more of them than bytes
        lowest, highest = last_seq + 1, min(highest, last_seq + size)
    free = ((lowest ^ highest).bit_length() + 7) // 8  # bytes in which the numbers differ
    known = lowest.to_bytes(8, "little")[free:]
    head = re.escape(bytes([TYPE[kind]])) + b"(?=.{%d}%s)" % (free, re.escape(known))
    for found in re.compile(head, re.DOTALL).finditer(data, start + _TYPE_AT):
        at = found.start() - _TYPE_AT
        if at + RECORD.size > size:
            break
        _, length, _, first_seq = unpack(data, at)
        if lowest <= first_seq <= highest and at + RECORD.size + length <= size:
            record = record_at(data, at, seed)
            if isinstance(record, Record):
                return record
    return None


def turned_byte(data: bytes, at: int, seed: int) -> int | None:
    """Where the one bit is whose turning would make the bad record at byte `at` a good one.

    The length is asked apart: with a wrong one, the sum is that of other bytes.

    Returns:
        The offset of the byte that it is in; None when no bit does.

    Cost: 0.8 microseconds for each byte of the record; in one of more than 1 MiB the length alone
    is asked.
    """
    if at + RECORD.size > len(data):
        return None
    crc, length, _, _ = RECORD.unpack_from(data, at)
    end, start, body_at = at + RECORD.size + length, (seed + at) & MASK, at + SUM.size
    if end <= len(data) and length <= _TURNED_BYTES_MAX:
        byte = wrong_byte(crc, crc32(data[body_at:end], start), end - body_at)
        if byte is not None:
            return body_at + byte
    for bit in range(32):
        other = length ^ 1 << bit
        end = at + RECORD.size + other
        if end > len(data):
            continue
        if crc32(data[body_at + SUM.size : end], crc32(SUM.pack(other), start)) == crc:
            return body_at + bit // 8
    return None


def scan_log(data: bytes, kind: bytes, store_id: bytes, number: int) -> Iterator[Record | Gap]:
    """Every valid record of a log, and what stands between them: for salvage and dump.

    Nothing is raised, whatever the bytes. A record whose sum fits and whose contents are not
    possible is a gap too. The header is no record: only a bad one is a gap.
    """
    seed = seed_of(kind, store_id, number)
    at, last_seq = min(HEADER_BYTES, len(data)), None
    wrong = header_fault(data, kind, store_id, number)
    if wrong:
        yield Gap(0, at, wrong)
    while at < len(data):
        record = record_at(data, at, seed)
        if isinstance(record, Record):
            wrong = fault_of(record, kind, None) or _entries_fault(record)
            if not wrong:
                last_seq = record.last_seq
            yield Gap(at, record.end, wrong) if wrong else record
            at = record.end
            continue
        behind = next_valid(data, at + 1, seed, kind, last_seq)
        end = len(data) if behind is None else behind.offset
        yield Gap(at, end, record)
        at = end


def _entries_fault(record: Record) -> str:
    if record.type == BATCH:
        try:
            decode(record.payload)
        except ValueError as error:
            return _no_entries(error)
    return ""


def _no_entries(error: ValueError) -> str:
    return f"this record's sum fits, its entries do not: {error}"
