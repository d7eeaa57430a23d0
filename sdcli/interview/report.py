"""The report: what was covered, in the person's own words, and what was missed and why it matters.

Composed from the state and the score; nothing here prints or judges. Every number in it is
the person's or the scorer's.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sdcli.interview.lines import counted_in, read_prediction
from sdcli.interview.remarks import model_answers
from sdcli.interview.transitions import Phase
from sdcli.interview.written import answers_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdcli.interview.against import Against
    from sdcli.interview.state import State
    from sdcli.interview.steps import Pace, Step
    from sdcli.interview.terms import Terms
    from sdcli.scoring import Graded, NumberCheck, Score


@dataclass(frozen=True)
class StepReport:
    """One step: its score, its time, and the own text beside the model's.

    Args:
        score: 0 to 100, or None when the step was not assessed.
        seconds: what the person spent; budget: what it should take (None in study mode).
        covered: items that are explained or better, with the quote that shows it.
        missed: items that were asked and are not, those first that lose most.
        own: what the person wrote; empty when nothing.
        model: the model answer; of the deep dive none, its topics have their own.
    """

    step: Step
    title: str
    score: float | None
    seconds: float
    budget: float | None
    pace: Pace
    covered: tuple[Graded, ...]
    missed: tuple[Graded, ...]
    own: str
    model: str


@dataclass(frozen=True)
class TopicReport:
    """One deep dive: the own text beside the model's."""

    topic: str
    title: str
    own: str
    model: str


@dataclass(frozen=True)
class Prediction:
    """A prediction beside what the run gave; None where there is no number."""

    topic: str
    component: str
    experiment: str
    metric: str
    predicted: float | None
    measured: float | None
    is_close: bool | None
    within: str
    verdict: str
    note: str
    unit: str = ""


@dataclass(frozen=True)
class Report:
    """One interview, looked back on.

    Args:
        matched: whether the text could be matched to the question at all.
        asked, covered: how many rubric items were asked, and how many of them explained.
        typed, accepted: lines of the design, by where they came from.
        hints: the highest hint taken, by step or topic.
        requirements, out_of_scope: the model's, to set beside the person's own.
        gaps: the asked items that lose points, those first that lose most; an item that is
            explained and not justified is one too.
        numbers: the sums and estimates of the text, checked.
        yours, your_score: the person's own verdicts by item, and the score by them.
        against: the last attempt at the same question, or None.
    """

    scenario: str
    title: str
    mode: str
    level: str
    is_finished: bool
    matched: bool
    score: float | None
    band: str
    axes: dict[str, float | None]
    asked: int
    covered: int
    steps: tuple[StepReport, ...]
    topics: tuple[TopicReport, ...]
    predictions: tuple[Prediction, ...]
    typed: int
    accepted: int
    hints: dict[str, int]
    requirements: dict[str, tuple[str, ...]]
    out_of_scope: tuple[str, ...]
    gaps: tuple[Graded, ...]
    numbers: tuple[NumberCheck, ...]
    yours: dict[str, str]
    your_score: float | None
    against: Against | None

    def to_json(self) -> dict[str, Any]:
        """The report as plain data for `--json`."""
        return {**asdict(self), "gaps": [item.id for item in self.gaps]}


def compose(
    terms: Terms,
    state: State,
    score: Score,
    spent: Mapping[Step, float],
    before: Against | None = None,
) -> Report:
    """The report of a state with its score over what was asked, and the seconds of each step."""
    entries = tuple(state.entries)
    steps = tuple(_step(terms, state, score, step, spent[step]) for step in terms.steps)
    scenario = terms.scenario
    return Report(
        scenario=scenario.id,
        title=scenario.title,
        mode=terms.mode,
        level=terms.level,
        is_finished=state.is_finished,
        matched=bool(score.matched),
        score=score.score,
        band=str(score.band),
        axes=dict(score.axes),
        asked=len(score.items),
        covered=sum(len(step.covered) for step in steps),
        steps=steps,
        topics=tuple(
            TopicReport(
                topic=name,
                title=scenario.topic(name).title,
                own="\n".join(
                    text
                    for text in (state.topic_text(name), *state.texts(Phase.DECISION.at(name)))
                    if text
                ),
                model=scenario.topic(name).model,
            )
            for name in state.topics
        ),
        predictions=tuple(_predictions(terms, state)),
        typed=sum(entry.origin == "typed" for entry in entries),
        accepted=sum(entry.origin == "accepted" for entry in entries),
        hints=dict(state.hints),
        requirements={
            "functional": tuple(scenario.requirements.functional),
            "quality": tuple(scenario.requirements.quality),
        },
        out_of_scope=tuple(scenario.out_of_scope),
        gaps=score.gaps,
        numbers=score.numbers,
        yours={item: verdict.value for item, verdict in score.yours.items()},
        your_score=score.your_score,
        against=before,
    )


def _step(
    terms: Terms,
    state: State,
    score: Score,
    step: Step,
    seconds: float,
) -> StepReport:
    mine = [item for item in score.items if item.step == step]
    covered = tuple(item for item in mine if item.state.value in ("explained", "justified"))
    missed = tuple(item for item in score.gaps if item.step == step and item not in covered)
    return StepReport(
        step=step,
        title=step.heading,
        score=score.steps.get(step.value),
        seconds=seconds,
        budget=None if terms.is_study else terms.budget(step),
        pace=terms.pace(step, seconds),
        covered=covered,
        missed=missed,
        own=answers_text(terms, state)[step],
        model=model_answers(terms, state).get(step.value, ""),
    )


def _predictions(terms: Terms, state: State) -> list[Prediction]:
    found = []
    for run in state.runs:
        topic = run.at.split(".")[1]
        text = state.text(Phase.PREDICT.at(topic))
        found.append(
            Prediction(
                topic=topic,
                component=run.component,
                experiment=run.experiment,
                metric=run.metric,
                predicted=counted_in(read_prediction(terms, text), run.unit) if text else None,
                measured=run.metrics.get(run.metric),
                is_close=run.is_close,
                within=run.within,
                verdict=run.verdict,
                note=run.note,
                unit=run.unit,
            )
        )
    return found
