"""Verification: every byte of every file of a store that matters, compared with its checksum.

A read checks what it reads and no more, so damage in a part that nobody asks for stays unseen
until somebody does, perhaps when the last good backup is gone. `verify` reads everything, and goes
on when it has found something: the answer is a list.

    CURRENT     its own sum
    manifest    the sum of each edit, whether they follow from each other, and after a clean close
                length and sum of the whole file
    tables      each block, the filter, the index, the footer, what they say of each other, and the
                whole file as the manifest knows it (table_check.py)
    logs        the sum of each record, the numbers of the operations, and after a clean close
                length and sum of the newest

Last comes what opening the store would say, which compares the files with each other. A *tear*,
the half-written end of the newest log of a store that was not closed, is no damage: nobody was
told that it was done. Files that no part of the store needs are named, and not read.

Sources: B. Schroeder and others, "Understanding Latent Sector Errors and How to Protect Against
Them", FAST 2010 (why to read what nobody asks for).

Cost: reads every byte twice; about 50 MB a second.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sdcli.reference.kv.engine.cache import Cache
from sdcli.reference.kv.engine.current import CURRENT
from sdcli.reference.kv.engine.errors import Damaged
from sdcli.reference.kv.engine.fs import bytes_in
from sdcli.reference.kv.engine.names import is_of_a_store
from sdcli.reference.kv.engine.recovery import blamed, recover
from sdcli.reference.kv.engine.survey import log_walks, needed, survey
from sdcli.reference.kv.engine.table_check import crc_of, faults_of
from sdcli.reference.kv.engine.table_file import TableFile
from sdcli.reference.kv.engine.table_format import table_name
from sdcli.reference.kv.engine.table_remains import info_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdcli.reference.kv.engine.fs import FileSystem
    from sdcli.reference.kv.engine.log_walk import LogWalk
    from sdcli.reference.kv.engine.survey import Survey


@dataclass
class Report:
    """What was checked, and what was found.

    Args:
        files, bytes: how much was read; files that the store does not need are not among them.
        edits: of the manifest, that check.
        records, operations: of the logs, that check.
        tables, blocks, entries: of the tables; blocks are those that check.
        damages: what is wrong, each with file and offset, by file.
        tears: (file, offset, bytes) of half-written ends, which are left out.
        leftovers: files that no part of the store needs; the next write removes those of its own.
        is_closed: whether the store was closed; None when nobody can say.
    """

    files: int = 0
    bytes: int = 0
    edits: int = 0
    records: int = 0
    operations: int = 0
    tables: int = 0
    blocks: int = 0
    entries: int = 0
    damages: list[Damaged] = field(default_factory=list)
    tears: list[tuple[str, int, int]] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)
    is_closed: bool | None = None

    def count(self, size: int) -> None:
        """One more file was read."""
        self.files += 1
        self.bytes += size

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.damages


def verify(fs: FileSystem, *, live: Mapping[str, int] | None = None) -> Report:
    """Check the store in a folder; nothing is changed.

    Args:
        fs: the folder; nobody writes there meanwhile, except as `live` says.
        live: for a store that is open and was written to, whose lock the caller holds: the size
            of each file that is being written to. It has no tears.

    Raises:
        InputError: a later version of the program wrote this store.
        MissingError: the system refuses to read a file.
    """
    found = survey(fs, is_live=live is not None)
    report = Report(is_closed=found.is_closed, damages=list(found.damages))
    if found.is_empty:
        return report
    if CURRENT in found.names:
        with suppress(Damaged):
            report.count(bytes_in(fs, CURRENT))
    if found.manifest is not None:
        report.edits = found.manifest.records
        _count(report, found.manifest)
    _tables(fs, found, report)
    walks = []
    for walk in log_walks(fs, found, is_live=live is not None):
        walks.append(walk)
        for record in walk:
            report.records += 1
            report.operations += record.operations
        if walk.refused is not None:
            raise walk.refused
    for walk in walks:  # afterwards: what one lacks at its end is known when the next one begins
        report.damages += walk.damages
        _count(report, walk)
    for name, size in (live or {}).items():
        _compare_size(fs, name, size, report)
    if report.is_sound and live is None:
        try:
            recover(fs, Cache(0))
        except Damaged as error:
            report.damages.append(error)
    if found.layout is not None:
        wanted = needed(found)
        # What an open store has beside its layout is at work: half-made tables, pinned ones.
        is_at_work = is_of_a_store if live is not None else wanted.__contains__
        report.leftovers = [
            name for name in found.names if name not in wanted and not is_at_work(name)
        ]
    if found.manifest is not None:
        name, tear = found.manifest.name, found.manifest.tear
        report.damages = [blamed(damage, found.names, name, tear) for damage in report.damages]
    report.damages.sort(key=lambda damage: (damage.file, damage.offset))
    return report


def _tables(fs: FileSystem, found: Survey, report: Report) -> None:
    """Each table of the layout; without one, each that is there, by what it says of itself."""
    if found.store_id is None:
        return
    infos = list(found.layout.tables) if found.layout else []
    for number in () if found.layout else found.numbers["table"]:
        try:
            if number not in found.gone:
                info = info_of(fs, number, found.store_id)
                # Nobody else knows its sum, and every part of it is compared anyway.
                crc = crc_of(TableFile(fs, info, found.store_id))
                infos.append(replace(info, crc=crc))
        except Damaged as error:
            report.damages.append(error)
            with suppress(Damaged):
                report.count(bytes_in(fs, table_name(number)))
    for info in infos:
        faults = faults_of(fs, info, found.store_id)
        report.damages += faults
        report.tables += 1
        report.entries += info.entries
        with suppress(Damaged):
            report.count(bytes_in(fs, table_name(info.number)))
            file = TableFile(fs, info, found.store_id)
            bad = sum(fault.offset < file.footer.filter.offset for fault in faults)
            report.blocks += max(0, len(file.index()[0]) - bad)


def _count(report: Report, walk: LogWalk) -> None:
    if walk.is_there:
        report.count(walk.size)
    if walk.tear is not None:
        report.tears.append((walk.name, walk.tear, walk.size - walk.tear))


def _compare_size(fs: FileSystem, name: str, size: int, report: Report) -> None:
    """A file that this process writes to has the bytes that it wrote, neither fewer nor more."""
    with suppress(Damaged):  # one that is missing was told of
        there = bytes_in(fs, name)
        if there != size and all(damage.file != name for damage in report.damages):
            what = f"{size:,} bytes were written to this file, it has {there:,}"
            report.damages.append(Damaged(name, min(size, there), what))
