"""Finding the number that a name in a design stands for.

A quality requirement says `ring.balance.peak_to_mean` of a component, or `estimate.NAME`. A
decision's comparison says `ring.spread`: a component and a metric; or, where two experiments
share the metric, `ring.ring.balance.spread`; or an assumption or estimate by its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.core.suggest import did_you_mean
from sdcli.units import Quantity, quantity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.documents.evidence.book import Book
    from sdcli.documents.evidence.plan import Pair, Plan
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs

ESTIMATE = "estimate"


@dataclass(frozen=True)
class Found:
    """Where a number comes from.

    Args:
        estimate: the name of the assumption or estimate; empty for a metric.
        plan, metric: the run and the metric that it gives.
        reason: why there is no number; empty when there is one.
    """

    estimate: str = ""
    plan: Plan | None = None
    metric: str = ""
    reason: str = ""

    def inputs(self, facts: Facts) -> Inputs:
        """What of the design the number rests on."""
        if self.plan is not None:
            return self.plan.inputs
        return facts.behind([self.estimate]) if self.estimate else {}

    def value(self, facts: Facts, book: Book) -> Quantity | None:
        """The number; None when there is none: `missing` says why."""
        if self.estimate:
            return facts.values[self.estimate]
        if self.plan is None:
            return None
        result = book.result(self.plan)
        if result is None or self.metric not in result.metrics:
            return None
        if self.metric in result.not_carried:
            return None
        return in_quantities(result.metrics[self.metric], self.unit, facts.design.nouns)

    def missing(self, book: Book) -> str:
        """Why there is no number; empty when there is one."""
        if self.plan is None:
            return self.reason
        result = book.result(self.plan)
        if result is None:
            return book.problem(self.plan)
        if self.metric not in result.metrics:
            return "the ledger has no such metric"
        if self.metric in result.not_carried:
            return f"measured at {result.scale.partition(' ')[0]}, does not carry over"
        return ""

    @property
    def unit(self) -> str:
        """The unit of the metric."""
        metric = self.plan.experiment.metric(self.metric) if self.plan else None
        return metric.unit if metric else ""

    @property
    def title(self) -> str:
        """What it is, for people."""
        metric = self.plan.experiment.metric(self.metric) if self.plan else None
        return metric.title if metric else self.estimate

    @property
    def pair(self) -> Pair | None:
        """The run that gives it."""
        return self.plan.pair if self.plan else None


def in_quantities(value: float, unit: str, nouns: Iterable[str] = ()) -> Quantity:
    """A metric's value as a quantity; a unit that nobody else knows is a count noun.

    >>> print(in_quantities(0.0731234, ""), in_quantities(150, "request"))
    0.07312 150 request
    """
    if not unit:
        return Quantity.of(value)
    words = "".join(c if c.isalpha() else " " for c in unit).split()
    return quantity(f"1 {unit}", nouns=(*nouns, *words)) * value


def of_requirement(facts: Facts, book: Book, metric: str, of: str) -> Found:
    """The number that a quality requirement names."""
    head, _, rest = metric.partition(".")
    if head == ESTIMATE:
        return Found(estimate=rest) if rest in facts.values else Found(reason=f"no estimate {rest}")
    if not of:
        return Found(reason="it names no component as its source")
    run, _, name = metric.rpartition(".")
    plan = book.plans.get((of, run))
    if plan is None:
        runs = [other.experiment.name for other in book.of(of)]
        hint = did_you_mean(run[:64], runs)
        return Found(reason=f"{of} has no evidence {run}" + (f"; {hint}" if hint else ""))
    if plan.experiment.metric(name) is None:
        hint = did_you_mean(name[:64], [m.name for m in plan.experiment.metrics])
        return Found(reason=f"{run} has no metric {name}" + (f"; {hint}" if hint else ""))
    return Found(plan=plan, metric=name)


def of_comparison(facts: Facts, book: Book, name: str) -> Found:
    """The number that a name in `confirm` or `revisit_when` stands for."""
    if name in facts.values:
        return Found(estimate=name)
    head, dot, rest = name.partition(".")
    if head == ESTIMATE and rest in facts.values:
        return Found(estimate=rest)
    if not dot:
        return Found(reason=f"nothing is named {name}")
    plans = book.of(head)
    having = [plan for plan in plans if plan.experiment.metric(rest)]
    if len(having) == 1:
        return Found(plan=having[0], metric=rest)
    if having:
        both = " and ".join(f"{head}.{plan.experiment.name}.{rest}" for plan in having)
        return Found(reason=f"{name} may be {both}")
    run, _, metric = rest.rpartition(".")
    plan = book.plans.get((head, run))
    if plan and plan.experiment.metric(metric):
        return Found(plan=plan, metric=metric)
    known = [metric.name for plan in plans for metric in plan.experiment.metrics]
    hint = did_you_mean(rest.rpartition(".")[2][:64], known)
    return Found(reason=f"no evidence gives {name}" + (f"; {hint}" if hint else ""))
