"""Formulas of leveled compaction: how often a byte is written, and how much space it takes.

Level 0 takes memtables as they come, level 1 holds four of them, each further level `growth` times
as much, and the last one all keys, each once. New versions of keys drawn evenly flow down through
the levels, and three things decide what that costs.

What meets in memory. Some of E writes to K keys are to the same key, and count once:
K (1 - e^(-E/K)) keys come into a table of level 0, and 4 E in place of E go down from there.

What arrives. A level that holds the part s of all keys meets s of what comes with an older version
of the same key, and one of the two goes. So 1 - s of what enters a level leaves it:

    flow into level i+1 = flow into level i * (1 - size of level i / all)

What it takes along. Tables go down in turns around the key space, so the one whose turn it is has
waited longest and is twice as dense as its level is on average. It meets size(i+1) / (2 size(i)) of
its own bytes below, and at its edges about one table more. Level 1 is filled by all of level 0 at
once, which makes it denser still when its tables go: 2 size(1) + size(0).

    write    1 for the log, up to 1 for the flush, and for each step down
             flow * (2 + size(i+1) / (2 size(i)) - the part of it that meets an older version)

All that is about many tables of many entries. Tables of a few entries have neither a density nor
one neighbour at each edge, and where the data makes only a few memtables, levels are not filled.

This is where the rule of thumb comes from: half of `growth` for each level. Space is simpler: every
level but the last holds newer versions of keys that the last one has too.

    space    at most (level 0 + level 1 + ... + all) / all

which is 1 + 1/growth where the last level is full, and 2 where it has just begun.

Sources: P. O'Neil and others, "The Log-Structured Merge-Tree", Acta Informatica 33(4), 1996,
section 3 (the ratio of neighbours is the cost); S. Dong and others, "Optimizing Space Amplification
in RocksDB", CIDR 2017, section 2 (space). What meets in memory is what m balls leave in n urns. The
density of a table in its turn and the flow are sums of our own; kv.amplification puts them to the
test.

>>> store = Levelled(keys=1_000_000, value_bytes=84, memtable_entries=10_000, growth=10)
>>> [round(size / 1e6) for size in store.sizes]     # level 1 of 4 memtables, level 2 of 40, all
[5, 51, 109]
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import expm1

from sdcli.reference.kv.engine.entries import EACH
from sdcli.reference.kv.engine.log_format import ONE_PUT
from sdcli.reference.kv.engine.options import KIB, Options
from sdcli.reference.kv.engine.table_format import CRC_BYTES, FOOTER_BYTES, HANDLE
from sdcli.reference.kv.engine.version import LEVELS

KEY_BYTES = 16
LEVEL1_MEMTABLES = 4  # as in the engine's options
TABLE_MEMTABLES = 0.5

_PROPERTIES_BYTES = 230  # JSON with two keys of 16 bytes
_LEVEL0 = Options().level0_tables
_FILTER_BITS = Options().filter_bits


@dataclass(frozen=True)
class Levelled:
    """A store whose keys are written again and again, each as likely as any other.

    Args:
        keys: how many.
        value_bytes: of each.
        memtable_entries: that make a table of level 0.
        growth: from level to level.
        block_bytes: of a data block.
        level1_bytes: that level 1 holds; 0 for four memtables.
    """

    keys: int
    value_bytes: int
    memtable_entries: float
    growth: int
    block_bytes: int = 4 * KIB
    level1_bytes: int = 0

    @property
    def entry_bytes(self) -> int:
        """Of a key with its value: what a user gives to store."""
        return KEY_BYTES + self.value_bytes

    @property
    def log_each(self) -> float:
        """Bytes of the log for one entry, alone in its record."""
        return float(ONE_PUT.size + self.entry_bytes)

    @property
    def table_each(self) -> float:
        """Bytes of a table below level 0 for one entry, with its part of filter, index, rest."""
        # As many bytes of data as half a memtable has of log.
        in_table = TABLE_MEMTABLES * self.memtable_entries * self.log_each
        return self._each(in_table / (EACH + self.entry_bytes))

    @property
    def flush_each(self) -> float:
        """The same in level 0, where a memtable makes one table."""
        return self._each(self.distinct(self.memtable_entries))

    def _each(self, in_table: float) -> float:
        row = EACH + self.entry_bytes
        in_block = max(1, self.block_bytes // row)
        index = 4 + CRC_BYTES + EACH + KEY_BYTES + HANDLE.size
        rest = FOOTER_BYTES + _PROPERTIES_BYTES + 4 * CRC_BYTES
        return row + _FILTER_BITS / 8 + index / in_block + rest / max(1.0, in_table)

    def distinct(self, writes: float) -> float:
        """How many keys so many writes are to, each as likely as any other.

        >>> round(Levelled(keys=1000, value_bytes=84, memtable_entries=1, growth=10).distinct(1000))
        632
        """
        return self.keys * -expm1(-writes / self.keys)

    @property
    def live(self) -> float:
        """Bytes of tables that hold each key once."""
        return self.keys * self.table_each

    @property
    def level0(self) -> float:
        """Bytes that go down from level 0 at once."""
        return self.distinct(_LEVEL0 * self.memtable_entries) * self.table_each

    @property
    def sizes(self) -> list[float]:
        """Bytes of the levels from 1 down; the last has each key once."""
        found: list[float] = []
        room = self.level1_bytes or LEVEL1_MEMTABLES * self.memtable_entries * self.log_each
        while room < self.live and len(found) < LEVELS - 2:
            found.append(room)
            room *= self.growth
        return [*found, self.live]

    @property
    def write_parts(self) -> dict[str, float]:
        """Bytes written for each byte that a user writes, by what they are for."""
        once, sizes = self.table_each / self.entry_bytes, self.sizes
        known = [min(1.0, size / self.live) for size in sizes]
        entries, writes = self.memtable_entries, _LEVEL0 * self.memtable_entries
        parts = {
            "log": self.log_each / self.entry_bytes,
            "flush": self.flush_each / self.entry_bytes * self.distinct(entries) / entries,
        }
        flow = self.distinct(writes) / writes
        parts["0 to 1"] = once * flow * (1 + sizes[0] / self.level0 - known[0])
        for i, (upper, lower) in enumerate(pairwise(sizes)):
            flow *= 1 - known[i]
            density = 2 * upper + (self.level0 if i == 0 else 0)
            parts[f"{i + 1} to {i + 2}"] = once * flow * (2 + lower / density - known[i + 1])
        return parts

    @property
    def write(self) -> float:
        """Bytes written for each byte that a user writes."""
        return sum(self.write_parts.values())

    @property
    def space(self) -> float:
        """Bytes on disk for each live byte once nothing is due, at most: tables and logs."""
        level0 = (_LEVEL0 - 1) * self.distinct(self.memtable_entries) * self.flush_each
        log = (self.memtable_entries + 1) * self.log_each
        return (sum(self.sizes) + level0 + 2 * log) / (self.keys * self.entry_bytes)

    @property
    def tables_asked(self) -> int:
        """Tables that a read asks at most, once nothing is due."""
        return _LEVEL0 - 1 + len(self.sizes)
