"""The nouns of a design file: what `design.yaml` may say, field by field.

The sections follow the design documents that engineers write (Google's design docs, arc42,
MADR's decisions, the readiness questions of Kubernetes); what is added is that a number is a
quantity with a unit, and that a requirement names the metric that decides it. Every model is
frozen and refuses keys that it does not know, so that a misspelt key is an error and never a
silent nothing.
"""

from sdcli.design.model.asked import Functional, Quality, Requirements
from sdcli.design.model.built import Attribute, Component, Endpoint, Entity, EvidenceRun, Flow
from sdcli.design.model.decided import (
    Decision,
    Failure,
    Option,
    Question,
    Readiness,
    Risk,
    Rollout,
    Stage,
    Topic,
)
from sdcli.design.model.design import Design
from sdcli.design.model.numbers import (
    Assumption,
    Cost,
    CostItem,
    Estimate,
    Growth,
    Price,
    Watched,
)
from sdcli.design.model.part import CLIENT, FLOW, ID, LABEL, NAME, SCHEMA, Part, number_as_text

__all__ = [
    "CLIENT",
    "FLOW",
    "ID",
    "LABEL",
    "NAME",
    "SCHEMA",
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
    "Option",
    "Part",
    "Price",
    "Quality",
    "Question",
    "Readiness",
    "Requirements",
    "Risk",
    "Rollout",
    "Stage",
    "Topic",
    "Watched",
    "number_as_text",
]
