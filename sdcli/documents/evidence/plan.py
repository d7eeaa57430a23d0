"""The runs that a design asks for: an experiment bound to a component's own parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sdcli.core.errors import Fault, InputError
from sdcli.core.suggest import did_you_mean
from sdcli.design import ParamSpec, plain, setting_value
from sdcli.documents.evidence.provenance import sources_of
from sdcli.documents.evidence.result import Evidence, fingerprint, rounded
from sdcli.experiments import get, names, params_json

if TYPE_CHECKING:
    from sdcli.core.yaml import Key
    from sdcli.design import EvidenceRun
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs
    from sdcli.experiments import Experiment

Pair = tuple[str, str]  # a component and an experiment that backs it


@dataclass(frozen=True)
class Plan:
    """One run that a design asks for, bound and ready.

    Args:
        component, item: whose evidence it is, and the item of the design that asks for it.
        experiment: the experiment.
        params: its bound parameters; None when it cannot take these values.
        given: the values as they were given, for people.
        origins: where each parameter comes from: the component (its kind's defaults count), `with`,
            or the experiment's own default.
        inputs: what of the design decided them.
        problem: why it cannot run, where the experiment does not reach as far as the design;
            that is no fault of the design, so the block says so instead of a result.
    """

    component: str
    item: EvidenceRun
    experiment: Experiment[Any]
    params: Any
    given: dict[str, str]
    origins: dict[str, str]
    inputs: Inputs
    problem: str = ""

    @property
    def pair(self) -> Pair:
        """The component and the experiment's name."""
        return (self.component, self.experiment.name)

    @property
    def fingerprint(self) -> str:
        """The fingerprint that a run will have."""
        return fingerprint(
            self.experiment.name,
            self.experiment.revision,
            params_json(self.params),
            self.item.seed,
        )

    def run(self) -> Evidence:
        """Run it.

        Raises:
            InputError: the experiment does not take these values together.
            MissingError: it needs an extra that is not installed.
        """
        result = self.experiment.run(self.params, self.item.seed)
        return Evidence(
            experiment=self.experiment.name,
            revision=self.experiment.revision,
            params=params_json(self.params),
            seed=self.item.seed,
            metrics={name: rounded(value) for name, value in result.metrics.items()},
            verdict=result.verdict,
            note=result.note,
            scale=result.scale,
            not_carried=result.not_carried,
        )

    def sources(self) -> dict[str, str]:
        """The hashes of the code that a run of it is made of."""
        return sources_of(self.experiment.run.__module__)


def plans(facts: Facts) -> tuple[dict[Pair, Plan], list[Fault]]:
    """Every run that a design asks for, in its order, and what is wrong with the others."""
    found: dict[Pair, Plan] = {}
    faults: list[Fault] = []
    for name, component in facts.design.components.items():
        for i, item in enumerate(component.evidence):
            key: Key = ("components", name, "evidence", i)
            if item.run not in names():
                faults.append(
                    facts.tree.fault(
                        (*key, "run"),
                        f"no experiment is named {item.run}",
                        did_you_mean(item.run[:64], names()) or f"one of {', '.join(names())}",
                    )
                )
                continue
            try:
                plan = _plan(facts, name, item)
            except InputError as error:
                at: Key = (*key, "with", error.where)
                message = f"{item.run}: {error.what}"
                message += f"; expected {error.expected}" if error.expected else ""
                faults.append(facts.tree.fault(at, message.replace("\n", " "), error.fix))
            else:
                found[plan.pair] = plan
    return found, faults


def _plan(facts: Facts, name: str, item: EvidenceRun) -> Plan:
    experiment = get(item.run)
    values: dict[str, object] = {}
    origins: dict[str, str] = {}
    inputs: Inputs = {}
    uses: set[str] = set()
    own = facts.settings[name]
    at = f"components.{name}.evidence.{item.run}"
    for param in experiment.parameters:
        if param.name in item.with_:
            text = item.with_[param.name]
            values[param.name] = setting_value(
                ParamSpec(param.type, param.help, unit=param.unit),
                text,
                env=facts.values,
                nouns=facts.design.nouns,
                where=param.name,
            )
            uses.update(facts.names_in(text))
            inputs[f"{at}.with.{param.name}"] = plain(text)
            origins[param.name] = "with"
        elif param.name in own and own[param.name].value is not None:
            setting = own[param.name]
            values[param.name] = setting.value
            uses |= setting.uses
            inputs[facts.setting_key(name, param.name)] = plain(setting.text)
            origins[param.name] = "component"
        else:
            origins[param.name] = "default"
    inputs[f"{at}.seed"] = item.seed
    for word in item.with_:
        if word not in origins:
            raise InputError(
                f"{experiment.name} has no such parameter",
                where=word,
                expected=f"one of {', '.join(origins)}",
                fix=did_you_mean(word[:64], origins),
            )
    params, problem = None, ""
    try:
        params = experiment.bind(values)
    except InputError as error:
        problem = problem_of(error)
    return Plan(
        component=name,
        item=item,
        experiment=experiment,
        params=params,
        given={key: str(value) for key, value in values.items()},
        origins=origins,
        inputs={**inputs, **facts.behind(sorted(uses))},
        problem=problem,
    )


def problem_of(error: InputError) -> str:
    """Why an experiment does not run, in a clause."""
    told = str(error).replace("\n", " ")
    return f"{told}; it takes {error.expected}" if error.expected else told
