"""The manifest: edits fold into a layout, contradictions are named, and a tear is no damage."""

from __future__ import annotations

import re
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.reference.kv.engine import manifest
from sdcli.reference.kv.engine.current import Current, encode
from sdcli.reference.kv.engine.errors import Damaged, DiskRefused
from sdcli.reference.kv.engine.log_format import EDIT, LOG, MANIFEST, header_of
from sdcli.reference.kv.engine.log_writer import LogWriter
from sdcli.reference.kv.engine.manifest import (
    Edit,
    Layout,
    ManifestWriter,
    manifest_name,
    read_manifest,
)
from sdcli.reference.kv.engine.sim_disk import SimDisk
from tests.reference.kv.engine.stubs import info_of

STORE_ID = bytes(range(16))
NAME = "000001.manifest"
T1 = info_of(0, 1, b"a", b"k", seq_max=40)
T2 = info_of(0, 2, b"b", b"z", seq_max=96)
T3 = info_of(1, 3, b"a", b"z", seq_max=96)
# A short life: a log begins, two flushes, a compaction of both.
LIFE = [
    Layout().as_edit(),
    Edit(last_log=1, logged=0, next_table=1),
    Edit(last_log=2, logged=40, next_table=1),
    Edit(first_log=2, next_table=2, seq=40, add=[T1]),
    Edit(first_log=2, last_log=2, next_table=3, seq=96, add=[T2]),
    Edit(next_table=4, add=[T3], remove=[(0, 1), (0, 2)]),
]


def layouts(edits: list[Edit]) -> list[Layout]:
    found = []
    layout = Layout()
    for edit in edits:
        layout = layout.after(edit)
        layout.check()
        found.append(layout)
    return found


def written(disk: SimDisk, edits: list[Edit]) -> tuple[ManifestWriter, list[int]]:
    writer = ManifestWriter(disk, STORE_ID, 1)
    offsets = [writer.append(edit) for edit in edits]
    writer.sync()
    disk.sync_names()
    return writer, offsets


def open_now(**more: int) -> Current:
    return Current(STORE_ID, 1, **more)


def closed_now(disk: SimDisk) -> Current:
    data = disk.bytes_of(NAME)
    return open_now(closed=True, manifest_bytes=len(data), manifest_crc=crc32(data))


def test_edits_fold_into_the_layout() -> None:
    layout = layouts(LIFE)[-1]
    assert (layout.first_log, layout.last_log, layout.next_table, layout.seq) == (2, 2, 4, 96)
    assert [layout.logged for layout in layouts(LIFE)] == [0, 0, 40, 40, 40, 40]
    assert layout.tables == (T3,)
    assert layouts(LIFE)[4].tables == (T1, T2)
    assert layout.describe() == "logs 2 to 2; operations up to 96 in tables: 3 in level 1"
    assert Layout().describe() == "no log; operations up to 0 in tables: none"


def test_a_layout_does_not_change_when_another_is_made_of_it() -> None:
    before = layouts(LIFE)[4]
    after = before.after(LIFE[5]).with_next_table(9)
    assert before.tables == (T1, T2)
    assert (before.next_table, after.next_table) == (3, 9)


@pytest.mark.parametrize("edit", LIFE, ids=range(len(LIFE)))
def test_an_edit_is_read_as_it_was_written(edit) -> None:
    assert Edit.decode(edit.encode()) == edit


def test_an_edit_is_sorted_json_without_spaces() -> None:
    assert LIFE[0].encode() == (
        b'{"add":[],"first_log":1,"last_log":0,"logged":0,"next_table":1,"seq":0,"snapshot":true}'
    )
    assert LIFE[2].encode() == b'{"last_log":2,"logged":40,"next_table":1}'
    assert LIFE[5].encode() == (
        b'{"add":[{"crc":0,"deletions":0,"entries":10,"expiring":0,"first":"61","last":"7a",'
        b'"level":1,"number":3,"seq_max":96,"size":100}],"next_table":4,"remove":[[0,1],[0,2]]}'
    )


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"7",
        b"\xff",
        b"[" * 20_000,
        b'{"later":1}',
        b'{"seq":-1}',
        b'{"seq":true}',
        b'{"seq":"1"}',
        b'{"add":7}',
        b'{"add":[7]}',
        b'{"add":[{"level":0}]}',
        b'{"remove":[[1]]}',
        b'{"remove":["12x"]}',
    ],
)
def test_what_is_no_edit_is_refused(payload) -> None:
    with pytest.raises(ValueError, match=r"."):
        Edit.decode(payload)


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (Edit(first_log=1), "first_log goes back from 2 to 1"),
        (Edit(last_log=1), "last_log goes back from 2 to 1"),
        (Edit(next_table=2), "next_table goes back from 3 to 2"),
        (Edit(seq=95), "seq goes back from 96 to 95"),
        (Edit(first_log=4), "log 4 is the first, 2 the last"),
        (Edit(remove=[(0, 9)]), "table 9 goes from level 0, where it is not"),
        (Edit(remove=[(1, 2)]), "table 2 goes from level 1, where it is not"),
        (Edit(remove=[(0, 2), (0, 2)]), "table 2 goes from level 0, where it is not"),
        (Edit(add=[T2]), "table 2 comes; the next is 3"),
        (Edit(add=[T3]), "table 3 comes; the next is 3"),
        (Edit(add=[info_of(0, 0, b"a", b"b")], next_table=9), "table 0 comes; the next is 9"),
        (
            Edit(add=[info_of(0, 3, b"a", b"b", seq_max=97)], next_table=4),
            "table 3 holds operation 97; tables hold those up to 96",
        ),
        (Edit(logged=39), "logged goes back from 40 to 39"),
        (
            Edit(first_log=3, last_log=3, logged=97),
            (
                "operations up to 97 stood in logs that do not count any more; "
                "tables hold those up to 96"
            ),
        ),
        (
            Edit(is_snapshot=True, seq=1),
            "a whole layout without first_log, last_log, logged, next_table",
        ),
    ],
)
def test_an_edit_that_contradicts_the_layout_is_named(edit, why) -> None:
    layout = layouts(LIFE)[4]
    with pytest.raises(ValueError, match=f"^{re.escape(why)}$"):
        layout.after(edit)


