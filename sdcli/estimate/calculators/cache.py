"""Cache: the memory for what is asked for most, and the load that passes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sdcli.core.errors import InputError
from sdcli.estimate.calculator import calculator
from sdcli.estimate.kinds import COUNT, INFORMATION_KIND, NUMBER, RATE, SHARE, SIZE
from sdcli.estimate.signature import default, output
from sdcli.units import Quantity, parse


@dataclass(frozen=True)
class Cache:
    """What it holds and what passes it.

    Attributes:
        working_set: what reads range over: all objects, or the reads of one day.
        memory: the hot part of it, all copies.
        hits: reads that the cache answers.
        misses: reads that reach the store behind it.
        cold: reads that reach the store while the cache is empty: all of them.
    """

    working_set: Annotated[Quantity, INFORMATION_KIND] = output(
        "objects * size", otherwise="reads * 1 day * size"
    )
    memory: Annotated[Quantity, INFORMATION_KIND] = output(
        "working_set * hot_share * copies", anchor="memory"
    )
    hits: Annotated[Quantity | None, RATE] = output("reads * hit_ratio", anchor="cache")
    misses: Annotated[Quantity | None, RATE] = output("reads * (1 - hit_ratio)", anchor="server")
    cold: Annotated[Quantity | None, RATE] = output("reads", anchor="server")


@calculator(
    title="Cache, memory and misses",
    formula="memory = working set × hot share × copies; misses = reads × (1 − hit ratio)",
    source="Grokking the System Design Interview, URL shortening service: the 80-20 rule",
    shown=("reads",),
)
def cache(
    *,
    size: Annotated[Quantity, SIZE.meaning("B").like("500 B").each("objects", "reads")],
    reads: Annotated[Quantity | None, RATE.meaning("read/s").like("20k read/s")] = None,
    objects: Annotated[Quantity | None, COUNT.meaning("object").like("200M object")] = None,
    hot_share: Annotated[Quantity, SHARE] = default("20%"),
    hit_ratio: Annotated[Quantity, SHARE.like("80%")] = default("80%"),
    copies: Annotated[Quantity, NUMBER.within(1).like("2")] = default("1"),
) -> Cache:
    """Memory for the hot part of the data, and the reads that hit, miss, or find it cold.

    Args:
        size: of each object, key and bookkeeping included.
        reads: what is asked for; without `objects`, the reads of one day are taken for the data.
        objects: how many different ones there are.
        hot_share: the part that is kept in memory.
        hit_ratio: the part of the reads that it answers.
        copies: how many times the cache exists, in replicas or regions.

    Returns:
        The memory, and the rates where `reads` is given.

    Raises:
        UnitError: an argument is of another kind, or counts another thing.
        InputError: neither `reads` nor `objects` is given.

    80 % of reads for 20 % of the objects is a rule of thumb; measure the hit ratio, since the store
    feels the misses: from 99 % to 97 % they triple. A day of reads counts an object each time it is
    read, so it is above what is needed; `objects` is sharper. If the store cannot carry `cold`,
    a restart of the cache is an outage: warm it up, or restart it part by part.

    >>> from sdcli.units import quantity
    >>> found = cache(size=quantity("500 B"), reads=quantity("20k read/s"))
    >>> print(found.memory, found.misses)  # 20k × 86,400 × 500 B × 20 %; Grokking says ~170 GB
    172.8 GB 4k read/s
    """
    if objects is None and reads is None:
        raise InputError(
            "it needs --reads or --objects",
            where="estimate cache",
            expected="a rate, like --reads '20k read/s', or a count, like --objects 200M",
        )
    if objects is not None:
        working_set = objects * size
    elif reads is not None:
        working_set = reads * parse("1 day").evaluate({}, reads.conventions) * size
    return Cache(
        working_set=working_set,
        memory=working_set * hot_share * copies,
        hits=None if reads is None else (reads * hit_ratio).to("1/s"),
        misses=None if reads is None else (reads * (1 - hit_ratio)).to("1/s"),
        cold=None if reads is None else reads.to("1/s"),
    )
