"""Judging a claimed number: right, honestly rounded, or off, and what the slip looks like.

Published estimates and what people say in interviews go wrong in a few ways, each with a
factor of its own: bits for bytes (8), a day for a second (86,400), a month for a day (30),
thousands for millions (1000), copies forgotten (3). A claim that is off by one of these
factors, where its kind is in play, gets told so; the words stay careful, since a factor is a
hint and no proof.

99.99% and 99.9% look alike and are ten times the downtime apart, so availabilities are judged
by what they lack.
"""

from __future__ import annotations

import math

from sdcli.units.availability import missing
from sdcli.units.dimension import INFORMATION, TIME, Dimension
from sdcli.units.display import rounded, scaled
from sdcli.units.record import TYPE_CHECKING, Record
from sdcli.units.table import PERCENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.units import Quantity

    # The exact factor, the factor as it is named, the words when too high, and when too low.
    Slip = tuple[float, float, str, str]

OK_FACTOR = 1.05  # a claim this near is right
ROUNDED_FACTOR = 1.26  # a claim this near is honest rounding: a tenth of a power of ten
_NEAR = 1.1  # a named factor is recognised this near: the claim was rounded, too
_AVAILABILITY_MIN = 0.9  # percents from here on are judged by what they lack
_ZEROS_MAX = 12
_COPIES = (2, 3)
_STORES = ("server", "node")  # things of which one keeps copies
_IN_FULL = 1e6  # below it a factor is written out: 86,400
_PREFIXES = {3: "one prefix", 6: "two prefixes", 9: "three prefixes"}  # by zeros
_SHORTER = ("s", "ms", "us", "ns")  # each a thousand times shorter than the one before


class Judgement(Record):
    """What becomes of a claim.

    Args:
        verdict: `ok`, `rounded` or `off`.
        ratio: claimed over computed: 10 says that the claim is ten times too high; None when
            zero was computed and something else claimed.
        cause: what the slip looks like, after its factor (`8 times too high: looks like bits
            read as bytes`); empty unless the claim is off in a way that is recognised.
        by_downtime: whether two availabilities were compared by what they lack; the ratio is
            that of their downtimes then.
    """

    verdict: str
    ratio: float | None
    cause: str = ""
    by_downtime: bool = False


def judge(computed: Quantity, claimed: Quantity) -> Judgement:
    """Whether a claim holds: ok within 5 %, rounded within a factor of 1.26, else off.

    Ranges are compared by their medians, and percents from 90 % on by what they lack.

    Args:
        computed: the value of the sum.
        claimed: what somebody said it was.

    Raises:
        UnitError: the two are of different kinds.

    >>> from sdcli.units import quantity
    >>> judge(quantity("15 MB/s"), quantity("120 MB/s")).cause
    '8 times too high: looks like bits read as bytes'
    >>> judge(quantity("4 nines"), quantity("3 nines")).cause
    'the downtime differs by a factor of 10'
    """
    computed.same_kind(claimed, "this compares {} with {}", "=")
    if computed.value == claimed.value:
        return Judgement("ok", 1.0)
    if _is_availability(computed) and _is_availability(claimed):
        return _by_downtime(missing(computed.value), missing(claimed.value))
    ratio = _ratio(computed.value, claimed.value)
    verdict = _verdict(ratio)
    if verdict != "off" or ratio is None or ratio == 0:
        return Judgement(verdict, ratio)
    return Judgement(verdict, ratio, _cause(computed, claimed, ratio))


def _ratio(computed: float, claimed: float) -> float | None:
    ratio = claimed / computed if computed else math.inf
    return ratio if math.isfinite(ratio) else None


def _verdict(ratio: float | None) -> str:
    if ratio is None or ratio <= 0:
        return "off"
    apart = max(ratio, 1 / ratio)
    return "ok" if apart <= OK_FACTOR else "rounded" if apart <= ROUNDED_FACTOR else "off"


def _is_availability(value: Quantity) -> bool:
    """Whether it is a percent near 100; 100 itself may be honest rounding: 33% * 3 = 100%."""
    return value.shown.text == "%" and _AVAILABILITY_MIN <= value.value < 1


def _by_downtime(computed: float, claimed: float) -> Judgement:
    """Availabilities by what is missing to 100 %."""
    if computed == claimed:  # apart by the noise of floating point alone
        return Judgement("ok", 1.0, by_downtime=True)
    ratio = _ratio(computed, claimed)
    verdict = _verdict(ratio)
    cause = ""
    if ratio and verdict == "off":
        cause = f"the downtime differs by a factor of {factor(ratio)}"
    return Judgement(verdict, ratio, cause, by_downtime=True)


