"""The rules of the interview: which prompt follows which.

Rule 1: everything that decides the order of prompts is a row of TABLE. Other modules say
what a prompt asks, what an answer means and whether a guard holds; none of them says what
comes next. The shape is that of h11's `_state.py`: rules as data, in one file.

Theory of operation. The interview is in one Phase at a time. Something happens there (On):
a line was taken, a text was given, the person left the prompt with an empty answer, an
experiment came back. The first row for that phase and that happening whose guard holds
names the next phase. Every pair that can occur has a last row without a guard, so there is
always a next phase. The interview ends because the only rows that stay in a phase take a
line that somebody typed, and follow-ups and topics are counted.

A practice of one step starts in the step's first phase and ends where the step would hand
over to the next: these are the rows guarded by ONE_STEP.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from sdcli.interview.steps import Step

if TYPE_CHECKING:
    from collections.abc import Callable


class Phase(Enum):
    """Where the interview stands. The value is the prompt's id; `*` stands for a topic."""

    QUESTIONS = "scope.questions"
    FUNCTIONAL = "scope.functional"
    QUALITY = "scope.quality"
    ASSUMPTIONS = "scope.assumptions"
    OUT_OF_SCOPE = "scope.out_of_scope"
    ESTIMATES = "high_level.estimates"
    COMPONENTS = "high_level.components"
    FLOWS = "high_level.flows"
    WALKTHROUGH = "high_level.walkthrough"
    BUY_IN = "high_level.buy_in"
    LEAD = "deep_dive.lead"
    TOPIC = "deep_dive.*"
    FOLLOW_UP = "deep_dive.*.follow_up"
    PREDICT = "deep_dive.*.predict"
    RUN = "deep_dive.*.run"
    DECISION = "deep_dive.*.decision"
    CURVEBALL = "deep_dive.curveball"
    BOTTLENECKS = "wrap_up.bottlenecks"
    FAILURE = "wrap_up.failure"
    TEN_TIMES = "wrap_up.ten_times"
    RECAP = "wrap_up.recap"
    FINISHED = "finished"

    @property
    def step(self) -> Step:
        """The step that the phase belongs to; the end belongs to the last."""
        return Step.WRAP_UP if self is Phase.FINISHED else Step(self.value.split(".")[0])

    @property
    def takes_line(self) -> bool:
        """Whether an answer is one line, else a text."""
        return self in _LISTED or self is Phase.PREDICT

    def at(self, topic: str = "") -> str:
        """The id of the prompt, with the topic's id put in."""
        return self.value.replace("*", topic)


_LISTED = frozenset(
    {
        Phase.QUESTIONS,
        Phase.ASSUMPTIONS,
        Phase.ESTIMATES,
        Phase.COMPONENTS,
        Phase.FLOWS,
        Phase.DECISION,
    }
)

FIRST = {
    Step.SCOPE: Phase.QUESTIONS,
    Step.HIGH_LEVEL: Phase.ESTIMATES,
    Step.DEEP_DIVE: Phase.TOPIC,
    Step.WRAP_UP: Phase.BOTTLENECKS,
}


class On(Enum):
    """What happened."""

    GIVEN = "answer"
    EMPTY = "empty answer"
    RAN = "experiment ran"


class Guard(Enum):
    """A condition on a row; `_move` in fold.py says when each holds."""

    ALWAYS = ""
    ONE_STEP = "only this step"
    LEADS = "the level leads"
    FOLLOW_UP = "a follow-up is due"
    RUNNABLE = "the design can run the experiment"
    TOPIC_LEFT = "a topic is left"
    TURN = "a curveball fits"


@dataclass(frozen=True)
class Row:
    """In `phase`, when `on` happens and `guard` holds, the next phase is `to`."""

    phase: Phase
    on: On
    guard: Guard
    to: Phase


def _answered(phase: Phase, *ways: tuple[Guard, Phase]) -> tuple[Row, ...]:
    """Rows of a prompt that one answer leaves, given or empty."""
    return tuple(Row(phase, on, guard, to) for on in (On.GIVEN, On.EMPTY) for guard, to in ways)


def _listed(phase: Phase, *ways: tuple[Guard, Phase]) -> tuple[Row, ...]:
    """Rows of a prompt that takes lines until an empty one."""
    return (
        Row(phase, On.GIVEN, Guard.ALWAYS, phase),
        *(Row(phase, On.EMPTY, guard, to) for guard, to in ways),
    )


_ALWAYS, _ONE_STEP = Guard.ALWAYS, Guard.ONE_STEP

