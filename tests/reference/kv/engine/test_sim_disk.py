"""The simulated disk: each fault that it models breaks a naive store, and a careful one survives.

`Naive` appends `key=value` lines; `Careful` does all that is known to be needed. Between the two
stand stores that leave out one thing each: exactly one kind of fault finds each of them.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.core.chance import Chance
from sdcli.reference.kv.engine.errors import InUse
from sdcli.reference.kv.engine.fs import SECTOR, read_all, replace
from sdcli.reference.kv.engine.sim_disk import PowerCut, SimDisk
from sdcli.reference.kv.engine.sim_volume import Inode

if TYPE_CHECKING:
    from collections.abc import Callable


def settled(disk: SimDisk, **files: bytes) -> SimDisk:
    for name, data in files.items():
        disk.give(name, data)
    return disk


# Stores, each with one thing left out.


class Store:
    """A log of puts, with everything that a log needs; what `drops` names is left out.

    Each record is `key=value*checksum` and a line feed, the checksum over all that comes before it
    in the file too, so that no record stands anywhere but where it was written.
    """

    def __init__(self, disk: SimDisk, *drops: str) -> None:
        self.drops = drops
        self.is_broken = False
        self.found: dict[str, str] = {}
        if "log" in disk.names():
            good = self.load(read_all(disk, "log"))
            self.file = disk.append("log")
            if good < self.file.size and "cut" not in drops:
                self.file.truncate(good)
        else:
            self.file = disk.create("log")
        self.crc = crc32(read_all(disk, "log"))
        self.sync()
        if "names" not in drops:
            disk.sync_names()

    def load(self, data: bytes) -> int:
        """Take in every record up to the first bad one; where that begins."""
        at = 0
        for line in data.split(b"\n")[:-1]:
            body, _, crc = line.rpartition(b"*")
            if "checksum" in self.drops:
                body = line.partition(b"*")[0]
            elif crc != b"%08x" % crc32(data[:at] + body):
                break
            key, _, value = body.decode("latin-1").partition("=")
            self.found[key] = value
            at += len(line) + 1
        return at

    def sync(self) -> None:
        if "sync" in self.drops:
            return
        try:
            self.file.sync()
        except OSError:
            self.is_broken = "poison" not in self.drops
            raise

    def put(self, key: str, value: str) -> None:
        if self.is_broken:
            raise OSError("a sync failed")
        body = f"{key}={value}".encode("latin-1")
        line = body + b"*%08x\n" % crc32(body, self.crc)
        size = self.file.size
        try:
            self.file.append(line)
        except OSError:
            if "take back" not in self.drops:
                self.file.truncate(size)
            raise
        self.sync()
        self.crc = crc32(line, self.crc)
        self.found[key] = value


class Settings:
    """One value, replaced whole: the job of CURRENT."""

    @staticmethod
    def careful(disk: SimDisk, data: bytes) -> None:
        replace(disk, "settings", data)

    @staticmethod
    def in_place(disk: SimDisk, data: bytes) -> None:
        if "settings" in disk.names():
            disk.remove("settings")
        file = disk.create("settings")
        file.append(data)
        file.sync()
        disk.sync_names()

    @staticmethod
    def without_sync(disk: SimDisk, data: bytes) -> None:
        file = disk.create("settings.new")
        file.append(data)
        disk.rename("settings.new", "settings")
        disk.sync_names()

    @staticmethod
    def without_names(disk: SimDisk, data: bytes) -> None:
        file = disk.create("settings.new")
        file.append(data)
        file.sync()
        disk.rename("settings.new", "settings")


PUTS = [(f"key-{i % 7}", f"{i:04d}" * (60 if i % 3 else 1)) for i in range(24)]


def run_puts(disk: SimDisk, *drops: str) -> list[tuple[int, dict[str, str]]]:
    """Put all of PUTS; what was promised, as (operations by then, everything acknowledged)."""
    store = Store(disk, *drops)
    promised = [(len(disk.operations), {})]
    for key, value in PUTS:
        store.put(key, value)
        promised.append((len(disk.operations), {**promised[-1][1], key: value}))
    return promised


def broken_promises(disk: SimDisk, promised: list[tuple[int, dict[str, str]]], *drops: str) -> int:
    """Of all power cuts, how many left a store that lost, made up, or cannot go on."""
    attempted = {(key, value) for key, value in PUTS}
    broken = 0
    for number, image in disk.images(Chance(7), each=4):
        acknowledged = [state for at, state in promised if at <= number]
        expected = acknowledged[-1] if acknowledged else {}
        upcoming = PUTS[len(acknowledged) - 1] if 0 < len(acknowledged) <= len(PUTS) else None
        store = Store(image, *drops)
        allowed = [expected, {**expected, **dict([upcoming] if upcoming else [])}]
        broken += store.found not in allowed or not set(store.found.items()) <= attempted
    return broken


def test_the_careful_store_survives_every_power_cut() -> None:
    disk = SimDisk()
    assert broken_promises(disk, run_puts(disk)) == 0


@pytest.mark.parametrize(
    "drops", [("sync",), ("names",), ("checksum",), ("sync", "names", "checksum")], ids="-".join
)
def test_a_store_that_leaves_something_out_is_found(drops: tuple[str, ...]) -> None:
    disk = SimDisk()
    assert broken_promises(disk, run_puts(disk, *drops), *drops) > 0


@pytest.mark.parametrize(("drops", "is_lost"), [((), False), (("cut",), True)], ids=["cut", "not"])
def test_a_torn_tail_that_is_not_cut_off_loses_what_comes_behind(
    drops: tuple[str, ...], is_lost: bool
) -> None:
    disk = SimDisk()
    run_puts(disk)
    lost = 0
    for _, image in disk.images(Chance(7), each=4):
        Store(image, *drops).put("late", "x")  # acknowledged, so it must be there
        found = Store(image.after_power_cut(worst="nothing"), *drops).found
        lost += found.get("late") != "x"
    assert (lost > 0) == is_lost


@pytest.mark.parametrize("has_barrier", [True, False], ids=["barrier", "none"])
def test_a_pointer_that_reaches_the_disk_before_what_it_points_to(has_barrier: bool) -> None:
    """Two files, written in order and synced in the end: the order is nobody's promise."""
    disk = settled(SimDisk(), data=b"", pointer=b"")
    data, pointer = disk.append("data"), disk.append("pointer")
    data.append(b"the data")
    if has_barrier:
        data.sync()
    pointer.append(b"8")
    data.sync()
    pointer.sync()
    dangling = 0
    for _, image in disk.images(Chance(7), each=40):
        if image.bytes_of("pointer") == b"8":
            dangling += image.bytes_of("data") != b"the data"
    assert (dangling == 0) == has_barrier


