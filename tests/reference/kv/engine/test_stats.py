"""What a store says of itself, against what passed its file system and what was put into it."""

from __future__ import annotations

import pytest

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine import Options, Store
from sdcli.reference.kv.engine.counted_fs import CountedFS
from sdcli.reference.kv.engine.sim_disk import SimDisk
from tests.reference.kv.engine.whole import store_with_everything


def test_a_store_that_was_never_written_to() -> None:
    with Store(SimDisk()) as db:
        stats = db.stats()
    assert (stats.store_id, stats.was_closed, stats.operations) == (None, None, 0)
    assert (stats.levels, stats.logs, stats.memtable_keys, stats.written.total) == ((), 0, 0, 0)


def test_what_it_holds() -> None:
    """A table has seven entries, one a deletion; a put, a deletion and two are newer."""
    disk, _ = store_with_everything()
    with Store(disk) as db:
        stats = db.stats()
    [level] = stats.levels
    assert (level.level, level.tables, level.entries, level.deletions) == (0, 1, 7, 1)
    assert level.bytes == len(disk.bytes_of("000001.table"))
    assert (stats.logs, stats.log_bytes) == (1, len(disk.bytes_of("000002.log")))
    assert (stats.operations, stats.memtable_keys) == (11, 4)
    assert stats.was_closed is True


def test_it_says_that_the_last_one_did_not_close_it_and_what_was_torn() -> None:
    disk, _ = store_with_everything(closed=False)
    size = len(disk.bytes_of("000002.log"))
    disk.cut("000002.log", size - 3)
    with Store(disk) as db:
        stats = db.stats()
    assert stats.was_closed is False
    [(name, at, torn)] = stats.tears
    assert (name, at + torn) == ("000002.log", size - 3)


def test_bytes_written_are_those_that_passed_the_file_system() -> None:
    fs = CountedFS(SimDisk())
    options = Options(log_bytes_max=2_000, block_bytes=256, table_bytes=2_000, level1_bytes=4_000)
    with Store(fs, sync="os", options=options) as db:
        for number in range(500):
            db.put(b"key %03d" % (number * 7 % 200), b"value %d" % number)
        db.flush()
        db.compact()
        stats = db.stats()
        assert stats.flushes > 3
        assert stats.compactions > 0
        assert stats.doing == ""
        written = stats.written
        assert written.log == fs.of("log").bytes_written
        assert written.flush + written.compaction == fs.of("table").bytes_written
        assert written.manifest == fs.of("manifest").bytes_written
        assert written.total == written.log + written.flush + written.compaction + written.manifest


def test_the_cache_counts_what_it_saved() -> None:
    disk, _ = store_with_everything()
    with Store(disk) as db:
        db.get(b"ada")
        first = db.stats()
        db.get(b"ada")
        second = db.stats()
    assert second.cache_hits > first.cache_hits
    assert 0 < second.cache_bytes <= second.cache_bytes_max


def test_a_closed_store_says_nothing() -> None:
    db = Store(SimDisk())
    db.close()
    with pytest.raises(InputError, match="closed"):
        db.stats()
