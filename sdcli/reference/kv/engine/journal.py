"""The journal: how a write reaches the disk, in one of three ways.

A store has one log after another, of which the newest is written to. When a write is done depends
on `sync`:

    always   it is on the disk: it survives a power cut.
    group    it can be read at once, and is on the disk when its group is: a thousand keys or 256
             KiB, when the next write comes; at `sync`; at the end. A group is one record, so
             a process that dies takes all of the open group with it, and never half of one.
    os       the kernel has it: it survives the process, not a power cut.

One sync costs as much as a thousand writes, whatever it has to write; a group shares it. Only the
last value of a key goes into a group's record: nobody could have seen the others after a crash.

Invariants:
    1. A new log is on the disk, name and all, and the manifest knows it, before it is written to:
       otherwise nobody would miss it.
    2. An older log is synced before a newer one begins: then only the newest can be torn.
    3. Nothing is appended to a log that was not closed: what its end is worth, nobody knows.

Source: D. J. DeWitt and others, "Implementation Techniques for Main Memory Database Systems",
SIGMOD 1984 (group commit).
"""

# ruff: noqa: S101 - the asserts say what the caller has to see to
from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast, get_args

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine.entries import EACH, encode, size_of
from sdcli.reference.kv.engine.fs import sync_names
from sdcli.reference.kv.engine.log_format import BATCH, LOG, ONE_PUT, log_name
from sdcli.reference.kv.engine.log_writer import LogWriter
from sdcli.reference.kv.engine.manifest import Edit

if TYPE_CHECKING:
    from sdcli.reference.kv.engine.catalogue import Catalogue
    from sdcli.reference.kv.engine.entries import Entry
    from sdcli.reference.kv.engine.fs import FileSystem
    from sdcli.reference.kv.engine.options import Options
    from sdcli.reference.kv.engine.recovery import Recovered

Sync = Literal["always", "group", "os"]

RECORD_BYTES = ONE_PUT.size  # of a record with one plain put, beside key and value
QUANTUM = 64 * 1024  # bytes between two looks at what else is due


