"""What was decided, what may fail, what is not known yet: MADR's decisions, made to be run.

`confirm`, `revisit_when` and `survives_if` are comparisons in the quantity language over
assumptions, estimates, parameters (`web.instances`) and metrics (`ring.spread`).
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from sdcli.design.model.part import Label, Part, Text


class Option(Part):
    """One way to go.

    `with` says what would stand in the design: `{limiter.algorithm: fixed-window}`, a parameter of
    a component, or an assumption by its name. `values` has formulas for what `compare` asks where
    the design as it stands gives another number: `{moved: ring.modulo_moved_share}`.
    """

    name: Text
    text: Text = ""
    with_: dict[str, Text] = Field(default_factory=dict, alias="with")
    values: dict[str, Text] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return value if isinstance(value, dict | Option) else {"name": value}

    @property
    def short(self) -> str | None:
        """Its name, when there is nothing else to say."""
        return self._says_only("name")


class Decision(Part):
    """A choice among options, what follows from it, and when to think again.

    `compare` has a formula for each thing by which the options are compared; the table in the
    document works it out for every one of them.
    """

    id: Label
    context: Text = ""
    drivers: tuple[Text, ...] = ()
    options: tuple[Option, ...] = ()
    compare: dict[str, Text] = Field(default_factory=dict)
    choice: Text
    because: Text = ""
    consequence: Text = ""
    confirm: Text = ""
    revisit_when: Text = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The options by name."""
        return tuple(option.name for option in self.options)


class Failure(Part):
    """A way to fail: of which part, how, what is seen, how it is found and what is done."""

    id: Label
    of: str = ""
    mode: Text
    effect: Text = ""
    detection: Text = ""
    response: Text = ""
    survives_if: Text = ""


class Risk(Part):
    """What may go wrong, and what is done about it."""

    id: Label
    text: Text
    mitigation: Text = ""


class Question(Part):
    """What is not decided yet, and who will know."""

    id: Label
    text: Text
    owner: Text = ""


class Topic(Part):
    """Prose on one topic: an answer of an interview, a deep dive, security, privacy."""

    topic: Text
    text: Text


class Stage(Part):
    """One step of a rollout: to which share, what is watched, and what must hold to go on."""

    stage: Text
    share: Text = ""
    watch: Text = ""
    go_if: Text = ""


class Readiness(Part):
    """A question that stands before production, and its answer."""

    question: Text
    answer: Text = ""


class Rollout(Part):
    """How it reaches its users, how it comes back, and what was asked before."""

    stages: tuple[Stage, ...] = ()
    rollback: Text = ""
    readiness: tuple[Readiness, ...] = ()
