"""From a state to a Design: what the person typed or accepted, and nothing else.

Of the scenario only its id, title and count nouns go in. An interview of empty answers
makes a design without a number, a component or a sentence.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sdcli.core.errors import InputError
from sdcli.design import KINDS, Design, parse_component, parse_decision, parse_quality
from sdcli.interview.sums import sheet
from sdcli.interview.transitions import Phase
from sdcli.units import quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.design import Quality
    from sdcli.interview.state import Entry, State
    from sdcli.interview.terms import Terms

OWN_SOURCE = "assumed in the interview"

_BULLET = re.compile(r"\s*(?:[-*•–]|\(?\d{1,2}[.)])\s+")


def design_of(terms: Terms, state: State) -> Design:
    """The design that the answers so far describe; never fails on what a machine accepted."""
    scenario = terms.scenario
    qualities = list(_qualities(terms, state))
    return Design.model_validate(
        {
            "schema": "sdcli/1",
            "id": scenario.id,
            "title": scenario.title,
            "status": "draft",
            "profile": "interview",
            "nouns": list(scenario.nouns),
            "summary": state.text(Phase.RECAP.at()),
            "requirements": {
                "functional": [
                    {"id": f"F{i}", "text": line, "priority": "must"}
                    for i, line in enumerate(lines_of(state.text(Phase.FUNCTIONAL.at())), 1)
                ],
                "quality": qualities,
            },
            "out_of_scope": lines_of(state.text(Phase.OUT_OF_SCOPE.at())),
            "assumptions": {
                entry.name: {
                    "value": entry.text,
                    "source": _source(terms, entry),
                    "origin": entry.origin,
                }
                for entry in state.assumptions
            },
            "estimates": _estimates(terms, state),
            "components": {
                entry.name: _component(state, entry, qualities) for entry in state.components
            },
            "flows": {
                entry.name: {"path": entry.text, "origin": entry.origin} for entry in state.flows
            },
            "decisions": list(_decisions(state)),
            "risks": [
                {"id": f"R{i}", "text": line} for i, line in enumerate(_risk_lines(state), 1)
            ],
            "discussion": list(_discussion(state)),
        }
    )


def lines_of(text: str) -> list[str]:
    r"""The lines of a text without bullets, numbers and empty ones.

    >>> lines_of("- shorten a URL\n\n2. count clicks")
    ['shorten a URL', 'count clicks']
    """
    lines = (_BULLET.sub("", line, count=1).strip() for line in text.splitlines())
    return [line for line in lines if line]


def spoken(identity: str) -> str:
    """An id as words: "hot-keys" is "Hot keys"."""
    return identity.replace("-", " ").replace("_", " ").capitalize()


def _source(terms: Terms, entry: Entry) -> str:
    if entry.origin == "accepted":
        for line in terms.scenario.assumptions:
            if line.name == entry.name:
                return line.source
    return OWN_SOURCE


def _estimates(terms: Terms, state: State) -> dict[str, Any]:
    """The estimates, each after those that it uses."""
    order = [line.name for line in sheet(terms.scenario, state).lines]
    place = {name: i for i, name in enumerate(order)}
    entries = sorted(state.estimates, key=lambda entry: place.get(entry.name, len(order)))
    return {entry.name: {"formula": entry.text, "origin": entry.origin} for entry in entries}


def _component(state: State, entry: Entry, qualities: list[dict[str, Any]]) -> dict[str, Any]:
    """A component, backed by what is standard for its kind, by what a target asks and what ran."""
    _, part = parse_component(f"{entry.name}: {entry.text}")
    kind = KINDS[part.kind]
    wanted = {_run_of(one["metric"]) for one in qualities if one.get("of") == entry.name}
    wanted |= {
        run.experiment
        for run in state.runs
        if run.component == entry.name and run.verdict != "skipped"
    }
    return {
        "kind": part.kind,
        "params": dict(part.params),
        "algorithm": part.algorithm,
        "evidence": [
            {"run": run} for run in kind.experiments if run in kind.standard or run in wanted
        ],
        "origin": entry.origin,
    }


def _qualities(terms: Terms, state: State) -> Iterator[dict[str, Any]]:
    """A line that names a metric which this design can measure is a target, else a sentence."""
    for i, line in enumerate(lines_of(state.text(Phase.QUALITY.at())), 1):
        target = None
        try:
            quality = parse_quality(line, name=f"Q{i}")
            target = quality if _is_measurable(terms, state, quality) else None
        except InputError:
            pass
        if target is None:
            yield {"id": f"Q{i}", "text": line}
        else:
            yield target.model_dump(by_alias=True)


def _is_measurable(terms: Terms, state: State, quality: Quality) -> bool:
    values = sheet(terms.scenario, state).values
    target = quantity(quality.target, nouns=terms.scenario.nouns, env=values)
    family, _, name = quality.metric.partition(".")
    if family == "estimate":
        is_own = name in values and any(entry.name == name for entry in state.estimates)
        return is_own and values[name].dimension == target.dimension
    for entry in state.components:
        if entry.name == quality.of:
            _, part = parse_component(f"{entry.name}: {entry.text}")
            return _run_of(quality.metric) in KINDS[part.kind].experiments
    return False


def _run_of(metric: str) -> str:
    """The run that gives a metric: ring.balance for ring.balance.spread."""
    return metric.rpartition(".")[0]


def _decisions(state: State) -> Iterator[dict[str, Any]]:
    count = 0
    for topic in state.topics:
        for line in state.texts(Phase.DECISION.at(topic)):
            count += 1
            decision = parse_decision(line, name=f"D{count}")
            yield {**decision.model_dump(by_alias=True), "context": spoken(topic)}


def _risk_lines(state: State) -> Iterator[str]:
    for phase in (Phase.BOTTLENECKS, Phase.FAILURE):
        yield from lines_of(state.text(phase.at()))


def _discussion(state: State) -> Iterator[dict[str, str]]:
    found = [("Walk-through", state.text(Phase.WALKTHROUGH.at()))]
    found += [(spoken(topic), state.topic_text(topic)) for topic in state.topics]
    found.append((spoken(state.curveball), state.text(Phase.CURVEBALL.at())))
    found.append(("Ten times the load", state.text(Phase.TEN_TIMES.at())))
    yield from ({"topic": topic, "text": text} for topic, text in found if text)
