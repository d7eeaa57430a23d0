"""What `explain` says a read would do is what the read then does, byte for byte."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine.counted_fs import CountedFS
from sdcli.reference.kv.engine.explain import NO, PERHAPS, explain
from sdcli.reference.kv.engine.options import Options
from sdcli.reference.kv.engine.sim_disk import SimDisk
from sdcli.reference.kv.engine.store import Store

OPTIONS = Options(
    log_bytes_max=2000, block_bytes=200, table_bytes=1000, level1_bytes=3000, growth=3
)


def key_of(i: int) -> bytes:
    return b"key-%04d" % i


@cache
def written() -> SimDisk:
    """A store with tables in some levels, closed."""
    disk = SimDisk()
    with Store(disk, sync="os", options=OPTIONS) as db:
        for i in range(0, 1200, 2):
            db.put(key_of(i * 7 % 1200), b"old %d" % i)
        for i in range(0, 300, 2):
            db.put(key_of(i), b"new %d" % i)
        for i in range(0, 60, 4):
            db.delete(key_of(i))
    return disk


def filled(cache_bytes: int = 1 << 20) -> tuple[Store, list[int]]:
    """That store, opened anew; and the list that its reads go into."""
    reads: list[int] = []
    fs = CountedFS(written().killed())
    db = Store(fs, options=replace(OPTIONS, cache_bytes=cache_bytes))

    def note(call: str, _name: str, size: int) -> None:
        if call == "pread":
            reads.append(size)

    fs.listener = note
    return db, reads


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 1210), min_size=1, max_size=12), st.sampled_from([0, 3000, 1 << 20]))
def test_the_next_get_reads_what_was_said(wanted: list[int], cache_bytes: int) -> None:
    db, reads = filled(cache_bytes)
    for i in wanted:
        before = db.cache.counts
        steps = explain(db, key_of(i))
        assert db.cache.counts == before, "a trace in the cache"
        said = [size for step in steps for size in step.disk_reads]
        reads.clear()
        value = db.get(key_of(i))
        assert reads == said
        assert any(step.is_answer for step in steps[:-1]) is False
        assert (value is not None) == (steps[-1].is_answer and steps[-1].said != "a deletion")
        if value is not None:
            assert steps[-1].said == f"a value of {len(value):,} bytes"


def test_a_read_that_was_made_before_costs_nothing() -> None:
    db, _ = filled()
    key = key_of(700)
    assert db.get(key) is not None
    again = explain(db, key)
    assert [step.disk_reads for step in again if step.disk_reads] == []
    assert again[-1].part == "block"


def test_memtables_are_asked_newest_first() -> None:
    db = Store(SimDisk())
    db.put(b"ada", b"1")
    with db.snapshot():
        for name in (b"bob", b"cid", b"dan", b"eve"):
            db.put(name, b"2")
        steps = explain(db, b"ada")
    assert [(step.asked, step.said, step.is_answer) for step in steps] == [
        ("memtable", NO, False),
        ("frozen memtable 1", "a value of 1 byte", True),
    ]


def test_a_deletion_ends_the_walk() -> None:
    """The elder value in the table is not looked for."""
    db = Store(SimDisk())
    db.put(b"ada", b"1815")
    db.flush()
    db.delete(b"ada")
    assert [(step.asked, step.said, step.is_answer) for step in explain(db, b"ada")] == [
        ("memtable", "a deletion", True)
    ]


def test_a_level_out_of_range_is_named_and_not_read() -> None:
    db = Store(SimDisk())
    for name in (b"ada", b"bob"):
        db.put(name, b"1")
    db.flush()
    assert [step[:3] for step in explain(db, b"zoe")] == [
        ("memtable", "memtable", NO),
        ("range", "level 0", NO),
    ]


def test_a_cold_read_takes_footer_filter_index_and_block() -> None:
    """Sizes by hand, from the grammar in formats/table.md.

    One entry of `ada` = `1815`: 4 + 1 + 2 + 4 + 3 + 4 = 18 bytes, and 4 of the checksum. The
    filter: 64 bits at least, 5 + 8, and 4. The index: as the block, with 12 bytes for a value, so
    26 and 4. The footer: 64.
    """
    db = Store(SimDisk())
    db.put(b"ada", b"1815")
    db.flush()
    by_part = {step.part: step for step in explain(db, b"ada")}
    assert sorted(size for step in by_part.values() for size in step.disk_reads) == [17, 22, 30, 64]
    assert by_part["block"].disk_reads == (22,)
    assert by_part["filter"].said == PERHAPS
    assert by_part["index"].said == "block 1 of 1"


def test_a_filter_that_says_no_ends_the_look_into_its_table() -> None:
    db = Store(SimDisk())
    for name in (b"ada", b"zoe"):
        db.put(name, b"1")
    db.flush()
    steps = explain(db, b"bob")  # 14 of 64 bits are set at most: bob's seven are not among them
    filters = [step for step in steps if step.part == "filter"]
    assert [step.said for step in filters] == [NO]
    assert not any(step.part == "block" for step in steps)
    assert db.get(b"bob") is None


def test_what_expires_is_told() -> None:
    db = Store(SimDisk(), clock=lambda: 5)
    db.put(b"ada", b"1815", expires_ns=9)
    assert explain(db, b"ada")[-1].said == "a value that expires, 4 bytes"


def test_a_key_is_bytes() -> None:
    with pytest.raises(InputError):
        explain(Store(SimDisk()), "ada")  # type: ignore[arg-type]
