"""What the machine hands out: something to ask, something to run, and what it says in between.

The machine does none of it. `cli` asks, runs and prints, then tells the machine what came.
All text is plain; whoever shows it escapes it for its own medium.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdcli.core.errors import SdcliError
    from sdcli.interview.events import Event
    from sdcli.interview.steps import Step
    from sdcli.units import Quantity


@dataclass(frozen=True)
class Offer:
    """A line of the scenario that the person may take over with `/accept NAME`.

    `shown` is the line for people: an estimate has its value beside it, computed from the
    person's own numbers, and in study mode a component or a flow what it is there for.
    """

    name: str
    line: str
    shown: str


@dataclass(frozen=True)
class RunExperiment:
    """Run an experiment with the parameters of a component, then call `Machine.ran`.

    `params` are those that the component gives or its kind has by default: whole numbers,
    words and quantities, by name. The experiment takes those that it declares. `predicted` is
    what the person expects; None when nothing was said.
    """

    topic: str
    component: str
    experiment: str
    params: Mapping[str, Any]
    predicted: Quantity | None = None


@dataclass(frozen=True)
class Finished:
    """Nothing is left to ask."""


@dataclass(frozen=True)
class Prompt:
    """Something to ask.

    Args:
        at: the prompt's id; follow-ups of one topic share theirs.
        step: the step that it belongs to.
        kind: "line" takes one line, "text" takes several.
        title: a few words above it.
        say: what the interviewer says; one entry for each paragraph.
        offers: lines that may be taken over.
        completions: whole lines that completion may put in, best first.
        example: a line that works here; empty for texts.
        prefill: the old text, where the person came back to change it.
        is_continued: the same question goes on (the next line of a list), so there is no
            need to say it again.
        experiment: at a prediction, what will run: ask the experiment for its question.
        draws: whether the design so far is drawn before the question.
    """

    at: str
    step: Step
    kind: Literal["line", "text"]
    title: str
    say: tuple[str, ...]
    offers: tuple[Offer, ...] = ()
    completions: tuple[str, ...] = ()
    example: str = ""
    prefill: str = ""
    is_continued: bool = False
    experiment: RunExperiment | None = None
    draws: bool = False


Current: TypeAlias = Prompt | RunExperiment | Finished


@dataclass(frozen=True)
class Reply:
    """What came of an answer.

    Args:
        say: what the interviewer says to it; one entry for each paragraph.
        events: to be stored before anything else is shown; empty when nothing changed.
        error: why it was refused; then nothing changed and the text should stay with the person.
    """

    say: tuple[str, ...] = ()
    events: tuple[Event, ...] = field(default=())
    error: SdcliError | None = None
