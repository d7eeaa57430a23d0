"""How assumptions grow: so much in each period, compound, as far as the horizon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.design.calendar import HORIZON, in_period, months, months_in, unit_of_time
from sdcli.units import parse, quantity

if TYPE_CHECKING:
    from sdcli.documents.facts import Facts
    from sdcli.units import Quantity


@dataclass(frozen=True)
class Rate:
    """How one assumption grows.

    Args:
        name: the assumption.
        text: as the design says it.
        share: how much it grows in one period.
        period: in months.
    """

    name: str
    text: str
    share: Quantity
    period: float

    def factor(self, after: float) -> Quantity:
        """How many times its value of today it is after so many months."""
        return (1 + self.share) ** (after / self.period)


def rates(facts: Facts) -> list[Rate]:
    """What grows, in the order of the design; that each is a share per time is validated."""
    found: list[Rate] = []
    for name, text in facts.design.growth.rates.items():
        expression = parse(text, nouns=facts.design.nouns, names=facts.values)
        value = expression.evaluate(facts.values, source=f"growth.rates.{name}")
        period = months_in(unit_of_time(value), value)
        found.append(Rate(name, text, in_period(value), period))
    return found


def horizon(facts: Facts) -> float:
    """How far one looks ahead, in months; that it is a time is validated."""
    text = facts.design.growth.horizon or HORIZON
    return months(quantity(text, nouns=facts.design.nouns, env=facts.values))
