"""Runs an experiment with a design's own parameters in the middle of an interview."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdcli.cli.watching import results, run_watched, show_picture
from sdcli.core.chance import SEED
from sdcli.core.errors import InputError, SdcliError
from sdcli.interview.lines import counted_in, read_prediction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from sdcli.experiments import Experiment
    from sdcli.interview import Event, Machine, RunExperiment
    from sdcli.interview.terms import Terms


def question_of(wanted: RunExperiment) -> tuple[str, str]:
    """What is to be predicted, in the experiment's words for these parameters, and an example.

    Parameters that the experiment refuses do not end the interview: the text says so.
    """
    from sdcli.experiments import get

    experiment = get(wanted.experiment)
    predict = experiment.predict
    try:
        params = _bound(experiment, wanted)
    except SdcliError as error:
        return (
            f"{wanted.experiment} cannot run on {wanted.component}: {error}, given {error.given}."
            f" Change it with /edit {wanted.component}, or move on."
        ), ""
    if predict is None:
        return experiment.claim, ""
    return f"{predict.question(params)} ({predict.within} counts as right)", predict.example


def misread(terms: Terms, wanted: RunExperiment, text: str) -> InputError | None:
    """Why a prediction cannot be set beside what the run measures; None where it can."""
    from sdcli.experiments import get

    experiment = get(wanted.experiment)
    if experiment.predict is None:
        return None
    try:
        predicted = read_prediction(terms, text)
    except InputError as error:
        error.expected = f"{experiment.predict.example}; an empty line runs it without one"
        return error
    unit = _unit(experiment)
    if counted_in(predicted, unit) is not None:
        return None
    return InputError(
        f"what is measured is a number{f' in {unit}' if unit else ''}",
        given=f"{text}\n{predicted.kind}",
        expected=f"{experiment.predict.example}; an empty line runs it without one",
    )


def run_for_design(
    machine: Machine, wanted: RunExperiment, screen: Console, say: Callable[[str], None]
) -> Sequence[Event]:
    """Run it, show what it found, tell the machine; the events to keep.

    An experiment that cannot run with these parameters is skipped with the reason: the
    interview goes on.
    """
    from sdcli.experiments import get

    if not wanted.experiment:
        return machine.ran({}, "skipped", "the design no longer has this part").events
    try:
        experiment = get(wanted.experiment)
        params = _bound(experiment, wanted)
    except SdcliError as error:
        say(f"It cannot run: {error}")
        return machine.ran({}, "skipped", str(error)).events
    # The clock of the interview runs: nothing is shown for its own sake, the picture says it all.
    result, picture = run_watched(experiment, params, SEED, speed=0)
    predict = experiment.predict
    is_close = None
    is_scaled = predict is not None and predict.metric in result.not_carried
    unit = _unit(experiment)
    guess = None if wanted.predicted is None else counted_in(wanted.predicted, unit)
    if predict and guess is not None and not is_scaled:
        is_close = predict.is_close(guess, result)
    reply = machine.ran(
        result.metrics,
        result.verdict,
        result.note,
        metric=predict.metric if predict else "",
        is_close=is_close,
        within=predict.within if predict else "",
        explain=predict.explain(params, result) if predict else "",
        unit=unit,
    )
    if picture:
        show_picture(screen, picture)
    if not experiment.pictured:
        screen.print()
        screen.print(results(experiment, result))
    if is_scaled:
        say(f"The run was scaled, {result.scale}. So no prediction is judged by it.")
    for paragraph in reply.say:
        say(paragraph)
    return reply.events


def _unit(experiment: Experiment[Any]) -> str:
    """The unit of what is predicted."""
    predict = experiment.predict
    metric = experiment.metric(predict.metric) if predict else None
    return metric.unit if metric else ""


def _bound(experiment: Experiment[Any], wanted: RunExperiment) -> Any:
    """The parameters of the component that the experiment declares."""
    declared = {param.name for param in experiment.parameters}
    return experiment.bind({k: v for k, v in wanted.params.items() if k in declared})
