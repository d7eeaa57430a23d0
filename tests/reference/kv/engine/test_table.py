"""Tables: what was written is what is read, and the file is the same however it was written."""

from __future__ import annotations

import gc
import os
import sys
from itertools import pairwise
from threading import Barrier, Thread
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine import table_writer
from sdcli.reference.kv.engine.block import find
from sdcli.reference.kv.engine.cache import Cache
from sdcli.reference.kv.engine.entries import Entry, Expiring, encode
from sdcli.reference.kv.engine.errors import DiskRefused, Poisoned
from sdcli.reference.kv.engine.sim_disk import SimDisk
from sdcli.reference.kv.engine.table_check import faults_of
from sdcli.reference.kv.engine.table_file import TableFile
from sdcli.reference.kv.engine.table_format import ABSENT, TableInfo
from sdcli.reference.kv.engine.table_reader import Index, Table
from sdcli.reference.kv.engine.table_writer import TableWriter
from tests.reference.kv.engine.tables import (
    NAME,
    SMALL,
    STORE,
    made,
    parts_of,
    scanned,
    table,
    write,
)

SOAK = bool(os.environ.get("SOAK"))

ENTRIES = st.one_of(
    st.binary(max_size=40),
    st.none(),
    st.builds(Expiring, st.binary(max_size=20), st.integers(0, 2**64 - 1)),
)
CONTENTS = st.dictionaries(st.binary(max_size=6), ENTRIES, min_size=1, max_size=40).map(
    lambda content: dict(sorted(content.items()))
)
BOUNDS = st.one_of(st.none(), st.binary(max_size=6))


@given(
    content=CONTENTS,
    others=st.lists(st.binary(max_size=6), max_size=10),
    block_bytes=st.sampled_from([1, 40, 200, 4096]),
    filter_bits=st.sampled_from([0, 1, 10]),
    cache_bytes=st.sampled_from([0, 2000, 2**20]),
)
def test_a_key_has_what_was_written(
    content: dict[bytes, Entry],
    others: list[bytes],
    block_bytes: int,
    filter_bits: int,
    cache_bytes: int,
) -> None:
    disk = SimDisk()
    info = write(disk, content, block_bytes=block_bytes, filter_bits=filter_bits)
    found = table(disk, info, cache=Cache(cache_bytes))
    for _ in range(3):  # from the disk, from bytes in the cache, from a dict in the cache
        for key in [*content, *others]:
            assert found.get(key) == content.get(key, ABSENT)
    assert faults_of(disk, info, STORE) == []


@given(content=CONTENTS, lo=BOUNDS, hi=BOUNDS, fill=st.booleans(), warm=st.booleans())
def test_a_range_has_its_keys_in_order(
    content: dict[bytes, Entry], lo: bytes | None, hi: bytes | None, *, fill: bool, warm: bool
) -> None:
    _, _, found = made(content, block_bytes=60)
    if warm:
        for key in [*content, *list(content)[::2]]:
            found.get(key)
    wanted = [
        (key, entry)
        for key, entry in content.items()
        if (lo is None or lo <= key) and (hi is None or key < hi)
    ]
    for _ in range(2):
        assert scanned(found, lo, hi, fill=fill) == wanted
        assert scanned(found, lo, hi, fill=fill, reverse=True) == wanted[::-1]
    assert all(keys for keys, _ in found.blocks(lo, hi)), "an empty block is no block"


@given(content=CONTENTS, cuts=st.lists(st.integers(0, 40), max_size=5), data=st.data())
def test_the_file_is_the_same_however_many_entries_come_at_a_time(
    content: dict[bytes, Entry], cuts: list[int], data: st.DataObject
) -> None:
    block_bytes = data.draw(st.sampled_from([1, 50, 120]))
    whole, pieces = SimDisk(), SimDisk()
    info = write(whole, content, block_bytes=block_bytes)
    writer = TableWriter(pieces, 7, STORE, level=1, block_bytes=block_bytes)
    keys, entries = list(content), list(content.values())
    places = [0, *sorted(cuts), len(keys)]
    for start, end in pairwise(places):
        writer.add_many(keys[start:end], entries[start:end])
    assert writer.finish() == info
    assert pieces.bytes_of(NAME) == whole.bytes_of(NAME)


