"""Planted defects: one line of the engine replaced, to see a check fail that otherwise passes.

A test that never failed has proved nothing. So here are the mistakes that stores have made in
earnest, each as one line of the engine and what stands there instead. `lab run kv.crash --bug NAME`
runs the experiment on an engine with that line, and it has to fail.

The engine itself knows nothing of this: it has no switch and no hook (kv_planted.py).

The list was made from what users of other stores reported, before the checks were written.

Sources: each defect names its own. Leaving mistakes in on purpose to try the tests is R. A. DeMillo
and others, "Hints on Test Data Selection", IEEE Computer 11(4), 1978.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ENGINE = "sdcli.reference.kv.engine"
NONE = "none"  # the engine as it is


@dataclass(frozen=True)
class Defect:
    """One line, and what stands there instead.

    Args:
        name: the word to ask for it.
        module: of the engine.
        line: as it stands; with a neighbour where it alone stands there twice. Exactly once there.
        instead: what is compiled.
        wrong: what goes wrong, in a sentence.
        source: who it happened to.
        check: which check finds it (kv_checks.py).
    """

    name: str
    module: str
    line: str
    instead: str
    wrong: str
    source: str
    check: str

    @property
    def path(self) -> Path:
        """The file that the line is in."""
        spec = find_spec(f"{ENGINE}.{self.module}")
        assert spec is not None, self.module  # noqa: S101 - a module of our own
        return Path(spec.origin or "")

    @property
    def source_text(self) -> str:
        """The module with the defect in it.

        Raises:
            ValueError: the line does not stand there exactly once: the engine has changed.
        """
        text = self.path.read_text(encoding="utf-8")
        count = text.count(self.line)
        if count != 1:
            msg = f"{self.name}: {self.module}.py has the line {count} times: {self.line.strip()}"
            raise ValueError(msg)
        return text.replace(self.line, self.instead)


DEFECTS = (
    Defect(
        "ack-before-log",
        "journal",
        "            self._append(keys, entries)\n            if",
        "            self.group.update(zip(keys, entries, strict=True))\n            if",
        "a batch is acknowledged while it stands in memory alone, to be logged at some later time",
        "the order that a write-ahead log is named for; Mohan and others, ARIES, 1992",
        "crash",
    ),
    Defect(
        "put-not-synced",
        "journal",
        '{"always": self._put_synced,',
        '{"always": self._put,',
        "a put in mode always returns before its record is on the disk",
        "Pillai and others, OSDI 2014 (appends that were believed to be durable)",
        "crash",
    ),
    Defect(
        "log-name-not-synced",
        "journal",
        "        sync_names(self._fs)\n",
        "        pass\n",
        "a new log is synced, its name is not: a power cut takes the file with all that was in it",
        "google/leveldb#189; spacejam/sled#1077",
        "crash",
    ),
    Defect(
        "table-name-not-synced",
        "maintenance",
        "        sync_names(store.fs)\n        edit.add = [info]\n",
        "        edit.add = [info]\n",
        "the manifest names a new table whose own name a power cut takes; its log is gone already",
        "google/leveldb#195",
        "crash",
    ),
    Defect(
        "edit-not-synced",
        "catalogue",
        "        self._manifest.sync()\n",
        "        pass\n",
        "old logs and tables are removed before the edit that replaces them is on the disk",
        "google/leveldb#195 and #196",
        "crash",
    ),
    Defect(
        "rename-before-sync",
        "fs",
        "        sync(file, draft)\n",
        "        pass\n",
        "CURRENT gets its name before its bytes are on the disk: a power cut leaves it empty",
        "Pillai and others, OSDI 2014; google/leveldb#333 and #402 (will not open)",
        "crash",
    ),
    Defect(
        "rename-not-synced",
        "fs",
        "    fs.rename(draft, name)\n    sync_names(fs)\n",
        "    fs.rename(draft, name)\n",
        "the old CURRENT may come back, which says that the store is closed",
        "spacejam/sled#1229; Pillai and others, OSDI 2014",
        "crash",
    ),
    Defect(
        "closed-while-writing",
        "catalogue",
        "                    self._announce(Current(store_id, number))\n",
        "                    pass\n",
        "CURRENT goes on saying that the store is closed while it is written to",
        "our own rule; a tear then looks like damage, and the store does not open",
        "crash",
    ),
    Defect(
        "log-not-in-manifest",
        "journal",
        "            self._catalogue.commit(Edit(last_log=number, logged=self.seq))\n",
        "            edit = Edit(last_log=number, logged=self.seq)\n"
        "            self._catalogue.layout = self._catalogue.layout.after(edit)\n",
        "a new log is written to before the manifest knows it: nobody would miss it",
        "google/leveldb, doc/impl.md (which log is current)",
        "crash",
    ),
    Defect(
        "log-removed-early",
        "journal",
        "        old.close()\n",
        "        old.close()\n        self._fs.remove(old.name)\n",
        "a log is removed when the next begins, before its table is in the manifest",
        "google/leveldb#195 (removed too early)",
        "crash",
    ),
    Defect(
        "torn-edit-refused",
        "manifest",
        "            may_tear=closed is None,\n",
        "            may_tear=False,\n",
        "a manifest whose last edit is half written is taken for damaged, and nothing opens",
        "google/leveldb#333 and #402 (power loss, will not open); near/nearcore#2625",
        "crash",
    ),
    Defect(
        "batch-in-pieces",
        "journal",
        "            log.append(BATCH, seq + 1, encode(keys, entries))\n",
        "            for i, key in enumerate(keys, 1):\n"
        "                log.append(BATCH, seq + i, encode([key], [entries[i - 1]]))\n",
        "each entry of a batch is a record of its own: a crash leaves half of the batch",
        "litedb-org/LiteDB#2935 (half a transaction applied)",
        "crash",
    ),
    Defect(
        "group-not-synced",
        "journal",
        "            self._group_room = self._options.group_bytes\n            self.log.sync()\n",
        "            self._group_room = self._options.group_bytes\n",
        "a group is acknowledged when it is written, not when it is synced",
        "DeWitt and others, SIGMOD 1984: a group commits when its page is on the disk",
        "modes",
    ),
    Defect(
        "old-log-not-synced",
        "journal",
        "        old.sync()\n",
        "        pass\n",
        "a new log begins while the old one is not on the disk; a sync saves the new one alone",
        "Pillai and others, OSDI 2014 (order between files)",
        "modes",
    ),
    Defect(
        "tail-not-cut",
        "store",
        "            self._renew()\n",
        "            self.recovered.log_end += sum(size for _, _, size in self.recovered.tears)\n"
        "            self.journal.resume()\n",
        "a torn tail stays, and what is acknowledged next stands behind it, out of every reach",
        "amelielabs/amelie#17; kingroryg/turbokv#8; google/leveldb PR#1336",
        "tail",
    ),
    Defect(
        "place-not-in-sum",
        "checks",
        "MASK = 0xFFFFFFFF\n",
        "MASK = 0\n",
        "a checksum does not know where it stands: an old record in a torn tail is taken for one",
        "google/leveldb PR#1336 (a log used again)",
        "tail",
    ),
    Defect(
        "zeros-end-the-log",
        "log_reader",
        "            if self._is_tear(at):\n",
        "            if self._may_tear and (self._is_tear(at) or not any(self._data[at:][:4])):\n",
        "zeros where a record stood are taken for the end of the log, with all that follows",
        "google/leveldb#251",
        "damage",
    ),
    Defect(
        "middle-taken-for-end",
        "log_reader",
        "        if not self._may_tear or self._valid_behind(at) is not None:\n",
        "        if not self._may_tear:\n",
        "damage in the middle of a log is taken for its end: acknowledged records are left out",
        "cockroachdb/pebble#453",
        "damage",
    ),
    Defect(
        "any-end-is-torn",
        "log_tear",
        "    if not _is_cut(data, at) and not _lacks_a_sector(data, at):\n",
        "    if False:\n",
        "a bad record at the end counts as torn, though all its sectors came: it was acknowledged",
        "google/leveldb, db/log_reader.cc (any bad record at the end)",
        "damage",
    ),
    Defect(
        "end-not-in-manifest",
        "journal",
        "            self._catalogue.commit(Edit(last_log=number, logged=self.seq))\n",
        "            self._catalogue.commit(Edit(last_log=number))\n",
        "nobody knows how far a full log went: cut at the end of a record, it is silently shorter",
        "our own; a log that ends early looks like a shorter one",
        "damage",
    ),
    Defect(
        "log-sum-unchecked",
        "log_reader",
        "                or crc32(data[at + 4 : end], (seed + at) & MASK) != crc\n",
        "",
        "the replay of plain puts does not look at the checksum",
        "semidbm, unless asked: 95 of 120 turned bits came back as data",
        "damage",
    ),
    Defect(
        "block-sum-unchecked",
        "table_format",
        '    if check(body, seed, offset) != int.from_bytes(data[-CRC_BYTES:], "little"):\n',
        "    if False:\n",
        "a block of a table is believed as it is read",
        "LevelDB without verify_checksums; sqlite3, lmdb (no sums of pages)",
        "damage",
    ),
    Defect(
        "refused-append-stays",
        "log_writer",
        "        self._cut(size)\n",
        "",
        "half a record that a full disk refused stays, and the next one stands behind it",
        "rocksdb#6316; scylladb#6653 and #2407 (a full disk)",
        "full",
    ),
    Defect(
        "expiring-for-nothing",
        "entries",
        "sum(EACH + len(key) for key in keys) + sum(len(_payload(entry)) for entry in entries)\n",
        "sum(EACH + len(key) for key in keys)\n",
        "what is written in batches or expires counts as its keys alone: logs grow without end",
        "our own: sixty values of 1 MiB stood in a log that ends at 1 MiB",
        "reads",
    ),
    Defect(
        "leftovers-first",
        "catalogue",
        "        if self.current is None:\n            self._new_manifest(",
        "        for name in self._leftovers:\n            self._remove(name)\n"
        "        if self.current is None:\n            self._new_manifest(",
        "old files are removed because of an edit that was read, and that never reached the disk",
        "Rebello and others, ATC 2020 (read from the cache, never on the disk)",
        "lives",
    ),
    Defect(
        "sync-after-crash-idle",
        "store",
        "                self._guarded(self._begin)  # what",
        "                pass  # what",
        "a sync returns, and what was read from the log of a dead process is on no disk",
        "our own; cf. Rebello and others, ATC 2020",
        "lives",
    ),
    Defect(
        "leftovers-stay",
        "catalogue",
        "        for name in self._leftovers:",
        "        for name in ():",
        "what an interrupted flush or compaction left behind is never removed",
        "scylladb#2407 (partial files)",
        "full",
    ),
    Defect(
        "sync-tried-again",
        "log_writer",
        "            raise self._poison(error) from error\n\n    def close",
        "            self._file.sync()\n\n    def close",
        "a sync that failed is tried again; the second one succeeds, and has saved nothing",
        "wiredtiger WT-4045; turso#3077; neon#8140; Rebello and others, ATC 2020",
        "failed-sync",
    ),
    Defect(
        "log-goes-on",
        "store",
        "        if self._was_closed:\n",
        "        if True:\n",
        "after an unclean end the log goes on behind what a failed sync left in memory alone",
        "Rebello and others, ATC 2020 (read from the cache, never on the disk)",
        "failed-sync",
    ),
    Defect(
        "deletion-dropped-early",
        "compaction",
        "        if stays is not None or hides(key):\n",
        "        if stays is not None:\n",
        "a deletion goes while an older value lies below, and the value comes back",
        "scylladb#3560, #8970, #15243 (deleted data came back)",
        "reads",
    ),
    Defect(
        "expired-uncovers",
        "compaction",
        "            stays = None\n",
        "            continue\n",
        "a value that has expired goes while an older one lies below, and that comes back",
        "the same for values that expire",
        "reads",
    ),
    Defect(
        "filter-misses",
        "bloom",
        "        bit = place % bits\n",
        "        bit = (place + 1) % bits\n",
        "the filter asks other bits than were set, and says no of a key that is there",
        "false negatives: what a filter must never have (Bloom, 1970)",
        "reads",
    ),
    Defect(
        "oldest-wins",
        "merge",
        "    for keys, entries in reversed(parts):\n",
        "    for keys, entries in parts:\n",
        "a merge keeps the oldest value of a key, not the newest",
        "skyzh/mini-lsm (the order of iterators)",
        "reads",
    ),
    Defect(
        "index-off-by-one",
        "table_reader",
        "        at = bisect_left(index.lasts, key)",
        "        at = bisect_left(index.lasts, key + bytes(1))",
        "the last key of a block is looked for in the block behind it",
        "Knuth vol. 3, 6.2.1: halving, and why it is hard",
        "reads",
    ),
    Defect(
        "old-table-first",
        "version",
        "-t.info.number if level == 0 else",
        "t.info.number if level == 0 else",
        "of the tables in level 0 the oldest is asked first",
        "skyzh/mini-lsm (level 0 in the wrong order)",
        "reads",
    ),
    Defect(
        "snapshot-sees-later",
        "store",
        "            view = View({}, self._view.frozen, version)\n",
        "            view = View(self._live, self._view.frozen, version)\n",
        "a snapshot shares the memtable with the writers and shows what they do later",
        "skyzh/mini-lsm (snapshots and the memtable)",
        "reads",
    ),
    Defect(
        "pin-forgotten",
        "catalogue",
        "            if id(table) in needed:\n",
        "            if False:\n",
        "tables that were merged away are removed while a snapshot still reads them",
        "skyzh/mini-lsm PR#10 and #12 (flush and compaction at once)",
        "reads",
    ),
)

BY_NAME = {defect.name: defect for defect in DEFECTS}
