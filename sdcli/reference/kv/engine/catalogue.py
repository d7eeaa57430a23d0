"""The catalogue: which tables there are now, on disk and in memory, and who still needs old ones.

One change is one record in the manifest. The order of the steps is what survives a power cut:

    1. the new tables are synced, then their names       (by whoever made them)
    2. the record is synced: from here on the change has happened
    3. readers get the new Version
    4. what no Version needs is removed

A cut before 2 leaves new files that nothing names, one after it old files that nothing names; the
first write after the next opening removes either, once its own manifest is safe. Between 3 and 4
a snapshot may hold a Version (`pin`); its tables stay until it lets go.

Invariants (`check()` asserts them):
    1. The Version holds the tables of the layout, each once.
    2. No table that is to be removed stands in the Version.

Source: google/leveldb, doc/impl.md (manifest, CURRENT), and issue 195 (removed before synced).
"""

# ruff: noqa: S101 - check() asserts, that is its promise
from __future__ import annotations

from collections import deque
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from sdcli.reference.kv.engine.current import Current, write_current
from sdcli.reference.kv.engine.errors import DiskRefused, Poisoned
from sdcli.reference.kv.engine.fs import sync_names
from sdcli.reference.kv.engine.log_format import log_name
from sdcli.reference.kv.engine.manifest import Edit, Layout, ManifestWriter, manifest_name
from sdcli.reference.kv.engine.table_format import table_name
from sdcli.reference.kv.engine.table_reader import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.reference.kv.engine.cache import Cache
    from sdcli.reference.kv.engine.fs import FileSystem
    from sdcli.reference.kv.engine.recovery import Recovered
    from sdcli.reference.kv.engine.version import Version

# Then a new one begins, with the layout as it is; but not before it is twice as long as it began:
# of very many tables the layout alone is longer, and would be written anew at each change.
MANIFEST_BYTES_MAX = 1024 * 1024


