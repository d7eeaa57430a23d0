"""The numbers that estimates lean on: latencies, capacities and prices, each with year and source.

They are data, `knowledge/numbers.yaml`. A number without a year or a source is a fault of the
file, and so is a value that the quantity language cannot read; all faults are found at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sdcli.core import yaml
from sdcli.core.errors import FaultsFound, InputError
from sdcli.core.folders import shipped as shipped_folder
from sdcli.core.suggest import did_you_mean
from sdcli.estimate.numbers_form import faults
from sdcli.units import quantity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from sdcli.units import Quantity

FILE = "numbers.yaml"


@dataclass(frozen=True)
class Source:
    """Where a number comes from.

    Args:
        id: its name in the file.
        title: what to look up.
        date: when that was published or measured: a year, a month or a day.
    """

    id: str
    title: str
    date: str

    def __str__(self) -> str:
        """As it is quoted: `RFC 9293, ... (2022-08)`."""
        return f"{self.title} ({self.date})"


@dataclass(frozen=True)
class Number:
    """One number.

    Args:
        id: its name in the file.
        name: what it is, for people.
        text: the value as it is written in the file.
        value: the value.
        year: the year that it speaks of.
        source: where it comes from.
        note: what one should know of it; may be empty.
        plural: the name of several, for capacities.
        resource: the sort of resource that it is a capacity of; empty for the rest.
    """

    id: str
    name: str
    text: str
    value: Quantity
    year: int
    source: Source
    note: str = ""
    plural: str = ""
    resource: str = ""


@dataclass(frozen=True)
class Latency:
    """What one operation takes, then and now; each found by itself, and either may be missing."""

    id: str
    name: str
    then: Number | None
    now: Number | None


@dataclass(frozen=True)
class Numbers:
    """A file of numbers; capacities and prices by id, all in the order of the file."""

    latencies: tuple[Latency, ...]
    capacities: Mapping[str, Number]
    prices: Mapping[str, Number]


def latencies() -> tuple[Latency, ...]:
    """The latencies that ship with the program, from the fastest operation on."""
    return shipped().latencies


def price(name: str) -> Number:
    """The shipped price of that id.

    Raises:
        InputError: there is none; it names the nearest.
    """
    prices = shipped().prices
    if name not in prices:
        raise InputError(
            f'there is no price "{name}"',
            expected="one of " + " ".join(prices),
            fix=did_you_mean(name, prices),
        )
    return prices[name]


@cache
def shipped() -> Numbers:
    """The numbers that ship with the program."""
    return read(path())


def path() -> Path:
    """The file that ships with the program."""
    return shipped_folder("knowledge") / FILE


def read(file: Path) -> Numbers:
    """The numbers of a file.

    Raises:
        InputError: the file cannot be read.
        FaultsFound: its form is wrong; every fault at once, with its line.
    """
    tree = yaml.read(file)
    found = faults(tree)
    if found:
        raise FaultsFound(found)
    data = tree.data
    sources = {
        name: Source(name, entry["title"], str(entry["date"]))
        for name, entry in data["sources"].items()
    }
    return Numbers(
        tuple(
            Latency(
                entry["id"],
                entry["name"],
                *(
                    _number(entry["id"], entry["name"], entry[part], sources)
                    if part in entry
                    else None
                    for part in ("then", "now")
                ),
            )
            for entry in data["latencies"]
        ),
        *(
            {
                entry["id"]: _number(entry["id"], entry["name"], entry, sources)
                for entry in data[part]
            }
            for part in ("capacities", "prices")
        ),
    )


def _number(
    name: str, title: str, entry: Mapping[str, Any], sources: Mapping[str, Source]
) -> Number:
    text = str(entry["value"])
    extras = {key: entry[key] for key in ("note", "plural", "resource") if key in entry}
    return Number(
        name, title, text, quantity(text), entry["year"], sources[entry["source"]], **extras
    )
