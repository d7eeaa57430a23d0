"""A walk through a log that goes on behind damage: what is intact, what is not, what is missing.

Opening a store stops at the first thing that is wrong, and must: whatever stands behind it may
depend on it. `verify` and `salvage` want all of it. The walk reads a log as an opening does for as
long as nothing is wrong; from there on it looks for the next valid record at every byte.

Every operation has a number, so what stands before a hole and what stands behind it say exactly
how many operations are missing. Behind the last record nobody can say.

Cost: O(bytes), the whole file in memory; what is damaged is read a second time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.core.errors import MissingError
from sdcli.reference.kv.engine.errors import Damaged
from sdcli.reference.kv.engine.fs import read_all
from sdcli.reference.kv.engine.log_format import HEADER_BYTES, Record, fault_of
from sdcli.reference.kv.engine.log_reader import LogReader
from sdcli.reference.kv.engine.log_search import Gap, scan_log

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.reference.kv.engine.fs import FileSystem


class LogWalk:
    """The valid records of one log or manifest, in order.

    Args:
        fs, name, kind, store_id, number, is_closed, may_tear, after_seq: as for a LogReader;
            `after_seq` is None where nobody knows it.

    After the iteration:
        records, operations: how many came.
        damages: what is wrong, each with its place.
        tear: the offset of a half-written last record, or None.
        is_there: whether there is such a file.
        refused: what the system said that does not let anybody read it; nothing came then.
        size: bytes of it.
        end: of the last record that came, or of the header.
        skipped: bytes that are no part of a valid record or header, a tear apart.
        lost: operations that are missing before a record that is there.
        is_open_ended: something was lost behind the last record too, and nobody can say how much.
        first_seq, last_seq: numbers of the first and of the last operation that came, or None.
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
        after_seq: int | None = None,
    ) -> None:
        self.name = name
        self.records = self.operations = 0
        self.damages: list[Damaged] = []
        self.tear: int | None = None
        self.size = self.skipped = self.lost = 0
        self.is_there = True
        self.refused: MissingError | None = None
        self.is_open_ended = False
        self.first_seq: int | None = None
        self.last_seq: int | None = None
        self._fs, self._kind, self._store_id, self._number = fs, kind, store_id, number
        self._after_seq = after_seq
        self._closed_bytes = is_closed[0] if is_closed else None
        self.end = 0  # of what came so far
        self._reader = LogReader(
            fs,
            name,
            kind,
            store_id,
            number,
            is_closed=is_closed,
            may_tear=may_tear,
            after_seq=after_seq,
        )

    def __iter__(self) -> Iterator[Record]:
        """Every record that checks; nothing is raised."""
        reader = self._reader
        try:
            for record in reader:
                self._count(record)
                yield record
        except Damaged as error:
            self.damages.append(error)
            self.size = reader.size
            yield from self._rest()
        except MissingError as error:
            self.refused, self.is_open_ended = error, True
        else:
            self.size, self.tear, self.end = reader.size, reader.tear, reader.end

    def _count(self, record: Record) -> None:
        if self.first_seq is None:
            self.first_seq = record.first_seq
        self.records += 1
        self.operations += record.operations
        self.last_seq, self.end = record.last_seq, record.end

    def _rest(self) -> Iterator[Record]:
        """What stands behind the first damage, and how much is missing there."""
        try:
            data = read_all(self._fs, self.name)
        except Damaged:  # as was told
            self.is_there = self.name in self._fs.names()
            self.is_open_ended = True
            return
        last_seq = self._after_seq if self.last_seq is None else self.last_seq
        is_open_ended = self._closed_bytes is not None and len(data) < self._closed_bytes
        told = self.damages[0].offset
        start, end = self.end, len(data)
        for piece in scan_log(data, self._kind, self._store_id, self._number):
            if piece.offset < start:
                continue
            if isinstance(piece, Gap):
                self.skipped += piece.end - piece.offset
                # A bad header takes no record with it.
                is_open_ended = is_open_ended or (piece.end == end and piece.offset >= HEADER_BYTES)
                if piece.offset != told:
                    self.damages.append(Damaged(self.name, piece.offset, piece.why))
                continue
            if last_seq is not None and piece.first_seq > last_seq + 1:
                self.lost += piece.first_seq - last_seq - 1
            elif wrong := fault_of(piece, self._kind, last_seq):
                self._tell(piece.offset, wrong)
            last_seq = piece.last_seq
            self._count(piece)
            yield piece
        # Where no record came at all, nobody can say whether there were some.
        self.is_open_ended = is_open_ended or not self.records

    def _tell(self, offset: int, wrong: str) -> None:
        if all(damage.offset != offset for damage in self.damages):
            self.damages.append(Damaged(self.name, offset, wrong))
