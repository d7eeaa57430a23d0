"""The nouns of a design file: what `design.yaml` may say, field by field.

The sections follow the design documents that engineers write (Google's design docs, arc42,
MADR's decisions); what is added is that a number is a quantity with a unit, and that a
requirement names the metric that decides it. Every model is frozen and refuses keys that
it does not know, so that a misspelt key is an error and never a silent nothing.

A value that the quantity language reads stays text here (`100M link/month`, `1.25`): the
file's number and the person's number are the same characters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from sdcli.core.chance import SEED

if TYPE_CHECKING:
    from sdcli.estimate import Worksheet

SCHEMA = "sdcli/1"
CLIENT = "client"  # the hop that every flow may name without declaring it
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")  # a name that formulas can use
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")  # a name that files and blocks can use
FLOW = re.compile(r"[a-z][a-z0-9_-]{0,63}")
LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")  # F1, Q2, D-3

Origin = Literal["typed", "accepted"]


def number_as_text(value: Any) -> Any:
    """`8` for the YAML number 8: what the quantity language reads; other values unchanged.

    >>> number_as_text(8), number_as_text(0.00001), number_as_text("8")
    ('8', '0.00001', '8')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        text = repr(value)
        return text if "e" not in text else f"{value:.20f}".rstrip("0").rstrip(".")
    return str(value) if isinstance(value, int) else value


def _one_of(pattern: re.Pattern[str], like: str) -> AfterValidator:
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(f"this is not a name like {like}")
        return text

    return AfterValidator(check)


Text = Annotated[
    str, BeforeValidator(number_as_text), WithJsonSchema({"type": ["string", "number", "boolean"]})
]
Name = Annotated[str, _one_of(NAME, "write_rate")]
Id = Annotated[str, _one_of(ID, "short-links")]
FlowName = Annotated[str, _one_of(FLOW, "redirect")]
Label = Annotated[Text, _one_of(LABEL, "Q1")]


class Part(BaseModel):
    """What all parts share: frozen, no unknown keys, built by field name or by file key."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Functional(Part):
    """What the system does for somebody."""

    id: Label
    text: Text
    priority: Literal["must", "should", "could"] = "must"


class Quality(Part):
    """How well it does it; with `metric`, `op` and `target` the document can decide it.

    `metric` is `<experiment>.<metric>` with `of` naming the component, or `estimate.<name>`.
    """

    id: Label
    text: Text = ""
    metric: Text = ""
    of: str = ""
    op: Literal["", "<=", ">=", "<", ">"] = ""
    target: Text = ""

    @property
    def line(self) -> str:
        """The one-line form, or the text when it names no metric."""
        if not self.metric:
            return self.text
        of = f" of {self.of}" if self.of else ""
        return f"{self.metric}{of} {self.op} {self.target}"


class Requirements(Part):
    """Functional and quality requirements, each in the order of the file."""

    functional: tuple[Functional, ...] = ()
    quality: tuple[Quality, ...] = ()


class Assumption(Part):
    """A quantity or a range that is taken as given, and who says so."""

    value: Text
    source: Text = ""
    origin: Origin = "typed"


class Estimate(Part):
    """A formula over assumptions and over the estimates above it, shown in `unit`."""

    formula: Text
    unit: Text | None = None
    origin: Origin = "typed"


class EvidenceRun(Part):
    """One experiment to run for a component; `with` sets what the component does not."""

    run: str
    with_: dict[str, Text] = Field(default_factory=dict, alias="with")
    seed: Annotated[int, Field(ge=0)] = SEED


class Component(Part):
    """A part of the system: its kind, its parameters, and the experiments that back it."""

    kind: str
    params: dict[str, Text] = Field(default_factory=dict)
    algorithm: Text | None = None
    role: Text = ""
    evidence: tuple[EvidenceRun, ...] = ()
    origin: Origin = "typed"

    @property
    def given(self) -> dict[str, str]:
        """The parameters as written, `algorithm` among them."""
        own = {} if self.algorithm is None else {"algorithm": self.algorithm}
        return {**own, **self.params}


class Flow(Part):
    """The path of one kind of request: `client -> web -> cache | store`."""

    path: Text
    origin: Origin = "typed"

    @model_validator(mode="before")
    @classmethod
    def _from_line(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str) else value

    @property
    def hops(self) -> tuple[tuple[str, ...], ...]:
        """One tuple per hop; several names when a later one serves if the first does not.

        >>> Flow(path="client -> web -> cache | store").hops
        (('client',), ('web',), ('cache', 'store'))
        """
        return tuple(
            tuple(name.strip() for name in hop.split("|")) for hop in self.path.split("->")
        )


class Decision(Part):
    """A choice among options, what follows from it, and when to think again.

    `confirm` and `revisit_when` are comparisons: `ring.spread <= 0.1`.
    """

    id: Label
    context: Text = ""
    options: tuple[Text, ...] = ()
    choice: Text
    because: Text = ""
    consequence: Text = ""
    confirm: Text = ""
    revisit_when: Text = ""


class Risk(Part):
    """What may go wrong."""

    id: Label
    text: Text


class Discussion(Part):
    """Prose on one topic: an answer of an interview, a deep dive."""

    topic: Text
    text: Text


class Design(Part):
    """A system, as a design file says it."""

    schema_: Literal["sdcli/1"] = Field(default="sdcli/1", alias="schema")
    id: Id
    title: Text
    status: Literal["draft", "review", "accepted", "superseded"] = "draft"
    profile: Literal["interview", "rfc", "full"] = "full"
    owners: tuple[Text, ...] = ()
    nouns: tuple[str, ...] = ()
    summary: Text = ""
    requirements: Requirements = Field(default_factory=Requirements)
    out_of_scope: tuple[Text, ...] = ()
    assumptions: dict[Name, Assumption] = Field(default_factory=dict)
    estimates: dict[Name, Estimate] = Field(default_factory=dict)
    components: dict[Name, Component] = Field(default_factory=dict)
    flows: dict[FlowName, Flow] = Field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()
    risks: tuple[Risk, ...] = ()
    discussion: tuple[Discussion, ...] = ()

    def worksheet(self) -> Worksheet:
        """The estimates computed from the assumptions; faults wait in its `errors`."""
        from sdcli.estimate import Worksheet

        return Worksheet(
            {name: part.value for name, part in self.assumptions.items()},
            {name: (part.formula, part.unit) for name, part in self.estimates.items()},
            nouns=self.nouns,
        )
