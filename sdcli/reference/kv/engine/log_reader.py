"""Reading a log: every record that was written, or the name of what is damaged.

The hard question of every log is what a bad record means. Two things look alike:

    A tear    the machine stopped while the last record was written. Nobody was told that it is
              safe, so it is left out, and the store goes on.
    Damage    a record that was whole once is not any more. Somebody was told that it is safe, so
              dropping it in silence would be a wrong answer.

A log that was closed has no tear: CURRENT keeps its length and its sum. In one that was not, a
tear is the last thing in the newest log, so these say that a bad record is damage:

    1. A valid record stands anywhere behind it (log_search.py). The search asks at every byte,
       because the length that would lead to the next record may be what is wrong.
    2. It is bad in a way in which no power cut leaves a record (log_tear.py).
    3. Its sum fits, and what it holds is still not possible: an operation number that does not
       follow, entries that are none. No accident makes that.

Sources: cockroachdb/pebble issue 453, damage in the middle of a log taken for its end; T. S.
Pillai and others, "All File Systems Are Not Created Equal", OSDI 2014.

Cost: O(bytes), the whole file in memory; replay takes about a microsecond for a put of 100 bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from sdcli.reference.kv.engine.checks import MASK, seed_of
from sdcli.reference.kv.engine.entries import VALUE, decode
from sdcli.reference.kv.engine.errors import Damaged
from sdcli.reference.kv.engine.fs import read_all
from sdcli.reference.kv.engine.log_format import (
    BATCH,
    HEADER_BYTES,
    ONE_PUT,
    RECORD,
    Record,
    fault_of,
    header_fault,
    header_of,
    no_entries,
    record_at,
)
from sdcli.reference.kv.engine.log_search import next_valid
from sdcli.reference.kv.engine.log_tear import can_be_torn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.reference.kv.engine.entries import Entry
    from sdcli.reference.kv.engine.fs import FileSystem


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
        self._data = read_all(self._fs, self.name)
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
        return can_be_torn(self._data, at, self._seed)

    def _valid_behind(self, at: int) -> Record | None:
        return next_valid(self._data, at + 1, self._seed, self._kind, self.last_seq)

    def _entries(self, record: Record) -> tuple[list[bytes], list[Entry]]:
        try:
            return decode(record.payload)
        except ValueError as error:
            raise Damaged(self.name, record.offset, no_entries(error)) from None
