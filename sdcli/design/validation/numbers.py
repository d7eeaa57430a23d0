"""Formulas, growth and cost: that they can be computed, and are of the kind that they must be."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.design.calendar import HORIZON, in_period, months, months_in, unit_of_time
from sdcli.units.dimension import MONEY, TIME, Dimension

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.core.errors import Fault
    from sdcli.core.yaml import Key
    from sdcli.design.validation.desk import Desk

_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
_PER_TIME = Dimension.of(TIME, -1)
GROWN_MAX = 1e6  # over the horizon; what grows more is no forecast


def formulas(desk: Desk) -> Iterator[Fault]:
    """Assumptions and estimates that cannot be computed."""
    design = desk.design
    for name, error in desk.sheet.errors.items():
        if name in design.assumptions and name in design.estimates:
            continue  # reported with the names
        key: Key
        if name in design.estimates:
            key = ("estimates", name, "formula")
        else:
            key = ("assumptions", name, "value")
        yield desk.error(key, error)


def growth(desk: Desk) -> Iterator[Fault]:
    """Rates that are no shares per time, of what is no assumption; limits of another kind."""
    from sdcli.estimate.kinds import DURATION, Kind

    rate = Kind("a share per time", "5 %/month", lambda d: d == _PER_TIME)
    part = desk.design.growth
    if (part.watch or part.horizon) and not part.rates:
        yield desk.fault(("growth",), "nothing grows here", "rates: {writes: 5 %/month}")
    yield from desk.quantity(("growth", "horizon"), part.horizon, DURATION.positive())
    for name, text in part.rates.items():
        key: Key = ("growth", "rates", name)
        yield from desk.unknown(key, "assumption", name, desk.design.assumptions)
        wrong = list(desk.quantity(key, text, rate))
        yield from wrong or _too_fast(desk, key, text)
    for i, watched in enumerate(part.watch):
        key = ("growth", "watch", i)
        known = [*desk.design.estimates, *desk.design.assumptions]
        yield from desk.unknown((*key, "estimate"), "estimate", watched.estimate, known)
        value = desk.values.get(watched.estimate)
        if value is not None:
            like = Kind(value.kind, str(value), value.dimension.__eq__)
            yield from desk.quantity((*key, "limit"), watched.limit, like)


def _too_fast(desk: Desk, key: Key, text: str) -> Iterator[Fault]:
    """A growth that no forecast means, and that numbers could not hold."""
    from sdcli.units import UnitError, quantity

    nouns = desk.design.nouns
    try:
        rate = quantity(text, nouns=nouns, env=desk.values)
        horizon = quantity(desk.design.growth.horizon or HORIZON, nouns=nouns, env=desk.values)
    except UnitError:
        return  # reported with the key that it is of
    if horizon.dimension != Dimension.of(TIME):
        return
    periods = months(horizon) / months_in(unit_of_time(rate), rate)
    if periods * math.log1p(in_period(rate).high) > math.log(GROWN_MAX):
        yield desk.fault(key, f"this grows more than {GROWN_MAX:,.0f} times within {horizon}")


def cost(desk: Desk) -> Iterator[Fault]:
    """Prices without a date or in another kind, items of what has no price or is no component."""
    part = desk.design.cost
    if not part.items and not part.prices:
        return
    from sdcli.estimate.numbers import shipped

    for name, own in part.prices.items():
        key: Key = ("cost", "prices", name)
        if not _DATE.fullmatch(own.as_of):
            yield desk.fault((*key, "as_of"), "this is not a date, like 2026-11")
        yield from _price(desk, (*key, "value"), own.value)
    known = [*part.prices, *shipped().prices]
    for i, item in enumerate(part.items):
        key = ("cost", "items", i)
        yield from desk.unknown((*key, "price"), "price", item.price, known)
        yield from desk.amount((*key, "amount"), item.amount)
        if item.of:
            yield from desk.unknown((*key, "of"), "component", item.of, desk.design.components)


def _price(desk: Desk, key: Key, text: str) -> Iterator[Fault]:
    from sdcli.units import quantity

    try:
        value = quantity(text, nouns=desk.design.nouns)
    except InputError as error:
        yield desk.error(key, error)
        return
    if value.dimension.exponent(MONEY) != 1:
        yield desk.fault(key, f"this is {value.kind}; expected a price, like $0.10/GB/month")
