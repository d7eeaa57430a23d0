"""An amount: a number of the text with what it measures, counts, and is per."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

BARE_MAX = 1_000  # a shorter number without a unit may be a name: "server 21"
_NOUNS = {
    **dict.fromkeys(("dau", "mau", "people", "member", "customer", "person"), "user"),
    **dict.fromkeys(("query", "req", "call", "qps", "rps", "tps"), "request"),
    **dict.fromkeys(("op", "ops"), "operation"),
    **dict.fromkeys(("machine", "box", "host", "instance", "node"), "server"),
    **dict.fromkeys(("picture", "image", "pic"), "photo"),
}


class Amount(NamedTuple):
    """A number of the text with what it measures.

    `value` is in bits, seconds, dollars and ones; `dims` are the exponents of information,
    time and money. `noun` is what it counts ("" when nothing; near synonyms are one
    noun, `word` is the one that stands there), `per` the things of
    which one has so much; `each` says so without the thing. `period` is the length in seconds
    of the time that it is per, 0 for none. `kind` is percent, factor or copies, else "".
    `others` are further readings of value and dims. `unit` is written for the quantity
    language. `is_sum`: it is several numbers of the text together; `is_spelled`: a small number
    in words; `is_digits`: nothing but digits stand there; `is_subject`: what it is per is what
    the sentence is about ("a page has 20 images"). `is_divisor`: "over 12 shards".
    """

    start: int
    end: int
    value: float
    dims: tuple[int, int, int] = (0, 0, 0)
    noun: str = ""
    word: str = ""
    per: frozenset[str] = frozenset()
    each: bool = False
    period: float = 0.0
    kind: str = ""
    unit: str = ""
    others: tuple[tuple[float, tuple[int, int, int]], ...] = ()
    is_sum: bool = False
    is_spelled: bool = False
    is_digits: bool = False
    is_subject: bool = False
    is_divisor: bool = False

    @property
    def is_rate(self) -> bool:
        """Whether it is so much per time."""
        return self.dims[1] < 0

    @property
    def is_bare(self) -> bool:
        """Whether it is a short number that counts nothing: "server 21", "between 3 and 5"."""
        lone = not (self.noun or self.unit or self.kind or self.is_sum or self.per or self.each)
        return lone and self.is_digits and self.value < BARE_MAX

    @property
    def number(self) -> float:
        """The number as it is said, where nothing but a period is behind it."""
        return self.value * (self.period or 1.0)

    @property
    def is_count(self) -> bool:
        """Whether it is a pure number of things."""
        return self.dims == (0, 0, 0) and not self.kind


@lru_cache(maxsize=1024)
def thing(word: str) -> str:
    """The name of a counted thing: one word for its singular, plural and near synonyms.

    >>> thing("Queries"), thing("DAU"), thing("photos")
    ('request', 'user', 'photo')
    """
    one = one_of(word.lower().removesuffix("'s").removesuffix("’s"))
    return _NOUNS.get(one, one)


@lru_cache(maxsize=1024)
def one_of(word: str) -> str:
    """The singular of a word.

    >>> one_of("queries")
    'query'
    """
    from sdcli.units.vocabulary import singular

    return singular(word)