# What each fault is.


def left_of(disk: SimDisk, name: str, draws: int = 200) -> set[bytes | None]:
    """All that was seen of a file in so many power cuts; None where it was gone."""
    images = [disk.after_power_cut(Chance(seed)) for seed in range(draws)]
    return {image.bytes_of(name) if name in image.names() else None for image in images}


def test_lost_bytes_what_was_not_synced_may_be_gone() -> None:
    disk = settled(SimDisk(), a=b"synced ")
    disk.append("a").append(b"not")
    # The one sector is old or new, and so is the size.
    assert left_of(disk, "a") == {b"synced ", b"synced \0\0\0", b"synced not"}
    assert disk.killed().bytes_of("a") == b"synced not"


@pytest.mark.parametrize(
    ("worst", "left"),
    [
        ("nothing", {"a": b"synced"}),
        ("everything", {"a": b"synced, more", "b": b"new"}),
        ("hollow", {"a": b"synced\0\0\0\0\0\0", "b": b"\0\0\0"}),
    ],
)
def test_the_extremes(worst: Any, left: dict[str, bytes]) -> None:
    disk = settled(SimDisk(), a=b"synced")
    disk.append("a").append(b", more")
    disk.create("b").append(b"new")
    image = disk.after_power_cut(worst=worst)
    assert {name: image.bytes_of(name) for name in image.names()} == left


