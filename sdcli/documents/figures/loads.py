"""What arrives at each component: its own `rate`, or the sum over the flows that pass it.

A flow's rate goes along its path (`pictures.paths`, the same walk that its picture shows). What
stands behind a cache or CDN as its alternative gets the misses, 1 − `hit_share`; without a
`hit_share` it gets everything, as on the first morning: cold. What stands behind something that
can only fail gets nothing while all is well. A part that starts a flow of its own accord is counted
where nobody calls it; one that is called was counted when it was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from sdcli.design import CLIENT, setting_value
from sdcli.documents.figures.again import certain
from sdcli.documents.figures.given import MANY, by_medians, total
from sdcli.documents.pictures.paths import calls, edges
from sdcli.units import Quantity, quantity
from sdcli.units.dimension import TIME, Dimension

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdcli.documents.facts import Facts
    from sdcli.documents.pictures.paths import Call

REQUESTS = "request/s"
_PER_TIME = Dimension.of(TIME, -1)


@dataclass(frozen=True)
class Portion:
    """What one flow brings to a component.

    Args:
        flow: its name.
        rate: how often it is taken.
        misses: the caches and CDNs that must have missed first, and the share that misses each;
            None where no hit share is given.
        times: how often one request of the flow passes by.
    """

    flow: str
    rate: Quantity
    misses: tuple[tuple[str, Quantity | None], ...] = ()
    times: int = 1

    @cached_property
    def value(self) -> Quantity:
        """The requests that arrive."""
        found = self.rate
        for _, share in self.misses:
            if share is not None:
                found = found * share
        return (found * self.times if self.times > 1 else found).to(REQUESTS)

    @property
    def cold(self) -> list[str]:
        """The caches that are taken for empty."""
        return [name for name, share in self.misses if share is None]


@dataclass
class Load:
    """What arrives at one component.

    Args:
        component: its name.
        own: its own `rate`; None when the design says none.
        portions: what each flow brings, when it has no rate of its own.
        spare: the flows that reach it only when something before it fails.
        unrated: the flows that pass it and have no rate.
    """

    component: str
    own: Quantity | None = None
    portions: list[Portion] = field(default_factory=list)
    spare: list[str] = field(default_factory=list)
    unrated: list[str] = field(default_factory=list)

    @cached_property
    def value(self) -> Quantity | None:
        """All of it; None when nothing says how much."""
        if self.own is not None:
            return self.own
        return total(portion.value for portion in self.portions)

    @property
    def by_medians(self) -> bool:
        """Whether ranges went into the sum by their medians, there being too many."""
        return self.own is None and by_medians(portion.value for portion in self.portions)

    @property
    def cold(self) -> list[str]:
        """The caches before it that are taken for empty."""
        return list(dict.fromkeys(name for portion in self.portions for name in portion.cold))


@lru_cache(maxsize=16)
def loads(facts: Facts) -> dict[str, Load]:
    """What arrives at each component, in the order of the design."""
    return _loads(facts, facts.values)


def loads_when(facts: Facts, env: Mapping[str, Quantity]) -> dict[str, Load]:
    """The same, worked out over other values of assumptions and estimates.

    Raises:
        InputError: a rate leaves its bounds then.
    """
    return _loads(facts, env)


def has_many(facts: Facts) -> bool:
    """Whether the rates of the flows and the hit shares count by their medians: so many flows."""
    return len(facts.design.flows) > MANY


def flow_rate(facts: Facts, flow: str, env: Mapping[str, Quantity]) -> Quantity | None:
    """How often a flow is taken, in requests per time; None when the design does not say.

    A flow may count in links or clicks: one of them is one request.
    """
    text = facts.design.flows[flow].rate
    if not text:
        return None
    rate = quantity(text, nouns=facts.design.nouns, env=env)
    if not rate.dimension.is_rate:
        return None
    return Quantity(rate.spread, Dimension.of("request") * _PER_TIME).to(REQUESTS)


def setting(facts: Facts, component: str, param: str) -> Quantity | None:
    """A parameter of a component as a quantity; None when there is none."""
    found = facts.settings[component].get(param)
    if found is None or found.value is None or isinstance(found.value, str):
        return None
    return Quantity.of(found.value) if isinstance(found.value, int) else found.value


def _loads(facts: Facts, env: Mapping[str, Quantity]) -> dict[str, Load]:
    found = {name: Load(name) for name in facts.design.components}
    for name, load in found.items():
        load.own = _own(facts, name, env)
    many = has_many(facts)
    called = {edge.callee for edge in edges(facts.design)}
    shares = {
        name: certain(share) if many else share
        for name in found
        if (share := _missed(facts, name)) is not None
    }
    for flow, part in facts.design.flows.items():
        rate = flow_rate(facts, flow, env)
        if many and rate is not None:
            rate = certain(rate)
        counted: dict[tuple[str, tuple[str, ...]], int] = {}
        spare: dict[str, None] = {}
        first, *_ = calls(facts.design, part) or (None,)
        if first is not None:
            if (
                first.caller != CLIENT and first.caller not in called
            ):  # nobody asks it: its own work
                counted[first.caller, ()] = 1
            _walk(facts, first, (), counted, spare)
        for (component, missed), times in counted.items():
            if rate is None:
                _add(found[component].unrated, flow)
            else:
                misses = tuple((cache, shares.get(cache)) for cache in missed)
                found[component].portions.append(Portion(flow, rate, misses, times))
        passed = {component for component, _ in counted}
        for component in spare:
            if component not in passed:
                _add(found[component].spare, flow)
    return found


def _walk(
    facts: Facts,
    call: Call,
    missed: tuple[str, ...],
    counted: dict[tuple[str, tuple[str, ...]], int],
    spare: dict[str, None],
) -> None:
    """Count a call and what follows from it while nothing fails."""
    if call.callee != CLIENT:
        key = (call.callee, missed)
        counted[key] = counted.get(key, 0) + 1
    for after in call.served:
        _walk(facts, after, missed, counted, spare)
    if call.instead is None:
        return
    if can_miss(facts, call.callee):
        _walk(facts, call.instead, (*missed, call.callee), counted, spare)
    else:
        spare.update(dict.fromkeys(one.callee for one in call.instead.steps()))
        spare.pop(CLIENT, None)


def _own(facts: Facts, component: str, env: Mapping[str, Quantity]) -> Quantity | None:
    """The `rate` of a component; of what has no capacity it is what it lets pass, no load."""
    had = facts.settings[component].get("rate")
    if had is None or had.text is None or "capacity" not in facts.settings[component]:
        return None
    if not had.uses or env is facts.values:
        return setting(facts, component, "rate")
    nouns = facts.design.nouns
    value = setting_value(had.spec, had.text, env=env, nouns=nouns, where=f"{component}.rate")
    return value if isinstance(value, Quantity) else None


def can_miss(facts: Facts, component: str) -> bool:
    """Whether it may say "not here" and be healthy: a cache, a CDN."""
    return "hit_share" in facts.settings.get(component, {})


def _missed(facts: Facts, cache: str) -> Quantity | None:
    share = setting(facts, cache, "hit_share")
    return None if share is None else 1 - share


def _add(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)
