"""Logs to read and to damage, and records made by hand; what the tests of the log share."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING
from zlib import crc32

from sdcli.reference.kv.engine.entries import Expiring, encode
from sdcli.reference.kv.engine.errors import Damaged
from sdcli.reference.kv.engine.log_format import BATCH, LOG, Record
from sdcli.reference.kv.engine.log_reader import LogReader
from sdcli.reference.kv.engine.log_writer import LogWriter
from sdcli.reference.kv.engine.sim_disk import SimDisk

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.reference.kv.engine.entries import Entry

STORE = bytes(range(16))
NAME = "000001.log"


def writer(disk: SimDisk, **named) -> LogWriter:
    return LogWriter(disk, NAME, LOG, STORE, 1, **named)


def reader(disk: SimDisk, **named) -> LogReader:
    return LogReader(disk, NAME, LOG, STORE, 1, **named)


def disk_with(data: bytes) -> SimDisk:
    disk = SimDisk()
    disk.give(NAME, data)
    return disk


def read(data: bytes, **named) -> tuple[list[Record], LogReader]:
    """All records of a log with these bytes, and who read them."""
    log = reader(disk_with(data), **named)
    return list(log), log


def outcome(data: bytes, **named) -> tuple[list[Record], int | None, Damaged | None]:
    """What a reader gives: records, where the log is torn, what it says of damage.

    A replay must come to the same: it is asserted here, for every log that a test reads.
    """
    log = reader(disk_with(data), **named)
    records: list[Record] = []
    error = damage_of(lambda: records.extend(log))  # extend keeps what came before an exception
    counts: list[int] = []
    again = reader(disk_with(data), **named)
    same = damage_of(lambda: counts.append(again.replay_into({})))
    assert str(same) == str(error)
    assert error is None or error.file == NAME
    if error is None:
        assert counts == [sum(record.operations for record in records)]
        assert (again.tear, again.end, again.last_seq) == (log.tear, log.end, log.last_seq)
    return records, log.tear, error


def damage_of(call: Callable[[], None]) -> Damaged | None:
    """What a call says of damage."""
    try:
        call()
    except Damaged as damaged:
        return damaged
    return None


def forged(at: int, payload: bytes, *, seq: int, kind: int = BATCH, length: int | None = None):
    """A record with a right checksum, whatever it says; by the grammar of formats/log.md."""
    rest = struct.pack("<IBQ", len(payload) if length is None else length, kind, seq) + payload
    place = crc32(b"log" + STORE + struct.pack("<Q", 1)) + at
    return struct.pack("<I", crc32(rest, place & 0xFFFFFFFF)) + rest


# One write each: keys and entries.
WRITES: list[tuple[list[bytes], list[Entry]]] = [
    ([b"ada"], [b"1815"]),
    ([b""], [b""]),
    ([b"alan", b"ada", b"ada"], [b"1912", None, b"1852"]),
    ([b"\x00\xff\n"], [bytes(40)]),
    ([b"gone"], [None]),
    ([b"grace"], [Expiring(b"1906", 1_800_000_000_000_000_000)]),
    ([b"x" * 300], [b"y" * 300]),
    ([b"edsger", b"barbara"], [b"1930", b"1939"]),
    ([b"tony"], [b"1934 and more"]),
]


def sample() -> tuple[bytes, list[Record]]:
    """A log with WRITES, and its records."""
    disk = SimDisk()
    log = writer(disk)
    seq = 1
    for keys, entries in WRITES:
        log.append(BATCH, seq, encode(keys, entries))
        seq += len(keys)
    data = disk.bytes_of(NAME)
    return data, read(data)[0]
