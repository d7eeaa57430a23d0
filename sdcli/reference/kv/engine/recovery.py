"""Recovery: what the files of a store say, before anything is changed.

Opening a store reads CURRENT, then the manifest that it names, then the logs that the manifest
names, and looks at the size of every table. Each step names what the next one must find; so a file
that is missing, exchanged or older than it should be is noticed, and the error says which. Nothing
is written here: the first write makes what was found anew (Store._renew) and removes the rest.

What ends a log decides what a bad record means:
    after a clean close   CURRENT has the length and the sum of log and manifest; every bad byte is
                          damage.
    after anything else   the last record of the newest log may be half written: a *tear*. It was
                          never acknowledged, so it is left out. If any valid record stands behind
                          a bad one, that was no tear: damage (log_reader.py has the whole of it).

Sources: google/leveldb issues 189 and 195 (names not synced), 251 (a tail of zeros); the Redis
manual, "What should I do if my AOF gets truncated?".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine.checks import seed_of
from sdcli.reference.kv.engine.current import CURRENT, Current, read_current
from sdcli.reference.kv.engine.errors import Damaged
from sdcli.reference.kv.engine.fs import bytes_in, names_in, read_all
from sdcli.reference.kv.engine.log_format import HEADER_BYTES, LOG, RECORD, log_name
from sdcli.reference.kv.engine.log_reader import LogReader
from sdcli.reference.kv.engine.log_search import next_valid
from sdcli.reference.kv.engine.manifest import Layout, lost_end, manifest_name, read_manifest
from sdcli.reference.kv.engine.names import is_of_a_store, kind_and_number
from sdcli.reference.kv.engine.table_format import table_name
from sdcli.reference.kv.engine.table_reader import Table
from sdcli.reference.kv.engine.version import Version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sdcli.reference.kv.engine.cache import Cache
    from sdcli.reference.kv.engine.entries import Entry
    from sdcli.reference.kv.engine.fs import FileSystem


@dataclass
class Recovered:
    """What was found.

    Args:
        current: what CURRENT says; None in an empty folder.
        layout: what the manifest says.
        version: its tables.
        live: what the logs hold and no table does.
        seq: operations done so far; the next one has this number plus one.
        log_end, log_crc: where to go on in the newest log, after a clean close.
        logged: operations that were read from the logs.
        tears: (file, offset, bytes) for each half-written tail.
        leftovers: files of interrupted work, which no part of the store needs.
    """

    current: Current | None
    layout: Layout
    version: Version
    live: dict[bytes, Entry] = field(default_factory=dict)
    seq: int = 0
    log_end: int = 0
    log_crc: int = 0
    logged: int = 0
    tears: list[tuple[str, int, int]] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)


def check_folder(fs: FileSystem, *, create: bool) -> None:
    """Refuse a folder that holds no store, before anything is written into it.

    Args:
        fs: the folder.
        create: whether a new store may be made there.

    Raises:
        InputError: there is no store and none may be made, or the folder holds something else.
    """
    names = names_in(fs)
    if any(map(is_of_a_store, names)):
        return
    others = [name for name in names if name != "LOCK"]
    if others and create:
        raise InputError(
            "this folder holds something else",
            where=fs.place,
            given=", ".join(others[:3]) + (", ..." if len(others) > 3 else ""),  # noqa: PLR2004
            expected="a folder that is empty, or holds a store, or does not exist yet",
        )
    if not create:
        raise InputError(
            "there is no store here",
            where=fs.place,
            expected="a folder that `sdcli kv put FOLDER KEY VALUE` has made",
        )


def recover(fs: FileSystem, cache: Cache) -> Recovered:
    """Read what is there.

    Raises:
        Damaged: a file is not what was written, or is missing.
        MissingError: the system refuses to read one.
        InputError: a store of a version that is not known here.
    """
    names = names_in(fs)
    current = read_current(fs)
    if current is None:
        lost = [name for name in names if _shows_a_store(fs, name)]
        if lost:
            raise Damaged(CURRENT, 0, "this file is missing", given=f"a folder with {lost[0]}")
        found = Recovered(None, Layout(), Version())
        found.leftovers = [name for name in names if is_of_a_store(name)]
        return found
    layout, end, _, tear = read_manifest(fs, current)
    found = Recovered(current, layout, Version(), seq=layout.seq)
    try:
        found.version = _version(fs, current, layout, cache)
        _read_logs(fs, current, found)
    except Damaged as damage:
        raise blamed(damage, names, manifest_name(current.manifest), tear) from None
    later = later_log(fs, current.store_id, layout, manifest_name(current.manifest), end)
    if later is not None:
        raise later
    if tear is not None:
        name = manifest_name(current.manifest)
        found.tears.append((name, tear, bytes_in(fs, name) - tear))
    needed = {CURRENT, "LOCK", manifest_name(current.manifest)}
    needed |= {table_name(info.number) for info in layout.tables}
    needed |= {log_name(number) for number in range(layout.first_log, layout.last_log + 1)}
    found.leftovers = [name for name in names if is_of_a_store(name) and name not in needed]
    return found


def blamed(damage: Damaged, names: Sequence[str], manifest: str, tear: int | None) -> Damaged:
    """What is to be blamed when a file of the layout is damaged: the file, or the manifest's end.

    Old files are removed when the edit is safe on the disk that makes them superfluous. So where
    such a file is gone and the last edit is half there, it was whole, and is damaged now.

    Args:
        damage: what was found.
        names: of the files that are there.
        manifest: the file in which the layout stands.
        tear: the offset of its half-written end, or None.
    """
    if tear is None or damage.file in names or damage.file == manifest:
        return damage
    what = f"this edit is damaged: {damage.file}, which it makes superfluous, is gone"
    return Damaged(manifest, tear, what)


def later_log(
    fs: FileSystem, store_id: bytes, layout: Layout, manifest: str, end: int
) -> Damaged | None:
    """The damage of a manifest that does not know a log which was written to.

    A log is named by the manifest before anything is written to it. So one that is not named holds
    nothing, or the manifest has lost its end, which began at byte `end`.
    """
    for name in names_in(fs):
        kind, number = kind_and_number(name) or ("", 0)
        if kind == "log" and number > layout.last_log:
            seed = seed_of(LOG, store_id, number)
            if next_valid(read_all(fs, name), HEADER_BYTES, seed, LOG, None):
                what = f"this manifest does not know {name}, which was written to"
                return Damaged(manifest, end, what)
    return None


def _shows_a_store(fs: FileSystem, name: str) -> bool:
    """Whether a store was complete that had this file.

    A creation that was interrupted leaves one manifest, which nothing names yet, with one edit.
    """
    kind, _ = kind_and_number(name) or ("", 0)
    if kind == "manifest":
        beginning = HEADER_BYTES + RECORD.size + len(Layout().as_edit().encode())
        return bytes_in(fs, name) > beginning
    return kind in ("log", "table")


def _version(fs: FileSystem, current: Current, layout: Layout, cache: Cache) -> Version:
    """The tables of the layout, each there and as long as it should be; none is read yet."""
    tables = []
    for info in layout.tables:
        name = table_name(info.number)
        size = bytes_in(fs, name, "table")
        if size != info.size:
            raise Damaged(
                name,
                min(size, info.size),
                "this table has another length than was written",
                given=f"{size:,} bytes; {info.size:,} were written",
            )
        tables.append(Table(fs, info, current.store_id, cache))
    return Version.of(tables)


def _read_logs(fs: FileSystem, current: Current, found: Recovered) -> None:
    """Replay what no table holds, oldest log first."""
    layout = found.layout
    for number in range(layout.first_log, layout.last_log + 1):
        name, is_last = log_name(number), number == layout.last_log
        if is_last and found.seq < layout.logged:
            # The log before this one was whole when this one began: it has lost its end since.
            raise Damaged(log_name(number - 1), found.log_end, lost_end(found.seq, layout.logged))
        closed = (current.log_bytes, current.log_crc) if current.closed and is_last else None
        log = LogReader(
            fs,
            name,
            LOG,
            current.store_id,
            number,
            is_closed=closed,
            may_tear=is_last and not current.closed,
            after_seq=found.seq,
        )
        found.logged += log.replay_into(found.live)
        found.seq, found.log_end, found.log_crc = log.last_seq or 0, log.end, log.crc
        if log.tear is not None:
            found.tears.append((name, log.tear, log.size - log.tear))
