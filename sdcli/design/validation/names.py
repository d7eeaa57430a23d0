"""Names and ids: each once, and no noun that is no word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sdcli.core.errors import Fault
    from sdcli.core.yaml import Key
    from sdcli.design.validation.desk import Desk

_NOUN = re.compile(r"[a-z]{2,32}")


def nouns(desk: Desk) -> Iterator[Fault]:
    """Count nouns that are no words; every formula would fail on them again."""
    for i, noun in enumerate(desk.design.nouns):
        if not _NOUN.fullmatch(noun):
            yield desk.fault(
                ("nouns", i), "a noun is one lower-case word in the singular, like link"
            )


def ids(desk: Desk) -> Iterator[Fault]:
    """Ids and names that stand twice."""
    design = desk.design
    lists: list[tuple[Key, Iterable[str]]] = [
        (("requirements", "functional"), [part.id for part in design.requirements.functional]),
        (("requirements", "quality"), [part.id for part in design.requirements.quality]),
        (("decisions",), [part.id for part in design.decisions]),
        (("failures",), [part.id for part in design.failures]),
        (("risks",), [part.id for part in design.risks]),
        (("questions",), [part.id for part in design.questions]),
    ]
    for key, words in lists:
        seen: set[str] = set()
        for i, word in enumerate(words):
            if word in seen:
                yield desk.fault((*key, i, "id"), f"the id {word} stands twice")
            seen.add(word)
    for name in design.estimates:
        if name in design.assumptions:
            yield desk.fault(
                ("estimates", name), f"{name} is an assumption already", "give one a new name"
            )