def test_a_torn_write_any_sectors_of_it_are_there() -> None:
    disk = settled(SimDisk(), a=b"")
    disk.append("a").append(b"1" * SECTOR + b"2" * SECTOR)
    left = left_of(disk, "a", draws=400)
    one, two, hole = b"1" * SECTOR, b"2" * SECTOR, bytes(SECTOR)
    # None, one or two sectors long; each sector written or not.
    assert left == {b"", one, hole, one + two, one + hole, hole + two, hole + hole}


def test_sectors_are_where_the_disk_has_them_not_where_the_write_began() -> None:
    disk = settled(SimDisk(), a=b"-" * 500)
    disk.append("a").append(b"+" * 24)  # 12 bytes in the first sector, 12 in the second
    tails = {data[500:] for data in left_of(disk, "a", draws=400) if data is not None}
    assert tails == {
        b"",
        b"+" * 12,
        bytes(12),
        b"+" * 24,
        b"+" * 12 + bytes(12),
        bytes(12) + b"+" * 12,
        bytes(24),
    }


def test_reordered_writes_the_later_may_be_there_and_the_earlier_not() -> None:
    disk = settled(SimDisk(), a=b"")
    file = disk.append("a")
    file.append(b"1" * SECTOR)
    file.append(b"2" * SECTOR)
    assert bytes(SECTOR) + b"2" * SECTOR in left_of(disk, "a")
    disk = settled(SimDisk(), a=b"", b=b"")
    disk.append("a").append(b"first")
    disk.append("b").append(b"second")
    images = [disk.after_power_cut(Chance(seed)) for seed in range(100)]
    assert (b"", b"second") in [(i.bytes_of("a"), i.bytes_of("b")) for i in images]


def test_a_sync_is_a_barrier() -> None:
    disk = settled(SimDisk(), a=b"")
    file = disk.append("a")
    file.append(b"1" * SECTOR)
    file.sync()
    file.append(b"2" * SECTOR)
    assert all(data is not None and data[:SECTOR] == b"1" * SECTOR for data in left_of(disk, "a"))


def test_a_sector_that_was_rewritten_keeps_what_was_synced_in_it() -> None:
    disk = settled(SimDisk(), a=b"kept")
    file = disk.append("a")
    for _ in range(5):
        file.append(b"12345")
    assert all(data is not None and data[:4] == b"kept" for data in left_of(disk, "a"))


def test_a_cut_that_was_not_synced_may_come_back() -> None:
    disk = settled(SimDisk(), a=b"good, bad")
    file = disk.append("a")
    file.truncate(4)
    assert left_of(disk, "a") == {b"good, bad", b"good\0\0\0\0\0", b"good"}
    file.append(b", new")  # old and new bytes never stand in one sector, but any size may be
    assert left_of(disk, "a", draws=600) == {
        b"good, bad",
        b"good\0\0\0\0\0",
        b"good, new",
        b"good",
    }
    file.sync()
    assert left_of(disk, "a") == {b"good, new"}


def test_a_lost_name_though_the_bytes_were_synced() -> None:
    disk = SimDisk()
    file = disk.create("a")
    file.append(b"synced")
    file.sync()
    assert left_of(disk, "a") == {None, b"synced"}
    disk.sync_names()
    assert left_of(disk, "a") == {b"synced"}


def test_a_lost_rename_and_a_file_with_two_names() -> None:
    disk = settled(SimDisk(), a=b"old", b=b"new")
    disk.rename("b", "a")
    images = [disk.after_power_cut(Chance(seed)) for seed in range(100)]
    seen = {tuple((name, i.bytes_of(name)) for name in i.names()) for i in images}
    assert seen == {
        (("a", b"old"), ("b", b"new")),
        (("a", b"new"), ("b", b"new")),
        (("a", b"new"),),
        (("a", b"old"),),  # the port promises no more: each name for itself
    }


