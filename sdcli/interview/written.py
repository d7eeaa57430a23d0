"""What the person wrote, put together by step: the text that is scored and shown again.

Only the person's own words are in it, some under the name of their prompt. Each answer is a
paragraph, so that no sentence runs from one into the next. Lines that were accepted from the
scenario are left out, so that nobody scores by taking over what was offered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.interview.steps import Step
from sdcli.interview.transitions import Phase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.interview.state import Entry, State
    from sdcli.interview.terms import Terms


def answers_text(terms: Terms, state: State) -> dict[Step, str]:
    """The text of each step that is practised; empty where nothing was written."""
    parts = {
        Step.SCOPE: _scope,
        Step.HIGH_LEVEL: _high_level,
        Step.DEEP_DIVE: _deep_dive,
        Step.WRAP_UP: _wrap_up,
    }
    return {step: "\n\n".join(part for part in parts[step](state) if part) for step in terms.steps}


def asked_items(terms: Terms, state: State) -> frozenset[str]:
    """The ids of the rubric items that were asked: those of what was answered with something.

    A step in which nothing was written is not assessed; in the deep dive the same holds for
    each topic.
    """
    texts = answers_text(terms, state)
    asked = {
        item.id
        for item in terms.items.values()
        if item.step != Step.DEEP_DIVE.value and texts.get(Step(item.step))
    }
    for topic in state.topics:
        if state.topic_text(topic) or state.texts(Phase.DECISION.at(topic)):
            asked.update(terms.scenario.topic(topic).items)
    if state.text(Phase.CURVEBALL.at()):
        for turn in terms.scenario.curveballs:
            asked.update(turn.items if turn.id == state.curveball else ())
    return frozenset(asked & terms.items.keys())


def _scope(state: State) -> Iterator[str]:
    yield "\n".join(one.asked for one in state.exchanges)
    yield state.text(Phase.FUNCTIONAL.at())
    yield state.text(Phase.QUALITY.at())
    yield _typed(state.assumptions, " = ")
    yield _labelled("Out of scope", state.text(Phase.OUT_OF_SCOPE.at()))


def _high_level(state: State) -> Iterator[str]:
    yield _typed(state.estimates, " = ")
    yield _typed(state.components, ": ")
    yield _typed(state.flows, ": ")
    yield state.text(Phase.WALKTHROUGH.at())
    yield state.text(Phase.BUY_IN.at())


def _deep_dive(state: State) -> Iterator[str]:
    yield state.text(Phase.LEAD.at())
    for topic in state.topics:
        yield state.topic_text(topic)
        yield "\n".join(state.texts(Phase.DECISION.at(topic)))
    yield state.text(Phase.CURVEBALL.at())


def _wrap_up(state: State) -> Iterator[str]:
    yield _labelled("Bottlenecks", state.text(Phase.BOTTLENECKS.at()))
    yield state.text(Phase.FAILURE.at())
    yield state.text(Phase.TEN_TIMES.at())
    yield _labelled("Recap", state.text(Phase.RECAP.at()))


def _labelled(label: str, text: str) -> str:
    """An answer under the name of its prompt: what is left out needs not say that it is."""
    return f"{label}:\n{text}" if text else ""


def _typed(entries: tuple[Entry, ...], joint: str) -> str:
    return "\n".join(
        f"{entry.name}{joint}{entry.text}" for entry in entries if entry.origin == "typed"
    )