class Journal:
    """The logs of one store.

    Args:
        fs: its folder.
        sync: when a write is done.
        options: its sizes.
        catalogue: who must know of a log.
        found: what recovery has read.

    `room` is how many bytes may be written before `look` is due; a writer asks for that alone.
    """

    def __init__(
        self, fs: FileSystem, sync: Sync, options: Options, catalogue: Catalogue, found: Recovered
    ) -> None:
        self.seq = found.seq  # operations that stand in logs or tables
        self.number = 0  # of the log that is written to
        self.room = self._granted = 0
        self.group: dict[bytes, Entry] = {}  # the open one
        self.bytes_logged = 0  # in logs that are finished
        self._fs = fs
        self._sync = sync
        self._options = options
        self._catalogue = catalogue
        self._found = found
        self._log: LogWriter | None = None  # until the first write
        self._group_operations = options.group_operations
        self._group_room = options.group_bytes
        # The three ways of the most frequent write; which one is decided once.
        self.put_one = {"always": self._put_synced, "group": self._put_grouped, "os": self._put}[
            sync
        ]

    @property
    def is_open(self) -> bool:
        """Whether something may have been written."""
        return self._log is not None

    @property
    def log(self) -> LogWriter:
        """The log that is written to."""
        assert self._log is not None, "resume() or renew() comes first"
        return self._log

    def resume(self) -> None:
        """Before the first write after a clean close: go on in the newest log, or make one."""
        layout = self._catalogue.layout
        if layout.last_log:
            self._log = LogWriter(
                self._fs,
                log_name(layout.last_log),
                LOG,
                self._catalogue.store_id,
                layout.last_log,
                resume_at=self._found.log_end,
                crc=self._found.log_crc,
            )
            self.number = layout.last_log
            self.bytes_logged = -self._log.size
        else:
            self._take(self._made(1))

    def renew(self) -> None:
        """Before the first write after anything else: begin a log, which nobody knows yet.

        The edit that makes the old logs superfluous has to name it. (They are not appended to:
        what a failed sync has left in the kernel can be read now, and may never reach the disk.)
        """
        self.number = self._catalogue.layout.last_log + 1
        self._log = self._made(self.number)

    def abandon(self) -> None:
        """Forget a log that `renew` began: the edit was refused."""
        self.close()
        self._log = None

    def turn(self) -> None:
        """Begin a new log."""
        self.commit()
        old = self.log
        old.sync()
        self._take(self._made(self._catalogue.layout.last_log + 1))
        self.bytes_logged += old.size
        old.close()

    def _made(self, number: int) -> LogWriter:
        """A new log that is there for good, name and all."""
        name = log_name(number)
        if name in self._fs.names():
            self._fs.remove(name)  # of somebody who was interrupted here; nothing is in it
        log = LogWriter(self._fs, name, LOG, self._catalogue.store_id, number)
        log.sync()
        sync_names(self._fs)
        return log

    def _take(self, log: LogWriter) -> None:
        """Make the manifest know a log, then write to it."""
        number = self._catalogue.layout.last_log + 1
        with self._catalogue.whole():
            self._catalogue.commit(Edit(last_log=number, logged=self.seq))
            self.number, self._log = number, log

    def _put(self, key: bytes, value: bytes) -> None:
        log, seq = self._log, self.seq  # not by the property: every put comes along here
        size = log.size  # type: ignore[union-attr]
        try:
            self.seq = seq + 1
            log.put_one(seq + 1, key, value)  # type: ignore[union-attr]
        except BaseException:  # a Ctrl-C may come before, in or after the writing
            if log.size == size:  # type: ignore[union-attr]
                self.seq = seq
            raise
        self.room -= RECORD_BYTES + len(key) + len(value)

    def _put_synced(self, key: bytes, value: bytes) -> None:
        self._put(key, value)
        self.log.sync()

    def _put_grouped(self, key: bytes, value: bytes) -> None:
        self.group[key] = value
        self.room -= EACH + len(key) + len(value)
        if len(self.group) >= self._group_operations:
            self.room = 0

    def add(self, keys: list[bytes], entries: list[Entry]) -> None:
        """Add what is to be done together: one record, or part of a group's."""
        size = size_of(keys, entries)
        if self._sync == "group":
            self.group.update(zip(keys, entries, strict=True))
            if len(self.group) >= self._group_operations:
                size = max(size, self.room)
        else:
            self._append(keys, entries)
            if self._sync == "always":
                self.log.sync()
        self.room -= size

    def commit(self) -> None:
        """Put the open group on the disk, if there is one."""
        if self.group:
            self._append(list(self.group), list(self.group.values()))
            self.group = {}
            self._group_room = self._options.group_bytes
            self.log.sync()

    def _append(self, keys: list[bytes], entries: list[Entry]) -> None:
        log, seq = self.log, self.seq
        size = log.size
        try:
            self.seq = seq + len(keys)
            log.append(BATCH, seq + 1, encode(keys, entries))
        except BaseException:  # as in _put
            if log.size == size:
                self.seq = seq
            raise

    def sync(self) -> None:
        """Return once everything so far survives a power cut."""
        if self._log is not None:
            self.commit()
            self._log.sync()

    def look(self) -> bool:
        """Close the group if it is full; whether the log is full too."""
        self._group_room -= self._granted - self.room
        if len(self.group) >= self._group_operations or self._group_room <= 0:
            self.commit()
        return self.log.size >= self._options.log_bytes_max

    def grant(self) -> None:
        """Say how much may be written before the next look."""
        left = max(1, self._options.log_bytes_max - self.log.size)
        self.room = self._granted = min(QUANTUM, left)
        if self._sync == "group":
            self.room = self._granted = min(self.room, self._group_room)

    def close(self) -> None:
        """Let go of the log, without a sync."""
        if self._log is not None:
            self._log.close()


def check_sync(sync: str) -> Sync:
    """The mode, if there is one of that name.

    Raises:
        InputError: there is none.
    """
    if sync in get_args(Sync):
        return cast("Sync", sync)
    raise InputError(
        "no such way to sync", where="sync", given=repr(sync), expected="always, group or os"
    )
