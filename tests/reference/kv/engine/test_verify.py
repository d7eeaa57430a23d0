"""Verification finds all that is wrong at once, tells a tear from damage, and changes nothing."""

from __future__ import annotations

import pytest

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine import Damaged, Options, Store
from sdcli.reference.kv.engine.sim_disk import SimDisk
from sdcli.reference.kv.engine.verify import verify
from tests.reference.kv.engine.whole import SMALL, store_with_everything


def places(report) -> list[tuple[str, int]]:
    return [(damage.file, damage.offset) for damage in report.damages]


def test_it_counts_what_it_has_read() -> None:
    disk, _ = store_with_everything()
    report = verify(disk)
    assert report.is_sound
    assert report.is_closed is True
    assert (report.files, report.tables, report.entries) == (4, 1, 7)
    assert (report.records, report.operations) == (3, 4)  # the batch is one record of two
    names = ("CURRENT", "000001.manifest", "000001.table", "000002.log")
    assert report.bytes == sum(len(disk.bytes_of(name)) for name in names)
    assert report.blocks > 1


def test_an_empty_folder_has_nothing_wrong() -> None:
    report = verify(SimDisk())
    assert (report.files, report.damages) == (0, [])


def test_it_goes_on_behind_damage() -> None:
    """Two blocks of the table, its filter, two records of the log: all five are named."""
    disk, _ = store_with_everything()
    table = disk.bytes_of("000001.table")
    first = table.index(b"ada")
    second = table.index(b"tonyof the table")
    disk.flip("000001.table", first)
    disk.flip("000001.table", second)
    log = disk.bytes_of("000002.log")
    disk.flip("000002.log", log.index(b"of the log"))
    disk.flip("000002.log", log.index(b"of a batch"))
    report = verify(disk)
    found = places(report)
    assert [name for name, _ in found] == ["000001.table"] * 2 + ["000002.log"] * 2
    assert found[0] == ("000001.table", 0)
    assert 0 < found[1][1] <= second
    assert found[2] == ("000002.log", 32)  # the first record stands behind the header
    assert 32 < found[3][1] <= log.index(b"of a batch")


def test_a_torn_end_of_a_store_that_was_not_closed_is_no_damage() -> None:
    disk, _ = store_with_everything(closed=False)
    size = len(disk.bytes_of("000002.log"))
    disk.cut("000002.log", size - 3)
    report = verify(disk)
    assert report.is_sound
    assert report.is_closed is False
    [(name, offset, torn)] = report.tears
    assert (name, offset + torn) == ("000002.log", size - 3)


def test_the_same_end_of_a_store_that_was_closed_is_damage() -> None:
    disk, _ = store_with_everything()
    disk.cut("000002.log", len(disk.bytes_of("000002.log")) - 3)
    assert [damage.file for damage in verify(disk).damages] == ["000002.log"]


def test_without_current_the_other_files_are_checked_all_the_same() -> None:
    disk, _ = store_with_everything()
    disk.flip("000001.table", 10)
    disk.take("CURRENT")
    assert places(verify(disk)) == [("000001.table", 0), ("CURRENT", 0)]


def test_without_a_manifest_the_tables_speak_for_themselves() -> None:
    disk, _ = store_with_everything()
    disk.flip("000001.table", 10)
    disk.take("000001.manifest")
    assert places(verify(disk)) == [("000001.manifest", 0), ("000001.table", 0)]


def test_a_folder_of_which_nothing_is_known_is_damaged_and_no_more() -> None:
    disk = SimDisk()
    disk.give("000001.log", b"")
    disk.give("000002.table", b"not a table")
    assert places(verify(disk)) == [("CURRENT", 0)]


def test_what_nobody_needs_is_named_and_not_read() -> None:
    disk, _ = store_with_everything()
    disk.give("000009.table", b"of interrupted work")
    disk.give("notes.txt", b"of somebody's")
    report = verify(disk)
    assert report.is_sound
    assert report.leftovers == ["000009.table", "notes.txt"]
    assert report.files == 4


