"""How far a text gets on the topics of the deep dive, for a text that is saved again and again.

Between two saves most of an answer stays as it was, and a grade never looks further than a
paragraph, or the paragraph below a heading. So each of them is graded once, for as long as it
stands in the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.interview.follow_ups import asked_items
from sdcli.scoring import grade, topic_echoes
from sdcli.scoring.text import read
from sdcli.scoring.verdict import RANK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.content import DeepDive
    from sdcli.interview.terms import Terms
    from sdcli.scoring import Graded


class TopicGrades:
    """The grades of the items of each topic, by text."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._known: dict[tuple[str, str], list[Graded]] = {}
        self._before: dict[tuple[str, str], list[Graded]] = {}

    def begin(self) -> None:
        """Begin with a new text: what no longer stands in it is forgotten with the next."""
        self._before, self._known = self._known, {}

    def on(self, topic: DeepDive, text: str) -> list[Graded]:
        """The best grade of each item of a topic that the level asks for, in the items' order.

        Cost: grades the paragraphs that did not stand in this text or the one before.
        """
        by_piece = [self._of_piece(topic, piece) for piece in pieces(text) or [""]]
        return [
            max(of_item, key=lambda one: RANK[one.state]) for of_item in zip(*by_piece, strict=True)
        ]

    def _of_piece(self, topic: DeepDive, piece: str) -> list[Graded]:
        key = (topic.id, piece)
        found = self._known.get(key) or self._before.get(key)
        if found is None:
            echoes = topic_echoes(self._terms.scenario, topic)
            items = asked_items(self._terms, topic)
            found = [grade(item, piece, echoes=echoes) for item in items]
        self._known[key] = found
        return found


def pieces(text: str) -> list[str]:
    r"""The paragraphs and lists of a text, each with the headings above it.

    >>> pieces("### Cache\n\nIt fits.\nSo be it.\n\n- one\n- two\n")
    ['### Cache\n\nIt fits.\nSo be it.', '- one\n- two']
    """
    return list(_pieces(text))


def _pieces(text: str) -> Iterator[str]:
    begin: int | None = None
    last = None
    for sentence in read(text):
        if last and begin is not None and sentence.block != last.block and not last.heading:
            yield text[begin : last.end]
            begin = None
        if begin is None:
            begin = text.rfind("\n", 0, sentence.start) + 1  # with its bullet
        last = sentence
    if last:
        yield text[begin : last.end]
