"""The sizes of a store: what they are, and what nobody can set them to."""

from __future__ import annotations

from dataclasses import fields

import pytest

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine.batch import BATCH_BYTES_MAX
from sdcli.reference.kv.engine.entries import VALUE_BYTES_MAX
from sdcli.reference.kv.engine.options import LOG_BYTES_MAX, OUTPUT_BYTES_MAX, Options
from sdcli.reference.kv.engine.table_writer import TABLE_BYTES_MAX

NAMES = [field.name for field in fields(Options)]


def test_what_they_are_unless_somebody_sets_them() -> None:
    options = Options()
    assert options.log_bytes_max == 16_777_216  # 16 MiB
    assert options.block_bytes == 4_096
    assert options.table_bytes == 8_388_608  # 8 MiB
    assert (options.level0_tables, options.growth, options.filter_bits) == (4, 10, 10)
    assert options.level1_bytes == 67_108_864  # 64 MiB
    assert options.cache_bytes == 67_108_864  # 64 MiB
    assert (options.group_operations, options.group_bytes) == (1_000, 262_144)


@pytest.mark.parametrize(
    ("level", "expected"),
    [(1, 50), (2, 150), (3, 450), (6, 12_150)],  # 50 * 3 ** (level - 1)
)
def test_each_level_may_hold_so_many_times_more(level, expected) -> None:
    assert Options(level1_bytes=50, growth=3).level_bytes_max(level) == expected


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [-1, True, 1.5, "8 MiB", None, 2**63])
def test_what_is_no_size_is_refused_by_name(name, value) -> None:
    with pytest.raises(InputError, match=f"^{name}: this is no whole number from") as refused:
        Options(**{name: value})
    assert refused.value.given == repr(value)


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name not in ("cache_bytes", "filter_bits")]
)
def test_only_the_cache_and_the_filters_may_be_left_out(name) -> None:
    with pytest.raises(InputError, match=name):
        Options(**{name: 0})
    assert Options(cache_bytes=0, filter_bits=0).cache_bytes == 0


def test_a_level_that_is_no_larger_than_the_one_above_would_never_be_done() -> None:
    with pytest.raises(InputError, match="growth"):
        Options(growth=1)
    assert Options(growth=2).level_bytes_max(2) == 134_217_728  # 2 * 64 MiB


def test_the_smallest_sizes_are_fine() -> None:
    """Tests and labs watch a whole life of a store in a few hundred writes."""
    small = dict.fromkeys(NAMES, 1) | {"growth": 2}
    assert Options(**small).table_bytes == 1


def test_what_a_memtable_or_a_compaction_writes_fits_into_a_table() -> None:
    """At worst: a key of 4 bytes, no value, a block for each, 64 bits of filter each.

    A log has 7 + 4 of it; a table 4 + 7 + 4 + 4 of data, 8 of filter, 7 + 4 + 12 of index.
    After an unclean end two logs become one table, each with a batch of 256 MiB on top.
    """
    data, whole = 19, 19 + 8 + 23
    assert 2 * (LOG_BYTES_MAX + BATCH_BYTES_MAX) * whole / 11 < TABLE_BYTES_MAX
    assert (OUTPUT_BYTES_MAX + VALUE_BYTES_MAX) * whole / data < TABLE_BYTES_MAX
    for name, most in (("log_bytes_max", LOG_BYTES_MAX), ("table_bytes", OUTPUT_BYTES_MAX)):
        assert getattr(Options(**{name: most}), name) == most
        with pytest.raises(InputError, match=f"^{name}: this is no whole number from 1 to "):
            Options(**{name: most + 1})
