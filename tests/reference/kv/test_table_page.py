"""formats/table.md shows the bytes that the writer writes, and takes every one of them apart."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import pytest

from sdcli.reference.kv import engine
from sdcli.reference.kv.engine.cache import Cache
from sdcli.reference.kv.engine.entries import Entry, Expiring
from sdcli.reference.kv.engine.sim_disk import SimDisk
from sdcli.reference.kv.engine.table_check import faults_of
from sdcli.reference.kv.engine.table_reader import Table
from sdcli.reference.kv.engine.table_writer import TableWriter

if TYPE_CHECKING:
    from sdcli.reference.kv.engine.table_format import TableInfo

PAGE = (Path(engine.__file__).parent / "formats" / "table.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ([0-9a-f]{4}) \| (\d+) \| `(.+?)` \| (.+?) \|$", re.MULTILINE)
STORE = bytes(range(16))
NAME = "000001.table"
CONTENT: dict[bytes, Entry] = {
    b"ada": b"1815",
    b"alan": None,
    b"grace": Expiring(b"hi", 1_800_000_000_000_000_000),
}


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


def written() -> tuple[SimDisk, TableInfo]:
    disk = SimDisk()
    writer = TableWriter(disk, 1, STORE, level=0, block_bytes=30, seq_max=3)
    writer.add_many(list(CONTENT), list(CONTENT.values()))
    return disk, writer.finish()


def test_the_page_has_the_bytes_that_are_written() -> None:
    disk, _ = written()
    assert disk.bytes_of(NAME) == shown()


def test_the_bytes_of_the_page_are_read() -> None:
    disk, info = written()
    disk.give(NAME, shown())
    table = Table(disk, info, STORE, Cache(0))
    assert {key: table.get(key) for key in CONTENT} == CONTENT
    assert faults_of(disk, info, STORE) == []


def test_the_rows_explain_every_byte_in_turn() -> None:
    data, at = shown(), 0
    for place, size, piece, _ in ROW.findall(PAGE):
        assert int(place, 16) == at
        part = data[at : at + int(size)]
        if re.fullmatch(r"[0-9a-f]{2}( [0-9a-f]{2}| \.\.)*", piece):
            begin, dots, end = piece.partition(" .. ")
            assert part.startswith(bytes.fromhex(begin))
            assert part.endswith(bytes.fromhex(end))
            assert dots or len(bytes.fromhex(begin)) == len(part)
        else:
            assert part == piece.encode()
        at += len(part)
    assert at == len(data)


def test_the_sums_are_what_the_page_says() -> None:
    """Made by the rule on the page, with no code of the engine; each row says how many bytes."""
    data = shown()
    seed = crc32(b"table" + STORE + (1).to_bytes(8, "little"))
    sums = b""
    for place, _, piece, what in ROW.findall(PAGE):
        if covered := re.match(r"sum of the (\d+) bytes", what):
            end = int(place, 16)
            start = end - int(covered[1])
            right = crc32(data[start:end], (seed + start) % 2**32).to_bytes(4, "little")
            assert right.hex(" ") == piece
            sums += right
    _, info = written()
    assert len(sums) == 6 * 4  # two data blocks, filter, index, properties, footer
    assert crc32(sums) == info.crc


def test_the_bits_are_what_the_page_says() -> None:
    """As above: the rule, word for word."""
    bits = 64
    row = 0
    for key in CONTENT:
        product = crc32(key) * 0x9E3779B97F4A7C15 % 2**64
        h1, h2 = product >> 32, product % 2**32 | 1
        for i in range(7):
            row |= 1 << (h1 + i * h2) % bits
    at = int(next(place for place, size, *_ in ROW.findall(PAGE) if size == "1"), 16) + 1
    assert row.to_bytes(8, "little") == shown()[at : at + 8]
    (set_bits,) = re.findall(r"the bits; (\d+) are set", PAGE)
    assert row.bit_count() == int(set_bits)


def test_the_properties_are_those_that_the_page_names() -> None:
    data = shown()
    start, size = next(
        (int(a, 16), int(s)) for a, s, _, what in ROW.findall(PAGE) if "JSON" in what
    )
    found = json.loads(data[start : start + size])
    paragraph = PAGE[PAGE.index("**The properties**") : PAGE.index("## Worked example")]
    assert sorted(re.findall(r"`(\w+)`", paragraph)) == sorted(found)


@pytest.mark.parametrize(
    "texts", [(b"1815", b"1816"), (b"", b"anything at all")], ids=["near", "far"]
)
def test_a_crc_behind_its_bytes_hides_them(texts: tuple[bytes, bytes]) -> None:
    """Why the sum of the file is made of sums: the page says so, and it is so."""
    one, other = (crc32(text + crc32(text).to_bytes(4, "little")) for text in texts)
    assert one == other == 0x2144DF1C  # catalogues give its inverse, the "residue" 0xDEBB20E3