def test_blocks_are_as_full_as_they_can_be() -> None:
    """Sizes with the 7 bytes beside key and value: 20, 20, 20, 61, 20 in blocks of 60.

    Three of 20 fit exactly; 61 fits nowhere and is alone; the last 20 begins anew.
    """
    sizes = [20, 20, 20, 61, 20]
    content: dict[bytes, Entry] = {b"%d" % i: bytes(size - 8) for i, size in enumerate(sizes)}
    _, _, found = made(content, block_bytes=60)
    assert [len(keys) for keys, _ in found.blocks()] == [3, 1, 1]


def test_a_large_value_is_a_block_of_its_own() -> None:
    size = 64 * 2**20 if SOAK else 2**20
    content: dict[bytes, Entry] = {b"a": b"1", b"b": b"x" * size, b"c": b"3"}
    disk, info, found = made(content, block_bytes=4096)
    assert [keys for keys, _ in found.blocks()] == [[b"a"], [b"b"], [b"c"]]
    assert found.get(b"b") == content[b"b"]
    appended = [len(step.data) for step in disk.operations if step.call == "append"]
    assert max(appended) <= 64 * 1024
    assert sum(appended) == info.size


def test_the_manifest_is_told_what_is_in_the_file() -> None:
    disk, info, found = made(SMALL, seq_max=99)
    data = disk.bytes_of(NAME)
    assert info == TableInfo(
        level=1,
        number=7,
        size=len(data),
        crc=crc32(b"".join(data[end - 4 : end] for _, end, _ in parts_of(disk, info))),
        first=b"",
        last=b"\xff" * 9,
        entries=11,
        deletions=2,
        expiring=2,
        seq_max=99,
    )
    properties = TableFile(disk, info, STORE).properties()
    assert properties == {
        "blocks": len(list(found.blocks())),
        "data_bytes": parts_of(disk, info)[-4][0],  # up to the filter
        "deletions": 2,
        "entries": 11,
        "expiring": 2,
        "first_key": "",
        "key_bytes": 46,  # 0 + 1 + 3 + 3 + 4 + 7 + 6 + 5 + 4 + 4 + 9
        "last_key": "ff" * 9,
        "level": 1,
        "seq_max": 99,
        "value_bytes": 33,  # 12 + 0 + 1 + 4 + 4 + 4 + 0 + 4 + 4
    }


def test_what_a_writer_says_of_itself_on_the_way() -> None:
    writer = TableWriter(SimDisk(), 7, STORE, level=0, block_bytes=30)
    assert (writer.size, writer.entries) == (0, 0)
    writer.add_many([b"a"], [b"12"])
    assert (writer.size, writer.entries) == (10, 1)  # 7 + 1 + 2, in a block that is still open
    writer.add_many([b"b", b"c"], [b"12", b"12"])
    assert (writer.size, writer.entries) == (30, 3)
    writer.add_many([b"d"], [b"12"])
    assert (writer.size, writer.entries) == (48, 4)  # 30 + count 4 + crc 4, and the next 10


def test_a_table_is_synced_when_it_is_finished_and_its_name_is_not() -> None:
    disk, _, _ = made(SMALL)
    assert [step.call for step in disk.operations] == ["create", "append", "sync"]


def test_the_filter_can_be_made_in_steps() -> None:
    content: dict[bytes, Entry] = {b"%05d" % i: b"" for i in range(2500)}
    whole, steps = SimDisk(), SimDisk()
    write(whole, content)
    writer = TableWriter(steps, 7, STORE, level=1, block_bytes=64)
    writer.add_many(list(content), list(content.values()))
    assert len(list(writer.finishing())) == 3  # a thousand keys in each
    writer.finish()
    assert steps.bytes_of(NAME) == whole.bytes_of(NAME)


