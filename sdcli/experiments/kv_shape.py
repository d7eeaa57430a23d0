"""The shape of a store: how large a one a design asks for, and how large a one a run builds.

What a log-structured store costs depends on proportions more than on size: how many memtables make
the data, and how much more each level holds than the one above. So a store that is too large for a
run is built smaller in one piece: as many memtables as the design has make its data, each of fewer
entries; tables and levels shrink with them. Then ratios carry over, and bytes do not. Where a
memtable would be left with hardly an entry, or values must be cut, only the formulas carry over
(kv_formulas.py), which are worked out for the design as it is.

Level 1 holds four memtables and a table half of one, as in the engine's own options. One thing does
not shrink: footer, filter and properties of a table, and the index of its blocks. They are a large
part of a small table, a hundredth of a large one. So a level that is built small has room for them
on top, and what was counted in bytes of tables is told as it would be with tables of full size
(`flush_scale`, `table_scale`). Then a run and the formula of its design speak of the same thing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sdcli.experiments.contract import integer, quantity
from sdcli.experiments.kv_formulas import (
    KEY_BYTES,
    LEVEL1_MEMTABLES,
    TABLE_MEMTABLES,
    Levelled,
)
from sdcli.experiments.scaling import cut, scale_of
from sdcli.reference.kv.engine.log_format import HEADER_BYTES, ONE_PUT
from sdcli.reference.kv.engine.options import KIB, LOG_BYTES_MAX, MIB, Options

ENTRIES_MIN = 16  # of a memtable that was made smaller
MEMTABLES_OTHERWISE = 60  # that make the data of a store which cannot be alike
KEYS_MIN = 300  # fewer tell nothing: rather cut the values

RECORD_BYTES = ONE_PUT.size  # in the log, beside key and value


def size_param(default: float) -> Any:
    """A field of a Params: how much is stored."""
    return quantity(default, low=1e3, high=1e18, unit="B", help="data held, one copy")


def value_size_param(default: float = 100.0) -> Any:
    """A field of a Params: how large a value is."""
    return quantity(default, low=1.0, high=64 * MIB, unit="B", help="one value, on average")


def memtable_param(default: int = 16_000_000) -> Any:
    """A field of a Params: when the memtable is written out."""
    return quantity(
        float(default),
        low=float(KIB),
        high=2.0**32 - 1,
        unit="B",
        help="log written until its memtable becomes a table",
    )


def growth_param(default: int = 10) -> Any:
    """A field of a Params: how much larger each level is."""
    return integer(default, low=2, high=1000, help="times more that each level holds")


@dataclass(frozen=True)
class Shape:
    """The store that a run builds.

    Args:
        keys: how many.
        value_bytes: of each value.
        options: its sizes.
        scale: 1:1, or how much smaller than the design it is, and what that means.
        is_cut: it is smaller.
        is_alike: its ratios are those of the design.
        design: the design as it is.
    """

    keys: int
    value_bytes: int
    options: Options
    scale: str
    is_cut: bool
    is_alike: bool
    design: Levelled

    @property
    def entry_bytes(self) -> int:
        """Of a key with its value: what a user gives to store."""
        return KEY_BYTES + self.value_bytes

    @property
    def live_bytes(self) -> int:
        """Of all keys with their values."""
        return self.keys * self.entry_bytes

    @property
    def levelled(self) -> Levelled:
        """Itself, for the formulas."""
        options = self.options
        entries = max(
            1.0, (options.log_bytes_max - HEADER_BYTES) / (RECORD_BYTES + self.entry_bytes)
        )
        return Levelled(
            keys=self.keys,
            value_bytes=self.value_bytes,
            memtable_entries=entries,
            growth=options.growth,
            block_bytes=options.block_bytes,
            level1_bytes=options.level1_bytes,
        )

    @property
    def theory(self) -> Levelled:
        """What is to be found: the design where this is one like it, or else itself."""
        return self.design if self.is_alike else self.levelled

    @property
    def flush_scale(self) -> float:
        """Bytes of the theory's tables of level 0, for each byte of those that were built."""
        return self.theory.flush_each / self.levelled.flush_each

    @property
    def table_scale(self) -> float:
        """The same for tables below level 0."""
        return self.theory.table_each / self.levelled.table_each


def shape_of(
    size: float,
    value_size: float,
    memtable: float,
    growth: int,
    *,
    puts_max: int,
    bytes_max: int,
    puts_each: float,
) -> Shape:
    """The store for a design.

    Args:
        size: bytes of data, keys with it.
        value_size: of a value, in bytes.
        memtable: bytes of log until it is written out.
        growth: from level to level.
        puts_max: how many writes the run can afford.
        bytes_max: how many bytes of keys and values in them.
        puts_each: writes for each key.
    """
    value = asked_value = max(1, round(value_size))
    entry = KEY_BYTES + value
    keys = asked_keys = max(1, round(size / entry))
    entries = asked_entries = max(1.0, memtable / (RECORD_BYTES + entry))
    puts = min(puts_max, max(bytes_max // entry, round(KEYS_MIN * puts_each)))
    keys = min(keys, max(1, int(puts / puts_each)))
    value = min(value, max(1, int(bytes_max / (keys * puts_each)) - KEY_BYTES))
    if keys < asked_keys:
        entries = asked_entries * keys / asked_keys
    is_alike = value == asked_value and entries >= min(asked_entries, ENTRIES_MIN)
    if not is_alike:
        entries = max(entries, min(asked_entries, max(ENTRIES_MIN, keys / MEMTABLES_OTHERWISE)))
    log_bytes = HEADER_BYTES + int(entries * (RECORD_BYTES + KEY_BYTES + value))
    log_bytes = min(log_bytes, LOG_BYTES_MAX)  # more than a run writes
    is_cut = keys < asked_keys or value < asked_value
    # A table of two blocks would be a block too large as often as not.
    block_bytes = min(4 * KIB, max(512, log_bytes // 16)) if is_cut else 4 * KIB
    design = Levelled(asked_keys, asked_value, asked_entries, growth)
    # Room for what is beside the entries of small tables.
    fatter = 1.0
    if is_cut and is_alike:
        fatter = Levelled(keys, value, entries, growth, block_bytes).table_each / design.table_each
    alike = (
        "memtable, tables and levels are smaller alike, and what small tables have beside their "
        "entries is taken off: ratios carry over, bytes do not"
    )
    other = "the levels are fewer or lie otherwise: only what stands for the design carries over"
    return Shape(
        keys=keys,
        value_bytes=value,
        options=Options(
            log_bytes_max=log_bytes,
            block_bytes=block_bytes,
            table_bytes=max(1, int(log_bytes * TABLE_MEMTABLES)),
            level1_bytes=int(LEVEL1_MEMTABLES * log_bytes * fatter),
            growth=growth,
            cache_bytes=256 * MIB,
        ),
        scale=scale_of(
            cut(keys, asked_keys, "keys", alike if is_alike else other),
            cut(value, asked_value, "bytes of a value", "log and tables hold less beside them"),
        ),
        is_cut=is_cut,
        is_alike=is_alike,
        design=design,
    )
