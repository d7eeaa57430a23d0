"""What each template prints: plain values, no markup except what a diagram needs.

One function per block. A value that came from a person is a plain string here and is escaped
where the template prints it.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from sdcli.design import KINDS
from sdcli.documents import diagrams
from sdcli.documents.escape import Safe
from sdcli.documents.metrics import in_quantities
from sdcli.documents.paths import calls, edges

if TYPE_CHECKING:
    from sdcli.design import Design
    from sdcli.documents.book import Book
    from sdcli.documents.evidence import Evidence, Plan
    from sdcli.documents.facts import Facts
    from sdcli.documents.verdicts import Gate, Verdict
    from sdcli.experiments import Metric

View = dict[str, Any]

_BETTER = {True: "less", False: "more", None: ""}
_GATES = {
    "confirm": ("Confirmed by", {True: "holds", False: "does not hold"}),
    "revisit_when": ("Revisit when", {True: "now", False: "not yet"}),
}


def header(design: Design, source: str) -> View:
    """The title and who answers for it; `source` is ready for a comment."""
    return {
        "title": design.title,
        "status": design.status,
        "owners": design.owners,
        "source": Safe(source),
    }


def summary(design: Design) -> View:
    """The summary."""
    return {"summary": design.summary}


def requirements(design: Design, found: list[Verdict]) -> View:
    """Functional requirements, and the quality ones with their verdicts."""
    return {
        "functional": [
            {"id": part.id, "text": part.text, "priority": part.priority}
            for part in design.requirements.functional
        ],
        "quality": [_requirement(verdict) for verdict in found],
    }


def _requirement(verdict: Verdict) -> View:
    quality = verdict.quality
    of = f" of {quality.of}" if quality.of else ""
    return {
        "id": quality.id,
        "text": quality.text or verdict.found.title,
        "target": f"{quality.op} {quality.target}" if quality.metric else "",
        "measured": verdict.shown,
        "verdict": verdict.word,
        "metric": quality.metric + of,
        "reason": verdict.reason,
    }


def scope(design: Design) -> View:
    """What is left out on purpose."""
    return {"items": design.out_of_scope}


def assumptions(facts: Facts) -> View:
    """Each assumption with its source."""
    return {
        "rows": [
            {
                "name": name,
                "value": str(facts.values[name]),
                "source": part.source,
                "origin": part.origin,
            }
            for name, part in facts.design.assumptions.items()
        ],
        "ranges": any(facts.values[name].is_range for name in facts.design.assumptions),
    }


def estimates(facts: Facts) -> View:
    """Each estimate with its formula and its worked line, in the order of the design."""
    return {
        "rows": [
            {
                "name": name,
                "formula": part.formula,
                "value": facts.values[name].summary(),
                "worked": facts.lines[name].worked,
                "origin": part.origin,
            }
            for name, part in facts.design.estimates.items()
        ]
    }


def topology(design: Design) -> View:
    """The picture of the components and its table."""
    drawn = edges(design)
    called = {name for edge in drawn for name in (edge.caller, edge.callee)}
    return {
        "diagram": _fenced(diagrams.topology(design)),
        "edges": [
            {
                "caller": edge.caller,
                "callee": edge.callee,
                "condition": edge.condition,
                "flows": edge.flows,
            }
            for edge in drawn
        ],
        "alone": [name for name in design.components if name not in called],
    }


def flow(design: Design, name: str) -> View:
    """The sequence of one flow and its table."""
    part = design.flows[name]
    steps = [step for call in calls(design, part) for step in call.steps()]
    return {
        "name": name,
        "path": part.path,
        "origin": part.origin,
        "diagram": _fenced(diagrams.sequence(design, name)),
        "steps": [
            {
                "caller": step.caller,
                "callee": step.callee,
                "condition": step.condition,
                "queued": step.queued,
            }
            for step in steps
        ],
    }


def _fenced(diagram: str) -> Safe:
    return Safe(f"```mermaid\n{diagram}\n```")


def components(design: Design, book: Book) -> View:
    """All components on one page."""
    return {
        "rows": [
            {
                "name": name,
                "kind": KINDS[part.kind].title,
                "role": part.role,
                "evidence": [plan.experiment.name for plan in book.of(name)],
                "origin": part.origin,
            }
            for name, part in design.components.items()
        ]
    }


def component(facts: Facts, name: str) -> View:
    """One component with all its parameters, given or not."""
    part = facts.design.components[name]
    return {
        "name": name,
        "kind": KINDS[part.kind].title,
        "role": part.role,
        "rows": [
            {
                "name": setting.name,
                "value": str(setting.value),
                "formula": setting.text if setting.uses else "",
                "origin": "given" if setting.given else "default",
                "help": setting.spec.help,
            }
            for setting in facts.settings[name].values()
            if setting.value is not None
        ],
        "absent": [
            f"{setting.name} ({setting.spec.help})"
            for setting in facts.settings[name].values()
            if setting.value is None
        ],
    }


def evidence(facts: Facts, book: Book, plan: Plan) -> View:
    """One run: the claim, with what it was run, what came out; or why it did not run."""
    experiment = plan.experiment
    view: View = {
        "component": plan.component,
        "title": experiment.title,
        "claim": experiment.claim,
        "problem": book.problem(plan),
    }
    result = book.result(plan)
    if result is None:
        origins = plan.origins
        return view | {
            "params": [
                {"name": name, "value": value, "origin": origins[name]}
                for name, value in plan.given.items()
            ]
        }
    metrics = {metric.name: metric for metric in experiment.metrics}
    return view | {
        "source": experiment.source,
        "revision": experiment.revision,
        "verdict": result.verdict,
        "note": result.note,
        "scale": result.scale,
        "seed": result.seed,
        "params": [
            {
                "name": param.name,
                "value": _param(result.params[param.name], param.unit, facts),
                "origin": plan.origins[param.name],
            }
            for param in experiment.parameters
        ],
        "metrics": [_metric(metrics[name], value, facts) for name, value in result.metrics.items()],
        "command": lab_command(result),
    }


def _metric(metric: Metric, value: float, facts: Facts) -> View:
    return {
        "title": metric.title,
        "name": metric.name,
        "value": str(in_quantities(value, metric.unit, facts.design.nouns)),
        "better": _BETTER[metric.less_is_better],
    }


def _param(value: float | str, unit: str, facts: Facts) -> str:
    if isinstance(value, float):
        return str(in_quantities(value, unit, facts.design.nouns))
    return f"{value} {unit}".strip()


def lab_command(result: Evidence) -> str:
    """The command that runs it again by itself."""
    words = ["sdcli", "lab", "run", result.experiment]
    for name, value in result.params.items():
        words += [f"--{name.replace('_', '-')}", str(value)]
    return shlex.join([*words, "--seed", str(result.seed)])


def decisions(design: Design, found: list[Gate]) -> View:
    """Each decision with its options, and its comparisons evaluated."""
    return {
        "rows": [
            {
                "id": part.id,
                "context": part.context,
                "options": part.options,
                "choice": part.choice,
                "because": part.because,
                "consequence": part.consequence,
                "gates": [_gate(gate) for gate in found if gate.decision.id == part.id],
            }
            for part in design.decisions
        ]
    }


def _gate(gate: Gate) -> View:
    title, answers = _GATES[gate.field]
    return {
        "title": Safe(title),
        "text": gate.text,
        "answer": "not measured" if gate.holds is None else answers[gate.holds],
        "shown": gate.shown,
    }


def risks(design: Design) -> View:
    """Each risk."""
    return {"rows": [{"id": part.id, "text": part.text} for part in design.risks]}


def discussion(design: Design) -> View:
    """Each topic of the discussion."""
    return {"rows": [{"topic": part.topic, "text": part.text} for part in design.discussion]}