@pytest.mark.parametrize(
    "keys",
    [[b"b", b"a"], [b"b", b"b"], [b"a"], [b"A", b"b"]],
    ids=["falling", "twice", "as the last before", "below the last before"],
)
def test_keys_that_do_not_ascend_are_refused(keys: list[bytes]) -> None:
    disk = SimDisk()
    writer = TableWriter(disk, 7, STORE, level=1)
    writer.add_many([b"a"], [b"1"])
    with pytest.raises(ValueError, match="do not ascend"):
        writer.add_many(keys, [b""] * len(keys))
    writer.add_many([b"c"], [b"3"])
    assert scanned(table(disk, writer.finish())) == [(b"a", b"1"), (b"c", b"3")]


def test_a_table_of_nothing_is_no_table() -> None:
    disk = SimDisk()
    writer = TableWriter(disk, 7, STORE, level=1)
    writer.add_many([], [])
    with pytest.raises(ValueError, match="at least one"):
        writer.finish()
    writer.abandon()
    assert disk.names() == []


def test_a_table_does_not_pass_four_gigabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_writer, "TABLE_BYTES_MAX", 300)
    writer = TableWriter(SimDisk(), 7, STORE, level=1, block_bytes=100)
    with pytest.raises(InputError) as refused:
        writer.add_many([b"%d" % i for i in range(9)], [bytes(90)] * 9)
    assert refused.value.render() == (
        "error: 000007.table: a table cannot be this large\n"
        "   given: more than 212 bytes\n"  # two blocks of 4 + 98 + 4; a third and 64 are above
        "expected: at most 300 bytes, for example table_bytes=8 MiB"
    )


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_full_disk_refuses_and_nothing_is_left(nth: int) -> None:
    """The first write, one in the middle, and the last."""
    disk = SimDisk()
    disk.fail("append", nth)
    writer = TableWriter(disk, 7, STORE, level=1)
    with pytest.raises(DiskRefused) as refused:  # noqa: PT012 - at which of them, nobody knows
        for start in range(0, 1000, 100):
            writer.add_many([b"%04d" % i for i in range(start, start + 100)], [bytes(150)] * 100)
        writer.finish()
    assert refused.value.file == NAME
    assert not isinstance(refused.value, Poisoned)
    writer.abandon()
    assert disk.names() == []


def test_a_file_that_cannot_be_made_is_refused() -> None:
    disk = SimDisk()
    disk.fail("create", 1)
    with pytest.raises(DiskRefused):
        TableWriter(disk, 7, STORE, level=1)


def test_a_sync_that_fails_poisons() -> None:
    disk = SimDisk()
    disk.fail_sync(1)
    with pytest.raises(Poisoned):
        write(disk, SMALL)


def test_abandoning_never_fails() -> None:
    disk = SimDisk()
    writer = TableWriter(disk, 7, STORE, level=1)
    disk.fail("remove", 1)
    writer.abandon()
    assert disk.names() == [NAME]


class Watched:
    """A disk that counts reads, and files that are open."""

    def __init__(self, disk: SimDisk) -> None:
        self.disk, self.reads, self.open, self.open_most = disk, 0, 0, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.disk, name)

    def read(self, name: str) -> Any:
        return _WatchedFile(self, self.disk.read(name))


class _WatchedFile:
    def __init__(self, owner: Watched, file: Any) -> None:
        self.owner, self.file, self.size = owner, file, file.size
        owner.open += 1
        owner.open_most = max(owner.open_most, owner.open)

    def pread(self, offset: int, size: int) -> bytes:
        self.owner.reads += 1
        return self.file.pread(offset, size)

    def __del__(self) -> None:
        self.owner.open -= 1


