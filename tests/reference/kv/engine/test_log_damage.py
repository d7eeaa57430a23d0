"""A log with bytes that nobody wrote: a tear where it can be one, damage by name otherwise."""

from __future__ import annotations

import struct
from itertools import combinations_with_replacement
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.chance import Chance
from sdcli.core.errors import ExitCode
from sdcli.reference.kv.engine.checks import seed_of
from sdcli.reference.kv.engine.entries import encode
from sdcli.reference.kv.engine.errors import Damaged
from sdcli.reference.kv.engine.log_format import BATCH, EDIT, LOG, MANIFEST, Record, header_of
from sdcli.reference.kv.engine.log_search import Gap, next_valid, scan_log
from sdcli.reference.kv.engine.log_writer import LogWriter
from sdcli.reference.kv.engine.prefix_sums import PrefixSums
from sdcli.reference.kv.engine.sim_disk import SimDisk
from tests.reference.kv.engine.logs import (
    NAME,
    STORE,
    disk_with,
    forged,
    outcome,
    read,
    reader,
    sample,
    writer,
)

DATA, RECORDS = sample()
CLOSED = (len(DATA), crc32(DATA))
SEED = seed_of(LOG, STORE, 1)


def puts(count: int, value: bytes = b"v" * 60) -> bytes:
    disk = SimDisk()
    log = writer(disk)
    for number in range(1, count + 1):
        log.put_one(number, b"key %06d" % number, value)
    return disk.bytes_of(NAME)


