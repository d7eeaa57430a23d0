"""What a design costs: so much of each item, at its price.

A price is the design's own or one of the shipped table (`knowledge/numbers.yaml`), each with its
date and its source. A month is what a bill is for, and a year is twelve of them. What does not
come to money per time is a fault of the item: it is told, never dropped and never in the sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.core.suggest import did_you_mean
from sdcli.design import leaves, plain
from sdcli.documents.figures.given import by_medians, total
from sdcli.documents.judging.formulas import inputs_of, names_in, worth
from sdcli.estimate.numbers import shipped
from sdcli.units import Quantity, quantity
from sdcli.units.dimension import MONEY, TIME, Dimension

if TYPE_CHECKING:
    from sdcli.design import CostItem
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs

COST = "cost"
MONTHLY = "$/month"
MONTHS = 12  # a bill comes by the month
_BILL = Dimension.of(MONEY) * Dimension.of(TIME, -1)


@dataclass(frozen=True)
class Tag:
    """A price as it is used.

    Args:
        name: its id or its name.
        value: for one.
        text: as it is written.
        as_of: when it held: a year, a date.
        source: where it comes from; may be empty.
        own: whether the design brings it.
    """

    name: str
    value: Quantity
    text: str
    as_of: str
    source: str
    own: bool


@dataclass(frozen=True)
class Row:
    """One item.

    Args:
        item: as the design has it.
        amount: how much of it; None when there is no number.
        tag: its price; None when there is none of that name.
        per_month: what it costs; None when that is not known.
        problem: why not; empty when it is.
    """

    item: CostItem
    amount: Quantity | None
    tag: Tag | None
    per_month: Quantity | None
    problem: str = ""


@dataclass(frozen=True)
class Bill:
    """What a design costs.

    Args:
        rows: item by item.
        per_month: the sum of what is known; None when nothing is.
    """

    rows: tuple[Row, ...]
    per_month: Quantity | None

    @property
    def per_year(self) -> Quantity | None:
        """Twelve of its months, in a year."""
        if self.per_month is None:
            return None
        months = quantity(f"{MONTHS} month") / quantity("1 year")
        return (self.per_month * months).to("$/year")

    @property
    def missing(self) -> str:
        """Which items are not in the sum; empty when all are."""
        lacking = [row.item.text for row in self.rows if row.per_month is None]
        return f"the total lacks {', '.join(lacking)}" if lacking else ""

    @property
    def by_medians(self) -> bool:
        """Whether ranges went into the sum by their medians, there being too many."""
        return by_medians(row.per_month for row in self.rows)

    def share(self, row: Row) -> Quantity | None:
        """The share of one item in the sum, of the medians."""
        if row.per_month is None or self.per_month is None or self.per_month.value == 0:
            return None
        return Quantity.of(row.per_month.value / self.per_month.value).to("%")


@lru_cache(maxsize=16)
def cost_of(facts: Facts, book: Book) -> Bill:
    """What a design costs; may run what its amounts name.

    Cost: one evaluation for each item; of more than `given.MANY` ranges the medians are added.
    """
    rows = tuple(_row(facts, book, item) for item in facts.design.cost.items)
    whole = total(row.per_month for row in rows if row.per_month is not None)
    return Bill(rows, None if whole is None else whole.to(MONTHLY))


@lru_cache(maxsize=4)
def inputs_of_cost(facts: Facts, book: Book) -> Inputs:
    """What the cost rests on, the shipped prices that it uses among it; read once for all."""
    design = facts.design
    found: Inputs = leaves("cost", design.cost)
    for item in design.cost.items:
        if item.price not in design.cost.prices and item.price in shipped().prices:
            number = shipped().prices[item.price]
            found[f"prices.{number.id}.value"] = plain(number.text)
            found[f"prices.{number.id}.year"] = number.year
            found[f"prices.{number.id}.source"] = str(number.source)
    for own in design.cost.prices.values():
        found |= facts.behind(facts.names_in(own.value))
    amounts = [one.amount for one in design.cost.items if not _circular(facts, one.amount)]
    return found | inputs_of(facts, book, *amounts)


def tag_of(facts: Facts, name: str) -> Tag:
    """The price of that name, the design's own before the shipped one.

    Raises:
        InputError: there is none, or its value cannot be read.
    """
    own = facts.design.cost.prices
    if name in own:
        value = quantity(own[name].value, nouns=facts.design.nouns, env=facts.values)
        return Tag(name, value, own[name].value, own[name].as_of, own[name].source, own=True)
    prices = shipped().prices
    if name not in prices:
        known = [*own, *prices]
        raise InputError(
            f"no price is named {name[:64]}",
            where=name[:64],
            expected=f"one of {', '.join(known)}",
            fix=did_you_mean(name[:64], known),
        )
    number = prices[name]
    year, source = str(number.year), str(number.source)
    return Tag(name, number.value, number.text, year, source, own=False)


def _row(facts: Facts, book: Book, item: CostItem) -> Row:
    try:
        tag = tag_of(facts, item.price)
    except InputError as error:
        hint = f"; {error.fix}" if error.fix else ""
        return Row(item, None, None, None, f"{error.what}{hint}")
    if _circular(facts, item.amount):
        return Row(item, None, tag, None, "its amount rests on the cost itself")
    found = worth(facts, book, item.amount)
    if found.value is None:
        return Row(item, None, tag, None, found.reason)
    try:
        paid = found.value * tag.value
        if paid.dimension == _BILL:
            return Row(item, found.value, tag, paid.to(MONTHLY))
    except InputError as error:
        return Row(item, found.value, tag, None, error.what)
    return Row(item, found.value, tag, None, _not_a_bill(paid))


def _not_a_bill(paid: Quantity) -> str:
    if paid.dimension == Dimension.of(MONEY):
        return f"{paid} is paid once: nothing says how often"
    return f"amount × price is {paid.kind}, not money per time"


def _circular(facts: Facts, amount: str) -> bool:
    components = facts.design.components
    return COST not in components and any(
        name.partition(".")[0] == COST for name in names_in(facts, amount)
    )
