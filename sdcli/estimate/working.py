"""The working of an estimate: one line that a person can follow and check by hand.

    write_rate = writes = 100M link/month ÷ 2.592M s/month = 38.58 link/s
    name = formula = formula with the values in it = result

A step that would only repeat the one before is left out. Where the units of time differ, the
number that turns one into the other is shown, because that is the step that people get wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.estimate.unit_steps import unit_steps, unprefixed
from sdcli.units.dimension import TIME
from sdcli.units.display import scaled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdcli.units import Expression, Quantity


@dataclass(frozen=True)
class Line:
    """One computed estimate.

    Args:
        name: what it is called.
        formula: as written.
        unit: the unit it was to be shown in, if one was named.
        value: the result.
        worked: the working, for people.
        uses: the names in the formula, in the order of the sheet.
    """

    name: str
    formula: str
    unit: str | None
    value: Quantity
    worked: str
    uses: tuple[str, ...]


def worked_line(
    name: str,
    expression: Expression,
    values: Mapping[str, Quantity],
    before: Quantity,
    result: Quantity,
) -> str:
    """The working of one estimate.

    Args:
        name: what it is called.
        expression: its formula, without a conversion at its end.
        values: the quantities that it uses.
        before: its value before the conversion.
        result: its value in the unit that was asked for.
    """
    shown = {used: values[used].display() for used in expression.names}
    with_values = expression.with_values(shown)
    if expression.is_product and (step := _time_step(before, result)):
        whole_range = with_values in shown.values() and " to " in with_values
        with_values = (f"({with_values})" if whole_range else with_values) + step
    formula = expression.with_values({}) if expression.names else expression.text
    steps = [name, formula, with_values if expression.names else formula, result.summary()]
    kept = [step for place, step in enumerate(steps) if place == 0 or step != steps[place - 1]]
    if result.is_range and kept[-2] == result.display():
        del kept[-2]
    return " = ".join(kept)


def _time_step(before: Quantity, result: Quantity) -> str:
    """` ÷ 2.592M s/month` where a rate per month is shown per second, and the like."""
    if before.dimension != result.dimension or before.dimension.exponent(TIME) != -1:
        return ""
    have, want = unprefixed(before.shown), unprefixed(result.shown)
    steps = [s for s in unit_steps(have, want, result.conventions) if s.small.base == TIME]
    return "".join(f" {'÷' if s.divides else '×'} {scaled(s.ratio)} {s.unit}" for s in steps)
