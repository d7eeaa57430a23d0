"""Anchors: beside a result, the single resource that it fills, and how much of that.

120 Mbit/s says little to somebody who is tired; `1.2% of one 10 Gbit/s network card` says that the
network is no concern. The capacities are data, knowledge/numbers.yaml.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.estimate.numbers import shipped
from sdcli.units.dimension import INFORMATION, TIME, Dimension
from sdcli.units.display import plain, rounded, scaled

if TYPE_CHECKING:
    from sdcli.estimate.numbers import Number
    from sdcli.units import Quantity

DIGITS = 2  # a capacity is a round number, and so is what is left of it
_LEAST = 1e-3  # less than this share is not told apart

_INFORMATION = Dimension.of(INFORMATION)
_TIME = Dimension.of(TIME)
_USUAL = {  # what a result fills when nobody says it
    "information": "disk",
    "information per time": "network",
    "events per time": "server",
}


@dataclass(frozen=True)
class Anchor:
    """A resource, and how much of it a result fills.

    Args:
        share: of one of them; above 1 it takes several.
        capacity: the resource.
        text: for people, with the capacity and its year.
    """

    share: float
    capacity: Number
    text: str


def anchor(quantity: Quantity, sort: str = "") -> Anchor | None:
    """The resource that a quantity fills; None where no resource fits.

    Args:
        quantity: the result; of a range, its median counts.
        sort: network, disk, memory, server or cache; without it, bandwidth is taken to fill a
            network card, data a disk, and events a server.

    >>> from sdcli.units import quantity as q
    >>> print(anchor(q("120 Mbit/s")).text)
    1.2% of one 10 Gbit/s network card (1.25 GB/s, 2026)
    >>> print(anchor(q("54 TB")).text)
    2.7 disks of 20 TB (2026)
    """
    kind = _kind(quantity.dimension)
    sort = sort or _USUAL.get(kind, "")
    if not kind or not sort or quantity.value <= 0:
        return None
    for capacity in shipped().capacities.values():
        if capacity.resource == sort and _kind(capacity.value.dimension) == kind:
            share = quantity.value / capacity.value.value
            return Anchor(share, capacity, _text(share, capacity))
    return None


def _kind(dimension: Dimension) -> str:
    """What sort of amount it is, whichever noun it counts; empty for one that fills nothing."""
    if dimension == _INFORMATION:
        return "information"
    if dimension == _INFORMATION / _TIME:
        return "information per time"
    return "events per time" if dimension.is_rate else ""


def _text(share: float, capacity: Number) -> str:
    near = rounded(share, DIGITS)
    if near > 1:
        return f"{scaled(near, DIGITS)} {capacity.plural} ({_size(capacity, each=' each')})"
    part = f"{plain(near * 100, DIGITS)}%" if near >= _LEAST else "under 0.1%"
    return f"{part} of one {capacity.name} ({_size(capacity)})"


def _size(capacity: Number, each: str = "") -> str:
    """The capacity and its year; the year alone where the name says the capacity."""
    said = capacity.text.split()[0] in capacity.name.split()
    return f"{capacity.year}" if said else f"{capacity.text}{each}, {capacity.year}"
