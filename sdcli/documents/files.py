"""Which three files belong together: the design, its document, its ledger.

The document is `<id>.md`, the ledger `<id>.evidence.json`, both beside the design unless a
folder is named. The document's header names the design, so either one leads to the others.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from sdcli.core.errors import Fault, FaultsFound, InputError
from sdcli.core.files import conflict_line, read_text
from sdcli.documents.evidence.ledger_reading import read_ledger
from sdcli.documents.text.markers import Piece, pieces

DOCUMENT = ".md"
LEDGER = ".evidence.json"
DESIGN_NAME = "design.yaml"
_DESIGNS = (".yaml", ".yml")
_NAMED = re.compile(r"<!-- Built by sdcli from (\S+)\. Text between the markers")


@dataclass(frozen=True)
class Files:
    """Where the design is, and the folder that has or gets its document.

    Args:
        given: what the person named; commands in messages name it again.
        design: the design file.
        folder: of document and ledger.
    """

    given: Path
    design: Path
    folder: Path

    def document(self, design_id: str) -> Path:
        """The document of a design of that id."""
        return self.folder / f"{design_id}{DOCUMENT}"

    def ledger(self, design_id: str) -> Path:
        """Its ledger."""
        return self.folder / f"{design_id}{LEDGER}"

    @property
    def design_from_folder(self) -> str:
        """The design as its document names it: relative, with forward slashes."""
        relative = os.path.relpath(self.design.resolve(), self.folder.resolve())
        return Path(relative).as_posix()

    @property
    def in_comment(self) -> str:
        """The same, such that it can end no comment."""
        return quote(self.design_from_folder, safe="/._-")


def files_of(given: Path, out: Path | None = None) -> Files:
    """The files that belong to a design, to a document or to a ledger.

    Args:
        given: one of them.
        out: the folder of the document, if it is another than the one where it is found.

    Raises:
        InputError: it is none of them, or the document does not say which design it is of.
    """
    if given.suffix in _DESIGNS:
        return Files(given, given, out or given.parent)
    if given.suffix == DOCUMENT:
        return Files(given, _design_of(given), out or given.parent)
    if given.name.endswith(LEDGER):
        return Files(given, _design_of_ledger(given), out or given.parent)
    raise InputError(
        "this is neither a design nor a document",
        where=str(given),
        expected=f"a file like {DESIGN_NAME} or short-links{DOCUMENT}",
    )


def under_old_id(files: Files, design_id: str) -> Path | None:
    """A document of the same design under another id, where there is none under this one.

    Whoever renames a design would else begin a new document beside the text that is theirs.
    """
    own = files.document(design_id)
    if own.exists():
        return None
    for path in sorted(files.folder.glob(f"*{DOCUMENT}")):
        if path.is_file() and path != own:
            match = _NAMED.search(read_text(path, exact=True))
            if match and unquote(match[1]) == files.design_from_folder:
                return path
    return None


def is_ours(given: Path) -> bool:
    """Whether a file is a design, a document of ours or a ledger; of others, nothing is said.

    Raises:
        InputError: it cannot be read.
    """
    if given.suffix in _DESIGNS:
        return given.stem == Path(DESIGN_NAME).stem or "schema: sdcli/" in read_text(given)
    if given.suffix == DOCUMENT:
        named = _NAMED.search(read_text(given, exact=True)) is not None
        return named or given.with_name(given.stem + LEDGER).exists()
    return given.name.endswith(LEDGER)


def _design_of_ledger(path: Path) -> Path:
    ledger = read_ledger(path)
    if ledger is None:
        raise InputError("cannot read it: no such file or directory", where=str(path))
    return path.parent / ledger.design


def _design_of(document: Path) -> Path:
    match = _NAMED.search(read_text(document, exact=True))
    if match:
        return document.parent / unquote(match[1])
    ledger = read_ledger(document.with_name(document.stem + LEDGER))
    if ledger is not None:
        return document.parent / ledger.design
    raise InputError(
        "this document does not say which design it is of",
        where=str(document),
        expected="a document that sdcli doc build wrote",
        fix="name its design file instead",
    )


def read_document(path: Path) -> list[Piece] | None:
    """A document cut at its markers, or None when there is no file.

    Raises:
        InputError: it cannot be read.
        FaultsFound: a merge conflict, or markers that do not pair.
    """
    if not path.exists():
        return None
    text = read_text(path, exact=True)
    conflict = conflict_line(text)
    if conflict:
        raise FaultsFound(
            [
                Fault(
                    str(path),
                    conflict,
                    "",
                    "a merge conflict is left in the file",
                    "keep one side, then sdcli doc build",
                )
            ]
        )
    return pieces(text, str(path))


def stays_inside(path: Path) -> None:
    """Refuse to write through a link that leaves its folder.

    Raises:
        InputError: it does.
    """
    if path.is_symlink() and path.resolve().parent != path.parent.resolve():
        raise InputError("this is a link that leaves its folder", where=str(path), fix="remove it")
