"""The counting file system: what passed the port, and nothing else."""

from __future__ import annotations

import pytest

from sdcli.reference.kv.engine.counted_fs import CountedFS, Tally, kind_of
from sdcli.reference.kv.engine.fs import replace
from sdcli.reference.kv.engine.sim_disk import SimDisk


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("000001.log", "log"),
        ("000001.table", "table"),
        ("000012.manifest", "manifest"),
        ("CURRENT", "CURRENT"),
        ("CURRENT.new", "CURRENT"),
        ("LOCK", "LOCK"),
    ],
)
def test_files_of_one_kind_are_counted_together(name: str, kind: str) -> None:
    assert kind_of(name) == kind


def test_calls_and_bytes_of_each_kind() -> None:
    fs = CountedFS(SimDisk())
    file = fs.create("000001.log")
    file.append(b"12345")
    file.append(b"678")
    file.sync()
    file.truncate(5)
    fs.create("000001.table").append(b"table")
    reading = fs.read("000001.log")
    assert reading.pread(3, 100) == b"45"
    assert reading.pread(0, 1) == b"1"
    replace(fs, "CURRENT", b"log 1\n")
    fs.remove("000001.table")
    assert fs.of("log") == Tally(
        created=1,
        appends=2,
        bytes_written=8,
        syncs=1,
        truncates=1,
        opened=1,
        reads=2,
        bytes_read=3,
    )
    assert fs.of("table") == Tally(created=1, appends=1, bytes_written=5, removed=1)
    assert fs.of("CURRENT") == Tally(created=1, appends=1, bytes_written=6, syncs=1, renamed=1)
    assert fs.of("names") == Tally(syncs=1)
    assert fs.of("manifest") == Tally()
    # 8 of the log, 5 of the table, 6 of CURRENT
    assert (fs.total().bytes_written, fs.total().syncs) == (19, 3)


def test_counting_from_zero_again_goes_on_for_open_files() -> None:
    fs = CountedFS(SimDisk())
    file = fs.create("000001.log")
    file.append(b"before")
    fs.reset()
    assert fs.total() == Tally()
    file.append(b"after")
    assert fs.of("log") == Tally(appends=1, bytes_written=5)


def test_what_was_refused_is_not_counted() -> None:
    disk = SimDisk()
    fs = CountedFS(disk)
    file = fs.create("000001.log")
    reading = fs.read("000001.log")
    fs.reset()
    for call in ("append", "sync", "truncate", "pread", "sync_names", "create", "rename", "remove"):
        disk.fail(call)
    disk.fail("read")
    disk.fail("open")
    for refused in (
        lambda: file.append(b"x"),
        file.sync,
        lambda: file.truncate(0),
        lambda: reading.pread(0, 1),
        fs.sync_names,
        lambda: fs.create("000002.log"),
        lambda: fs.rename("000001.log", "b"),
        lambda: fs.remove("000001.log"),
        lambda: fs.read("000001.log"),
        lambda: fs.append("000001.log"),
    ):
        with pytest.raises(OSError, match="Input/output error"):
            refused()
    assert fs.total() == Tally()


def test_a_listener_hears_of_every_call_in_order() -> None:
    heard = []
    fs = CountedFS(SimDisk(), lambda *call: heard.append(call))
    file = fs.create("a.log")
    file.append(b"123")
    file.sync()
    fs.sync_names()
    file.truncate(2)
    fs.append("a.log").close()
    fs.read("a.log").pread(0, 9)
    fs.rename("a.log", "b.log")
    fs.remove("b.log")
    assert heard == [
        ("create", "a.log", 0),
        ("append", "a.log", 3),
        ("sync", "a.log", 0),
        ("sync_names", "", 0),
        ("truncate", "a.log", 2),
        ("open", "a.log", 0),
        ("read", "a.log", 0),
        ("pread", "a.log", 2),
        ("rename", "b.log", 0),
        ("remove", "b.log", 0),
    ]


def test_it_is_the_same_place_with_the_same_lock_and_ids() -> None:
    fs = CountedFS(SimDisk(3))
    assert fs.place == SimDisk(3).place
    assert fs.fresh_id() == SimDisk(3).fresh_id()
    fs.lock().release()
    assert fs.names() == ["LOCK"]
    assert fs.total() == Tally()