def test_a_whole_layout_says_all_that_edits_said() -> None:
    for layout in layouts(LIFE):
        assert Layout().after(Edit.decode(layout.as_edit().encode())) == layout


def test_a_whole_layout_puts_itself_in_the_place_of_another() -> None:
    assert layouts(LIFE)[-1].after(Layout().as_edit()) == Layout()


def test_what_was_written_is_read() -> None:
    disk = SimDisk()
    writer, _ = written(disk, LIFE)
    found = read_manifest(disk, open_now())
    assert found == (layouts(LIFE)[-1], writer.size, crc32(disk.bytes_of(NAME)), None)
    assert read_manifest(disk, closed_now(disk)) == found
    assert (writer.crc, writer.number) == (found[2], 1)


def test_it_goes_on_where_it_ended_and_the_numbers_go_on_too() -> None:
    disk = SimDisk()
    written(disk, LIFE[:3])[0].close()
    for end in range(4, len(LIFE) + 1):
        _, at, crc, _ = read_manifest(disk, open_now())
        writer = ManifestWriter(disk, STORE_ID, 1, resume_at=at, crc=crc)
        writer.append(LIFE[end - 1])
        writer.sync()
        assert writer.crc == crc32(disk.bytes_of(NAME))
        writer.close()
    assert read_manifest(disk, closed_now(disk))[0] == layouts(LIFE)[-1]
    at_once = SimDisk()
    written(at_once, LIFE)
    assert disk.bytes_of(NAME) == at_once.bytes_of(NAME)


def test_cut_anywhere_after_an_unclean_end_it_says_what_stood_before() -> None:
    """Every edit that is whole counts; the first, whole layout was synced before it was named."""
    disk = SimDisk()
    writer, offsets = written(disk, LIFE)
    data = disk.bytes_of(NAME)
    ends = [*offsets[1:], writer.size]
    for size in range(len(data)):
        disk.give(NAME, data[:size])
        whole = sum(end <= size for end in ends)
        if not whole:
            with pytest.raises(Damaged, match=NAME):
                read_manifest(disk, open_now())
            continue
        layout, end, crc, tear = read_manifest(disk, open_now())
        assert layout == layouts(LIFE[:whole])[-1]
        assert (end, crc) == (ends[whole - 1], crc32(data[:end]))
        assert tear == (None if size == end else end)


def test_cut_anywhere_after_a_clean_close_it_is_damaged() -> None:
    disk = SimDisk()
    written(disk, LIFE)
    data, closed = disk.bytes_of(NAME), closed_now(disk)
    for size in range(len(data)):
        disk.give(NAME, data[:size])
        with pytest.raises(Damaged, match=f"^{NAME} at byte"):
            read_manifest(disk, closed)


@pytest.mark.parametrize("is_closed", [False, True])
def test_every_flipped_bit_is_damage(is_closed) -> None:
    """One flipped bit is never taken for a tear, not even in the last edit."""
    disk = SimDisk()
    written(disk, LIFE)
    current = closed_now(disk) if is_closed else open_now()
    for at in range(len(disk.bytes_of(NAME))):
        disk.flip(NAME, at, at % 8)
        with pytest.raises(Damaged, match=f"^{NAME} at byte") as damaged:
            read_manifest(disk, current)
        assert damaged.value.offset <= at
        disk.flip(NAME, at, at % 8)
    assert read_manifest(disk, current)[0] == layouts(LIFE)[-1]


def test_one_of_another_store_or_number_is_damage() -> None:
    disk = SimDisk()
    written(disk, LIFE)
    with pytest.raises(Damaged, match=f"{NAME} at byte 0"):
        read_manifest(disk, Current(bytes(16), 1))
    disk.give(manifest_name(2), disk.bytes_of(NAME))
    with pytest.raises(Damaged, match=r"000002\.manifest at byte 0"):
        read_manifest(disk, Current(STORE_ID, 2))


