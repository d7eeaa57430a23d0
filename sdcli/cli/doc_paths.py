"""Which designs and documents the arguments of `sdcli doc` mean; without typer, which is slow."""

from __future__ import annotations

from pathlib import Path

from sdcli.core.errors import InputError, SdcliError

DESIGN = "design.yaml"


def expanded(files: list[Path] | None, *, skip_others: bool = False) -> tuple[list[Path], bool]:
    """The designs and documents that the arguments name, and whether they may be several.

    A design, its document and its ledger are one thing, which is named once. A file that cannot
    be used stays, so that whoever uses it says what is wrong with it.

    Args:
        files: designs, documents, ledgers, folders with designs; none: the design here.
        skip_others: leave out files that are none of these.

    Raises:
        InputError: a folder has no design in it.
    """
    given = files or [Path(DESIGN)]
    found: list[Path] = []
    for path in given:
        if not path.is_dir():
            if not skip_others or _is_ours(path):
                found.append(path)
            continue
        inside = sorted(one for one in path.rglob(DESIGN) if one.is_file())
        if not inside and not skip_others:
            raise InputError(f"there is no {DESIGN} in this folder", where=str(path))
        found.extend(inside)
    return _each_once(list(dict.fromkeys(found))), len(given) > 1 or given[0].is_dir()


def _is_ours(path: Path) -> bool:
    from sdcli.documents.files import is_ours

    try:
        return is_ours(path)
    except SdcliError:
        return path.suffix != ".md"  # prose that cannot be read is nobody's document of ours


def _each_once(paths: list[Path]) -> list[Path]:
    """Each design once for each folder that has a document of it.

    A design that is named beside a document of it in another folder has its document there.
    """
    if len(paths) == 1 or all(path.suffix in (".yaml", ".yml") for path in paths):
        return paths
    from sdcli.documents.files import files_of

    found: dict[tuple[Path, Path], Path] = {}
    documented: set[tuple[Path, Path]] = set()
    for path in paths:
        try:
            files = files_of(path)
        except SdcliError:
            found[path, path] = path
            continue
        place = (files.design.resolve(), files.folder.resolve())
        found.setdefault(place, path)
        if path != files.design:
            documented.add(place)
    elsewhere = {design for design, _ in documented}
    return [
        path for place, path in found.items() if place in documented or place[0] not in elsewhere
    ]
