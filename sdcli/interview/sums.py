"""The person's own numbers, computed: values, what changed, what a factor does to them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sdcli.content.placeholders import fill
from sdcli.estimate import Worksheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdcli.content import Scenario
    from sdcli.interview.state import Entry, State
    from sdcli.units import Quantity


def sheet(scenario: Scenario, state: State) -> Worksheet:
    """The worksheet of what stands; faults wait in its `errors`.

    Cost: computed once for each set of lines, ranges are sums over 10,000 samples.
    """
    return _sheet(_pairs(state.assumptions), _pairs(state.estimates), tuple(scenario.nouns))


def scaled_sheet(scenario: Scenario, state: State, change: Mapping[str, float]) -> Worksheet:
    """The worksheet with assumptions multiplied by the factors of `change`."""
    assumptions = tuple(
        (name, f"({text}) * {_plain(change[name])}" if name in change else text)
        for name, text in _pairs(state.assumptions)
    )
    return _sheet(assumptions, _pairs(state.estimates), tuple(scenario.nouns))


def changes(before: Worksheet, after: Worksheet) -> tuple[str, ...]:
    """One line for each estimate of both sheets whose value is another: old -> new."""
    return tuple(
        f"{line.name}: {before.values[line.name]} -> {line.value}"
        for line in after.lines
        if line.name in before.values and not same(before.values[line.name], line.value)
    )


def own_filled(scenario: Scenario, state: State, text: str) -> str | None:
    """A text with `{name}` replaced by the person's value, or None where one is missing."""
    return fill(text, sheet(scenario, state).values)


def filled(scenario: Scenario, state: State, text: str) -> str:
    """A text with `{name}` replaced by the person's value, or the scenario's where there is none.

    The scenario's estimates are worked out from the person's assumptions as far as they go. A name
    that the scenario does not have either stays as it is; `content check` finds it.
    """
    if "{" not in text:
        return text
    return fill(text, {**scenario.numbers, **_expected(scenario, state).values}) or text


def _expected(scenario: Scenario, state: State) -> Worksheet:
    """The scenario's lines with the person's in place of their namesakes."""
    return _sheet(
        tuple(
            {
                **{line.name: line.formula for line in scenario.assumptions},
                **dict(_pairs(state.assumptions)),
            }.items()
        ),
        tuple(
            {
                **{line.name: line.formula for line in scenario.estimates},
                **dict(_pairs(state.estimates)),
            }.items()
        ),
        tuple(scenario.nouns),
    )


def _pairs(entries: tuple[Entry, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((entry.name, entry.text) for entry in entries)


@lru_cache(maxsize=64)
def _sheet(
    assumptions: tuple[tuple[str, str], ...],
    estimates: tuple[tuple[str, str], ...],
    nouns: tuple[str, ...],
) -> Worksheet:
    return Worksheet(
        dict(assumptions), {name: (formula, None) for name, formula in estimates}, nouns=nouns
    )


def same(one: Quantity, two: Quantity) -> bool:
    """Whether two quantities are equal in value, bounds and dimension, however they are shown."""
    return (one.value, one.low, one.high, one.dimension) == (
        two.value,
        two.low,
        two.high,
        two.dimension,
    )


def _plain(factor: float) -> str:
    """The factor as the quantity language writes numbers, without an exponent."""
    text = f"{factor:.12f}".rstrip("0").rstrip(".")
    return text if float(text) > 0 else repr(factor)