def test_a_log_that_the_manifest_does_not_know_means_that_the_manifest_is_an_older_one() -> None:
    disk = SimDisk()
    db = Store(disk, options=SMALL)
    db.put(b"ada", b"1815")
    older = disk.bytes_of("000001.manifest")
    db.flush()
    db.put(b"alan", b"1912")
    disk = disk.killed()
    disk.give("000001.manifest", older)
    # Log 1 went when its table came; the older manifest misses it, and does not know log 2.
    assert {damage.file for damage in verify(disk).damages} >= {"000001.manifest"}


def refusal(disk: SimDisk) -> tuple[str, int, str]:
    """What opening the store says, which is to be found by a verification too."""
    with pytest.raises(Damaged) as damage:
        Store(disk.killed())
    return damage.value.file, damage.value.offset, damage.value.what


def test_the_manifest_is_blamed_where_opening_blames_it() -> None:
    """At the end that it has lost: with a log that it does not know, or files that are gone."""
    disk = SimDisk()
    db = Store(disk, options=SMALL)
    db.put(b"ada", b"1815")
    older, log = disk.bytes_of("000001.manifest"), disk.bytes_of("000001.log")
    db.flush()
    db.put(b"alan", b"1912")
    whole = disk.bytes_of("000001.manifest")
    disk = disk.killed()

    disk.give("000001.manifest", whole[:-3])
    said = refusal(disk)
    assert said[0] == "000001.manifest"
    assert "which it makes superfluous, is gone" in said[2]
    assert [(one.file, one.offset, one.what) for one in verify(disk).damages] == [said]

    disk.give("000001.manifest", older)
    disk.give("000001.log", log)
    said = refusal(disk)
    assert said[:2] == ("000001.manifest", len(older))
    assert [(one.file, one.offset, one.what) for one in verify(disk).damages] == [said]


def test_an_open_store_is_verified_as_it_is() -> None:
    disk = SimDisk()
    with Store(disk, sync="os", options=Options(log_bytes_max=400, block_bytes=64)) as db:
        assert db.verify().files == 0
        for number in range(100):
            db.put(b"key %02d" % (number % 40), b"value %d" % number)
            report = db.verify()
            assert report.is_sound, number
        assert report.tables > 0
        assert report.records > 0
    with pytest.raises(InputError, match="closed"):
        db.verify()


def test_what_an_open_store_is_at_work_on_is_no_leftover() -> None:
    """Tables that a snapshot holds, and those that a compaction has half made."""
    disk = SimDisk()
    small = Options(log_bytes_max=400, block_bytes=64, table_bytes=300, level0_tables=2)
    with Store(disk, sync="os", options=small) as db:
        beside = set()
        for number in range(200):
            db.put(b"key %02d" % (number % 40), b"value %d" % number)
            snapshot = db.snapshot() if number == 100 else None
            needed = {f"{table.info.number:06d}.table" for table in db.view.version.tables}
            beside |= {name for name in disk.names() if name.endswith("table")} - needed
            assert db.verify().leftovers == []
            if snapshot:
                db.compact()
                assert db.verify().leftovers == []
                snapshot.close()
        disk.give("notes.txt", b"of somebody's")
        assert db.verify().leftovers == ["notes.txt"]
    assert beside  # else nothing was tried


@pytest.mark.parametrize("cut", [1, 30])
def test_an_open_store_knows_how_long_its_log_must_be(cut: int) -> None:
    """No tear while the writer lives, not even where a whole record is gone without a trace."""
    disk = SimDisk()
    db = Store(disk, options=SMALL)
    db.put(b"a", b"1")
    db.put(b"b", b"2")
    size = len(disk.bytes_of("000001.log"))
    record = (size - 32) // 2
    disk.cut("000001.log", size - (record if cut > 1 else cut))
    report = db.verify()
    assert [damage.file for damage in report.damages] == ["000001.log"]
    assert report.tears == []


def test_what_opening_refuses_is_never_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    disk, _ = store_with_everything()

    def refuse(*_: object) -> None:
        raise Damaged("000001.table", 5, "for a reason that nothing else here knows")

    monkeypatch.setattr("sdcli.reference.kv.engine.verify.recover", refuse)
    assert places(verify(disk)) == [("000001.table", 5)]


def test_verifying_changes_nothing() -> None:
    disk, _ = store_with_everything(closed=False)
    disk.flip("000001.table", 3)
    before, count = disk.digest(), len(disk.operations)
    verify(disk)
    assert (disk.digest(), len(disk.operations)) == (before, count)
