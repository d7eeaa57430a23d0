"""Runs an experiment with a design's own parameters in the middle of an interview."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdcli.cli.screen import styled
from sdcli.cli.watching import figure, inked, run_watched
from sdcli.core.chance import SEED
from sdcli.core.errors import SdcliError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from sdcli.experiments import Experiment
    from sdcli.interview import Event, Machine, RunExperiment


def question_of(wanted: RunExperiment) -> str:
    """What is to be predicted, in the experiment's words for these parameters.

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
        )
    if predict is None:
        return experiment.claim
    return f"{predict.question(params)} ({predict.within} counts as right)"


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
    if predict and wanted.predicted is not None and not is_scaled:
        is_close = predict.is_close(wanted.predicted, result)
    reply = machine.ran(
        result.metrics,
        result.verdict,
        result.note,
        metric=predict.metric if predict else "",
        is_close=is_close,
        within=predict.within if predict else "",
        explain=predict.explain(params, result) if predict else "",
    )
    if picture:
        screen.print(inked(picture, width=screen.width))
    for metric in () if experiment.pictured else experiment.metrics:
        shown = f"{figure(result.metrics[metric.name])} {metric.unit}".rstrip()
        screen.print(styled(f"  {metric.name:<24}{shown:>16}   {metric.title}"))
    if is_scaled:
        say(f"The run was scaled, {result.scale}. So no prediction is judged by it.")
    for paragraph in reply.say:
        say(paragraph)
    return reply.events


def _bound(experiment: Experiment[Any], wanted: RunExperiment) -> Any:
    """The parameters of the component that the experiment declares."""
    declared = {param.name for param in experiment.parameters}
    return experiment.bind({k: v for k, v in wanted.params.items() if k in declared})