def test_two_names_of_one_file_show_the_same_bytes() -> None:
    disk = settled(SimDisk(), a=b"")
    disk.append("a").append(b"1" * 3000)
    disk.rename("a", "b")
    images = [disk.after_power_cut(Chance(seed)) for seed in range(60)]
    both = [image for image in images if image.names() == ["a", "b"]]
    assert len(both) > 5
    assert len({image.bytes_of("a") for image in both}) > 3
    assert all(image.bytes_of("a") == image.bytes_of("b") for image in both)


def test_a_removed_name_may_come_back() -> None:
    disk = settled(SimDisk(), a=b"x")
    disk.remove("a")
    assert left_of(disk, "a") == {None, b"x"}


def test_a_name_that_changed_often_is_at_some_point_of_its_story() -> None:
    disk = settled(SimDisk(), a=b"0")
    for data in (b"1", b"2"):
        disk.remove("a")
        file = disk.create("a")
        file.append(data)
        file.sync()
    assert left_of(disk, "a") == {b"0", b"1", b"2", None}


@pytest.mark.parametrize(
    ("write", "survives"),
    [
        (Settings.careful, True),
        (Settings.in_place, False),
        (Settings.without_sync, False),
        (Settings.without_names, False),
    ],
    ids=["careful", "in place", "without sync", "without names"],
)
def test_one_value_replaced(write: Callable[[SimDisk, bytes], None], survives: bool) -> None:
    disk = SimDisk()
    Settings.careful(disk, b"0" * 20)
    done = [len(disk.operations)]
    for version in (b"1" * 20, b"2" * 20, b"3" * 20):
        write(disk, version)
        done.append(len(disk.operations))
    wrong = 0
    for number, image in disk.images(Chance(7), each=8):
        if number < done[0]:
            continue
        version = sum(at <= number for at in done) - 1
        allowed = {b"%d" % v * 20 for v in (version, version + 1)}
        wrong += "settings" not in image.names() or image.bytes_of("settings") not in allowed
    assert (wrong == 0) == survives


# A disk without room.


def test_a_write_that_finds_no_space_is_done_in_part() -> None:
    parts = set()
    for seed in range(60):
        disk = settled(SimDisk(seed), a=b"")
        file = disk.append("a")
        disk.full_at(2)
        file.append(b"good")
        with pytest.raises(OSError, match="No space left on device") as caught:
            file.append(b"half")
        assert caught.value.errno == errno.ENOSPC
        parts.add(disk.bytes_of("a"))
        with pytest.raises(OSError, match="No space left"):
            disk.create("b")
        disk.more_room()
        file.append(b".")
        disk.create("b")
    assert parts == {b"good", b"goodh", b"goodha", b"goodhal"}


def test_a_full_disk_for_a_moment() -> None:
    disk = settled(SimDisk(), a=b"")
    disk.full_at(1, times=1)
    file = disk.append("a")
    with pytest.raises(OSError, match="No space"):
        file.append(b"x")
    file.append(b"y")
    assert disk.bytes_of("a").endswith(b"y")


def test_room_in_bytes_is_used_up_and_given_back() -> None:
    disk = settled(SimDisk(), a=b"12345", b=b"")
    disk.room = 6
    file = disk.append("b")
    file.append(b"1234")
    assert disk.room == 2
    with pytest.raises(OSError, match="No space"):
        file.append(b"5678")
    assert (disk.bytes_of("b"), disk.room) == (b"123456", 0)
    disk.remove("a")
    file.append(b"78901")  # the five bytes of `a`
    assert disk.room == 0
    disk.more_room()
    assert disk.room is None
    file.append(b"x" * 1000)


