"""Availability: nines and downtime, chains, copies, and failures with their repair.

Everything is worked out on the unavailability u = 1 - a (complement.py), and on its logarithm
where many copies make it smaller than a float, so that many nines survive the sum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from sdcli.estimate.availability_kind import AVAILABILITIES, AVAILABILITY
from sdcli.estimate.calculator import calculator
from sdcli.estimate.complement import complement, of_nines, of_times, unavailability
from sdcli.estimate.kinds import DURATION, NUMBER, SHARE, WHOLE, share
from sdcli.estimate.signature import default, output
from sdcli.units import Quantity, UnitError, parse
from sdcli.units.spread import Point

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.estimate.complement import Availability

COPIES_MAX = 100_000
_NORMAL = 1e-300  # below it, a float loses digits of the unavailability, and then all of it
DOWNTIME = replace(DURATION, name="a time, or a time in a period", example="52 min")


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
        per_year: downtime in a year; none is said beyond 300 nines, where no float holds it.
    """

    availability: Annotated[Quantity, SHARE] = output()
    nines: Annotated[Quantity | None, NUMBER] = output("nines(availability)")
    per_year: Annotated[Quantity | None, DURATION] = output("downtime(availability, year)")


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
        per_year: downtime in a year; none is said beyond 300 nines, where no float holds it.
        failures: failures in a year.
    """

    availability: Annotated[Quantity, SHARE] = output("mtbf ÷ (mtbf + mttr)")
    nines: Annotated[Quantity | None, NUMBER] = output("nines(availability)")
    per_year: Annotated[Quantity | None, DURATION] = output("1 year × mttr ÷ (mtbf + mttr)")
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

    >>> from sdcli.units import quantity
    >>> print(availability(availability=quantity("99.9%")).per_year)
    8.76 hour
    """
    u = unavailability(availability)
    return DowntimeBudget(
        u,
        complement(u).nines,
        *(_down(u, period) for period in ("year", "month", "week", "day")),
    )


@calculator(
    title="Availability of a downtime",
    formula="A = 1 − downtime ÷ period; nines = −log₁₀ (1 − A)",
    source="B. Beyer et al., Site Reliability Engineering, O'Reilly 2016, appendix A",
)
def downtime(
    *,
    downtime: Annotated[Quantity, DOWNTIME.over_the("period")],
    period: Annotated[Quantity, DURATION.meaning("day").within(1e-9).like("1 month")] = default(
        "1 year"
    ),
) -> RequiredAvailability:
    """The availability, and the nines, of so much downtime.

    Args:
        downtime: how long it is down in the period: 52 min, or with the period, 4.3 min/month.
        period: in what time, where the downtime does not say it.

    Returns:
        The availability and its nines.

    Raises:
        UnitError: there is more downtime than time, or two periods were typed.

    >>> from sdcli.units import quantity
    >>> print(downtime(downtime=quantity("8.76 hour")).nines)
    3
    """
    if (downtime / period).high > 1:
        raise UnitError(
            "this is more downtime than there is time",
            where="downtime",
            given=f"{downtime} in {period}",
            expected="a shorter one, like 52 min/year",
        )
    found = of_times(downtime, period)
    return RequiredAvailability(found, found.nines)


@calculator(
    title="Availability of a chain",
    formula="A = Π Aᵢ; worked out as u = −expm1(Σ log1p(−uᵢ))",
    source="R. E. Barlow, F. Proschan, Statistical Theory of Reliability, 1975",
)
def serial(
    *,
    parts: Annotated[tuple[Quantity, ...], AVAILABILITIES],
    copies: Annotated[Quantity, WHOLE.within(1, COPIES_MAX)] = default("1"),
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

    >>> from sdcli.units import quantity
    >>> print(serial(parts=quantity("99.9%"), copies=quantity("5")).availability)
    99.501%
    """
    shares, taken = _shares(parts), parts[0].conventions
    if 1.0 in shares:
        return _whole(complement(share(Point(1.0), taken)))
    u = -math.expm1(copies.value * math.fsum(math.log1p(-u) for u in shares))
    return _whole(complement(share(Point(u), taken)))


@calculator(
    title="Availability of parallel parts",
    formula="u = Π uᵢ; A = 1 − u",
    source="R. E. Barlow, F. Proschan, Statistical Theory of Reliability, 1975",
)
def parallel(
    *,
    parts: Annotated[tuple[Quantity, ...], AVAILABILITIES],
    copies: Annotated[Quantity, WHOLE.within(1, COPIES_MAX)] = default("1"),
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

    >>> from sdcli.units import quantity
    >>> print(parallel(parts=quantity("99%"), copies=quantity("2")).availability)
    99.99%
    """
    shares, taken = _shares(parts), parts[0].conventions
    u = math.prod(shares) ** copies.value
    if u >= _NORMAL or 0.0 in shares:
        return _whole(complement(share(Point(u), taken)))
    return _whole(of_nines(-copies.value * math.fsum(map(math.log10, shares)), taken))


@calculator(
    title="Availability of k out of n",
    formula="u = Σ C(n, j) uʲ (1 − u)ⁿ⁻ʲ over j = n − k + 1 ... n failed",
    source="R. E. Barlow, F. Proschan, Statistical Theory of Reliability, 1975",
)
def k_of_n(
    *,
    each: Annotated[Quantity, AVAILABILITY],
    needed: Annotated[Quantity, WHOLE.within(1, COPIES_MAX).like("2")],
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

    >>> from sdcli.units import quantity
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
    u = unavailability(each)
    if u.value in (0.0, 1.0):
        return _whole(complement(u))
    logs = [_log_binomial(n, j, u.value) for j in range(n - k + 1, n + 1)]
    most = max(logs)
    beside = math.fsum(math.exp(log - most) for log in logs)  # at least 1, whatever underflows
    found = math.exp(most) * beside
    if found >= _NORMAL:
        return _whole(complement(share(Point(min(1.0, found)), each.conventions)))
    return _whole(of_nines(-(most + math.log(beside)) / math.log(10.0), each.conventions))


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

    >>> from sdcli.units import quantity
    >>> print(repair(mtbf=quantity("999 hour"), mttr=quantity("1 hour")).availability)
    99.9%
    """
    cycle = mtbf + mttr
    year = parse("1 year").evaluate({}, mtbf.conventions)
    whole = _whole(of_times(mttr, cycle))
    return Repaired(whole.availability, whole.nines, whole.per_year, year / cycle)


def _shares(parts: Iterable[Quantity]) -> list[float]:
    return [unavailability(part).value for part in parts]


def _whole(found: Availability) -> Nines:
    down = _down(found.unavailability, "year") if found.has_unavailability else None
    return Nines(found, found.nines, down)


def _down(u: Quantity, period: str) -> Quantity:
    return u * parse(f"1 {period}").evaluate({}, u.conventions)


def _log_binomial(n: int, failed: int, u: float) -> float:
    """The logarithm of the chance that so many of n fail, whose factors no float holds."""
    ways = math.lgamma(n + 1) - math.lgamma(failed + 1) - math.lgamma(n - failed + 1)
    return ways + failed * math.log(u) + (n - failed) * math.log1p(-u)
