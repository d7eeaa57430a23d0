"""Connections: how many stay open, what they hold in memory, and how they all come back at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sdcli.estimate.calculator import calculator
from sdcli.estimate.kinds import COUNT, DURATION, INFORMATION_KIND, RATE, RATIO, SHARE
from sdcli.estimate.signature import default, output
from sdcli.units import Quantity
from sdcli.units.arithmetic import ceil


@dataclass(frozen=True)
class Connections:
    """What is open.

    Attributes:
        connections: open at the same time.
        memory: what they hold on all servers together.
        servers: so many hold them, none spare.
        reconnects: what arrives when all of them were cut and come back.
    """

    connections: Annotated[Quantity, COUNT] = output("users * online * each")
    memory: Annotated[Quantity, INFORMATION_KIND] = output("connections * size", anchor="memory")
    servers: Annotated[Quantity | None, COUNT] = output("ceil(connections / per_server)")
    reconnects: Annotated[Quantity, RATE] = output("connections / reconnect_time")


@calculator(
    title="Open connections",
    formula="open = users × online × each; memory = open × size; storm = open / time",
    source="A. Xu, System Design Interview, vol. 1, 2020, ch. 12 (10 KB each, very roughly)",
)
def connections(
    *,
    users: Annotated[Quantity, COUNT.meaning("user")],
    online: Annotated[Quantity, SHARE.like("10%")] = default("10%"),
    each: Annotated[
        Quantity, RATIO.meaning("connection").each("users").like("2 connection/user")
    ] = default("1"),
    size: Annotated[
        Quantity, INFORMATION_KIND.meaning("B").like("10 KB").per("connection")
    ] = default("10 KB"),
    per_server: Annotated[
        Quantity | None,
        COUNT.meaning("connection").like("100k connection").per("server").positive(),
    ] = None,
    reconnect_time: Annotated[Quantity, DURATION.like("1 min").positive()] = default("1 min"),
) -> Connections:
    """Connections that stay open at the same time, their memory, and the storm after a cut.

    Args:
        users: those who come on one day.
        online: the part of them that is connected at the busiest time.
        each: connections of one user, who may have a phone and a browser.
        size: memory that one connection holds: socket buffers, TLS and session state.
        per_server: how many one server may hold; without it, servers are not counted.
        reconnect_time: over how long the clients spread their coming back.

    Returns:
        The connections, their memory, the servers and the rate of reconnects.

    Raises:
        UnitError: an argument is of another kind, or counts another thing.

    10 % online and 10 KB are assumptions; the memory depends on language and buffers, so measure
    it. Clients that wait a random time before they come back make `reconnect_time` longer.

    >>> from sdcli.units import quantity
    >>> print(connections(users=quantity("1M user"), online=quantity("100%")).memory)
    10 GB
    """
    opened = users * online * each
    return Connections(
        connections=opened,
        memory=opened * size,
        servers=None if per_server is None else (opened / per_server).apply(ceil),
        reconnects=(opened / reconnect_time).to("1/s"),
    )
