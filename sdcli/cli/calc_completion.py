"""What Tab offers at the prompt of `sdcli calc`, by what stands before the cursor.

Commands stand at the start of a line, units behind a number and behind `to`, `in`, `per`;
elsewhere names and functions come first. Nothing here knows of a terminal.
"""

from __future__ import annotations

import re

from sdcli.cli.calc_session import ANS, COMMANDS
from sdcli.units.conventions import BOUNDS
from sdcli.units.functions import FUNCTIONS
from sdcli.units.record import TYPE_CHECKING, Record
from sdcli.units.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.cli.calc_session import Session

_WORD = re.compile(r"[^\W\d][\w.]*$")
_AFTER_NUMBER = re.compile(
    r"(?<![\w.])\d[\d_,.]*(e[+-]?\d+)?\s*([kKMGT]|thousand|million|billion|trillion)?\s*$"
)
_AFTER_CONVERSION = re.compile(r"(\b(to|in|per)\s|->\s*)\s*$")


class Offer(Record):
    """A word that may stand here, and what it is."""

    word: str
    meaning: str = ""


def typed_word(before: str) -> str:
    """The word that is being typed at the end of a text, or nothing.

    >>> typed_word("150M us"), typed_word("150M "), typed_word("5M")
    ('us', '', 'M')
    """
    found = _WORD.search(before)
    if found:
        return found.group()
    glued = re.search(r"\d([^\W\d]+)$", before)
    return glued.group(1) if glued else ""


def offers(before: str, session: Session) -> list[Offer]:
    """The words that may take the place of the one being typed, the likely ones first.

    Args:
        before: the line up to the cursor.
        session: its names and count nouns.
    """
    word = typed_word(before)
    stem = before[: len(before) - len(word)]
    command, *behind = stem.split(None, 1)[:2] or [""]
    units = _units(session)
    values = [*_names(session), *_functions()]
    if command in ("info", "help") and not behind:
        known = {offer.word: offer for offer in (*_names(session), *units, *_info_words())}
        return _matching(word, known.values())
    if command == "set":
        return _matching(word, [Offer(name) for name in (*BOUNDS, "samples", "rough", "usual")])
    if command in ("unit", "save") and "=" not in before:
        return []
    if _AFTER_NUMBER.search(stem) or _AFTER_CONVERSION.search(stem):
        return _matching(word, units)
    if stem.rstrip().endswith("/"):
        return _matching(word, [*units, *values])
    if not stem.strip():
        values = [*[Offer(name, what) for name, (_, what) in COMMANDS.items()], *values]
    return _matching(word, values) or _matching(word, units)


def _matching(word: str, known: Iterable[Offer]) -> list[Offer]:
    """Those that begin like the word; in another case only where none begins in this one."""
    known = list(known)
    return [offer for offer in known if offer.word.startswith(word)] or [
        offer for offer in known if offer.word.casefold().startswith(word.casefold())
    ]


def _names(session: Session) -> list[Offer]:
    named = [Offer(name, session.values[name].summary()) for name in session.made]
    last = session.values.get(ANS)
    return [*named, Offer(ANS, last.summary())] if last is not None else named


def _units(session: Session) -> list[Offer]:
    vocabulary = Vocabulary.of(session.setting.nouns)
    found = {}
    for word in vocabulary.words():
        unit = vocabulary.unit(word)
        if unit is not None:
            found[word] = "counted" if unit.dimension.nouns == (word,) else unit.dimension.kind
    return [Offer(word, meaning) for word, meaning in found.items()]


def _functions() -> list[Offer]:
    return [Offer(f"{name}(", function.help) for name, function in FUNCTIONS.items()]


def _info_words() -> list[Offer]:
    return [
        *(Offer(name, function.help) for name, function in FUNCTIONS.items()),
        *(Offer(name, what) for name, (_, what) in COMMANDS.items()),
    ]
