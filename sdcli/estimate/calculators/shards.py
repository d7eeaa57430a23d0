"""Shards: how many parts the data needs, because of its bytes or because of its writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sdcli.core.errors import InputError
from sdcli.estimate.calculator import calculator
from sdcli.estimate.kinds import INFORMATION_KIND, NUMBER, RATE, SHARE
from sdcli.estimate.signature import output
from sdcli.units import Quantity
from sdcli.units.arithmetic import ceil, maximum
from sdcli.units.spread import Point


@dataclass(frozen=True)
class Shards:
    """How many, and what decides.

    Attributes:
        by_bytes: so many hold the data.
        by_rate: so many carry the writes.
        shards: the larger of the two.
        bytes_each: what one of them holds.
        rate_each: the writes that one of them takes.
        bytes_used: how full the shards are; the fuller side is the one that decides.
        rate_used: how busy they are.
    """

    by_bytes: Annotated[Quantity, NUMBER] = output("ceil(data / per_shard_bytes)")
    by_rate: Annotated[Quantity | None, NUMBER] = output("ceil(writes / per_shard_rate)")
    shards: Annotated[Quantity, NUMBER] = output(
        "max(by_bytes, by_rate, 1)", otherwise="max(by_bytes, 1)"
    )
    bytes_each: Annotated[Quantity, INFORMATION_KIND] = output("data / shards", anchor="disk")
    rate_each: Annotated[Quantity | None, RATE] = output("writes / shards", anchor="server")
    bytes_used: Annotated[Quantity, SHARE] = output("data / (shards * per_shard_bytes)")
    rate_used: Annotated[Quantity | None, SHARE] = output("writes / (shards * per_shard_rate)")


@calculator(
    title="Shards by bytes and by writes",
    formula="shards = max(⌈data / bytes of one⌉, ⌈writes / rate of one⌉)",
    source="R. Houlihan, Amazon DynamoDB Deep Dive, 2016: partitions by size and by throughput",
)
def shards(
    *,
    data: Annotated[Quantity, INFORMATION_KIND.meaning("B")],
    per_shard_bytes: Annotated[Quantity, INFORMATION_KIND.meaning("B").like("250 GB").positive()],
    writes: Annotated[Quantity | None, RATE.meaning("write/s").like("20k write/s")] = None,
    per_shard_rate: Annotated[
        Quantity | None,
        RATE.meaning("write/s").like("5k write/s").same("writes").positive(),
    ] = None,
) -> Shards:
    """Parts into which the data is cut so that each fits one machine.

    Args:
        data: one copy of it, indexes included; copies multiply machines, not shards.
        per_shard_bytes: what one may hold, so that a backup or a rebuild ends in time.
        writes: the peak of them; reads are served by copies and caches instead.
        per_shard_rate: the writes that one takes, with its headroom taken off.

    Returns:
        The counts, and how full the shards are on both sides.

    Raises:
        UnitError: an argument is of another kind, or counts another thing.
        InputError: only one of `writes` and `per_shard_rate` is given.

    Holds when the key spreads evenly; a hot key stays on one shard, however many there are. Start
    with more logical shards than machines, since moving a shard is easier than cutting one. Vitess
    advises about 250 GB for one MySQL shard.

    >>> from sdcli.units import quantity
    >>> found = shards(data=quantity("6.6 TB"), per_shard_bytes=quantity("250 GB"))
    >>> print(found.shards, found.bytes_used)  # 6600 / 250 = 26.4
    27 97.78%
    """
    if (writes is None) != (per_shard_rate is None):
        raise InputError(
            "--writes and --per-shard-rate go together",
            where="estimate shards",
            expected="both, like --writes '20k write/s' --per-shard-rate '5k write/s'",
        )
    by_bytes = (data / per_shard_bytes).apply(ceil)
    by_rate = rate_each = rate_used = None
    count = by_bytes.apply(lambda needed: maximum(needed, Point(1.0)))
    if writes is not None and per_shard_rate is not None:
        by_rate = (writes / per_shard_rate).apply(ceil)
        needed = by_rate.spread
        count = count.apply(lambda counted: maximum(counted, needed))
        rate_each = (writes / count).to("1/s")
        rate_used = (writes / (count * per_shard_rate)).to("%")
    return Shards(
        by_bytes=by_bytes,
        by_rate=by_rate,
        shards=count,
        bytes_each=data / count,
        rate_each=rate_each,
        bytes_used=(data / (count * per_shard_bytes)).to("%"),
        rate_used=rate_used,
    )