def with_bytes(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def is_inside_the_bad(offset: int, byte: int) -> bool:
    """Whether an error points into the record, or the header, that a damaged byte is in."""
    if byte < 32:
        return offset == 0
    return any(r.offset <= offset < r.end and r.offset <= byte < r.end for r in RECORDS)


@pytest.mark.parametrize(
    "named",
    [{"is_closed": CLOSED}, {}, {"may_tear": True}],
    ids=["closed", "older", "unclean"],
)
def test_one_bit_turned_anywhere_is_named(named) -> None:
    """In the last record of an unclean log too: a tear takes sectors away, it turns no bit."""
    for byte in range(len(DATA)):
        for bit in range(8) if byte % 16 == 0 or byte >= RECORDS[-1].offset else (byte % 8,):
            damaged = with_bytes(DATA, byte, bytes([DATA[byte] ^ 1 << bit]))
            records, tear, error = outcome(damaged, **named)
            assert error is not None, f"byte {byte}, bit {bit}: torn at {tear}"
            assert error.file == NAME
            assert is_inside_the_bad(error.offset, byte), f"byte {byte}: {error}"
            assert records == RECORDS[: len(records)]


def test_a_log_that_was_closed_has_no_tear() -> None:
    for cut in range(1, len(DATA) + 1):
        _, _, error = outcome(DATA[:-cut], is_closed=CLOSED)
        assert error is not None
    _, _, error = outcome(DATA + b"\0", is_closed=CLOSED)
    assert (error.offset, error.what) == (
        len(DATA),
        f"the file was closed with {len(DATA):,} bytes and has {len(DATA) + 1:,}",
    )
    assert error.exit_code == ExitCode.DAMAGED
    assert NAME in error.render()


def test_a_log_cut_between_records_is_found_when_it_was_closed() -> None:
    for record in RECORDS:
        _, _, error = outcome(DATA[: record.offset], is_closed=CLOSED)
        assert error.offset == record.offset


def test_a_sum_that_fits_no_more_is_found_even_when_each_record_does() -> None:
    _, _, error = outcome(DATA, is_closed=(len(DATA), crc32(DATA) ^ 1))
    assert "the sum of the whole file" in error.what


def test_only_the_newest_log_may_be_torn() -> None:
    assert outcome(DATA[:-1], may_tear=True)[1:] == (RECORDS[-1].offset, None)
    assert outcome(DATA[:-1])[2].offset == RECORDS[-1].offset
    assert outcome(b"", may_tear=True)[1:] == (0, None)
    assert outcome(b"")[2].offset == 0


def test_a_log_cut_short_loses_what_was_cut_and_nothing_else() -> None:
    """E3; that a store goes on from there is for test_recovery.py and kv_faults.py."""
    data = puts(6)  # 98 bytes each: 17 + 4 + 7 + 10 + 60
    for cut in range(1, 201):
        kept = 6 - -(-cut // 98)  # each record that is touched is lost, no other
        records, tear, error = outcome(data[:-cut], may_tear=True)
        assert (len(records), error) == (kept, None)
        assert tear == (None if cut % 98 == 0 else 32 + 98 * kept)


def test_a_tail_of_zeros_is_no_record() -> None:
    for size in (1, 16, 17, 32, 4096, 70_000):
        records, tear, error = outcome(DATA + bytes(size), may_tear=True)
        assert (records, tear, error) == (RECORDS, len(DATA), None)
        assert outcome(DATA + bytes(size))[2].offset == len(DATA)


def tails(size: int, at: int) -> dict[str, bytes]:
    """What may stand in place of the last record, which begins at `at`."""
    chance = Chance(at)
    same_place = disk_with(header_of(LOG, bytes(16), 1) + bytes(at - 32))
    stranger = LogWriter(same_place, NAME, LOG, bytes(16), 1, resume_at=at)
    stranger.put_one(12, b"tony", b"1934 and more")
    segment = disk_with(header_of(LOG, STORE, 2) + bytes(at - 32))
    earlier = LogWriter(segment, NAME, LOG, STORE, 2, resume_at=at)
    earlier.put_one(12, b"tony", b"1934 and more")
    return {
        "zeros": bytes(size),
        "ones": b"\xff" * size,
        "random": bytes(chance.below(256) for _ in range(size)),
        "an older record": DATA[RECORDS[0].offset : RECORDS[0].end],
        "an older record and its tail": DATA[RECORDS[0].offset :][:size],
        "another store's record": same_place.bytes_of(NAME)[at:],
        "another segment's record": segment.bytes_of(NAME)[at:],
        "types": b"\xb5" * size,
    }


@pytest.mark.parametrize("what", list(tails(9, len(DATA))))
def test_what_stands_in_the_place_of_the_last_record_is_not_accepted(what) -> None:
    """E4: no record of it comes. What is whole and was never written here is damage, no tear."""
    last = RECORDS[-1]
    is_whole = "record" in what  # the others name a length that goes beyond the end, or are zeros
    tail = tails(last.end - last.offset, last.offset)[what]
    records, tear, error = outcome(DATA[: last.offset] + tail, may_tear=True)
    assert (records, tear) == (RECORDS[:-1], None if is_whole else last.offset)
    assert (error.offset if error else None) == (last.offset if is_whole else None)
    # The same behind a whole log.
    tail = tails(last.end - last.offset, last.end)[what]
    records, tear, error = outcome(DATA + tail, may_tear=True)
    assert (records, tear) == (RECORDS, None if is_whole else last.end)
    assert (error.offset if error else None) == (last.end if is_whole else None)
    # The same with a good record behind it: now it is damage in any case.
    held = RECORDS[-2]
    tail = tails(held.end - held.offset, held.offset)[what][: held.end - held.offset]
    records, tear, error = outcome(with_bytes(DATA, held.offset, tail), may_tear=True)
    assert (records, tear, error.offset) == (RECORDS[:-2], None, held.offset)


@pytest.mark.parametrize("index", range(len(RECORDS) - 1))
def test_a_record_that_is_not_there_any_more_is_missed(index) -> None:
    """Cut out, or doubled: what follows does not stand where it was written."""
    record = RECORDS[index]
    cut = DATA[: record.offset] + DATA[record.end :]
    records, _, _ = outcome(cut, may_tear=True)
    assert records == RECORDS[:index]
    assert outcome(cut, is_closed=CLOSED)[2] is not None
    assert outcome(cut)[2] is not None
    twice = DATA[: record.end] + DATA[record.offset :]
    assert outcome(twice, may_tear=True)[0] == RECORDS[: index + 1]
    assert outcome(twice)[2].offset == record.end


@pytest.mark.parametrize("length", [0, 1, 2**31, 2**32 - 1])
@pytest.mark.parametrize("index", [0, 3, len(RECORDS) - 1])
def test_a_length_that_lies_leads_nowhere(index, length) -> None:
    record = RECORDS[index]
    assert length != len(record.payload)
    lying = with_bytes(DATA, record.offset + 4, struct.pack("<I", length))
    records, tear, error = outcome(lying, may_tear=True)
    assert records == RECORDS[:index]
    if index == len(RECORDS) - 1 and record.offset + 17 + length > len(DATA):  # it seems cut
        assert (tear, error) == (record.offset, None)
    else:
        assert error.offset == record.offset
    assert outcome(lying)[2].offset == record.offset


IMPOSSIBLE = {
    "more entries than bytes": struct.pack("<I", 1000) + bytes(20),
    "as many entries as there can be": struct.pack("<I", 2**32 - 1) + bytes(20),
    "no entries": struct.pack("<I", 0),
    "no count": b"\x01\x00",
    "nothing": b"",
    "bytes left over": encode([b"k"], [b"v"]) + b"x",
    "a size that is too large": struct.pack("<IBHI", 1, 0, 1, 2) + b"kv",
    "a kind that is none": struct.pack("<IBHI", 1, 3, 1, 1) + b"kv",
    "a deletion with a value": struct.pack("<IBHI", 1, 1, 1, 1) + b"kv",
    "a moment cut short": struct.pack("<IBHI", 1, 2, 1, 7) + b"k1234567",
}


@pytest.mark.parametrize("what", list(IMPOSSIBLE))
def test_contents_that_cannot_be_are_damage_though_the_sum_fits(what) -> None:
    """No accident makes them; so they are no tear either, even at the very end."""
    at = len(DATA)
    lying = DATA + forged(at, IMPOSSIBLE[what], seq=13)
    records, tear, error = outcome(lying, may_tear=True)
    assert (records, tear, error.offset) == (RECORDS, None, at)
    assert error.what.startswith("this record's sum fits, ")
    assert list(scan_log(lying, LOG, STORE, 1))[-1] == Gap(at, len(lying), error.what)


@pytest.mark.parametrize(
    ("seq", "what"),
    [
        (14, "operation 14 stands where 13 should: 1 operation is missing"),
        (1_013, "operation 1,013 stands where 13 should: 1,000 operations are missing"),
        (12, "operation 12 stands where 13 should: it is there twice"),
        (0, "operation 0 stands where 13 should: it is there twice"),
    ],
)
def test_a_number_that_does_not_follow_is_damage(seq, what) -> None:
    lying = DATA + forged(len(DATA), encode([b"k"], [b"v"]), seq=seq)
    records, _, error = outcome(lying, may_tear=True)
    assert (records, error.offset, error.what) == (RECORDS, len(DATA), what)


def test_a_record_of_another_kind_is_damage() -> None:
    lying = DATA + forged(len(DATA), b"{}", seq=13, kind=EDIT)
    assert "no log has type 0xe5" in outcome(lying, may_tear=True)[2].what


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (header_of(MANIFEST, STORE, 1), "this is no log"),
        (header_of(LOG, bytes(16), 1), "this file belongs to another store"),
        (header_of(LOG, STORE, 2), "it is damaged, or of a file with another number"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "this is no log"),
        (b"sdkvlog\n\x07", "the file ends inside its header, after 9 bytes"),
    ],
    ids=["manifest", "store", "number", "picture", "short"],
)
def test_a_header_of_something_else_says_so(data, what) -> None:
    for named in ({"may_tear": True}, {}, {"is_closed": (len(data), crc32(data))}):
        records, tear, error = outcome(data, **named)
        assert (records, tear, error.offset) == ([], None, 0)
        assert what in error.what


