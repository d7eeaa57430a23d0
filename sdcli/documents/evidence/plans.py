"""Every run that a design asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.core.errors import Fault, InputError
from sdcli.core.suggest import did_you_mean
from sdcli.documents.evidence.exact import plan_exact
from sdcli.documents.evidence.plan import came_in
from sdcli.estimate import registry
from sdcli.experiments import names

if TYPE_CHECKING:
    from sdcli.core.yaml import Key
    from sdcli.design import EvidenceRun
    from sdcli.documents.evidence.plan import Pair, Plan
    from sdcli.documents.facts import Facts

RUNS_MAX = 64  # of experiments in one design: minutes, and no reader looks at more


def plans(facts: Facts) -> tuple[dict[Pair, Plan], list[Fault]]:
    """Every run that a design asks for, in its order, and what is wrong with the others."""
    found: dict[Pair, Plan] = {}
    faults: list[Fault] = []
    known = [*names(), *registry.names()]
    exact: list[Key] = []
    for name, component in facts.design.components.items():
        for i, item in enumerate(component.evidence):
            key: Key = ("components", name, "evidence", i)
            if item.run not in known:
                faults.append(
                    facts.tree.fault(
                        (*key, "run"),
                        f"no experiment and no calculator is named {item.run}",
                        did_you_mean(item.run[:64], known) or f"one of {', '.join(known)}",
                    )
                )
                continue
            try:
                plan = _plan(facts, name, item)
            except InputError as error:
                faults.append(fault_of(facts, name, item.run, error))
            else:
                found[plan.pair] = plan
                exact += [key] if plan.sort == "exact" else []
    if len(exact) > RUNS_MAX:
        many = f"this is run {RUNS_MAX + 1} of {len(exact)}; a run takes seconds"
        faults.append(facts.tree.fault(exact[RUNS_MAX], many, f"at most {RUNS_MAX} in a design"))
    return found, faults


def fault_of(facts: Facts, component: str, run: str, error: InputError) -> Fault:
    """What is wrong with a value under `with`: what it is, what came, what was expected."""
    runs = [item.run for item in facts.design.components[component].evidence]
    at: Key = ("components", component, "evidence", runs.index(run), "with", error.where)
    told = f"{run}: {error.what}{came_in(error)}"
    told += f"; expected {error.expected}" if error.expected else ""
    return facts.tree.fault(at, told.replace("\n", " "), error.fix)


def _plan(facts: Facts, component: str, item: EvidenceRun) -> Plan:
    if item.run in names():
        return plan_exact(facts, component, item)
    from sdcli.documents.evidence.analytic import plan_analytic  # calculators: only where asked for

    return plan_analytic(facts, component, item)
