"""What a store says of itself in numbers: levels, logs, memory, bytes written, the cache.

Everything here was counted anyway; nothing is read from the disk but the sizes of the logs.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.reference.kv.engine.log_format import log_name

if TYPE_CHECKING:
    from sdcli.reference.kv.engine.store import Store


@dataclass(frozen=True, slots=True)
class LevelStats:
    """One level that holds tables."""

    level: int
    tables: int
    bytes: int
    entries: int
    deletions: int
    expiring: int


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes written since the store was opened, by what for."""

    log: int
    flush: int
    compaction: int
    manifest: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.log + self.flush + self.compaction + self.manifest


@dataclass(frozen=True, slots=True)
class Stats:
    """The state of a store at one moment.

    Args:
        store_id: None for a store that was never written to.
        operations: done in all its life, those of an open group apart.
        was_closed: whether the last one who wrote to it closed it; None when nobody did yet.
        tears: (file, offset, bytes) of half-written ends that were found at the opening.
        levels: those that hold something, from 0 down.
        logs, log_bytes: that hold what no table does.
        memtable_keys: in all memtables; a key counts in each that has it.
        flushes, compactions: finished since the opening.
        compaction_read: bytes of tables read for them.
        written: bytes since the opening.
        cache_hits, cache_misses, cache_bytes, cache_bytes_max: of blocks, indexes, filters.
        doing: the compaction under way, in words; empty when there is none.
        refused: what the disk said when it last had no room for a table.
    """

    store_id: bytes | None
    operations: int
    was_closed: bool | None
    tears: tuple[tuple[str, int, int], ...]
    levels: tuple[LevelStats, ...]
    logs: int
    log_bytes: int
    memtable_keys: int
    flushes: int
    compactions: int
    compaction_read: int
    written: Written
    cache_hits: int
    cache_misses: int
    cache_bytes: int
    cache_bytes_max: int
    doing: str
    refused: str


def stats_of(store: Store) -> Stats:
    """The numbers of an open store; the caller holds its lock, or lives with a count that moved."""
    catalogue, journal, work = store.catalogue, store.journal, store.maintenance
    layout, view, before = catalogue.layout, store.view, store.recovered.current
    sizes = []
    for number in range(layout.first_log, layout.last_log + 1):
        with suppress(OSError):
            sizes.append(store.fs.read(log_name(number)).size)
    levels = []
    for level, tables in enumerate(view.version.levels):
        infos = [table.info for table in tables]
        if infos:
            levels.append(
                LevelStats(
                    level,
                    len(infos),
                    sum(info.size for info in infos),
                    sum(info.entries for info in infos),
                    sum(info.deletions for info in infos),
                    sum(info.expiring for info in infos),
                )
            )
    current = catalogue.current
    counts = store.cache.counts
    return Stats(
        store_id=current.store_id if current else None,
        operations=journal.seq,
        was_closed=before.closed if before else None,
        tears=tuple(store.recovered.tears),
        levels=tuple(levels),
        logs=len(sizes),
        log_bytes=sum(sizes),
        memtable_keys=len(view.live) + sum(len(memtable.entries) for memtable in view.frozen),
        flushes=work.flushes,
        compactions=work.compactions,
        compaction_read=work.bytes_read,
        written=Written(
            journal.bytes_logged + (journal.log.size if journal.is_open else 0),
            work.bytes_flushed,
            work.bytes_compacted,
            catalogue.bytes_written,
        ),
        cache_hits=counts.hits,
        cache_misses=counts.misses,
        cache_bytes=counts.charge,
        cache_bytes_max=counts.limit,
        doing=work.doing,
        refused=work.refused,
    )
