"""Id spaces: how many ids there are, how long they last, and when random ones meet.

An id is a word of `length` characters over an alphabet; 41 bits are a word of 41 characters over
an alphabet of two.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from sdcli.core.suggest import did_you_mean
from sdcli.estimate.calculator import calculator
from sdcli.estimate.kinds import COUNT, DURATION, NUMBER, RATE, SHARE, WHOLE, Kind, one, share
from sdcli.estimate.signature import default, output
from sdcli.units import Quantity, UnitError, parse
from sdcli.units.conventions import DEFAULT
from sdcli.units.spread import Point

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.estimate.kinds import Value
    from sdcli.units.conventions import Conventions

_ALPHABETS = {
    "bit": 2,
    "bits": 2,
    "binary": 2,
    "decimal": 10,
    "hex": 16,
    "base32": 32,
    "base36": 36,
    "base58": 58,
    "base62": 62,
    "base64": 64,
}


@dataclass(frozen=True)
class AlphabetKind(Kind):
    """How many characters an alphabet has: a number, or a name such as base62."""

    def read(
        self, text: str, name: str, *, nouns: Iterable[str] = (), conventions: Conventions = DEFAULT
    ) -> Value:
        """The size of the alphabet of that name, or the number that was typed.

        Raises:
            UnitError: it is neither.
        """
        word = text.strip().lower()
        if word in _ALPHABETS:
            return Quantity(Point(float(_ALPHABETS[word])), conventions=conventions)
        if word.isalnum() and word[:1].isalpha():
            raise UnitError(
                "there is no alphabet of that name",
                where=name,
                given=word,
                expected=f"a number of characters, or one of {', '.join(_ALPHABETS)}",
                fix=did_you_mean(word, _ALPHABETS),
            )
        return super().read(text, name, nouns=nouns, conventions=conventions)

    def _fix(self, value: Quantity) -> str:  # noqa: ARG002 - no factor makes an alphabet
        return ""


ALPHABET = AlphabetKind(
    "the size of an alphabet", "base62", WHOLE.takes, least=2, most=1e6, whole=True, certain=True
)
IDS_MAX = 1e150  # its square is still a float
LENGTH = WHOLE.within(1, 1024).like("7")


@dataclass(frozen=True)
class IdSpace:
    """How large an id space is.

    Attributes:
        ids: how many different ids there are.
        bits: how many bits one of them holds.
        lasts: how long they last at that rate, none used twice and none left out.
    """

    ids: Annotated[Quantity, COUNT] = output("alphabet^length")
    bits: Annotated[Quantity, NUMBER] = output("length × log2(alphabet)")
    lasts: Annotated[Quantity | None, DURATION] = output("ids ÷ rate")


@calculator(
    title="Size of an id space",
    formula="N = alphabet ^ length; lasts = N ÷ rate",
    source="C. E. Shannon, Bell System Technical Journal 27, 1948 (log₂ N is what an id holds)",
)
def id_space(
    *,
    length: Annotated[Quantity, LENGTH],
    alphabet: Annotated[Quantity, ALPHABET] = default("62"),
    rate: Annotated[Quantity | None, RATE.meaning("1/s").within(1e-30).like("1k/s")] = None,
) -> IdSpace:
    """How many ids of a length there are, and how long they last.

    Args:
        length: how many characters an id has; for bits, say --alphabet bits.
        alphabet: how many different characters: a number, or base62, base36, hex, bits.
        rate: how many ids are used; then it is said how long they last.

    Returns:
        The number of ids, the bits of one, and the time until all are used.

    Raises:
        UnitError: a length or an alphabet that is no whole number, or a space beyond 10^308.

    Ids that are given out one after the other fill the space; random ones meet long before, see
    collisions.

    >>> from sdcli.units import quantity
    >>> print(id_space(length=quantity("7")).ids)
    3.522T
    """
    ids = alphabet**length
    if rate is not None:
        for noun in rate.dimension.nouns:
            ids *= one(noun, rate.conventions)
    bits = parse("length × log2(alphabet)").evaluate({"length": length, "alphabet": alphabet})
    return IdSpace(ids, bits, ids / rate if rate is not None else None)


@dataclass(frozen=True)
class IdLength:
    """How long an id has to be.

    Attributes:
        bits: in bits.
        hex: in hexadecimal characters.
        base36: in small letters and digits.
        base62: in letters and digits.
    """

    bits: Annotated[Quantity, WHOLE] = output()
    hex: Annotated[Quantity, WHOLE] = output()
    base36: Annotated[Quantity, WHOLE] = output()
    base62: Annotated[Quantity, WHOLE] = output()


@calculator(
    title="Length of an id",
    formula="the smallest L with alphabet ^ L ≥ ids",
    source="C. E. Shannon, Bell System Technical Journal 27, 1948",
)
def id_length(
    *,
    ids: Annotated[Quantity, COUNT.within(1, IDS_MAX).alone().like("100G")],
) -> IdLength:
    """How many characters an id needs so that there are enough of them.

    Args:
        ids: how many are ever needed.

    Returns:
        The length in bits and in the usual alphabets.

    Raises:
        UnitError: this is no count.

    Holds for ids that are given out one after the other. It is exact: 2^30 ids take 30 bits, and
    one more takes 31.

    >>> from sdcli.units import quantity
    >>> print(id_length(ids=quantity("100G")).base62)
    7
    """
    needed = math.ceil(ids.value)
    return IdLength(
        *(
            Quantity(Point(float(_length(needed, alphabet))), conventions=ids.conventions)
            for alphabet in (2, 16, 36, 62)
        )
    )


@dataclass(frozen=True)
class Collisions:
    """When random ids meet.

    Attributes:
        space: how many different ids there are.
        pairs: how many pairs of equal ids to expect.
        odds: the chance that there is such a pair at all.
        one_percent: how many ids bring that chance to 1%.
        half: how many ids bring it to 50%.
    """

    space: Annotated[Quantity, NUMBER] = output("alphabet^length")
    pairs: Annotated[Quantity, NUMBER] = output()
    odds: Annotated[Quantity, SHARE] = output()
    one_percent: Annotated[Quantity, COUNT] = output()
    half: Annotated[Quantity, COUNT] = output()


@calculator(
    title="Collisions of random ids",
    formula="p = 1 − e^(−n (n − 1) ÷ 2N); n for p: n (n − 1) = −2N ln(1 − p)",
    source="R. von Mises, Revue Fac. Sci. Univ. Istanbul 4, 1939 (the birthday problem)",
)
def collisions(
    *,
    ids: Annotated[Quantity, COUNT.within(0, IDS_MAX).alone().like("1G")],
    length: Annotated[Quantity, LENGTH.like("22")],
    alphabet: Annotated[Quantity, ALPHABET] = default("62"),
) -> Collisions:
    """The chance that two of so many random ids are equal (birthday problem).

    Args:
        ids: how many are drawn.
        length: how many random characters an id has; a UUID of version 4 has 122 bits.
        alphabet: how many different characters: a number, or base62, base36, hex, bits.

    Returns:
        The chance, the expected pairs, and how many ids bring the chance to 1% and to 50%.

    Raises:
        UnitError: a length or an alphabet that is no whole number.

    Holds for ids drawn evenly and independently. The exponential is close when the space is large:
    for 23 birthdays it gives 50.0% where the exact chance is 50.7%.

    >>> from sdcli.units import quantity
    >>> print(collisions(ids=quantity("1G"), length=quantity("7")).pairs)
    142k
    """
    space = alphabet**length
    size, drawn = space.value, ids.value
    pairs = max(0.0, drawn * ((drawn - 1.0) / 2.0 / size))
    odds = 1.0 if drawn > size else -math.expm1(-pairs)
    return Collisions(
        space,
        Quantity(Point(pairs), conventions=ids.conventions),
        share(Point(odds), ids.conventions),
        *(ids.apply(lambda _, p=p: Point(_drawn(size, p))) for p in (0.01, 0.5)),  # type: ignore[misc]
    )


def _length(needed: int, alphabet: int) -> int:
    """The smallest length with that many words; by whole numbers, as logarithms are not exact."""
    length, words = 1, alphabet
    while words < needed:
        length, words = length + 1, words * alphabet
    return length


def _drawn(space: float, chance: float) -> float:
    """How many ids bring the chance of a collision to that: the root of n (n - 1) = -2N ln(1-p)."""
    return 0.5 + math.hypot(0.5, math.sqrt(space) * math.sqrt(-2.0 * math.log1p(-chance)))
