"""What is written on either side and has a worth: numbers, components, flows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.documents.diff.difference import Difference, factor, pairs, same, shown
from sdcli.documents.judging.formulas import worth
from sdcli.units import Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.design import Estimate, Flow, Setting
    from sdcli.documents.diff.side import Side


def assumptions(old: Side, new: Side) -> Iterator[Difference]:
    """Assumptions with another value, the largest step first."""
    before, after = old.facts.design.assumptions, new.facts.design.assumptions
    yield from _by_step(
        _number("assumption", name, _value(old, name, one), _value(new, name, two))
        for name, one, two in pairs(before, after)
    )


def estimates(old: Side, new: Side) -> Iterator[Difference]:
    """Estimates with another value or another formula, the largest step first."""
    before, after = old.facts.design.estimates, new.facts.design.estimates
    yield from _by_step(
        _estimate(name, old, new, one, two) for name, one, two in pairs(before, after)
    )


def _by_step(found: Iterator[Difference | None]) -> Iterator[Difference]:
    """The largest factor first, in either direction; what has none before them."""
    kept = [one for one in found if one is not None]
    yield from sorted(kept, key=lambda one: -_step(one))


def _step(difference: Difference) -> float:
    by = difference.factor
    if by is None or by <= 0:
        return float("inf")
    return max(by, 1 / by)


def _value(side: Side, name: str, part: object) -> Quantity | None:
    """What a number of one side is worth; None where it does not have it."""
    return None if part is None else side.facts.values.get(name)


def _number(
    part: str, name: str, before: Quantity | None, after: Quantity | None
) -> Difference | None:
    if same(before, after):
        return None
    note = "new" if before is None else "gone" if after is None else ""
    return Difference(part, name, shown(before), shown(after), factor(before, after), note)


def _estimate(
    name: str, old: Side, new: Side, one: Estimate | None, two: Estimate | None
) -> Difference | None:
    found = _number("estimate", name, _value(old, name, one), _value(new, name, two))
    if one is None or two is None or one.formula == two.formula:
        return found
    note = f"the formula was {one.formula}, is {two.formula}"
    if found is None:
        value = shown(new.facts.values[name])
        return Difference("estimate", name, value, value, 1.0, note)
    return Difference("estimate", name, found.old, found.new, found.factor, note)


def components(old: Side, new: Side) -> Iterator[Difference]:
    """Components that are new, gone or of another kind; parameters with another value."""
    before, after = old.facts.design.components, new.facts.design.components
    for name, one, two in pairs(before, after):
        if one is None or two is None:
            told = (one.kind if one else None, two.kind if two else None)
            yield Difference("component", name, *told, note="new" if one is None else "gone")
            continue
        if one.kind != two.kind:
            yield Difference("component", name, one.kind, two.kind, note="another kind")
        had, has = old.facts.settings[name], new.facts.settings[name]
        for param, was, now in pairs(had, has):
            yield from _param(f"{name}.{param}", was, now)


def _param(key: str, was: Setting | None, now: Setting | None) -> Iterator[Difference]:
    told = [None if one is None or one.value is None else _setting(one) for one in (was, now)]
    values = [_quantity(one) for one in (was, now)]
    if told[0] == told[1] and same(*values):
        return
    note = ""
    if was and now and was.text == now.text and now.uses:
        note = f"by the same formula: {now.text}"
    yield Difference("component", key, told[0], told[1], factor(*values), note)


def _setting(setting: Setting) -> str:
    value = setting.value
    return value.summary() if isinstance(value, Quantity) else str(value)


def _quantity(setting: Setting | None) -> Quantity | None:
    value = setting.value if setting else None
    return (
        Quantity.of(value)
        if isinstance(value, int)
        else value
        if isinstance(value, Quantity)
        else None
    )


def flows(old: Side, new: Side) -> Iterator[Difference]:
    """Flows that are new, gone or take another way; their rates and budgets."""
    before, after = old.facts.design.flows, new.facts.design.flows
    for name, one, two in pairs(before, after):
        if one is None or two is None:
            told = (one.path if one else None, two.path if two else None)
            yield Difference("flow", name, *told, note="new" if one is None else "gone")
            continue
        if one.hops != two.hops:
            yield Difference("flow", name, one.path, two.path, note="another path")
        yield from _amounts(old, new, name, one, two)


def _amounts(old: Side, new: Side, name: str, one: Flow, two: Flow) -> Iterator[Difference]:
    for field in ("rate", "budget"):
        values = [
            worth(side.facts, side.book, text).value if (text := getattr(flow, field)) else None
            for side, flow in ((old, one), (new, two))
        ]
        if not same(*values):
            told = (shown(values[0]), shown(values[1]))
            yield Difference("flow", f"{name}.{field}", *told, factor(*values))