def test_each_part_is_read_once() -> None:
    """Footer, filter, index, then one data block; from then on nothing."""
    disk, info, _ = made(SMALL)
    watched = Watched(disk)
    found = table(watched, info)  # type: ignore[arg-type]
    reads = []
    for _ in range(4):
        assert found.get(b"ada") == b"1815"
        reads.append(watched.reads)
    assert reads == [4, 4, 4, 4]
    assert found.get(b"tony") == b"1934"
    assert watched.reads == 5


def test_a_key_that_is_not_here_costs_no_read() -> None:
    content: dict[bytes, Entry] = {b"%05d" % i: b"x" * 20 for i in range(0, 2000, 2)}
    disk, info, _ = made(content, block_bytes=400)
    watched = Watched(disk)
    found = table(watched, info)  # type: ignore[arg-type]
    for i in range(1, 2000, 2):
        assert found.get(b"%05d" % i) is ABSENT
    assert found.filter_stops + found.filter_wrong <= 1000
    assert found.filter_wrong <= 25  # 8.2 are expected; 25 is six deviations above
    assert watched.reads <= 3 + found.filter_wrong


def test_a_table_bets_that_the_next_key_is_like_the_last() -> None:
    """A look into the cache each for the filter, the index and the block: those that are needed."""
    cache = Cache(2**20)
    disk, info, _ = made(SMALL)
    found = table(disk, info, cache=cache)
    for _ in range(2):
        for key in [b"", b"alan", b"b", b"b"]:
            found.get(key)
    looks = []
    for key in [b"alan", b"alan", b"b", b"b", b"b"]:
        before = cache.counts.hits
        found.get(key)
        looks.append(cache.counts.hits - before)
    # The bet was "absent": filter, index, block. Then it is "here": index and block, also for the
    # first that is not. Then the filter alone, which denies b"b".
    assert looks == [3, 2, 2, 1, 1]


def test_a_merge_leaves_the_cache_alone_and_a_scan_may_fill_it() -> None:
    disk, info, found = made(SMALL)
    cache = Cache(2**20)
    found = table(disk, info, cache=cache)
    scanned(found)
    assert cache.counts.values == 1  # the index
    scanned(found, fill=True)
    assert cache.counts.values == 1 + len(list(found.blocks()))
    watched = Watched(disk)
    again = table(watched, info, cache=cache)  # type: ignore[arg-type]
    assert scanned(again) == list(SMALL.items())
    assert watched.reads == 0  # even the open file is in the cache


def test_so_many_files_are_open_and_no_more() -> None:
    disk = SimDisk()
    watched = Watched(disk)
    cache = Cache(2**20, files_max=6)
    tables = [
        Table(watched, write(disk, SMALL, number=number), STORE, cache)  # type: ignore[arg-type]
        for number in range(1, 40)
    ]
    for _ in range(2):
        for one in tables:
            assert one.get(b"ada") == b"1815"
            assert scanned(one) == list(SMALL.items())
    gc.collect()
    assert watched.open <= 6
    assert watched.open_most <= 7  # and the one that is being opened
    for one in tables:
        cache.drop(one.info.number)
    gc.collect()
    assert watched.open == 0
    assert cache.counts.values == 0


def test_a_scan_goes_on_when_the_file_is_removed_meanwhile() -> None:
    disk, info, _ = made(SMALL)
    cache = Cache(0, files_max=0)
    blocks = table(disk, info, cache=cache).blocks()
    first = next(blocks)
    disk.remove(NAME)
    keys = [*first[0], *(key for keys, _ in blocks for key in keys)]
    assert keys == list(SMALL)


