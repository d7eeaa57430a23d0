"""A key-value store on one server: it answers right, or it names the damage.

Read in this order; each file is one idea (README.md beside this file has questions to each, the
folder formats/ what the files look like, byte by byte):

    1. fs.py, os_fs.py, os_files.py, os_lock.py
                            what a disk promises; a folder of a real one
    2. sim_disk.py, sim_machine.py, sim_volume.py, counted_fs.py
                            one that loses power, fills up, fails; one that counts
    3. entries.py, checks.py   keys and values as bytes; sums that know where they stand
    4. batch.py, log_format.py, log_writer.py, log_reader.py, log_search.py, prefix_sums.py,
       log_tear.py
                            a write is a record; what a bad record means: tear or damage
    5. memtable.py          a dict, until it is frozen
    6. bloom.py, block.py, table_format.py, table_writer.py, table_file.py, table_reader.py,
       table_check.py, cache.py
                            sorted tables: a filter, an index, blocks, and what stays in memory
    7. names.py, version.py, manifest.py, current.py, catalogue.py
                            which tables there are, for good
    8. merge.py, pick.py, compaction.py, maintenance.py
                            tables are merged, in small steps, for which writers pay
    9. journal.py           how a write reaches the disk, in one of three ways
   10. recovery.py          what the files say when a store is opened
   11. view.py, snapshot.py, store.py, opening.py, options.py
                            reads, writes, and the order in which things change
   12. errors.py, verify.py, survey.py, log_walk.py, table_remains.py, salvage.py
                            what is damaged, and what can be saved
   13. dump.py, overview.py, stats.py, explain.py
                            any file byte by byte; what a store has done; what a read asks

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