@pytest.mark.parametrize(("drops", "lost"), [("", 0), ("take back", 1)])
def test_half_a_record_on_a_full_disk(drops: str, lost: int) -> None:
    """A store that leaves the half where it is loses the next record, which was acknowledged."""
    disk = SimDisk(seed=8)
    store = Store(disk, drops)
    store.put("a", "1")
    disk.full_at(1)
    with pytest.raises(OSError, match="No space"):
        store.put("b", "2222222222")
    disk.more_room()
    store.put("c", "3")
    found = Store(disk.killed(), drops).found
    assert ("c" not in found) == bool(lost)
    assert found["a"] == "1"


# Syncs that fail.


def test_a_failed_sync_loses_its_bytes_though_the_next_one_succeeds() -> None:
    disk = settled(SimDisk(), a=b"")
    file = disk.append("a")
    file.append(b"1" * 6)
    disk.fail_sync(1)
    with pytest.raises(OSError, match="Input/output error") as caught:
        file.sync()
    assert caught.value.errno == errno.EIO
    file.append(b"2" * 6)
    file.sync()  # and says that all is well
    assert read_all(disk, "a") == b"111111222222"
    assert disk.killed().bytes_of("a") == b"111111222222"
    for worst in ("nothing", "everything", "random"):
        left = disk.killed().after_power_cut(worst=worst).bytes_of("a")
        assert left == bytes(6) + b"222222", worst
    disk.check()


def test_a_failed_sync_of_names_loses_them_though_the_next_one_succeeds() -> None:
    disk = SimDisk()
    disk.create("a")
    disk.fail_sync(1)
    with pytest.raises(OSError, match="Input/output error"):
        disk.sync_names()
    disk.create("b")
    disk.sync_names()
    assert disk.names() == ["a", "b"]
    assert disk.after_power_cut(worst="everything").names() == ["b"]
    disk.check()


@pytest.mark.parametrize(("drops", "lost"), [("", False), ("poison", True)])
def test_a_store_that_tries_again_after_a_failed_sync(drops: str, lost: bool) -> None:
    disk = SimDisk()
    store = Store(disk, drops)
    store.put("a", "1")
    disk.fail_sync(1)
    acknowledged = {"a": "1"}
    for key in ("b", "c", "c"):
        try:
            store.put(key, "2")
        except OSError:
            continue
        acknowledged[key] = "2"
    found = Store(disk.after_power_cut(worst="everything"), drops).found
    assert (not acknowledged.items() <= found.items()) == lost


def test_a_sync_fails_for_good_or_for_one_file() -> None:
    disk = settled(SimDisk(), a=b"", b=b"")
    disk.fail_sync(1, times=None, only="b")
    disk.append("a").sync()
    disk.sync_names()
    for _ in range(3):
        with pytest.raises(OSError, match="Input/output error"):
            disk.append("b").sync()
    disk.heal()
    disk.append("b").sync()


def test_reads_that_fail_for_once_or_for_good() -> None:
    disk = settled(SimDisk(), a=b"x")
    reading = disk.read("a")
    disk.fail_read(2)
    assert reading.pread(0, 1) == b"x"
    with pytest.raises(OSError, match="Input/output error"):
        reading.pread(0, 1)
    assert reading.pread(0, 1) == b"x"
    disk.fail_read(1, times=None)
    for _ in range(3):
        with pytest.raises(OSError, match="Input/output error"):
            reading.pread(0, 1)


@pytest.mark.parametrize("call", ["truncate", "rename", "remove", "create", "read", "open"])
def test_any_call_can_fail_and_then_nothing_was_done(call: str) -> None:
    disk = settled(SimDisk(), a=b"abc")
    file = disk.append("a")
    before = disk.digest()
    disk.fail(call, code=errno.EROFS)
    calls: dict[str, Callable[[], object]] = {
        "truncate": lambda: file.truncate(1),
        "rename": lambda: disk.rename("a", "b"),
        "remove": lambda: disk.remove("a"),
        "create": lambda: disk.create("b"),
        "read": lambda: disk.read("a"),
        "open": lambda: disk.append("a"),
    }
    with pytest.raises(OSError, match="Read-only file system"):
        calls[call]()
    assert disk.digest() == before
    calls[call]()


