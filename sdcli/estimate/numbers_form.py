"""The form of a file of numbers, and everything that is wrong with one, each fault at its line.

A number has a value that the quantity language can read, a year and a source. Names of sources are
resolved here, so that a number whose source is a slip of the pen is found before anybody quotes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.core.faults import in_order
from sdcli.core.suggest import did_you_mean
from sdcli.units import UnitError, quantity
from sdcli.units.dimension import MONEY, TIME, Dimension

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from sdcli.core.errors import Fault
    from sdcli.core.yaml import Key, Tree

    Keys = tuple[tuple[str, ...], tuple[str, ...]]  # those that must be there, those that may

SCHEMA = "sdcli-numbers/1"
RESOURCES = ("network", "disk", "memory", "server", "cache")
_YEARS = range(1950, 2100)

_NUMBER = ("value", "year", "source")
_FILE: Keys = (("schema", "sources", "latencies", "capacities", "prices"), ())
_LISTS: dict[str, Keys] = {
    "latencies": (("id", "name"), ("then", "now")),
    "capacities": (("id", "name", "plural", "resource", *_NUMBER), ("note",)),
    "prices": (("id", "name", *_NUMBER), ("note",)),
}
_CELL: Keys = (_NUMBER, ("note",))
_SOURCE: Keys = (("title", "date"), ())
_TEXTS = ("id", "name", "plural", "resource", "source", "note", "title")


def is_numbers(tree: Tree) -> bool:
    """Whether a file says that it holds numbers, in whichever version."""
    schema = tree.data.get("schema") if isinstance(tree.data, dict) else None
    return isinstance(schema, str) and schema.partition("/")[0] == SCHEMA.partition("/")[0]


def faults(tree: Tree) -> list[Fault]:
    """Everything that is wrong with the form of a file, by line; of very many the first ones."""
    if not is_numbers(tree) or tree.data["schema"] != SCHEMA:
        given = tree.data.get("schema") if isinstance(tree.data, dict) else None
        message = f'"{given}" is no format of numbers' if given else "this file holds no numbers"
        return in_order([tree.fault(("schema",), message, f'write "schema: {SCHEMA}"')])
    return in_order(_faults(tree))


def _faults(tree: Tree) -> Iterator[Fault]:
    yield from _keys(tree, (), tree.data, _FILE)
    sources = tree.data.get("sources", {})
    if not isinstance(sources, dict):
        yield tree.fault(("sources",), "sources stand here by their ids")
        sources = {}
    for name, entry in sources.items():
        yield from _keys(tree, ("sources", name), entry, _SOURCE)
    for part, keys in _LISTS.items():
        entries = tree.data.get(part, [])
        if not isinstance(entries, list):
            yield tree.fault((part,), "a list stands here", "begin each entry with - id:")
            continue
        yield from _ids(tree, part, entries)
        for place, entry in enumerate(entries):
            key = (part, place)
            yield from _keys(tree, key, entry, keys)
            if isinstance(entry, dict):
                yield from _entry(tree, key, entry, sources)


def _entry(
    tree: Tree, key: Key, entry: Mapping[str, Any], sources: Mapping[str, Any]
) -> Iterator[Fault]:
    """What is wrong with the numbers of an entry whose keys have been looked at."""
    if key[0] != "latencies":
        yield from _values(tree, key, entry, sources)
        resource = entry.get("resource")
        if resource is not None and resource not in RESOURCES:
            remedy = f"one of {', '.join(RESOURCES)}"
            yield tree.fault((*key, "resource"), f'"{resource}" is no resource', remedy)
        return
    parts = [part for part in ("then", "now") if part in entry]
    if not parts:
        yield tree.fault(key, "this has no number", "write one under then or now")
    for part in parts:
        if entry[part] is not None:
            yield from _keys(tree, (*key, part), entry[part], _CELL)
        if isinstance(entry[part], dict):
            yield from _values(tree, (*key, part), entry[part], sources)


def _values(
    tree: Tree, key: Key, entry: Mapping[str, Any], sources: Mapping[str, Any]
) -> Iterator[Fault]:
    """What is wrong with value, year and source, as far as they are there."""
    if entry.get("value") is not None:
        yield from _value(tree, (*key, "value"), str(entry["value"]), str(key[0]))
    year = entry.get("year")
    if year is not None and (not isinstance(year, int) or year not in _YEARS):
        yield tree.fault((*key, "year"), f'"{year}" is no year', "write four digits, like 2026")
    source = entry.get("source")
    if isinstance(source, str) and source not in sources:
        remedy = did_you_mean(source, sources) or "add it under sources"
        yield tree.fault((*key, "source"), f'there is no source "{source}"', remedy)


def _value(tree: Tree, key: Key, text: str, part: str) -> Iterator[Fault]:
    try:
        value = quantity(text)
    except UnitError as error:
        yield tree.fault(key, f'"{text}": {error.what}', error.fix or error.expected)
        return
    if part == "latencies" and value.dimension != Dimension.of(TIME):
        yield tree.fault(key, f'"{text}" is no time', "write a time, like 100 us")
    elif part == "prices" and value.dimension.exponent(MONEY) != 1:
        yield tree.fault(key, f'"{text}" is no price', "write a price, like $2/GB/month")
    elif value.low <= 0:
        yield tree.fault(key, f'"{text}" is not above zero')


def _keys(tree: Tree, key: Key, entry: Any, keys: Keys) -> Iterator[Fault]:
    """Keys that are missing or unknown, and those whose value is no text where one belongs."""
    needed, optional = keys
    if not isinstance(entry, dict):
        yield tree.fault(key, f"keys stand here: {', '.join(needed)}")
        return
    for name in needed:
        if entry.get(name) in (None, ""):
            yield tree.fault((*key, name), f'the key "{name}" is missing', f"add {name}")
    for name in entry:
        if name not in (*needed, *optional):
            remedy = did_you_mean(name, (*needed, *optional)) or "take it out"
            yield tree.fault((*key, name), f'"{name}" is no key here', remedy)
        elif entry[name] is None and name in optional:
            yield tree.fault((*key, name), "nothing stands here", "say it, or take the key out")
        elif name in _TEXTS and entry[name] is not None and not isinstance(entry[name], str):
            yield tree.fault((*key, name), "a text stands here", "put it in quotes")
        elif name in ("value", "date") and isinstance(entry[name], dict | list):
            yield tree.fault((*key, name), "one value stands here, like 100 us")


def _ids(tree: Tree, part: str, entries: list[Any]) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, entry in enumerate(entries):
        name = entry.get("id") if isinstance(entry, dict) else None
        if isinstance(name, str):
            if name in seen:
                yield tree.fault((part, place, "id"), f'the id "{name}" stands twice')
            seen.add(name)
