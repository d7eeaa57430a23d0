"""The words of an expression: the units of the table, and count nouns.

Counted things are dimensions of their own. Many nouns are built in; a design, a scenario or a
sheet declares more with `nouns:`. A noun is read in singular and plural, printed in singular,
and never guessed: a word that nobody declared is an error, not a new kind.
"""

from __future__ import annotations

from sdcli.units.dimension import BASE_KINDS, Dimension
from sdcli.units.errors import UnitError, quoted, suggestion
from sdcli.units.record import TYPE_CHECKING
from sdcli.units.table import AMBIGUOUS, REQUEST, UNITS, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable

BUILTIN_NOUNS: tuple[str, ...] = (
    *("user", "request", "read", "write", "tweet", "post", "message", "email", "photo", "video"),
    *("file", "page", "url", "link", "paste", "search", "view", "click", "event", "order"),
    *("transaction", "payment", "upload", "download", "connection", "session", "object", "key"),
    *("row", "item", "server", "node"),
)
_REQUEST_SPELLINGS = ("req", "reqs", "query", "queries")

MAGNITUDES = {  # glued to a number or after it; `B` is billion only before a count noun
    "k": 1e3,
    "K": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
}
FUNCTION_NAMES = ("min", "max", "ceil", "floor", "round", "sqrt", "log2")
OPERATOR_WORDS = ("to", "in", "per", "and", "or", "not")

_IRREGULAR = {"person": "people", "child": "children", "index": "indexes", "entry": "entries"}
_CACHE: dict[tuple[str, ...], Vocabulary] = {}
_CACHE_MAX = 64


def plural(noun: str) -> str:
    """The regular English plural, and a few others.

    >>> plural("link"), plural("query"), plural("search"), plural("key")
    ('links', 'queries', 'searches', 'keys')
    """
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


class Vocabulary:
    """Every word that stands for a unit: the table and these count nouns.

    >>> Vocabulary.of(["redirect"]).unit("redirects").symbol
    'redirect'
    """

    def __init__(self, nouns: Iterable[str] = ()) -> None:
        self._nouns: dict[str, Unit] = {}
        for noun in BUILTIN_NOUNS:
            self._learn(noun)
        self._nouns.update(dict.fromkeys(_REQUEST_SPELLINGS, REQUEST))
        for noun in nouns:
            if noun not in self._nouns and noun not in UNITS:
                _check_noun(noun)
                self._learn(noun)

    @classmethod
    def of(cls, nouns: Iterable[str] = ()) -> Vocabulary:
        """The vocabulary with these nouns beside the built-in ones; made once for each list.

        A noun that is a unit already adds nothing: the unit stays what it is.

        Raises:
            UnitError: a noun is not a plain lower-case word, or means something else.
        """
        key = tuple(nouns)
        if key not in _CACHE:
            if len(_CACHE) >= _CACHE_MAX:
                _CACHE.clear()
            _CACHE[key] = cls(key)
        return _CACHE[key]

    def _learn(self, noun: str) -> None:
        unit = Unit(noun, Dimension.of(noun))
        self._nouns[noun] = unit
        self._nouns.setdefault(plural(noun), unit)

    def unit(self, word: str) -> Unit | None:
        """The unit of that spelling; a unit of the table goes before a noun."""
        return UNITS.get(word) or self._nouns.get(word)

    def noun(self, word: str) -> Unit | None:
        """The count noun of that spelling."""
        return self._nouns.get(word)

    def words(self) -> list[str]:
        """Words worth suggesting: no plurals, and one spelling where only the case differs."""
        seen: dict[tuple[str, str], str] = {}
        for spelling, unit in UNITS.items():
            if not (spelling.endswith("s") and spelling[:-1] in UNITS and len(spelling) > 3):  # noqa: PLR2004 - ms
                seen.setdefault((spelling.casefold(), unit.symbol), spelling)
        nouns = (noun for noun, unit in self._nouns.items() if unit.symbol == noun)
        return [*seen.values(), *nouns]


def _check_noun(noun: str) -> None:
    what = ""
    if not is_name(noun):
        what = "this is no plain lower-case word"
    elif noun in AMBIGUOUS:
        what = "this has two readings already"
    elif noun in FUNCTION_NAMES or noun in OPERATOR_WORDS or noun in MAGNITUDES or noun == "x":
        what = "this word means something else in an expression"
    elif noun in BASE_KINDS:
        what = "this is a kind of its own and cannot be a count noun"
    if what:
        raise UnitError(
            what, where=f"noun {quoted(noun)}", expected="a thing that is counted, like redirect"
        )


def is_name(word: str) -> bool:
    """Whether a word may name a value: a lower-case letter, then letters, digits, underscores.

    >>> is_name("write_rate"), is_name("Rate"), is_name("2x")
    (True, False, False)
    """
    return (
        word.isascii()
        and word[:1].islower()
        and word.replace("_", "a").isalnum()
        and word == word.lower()
    )


def unknown_unit(word: str, vocabulary: Vocabulary) -> UnitError:
    """The error for a word after a number, or in a conversion, that is no unit."""
    if word in AMBIGUOUS:
        return ambiguous(word)
    if word[:1] in MAGNITUDES and vocabulary.unit(word[1:]):
        hint = f"write {word[0]} at the number and a space before {word[1:]}"
    elif word.casefold() in OPERATOR_WORDS:
        hint = f"write {word.casefold()} in small letters"
    elif word[:1] == "x" and not word[1:].strip("0123456789"):
        hint = "write x with spaces on both sides to multiply, or *"
    else:
        hint = suggestion(word, vocabulary.words())
    return UnitError(
        f"{quoted(word)} is no unit",
        expected="a unit like MB, day, request or $; count nouns beside the built-in ones"
        " are declared first",
        fix=hint,
    )


def ambiguous(word: str) -> UnitError:
    """The error for a word that two people read differently."""
    return UnitError(
        f"{quoted(word)} has two readings",
        expected=" or ".join(AMBIGUOUS[word]),
    )
