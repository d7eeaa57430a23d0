"""Damage to tables: every answer is right or an error that names the file and where."""

from __future__ import annotations

import dataclasses
import errno
import os
from array import array
from typing import TYPE_CHECKING, Any

import pytest

from sdcli.core.errors import MissingError
from sdcli.reference.kv.engine.block import find
from sdcli.reference.kv.engine.entries import Entry, encode
from sdcli.reference.kv.engine.errors import Damaged
from sdcli.reference.kv.engine.sim_disk import SimDisk
from sdcli.reference.kv.engine.table_check import faults_of
from sdcli.reference.kv.engine.table_format import ABSENT, HANDLE, sealed, table_seed
from sdcli.reference.kv.engine.table_writer import TableWriter
from tests.reference.kv.engine.tables import (
    NAME,
    SMALL,
    STORE,
    made,
    parts_of,
    scanned,
    table,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.reference.kv.engine.table_format import TableInfo

BITS = range(8) if os.environ.get("SOAK") else None  # else one bit of each byte, another each time
OTHERS = (b"b", b"\x01", b"zzz", b"\xff" * 10)


def reads(disk: SimDisk, info: TableInfo) -> list[Damaged]:
    """Ask a table for everything, in every way: an answer is right, or an error that comes back."""
    errors: list[Damaged] = []

    def attempt(ask: Callable[[], object], right: object) -> None:
        try:
            assert ask() == right
        except Damaged as error:
            errors.append(error)

    found = table(disk, info)
    for key in [*SMALL, *OTHERS]:
        attempt(lambda key=key: found.get(key), SMALL.get(key, ABSENT))  # type: ignore[misc]
    attempt(lambda: scanned(found), list(SMALL.items()))
    attempt(lambda: scanned(found, b"a", b"f", reverse=True), [*SMALL.items()][6:2:-1])
    return errors


def test_a_whole_table_has_no_fault() -> None:
    disk, info, _ = made(SMALL)
    assert reads(disk, info) == []
    assert faults_of(disk, info, STORE) == []
    assert len(parts_of(disk, info)) >= 3 + 4  # data blocks, filter, index, properties, footer


def test_one_flipped_bit_is_found_wherever_it_is() -> None:
    """And the error names the part that has it: nothing nearer can be known."""
    disk, info, _ = made(SMALL)
    for offset, end, what in parts_of(disk, info):
        for at in range(offset, end):
            for bit in BITS or (at % 8,):
                disk.flip(NAME, at, bit)
                seen = reads(disk, info)
                faults = faults_of(disk, info, STORE)
                disk.flip(NAME, at, bit)
                places = {(error.file, error.offset) for error in seen}
                assert places <= {(NAME, offset)}, f"byte {at} of the {what}"
                assert [(fault.file, fault.offset) for fault in faults] == [(NAME, offset)]
                if what in {"data block", "index", "footer"}:
                    assert seen, f"byte {at} of the {what} is read by a scan"
    assert reads(disk, info) == []


def test_a_table_cut_short_anywhere_is_damaged_there() -> None:
    disk, info, _ = made(SMALL)
    whole = disk.bytes_of(NAME)
    for size in range(info.size):
        disk.give(NAME, whole[:size])
        (fault,) = faults_of(disk, info, STORE)
        assert (fault.file, fault.offset) == (NAME, size)
    disk.give(NAME, whole + b"\0")
    (fault,) = faults_of(disk, info, STORE)
    assert fault.offset == info.size
    assert fault.given == f"{info.size + 1:,} bytes, where {info.size:,} were written"


def test_a_table_that_is_cut_while_it_is_open_is_damaged_there() -> None:
    disk, info, found = made(SMALL)
    assert found.get(b"") == b"an empty key"
    offset, end, _ = parts_of(disk, info)[1]
    _, (keys, _), _ = found.blocks()
    disk.cut(NAME, offset + 5)
    with pytest.raises(Damaged, match="the file ends inside this data block") as damaged:
        found.get(keys[0])
    assert offset + 5 < end
    assert damaged.value.offset == offset + 5


def test_a_block_in_the_place_of_another_is_refused() -> None:
    """Two blocks of one size: each is whole, and each has the sum of its own place."""
    content: dict[bytes, Entry] = {b"%02d" % i: b"x" * 20 for i in range(8)}
    disk, info, found = made(content)
    (a, a_end, _), (b, b_end, _) = parts_of(disk, info)[:2]
    data = disk.bytes_of(NAME)
    disk.overwrite(NAME, a, data[b:b_end] + data[a:a_end])
    with pytest.raises(Damaged) as damaged:
        found.get(b"00")
    assert damaged.value.offset == a
    assert [fault.offset for fault in faults_of(disk, info, STORE)] == [a, b]


def test_a_stretch_of_zeros_is_no_block() -> None:
    disk, info, _ = made(SMALL)
    for offset, end, _ in parts_of(disk, info):
        before = disk.bytes_of(NAME)
        disk.overwrite(NAME, offset, bytes(end - offset))
        assert offset in [fault.offset for fault in faults_of(disk, info, STORE)]
        disk.give(NAME, before)


def test_every_damaged_part_is_told_at_once() -> None:
    disk, info, _ = made(SMALL)
    offsets = [
        offset for offset, _, what in parts_of(disk, info) if what not in {"index", "footer"}
    ]
    for offset in offsets:
        disk.flip(NAME, offset)
    assert [fault.offset for fault in faults_of(disk, info, STORE)] == offsets


def test_the_table_of_another_store_is_named() -> None:
    disk = SimDisk()
    info = write(disk, SMALL)
    other = SimDisk()
    assert write(other, SMALL, store=b"\xaa" * 16).size == info.size
    disk.give(NAME, other.bytes_of(NAME))
    with pytest.raises(Damaged) as damaged:
        table(disk, info).get(b"ada")
    assert damaged.value.what == f"this is table 7 of another store, {'aa' * 16}"
    assert damaged.value.offset == info.size - 64


def test_a_table_under_the_name_of_another_is_named() -> None:
    disk, info, _ = made(SMALL)
    write(disk, SMALL, number=8)
    disk.give(NAME, disk.bytes_of("000008.table"))
    assert [fault.what for fault in faults_of(disk, info, STORE)] == [
        "this is table 8, under the name of table 7"
    ]


def test_an_older_life_of_the_same_table_is_found_by_its_sum() -> None:
    """Same store, number, size, keys: only the sum that the manifest keeps tells them apart."""
    disk, info, _ = made({b"ada": b"1815"})
    older = SimDisk()
    assert write(older, {b"ada": b"1816"}).size == info.size
    disk.give(NAME, older.bytes_of(NAME))
    (fault,) = faults_of(disk, info, STORE)
    assert fault.what == "this is not the file that the manifest names"


def test_a_missing_table_is_named() -> None:
    disk, info, found = made(SMALL)
    disk.take(NAME)
    with pytest.raises(Damaged) as damaged:
        found.get(b"ada")
    assert damaged.value.render().startswith(
        "error: 000007.table at byte 0: this table is missing\n"
    )
    assert [fault.what for fault in faults_of(disk, info, STORE)] == ["this table is missing"]


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_a_disk_that_cannot_read_is_named(nth: int) -> None:
    """Footer, filter, index, data block; and what was read before is not forgotten by it."""
    disk, info, _ = made(SMALL)
    found = table(disk, info)
    disk.fail_read(nth)
    with pytest.raises(Damaged, match="the disk cannot read this") as damaged:
        found.get(b"ada")
    starts = [offset for offset, _, _ in parts_of(disk, info)]
    assert damaged.value.offset in starts
    assert found.get(b"ada") == b"1815"


def test_a_system_that_opens_no_more_files_is_no_damage() -> None:
    disk, _, found = made(SMALL)
    disk.fail("read", 1, code=errno.EMFILE)
    with pytest.raises(MissingError, match="this table cannot be read: too many open files"):
        found.get(b"ada")
    assert found.get(b"ada") == b"1815"


def test_a_later_version_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sdcli.reference.kv.engine.table_format.VERSION", 2)
    _, _, found = made(SMALL)
    monkeypatch.undo()
    with pytest.raises(Damaged, match="of a version that is not known here") as damaged:
        found.get(b"ada")
    assert damaged.value.given == "version 2"


# What no checksum finds: a writer that was wrong. The file is whole; verify says what is not so.


def forged(wrong: Callable[[Any], None]) -> list[str]:
    """What verify says of a table whose writer did something wrong before it finished."""
    disk = SimDisk()
    writer = TableWriter(disk, 7, STORE, level=1, block_bytes=64)
    writer.add_many(list(SMALL), list(SMALL.values()))
    wrong(writer)
    info = writer.finish()
    return [fault.what for fault in faults_of(disk, info, STORE)]


def _filter(writer: Any) -> None:
    writer._hashes = array("I", [0] * len(SMALL))


def _count(writer: Any) -> None:
    offset, size, count = HANDLE.unpack(writer._handles[0])
    writer._handles[0] = HANDLE.pack(offset, size, count + 1)


def _gap(writer: Any) -> None:
    offset, size, count = HANDLE.unpack(writer._handles[0])
    writer._handles[0] = HANDLE.pack(offset, size + 1, count)


def _deletion(writer: Any) -> None:
    writer._handles[0] = None


def _last(writer: Any) -> None:
    writer._lasts[0] = b"\x00\n\xff\x00"


def _order(writer: Any) -> None:
    writer._keys.reverse()
    writer._entries.reverse()
    writer._last = writer._keys[-1]


def _deletions(writer: Any) -> None:
    writer._deletions += 1


def _bytes(writer: Any) -> None:
    writer._value_bytes += 1


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (_filter, ["the filter denies a key that is here"]),
        (_count, ["the index says otherwise about this data block"]),
        (_last, ["the index says otherwise about this data block"]),
        (_gap, ["the blocks that this index names leave gaps"]),
        (_deletion, ["this index has something else than handles"]),
        (_order, ["the keys of this data block do not ascend"]),
        (
            _deletions,
            [
                "the manifest says otherwise about the entries of this table",
                "deletions is 3 in the properties, 2 in the table",
            ],
        ),
        (_bytes, ["value_bytes is 34 in the properties, 33 in the table"]),
    ],
    ids=["filter", "count", "last key", "gap", "no handle", "order", "deletions", "bytes"],
)
def test_a_wrong_writer_is_found(wrong: Callable[[Any], None], expected: list[str]) -> None:
    assert forged(wrong) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"entries": 12}, "the manifest says otherwise about the entries of this table"),
        ({"first": b"\x00"}, "the manifest says otherwise about the entries of this table"),
        ({"last": b"zz"}, "the last key of this index is not the manifest's"),
        ({"level": 2}, "the manifest says otherwise about level"),
        ({"seq_max": 1}, "the manifest says otherwise about seq_max"),
        ({"crc": 0}, "this is not the file that the manifest names"),
    ],
    ids=["entries", "first", "last", "level", "seq_max", "crc"],
)
def test_a_manifest_that_says_otherwise_is_found(changes: dict[str, Any], expected: str) -> None:
    disk, info, _ = made(SMALL)
    (fault,) = faults_of(disk, dataclasses.replace(info, **changes), STORE)
    assert fault.what == expected


@pytest.mark.parametrize(
    "body",
    [
        encode([b"ada"], [b"18150"])[:-1],  # a value that ends too early
        b"\x01\0\0\0\x09" + encode([b"ada"], [b"1815"])[5:],  # no such kind
    ],
    ids=["value", "kind"],
)
def test_a_block_that_is_none_under_a_sum_that_fits_is_damaged(body: bytes) -> None:
    """Only a wrong writer makes one, or somebody on purpose."""
    disk, info, _ = made({b"ada": b"1815"})
    disk.overwrite(NAME, 0, sealed(body, table_seed(STORE, 7), 0))
    asked = [
        lambda: table(disk, info).get(b"ada"),
        lambda: scanned(table(disk, info)),
        lambda: scanned(table(disk, info), fill=True),
    ]
    for ask in asked:
        with pytest.raises(Damaged, match="holds no entries") as damaged:
            ask()
        assert (damaged.value.file, damaged.value.offset) == (NAME, 0)
    assert [fault.offset for fault in faults_of(disk, info, STORE)] == [0]


def test_bytes_that_are_no_block_are_refused() -> None:
    with pytest.raises(ValueError, match="requires a buffer"):
        find(b"\xff\xff\0\0", b"ada")
