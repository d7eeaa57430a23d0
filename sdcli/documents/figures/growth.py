"""How estimates grow, when they reach their limits, and which component overflows first.

The worksheet is worked out again at each point in time, ranges and all. The day on which
something happens is searched between two points by halving, on the median.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.design.calendar import DAYS
from sdcli.documents.evidence.result import rounded
from sdcli.documents.figures.again import Again, Budget, TooMuch, certain
from sdcli.documents.figures.capacity import uses, uses_of
from sdcli.documents.figures.loads import loads_when
from sdcli.documents.figures.months import points
from sdcli.documents.figures.rates import horizon, rates
from sdcli.units import quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sdcli.design import Watched
    from sdcli.documents.facts import Facts
    from sdcli.documents.figures.rates import Rate
    from sdcli.units import Quantity

ESTIMATES_MAX = 20  # charts that a reader will look at
FLOWS_MAX = 200  # flows that are followed through the components at each point
TOO_MANY = "there are too many formulas"
_CLOSE = 1e-9


@dataclass(frozen=True)
class Limit:
    """A limit of an estimate, and when it is reached.

    Args:
        text: as the design says it.
        then: what is to be done.
        values: the limit at each point: it may be a formula over what grows.
        after: when it is reached, in months; None: not within the horizon.
        is_formula: whether it names assumptions or estimates.
    """

    text: str
    then: str
    values: tuple[Quantity, ...]
    after: float | None
    is_formula: bool = False


@dataclass(frozen=True)
class Followed:
    """One estimate over the horizon.

    Args:
        name: the estimate.
        values: at each point.
        limits: in the order of the design.
        problem: why it cannot be followed; empty when it can.
    """

    name: str
    values: tuple[Quantity, ...] = ()
    limits: tuple[Limit, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Forecast:
    """Everything that the section on growth says.

    Args:
        rates: what grows.
        points: the months at which was looked.
        followed: the estimates.
        fills: the component that overflows first, and after how many months; None when none does.
        blind: why the components were not followed, in a clause; empty when they were.
        left_out: the estimates that are past ESTIMATES_MAX.
    """

    rates: tuple[Rate, ...]
    points: tuple[float, ...]
    followed: tuple[Followed, ...]
    fills: tuple[str, float] | None = None
    blind: str = ""
    left_out: tuple[str, ...] = ()

    def first_reached(self) -> tuple[Followed, Limit] | None:
        """The limit that is reached first, the first of equals."""
        reached = [
            (limit.after, one, limit)
            for one in self.followed
            for limit in one.limits
            if limit.after is not None
        ]
        return min(reached, key=lambda found: found[0])[1:] if reached else None


def watched(facts: Facts) -> list[str]:
    """The estimates that are followed: the watched ones, else all that something growing moves."""
    design = facts.design
    if design.growth.watch:
        names = (part.estimate for part in design.growth.watch)
        return [name for name in dict.fromkeys(names) if name in facts.values]
    growing = design.growth.rates.keys()
    return [
        name for name in design.estimates if not facts.sheet.depends_on(name).isdisjoint(growing)
    ]


def forecast(facts: Facts) -> Forecast:
    """Follow the watched estimates, and the load on the components, over the horizon.

    Cost: bounded by `again.STEPS_MAX`; what it does not reach says so.
    """
    every = watched(facts)
    names = every[:ESTIMATES_MAX]
    growing = rates(facts)
    ahead = points(horizon(facts))
    future = _Future(facts, growing, [*names, *rate_names(facts)])
    followed = tuple(_followed(future, name, ahead) for name in names)
    fills, blind = _filling(future, ahead)
    left_out = tuple(every[ESTIMATES_MAX:])
    return Forecast(tuple(growing), tuple(ahead), followed, fills, blind, left_out)


def rate_names(facts: Facts) -> list[str]:
    """The assumptions and estimates that decide what arrives at the components."""
    texts = [flow.rate for flow in facts.design.flows.values()]
    found = [name for text in texts for name in facts.names_in(text)]
    for own in facts.settings.values():
        if "rate" in own:
            found += sorted(own["rate"].uses)
    return list(dict.fromkeys(found))


class _Future:
    """The values of some names after so many months, each time worked out once."""

    def __init__(self, facts: Facts, growing: Iterable[Rate], names: Iterable[str]) -> None:
        self.facts = facts
        self._growing = [one for one in growing if one.name in facts.values]
        self._again = Again(facts, names, Budget())
        self._known: dict[float, dict[str, Quantity]] = {}

    def values(self, after: float) -> Mapping[str, Quantity]:
        """Every assumption and estimate then.

        What has no value then is not among them.

        Raises:
            InputError: an assumption leaves what can be computed with.
            TooMuch: the budget is spent.
        """
        if after <= 0:
            return self.facts.values
        if after not in self._known:
            try:
                grown = {
                    one.name: self.facts.values[one.name] * one.factor(after)
                    for one in self._growing
                }
            except OverflowError as error:
                raise InputError("this leaves the numbers that can be computed with") from error
            self._known[after] = self._again.values(grown, self.facts.values)
        return self._known[after]

    def problem(self, name: str) -> str:
        """Why a name had no value at some time."""
        return self._again.problem(name)

    def medians(self, after: float) -> Mapping[str, Quantity]:
        """The same without their ranges."""
        return {name: certain(value) for name, value in self.values(after).items()}


def _followed(future: _Future, name: str, ahead: Sequence[float]) -> Followed:
    watch = [part for part in future.facts.design.growth.watch if part.estimate == name]
    try:
        values = tuple(future.values(after)[name] for after in ahead)
        limits = tuple(_limit(future, part, values, ahead) for part in watch if part.limit)
    except TooMuch:
        return Followed(name, problem=f"{TOO_MANY} below it")
    except KeyError:
        return Followed(name, problem=future.problem(name))
    except InputError as error:
        return Followed(name, problem=error.what)
    return Followed(name, values, limits)


def _limit(
    future: _Future, part: Watched, values: Sequence[Quantity], ahead: Sequence[float]
) -> Limit:
    nouns = future.facts.design.nouns

    def limit(after: float) -> Quantity:
        found = quantity(part.limit, nouns=nouns, env=future.values(after))
        values[0].same_kind(found, "this compares {} with a limit of {}", "<")
        return found

    def gap(after: float) -> float:
        """How far the value is above its limit, as a share of the limit."""
        most = limit(after).value
        return (future.values(after)[part.estimate].value - most) / (abs(most) or 1.0)

    falls = values[-1].value < values[0].value and gap(0) > 0
    after = first_time(lambda t: -gap(t) if falls else gap(t), ahead)
    is_formula = bool(future.facts.names_in(part.limit))
    return Limit(part.limit, part.then, tuple(limit(t) for t in ahead), after, is_formula)


def first_time(gap: Callable[[float], float], ahead: Sequence[float]) -> float | None:
    """When something first reaches zero from below, to the day, in months.

    Args:
        gap: how far it is above zero after so many months.
        ahead: the points at which is looked, from 0 on; between two of them by halving.

    Returns:
        0 when it is there today; None when it is not within these points.

    >>> first_time(lambda month: month - 14.5, [0, 12, 24])  # day 442 of 365 / 12 to the month
    14.531506849315068
    """
    place = next((i for i, after in enumerate(ahead) if gap(after) >= -_CLOSE), None)
    if not place:
        return None if place is None else 0.0
    before, there = math.floor(ahead[place - 1] * DAYS), math.ceil(ahead[place] * DAYS)
    while there - before > 1:
        middle = (before + there) // 2
        if gap(middle / DAYS) >= -_CLOSE:
            there = middle
        else:
            before = middle
    return min(there / DAYS, ahead[place])


def _filling(future: _Future, ahead: Sequence[float]) -> tuple[tuple[str, float] | None, str]:
    """The component that overflows first, with its time; or why that is not known, in a clause."""
    facts = future.facts
    if all(use.utilisation is None for use in uses(facts).values()):
        return None, ""  # there is nothing to follow, as the section on capacity says
    if len(facts.design.flows) > FLOWS_MAX:
        return None, f"there are more than {FLOWS_MAX} flows"
    try:
        return _first_full(future, ahead), ""
    except TooMuch:
        return None, TOO_MANY
    except InputError as error:
        below = (future.problem(name) for name in rate_names(facts))
        return None, next((why for why in below if why), error.what)


def _first_full(future: _Future, ahead: Sequence[float]) -> tuple[str, float] | None:
    """The component whose load is the first to reach what it serves, with as many as today.

    What it is later is worked out with ranges at their medians, times what the median of the whole
    is to that today: sums of thousands of draws at each step would be slow, and say the same.

    Raises:
        InputError: a value that a load rests on leaves what can be computed with.
        TooMuch: the budget is spent.
    """
    facts = future.facts
    today = {
        name: use.utilisation for name, use in uses(facts).items() if use.utilisation is not None
    }
    middle = uses_of(facts, loads_when(facts, future.medians(0)))
    factors = {
        name: used.value / at.value
        for name, used in today.items()
        if (at := middle[name].utilisation) is not None and at.value > 0
    }

    def fullest(after: float) -> tuple[float, str]:
        arriving = loads_when(facts, future.medians(after))
        full = [
            (rounded(use.utilisation.value * factors[name]), name)
            for name, use in uses_of(facts, arriving).items()
            if use.utilisation is not None and name in factors
        ]
        return max(full, key=lambda one: one[0], default=(0.0, ""))

    after = first_time(lambda t: fullest(t)[0] - 1, ahead)
    return None if after is None else (fullest(after)[1], after)
