"""The manifest: the history of which tables and logs count, one edit after another.

A folder of files does not say which of them belong together: a compaction that was cut short
leaves new tables beside the old ones, and both look whole. So each change is one *edit*, one
record in a log of its own kind: "tables 7 and 8 come, 3, 5 and 6 go". A record is there or is not,
hence the change has happened or has not; folding all edits gives the *layout* of now.

    {"add":[],"first_log":1,"last_log":0,...,"seq":0,"snapshot":true}   the first is a whole layout
    {"last_log":1,"logged":0,"next_table":1}                            log 1 is going to be used
    {"last_log":2,"logged":96,"next_table":1}                           log 2; log 1 ends with 96
    {"add":[{...}],"first_log":2,"next_table":2,"seq":96}               a flush
    {"add":[{...}],"remove":[[0,1],[0,2]]}                              a compaction

A log that goes on says where the log before it ended, for its first operation has the number after
the last one there. As long as it has none, nobody would miss what the end of the older log held.
So the edit that makes a log known says it too (`logged`).

Every edit is checked against the layout before it: nothing goes that was not there, no number
comes twice, nothing counts backwards. What contradicts itself was not written by this program.
formats/manifest.md has the bytes.

Invariants of a layout (`check()` asserts them):
    1. Each table stands under its own number, which is smaller than `next_table`.
    2. 1 <= first_log <= last_log + 1; while there is no log, last_log is 0.
    3. No table has an operation newer than `seq`.
    4. Where only the newest log counts, tables have whatever stood in those before it.

Source: google/leveldb, doc/impl.md, "Manifest" (there called version edits).

Cost: an edit a few hundred bytes for each table in it; folding one O(tables).

>>> layout = Layout().after(Edit(last_log=1, logged=0)).after(Edit(last_log=2, logged=96))
>>> layout = layout.after(Edit(first_log=2, seq=96))
>>> layout.first_log, layout.last_log, layout.logged, layout.seq
(2, 2, 96, 96)
>>> Edit(first_log=2, seq=96).encode()
b'{"first_log":2,"seq":96}'
"""

# ruff: noqa: S101 - check() asserts, that is its promise
from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sdcli.reference.kv.engine.errors import Damaged
from sdcli.reference.kv.engine.fs import read_all
from sdcli.reference.kv.engine.log_format import EDIT, HEADER_BYTES, MANIFEST, RECORD
from sdcli.reference.kv.engine.log_reader import LogReader
from sdcli.reference.kv.engine.log_writer import LogWriter
from sdcli.reference.kv.engine.table_format import TableInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdcli.reference.kv.engine.current import Current
    from sdcli.reference.kv.engine.fs import FileSystem

COUNTERS = ("first_log", "last_log", "logged", "next_table", "seq")


def manifest_name(number: int) -> str:
    """What the manifest of that number is called.

    >>> manifest_name(1)
    '000001.manifest'
    """
    return f"{number:06}.manifest"


