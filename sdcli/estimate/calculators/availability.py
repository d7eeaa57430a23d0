"""Availability: nines and downtime, chains, copies, and failures with their repair.

Everything is worked out on the unavailability u = 1 - a (complement.py), so that many nines
survive the sum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from sdcli.estimate.calculator import calculator, output
from sdcli.estimate.complement import (
    AVAILABILITIES,
    AVAILABILITY,
    DOWNTIME,
    Several,
    YearlyDowntime,
    complement,
    share,
    unavailability,
)
from sdcli.estimate.kinds import DURATION, NUMBER, SHARE, WHOLE
from sdcli.units import Quantity, UnitError, parse, quantity
from sdcli.units.arithmetic import log10, scale
from sdcli.units.spread import Point

if TYPE_CHECKING:
    from collections.abc import Iterable

COPIES_MAX = 100_000


@dataclass(frozen=True)
class DowntimeBudget:
    """How long a thing of that availability may be down.

    Attributes:
        unavailable: the share of the time in which it is down.
        nines: how many nines the availability has; none is said of 100%.
        per_year: downtime in a year.
        per_month: downtime in a month.
        per_week: downtime in a week.
        per_day: downtime in a day.
    """

    unavailable: Annotated[Quantity, SHARE] = output("1 - availability")
    nines: Annotated[Quantity | None, NUMBER] = output("nines(availability)")
    per_year: Annotated[Quantity, DURATION] = output("downtime(availability, year)")
    per_month: Annotated[Quantity, DURATION] = output("downtime(availability, month)")
    per_week: Annotated[Quantity, DURATION] = output("downtime(availability, week)")
    per_day: Annotated[Quantity, DURATION] = output("downtime(availability, day)")


@dataclass(frozen=True)
class Nines:
    """The availability of a whole.

    Attributes:
        availability: the share of the time in which it works.
        nines: how many nines that has; none is said of 100%.
        per_year: downtime in a year.
    """

    availability: Annotated[Quantity, SHARE] = output()
    nines: Annotated[Quantity | None, NUMBER] = output("nines(availability)")
    per_year: Annotated[Quantity, DURATION] = output("downtime(availability, year)")


@dataclass(frozen=True)
class RequiredAvailability:
    """The availability that a downtime amounts to.

    Attributes:
        availability: the share of the time in which the thing works.
        nines: how many nines that has; none is said of 100%.
    """

    availability: Annotated[Quantity, SHARE] = output("1 - downtime ÷ period")
    nines: Annotated[Quantity | None, NUMBER] = output("nines(availability)")


@dataclass(frozen=True)
class Repaired:
    """The availability of a thing that fails and is repaired.

    Attributes:
        availability: the share of the time in which it works.
        nines: how many nines that has; none is said of 100%.
        per_year: downtime in a year.
        failures: failures in a year.
    """

    availability: Annotated[Quantity, SHARE] = output("mtbf ÷ (mtbf + mttr)")
    nines: Annotated[Quantity | None, NUMBER] = output("nines(availability)")
    per_year: Annotated[Quantity, DURATION] = output("1 year × mttr ÷ (mtbf + mttr)")
    failures: Annotated[Quantity, NUMBER] = output("1 year ÷ (mtbf + mttr)")


@calculator(
    title="Downtime of an availability",
    formula="u = 1 − A; nines = −log₁₀ u; downtime = u × period",
    source="B. Beyer et al., Site Reliability Engineering, O'Reilly 2016, appendix A",
)
def availability(
    *,
    availability: Annotated[Quantity, AVAILABILITY],
) -> DowntimeBudget:
    """How long a thing of that availability may be down, and how many nines it has.

    Args:
        availability: the share of the time in which it works: 99.95%, or 4 nines.

    Returns:
        The downtime in a year, a month, a week and a day.

    Raises:
        UnitError: this is no share between 0% and 100%.

    What is typed is read by its decimals. A contract may count requests that fail, or only the
    minutes in which all fail; this counts time.

    >>> print(availability(availability=quantity("99.9%")).per_year)
    8.76 hour
    """
    u = unavailability(availability)
    return DowntimeBudget(
        u, _nines(u), *(_down(u, period) for period in ("year", "month", "week", "day"))
    )


@calculator(
    title="Availability of a downtime",
    formula="A = 1 − downtime ÷ period; nines = −log₁₀ (1 − A)",
    source="B. Beyer et al., Site Reliability Engineering, O'Reilly 2016, appendix A",
)
def downtime(
    *,
    downtime: Annotated[Quantity, DOWNTIME],
    period: Annotated[Quantity, DURATION.meaning("day").within(1e-9)] = quantity("1 year"),
) -> RequiredAvailability:
    """The availability, and the nines, of so much downtime.

    Args:
        downtime: how long it is down in the period: 52 min, or 4.3 min/month.
        period: in what time; a period that was typed with the downtime goes before it.

    Returns:
        The availability and its nines.

    Raises:
        UnitError: there is more downtime than time, or two periods were typed.

    >>> print(downtime(downtime=quantity("8.76 hour")).nines)
    3
    """
    year = parse("1 year").evaluate({}, period.conventions)
    if isinstance(downtime, YearlyDowntime) and period.value != year.value:
        raise UnitError(
            "the downtime says its period already",
            where="period",
            given=str(period),
            expected="a plain time, like --downtime '4.3 min' --period '1 month'",
        )
    ratio = downtime / period
    if ratio.high > 1:
        raise UnitError(
            "this is more downtime than there is time",
            where="downtime",
            given=f"{downtime} in {period}",
            expected="a shorter one, like 52 min/year",
        )
    u = share(ratio.spread, period.conventions)
    return RequiredAvailability(complement(u), _nines(u))


@calculator(
    title="Availability of a chain",
    formula="A = Π Aᵢ; worked out as u = −expm1(Σ log1p(−uᵢ))",
    source="R. E. Barlow, F. Proschan, Statistical Theory of Reliability, 1975",
)
def serial(
    *,
    parts: Annotated[Quantity, AVAILABILITIES],
    copies: Annotated[Quantity, WHOLE.within(1, COPIES_MAX)] = quantity("1"),
) -> Nines:
    """The availability of a chain: it works while every part of it works.

    Args:
        parts: the availability of each part.
        copies: how often the chain has each of them.

    Returns:
        The availability of the whole; it is below that of the worst part.

    Raises:
        UnitError: a part is no share between 0% and 100%.

    Holds when the parts fail independently of each other; parts that fail together are down less
    often in total.

    >>> print(serial(parts=quantity("99.9%"), copies=quantity("5")).availability)
    99.501%
    """
    shares = _shares(parts)
    if 1.0 in shares:
        return _whole(1.0, parts)
    return _whole(-math.expm1(copies.value * math.fsum(math.log1p(-u) for u in shares)), parts)


@calculator(
    title="Availability of parallel parts",
    formula="u = Π uᵢ; A = 1 − u",
    source="R. E. Barlow, F. Proschan, Statistical Theory of Reliability, 1975",
)
def parallel(
    *,
    parts: Annotated[Quantity, AVAILABILITIES],
    copies: Annotated[Quantity, WHOLE.within(1, COPIES_MAX)] = quantity("1"),
) -> Nines:
    """The availability of parts of which one is enough: it fails when all fail.

    Args:
        parts: the availability of each part.
        copies: how many there are of each.

    Returns:
        The availability of the whole.

    Raises:
        UnitError: a part is no share between 0% and 100%.

    Holds when the parts fail independently and the switch from one to another takes no time. A
    common cause (power, a bad release) sets a limit that no further copy moves.

    >>> print(parallel(parts=quantity("99%"), copies=quantity("2")).availability)
    99.99%
    """
    u = math.prod(_shares(parts)) ** copies.value
    return _whole(u, parts)


@calculator(
    title="Availability of k out of n",
    formula="u = Σ C(n, j) uʲ (1 − u)ⁿ⁻ʲ over j = n − k + 1 ... n failed",
    source="R. E. Barlow, F. Proschan, Statistical Theory of Reliability, 1975",
)
def k_of_n(
    *,
    each: Annotated[Quantity, AVAILABILITY],
    needed: Annotated[Quantity, WHOLE.within(1, COPIES_MAX)],
    parts: Annotated[Quantity, WHOLE.within(1, COPIES_MAX)],
) -> Nines:
    """The availability of equal parts of which some must work: a quorum, a pool with spares.

    Args:
        each: the availability of one part.
        needed: k, how many must work.
        parts: n, how many there are.

    Returns:
        The availability of the whole.

    Raises:
        UnitError: more are needed than there are.

    Holds when the parts fail independently.

    >>> one = quantity("99%")
    >>> print(k_of_n(each=one, needed=quantity("2"), parts=quantity("3")).availability)
    99.9702%
    """
    k, n = int(needed.value), int(parts.value)
    if k > n:
        raise UnitError(
            "more are needed than there are",
            where="needed",
            given=f"{k} of {n}",
            expected=f"at most {n}",
        )
    u = unavailability(each).value
    if u in (0.0, 1.0):
        return _whole(u, each)
    failed = range(n - k + 1, n + 1)
    return _whole(min(1.0, math.fsum(_binomial(n, j, u) for j in failed)), each)


@calculator(
    title="Availability of failure and repair",
    formula="A = MTBF ÷ (MTBF + MTTR)",
    source="R. E. Barlow, F. Proschan, Statistical Theory of Reliability, 1975",
)
def repair(
    *,
    mtbf: Annotated[Quantity, DURATION.meaning("hour").within(1e-9).like("30 day")],
    mttr: Annotated[Quantity, DURATION.meaning("min").like("10 min")],
) -> Repaired:
    """The availability of a thing that works, fails and is repaired, again and again.

    Args:
        mtbf: how long it works, on average, from a repair to the next failure.
        mttr: how long a repair takes, on average, from the failure to working again.

    Returns:
        The availability, its downtime and its failures in a year.

    Raises:
        UnitError: one of the two is no time.

    A repair starts when the failure starts, so the time until somebody notices is part of `mttr`.

    >>> print(repair(mtbf=quantity("999 hour"), mttr=quantity("1 hour")).availability)
    99.9%
    """
    cycle = mtbf + mttr
    u = share((mttr / cycle).spread, mtbf.conventions)
    year = parse("1 year").evaluate({}, mtbf.conventions)
    return Repaired(complement(u), _nines(u), _down(u, "year"), year / cycle)


def _shares(parts: Quantity) -> list[float]:
    items: Iterable[Quantity] = parts.items if isinstance(parts, Several) else (parts,)
    return [unavailability(item).value for item in items]


def _whole(u: float, parts: Quantity) -> Nines:
    rest = share(Point(u), parts.conventions)
    return Nines(complement(rest), _nines(rest), _down(rest, "year"))


def _nines(u: Quantity) -> Quantity | None:
    """-log10 u; none where it would have no end."""
    if u.low <= 0:
        return None
    return Quantity(scale(log10(u.spread), -1.0), conventions=u.conventions)


def _down(u: Quantity, period: str) -> Quantity:
    return u * parse(f"1 {period}").evaluate({}, u.conventions)


def _binomial(n: int, failed: int, u: float) -> float:
    """The chance that so many of n fail; by logarithms, since the factors leave a float's range."""
    ways = math.lgamma(n + 1) - math.lgamma(failed + 1) - math.lgamma(n - failed + 1)
    return math.exp(ways + failed * math.log(u) + (n - failed) * math.log1p(-u))
