"""A view: everything that a read has to ask, newest first, in one tuple that never changes.

    live      the memtable that is written to
    frozen    memtables that no longer change, newest first
    version   the tables, level by level

Newer shadows older: the first that knows the key has the answer, be it a value or a deletion.

A writer who freezes a memtable or finishes a compaction makes a new view and puts it in the place
of the old one, in one step. So readers take no lock: whoever has a view can go on with it for as
long as it likes, and at worst misses what was done since.

Cost: a read O(memtables + tables of level 0 + levels), most of which their filters answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from sdcli.reference.kv.engine.entries import Expiring
from sdcli.reference.kv.engine.merge import merged
from sdcli.reference.kv.engine.table_format import ABSENT

if TYPE_CHECKING:
    from sdcli.reference.kv.engine.entries import Entry
    from sdcli.reference.kv.engine.memtable import Frozen
    from sdcli.reference.kv.engine.merge import Blocks
    from sdcli.reference.kv.engine.version import Version


class View(NamedTuple):
    """What a read asks.

    Args:
        live: the memtable that is written to; empty in a snapshot.
        frozen: newest first.
        version: the tables.
    """

    live: dict[bytes, Entry]
    frozen: tuple[Frozen, ...]
    version: Version

    def find(self, key: bytes) -> object:
        """What is known of a key: an Entry, or ABSENT.

        Raises:
            Damaged: what must be asked to know it holds other bytes than were written.
        """
        entry = self.live.get(key, ABSENT)
        if entry is not ABSENT:
            return entry
        for memtable in self.frozen:
            entry = memtable.entries.get(key, ABSENT)
            if entry is not ABSENT:
                return entry
        return self.version.get(key)

    def blocks(self, lo: bytes | None, hi: bytes | None, *, reverse: bool) -> Blocks:
        """Keys and their newest entries from `lo` up to, not with, `hi`; `live` is not asked."""
        sources = [memtable.blocks(lo, hi, reverse=reverse) for memtable in self.frozen]
        sources += self.version.sources(lo, hi, reverse=reverse)
        return merged(sources, reverse=reverse)


def value_of(entry: object, now_ns: int) -> bytes | None:
    """What a caller gets to see of an entry at that moment."""
    if entry.__class__ is Expiring:
        value, expires_ns = entry
        return value if expires_ns > now_ns else None
    return None if entry is ABSENT else cast("bytes | None", entry)
