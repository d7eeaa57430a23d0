"""Whether the design survives each failure that it writes down, by its own numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.documents.judging.formulas import answer

if TYPE_CHECKING:
    from sdcli.design import Failure
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.judging.formulas import Answer


@dataclass(frozen=True)
class Survival:
    """One failure that says when it is survived, and whether that holds.

    Args:
        failure: the failure.
        answer: what its `survives_if` came to.
    """

    failure: Failure
    answer: Answer


def survivals(facts: Facts, book: Book) -> list[Survival]:
    """Every failure with a `survives_if`, in the order of the design."""
    return [
        Survival(failure, answer(facts, book, failure.survives_if))
        for failure in facts.design.failures
        if failure.survives_if
    ]