# Power.


def some_work(disk: SimDisk) -> None:
    file = disk.create("a")
    file.append(b"a" * 700)
    file.sync()
    disk.sync_names()
    file.append(b"b" * 700)
    file.truncate(900)
    disk.rename("a", "b")
    disk.sync_names()
    disk.remove("b")


def test_operations_are_numbered_from_one() -> None:
    disk = SimDisk()
    some_work(disk)
    calls = ["create", "append", "sync", "sync_names", "append"]
    calls += ["truncate", "rename", "sync_names", "remove"]
    assert [(o.number, o.call) for o in disk.operations] == list(enumerate(calls, 1))
    assert [o.name for o in disk.operations[:4]] == ["a", "a", "a", ""]


@pytest.mark.parametrize("number", range(1, 10))
def test_the_power_goes_at_each_operation_and_stays_away(number: int) -> None:
    disk = SimDisk()
    disk.power_cut_at(number)
    with pytest.raises(PowerCut, match=f"during operation {number}, "):
        some_work(disk)
    assert len(disk.operations) in {number - 1, number}
    calls: list[Callable[[], object]] = [
        disk.names,
        disk.sync_names,
        disk.lock,
        disk.fresh_id,
        lambda: disk.create("z"),
        lambda: disk.read("a"),
        lambda: disk.remove("a"),
        lambda: disk.rename("a", "z"),
    ]
    for call in calls:
        with pytest.raises(PowerCut):
            call()
    image = disk.after_power_cut()
    assert image.operations == []
    image.create("z")


def test_no_program_handles_a_power_cut_by_the_way() -> None:
    assert not issubclass(PowerCut, Exception)


def test_an_append_under_the_power_cut_is_there_in_any_part() -> None:
    lengths = set()
    for seed in range(300):
        disk = settled(SimDisk(seed), a=b"")
        disk.power_cut_at(1)
        with pytest.raises(PowerCut):
            disk.append("a").append(b"12345")
        lengths.add(disk.after_power_cut(worst="everything").bytes_of("a"))
    assert lengths == {b"", b"1", b"12", b"123", b"1234", b"12345"}


def test_a_file_that_is_open_when_the_power_goes_answers_no_more() -> None:
    disk = settled(SimDisk(), a=b"x")
    file, reading = disk.append("a"), disk.read("a")
    disk.power_cut_at(1)
    with pytest.raises(PowerCut):
        disk.sync_names()
    for call in (lambda: file.append(b"y"), file.sync, lambda: reading.pread(0, 1)):
        with pytest.raises(PowerCut):
            call()
    assert disk.bytes_of("a") == b"x"


def test_the_same_seed_has_the_same_power_cuts() -> None:
    def digests(seed: int) -> list[str]:
        disk = SimDisk(seed)
        some_work(disk)
        return [image.digest() for _, image in disk.images(each=3)]

    assert digests(5) == digests(5)
    assert digests(5) != digests(6)


def test_the_lock_is_gone_after_a_power_cut_or_a_kill() -> None:
    disk = SimDisk()
    held = disk.lock()
    with pytest.raises(InUse):
        disk.lock()
    for other in (disk.after_power_cut(), disk.killed()):
        assert other.names() == ["LOCK"]
        other.lock()
    held.release()
    disk.lock()


def test_a_killed_process_leaves_all_that_it_wrote_and_no_promise() -> None:
    disk = settled(SimDisk(), a=b"synced ")
    disk.append("a").append(b"written")
    disk.create("b")
    killed = disk.killed()
    assert (killed.bytes_of("a"), killed.names()) == (b"synced written", ["a", "b"])
    image = killed.after_power_cut(worst="nothing")
    assert (image.bytes_of("a"), image.names()) == (b"synced ", ["a"])
    disk.append("a").append(b" by the dead")
    assert killed.bytes_of("a") == b"synced written"


