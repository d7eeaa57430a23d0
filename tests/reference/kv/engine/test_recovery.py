"""Opening: what each state of the files means, and that what follows stands on firm ground."""

from __future__ import annotations

import pytest

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine import Damaged, DiskRefused, Options, Poisoned, Store, open_store
from sdcli.reference.kv.engine.sim_disk import SimDisk

SMALL = Options(
    log_bytes_max=2048, block_bytes=256, table_bytes=1024, level0_tables=2, level1_bytes=4096
)


def written(count: int = 150, *, close: bool = False, sync: str = "always") -> tuple[SimDisk, dict]:
    disk = SimDisk()
    db = Store(disk, options=SMALL, sync=sync)
    model = {b"key%02d" % (n % 40): b"value %d" % n for n in range(count)}
    for n in range(count):
        db.put(b"key%02d" % (n % 40), b"value %d" % n)
    if close:
        db.close()
        return disk, model
    return disk.killed(), model


def newest(disk: SimDisk, suffix: str) -> str:
    return max(name for name in disk.names() if name.endswith(suffix))


def test_an_empty_folder_is_an_empty_store_and_stays_one_until_something_is_written() -> None:
    disk = SimDisk()
    with Store(disk) as db:
        assert list(db.scan()) == []
    assert set(disk.names()) <= {"LOCK"}


def test_the_first_write_leaves_a_manifest_a_log_and_who_names_them() -> None:
    disk = SimDisk()
    with Store(disk) as db:
        db.put(b"k", b"v")
    assert set(disk.names()) - {"LOCK"} == {"000001.log", "000001.manifest", "CURRENT"}


def test_after_an_unclean_end_everything_is_written_anew_before_the_next_write() -> None:
    """What the kernel showed of the old log may never reach the disk."""
    disk, model = written()
    log, manifest = newest(disk, ".log"), newest(disk, ".manifest")
    db = Store(disk, options=SMALL)
    db.put(b"new", b"1")
    assert log not in disk.names()
    assert manifest not in disk.names()
    expected = sorted({**model, b"new": b"1"}.items())
    assert list(Store(disk.after_power_cut(worst="nothing")).scan()) == expected


def test_after_a_clean_close_the_log_goes_on() -> None:
    disk, model = written(close=True)
    names = disk.names()
    with Store(disk, options=SMALL) as db:
        db.put(b"new", b"1")
    assert disk.names() == names
    assert list(Store(disk).scan()) == sorted({**model, b"new": b"1"}.items())


@pytest.mark.parametrize("at", range(1, 12))
def test_an_opening_that_is_refused_half_way_can_be_tried_again(at) -> None:
    """Everything that the first write does after an unclean end, refused at each write in turn."""
    disk, model = written()
    db = Store(disk, options=SMALL)
    disk.full_at(at)
    try:
        db.put(b"new", b"1")
        refused = False
    except DiskRefused:
        refused = True
    disk.more_room()
    assert list(db.scan()) == sorted((model if refused else {**model, b"new": b"1"}).items())
    db.put(b"new", b"2")
    db.check()
    expected = sorted({**model, b"new": b"2"}.items())
    for after in (disk.killed(), disk.after_power_cut(worst="nothing"), disk.after_power_cut()):
        assert list(Store(after).scan()) == expected
    db.close()
    assert list(Store(disk).scan()) == expected


@pytest.mark.parametrize("at", range(1, 9))
def test_a_sync_that_fails_while_opening_loses_nothing(at) -> None:
    disk, model = written()
    db = Store(disk, options=SMALL)
    disk.fail_sync(at)
    try:
        db.put(b"new", b"1")
    except Poisoned:
        with pytest.raises(Poisoned):
            db.put(b"other", b"1")
        db.close()
        db = Store(disk, options=SMALL)
        assert dict(db.scan()).items() >= model.items()
        db.put(b"new", b"1")
    expected = sorted({**model, b"new": b"1"}.items())
    assert list(Store(disk.after_power_cut(worst="nothing")).scan()) == expected


def test_files_of_interrupted_work_are_removed_by_the_first_write_and_not_before() -> None:
    disk, model = written(close=True)
    for name in ("000099.table", "000099.manifest", "CURRENT.new"):
        disk.give(name, b"half of something")
    disk.give("notes.txt", b"somebody's")
    db = Store(disk, options=SMALL)
    assert "000099.table" in disk.names()
    db.put(b"new", b"1")
    assert set(disk.names()) & {"000099.table", "000099.manifest", "CURRENT.new"} == set()
    assert "notes.txt" in disk.names(), "what is not ours stays"
    assert dict(db.scan()) == {**model, b"new": b"1"}


