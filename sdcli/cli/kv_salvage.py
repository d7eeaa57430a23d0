"""`sdcli kv salvage`: what is intact in a damaged store, copied to a new one.

The copy grows in OUT.unfinished and takes its name when it is whole and on the disk. So whoever
finds a store under OUT has all that could be saved, and a copy that was interrupted is never taken
for one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sdcli.cli.kv_arguments import AsJson, Folder, path
from sdcli.cli.kv_folder import looked_at, named, stat_of, typed
from sdcli.cli.kv_progress import Counter
from sdcli.cli.kv_text import counted
from sdcli.core.errors import InputError, Interrupted, SdcliError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.reference.kv.engine.salvage import Loss, Salvaged

UNFINISHED = ".unfinished"


def salvage(
    folder: Folder,
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="A folder that is new or empty.", parser=path)
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Copy what is intact to a new store, count the rest.

    Every record whose checksum fits is copied. Newer ones hide older ones, deletions delete. The
    damaged store is not touched. Until the copy is whole it is called OUT.unfinished. Exit code 0
    also when something was lost: the answer says what.
    """
    from sdcli.cli.screen import print_json, say
    from sdcli.reference.kv.engine.salvage import salvage as salvaged

    with looked_at(folder) as fs:
        target = _target(folder, out)
        draft = target.with_name(target.name + UNFINISHED)
        _check_draft(draft)
        saved = salvaged(fs)
        keys = _copied(saved, draft)
    _announce(draft, target, is_empty=not keys)
    if as_json:
        print_json(_saved_json(saved, keys))
    else:
        for line in _saved_lines(saved, keys, out):
            say((line, ""))


def _target(folder: Path, out: Path) -> Path:
    """Where the new store is going to be; not where something is, or in the damaged store."""
    from sdcli.core.files import file_error, resolved

    wanted = "a folder that is new or empty"
    source, target = resolved(folder, doing="read it"), resolved(out, doing="write there")
    if source == target or source in target.parents:
        raise InputError(
            "this is the damaged store, or inside of it; that one is not touched",
            where=named(out),
            expected=f"{wanted}, elsewhere",
        )
    if stat_of(out, doing="look at it") is None:
        return target
    try:
        is_taken = not target.is_dir() or any(target.iterdir())
    except OSError as error:
        raise file_error(error, named(out), doing="look into it") from error
    if is_taken:
        raise InputError("something is here already", where=named(out), expected=wanted)
    if target == Path.cwd() or target.is_mount():  # another folder takes its place in the end
        raise InputError(
            "this folder cannot be replaced",
            where=named(out),
            expected=f"a folder inside of it, like {typed(out / 'saved')}",
        )
    return target


def _check_draft(draft: Path) -> None:
    """Refuse to touch what an earlier salvage has left; it may be somebody's only copy."""
    if draft.exists() or draft.is_symlink():
        raise InputError(
            "a salvage that did not end has left this",
            where=named(draft),
            expected="another OUT, or this folder out of the way",
            fix=f"rm -r {typed(draft)}",
        )


def _copied(saved: Salvaged, draft: Path) -> int:
    """Put what was saved into a store; how many keys that are.

    Raises:
        Interrupted: Ctrl-C.
        MissingError: the disk refuses. Both say what the draft holds.
    """
    from sdcli.reference.kv.engine import open_store
    from sdcli.reference.kv.engine.entries import Expiring

    with Counter("keys copied") as copied:
        try:
            with open_store(draft, "os") as db:
                for key, entry in saved.entries():
                    if isinstance(entry, Expiring):
                        db.put(key, entry.value, expires_ns=entry.expires_ns)
                    else:
                        db.put(key, entry)
                    copied.one_more()
        except KeyboardInterrupt:
            raise Interrupted(f"interrupted; {_left(draft, copied.count)}") from None
        except SdcliError as error:
            if draft.exists():
                error.given = _left(draft, copied.count)
            raise
    return copied.count


def _left(draft: Path, keys: int) -> str:
    return f"{named(draft)} holds {counted(keys, 'key')}, not all"


def _announce(draft: Path, target: Path, *, is_empty: bool) -> None:
    """Give the copy its name, for good; where nothing came out, there is nothing to name."""
    from sdcli.core.files import file_error
    from sdcli.reference.kv.engine.fs import sync_names
    from sdcli.reference.kv.engine.os_fs import OsFS

    try:
        if is_empty:
            (draft / "LOCK").unlink()
            draft.rmdir()
            return
        if target.exists():
            draft.chmod(target.stat().st_mode & 0o7777)
        draft.rename(target)
    except OSError as error:
        refused = file_error(error, named(target), doing="give the copy this name")
        refused.expected = f"the whole copy is in {named(draft)}" if not is_empty else ""
        raise refused from error
    sync_names(OsFS(target.parent, create=False))


def _saved_json(saved: Salvaged, keys: int) -> dict[str, Any]:
    return {
        "keys": keys,
        "records": saved.records,
        "operations": saved.operations,
        "blocks": saved.blocks,
        "entries": saved.table_entries,
        "lost": saved.lost,
        "lost_is_known": saved.is_lost_known,
        "blocks_lost": saved.blocks_lost,
        "bytes_skipped": saved.bytes_skipped,
        "may_be_older": saved.may_be_older,
        "losses": [
            {
                "file": loss.file,
                "offset": loss.offset,
                "bytes": loss.bytes,
                "operations": loss.operations,
                "what": loss.why,
            }
            for loss in saved.losses
        ],
        "unreadable": saved.unreadable,
        "notes": saved.notes,
    }


def _in_them(loss: Loss) -> str:
    if loss.operations is None:
        return ""
    is_table = loss.file.endswith(".table")
    many = counted(loss.operations, *(("entry", "entries") if is_table else ("operation",)))
    return (
        f", {many} in them" if loss.operations else f", no {'entry' if is_table else 'operation'}"
    )


def _saved_lines(saved: Salvaged, keys: int, out: Path) -> Iterator[str]:
    blocks = f"{counted(saved.blocks, 'block')} of tables"
    entries = counted(saved.table_entries, "entry", "entries")
    records = f"{counted(saved.records, 'record')} of logs"
    operations = counted(saved.operations, "operation")
    if keys:
        yield f"{counted(keys, 'key')} copied to {named(out)}"
    else:
        yield f"there is no key to copy; {named(out)} is not made"
    yield f"intact: {blocks} with {entries}, {records} with {operations}"
    for loss in saved.losses:
        yield f"damaged: {loss.file} at byte {loss.offset:,}: {loss.why}"
        if loss.bytes:
            yield f"  {counted(loss.bytes, 'byte')} lost{_in_them(loss)}"
    if saved.unreadable:
        yield f"nothing came out of {', '.join(saved.unreadable)}"
    for note in saved.notes:
        yield f"note: {note}"
    if not saved.may_be_older:
        yield "nothing is lost"
        return
    if saved.lost:
        least = "" if saved.is_lost_known else "at least "
        number = counted(saved.lost, "operation or entry", "operations or entries")
        yield f"lost in all: {least}{number}"
    else:
        yield "whether more is lost, nobody can say"
    yield "what is lost may have been newer: then a key has an older value here"
