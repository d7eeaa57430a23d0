"""What can be set about a store, and what it is unless somebody sets it.

Nothing here changes a format: a store written with one set of options opens with any other. They
trade three costs against each other, and nobody has all three (the RUM conjecture):

    read        tables that one read has to ask
    write       times that one byte is written again by compactions, about `growth` per level
    memory      the memtable (about the log's size and more), filters, the block cache

Source: M. Athanassoulis and others, "Designing Access Methods: The RUM Conjecture", EDBT 2016.
The defaults of the levels are LevelDB's shape (4 tables in level 0, growth 10), with tables and
level 1 larger, because an entry costs Python more than a byte does.

>>> Options().level_bytes_max(1), Options().level_bytes_max(2)
(67108864, 671088640)
>>> Options(growth=1)
Traceback (most recent call last):
sdcli.core.errors.InputError: growth: this is no whole number from 2 to 1,000
given: 1
expected: like 10, which is what it is unless you set it
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from sdcli.core.errors import InputError

KIB = 1024
MIB = 1024 * KIB

# Offsets in a table have 32 bits, and memtables become one table each time: after an unclean end
# those of two logs, with a batch of 256 MiB on top of either. A table is about as long as its log;
# at worst, with keys of 4 bytes, no values, a block for each and 64 bits of filter, 50 bytes for
# 11: then 2 x (128 + 256) MiB become 3.5 GiB. Of those 50 bytes 19 are data, which a compaction
# counts: so 1 GiB of that may become 2.6.
LOG_BYTES_MAX = 128 * MIB
OUTPUT_BYTES_MAX = 1024 * MIB

# Name: the smallest and the largest that make sense.
_BOUNDS = {
    "log_bytes_max": (1, LOG_BYTES_MAX),
    "block_bytes": (1, 64 * MIB),
    "table_bytes": (1, OUTPUT_BYTES_MAX),
    "level0_tables": (1, 1_000),
    "level1_bytes": (1, 2**62),
    "growth": (2, 1_000),
    "cache_bytes": (0, 2**62),
    "filter_bits": (0, 64),
    "group_operations": (1, 1_000_000),
    "group_bytes": (1, 64 * MIB),
}


@dataclass(frozen=True, slots=True)
class Options:
    """The sizes of a store's parts.

    Args:
        log_bytes_max: bytes of a log file until the next begins, and its memtable is written out.
        block_bytes: bytes of entries in a data block: what one read brings in.
        table_bytes: bytes of a table that a compaction writes, about.
        level0_tables: tables in level 0, where all may overlap, until they go down together.
        level1_bytes: bytes that level 1 may hold.
        growth: how many times more each level may hold than the one above it.
        cache_bytes: memory for blocks, indexes and filters that were read; 0 keeps none.
        filter_bits: bits of a filter for each key; 10 let through 1 % of keys that are not there,
            0 makes no filters.
        group_operations: in mode "group", operations until they are written and synced together.
        group_bytes: the same, in bytes of keys and values.

    Raises:
        InputError: one of them is not a whole number, or is out of its bounds.
    """

    log_bytes_max: int = 16 * MIB
    block_bytes: int = 4 * KIB
    table_bytes: int = 8 * MIB
    level0_tables: int = 4
    level1_bytes: int = 64 * MIB
    growth: int = 10
    cache_bytes: int = 64 * MIB
    filter_bits: int = 10
    group_operations: int = 1_000
    group_bytes: int = 256 * KIB

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            lowest, highest = _BOUNDS[field.name]
            is_whole = isinstance(value, int) and not isinstance(value, bool)
            if not is_whole or not lowest <= value <= highest:
                raise InputError(
                    f"this is no whole number from {lowest:,} to {highest:,}",
                    where=field.name,
                    given=repr(value),
                    expected=f"like {field.default}, which is what it is unless you set it",
                )

    def level_bytes_max(self, level: int) -> int:
        """Bytes that a level from 1 down may hold until it is due for a compaction."""
        return self.level1_bytes * self.growth ** (level - 1)
