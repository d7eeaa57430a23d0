"""What the design costs, item by item, each price with its date and its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.documents.evidence.result import rounded
from sdcli.documents.figures import costing
from sdcli.documents.figures.given import MANY
from sdcli.documents.sections.percents import percent, whole_percent
from sdcli.documents.sections.section import WRITTEN, Part, Section, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.figures.costing import Bill, Row
from sdcli.documents.sections.section import View


def _sources(facts: Facts, book: Book) -> Iterator[Source]:
    inputs = dict(costing.inputs_of_cost(facts, book))
    yield Source("cost", "cost", inputs, lambda: _view(facts, book))


def _view(facts: Facts, book: Book) -> View:
    bill = costing.cost_of(facts, book)
    used = {row.item.price for row in bill.rows}
    return {
        "rows": [_row(bill, row) for row in bill.rows],
        "per_month": "" if bill.per_month is None else bill.per_month.summary(),
        "per_year": "" if bill.per_year is None else bill.per_year.summary(),
        "faults": [
            {"text": row.item.text, "problem": row.problem} for row in bill.rows if row.problem
        ],
        "worked": [_worked(row) for row in bill.rows if row.per_month is not None],
        "medians": MANY if bill.by_medians else 0,
        "largest": _largest(bill),
        "sources": list(
            dict.fromkeys(row.tag.source for row in bill.rows if row.tag and row.tag.source)
        ),
        "unused": [
            {"name": name, "value": own.value, "as_of": own.as_of}
            for name, own in facts.design.cost.prices.items()
            if name not in used
        ],
    }


def _row(bill: Bill, row: Row) -> View:
    share = bill.share(row)
    tag = row.tag
    return {
        "text": row.item.text,
        "of": row.item.of,
        "amount": "" if row.amount is None else row.amount.summary(),
        "formula": row.item.amount,
        "price": tag.text if tag else "",
        "price_name": row.item.price,
        "as_of": tag.as_of if tag else "",
        "source": tag.source if tag else "",
        "own": tag.own if tag else False,
        "per_month": "" if row.per_month is None else row.per_month.summary(),
        "share": "" if share is None else percent(share),
        "problem": row.problem,
    }


def _largest(bill: Bill) -> View | None:
    """The item that most of the money goes to."""
    known = [row for row in bill.rows if row.per_month is not None]
    if not known:
        return None
    paid = [0.0 if one.per_month is None else rounded(one.per_month.value) for one in known]
    row = known[paid.index(max(paid))]
    share = bill.share(row)
    return {"text": row.item.text, "share": "" if share is None else whole_percent(share.value)}


def _worked(row: Row) -> str:
    price = row.tag.text if row.tag else ""
    paid = "" if row.per_month is None else row.per_month.summary()
    amount = str(row.amount)
    formula = f"{row.item.amount} = {amount}" if row.item.amount != amount else amount
    return f"{row.item.text}: {formula}, at {price} = {paid}"


SECTION = Section(WRITTEN, (Part("cost", "Cost", lambda d: bool(d.cost.items)),), _sources)
