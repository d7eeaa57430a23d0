"""The code that decides what a document says, and what a check of it answers, as one hash.

Two things ask: a block, whose text is compared again when the code is another one, and the seal of
a ledger. Both must know the same files, so that the list stands here once. A check waits for it at
each commit: nothing is imported that it does not need.
"""

from __future__ import annotations

import os
from typing import Any

import sdcli
from sdcli.core.folders import shipped

PARTS = ("core", "design", "documents", "estimate", "experiments", "reference", "units")
_FILE_MAX = 20_000_000  # bytes; nobody's template has so many


def add_code(whole: Any) -> None:
    """Add to a hash all code and all shipped numbers that a document is made with."""
    root = os.path.dirname(sdcli.__file__)  # noqa: PTH120 - a hundred files, faster without Path
    for part in PARTS:
        add_files(whole, os.path.join(root, part), ".py")  # noqa: PTH118
    add_files(whole, str(shipped("knowledge")), ".yaml", deep=False)


def add_files(whole: Any, folder: str, suffix: str, *, deep: bool = True) -> None:
    """Add the files of a folder to a hash, by name, line ends as LF."""
    for at, folders, names in os.walk(folder):
        folders.sort()
        if not deep:
            folders.clear()
        for name in sorted(names):
            path = os.path.join(at, name)  # noqa: PTH118
            if name.endswith(suffix) and os.path.isfile(path):  # noqa: PTH113 - no pipe
                with open(path, "rb") as file:  # noqa: PTH123
                    text = file.read(_FILE_MAX).replace(b"\r\n", b"\n")
                inside = path[len(folder) :].replace(os.sep, "/")
                whole.update(f"{inside} {len(text)}\n".encode())
                whole.update(text)
