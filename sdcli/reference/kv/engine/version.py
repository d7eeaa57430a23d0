"""A Version: which tables there are, level by level, at one moment. It never changes.

A read wants the newest entry of a key and asks where newer ones are first:

    level 0    t9  ------------        written from memtables; all may overlap: newest first
               t8     -------------
    level 1    t4 ------  t5 --- t7 -----      disjoint and sorted: one table may have the key
    level 2    t1 -- t2 ----- t3 ---- t6 --    ten times as much, and older

Of two entries for one key the one in the upper level is the newer, so no sequence number need
stand beside an entry. That holds because a compaction takes all of level 0 down at once, and from
the level below always everything that overlaps.

A change makes a new Version (`without`, `with_tables`); a reader or a snapshot that holds the old
one goes on reading it. So nothing is locked, and a Version can be handed to any thread.

Source: P. O'Neil and others, "The Log-Structured Merge-Tree", Acta Informatica 33(4), 1996 (the
components); google/leveldb, doc/impl.md, "Levels" (the tables).

Invariants (`check()` asserts them):
    1. A table stands in the level that its own information names; no number twice.
    2. Level 0 is sorted by number, the largest first.
    3. From level 1 down the tables of a level are sorted by key and disjoint.

Cost: `get` asks each table of level 0 whose range has the key, and bisects one list for each
level below. A change costs O(tables) of the levels that it touches.

>>> Version().get(b"ada") is ABSENT
True
"""

# ruff: noqa: S101 - check() asserts, that is its promise
from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from sdcli.reference.kv.engine.table_format import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sdcli.reference.kv.engine.entries import Entry
    from sdcli.reference.kv.engine.table_format import Absent
    from sdcli.reference.kv.engine.table_reader import Table

LEVELS = 7  # level 6 has no size: with the usual options it begins at 6.4 TB


class _Row(NamedTuple):
    """The tables of one level, with their bounds in lists of their own: bisect wants a list."""

    firsts: list[bytes]
    lasts: list[bytes]
    tables: tuple[Table, ...]


def _row(level: int, tables: Iterable[Table]) -> _Row:
    order = sorted(tables, key=lambda t: -t.info.number if level == 0 else t.info.first)
    return _Row([t.info.first for t in order], [t.info.last for t in order], tuple(order))


_EMPTY = _Row([], [], ())


