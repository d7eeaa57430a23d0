"""Maintenance: flushes and compactions in small steps, for which writers pay as they go.

Both are generators that yield after about a millisecond's work. So one and the same code is driven
by the writers (`pay`: some steps after each 64 KiB), by a program with idle time (`Store.step`),
and by a simulation that puts a power cut, a read or a snapshot between any two of them. No thread
runs beside the writers: what they wait for can be counted.

A writer that is faster than maintenance would pile up tables in level 0, and each read asks all of
those. So it pays more the more there are, and from `STALL` on it waits until they are fewer.

Sources: google/leveldb, doc/impl.md, "Compactions"; C. Luo and M. J. Carey, "On Performance
Stability in LSM-based Storage Systems", PVLDB 13(4), 2019 (why small steps).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.core.errors import MissingError
from sdcli.reference.kv.engine.compaction import compact
from sdcli.reference.kv.engine.errors import Damaged, Poisoned
from sdcli.reference.kv.engine.fs import sync_names
from sdcli.reference.kv.engine.manifest import Edit
from sdcli.reference.kv.engine.pick import Picked, everything, pick
from sdcli.reference.kv.engine.table_writer import TableWriter

if TYPE_CHECKING:
    from collections.abc import Generator

    from sdcli.reference.kv.engine.store import Store
    from sdcli.reference.kv.engine.version import Version

STEPS = 12  # for each QUANTUM of writes: about ten bytes of merging for each byte written
STALL = 12  # tables in level 0
FLUSH_PIECE = 1000  # entries written in one step


class Maintenance:
    """What is due in one store.

    Args:
        store: whose lock is held by whoever calls.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._flushing: Generator[None, None, None] | None = None
        self._compacting: Generator[None, None, None] | None = None
        self._idle_in: Version | None = None  # in which nothing was due: nothing is until another
        self._pointers: dict[int, bytes] = {}  # for each level the last key that went down
        self.bytes_flushed = 0
        self.bytes_compacted = 0
        self.bytes_read = 0  # of tables, to merge them
        self.flushes = 0
        self.compactions = 0
        self.doing = ""  # the compaction under way, in words, for whoever watches
        self.refused = ""  # what the disk said when it last had no room for a table
        self.damaged: Damaged | None = None  # what a compaction met

    @property
    def is_due(self) -> bool:
        """Whether there is anything to do."""
        store = self._store
        if store.flushing or self._compacting is not None:
            return True
        return pick(store.view.version, store.options, self._pointers) is not None

    def step(self) -> bool:
        """Do a little of what is due; whether anything was.

        A flush goes before a compaction, also before one that has begun: writers wait for flushes.

        Raises:
            DiskRefused: the work was given up, and begins anew when it is asked for again.
        """
        if self._store.flushing:
            if self._flushing is None:
                self._flushing = self._flush()
            try:
                next(self._flushing)
            except BaseException as error:
                self._flushing = None
                if not isinstance(error, StopIteration):
                    raise
            return True
        if self._compacting is None:
            version = self._store.view.version
            if version is self._idle_in:
                return False
            picked = pick(version, self._store.options, self._pointers)
            if picked is None:
                self._idle_in = version
                return False
            self._compacting = self._compact(picked)
        try:
            next(self._compacting)
        except BaseException as error:
            self._compacting, self.doing = None, ""
            if not isinstance(error, StopIteration):
                raise
        return True

    def pay(self) -> None:
        """Do as much as a writer owes for the bytes that it wrote.

        A disk that has no room for a table may have some for a record, so a write is not refused
        for what maintenance cannot do; it is when the log is full and cannot be flushed. Nor is it
        refused for a damaged table that it does not touch: nothing is merged any more until the
        store is opened anew, `stats` says so, and whoever asks for what is damaged is told.

        Raises:
            Poisoned: a sync failed.
        """
        try:
            for _ in range(STEPS):
                if not self._may_go_on() or not self.step():
                    return
            while len(self._store.view.version.levels[0]) >= STALL and self._may_go_on():
                if not self.step():
                    return
        except Poisoned:
            raise
        except Damaged as damage:
            self.damaged = damage
        except (MissingError, OSError) as error:  # no room, or a table that cannot be opened
            self.refused = str(error)

    def _may_go_on(self) -> bool:
        """Flushes always may."""
        return self.damaged is None or bool(self._store.flushing)

    def finish_flush(self) -> None:
        """Go on until nothing is being flushed."""
        while self._store.flushing:
            self.step()

    def everything(self) -> None:
        """Merge all tables into one level."""
        while self.step():
            pass
        picked = everything(self._store.view.version)
        if picked is not None:
            try:
                for _ in self._compact(picked):
                    pass
            finally:
                self.doing = ""

    def stop(self) -> None:
        """Leave what was begun, and remove its unfinished tables as far as the disk lets us."""
        for work in (self._flushing, self._compacting):
            if work is not None:
                work.close()
        self._flushing = self._compacting = None

    def flushed_up_to(self, seq: int) -> Edit:
        """The edit after which only the log that is written to now is needed."""
        number = self._store.journal.number
        return Edit(first_log=number, last_log=number, seq=seq)

    def _flush(self) -> Generator[None, None, None]:
        """The memtables that are being flushed become one table of level 0."""
        store = self._store
        newest = store.flushing[0]
        entries, keys = newest.entries, newest.keys
        if len(store.flushing) > 1:
            entries = {}
            for memtable in reversed(store.flushing):
                entries.update(memtable.entries)
            keys = sorted(entries)
        edit = self.flushed_up_to(store.flush_seq)
        options = store.options
        writer = TableWriter(
            store.fs,
            store.catalogue.next_table(),
            store.catalogue.store_id,
            level=0,
            block_bytes=options.block_bytes,
            filter_bits=options.filter_bits,
            seq_max=store.flush_seq,
        )
        try:
            for start in range(0, len(keys), FLUSH_PIECE):
                piece = keys[start : start + FLUSH_PIECE]
                writer.add_many(piece, [entries[key] for key in piece])
                yield
            for _ in writer.finishing():
                yield
            info = writer.finish()
        except BaseException:
            writer.abandon()
            raise
        sync_names(store.fs)
        edit.add = [info]
        with store.catalogue.whole():
            store.catalogue.commit(edit)
            store.flushed()
        self.bytes_flushed += info.size
        self.flushes += 1
        yield

    def _compact(self, picked: Picked) -> Generator[None, None, None]:
        """Merge some tables into the next level."""
        store = self._store
        self.doing = f"level {picked.level} into {picked.target}: {picked.why}"
        outputs = yield from compact(
            store.fs,
            store.catalogue.store_id,
            list(picked.tables),
            picked.target,
            store.catalogue.next_table,
            store.view.version,
            store.options,
            store.now_ns,
        )
        sync_names(store.fs)
        gone = [(table.info.level, table.info.number) for table in picked.tables]
        with store.catalogue.whole():
            store.catalogue.commit(Edit(add=outputs, remove=gone))
            store.reshaped()
        self._pointers[picked.level] = picked.pointer
        self.bytes_read += sum(table.info.size for table in picked.tables)
        self.bytes_compacted += sum(info.size for info in outputs)
        self.compactions += 1
        yield
