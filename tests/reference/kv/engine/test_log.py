"""The log: what was written is read, what the disk refused is not there."""

from __future__ import annotations

import struct
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.chance import Chance
from sdcli.core.errors import InputError
from sdcli.reference.kv.engine.entries import Expiring, encode
from sdcli.reference.kv.engine.errors import Damaged, DiskRefused, Poisoned
from sdcli.reference.kv.engine.log_format import (
    BATCH,
    EDIT,
    LOG,
    MANIFEST,
    Record,
    header_of,
    log_name,
    owner_of,
)
from sdcli.reference.kv.engine.log_reader import LogReader
from sdcli.reference.kv.engine.log_writer import LogWriter
from sdcli.reference.kv.engine.sim_disk import SimDisk
from tests.reference.kv.engine.logs import (
    NAME,
    STORE,
    forged,
    outcome,
    read,
    reader,
    sample,
    writer,
)

SHORT = st.binary(max_size=12)
ENTRIES = st.one_of(
    st.none(), st.binary(max_size=40), st.builds(Expiring, SHORT, st.integers(0, 2**64 - 1))
)
BATCHES = st.lists(st.tuples(SHORT, ENTRIES), min_size=1, max_size=4)


def filled(count: int, disk: SimDisk | None = None) -> SimDisk:
    """A disk with a log of so many puts, synced."""
    disk = disk or SimDisk()
    log = writer(disk)
    for number in range(1, count + 1):
        log.put_one(number, b"key %d" % number, b"value %d" % number)
    log.sync()
    disk.sync_names()
    return disk


def test_the_header_is_that_of_the_grammar() -> None:
    head = b"sdkvlog\n" + struct.pack("<HH", 1, 0) + STORE
    sum_of = crc32(head, crc32(b"log" + STORE + struct.pack("<Q", 7)))
    assert header_of(LOG, STORE, 7) == head + struct.pack("<I", sum_of)
    assert len(head) + 4 == 32
    assert header_of(MANIFEST, STORE, 7)[:8] == b"sdkvman\n"


def test_a_header_says_whose_it_is_if_it_is_that_of_the_number() -> None:
    header = header_of(LOG, STORE, 7)
    assert owner_of(header + b"more", LOG, 7) == STORE
    assert owner_of(header, LOG, 8) is None
    assert owner_of(header, MANIFEST, 7) is None
    assert owner_of(header[:31], LOG, 7) is None
    for byte in range(32):
        other = bytearray(header)
        other[byte] ^= 1
        assert owner_of(bytes(other), LOG, 7) is None


@pytest.mark.parametrize(("number", "name"), [(1, "000001.log"), (1_234_567, "1234567.log")])
def test_a_log_is_called_after_its_number(number, name) -> None:
    assert log_name(number) == name


def test_a_record_is_that_of_the_grammar() -> None:
    disk = SimDisk()
    log = writer(disk)
    assert log.append(BATCH, 1, b"\x01\x00\x00\x00\x01\x01\x00\x00\x00\x00\x00k") == 32
    payload = b"\x01\x00\x00\x00\x01\x01\x00\x00\x00\x00\x00k"  # one deletion, of the key k
    assert disk.bytes_of(NAME)[32:] == forged(32, payload, seq=1)
    assert log.size == 32 + 17 + 12


@pytest.mark.parametrize("value", [b"", b"value", bytes(70_000)], ids=["empty", "short", "long"])
@pytest.mark.parametrize("key", [b"", b"key", b"k" * 65_535], ids=["empty", "short", "longest"])
def test_the_fast_way_writes_what_the_usual_way_does(key, value) -> None:
    fast, usual = SimDisk(), SimDisk()
    one, other = writer(fast), writer(usual)
    for number in (1, 2):
        at = one.put_one(number, key, value)
        assert at == other.append(BATCH, number, encode([key], [value]))
    assert fast.bytes_of(NAME) == usual.bytes_of(NAME)
    assert one.size == len(fast.bytes_of(NAME))


@given(st.lists(BATCHES, max_size=8), st.booleans())
def test_what_was_written_is_read(batches, is_fast) -> None:
    disk = SimDisk()
    log = writer(disk)
    model, seq = {}, 1
    for batch in batches:
        keys, entries = map(list, zip(*batch, strict=True))
        if is_fast and len(batch) == 1 and type(entries[0]) is bytes:
            log.put_one(seq, keys[0], entries[0])
        else:
            log.append(BATCH, seq, encode(keys, entries))
        seq += len(batch)
        model.update(batch)  # later ones win
    data = disk.bytes_of(NAME)
    assert (log.size, log.crc) == (len(data), crc32(data))
    for named in ({"is_closed": (log.size, log.crc)}, {"may_tear": True}, {"after_seq": None}):
        found = {}
        replay = reader(disk, **named)
        assert replay.replay_into(found) == seq - 1
        assert found == model
        assert (replay.end, replay.crc, replay.tear) == (log.size, log.crc, None)
        assert replay.last_seq == (seq - 1 if batches or "after_seq" not in named else None)
        assert [record.operations for record in replay] == [len(batch) for batch in batches]


