"""Salvage brings out exactly the records whose checksums fit, and counts what is missing."""

from __future__ import annotations

import errno
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.core.errors import MissingError
from sdcli.reference.kv.engine import Batch, Store
from sdcli.reference.kv.engine.entries import Entry, Expiring
from sdcli.reference.kv.engine.log_format import HEADER_BYTES, LOG
from sdcli.reference.kv.engine.log_reader import LogReader
from sdcli.reference.kv.engine.salvage import Salvaged, _runs, salvage
from sdcli.reference.kv.engine.sim_disk import SimDisk
from sdcli.reference.kv.engine.table_file import TableFile
from tests.reference.kv.engine.stubs import info_of
from tests.reference.kv.engine.whole import SMALL, store_with_everything

if TYPE_CHECKING:
    from sdcli.reference.kv.engine.table_format import TableInfo

LOG_1, MANIFEST_1, TABLE_1 = "000001.log", "000001.manifest", "000001.table"


def saved_from(disk: SimDisk) -> tuple[dict[bytes, Entry], Salvaged]:
    """What comes out, and the count; in order, each key once, and nothing written."""
    before = disk.digest()
    saved = salvage(disk)
    pairs = list(saved.entries())
    keys = [key for key, _ in pairs]
    assert keys == sorted(set(keys))
    assert disk.digest() == before
    return dict(pairs), saved


def replayed(operations: list[list[tuple[bytes, Entry]]]) -> dict[bytes, Entry]:
    state: dict[bytes, Entry] = {}
    for batch in operations:
        state.update(batch)
    return {key: entry for key, entry in state.items() if entry is not None}


# What a log holds: one list for each record.
WRITES: list[list[tuple[bytes, Entry]]] = [
    [(b"ada", b"1815")],
    [(b"alan", b"1912")],
    [(b"alan", None)],
    [(b"bob", b"1"), (b"ada", b"1816"), (b"bob", b"2")],
    [(b"carl", Expiring(b"soon", 2**60))],
    [(b"ada", b"1817")],
]


def log_alone(*, closed: bool = True) -> tuple[SimDisk, list[tuple[int, int]]]:
    """A store whose writes are all in one log, and where each record of it is."""
    disk = SimDisk()
    db = Store(disk, sync="always")
    for write in WRITES:
        batch = Batch()
        for key, entry in write:
            if entry is None:
                batch.delete(key)
            elif isinstance(entry, Expiring):
                batch.put(key, entry.value, entry.expires_ns)
            else:
                batch.put(key, entry)
        db.write(batch)
    store_id = db.catalogue.store_id
    if closed:
        db.close()
    else:
        disk = disk.killed()
    log = LogReader(disk, LOG_1, LOG, store_id, 1, after_seq=None)
    return disk, [(record.offset, record.end) for record in log]


def test_out_of_an_intact_store_comes_everything() -> None:
    disk, expected = store_with_everything()
    kept, saved = saved_from(disk)
    assert kept == expected
    assert (saved.lost, saved.is_lost_known, saved.may_be_older) == (0, True, False)
    assert (saved.losses, saved.unreadable, saved.notes, saved.bytes_skipped) == ([], [], [], 0)
    assert (saved.records, saved.operations, saved.table_entries) == (3, 4, 7)


def test_out_of_an_empty_folder_comes_nothing() -> None:
    kept, saved = saved_from(SimDisk())
    assert kept == {}
    assert (saved.lost, saved.is_lost_known) == (0, True)


