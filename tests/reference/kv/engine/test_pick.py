"""Which compaction comes next: the fullest level, its next table, and all that overlaps."""

from __future__ import annotations

import pytest

from sdcli.reference.kv.engine.options import Options
from sdcli.reference.kv.engine.pick import everything, pick, scores
from sdcli.reference.kv.engine.version import Version
from tests.reference.kv.engine.stubs import stub

# Level 1 is full with 300 bytes, level 2 with 600: three tables of 100, and six.
OPTIONS = Options(level0_tables=3, level1_bytes=300, growth=2)


def numbers(picked) -> list[int]:
    return [table.info.number for table in picked.tables]


def row(level: int, *bounds: bytes, number: int, **more: int) -> list:
    """Tables of one level, each with two letters as its bounds."""
    return [stub(level, number + i, both[:1], both[1:], **more) for i, both in enumerate(bounds)]


def test_a_store_below_its_sizes_is_left_alone() -> None:
    tables = row(0, b"az", b"az", number=8) + row(1, b"ac", b"df", number=1)
    assert pick(Version.of(tables), OPTIONS, {}) is None
    assert pick(Version(), OPTIONS, {}) is None


def test_a_level_is_scored_by_what_it_may_hold() -> None:
    tables = row(0, b"az", number=20) + row(1, b"ab", b"cd", number=1) + row(2, b"ab", number=9)
    # 1 table of 3; 200 bytes of 300; 100 of 600; nothing of 1,200, 2,400, 4,800; the last never
    assert scores(Version.of(tables), OPTIONS) == pytest.approx([1 / 3, 2 / 3, 1 / 6, 0, 0, 0, 0])


def test_all_of_level_0_goes_down_together_with_what_overlaps_any_of_it() -> None:
    """One of two tables of level 0 below the other's key, and the older entry would be newer."""
    level0 = row(0, b"bc", b"hk", b"dd", number=10)
    level1 = row(1, b"ab", b"cd", b"eg", b"km", b"nz", number=1)
    picked = pick(Version.of(level0 + level1), Options(level0_tables=3), {})
    assert (picked.level, picked.target) == (0, 1)
    # From b to k, that between them too; table 5, from n, is not touched.
    assert numbers(picked) == [12, 11, 10, 1, 2, 3, 4]
    assert picked.why == "level 0 has 3 tables"
    assert picked.score == 1
    assert picked.pointer == b"k"


def test_a_level_that_is_full_gives_one_table_and_takes_what_it_overlaps() -> None:
    tables = row(1, b"ac", b"dg", b"hk", number=1) + row(2, b"be", b"fi", b"lz", number=5)
    picked = pick(Version.of(tables), OPTIONS, {1: b"c"})
    assert (picked.level, picked.target) == (1, 2)
    assert numbers(picked) == [2, 5, 6]
    assert picked.pointer == b"g"
    assert picked.why == "level 1 has 300 bytes"


def test_each_table_of_a_level_has_its_turn() -> None:
    tables = row(1, b"ac", b"dd", b"hk", b"lz", number=1)  # one of a single key among them
    pointers: dict[int, bytes] = {}
    turns = []
    for _ in range(6):
        picked = pick(Version.of(tables), OPTIONS, pointers)
        turns += numbers(picked)
        pointers[picked.level] = picked.pointer
    assert turns == [1, 2, 3, 4, 1, 2]


def test_the_fullest_comes_first_and_of_equals_the_upper() -> None:
    full = row(0, b"az", b"az", b"az", number=20) + row(1, b"ab", b"cd", b"ef", number=1)
    assert pick(Version.of(full), OPTIONS, {}).level == 0  # 3/3 and 300/300
    fuller = [*full, *row(1, b"gh", number=7)]
    assert pick(Version.of(fuller), OPTIONS, {}).level == 1  # 400/300


def test_the_last_level_is_never_full() -> None:
    tables = row(6, *[bytes([n, n]) for n in range(65, 85)], number=1, size=10**15)
    assert pick(Version.of(tables), OPTIONS, {}) is None


