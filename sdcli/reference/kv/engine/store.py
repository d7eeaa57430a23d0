"""The store: a journal, memtables, tables, and the order in which they change.

A write goes to the journal, then to the memtable, and is done; when that is, `sync` says
(journal.py). When the log is long enough, a new one begins and the memtable is written out as a
table; tables are merged in small steps, for which the writers pay (maintenance.py). A read asks the
memtables, then the tables (view.py).

Threads may share a store. Writers take turns, and so does who asks for a snapshot or a scan; `get`
waits for nobody, and neither does reading on in a snapshot.

Invariants (`check()` asserts them, with those of the catalogue):
    1. Whatever is in a memtable is in a log, or in the open group.
    2. What is being flushed is older than every other memtable.

Sources: P. O'Neil and others, "The Log-Structured Merge-Tree", Acta Informatica 33(4), 1996;
google/leveldb, doc/impl.md.
"""

# ruff: noqa: S101 - check() asserts, that is its promise
from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine.batch import Batch, check_key, check_moment, check_value
from sdcli.reference.kv.engine.cache import Cache
from sdcli.reference.kv.engine.catalogue import Catalogue
from sdcli.reference.kv.engine.entries import KEY_BYTES_MAX, Entry, Expiring
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
from sdcli.reference.kv.engine.version import Version
from sdcli.reference.kv.engine.view import View, value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

    from sdcli.reference.kv.engine.fs import FileSystem
    from sdcli.reference.kv.engine.stats import Stats
    from sdcli.reference.kv.engine.verify import Report

SURELY_FITS = KEY_BYTES_MAX  # bytes of key and value together: neither is too long
KEPT_LOG_BYTES = 256 * 1024  # a shorter log is left to the next opening: reading it is cheap


