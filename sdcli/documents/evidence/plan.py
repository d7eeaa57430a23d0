"""A run that a design asks for, bound to a component and ready.

What can back a component is an experiment on a reference implementation (`exact.py`) or, for kinds
without one, a calculator (`analytic.py`). Both look the same from here: parameters taken from the
component or given beside it, metrics out, one fingerprint.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sdcli.design import plain

if TYPE_CHECKING:
    from sdcli.core.errors import InputError
    from sdcli.design import EvidenceRun
    from sdcli.documents.evidence.result import Evidence, Sort
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs
    from sdcli.units import Quantity

Pair = tuple[str, str]  # a component and the name of what backs it


@dataclass(frozen=True)
class MetricOf:
    """One number that a run gives.

    Args:
        name: its key in results, documents and requirements.
        title: what it is, for people.
        less_is_better: None when neither direction is better.
    """

    name: str
    title: str
    less_is_better: bool | None = None


@dataclass(frozen=True)
class Row:
    """One parameter of a run, for people: its value, and where it comes from."""

    name: str
    value: str
    origin: str


@dataclass(frozen=True)
class Plan(ABC):
    """One run that a design asks for.

    Args:
        component, item: whose evidence it is, and the item of the design that asks for it.
        given: the values as they were given, for people.
        origins: where each parameter comes from: the component (its kind's defaults count), `with`,
            or the default of what runs.
        inputs: what of the design decided them.
        problem: why it cannot run, where it does not reach as far as the design, or as far as an
            assumption goes; that is no fault of the design, so the block says so instead of a
            result. What was typed for the run and is out of its bounds is a fault.
    """

    component: str
    item: EvidenceRun
    given: dict[str, str]
    origins: dict[str, str]
    inputs: Inputs
    problem: str = ""

    @property
    def name(self) -> str:
        """What runs: `ring.balance`, `queue`."""
        return self.item.run

    @property
    def pair(self) -> Pair:
        """The component and the name of what backs it."""
        return (self.component, self.name)

    def metric(self, name: str) -> MetricOf | None:
        """The metric of that name; None when there is no such one."""
        return next((metric for metric in self.metrics if metric.name == name), None)

    def trouble(self) -> str:
        """Why it gives no result; empty when it gives one. A calculator is worked out to know."""
        return self.problem

    @property
    @abstractmethod
    def sort(self) -> Sort:
        """Exact or analytic."""

    @property
    @abstractmethod
    def title(self) -> str:
        """What it shows, for people."""

    @property
    @abstractmethod
    def claim(self) -> str:
        """The sentence that a run puts to the test, or the formula that is worked out."""

    @property
    @abstractmethod
    def source(self) -> str:
        """Where that comes from."""

    @property
    @abstractmethod
    def revision(self) -> int:
        """Counts up when results change."""

    @property
    @abstractmethod
    def metrics(self) -> tuple[MetricOf, ...]:
        """What a run gives, in order."""

    @property
    @abstractmethod
    def params(self) -> dict[str, Any]:
        """The bound parameters as plain JSON values: what the fingerprint is made of."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """The fingerprint that a run will have."""

    @property
    @abstractmethod
    def load(self) -> Quantity | None:
        """The load that it is made for, where it has one."""

    @property
    @abstractmethod
    def window(self) -> Quantity | None:
        """The window that it looks at, where it has one."""

    @property
    @abstractmethod
    def command(self) -> str:
        """The command that runs it again by itself."""

    @abstractmethod
    def rows(self) -> list[Row]:
        """Every parameter with its value, defaults included."""

    @abstractmethod
    def run(self) -> Evidence:
        """Run it.

        Raises:
            InputError: it does not take these values together.
            MissingError: it needs an extra that is not installed.
        """

    @abstractmethod
    def sources(self) -> dict[str, str]:
        """The hashes of the code that a run of it is made of."""


@dataclass
class Taken:
    """Parameters as they are gathered: values by name, where from, what of the design decided."""

    facts: Facts
    component: str
    item: EvidenceRun
    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    _inputs: Inputs = field(default_factory=dict)
    _uses: set[str] = field(default_factory=set)

    @property
    def _at(self) -> str:
        return f"components.{self.component}.evidence.{self.item.run}"

    def take_with(self, name: str, value: Any) -> None:
        """A parameter that stands beside the component, under `with`."""
        text = self.item.with_[name]
        self.values[name] = value
        self._uses.update(self.facts.names_in(text))
        self._inputs[f"{self._at}.with.{name}"] = plain(text)
        self.origins[name] = "with"

    def take_own(self, name: str, param: str) -> None:
        """A parameter of the component, under the name that the run has for it."""
        setting = self.facts.settings[self.component][param]
        self.values[name] = setting.value
        self._uses |= setting.uses
        self._inputs[self.facts.setting_key(self.component, param)] = plain(setting.text)
        self.origins[name] = "component" if name == param else f"component, {param}"

    def inputs(self, *, seeded: bool) -> Inputs:
        """What of the design decided the values; assumptions behind them last."""
        seed: Inputs = {f"{self._at}.seed": self.item.seed} if seeded else {}
        return {**self._inputs, **seed, **self.facts.behind(sorted(self._uses))}

    def shown(self) -> dict[str, str]:
        """The values for people."""
        return {name: str(value) for name, value in self.values.items()}


def is_typed(facts: Facts, item: EvidenceRun, name: str) -> bool:
    """Whether a parameter stands under `with` as a value of its own, and no number decides it.

    What a run refuses of it is then a fault of the design; else the design may be right.
    """
    return name in item.with_ and not facts.names_in(item.with_[name])


def own_value(facts: Facts, component: str, param: str) -> bool:
    """Whether a component has a value for a parameter."""
    setting = facts.settings[component].get(param)
    return setting is not None and setting.value is not None


def problem_of(error: InputError) -> str:
    """Why something does not run, in a clause."""
    told = str(error).replace("\n", " ") + came_in(error)
    return f"{told}; it takes {error.expected}" if error.expected else told


def came_in(error: InputError) -> str:
    """What came, to go on with behind what is wrong with it; empty where that says it already."""
    came = next(iter(error.given.splitlines()), "")  # the next line says of which kind it was
    return f": {came}" if came and came not in error.what else ""