def test_a_format_of_later_days_is_told_by_number() -> None:
    head = struct.pack("<8sHH16s", b"sdkvlog\n", 2, 0, STORE)
    data = head + struct.pack("<I", crc32(head, SEED))
    assert outcome(data)[2].what == "this file has format 2; format 1 is known here"


@pytest.mark.parametrize("size", range(31))  # byte 31 of this one happens to be 0
def test_a_header_that_came_in_part_is_a_tear_unless_a_record_stands_behind(size) -> None:
    begun = DATA[:size]
    assert outcome(begun, may_tear=True)[1:] == (0, None)
    assert outcome(begun + bytes(500), may_tear=True)[1:] == (0, None)
    with_record = begun + bytes(32 - size) + DATA[32:]
    assert outcome(with_record, may_tear=True)[2].offset == 0


def test_a_log_of_another_store_is_not_a_tear() -> None:
    """All its records look like rubbish here; taking it for a torn log would lose every one."""
    disk = SimDisk()
    log = LogWriter(disk, NAME, LOG, b"another store id", 1)
    log.put_one(1, b"k", b"v")
    assert outcome(disk.bytes_of(NAME), may_tear=True)[2].offset == 0


def test_a_log_inside_a_value_is_not_taken_for_the_log() -> None:
    """Its records have another offset here than there, so the search does not fall for them."""
    disk = SimDisk()
    writer(disk).put_one(1, b"backup", DATA)
    data = disk.bytes_of(NAME)
    records, tear, error = outcome(data[:-1], may_tear=True)
    assert (records, tear, error) == ([], 32, None)
    assert next_valid(data, 33, SEED, LOG, 0) is None


