"""What of the design loads and times rest on, key by key; nothing is worked out for it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from sdcli.design import KINDS, plain
from sdcli.documents.inputs import listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs


def inputs_of_capacity(facts: Facts, components: Iterable[str]) -> Inputs:
    """What arrives at these components and what they serve.

    Every flow is in it, for any of them may pass by, and so are the hit shares and the kinds of
    all parts on them: a kind decides whether what stands behind gets the misses, or nothing.
    """
    found: Inputs = {}
    for name in components:
        kind = facts.design.components[name].kind
        found[f"components.{name}.kind"] = kind
        found |= _settings(facts, name, ("rate", "capacity", KINDS[kind].copies))
    return found | _arriving(facts)


@lru_cache(maxsize=4)
def _arriving(facts: Facts) -> Inputs:
    """The flows with their rates, and what the parts on them let pass; read once for all."""
    found: Inputs = {}
    for name in facts.design.components:
        found |= _settings(facts, name, ("hit_share",))
    for flow, part in facts.design.flows.items():
        found |= _flow(facts, flow, "rate")
        for name in dict.fromkeys(name for hop in part.hops for name in hop):
            if name in facts.design.components:
                found[f"components.{name}.kind"] = facts.design.components[name].kind
    return found


def inputs_of_latency(facts: Facts, flows: Iterable[str]) -> Inputs:
    """The time of these flows, and their budgets."""
    found: Inputs = {}
    for flow in flows:
        found |= _flow(facts, flow, "budget")
        hops = facts.design.flows[flow].hops
        for name in dict.fromkeys(part for hop in hops for part in hop):
            if name in facts.design.components:
                found[f"components.{name}.kind"] = facts.design.components[name].kind
                found |= _settings(facts, name, ("latency",))
    return found


def order_of(facts: Facts) -> Inputs:
    """Which components and which flows there are, in their order."""
    return {**listed("components", facts.design.components), **listed("flows", facts.design.flows)}


def _settings(facts: Facts, component: str, params: Iterable[str]) -> Inputs:
    found: Inputs = {}
    for param in params:
        setting = facts.settings[component].get(param)
        if setting is not None and setting.text is not None:
            found[facts.setting_key(component, param)] = plain(setting.text)
            found |= facts.behind(sorted(setting.uses))
    return found


def _flow(facts: Facts, name: str, field: Literal["rate", "budget"]) -> Inputs:
    flow = facts.design.flows[name]
    text = flow.rate if field == "rate" else flow.budget
    found: Inputs = {f"flows.{name}.path": flow.path}
    if text:
        found[f"flows.{name}.{field}"] = plain(text)
        found |= facts.behind(facts.names_in(text))
    return found
