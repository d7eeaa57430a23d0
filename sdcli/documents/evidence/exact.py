"""Exact evidence: a seeded run of a reference implementation, the same on every machine."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sdcli.core.errors import InputError
from sdcli.core.suggest import did_you_mean
from sdcli.design import ParamSpec, setting_value
from sdcli.documents.evidence.measures import in_quantities
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
from sdcli.experiments import get, params_json

if TYPE_CHECKING:
    from sdcli.design import EvidenceRun
    from sdcli.documents.evidence.result import Sort
    from sdcli.documents.facts import Facts
    from sdcli.experiments import Experiment
    from sdcli.units import Quantity

_LOADS = ("rate", "reads")


@dataclass(frozen=True, kw_only=True)
class Exact(Plan):
    """An experiment with bound parameters.

    Args:
        experiment: the experiment.
        bound: its parameters; None when it cannot take these values.
        nouns: the count nouns of the design, for what is printed.
    """

    experiment: Experiment[Any]
    bound: Any
    nouns: tuple[str, ...] = ()

    @property
    def sort(self) -> Sort:  # noqa: D102 - Plan says it
        return "exact"

    @property
    def title(self) -> str:  # noqa: D102 - Plan says it
        return self.experiment.title

    @property
    def claim(self) -> str:  # noqa: D102 - Plan says it
        return self.experiment.claim

    @property
    def source(self) -> str:  # noqa: D102 - Plan says it
        return self.experiment.source

    @property
    def revision(self) -> int:  # noqa: D102 - Plan says it
        return self.experiment.revision

    @property
    def metrics(self) -> tuple[MetricOf, ...]:  # noqa: D102 - Plan says it
        return tuple(
            MetricOf(metric.name, metric.title, metric.less_is_better)
            for metric in self.experiment.metrics
        )

    @property
    def params(self) -> dict[str, Any]:  # noqa: D102 - Plan says it
        return params_json(self.bound)

    @property
    def fingerprint(self) -> str:  # noqa: D102 - Plan says it
        return fingerprint(self.name, self.revision, self.params, self.item.seed)

    @property
    def load(self) -> Quantity | None:  # noqa: D102 - Plan says it
        return self._bound_to(_LOADS)

    @property
    def window(self) -> Quantity | None:  # noqa: D102 - Plan says it
        return self._bound_to(("window",))

    def _bound_to(self, names: tuple[str, ...]) -> Quantity | None:
        if self.bound is None:
            return None
        for param in self.experiment.parameters:
            if param.name in names:
                return in_quantities(float(self.params[param.name]), param.unit, self.nouns)
        return None

    @property
    def command(self) -> str:  # noqa: D102 - Plan says it
        words = ["sdcli", "lab", "run", self.name]
        for name, value in self.params.items():
            words += [f"--{name.replace('_', '-')}", str(value)]
        return shlex.join([*words, "--seed", str(self.item.seed)])

    def rows(self) -> list[Row]:  # noqa: D102 - Plan says it
        if self.bound is None:
            return [Row(name, text, self.origins[name]) for name, text in self.given.items()]
        return [
            Row(param.name, self._shown(self.params[param.name], param.unit), origin)
            for param in self.experiment.parameters
            for origin in (self.origins[param.name],)
        ]

    def _shown(self, value: float | str, unit: str) -> str:
        if isinstance(value, float):
            return str(in_quantities(value, unit, self.nouns))
        return f"{value} {unit}".strip()

    def run(self) -> Evidence:  # noqa: D102 - Plan says it
        result = self.experiment.run(self.bound, self.item.seed)
        units = {metric.name: metric.unit for metric in self.experiment.metrics}
        return Evidence(
            sort=self.sort,
            experiment=self.name,
            revision=self.revision,
            params=self.params,
            seed=self.item.seed,
            metrics={
                name: Measure(rounded(value), units[name]) for name, value in result.metrics.items()
            },
            verdict=result.verdict,
            note=result.note,
            scale=result.scale,
            not_carried=result.not_carried,
        )

    def sources(self) -> dict[str, str]:  # noqa: D102 - Plan says it
        return sources_of(self.experiment.run.__module__)


def plan_exact(facts: Facts, component: str, item: EvidenceRun) -> Exact:
    """The run of an experiment for a component.

    Raises:
        InputError: a parameter that the experiment does not have, of another kind, or typed out
            of its bounds; `where` is its name.
    """
    experiment = get(item.run)
    taken = Taken(facts, component, item)
    for param in experiment.parameters:
        if param.name in item.with_:
            value = setting_value(
                ParamSpec(param.type, param.help, unit=param.unit),
                item.with_[param.name],
                env=facts.values,
                nouns=facts.design.nouns,
                where=param.name,
            )
            taken.take_with(param.name, value)
        elif own_value(facts, component, param.name):
            taken.take_own(param.name, param.name)
        else:
            taken.origins[param.name] = "default"
    for word in item.with_:
        if word not in taken.origins:
            raise InputError(
                f"{item.run} has no such parameter",
                where=word,
                expected=f"one of {', '.join(taken.origins)}",
                fix=did_you_mean(word[:64], taken.origins),
            )
    bound, problem = None, ""
    try:
        bound = experiment.bind(taken.values)
    except InputError as error:
        if is_typed(facts, item, error.where):
            raise
        problem = problem_of(error)
    return Exact(
        component=component,
        item=item,
        given=taken.shown(),
        origins=taken.origins,
        inputs=taken.inputs(seeded=True),
        problem=problem,
        experiment=experiment,
        bound=bound,
        nouns=facts.design.nouns,
    )
