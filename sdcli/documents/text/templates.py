"""Finding the templates: the design's own folder first, then the shipped one.

A file `templates/document/risks.md.j2` beside a design replaces the shipped one of that name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.core.files import read_text
from sdcli.core.folders import shipped
from sdcli.core.suggest import did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".md.j2"
_STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
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


def check_own(beside: Path) -> None:
    """Refuse templates beside a design that no block would use: a misspelt one changes nothing.

    Raises:
        InputError: a file there is no template's, or no file at all.
    """
    folder = beside / "templates" / "document"
    if not folder.is_dir():
        return
    shipped_ones = (shipped("templates") / "document").glob(f"*{SUFFIX}")
    known = sorted(path.name.removesuffix(SUFFIX) for path in shipped_ones)
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        name = path.name.removesuffix(SUFFIX)
        if name not in known:
            raise InputError(
                "no block has a template of this name",
                where=str(path),
                expected=f"one of {', '.join(known)}",
                fix=did_you_mean(name[:64], known),
            )
        if not path.is_file():
            raise InputError("this template is no file", where=str(path))


def own_names(beside: Path) -> list[str]:
    """The templates that a design brings itself, by name."""
    folder = beside / "templates" / "document"
    return sorted(path.name.removesuffix(SUFFIX) for path in folder.glob(f"*{SUFFIX}"))


def source(name: str, beside: Path) -> str:
    """The text of a template.

    Raises:
        InputError: it cannot be read, or is too large.
    """
    path, _ = find(name, beside)
    text = read_text(path)
    if len(text) > SOURCE_MAX:
        raise InputError(f"this template is larger than {SOURCE_MAX} characters", where=str(path))
    steers = _STEERS.search(text)
    if steers:
        line = text.count("\n", 0, steers.start()) + 1
        raise InputError("a template holds no control characters", where=f"{path}:{line}")
    return text
