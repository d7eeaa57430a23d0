"""Servers: how many carry the peak with room to spare, and what happens when one is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sdcli.estimate.calculator import calculator
from sdcli.estimate.kinds import COUNT, RATE, SHARE, WHOLE, one
from sdcli.estimate.signature import default, output
from sdcli.units import Quantity
from sdcli.units.arithmetic import ceil


@dataclass(frozen=True)
class Servers:
    """How many.

    Attributes:
        busy: those that carry the peak at the wanted utilisation.
        total: the same with the spare ones.
        load: how busy all of them together are at the peak.
        load_one_down: the same while one is away; above 100 % the rest cannot carry it.
    """

    busy: Annotated[Quantity, COUNT] = output("ceil(peak / (per_server * utilisation))")
    total: Annotated[Quantity, COUNT] = output("busy + spare")
    load: Annotated[Quantity | None, SHARE] = output("peak / (total * per_server)")
    load_one_down: Annotated[Quantity | None, SHARE] = output(
        "peak / ((total - 1 server) * per_server)"
    )


@calculator(
    title="Servers for the peak",
    formula="busy = ⌈peak / (per server × utilisation)⌉; total = busy + spare",
    source="P. J. Denning, J. P. Buzen, ACM Computing Surveys 10(3), 1978: U = X × S",
)
def servers(
    *,
    peak: Annotated[Quantity, RATE.meaning("request/s")],
    per_server: Annotated[
        Quantity,
        RATE.meaning("request/s").like("500 request/s").per("server").same("peak").positive(),
    ],
    utilisation: Annotated[Quantity, SHARE.within(0.01, 1).like("70%")] = default("70%"),
    spare: Annotated[Quantity, WHOLE.of("server")] = default("1 server"),
) -> Servers:
    """Servers that carry the peak below their limit, and spare ones for a loss.

    Args:
        peak: the highest rate that must be served.
        per_server: the rate at which one of them is full, measured.
        utilisation: how full they may be at the peak; the rest keeps the queues short.
        spare: how many more, so that as many may fail or be restarted.

    Returns:
        The counts, and the load with all of them and with one away.

    Raises:
        UnitError: an argument is of another kind, or counts another thing.

    70 % suits a few servers and random arrivals. By Erlang C the 99th percentile has doubled at
    50 % for one server, 73 % for two, 86 % for four and 94 % for ten that share a queue: a wide
    pool may run hotter, until the loss of a server or of a zone decides. One spare (N + 1) covers
    one failure; the loss of one zone in three needs half as many again. It says nothing about a
    store behind them that all of them share.

    >>> from sdcli.units import quantity
    >>> found = servers(peak=quantity("3472 request/s"), per_server=quantity("500 request/s"))
    >>> print(found.busy, "+ 1 =", found.total)  # 3472 / 350 = 9.92
    10 server + 1 = 11 server
    """
    busy = (peak / (per_server * utilisation)).apply(ceil)
    total = busy + spare
    others = total - one("server", peak.conventions)
    some_left = others.low > 0 and (spare.value > 0 or not others.is_range)
    return Servers(
        busy=busy,
        total=total,
        load=(peak / (total * per_server)).to("%") if total.low > 0 else None,
        load_one_down=(peak / (others * per_server)).to("%") if some_left else None,
    )
