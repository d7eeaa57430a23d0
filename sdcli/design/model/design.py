"""The design: a system, as a design file says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sdcli.design.model.asked import Requirements
from sdcli.design.model.built import Component, Endpoint, Entity, Flow
from sdcli.design.model.decided import Decision, Failure, Question, Risk, Rollout, Topic
from sdcli.design.model.numbers import Assumption, Cost, Estimate, Growth
from sdcli.design.model.part import FlowName, Id, Name, Part, Text

if TYPE_CHECKING:
    from sdcli.estimate import Worksheet


class Design(Part):
    """A system, as a design file says it."""

    schema_: Literal["sdcli/1"] = Field(default="sdcli/1", alias="schema")
    id: Id
    title: Text
    status: Literal["draft", "review", "accepted", "superseded"] = "draft"
    profile: Literal["interview", "rfc", "full"] = "full"
    owners: tuple[Text, ...] = ()
    reviewers: tuple[Text, ...] = ()
    date: Text = ""
    nouns: tuple[str, ...] = ()
    summary: Text = ""
    context: Text = ""
    goals: tuple[Text, ...] = ()
    requirements: Requirements = Field(default_factory=Requirements)
    out_of_scope: tuple[Text, ...] = ()
    assumptions: dict[Name, Assumption] = Field(default_factory=dict)
    estimates: dict[Name, Estimate] = Field(default_factory=dict)
    components: dict[Name, Component] = Field(default_factory=dict)
    flows: dict[FlowName, Flow] = Field(default_factory=dict)
    api: tuple[Endpoint, ...] = ()
    data: dict[Name, Entity] = Field(default_factory=dict)
    growth: Growth = Field(default_factory=Growth)
    failures: tuple[Failure, ...] = ()
    decisions: tuple[Decision, ...] = ()
    cross_cutting: tuple[Topic, ...] = ()
    rollout: Rollout = Field(default_factory=Rollout)
    cost: Cost = Field(default_factory=Cost)
    risks: tuple[Risk, ...] = ()
    questions: tuple[Question, ...] = ()
    glossary: dict[str, Text] = Field(default_factory=dict)
    discussion: tuple[Topic, ...] = ()

    def worksheet(self) -> Worksheet:
        """The estimates computed from the assumptions; faults wait in its `errors`."""
        from sdcli.estimate import Worksheet

        return Worksheet(
            {name: part.value for name, part in self.assumptions.items()},
            {name: (part.formula, part.unit) for name, part in self.estimates.items()},
            nouns=self.nouns,
        )