def test_values_that_expire_keep_their_moment() -> None:
    disk, _ = log_alone()
    kept, _ = saved_from(disk)
    assert kept[b"carl"] == Expiring(b"soon", 2**60)


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "not closed"])
def test_a_turned_bit_in_a_log_costs_the_record_that_it_is_in(closed: bool) -> None:
    disk, spans = log_alone(closed=closed)
    size = len(disk.bytes_of(LOG_1))
    assert spans[0][0] == HEADER_BYTES
    assert spans[-1][1] == size
    for at in range(size):
        disk.flip(LOG_1, at, at % 8)
        kept, saved = saved_from(disk)
        hit = [number for number, (start, end) in enumerate(spans) if start <= at < end]
        rest = [write for number, write in enumerate(WRITES) if number not in hit]
        assert kept == replayed(rest), at
        if not hit:  # the header: every record is there
            assert (saved.lost, saved.is_lost_known) == (0, True), at
        elif hit == [len(WRITES) - 1]:  # nothing behind it says how many it were
            assert (saved.lost, saved.is_lost_known) == (0, False), at
        else:
            assert (saved.lost, saved.is_lost_known) == (len(WRITES[hit[0]]), True), at
            start, end = spans[hit[0]]
            assert saved.bytes_skipped == end - start, at
        assert saved.may_be_older is bool(hit), at
        disk.flip(LOG_1, at, at % 8)


def test_holes_are_counted_by_the_numbers_of_operations() -> None:
    """Records 2 and 4 go: one operation, and three of a batch."""
    disk, spans = log_alone()
    for number in (1, 3):
        start, end = spans[number]
        disk.overwrite(LOG_1, start, bytes(end - start))
    kept, saved = saved_from(disk)
    assert (saved.lost, saved.is_lost_known) == (4, True)
    assert kept == replayed([WRITES[number] for number in (0, 2, 4, 5)])
    assert [loss.offset for loss in saved.losses] == [spans[1][0], spans[3][0]]


def test_a_torn_end_is_no_loss() -> None:
    disk, spans = log_alone(closed=False)
    disk.cut(LOG_1, spans[-1][0] + 9)
    kept, saved = saved_from(disk)
    assert kept == replayed(WRITES[:-1])
    assert (saved.lost, saved.is_lost_known, saved.may_be_older) == (0, True, False)


def test_an_end_that_was_closed_and_is_gone_is_a_loss_that_nobody_can_count() -> None:
    disk, spans = log_alone()
    disk.cut(LOG_1, spans[-1][0])
    kept, saved = saved_from(disk)
    assert kept == replayed(WRITES[:-1])
    assert (saved.lost, saved.is_lost_known) == (0, False)


def test_where_the_header_is_bad_and_no_record_came_nobody_knows_what_there_was() -> None:
    """A log that ends with a header of another number: its records may have gone with it."""
    disk, _ = log_alone(closed=False)
    disk.cut(LOG_1, HEADER_BYTES)
    disk.flip(LOG_1, HEADER_BYTES - 1)
    kept, saved = saved_from(disk)
    assert kept == {}
    assert (saved.lost, saved.is_lost_known, saved.may_be_older) == (0, False, True)
    assert saved.unreadable == [LOG_1]


@pytest.mark.parametrize("call", ["read", "pread"])
@pytest.mark.parametrize(
    ("name", "code"),
    [
        *product([TABLE_1, "000002.log", MANIFEST_1, "CURRENT"], [errno.EIO]),
        *product([TABLE_1, "000002.log"], [errno.EACCES]),
    ],
)
def test_a_file_that_cannot_be_read_is_lost_and_named(name: str, code: int, call: str) -> None:
    disk, expected = store_with_everything()
    disk.fail(call, 1, times=None, only=name, code=code)
    kept, saved = saved_from(disk)
    assert saved.may_be_older
    assert name in [loss.file for loss in saved.losses]
    if name == TABLE_1:
        assert kept == {key: value for key, value in expected.items() if value != b"of the table"}
        assert (saved.lost, saved.is_lost_known, saved.unreadable) == (7, True, [TABLE_1])
    elif name == "000002.log":
        assert set(kept.values()) == {b"of the table"}
        assert (saved.is_lost_known, saved.unreadable) == (False, ["000002.log"])
    else:
        assert kept == expected


@pytest.mark.parametrize("name", [MANIFEST_1, "CURRENT"])
def test_who_may_not_read_what_names_the_files_is_told_so(name: str) -> None:
    """It would be easy to go on without, and wrong: with the right to read it nothing is lost."""
    disk, _ = store_with_everything()
    disk.fail("read", 1, times=None, only=name, code=errno.EACCES)
    with pytest.raises(MissingError, match=f"{name}: this file cannot be read: permission denied"):
        salvage(disk)


