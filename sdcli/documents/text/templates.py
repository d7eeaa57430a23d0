"""Finding the templates: the design's own folder first, then the shipped one.

A file `templates/document/risks.md.j2` beside a design replaces the shipped one of that name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.core.files import read_text
from sdcli.core.folders import shipped

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".md.j2"
SOURCE_MAX = 200_000  # characters of one template


def find(name: str, beside: Path) -> tuple[Path, bool]:
    """The file of a template, and whether it is the design's own.

    Args:
        name: like `risks`.
        beside: the folder of the design.

    Raises:
        InputError: the design's own template is a link that leaves its folder.
    """
    folder = beside / "templates" / "document"
    own = folder / f"{name}{SUFFIX}"
    if own.is_file():
        if not own.resolve().is_relative_to(beside.resolve()):
            raise InputError("this template leaves the folder of the design", where=str(own))
        return own, True
    return shipped("templates") / "document" / f"{name}{SUFFIX}", False


def source(name: str, beside: Path) -> str:
    """The text of a template.

    Raises:
        InputError: it cannot be read, or is too large.
    """
    path, _ = find(name, beside)
    text = read_text(path)
    if len(text) > SOURCE_MAX:
        raise InputError(f"this template is larger than {SOURCE_MAX} characters", where=str(path))
    return text
