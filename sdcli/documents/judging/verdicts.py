"""What the numbers say about the requirements and about the decisions.

A requirement is met or unmet by its number. What meets its target at the medians but not all
over the 90 % interval, of the number or of the target, is at risk. Without a number it is
unmeasured, and says why; a number of a run at a smaller scale that does not carry over is none.
A decision's `confirm` must hold; `revisit_when` must not, yet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sdcli.documents.evidence.measures import in_quantities
from sdcli.documents.inputs import by_id
from sdcli.documents.judging.formulas import answer
from sdcli.documents.judging.gaps import ends_of, gap_of
from sdcli.documents.judging.metrics import Found, of_requirement
from sdcli.units import parse, quantity
from sdcli.units.dimension import TIME, Dimension
from sdcli.units.table import PERCENT, UNITS

if TYPE_CHECKING:
    from sdcli.design import Decision, Quality
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs
    from sdcli.documents.judging.formulas import Answer
    from sdcli.units import Quantity

_FIELDS: tuple[Literal["confirm"], Literal["revisit_when"]] = ("confirm", "revisit_when")

_ONE_UNIT = re.compile(r"[0-9][0-9_.,]*(?P<gap> ?)(?P<unit>%|[A-Za-z]+)")  # 1 h; no formula

_TIME = Dimension.of(TIME)
_CLOSE = 1e-6  # how far a load may lie from the one asked for and be the same

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
        if self.measured.dimension != self.target.dimension:
            return self.measured.summary()
        return shown_like(self.quality.target, self.measured, self.target.unit)

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


def shown_like(target: str, measured: Quantity, unit: str | None) -> str:
    """A value as it reads beside its target, whose unit of time or percent sign it has.

    Args:
        target: as the design has it.
        measured: the value.
        unit: in which it is shown where the target is a formula, or in another kind of unit.

    >>> shown_like("1 h", quantity("102.3 min"), "hour"), shown_like("1 %", quantity("0.0038"), "%")
    ('1.705 h', '0.38 %')
    """
    written = _ONE_UNIT.fullmatch(target.strip())
    known = UNITS.get(written["unit"]) if written else None
    if written and known and (known is PERCENT or known.dimension == _TIME):
        text = measured.to(known.symbol).summary()
        symbol = known.symbol if known is PERCENT else f" {known.symbol}"
        return text.replace(symbol, written["gap"] + written["unit"], 1)
    return (measured.to(unit) if unit else measured).summary()


def _number(value: Quantity | None, unit: str) -> float | None:
    return None if value is None else float(f"{value.in_unit(unit):.12g}")


def verdicts(facts: Facts, book: Book) -> list[Verdict]:
    """The verdict on each quality requirement, in the order of the design."""
    return [_verdict(facts, book, quality) for quality in facts.design.requirements.quality]


def inputs_of_quality(facts: Facts, book: Book) -> Inputs:
    """What the quality requirements and the verdicts on them rest on."""
    asked = facts.design.requirements.quality
    found = by_id("requirements.quality", asked)
    names: list[str] = []  # read together, for each may rest on all that another rests on
    for metric, of in dict.fromkeys((one.metric, one.of) for one in asked if one.metric):
        number = of_requirement(facts, book, metric, of)
        if number.estimate:
            names.append(number.estimate)
        else:
            found |= number.inputs(facts)
    texts = dict.fromkeys(text for one in asked for text in (one.target, one.load, one.window))
    names += [name for text in texts for name in facts.names_in(text)]
    return found | facts.behind(names)


def _verdict(facts: Facts, book: Book, quality: Quality) -> Verdict:
    if not quality.metric:
        return Verdict(quality, "unmeasured", None, None, "it names no metric", Found())
    target = _target(facts, quality)
    found = of_requirement(facts, book, quality.metric, quality.of)
    measured = found.value(facts, book)
    if measured is None:
        return Verdict(quality, "unmeasured", None, target, found.missing(book), found)
    if measured.dimension != target.dimension:
        reason = f"the metric is {measured.kind}, the target is {target.kind}"
        return Verdict(quality, "unmeasured", None, target, reason, found)
    other = _other_conditions(facts, quality, found)
    if other:
        return Verdict(quality, "unmeasured", None, target, other, found)
    measure = found.measure(book)
    ends = None
    if measure and measure.low is not None and measure.high is not None:
        ends = (
            in_quantities(measure.low, measure.unit, facts.design.nouns),
            in_quantities(measure.high, measure.unit, facts.design.nouns),
        )
    word = judged(measured, quality.op, target, ends)
    reason = _risk(measured, target, ends) if word == "at-risk" else ""
    open_end = found.open_end(book)
    if open_end and word in ("met", "at-risk"):
        word, reason = "at-risk", open_end
    return Verdict(quality, word, measured, target, reason, found)


def _target(facts: Facts, quality: Quality) -> Quantity:
    """The target; a range that is written in it is its own, whoever else writes the same."""
    names = facts.values
    expression = parse(quality.target, nouns=facts.design.nouns, names=names)
    return expression.evaluate(names, source=f"requirements.quality.{quality.id}.target")


def _risk(measured: Quantity, target: Quantity, ends: tuple[Quantity, Quantity] | None) -> str:
    """Why a requirement is at risk."""
    interval = str(measured) if ends is None else f"{ends[0]} to {ends[1]}"
    if target.is_range:
        return f"the 90 % intervals overlap: {interval} measured, {target} is the target"
    return f"the 90 % interval reaches past the target: {interval}"


def _other_conditions(facts: Facts, quality: Quality, found: Found) -> str:
    """Why a number says nothing on a requirement: it was got for less load, or another window."""
    if found.plan is None:
        return ""
    for asked, had, more_is_fine in (
        (quality.load, found.plan.load, True),
        (quality.window, found.plan.window, False),
    ):
        if not asked or had is None:
            continue
        wanted = quantity(asked, nouns=facts.design.nouns, env=facts.values)
        if wanted.dimension != had.dimension:
            return f"it was worked out for {had}, the requirement is for {wanted}"
        least, most = wanted.value * (1 - _CLOSE), wanted.value * (1 + _CLOSE)
        if had.value < least or (had.value > most and not more_is_fine):
            return f"it was worked out for {had}, the requirement is for {wanted}"
    return ""


def judged(
    measured: Quantity, op: str, target: Quantity, ends: tuple[Quantity, Quantity] | None = None
) -> Word:
    """Whether a number meets its target, for sure, at the median, or not.

    Args:
        measured: the number; of a range, its median decides between met and unmet.
        op: how it must lie.
        target: to what; of a range, too.
        ends: of its 90 % interval, where `measured` does not know them.

    >>> from sdcli.units import quantity
    >>> judged(quantity("80 to 120 ms"), "<=", quantity("110 ms"))
    'at-risk'
    >>> judged(quantity("120 ms"), "<=", quantity("100 to 200 ms"))
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
    if ends is None:
        gap = gap_of(ends_of(measured), ends_of(target), lambda: measured - target)
    else:
        gap = gap_of((ends[0].value, ends[1].value), ends_of(target), lambda: None)
    return "met" if gap.surely(op) else "at-risk"


@dataclass(frozen=True)
class Gate:
    """One comparison of a decision, evaluated.

    Args:
        decision: whose it is.
        field: confirm or revisit_when.
        answer: what it came to.
    """

    decision: Decision
    field: Literal["confirm", "revisit_when"]
    answer: Answer

    @property
    def text(self) -> str:
        """The comparison as the design has it."""
        return str(getattr(self.decision, self.field))


def gates(facts: Facts, book: Book) -> list[Gate]:
    """Every comparison of every decision, in the order of the design."""
    return [
        Gate(decision, field, answer(facts, book, getattr(decision, field)))
        for decision in facts.design.decisions
        for field in _FIELDS
        if getattr(decision, field)
    ]