def test_a_new_manifest_may_get_the_name_of_one_that_was_left_behind() -> None:
    disk, model = written()
    number = int(newest(disk, ".manifest").split(".")[0])
    disk.give(f"{number + 1:06}.manifest", b"half of a manifest")
    db = Store(disk, options=SMALL)
    db.put(b"new", b"1")
    assert dict(Store(disk.killed()).scan()) == {**model, b"new": b"1"}


def test_a_torn_end_of_the_log_is_left_out_and_told() -> None:
    disk, model = written()
    name = newest(disk, ".log")
    size = len(disk.bytes_of(name))
    disk.cut(name, size - 1)
    db = Store(disk, options=SMALL)
    # The last record: 28 bytes before key and value, then "key29" and "value 149".
    assert db.recovered.tears == [(name, size - 28 - 5 - 9, 28 + 5 + 9 - 1)]
    assert dict(db.scan()) == {**model, b"key29": b"value 109"}


def test_a_cut_after_a_clean_close_is_damage() -> None:
    disk, _ = written(close=True)
    name = newest(disk, ".log")
    disk.cut(name, len(disk.bytes_of(name)) - 1)
    with pytest.raises(Damaged) as damage:
        Store(disk)
    assert damage.value.file == name


@pytest.mark.parametrize("suffix", [".log", ".table", ".manifest"])
@pytest.mark.parametrize("close", [False, True])
def test_a_file_that_is_missing_is_named(suffix, close) -> None:
    disk, _ = written(close=close)
    name = newest(disk, suffix)
    disk.take(name)
    with pytest.raises(Damaged, match="missing") as damage:
        Store(disk)
    assert damage.value.file == name
    assert damage.value.exit_code == 3


@pytest.mark.parametrize("close", [False, True])
def test_without_current_a_folder_with_data_is_no_new_store(close) -> None:
    disk, _ = written(close=close)
    disk.take("CURRENT")
    with pytest.raises(Damaged, match="missing") as damage:
        Store(disk)
    assert damage.value.file == "CURRENT"


def test_a_manifest_that_is_left_alone_is_no_new_store_either() -> None:
    disk, _ = written(close=True)
    for name in disk.names():
        if not name.endswith(".manifest"):
            disk.take(name)
    with pytest.raises(Damaged, match="missing") as damage:
        Store(disk)
    assert damage.value.file == "CURRENT"


def test_a_making_that_was_cut_short_begins_again() -> None:
    disk = SimDisk()
    disk.give("000001.manifest", b"sdkv")
    disk.give("CURRENT.new", b"")
    with Store(disk) as db:
        db.put(b"k", b"v")
    assert list(Store(disk).scan()) == [(b"k", b"v")]


@pytest.mark.parametrize("at", [0, -1])
def test_a_manifest_that_has_lost_an_edit_does_not_lose_data_in_silence(at) -> None:
    """An older manifest names logs and tables that are gone, or does not know a log in use."""
    disk = SimDisk()
    db = Store(disk, options=SMALL)
    kept, older = [], None
    for n in range(150):
        db.put(b"key%02d" % (n % 40), b"value %d" % n)
        size = len(disk.bytes_of("000001.manifest"))
        if not kept or size > kept[-1]:
            kept.append(size)
    dead = disk.killed()
    older = kept[at] if at == 0 else kept[-2]
    dead.cut("000001.manifest", older)
    with pytest.raises(Damaged):
        Store(dead)


def test_a_damaged_last_edit_is_named_and_not_the_files_that_it_made_superfluous() -> None:
    """Its end is cut off: alone it would look like a tear (log_tear.py)."""
    disk = SimDisk()
    db = Store(disk, options=SMALL)
    for n in range(100):
        db.put(b"key%02d" % (n % 40), b"value %d" % n)
    db.flush()
    dead = disk.killed()
    size = len(dead.bytes_of("000001.manifest"))
    dead.cut("000001.manifest", size - 3)
    with pytest.raises(Damaged, match="which it makes superfluous") as damage:
        Store(dead)
    assert damage.value.file == "000001.manifest"
    assert damage.value.offset < size - 20


def test_a_folder_with_something_else_is_refused_before_anything_is_written(tmp_path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "thesis.tex").write_text("x")
    with pytest.raises(InputError, match="something else"):
        open_store(folder)
    assert [path.name for path in folder.iterdir()] == ["thesis.tex"]


def test_a_store_is_made_only_where_that_was_asked_for(tmp_path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for folder in (empty, tmp_path / "nowhere"):
        with pytest.raises(InputError, match="there is no store here"):
            open_store(folder, create=False)
    assert list(empty.iterdir()) == []
    assert not (tmp_path / "nowhere").exists()