def test_records_follow_each_other_from_the_header_to_the_end() -> None:
    data, records = sample()
    assert [record.offset for record in records] == [32, *(record.end for record in records[:-1])]
    assert records[-1].end == len(data)
    # 1 + 1 + 3 + 1 + 1 + 1 + 1 + 2 + 1 operations
    assert [record.first_seq for record in records] == [1, 2, 3, 6, 7, 8, 9, 10, 12]
    assert [record.last_seq for record in records] == [1, 2, 5, 6, 7, 8, 9, 11, 12]


def test_an_edit_is_one_operation() -> None:
    disk = SimDisk()
    log = LogWriter(disk, "000004.manifest", MANIFEST, STORE, 4)
    log.append(EDIT, 1, b"{}")
    log.append(EDIT, 2, b"")
    found = LogReader(disk, "000004.manifest", MANIFEST, STORE, 4)
    assert list(found) == [Record(32, 51, EDIT, 1, b"{}"), Record(51, 68, EDIT, 2, b"")]
    assert found.last_seq == 2


def test_a_log_goes_on_where_another_ended() -> None:
    disk = SimDisk()
    log = writer(disk)
    log.put_one(97, b"k", b"v")
    data = disk.bytes_of(NAME)
    records, who = read(data, after_seq=96)
    assert (len(records), who.last_seq) == (1, 97)
    assert "operation 97 stands where 96 should: 1 operation is missing" in str(
        outcome(data, after_seq=95)[2]
    )
    assert len(outcome(data, after_seq=None)[0]) == 1


def test_an_empty_log_has_no_records() -> None:
    disk = SimDisk()
    log = writer(disk)
    assert outcome(disk.bytes_of(NAME), is_closed=(log.size, log.crc)) == ([], None, None)


def test_a_log_is_carried_on_after_it_was_read() -> None:
    disk = filled(3)
    found = reader(disk)
    assert found.replay_into({}) == 3
    log = writer(disk, resume_at=found.end, crc=found.crc)
    assert log.put_one(4, b"four", b"4") == found.end
    assert log.crc == crc32(disk.bytes_of(NAME))
    assert len(read(disk.bytes_of(NAME))[0]) == 4


def test_a_log_of_another_length_is_not_carried_on() -> None:
    """A torn one neither: nobody cuts anything off; the store begins a new log."""
    disk = filled(3)
    size = len(disk.bytes_of(NAME))
    before = disk.digest()
    for at in (size - 1, size + 1, 0):
        place = min(at, size)
        with pytest.raises(Damaged, match=f"{NAME} at byte {place}: the file has {size} bytes"):
            writer(disk, resume_at=at)
        assert disk.digest() == before
    disk.take(NAME)
    with pytest.raises(Damaged, match=f"{NAME} at byte 0: this file is missing"):
        writer(disk, resume_at=size)


def test_a_record_that_is_too_long_for_its_length_is_refused(monkeypatch) -> None:
    monkeypatch.setattr("sdcli.reference.kv.engine.log_writer.LENGTH_MAX", 30)
    disk = SimDisk()
    log = writer(disk)
    assert log.append(BATCH, 1, b"x" * 30) == 32
    with pytest.raises(InputError, match="31 bytes"):
        log.append(BATCH, 2, b"x" * 31)
    assert log.size == len(disk.bytes_of(NAME)) == 32 + 17 + 30


def appends(log: LogWriter, number: int) -> None:
    log.append(BATCH, number, encode([b"k", b"l"], [b"v" * 700, None]))


def puts(log: LogWriter, number: int) -> None:
    log.put_one(number, b"k", b"v" * 700)


@pytest.mark.parametrize("write", [appends, puts])
def test_what_the_disk_refuses_is_taken_back(write) -> None:
    disk = filled(3)
    found = reader(disk)
    list(found)
    log = writer(disk, resume_at=found.end, crc=found.crc)
    before = disk.bytes_of(NAME)
    disk.room = 600  # less than the record: a part of it gets through
    with pytest.raises(DiskRefused, match=f"{NAME}: the disk refused a write: no space left"):
        write(log, 4)
    assert disk.bytes_of(NAME) == before
    assert (log.size, log.crc) == (len(before), crc32(before))
    assert disk.after_power_cut(worst="everything").bytes_of(NAME) == before
    disk.more_room()
    write(log, 4)
    assert len(outcome(disk.bytes_of(NAME))[0]) == 4


def test_there_is_no_file_when_there_is_no_room_for_its_header() -> None:
    disk = SimDisk()
    disk.full_at(2)  # the creation is the first
    with pytest.raises(DiskRefused, match=NAME):
        writer(disk)
    assert disk.names() == []


