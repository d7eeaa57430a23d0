"""A design opened for building or checking: its facts, its evidence, its outline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.core.errors import FaultsFound
from sdcli.design import formulas, in_order, load
from sdcli.documents.evidence.book import Book
from sdcli.documents.evidence.provenance import renderer
from sdcli.documents.facts import Facts
from sdcli.documents.judging import options
from sdcli.documents.judging.formulas import faults_in
from sdcli.documents.judging.metrics import misnamed
from sdcli.documents.sections.outline import outline
from sdcli.documents.text.markers import digest
from sdcli.documents.text.templates import source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sdcli.core.errors import Fault
    from sdcli.documents.evidence.plan import Pair, Plan
    from sdcli.documents.evidence.result import Evidence
    from sdcli.documents.files import Files
    from sdcli.documents.sections.section import Source


@dataclass(frozen=True)
class Study:
    """Everything that building and checking share.

    Args:
        files: where it lives.
        facts: the design and what is computed from it.
        book: its evidence.
        sources: the blocks of its document, in order.
    """

    files: Files
    facts: Facts
    book: Book
    sources: list[Source]

    def code(self, template: str) -> str:
        """The hash of a template and of the code that renders it."""
        return digest(f"{renderer()} {source(template, self.facts.path.parent)}")


def open_study(
    files: Files,
    stored: Callable[[Pair], Evidence | None] | None = None,
    run: Callable[[Plan], Evidence] | None = None,
) -> Study:
    """Read a design and find everything that is wrong with it before anything runs.

    Args:
        files: where it lives.
        stored: looks evidence up instead of running it.
        run: what runs a plan; None: the plan itself.

    Raises:
        FaultsFound: every fault, with its line.
        InputError: the file cannot be read.
    """
    facts = Facts(load(files.design), files.design)
    book = checked(Book(facts, stored, run))
    return Study(files, facts, book, outline(facts, book, files.in_comment))


def checked(book: Book) -> Book:
    """The book of a design, when all that its formulas name is there.

    Raises:
        FaultsFound: something is not; every fault with its line.
    """
    faults = in_order(_unknown(book.facts, book))
    if faults:
        raise FaultsFound(faults)
    return book


def _unknown(facts: Facts, book: Book) -> Iterator[Fault]:
    """What formulas name and nothing gives; the runs that a design asks for are known by now."""
    yield from options.faults(facts)
    for key, text in formulas(facts.design):
        yield from faults_in(facts, book, key, text)
    for i, quality in enumerate(facts.design.requirements.quality):
        reason = misnamed(facts, book, quality.metric, quality.of)
        if reason:
            yield facts.tree.fault(("requirements", "quality", i, "metric"), reason)
