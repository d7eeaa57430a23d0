"""An overview of a folder: what each file is, in a line, whatever is damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.reference.kv.engine.current import CURRENT
from sdcli.reference.kv.engine.errors import Damaged
from sdcli.reference.kv.engine.log_format import LOG, MANIFEST
from sdcli.reference.kv.engine.log_walk import LogWalk
from sdcli.reference.kv.engine.survey import kind_and_number, needed, survey
from sdcli.reference.kv.engine.table_remains import info_of

if TYPE_CHECKING:
    from sdcli.reference.kv.engine.fs import FileSystem
    from sdcli.reference.kv.engine.survey import Survey


def overview(fs: FileSystem) -> list[tuple[str, int, str]]:
    """Name, bytes and meaning of each file, sorted by name; nothing is raised for damage.

    Raises:
        InputError: a later version of the program wrote this store.

    Cost: reads logs and manifests whole, of tables the ends.
    """
    found = survey(fs)
    wanted = needed(found)
    rows = []
    for name in found.names:
        what = _what(fs, found, name)
        is_ours = kind_and_number(name) is not None
        if found.layout is not None and is_ours and name not in wanted:
            what += "; not needed"
        rows.append((name, fs.read(name).size, what))
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
    told = f"{walk.records:,} {'edit' if kind == 'manifest' else 'record'}"
    told += "" if walk.records == 1 else "s"
    if kind == "log" and walk.first_seq is not None:
        told += f", operations {walk.first_seq:,} to {walk.last_seq:,}"
    return f"{told}; {walk.damages[0].what}" if walk.damages else told
