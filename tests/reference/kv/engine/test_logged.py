"""A log that lost its end is missed, also when the newest log has nothing yet to tell it by."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.reference.kv.engine import Batch, Damaged, Options, Store, catalogue
from sdcli.reference.kv.engine.log_format import LOG
from sdcli.reference.kv.engine.log_reader import LogReader
from sdcli.reference.kv.engine.salvage import salvage
from sdcli.reference.kv.engine.sim_disk import SimDisk
from sdcli.reference.kv.engine.verify import verify

SYNCS = ("always", "group", "os")
OPTIONS = Options(group_operations=2, block_bytes=200)


def turned(disk: SimDisk, sync: str, writes: int) -> Store:
    """A store whose log has just turned, in front of its flush."""
    db = Store(disk, sync=sync, options=OPTIONS)
    for n in range(writes):
        if n % 3 == 2:
            batch = Batch()
            batch.put(b"pair%d" % n, b"one")
            batch.delete(b"key%d" % (n - 1))
            db.write(batch)
        else:
            db.put(b"key%d" % n, b"value")
    db._make_room()
    db._turn()
    return db


def records_of(disk: SimDisk, db: Store, number: int) -> list[tuple[int, int]]:
    """Where each record of a log ends, and the number of its last operation."""
    name, store_id = f"{number:06}.log", db.catalogue.store_id
    reader = LogReader(disk, name, LOG, store_id, number, after_seq=None)
    return [(record.end, record.last_seq) for record in reader]


@pytest.mark.parametrize("sync", SYNCS)
def test_a_full_log_cut_between_two_records_is_named_and_what_is_missing_counted(sync) -> None:
    disk = SimDisk()
    db = turned(disk, sync, 8)
    # 8 writes, of which numbers 2 and 5 are batches of two: 10 operations.
    *shorter, (_, last) = [(32, 0), *records_of(disk, db, 1)]
    assert (last, db.catalogue.layout.logged) == (10, 10)
    assert len(shorter) > 3
    for end, kept in shorter:
        dead = disk.killed()
        dead.cut("000001.log", end)
        with pytest.raises(Damaged, match=r"^000001\.log at byte") as damage:
            Store(dead, options=OPTIONS)
        missing = 10 - kept
        told = "1 operation is" if missing == 1 else f"{missing} operations are"
        assert damage.value.what == f"{told} missing at the end of this log"
        assert damage.value.offset == end
        [found] = verify(dead).damages
        assert (found.file, found.offset, found.what) == ("000001.log", end, damage.value.what)
        saved = salvage(dead)
        assert (saved.operations, saved.lost, saved.is_lost_known) == (kept, missing, True)


def test_a_log_that_is_gone_or_cut_inside_a_record_costs_a_number_that_is_known() -> None:
    """Without `logged` nobody could say how much stood behind the last intact record."""
    disk = SimDisk()
    db = turned(disk, "always", 8)
    ends = records_of(disk, db, 1)
    inside = disk.killed()
    inside.cut("000001.log", ends[-1][0] - 3)
    gone = disk.killed()
    gone.take("000001.log")
    for dead, kept in ((inside, ends[-2][1]), (gone, 0)):
        with pytest.raises(Damaged, match=r"^000001\.log"):
            Store(dead, options=OPTIONS)
        saved = salvage(dead)
        assert (saved.operations, saved.lost, saved.is_lost_known) == (kept, 10 - kept, True)


@pytest.mark.parametrize("sync", SYNCS)
def test_what_stands_in_the_newest_log_is_not_counted(sync) -> None:
    """Its end may be torn; and an open group is on no disk."""
    disk = SimDisk()
    db = turned(disk, sync, 8)
    db.put(b"later", b"1")
    assert db.catalogue.layout.logged == 10
    survived = Store(disk.after_power_cut(worst="nothing"), options=OPTIONS)
    assert survived.get(b"pair5") == b"one"
    assert survived.get(b"later") == (b"1" if sync == "always" else None)


def test_a_manifest_that_was_written_anew_knows_it_too(monkeypatch) -> None:
    monkeypatch.setattr(catalogue, "MANIFEST_BYTES_MAX", 1)
    disk = SimDisk()
    db = Store(disk, options=OPTIONS)
    for n in count():
        db.put(b"key%d" % n, b"value")
        db._turn()
        if n > 5 and db.catalogue.current.manifest > 1:
            break
        db.flush()
    db.put(b"one more", b"")
    db._turn()
    dead = disk.killed()
    number = db.catalogue.layout.last_log - 1
    dead.cut(f"{number:06}.log", 32)
    with pytest.raises(Damaged, match="missing at the end of this log"):
        Store(dead, options=OPTIONS)


@settings(max_examples=40)
@given(
    lives=st.lists(
        st.tuples(
            st.sampled_from(SYNCS),
            st.lists(st.sampled_from(["put", "turn", "flush", "step", "sync"]), max_size=8),
            st.sampled_from(["close", "kill", "power cut"]),
        ),
        max_size=4,
    )
)
def test_no_life_makes_a_number_that_the_next_one_stumbles_over(lives) -> None:
    disk = SimDisk()
    numbers = count()
    for sync, steps, end in lives:
        db = Store(disk, sync=sync, options=OPTIONS)
        for step in steps:
            if step == "put":
                db.put(b"%d" % next(numbers), b"v")
            elif step == "turn":
                db._make_room()
                db._turn()
            else:
                getattr(db, step)()
            db.catalogue.layout.check()
        if end == "close":
            db.close()
        disk = disk.after_power_cut() if end == "power cut" else disk.killed()
        assert verify(disk).damages == []
    Store(disk, options=OPTIONS)
