"""A survey of a folder: whose files these are and which of them count, whatever is damaged.

Opening a store goes from CURRENT to the manifest to everything else, and stops when a step is
missing. Here each step has a second way. Who the store is, is told by CURRENT or, without it, by
the headers and footers of the other files, whose sums fit for one store only. Which files count, is
told by the manifest, or else all of them do, apart from those that some intact edit has removed.

What the second way can get wrong: a table that was merged away, and was not removed because the
power went just then, may still be there, and its old values with it. `layout` is None then, and
whoever uses the survey has to say so.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sdcli.core.errors import MissingError
from sdcli.reference.kv.engine.checks import check
from sdcli.reference.kv.engine.current import CURRENT, Current, read_current
from sdcli.reference.kv.engine.errors import Damaged
from sdcli.reference.kv.engine.fs import ID_BYTES, names_in, read_all
from sdcli.reference.kv.engine.log_format import (
    HEADER_BYTES,
    LOG,
    MANIFEST,
    log_name,
    owner_of,
)
from sdcli.reference.kv.engine.log_walk import LogWalk
from sdcli.reference.kv.engine.manifest import Edit, Layout, fold, lost_end, manifest_name
from sdcli.reference.kv.engine.names import kind_and_number
from sdcli.reference.kv.engine.recovery import later_log
from sdcli.reference.kv.engine.table_format import (
    CRC_BYTES,
    FOOTER_BYTES,
    MAGIC,
    table_name,
    table_seed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sdcli.reference.kv.engine.fs import FileSystem
    from sdcli.reference.kv.engine.table_format import TableInfo

_ID_AT = 12  # in the header of a log as in the footer of a table
_SURE, _PERHAPS = 1_000_000, 1  # what a claim with a sum that fits weighs, and one without


@dataclass
class Survey:
    """What was found.

    Args:
        names: of all files in the folder.
        current: what CURRENT says, or None.
        store_id: of the store; None when no file tells it.
        damages: of CURRENT and the manifest.
        manifest: the walk through it; None when there is none.
        layout: which files count; None when nobody can say.
        known: what intact edits say of tables, by number.
        gone: tables that some edit has removed.
        first_log: the first log that may hold what no table does.
        numbers: of the files that are there, by kind.
    """

    names: Sequence[str]
    current: Current | None = None
    store_id: bytes | None = None
    damages: list[Damaged] = field(default_factory=list)
    manifest: LogWalk | None = None
    layout: Layout | None = None
    known: dict[int, TableInfo] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    first_log: int = 1
    numbers: dict[str, list[int]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is no store here, nor what is left of one."""
        return self.current is None and not self.damages

    @property
    def is_closed(self) -> bool | None:
        """Whether the store was closed; None when nobody can say."""
        return None if self.current is None else self.current.closed


def survey(fs: FileSystem, *, is_live: bool = False) -> Survey:
    """Look at a folder; nothing is changed.

    Args:
        fs: the folder.
        is_live: this process writes to the store, so what is half written is damage, not a tear.

    Raises:
        InputError: a later version of the program wrote this store.
        MissingError: the system refuses to read CURRENT or the manifest.
    """
    names = names_in(fs)
    found = Survey(names, numbers={"log": [], "table": [], "manifest": []})
    for name in names:
        if place := kind_and_number(name):
            found.numbers[place[0]].append(place[1])
    for numbers in found.numbers.values():
        numbers.sort()
    try:
        found.current = read_current(fs)
    except Damaged as error:
        found.damages.append(error)
    if found.current is not None:
        _doubt_current(fs, found, found.current)
    if found.current is not None:
        found.store_id = found.current.store_id
    elif found.damages or found.numbers["log"] or found.numbers["table"]:
        if not found.damages:
            found.damages.append(Damaged(CURRENT, 0, "this file is missing"))
        found.store_id = likely_id(fs, names)
    elif found.numbers["manifest"]:
        _look_for_more_than_a_beginning(fs, found)
    _read_manifest(fs, found, is_live=is_live)
    _look_for_later_logs(fs, found)
    return found


def _doubt_current(fs: FileSystem, found: Survey, current: Current) -> None:
    """An intact CURRENT of another store, put here by mistake, when all others say so."""
    votes = _votes(fs, [name for name in found.names if name != CURRENT])
    if votes.get(current.store_id, 0) < _SURE <= max(votes.values(), default=0):
        what = "this file is of another store than the others"
        found.damages.append(Damaged(CURRENT, 0, what, given=f"store {current.store_id.hex()}"))
        found.current = None


def _look_for_more_than_a_beginning(fs: FileSystem, found: Survey) -> None:
    """A manifest alone is what a creation leaves that was cut short, unless it has a history."""
    number = found.numbers["manifest"][-1]
    store_id = likely_id(fs, found.names)
    if store_id is None:
        return
    walk = LogWalk(fs, manifest_name(number), MANIFEST, store_id, number)
    if sum(1 for _ in walk) > 1:
        found.damages.append(Damaged(CURRENT, 0, "this file is missing"))
        found.store_id = store_id