def test_the_next_log_says_what_is_missing_at_the_end_of_one() -> None:
    """The machine stopped when log 2 had begun and log 1 was no table yet."""
    disk = SimDisk()
    db = Store(disk, sync="always")
    for number in range(4):
        db.put(b"key %d" % number, b"1")
    db._turn()
    db.put(b"key 4", b"2")
    disk = disk.killed()
    assert {LOG_1, "000002.log"} <= {*disk.names()}
    size = len(disk.bytes_of(LOG_1))
    record = (size - HEADER_BYTES) // 4
    disk.cut(LOG_1, size - 2 * record + 3)  # the third is torn apart, the fourth is gone
    kept, saved = saved_from(disk)
    assert kept == {b"key 0": b"1", b"key 1": b"1", b"key 4": b"2"}
    assert (saved.lost, saved.is_lost_known) == (2, True)


def table_alone() -> tuple[SimDisk, TableInfo, bytes, dict[bytes, Entry]]:
    """A store whose entries are all in one table."""
    disk = SimDisk()
    content: dict[bytes, Entry] = {b"key %02d" % number: b"%d" % number for number in range(20)}
    with Store(disk, options=SMALL) as db:
        for key, value in content.items():
            db.put(key, value)
        db.flush()
        [info] = [table.info for table in db.view.version.tables]
        store_id = db.catalogue.store_id
    return disk, info, store_id, content


def blocks_of(
    disk: SimDisk, info: TableInfo, store_id: bytes
) -> list[tuple[int, int, list[bytes]]]:
    """Where each data block is, and the keys that stand in its bytes."""
    data, keys = disk.bytes_of(TABLE_1), [b"key %02d" % number for number in range(20)]
    return [
        (offset, offset + size, [key for key in keys if key in data[offset : offset + size]])
        for offset, size, what in TableFile(disk, info, store_id).parts()
        if what == "data block"
    ]


def test_a_turned_bit_in_a_table_costs_its_block_and_nothing_else() -> None:
    disk, info, store_id, content = table_alone()
    blocks = blocks_of(disk, info, store_id)
    assert len(blocks) >= 5
    assert sum(len(keys) for _, _, keys in blocks) == 20
    for at in range(info.size):
        disk.flip(TABLE_1, at, at % 8)
        kept, saved = saved_from(disk)
        gone = [keys for start, end, keys in blocks if start <= at < end]
        lost = set(gone[0]) if gone else set()
        assert kept == {key: value for key, value in content.items() if key not in lost}, at
        assert (saved.lost, saved.is_lost_known) == (len(lost), True), at
        assert saved.blocks_lost == len(gone), at
        disk.flip(TABLE_1, at, at % 8)


@pytest.mark.parametrize(
    "keep", [["CURRENT"], [MANIFEST_1], []], ids=["no manifest", "no CURRENT", "neither"]
)
def test_it_needs_neither_current_nor_the_manifest_and_says_what_they_would_know(
    keep: list[str],
) -> None:
    disk, expected = store_with_everything()
    for name in {"CURRENT", MANIFEST_1} - set(keep):
        disk.take(name)
    kept, saved = saved_from(disk)
    assert kept == expected
    # Without one nobody misses the end of a log, without the other nobody a file.
    assert saved.is_lost_known is False
    assert len(saved.notes) == {"CURRENT": 2, MANIFEST_1: 1}.get("".join(keep), 3)


def test_without_both_a_table_is_cut_and_its_blocks_are_found_all_the_same() -> None:
    """No CURRENT, no manifest, no footer, no index: the blocks say where they are."""
    disk, info, store_id, content = table_alone()
    blocks = blocks_of(disk, info, store_id)
    disk.take("CURRENT")
    disk.take(MANIFEST_1)
    disk.cut(TABLE_1, blocks[3][1] + 5)
    disk.flip(TABLE_1, blocks[1][0] + 6)
    kept, saved = saved_from(disk)
    expected = {key for start, _, keys in blocks[:4] for key in keys if start != blocks[1][0]}
    assert kept == {key: content[key] for key in expected}
    assert saved.is_lost_known is False