TABLE: tuple[Row, ...] = (
    # Scope
    *_listed(Phase.QUESTIONS, (_ALWAYS, Phase.FUNCTIONAL)),
    *_answered(Phase.FUNCTIONAL, (_ALWAYS, Phase.QUALITY)),
    *_answered(Phase.QUALITY, (_ALWAYS, Phase.ASSUMPTIONS)),
    *_listed(Phase.ASSUMPTIONS, (_ALWAYS, Phase.OUT_OF_SCOPE)),
    *_answered(Phase.OUT_OF_SCOPE, (_ONE_STEP, Phase.FINISHED), (_ALWAYS, Phase.ESTIMATES)),
    # High-level design
    *_listed(Phase.ESTIMATES, (_ALWAYS, Phase.COMPONENTS)),
    *_listed(Phase.COMPONENTS, (_ALWAYS, Phase.FLOWS)),
    *_listed(Phase.FLOWS, (_ALWAYS, Phase.WALKTHROUGH)),
    *_answered(Phase.WALKTHROUGH, (_ALWAYS, Phase.BUY_IN)),
    *_answered(
        Phase.BUY_IN,
        (_ONE_STEP, Phase.FINISHED),
        (Guard.LEADS, Phase.LEAD),
        (_ALWAYS, Phase.TOPIC),
    ),
    # Deep dive: from senior on the person leads; once round for each topic; then a curveball
    *_answered(Phase.LEAD, (_ALWAYS, Phase.TOPIC)),
    *_answered(
        Phase.TOPIC,
        (Guard.FOLLOW_UP, Phase.FOLLOW_UP),
        (Guard.RUNNABLE, Phase.PREDICT),
        (_ALWAYS, Phase.DECISION),
    ),
    *_answered(
        Phase.FOLLOW_UP,
        (Guard.FOLLOW_UP, Phase.FOLLOW_UP),
        (Guard.RUNNABLE, Phase.PREDICT),
        (_ALWAYS, Phase.DECISION),
    ),
    *_answered(Phase.PREDICT, (Guard.RUNNABLE, Phase.RUN), (_ALWAYS, Phase.DECISION)),
    Row(Phase.RUN, On.RAN, _ALWAYS, Phase.DECISION),
    *_listed(
        Phase.DECISION,
        (Guard.TOPIC_LEFT, Phase.TOPIC),
        (Guard.TURN, Phase.CURVEBALL),
        (_ONE_STEP, Phase.FINISHED),
        (_ALWAYS, Phase.BOTTLENECKS),
    ),
    *_answered(Phase.CURVEBALL, (_ONE_STEP, Phase.FINISHED), (_ALWAYS, Phase.BOTTLENECKS)),
    # Wrap-up
    *_answered(Phase.BOTTLENECKS, (_ALWAYS, Phase.FAILURE)),
    *_answered(Phase.FAILURE, (_ALWAYS, Phase.TEN_TIMES)),
    *_answered(Phase.TEN_TIMES, (_ALWAYS, Phase.RECAP)),
    *_answered(Phase.RECAP, (_ALWAYS, Phase.FINISHED)),
)


def first(only_step: Step | None, *, leads: bool = False) -> Phase:
    """Where an interview, or the practice of one step, begins."""
    if leads and only_step is Step.DEEP_DIVE:
        return Phase.LEAD
    return FIRST[only_step or Step.SCOPE]


def follows(phase: Phase, on: On, holds: Callable[[Guard], bool]) -> Phase:
    """The phase after `phase`; where no row speaks of `on`, nothing moves.

    Guards are asked in the order of the rows, each at most once, and only until one holds.
    """
    for row in TABLE:
        if row.phase is phase and row.on is on and (row.guard is _ALWAYS or holds(row.guard)):
            return row.to
    return phase


def phase_at(at: str) -> tuple[Phase, str] | None:
    """The phase and the topic that a prompt's id names, or None when it names none.

    >>> phase_at("deep_dive.sharding.follow_up")
    (<Phase.FOLLOW_UP: 'deep_dive.*.follow_up'>, 'sharding')
    """
    for phase in Phase:
        if "*" not in phase.value and phase.value == at:
            return phase, ""
    step, *rest = at.split(".")
    if step == Step.DEEP_DIVE and rest and rest[0]:
        pattern = ".".join([step, "*", *rest[1:]])
        for phase in Phase:
            if phase.value == pattern:
                return phase, rest[0]
    return None


def diagram() -> str:
    """The table drawn as a Mermaid state diagram (`stateDiagram-v2`)."""
    names = {phase: phase.name.lower() for phase in Phase}
    arrows: dict[tuple[Phase, Phase, Guard], list[str]] = {}
    for row in TABLE:
        arrows.setdefault((row.phase, row.to, row.guard), []).append(row.on.value)
    lines = ["stateDiagram-v2"]
    lines += [
        f'    state "{phase.value}" as {name}'
        for phase, name in names.items()
        if phase is not Phase.FINISHED
    ]
    start = first(None)
    for phase in FIRST.values():
        label = "" if phase is start else f" : {_ONE_STEP.value}"
        lines.append(f"    [*] --> {names[phase]}{label}")
    for (source, target, guard), happenings in arrows.items():
        end = "[*]" if target is Phase.FINISHED else names[target]
        label = " or ".join(happenings) + (f" [{guard.value}]" if guard is not _ALWAYS else "")
        lines.append(f"    {names[source]} --> {end} : {label}")
    return "\n".join(lines) + "\n"
