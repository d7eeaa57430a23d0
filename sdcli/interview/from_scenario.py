"""A scenario as a design file to start from: the interviewer's numbers, the model's components.

`design_of` folds what a person answered; this one folds what the scenario itself says, for
somebody who wants to write the system down instead of being asked about it. The quality
requirements stay sentences: which metric decides them is the writer's to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdcli.core import yaml
from sdcli.design import KINDS, parse_component, parse_flow, plain
from sdcli.design.model import SCHEMA
from sdcli.estimate import registry
from sdcli.units import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.content import Scenario
    from sdcli.content.scenario import EstimateLine
    from sdcli.design import Component

_ABOVE = """\
# From the scenario {id}: its numbers and its components are a start, not a decision.
# Yours to add: a metric and a target for each quality requirement, data, API, decisions, cost.
"""


def design_text(scenario: Scenario, design_id: str) -> str:
    """The text of a design file with everything that a scenario says of its system.

    Args:
        scenario: which one.
        design_id: the id of the new design.

    Returns:
        A valid design of the profile full. What a scenario does not say (decisions, data, cost) is
        left out, so that its document lists it as not covered.
    """
    return _ABOVE.format(id=scenario.id) + yaml.dump(_data(scenario, design_id))


def _data(scenario: Scenario, design_id: str) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "id": design_id,
        "title": scenario.title,
        "status": "draft",
        "profile": "full",
        "nouns": list(scenario.nouns),
        "summary": scenario.summary,
        "context": scenario.prompt,
        "requirements": {
            "functional": _numbered("F", scenario.requirements.functional),
            "quality": _numbered("Q", scenario.requirements.quality),
        },
        "out_of_scope": list(scenario.out_of_scope),
        "assumptions": {
            line.name: {"value": plain(line.formula), "source": line.source}
            for line in scenario.assumptions
        },
        "estimates": dict(_estimates(scenario)),
        "components": dict(_components(scenario)),
        "flows": {name: flow.path for name, flow in map(parse_flow, _flow_lines(scenario))},
    }


def _numbered(letter: str, texts: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"id": f"{letter}{i}", "text": text} for i, text in enumerate(texts, 1)]


def _flow_lines(scenario: Scenario) -> list[str]:
    return [flow.line for flow in scenario.flows]


def _estimates(scenario: Scenario) -> Iterator[tuple[str, dict[str, Any]]]:
    names = [line.name for line in (*scenario.assumptions, *scenario.estimates)]
    for line in scenario.estimates:
        yield line.name, _estimate(line, scenario.nouns, names)


def _estimate(line: EstimateLine, nouns: tuple[str, ...], names: list[str]) -> dict[str, Any]:
    """`writes to link/s` as a formula and the unit that it is shown in."""
    whole = parse(line.formula, nouns=nouns, names=names)
    if whole.without_conversion() is whole:
        return {"formula": plain(line.formula)}
    formula, _, unit = line.formula.rpartition(" to ")
    return {"formula": plain(formula.strip()), "unit": unit.strip()}


def _components(scenario: Scenario) -> Iterator[tuple[str, dict[str, Any]]]:
    for line in scenario.components:
        name, part = parse_component(line.line)
        told: dict[str, Any] = {"kind": part.kind, "role": line.why}
        if part.algorithm:
            told["algorithm"] = part.algorithm
        if part.params:
            told["params"] = {param: plain(text) for param, text in part.params.items()}
        if runs := list(_runs(part)):
            told["evidence"] = [{"run": run} for run in runs]
        yield name, told


def _runs(part: Component) -> Iterator[str]:
    """What can back a component as it stands: experiments, calculators that have their inputs."""
    kind = KINDS[part.kind]
    yield from kind.standard
    given = {name for name, spec in kind.params.items() if name in part.given or spec.default}
    for name, own in kind.calculators.items():
        needed = [param.name for param in registry.get(name).parameters if param.required]
        if all(own.get(param) in given for param in needed):
            yield name
