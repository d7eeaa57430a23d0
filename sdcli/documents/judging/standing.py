"""How a design stands: all its verdicts counted, and what is not well, the worst first.

The order is what a reader must know first: a requirement that is missed, by how much it is
missed; a part that is asked for more than it can do; a run whose claim does not hold; a decision
or a failure that the numbers speak against; then what is not sure, then what nothing measures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sdcli.documents.figures.capacity import uses
from sdcli.documents.figures.latency import RISKY, timings
from sdcli.documents.judging.survivals import survivals
from sdcli.documents.judging.verdicts import gates, verdicts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.documents.evidence.book import Book
    from sdcli.documents.evidence.plan import Plan
    from sdcli.documents.facts import Facts
    from sdcli.documents.judging.survivals import Survival
    from sdcli.documents.judging.verdicts import Gate, Verdict

Of = Literal["requirements", "components", "flows", "evidence", "decisions", "revisits", "failures"]

# What may be said of one thing, the worst first.
UNMET = "is unmet"
OVERLOADED = "is overloaded"
TOO_SLOW = "is over its budget"
FAILS = "does not hold"
UNCONFIRMED = "is not confirmed"
NOT_SURVIVED = "is not survived"
NOT_RUN = "did not run"
AT_RISK = "is at risk"
DUE = "is due for a new look"
UNMEASURED = "is unmeasured"
_WORST_FIRST = (
    *(UNMET, OVERLOADED, TOO_SLOW, FAILS, UNCONFIRMED, NOT_SURVIVED),
    *(NOT_RUN, AT_RISK, DUE, UNMEASURED),
)

# What may be said of one thing that is well.
MET, CARRIES, IN_TIME, HOLDS, WORKED_OUT, CONFIRMED, NOT_DUE, SURVIVED = (
    "is met",
    "carries its load",
    "is within its budget",
    "holds",
    "is worked out",
    "is confirmed",
    "is not due",
    "is survived",
)


@dataclass(frozen=True)
class Said:
    """What the numbers say of one thing.

    Args:
        of: the part of the design.
        what: its id, or its component and run.
        title: what that is, in the design's words; empty for a run.
        word: one of the words above.
        asked: what it must be, as the design says it; empty for a run.
        because: the numbers, or why there are none.
        miss: of an unmet requirement or an overloaded part, by which factor.
    """

    of: Of
    what: str
    word: str
    title: str = ""
    asked: str = ""
    because: str = ""
    miss: float = 1.0

    @property
    def is_open(self) -> bool:
        """Whether somebody should look at it."""
        return self.word in _WORST_FIRST


@dataclass(frozen=True)
class Standing:
    """Everything that was said, in the order of the design."""

    said: tuple[Said, ...]

    def count(self, of: Of, word: str) -> int:
        """Of how many that word was said."""
        return sum(one.of == of and one.word == word for one in self.said)

    @property
    def open(self) -> list[Said]:
        """What somebody should look at, the worst first."""
        found = [one for one in self.said if one.is_open]
        return sorted(found, key=lambda one: (_WORST_FIRST.index(one.word), -one.miss))


BRIM = 1 + 1e-9  # ten of ten are not too many, whatever the last bit says


def standing(facts: Facts, book: Book) -> Standing:
    """How a design stands; runs what its requirements and decisions rest on, and its evidence."""
    return Standing(tuple(_everything(facts, book)))


def _everything(facts: Facts, book: Book) -> Iterator[Said]:
    for verdict in verdicts(facts, book):
        yield _requirement(verdict)
    yield from _loads(facts)
    yield from _times(facts)
    for plan in book.plans.values():
        yield _evidence(book, plan)
    for gate in gates(facts, book):
        yield _decision(gate)
    for survival in survivals(facts, book):
        yield _failure(survival)


def _requirement(verdict: Verdict) -> Said:
    quality = verdict.quality
    word = {"met": MET, "unmet": UNMET, "at-risk": AT_RISK, "unmeasured": UNMEASURED}[verdict.word]
    asked = f"{quality.op} {quality.target}" if quality.metric else ""
    because = f"{verdict.shown} measured" if verdict.shown else verdict.reason
    title = quality.text.removesuffix(".") or verdict.found.title or quality.metric
    return Said("requirements", quality.id, word, title, asked, because, _miss(verdict))


def _miss(verdict: Verdict) -> float:
    """By which factor a target is missed, to nine digits; infinite where one of the two is zero."""
    if verdict.word != "unmet" or verdict.measured is None or verdict.target is None:
        return 1.0
    had, asked = abs(verdict.measured.value), abs(verdict.target.value)
    if not had or not asked:
        return math.inf
    return float(f"{max(had / asked, asked / had):.9g}")


def _loads(facts: Facts) -> Iterator[Said]:
    """Each component whose load and capacity are known."""
    for name, use in uses(facts).items():
        share = use.utilisation
        if share is None:
            continue
        arrive = f"{use.load.value} arrive, {use.all} is what it serves"
        if share.value > BRIM:
            miss = float(f"{share.value:.9g}")
            yield Said("components", name, OVERLOADED, because=arrive, miss=miss)
        elif share.high > BRIM:
            yield Said("components", name, AT_RISK, because=arrive)
        else:
            yield Said("components", name, CARRIES)


def _times(facts: Facts) -> Iterator[Said]:
    """Each flow with a budget of which enough is known.

    It is too slow when the way that serves first is, and at risk when the longest way is, or
    either of them at its high end.
    """
    for one in timings(facts):
        if one.budget is None:
            continue
        first, longest = one.first.sum, one.longest.sum
        if first is not None and first > one.budget:
            yield Said("flows", one.flow, TOO_SLOW, because=f"{first} of {one.budget}")
        elif longest is not None and longest > one.budget:
            because = f"{longest} of {one.budget} on its longest way"
            yield Said("flows", one.flow, AT_RISK, because=because)
        elif RISKY in (one.judged(one.first), one.judged(one.longest)):
            whole = first if one.judged(one.first) == RISKY else longest
            yield Said("flows", one.flow, AT_RISK, because=f"{whole} of {one.budget}")
        elif first is not None and not one.first.missing:
            yield Said("flows", one.flow, IN_TIME)


def _evidence(book: Book, plan: Plan) -> Said:
    what = f"{plan.name} of {plan.component}"
    result = book.result(plan)
    if result is None:
        return Said("evidence", what, NOT_RUN, because=book.problem(plan))
    if result.verdict != "holds":
        return Said("evidence", what, FAILS, because=result.note.removesuffix("."))
    return Said("evidence", what, HOLDS if plan.sort == "exact" else WORKED_OUT)


def _decision(gate: Gate) -> Said:
    of: Of = "decisions" if gate.field == "confirm" else "revisits"
    words = {
        "decisions": {True: CONFIRMED, False: UNCONFIRMED, None: UNMEASURED},
        "revisits": {True: DUE, False: NOT_DUE, None: UNMEASURED},
    }
    word = words[of][gate.answer.holds]
    decision = gate.decision
    return Said(of, decision.id, word, decision.choice, gate.text, gate.answer.shown)


def _failure(survival: Survival) -> Said:
    word = {True: SURVIVED, False: NOT_SURVIVED, None: UNMEASURED}[survival.answer.holds]
    failure = survival.failure
    asked = failure.survives_if
    return Said("failures", failure.id, word, failure.mode, asked, survival.answer.shown)
