"""Which compaction comes next, if any is due.

Every level has a size, and the *score* of a level is how full it is: 1 is full. The level with the
highest score from 1 up gives tables to the level below:

    level 0        by the number of its tables, since every read asks all of them. All of them go
                   at once: then whatever is in level 0 is newer than whatever is below, always.
    level 1 to 5   by bytes. One table goes, the next one behind the last that went (the pointer),
                   so that in time each part of the key space has its turn.
    deletions      cost space, and the time of every scan, wherever they stand; they are gone once
                   nothing older lies below. So a table goes most of whose entries are deletions;
                   and all of level 0, where that is so of it as a whole and they are many beside
                   what lies below: no more than `growth` entries are rewritten for each.

With the tables that go come all that overlap them in the level below; the outputs take the place
of both. A table is never just renamed into the level below, even where nothing overlaps: a table's
level stands in its properties, and salvage, when the manifest is lost, has nothing else to tell
newer from older.

Source: google/leveldb, doc/impl.md, "Compactions" (scores and pointers).

Cost: O(tables) each time that it is asked.

>>> from sdcli.reference.kv.engine.options import Options
>>> from sdcli.reference.kv.engine.version import Version
>>> pick(Version(), Options(), {}) is None
True
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

from sdcli.reference.kv.engine.version import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sdcli.reference.kv.engine.options import Options
    from sdcli.reference.kv.engine.table_reader import Table
    from sdcli.reference.kv.engine.version import Version


@dataclass(frozen=True, slots=True)
class Picked:
    """A compaction that is due.

    Args:
        level: that gives.
        target: the level of the outputs.
        tables: that are merged, and gone after it; newest first, a level by key.
        score: how full the level was, or how much of a table was deletions.
        why: in words.
        pointer: the last key that goes; the next from this level begins behind it.
    """

    level: int
    target: int
    tables: tuple[Table, ...]
    score: float
    why: str
    pointer: bytes


def scores(version: Version, options: Options) -> list[float]:
    """How full each level is; 1 and more is due. The last level is never full."""
    levels = version.levels
    found = [len(levels[0]) / options.level0_tables]
    for level in range(1, LEVELS - 1):
        size = sum(table.info.size for table in levels[level])
        found.append(size / options.level_bytes_max(level))
    return [*found, 0.0]


def pick(version: Version, options: Options, pointers: Mapping[int, bytes]) -> Picked | None:
    """The compaction that is most needed, or None when none is due.

    Args:
        version: the tables as they are.
        options: the sizes of the levels.
        pointers: for each level the last key that went down from it, where one did. The caller
            sets `pointers[picked.level] = picked.pointer` once it is done.
    """
    due = [
        (score, level, _turn(version, level, pointers), _reason(level, version))
        for level, score in enumerate(scores(version, options))
        if score >= 1
    ]
    if _is_worth_it(version, options):
        entries, deletions = _counts(version.levels[0])
        due.append((2 * deletions / entries, 0, version.levels[0], _told(entries, deletions)))
    due += [
        (
            2 * table.info.deletions / table.info.entries,
            table.info.level,
            (table,),
            _told(table.info.entries, table.info.deletions),
        )
        for table in _mostly_deletions(version)
    ]
    if not due:
        return None
    score, level, chosen, why = max(due, key=itemgetter(0))  # the first, where several are equal
    first = min(table.info.first for table in chosen)
    last = max(table.info.last for table in chosen)
    lower = [version.overlapping(below, first, last) for below in range(level + 1, LEVELS)]
    if level > 0 and not any(lower) and all(map(_is_mostly_deletions, chosen)):
        # Nothing older is left below, so the deletions can go where they stand.
        return Picked(level, level, chosen, score, why, last)
    return Picked(level, level + 1, (*chosen, *lower[0]), score, why, last)


def everything(version: Version) -> Picked | None:
    """All tables into the lowest level that has one (level 1, if only level 0 has).

    What it leaves has no deletion, nothing overwritten and nothing expired. None where there is
    nothing to gain: no table, or one sorted level without such entries.
    """
    tables = version.tables
    if not tables:
        return None
    target = max(1, *(table.info.level for table in tables))
    is_one_run = all(table.info.level == target for table in tables)
    if is_one_run and not any(table.info.deletions + table.info.expiring for table in tables):
        return None
    level = tables[0].info.level
    last = max(table.info.last for table in tables)
    return Picked(level, target, tables, 0.0, "all of it was asked for", last)


def _reason(level: int, version: Version) -> str:
    tables = version.levels[level]
    if level == 0:
        return f"level 0 has {len(tables):,} tables"
    return f"level {level} has {sum(table.info.size for table in tables):,} bytes"


def _mostly_deletions(version: Version) -> Iterator[Table]:
    """Tables below level 0 of which more than half are deletions; their scores are up to 2.

    Such a table goes down again and again until nothing lies below; then none of its deletions
    is left, so this ends.
    """
    for tables in version.levels[1:]:
        for table in tables:
            if _is_mostly_deletions(table):
                yield table


def _is_mostly_deletions(table: Table) -> bool:
    return table.info.deletions * 2 > table.info.entries


def _is_worth_it(version: Version, options: Options) -> bool:
    """Whether level 0 should go for its deletions; it is empty then, so this ends.

    Two deletions with the ends of the key space between them overlap all of level 1. What an entry
    may cost that goes down a level is what it costs in a full one: `growth` entries rewritten.
    """
    entries, deletions = _counts(version.levels[0])
    if deletions * 2 <= entries:
        return False
    first = min(table.info.first for table in version.levels[0])
    last = max(table.info.last for table in version.levels[0])
    rewritten, _ = _counts(version.overlapping(1, first, last))
    return rewritten <= options.growth * deletions


def _counts(tables: Sequence[Table]) -> tuple[int, int]:
    """Entries, and how many of them are deletions."""
    infos = [table.info for table in tables]
    return sum(info.entries for info in infos), sum(info.deletions for info in infos)


def _told(entries: int, deletions: int) -> str:
    return f"{deletions:,} of {entries:,} entries are deletions"


def _turn(version: Version, level: int, pointers: Mapping[int, bytes]) -> tuple[Table, ...]:
    """The tables whose turn it is: all of level 0, one of any other."""
    tables = version.levels[level]
    if level == 0:
        return tables
    pointer = pointers.get(level, b"")
    behind = (table for table in tables if table.info.first > pointer)
    return (next(behind, tables[0]),)
