"""Cost: what a design is paid for by the month, at round prices that every cloud is near to.

The prices are data (knowledge/numbers.yaml), looked up when a formula is asked for, so that the
working shows the price that was used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from sdcli.estimate.calculator import calculator
from sdcli.estimate.kinds import COST, INFORMATION_KIND, NUMBER, Kind
from sdcli.estimate.numbers import price
from sdcli.estimate.signature import output
from sdcli.units import Quantity, UnitError, parse
from sdcli.units.dimension import INFORMATION, TIME, Dimension

if TYPE_CHECKING:
    from collections.abc import Callable

_PER_TIME = Dimension.of(TIME, -1)
TRAFFIC = Kind(
    "an amount of information per time",
    "5 TB/month",
    lambda d: d == Dimension.of(INFORMATION) * _PER_TIME,
    bare="GB/month",
)
STORED = INFORMATION_KIND.meaning("GB")
_PAID = {  # output -> the parameter, and the id of the price of one of it
    "cores_cost": ("cores", "core"),
    "ram_cost": ("ram", "memory"),
    "disk_cost": ("disk", "ssd"),
    "blob_cost": ("blob", "blob"),
    "reads_cost": ("blob_reads", "blob-reads"),
    "writes_cost": ("blob_writes", "blob-writes"),
    "zone_cost": ("inter_zone", "inter-zone"),
    "egress_cost": ("egress", "egress"),
    "cdn_cost": ("cdn", "cdn"),
}
_YEAR = "12 × per_month"  # a bill comes by the month


def _calls(noun: str) -> Kind:
    return Kind(
        f"{noun}s per time",
        f"3k {noun}/s",
        lambda d: d == Dimension.of(noun) * _PER_TIME,
        bare=f"{noun}/month",
    )


def _formula(item: str) -> str:
    """How an item is worked out: what there is of it, times its price, for a month."""
    parameter, name = _PAID[item]
    return f"{parameter} × {price(name).text} × 1 month"


def _paid(item: str) -> Callable[[], str]:
    """What looks the formula up."""
    return lambda: _formula(item)


def _sources() -> str:
    """Where the prices come from, each source once."""
    sources = dict.fromkeys(str(price(name).source) for _, name in _PAID.values())
    return f"prices: {'; '.join(sources)}"


@dataclass(frozen=True)
class Cost:
    """What is paid in a month; an item that was not asked for is left out.

    Attributes:
        cores_cost: for the cores.
        ram_cost: for the memory.
        disk_cost: for the SSD.
        blob_cost: for what lies in blob storage.
        reads_cost: for reading from blob storage.
        writes_cost: for writing to blob storage.
        zone_cost: for traffic between zones.
        egress_cost: for traffic out to the internet.
        cdn_cost: for traffic out of a CDN.
        per_month: for all of it, in a month.
        per_year: twelve times that.
    """

    cores_cost: Annotated[Quantity | None, COST] = output(_paid("cores_cost"))
    ram_cost: Annotated[Quantity | None, COST] = output(_paid("ram_cost"))
    disk_cost: Annotated[Quantity | None, COST] = output(_paid("disk_cost"))
    blob_cost: Annotated[Quantity | None, COST] = output(_paid("blob_cost"))
    reads_cost: Annotated[Quantity | None, COST] = output(_paid("reads_cost"))
    writes_cost: Annotated[Quantity | None, COST] = output(_paid("writes_cost"))
    zone_cost: Annotated[Quantity | None, COST] = output(_paid("zone_cost"))
    egress_cost: Annotated[Quantity | None, COST] = output(_paid("egress_cost"))
    cdn_cost: Annotated[Quantity | None, COST] = output(_paid("cdn_cost"))
    per_month: Annotated[Quantity, COST] = output()
    per_year: Annotated[Quantity, COST] = output(_YEAR)


@calculator(
    title="Monthly cost",
    formula="Σ amount × price × 1 month",
    source=_sources,
    shown=("cores", "ram", "egress"),
)
def cost(
    *,
    cores: Annotated[Quantity | None, NUMBER.like("16")] = None,
    ram: Annotated[Quantity | None, STORED.like("64 GB")] = None,
    disk: Annotated[Quantity | None, STORED.like("2 TB")] = None,
    blob: Annotated[Quantity | None, STORED.like("50 TB")] = None,
    blob_reads: Annotated[Quantity | None, _calls("read")] = None,
    blob_writes: Annotated[Quantity | None, _calls("write")] = None,
    inter_zone: Annotated[Quantity | None, TRAFFIC] = None,
    egress: Annotated[Quantity | None, TRAFFIC] = None,
    cdn: Annotated[Quantity | None, TRAFFIC] = None,
) -> Cost:
    """What a design costs by the month, item by item, at round prices of the year shown.

    Args:
        cores: virtual cores, of all machines together.
        ram: memory, of all machines together.
        disk: SSD in one zone, replicas counted.
        blob: what lies in blob storage.
        blob_reads: reads from blob storage; a plain number is for a month.
        blob_writes: writes to blob storage; a plain number is for a month.
        inter_zone: traffic between zones; a plain number is GB in a month.
        egress: traffic out to the internet; a plain number is GB in a month.
        cdn: traffic out of a CDN; a plain number is GB in a month.

    Returns:
        Each item that was given, their sum, and twelve times that.

    Raises:
        UnitError: nothing was given, or an amount is of another kind.

    List prices, without the discount for a commitment. Traffic into a cloud and within a zone costs
    nothing. People, licences and support are not in it.

    >>> from sdcli.units import quantity
    >>> print(cost(cores=quantity("16"), ram=quantity("64 GB")).per_month)
    $368
    """
    given = {
        "cores": cores,
        "ram": ram,
        "disk": disk,
        "blob": blob,
        "blob_reads": blob_reads,
        "blob_writes": blob_writes,
        "inter_zone": inter_zone,
        "egress": egress,
        "cdn": cdn,
    }
    amounts = {name: amount for name, amount in given.items() if amount is not None}
    if not amounts:
        raise UnitError("nothing is given that costs", expected="like --cores 16 --ram 64GB")
    items = {
        item: _evaluated(_formula(item), amounts) if parameter in amounts else None
        for item, (parameter, _) in _PAID.items()
    }
    first, *rest = (paid for paid in items.values() if paid is not None)
    per_month = sum(rest, start=first)
    per_year = _evaluated(_YEAR, {"per_month": per_month})
    return Cost(**items, per_month=per_month, per_year=per_year)


def _evaluated(formula: str, values: dict[str, Quantity]) -> Quantity:
    conventions = next(iter(values.values())).conventions
    return parse(formula, names=values).evaluate(values, conventions)
