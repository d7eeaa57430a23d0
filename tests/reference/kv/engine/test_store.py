"""The store: what its calls promise, on a disk that keeps everything and one that does not."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine import Batch, Damaged, DiskRefused, InUse, Options, Poisoned, Store
from sdcli.reference.kv.engine.sim_disk import SimDisk, SimWriting

# Small enough that a few hundred writes fill logs, tables and three levels.
SMALL = Options(
    log_bytes_max=2048,
    block_bytes=256,
    table_bytes=1024,
    level0_tables=2,
    level1_bytes=4096,
    group_operations=20,
)


def filled(disk: SimDisk, count: int = 400, keys: int = 100, **how) -> tuple[Store, dict]:
    db = Store(disk, options=SMALL, **how)
    model = {}
    for n in range(count):
        key = b"key%03d" % (n * 37 % keys)
        db.put(key, b"value %d" % n)
        model[key] = b"value %d" % n
    return db, model


@pytest.mark.parametrize("sync", ["always", "group", "os"])
def test_what_was_put_is_found_before_and_after_reopening(sync) -> None:
    disk = SimDisk()
    db, model = filled(disk, count=1200, sync=sync)
    assert db.maintenance.flushes > 5, "the sizes are small enough to say something"
    assert db.maintenance.compactions > 2
    assert {key: db.get(key) for key in model} == model
    db.check()
    db.close()
    again = Store(disk, options=SMALL)
    assert list(again.scan()) == sorted(model.items())
    assert again.recovered.tears == []


def test_a_key_that_was_never_put_has_no_value() -> None:
    db, _ = filled(SimDisk())
    assert db.get(b"") is None
    assert db.get(b"key0000") is None


def test_a_deleted_key_has_no_value_whatever_level_its_value_is_in() -> None:
    db, model = filled(SimDisk())
    db.compact()
    for key in list(model)[::2]:
        db.delete(key)
        del model[key]
    for flush in (False, True):
        if flush:
            db.flush()
        assert list(db.scan()) == sorted(model.items())
        assert all(db.get(b"key%03d" % n) == model.get(b"key%03d" % n) for n in range(100))


def test_deleting_everything_and_compacting_leaves_no_entry() -> None:
    db, model = filled(SimDisk())
    for key in model:
        db.delete(key)
    db.compact()
    assert sum(table.info.entries for table in db.view.version.tables) == 0
    assert list(db.scan()) == []


def test_compacting_leaves_one_entry_for_each_key() -> None:
    db, model = filled(SimDisk())
    db.compact()
    assert sum(table.info.entries for table in db.view.version.tables) == len(model)
    assert db.view.version.levels[0] == ()


@pytest.mark.parametrize(
    ("lo", "hi", "first", "count"),
    [
        (None, None, b"key000", 100),
        (b"key050", None, b"key050", 50),
        (None, b"key050", b"key000", 50),
        (b"key010", b"key020", b"key010", 10),
        (b"key0105", b"key020", b"key011", 9),
        (b"key020", b"key010", None, 0),
        (b"z", None, None, 0),
    ],
)
def test_a_scan_goes_from_its_first_bound_up_to_its_second(lo, hi, first, count) -> None:
    db, model = filled(SimDisk())
    pairs = list(db.scan(lo, hi))
    assert len(pairs) == count
    assert all(model[key] == value for key, value in pairs)
    assert not pairs or pairs[0][0] == first
    assert list(db.scan(lo, hi, reverse=True)) == pairs[::-1]


def test_a_batch_is_done_together_and_its_last_word_counts() -> None:
    disk = SimDisk()
    db = Store(disk)
    batch = Batch()
    batch.put(b"a", b"1")
    batch.put(b"b", b"2")
    batch.delete(b"a")
    db.write(batch)
    db.write(Batch())  # nothing is fine
    assert list(db.scan()) == [(b"b", b"2")]
    assert list(Store(disk.after_power_cut()).scan()) == [(b"b", b"2")]


def test_a_value_is_gone_from_its_moment_on_and_does_not_uncover_an_older_one() -> None:
    now = [1000]
    disk = SimDisk()
    db = Store(disk, options=SMALL, clock=lambda: now[0])
    db.put(b"k", b"for ever")
    db.flush()
    db.put(b"k", b"until noon", expires_ns=2000)
    then = db.snapshot()
    assert db.get(b"k") == b"until noon"
    now[0] = 2000
    assert db.get(b"k") is None
    assert list(db.scan()) == []
    assert then.get(b"k") == b"until noon", "a snapshot's moment does not pass"
    db.flush()
    assert db.get(b"k") is None
    db.compact()
    assert db.get(b"k") is None
    assert sum(table.info.entries for table in db.view.version.tables) == 0
    db.close()
    assert Store(disk, clock=lambda: now[0]).get(b"k") is None


def test_a_snapshot_does_not_see_what_comes_after_it() -> None:
    db, model = filled(SimDisk())
    before = sorted(model.items())
    with db.snapshot() as then:
        for n in range(300):
            db.put(b"key%03d" % (n % 100), b"later")
            db.delete(b"key%03d" % (n * 7 % 100))
        db.compact()
        assert list(then.scan()) == before
        assert list(then.scan(reverse=True)) == before[::-1]
        assert {key: then.get(key) for key in model} == model
        assert then.get(b"nobody") is None
    assert list(db.scan()) != before


def test_a_scan_shows_the_moment_at_which_it_was_asked_for() -> None:
    db = Store(SimDisk())
    db.put(b"a", b"1")
    pairs = db.scan()
    db.put(b"b", b"2")
    db.delete(b"a")
    assert list(pairs) == [(b"a", b"1")]


def tables_on(disk: SimDisk) -> int:
    return sum(name.endswith(".table") for name in disk.names())


def test_tables_that_a_snapshot_needs_are_removed_when_it_is_closed() -> None:
    disk = SimDisk()
    db, _ = filled(disk)
    then = db.snapshot()
    needed = len(db.view.version.tables)
    db.compact()
    assert tables_on(disk) >= needed + len(db.view.version.tables)
    then.close()
    then.close()  # again is fine
    db.flush()
    assert tables_on(disk) == len(db.view.version.tables)
    with pytest.raises(InputError, match="closed"):
        then.get(b"key000")


def test_a_scan_that_is_never_begun_holds_nothing_back() -> None:
    disk = SimDisk()
    db, _ = filled(disk)
    db.scan()
    db.compact()
    db.flush()
    assert tables_on(disk) == len(db.view.version.tables)


def test_nothing_is_written_by_reading() -> None:
    disk = SimDisk()
    db, model = filled(disk, sync="os")
    dead = disk.killed()
    before = dead.digest()
    for _ in range(2):
        db = Store(dead, options=SMALL)
        assert list(db.scan()) == sorted(model.items())
        db.close()
    assert dead.digest() == before


def test_a_closed_store_says_so() -> None:
    db, _ = filled(SimDisk())
    db.close()
    db.close()  # again is fine
    batch = Batch()
    batch.put(b"k", b"v")
    for call in (
        lambda: db.get(b"key000"),
        lambda: db.put(b"k", b"v"),
        lambda: db.delete(b"k"),
        lambda: db.write(batch),
        db.scan,
        db.snapshot,
        db.sync,
        db.flush,
        db.compact,
        db.step,
    ):
        with pytest.raises(InputError, match="this store is closed"):
            call()


def test_a_store_is_open_once() -> None:
    disk = SimDisk()
    db = Store(disk)
    with pytest.raises(InUse):
        Store(disk)
    db.close()
    Store(disk).close()


@pytest.mark.parametrize("key", [None, "text", bytearray(b"k"), memoryview(b"k"), 7, b"k" * 65_536])
def test_what_is_no_key_is_refused_everywhere(key) -> None:
    disk = SimDisk()
    db = Store(disk)
    db.put(b"k", b"v")
    before = disk.bytes_of("000001.log")
    for call in (
        lambda: db.get(key),
        lambda: db.put(key, b"v"),
        lambda: db.delete(key),
        lambda: db.snapshot().get(key),
    ):
        with pytest.raises(InputError, match="key"):
            call()
    if key is not None:
        with pytest.raises(InputError):
            db.scan(key)
    assert disk.bytes_of("000001.log") == before
    assert list(db.scan()) == [(b"k", b"v")]


def test_what_is_no_batch_and_no_options_is_refused_and_nothing_is_held() -> None:
    disk = SimDisk()
    with pytest.raises(InputError, match="no options"):
        Store(disk, options={"growth": 3})
    with Store(disk) as db:
        for what in ({b"k": b"v"}, None):
            with pytest.raises(InputError, match="no batch"):
                db.write(what)
        assert repr(db) == f"<Store in {disk.place}, sync always>"
    with pytest.raises(InputError, match="this store is closed"):
        db.write(Batch())
    with pytest.raises(InputError, match="this store is closed"), db:
        pass
    assert repr(db).endswith("closed>")


@pytest.mark.parametrize("value", [None, "text", bytearray(b"v"), 7])
def test_what_is_no_value_is_refused_before_the_log(value) -> None:
    disk = SimDisk()
    db = Store(disk)
    db.put(b"k", b"v")
    before = disk.bytes_of("000001.log")
    with pytest.raises(InputError, match="value"):
        db.put(b"k", value)
    with pytest.raises(InputError, match="moment"):
        db.put(b"k", b"v", expires_ns=-1)
    assert disk.bytes_of("000001.log") == before
    assert db.get(b"k") == b"v"


def test_a_mode_that_is_none_is_refused_and_the_store_can_be_opened_after_it() -> None:
    disk = SimDisk()
    with pytest.raises(InputError, match="no such way to sync"):
        Store(disk, sync="fsync")
    Store(disk).close()


# What each mode promises when the power goes.


def test_always_is_on_the_disk_when_it_returns() -> None:
    disk = SimDisk()
    db, model = filled(disk, sync="always")
    for worst in ("nothing", "random", "everything"):
        assert dict(Store(disk.after_power_cut(worst=worst)).scan()) == model
    db.close()


def test_a_group_is_on_the_disk_when_it_is_full_or_asked_for() -> None:
    disk = SimDisk()
    db = Store(disk, sync="group", options=Options(group_operations=10))
    for n in range(10):
        db.put(b"%02d" % n, b"v")
    assert db.get(b"09") == b"v", "it can be read at once"
    assert dict(Store(disk.after_power_cut(worst="nothing")).scan()) == {}
    db.put(b"10", b"v")  # the group was full: it goes first
    assert len(dict(Store(disk.after_power_cut(worst="nothing")).scan())) == 10
    db.sync()
    assert len(dict(Store(disk.after_power_cut(worst="nothing")).scan())) == 11
    db.put(b"11", b"v")
    assert len(dict(Store(disk.killed()).scan())) == 11, "a process takes its open group with it"
    db.close()
    assert len(dict(Store(disk).scan())) == 12


def test_a_group_is_full_by_its_bytes_too() -> None:
    disk = SimDisk()
    db = Store(disk, sync="group", options=Options(group_bytes=1000))
    for n in range(4):
        db.put(b"%d" % n, b"v" * 400)
    assert len(dict(Store(disk.killed()).scan())) == 3  # 3 x (400 + 1 + 7) > 1,000


def test_a_batch_is_never_torn_apart_by_its_group() -> None:
    disk = SimDisk()
    db = Store(disk, sync="group", options=Options(group_operations=4))
    for n in range(3):
        batch = Batch()
        for part in range(3):
            batch.put(b"%d%d" % (n, part), b"v")
        db.write(batch)
    assert len(dict(Store(disk.killed()).scan())) in (0, 3, 6)


def test_os_survives_the_process() -> None:
    disk = SimDisk()
    db, model = filled(disk, sync="os")
    assert dict(Store(disk.killed()).scan()) == model
    db.sync()
    assert dict(Store(disk.after_power_cut(worst="nothing")).scan()) == model


# What the disk refuses.


def test_a_write_that_is_refused_is_not_done_and_the_next_one_can_be() -> None:
    disk = SimDisk()
    db = Store(disk)
    db.put(b"a", b"1")
    disk.full_at(1)
    with pytest.raises(DiskRefused):
        db.put(b"b", b"2")
    assert db.get(b"b") is None
    disk.more_room()
    db.put(b"c", b"3")
    expected = [(b"a", b"1"), (b"c", b"3")]
    assert list(db.scan()) == expected
    assert list(Store(disk.after_power_cut()).scan()) == expected


def test_a_failed_sync_poisons_the_store_until_it_is_opened_again() -> None:
    disk = SimDisk()
    db = Store(disk)
    db.put(b"a", b"1")
    disk.fail_sync(1)
    with pytest.raises(Poisoned):
        db.put(b"b", b"2")
    assert db.get(b"a") == b"1", "reading goes on"
    for call in (lambda: db.put(b"c", b"3"), lambda: db.delete(b"a"), db.sync, db.flush):
        with pytest.raises(Poisoned):
            call()
    db.close()
    again = Store(disk)
    assert again.get(b"a") == b"1"
    assert again.get(b"c") is None
    again.put(b"c", b"3")
    assert Store(disk.after_power_cut()).get(b"c") == b"3"


def test_a_table_that_is_damaged_is_named_by_whoever_needs_it_and_by_nobody_else() -> None:
    disk = SimDisk()
    db, model = filled(disk)
    db.compact()
    db.close()
    name = next(one for one in disk.names() if one.endswith(".table"))
    disk.flip(name, 10)
    db = Store(disk, options=SMALL)
    found = []
    for key, value in model.items():
        try:
            assert db.get(key) == value
        except Damaged as damage:
            found.append((damage.file, damage.offset))
    assert 0 < len(found) < len(model)
    assert set(found) == {(name, 0)}  # the block's offset


class Interrupting:
    """A disk on which a Ctrl-C comes at the n-th call of one kind, before or after it is done."""

    def __init__(self, monkeypatch, call: str, n: int, *, after: bool) -> None:
        done = getattr(SimWriting, call)
        left = [n]

        def interrupted(file, *what):
            left[0] -= 1
            if left[0] == 0 and not after:
                raise KeyboardInterrupt
            result = done(file, *what)
            if left[0] == 0:
                raise KeyboardInterrupt
            return result

        monkeypatch.setattr(SimWriting, call, interrupted)


@pytest.mark.parametrize("sync", ["always", "group", "os"])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", ["append", "sync"])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_ctrl_c_in_a_write_locks_nobody_out(monkeypatch, sync, after, call, n) -> None:
    disk = SimDisk()
    db = Store(disk, sync=sync, options=Options(group_operations=2))
    db.put(b"first", b"1")
    model = {b"first": b"1"}
    Interrupting(monkeypatch, call, n, after=after)
    for turn in range(8):
        batch = Batch()
        batch.put(b"batch %d" % turn, b"2")
        batch.put(b"more %d" % turn, b"2")
        for keys, write in (
            ([b"key %d" % turn], lambda turn=turn: db.put(b"key %d" % turn, b"1")),
            ([b"batch %d" % turn, b"more %d" % turn], lambda batch=batch: db.write(batch)),
        ):
            try:
                write()
            except KeyboardInterrupt:
                continue  # done or not: nobody was told
            model |= dict.fromkeys(keys, b"%d" % len(keys))
    with suppress(KeyboardInterrupt):  # where it came so late
        db.sync()
    monkeypatch.undo()
    db.sync()
    for again in (Store(disk.killed()), Store(disk.after_power_cut(worst="nothing"))):
        assert dict(again.scan()).items() >= model.items()


# Threads.


def test_readers_find_every_key_while_a_writer_flushes_and_compacts() -> None:
    db, model = filled(SimDisk(), count=200, sync="os")
    stop, wrong = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            for key in model:
                value = db.get(key)
                if value is None or not value.startswith(b"value"):
                    wrong.append((key, value))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for one in readers:
        one.start()
    for n in range(3000):
        db.put(b"key%03d" % (n % 100), b"value again %d" % n)
        if n % 500 == 0:
            assert len(list(db.scan())) == 100
    stop.set()
    for one in readers:
        one.join()
    assert wrong == []
    assert db.maintenance.compactions > 10


def test_a_call_from_inside_a_call_is_refused(monkeypatch) -> None:
    """As from a signal's handler, which may run where half of a put is done."""
    disk = SimDisk()
    db = Store(disk)
    db.put(b"a", b"1")
    seen = []
    operate = disk.operate

    def handler(call, *what, **more):
        operate(call, *what, **more)
        if call == "append":
            for nested in (lambda: db.put(b"b", b"2"), lambda: db.delete(b"a"), db.sync, db.close):
                with pytest.raises(InputError, match="in the middle of another call") as refused:
                    nested()
                seen.append(refused.value)

    with monkeypatch.context() as patched:
        patched.setattr(disk, "operate", handler)
        db.put(b"c", b"3")
    assert len(seen) == 4
    assert list(db.scan()) == [(b"a", b"1"), (b"c", b"3")]
    db.close()
    assert list(Store(disk).scan()) == [(b"a", b"1"), (b"c", b"3")]