@dataclass(slots=True)
class Edit:
    """One change of a layout; a counter that is None stays as it is.

    Args:
        first_log: the oldest log that still holds what no table does.
        last_log: the newest log.
        logged: all operations up to this one stood in logs when the newest was made.
        next_table: a number that no table had yet.
        seq: all operations up to this one are in tables.
        add: tables that come.
        remove: (level, number) of tables that go, before the others come.
        is_snapshot: a whole layout, whatever was before.
    """

    first_log: int | None = None
    last_log: int | None = None
    logged: int | None = None
    next_table: int | None = None
    seq: int | None = None
    add: list[TableInfo] = field(default_factory=list)
    remove: list[tuple[int, int]] = field(default_factory=list)
    is_snapshot: bool = False

    def as_json(self) -> dict[str, Any]:
        """What it says, by name, without what it leaves alone."""
        said: dict[str, Any] = {
            name: getattr(self, name) for name in COUNTERS if getattr(self, name) is not None
        }
        if self.add or self.is_snapshot:
            said["add"] = [info.as_json() for info in self.add]
        if self.remove:
            said["remove"] = [list(place) for place in self.remove]
        if self.is_snapshot:
            said["snapshot"] = True
        return said

    def encode(self) -> bytes:
        """Its record's payload."""
        return json.dumps(self.as_json(), sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def decode(cls, payload: bytes) -> Edit:
        """The edit that a payload says.

        Raises:
            ValueError: it says none; what is asked after the checksum did fit, so seldom.
        """
        try:
            said = json.loads(payload)
            unknown = said.keys() - {*COUNTERS, "add", "remove", "snapshot"}
            if unknown:
                raise ValueError(f"nobody knows {', '.join(sorted(unknown))}")
            for name in COUNTERS:
                if name in said and (type(said[name]) is not int or said[name] < 0):
                    raise ValueError(f"{name} is {said[name]!r}")
            return cls(
                **{name: said.get(name) for name in COUNTERS},
                add=[TableInfo.from_json(info) for info in said.get("add", [])],
                remove=[(int(level), int(number)) for level, number in said.get("remove", [])],
                is_snapshot=said.get("snapshot", False) is True,
            )
        except (TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ValueError(f"{type(error).__name__}: {error}") from None


@dataclass(frozen=True, slots=True)
class Layout:
    """Which files count. Immutable; a new one is the layout of an empty store.

    Args:
        first_log, last_log: the logs that are to be replayed, both included.
        logged: the last operation of the logs before the newest, as it was when that was made.
        next_table: a number that no table had yet.
        seq: all operations up to this one are in tables.
        by_number: the tables. Nobody changes it.
    """

    first_log: int = 1
    last_log: int = 0
    logged: int = 0
    next_table: int = 1
    seq: int = 0
    by_number: Mapping[int, TableInfo] = field(default_factory=dict)

    @property
    def tables(self) -> tuple[TableInfo, ...]:
        """All tables, by number."""
        return tuple(self.by_number[number] for number in sorted(self.by_number))

    def after(self, edit: Edit) -> Layout:
        """The layout that an edit makes of this one.

        Raises:
            ValueError: the edit contradicts what is here.
        """
        if edit.is_snapshot:
            if missing := [name for name in COUNTERS if getattr(edit, name) is None]:
                raise ValueError(f"a whole layout without {', '.join(missing)}")
            if edit.remove:
                raise ValueError("a whole layout from which something goes")
        before = Layout() if edit.is_snapshot else self
        now = {}
        for name in COUNTERS:
            old, new = getattr(before, name), getattr(edit, name)
            if new is not None and new < old:
                raise ValueError(f"{name} goes back from {old:,} to {new:,}")
            now[name] = old if new is None else new
        if now["first_log"] > now["last_log"] + 1:
            raise ValueError(f"log {now['first_log']} is the first, {now['last_log']} the last")
        if now["first_log"] >= now["last_log"] and now["logged"] > now["seq"]:
            raise ValueError(
                f"operations up to {now['logged']:,} stood in logs that do not count any more; "
                f"tables hold those up to {now['seq']:,}"
            )
        tables = dict(before.by_number)
        for level, number in edit.remove:
            gone = tables.pop(number, None)
            if gone is None or gone.level != level:
                raise ValueError(f"table {number} goes from level {level}, where it is not")
        for info in edit.add:
            if info.number in tables or not 0 < info.number < now["next_table"]:
                raise ValueError(f"table {info.number} comes; the next is {now['next_table']}")
            if info.seq_max > now["seq"]:
                raise ValueError(
                    f"table {info.number} holds operation {info.seq_max:,}; "
                    f"tables hold those up to {now['seq']:,}"
                )
            tables[info.number] = info
        return Layout(**now, by_number=tables)

    def as_edit(self) -> Edit:
        """The whole of it as one edit, which a manifest begins with."""
        return Edit(
            **{name: getattr(self, name) for name in COUNTERS},
            add=list(self.tables),
            is_snapshot=True,
        )

    def with_next_table(self, number: int) -> Layout:
        """The same with another `next_table`: numbers were given away since."""
        return replace(self, next_table=number)

    def check(self) -> None:
        """Assert the invariants.

        Raises:
            AssertionError: one does not hold.
        """
        for number, info in self.by_number.items():
            assert info.number == number, f"1: table {info.number} stands under {number}"
            assert 0 < number < self.next_table, f"1: table {number} is yet to come"
            assert info.seq_max <= self.seq, f"3: table {number} is newer than the layout"
        assert 1 <= self.first_log <= self.last_log + 1, "2: the logs are in no order"
        is_one = self.first_log >= self.last_log
        assert not is_one or self.logged <= self.seq, "4: operations of logs that are gone"

    def describe(self) -> str:
        """Its state as text."""
        logs = f"logs {self.first_log} to {self.last_log}" if self.last_log else "no log"
        tables = ", ".join(f"{info.number} in level {info.level}" for info in self.tables)
        return f"{logs}; operations up to {self.seq:,} in tables: {tables or 'none'}"


def lost_end(last_seq: int, logged: int) -> str:
    """What is wrong with a log before the newest that ends too early, in words."""
    count = logged - last_seq
    missing = "1 operation is" if count == 1 else f"{count:,} operations are"
    return f"{missing} missing at the end of this log"


class ManifestWriter:
    """One manifest to append to.

    Args:
        fs: the folder.
        store_id: of the store.
        number: of the manifest.
        resume_at: None makes a new one; otherwise it exists and goes on at this byte, which
            `read_manifest` gave as its end.
        crc: with `resume_at`, what `read_manifest` gave.

    Raises:
        DiskRefused, Damaged: as LogWriter does.
    """

    def __init__(
        self,
        fs: FileSystem,
        store_id: bytes,
        number: int,
        *,
        resume_at: int | None = None,
        crc: int = 0,
    ) -> None:
        self.number = number
        name = manifest_name(number)
        self._log = LogWriter(fs, name, MANIFEST, store_id, number, resume_at=resume_at, crc=crc)
        self._edits = 0 if resume_at is None else _last_seq(read_all(fs, name))

    @property
    def size(self) -> int:
        """Bytes in it now."""
        return self._log.size

    @property
    def crc(self) -> int:
        """Plain CRC-32 of all of it."""
        return self._log.crc

    def append(self, edit: Edit) -> int:
        """Add an edit; it has happened once `sync` has returned, not before.

        Returns:
            The offset of its record.

        Raises:
            DiskRefused, Poisoned: as LogWriter does.
        """
        offset = self._log.append(EDIT, self._edits + 1, edit.encode())
        self._edits += 1
        return offset

    def sync(self) -> None:
        """Return once every edit so far survives a power cut.

        Raises:
            Poisoned: nobody knows.
        """
        self._log.sync()

    def close(self) -> None:
        """Let go of the file, without a sync."""
        self._log.close()


def _last_seq(data: bytes) -> int:
    """The number of the last edit in a manifest that was just read, so every record is whole."""
    at, seq = HEADER_BYTES, 0
    while at + RECORD.size <= len(data):
        _sum, length, _type, seq = RECORD.unpack_from(data, at)
        at += RECORD.size + length
    return seq


def fold(layout: Layout | None, edit: Edit) -> Layout:
    """The layout that an edit makes of the one before it, or of none.

    Raises:
        ValueError: the edit contradicts what is before it.
    """
    if edit.is_snapshot != (layout is None):
        raise ValueError("a whole layout stands first, and nowhere else")
    return (layout or Layout()).after(edit)


def read_manifest(fs: FileSystem, current: Current) -> tuple[Layout, int, int, int | None]:
    """The layout that the manifest of a store says, read to its end.

    Returns:
        (layout, end, crc, tear): where a writer goes on, the plain CRC-32 of the file up to there,
        and the offset of a half-written last edit, or None.

    Raises:
        Damaged: the manifest is missing, or holds other bytes than were written.
    """
    name = manifest_name(current.manifest)
    closed = (current.manifest_bytes, current.manifest_crc) if current.closed else None
    layout, at = None, HEADER_BYTES
    try:
        reader = LogReader(
            fs,
            name,
            MANIFEST,
            current.store_id,
            current.manifest,
            is_closed=closed,
            may_tear=closed is None,
        )
        for record in reader:
            at = record.offset
            layout = fold(layout, Edit.decode(record.payload))
    except ValueError as error:
        raise Damaged(name, at, f"this edit does not fit what stands before it: {error}") from None
    if layout is None:
        # It was synced before CURRENT named it: a power cut cannot have taken this.
        raise Damaged(name, reader.end, "the layout that a manifest begins with is missing")
    return layout, reader.end, reader.crc, reader.tear
