"""What may go wrong, what nobody knows yet, what words mean, what was said on single topics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.design import leaves
from sdcli.documents.inputs import by_id
from sdcli.documents.sections.section import EVERY, FULL, WRITTEN, Part, Section, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts


def _risks(facts: Facts, book: Book) -> Iterator[Source]:  # noqa: ARG001 - every section's form
    risks = facts.design.risks
    yield Source(
        "risks",
        "risks",
        by_id("risks", risks),
        lambda: {
            "rows": [
                {"id": part.id, "text": part.text, "mitigation": part.mitigation} for part in risks
            ]
        },
    )


def _questions(facts: Facts, book: Book) -> Iterator[Source]:  # noqa: ARG001 - the form
    asked = facts.design.questions
    yield Source(
        "questions",
        "questions",
        by_id("questions", asked),
        lambda: {
            "rows": [{"id": part.id, "text": part.text, "owner": part.owner} for part in asked]
        },
    )


def _glossary(facts: Facts, book: Book) -> Iterator[Source]:  # noqa: ARG001 - the form
    words = facts.design.glossary
    yield Source(
        "glossary",
        "glossary",
        leaves("glossary", words),
        lambda: {"rows": [{"term": term, "meaning": words[term]} for term in words]},
    )


def _discussion(facts: Facts, book: Book) -> Iterator[Source]:  # noqa: ARG001 - the form
    said = facts.design.discussion
    yield Source(
        "discussion",
        "discussion",
        leaves("discussion", said),
        lambda: {"rows": [{"topic": part.topic, "text": part.text} for part in said]},
    )


RISKS = Section(EVERY, (Part("risks", "Risks", lambda d: bool(d.risks)),), _risks)
QUESTIONS = Section(
    WRITTEN, (Part("questions", "Open questions", lambda d: bool(d.questions)),), _questions
)
GLOSSARY = Section(FULL, (Part("glossary", "Glossary", lambda d: bool(d.glossary)),), _glossary)
DISCUSSION = Section(
    frozenset({"interview", "full"}),
    (Part("discussion", "Discussion", lambda d: bool(d.discussion)),),
    _discussion,
)
