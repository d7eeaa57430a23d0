"""A dump explains every byte, in order, each once; damaged or not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine.dump import Row, dump, shown
from sdcli.reference.kv.engine.entries import Expiring, encode
from sdcli.reference.kv.engine.log_format import BATCH, LOG
from sdcli.reference.kv.engine.log_writer import LogWriter
from sdcli.reference.kv.engine.sim_disk import SimDisk
from tests.reference.kv.engine.tables import NAME, SMALL, STORE, made
from tests.reference.kv.engine.whole import store_with_everything

FILES = ("CURRENT", "000001.manifest", "000001.table", "000002.log")
INTACT = {name: store_with_everything()[0].bytes_of(name) for name in FILES}


def rows_of(name: str, data: bytes, store_id: bytes | None = None) -> list[Row]:
    """All rows; they cover the file from end to end."""
    rows = list(dump(name, data, store_id))
    at = 0
    for row in rows:
        assert row.offset == at
        assert row.head == data[at : at + min(row.size, 16)]
        at += row.size
    assert at == len(data)
    return rows


def told(rows: list[Row]) -> list[tuple[int, int, str]]:
    return [(row.offset, row.size, row.what) for row in rows]


def test_a_log_with_a_batch_of_every_kind_of_entry() -> None:
    """By hand: header 32, record head 17, count 4, three kinds, sizes 2 and 4 bytes each."""
    disk = SimDisk()
    log = LogWriter(disk, "000003.log", LOG, STORE, 3)
    batch = encode([b"ada", b"bob", b"c"], [b"1815", None, Expiring(b"soon", 7)])
    log.append(BATCH, 9, batch)
    assert told(rows_of("000003.log", disk.bytes_of("000003.log"))) == [
        (0, 8, "magic: a log"),
        (8, 2, "version 1"),
        (10, 2, "zero"),
        (12, 16, "store 000102030405060708090a0b0c0d0e0f"),
        (28, 4, "sum of the header: fits"),
        (32, 4, "sum of a record of 65 bytes: fits"),
        (36, 4, "length of the payload: 48"),
        (40, 1, "type 0xb5: a batch"),
        (41, 8, "operation 9"),
        (49, 4, "count of entries: 3"),
        (53, 3, "kinds: value deletion expires"),
        (56, 6, "sizes of keys: 3 3 1"),
        (62, 12, "sizes of values: 4 0 12"),
        (74, 3, "key 'ada'"),
        (77, 3, "key 'bob'"),
        (80, 1, "key 'c'"),
        (81, 4, "value '1815'"),
        (85, 8, "expires 7 ns after 1970"),
        (93, 4, "value 'soon'"),
    ]


def test_a_table_is_told_part_by_part() -> None:
    disk, info, _ = made({b"ada": b"1815", b"bob": b"1"}, block_bytes=14)
    rows = told(rows_of(NAME, disk.bytes_of(NAME)))
    # Two blocks: 4 + 7 + 3 + 4 and 4 + 7 + 3 + 1, each with a checksum of 4 behind it.
    assert rows[6] == (18, 4, "sum of a data block: fits")
    assert rows[13] == (37, 4, "sum of a data block: fits")
    what = [text for _, _, text in rows]
    assert "block at 0, 22 bytes, 1 entries" in what
    assert "block at 22, 19 bytes, 1 entries" in what
    assert "the filter begins at 41" in what
    assert what[-1] == "sum of the footer: fits"
    assert rows[-1][0] == info.size - 4


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_wrong_with_an_intact_file(name: str) -> None:
    disk, _ = store_with_everything()
    rows = rows_of(name, disk.bytes_of(name))
    assert not any(row.is_wrong for row in rows)


@pytest.mark.parametrize("name", FILES)
def test_a_turned_bit_is_marked_wherever_it_is(name: str) -> None:
    disk, _ = store_with_everything()
    data = disk.bytes_of(name)
    for at in range(len(data)):
        flipped = bytearray(data)
        flipped[at] ^= 1 << at % 8
        rows = rows_of(name, bytes(flipped))
        assert any(row.is_wrong for row in rows), at
        assert all(row.is_wrong for row in rows if "DOES NOT FIT" in row.what), at


def test_a_table_with_every_kind_of_entry_and_odd_keys() -> None:
    disk, _, _ = made(SMALL)
    rows = rows_of(NAME, disk.bytes_of(NAME))
    assert "key '\\x00\\n\\xff'" in [row.what for row in rows]
    assert not any(row.is_wrong for row in rows)


def test_behind_damage_it_goes_on() -> None:
    disk, _ = store_with_everything()
    disk.flip("000002.log", 40)
    rows = rows_of("000002.log", disk.bytes_of("000002.log"))
    wrong = [row.offset for row in rows if row.is_wrong]
    assert wrong == [32]
    assert "key 'donald'" in [row.what for row in rows]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("000002.log", "000007.log"),
        ("000001.manifest", "000002.manifest"),
        ("000001.table", "1000000.table"),
    ],
)
def test_a_file_under_the_name_of_another_number_is_told_and_explained(
    name: str, other: str
) -> None:
    rows = rows_of(other, INTACT[name])
    [told] = [row.what for row in rows if row.is_wrong]
    assert told.endswith(": this file was renamed")
    same = [row for row in rows_of(name, INTACT[name]) if row.what != told]
    assert len([row for row in rows if row in same]) == len(rows) - 1


def test_a_table_with_its_end_cut_or_made_longer() -> None:
    disk, _, _ = made(SMALL)
    data = disk.bytes_of(NAME)
    blocks = [row for row in rows_of(NAME, data) if row.what.startswith(("key", "value"))]
    for cut in range(1, 64):
        rows = rows_of(NAME, data[:-cut], None)
        nearby = list(dump(NAME, data[:-cut], nearby_id=STORE))
        assert rows[-1].is_wrong
        if cut <= 64 - 28:  # the id is still there
            assert rows == nearby
        assert blocks[0] in nearby
    for more in (b"!", bytes(64), data[-64:-1], b"sdkvtab\n"):
        rows = rows_of(NAME, data + more)
        assert [row.offset for row in rows if row.is_wrong] == [len(data)]


def test_a_log_whose_id_is_damaged_is_read_with_that_of_its_folder() -> None:
    data = bytearray(INTACT["000002.log"])
    owner = bytes(data[12:28])
    data[13] ^= 1
    alone, beside = (list(dump("000002.log", bytes(data), nearby_id=one)) for one in (None, owner))
    assert "key 'donald'" not in [row.what for row in alone]
    assert "key 'donald'" in [row.what for row in beside]
    assert [row.offset for row in beside if row.is_wrong] == [12, 28]


def test_a_file_of_another_store_is_told_by_its_id() -> None:
    disk, _, _ = made(SMALL)
    data = disk.bytes_of(NAME)
    assert not any(row.is_wrong for row in rows_of(NAME, data))
    wrong = [row.what for row in rows_of(NAME, data, bytes(16)) if row.is_wrong]
    assert f"store {STORE.hex()}" in wrong
    disk, _ = store_with_everything()
    wrong = [
        row.offset for row in rows_of("000002.log", INTACT["000002.log"], STORE) if row.is_wrong
    ]
    assert wrong[:2] == [12, 28]  # the id, the sum of the header


@settings(max_examples=100)
@given(
    st.sampled_from(["000001.log", "000001.table", "000001.manifest", "CURRENT", "LOCK"]),
    st.binary(max_size=200) | st.integers(0, 300).map(bytes),
)
def test_any_bytes_can_be_dumped(name: str, data: bytes) -> None:
    rows_of(name, data)


@settings(max_examples=100)
@given(
    st.sampled_from(FILES),
    st.integers(0, 700),
    st.integers(0, 700),
    st.binary(max_size=30),
)
def test_any_damage_to_a_real_file_can_be_dumped(
    name: str, start: int, end: int, data: bytes
) -> None:
    """Some of it is cut out, and something else stands there."""
    whole = INTACT[name]
    rows_of(name, whole[:start] + data + whole[end:])


@pytest.mark.parametrize("name", ["notes.txt", "1.log", "000001.log.gz", "log"])
def test_other_files_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="no file of a store"):
        dump(name, b"")


def test_long_keys_are_cut() -> None:
    assert shown(b"x" * 41) == "'" + "x" * 40 + "'..."
    assert shown(b"x" * 40) == "'" + "x" * 40 + "'"
