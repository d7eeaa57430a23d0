"""Content is data: this part reads `knowledge/` and says what is wrong with it.

Modules: scenario (the models, one class per group of keys), load (by id or path), wording
(pydantic's errors in our words), references (names that lead somewhere),
placeholders (`{name}` in what is said), arithmetic (sums
that come out), check (all files, all faults), new (a file to start from).
"""

from __future__ import annotations

from sdcli.content.check import check
from sdcli.content.load import load_scenario, parse_scenario, scenario_ids
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

__all__ = [
    "Assumption",
    "ComponentLine",
    "Curveball",
    "DeepDive",
    "FlowLine",
    "Item",
    "Question",
    "Scenario",
    "check",
    "load_scenario",
    "parse_scenario",
    "scenario_ids",
]
