"""Whole files that are gone, empty, older, of another store or another's: an error that names one.

Nothing is changed by whoever finds it, and `get` never answers as if nothing had happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sdcli.reference.kv.engine import Damaged, Options, Store
from sdcli.reference.kv.engine.sim_disk import SimDisk
from sdcli.reference.kv.engine.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS = [b"key %02d" % number for number in range(30)]


def two_tables(seed: int = 7) -> tuple[SimDisk, dict[str, bytes]]:
    """A closed store with two tables and a log; and its files as they were a close earlier."""
    disk = SimDisk(seed=seed)
    options = Options(block_bytes=64)
    with Store(disk, options=options) as db:
        for key in KEYS[:10]:
            db.put(key, b"1")
        db.flush()
        db.put(b"in the log", b"0")
    older = {name: disk.bytes_of(name) for name in disk.names()}
    with Store(disk, options=options) as db:
        for key in KEYS[10:20]:
            db.put(key, b"2")
        db.flush()
        for key in KEYS[20:]:
            db.put(key, b"3")
    return disk, older


EXPECTED = {
    **dict.fromkeys(KEYS[:10], b"1"),
    **dict.fromkeys(KEYS[10:20], b"2"),
    **dict.fromkeys(KEYS[20:], b"3"),
    b"in the log": b"0",
}
TABLES = ("000001.table", "000002.table")


def log_of(disk: SimDisk) -> str:
    return max(name for name in disk.names() if name.endswith(".log"))


def swap(disk: SimDisk, first: str, second: str) -> None:
    one, other = disk.bytes_of(first), disk.bytes_of(second)
    disk.give(first, other)
    disk.give(second, one)


def copy(disk: SimDisk, source: str, target: str) -> None:
    disk.give(target, disk.bytes_of(source))


def of_another_store(disk: SimDisk, name: str) -> None:
    other, _ = two_tables(seed=8)
    disk.give(name, other.bytes_of(name))


CASES: dict[str, tuple[Callable[[SimDisk, dict[str, bytes]], object], set[str]]] = {
    "a table is missing": (lambda disk, _: disk.take(TABLES[0]), {TABLES[0]}),
    "the manifest is missing": (lambda disk, _: disk.take("000001.manifest"), {"000001.manifest"}),
    "the log is missing": (lambda disk, _: disk.take(log_of(disk)), {"log"}),
    "CURRENT is missing": (lambda disk, _: disk.take("CURRENT"), {"CURRENT"}),
    "a table is empty": (lambda disk, _: disk.cut(TABLES[1], 0), {TABLES[1]}),
    "the manifest is empty": (lambda disk, _: disk.cut("000001.manifest", 0), {"000001.manifest"}),
    "the log is empty": (lambda disk, _: disk.cut(log_of(disk), 0), {"log"}),
    "CURRENT is empty": (lambda disk, _: disk.cut("CURRENT", 0), {"CURRENT"}),
    "two tables are exchanged": (lambda disk, _: swap(disk, *TABLES), set(TABLES)),
    "a table is there twice": (lambda disk, _: copy(disk, *TABLES), {TABLES[1]}),
    "a table is of another store": (lambda disk, _: of_another_store(disk, TABLES[0]), {TABLES[0]}),
    "the log is of another store": (lambda disk, _: of_another_store(disk, log_of(disk)), {"log"}),
    "the manifest is of another store": (
        lambda disk, _: of_another_store(disk, "000001.manifest"),
        {"000001.manifest"},
    ),
    "the manifest is an older one": (
        lambda disk, older: disk.give("000001.manifest", older["000001.manifest"]),
        {"000001.manifest"},
    ),
    # An older CURRENT is whole: what it says of manifest or log does not fit any more.
    "CURRENT is an older one": (
        lambda disk, older: disk.give("CURRENT", older["CURRENT"]),
        {"000001.manifest", "log"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_named_and_nothing_is_changed(case: str) -> None:
    disk, older = two_tables()
    harm, files = CASES[case]
    log = log_of(disk)
    files = {log if name == "log" else name for name in files}
    harm(disk, older)
    before, named = disk.digest(), set()
    try:
        db = Store(disk)
    except Damaged as error:
        named.add(error.file)
    else:
        with db:
            for key, value in EXPECTED.items():
                try:
                    assert db.get(key) == value
                except Damaged as error:
                    named.add(error.file)
    assert named
    assert named <= files
    report = verify(disk)
    assert {damage.file for damage in report.damages} & files
    assert disk.digest() == before


def test_current_of_another_store_makes_every_other_file_a_stranger() -> None:
    disk, _ = two_tables()
    of_another_store(disk, "CURRENT")
    with pytest.raises(Damaged, match="belongs to another store"):
        Store(disk)


def test_a_second_copy_under_a_number_that_nobody_uses_is_no_harm() -> None:
    disk, _ = two_tables()
    copy(disk, TABLES[0], "000009.table")
    with Store(disk) as db:
        assert dict(db.scan()) == EXPECTED
    report = verify(disk)
    assert report.is_sound
    assert report.leftovers == ["000009.table"]


def test_a_whole_folder_of_an_earlier_time_is_a_store_of_that_time() -> None:
    """A backup that was put back: nothing in it contradicts anything, so it opens."""
    _, older = two_tables()
    disk = SimDisk()
    for name, data in older.items():
        disk.give(name, data)
    with Store(disk) as db:
        assert dict(db.scan()) == dict.fromkeys(KEYS[:10], b"1") | {b"in the log": b"0"}