def factor(ratio: float) -> str:
    """By which factor two positive numbers differ, in full while that is short.

    >>> factor(1008), factor(0.1), factor(1.27), factor(2.592e6)
    ('1,008', '10', '1.27', '2.592M')
    """
    apart = rounded(max(ratio, 1 / ratio))
    return f"{apart:,.6g}" if apart < _IN_FULL else scaled(apart)


def _cause(computed: Quantity, claimed: Quantity, ratio: float) -> str:
    """The nearest factor of the kinds that are in play, or else a power of ten."""
    if ratio < 0:
        return "the sign differs"
    is_high = ratio > 1
    apart = ratio if is_high else 1 / ratio
    is_time = computed.dimension.exponent(TIME) > 0
    for slips in (_slips_of_kind(computed, claimed), _slips_of_ten(is_time=is_time)):
        near = [
            (abs(math.log(apart / exact)), named, high if is_high else low)
            for exact, named, high, low in slips
            if 1 / _NEAR <= apart / exact <= _NEAR
        ]
        if near:
            _, named, words = min(near)
            return f"{factor(named)} times too {'high' if is_high else 'low'}: {words}"
    return ""


def _slips_of_kind(computed: Quantity, claimed: Quantity) -> Iterator[Slip]:
    units = (*computed.preferred, *claimed.preferred)
    kinds = {unit.base for unit in units} | {base for base, _ in computed.dimension.exponents}
    if INFORMATION in kinds:
        yield _bits(computed.dimension)
    if TIME in kinds:
        yield from _times(computed, claimed)
    nouns = computed.dimension.nouns
    is_store = len(nouns) == 1 and nouns[0] in _STORES and computed.dimension == _one(nouns[0])
    if is_store or computed.dimension == _one(INFORMATION):
        for copies in _COPIES:
            high = f"are {copies} copies counted that the sum leaves out?"
            yield copies, copies, high, f"are the {copies} copies counted?"
    if PERCENT in units:
        yield 100, 100, "looks like a share read as a percent", "looks like a percent of a percent"


def _one(base: str) -> Dimension:
    return Dimension.of(base)


def _bits(dimension: Dimension) -> Slip:
    """Bits and bytes; which was read as which is clear only where they are on top."""
    if dimension.exponent(INFORMATION) == 1:
        return 8, 8, "looks like bits read as bytes", "looks like bytes read as bits"
    mixed = "looks like bits and bytes mixed up"
    return 8, 8, mixed, mixed


def _times(computed: Quantity, claimed: Quantity) -> Iterator[Slip]:
    """One unit of time for another, under the conventions of the sum."""
    rules = computed.conventions
    day_s, month_days, year_days = rules.day_s, rules.month_days, rules.year_days
    typed = {unit.symbol for unit in (*computed.preferred, *claimed.preferred)}
    sixty = ("hour", "minute") if "hour" in typed else ("minute", "second")
    is_rate = computed.dimension.exponent(TIME) < 0
    for exact, named, long, short in (
        (7, 7, "week", "day"),
        (year_days / month_days, 12, "year", "month"),
        (24, 24, "day", "hour"),
        (month_days, month_days, "month", "day"),
        (60, 60, *sixty),
        (year_days, year_days, "year", "day"),
        (3600, 3600, "hour", "second"),
        (day_s, day_s, "day", "second"),
        (1e5, 1e5, "day", "second"),  # a day for those who round it
        (month_days * day_s, month_days * day_s, "month", "second"),
        (year_days * day_s, year_days * day_s, "year", "second"),
    ):
        if is_rate:
            words = "looks like a rate per {} read as per {}"
        else:
            words = "looks like a {} taken for a {}"
        yield exact, named, _worded(words, long, short), _worded(words, short, long)


def _worded(words: str, one: str, other: str) -> str:
    return words.format(one, other).replace(" a hour", " an hour")


def _slips_of_ten(*, is_time: bool) -> Iterator[Slip]:
    """Zeros and prefixes; of a time, whose prefixes make it shorter, its units."""
    for zeros in range(1, _ZEROS_MAX + 1):
        if zeros in _PREFIXES and is_time:
            pairs = list(zip(_SHORTER, _SHORTER[zeros // 3 :], strict=False))[:2]
            (long, short), *more = pairs
            high, low = f"looks like {short} read as {long}", f"looks like {long} read as {short}"
            for long, short in more:
                high, low = f"{high}, or {short} as {long}", f"{low}, or {long} as {short}"
        elif zeros in _PREFIXES:
            high = low = f"looks {_PREFIXES[zeros]} off (k, M, G, T)"
        elif zeros == 1:
            high, low = "looks like a zero too many", "looks like a zero lost"
        else:
            high, low = f"looks like {zeros} zeros too many", f"looks like {zeros} zeros lost"
        yield 10.0**zeros, 10.0**zeros, high, low
