"""Designs to start from: the starter, which shows every key once, and the patterns.

A pattern is a whole design of a shape that comes back: `templates/patterns/NAME.yaml`. It builds as
it is; its title says what to put in its place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.core.files import read_text
from sdcli.core.folders import shipped
from sdcli.design.model import ID

if TYPE_CHECKING:
    from pathlib import Path

_SUFFIX = ".yaml"
_ID_LINE = re.compile(r"(?m)^id: .*$")


def starter(design_id: str) -> str:
    """The text of a design file for a new design.

    Raises:
        InputError: the id is not lower-case letters, digits and hyphens.
    """
    check_id(design_id)
    text = read_text(shipped("templates") / "starter" / "design.yaml")
    title = design_id.replace("-", " ").strip().capitalize()
    return text.replace("@ID@", design_id).replace("@TITLE@", title)


def check_id(design_id: str) -> None:
    """That a word can be the id of a new design.

    Raises:
        InputError: it is not lower-case letters, digits and hyphens, or does not begin with one
            of the letters.
    """
    if not ID.fullmatch(design_id) or not design_id[0].isalpha():
        raise InputError(
            "this is not an id",
            where="ID",
            given=design_id,
            expected="lower-case letters, digits and hyphens, like short-links",
        )


def patterns() -> dict[str, str]:
    """Every pattern by name, with what its first line says of it."""
    return {
        name: read_text(path).partition("\n")[0].lstrip("# ").rstrip(".")
        for name, path in _files().items()
    }


def pattern(name: str, design_id: str) -> str:
    """The text of a pattern as a new design.

    Args:
        name: one of `patterns()`.
        design_id: the id of the new design.

    Raises:
        InputError: the id is none.
        KeyError: there is no such pattern.
    """
    check_id(design_id)
    return _ID_LINE.sub(f"id: {design_id}", read_text(_files()[name]), count=1)


def _files() -> dict[str, Path]:
    folder = shipped("templates") / "patterns"
    return {path.stem: path for path in sorted(folder.glob(f"*{_SUFFIX}"))}
