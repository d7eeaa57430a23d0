"""The store: a journal, memtables, tables, and the order in which they change.

A write goes to the journal, then to the memtable, and is done; when that is, `sync` says
(journal.py). When the log is long enough, a new one begins and the memtable is written out as a
table; tables are merged in small steps, for which the writers pay (maintenance.py). A read asks the
memtables, then the tables (view.py).

Threads may share a store: writers take turns, readers do not wait for anybody.

Invariants (`check()` asserts them, with those of the catalogue):
    1. Whatever is in a memtable is in a log, or in the open group.
    2. What is being flushed is older than every other memtable.

Sources: P. O'Neil and others, "The Log-Structured Merge-Tree", Acta Informatica 33(4), 1996;
google/leveldb, doc/impl.md.
"""

# ruff: noqa: S101 - check() asserts, that is its promise
from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine.batch import Batch, check_key, check_moment, check_value
from sdcli.reference.kv.engine.cache import Cache
from sdcli.reference.kv.engine.catalogue import Catalogue
from sdcli.reference.kv.engine.entries import KEY_BYTES_MAX, VALUE_BYTES_MAX, Entry, Expiring
from sdcli.reference.kv.engine.errors import Damaged, DiskRefused, Poisoned
from sdcli.reference.kv.engine.journal import Journal, Sync, check_sync
from sdcli.reference.kv.engine.log_format import log_name
from sdcli.reference.kv.engine.maintenance import Maintenance
from sdcli.reference.kv.engine.memtable import Frozen, together
from sdcli.reference.kv.engine.options import Options
from sdcli.reference.kv.engine.recovery import recover
from sdcli.reference.kv.engine.snapshot import Snapshot, check_bounds
from sdcli.reference.kv.engine.stats import stats_of
from sdcli.reference.kv.engine.table_format import ABSENT
from sdcli.reference.kv.engine.verify import verify
from sdcli.reference.kv.engine.view import View, value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

    from sdcli.reference.kv.engine.fs import FileSystem
    from sdcli.reference.kv.engine.stats import Stats
    from sdcli.reference.kv.engine.verify import Report

KEPT_LOG_BYTES = 256 * 1024  # a shorter log is left to the next opening: reading it is cheap


