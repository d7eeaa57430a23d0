"""A Version against a model that walks all tables, and what a change of one leaves alone."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.reference.kv.engine.table_format import ABSENT
from sdcli.reference.kv.engine.version import LEVELS, Version, runs
from tests.reference.kv.engine.stubs import Stub, info_of, stub

KEYS = st.binary(max_size=2)


@st.composite
def tables(draw) -> list[Stub]:
    """Any number in level 0, overlapping as they like; disjoint ones in the levels below."""
    number = iter(range(1, 1000))
    found = []
    for _ in range(draw(st.integers(0, 4))):
        first, last = sorted([draw(KEYS), draw(KEYS)])
        found.append(stub(0, next(number), first, last))
    for level in draw(st.sets(st.integers(1, LEVELS - 1), max_size=3).map(sorted)):
        bounds = sorted(draw(st.sets(KEYS, max_size=12)))
        for first, last in zip(bounds[::2], bounds[1::2], strict=False):
            found.append(stub(level, next(number), first, last))
    return draw(st.permutations(found))


def age(table: Stub) -> tuple[int, int]:
    """Sorts the newest first: by level, and in level 0 the largest number first."""
    return table.info.level, -table.info.number if table.info.level == 0 else 0


def touches(table: Stub, first: bytes | None, last: bytes | None) -> bool:
    return (first is None or table.info.last >= first) and (
        last is None or table.info.first <= last
    )


@given(tables(), KEYS)
def test_a_read_asks_whoever_may_know_the_newest_first(given_tables, key) -> None:
    version = Version.of(given_tables)
    version.check()
    expected = sorted((t for t in given_tables if touches(t, key, key)), key=age)
    assert version.tables_for(key) == expected


@given(tables(), st.none() | KEYS, st.none() | KEYS)
def test_overlapping_has_both_ends_in_it(given_tables, first, last) -> None:
    if first is not None and last is not None:
        first, last = sorted([first, last])
    version = Version.of(given_tables)
    for level in range(LEVELS):
        found = version.overlapping(level, first, last)
        here = [t for t in given_tables if t.info.level == level and touches(t, first, last)]
        here.sort(key=lambda t: -t.info.number if level == 0 else t.info.first)
        assert list(found) == here


@given(tables(), KEYS)
def test_may_be_below_is_true_where_a_lower_table_reaches_over_the_key(given_tables, key) -> None:
    version = Version.of(given_tables)
    for level in range(LEVELS):
        lower = [t for t in given_tables if t.info.level > level and touches(t, key, key)]
        assert version.may_be_below(level, key) == bool(lower)


@given(tables(), st.data())
def test_a_change_makes_a_new_version_and_leaves_the_old_one(given_tables, data) -> None:
    version = Version.of(given_tables)
    before = version.levels
    gone = [t for t in given_tables if data.draw(st.booleans())]
    less = version.without(gone)
    less.check()
    assert sorted(t.info.number for t in less.tables) == sorted(
        t.info.number for t in given_tables if t not in gone
    )
    again = less.with_tables(gone)
    assert again.levels == version.levels == before


@given(tables())
def test_runs_are_sorted_and_newest_first(given_tables) -> None:
    by_level = defaultdict(list)
    for table in given_tables:
        by_level[table.info.level].append(table)
    expected = [[t] for t in sorted(by_level.pop(0, []), key=age)]
    expected += [sorted(by_level[level], key=lambda t: t.info.first) for level in sorted(by_level)]
    assert runs(given_tables) == expected


def test_the_newest_entry_is_the_answer_and_older_tables_are_not_asked() -> None:
    oldest = Stub(info_of(2, 1, b"a", b"z"), {b"ada": b"oldest", b"bob": b"1"})
    older = Stub(info_of(1, 2, b"a", b"z"), {b"ada": b"older", b"cid": None})
    newer = Stub(info_of(0, 3, b"a", b"z"), {b"ada": b"newer"})
    newest = Stub(info_of(0, 4, b"a", b"z"), {b"ada": None})
    version = Version.of([oldest, older, newer, newest])
    assert version.get(b"ada") is None  # a deletion is an answer
    assert (newest.asked, newer.asked, older.asked, oldest.asked) == (1, 0, 0, 0)
    assert version.get(b"bob") == b"1"
    assert version.get(b"cid") is None
    assert version.get(b"dan") is ABSENT
    assert version.get(b"zoe") is ABSENT  # outside of every range
    assert newest.asked == 4


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ([stub(1, 1, b"a", b"c"), stub(1, 2, b"c", b"d")], "3: tables of level 1 overlap"),
        ([stub(2, 1, b"a", b"z"), stub(2, 2, b"b", b"c")], "3: tables of level 2 overlap"),
        ([stub(0, 1, b"b", b"a")], "1: table 1 ends before it begins"),
        ([stub(0, 1, b"a", b"b"), stub(3, 1, b"a", b"b")], "1: a number stands twice"),
        ([stub(0, 1, b"a", b"b"), stub(0, 1, b"c", b"d")], "1: a number stands twice"),
    ],
    ids=["neighbours", "within", "turned round", "two levels", "level 0"],
)
def test_check_names_what_is_broken(broken, rule) -> None:
    with pytest.raises(AssertionError, match=rule):
        Version.of(broken).check()


def test_it_describes_itself_level_by_level() -> None:
    version = Version.of(
        [
            stub(0, 7, b"a", b"k", size=1_500, entries=20, deletions=3),
            stub(2, 4, b"m", b"z"),
            stub(2, 3, b"a", b"b"),
        ]
    )
    assert version.describe() == (
        "level 0  1 table, 1,500 bytes, 20 entries, 3 deletions: 7[b'a'..b'k']\n"
        "level 2  2 tables, 200 bytes, 20 entries, 0 deletions: 3[b'a'..b'b'] 4[b'm'..b'z']"
    )
    assert Version().describe() == "no tables"