def test_a_missing_one_is_damage() -> None:
    with pytest.raises(Damaged, match=f"^{NAME} at byte 0: this file is missing"):
        read_manifest(SimDisk(), open_now())


@pytest.mark.parametrize(
    ("payloads", "bad"),
    [
        ([], None),  # a header alone
        ([LIFE[1].encode()], 0),  # no whole layout at the beginning
        ([LIFE[0].encode(), LIFE[0].encode()], 1),  # a second one
        ([LIFE[0].encode(), Edit(remove=[(1, 7)]).encode()], 1),
        ([LIFE[0].encode(), b"nonsense"], 1),
    ],
)
def test_records_that_check_and_make_no_sense_are_damage_at_their_place(payloads, bad) -> None:
    disk = SimDisk()
    log = LogWriter(disk, NAME, MANIFEST, STORE_ID, 1)
    offsets = [log.append(EDIT, 1 + i, payload) for i, payload in enumerate(payloads)]
    with pytest.raises(Damaged, match=NAME) as damaged:
        read_manifest(disk, open_now())
    assert damaged.value.offset == (32 if bad is None else offsets[bad])


def test_a_refused_edit_has_not_happened_and_the_next_one_is_as_good() -> None:
    disk = SimDisk()
    writer, _ = written(disk, LIFE[:3])
    disk.full_at(1, times=1)
    with pytest.raises(DiskRefused, match=NAME):
        writer.append(LIFE[3])
    writer.append(Edit(last_log=3))
    writer.sync()
    layout, _, _, tear = read_manifest(disk, open_now())
    assert (layout.last_log, layout.tables, tear) == (3, (), None)


@settings(max_examples=40)
@given(st.data())
def test_any_history_reads_back(data) -> None:
    """Flushes, compactions and new logs in any order, with the writer reopened at any moment."""
    disk = SimDisk()
    layout = Layout()
    edits = [layout.as_edit()]
    written(disk, edits)[0].close()
    for _ in range(data.draw(st.integers(0, 8))):
        number = layout.next_table
        kind = data.draw(st.sampled_from(["log", "flush", "compaction"]))
        if kind == "log":
            logged = max(layout.seq, layout.logged) + (3 if layout.last_log else 0)
            edit = Edit(last_log=layout.last_log + 1, logged=logged)
        elif kind == "flush":
            seq = max(layout.seq, layout.logged) + data.draw(st.integers(1, 5))
            info = info_of(0, number, data.draw(st.binary(max_size=3)), b"z", seq_max=seq)
            edit = Edit(next_table=number + 1, seq=seq, add=[info])
        else:
            gone = [(t.level, t.number) for t in layout.tables if data.draw(st.booleans())]
            info = info_of(data.draw(st.integers(1, 6)), number, b"", b"\xff", seq_max=layout.seq)
            edit = Edit(next_table=number + 1, add=[info], remove=gone)
        layout = layout.after(edit)
        layout.check()
        _, end, crc, _ = read_manifest(disk, open_now())
        writer = ManifestWriter(disk, STORE_ID, 1, resume_at=end, crc=crc)
        writer.append(edit)
        writer.sync()
        writer.close()
    assert read_manifest(disk, closed_now(disk))[0] == layout


# What formats/manifest.md shows: a store begins, writes a log, turns to a second one, flushes.
PAGE_LIFE = [
    Layout().as_edit(),
    Edit(last_log=1, logged=0),
    Edit(last_log=2, logged=2),
    Edit(
        first_log=2,
        next_table=2,
        seq=2,
        add=[
            info_of(
                0, 1, b"ada", b"bob", size=307, crc=877_278_985, entries=2, deletions=1, seq_max=2
            )
        ],
    ),
]


def hexdump(data: bytes) -> str:
    lines = []
    for at in range(0, len(data), 16):
        piece = data[at : at + 16]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in piece)
        lines.append(f"{at:04x}  {piece.hex(' '):<47}  {text}")
    return "\n".join(lines)


def test_the_page_shows_the_bytes_that_are_written() -> None:
    disk = SimDisk()
    written(disk, PAGE_LIFE)
    page = (Path(manifest.__file__).parent / "formats/manifest.md").read_text(encoding="utf-8")
    dumps = re.findall(r"^```hexdump\n(.*?)\n```$", page, re.MULTILINE | re.DOTALL)
    closed = Current(
        STORE_ID,
        1,
        closed=True,
        manifest_bytes=len(disk.bytes_of(NAME)),
        manifest_crc=crc32(disk.bytes_of(NAME)),
        log=2,
        log_bytes=32,
        log_crc=crc32(header_of(LOG, STORE_ID, 2)),
    )
    assert dumps == [
        hexdump(disk.bytes_of(NAME)),
        hexdump(encode(Current(STORE_ID, 1))),
        hexdump(encode(closed)),
    ]


def test_the_header_is_the_one_of_the_log_format() -> None:
    disk = SimDisk()
    written(disk, LIFE[:1])
    assert disk.bytes_of(NAME)[:32] == header_of(MANIFEST, STORE_ID, 1)
    assert disk.bytes_of(NAME)[:8] == b"sdkvman\n"
