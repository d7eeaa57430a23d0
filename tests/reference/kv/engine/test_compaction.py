"""Compaction against a dict: nothing is lost, nothing comes back, what is useless goes.

Every table here is a real one, on a simulated disk.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.reference.kv.engine.cache import Cache
from sdcli.reference.kv.engine.compaction import STEP, compact
from sdcli.reference.kv.engine.entries import Entry, Expiring
from sdcli.reference.kv.engine.errors import Damaged, DiskRefused
from sdcli.reference.kv.engine.merge import live, merged
from sdcli.reference.kv.engine.options import Options
from sdcli.reference.kv.engine.pick import Picked, everything, pick
from sdcli.reference.kv.engine.sim_disk import SimDisk
from sdcli.reference.kv.engine.table_check import faults_of
from sdcli.reference.kv.engine.table_format import ABSENT
from sdcli.reference.kv.engine.table_reader import Table
from sdcli.reference.kv.engine.table_writer import TableWriter
from sdcli.reference.kv.engine.version import Version

STORE_ID = bytes(range(16))
SOAK = bool(os.environ.get("SOAK"))
NOON = 1_000
SMALL = Options(
    block_bytes=64, table_bytes=150, level0_tables=2, level1_bytes=400, growth=2, cache_bytes=0
)


class Shop:
    """The tables of a store without the store: flushes and compactions by hand."""

    def __init__(self, options: Options = SMALL) -> None:
        self.options = options
        self.disk = SimDisk()
        self.cache = Cache(options.cache_bytes)
        self.version = Version()
        self.number = 0
        self.seq = 0
        self.now_ns = NOON
        self.pointers: dict[int, bytes] = {}

    def next_number(self) -> int:
        self.number += 1
        return self.number

    def put(self, known: dict[bytes, Entry], level: int = 0) -> Table:
        """Write a table, as a flush does."""
        self.seq += len(known)
        number = self.next_number()
        writer = TableWriter(
            self.disk, number, STORE_ID, level=level, block_bytes=64, seq_max=self.seq
        )
        keys = sorted(known)
        writer.add_many(keys, [known[key] for key in keys])
        table = Table(self.disk, writer.finish(), STORE_ID, self.cache)
        self.version = self.version.with_tables([table])
        return table

    def start(self, picked: Picked):
        return compact(
            self.disk,
            STORE_ID,
            list(picked.tables),
            picked.target,
            self.next_number,
            self.version,
            self.options,
            self.now_ns,
        )

    def run(self, picked: Picked) -> int:
        """Do a compaction; how many steps it took."""
        steps = 0
        work = self.start(picked)
        while True:
            try:
                next(work)
            except StopIteration as end:
                infos = end.value
                break
            steps += 1
        tables = [Table(self.disk, info, STORE_ID, self.cache) for info in infos]
        self.version = self.version.without(picked.tables).with_tables(tables)
        for table in picked.tables:
            self.disk.remove(f"{table.info.number:06}.table")
        self.pointers[picked.level] = picked.pointer
        self.version.check()
        return steps

    def compact_all(self) -> None:
        picked = everything(self.version)
        if picked is not None:
            self.run(picked)

    def seen(self) -> dict[bytes, bytes]:
        """What a reader sees now."""
        return dict(live(merged(self.version.sources()), self.now_ns))

    def seen_from_the_end(self) -> list[bytes]:
        """The keys that a reader sees, from the largest down."""
        sources = self.version.sources(reverse=True)
        return [key for key, _ in live(merged(sources, reverse=True), self.now_ns)]

    def kept(self) -> dict[bytes, Entry]:
        """What the tables hold, deletions too."""
        blocks = merged(self.version.sources())
        return {k: e for keys, some in blocks for k, e in zip(keys, some, strict=True)}


def by_hand(tables: tuple[Table, ...], target: int) -> Picked:
    return Picked(tables[0].info.level, target, tables, 1.0, "by hand", b"")


def visible(model: dict[bytes, Entry], now_ns: int) -> dict[bytes, bytes]:
    found = {}
    for key, entry in sorted(model.items()):
        if isinstance(entry, Expiring) and entry.expires_ns > now_ns:
            found[key] = entry.value
        elif type(entry) is bytes:
            found[key] = entry
    return found


KEYS = st.integers(0, 25).map(lambda n: b"%02d" % n)
ENTRIES = (
    st.none()
    | st.binary(max_size=20)
    | st.builds(Expiring, st.binary(max_size=9), st.integers(NOON - 3, NOON + 20))
)
FLUSH = st.tuples(st.just("flush"), st.dictionaries(KEYS, ENTRIES, min_size=1, max_size=12))
DUE = st.tuples(st.sampled_from(["due", "everything", "later"]), st.integers(0, 6))
FORCED = st.tuples(st.just("forced"), st.integers(0, 5))
LEFT = st.tuples(st.just("left"), st.integers(0, 5))


def forced(version: Version, level: int) -> Picked | None:
    """A compaction out of its turn: what stands in a level goes down, with what it overlaps."""
    tables = version.levels[level]
    if not tables:
        return None
    tables = tables if level == 0 else tables[len(tables) // 2 :][:1]
    first = min(table.info.first for table in tables)
    last = max(table.info.last for table in tables)
    return by_hand((*tables, *version.overlapping(level + 1, first, last)), level + 1)


@settings(max_examples=2_000 if SOAK else 80)
@given(st.lists(FLUSH | DUE | FORCED | LEFT, max_size=25))
def test_nothing_is_lost_and_nothing_comes_back_through_any_order(steps) -> None:
    """E16: flushes and compactions in any order, some left unfinished, while time goes on."""
    shop = Shop()
    model: dict[bytes, Entry] = {}
    for step, what in steps:
        picked = None
        if step == "flush":
            model |= what
            shop.put(what)
        elif step == "later":
            shop.now_ns += what
        elif step == "everything":
            shop.compact_all()
        elif step == "due":
            picked = pick(shop.version, shop.options, shop.pointers)
        else:
            picked = forced(shop.version, what)
        if picked is not None and step == "left":
            work = shop.start(picked)
            for _ in range(what):
                next(work, None)
            work.close()
        elif picked is not None:
            shop.run(picked)
        alive_now = visible(model, shop.now_ns)
        assert shop.seen() == alive_now
        assert shop.seen_from_the_end() == [*alive_now][::-1]
        for key in model:
            entry = shop.version.get(key)
            alive = type(entry) is bytes or (
                isinstance(entry, Expiring) and entry.expires_ns > shop.now_ns
            )
            assert alive == (key in alive_now)
    shop.compact_all()
    # Only what somebody can ask for is left: no deletion, nothing expired.
    assert shop.kept().keys() == visible(model, shop.now_ns).keys()
    assert len(shop.disk.names()) == len(shop.version.tables)


def test_a_deletion_stays_while_something_older_may_lie_below() -> None:
    shop = Shop()
    shop.put({b"ada": b"old", b"zoe": b"1"}, level=2)
    newer = shop.put({b"ada": None, b"zz": None})
    shop.run(by_hand((newer,), 1))
    # ada is within level 2's range, from ada to zoe; zz is behind it.
    assert shop.kept() == {b"ada": None, b"zoe": b"1"}
    assert shop.version.levels[1][0].info.deletions == 1
    assert shop.seen() == {b"zoe": b"1"}
    shop.compact_all()
    assert shop.kept() == {b"zoe": b"1"}
    assert shop.seen() == {b"zoe": b"1"}


def test_an_expired_value_becomes_a_deletion_with_the_same_care() -> None:
    """It was newer than a value that never expires; if it just went, that one would be back."""
    shop = Shop()
    shop.put({b"ada": b"for ever", b"bob": b"1"}, level=2)
    newer = shop.put({b"ada": Expiring(b"until noon", NOON), b"cid": Expiring(b"too", NOON)})
    shop.run(by_hand((newer,), 1))
    assert shop.kept() == {b"ada": None, b"bob": b"1"}
    assert shop.seen() == {b"bob": b"1"}


def test_a_value_that_has_time_left_stays_as_it_is() -> None:
    shop = Shop()
    table = shop.put({b"ada": Expiring(b"until one past noon", NOON + 1)})
    shop.run(by_hand((table,), 1))
    assert shop.kept() == {b"ada": Expiring(b"until one past noon", NOON + 1)}
    assert shop.version.levels[1][0].info.expiring == 1


def test_where_nothing_is_left_no_table_is_made() -> None:
    shop = Shop()
    older = shop.put({b"ada": b"1", b"bob": b"2"})
    newer = shop.put({b"ada": None, b"bob": None})
    shop.run(by_hand((newer, older), 1))
    assert shop.version.tables == ()
    assert shop.disk.names() == []
    assert shop.version.get(b"ada") is ABSENT


def test_the_order_of_the_inputs_comes_from_their_levels_and_numbers() -> None:
    shop = Shop()
    old = shop.put({b"k": b"old"})
    new = shop.put({b"k": b"new"})
    shop.run(by_hand((old, new), 1))
    assert shop.kept() == {b"k": b"new"}


def test_outputs_are_of_the_target_and_about_as_large_as_they_may_be() -> None:
    options = Options(block_bytes=256, table_bytes=4_000, cache_bytes=0)
    shop = Shop(options)
    table = shop.put({b"%05d" % n: b"v" * 20 for n in range(1_000)})
    shop.run(by_hand((table,), 1))
    tables = shop.version.levels[1]
    # 1,000 entries of 5 + 20 + 7 bytes are 32,000: eight tables of 4,000, or a bit more each.
    assert 7 <= len(tables) <= 9
    for made in tables:
        assert (made.info.level, made.info.seq_max) == (1, 1_000)
        # A block of the input and its own filter, index and properties may come on top.
        assert made.info.size <= 4_000 + 64 + 1_500
        assert faults_of(shop.disk, made.info, STORE_ID) == []
    assert list(shop.kept()) == [b"%05d" % n for n in range(1_000)]
    assert shop.seen_from_the_end() == [b"%05d" % n for n in reversed(range(1_000))]


def test_it_yields_after_a_little_work() -> None:
    shop = Shop(Options(cache_bytes=0))
    old = shop.put({b"%05d" % n: b"old" for n in range(3_000)})
    new = shop.put({b"%05d" % n: b"new" for n in range(0, 6_000, 2)})
    steps = shop.run(by_hand((new, old), 1))
    # 4,500 keys come out; no piece of the merge is larger than two blocks of 64 bytes.
    assert steps >= 4_500 // (STEP + 20)


def test_large_values_make_smaller_steps() -> None:
    shop = Shop(Options(cache_bytes=0))
    table = shop.put({b"%02d" % n: bytes(256 * 1024) for n in range(24)})
    # A step ends at 500 * 2 KiB, four values or five: 24 of them make five steps or six.
    assert shop.run(by_hand((table,), 1)) >= 5


def test_large_values_that_are_overwritten_count_as_much() -> None:
    shop = Shop(Options(cache_bytes=0))
    old = shop.put({b"%02d" % n: bytes(256 * 1024) for n in range(24)})
    new = shop.put({b"%02d" % n: Expiring(bytes(256 * 1024), NOON) for n in range(24)})
    assert shop.run(by_hand((new, old), 1)) >= 5


def test_the_same_inputs_make_the_same_bytes() -> None:
    digests = set()
    for _ in range(2):
        shop = Shop()
        for flush in range(4):
            shop.put({b"%03d" % (n * 7 % 90): b"%d" % flush for n in range(flush, 90, 3)})
        shop.compact_all()
        digests.add(shop.disk.digest())
    assert len(digests) == 1


def two_levels() -> tuple[Shop, Picked]:
    shop = Shop()
    old = shop.put({b"%03d" % n: b"old" for n in range(60)}, level=1)
    new = shop.put({b"%03d" % n: b"new" for n in range(30, 90)})
    return shop, by_hand((new, old), 1)


def test_left_after_any_step_it_leaves_no_file() -> None:
    steps = 0
    while True:
        shop, picked = two_levels()
        before, seen = shop.disk.digest(), shop.seen()
        work = shop.start(picked)
        taken = sum(1 for _ in zip(range(steps), work, strict=False))
        if taken < steps:
            break
        work.close()
        assert (shop.disk.digest(), shop.seen()) == (before, seen)
        steps += 1
    assert steps > 5  # each output is a step at least


def test_refused_at_any_write_it_leaves_no_file_and_can_be_done_again() -> None:
    refusals = 0
    while True:
        shop, picked = two_levels()
        before, seen = shop.disk.digest(), shop.seen()
        shop.disk.full_at(refusals + 1)
        try:
            shop.run(picked)
        except DiskRefused:
            refusals += 1
        else:
            break
        assert (shop.disk.digest(), shop.seen()) == (before, seen)
        shop.disk.more_room()
        shop.run(picked)
        assert shop.seen() == seen
    assert refusals > 5


def test_a_damaged_input_is_named_and_nothing_is_made_of_it() -> None:
    shop, picked = two_levels()
    shop.disk.flip("000001.table", 700, 3)
    before = shop.disk.digest()
    with pytest.raises(Damaged, match=r"^000001\.table at byte"):
        shop.run(picked)
    assert shop.disk.digest() == before


def test_a_missing_input_is_named() -> None:
    shop, picked = two_levels()
    shop.disk.take("000001.table")
    with pytest.raises(Damaged, match=r"^000001\.table at byte 0"):
        shop.run(picked)
    assert shop.disk.names() == ["000002.table"]


def test_a_store_that_is_written_over_and_over_ends_in_small_levels() -> None:
    """What is due is done until nothing is: then every level is below its size."""
    shop = Shop()
    model: dict[bytes, Entry] = {}
    for flush in range(30):
        known = {b"%03d" % (n * 17 % 200): b"%04d" % flush for n in range(flush, flush + 25)}
        shop.put(dict(known))
        model |= known
        while (picked := pick(shop.version, shop.options, shop.pointers)) is not None:
            shop.run(picked)
            assert len(shop.version.levels[0]) < 2
    for level in range(1, 6):
        size = sum(table.info.size for table in shop.version.levels[level])
        assert size < shop.options.level_bytes_max(level)
    assert shop.seen() == visible(model, NOON)


def test_deletions_go_although_no_level_is_full() -> None:
    """A queue is put and deleted again and again; its tables must not fill with deletions."""
    shop = Shop(Options(block_bytes=64, table_bytes=300, level0_tables=2, cache_bytes=0))
    shop.put({b"%03d" % n: b"v" for n in range(100)}, level=2)
    shop.put({b"%03d" % n: None for n in range(100)})
    shop.put({b"%03d" % n: None for n in range(100)})
    while (picked := pick(shop.version, shop.options, shop.pointers)) is not None:
        shop.run(picked)
    assert shop.version.tables == ()
