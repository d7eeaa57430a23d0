"""Analytic evidence: a calculator worked out with a component's own parameters.

For kinds without a reference implementation. The kind's table (`Kind.calculators`) says which
parameter of the component a calculator takes for which of its own; others stand under `with`.
A calculator that takes no range is given the median, and worked out again with every range at its
low and at its high end: the results between them are the range of what comes out.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sdcli.core.errors import InputError
from sdcli.core.suggest import did_you_mean
from sdcli.design import KINDS
from sdcli.documents.evidence.measures import in_quantities, measure_of
from sdcli.documents.evidence.plan import (
    MetricOf,
    Plan,
    Row,
    Taken,
    is_typed,
    own_value,
    problem_of,
)
from sdcli.documents.evidence.provenance import sources_of
from sdcli.documents.evidence.result import Evidence, Measure, fingerprint, rounded
from sdcli.estimate import registry
from sdcli.units import Quantity, UnitError, parse, quantity

if TYPE_CHECKING:
    from sdcli.design import EvidenceRun
    from sdcli.documents.evidence.result import Sort
    from sdcli.documents.facts import Facts
    from sdcli.estimate.calculator import Calculator, Outcome
    from sdcli.estimate.kinds import Value
    from sdcli.estimate.signature import Parameter

_LOADS = ("rate", "reads", "peak")
SEED = 0


@dataclass(frozen=True, kw_only=True)
class Analytic(Plan):
    """A calculator with bound parameters.

    A calculator draws with a seed of its own, so the one of the design is nothing to it: every
    run of it has SEED.

    Args:
        calculator: the calculator.
        values: its parameters that are given.
        ranged: those of them that were given as a range and stand at its median.
    """

    calculator: Calculator
    values: dict[str, Any]
    ranged: dict[str, Quantity]

    @property
    def sort(self) -> Sort:  # noqa: D102 - Plan says it
        return "analytic"

    @property
    def title(self) -> str:  # noqa: D102 - Plan says it
        return self.calculator.title

    @property
    def claim(self) -> str:  # noqa: D102 - Plan says it
        return self.calculator.formula

    @property
    def source(self) -> str:  # noqa: D102 - Plan says it
        return self.calculator.source

    @property
    def revision(self) -> int:  # noqa: D102 - Plan says it
        return self.calculator.revision

    @property
    def metrics(self) -> tuple[MetricOf, ...]:  # noqa: D102 - Plan says it
        return tuple(
            MetricOf(output.name, output.help.rstrip(".")) for output in self.calculator.outputs
        )

    @property
    def params(self) -> dict[str, Any]:  # noqa: D102 - Plan says it
        given = {**self.values, **self.ranged}
        return {name: _canonical(value) for name, value in sorted(given.items())}

    @property
    def fingerprint(self) -> str:  # noqa: D102 - Plan says it
        return fingerprint(self.name, self.revision, self.params, self.item.seed)

    @property
    def load(self) -> Quantity | None:  # noqa: D102 - Plan says it
        return next((self.values[name] for name in _LOADS if name in self.values), None)

    @property
    def window(self) -> Quantity | None:  # noqa: D102 - Plan says it
        return None

    @property
    def command(self) -> str:  # noqa: D102 - Plan says it
        words = ["sdcli", "estimate", self.calculator.name]
        for name, value in self.values.items():
            words += [f"--{name.replace('_', '-')}", _canonical(value)]
        return shlex.join(words)

    @cached_property
    def _outcome(self) -> Outcome:
        return self.calculator.run(self.values)

    def trouble(self) -> str:  # noqa: D102 - Plan says it
        if self.problem:
            return self.problem
        try:
            self._outcome  # noqa: B018 - it is worked out, and kept
        except InputError as error:
            return problem_of(error)
        return ""

    def rows(self) -> list[Row]:  # noqa: D102 - Plan says it
        if self.trouble():
            return [Row(name, text, self.origins[name]) for name, text in self.given.items()]
        inputs = self._outcome.inputs
        return [
            Row(name, _shown(value), self.origins.get(name, "default"))
            for name, value in inputs.items()
        ]

    def _at_the_ends(self) -> tuple[list[Outcome], str]:
        """What comes out with all ranges at one end; and why nothing does, where nothing does."""
        found: list[Outcome] = []
        open_end = ""
        for word, quantile in (("low", "low"), ("high", "high")) if self.ranged else ():
            ends = {name: _end(value, quantile) for name, value in self.ranged.items()}
            try:
                found.append(self.calculator.run({**self.values, **ends}))
            except InputError as error:
                told = ", ".join(f"{name} {value}" for name, value in ends.items())
                open_end = f"at the {word} end ({told}) {error.what}"
        return found, open_end

    def run(self) -> Evidence:  # noqa: D102 - Plan says it
        outcome = self._outcome
        others, open_end = self._at_the_ends()
        return Evidence(
            sort=self.sort,
            experiment=self.name,
            revision=self.revision,
            params=self.params,
            seed=self.item.seed,
            metrics={name: _spread(name, value, others) for name, value in outcome.outputs.items()},
            verdict="holds",
            note="\n".join(outcome.working),
            scale="1:1",
            open_end=open_end,
        )

    def sources(self) -> dict[str, str]:  # noqa: D102 - Plan says it
        return sources_of(self.calculator.function.__module__)


def _spread(name: str, value: Quantity, others: list[Outcome]) -> Measure:
    """A result with the least and the most that comes out at the ends."""
    measure = measure_of(value)
    ends = [one.outputs[name] for one in others if name in one.outputs]
    if not ends or measure.low is not None:
        return measure
    size = value.shown.size(value.conventions)
    all_of_them = [value.value / size, *(end.value / size for end in ends)]
    return replace(measure, low=rounded(min(all_of_them)), high=rounded(max(all_of_them)))


def _end(value: Quantity, which: str) -> Quantity:
    """A certain quantity at one end of a range."""
    measure = measure_of(value)
    return in_quantities(float(getattr(measure, which)), measure.unit, value.dimension.nouns)


def _canonical(value: Any) -> str:
    """A value as text that reads back as the same: what a fingerprint and a command are made of."""
    if isinstance(value, tuple):
        return ", ".join(_canonical(one) for one in value)
    measure = measure_of(value)
    unit = f" {measure.unit}" if measure.unit else ""
    if measure.low is None:
        return f"{measure.value:.12g}{unit}"
    return f"{measure.low:.12g} to {measure.high:.12g}{unit}"


def _shown(value: Any) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, tuple) else str(value)


def plan_analytic(facts: Facts, component: str, item: EvidenceRun) -> Analytic:
    """A calculator worked out for a component.

    Raises:
        InputError: a parameter that it does not have, or a typed value of another kind or out of
            bounds; `where` is its name.
    """
    calculator = registry.get(item.run)
    own = KINDS[facts.design.components[component].kind].calculators.get(calculator.name, {})
    taken = Taken(facts, component, item)
    problem = ""
    for param in calculator.parameters:
        if param.name in item.with_:
            taken.take_with(param.name, _read(facts, param, item.with_[param.name]))
        elif own_value(facts, component, own.get(param.name, "")):
            taken.take_own(param.name, own[param.name])
        elif param.required:
            where = f" (parameter {own[param.name]} of {component})" if param.name in own else ""
            problem = problem or f"{calculator.name} needs {param.name}{where}"
        else:
            taken.origins[param.name] = "default"
    for word in item.with_:
        if word not in taken.origins:
            names = [param.name for param in calculator.parameters]
            raise InputError(
                f"{calculator.name} has no such parameter",
                where=word,
                expected=f"one of {', '.join(names)}",
                fix=did_you_mean(word[:64], names),
            )
    given = taken.shown()
    values = {name: _quantity(value) for name, value in taken.values.items()}
    ranged: dict[str, Quantity] = {}
    for param in calculator.parameters:
        value = values.get(param.name)
        if param.kind.certain and isinstance(value, Quantity) and value.is_range:
            ranged[param.name] = value
            values[param.name] = quantity(_median(value), nouns=facts.design.nouns)
            taken.origins[param.name] += f", median of {value}"
        if is_typed(facts, item, param.name):
            param.kind.accept(values[param.name], param.name)  # it raises what a run would raise
    return Analytic(
        component=component,
        item=item.model_copy(update={"seed": SEED}),
        given=given,
        origins=taken.origins,
        inputs=taken.inputs(seeded=False),
        problem=problem,
        calculator=calculator,
        values=values,
        ranged=ranged,
    )


def _read(facts: Facts, param: Parameter, text: str) -> Value:
    """A formula over assumptions and estimates, or what the calculator's own option takes."""
    nouns = facts.design.nouns
    try:
        if facts.names_in(text):
            return parse(text, nouns=nouns, names=facts.values).evaluate(facts.values)
        return param.kind.read(text, param.name, nouns=nouns)
    except UnitError as error:
        raise error.within(param.name) from None


def _median(value: Quantity) -> str:
    measure = measure_of(value)
    return f"{measure.value:.12g} {measure.unit}".strip()


def _quantity(value: Any) -> Any:
    return Quantity.of(value) if isinstance(value, int) else value
