"""What it is in a few sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.design import leaves
from sdcli.documents.sections.section import EVERY, Part, Section, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts


def _sources(facts: Facts, book: Book) -> Iterator[Source]:  # noqa: ARG001 - every section's form
    text = facts.design.summary
    yield Source("summary", "summary", leaves("summary", text), lambda: {"summary": text})


SECTION = Section(EVERY, (Part("summary", "Summary", lambda d: bool(d.summary)),), _sources)