def test_a_table_of_deletions_goes_down_although_its_level_has_room() -> None:
    """Deletions that wait for their level to fill wait forever in a store that shrinks."""
    tables = [
        *row(1, b"ac", number=1, entries=10, deletions=5),
        *row(1, b"dg", number=2, entries=10, deletions=6),
        *row(2, b"fi", b"jk", number=5),
    ]
    picked = pick(Version.of(tables), OPTIONS, {})
    assert (picked.level, picked.target, numbers(picked)) == (1, 2, [2, 5])
    assert picked.score == pytest.approx(1.2)
    assert picked.why == "6 of 10 entries are deletions"


def test_half_is_not_most() -> None:
    assert pick(Version.of(row(1, b"ac", number=1, entries=10, deletions=5)), OPTIONS, {}) is None


def test_it_goes_one_level_at_a_time_while_something_older_lies_further_below() -> None:
    tables = row(1, b"dg", number=2, deletions=9) + row(3, b"ee", number=1)
    picked = pick(Version.of(tables), OPTIONS, {})
    assert (picked.level, picked.target, numbers(picked)) == (1, 2, [2])


@pytest.mark.parametrize("level", [1, 3, 6])
def test_where_nothing_older_lies_below_it_is_written_anew_where_it_is(level) -> None:
    tables = row(level, b"dg", number=2, deletions=9) + row(1 if level > 1 else 2, b"xz", number=1)
    picked = pick(Version.of(tables), OPTIONS, {})
    assert (picked.level, picked.target, numbers(picked)) == (level, level, [2])


def test_a_full_level_goes_down_even_if_few_deletions_could_go_in_place() -> None:
    """Writing it anew in its own level would leave the level as full as it was."""
    tables = row(1, b"ac", b"dg", b"hk", number=1, deletions=1)
    picked = pick(Version.of(tables), OPTIONS, {})
    assert (picked.level, picked.target) == (1, 2)


def test_a_level_0_of_deletions_does_not_wait_until_it_is_full() -> None:
    """Every scan steps over them, and a store in which all was deleted never fills it."""
    level0 = row(0, b"ad", number=2, entries=10, deletions=9)
    level0 += row(0, b"bc", number=3, entries=10, deletions=2)
    picked = pick(Version.of(level0 + row(1, b"ac", b"dg", b"xz", number=5)), OPTIONS, {})
    assert (picked.level, picked.target, numbers(picked)) == (0, 1, [3, 2, 5, 6])
    assert picked.why == "11 of 20 entries are deletions"
    assert picked.score == pytest.approx(1.1)
    assert pick(Version.of(row(0, b"ad", number=2, entries=10, deletions=5)), OPTIONS, {}) is None


@pytest.mark.parametrize(("below", "is_due"), [(12, True), (13, False)])
def test_few_deletions_do_not_rewrite_all_that_lies_between_them(below, is_due) -> None:
    """OPTIONS has growth 2: six deletions may have 12 entries of level 1 rewritten."""
    tables = row(0, b"az", number=2, entries=10, deletions=6)
    tables += row(1, b"bc", number=1, entries=below)
    assert (pick(Version.of(tables), OPTIONS, {}) is not None) == is_due


def test_everything_goes_to_the_lowest_level_there_is() -> None:
    tables = row(0, b"bc", b"hk", number=10) + row(2, b"ab", b"cd", number=1)
    picked = everything(Version.of(tables))
    assert (picked.level, picked.target, numbers(picked)) == (0, 2, [11, 10, 1, 2])
    assert picked.pointer == b"k"


def test_everything_leaves_nothing_in_level_0() -> None:
    picked = everything(Version.of(row(0, b"bc", number=10)))
    assert (picked.target, numbers(picked)) == (1, [10])


@pytest.mark.parametrize(
    ("more", "is_due"), [({}, False), ({"deletions": 1}, True), ({"expiring": 1}, True)]
)
def test_one_level_without_deletions_has_nothing_to_gain(more, is_due) -> None:
    version = Version.of(row(2, b"ac", b"dg", number=1, **more))
    assert (everything(version) is not None) == is_due
    assert everything(Version()) is None