def test_an_index_is_never_taken_for_data() -> None:
    """Every data block is bad and the footer too: what is left is a block of entries, the index."""
    disk, info, store_id, _ = table_alone()
    for start, _, _ in blocks_of(disk, info, store_id):
        disk.flip(TABLE_1, start + 5)
    disk.flip(TABLE_1, info.size - 1)
    kept, saved = saved_from(disk)
    assert kept == {}
    assert (saved.lost, saved.unreadable) == (20, [TABLE_1])


def test_a_missing_table_is_counted_by_the_manifest() -> None:
    disk, _, _, _ = table_alone()
    disk.take(TABLE_1)
    kept, saved = saved_from(disk)
    assert kept == {}
    assert (saved.lost, saved.is_lost_known, saved.unreadable) == (20, True, [TABLE_1])


def test_of_two_tables_in_level_0_the_newer_one_hides_the_older() -> None:
    disk = SimDisk()
    with Store(disk, options=SMALL) as db:
        for value in (b"1", b"2", b"3"):
            db.put(b"ada", value)
            db.put(b"only in " + value, b"")
            db.flush()
        assert len(db.view.version.levels[0]) == 3
    expected = {b"ada": b"3", b"only in 1": b"", b"only in 2": b"", b"only in 3": b""}
    assert saved_from(disk)[0] == expected
    disk.take(MANIFEST_1)
    assert saved_from(disk)[0] == expected


def test_a_level_is_newer_than_the_one_below_whatever_the_numbers_are() -> None:
    """A flush while a compaction runs: the table of level 0 is newer, and its number smaller."""
    tables = [
        info_of(1, 9, b"a", b"f"),
        info_of(0, 3, b"a", b"z"),
        info_of(0, 5, b"b", b"c"),
        info_of(1, 8, b"g", b"z"),
        info_of(2, 2, b"a", b"m"),
        info_of(2, 4, b"k", b"z"),  # overlaps: an unfinished compaction left it, or its input
    ]
    runs = [[info.number for info in run] for run in _runs(tables)]
    assert runs == [[5], [3], [9, 8], [4], [2]]


def test_a_table_that_ends_between_two_blocks_has_lost_the_others() -> None:
    """Nothing that is left of it is wrong; what the manifest knows of it tells."""
    disk, info, store_id, content = table_alone()
    blocks = blocks_of(disk, info, store_id)
    disk.cut(TABLE_1, blocks[0][1])
    kept, saved = saved_from(disk)
    assert kept == {key: content[key] for key in blocks[0][2]}
    assert (saved.lost, saved.is_lost_known) == (20 - len(blocks[0][2]), True)
    assert [(loss.offset, loss.operations) for loss in saved.losses] == [(info.size, saved.lost)]


def test_without_current_nobody_knows_whether_a_log_was_longer() -> None:
    disk, spans = log_alone()
    disk.cut(LOG_1, spans[2][1])
    disk.flip("CURRENT", 0)
    kept, saved = saved_from(disk)
    assert kept == replayed(WRITES[:3])
    assert (saved.lost, saved.is_lost_known) == (0, False)


def test_a_manifest_with_a_history_says_that_there_was_a_store() -> None:
    disk, _ = store_with_everything()
    for name in ("CURRENT", TABLE_1, "000002.log"):
        disk.take(name)
    kept, saved = saved_from(disk)
    assert kept == {}
    assert saved.lost == 7
    assert saved.unreadable == ["000002.log", TABLE_1]


def test_a_deletion_in_a_log_hides_the_value_in_a_table() -> None:
    disk, _ = store_with_everything()
    kept, _ = saved_from(disk)
    assert b"grace" not in kept


def test_when_the_deletion_is_lost_the_older_value_is_back_and_it_says_so() -> None:
    disk, expected = store_with_everything()
    log = disk.bytes_of("000002.log")
    disk.flip("000002.log", log.index(b"grace"))
    kept, saved = saved_from(disk)
    assert kept == expected | {b"grace": b"of the table"}
    assert saved.lost == 1
    assert saved.may_be_older