def test_a_process_may_die_at_any_moment_of_a_run() -> None:
    disk = settled(SimDisk(), a=b"synced ")
    file = disk.append("a")
    file.append(b"written")
    file.sync()
    disk.remove("a")
    killed = dict(disk.kills())
    assert sorted(killed) == list(range(len(disk.operations) + 1))
    written = next(op.number for op in disk.operations if op.data == b"written")
    assert killed[written].bytes_of("a") == b"synced written"
    assert killed[written].after_power_cut(worst="nothing").bytes_of("a") == b"synced "
    assert killed[written + 1].after_power_cut(worst="nothing").bytes_of("a") == b"synced written"
    last = killed[written + 2]  # removed, and the names not synced: a power cut brings it back
    assert (last.names(), last.after_power_cut(worst="nothing").names()) == ([], ["a"])
    last.create("b")  # each is a disk of its own
    assert killed[written + 1].names() == ["a"]
    assert last.digest() != disk.killed().digest()


def test_moments_to_die_at_can_be_chosen() -> None:
    disk = SimDisk()
    some_work(disk)
    assert [number for number, _ in disk.kills(of={0, 3, 99})] == [0, 3]
    assert [number for number, _ in SimDisk().kills()] == [0]


def test_after_a_power_cut_everything_is_on_the_disk() -> None:
    disk = SimDisk()
    some_work(disk)
    for _, image in disk.images(each=3):
        again = image.after_power_cut(worst="nothing")
        assert again.digest() == image.digest()
        image.check()


def test_ids_go_on_after_a_power_cut_and_differ_by_seed() -> None:
    disk = SimDisk(7)
    first = disk.fresh_id()
    ids = [disk.after_power_cut().fresh_id(), disk.killed().fresh_id(), SimDisk(8).fresh_id()]
    assert first not in ids
    assert SimDisk(7).fresh_id() == first


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), steps=st.integers(1, 40))
def test_images_are_what_the_power_cuts_leave(seed: int, steps: int) -> None:
    """A recording done again passes through the very states that the run passed through."""
    chance, disk = Chance(seed), settled(SimDisk(seed), a=b"-" * 600)
    files = {"a": disk.append("a")}
    at_each: list[dict[str, str]] = [extremes(disk)]
    disk.fail_sync(3)
    for step in range(steps):
        name = sorted(files)[chance.below(len(files))]
        try:
            draw = chance.below(8)
            if draw < 3:
                files[name].append(bytes([65 + step]) * chance.below(900))
            elif draw == 3:
                files[name].truncate(chance.below(files[name].size + 1))
            elif draw == 4:
                files[name].sync()
            elif draw == 5:
                disk.sync_names()
            elif draw == 6 and name in disk.names():
                disk.rename(name, f"z{chance.below(3)}")
            elif f"f{step}" not in disk.names():
                files[f"f{step}"] = disk.create(f"f{step}")
        except OSError:
            pass
        while len(at_each) <= len(disk.operations):
            at_each.append(extremes(disk))
        disk.check()
    again = [
        {worst: image.digest() for worst, image in zip(EXTREMES, images, strict=True)}
        for images in zip(
            *([image for _, image in disk.images(worst=worst)] for worst in EXTREMES), strict=True
        )
    ]
    assert again == at_each


EXTREMES = ("nothing", "everything", "hollow")


def extremes(disk: SimDisk) -> dict[str, str]:
    return {worst: disk.after_power_cut(worst=worst).digest() for worst in EXTREMES}