def test_two_torn_records_are_one_tear() -> None:
    """Of two records without a zero in four sectors, the second and the last sector are lost."""
    data = puts(2, bytes(range(1, 251)) * 3)  # 788 bytes each: 17 + 4 + 7 + 10 + 750
    assert len(data) == 32 + 2 * 788
    hurt = with_bytes(with_bytes(data, 512, bytes(512)), 1536, bytes(len(data) - 1536))
    assert outcome(hurt, may_tear=True) == ([], 32, None)


def lost(data: bytes, start: int, end: int) -> tuple[int | None, int | None]:
    """Where a log is torn, or damaged, in which these bytes are zeros."""
    _, tear, error = outcome(with_bytes(data, start, bytes(end - start)), may_tear=True)
    return tear, error.offset if error else None


def test_a_tear_takes_whole_sectors() -> None:
    """A record of 100,017 bytes from byte 32 on, of which each sector has something in it."""
    data = puts(1, b"v" * 99_979)  # 17 + 4 + 7 + 10 + 99,979
    torn, damaged = (32, None), (None, 32)
    assert lost(data, 1024, 1536) == torn
    assert lost(data, 1024, 1535) == damaged  # the last byte of the sector is there
    assert lost(data, 1025, 1536) == damaged
    assert lost(data, 1025, 2047) == damaged
    assert lost(data, 32, 512) == torn  # its head is in there: what length it names is unknown
    assert lost(data, 32, 511) == damaged
    last = len(data) - len(data) % 512
    assert lost(data, last, len(data)) == torn
    assert lost(data, last, len(data) - 1) == damaged


