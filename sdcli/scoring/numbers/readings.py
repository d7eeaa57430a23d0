"""What a few amounts can come to together, as a claimed amount of some kind.

A person who says "3M riders with 2 trips each make 6M a day" multiplies; one who says "300 TB
on nodes of 4 TB" divides. Which it is follows from what is claimed: bytes, seconds and money
must come out as in the claim, a thing that something is per divides where the claim counts it
("500 per server", so many servers). A period that nobody said is no error: where only a "per
day" is missing the bare numbers are compared, in the claim's own period and per day.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, NamedTuple

from sdcli.scoring.words import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sdcli.scoring.numbers.amount import Amount

DAY = 86_400.0
_WAYS_MAX = 128  # ways to put amounts together that are tried for one claim
AVAILABLE = 0.9  # shares from here on are availabilities, of which the rest counts
_FINITE = 1e290
_COUNT_MIN = 0.3  # less than one thing is no reading of a count
# Things that a design has because of a sum: of these one divides, and never multiplies.
MACHINES = word_set(
    "server shard partition primary replica worker broker disk region cluster database consumer"
    " rack disc card"
)


class Reading(NamedTuple):
    """One value of the amounts together, in the claim's dimensions.

    `strict` says that the kinds come out by themselves, without a period left unsaid.
    """

    value: float
    strict: bool
    parts: tuple[Amount, ...]

    def apart(self, claim: Amount) -> float:
        """By which factor the claim differs from it, at least 1."""
        if self.value <= 0 or claim.value <= 0:
            return 1.0 if self.value == claim.value else math.inf
        return max(self.value / claim.value, claim.value / self.value)


def readings(parts: Sequence[Amount], claim: Amount) -> tuple[Reading, ...]:
    """Every value that the amounts, all of them used, have in the kind of the claim.

    Cost: O(ways), and they are limited: a sum of many amounts that all may divide is not read.

    >>> from sdcli.scoring.numbers.amounts import amounts
    >>> riders, trips, claim = amounts("3M riders with 2 trips each make 6M a day")
    >>> [round(reading.apart(claim), 3) for reading in readings([riders, trips], claim)]
    [1.0]
    """
    if len(parts) == 1:
        return _converted(parts[0], claim)
    if _are_of_one_kind(parts, claim):
        return ()
    options = [tuple(_options(part, parts, claim)) for part in parts]
    if math.prod(map(len, options)) > _WAYS_MAX:
        options = [option[:1] for option in options]
    found: dict[tuple[float, bool], Reading] = {}
    only_divides = claim.is_count and claim.noun in MACHINES
    only_divides = only_divides and all(part.noun != claim.noun for part in parts)
    for way in itertools.product(*options):
        value, info, time, money = 1.0, 0, 0, 0
        for factor, dims, sign in way:
            value *= factor if sign > 0 else 1 / factor
            info, time, money = (
                info + sign * dims[0],
                time + sign * dims[1],
                money + sign * dims[2],
            )
        if (info, money) != (claim.dims[0], claim.dims[2]) or not 1 / _FINITE < value < _FINITE:
            continue
        signs = {sign for _, _, sign in way}
        if signs == {-1} or (only_divides and signs == {1}):
            continue  # so many servers are divided for, never multiplied
        if _misuses_rates(way, parts, claim):
            continue
        if claim.is_count and value < _COUNT_MIN:
            continue
        for result, strict in _in_time(value, time, claim, parts):
            found.setdefault((result, strict), Reading(result, strict, tuple(parts)))
    strict_ones = tuple(reading for reading in found.values() if reading.strict)
    return strict_ones or tuple(found.values())


def _misuses_rates(
    way: Sequence[tuple[float, tuple[int, int, int], int]], parts: Sequence[Amount], claim: Amount
) -> bool:
    """Whether a rate would be the quotient of two rates, or the product of two per second.

    100k reads/s by 90k hits/s are no rate; "10M users a day, 5 posts a day each" may be meant.
    """
    if not claim.is_rate:
        return False
    signed = zip(parts, way, strict=True)
    rates = [(part, sign) for part, (_, _, sign) in signed if part.is_rate]
    nouns = {part.noun for part, _ in rates} | {claim.noun}
    if len({sign for _, sign in rates}) > 1:
        return len(rates) == 2 or len(nouns) == 1  # noqa: PLR2004 - one by the other
    return len(rates) > 1 and all(part.period < DAY and not part.each for part, _ in rates)


def _are_of_one_kind(parts: Sequence[Amount], claim: Amount) -> bool:
    """Whether two amounts count what is claimed: 1,000 nodes and 10 nodes are never multiplied."""
    named = claim.is_count and claim.noun != ""
    alike = [
        part
        for part in parts
        if (part.dims, part.noun) == (claim.dims, claim.noun)
        and not (part.kind or part.per or part.each or part.is_sum)
    ]
    return (named or claim.is_rate) and len(alike) > 1


def _converted(part: Amount, claim: Amount) -> tuple[Reading, ...]:
    """One amount in another unit: a rate per month as one per second, bytes as bits."""
    if part.value <= 0:
        return ()
    if part.is_sum and (part.dims[0], part.dims[2]) == (claim.dims[0], claim.dims[2]):
        together = _in_time(part.value, part.dims[1], claim, (part,))
        return tuple(Reading(value, strict, (part,)) for value, strict in together)
    if part.kind == "percent" and part.value >= AVAILABLE and "/" in claim.unit and claim.is_count:
        return (
            Reading(1 - part.value, strict=True, parts=(part,)),
        )  # 99.9 % up: hours a year down
    if claim.is_count:  # 10 bits are 1024 values
        values = [value for value, dims in part.others if dims == claim.dims and value > 1]
        return tuple(Reading(value, strict=True, parts=(part,)) for value in values)
    open_ = part.per - claim.per and not part.is_subject
    if part.dims != claim.dims or open_ or part.kind:
        return ()
    in_bits = part.dims[0] and _is_bits(part.unit) != _is_bits(claim.unit)
    is_time = part.dims == (0, 1, 0) and part.unit != claim.unit
    if not in_bits and not is_time and part.period == claim.period:
        return ()
    return (Reading(part.value, strict=True, parts=(part,)),)


def _is_bits(unit: str) -> bool:
    return "bit" in unit or "bps" in unit


def _options(
    part: Amount, parts: Sequence[Amount], claim: Amount
) -> Iterator[tuple[float, tuple[int, int, int], int]]:
    """The value, kind and sign of each way in which an amount may enter the product."""
    if part.value <= 0:
        yield 1.0, (99, 0, 0), 1  # with a zero nothing is comparable
        return
    plus, minus = _signs(part, parts, claim)
    for value, dims in ((part.value, part.dims), *part.others):
        if value <= 0:
            continue
        if plus:
            yield value, dims, 1
        if minus:
            yield value, dims, -1


def _signs(part: Amount, parts: Sequence[Amount], claim: Amount) -> tuple[bool, bool]:
    """Whether an amount may multiply, and whether it may divide."""
    if part.kind == "ratio":
        return True, True
    if part.kind:
        return True, False
    if part.noun and part.noun in claim.per:
        return False, True
    if claim.noun and claim.noun in part.per:
        return (claim.noun not in MACHINES), True
    if part.dims != (0, 0, 0):
        return True, True
    if part.is_divisor:
        return True, True
    if claim.noun in MACHINES:  # so many machines: what there is, by what one of them can do
        return part.noun == claim.noun or not part.each, True
    shared = any(other.each or part.noun in other.per for other in parts if part.noun)
    return True, part.noun in MACHINES and not shared


def _in_time(
    value: float, time: int, claim: Amount, parts: Sequence[Amount]
) -> Iterator[tuple[float, bool]]:
    """The value as the claim's kind, where at most a period is left unsaid."""
    lacking = time - claim.dims[1]
    if lacking == 0:
        yield value, True
    elif lacking == 1 and claim.period:
        yield value / claim.period, False
        if claim.period != DAY:
            yield value / DAY, False
    elif lacking == -1:
        for period in {part.period for part in parts if part.period}:
            yield value * period, False
