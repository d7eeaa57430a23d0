"""Why a result is off: the factor, and what a factor like it usually comes from.

The causes are those of `sdcli calc` (estimate/claim.py): bits for bytes, a month for a day, a
day for a second, a prefix or a zero. Spoken numbers are rounded, so a factor is recognised
within a quarter here. One cause only an answer has: the writer says how many copies are kept,
and the result is off by just that factor.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from sdcli.core.errors import SdcliError
from sdcli.scoring.numbers.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sdcli.scoring.numbers.amount import Amount
    from sdcli.units import Quantity

_NEAR = 1.25  # a spoken result is rounded, so its factor is too
_BYTE = 8.0
_BITS = Pattern(r"(?:\b|\d)[kKMGTP]?i?(?:bits?|bps|b)\b")
_BYTES = Pattern(r"(?:\b|\d)[kKMGTP]?i?(?:bytes?|B)\b")
_COPIES_NEAR = 1.1
_NAMED = (8.0, 30.0, 86_400.0, 1e3, 1e6, 1e9, 12.0, 365.0, 2.592e6, 3600.0, 24.0, 60.0)


def cause(
    computed: Quantity | None,
    claimed: Quantity | None,
    ratio: float,
    copies: Sequence[float] = (),
    *,
    is_mixed: bool = False,
) -> str:
    """What the slip looks like, after its factor; at least the factor.

    Args:
        computed: what the sum comes to; None where it is no quantity of the language.
        claimed: what the writer says, of the same kind.
        ratio: claimed over computed, positive.
        copies: the numbers of copies that the writer states.
        is_mixed: whether the sum has bits and bytes in it.

    >>> cause(None, None, 4.2)
    '4.2 times too high'
    """
    apart = max(ratio, 1 / ratio)
    word = "high" if ratio > 1 else "low"
    for number in copies:
        if number > 1 and 1 / _COPIES_NEAR <= apart / number <= _COPIES_NEAR:
            asked = "are the {} copies counted?" if ratio < 1 else "are {} copies counted twice?"
            return f"{number:g} times too {word}: {asked.format(f'{number:g}')}"
    if is_mixed and 1 / _NEAR <= apart / _BYTE <= _NEAR:
        judged = _judged(computed, _BYTE if ratio > 1 else 1 / _BYTE)
        return (
            judged
            if "bits" in judged
            else f"8 times too {word}: looks like bits and bytes mixed up"
        )
    from sdcli.estimate.claim import factor

    recognised = _recognised(computed, claimed, ratio)
    return recognised or f"{factor(_two_digits(apart))} times too {word}"


def _recognised(computed: Quantity | None, claimed: Quantity | None, ratio: float) -> str:
    if computed is None or claimed is None:
        return ""
    from sdcli.estimate.claim import judge

    try:
        if found := judge(computed, claimed).cause:
            return found
        apart = max(ratio, 1 / ratio)
        for named in sorted(_NAMED, key=lambda one: max(one / apart, apart / one)):
            if 1 / _NEAR <= apart / named <= _NEAR:
                found = _judged(computed, named if ratio > 1 else 1 / named)
                if ":" in found:
                    return found
    except (SdcliError, ArithmeticError, ValueError):
        pass
    return ""


def _judged(computed: Quantity | None, ratio: float) -> str:
    """What `sdcli calc` says to a claim that is off by just this factor."""
    if computed is None:
        return ""
    from sdcli.estimate.claim import judge

    try:
        return judge(computed, computed * ratio).cause
    except (SdcliError, ArithmeticError, ValueError):
        return ""


def mixes_bits(words: str) -> bool:
    """Whether units of bits and of bytes stand among the words.

    >>> mixes_bits("100 GB over a 1 Gbps link"), mixes_bits("100 GB at 1 GB/s")
    (True, False)
    """
    return _BITS.search(words) is not None and _BYTES.search(words) is not None


def _two_digits(apart: float) -> float:
    return float(f"{apart:.2g}") if apart < 1e15 else apart  # noqa: PLR2004 - nobody reads more


def in_words(value: float, claim: Amount) -> Quantity | None:
    """A value of the claim's kind as a quantity in the claim's unit; None where none fits.

    >>> from sdcli.scoring.numbers.amounts import amounts
    >>> print(in_words(69.444, amounts("about 70 trips a second")[0]))
    69.44 trip/s
    """
    size = _size(claim.unit) if claim.unit else 1.0
    if size is None:
        return None
    number = value / size
    noun = claim.word if _is_noun(claim.word) and claim.unit[:1] in ("", "/") else ""
    for unit in (f"{noun}{claim.unit}", claim.unit):
        found = _read(f"{number:.12g} {unit}", (noun,) if noun else ())
        if found is not None:
            return found
    return None


@lru_cache(maxsize=256)
def _size(unit: str) -> float | None:
    found = _read(f"1 {unit}")
    return None if found is None else found.value


def _is_noun(noun: str) -> bool:
    from sdcli.units.vocabulary import Vocabulary

    return bool(re.fullmatch(r"[a-z]{3,30}", noun)) and not Vocabulary.of().is_physical(noun)


def _read(words: str, nouns: tuple[str, ...] = ()) -> Quantity | None:
    from sdcli.units import quantity

    try:
        return quantity(words, nouns=nouns)
    except (SdcliError, ArithmeticError, ValueError):
        return None
