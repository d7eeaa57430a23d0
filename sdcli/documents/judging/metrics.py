"""Finding the number that a name in a design stands for.

A quality requirement says `ring.balance.peak_to_mean` or `queue.p99` of a component, or
`estimate.NAME`. A formula says `ring.spread`: a component and a metric; or, where two runs share
the metric, `ring.ring.balance.spread`; or `web.instances`: a component and a parameter, in full
`web.params.instances`; or an assumption or estimate by its name. What follows from the design as
a whole has names, too: `web.headroom`, `cost.per_month`, `latency.redirect` (`figures.named`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.core.suggest import did_you_mean
from sdcli.design import plain
from sdcli.documents.evidence.measures import in_quantities
from sdcli.documents.figures import named
from sdcli.estimate.registry import names as calculators
from sdcli.experiments import names as runs
from sdcli.units import Quantity

if TYPE_CHECKING:
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.evidence.plan import Pair, Plan
    from sdcli.documents.evidence.result import Measure
    from sdcli.documents.facts import Facts
    from sdcli.documents.figures.named import Figure
    from sdcli.documents.inputs import Inputs

ESTIMATE = "estimate"
PARAMS = "params"


@dataclass(frozen=True)
class Found:
    """Where a number comes from.

    Args:
        estimate: the name of the assumption or estimate; empty for the rest.
        plan, metric: the run and the metric that it gives.
        component, param: the component and its parameter.
        figure: what follows from the design as a whole.
        reason: why there is no number; empty when there is one.
    """

    estimate: str = ""
    plan: Plan | None = None
    metric: str = ""
    component: str = ""
    param: str = ""
    figure: Figure | None = None
    reason: str = ""

    def inputs(self, facts: Facts) -> Inputs:
        """What of the design the number rests on."""
        if self.plan is not None:
            return self.plan.inputs
        if self.param:
            setting = facts.settings[self.component][self.param]
            key = facts.setting_key(self.component, self.param)
            return {key: plain(setting.text), **facts.behind(sorted(setting.uses))}
        if self.figure is not None:
            return self.figure.inputs()
        return facts.behind([self.estimate]) if self.estimate else {}

    def measure(self, book: Book) -> Measure | None:
        """What the run gave; None where the number comes from no run, or where there is none."""
        result = book.result(self.plan) if self.plan else None
        if result is None or self.metric in result.not_carried:
            return None
        return result.metrics.get(self.metric)

    def open_end(self, book: Book) -> str:
        """Why the run that gives it has no result at an end of its ranges; empty when it has."""
        result = book.result(self.plan) if self.plan else None
        return result.open_end if result else ""

    def value(self, facts: Facts, book: Book) -> Quantity | None:
        """The number; None when there is none: `missing` says why.

        Of a run that gave a range it is the median, so that a result looked up in the ledger and
        one that was just worked out are the same; `measure` has the ends.
        """
        if self.estimate:
            return facts.values[self.estimate]
        if self.param:
            value = facts.settings[self.component][self.param].value
            return Quantity.of(value) if isinstance(value, int) else _number(value)
        if self.figure is not None:
            return self.figure.value()
        measure = self.measure(book)
        if measure is None:
            return None
        return in_quantities(measure.value, measure.unit, facts.design.nouns)

    def missing(self, book: Book) -> str:
        """Why there is no number; empty when there is one."""
        if self.figure is not None:
            return self.figure.missing()
        if self.plan is None:
            return self.reason
        result = book.result(self.plan)
        if result is None:
            return book.problem(self.plan)
        if self.metric in result.not_carried:
            return f"measured at {result.scale.partition(' ')[0]}, does not carry over"
        if self.metric not in result.metrics:
            return f"{self.plan.name} gives no {self.metric} for these parameters"
        return ""

    @property
    def title(self) -> str:
        """What it is, for people."""
        if self.figure is not None:
            return self.figure.title
        metric = self.plan.metric(self.metric) if self.plan else None
        return metric.title if metric else self.estimate

    @property
    def pair(self) -> Pair | None:
        """The run that gives it."""
        return self.plan.pair if self.plan else None


def _number(value: Quantity | str | None) -> Quantity | None:
    return value if isinstance(value, Quantity) else None


def of_requirement(facts: Facts, book: Book, metric: str, of: str) -> Found:
    """The number that a quality requirement names."""
    head, _, rest = metric.partition(".")
    if head == ESTIMATE:
        return Found(estimate=rest) if rest in facts.values else Found(reason=f"no estimate {rest}")
    if not of:
        figure = _of_all(facts, book, head, rest)
        return Found(figure=figure) if figure else Found(reason=_no_source(facts, head, rest))
    run, _, name = metric.rpartition(".")
    plan = _plan(book, of, run)
    figure = named.of_component(facts, of, name) if run == named.CAPACITY and not plan else None
    if figure is not None:
        return Found(figure=figure)
    if plan is None:
        runs = [other.name for other in book.of(of)]
        hint = did_you_mean(run[:64], runs)
        return Found(reason=f"{of} has no evidence {run}" + (f"; {hint}" if hint else ""))
    if plan.metric(name) is None:
        hint = did_you_mean(name[:64], [metric.name for metric in plan.metrics])
        return Found(reason=f"{run} has no metric {name}" + (f"; {hint}" if hint else ""))
    return Found(plan=plan, metric=name)


def misnamed(facts: Facts, book: Book, metric: str, of: str) -> str:
    """Why a requirement's metric is no name of anything; empty where it is one.

    A metric of evidence that the design does not ask for is a name: it reads as unmeasured.
    """
    head, _, _ = metric.partition(".")
    if not of or head == ESTIMATE:
        return ""
    run, _, name = metric.rpartition(".")
    plan = _plan(book, of, run)
    if plan is not None:
        return "" if plan.metric(name) else of_requirement(facts, book, metric, of).reason
    known = [*runs(), *calculators(), named.CAPACITY]
    if run in known or run.replace("_", "-") in known:
        return ""
    hint = did_you_mean(run[:64], known)
    return f"no experiment and no calculator is named {run[:64]}" + (f"; {hint}" if hint else "")


def _of_all(facts: Facts, book: Book, head: str, rest: str) -> Figure | None:
    """A number of the design as a whole: its cost, the time of one of its flows."""
    if head == named.COST:
        return named.of_cost(facts, book, rest)
    return named.of_flow(facts, rest) if head == named.LATENCY else None


def _no_source(facts: Facts, head: str, rest: str) -> str:
    """Why nothing of the design as a whole has that name."""
    if head == named.LATENCY:
        hint = did_you_mean(rest[:64], facts.design.flows)
        why = f"no flow is named {rest}, and it names no component as its source"
        return why + (f"; {hint}" if hint else "")
    if head == named.COST:
        known = " and ".join(f"{head}.{name}" for name in named.OF_COST)
        lacks = "" if facts.design.cost.items else "nothing has a price; "
        return f"{lacks}the cost has {known}"
    return "it names no component as its source"


def _plan(book: Book, component: str, run: str) -> Plan | None:
    """The run of that name; in a formula a calculator's name has underscores for its hyphens."""
    return book.plans.get((component, run)) or book.plans.get((component, run.replace("_", "-")))


