"""What the interviewer says between prompts: to an answer, a change, a run, a call for help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.core.suggest import did_you_mean
from sdcli.interview.bank import reply
from sdcli.interview.events import Accepted, Answered
from sdcli.interview.recap import recap
from sdcli.interview.steps import Step
from sdcli.interview.sums import changes, filled, sheet
from sdcli.interview.topics import asked_for
from sdcli.interview.transitions import Phase
from sdcli.units import Quantity, quantity

if TYPE_CHECKING:
    from sdcli.interview.effects import Offer
    from sdcli.interview.events import Ran
    from sdcli.interview.state import State
    from sdcli.interview.terms import Terms

HINT_LEVELS = 3
_LIKE_THE_MODEL = 2.0  # within this factor, what the scenario says of an estimate holds too


def accept_choice(offers: tuple[Offer, ...], wanted: str) -> tuple[Offer, ...]:
    """The offers that `/accept` means: the first, the one named, or all.

    Raises:
        InputError: nothing is offered, or nothing of that name.
    """
    if not offers:
        raise InputError("nothing is offered here", expected="a line of your own")
    if not wanted:
        return offers[:1]
    if wanted == "all":
        return offers
    found = tuple(offer for offer in offers if offer.name == wanted)
    if not found:
        names = [offer.name for offer in offers]
        raise InputError(
            "no such line is offered",
            given=wanted,
            expected=f"/accept all, or /accept with one of {', '.join(names)}",
            fix=did_you_mean(wanted, names),
        )
    return found


def after_answer(
    terms: Terms, before: State, after: State, event: Answered | Accepted
) -> tuple[str, ...]:
    """What is said to an answer or to accepted lines."""
    if before.phase is Phase.QUESTIONS and len(after.exchanges) > len(before.exchanges):
        return (reply(terms.scenario, after.exchanges[-1].question),)
    said: list[str] = []
    if before.phase is Phase.LEAD and isinstance(event, Answered) and event.text:
        is_heard = asked_for(terms, event.text) is not None
        opening = "Then we begin here" if is_heard else "Let us rather begin here"
        said.append(f"{opening}: {terms.scenario.topic(after.topic).title}.")
    if before.phase is Phase.ESTIMATES:
        said += _worked(terms, before, after)
    elif isinstance(event, Accepted):
        said += [f"taken over: {line}" for line in event.lines]
    if after.step is not before.step and not after.is_finished:
        said += filter(None, [recap(terms, after, before.step)])
    return (*changed_numbers(terms, before, after), *said)


def changed_numbers(terms: Terms, before: State, after: State) -> tuple[str, ...]:
    """The estimates that another assumption or formula changed, old and new, in one paragraph."""
    lines = changes(sheet(terms.scenario, before), sheet(terms.scenario, after))
    return ("\n".join(lines),) if lines else ()


def _worked(terms: Terms, before: State, after: State) -> list[str]:
    """The working of the estimates that are new, and in study mode what they mean."""
    old = {entry.name: entry for entry in before.estimates}
    new = {entry.name for entry in after.estimates if old.get(entry.name) != entry}
    said = []
    for line in sheet(terms.scenario, after).lines:
        if line.name in new:
            said.append(line.worked)
            said += _meaning(terms, after, line.name) if terms.is_study else []
    return said


def _meaning(terms: Terms, state: State, name: str) -> list[str]:
    """What the scenario says of an estimate, if the person's number is like the model's."""
    for line in terms.scenario.estimates:
        if line.name == name:
            try:
                expected = quantity(line.expect, nouns=terms.scenario.nouns)
                ratio = (sheet(terms.scenario, state).values[name] / expected).in_unit("")
            except (InputError, ZeroDivisionError):
                return []
            return [line.says] if 1 / _LIKE_THE_MODEL <= ratio <= _LIKE_THE_MODEL else []
    return []


def after_run(event: Ran, predicted: float | None) -> tuple[str, ...]:
    """The comparison of a prediction with a run, and what there is to learn from it."""
    said = []
    if event.metric in event.metrics:
        measured = figure(event.metrics[event.metric], event.unit)
        if predicted is None:
            said.append(f"The run gives {measured} for {event.metric}.")
        else:
            near = {True: "near enough", False: "not near enough", None: "see for yourself"}
            verdict = near[event.is_close] + (f" ({event.within})" if event.within else "")
            said.append(
                f"You said {figure(predicted, event.unit)}, the run gives {measured} for "
                f"{event.metric}: {verdict}."
            )
    said += [text for text in (event.note, event.explain) if text]
    return tuple(said)


def figure(number: float, unit: str) -> str:
    """A number of a run as people read it: bytes in MB and GB, the rest in its own unit.

    >>> figure(1.6e8, "B"), figure(4677, "request"), figure(0.0477, "")
    ('160 MB', '4677 request', '0.0477')
    """
    if unit == "B":
        return Quantity.of(number, unit).display()
    return f"{number:.4g}{f' {unit}' * bool(unit)}"


def hint(terms: Terms, state: State) -> tuple[str, int]:
    """The next hint on the open step or topic, and its level; after the third the third again.

    Raises:
        InputError: there are no hints here.
    """
    if not terms.is_study:
        raise InputError("hints are for study mode", expected="--mode study, when you start")
    hints = _hints(terms, state)
    if hints is None:
        raise InputError("there is no hint here", where=state.at)
    level = min(state.hint(state.topic or state.step.value) + 1, HINT_LEVELS)
    return filled(terms.scenario, state, hints[level - 1]), level


def _hints(terms: Terms, state: State) -> tuple[str, ...] | None:
    scenario = terms.scenario
    if state.topic:
        return tuple(scenario.topic(state.topic).hints)
    by_step = {
        Step.SCOPE: scenario.hints.scope,
        Step.HIGH_LEVEL: scenario.hints.high_level,
        Step.WRAP_UP: scenario.hints.wrap_up,
    }
    found = by_step.get(state.step)
    return None if found is None or state.is_finished else tuple(found)


def model_answer(terms: Terms, state: State, wanted: str) -> str:
    """The model answer of a step or topic that was attempted; by default of the open one.

    Raises:
        InputError: not in study mode, not attempted yet, or nothing of that name.
    """
    if not terms.is_study:
        raise InputError(
            "model answers come with the report", expected="--mode study, when you start"
        )
    name = wanted or state.topic or state.step.value
    models = model_answers(terms, state)
    if name not in models:
        name = name.replace("-", "_") if name.replace("-", "_") in models else name
    if name not in models:
        raise InputError(
            "there is no model answer of that name",
            given=name,
            expected=f"one of {', '.join(models)}",
            fix=did_you_mean(name, models),
        )
    if not attempted(state, name):
        raise InputError(
            "the model answer comes after an attempt", where=name, expected="an answer first"
        )
    return models[name]


def model_answers(terms: Terms, state: State) -> dict[str, str]:
    """The model answers that this interview may show, by step and topic."""
    scenario = terms.scenario
    steps = {
        Step.SCOPE: scenario.model.scope,
        Step.HIGH_LEVEL: scenario.model.high_level,
        Step.WRAP_UP: scenario.model.wrap_up,
    }
    found = {step.value: text for step, text in steps.items() if step in terms.steps}
    return {**found, **{topic: scenario.topic(topic).model for topic in state.topics}}


def attempted(state: State, name: str) -> bool:
    """Whether something was answered in a step or on a topic; questions are no attempt."""
    if name in state.topics:
        return bool(state.topic_text(name))
    shelves = {
        Step.SCOPE.value: state.assumptions,
        Step.HIGH_LEVEL.value: (*state.estimates, *state.components, *state.flows),
    }
    typed = any(entry.origin == "typed" for entry in shelves.get(name, ()))
    return typed or any(one.text and one.at.startswith(f"{name}.") for one in state.said)