def merged_away() -> SimDisk:
    """A store whose power went before a table was removed that had been merged away."""
    disk = SimDisk()
    with Store(disk, options=SMALL) as db:
        db.put(b"ada", b"1815")
        db.flush()
        old = disk.bytes_of(TABLE_1)
        db.delete(b"ada")
        db.compact()
        db.put(b"alan", b"1912")
    assert TABLE_1 not in disk.names()
    disk.give(TABLE_1, old)
    return disk


def test_a_table_that_was_merged_away_counts_no_more() -> None:
    """The manifest knows, as long as the edit is intact that removed it: the last one here."""
    disk = merged_away()
    assert saved_from(disk)[0] == {b"alan": b"1912"}
    disk.flip(MANIFEST_1, HEADER_BYTES)
    kept, saved = saved_from(disk)
    assert kept == {b"alan": b"1912"}
    assert saved.notes


def test_when_the_edit_is_lost_that_removed_a_table_it_says_that_a_key_may_be_back() -> None:
    disk = merged_away()
    disk.flip(MANIFEST_1, len(disk.bytes_of(MANIFEST_1)) - 1)
    kept, saved = saved_from(disk)
    assert kept == {b"ada": b"1815", b"alan": b"1912"}
    assert any("a key that was deleted may be back" in note for note in saved.notes)


def test_without_the_manifest_it_says_that_a_deleted_key_may_be_back() -> None:
    disk = SimDisk()
    with Store(disk, options=SMALL) as db:
        db.put(b"ada", b"1815")
        db.flush()
        old = disk.bytes_of(TABLE_1)
        db.delete(b"ada")
        db.compact()
    disk.give(TABLE_1, old)
    disk.take(MANIFEST_1)
    kept, saved = saved_from(disk)
    assert kept == {b"ada": b"1815"}
    assert any("a key that was deleted may be back" in note for note in saved.notes)


def test_what_a_table_has_taken_over_from_a_log_is_not_replayed_over_it() -> None:
    """A log that stayed behind is older than the tables; without the manifest, its numbers tell."""
    disk = SimDisk()
    with Store(disk, options=SMALL) as db:
        db.put(b"ada", b"1815")
        log = disk.bytes_of(LOG_1)
        db.put(b"ada", b"1816")
        db.flush()
    assert LOG_1 not in disk.names()
    disk.give(LOG_1, log)
    disk.take(MANIFEST_1)
    disk.take("CURRENT")
    assert saved_from(disk)[0] == {b"ada": b"1816"}


def test_files_of_another_store_are_left_alone() -> None:
    disk, expected = store_with_everything()
    other = SimDisk(seed=8)
    with Store(other, options=SMALL) as db:
        db.put(b"stranger", b"1")
        db.flush()
    disk.give("000005.table", other.bytes_of(TABLE_1))
    disk.take("CURRENT")
    disk.take(MANIFEST_1)
    kept, saved = saved_from(disk)
    assert kept == expected
    assert "000005.table" in saved.unreadable


damage = st.tuples(
    st.sampled_from(["flip", "cut", "zero", "take"]),
    st.sampled_from(["CURRENT", MANIFEST_1, TABLE_1, "000002.log"]),
    st.integers(0, 2000),
    st.integers(1, 40),
)


@settings(max_examples=60)
@given(st.lists(damage, min_size=1, max_size=4))
def test_whatever_is_damaged_nothing_comes_out_that_was_not_written(harms) -> None:
    disk, expected = store_with_everything()
    written = {(key, value) for key, value in expected.items()}
    written |= {(key, b"of the table") for key in (b"alan", b"grace")}
    for kind, name, at, size in harms:
        if name not in disk.names():
            continue
        length = len(disk.bytes_of(name))
        if kind == "take":
            disk.take(name)
        elif kind == "cut":
            disk.cut(name, at % (length + 1))
        elif length:
            start = at % length
            if kind == "flip":
                disk.flip(name, start, size % 8)
            else:
                disk.overwrite(name, start, bytes(min(size, length - start)))
    kept, saved = saved_from(disk)
    assert kept.items() <= written
    something_tells = {"CURRENT", TABLE_1, "000002.log"} & set(disk.names())
    if kept != expected and something_tells:
        assert saved.may_be_older
