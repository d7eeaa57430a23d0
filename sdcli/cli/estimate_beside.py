"""What is said beside a result: companions, what it rests on, how a range came about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdcli.cli import ranges

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sdcli.cli.ranges import Shares
    from sdcli.units import Quantity

COMPARED_MAX = 5_000  # sources of sampled ranges in one answer: 0.3 ms each


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
    """The conventions that results rest on, with those of what is shown.

    A result in TB rests on KB, and a companion in `/day` on the day.

    >>> from sdcli.units import quantity
    >>> taken({}, [quantity("2^30 B"), quantity("5000 request/s")])
    {'day': '86,400 s', 'KB': '1000 B'}
    """
    from sdcli.units.companions import units_in
    from sdcli.units.conventions import of_units, ordered

    said = dict(conventions)
    for value in values:
        units = [*value.units_shown, *units_in(beside(value))]
        said |= of_units(units, value.conventions)
    return ordered(said)


class Driven:
    """What drives each range, as long as that is found in some seconds.

    Args:
        values: by name; each range is looked at once.
        compared_max: sources of sampled ranges that are looked at in all.

    Attributes:
        shares: each source of a range's spread with its share, by the name of the range; nothing
            for certain values, and for those left out.
        left_out: the ranges for which there would have been too much to compare.
    """

    def __init__(self, values: Mapping[str, Quantity], *, compared_max: int | None = None) -> None:
        from sdcli.units.sensitivity import drivers

        self.shares: dict[str, Shares] = {}
        self.left_out: list[str] = []
        most = COMPARED_MAX if compared_max is None else compared_max
        compared = 0
        for name, value in values.items():
            drawn_from = len(value.spread.sources) if value.sampling else 0
            if compared + drawn_from > most:
                self.left_out.append(name)
                self.shares[name] = ()
                continue
            compared += drawn_from
            self.shares[name] = drivers(value)

    def sensitivity(self, name: str) -> list[dict[str, Any]]:
        """What drives one of them, for programs."""
        return ranges.sensitivity(self.shares[name])


def explained(values: Mapping[str, Quantity], *, compared_max: int | None = None) -> list[str]:
    """A sentence for each group of ranges that came about alike; nothing for certain values.

    >>> from sdcli.units import quantity
    >>> explained({"rate": quantity("10 to 20 request/s"), "size": quantity("1 KB")})
    ['rate: 90 % interval, closed form']
    """
    found = Driven(values, compared_max=compared_max)
    groups: dict[str, list[str]] = {}
    for name, value in values.items():
        if value.is_range:
            said = "; ".join([ranges.method(value), *ranges.drivers(found.shares[name])])
            groups.setdefault(said, []).append(name)
    told = [f"{', '.join(names)}: {said}" for said, names in groups.items()]
    if found.left_out:
        first, *others = found.left_out
        more = f" and {len(others)} more" if others else ""
        told.append(f"what drives {first}{more} is not told: too many ranges to compare")
    return told
