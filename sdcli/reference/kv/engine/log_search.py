"""The search for valid records behind a bad one, at every byte.

The length of a bad record cannot be trusted, so where the next one begins is unknown. That one
stands there at all is what tells damage from a tear (log_tear.py), and where it stands is what
salvage wants to know.

Each place is asked three questions, the cheap ones first, and nearly none gets to the third:

    1. Is there the type of a record, and the high bytes of an operation's number that can come?
       The numbers lie close together, so all but the lowest bytes of them are known. One regular
       expression finds these places at the speed of C.
    2. Does the number follow, and does the length end inside the file?
    3. Does the sum fit? A sum over a long stretch is put together from sums that were made once
       (prefix_sums.py); else a value full of false heads would be read once for each of them.

Cost: O(bytes): 20 ms for a log of 16 MiB, half a second for each MiB that is made to look like
heads of records.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from sdcli.reference.kv.engine.checks import MASK, seed_of
from sdcli.reference.kv.engine.entries import decode
from sdcli.reference.kv.engine.log_format import (
    BATCH,
    HEADER_BYTES,
    RECORD,
    SUM,
    TYPE,
    Record,
    fault_of,
    header_fault,
    no_entries,
    record_at,
)
from sdcli.reference.kv.engine.prefix_sums import PrefixSums

if TYPE_CHECKING:
    from collections.abc import Iterator

_TYPE_AT = 8  # bytes from the start of a record to its type
_SHORT_BYTES = 32 * 1024  # a sum over so many takes as long as one that is put together


class Gap(NamedTuple):
    """Bytes of a log in which no valid record stands."""

    offset: int
    end: int
    why: str


class Search:
    """The search through one log.

    Args:
        data: the whole file.
        seed: of its sums.
        kind: LOG or MANIFEST.
    """

    def __init__(self, data: bytes, seed: int, kind: bytes) -> None:
        self._data = data
        self._seed = seed
        self._kind = kind

    @cached_property
    def _sums(self) -> PrefixSums:
        return PrefixSums(self._data)

    def next_valid(self, start: int, last_seq: int | None) -> Record | None:
        """The first valid record at byte `start` or anywhere behind it.

        Args:
            start: from where on.
            last_seq: the number of the last operation before; None when nobody knows.
        """
        data, size, unpack = self._data, len(self._data), RECORD.unpack_from
        lowest, highest = 1, 2**64 - 1
        if last_seq is not None:  # an operation takes a byte at least: not more of them than bytes
            lowest, highest = last_seq + 1, min(highest, last_seq + size)
        free = ((lowest ^ highest).bit_length() + 7) // 8  # bytes in which the numbers differ
        known = lowest.to_bytes(8, "little")[free:]
        head = re.escape(bytes([TYPE[self._kind]])) + b"(?=.{%d}%s)" % (free, re.escape(known))
        for found in re.compile(head, re.DOTALL).finditer(data, start + _TYPE_AT):
            at = found.start() - _TYPE_AT
            body_at = at + RECORD.size
            if body_at > size:
                break
            crc, length, _, first_seq = unpack(data, at)
            end = body_at + length
            if lowest <= first_seq <= highest and end <= size and self._sum(at, end) == crc:
                return Record(at, end, TYPE[self._kind], first_seq, data[body_at:end])
        return None

    def _sum(self, at: int, end: int) -> int:
        """The sum that a record from `at` to `end` must have."""
        start, first = at + SUM.size, (self._seed + at) & MASK
        if end - start <= _SHORT_BYTES:
            return crc32(self._data[start:end], first)
        return self._sums.between(start, end, first)


def next_valid(
    data: bytes, start: int, seed: int, kind: bytes, last_seq: int | None
) -> Record | None:
    """The first valid record of a log at byte `start` or anywhere behind it."""
    return Search(data, seed, kind).next_valid(start, last_seq)


def scan_log(data: bytes, kind: bytes, store_id: bytes, number: int) -> Iterator[Record | Gap]:
    """Every valid record of a log, and what stands between them: for salvage and dump.

    Nothing is raised, whatever the bytes. A record whose sum fits and whose contents are not
    possible is a gap too. The header is no record: only a bad one is a gap.
    """
    seed = seed_of(kind, store_id, number)
    search = Search(data, seed, kind)
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
        behind = search.next_valid(at + 1, last_seq)
        end = len(data) if behind is None else behind.offset
        yield Gap(at, end, record)
        at = end


def _entries_fault(record: Record) -> str:
    if record.type == BATCH:
        try:
            decode(record.payload)
        except ValueError as error:
            return no_entries(error)
    return ""
