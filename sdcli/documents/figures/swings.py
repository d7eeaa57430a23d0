"""Which assumption moves an estimate the most: one at a time, from its low end to its high end.

The table is the tornado of decision analysis: every assumption in turn at the ends of its 90 %
interval, all others at their medians. Beside it stands the share of the estimate's spread that
comes from it (`units.sensitivity`), which also sees how several go together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.documents.evidence.result import rounded
from sdcli.documents.figures.again import Again, Budget, TooMuch, certain
from sdcli.units import UnitError
from sdcli.units.sensitivity import drivers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdcli.documents.facts import Facts
    from sdcli.units import Quantity

ROWS = 5
ESTIMATES_MAX = 20  # tables that a reader will look at
RANGES_MAX = 40  # ranges of one estimate that are tried, those with the largest shares


@dataclass(frozen=True)
class Swing:
    """What one assumption does to one estimate.

    Args:
        name: the assumption.
        low, high: its ends.
        at_low, at_high: the estimate with it there and all others at their medians.
        share: of the estimate's spread; None where that is not known.
    """

    name: str
    low: Quantity
    high: Quantity
    at_low: Quantity
    at_high: Quantity
    share: float | None

    @property
    def width(self) -> float:
        """How far apart the two results are, in base units."""
        return abs(self.at_high.value - self.at_low.value)

    @property
    def factor(self) -> float | None:
        """How many times the smaller result the larger one is; None around zero."""
        small, large = sorted((abs(self.at_low.value), abs(self.at_high.value)))
        if small == 0 or self.at_low.value * self.at_high.value < 0:
            return None
        return large / small


@dataclass(frozen=True)
class Tornado:
    """One estimate and what moves it.

    Args:
        name, value: the estimate.
        middle: its value with every range at its median.
        swings: the widest first, at most ROWS.
        others: the assumptions that move it too and are not shown.
        inside: the share of the spread that comes from ranges written into formulas of estimates.
        problem: why there are no swings; empty when there are.
    """

    name: str
    value: Quantity
    middle: Quantity | None = None
    swings: tuple[Swing, ...] = ()
    others: int = 0
    inside: float = 0.0
    problem: str = ""


def told(facts: Facts) -> list[str]:
    """The estimates whose ranges matter: those that nothing else uses, and the watched ones."""
    design = facts.design
    used = {name for line in facts.sheet.lines for name in line.uses}
    watched = {part.estimate for part in design.growth.watch}
    return [
        name
        for name in design.estimates
        if (name not in used or name in watched)
        and facts.values[name].is_range
        and _ranges(facts, name)
    ]


def tornados(facts: Facts) -> list[Tornado]:
    """The table of each estimate of `told`, of the first ESTIMATES_MAX.

    Cost: bounded by `again.STEPS_MAX`; what it does not reach says so.
    """
    budget = Budget()
    return [_tornado(facts, name, budget) for name in told(facts)[:ESTIMATES_MAX]]


def ask_first(found: list[Tornado]) -> tuple[Tornado, Swing] | None:
    """The assumption to ask about: the one that leads most tables, in the table it moves most."""
    leads = [(one, one.swings[0]) for one in found if one.swings and one.swings[0].width]
    if not leads:
        return None
    names = [swing.name for _, swing in leads]
    first = max(dict.fromkeys(names), key=names.count)
    return max(
        (lead for lead in leads if lead[1].name == first),
        key=lambda lead: rounded(lead[1].factor or 0.0),
    )


def _ranges(facts: Facts, estimate: str) -> list[str]:
    """The assumptions below an estimate that are ranges of their own."""
    below = facts.sheet.depends_on(estimate)
    return [
        name
        for name in facts.design.assumptions
        if name in below and name in _sources(facts.values[name])
    ]


def _sources(value: Quantity) -> dict[str, None]:
    """Whose ranges are in a value: a formula with several ranges has sources `x`, `x/2`."""
    return {source.partition("/")[0]: None for source in value.spread.sources}


def _shares(value: Quantity) -> dict[str, float]:
    found: dict[str, float] = {}
    for source, share in drivers(value):
        name = source.partition("/")[0]
        found[name] = found.get(name, 0.0) + share
    return found


def _tornado(facts: Facts, name: str, budget: Budget) -> Tornado:
    value = facts.values[name]
    shares = _shares(value)
    names = _ranges(facts, name)
    tried = sorted(names, key=lambda one: -rounded(shares.get(one, 0.0)))[:RANGES_MAX]
    inside = sum(share for one, share in shares.items() if one in facts.design.estimates)
    again = Again(facts, [name], budget)
    try:
        middle = again.values({}, each=lambda _, one: certain(one))
        at_middle = middle[name]
        swings = [_swing(again, name, one, middle, shares) for one in tried]
    except TooMuch:
        return Tornado(name, value, problem="there are too many formulas below it")
    except (KeyError, UnitError):  # a formula has no value there
        return Tornado(name, value, problem=again.problem(name))
    swings.sort(key=lambda swing: (-rounded(swing.width), names.index(swing.name)))
    others = len(names) - len(swings[:ROWS])
    return Tornado(name, value, at_middle, tuple(swings[:ROWS]), others, inside)


def _swing(
    again: Again,
    estimate: str,
    name: str,
    middle: Mapping[str, Quantity],
    shares: Mapping[str, float],
) -> Swing:
    whole = again.work_out(name, middle)
    low, high = certain(whole, whole.low), certain(whole, whole.high)
    ends = [
        again.values({name: end}, middle, lambda _, one: certain(one))[estimate]
        for end in (low, high)
    ]
    share = shares.get(name, 0.0) if shares else None
    return Swing(name, low, high, ends[0], ends[1], share)
