"""How much the records of a data model take: one row, all rows, all copies, and a year more.

    row            the sum of the sizes of its fields
    rows           as given, or new × kept
    one copy       rows × row
    stored         one copy × copies
    added per year new × row × copies × 1 year

What a design does not say is not made up: a field without a size is named, and a sum that lacks a
number says which one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from sdcli.documents.figures.given import (
    alone,
    counting,
    counts,
    differ,
    few_ranges,
    for_each,
    given,
    plain_count,
    sized,
    total,
)
from sdcli.documents.figures.given import worked as work_out
from sdcli.estimate.parts import median

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.documents.facts import Facts
    from sdcli.units import Quantity

_CLOSE = 0.01  # medians of ranges that were drawn in two ways differ by less
_TERMS_MAX = 24  # sizes in one worked line that people still read


@dataclass(frozen=True)
class Stored:
    """What one entity takes.

    Args:
        entity: its name.
        sizes: the size of each field that says one.
        uncounted: the fields that are not in the sum, each with the reason.
        row: one row; None when no field says a size.
        rows: how many there are.
        copies: how many times each is kept; None when the design does not say: once is counted.
        one_copy, stored: all rows once, and as often as they are kept.
        added: what a year brings, in all copies, before anything is deleted.
        worked: the working of each sum.
        missing: why there is no total; empty when there is one.
    """

    entity: str
    sizes: dict[str, Quantity] = field(default_factory=dict)
    uncounted: dict[str, str] = field(default_factory=dict)
    row: Quantity | None = None
    rows: Quantity | None = None
    copies: Quantity | None = None
    one_copy: Quantity | None = None
    stored: Quantity | None = None
    added: Quantity | None = None
    worked: tuple[str, ...] = ()
    missing: str = ""


@dataclass(frozen=True)
class Model:
    """What all entities take.

    Args:
        entities: each of them by name, in the order of the design.
        medians: whether ranges went into the sums by their medians, there being too many.
    """

    entities: dict[str, Stored]
    medians: bool


def stored(facts: Facts) -> Model:
    """What every entity takes, as far as the design says it.

    Cost: a few sums for each; of ranges at most RANGES_MAX, so a second or two.
    """
    amounts = {name: _amounts(facts, name) for name in facts.design.data}
    sizes = {name: _sizes(facts, name) for name in facts.design.data}
    given_in_all = (
        one for part in (amounts, sizes) for own in part.values() for one in own.values()
    )
    medians = not few_ranges(given_in_all)
    found: dict[str, Stored] = {}
    for name in facts.design.data:
        if medians:
            amounts[name] = {what: median(value) for what, value in amounts[name].items()}
            sizes[name] = {what: median(value) for what, value in sizes[name].items()}
        fields = list(facts.design.data[name].fields)
        found[name] = _summed(_row(name, fields, sizes[name], amounts[name]), amounts[name])
    return Model(found, medians)


def _amounts(facts: Facts, name: str) -> dict[str, Quantity]:
    entity = facts.design.data[name]
    return {
        what: value
        for what in ("rows", "new", "kept", "copies")
        if (value := given(facts, f"data.{name}.{what}", getattr(entity, what))) is not None
    }


def _sizes(facts: Facts, name: str) -> dict[str, Quantity]:
    return {
        field: value
        for field, part in facts.design.data[name].fields.items()
        if (value := given(facts, f"data.{name}.fields.{field}.size", part.size)) is not None
    }


def _row(
    name: str, fields: list[str], sizes: dict[str, Quantity], amounts: dict[str, Quantity]
) -> Stored:
    """One row: the sizes of the fields, all for each of one noun, and their sum."""
    noun = next((counts(amounts[what]) for what in ("rows", "new") if what in amounts), "")
    terms: dict[str, Quantity] = {}
    uncounted: dict[str, str] = {}
    for each in fields:
        size = sizes.get(each)
        if size is None:
            uncounted[each] = "no size is given"
            continue
        noun = noun or for_each(size)
        if for_each(size) not in ("", noun):
            uncounted[each] = f"its size is for each {for_each(size)}, a row is one {noun}"
            continue
        terms[f"{each}_size"] = alone(size)  # no unit ends so
    if not terms:
        return Stored(name, sizes, uncounted)
    if len(terms) > _TERMS_MAX:
        row = reduce(add, terms.values())
        line = f"row = the sum of {len(terms)} sizes = {row.summary()}"
    else:
        row, line = work_out("row", " + ".join(terms), terms)
    return Stored(name, sizes, uncounted, row=sized(row, noun), worked=(line,))


def _summed(found: Stored, amounts: dict[str, Quantity]) -> Stored:
    lines = list(found.worked)
    rows = amounts.get("rows")
    if rows is None and {"new", "kept"} <= amounts.keys():
        rows, line = work_out("rows", "new * kept", amounts)
        lines.append(line)
    if "copies" in amounts:
        amounts["copies"] = plain_count(amounts["copies"])
    copies = amounts.get("copies")
    found = replace(found, rows=rows, copies=copies, worked=tuple(lines))
    if found.row is None:
        return replace(found, missing="no field says its size")
    values = {**amounts, "row": found.row}
    stored_in_all = added = one_copy = None
    missing = ""
    if rows is None:
        missing = "neither rows, nor new and kept, are given"
    elif reason := differ(rows, found.row):
        missing = reason
    else:
        values["rows"] = counting(rows, for_each(found.row))
        one_copy, line = work_out("one_copy", "rows * row", values)
        lines.append(line)
        stored_in_all = one_copy
        if copies is not None:
            values["one_copy"] = one_copy
            stored_in_all, line = work_out("stored", "one_copy * copies", values)
            lines.append(line)
    if "new" in amounts and not differ(amounts["new"], found.row):
        values["new"] = counting(amounts["new"], for_each(found.row))
        formula = "new * row * 1 year" if copies is None else "new * row * copies * 1 year"
        added, line = work_out("added_per_year", formula, values)
        lines.append(line)
    return replace(
        found,
        one_copy=one_copy,
        stored=stored_in_all,
        added=added,
        missing=missing,
        worked=tuple(lines),
    )


@dataclass(frozen=True)
class Held:
    """What one component holds of the data model.

    Args:
        store: the component.
        entities: what it holds of which the size is known.
        unknown: what it holds of which it is not.
        one_copy, stored: their sums; None when none is known.
        size: what the component says that it holds, in one copy; None when it says nothing.
    """

    store: str
    entities: tuple[str, ...]
    unknown: tuple[str, ...]
    one_copy: Quantity | None
    stored: Quantity | None
    size: Quantity | None

    @property
    def is_short(self) -> bool:
        """Whether the component is said to hold less than the data model comes to."""
        if self.size is None or self.one_copy is None:
            return False
        return self.size < self.one_copy * (1 - _CLOSE)


def held(facts: Facts, found: Iterable[Stored]) -> list[Held]:
    """What each store holds, in the order in which the data model names them."""
    stores = dict.fromkeys(part.store for part in facts.design.data.values() if part.store)
    rows: dict[str, list[Stored]] = {store: [] for store in stores}
    for one in found:
        store = facts.design.data[one.entity].store
        if store:
            rows[store].append(one)
    return [_held(facts, store, ones) for store, ones in rows.items()]


def _held(facts: Facts, store: str, found: list[Stored]) -> Held:
    setting = facts.settings.get(store, {}).get("size")
    size = setting.value if setting else None
    return Held(
        store,
        tuple(one.entity for one in found if one.one_copy is not None),
        tuple(one.entity for one in found if one.one_copy is None),
        total([one.one_copy for one in found]),
        total([one.stored for one in found]),
        None if size is None or isinstance(size, int | str) else size,
    )