def of_name(facts: Facts, book: Book, name: str) -> Found:
    """The number that a name in a formula stands for."""
    if name in facts.values:
        return Found(estimate=name)
    head, dot, rest = name.partition(".")
    if head == ESTIMATE and rest in facts.values:
        return Found(estimate=rest)
    if not dot:
        return Found(reason=f"nothing is named {name}")
    if head not in facts.design.components and head in (named.COST, named.LATENCY):
        figure = _of_all(facts, book, head, rest)
        return Found(figure=figure) if figure else Found(reason=_no_source(facts, head, rest))
    plans = book.of(head)
    own = facts.settings.get(head, {})
    having = [plan for plan in plans if plan.metric(rest)]
    may_be = [f"{head}.{plan.name.replace('-', '_')}.{rest}" for plan in having]
    if rest in own and own[rest].value is not None:
        may_be.append(f"{head}.{PARAMS}.{rest}")
    if len(may_be) > 1:
        return Found(reason=f"{name} may be {' or '.join(may_be)}")
    if having:
        return Found(plan=having[0], metric=rest)
    run, _, metric = rest.rpartition(".")
    plan = _plan(book, head, run)
    if plan and plan.metric(metric):
        return Found(plan=plan, metric=metric)
    param = metric if run == PARAMS else rest
    if param in own:
        if own[param].value is None or isinstance(own[param].value, str):
            return Found(reason=f"{head} says no number for {param}")
        return Found(component=head, param=param)
    figure = named.of_component(facts, head, rest)
    if figure is not None:
        impossible = named.impossible(facts, head, rest)
        return Found(reason=impossible) if impossible else Found(figure=figure)
    known = [metric.name for plan in plans for metric in plan.metrics] + list(own)
    known += named.OF_COMPONENT if own else ()
    hint = did_you_mean(rest.rpartition(".")[2][:64], known)
    return Found(reason=f"no evidence gives {name}" + (f"; {hint}" if hint else ""))