def test_sync_after_an_unclean_end_makes_safe_what_was_found() -> None:
    disk = SimDisk()
    db = Store(disk, sync="os")
    db.put(b"a", b"1")
    again = disk.killed()
    # The process died; what the kernel had is not on the disk for that.
    db = Store(again, sync="os")
    assert db.get(b"a") == b"1"
    before = len(again.operations)
    db.sync()
    assert len(again.operations) > before
    assert Store(again.after_power_cut(worst="nothing")).get(b"a") == b"1"


def test_a_scan_does_not_outlive_its_snapshot() -> None:
    db, _ = filled(SimDisk(), count=2000, keys=1000)
    db.compact()
    then = db.snapshot()
    pairs = then.scan()
    next(pairs)
    then.close()
    with pytest.raises(InputError, match="this snapshot is closed"):
        list(pairs)
    pairs = db.scan()
    next(pairs)
    db.close()
    with pytest.raises(InputError, match="this store is closed"):
        list(pairs)


def test_scans_that_were_begun_and_forgotten_leave_no_pins() -> None:
    db, _ = filled(SimDisk())
    for _ in range(100):
        next(db.scan())
    db.snapshot().close()
    assert sum(map(len, db.catalogue._pins.values())) <= 1


def test_a_damaged_table_stops_merging_and_no_write() -> None:
    disk = SimDisk()
    db, _ = filled(disk, count=300)
    db.compact()
    db.close()
    for name in disk.names():
        if name.endswith(".table"):
            disk.flip(name, 20)
    db = Store(disk, options=SMALL)
    for n in range(600):
        db.put(b"key%03d" % (n % 100), b"again %d" % n)
    assert db.maintenance.damaged is not None
    assert db.get(b"key099") == b"again 599"
    with pytest.raises(Damaged):
        db.compact()


def test_many_may_read_while_nobody_writes() -> None:
    disk = SimDisk()
    db, model = filled(disk, sync="os")
    with pytest.raises(InUse):
        Store(disk, read_only=True)
    dead = disk.killed()
    db.close()
    before = dead.digest()
    first, second = (Store(dead, read_only=True, options=SMALL) for _ in range(2))
    assert list(first.scan()) == list(second.scan()) == sorted(model.items())
    assert first.verify().damages == []
    with pytest.raises(InUse):
        Store(dead)
    batch = Batch()
    batch.put(b"k", b"v")
    for call in (
        lambda: first.put(b"k", b"v"),
        lambda: first.put(b"k", b"v", expires_ns=7),
        lambda: first.delete(b"k"),
        lambda: first.write(batch),
        first.sync,
        first.flush,
        first.compact,
        first.step,
    ):
        with pytest.raises(InputError, match="opened to be read"):
            call()
    first.close()
    second.close()
    assert dead.digest() == before
    with Store(dead) as db:
        db.put(b"k", b"v")
