"""The formulas against sums by hand, and shapes that are made smaller."""

from __future__ import annotations

import pytest

from sdcli.experiments.kv_formulas import Levelled
from sdcli.experiments.kv_shape import ENTRIES_MIN, shape_of


def test_the_parts_are_those_on_paper() -> None:
    """100 bytes an entry, 10,000 in a memtable, a million keys, growth 10.

    table_each: 7 + 100 in a block; 10 / 8 of the filter; the 38 entries of a block share its 4 + 4
    and the 7 + 16 + 12 of the index, 43 / 38; 64 + 230 + 16 shared by those of half a memtable's
    128 * 5,000 bytes, 107 each, 310 / 5981.3: 109.4334 in all.
    log_each: 28 + 100. Level 1 takes 4 * 10,000 * 128 = 5.12 MB, level 2 51.2 MB, all is 109.43 MB.
    s1 = 0.046787, s2 = 0.467865.
    10,000 writes are to 1,000,000 (1 - e^-0.01) = 9,950.2 keys; 40,000 to 39,210.6, or 0.98026.
    Level 0 goes down with 39,210.6 * 109.4334 = 4.290950 MB. Its tables have 310 bytes for 9,950.2
    entries: 109.4128 each.

    flush:  1.094128 * 0.99502
    0 to 1: 0.98026 * (1 + 5.12 / 4.29095 - 0.046787) = 2.10405
    1 to 2: 0.98026 * 0.953213 * (2 + 51.2 / (10.24 + 4.29095) - 0.467865) = 4.72398
    2 to 3: 0.98026 * 0.953213 * 0.532135 * (2 + 109.4334 / 102.4 - 1) = 1.02860
    """
    store = Levelled(keys=1_000_000, value_bytes=84, memtable_entries=10_000, growth=10)
    assert store.table_each == pytest.approx(107 + 1.25 + 43 / 38 + 310 / 5981.3)
    assert store.sizes == pytest.approx([5.12e6, 5.12e7, 109.4334e6], rel=1e-6)
    once = 1.094334
    assert store.write_parts == pytest.approx(
        {
            "log": 1.28,
            "flush": 1.08868,
            "0 to 1": once * 2.10405,
            "1 to 2": once * 4.72398,
            "2 to 3": once * 1.02860,
        },
        rel=1e-5,
    )
    assert store.tables_asked == 3 + 3
    # (5.12 + 51.2 + 109.4334 + 3 * 1.08868 + 2 * 10,001 * 128 / 10^6) / 100
    assert store.space == pytest.approx(1.71580, rel=1e-5)


def test_one_level_is_written_once_for_each_time_that_level_0_goes_down() -> None:
    """100 keys, 50 in a memtable: all fits into level 1, which all of level 0 covers."""
    store = Levelled(keys=100, value_bytes=84, memtable_entries=50, growth=10)
    assert len(store.sizes) == 1
    # 200 writes to 100 keys: 100 (1 - e^-2) = 86.466; level 1 comes along, less what both have:
    # (86.466 + 100 - 86.466) / 200 entries for each write
    assert store.write_parts["0 to 1"] == pytest.approx(store.table_each / 100 / 2)
    # 50 writes to 100 keys: 100 (1 - e^-0.5) = 39.347 of 50 are written out
    assert store.write_parts["flush"] == pytest.approx(store.flush_each / 100 * 0.78694, rel=1e-5)


def test_what_meets_in_memory_counts_once() -> None:
    """m balls leave n (1 - e^(-m/n)) of n urns with something in them."""
    store = Levelled(keys=1000, value_bytes=84, memtable_entries=10, growth=10)
    assert store.distinct(0) == 0
    assert store.distinct(1) == pytest.approx(1, rel=1e-3)
    assert store.distinct(1000) == pytest.approx(632.12, rel=1e-5)
    assert store.distinct(1e6) == 1000


@pytest.mark.parametrize(("growth", "levels"), [(2, 6), (4, 4), (10, 3), (1000, 2)])
def test_smaller_growth_makes_more_levels(growth: int, levels: int) -> None:
    """A million keys are about 86 memtables of level 1's measure: 4, 8, 16, 32, 64, then all."""
    store = Levelled(keys=1_000_000, value_bytes=84, memtable_entries=10_000, growth=growth)
    assert len(store.sizes) == levels


def shape(size: float, value: float, memtable: float, **more: int):
    given = {"puts_max": 15_000, "bytes_max": 5_000_000, "puts_each": 5.0} | more
    return shape_of(size, value, memtable, 10, **given)


def test_what_fits_is_built_as_it_is() -> None:
    # 144 bytes of log for an entry of 116: 11,600 bytes are 100 keys
    made = shape(11_600, 100, 1440)
    assert (made.keys, made.value_bytes, made.scale) == (100, 100, "1:1")
    assert made.options.log_bytes_max == 32 + 1440
    assert made.options.block_bytes == 4096
    assert not made.is_cut
    assert (made.flush_scale, made.table_scale) == (1, 1)


def test_a_store_made_smaller_keeps_its_proportions() -> None:
    # 3,000 keys of 30,000: a tenth, so the memtable has a tenth of its 1,000 entries
    made = shape(30_000 * 116, 100, 144_000)
    assert (made.keys, made.is_cut, made.is_alike) == (3000, True, True)
    assert made.options.log_bytes_max == pytest.approx(100 * 144, rel=0.01)
    assert made.scale.startswith("1:10 (3,000 of 30,000 keys)")
    built, design = made.levelled, made.design
    # 123 and 1.25; 33 in a block of 4 KiB share 43, 585 in a table 310: 126.08. And built smaller,
    # 7 in a block of 904 share 43, 58.5 in a table 310: 135.69. So there is 1.0762 times the room.
    assert built.table_each / design.table_each == pytest.approx(1.0762, rel=1e-3)
    assert made.options.level1_bytes == pytest.approx(
        4 * made.options.log_bytes_max * 1.0762, rel=1e-3
    )
    assert made.options.table_bytes == made.options.log_bytes_max // 2
    assert [size / built.live for size in built.sizes] == pytest.approx(
        [size / design.live for size in design.sizes], rel=0.005
    )
    assert made.theory is made.design
    assert made.table_scale == pytest.approx(1 / 1.0762, rel=1e-3)


def test_a_store_that_is_too_large_to_be_alike_says_so() -> None:
    made = shape(4e12, 1000, 64 * 1024**2)
    assert (made.is_cut, made.is_alike) == (True, False)
    assert "only what stands for the design" in made.scale
    assert made.levelled.memtable_entries >= ENTRIES_MIN
    assert made.design.keys == round(4e12 / 1016)
    assert made.table_scale == 1  # what it counts is its own


def test_values_are_cut_before_hardly_a_key_is_left() -> None:
    made = shape(1e12, 1e6, 1e9)
    # 300 keys, five writes each, in 5 MB: 3,333 bytes an entry
    assert (made.keys, made.value_bytes) == (300, 3333 - 16)
    assert not made.is_alike