@settings(max_examples=80)
@given(
    seed=st.integers(0, 10_000),
    base=st.integers(0, 1300),
    sizes=st.lists(st.one_of(st.integers(0, 700), st.none()), min_size=1, max_size=6),
)
def test_every_survivor_is_made_of_sectors_that_were(
    seed: int, base: int, sizes: list[int | None]
) -> None:
    """Each sector as after some change or zeros where nothing was yet; the size in between."""
    inode = Inode(1, b"-" * base)
    states = [bytes(inode.cache)]
    for number, size in enumerate(sizes):
        if size is None:
            inode.truncate(len(inode.cache) // 2)
        else:
            inode.append(bytes([65 + number]) * size)
        states.append(bytes(inode.cache))
    left = inode.survivor(Chance(seed), "random")
    assert len(left) <= max(map(len, states))
    shortest = min(map(len, states))
    assert len(left) >= shortest
    for at in range(0, len(left), SECTOR):
        sector = left[at : at + SECTOR]
        versions = {s[at : at + SECTOR].ljust(SECTOR, b"\0")[: len(sector)] for s in states}
        assert sector in versions, f"sector at {at}"


# Moments and damage.


def test_images_can_be_thinned() -> None:
    disk = SimDisk()
    some_work(disk)
    assert [number for number, _ in disk.images()] == list(range(10))
    assert [number for number, _ in disk.images(each=2, every=4)] == [0, 0, 4, 4, 8, 8]
    assert [number for number, _ in SimDisk().images()] == [0]


@pytest.mark.parametrize(
    ("damage", "left"),
    [
        (lambda disk: disk.flip("a", 1, 7), b"h\xe5llo"),  # 0x65 with its highest bit set
        (lambda disk: disk.overwrite("a", 1, b"EL"), b"hELlo"),
        (lambda disk: disk.cut("a", 2), b"he"),
        (lambda disk: disk.give("a", b"other"), b"other"),
        (lambda disk: disk.give("a", disk.take("b")), b"second"),
    ],
    ids=["flip", "overwrite", "cut", "give", "swap"],
)
def test_damage_is_for_good(damage: Callable[[SimDisk], None], left: bytes) -> None:
    disk = settled(SimDisk(), a=b"he", b=b"second")
    disk.append("a").append(b"llo")
    before = disk.digest()
    damage(disk)
    assert disk.bytes_of("a") == left
    assert disk.after_power_cut(worst="nothing").bytes_of("a") == left
    assert disk.digest() != before
    assert disk.operations == []
    disk.check()


def test_damage_reaches_who_has_the_file_open() -> None:
    disk = settled(SimDisk(), a=b"abc")
    reading = disk.read("a")
    disk.flip("a", 0)
    assert reading.pread(0, 3) == b"`bc"  # 0x61 without its lowest bit is 0x60


def test_a_file_is_taken() -> None:
    disk = settled(SimDisk(), a=b"abc")
    assert disk.take("a") == b"abc"
    assert disk.names() == []
    with pytest.raises(FileNotFoundError):
        disk.take("a")


def test_damage_outside_the_file_is_refused() -> None:
    disk = settled(SimDisk(), a=b"abc")
    with pytest.raises(ValueError, match="a has 3 bytes, not 4"):
        disk.overwrite("a", 2, b"xy")
    assert disk.bytes_of("a") == b"abc"


def test_the_digest_is_of_names_and_contents_alone() -> None:
    one, other = settled(SimDisk(1), a=b"x", b=b"y"), settled(SimDisk(2), b=b"y", a=b"x")
    assert one.digest() == other.digest()
    one.lock()
    assert one.digest() == other.digest()
    assert settled(SimDisk(1), a=b"xb", b=b"y").digest() != one.digest()
    assert settled(SimDisk(1), a=b"x", c=b"y").digest() != one.digest()


def test_an_error_names_the_file_as_the_system_does() -> None:
    with pytest.raises(FileNotFoundError) as caught:
        SimDisk().read("none")
    assert (caught.value.errno, caught.value.filename) == (errno.ENOENT, "none")
    assert caught.value.strerror == os.strerror(errno.ENOENT)
