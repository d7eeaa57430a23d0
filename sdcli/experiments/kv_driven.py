"""Driving a store in an experiment: on a simulated disk, every byte of it counted at the port.

Maintenance is kept up with: whatever is due is done before the next memtable begins. In a small
store the steps of maintenance are small too, so that writers, who pay a number of steps for each
64 KiB, would pay too little, and levels would be larger than they should.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.reference.kv.engine.counted_fs import CountedFS
from sdcli.reference.kv.engine.sim_disk import SimDisk
from sdcli.reference.kv.engine.store import Store

if TYPE_CHECKING:
    from sdcli.reference.kv.engine.journal import Sync
    from sdcli.reference.kv.engine.options import Options

OPERATIONS_KEPT = 5_000  # of the disk


def name_of(number: int) -> bytes:
    """The key of that number, 16 bytes."""
    return b"key-%012d" % number


class Driven:
    """A store with its disk.

    Args:
        seed: of the disk.
        options: of the store.
        sync: when a write is done, until it is `reopened`.
    """

    def __init__(self, seed: int, options: Options, *, sync: Sync = "os") -> None:
        self.disk = SimDisk(seed)
        self.fs = CountedFS(self.disk)
        self.options = options
        self.db = Store(self.fs, sync=sync, options=options)
        self._flushes = 0

    def reopened(self) -> None:
        """Close it and open it again, in mode "os", with no table in memory."""
        self.db.close()
        self.db = Store(self.fs, sync="os", options=self.options)
        self._flushes = 0

    def keep_up(self) -> bool:
        """Do what is due, if a memtable was written out since; whether one was."""
        maintenance = self.db.maintenance
        if not self.db.flushing and maintenance.flushes == self._flushes:
            return False
        self.settle()
        if len(self.disk.operations) > OPERATIONS_KEPT:
            self.disk.operations.clear()  # all that was ever written is much, and nobody asks
        return True

    def settle(self) -> None:
        """Do all that is due."""
        while self.db.step():
            pass
        self._flushes = self.db.maintenance.flushes

    @property
    def written(self) -> int:
        """Bytes that went through the port to the disk."""
        return self.fs.total().bytes_written

    @property
    def reported(self) -> int:
        """Bytes that the store says it wrote, all in all."""
        db = self.db
        tables = db.maintenance.bytes_flushed + db.maintenance.bytes_compacted
        return tables + db.journal.bytes_logged + db.journal.log.size + db.catalogue.bytes_written

    @property
    def level_bytes(self) -> list[int]:
        """Bytes of the tables of each level."""
        levels = self.db.view.version.levels
        return [sum(table.info.size for table in tables) for tables in levels]

    def bytes_of(self, *suffixes: str) -> int:
        """Bytes on the disk, in files whose names end so."""
        names = [name for name in self.disk.names() if name.endswith(suffixes)]
        return sum(self.disk.read(name).size for name in names)
