"""Numbers in prose that the design no longer gives.

A number is looked at only where nothing else can be meant: it carries a unit, and it stands in the
same sentence as the name of an assumption or estimate of that dimension. It may be off by 5 %, or
lie in the range; where a sentence names several, or says several, one that agrees is enough. What
is found is a note and never fails a check.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from sdcli.documents.checking.amounts import amounts, is_of_another_case
from sdcli.documents.checking.answer import Finding
from sdcli.documents.checking.naming import Names
from sdcli.documents.checking.places import named
from sdcli.documents.checking.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sdcli.core.yaml import Key
    from sdcli.documents.checking.amounts import Amount
    from sdcli.documents.text.markers import Piece
    from sdcli.units import Quantity

    Values = Callable[[], Mapping[str, Quantity]]

SLACK = 0.05
NOTES_MAX = 50  # of one document or design; a text with more is not about these numbers
LOOKED_MAX = 5_000  # sentences with a name and a digit that are read
SENTENCE_MAX = 2_000  # characters; what is longer is no sentence that somebody wrote
_RIVALS_MAX = 3
_DIGIT = re.compile("[0-9]")

# The keys of a design that hold prose on the design as it is. Requirements say what is asked,
# assumptions where they come from, options what else there was: their numbers are others.
_PROSE = frozenset(
    (
        *("summary", "context", "goals", "role", "text", "because", "consequence", "drivers"),
        *("effect", "detection", "response", "mitigation", "rollback", "answer", "fails", "then"),
    )
)
_NO_PROSE = frozenset(("requirements", "assumptions", "estimates", "out_of_scope", "nouns"))


def notes_on_document(
    path: Path, found: Sequence[Piece], data: Any, nouns: Sequence[str], values: Values
) -> list[Finding]:
    """The numbers outside the blocks of a document that its design does not give.

    Args:
        path: the document.
        found: it, cut at its markers.
        data: the design as its file says it.
        nouns: its count nouns.
        values: the values of its assumptions and estimates; asked for only where a number stands.
    """
    return list(islice(_on_document(path, found, data, nouns, values), NOTES_MAX))


def notes_on_design(data: Any, nouns: Sequence[str], values: Values) -> list[Finding]:
    """The numbers in the prose of a design that it does not give itself; see notes_on_document."""
    return list(islice(_on_design(data, nouns, values), NOTES_MAX))


def _on_document(
    path: Path, found: Sequence[Piece], data: Any, nouns: Sequence[str], values: Values
) -> Iterator[Finding]:
    reader = _Reader(data, nouns, values)
    line = 1
    for piece in found:
        text = piece if isinstance(piece, str) else piece.raw
        if isinstance(piece, str):
            for place, message in reader.conflicts(piece):
                at = line + piece.count("\n", 0, place)
                yield Finding("prose-number", f"{path}:{at}", message, line=at)
        line += text.count("\n")


def _on_design(data: Any, nouns: Sequence[str], values: Values) -> Iterator[Finding]:
    reader = _Reader(data, nouns, values)
    for key, text in _texts(data, ()):
        for _, message in reader.conflicts(text):
            yield Finding("prose-number", named(data, key), message)


def _texts(part: Any, key: Key) -> Iterator[tuple[Key, str]]:
    """The prose of a design with its keys, in the order of the file."""
    if isinstance(part, str):
        word = next((one for one in reversed(key) if isinstance(one, str)), "")
        if word in _PROSE or key[0] == "glossary":
            yield key, part
    elif isinstance(part, dict):
        for word, inner in part.items():
            if not (word in _NO_PROSE and not key) and word != "options":
                yield from _texts(inner, (*key, word))
    elif isinstance(part, list):
        for i, inner in enumerate(part):
            yield from _texts(inner, (*key, i))


class _Reader:
    """Reads texts with the names of one design in mind."""

    def __init__(self, data: Any, nouns: Sequence[str], values: Values) -> None:
        self._nouns = nouns
        self._values = values
        self._looked = 0
        self._known = [*(data.get("assumptions") or {}), *(data.get("estimates") or {})]
        self._may_be = Names(self._known)  # before the units are needed to tell a thing from a name

    @cached_property
    def _names(self) -> Names:
        return Names(self._known, _things(self._known, self._nouns))

    def conflicts(self, text: str) -> Iterator[tuple[int, str]]:
        """Each number that the design does not give: its place in the text, and what is wrong."""
        if not self._known or _DIGIT.search(text) is None:
            return
        for start, sentence in sentences(text):
            if len(sentence) > SENTENCE_MAX or _DIGIT.search(sentence) is None:
                continue
            if is_of_another_case(sentence):
                continue
            if not self._may_be.within(sentence):
                continue
            self._looked += 1
            if self._looked > LOOKED_MAX:
                return
            for amount, message in self._wrong(sentence):
                yield start + amount.start, message

    def _wrong(self, sentence: str) -> Iterator[tuple[Amount, str]]:
        said = list(amounts(sentence, self._nouns))
        spans = [(one.start, one.end) for one in said]
        names = self._names.within(sentence, spans) if said else []
        values = self._values() if names else {}
        values = {name: values[name] for name in names if name in values}
        off = [(one, rivals) for one in said if (rivals := _rivals(one, values))]
        right = [one.value.dimension for one, rivals in off if _agrees(one, rivals)]
        for one, rivals in off:
            if one.value.dimension not in right:
                yield one, _told(one, rivals)


def _things(names: Sequence[str], nouns: Sequence[str]) -> list[str]:
    """The names that are the name of something that is counted, in singular or plural."""
    from sdcli.units.vocabulary import Vocabulary

    known = Vocabulary.of(nouns)
    return [name for name in names if known.noun(name) is not None]


def _rivals(amount: Amount, values: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """The named numbers that an amount may be meant to be: those of its dimension."""
    return {
        name: value
        for name, value in values.items()
        if value.dimension == amount.value.dimension
        and ((value.unit or "") == "%") == amount.is_share
    }


def _agrees(amount: Amount, rivals: Mapping[str, Quantity]) -> bool:
    said = amount.value
    return any(
        said.high >= value.low - SLACK * abs(value.low)
        and said.low <= value.high + SLACK * abs(value.high)
        for value in rivals.values()
    )


def _told(amount: Amount, rivals: Mapping[str, Quantity]) -> str:
    given = [f"{name} {value.summary()}" for name, value in rivals.items()]
    more = len(given) - _RIVALS_MAX
    named_ = ", ".join(given[:_RIVALS_MAX]) + (f" and {more} more" if more > 0 else "")
    return f"it says {amount.text}, the design gives {named_}"
