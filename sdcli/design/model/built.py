"""What is built: components with their evidence, flows, the API, the data."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from sdcli.core.chance import SEED
from sdcli.design.model.part import Name, Origin, Part, Text


class EvidenceRun(Part):
    """One experiment or calculator that backs a component; `with` sets what that does not."""

    run: str
    with_: dict[str, Text] = Field(default_factory=dict, alias="with")
    seed: Annotated[int, Field(ge=0)] = SEED


class Component(Part):
    """A part of the system: its kind, its parameters, and the evidence that backs it."""

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
    """The path of one kind of request: `client -> web -> cache | store`.

    `rate` is how often it is taken, `budget` the time that it may take, `fails` what its caller
    sees when the last part on its path fails; formulas and text, each may be left out.
    """

    path: Text
    rate: Text = ""
    budget: Text = ""
    fails: Text = ""
    origin: Origin = "typed"

    @model_validator(mode="before")
    @classmethod
    def _from_line(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str) else value

    @property
    def short(self) -> str | None:
        """Its path, when there is nothing else to say."""
        return self._says_only("path")

    @property
    def hops(self) -> tuple[tuple[str, ...], ...]:
        """One tuple per hop; several names when a later one serves if the first does not.

        >>> Flow(path="client -> web -> cache | store").hops
        (('client',), ('web',), ('cache', 'store'))
        """
        return tuple(
            tuple(name.strip() for name in hop.split("|")) for hop in self.path.split("->")
        )


class Endpoint(Part):
    """One call of the API: `POST /links`, how often, how large, how fast.

    `flow` names the path that it takes; `rate` is that flow's when left out. `request` and
    `response` are the sizes of the two messages, `latency` what the caller is promised.
    """

    call: Text
    text: Text = ""
    flow: str = ""
    rate: Text = ""
    request: Text = ""
    response: Text = ""
    latency: Text = ""


class Attribute(Part):
    """One field of an entity; `refers` names the entity whose key it holds."""

    type: Text
    size: Text = ""
    key: bool = False
    refers: str = ""
    text: Text = ""


class Entity(Part):
    """One kind of record: its fields, how many there are, how many come, where they live.

    `rows` is how many there are when `kept` is full or today; `new` is the rate at which they
    come; `kept` how long one stays; `store` the component that holds them; `copies` how many
    times. Formulas all.
    """

    fields: dict[Name, Attribute]
    text: Text = ""
    rows: Text = ""
    new: Text = ""
    kept: Text = ""
    copies: Text = ""
    store: str = ""