@pytest.mark.parametrize("write", [appends, puts])
def test_what_cannot_be_taken_back_poisons(write) -> None:
    disk = filled(3)
    log = writer(disk, resume_at=len(disk.bytes_of(NAME)))
    disk.full_at(1, times=1)
    disk.fail("truncate", 1, times=1)
    for _ in range(2):
        with pytest.raises(Poisoned):
            write(log, 4)
    with pytest.raises(Poisoned):
        log.sync()
    log.close()


@pytest.mark.parametrize("write", [appends, puts])
def test_after_a_failed_sync_nothing_is_written_any_more(write) -> None:
    """The second sync would succeed: the kernel has thrown the pages away (fsyncgate)."""
    disk = filled(3)
    log = writer(disk, resume_at=len(disk.bytes_of(NAME)))
    write(log, 4)
    disk.fail_sync(1, times=1)
    with pytest.raises(Poisoned):
        log.sync()
    before = disk.bytes_of(NAME)
    with pytest.raises(Poisoned):
        log.sync()
    with pytest.raises(Poisoned):
        write(log, 5)
    assert disk.bytes_of(NAME) == before
    log.close()


class Interrupting:
    """A file in whose appends somebody presses Ctrl-C, half way."""

    def __init__(self, file) -> None:
        self.file = file
        self.armed = False

    def append(self, data: bytes) -> None:
        if self.armed:
            self.armed = False
            self.file.append(data[: len(data) // 2])
            raise KeyboardInterrupt
        self.file.append(data)

    def __getattr__(self, name: str):
        return getattr(self.file, name)


@pytest.mark.parametrize("write", [appends, puts])
def test_an_interrupted_write_leaves_no_half_record(write, monkeypatch) -> None:
    disk = SimDisk()
    files = []
    create = disk.create

    def interrupting(name: str) -> Interrupting:
        files.append(Interrupting(create(name)))
        return files[0]

    monkeypatch.setattr(disk, "create", interrupting)
    log = writer(disk)
    write(log, 1)
    before = disk.bytes_of(NAME)
    files[0].armed = True
    with pytest.raises(KeyboardInterrupt):
        write(log, 1 + read(before)[1].last_seq)
    assert disk.bytes_of(NAME) == before
    write(log, 1 + read(before)[1].last_seq)
    assert len(outcome(disk.bytes_of(NAME))[0]) == 2


def test_a_failing_read_is_told() -> None:
    disk = filled(3)
    disk.fail_read(1, times=1)
    with pytest.raises(Damaged, match=f"{NAME} at byte 0: the disk cannot read this file"):
        list(reader(disk))
    log = writer(disk, resume_at=len(disk.bytes_of(NAME)))
    disk.fail_read(1, times=1)
    log.put_one(4, b"k", b"v")
    with pytest.raises(DiskRefused, match=NAME):
        log.crc  # noqa: B018 - it is read back when somebody asks
    disk.take(NAME)
    with pytest.raises(Damaged, match="this file is missing"):
        list(reader(disk))


# Values that make a lost sector look like something else: nothing but zeros, one bit, long ones.
SLY = [b"", b"\x00" * 600, b"\x00" * 700 + b"\x01", b"\x80", b"v" * 1200, bytes(range(256)) * 3]


@pytest.mark.parametrize("worst", ["nothing", "everything", "random"])
def test_after_a_power_cut_at_any_moment_what_was_synced_is_there(worst) -> None:
    """And no tear is taken for damage, whichever sectors were lost."""
    chance = Chance(11)
    disk = SimDisk(seed=11)
    log = writer(disk)
    log.sync()
    disk.sync_names()
    synced = {len(disk.operations): 0}  # after so many operations of the disk: records
    for number in range(1, 61):
        size = chance.below(500)
        log.put_one(number, b"k" * size, SLY[chance.below(len(SLY))])
        log.sync()
        synced[len(disk.operations)] = number
    data = disk.bytes_of(NAME)
    written = read(data)[0]
    acknowledged, torn = 0, 0
    each = 8 if worst == "random" else 1
    for moment, after in disk.images(chance, worst=worst, each=each):
        acknowledged = max(acknowledged, synced.get(moment, 0))
        if moment < 4:
            continue  # its name is not safe yet
        found = reader(after, may_tear=True)
        records = list(found)
        assert records == written[: len(records)]
        assert acknowledged <= len(records) <= acknowledged + 1
        torn += found.tear is not None
    assert (torn > 20) == (worst == "random")


def test_without_syncs_a_power_cut_leaves_a_beginning_or_damage() -> None:
    """Sectors of many records are in the air at once; what is read is never wrong."""
    chance = Chance(12)
    disk = SimDisk(seed=12)
    log = writer(disk)
    log.sync()
    disk.sync_names()
    for number in range(1, 41):
        log.put_one(number, b"k", SLY[number % len(SLY)])
    written = read(disk.bytes_of(NAME))[0]
    for moment, after in disk.images(chance, each=4):
        if moment >= 4:
            records, _, _ = outcome(after.bytes_of(NAME), may_tear=True)
            assert records == written[: len(records)]