class Catalogue:
    """The tables of one store.

    Args:
        fs: its folder.
        cache: where tables keep what they read.
        found: what recovery has read.
    """

    def __init__(self, fs: FileSystem, cache: Cache, found: Recovered) -> None:
        self.fs = fs
        self.cache = cache
        self.layout: Layout = found.layout
        self.version: Version = found.version
        self.current: Current | None = found.current
        self._manifest: ManifestWriter | None = None
        self._leftovers = found.leftovers
        self._pins: dict[int, list[Version]] = {}
        self._released: deque[Version] = deque()
        self._old: list[Table] = []  # in no Version but a pinned one
        self._next_table = self.layout.next_table
        self._roll_at = max(MANIFEST_BYTES_MAX, 2 * len(self.layout.as_edit().encode()))
        self.bytes_written = 0  # to manifests
        self.in_doubt = False  # memory and manifest may contradict each other

    def begin(self) -> None:
        """Say on disk that the store is being written to, and remove what interrupted work left.

        Raises:
            DiskRefused: nothing has begun; try again.
        """
        if self._manifest is not None:  # it had begun before something else was refused
            return
        if self.current is None:
            self._new_manifest(self.fs.fresh_id(), 1)
        else:
            store_id, number = self.current.store_id, self.current.manifest
            end, crc = self.current.manifest_bytes, self.current.manifest_crc
            if not self.current.closed or end > self._roll_at:
                # What a failed sync left in the kernel can be read, and may never reach the disk:
                # so the end of a manifest that was not closed is nothing to append to.
                self._new_manifest(store_id, number + 1)
            else:
                writer = ManifestWriter(self.fs, store_id, number, resume_at=end, crc=crc)
                with self.whole():
                    self._announce(Current(store_id, number))
                    self._manifest = writer
        # Only now. The edit that made them superfluous may have been read from a kernel that
        # never brought it to the disk; in the new manifest it is there for good.
        for name in self._leftovers:
            if name not in self.writing:  # a new file may have got the name of one
                self._remove(name)
        self._leftovers = []

    @property
    def store_id(self) -> bytes:
        """The sixteen bytes that no other store has."""
        assert self.current is not None, "begin() comes first"
        return self.current.store_id

    @property
    def writing(self) -> dict[str, int]:
        """The manifest that is written to, and its bytes; nothing before `begin`."""
        manifest = self._manifest
        return {} if manifest is None else {manifest_name(manifest.number): manifest.size}

    def next_table(self) -> int:
        """A number that no table had."""
        number = self._next_table
        self._next_table += 1
        return number

    @contextmanager
    def whole(self) -> Iterator[None]:
        """What stands inside happens whole, in memory as on disk, or nothing is written any more.

        A Ctrl-C between the two would leave a memory that contradicts the manifest; `in_doubt`
        then makes the store refuse to go on.
        """
        try:
            yield
        except BaseException as error:
            if not isinstance(error, DiskRefused) or isinstance(error, Poisoned):
                self.in_doubt = True
            raise

    def commit(self, edit: Edit) -> None:
        """Make one change: it has happened when this returns, also after a power cut.

        Raises:
            DiskRefused: it has not happened.
            Poisoned: nobody knows.
        """
        assert self._manifest is not None, "begin() comes first"
        edit.next_table = self._next_table
        layout = self.layout.after(edit)  # first: what contradicts itself is not written
        first_log, size = self.layout.first_log, self._manifest.size
        with self.whole():
            self._manifest.append(edit)
            self._manifest.sync()
            self.layout = layout
            self._old += self._install(edit)
        self.bytes_written += self._manifest.size - size
        for number in range(first_log, layout.first_log):
            self._remove(log_name(number))
        if self._manifest.size > self._roll_at:
            self._roll()

    def _roll(self) -> None:
        """Begin a new manifest, now that this one is long; what is refused is tried later."""
        try:
            self._new_manifest(self.store_id, self._manifest.number + 1)  # type: ignore[union-attr]
        except Poisoned:
            raise
        except (DiskRefused, OSError):
            pass

    def _install(self, edit: Edit) -> list[Table]:
        """Give readers the new Version; returns the tables that are in it no more."""
        remove = set(edit.remove)
        gone = [
            table
            for table in self.version.tables
            if (table.info.level, table.info.number) in remove
        ]
        new = [Table(self.fs, info, self.store_id, self.cache) for info in edit.add]
        self.version = self.version.without(gone).with_tables(new)
        return gone

    def pin(self) -> Version:
        """The Version as it is, whose tables stay until it is unpinned."""
        self._unpin_released()
        version = self.version
        self._pins.setdefault(id(version), []).append(version)
        return version

    def unpin(self, version: Version) -> None:
        """Let go of a pinned Version; what nobody needs is removed with the next change.

        Safe at any moment and in any thread, also when a snapshot is collected as garbage.
        """
        self._released.append(version)

    def tidy(self) -> None:
        """Remove the tables that no Version needs any more.

        Requires: readers were given the new Version. One that still asks the old one would miss a
        table, and with no newer Version there to look at it could not tell that from damage.
        """
        self._unpin_released()
        self._remove_old()

    def _unpin_released(self) -> None:
        while self._released:
            version = self._released.popleft()
            holders = self._pins[id(version)]
            holders.pop()
            if not holders:
                del self._pins[id(version)]

    def close(self, log: int, log_bytes: int, log_crc: int) -> None:
        """Write down how long log and manifest are: from now on every bad byte is damage."""
        assert self._manifest is not None, "begin() comes first"
        self._announce(
            Current(
                self.store_id,
                self._manifest.number,
                closed=True,
                manifest_bytes=self._manifest.size,
                manifest_crc=self._manifest.crc,
                log=log,
                log_bytes=log_bytes,
                log_crc=log_crc,
            )
        )
        self._manifest.close()

    def check(self) -> None:
        """Assert the invariants.

        Raises:
            AssertionError: one does not hold.
        """
        here = sorted(table.info.number for table in self.version.tables)
        assert here == sorted(info.number for info in self.layout.tables), "1: other tables"
        assert not set(here) & {table.info.number for table in self._old}, "2: to be removed"
        self.version.check()

    def _new_manifest(self, store_id: bytes, number: int) -> None:
        """Begin a manifest with the layout as it is, and make CURRENT name it."""
        before = self.current
        name = manifest_name(number)
        if name in self.fs.names():
            self.fs.remove(name)  # of somebody who was interrupted here
        writer = ManifestWriter(self.fs, store_id, number)
        self.layout = self.layout.with_next_table(self._next_table)
        writer.append(self.layout.as_edit())
        writer.sync()
        sync_names(self.fs)
        with self.whole():
            self._announce(Current(store_id, number))
            self._manifest = writer
        self.bytes_written += writer.size
        self._roll_at = max(MANIFEST_BYTES_MAX, 2 * writer.size)
        if before is not None:
            self._remove(manifest_name(before.manifest))

    def _announce(self, current: Current) -> None:
        write_current(self.fs, current)
        self.current = current

    def _remove_old(self) -> None:
        needed = {
            id(table)
            for holders in self._pins.values()
            for version in holders[:1]
            for table in version.tables
        }
        kept, gone = [], []
        for table in self._old:
            if id(table) in needed:
                kept.append(table)
            else:
                gone.append(table.info.number)
        self.cache.drop(*gone)
        for number in gone:
            self._remove(table_name(number))
        self._old = kept

    def _remove(self, name: str) -> None:
        """Remove a file that nothing names; what the disk keeps is left over for another time."""
        with suppress(OSError):
            self.fs.remove(name)
