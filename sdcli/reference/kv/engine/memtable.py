"""Memtables: what was written and is in no table yet.

The one that is written to is a plain dict, key -> entry: a write needs no order, so none is kept.
Order is needed by scans and by the flush, and both want something else as well, that it no longer
changes. So a memtable is *frozen*: it stops changing, an empty dict takes its place, and its keys
are sorted once, when somebody first asks. Sorting a hundred thousand keys takes 25 milliseconds;
keeping them in order from write to write takes six times as long in all (a skip list, which other
engines use, is for languages where a dict has no such lead).

A snapshot is then nothing but a list of frozen memtables and tables. Snapshots taken often would
leave many small ones, and every read asks each; so a frozen one is merged with its elder as soon
as it is half as large. That is the idea of the whole engine, in memory: there are at most about
log2(n) of them, and an entry is copied as often.

Source: P. O'Neil and others, "The Log-Structured Merge-Tree", Acta Informatica 33(4), 1996 (its
first component, C0, is kept in memory).

Cost: `freeze` O(1), `together` O(n) a merge; the first `keys` of one O(n log n).

>>> frozen = Frozen({b"bob": b"1", b"ada": None})
>>> list(frozen.blocks())
[([b'ada', b'bob'], [None, b'1'])]
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.reference.kv.engine.entries import Entry

PIECE = 256  # entries that `blocks` gives at a time


class Frozen:
    """A memtable that no longer changes.

    Args:
        entries: the dict itself, which nobody may change any more.
    """

    def __init__(self, entries: dict[bytes, Entry]) -> None:
        self.entries = entries

    @cached_property
    def keys(self) -> list[bytes]:
        """All keys, sorted."""
        return sorted(self.entries)

    def blocks(
        self, lo: bytes | None = None, hi: bytes | None = None, *, reverse: bool = False
    ) -> Iterator[tuple[list[bytes], list[Entry]]]:
        """The entries from `lo` up to, not with, `hi`, in pieces; as a table gives its blocks."""
        keys, entries = self.keys, self.entries
        first = 0 if lo is None else bisect_left(keys, lo)
        end = len(keys) if hi is None else bisect_left(keys, hi)
        starts = range(first, end, PIECE)
        for start in reversed(starts) if reverse else starts:
            piece = keys[start : min(start + PIECE, end)]
            if reverse:
                piece.reverse()
            yield piece, [entries[key] for key in piece]

    def describe(self) -> str:
        """Its state as text."""
        return f"memtable, frozen: {len(self.entries):,} keys"


def together(newest_first: tuple[Frozen, ...]) -> tuple[Frozen, ...]:
    """The same, with a memtable merged into its elder where it is at least half as large.

    Whoever holds one of those that were merged keeps it as it is.
    """
    merged = list(newest_first)
    while len(merged) > 1 and 2 * len(merged[0].entries) >= len(merged[1].entries):
        newer, elder = merged[:2]
        merged[:2] = [Frozen({**elder.entries, **newer.entries})]
    return tuple(merged)
