"""The words of an expression: the units of the table, count nouns, and physical units.

Counted things are dimensions of their own. Many nouns are built in; a design, a scenario or a
sheet declares more with `nouns:`. A noun is read in singular and plural, printed in singular,
and never guessed: a word that nobody declared is an error, not a new kind. Physical units
(`mile`, `kilowatt_hour`; long_tail.py) come last: a count noun hides one of its spelling.
"""

from __future__ import annotations

from sdcli.units.dimension import BASE_KINDS
from sdcli.units.errors import UnitError, quoted, suggestion
from sdcli.units.record import TYPE_CHECKING
from sdcli.units.table import AMBIGUOUS, UNITS, noun_unit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sdcli.units.table import Unit

BUILTIN_NOUNS: tuple[str, ...] = (
    *("user", "request", "read", "write", "tweet", "post", "message", "email", "photo", "video"),
    *("file", "page", "url", "link", "paste", "search", "view", "click", "event", "order"),
    *("transaction", "payment", "upload", "download", "connection", "session", "object", "key"),
    *("row", "item", "server", "node", "shard", "replica", "device", "worker"),
)
_SPELLINGS = {
    **dict.fromkeys(("req", "reqs", "query", "queries"), "request"),
    **dict.fromkeys(("URL", "URLs"), "url"),
}

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
FUNCTION_NAMES = (  # what each does is in functions.py
    *("min", "max", "ceil", "floor", "round", "abs", "sqrt", "log2", "log10", "ln", "exp"),
    *("nines", "downtime"),
)
NINES = ("nine", "nines")  # behind a number: an availability
OPERATOR_WORDS = ("to", "in", "per", "and", "or", "not")

_IRREGULAR = {"person": "people", "child": "children", "index": "indexes", "entry": "entries"}
_NO_PLURALS = ("ss", "us", "is")  # how words in s end that are singular: class, status, analysis
_IN_IE = ("cookies", "movies", "zombies")
_HISSING = ("ss", "x", "sh", "tch", "rch", "nch")  # cases and caches keep their e
_LONGEST = 40  # letters of a word that is compared with others
_SHORTEST = 3  # letters of a word that may be meant as a count noun
_CACHE: dict[tuple[str, ...], Vocabulary] = {}
_CACHE_MAX = 64
NOUNS_MAX = 1_000  # beside the built-in ones; a large design declares 20


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


def singular(noun: str) -> str:
    """The singular of a regular English plural, and of a few others; other words as they are.

    >>> singular("rides"), singular("queries"), singular("caches"), singular("status")
    ('ride', 'query', 'cache', 'status')
    """
    for one, many in _IRREGULAR.items():
        if noun == many:
            return one
    if len(noun) <= _SHORTEST or not noun.endswith("s") or noun.endswith(_NO_PLURALS):
        return noun
    if noun.endswith("ies") and noun not in _IN_IE:
        return noun[:-3] + "y"
    if noun.endswith("es") and noun[:-2].endswith(_HISSING):
        return noun[:-2]
    return noun[:-1]


def _singulars(noun: str) -> list[str]:
    """The words of which it may be the plural; `caches` is that of cache, and of cach."""
    words = [noun.removesuffix("s"), noun.removesuffix("es"), noun.removesuffix("ies") + "y"]
    return [word for word in (*words, *_IRREGULAR) if word != noun and plural(word) == noun]


