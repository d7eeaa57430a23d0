"""What the numbers say about the requirements and about the decisions.

A requirement is met or unmet by its number. A range that meets its target with its median but
not with its whole 90 % interval is at risk. Without a number it is unmeasured, and says why; a
number of a run at a smaller scale that does not carry over is none.
A decision's `confirm` must hold; `revisit_when` must not, yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sdcli.documents.judging.metrics import Found, of_comparison, of_requirement
from sdcli.units import holds, parse, quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.core.errors import Fault
    from sdcli.design import Decision, Quality
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.units import Quantity

Word = Literal["met", "unmet", "at-risk", "unmeasured"]


@dataclass(frozen=True)
class Verdict:
    """Whether one quality requirement is met.

    Args:
        quality: the requirement.
        word: met, unmet, at-risk or unmeasured.
        measured, target: the quantities compared; None where there is none.
        reason: why it is unmeasured or at risk.
        found: where the number comes from.
    """

    quality: Quality
    word: Word
    measured: Quantity | None
    target: Quantity | None
    reason: str
    found: Found

    @property
    def shown(self) -> str:
        """The measured value in the target's unit, for people; empty when there is none."""
        if self.measured is None or self.target is None:
            return ""
        unit = self.target.unit
        comparable = unit and self.measured.dimension == self.target.dimension
        return (self.measured.to(unit) if comparable and unit else self.measured).summary()

    def to_json(self) -> dict[str, Any]:
        """The row of `doc check --json`; both numbers are in the target's unit."""
        unit = "" if self.target is None else self.target.unit or ""
        return {
            "id": self.quality.id,
            "verdict": self.word,
            "measured": _number(self.measured, unit),
            "target": _number(self.target, unit),
            "op": self.quality.op or None,
            "unit": unit or None,
            "reason": self.reason,
        }


def _number(value: Quantity | None, unit: str) -> float | None:
    return None if value is None else float(f"{value.in_unit(unit):.12g}")


def verdicts(facts: Facts, book: Book) -> list[Verdict]:
    """The verdict on each quality requirement, in the order of the design."""
    return [_verdict(facts, book, quality) for quality in facts.design.requirements.quality]


def _verdict(facts: Facts, book: Book, quality: Quality) -> Verdict:
    if not quality.metric:
        return Verdict(quality, "unmeasured", None, None, "it names no metric", Found())
    target = quantity(quality.target, nouns=facts.design.nouns, env=facts.values)
    found = of_requirement(facts, book, quality.metric, quality.of)
    measured = found.value(facts, book)
    if measured is None:
        return Verdict(quality, "unmeasured", None, target, found.missing(book), found)
    if measured.dimension != target.dimension:
        reason = f"the metric is {measured.kind}, the target is {target.kind}"
        return Verdict(quality, "unmeasured", None, target, reason, found)
    word = judged(measured, quality.op, target)
    reason = "" if word != "at-risk" else f"the 90 % interval reaches past the target: {measured}"
    return Verdict(quality, word, measured, target, reason, found)


def judged(measured: Quantity, op: str, target: Quantity) -> Word:
    """Whether a number meets its target, for sure, at the median, or not.

    >>> from sdcli.units import quantity
    >>> judged(quantity("80 to 120 ms"), "<=", quantity("110 ms"))
    'at-risk'
    """
    meets = {
        "<=": measured <= target,
        "<": measured < target,
        ">=": measured >= target,
        ">": measured > target,
    }
    if not meets[op]:
        return "unmet"
    if not measured.is_range:
        return "met"
    surely = measured.high <= target.value if op[0] == "<" else measured.low >= target.value
    return "met" if surely else "at-risk"


@dataclass(frozen=True)
class Gate:
    """One comparison of a decision, evaluated.

    Args:
        decision: whose it is.
        field: confirm or revisit_when.
        holds: None when a number that it names is missing.
        shown: the numbers that it names, for people: "ring.spread is 0.073", or why there is none.
    """

    decision: Decision
    field: Literal["confirm", "revisit_when"]
    holds: bool | None
    shown: str

    @property
    def text(self) -> str:
        """The comparison as the design has it."""
        return str(getattr(self.decision, self.field))


def gate_faults(facts: Facts, book: Book) -> Iterator[Fault]:
    """What a decision's comparisons name and nothing gives."""
    for i, decision in enumerate(facts.design.decisions):
        for field in ("confirm", "revisit_when"):
            text = getattr(decision, field)
            for name in names_compared(facts, text):
                found = of_comparison(facts, book, name)
                if found.reason:
                    yield facts.tree.fault(("decisions", i, field), found.reason)


def gates(facts: Facts, book: Book) -> list[Gate]:
    """Every comparison of every decision, in the order of the design."""
    return [
        _gate(facts, book, decision, field)
        for decision in facts.design.decisions
        for field in ("confirm", "revisit_when")
        if getattr(decision, field)
    ]


def _gate(
    facts: Facts, book: Book, decision: Decision, field: Literal["confirm", "revisit_when"]
) -> Gate:
    text = getattr(decision, field)
    env = dict(facts.values)
    shown: list[str] = []
    missing = False
    for name in names_compared(facts, text):
        found = of_comparison(facts, book, name)
        value = found.value(facts, book)
        if value is None:
            missing = True
            shown.append(f"{name} has no number: {found.missing(book)}")
            continue
        env[name] = value
        shown.append(f"{name} is {value}")
    answer = None if missing else holds(text, env, nouns=facts.design.nouns)
    return Gate(decision, field, answer, ("; " if missing else ", ").join(shown))


def names_compared(facts: Facts, text: str) -> list[str]:
    """The names in a decision's comparison, dotted ones too; none in an empty one."""
    return sorted(parse(text, nouns=facts.design.nouns, names=facts.values).names) if text else []