def _read_manifest(fs: FileSystem, found: Survey, *, is_live: bool) -> None:
    """Fold the manifest that CURRENT names, or without it the newest."""
    current, numbers = found.current, found.numbers["manifest"]
    if found.store_id is None or (current is None and (not numbers or not found.damages)):
        return
    number = current.manifest if current else numbers[-1]
    closed = current is not None and current.closed
    walk = found.manifest = LogWalk(
        fs,
        manifest_name(number),
        MANIFEST,
        found.store_id,
        number,
        is_closed=(current.manifest_bytes, current.manifest_crc) if closed and current else None,
        may_tear=not closed and not is_live,
        after_seq=0,
    )
    layout: Layout | None = None
    for record in walk:
        try:
            edit = Edit.decode(record.payload)
            found.gone |= {gone for _, gone in edit.remove}
            found.known |= {info.number: info for info in edit.add}
            found.first_log = max(found.first_log, edit.first_log or 0)
            layout = fold(layout, edit)
        except ValueError as error:
            if not walk.damages:
                what = f"this edit does not fit what stands before it: {error}"
                walk.damages.append(Damaged(walk.name, record.offset, what))
    if walk.refused is not None:
        raise walk.refused
    if layout is None and not walk.damages:
        what = "the layout that a manifest begins with is missing"
        walk.damages.append(Damaged(walk.name, min(walk.size, HEADER_BYTES), what))
    found.damages += walk.damages
    found.layout = None if walk.damages else layout


def _look_for_later_logs(fs: FileSystem, found: Survey) -> None:
    """A log that the manifest does not know was written to: then it is an older manifest."""
    if found.layout is None or found.store_id is None or found.manifest is None:
        return
    manifest = found.manifest
    with suppress(Damaged, MissingError):  # a log of no use that cannot be read is no damage
        damage = later_log(fs, found.store_id, found.layout, manifest.name, manifest.end)
        if damage is not None:
            found.damages.append(damage)
            found.layout = None


def likely_id(fs: FileSystem, names: Sequence[str]) -> bytes | None:
    """The store that most of these files say they belong to."""
    votes = _votes(fs, names)
    return max(sorted(votes), key=votes.__getitem__, default=None)


def _votes(fs: FileSystem, names: Sequence[str]) -> dict[bytes, int]:
    """What weight the claims of these files have, by store."""
    votes: dict[bytes, int] = {}
    for name in names:
        for store_id, weight in _claims(fs, name):
            votes[store_id] = votes.get(store_id, 0) + weight
    return votes


def _claims(fs: FileSystem, name: str) -> Iterator[tuple[bytes, int]]:
    place = kind_and_number(name)
    with suppress(Damaged, MissingError, OSError):
        if name == CURRENT:
            said = re.search(rb'"store":"([0-9a-f]{32})"', read_all(fs, name))
            if said:
                yield bytes.fromhex(said[1].decode()), _PERHAPS
        elif place and place[0] == "table":
            file = fs.read(name)
            at = file.size - FOOTER_BYTES
            footer = file.pread(at, FOOTER_BYTES) if at >= 0 else b""
            if footer[:8] == MAGIC:
                store_id = footer[_ID_AT : _ID_AT + ID_BYTES]
                crc = check(footer[:-CRC_BYTES], table_seed(store_id, place[1]), at)
                fits = footer[-CRC_BYTES:] == crc.to_bytes(CRC_BYTES, "little")
                yield store_id, _SURE if fits else _PERHAPS
        elif place:
            kind = LOG if place[0] == "log" else MANIFEST
            header = fs.read(name).pread(0, HEADER_BYTES)
            owner = owner_of(header, kind, place[1])
            if owner is not None:
                yield owner, _SURE
            elif len(header) == HEADER_BYTES:  # any of its bytes may be the bad one
                yield header[_ID_AT : _ID_AT + ID_BYTES], _PERHAPS


def log_walks(fs: FileSystem, found: Survey, *, is_live: bool = False) -> Iterator[LogWalk]:
    """The logs that may hold what no table does, oldest first; each is walked before the next.

    What was lost at the end of one log is counted, and told, when the next one begins.
    """
    if found.store_id is None:
        return
    layout, current = found.layout, found.current
    there = [number for number in found.numbers["log"] if number >= found.first_log]
    numbers = range(layout.first_log, layout.last_log + 1) if layout else there
    last_seq = layout.seq if layout else None
    is_closed = current is not None and current.closed
    open_ended: list[LogWalk] = []
    for number in numbers:
        walk = LogWalk(
            fs,
            log_name(number),
            LOG,
            found.store_id,
            number,
            is_closed=(current.log_bytes, current.log_crc)
            if current is not None and is_closed and number == current.log
            else None,
            may_tear=number == numbers[-1] and not is_closed and not is_live,
            after_seq=None if open_ended else last_seq,
        )
        yield walk
        if walk.first_seq is not None and last_seq is not None and open_ended:
            walk.lost += max(0, walk.first_seq - last_seq - 1)
            for before in open_ended:
                before.is_open_ended = False
            open_ended = []
        if walk.is_open_ended:
            open_ended.append(walk)
        last_seq = last_seq if walk.last_seq is None else walk.last_seq
        if layout is not None and number == layout.last_log - 1:
            _compare_end(walk, last_seq or 0, layout.logged)
            for before in open_ended:
                before.is_open_ended = False
            last_seq, open_ended = max(last_seq or 0, layout.logged), []


def _compare_end(walk: LogWalk, last_seq: int, logged: int) -> None:
    """The manifest knows with which operation the logs before the newest ended."""
    if last_seq < logged:
        walk.lost += logged - last_seq
        if not walk.is_open_ended:  # else it was told of
            walk.damages.append(Damaged(walk.name, walk.size, lost_end(last_seq, logged)))


def needed(found: Survey) -> set[str]:
    """The files that the store needs, as far as that is known."""
    names = {CURRENT, "LOCK"}
    if found.manifest is not None:
        names.add(found.manifest.name)
    layout = found.layout
    if layout is not None:
        names |= {table_name(info.number) for info in layout.tables}
        names |= {log_name(number) for number in range(layout.first_log, layout.last_log + 1)}
    return names
