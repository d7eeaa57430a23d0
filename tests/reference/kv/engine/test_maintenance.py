"""Maintenance: small steps that may be taken by anybody, at any time, in any mixture."""

from __future__ import annotations

import os

import pytest

from sdcli.core.chance import Chance
from sdcli.reference.kv.engine import Options, Poisoned, Store
from sdcli.reference.kv.engine.maintenance import STALL
from sdcli.reference.kv.engine.sim_disk import SimDisk

SOAK = os.environ.get("SOAK") == "1"
SMALL = Options(
    log_bytes_max=4096, block_bytes=256, table_bytes=2048, level0_tables=2, level1_bytes=8192
)


@pytest.fixture
def unpaid(monkeypatch):
    """Writers pay nothing: who wants a step takes it."""
    monkeypatch.setattr("sdcli.reference.kv.engine.maintenance.Maintenance.pay", lambda _: None)


def check_all(db: Store, model: dict) -> None:
    db.check()
    assert {key: db.get(key) for key in model} == model
    assert list(db.scan()) == sorted((k, v) for k, v in model.items() if v is not None)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.usefixtures("unpaid")
def test_between_any_two_steps_reads_are_right_and_a_power_cut_loses_nothing(seed) -> None:
    print("seed", seed)  # noqa: T201
    chance = Chance(seed)
    disk = SimDisk(seed)
    db = Store(disk, options=SMALL)
    model: dict[bytes, bytes | None] = {}
    for n in range(900):
        key = b"key%03d" % chance.below(200)
        if chance.below(4):
            model[key] = b"value %d" % n
            db.put(key, b"value %d" % n)
        else:
            model[key] = None
            db.delete(key)
        if chance.below(3) == 0:
            db.step()
        if n % 45 == 0:
            check_all(db, model)
            after = Store(disk.after_power_cut(chance))
            assert dict(after.scan()) == {k: v for k, v in model.items() if v is not None}
    while db.step():
        db.check()
    check_all(db, model)
    assert db.maintenance.flushes > 3
    assert db.maintenance.compactions > 1


@pytest.mark.usefixtures("unpaid")
def test_a_flush_overtakes_a_compaction_that_has_begun() -> None:
    db = Store(SimDisk(), options=SMALL)
    n = 0
    while not db.maintenance.doing:  # until a compaction has begun
        db.put(b"key%04d" % n, b"v" * 40)
        n += 1
        db.step()
    flushes, doing = db.maintenance.flushes, db.maintenance.doing
    while not db.flushing:
        db.put(b"key%04d" % n, b"v" * 40)
        n += 1
    while db.flushing:
        db.step()
    assert db.maintenance.flushes == flushes + 1
    assert db.maintenance.doing == doing, "the compaction is still under way"
    while db.step():
        pass
    assert len(list(db.scan())) == n
    db.check()


def test_writers_never_leave_more_tables_in_level_0_than_the_stall_allows() -> None:
    db = Store(SimDisk(), options=SMALL, sync="os")
    most = 0
    for n in range(4000):
        db.put(b"key%05d" % (n * 7919 % 4000), b"v" * 50)
        most = max(most, len(db.view.version.levels[0]))
    assert most <= STALL


def test_a_disk_without_room_for_a_table_still_takes_writes_while_the_log_has_room() -> None:
    disk = SimDisk()
    db = Store(disk, options=SMALL, sync="os")
    n = 0
    while len(db.view.version.levels[0]) < SMALL.level0_tables or db.flushing:
        db.put(b"key%04d" % n, b"v" * 40)
        n += 1
    disk.room = 500  # enough for some records, not for a table
    for _ in range(3):
        db.put(b"key%04d" % n, b"v" * 40)
        n += 1
        db.maintenance.pay()
    assert "the disk refused" in db.maintenance.refused
    disk.more_room()
    assert len(list(db.scan())) == n
    db.compact()
    assert len(list(db.scan())) == n
    db.check()


def test_what_was_begun_is_left_without_a_trace_when_a_store_is_closed() -> None:
    disk = SimDisk()
    db = Store(disk, options=SMALL)
    for n in range(400):
        db.put(b"key%03d" % n, b"v" * 40)
    while not db.maintenance.doing and db.step():
        pass
    db.close()
    numbers = {table.info.number for table in Store(disk).view.version.tables}
    assert {f"{n:06}.table" for n in numbers} == {n for n in disk.names() if n.endswith(".table")}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("first", range(7))
def test_a_ctrl_c_at_any_call_of_the_disk_loses_nothing_that_was_done(first, after) -> None:
    """In a run with flushes and compactions; SOAK=1 takes every call in turn."""
    for n in range(first + 1, 1000, 7 if SOAK else 49):
        disk = SimDisk()
        db = Store(disk, options=SMALL)
        calls = interrupt(disk, n, after=after)
        model: dict[bytes, bytes] = {}
        for turn in range(150):
            key, value = b"key%02d" % (turn % 60), b"value %d" % turn * 9
            try:
                db.put(key, value)
            except KeyboardInterrupt:
                model.pop(key, None)  # old or new: nobody was told
                continue
            except Poisoned:
                db.close()
                db = Store(disk, options=SMALL)
                db.put(key, value)
            model[key] = value
        for again in (db, Store(disk.killed()), Store(disk.after_power_cut())):
            assert dict(again.scan()).items() >= model.items(), f"call {n}"
        if calls[0] < n:
            assert n > 200, "there were calls to interrupt"
            break


def interrupt(disk: SimDisk, n: int, *, after: bool) -> list[int]:
    """Make a Ctrl-C come at the n-th call that changes the disk; what counts the calls."""
    calls = [0]
    done = disk.operate

    def interrupted(*what, **how):
        calls[0] += 1
        if calls[0] == n and not after:
            raise KeyboardInterrupt
        result = done(*what, **how)
        if calls[0] == n:
            raise KeyboardInterrupt
        return result

    disk.operate = interrupted
    return calls
