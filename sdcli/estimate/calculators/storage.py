"""Storage: what is written, kept for as long as it is kept, as often as it is copied."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from sdcli.estimate.calculator import calculator
from sdcli.estimate.kinds import DURATION, INFORMATION_KIND, NUMBER, RATE, SIZE
from sdcli.estimate.signature import default, output
from sdcli.units import Quantity, parse
from sdcli.units.arithmetic import floor, maximum
from sdcli.units.spread import Point

_LEAST_GROWTH = 1e-9  # below it, grown - 1 is mostly the rounding of a float
_GROWTH = replace(NUMBER.within(0, 10).like("50%"), name="a growth from year to year")


@dataclass(frozen=True)
class Storage:
    """What has to be kept.

    Attributes:
        daily: what a day brings, in the first year.
        yearly: what the first year brings.
        whole_years: the full years in the retention, each with its own rate.
        grown: how many times the first year's rate it has become after them.
        effective_retention: for how long the first year's rate would bring as much.
        raw: all that is kept at the end, once.
        stored: all copies of it with the overhead, which is what has to be bought.
    """

    daily: Annotated[Quantity, INFORMATION_KIND] = output("rate * size * 1 day")
    yearly: Annotated[Quantity, INFORMATION_KIND] = output("rate * size * 1 year")
    whole_years: Annotated[Quantity | None, NUMBER] = output("floor(retention / 1 year)")
    grown: Annotated[Quantity | None, NUMBER] = output("(1 + growth)^whole_years")
    effective_retention: Annotated[Quantity | None, DURATION] = output(
        "(grown - 1) / growth * 1 year + grown * (retention - whole_years * 1 year)"
    )
    raw: Annotated[Quantity, INFORMATION_KIND] = output(
        "rate * size * effective_retention",
        otherwise="rate * size * retention",
    )
    stored: Annotated[Quantity, INFORMATION_KIND] = output(
        "raw * (1 + overhead) * replication", otherwise="raw * replication", anchor="disk"
    )


@calculator(
    title="Storage over the retention",
    formula="stored = rate × size × retention × replication; "
    "with growth g each full year has (1 + g) times the rate of the one before",
    source="A. Xu, System Design Interview, vol. 1, 2020, ch. 2; growth: a geometric sum",
)
def storage(
    *,
    rate: Annotated[Quantity, RATE.meaning("write/s")],
    size: Annotated[Quantity, SIZE.meaning("B").each("rate")],
    retention: Annotated[Quantity, DURATION.like("5 year")] = default("5 year"),
    replication: Annotated[Quantity, NUMBER.within(1)] = default("3"),
    growth: Annotated[Quantity, _GROWTH] = default("0%"),
    overhead: Annotated[Quantity | None, NUMBER.within(0, 10).like("30%")] = None,
) -> Storage:
    """Bytes to keep: a day of them, a year of them, all of them, and all copies.

    Args:
        rate: what is written, on average over the first year; not the peak.
        size: of each thing written.
        retention: how long it is kept.
        replication: how many copies there are in all.
        growth: by how much the rate grows from each year to the next, such as 50%; below one in
            a billion it counts as none.
        overhead: what indexes, metadata and free room add to it, as a share.

    Returns:
        The data of a day, a year and the whole retention, and what is stored of it.

    Raises:
        UnitError: an argument is of another kind, or counts another thing.

    With growth each year has a constant rate, and a year that is not full counts for its part:
    three years at 50 % are 1 + 1.5 + 2.25 = 4.75 first years. Compression is a smaller size. Three
    copies are the usual count (Dynamo, HDFS); an erasure code of 10 + 4 is a replication of 1.4.

    >>> from sdcli.units import quantity
    >>> print(storage(rate=quantity("30M photo/day"), size=quantity("1 MB")).raw)  # Xu: ~55 PB
    54.75 PB
    """
    day, year = (parse(text).evaluate({}, rate.conventions) for text in ("1 day", "1 year"))
    flow = rate * size
    whole_years = grown = effective = None
    if growth.high >= _LEAST_GROWTH:
        if growth.low < _LEAST_GROWTH:
            growth = growth.apply(lambda spread: maximum(spread, Point(_LEAST_GROWTH)))
        whole_years = (retention / year).apply(floor)
        grown = (1 + growth) ** whole_years
        effective = (grown - 1) / growth * year + grown * (retention - whole_years * year)
    raw = flow * (retention if effective is None else effective)
    return Storage(
        daily=flow * day,
        yearly=flow * year,
        whole_years=whole_years,
        grown=grown,
        effective_retention=effective,
        raw=raw,
        stored=(raw if overhead is None else raw * (1 + overhead)) * replication,
    )
