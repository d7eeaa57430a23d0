"""An overview of a folder: what each file is, in a line, whatever is damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.core.errors import MissingError
from sdcli.reference.kv.engine.current import CURRENT
from sdcli.reference.kv.engine.errors import Damaged
from sdcli.reference.kv.engine.fs import bytes_in
from sdcli.reference.kv.engine.log_format import LOG, MANIFEST
from sdcli.reference.kv.engine.log_walk import LogWalk
from sdcli.reference.kv.engine.names import kind_and_number
from sdcli.reference.kv.engine.survey import Survey, likely_id, needed, survey
from sdcli.reference.kv.engine.table_remains import info_of

if TYPE_CHECKING:
    from sdcli.reference.kv.engine.fs import FileSystem


def overview(fs: FileSystem) -> list[tuple[str, int | None, str]]:
    """Name, bytes and meaning of each file, sorted by name; nothing is raised for damage.

    Of a file that may not be read the bytes are None, and the meaning is why.

    Raises:
        InputError: a later version of the program wrote this store.

    Cost: reads logs and manifests whole, of tables the ends.
    """
    try:
        found = survey(fs)
    except MissingError:  # CURRENT or the manifest may not be read; the others tell whose they are
        found = Survey(fs.names(), store_id=likely_id(fs, fs.names()))
    wanted = needed(found)
    rows: list[tuple[str, int | None, str]] = []
    for name in found.names:
        try:
            size, what = bytes_in(fs, name), _what(fs, found, name)
        except (Damaged, MissingError) as error:
            rows.append((name, None, error.what))
            continue
        is_ours = kind_and_number(name) is not None
        if found.layout is not None and is_ours and name not in wanted:
            what += "; not needed"
        rows.append((name, size, what))
    return rows


def _what(fs: FileSystem, found: Survey, name: str) -> str:
    place = kind_and_number(name)
    if name == CURRENT:
        if found.current is None:
            return "damaged"
        state = "closed" if found.current.closed else "open"
        return f"{state}; manifest {found.current.manifest}, store {found.current.store_id.hex()}"
    if place is None:
        return "who has the store open, or had" if name == "LOCK" else "not of this store"
    if found.store_id is None:
        return "of an unknown store"
    kind, number = place
    if kind == "table":
        try:
            info = info_of(fs, number, found.store_id)
        except Damaged as error:
            return f"damaged: {error.what}"
        return f"level {info.level}, {info.entries:,} entries, {info.deletions:,} of them deletions"
    walk = LogWalk(fs, name, LOG if kind == "log" else MANIFEST, found.store_id, number)
    for _ in walk:
        pass
    if walk.refused is not None:
        raise walk.refused
    told = f"{walk.records:,} {'edit' if kind == 'manifest' else 'record'}"
    told += "" if walk.records == 1 else "s"
    if kind == "log" and walk.first_seq is not None:
        told += f", operations {walk.first_seq:,} to {walk.last_seq:,}"
    return f"{told}; {walk.damages[0].what}" if walk.damages else told
