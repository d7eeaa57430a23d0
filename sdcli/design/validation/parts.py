"""Components, flows, API and data: kinds, parameters, sizes, and what refers to what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.design.kinds import KINDS
from sdcli.design.lines import check_flow, unknown_kind, unknown_param
from sdcli.design.model import CLIENT
from sdcli.design.settings import check_counts, setting_value, settings
from sdcli.design.validation.desk import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.core.errors import Fault
    from sdcli.core.yaml import Key
    from sdcli.design.model import Component
    from sdcli.design.validation.desk import Desk

_RUN = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)*")


def components(desk: Desk) -> Iterator[Fault]:
    """Kinds and parameters that there are not, values that do not fit, runs that stand twice."""
    for name, component in desk.design.components.items():
        yield from _component(desk, name, component)


def _component(desk: Desk, name: str, component: Component) -> Iterator[Fault]:
    key: Key = ("components", name)
    if name in (CLIENT, *BUILT_IN):
        yield desk.fault(key, f"{name} is built in", "give it another name")
    kind = KINDS.get(component.kind)
    if kind is None:
        yield desk.error((*key, "kind"), unknown_kind(component.kind, where=name))
        return
    if component.algorithm is not None and "algorithm" in component.params:
        yield desk.fault((*key, "algorithm"), "it stands in params too", "keep one")
    for param, text in component.given.items():
        at = (*key, "params", param) if param in component.params else (*key, "algorithm")
        if param not in kind.params:
            yield desk.error(at, unknown_param(param, kind, where=name))
        elif not desk.fails_elsewhere(text):
            try:
                setting_value(
                    kind.params[param],
                    text,
                    env=desk.values,
                    nouns=desk.design.nouns,
                    where=param,
                )
            except InputError as error:
                yield desk.error(at, error)
    if kind.within:
        yield from _counts(desk, key, component)
    seen: set[str] = set()
    for i, evidence in enumerate(component.evidence):
        at = (*key, "evidence", i, "run")
        if not _RUN.fullmatch(evidence.run):
            yield desk.fault(
                at, "this is not an experiment or a calculator, like ring.balance or queue"
            )
        elif evidence.run in seen:
            yield desk.fault(at, f"{evidence.run} stands twice for {name}", "keep one")
        seen.add(evidence.run)


def _counts(desk: Desk, key: Key, component: Component) -> Iterator[Fault]:
    """Counts that are larger than the count of what they are on."""
    if any(desk.fails_elsewhere(text) for text in component.given.values()):
        return
    try:
        found = settings(component, desk.values, desk.design.nouns)
    except InputError:
        return  # what cannot be used has its own fault
    try:
        check_counts(component.kind, found)
    except InputError as error:
        yield desk.error((*key, "params", error.where), error)


def flows(desk: Desk) -> Iterator[Fault]:
    """Flows that cannot be drawn, rates and budgets of another kind."""
    from sdcli.estimate.kinds import DURATION, RATE

    for name, flow in desk.design.flows.items():
        try:
            check_flow(flow, desk.design.components, where=name)
        except InputError as error:
            yield desk.error(("flows", name), error)
        yield from desk.quantity(("flows", name, "rate"), flow.rate, RATE)
        yield from desk.quantity(("flows", name, "budget"), flow.budget, DURATION)


def api(desk: Desk) -> Iterator[Fault]:
    """Calls over flows that there are not, sizes and times of another kind."""
    from sdcli.estimate.kinds import DURATION, RATE, SIZE

    for i, part in enumerate(desk.design.api):
        key: Key = ("api", i)
        if part.flow:
            yield from desk.unknown((*key, "flow"), "flow", part.flow, desk.design.flows)
        yield from desk.quantity((*key, "rate"), part.rate, RATE)
        yield from desk.quantity((*key, "request"), part.request, SIZE)
        yield from desk.quantity((*key, "response"), part.response, SIZE)
        yield from desk.quantity((*key, "latency"), part.latency, DURATION)


def data(desk: Desk) -> Iterator[Fault]:
    """Entities without fields, references to none, amounts of another kind."""
    from sdcli.estimate.kinds import COUNT, DURATION, NUMBER, RATE, SIZE

    for name, entity in desk.design.data.items():
        key: Key = ("data", name)
        if not entity.fields:
            yield desk.fault(
                (*key, "fields"), "an entity has fields", "{id: {type: text, size: 7 B}}"
            )
        for field, part in entity.fields.items():
            at: Key = (*key, "fields", field)
            yield from desk.quantity((*at, "size"), part.size, SIZE)
            if part.refers:
                yield from desk.unknown((*at, "refers"), "entity", part.refers, desk.design.data)
        yield from desk.quantity((*key, "rows"), entity.rows, COUNT, NUMBER)
        yield from desk.quantity((*key, "new"), entity.new, RATE)
        yield from desk.quantity((*key, "kept"), entity.kept, DURATION)
        yield from desk.quantity((*key, "copies"), entity.copies, NUMBER)
        if entity.store:
            components = desk.design.components
            yield from desk.unknown((*key, "store"), "component", entity.store, components)
