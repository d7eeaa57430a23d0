"""Salvage: every intact record of a damaged store, in order, and an honest count of the rest.

A store that finds damage refuses; that is its duty. Salvage is what comes after, by somebody who
has no backup, and its duty is another one: to bring out all that can be proved to be what was
written, nothing else, and to say what is missing.

    newest    logs, each record with a sum that fits        missing operations are counted by
              tables of level 0, the highest number first   their numbers, bad blocks by the
    oldest    the tables of each level below                index, or else by the manifest

They are merged as for a scan, newest first, so a later value replaces an earlier one and a
deletion hides what it deleted. What is lost may have been newer than what is kept: then a key has
an older value here, or one that was deleted is back. Nobody can say which; the report says that
it can be so.

Without CURRENT or the manifest it goes on with what the other files say of themselves (survey.py).
Then a table that was merged away but not removed yet is taken for one that counts.

Nothing is written: the caller puts the entries into a new store.

Source: google/leveldb, db/repair.cc (the idea; it trusts what it cannot prove and counts nothing).

Cost: reads every byte once or twice. Memory for the logs' entries and one block of each table.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from sdcli.core.errors import MissingError
from sdcli.reference.kv.engine.entries import decode
from sdcli.reference.kv.engine.errors import Damaged
from sdcli.reference.kv.engine.fs import read_all
from sdcli.reference.kv.engine.memtable import Frozen
from sdcli.reference.kv.engine.merge import merged
from sdcli.reference.kv.engine.survey import log_walks, survey
from sdcli.reference.kv.engine.table_format import TableInfo, table_name
from sdcli.reference.kv.engine.table_remains import Lost, info_of, properties_in, remains
from sdcli.reference.kv.engine.version import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.reference.kv.engine.entries import Entry, Expiring
    from sdcli.reference.kv.engine.fs import FileSystem
    from sdcli.reference.kv.engine.log_walk import LogWalk
    from sdcli.reference.kv.engine.merge import Blocks
    from sdcli.reference.kv.engine.survey import Survey


@dataclass(frozen=True, slots=True)
class Loss:
    """A stretch of a file out of which nothing could be saved.

    Args:
        file, offset, bytes: where it is; all of a file that is missing has 0 bytes.
        operations: that were in it; None where nobody can say.
        why: in words.
    """

    file: str
    offset: int
    bytes: int
    operations: int | None
    why: str


@dataclass
class Salvaged:
    """What was saved, and what was not; complete once `entries` has run to its end.

    Args:
        records, operations: of logs, that are intact.
        blocks, table_entries: of tables, that are intact.
        lost: operations and entries that are known to be missing.
        is_lost_known: whether `lost` is all; else it is the least that is missing.
        losses: the stretches that were passed over, in the order of reading.
        unreadable: files out of which nothing came.
        notes: what else somebody should know, in sentences.
    """

    records: int = 0
    operations: int = 0
    blocks: int = 0
    table_entries: int = 0
    lost: int = 0
    is_lost_known: bool = True
    losses: list[Loss] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _sources: list[Blocks] = field(default_factory=list)

    @property
    def bytes_skipped(self) -> int:
        """Bytes out of which nothing could be saved."""
        return sum(loss.bytes for loss in self.losses)

    @property
    def blocks_lost(self) -> int:
        """Stretches of tables out of which nothing could be saved: with an index, single blocks."""
        return sum(loss.file.endswith(".table") and loss.bytes > 0 for loss in self.losses)

    @property
    def may_be_older(self) -> bool:
        """Whether what is lost may have been newer than what is kept."""
        return self.lost > 0 or not self.is_lost_known

    def entries(self) -> Iterator[tuple[bytes, bytes | Expiring]]:
        """Keys with their newest intact values, in order; those deleted are left out. Once."""
        for keys, entries in merged(self._sources):
            for key, entry in zip(keys, entries, strict=True):
                if entry is not None:
                    yield key, entry


def salvage(fs: FileSystem) -> Salvaged:
    """Find what is intact in a folder; nothing there is changed.

    Raises:
        InputError: a later version of the program wrote this store.
    """
    found = survey(fs)
    saved = Salvaged()
    infos = _tables(fs, found)
    if found.store_id is None:
        saved.is_lost_known = found.is_empty
        saved.unreadable += [
            name for name in found.names if name.endswith((".log", ".table", ".manifest"))
        ]
        return saved
    for damage in found.damages:
        saved.losses.append(Loss(damage.file, damage.offset, 0, None, damage.what))
    _note_what_nobody_knows(found, saved)
    saved._sources.append(Frozen(_replayed(fs, found, infos, saved)).blocks())  # noqa: SLF001
    for run in _runs(infos):
        saved._sources.append(_saved_of_run(fs, run, found.store_id, saved))  # noqa: SLF001
    return saved


def _note_what_nobody_knows(found: Survey, saved: Salvaged) -> None:
    """What CURRENT and the manifest would tell, where they cannot be read."""
    if found.current is None and not found.is_empty:
        saved.is_lost_known = False
        saved.notes.append("CURRENT is damaged, so nobody can say whether a log has lost its end")
    if found.layout is not None or found.is_empty:
        return
    saved.is_lost_known = False
    saved.notes.append("the manifest is damaged, so nobody can say whether a file is missing")
    if found.numbers["table"]:
        saved.notes.append(
            "every table that is there counts: where one was merged away and not removed yet,"
            " a key that was deleted may be back"
        )
    missing = found.known.keys() - found.gone - set(found.numbers["table"])
    if missing:
        names = ", ".join(table_name(number) for number in sorted(missing))
        saved.notes.append(f"an edit names what is not there, merged away since or lost: {names}")


def _tables(fs: FileSystem, found: Survey) -> list[TableInfo]:
    """The tables that count; without a layout, all that are there and were not merged away."""
    if found.layout is not None:
        return list(found.layout.tables)
    if found.store_id is None:
        return []
    numbers = [number for number in found.numbers["table"] if number not in found.gone]
    return [_info(fs, number, found, found.store_id) for number in numbers]


def _info(fs: FileSystem, number: int, found: Survey, store_id: bytes) -> TableInfo:
    """What is known of a table: by the manifest, by its own properties, or that it is there."""
    if number in found.known:
        return found.known[number]
    with suppress(Damaged, MissingError):
        return info_of(fs, number, store_id)
    data = b""
    with suppress(Damaged, MissingError):
        data = read_all(fs, table_name(number))
    found_there = properties_in(data, number, store_id)
    if found_there is not None:
        return found_there
    # Nobody knows how new it is, so everything else hides what it has.
    return TableInfo(LEVELS, number, len(data), 0, b"", b"", 0, 0, 0, 0)


def _replayed(
    fs: FileSystem, found: Survey, infos: list[TableInfo], saved: Salvaged
) -> dict[bytes, Entry]:
    """What the intact records of the logs do, one after the other."""
    live: dict[bytes, Entry] = {}
    # A log is flushed whole; so what tables have of it, they have in a newer state or merged away.
    flushed = max((info.seq_max for info in infos), default=0) if found.layout is None else 0
    walks: list[LogWalk] = []
    for walk in log_walks(fs, found):
        walks.append(walk)
        for record in walk:
            if record.last_seq > flushed:
                live.update(zip(*decode(record.payload), strict=True))
        saved.records += walk.records
        saved.operations += walk.operations
    for walk in walks:
        saved.lost += walk.lost
        saved.is_lost_known = saved.is_lost_known and not walk.is_open_ended
        for at, damage in enumerate(walk.damages):
            # How many operations went is known for the log as a whole.
            lost = None if at or walk.is_open_ended else walk.lost
            size = walk.skipped if at == 0 else 0
            saved.losses.append(Loss(walk.name, damage.offset, size, lost, damage.what))
        if walk.refused is not None:
            saved.losses.append(Loss(walk.name, 0, 0, None, walk.refused.what))
            saved.unreadable.append(walk.name)
        if walk.damages and not walk.records and (walk.lost or walk.is_open_ended):
            saved.unreadable.append(walk.name)
    return live


def _runs(infos: list[TableInfo]) -> Iterator[list[TableInfo]]:
    """Tables as sorted runs, newest first: a level whose tables do not overlap is one run."""
    for level in sorted({info.level for info in infos}):
        here = sorted((info for info in infos if info.level == level), key=lambda i: i.first)
        if 0 < level < LEVELS and all(a.last < b.first for a, b in pairwise(here)):
            yield here
        else:
            for info in sorted(here, key=lambda i: -i.number):
                yield [info]


def _saved_of_run(fs: FileSystem, run: list[TableInfo], store_id: bytes, saved: Salvaged) -> Blocks:
    for info in run:
        yield from _saved_of_table(fs, info, store_id, saved)


def _saved_of_table(fs: FileSystem, info: TableInfo, store_id: bytes, saved: Salvaged) -> Blocks:
    """The intact blocks of one table; what is not is counted on the way."""
    name, kept = table_name(info.number), 0
    lost: list[Lost] = []
    for piece in remains(fs, info, store_id):
        if isinstance(piece, Lost):
            lost.append(piece)
            continue
        kept += len(piece.keys)
        saved.blocks += 1
        saved.table_entries += len(piece.keys)
        yield piece.keys, piece.entries
    missing = info.entries - kept if info.entries else None
    if missing != 0:
        if not lost:  # what is left is whole, and not all
            lost.append(Lost(info.size, info.size, missing, "the end of this table is missing"))
        single = missing if len(lost) == 1 else None
        for piece in lost:
            count = piece.entries if piece.entries is not None else single
            size = piece.end - piece.offset
            saved.losses.append(Loss(name, piece.offset, size, count, piece.why))
        saved.lost += missing or 0
        saved.is_lost_known = saved.is_lost_known and missing is not None
        if not kept:
            saved.unreadable.append(name)
