"""A key-value store on one server: it answers right, or it names the damage.

Read in this order; each file is one idea (README.md beside this file has questions to each, the
folder formats/ what the files look like, byte by byte):

    1. fs.py, os_fs.py, sim_disk.py   what a disk promises; a real one; one that loses power
    2. entries.py, checks.py   keys and values as bytes; checksums that know where they stand
    3. log_format.py, log_writer.py, log_reader.py, batch.py   a write is a record; tear or damage?
    4. memtable.py             a dict, until it is frozen
    5. bloom.py, block.py, table_format.py, table_writer.py, table_reader.py, cache.py
                               sorted tables: a filter, an index, blocks, and what stays in memory
    6. version.py, manifest.py, current.py, catalogue.py   which tables there are, for good
    7. merge.py, pick.py, compaction.py, maintenance.py   tables are merged, in small steps
    8. recovery.py             what the files say when a store is opened
    9. view.py, snapshot.py, store.py, opening.py, options.py   reads, writes, and their order

>>> from sdcli.reference.kv.engine.sim_disk import SimDisk
>>> disk = SimDisk()
>>> db = Store(disk, sync="always")
>>> db.put(b"cart:ann", b"milk")
>>> after = Store(disk.after_power_cut())      # the power is gone before anything was closed
>>> after.get(b"cart:ann")
b'milk'
"""

from sdcli.reference.kv.engine.batch import Batch
from sdcli.reference.kv.engine.errors import Damaged, DiskRefused, InUse, Poisoned
from sdcli.reference.kv.engine.opening import open_store
from sdcli.reference.kv.engine.options import Options
from sdcli.reference.kv.engine.snapshot import Snapshot
from sdcli.reference.kv.engine.store import Store

__all__ = [
    "Batch",
    "Damaged",
    "DiskRefused",
    "InUse",
    "Options",
    "Poisoned",
    "Snapshot",
    "Store",
    "open_store",
]