class Vocabulary:
    """Every word that stands for a unit: the table, these count nouns, the long tail.

    >>> Vocabulary.of(["redirect"]).unit("redirects").symbol
    'redirect'
    """

    def __init__(self, nouns: Collection[str] = ()) -> None:
        if len(nouns) > NOUNS_MAX:
            raise UnitError(
                f"more than {NOUNS_MAX} count nouns are declared", given=f"{len(nouns)} count nouns"
            )
        self._nouns: dict[str, Unit] = {}
        for noun in BUILTIN_NOUNS:
            self._learn(noun)
        self._nouns.update((word, self._nouns[noun]) for word, noun in _SPELLINGS.items())
        for noun in nouns:
            if noun not in self._nouns and noun not in UNITS:
                _check_noun(noun)
                self._learn(noun)
                for word in _singulars(noun):
                    if _is_free(word):
                        self._nouns.setdefault(word, self._nouns[noun])

    @classmethod
    def of(cls, nouns: Iterable[str] = ()) -> Vocabulary:
        """The vocabulary with these nouns beside the built-in ones; made once for each list.

        A noun that is a unit already adds nothing: the unit stays what it is.

        Raises:
            UnitError: a noun is not a plain lower-case word, or means something else; or there
                are more than anyone reads.
        """
        key = tuple(nouns)
        if key not in _CACHE:
            if len(_CACHE) >= _CACHE_MAX:
                _CACHE.clear()
            _CACHE[key] = cls(key)
        return _CACHE[key]

    def _learn(self, noun: str) -> None:
        unit = noun_unit(noun)
        self._nouns[noun] = unit
        self._nouns.setdefault(plural(noun), unit)

    def unit(self, word: str) -> Unit | None:
        """The unit of that spelling: of the table, else a noun, else a physical one.

        Raises:
            MissingError: it is a physical unit, and pint is not installed.
        """
        return UNITS.get(word) or self._nouns.get(word) or _physical(word)

    def is_physical(self, word: str) -> bool:
        """Whether the word is a unit of the long tail and nothing nearer; pint stays out of it."""
        return word not in UNITS and word not in self._nouns and _listed(word) != ""

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

    def words_like(self, word: str) -> list[str]:
        """The same for a word that is not known; a plural too, where it is nearer."""
        small = word.casefold()
        if not small.endswith("s") or len(word) > _LONGEST:
            return self.words()
        from sdcli.core.suggest import edits

        plurals = [
            spelling
            for spelling, unit in self._nouns.items()
            if spelling == plural(unit.symbol)
            and abs(len(spelling) - len(word)) <= len(word) // 3
            and edits(small, spelling) < edits(small, unit.symbol)
        ]
        return [*self.words(), *plurals]


def _listed(word: str) -> str:
    from sdcli.units.long_tail import listed

    return listed(word)


def _physical(word: str) -> Unit | None:
    name = _listed(word)
    if not name:
        return None
    from sdcli.units.physical import physical

    return physical(name)


def _is_free(word: str) -> bool:
    """Whether a singular that nobody declared takes no other word's place."""
    taken = (*FUNCTION_NAMES, *OPERATOR_WORDS, *MAGNITUDES, *NINES, *BASE_KINDS)
    known = word in UNITS or word in AMBIGUOUS or word in taken or _listed(word)
    return len(word) >= _SHORTEST and not known


def _check_noun(noun: str) -> None:
    what = ""
    if not is_name(noun):
        what = "this is no plain lower-case word"
    elif noun in AMBIGUOUS:
        what = "this has two readings already"
    elif noun in (*FUNCTION_NAMES, *OPERATOR_WORDS, *MAGNITUDES, *NINES, "x"):
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
    from sdcli.units import long_tail
    from sdcli.units.habits import hint

    if name := long_tail.written_out(word):
        fix = hint(word) or f"write {name}"
    elif word[:1] in MAGNITUDES and vocabulary.unit(word[1:]):
        fix = f"write {word[0]} at the number and a space before {word[1:]}"
    elif word[:1] == "x" and not word[1:].strip("0123456789"):
        fix = "write x with spaces on both sides to multiply, or *"
    else:
        fix = hint(word) or suggestion(word, vocabulary.words_like(word))
        fix = fix or long_tail.suggestion(word)
    may_be_noun = not fix and len(word) >= _SHORTEST and word.isalpha() and is_name(word)
    return UnitError(
        f"{quoted(word)} is no unit",
        expected="a unit like MB, day, request or $, or a count noun that was declared",
        fix=fix,
        undeclared=singular(word) if may_be_noun else "",
    )


def unit_is_no_name(word: str, unit: Unit) -> UnitError:
    """The error for a unit that is given a value: `b = 5`, where b is the bit."""
    kind = f" ({unit})" if unit.symbol != word else ""
    return UnitError(
        f"{quoted(word)} is a unit{kind} and cannot name a value",
        expected="another name, like size = 5 MB; of a unit only a claim, like MB = 1000 KB",
    )


def ambiguous(word: str) -> UnitError:
    """The error for a word that two people read differently."""
    return UnitError(
        f"{quoted(word)} has two readings",
        expected=" or ".join(AMBIGUOUS[word]),
    )