class Store:
    """Keys and values, both bytes, in the order of their bytes.

    Args:
        fs: the folder, which nobody else may have open.
        sync: when a write is done.
        options: sizes.
        clock: nanoseconds since 1970, for values that expire.

    Raises:
        InUse: another process has it open.
        Damaged: a file that must be read to open it is not what was written.

    `opening.open_store` opens one on a path.
    """

    def __init__(
        self,
        fs: FileSystem,
        *,
        sync: Sync = "always",
        options: Options | None = None,
        clock: Callable[[], int] = int,
    ) -> None:
        check_sync(sync)
        self.options = options or Options()
        self.fs = fs
        self._clock = clock
        self._lock = threading.RLock()
        self._held = fs.lock()
        self.cache = Cache(self.options.cache_bytes)
        try:
            found = recover(fs, self.cache)
        except BaseException:
            self._held.release()
            raise
        self.recovered = found
        self.catalogue = Catalogue(fs, self.cache, found)
        self._live: dict[bytes, Entry] = found.live
        self._view = View(found.live, (), found.version)
        self.flushing: tuple[Frozen, ...] = ()  # the last of the view's frozen ones
        self.flush_seq = 0  # operations that are in tables once it is flushed
        self.journal = Journal(fs, sync, self.options, self.catalogue, found)
        self._failed: Exception | None = None
        self._closed = False
        self.maintenance = Maintenance(self)

    # Reads

    def get(self, key: bytes) -> bytes | None:
        """The value of a key; None when it has none.

        Raises:
            Damaged: what must be asked to know it holds other bytes than were written.
            InputError: the key is no bytes, or the store is closed.
        """
        if key.__class__ is not bytes:
            check_key(key)
        view = self._view
        entry: object = view.live.get(key, ABSENT)
        while entry is ABSENT:
            try:
                entry = view.find(key)
                break
            except Damaged:
                if view is self._view:
                    raise
                view = self._view  # a table was merged away before it was opened: look again
        if entry.__class__ is bytes:
            return entry
        if entry is ABSENT:
            self._check_open()
            check_key(key)
        return value_of(entry, self._clock())

    def scan(
        self, lo: bytes | None = None, hi: bytes | None = None, *, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """Keys and values from `lo` up to, not with, `hi`, as they are now.

        What is written while it runs does not show.

        Raises:
            Damaged: as it comes to what holds other bytes than were written.
        """
        check_bounds(lo, hi)
        then = self.snapshot()

        def pairs() -> Iterator[tuple[bytes, bytes]]:
            with then:
                yield from then.scan(lo, hi, reverse=reverse)

        return pairs()

    def snapshot(self) -> Snapshot:
        """The store as it is now, for as long as the snapshot is open."""
        with self._lock:
            self._check_open()
            self._freeze()
            version = self.catalogue.pin()
            view = View({}, self._view.frozen, version)

            return Snapshot(view, self._clock(), lambda: self.catalogue.unpin(version))

    # Writes

    def put(self, key: bytes, value: bytes, *, expires_ns: int | None = None) -> None:
        """Give a key a value.

        Args:
            key: up to 65,535 bytes, none is fine.
            value: up to 64 MiB.
            expires_ns: from this moment on it is gone; nanoseconds since 1970.

        Raises:
            InputError: key or value cannot be stored, or the store is closed.
            DiskRefused: it is not done; what was there before still is.
            Poisoned: nobody knows whether it is done.
        """
        if (
            expires_ns is not None
            or key.__class__ is not bytes
            or value.__class__ is not bytes
            or len(key) > KEY_BYTES_MAX
            or len(value) > VALUE_BYTES_MAX
        ):
            check_key(key)
            check_value(value)
            if expires_ns is not None:
                check_moment(expires_ns)
            self._write([key], [_entry(value, expires_ns)])
            return
        lock = self._lock
        lock.acquire()  # as in _write, with less around it: this is nearly every write
        try:
            if self.journal.room <= 0:
                self._guarded(self._make_room)
            self.journal.put_one(key, value)
            self._live[key] = value
        except Poisoned as error:
            self._poison(error)
            raise
        finally:
            lock.release()

    def delete(self, key: bytes) -> None:
        """Take a key's value away; a key that has none is fine.

        Raises:
            DiskRefused, Poisoned: as for `put`.
        """
        check_key(key)
        self._write([key], [None])

    def write(self, batch: Batch) -> None:
        """Do all that a batch says, or nothing of it, whatever happens in between.

        Raises:
            DiskRefused, Poisoned: as for `put`.
        """
        if batch.keys:
            self._write(batch.keys, batch.entries)

    def sync(self) -> None:
        """Return once every write that was done survives a power cut.

        Raises:
            DiskRefused: some are not there yet; free some space and call it again.
            Poisoned: nobody knows.
        """
        with self._lock:
            self._check_usable()
            self._guarded(self.journal.sync)

    def flush(self) -> None:
        """Write the memtables out as a table."""
        with self._lock:
            self._guarded(self._flush)

    def compact(self) -> None:
        """Merge all tables into the lowest level: nothing deleted, overwritten or expired stays."""
        with self._lock:
            self._guarded(self._flush)
            self._guarded(self.maintenance.everything)

    def step(self) -> bool:
        """Do about a millisecond of what is due; whether anything was.

        Writers do this by themselves; a program with idle time may do it for them.
        """
        with self._lock:
            self._check_usable()
            if not self.journal.is_open:
                if not self.maintenance.is_due:
                    return False
                self._guarded(self._begin)
            return bool(self._guarded(self.maintenance.step))

    def verify(self) -> Report:
        """Check every byte of every file that matters; nobody writes meanwhile.

        Raises:
            InputError: the store is closed.
        """
        with self._lock:
            self._check_open()
            journal, live = self.journal, None
            if journal.is_open:
                live = self.catalogue.writing | {log_name(journal.number): journal.log.size}
            return verify(self.fs, live=live)

    def stats(self) -> Stats:
        """The state of the store in numbers."""
        with self._lock:
            self._check_open()
            return stats_of(self)

    def close(self) -> None:
        """Finish what is open and write down how long the files are; a second time does nothing.

        Raises:
            DiskRefused, Poisoned: the store is closed, and its next opening recovers.
        """
        with self._lock:
            if self._closed:
                return
            try:
                in_doubt = self._failed is not None or self.catalogue.in_doubt
                if self.journal.is_open and not in_doubt:
                    self._finish()
            finally:
                self.maintenance.stop()
                self._closed = True
                self._view = View({}, (), self._view.version.without(self._view.version.tables))
                self._live = {}
                self.journal.close()
                self.journal.room = 0
                self._held.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What maintenance needs

    @property
    def view(self) -> View:
        """What a read asks now."""
        return self._view

    @property
    def now_ns(self) -> int:
        """The clock's moment."""
        return self._clock()

    def flushed(self) -> None:
        """What was being flushed is a table now: forget it, and show readers the new tables."""
        kept = len(self._view.frozen) - len(self.flushing)
        self.flushing = ()
        self._view = View(self._live, self._view.frozen[:kept], self.catalogue.version)
        self.catalogue.tidy()

    def reshaped(self) -> None:
        """Show readers the tables as they are now."""
        self._view = self._view._replace(version=self.catalogue.version)
        self.catalogue.tidy()

    def check(self) -> None:
        """Assert the invariants.

        Raises:
            AssertionError: one does not hold.
        """
        with self._lock:
            self.catalogue.check()
            for key, entry in self.journal.group.items():
                assert self._view.find(key) == entry, "1: a group that is not seen"
            count = len(self.flushing)
            tail = self._view.frozen[len(self._view.frozen) - count :]
            assert tail == self.flushing, "2: what is being flushed is not the oldest"
            assert self._view.live is self._live or self._closed, "readers see another memtable"

    # Inside, with the lock held

    def _write(self, keys: list[bytes], entries: list[Entry]) -> None:
        with self._lock:
            self._guarded(lambda: self._do(keys, entries))

    def _do(self, keys: list[bytes], entries: list[Entry]) -> None:
        if self.journal.room <= 0:
            self._make_room()
        self.journal.add(keys, entries)
        self._live.update(zip(keys, entries, strict=True))

    def _make_room(self) -> None:
        """Do what is due before the next write."""
        self._check_usable()
        self._begin()
        if self.journal.look():
            self._turn()
        self.maintenance.pay()
        self.journal.grant()

    def _begin(self) -> None:
        """The first write: from here on the store is open on disk too."""
        if self.journal.is_open:
            return
        before = self.recovered.current
        self.catalogue.begin()
        if before is None or before.closed:
            self.journal.resume()
        else:
            self._renew()

    def _renew(self) -> None:
        """After an unclean end: what was read from the logs becomes a table, in a step of its own.

        The logs cannot go on. The end of the newest may be torn; and what a sync that failed has
        left in the kernel can be read now, may never reach the disk, and no later sync would say
        so. What is written anew is written for good.
        """
        self.journal.renew()
        try:
            self._freeze()
            self.flushing, self.flush_seq = self._view.frozen, self.journal.seq
            if self.flushing:
                self.maintenance.finish_flush()
            else:
                self.catalogue.commit(self.maintenance.flushed_up_to(self.flush_seq))
        except BaseException:
            self.journal.abandon()
            raise

    def _turn(self) -> None:
        """Begin a new log; what the old ones hold is going to be a table."""
        if self.flushing:
            self.maintenance.finish_flush()
        self.journal.turn()
        self._freeze()
        self.flushing, self.flush_seq = self._view.frozen, self.journal.seq

    def _freeze(self) -> None:
        """The memtable stops changing, an empty one takes its place."""
        if self._live:
            frozen = self._view.frozen
            kept = len(frozen) - len(self.flushing)
            recent = together((Frozen(self._live), *frozen[:kept]))
            self._live = {}
            self._view = View(self._live, recent + self.flushing, self._view.version)

    def _flush(self) -> None:
        self._check_usable()
        self._begin()
        if self._live or len(self._view.frozen) > len(self.flushing):
            self._turn()
        self.maintenance.finish_flush()
        self.catalogue.tidy()

    def _finish(self) -> None:
        self._guarded(self.journal.commit)
        if self.flushing or self.journal.log.size > KEPT_LOG_BYTES:
            self._guarded(self._flush)
        log = self.journal.log
        self._guarded(log.sync)
        last = self.catalogue.layout.last_log
        self._guarded(lambda: self.catalogue.close(last, log.size, log.crc))

    def _guarded(self, work: Callable[[], object]) -> object:
        """Do something that writes; what the disk refuses becomes an error of ours."""
        try:
            return work()
        except Poisoned as error:
            self._poison(error)
            raise
        except OSError as error:
            raise DiskRefused(self.fs.place, (error.strerror or str(error)).lower()) from error

    def _poison(self, error: Exception) -> None:
        self._failed = error
        self.journal.room = 0

    def _check_open(self) -> None:
        if self._closed:
            raise InputError(
                "this store is closed",
                where="store",
                expected="calls inside of `with open_store(path) as db:`",
            )

    def _check_usable(self) -> None:
        self._check_open()
        if self._failed is None and self.catalogue.in_doubt:
            self._poison(Poisoned(self.fs.place, "it was interrupted while the tables changed"))
        if self._failed is not None:
            raise self._failed


def _entry(value: bytes, expires_ns: int | None) -> Entry:
    return value if expires_ns is None else Expiring(value, expires_ns)
