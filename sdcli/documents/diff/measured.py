"""What runs and prices give on either side: evidence, the least headroom, cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.documents.diff.difference import Difference, factor, pairs, same, shown
from sdcli.documents.evidence.measures import in_quantities
from sdcli.documents.figures.capacity import first_to_fail, uses
from sdcli.documents.figures.costing import cost_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.documents.diff.side import Side
    from sdcli.documents.evidence.plan import Plan
    from sdcli.documents.evidence.result import Measure
    from sdcli.documents.figures.capacity import Use
    from sdcli.documents.figures.costing import Bill
    from sdcli.units import Quantity

FAILS, NOT_RUN = "fails", "not run"  # how a run ends that backs nothing


def evidence(old: Side, new: Side) -> Iterator[Difference]:
    """Runs that are new, gone, or give something else; those that fail now come first."""
    before = {"/".join(pair): plan for pair, plan in old.book.plans.items()}
    after = {"/".join(pair): plan for pair, plan in new.book.plans.items()}
    found = [
        difference
        for name, one, two in pairs(before, after)
        for difference in _run(old, new, name, one, two)
    ]
    found.sort(key=lambda one: (one.new not in (FAILS, NOT_RUN), one.factor is not None))
    yield from found


def _run(
    old: Side, new: Side, name: str, before: Plan | None, after: Plan | None
) -> Iterator[Difference]:
    told = (_ended(old, before), _ended(new, after))
    if before is None or after is None:
        yield Difference("evidence", name, *told, note="new" if before is None else "gone")
        return
    if told[0] != told[1]:
        reason = new.book.problem(after) or old.book.problem(before)
        yield Difference("evidence", name, *told, note=reason)
    one, two = old.book.result(before), new.book.result(after)
    if one is None or two is None:
        return
    for metric, was, now in pairs(one.metrics, two.metrics):
        yield from _metric(old, new, f"{name} {metric}", was, now)


def _ended(side: Side, plan: Plan | None) -> str | None:
    """How a run ended, in a word; None where there is none."""
    if plan is None:
        return None
    result = side.book.result(plan)
    return NOT_RUN if result is None else result.verdict


def _metric(
    old: Side, new: Side, key: str, was: Measure | None, now: Measure | None
) -> Iterator[Difference]:
    if was is not None and now is not None and was.agrees(now):
        return
    sides = ((old, was), (new, now))
    values = [None if one is None else _median(side, one) for side, one in sides]
    told = [None if one is None else _shown(side, one) for side, one in sides]
    yield Difference("evidence", key, told[0], told[1], factor(*values))


def _median(side: Side, measure: Measure) -> Quantity:
    return in_quantities(measure.value, measure.unit, side.facts.design.nouns)


def _shown(side: Side, measure: Measure) -> str:
    """A measure as quantities are shown here: the median, and the ends of its interval."""
    median = str(_median(side, measure))
    if measure.low is None or measure.high is None:
        return median
    ends = (in_quantities(end, "") for end in (measure.low, measure.high))
    return f"{median} ({' to '.join(str(end) for end in ends)})"


def headroom(old: Side, new: Side) -> Iterator[Difference]:
    """The component that gives out first, and how many times today's load fits into it."""
    one, two = first_to_fail(uses(old.facts)), first_to_fail(uses(new.facts))
    before, after = (use.headroom if use else None for use in (one, two))
    moved = (one.component if one else "") != (two.component if two else "")
    if moved or not same(before, after):
        note = "another component gives out first" if moved and one and two else ""
        yield Difference(
            "headroom", "least headroom", _room(one), _room(two), factor(before, after), note
        )


def _room(use: Use | None) -> str | None:
    if use is None or use.headroom is None:
        return None
    return f"{use.component}, room for {float(f'{use.headroom.value:.4g}'):g} times the load"


def cost(old: Side, new: Side) -> Iterator[Difference]:
    """The bill of a month, then the items that make the difference, the largest first."""
    bills = cost_of(old.facts, old.book), cost_of(new.facts, new.book)
    totals = [bill.per_month for bill in bills]
    if not same(*totals):
        note = bills[1].missing
        by = factor(*totals)
        yield Difference("cost", "total", shown(totals[0]), shown(totals[1]), by, note)
    rows = [_items(bill) for bill in bills]
    found = list(_changed(old=bills[0], new=bills[1], rows=rows))
    found.sort(key=lambda entry: -entry[0])
    yield from (difference for _, difference in found)


def _items(bill: Bill) -> dict[str, int]:
    """The place of each item by its text; of equal texts the first one."""
    found: dict[str, int] = {}
    for i, row in enumerate(bill.rows):
        found.setdefault(row.item.text, i)
    return found


def _changed(
    *, old: Bill, new: Bill, rows: list[dict[str, int]]
) -> Iterator[tuple[float, Difference]]:
    """Items that cost something else, each with the money that it makes."""
    for text, i, k in pairs(*rows):
        before = None if i is None else old.rows[i].per_month
        after = None if k is None else new.rows[k].per_month
        if same(before, after) and (i is None) == (k is None):
            continue
        makes = abs((after.value if after else 0.0) - (before.value if before else 0.0))
        note = "new" if i is None else "gone" if k is None else new.rows[k].problem
        by = factor(before, after)
        yield makes, Difference("cost", text, shown(before), shown(after), by, note)
