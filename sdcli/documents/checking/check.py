"""Checking one document: by its seal where that is enough, else by looking at everything.

What looks is imported when it is needed: a document that is as it was built is known to be so from
a few hashes, and waits for nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.documents.checking.seal import sealed
from sdcli.documents.files import files_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sdcli.documents.checking.answer import Check
    from sdcli.documents.evidence.plan import Plan

    Watch = Callable[[Plan, int, int], None]


def check(path: Path, *, fast: bool = False, watch: Watch | None = None) -> Check:
    """What is stale in a document, and which requirements its design meets.

    Args:
        path: the design, its document or its ledger.
        fast: run nothing and render nothing; evidence is what the ledger has.
        watch: is told each run before it begins, its number and how many there are.

    Raises:
        InputError: the design, the document or the ledger cannot be used.
        DamagedError: the ledger is not what was written.
        MissingError: a run needs an extra that is not installed.
    """
    files = files_of(path)
    answer = sealed(files) if fast else None
    if answer is not None:
        return answer
    from sdcli.documents.checking.looking import look

    return look(files, fast=fast, watch=watch)