@pytest.mark.parametrize("size", [100, 20_000, 1_100_000])
def test_a_turned_bit_in_a_last_record_of_any_size_is_damage(size) -> None:
    """Where nothing of it was lost, no bit is looked for."""
    data = puts(1, b"v" * size)
    for byte in (32, 36, 40, 41, 60, 32 + size // 2, len(data) - 1):
        hurt = with_bytes(data, byte, bytes([data[byte] ^ 4]))
        assert outcome(hurt, may_tear=True)[1:][1].offset == 32, byte


def test_a_turned_bit_beside_zeros_that_were_always_there() -> None:
    """Up to 16 KiB one bit is told from a lost sector; beyond, too many bits would be asked."""
    for zeros, is_told in ((5_000, True), (20_000, False)):
        data = puts(1, b"v" * 600 + bytes(zeros))
        hurt = with_bytes(data, 300, b"w")  # 0x76, 0x77
        _, tear, error = outcome(hurt, may_tear=True)
        assert (tear, error is not None) == ((None, True) if is_told else (32, False))


def test_a_torn_group_is_never_taken_for_a_turned_bit() -> None:
    """A record of 256 KiB with one of its sectors lost, each in turn."""
    chance = Chance(5)
    data = puts(1, bytes(1 + chance.below(255) for _ in range(64)) * 4096)
    for sector in range(512, len(data) - 512, 512 * 16):
        assert lost(data, sector, sector + 512) == (32, None)


@given(st.integers(0, len(DATA)), st.binary(min_size=1, max_size=300))
def test_whatever_is_written_over_a_log_no_wrong_record_comes(at, new) -> None:
    hurt = with_bytes(DATA, at, new)
    first = next((i for i, (a, b) in enumerate(zip(DATA, hurt, strict=False)) if a != b), len(DATA))
    whole = [record for record in RECORDS if record.end <= first]
    for named in ({"may_tear": True}, {}, {"is_closed": CLOSED}):
        records, tear, error = outcome(hurt, **named)
        if hurt == DATA:
            assert (records, tear, error) == (RECORDS, None, None)
            continue
        assert records in (whole, [])  # none when the whole file was judged before
        assert (tear is None) != (error is None)
        assert tear is None or named == {"may_tear": True}


# Salvage.


def kept_and_gaps(data: bytes) -> tuple[list[Record], list[Gap]]:
    found = list(scan_log(data, LOG, STORE, 1))
    return (
        [item for item in found if isinstance(item, Record)],
        [item for item in found if isinstance(item, Gap)],
    )


def test_salvage_finds_every_record_of_a_good_log() -> None:
    assert kept_and_gaps(DATA) == (RECORDS, [])


@given(st.sets(st.integers(0, len(RECORDS) - 1)), st.integers(0, 2**16))
def test_salvage_loses_what_was_damaged_and_nothing_else(hurt, seed) -> None:
    """E19."""
    chance = Chance(seed)
    data = bytearray(DATA)
    for index in sorted(hurt):
        record = RECORDS[index]
        byte = record.offset + chance.below(record.end - record.offset)
        data[byte] ^= 1 << chance.below(8)
    kept, gaps = kept_and_gaps(bytes(data))
    assert kept == [record for index, record in enumerate(RECORDS) if index not in hurt]
    pieces = sorted((item.offset, item.end) for item in [*kept, *gaps])
    assert [a for a, _ in pieces] == [32, *(b for _, b in pieces[:-1])]  # no byte is left out
    assert pieces[-1][1] == len(data)


def test_salvage_reads_on_behind_a_bad_header() -> None:
    kept, gaps = kept_and_gaps(with_bytes(DATA, 0, b"X"))
    assert kept == RECORDS
    assert gaps == [Gap(0, 32, "this is no log")]


@given(st.binary(max_size=400), st.booleans())
def test_salvage_never_fails(data, has_header) -> None:
    if has_header:
        data = DATA[:32] + data
    found = list(scan_log(data, LOG, STORE, 1))
    assert all(item.offset < item.end or item.end == len(data) for item in found)
    assert max((item.end for item in found), default=32 if has_header else 0) == len(data)


def test_the_search_looks_at_every_byte() -> None:
    for gap in range(1, 60):
        at = 32 + gap
        data = DATA[:32] + b"\xb5" * gap + forged(at, encode([b"k"], [b"v"]), seq=3)
        assert next_valid(data, 33, SEED, LOG, 0).offset == at
        # Operation 3 was before, or so far away that the bytes between cannot hold the others.
        assert next_valid(data, 33, SEED, LOG, 3) is None
        late = data[:at] + forged(at, encode([b"k"], [b"v"]), seq=4_000)
        assert next_valid(late, 33, SEED, LOG, 0) is None
        assert next_valid(late, 33, SEED, LOG, None).first_seq == 4_000


@pytest.mark.parametrize("last", [0, 254, 255, 65_534, 65_535, 2**32 - 2, 2**32 - 1, 2**63])
def test_the_search_finds_the_numbers_that_can_come(last) -> None:
    """Also where a carry runs through their bytes."""
    for seq in (last + 1, last + 2, last + 40):
        data = DATA[:40] + forged(40, encode([b"k"], [b"v"]), seq=seq)
        assert next_valid(data, 33, SEED, LOG, last).first_seq == seq


def test_damage_stops_a_replay_and_names_its_place() -> None:
    data = with_bytes(puts(50), 32 + 98 * 20 + 40, b"\x00\x00")
    memtable = {}
    with pytest.raises(Damaged, match=f"{NAME} at byte 1,992: this record's sum does not fit"):
        reader(disk_with(data), may_tear=True).replay_into(memtable)  # 32 + 98 x 20 = 1,992
    assert len(memtable) == 20
    assert all(record.type == BATCH for record in read(puts(2))[0])


@pytest.mark.parametrize("cut", [0, 1])
def test_a_value_full_of_false_heads_is_searched_in_time(cut, monkeypatch) -> None:
    """Each head names a length to the end: read one by one they would be 2 GiB of sums."""
    size = 256 * 1024
    heads = [
        struct.pack("<IIBQ", 7, max(0, size - 17 * number - 250), BATCH, 3 + number)
        for number in range(size // 17 - 8)
    ]
    data = puts(1, b"".join(heads))
    summed = 0

    def counted(piece, first=0):
        nonlocal summed
        summed += len(piece)
        return crc32(piece, first)

    for name in ("log_search", "prefix_sums"):
        monkeypatch.setattr(f"sdcli.reference.kv.engine.{name}.crc32", counted)
    if cut:
        assert outcome(data[:-1], may_tear=True)[1:] == (32, None)
    else:
        data = with_bytes(data, 60, b"X")
        assert len(list(scan_log(data, LOG, STORE, 1))) == 1  # nothing but a gap
    assert 0 < summed < 8192 * 4 * len(heads) * (2 if cut else 1)


def test_sums_of_stretches_are_those_of_their_bytes() -> None:
    """On both sides of each step of 4,096 bytes, and of a whole number of them."""
    chance = Chance(6)
    data = bytes(chance.below(256) for _ in range(2 * 4096 + 50))
    sums = PrefixSums(data)
    edges = [0, 1, 4095, 4096, 4097, 8191, 8192, 8193, len(data)]
    for start, end in combinations_with_replacement(edges, 2):
        first = chance.below(2**32)
        assert sums.between(start, end, first) == crc32(data[start:end], first), (start, end)


@pytest.mark.parametrize("size", [31_000, 33_000, 500_000])
def test_a_long_record_behind_damage_is_found(size) -> None:
    """With a sum that is computed, and with one that is put together."""
    disk = disk_with(puts(1))
    log = writer(disk, resume_at=len(disk.bytes_of(NAME)))
    at = log.put_one(2, b"k", b"v" * size)
    hurt = with_bytes(disk.bytes_of(NAME), 50, b"X")
    found = next_valid(hurt, 33, SEED, LOG, 0)
    assert found == read(disk.bytes_of(NAME))[0][1]
    assert found.offset == at
    assert outcome(hurt, may_tear=True)[2].offset == 32