class Store:
    """Keys and values, both bytes, in the order of their bytes.

    Args:
        fs: the folder, which nobody else may have open.
        sync: when a write is done.
        read_only: many may have it open so, while nobody writes; no byte is changed.
        options: sizes.
        clock: nanoseconds since 1970, for values that expire; without one it is always 1970, and
            nothing does.

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
        read_only: bool = False,
        options: Options | None = None,
        clock: Callable[[], int] = int,
    ) -> None:
        check_sync(sync)
        if options is not None and not isinstance(options, Options):
            raise InputError(
                "these are no options",
                where="options",
                given=repr(options),
                expected="like Options(cache_bytes=8 * 1024 * 1024)",
            )
        self.options = options or Options()
        self.fs = fs
        self._clock = clock
        self._lock = threading.RLock()
        self._is_busy = False  # read and set by whoever has the lock
        self.cache = Cache(self.options.cache_bytes)
        self._sync = sync
        self._read_only = read_only
        self._held = fs.lock_shared() if read_only else fs.lock()
        try:
            found = recover(fs, self.cache)
        except BaseException:
            self._let_go()
            raise
        self.recovered = found
        self._was_closed = found.current is None or found.current.closed
        self.catalogue = Catalogue(fs, self.cache, found)
        self._view = View(found.live, (), found.version)
        self.flushing: tuple[Frozen, ...] = ()  # the last of the view's frozen ones
        self.flush_seq = 0  # operations that are in tables once it is flushed
        self.journal = Journal(fs, sync, self.options, self.catalogue, found)
        self._failed: tuple[str, str] | None = None  # the file, and why
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
        with self._alone():
            self._check_open()
            self._freeze()
            version = self.catalogue.pin()
            view = View({}, self._view.frozen, version)

            return Snapshot(
                view, self._clock(), lambda: self.catalogue.unpin(version), self._check_open
            )

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
            or len(key) + len(value) > SURELY_FITS
        ):
            check_key(key)
            check_value(value)
            if expires_ns is not None:
                check_moment(expires_ns)
            self._write([key], [_entry(value, expires_ns)])
            return
        # As in `_alone`, with less around it, since this is nearly every write: a `with` takes 0.1
        # microseconds more. Inside of the try, because a Ctrl-C may come once the lock is taken.
        lock = self._lock
        try:
            lock.acquire()
            if self._is_busy:
                self._refuse_to_nest()
            try:
                self._is_busy = True
                journal = self.journal
                if journal.room <= 0:
                    self._guarded(self._make_room)
                journal.put_one(key, value)
                self._view[0][key] = value  # the live memtable
            except Poisoned as error:
                self._poison(error)
                raise
            finally:
                self._is_busy = False
        finally:
            try:  # noqa: SIM105 - `suppress` would cost what is saved
                lock.release()
            except RuntimeError:
                pass  # a Ctrl-C came while it waited for the lock

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
        if not isinstance(batch, Batch):
            raise InputError(
                "this is no batch", where="write", given=repr(batch), expected="a Batch with puts"
            )
        self._check_open()
        if batch.keys:
            self._write(batch.keys, batch.entries)

    def sync(self) -> None:
        """Return once every write that was done survives a power cut.

        Raises:
            DiskRefused: some are not there yet; free some space and call it again.
            Poisoned: nobody knows.
        """
        with self._alone():
            self._check_usable()
            if self.recovered.logged and not self._was_closed:
                self._guarded(self._begin)  # what was read from the logs may be in the kernel alone
            self._guarded(self.journal.sync)

    def flush(self) -> None:
        """Write the memtables out as a table."""
        with self._alone():
            self._check_usable()
            self._guarded(self._flush)

    def compact(self) -> None:
        """Merge all tables into the lowest level: nothing deleted, overwritten or expired stays."""
        with self._alone():
            self._check_usable()
            self._guarded(self._flush)
            self._guarded(self.maintenance.everything)

    def step(self) -> bool:
        """Do about a millisecond of what is due; whether anything was.

        Writers do this by themselves; a program with idle time may do it for them.
        """
        with self._alone():
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
        with self._alone():
            self._check_open()
            journal, live = self.journal, None
            if journal.is_open:
                live = self.catalogue.writing | {log_name(journal.number): journal.log.size}
            return verify(self.fs, live=live)

    def stats(self) -> Stats:
        """The state of the store in numbers."""
        with self._alone():
            self._check_open()
            return stats_of(self)

    def close(self) -> None:
        """Finish what is open and write down how long the files are; a second time does nothing.

        Raises:
            DiskRefused, Poisoned: the store is closed, and its next opening recovers.
        """
        with self._alone():
            if self._closed:
                return
            usable = self._failed is None and not self.catalogue.in_doubt
            self._closed = True
            self.journal.room = 0  # so that no write gets past the look at `_closed`
            try:
                if not self.journal.is_open:
                    pass
                elif usable:
                    self._finish()
                elif self.journal.group:
                    count = len(self.journal.group)
                    raise Poisoned(self.fs.place, f"{count:,} writes of the open group are lost")
            finally:
                try:
                    self.maintenance.stop()
                    self.journal.close()
                finally:
                    self._view = View({}, (), Version())
                    self._let_go()

    def disown(self) -> None:
        """In a process that was forked: the store is its parent's, and closed here."""
        self._lock = threading.RLock()  # somebody may have had it who is not here
        self._is_busy = False
        self._closed = True
        self.journal.room = 0
        self._view = View({}, (), Version())

    def __enter__(self) -> Self:
        self._check_open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "read only" if self._read_only else f"sync {self._sync}"
        state = "closed" if self._closed else state
        return f"<Store in {self.fs.place}, {state}>"

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
        self._view = View(self._view.live, self._view.frozen[:kept], self.catalogue.version)
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
        with self._alone():
            self.catalogue.check()
            for key, entry in self.journal.group.items():
                assert self._view.find(key) == entry, "1: a group that is not seen"
            count = len(self.flushing)
            tail = self._view.frozen[len(self._view.frozen) - count :]
            assert tail == self.flushing, "2: what is being flushed is not the oldest"

    # Inside, with the lock held

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One call at a time: other threads wait, and a call from inside a call is refused."""
        with self._lock:
            if self._is_busy:
                self._refuse_to_nest()
            try:
                self._is_busy = True
                yield
            finally:
                self._is_busy = False

    def _refuse_to_nest(self) -> None:
        """A signal's handler may run between any two lines of a call, also where half is done."""
        raise InputError(
            "this store is in the middle of another call",
            where="store",
            expected="a signal's handler that sets a flag, or raises, and leaves the store alone",
        )

    def _write(self, keys: list[bytes], entries: list[Entry]) -> None:
        with self._alone():
            self._guarded(lambda: self._do(keys, entries))

    def _do(self, keys: list[bytes], entries: list[Entry]) -> None:
        if self.journal.room <= 0:
            self._make_room()
        self.journal.add(keys, entries)
        self._view.live.update(zip(keys, entries, strict=True))

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
        self.catalogue.begin()
        if self._was_closed:
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
            self._freeze_all()
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
        self._freeze_all()

    def _freeze_all(self) -> None:
        """Whatever is in memory is going to be a table."""
        self._freeze()
        self.flush_seq = self.journal.seq  # first: a Ctrl-C between the two does no harm then
        self.flushing = self._view.frozen

    def _freeze(self) -> None:
        """The memtable stops changing, an empty one takes its place."""
        live, frozen, version = self._view
        if live:
            recent = frozen[: len(frozen) - len(self.flushing)]
            recent = together((Frozen(live), *recent))
            # In one step: between two, a Ctrl-C would leave a memtable that nobody reads.
            self._view = View({}, recent + self.flushing, version)

    def _flush(self) -> None:
        self._begin()
        if self._view.live or len(self._view.frozen) > len(self.flushing):
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
        finally:
            if self.catalogue.in_doubt:  # after a Ctrl-C, say
                self.journal.room = 0

    def _poison(self, error: Poisoned) -> None:
        self._failed = error.file, error.why
        self.journal.room = 0

    def _check_open(self) -> None:
        if self._closed:
            raise InputError(
                "this store is closed",
                where="store",
                expected="calls inside of `with open_store(path) as db:`",
            )

    def _let_go(self) -> None:
        if self._held is not None:
            self._held.release()

    def _check_usable(self) -> None:
        self._check_open()
        if self._read_only:
            raise InputError(
                "this store was opened to be read",
                where="store",
                expected="open_store(path) without read_only=True, to write to it",
            )
        if self._failed is None and self.catalogue.in_doubt:
            self._failed = self.fs.place, "it was interrupted while its tables changed"
        if self._failed is not None:
            raise Poisoned(*self._failed)


def _entry(value: bytes, expires_ns: int | None) -> Entry:
    return value if expires_ns is None else Expiring(value, expires_ns)
