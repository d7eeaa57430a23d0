"""A design opened for comparing: what is computed from it, and its runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sdcli.design import load
from sdcli.documents.evidence.book import Book
from sdcli.documents.evidence.ledger import stored
from sdcli.documents.evidence.ledger_reading import read_ledger
from sdcli.documents.facts import Facts
from sdcli.documents.files import files_of
from sdcli.documents.study import checked

if TYPE_CHECKING:
    from pathlib import Path

    from sdcli.design import Loaded
    from sdcli.documents.evidence.ledger import Ledger


@dataclass(frozen=True)
class Side:
    """One of the two designs.

    Args:
        name: what messages call it.
        facts: what is computed from it.
        book: its runs.
    """

    name: str
    facts: Facts
    book: Book


def side(given: Path, *, fast: bool = False, beside: Side | None = None) -> Side:
    """A design of a folder, or the one of a document.

    Args:
        given: the design, or its document.
        fast: run nothing; evidence is what the ledger beside it has.
        beside: the other side; what ran for it has run for this one.

    Raises:
        InputError: the design cannot be used.
        DamagedError: with `fast`, the ledger is not what was written.
    """
    files = files_of(given)
    loaded = load(files.design)
    ledger = read_ledger(files.ledger(loaded.design.id)) if fast else None
    return opened(str(given), loaded, files.design, fast=fast, ledger=ledger, beside=beside)


def opened(
    name: str,
    loaded: Loaded,
    path: Path,
    *,
    fast: bool = False,
    ledger: Ledger | None = None,
    beside: Side | None = None,
) -> Side:
    """A design that was read already.

    Args:
        name: what messages call it.
        loaded: the design with its lines.
        path: where it lies; nothing is read there.
        fast: run nothing.
        ledger: with `fast`, what there is instead.
        beside: the other side; what ran for it has run for this one.

    Raises:
        FaultsFound: the design is not valid; every fault with its line.
    """
    facts = Facts(loaded, path)
    if fast:
        book = Book(facts, partial(stored, ledger))
    elif beside is not None and not beside.book.is_stored:
        book = beside.book.beside(facts)
    else:
        book = Book(facts)
    return Side(name, facts, checked(book))
