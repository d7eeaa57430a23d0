"""formats/log.md shows the bytes that the writer writes, and takes every one of them apart."""

from __future__ import annotations

import re
from pathlib import Path

from sdcli.reference.kv import engine
from sdcli.reference.kv.engine.entries import Expiring, encode
from sdcli.reference.kv.engine.log_format import BATCH, LOG
from sdcli.reference.kv.engine.log_reader import LogReader
from sdcli.reference.kv.engine.log_writer import LogWriter
from sdcli.reference.kv.engine.sim_disk import SimDisk

PAGE = (Path(engine.__file__).parent / "formats" / "log.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ([0-9a-f]{4}) \| (.+?) \|", re.MULTILINE)


def shown() -> bytes:
    """The bytes of the page, read from their hexadecimal digits."""
    (dump,) = re.findall(r"^```hexdump\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    data = b""
    for line in dump.splitlines():
        at, digits, text = line[:4], line[6:53], line[55:]
        piece = bytes.fromhex(digits)
        assert int(at, 16) == len(data)
        assert text == "".join(chr(byte) if 32 <= byte < 127 else "." for byte in piece)
        data += piece
    return data


def test_the_page_has_the_bytes_that_are_written() -> None:
    disk = SimDisk()
    log = LogWriter(disk, "000001.log", LOG, bytes(range(16)), 1)
    log.put_one(1, b"ada", b"1815")
    log.append(
        BATCH, 2, encode([b"ada", b"bob"], [None, Expiring(b"hi", 1_800_000_000_000_000_000)])
    )
    assert disk.bytes_of("000001.log") == shown()


def test_the_bytes_of_the_page_are_read() -> None:
    disk = SimDisk()
    disk.give("000001.log", shown())
    found = {}
    assert LogReader(disk, "000001.log", LOG, bytes(range(16)), 1).replay_into(found) == 3
    assert found == {b"ada": None, b"bob": Expiring(b"hi", 1_800_000_000_000_000_000)}


def test_the_table_explains_every_byte_in_turn() -> None:
    at = 0
    rows = ROW.findall(PAGE)
    for place, pieces in rows:
        assert int(place, 16) == at
        for piece in re.findall(r"`(.+?)`", pieces):
            at += size_of(piece, at)
    assert at == len(shown())


def size_of(piece: str, at: int) -> int:
    """How many bytes a piece of a row stands for; they must be those of the page."""
    data = shown()
    if not re.fullmatch(r"[0-9a-f]{2}( [0-9a-f]{2}| \.\.)*", piece):
        assert data[at:].startswith(piece.encode())
        return len(piece)
    begin, dots, end = piece.partition(" .. ")
    start, stop = bytes.fromhex(begin), bytes.fromhex(end)
    assert data[at:].startswith(start)
    if not dots:
        return len(start)
    # "73 64 .. 0a" goes on to a byte 0a; of zeros, to the last of the eight of a number.
    size = 8 if stop == b"\0" else data.index(stop, at) + 1 - at
    assert data[at : at + size].endswith(stop)
    return size