def test_many_threads_read_the_same_table() -> None:
    """With a cache that holds a third of it, so every thread fills and forgets all the time."""
    content: dict[bytes, Entry] = {b"%04d" % i: b"value %d" % i for i in range(400)}
    disk, info, _ = made(content, block_bytes=200)
    found = table(disk, info, cache=Cache(24_000, files_max=2))
    wrong: list[object] = []
    gate = Barrier(4)

    def body(seed: int) -> None:
        gate.wait()
        try:
            for step in range(800):
                i = step * seed % 500
                entry = found.get(b"%04d" % i)
                if entry != (b"value %d" % i if i < 400 else ABSENT):
                    wrong.append((i, entry))
        except BaseException as error:  # noqa: BLE001 - of whatever kind, it is the finding
            wrong.append(error)

    threads = [Thread(target=body, args=(seed,)) for seed in (7, 11, 13, 17)]
    usual = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(usual)
    assert wrong == []


@given(st.sets(st.binary(max_size=4), min_size=1, max_size=60), st.binary(max_size=5))
def test_the_index_finds_the_first_block_that_may_have_a_key(keys: set[bytes], key: bytes) -> None:
    lasts = sorted(keys)
    index = Index(lasts, [10] * len(lasts))
    assert index.position(key) == sum(last < key for last in lasts)


@given(content=CONTENTS, others=st.lists(st.binary(max_size=6), max_size=10))
def test_one_entry_is_found_in_the_bytes_of_a_block(
    content: dict[bytes, Entry], others: list[bytes]
) -> None:
    body = encode(list(content), list(content.values()))
    for key in [*content, *others]:
        assert find(body, key) == content.get(key, ABSENT)


def info_json(**changes: Any) -> dict[str, Any]:
    _, info, _ = made(SMALL)
    return info.as_json() | changes


def test_the_manifest_has_a_table_as_json() -> None:
    _, info, _ = made({b"\x00k": b"v"}, seq_max=5)
    given = info.as_json()
    assert given == {
        "level": 1,
        "number": 7,
        "size": info.size,
        "crc": info.crc,
        "first": "006b",
        "last": "006b",
        "entries": 1,
        "deletions": 0,
        "expiring": 0,
        "seq_max": 5,
    }
    assert TableInfo.from_json(given) == info


@pytest.mark.parametrize(
    "changes",
    [
        {"level": "1"},
        {"size": -1},
        {"crc": 1.5},
        {"entries": True},
        {"first": "0"},
        {"last": "no"},
        {"last": 7},
        {"more": 1},
    ],
    ids=[
        "text",
        "negative",
        "a fraction",
        "a truth",
        "half a byte",
        "no digits",
        "a number",
        "more",
    ],
)
def test_json_that_is_no_table_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        TableInfo.from_json(info_json(**changes))


def test_json_with_less_is_refused() -> None:
    given = info_json()
    del given["crc"]
    with pytest.raises(ValueError, match="a table has"):
        TableInfo.from_json(given)


def test_a_table_tells_its_parts() -> None:
    disk, info, found = made({b"ada": b"1815", b"k" * 50: None})
    assert found.describe() == (
        f"000007.table: level 1, {info.size:,} bytes, 2 entries (1 deletions, 0 that expire)\n"
        # count 4, 7 each, key and value, crc 4
        "           0         22  data block: 1 entries up to 'ada'\n"
        "          22         65  data block: 1 entries up to '" + "k" * 40 + "'...\n"
        # bits and probes 5, a row of 8, crc 4
        "          87         17  filter\n"
        # count 4, 7 each, keys 3 + 50, handles of 12, crc 4
        "         104         99  index\n"
        f"         203        {info.size - 64 - 203}  properties block\n"
        f"         {info.size - 64}         64  footer"
    )
    assert parts_of(disk, info)[-1][1] == info.size


def test_a_table_cannot_be_changed_through_what_it_gives() -> None:
    """Callers may keep, sort and cut the lists; the cache has its own."""
    _, _, found = made(SMALL)
    scanned(found, fill=True)
    for keys, entries in found.blocks(fill=True):
        keys.clear()
        entries.clear()
    assert scanned(found) == list(SMALL.items())
