"""Content is data: this part reads `knowledge/` and says what is wrong with it.

Modules: levels (the closed lists), finding (which file an id means), scenario (the models, one
class per group of keys), load (by id or path), proven (a shipped file without the models),
wording (pydantic's errors in our words), references (names that lead somewhere), placeholders
(`{name}` in what is said), arithmetic (sums that come out), check (all files, all faults), new
(a file to start from). Each is imported when it is asked for: the models take longest.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sdcli.content.finding import scenario_ids
    from sdcli.content.load import load_scenario, parse_scenario
    from sdcli.content.scenario import (
        Assumption,
        ComponentLine,
        Curveball,
        DeepDive,
        FlowLine,
        Item,
        Question,
        Scenario,
    )

_HOME = {"scenario_ids": "finding", "load_scenario": "load", "parse_scenario": "load"}

__all__ = [
    "Assumption",
    "ComponentLine",
    "Curveball",
    "DeepDive",
    "FlowLine",
    "Item",
    "Question",
    "Scenario",
    "load_scenario",
    "parse_scenario",
    "scenario_ids",
]


def __getattr__(name: str) -> object:
    """A name of this part, from its module, which is imported now."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(f"sdcli.content.{_HOME.get(name, 'scenario')}"), name)
