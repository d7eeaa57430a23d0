"""What is said beside a result: companions, what it rests on, how a range came about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdcli.cli import ranges

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sdcli.units import Quantity


def beside(value: Quantity) -> list[str]:
    """The figures that people want beside a result, as far as it does not show them itself.

    Nines stand beside an availability only: a utilisation of 99 % is no uptime.
    """
    from sdcli.estimate.complement import Availability
    from sdcli.units.companions import companions

    if value.unit == "%" and not isinstance(value, Availability):
        return []
    return [text for text in companions(value) if text != value.display()]


def taken(conventions: Mapping[str, str], values: Iterable[Quantity]) -> dict[str, str]:
    """The conventions that results rest on; a companion in `/day` rests on the day, too."""
    from sdcli.units.companions import units_in
    from sdcli.units.conventions import NAMES, of_units, ordered

    said = dict(conventions)
    for value in values:
        used = of_units(units_in(beside(value)), value.conventions)
        said |= {name: text for name, text in used.items() if name in NAMES}
    return ordered(said)


def sensitivity(value: Quantity) -> list[dict[str, Any]]:
    """Each source of a range's spread with its share, the largest first."""
    from sdcli.units.sensitivity import drivers

    return ranges.sensitivity(drivers(value))


def explained(values: Mapping[str, Quantity]) -> list[str]:
    """A sentence for each group of ranges that came about alike; nothing for certain values.

    >>> from sdcli.units import quantity
    >>> explained({"rate": quantity("10 to 20 request/s"), "size": quantity("1 KB")})
    ['rate: 90 % interval, closed form']
    """
    from sdcli.units.sensitivity import drivers

    groups: dict[str, list[str]] = {}
    for name, value in values.items():
        if value.is_range:
            said = "; ".join([ranges.method(value), *ranges.drivers(drivers(value))])
            groups.setdefault(said, []).append(name)
    return [f"{', '.join(names)}: {said}" for said, names in groups.items()]