class Version:
    """The tables at one moment. Immutable; `Version.of(tables)` makes one.

    Args:
        rows: the tables of each level.
    """

    __slots__ = ("_below", "_level0", "_rows")

    def __init__(self, rows: tuple[_Row, ...] = (_EMPTY,) * LEVELS) -> None:
        self._rows = rows
        # What a read walks, without the levels that are empty.
        self._level0 = tuple(zip(*rows[0], strict=True))
        self._below = tuple(row for row in rows[1:] if row.tables)

    @classmethod
    def of(cls, tables: Iterable[Table]) -> Version:
        """A Version of these tables; each says itself where it stands."""
        return cls().with_tables(tables)

    @property
    def levels(self) -> tuple[tuple[Table, ...], ...]:
        """The tables of each level; level 0 newest first, the others by key."""
        return tuple(row.tables for row in self._rows)

    @property
    def tables(self) -> tuple[Table, ...]:
        """All of them, level by level."""
        return tuple(table for row in self._rows for table in row.tables)

    def with_tables(self, tables: Iterable[Table]) -> Version:
        """The same and some more."""
        return self._changed(tables, frozenset())

    def without(self, tables: Iterable[Table]) -> Version:
        """The same without some."""
        gone = tuple(tables)
        return self._changed((), frozenset((t.info.level, t.info.number) for t in gone))

    def _changed(self, add: Iterable[Table], gone: frozenset[tuple[int, int]]) -> Version:
        new: dict[int, list[Table]] = {level: [] for level, _ in gone}
        for table in add:
            new.setdefault(table.info.level, []).append(table)
        rows = list(self._rows)
        for level, come in new.items():
            stay = [t for t in rows[level].tables if (level, t.info.number) not in gone]
            rows[level] = _row(level, stay + come)
        return Version(tuple(rows))

    def get(self, key: bytes) -> Entry | Absent:
        """The newest entry that a table has for a key, or ABSENT when none has one.

        Raises:
            Damaged: a table that had to be asked is damaged.
        """
        for first, last, table in self._level0:
            if first <= key <= last:
                entry = table.get(key)
                if entry is not ABSENT:
                    return entry
        for firsts, lasts, tables in self._below:
            at = bisect_left(lasts, key)
            if at < len(lasts) and firsts[at] <= key:
                entry = tables[at].get(key)
                if entry is not ABSENT:
                    return entry
        return ABSENT

    def tables_for(self, key: bytes) -> list[Table]:
        """The tables whose range has a key, in the order in which a read asks them."""
        found = [table for first, last, table in self._level0 if first <= key <= last]
        for firsts, lasts, tables in self._below:
            at = bisect_left(lasts, key)
            if at < len(lasts) and firsts[at] <= key:
                found.append(tables[at])
        return found

    def overlapping(
        self, level: int, first: bytes | None = None, last: bytes | None = None
    ) -> tuple[Table, ...]:
        """The tables of a level that may have a key from `first` to `last`, both included.

        None is no bound. Level 0 comes newest first, the others by key.
        """
        firsts, lasts, tables = self._rows[level]
        if level == 0:
            return tuple(
                table
                for low, high, table in self._level0
                if (first is None or first <= high) and (last is None or low <= last)
            )
        start = 0 if first is None else bisect_left(lasts, first)
        end = len(tables)
        if last is not None:
            end = bisect_left(firsts, last)
            end += end < len(firsts) and firsts[end] == last
        return tables[start:end]

    def may_be_below(self, level: int, key: bytes) -> bool:
        """Whether a table below a level may have an entry for a key; by its range alone."""
        for firsts, lasts, tables in self._rows[level + 1 :]:
            at = bisect_left(lasts, key)
            if at < len(tables) and firsts[at] <= key:
                return True
        return False

    def sources(
        self, lo: bytes | None = None, hi: bytes | None = None, *, reverse: bool = False
    ) -> list[Iterator[tuple[list[bytes], list[Entry]]]]:
        """What a scan from `lo` up to, not with, `hi` merges, newest first; read as it goes."""
        tables = [t for level in range(LEVELS) for t in self.overlapping(level, lo, hi)]
        return [blocks_of(run, lo, hi, reverse=reverse) for run in runs(tables)]

    def check(self) -> None:
        """Assert the invariants.

        Raises:
            AssertionError: one does not hold.
        """
        for level, (firsts, lasts, tables) in enumerate(self._rows):
            for first, last, table in zip(firsts, lasts, tables, strict=True):
                info = table.info
                assert info.level == level, f"1: table {info.number} of another level"
                assert (first, last) == (info.first, info.last), f"1: bounds of {info.number}"
                assert first <= last, f"1: table {info.number} ends before it begins"
            numbers = [table.info.number for table in tables]
            if level == 0:
                assert numbers == sorted(numbers, reverse=True), "2: level 0 is not newest first"
            else:
                apart = all(end < begin for end, begin in zip(lasts, firsts[1:], strict=False))
                assert apart, f"3: tables of level {level} overlap"
        numbers = sorted(table.info.number for table in self.tables)
        assert all(a != b for a, b in pairwise(numbers)), "1: a number stands twice"

    def describe(self) -> str:
        """Its state as text, a line for each level that holds something."""
        lines = []
        for level, tables in enumerate(self.levels):
            if not tables:
                continue
            infos = [table.info for table in tables]
            lines.append(
                f"level {level}  {len(infos)} {'table' if len(infos) == 1 else 'tables'}, "
                f"{sum(i.size for i in infos):,} bytes, {sum(i.entries for i in infos):,} entries, "
                f"{sum(i.deletions for i in infos):,} deletions: "
                + " ".join(f"{i.number}[{i.first!r}..{i.last!r}]" for i in infos)
            )
        return "\n".join(lines) or "no tables"


def runs(tables: Iterable[Table]) -> list[list[Table]]:
    """Tables as sorted runs, newest first: each of level 0 is one, each level below is one."""
    by_level: dict[int, list[Table]] = {}
    for table in tables:
        by_level.setdefault(table.info.level, []).append(table)
    found = []
    for level in sorted(by_level):
        row = list(_row(level, by_level[level]).tables)
        found += [[table] for table in row] if level == 0 else [row]
    return found


def blocks_of(
    run: list[Table], lo: bytes | None = None, hi: bytes | None = None, *, reverse: bool = False
) -> Iterator[tuple[list[bytes], list[Entry]]]:
    """The blocks of one run, table after table; each is opened when its turn comes."""
    for table in reversed(run) if reverse else run:
        yield from table.blocks(lo, hi, reverse=reverse)
