"""The interview without a screen, a clock or a disk: answers go in, prompts and events come out.

    machine = Machine(scenario, events=stored)      # nothing stored: from the start
    while not isinstance(machine.current, Finished):
        match machine.current:
            case Prompt(): reply = machine.answer(typed, seconds)
            case RunExperiment(): reply = machine.ran(metrics, verdict, ...)
        store(reply.events)                         # before anything is shown
        show(reply)

The machine keeps the events that it has handed out; its state is their fold, so a machine
made from stored events stands exactly where the one stood that made them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unicodedata import category

from sdcli.core.errors import InputError, SdcliError
from sdcli.core.suggest import did_you_mean
from sdcli.interview.commands import as_meant, read_command
from sdcli.interview.design_of import design_of
from sdcli.interview.edits import edited, read_edit
from sdcli.interview.effects import Current, Finished, Prompt, Reply, RunExperiment
from sdcli.interview.events import (
    VERDICTS,
    Accepted,
    Answered,
    Edited,
    Hinted,
    Judged,
    Ran,
    WentBack,
)
from sdcli.interview.fold import apply, fold, standing
from sdcli.interview.lines import check_length, check_line, counted_in, read_prediction
from sdcli.interview.offers import offers
from sdcli.interview.prompts import prompt
from sdcli.interview.remarks import (
    accept_choice,
    after_answer,
    after_run,
    changed_numbers,
    hint,
    model_answer,
)
from sdcli.interview.report import Report, compose
from sdcli.interview.steps import MINUTES_DEFAULT, Mode, Step, checked_choice
from sdcli.interview.terms import Terms
from sdcli.interview.topics import experiment
from sdcli.interview.transitions import Phase, phase_at
from sdcli.interview.written import answers_text, asked_items

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sdcli.content import Scenario
    from sdcli.content.levels import Level
    from sdcli.design import Design
    from sdcli.interview.against import Against
    from sdcli.interview.events import Event
    from sdcli.interview.state import State
    from sdcli.interview.steps import Pace
    from sdcli.scoring import Score


class Machine:
    """One interview.

    Args:
        scenario: the question.
        mode: study has hints and model answers and no timer.
        level: which rubric items are asked.
        minutes: the length that the budgets are scaled to.
        only_step: practise this step alone.
        events: what was stored of it so far.

    Raises:
        InputError: a mode, level or length that does not exist.

    Invariants:
        1. `state` equals `fold(terms, events)`.
        2. A refused answer changes nothing: no event, the same state.
        3. `answer` never raises an SdcliError; it is in the reply.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        mode: Mode = "interview",
        level: Level = "mid",
        minutes: float = MINUTES_DEFAULT,
        only_step: Step | str | None = None,
        events: Iterable[Event] = (),
    ) -> None:
        step = None if only_step is None else Step.of(only_step)
        self.terms = Terms(scenario, mode, level, minutes, step)
        self._events = list(events)
        self._state = fold(self.terms, self._events)
        self._current: Current | None = None

    @property
    def state(self) -> State:
        """Where the interview stands; the fold of `events`."""
        return self._state

    @property
    def events(self) -> tuple[Event, ...]:
        """Everything that happened, in order."""
        return tuple(self._events)

    @property
    def current(self) -> Current:
        """What is to be done next."""
        if self._current is None:
            self._current = self._next()
        return self._current

    def answer(self, text: str, seconds: float = 0.0) -> Reply:
        """Take an answer, a line or a command at the open prompt.

        Args:
            text: as typed; of a text of several lines all of them.
            seconds: the person's time since the last reply that had events.
        """
        typed = _clean(text).strip()
        spent = _whole_seconds(seconds)
        try:
            check_length(typed)
            command = read_command(typed)
            if command:
                return self._command(*command, spent)
            return self._answer(as_meant(typed), spent)
        except SdcliError as error:
            return Reply(error=error)

    def ran(
        self,
        metrics: Mapping[str, float],
        verdict: str,
        note: str = "",
        *,
        metric: str = "",
        is_close: bool | None = None,
        within: str = "",
        explain: str = "",
        unit: str = "",
    ) -> Reply:
        """Take what an experiment returned.

        Args:
            metrics: what it measured, by name; empty when it could not run.
            verdict: holds, fails, or skipped when it could not run.
            note: what the numbers say, or why it could not run.
            metric: the metric that answers the prediction.
            is_close: whether the prediction was near enough; None when there was none.
            within: what near enough is: "within 20 %".
            explain: why the number is what it is.
            unit: of that metric; empty for a plain number.
        """
        if not isinstance(self.current, RunExperiment):
            return Reply(error=InputError("no experiment is due here", where=self._state.at))
        run = self.current
        event = Ran(
            at=self._state.at,
            component=run.component,
            experiment=run.experiment,
            params={name: _plain(value) for name, value in run.params.items()},
            metrics=dict(metrics),
            verdict=verdict,
            note=note,
            metric=metric,
            is_close=is_close,
            within=within,
            explain=explain,
            unit=unit,
        )
        self._take(event)
        predicted = None if run.predicted is None else counted_in(run.predicted, unit)
        return Reply(after_run(event, predicted), (event,))

    def design(self) -> Design:
        """The design that the answers so far describe."""
        return design_of(self.terms, self._state)

    def answers_text(self) -> dict[Step, str]:
        """What the person wrote, by step: the text that is scored."""
        return answers_text(self.terms, self._state)

    def judge(self, item: str, verdict: str, why: str = "") -> Reply:
        """Keep the person's own verdict on a rubric item, beside the tool's.

        Args:
            item: the id of an item that the level asks for.
            verdict: a state, like explained; empty takes the verdict back.
            why: the person's reason, for whoever mends the rubric.
        """
        known = list(self.terms.items)
        if item not in known:
            error = InputError(
                "no such point is asked for here",
                given=item,
                expected=f"an id from the report, like {known[0]}",
                fix=did_you_mean(item, known),
            )
            return Reply(error=error)
        try:
            if verdict:
                checked_choice("verdict", verdict, VERDICTS)
        except InputError as refused:
            return Reply(error=refused)
        event = Judged(self._state.at, item, verdict, _clean(why).strip())
        self._take(event)
        return Reply((), (event,))

    def score(self) -> Score:
        """The score of what was written; only what was asked counts.

        The person's own verdicts stand beside the tool's and change none of its numbers.
        """
        from sdcli.scoring import WrittenAnswer, score

        found = score(
            self.terms.scenario,
            WrittenAnswer.of({step.value: text for step, text in self.answers_text().items()}),
            level=self.terms.level,
            asked=asked_items(self.terms, self._state),
        )
        return found.beside(dict(self._state.verdicts))

    def report(self, before: Against | None = None) -> Report:
        """The report on the interview so far, with what an earlier attempt came to."""
        spent = {step: self.spent(step) for step in self.terms.steps}
        return compose(self.terms, self._state, self.score(), spent, before)

    def spent(self, step: Step) -> float:
        """The seconds that the person spent in a step, answers taken back included."""
        found = ((phase_at(event.at), event) for event in self._events)
        return sum(
            getattr(event, "seconds", 0.0)
            for place, event in found
            if place and place[0].step is step
        )

    def budget(self, step: Step) -> float:
        """The seconds that a step should take."""
        return self.terms.budget(step)

    def pace(self, step: Step, extra: float = 0.0) -> Pace:
        """How a step stands, with `extra` seconds at the open prompt; study runs no clock."""
        return self.terms.pace(step, self.spent(step) + extra)

    def _next(self) -> Current:
        state = self._state
        if state.is_finished:
            return Finished()
        if state.phase is Phase.RUN:
            run = experiment(self.terms, state, state.topic)
            if run:
                text = state.text(Phase.PREDICT.at(state.topic))
                predicted = read_prediction(self.terms, text) if text else None
                return replace(run, predicted=predicted)
            return RunExperiment(state.topic, "", "", {})
        return prompt(self.terms, state)

    def _answer(self, text: str, seconds: float) -> Reply:
        if not isinstance(self.current, Prompt):
            is_over = isinstance(self.current, Finished)
            what = "the interview is over" if is_over else "an experiment has to run first"
            raise InputError(what, expected="/back, to change the last answer")
        if text:
            check_line(self.terms, self._state, text)
        before = self._state
        event = Answered(before.at, text, seconds)
        self._take(event)
        return Reply(after_answer(self.terms, before, self._state, event), (event,))

    def _command(self, name: str, rest: str, seconds: float) -> Reply:
        match name:
            case "accept":
                return self._accept(rest, seconds)
            case "back":
                return self._back(seconds)
            case "edit":
                return self._edit(rest, seconds)
            case "hint":
                said, level = hint(self.terms, self._state)
                event = Hinted(self._state.at, level, seconds)
                self._take(event)
                return Reply((said,), (event,))
            case "model":
                return Reply((model_answer(self.terms, self._state, rest),))
            case _:
                raise InputError(f"/{name} belongs to the terminal; nothing was changed")

    def _accept(self, wanted: str, seconds: float) -> Reply:
        before = self._state
        chosen = accept_choice(offers(self.terms, before), wanted)
        event = Accepted(before.at, tuple(offer.line for offer in chosen), seconds)
        self._take(event)
        return Reply(after_answer(self.terms, before, self._state, event), (event,))

    def _back(self, seconds: float) -> Reply:
        kept, _ = standing(self._events)
        if not any(isinstance(event, (Answered, Accepted)) for event in kept):
            raise InputError("there is no answer to go back to")
        event = WentBack(self._state.at, seconds)
        before = self._state
        self._take(event)
        said = changed_numbers(self.terms, before, self._state)
        return Reply(said, (event,))

    def _edit(self, rest: str, seconds: float) -> Reply:
        before = self._state
        name, text = read_edit(rest)
        edited(self.terms, before, name, text)
        event = Edited(before.at, name, text, seconds)
        self._take(event)
        said = changed_numbers(self.terms, before, self._state)
        return Reply(said or (f"{name} is changed.",), (event,))

    def _take(self, event: Event) -> None:
        self._events.append(event)
        if isinstance(event, WentBack):
            self._state = fold(self.terms, self._events)
        else:
            self._state = apply(self.terms, self._state, event)
        self._current = None


def _clean(text: str) -> str:
    """A text that files and databases can hold: no lone surrogates, no control characters."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        letter for letter in whole if letter in "\n\t" or category(letter) not in ("Cc", "Cs")
    )


def _whole_seconds(seconds: float) -> float:
    """Seconds to the millisecond; what is no length of time counts as none."""
    return round(seconds, 3) if 0 < seconds < float("inf") else 0.0


def _plain(value: Any) -> Any:
    """A parameter as JSON has it; a quantity as it displays."""
    return value if isinstance(value, (bool, int, float, str)) else str(value)
