"""What is wanted, and what is left out on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.design import leaves
from sdcli.documents.sections.section import EVERY, Part, Section, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts


def _sources(facts: Facts, book: Book) -> Iterator[Source]:  # noqa: ARG001 - every section's form
    goals, left_out = facts.design.goals, facts.design.out_of_scope
    yield Source(
        "scope",
        "scope",
        {**leaves("goals", goals), **leaves("out_of_scope", left_out)},
        lambda: {"goals": goals, "items": left_out},
    )


SECTION = Section(
    EVERY,
    (
        Part("goals", "Goals", lambda d: bool(d.goals)),
        Part("out_of_scope", "Out of scope", lambda d: bool(d.out_of_scope)),
    ),
    _sources,
)
