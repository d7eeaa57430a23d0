"""Load against capacity: how full each component is, and which one gives out first.

Utilisation is load ÷ (copies × capacity of one), headroom its inverse: how many times today's
load fits. Both say nothing of queues before the limit; `queue` of the calculators does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from sdcli.design import KINDS
from sdcli.documents.evidence.result import rounded
from sdcli.documents.figures.loads import Load, loads, setting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdcli.documents.facts import Facts
    from sdcli.units import Quantity

FULL, BUSY = 0.8, 0.6  # above the one it is full, from the other on busy, below that calm
_ROUNDED = 1 + 1e-9  # 8 of 10 are 80 %, whatever the last bit says


@dataclass(frozen=True)
class Use:
    """One component: what arrives, what it can take.

    Args:
        load: what arrives.
        copies: how many there are; None where the kind counts no copies or the design says none:
            then one.
        counted: the parameter that says how many there are; empty where the kind has none.
        one: what one of them serves; None when the design does not say.
        kind: what it is, for people.
        kind_serves: whether its kind has a capacity at all.
    """

    load: Load
    copies: Quantity | None
    counted: str
    one: Quantity | None
    kind: str
    kind_serves: bool

    @property
    def component(self) -> str:
        """Its name."""
        return self.load.component

    @cached_property
    def all(self) -> Quantity | None:
        """What all copies serve together."""
        if self.one is None:
            return None
        return self.one if self.copies is None else (self.one * self.copies).to("request/s")

    @cached_property
    def utilisation(self) -> Quantity | None:
        """The share that is used; None when load or capacity is not known or nothing is served."""
        if self.load.value is None or self.all is None or self.all.value <= 0:
            return None
        return (self.load.value / self.all).to("%")

    @cached_property
    def headroom(self) -> Quantity | None:
        """How many times today's load fits; None when there is no load."""
        if self.load.value is None or self.all is None or self.load.value.low <= 0:
            return None
        return self.all / self.load.value

    @property
    def word(self) -> str:
        """How full it is, in words; of a range also at its high end where that is worse."""
        used = self.utilisation
        if used is None:
            return ""
        middle, high = band(used.value), band(used.high)
        return middle if middle == high else f"{middle}, {high} at the high end"

    @property
    def missing(self) -> str:
        """Why there is no utilisation; empty when there is one."""
        name = self.component
        if self.load.value is None:
            return f"{name} has no rate, and no flow with a rate passes it"
        if not self.kind_serves:
            return f"no capacity is known of a {self.kind}"
        if self.one is None:
            return f"{name} says no capacity"
        return "" if self.utilisation is not None else f"{name} has a capacity of nothing"


def band(share: float) -> str:
    """How full something is, in a word.

    >>> band(0.59), band(0.6), band(0.8), band(0.81), band(1.01)
    ('calm', 'busy', 'busy', 'full', 'overloaded')
    """
    if share > FULL * _ROUNDED:
        return "overloaded" if share > _ROUNDED else "full"
    return "busy" if share >= BUSY / _ROUNDED else "calm"


@lru_cache(maxsize=16)
def uses(facts: Facts) -> dict[str, Use]:
    """How full each component is, in the order of the design."""
    return uses_of(facts, loads(facts))


def uses_of(facts: Facts, arriving: Mapping[str, Load]) -> dict[str, Use]:
    """The same for other loads."""
    found: dict[str, Use] = {}
    for name, load in arriving.items():
        kind = KINDS[facts.design.components[name].kind]
        counted = kind.copies
        found[name] = Use(
            load,
            setting(facts, name, counted) if counted else None,
            counted,
            setting(facts, name, "capacity"),
            kind.title,
            "capacity" in facts.settings[name],
        )
    return found


def first_to_fail(found: Mapping[str, Use]) -> Use | None:
    """The component with the least headroom, the first of equals; None when none has any."""
    known = [
        (rounded(use.headroom.value), use) for use in found.values() if use.headroom is not None
    ]
    return min(known, key=lambda one: one[0])[1] if known else None
