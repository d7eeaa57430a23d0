"""The design: a system written down as typed data, in a file that people edit.

`model` has the nouns, `kinds` the kinds of components with their parameters, `lines` the
one-line forms, `file` reads and writes `design.yaml`, `settings` turns the text of a
parameter into a value, `calendar` counts months, `validation` finds what no single field
can know to be wrong.
Nothing here runs an experiment or writes a document.
"""

from sdcli.core.faults import in_order
from sdcli.design.file import Loaded, dump, load, parse
from sdcli.design.formulas import amounts, comparisons, formulas
from sdcli.design.kinds import KINDS, ParamSpec
from sdcli.design.leaves import leaves, plain
from sdcli.design.lines import parse_component, parse_decision, parse_flow, parse_quality
from sdcli.design.model import (
    CLIENT,
    Assumption,
    Attribute,
    Component,
    Cost,
    CostItem,
    Decision,
    Design,
    Endpoint,
    Entity,
    Estimate,
    EvidenceRun,
    Failure,
    Flow,
    Functional,
    Growth,
    Option,
    Part,
    Price,
    Quality,
    Question,
    Readiness,
    Requirements,
    Risk,
    Rollout,
    Stage,
    Topic,
    Watched,
)
from sdcli.design.schema import json_schema
from sdcli.design.settings import Setting, setting_value, settings
from sdcli.design.validation import validate

__all__ = [
    "CLIENT",
    "KINDS",
    "Assumption",
    "Attribute",
    "Component",
    "Cost",
    "CostItem",
    "Decision",
    "Design",
    "Endpoint",
    "Entity",
    "Estimate",
    "EvidenceRun",
    "Failure",
    "Flow",
    "Functional",
    "Growth",
    "Loaded",
    "Option",
    "ParamSpec",
    "Part",
    "Price",
    "Quality",
    "Question",
    "Readiness",
    "Requirements",
    "Risk",
    "Rollout",
    "Setting",
    "Stage",
    "Topic",
    "Watched",
    "amounts",
    "comparisons",
    "dump",
    "formulas",
    "in_order",
    "json_schema",
    "leaves",
    "load",
    "parse",
    "parse_component",
    "parse_decision",
    "parse_flow",
    "parse_quality",
    "plain",
    "setting_value",
    "settings",
    "validate",
]
