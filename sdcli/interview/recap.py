"""The recap between two steps: what the interviewer has heard, so that a slip is seen early.

It only repeats: the person's own lines and numbers, computed. What is missing is said in one
plain sentence, as somebody who takes notes would say it, and nothing of the rubric is in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.interview.steps import Step
from sdcli.interview.sums import sheet
from sdcli.interview.transitions import Phase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sdcli.interview.state import Entry, State
    from sdcli.interview.terms import Terms

SHOWN = 6  # of each list; the rest is counted


def recap(terms: Terms, state: State, step: Step) -> str:
    """What stands at the end of a step, one line for each kind; empty after the last."""
    parts = {Step.SCOPE: _scope, Step.HIGH_LEVEL: _high_level, Step.DEEP_DIVE: _deep_dive}
    if step not in parts:
        return ""
    lines = [line for line in parts[step](terms, state) if line]
    return "\n".join([f"What I have from {step.heading.lower()}:", *lines])


def _scope(terms: Terms, state: State) -> Iterator[str]:
    yield _listed("it must", _lines(state, Phase.FUNCTIONAL)) or "- no feature yet"
    quality = _lines(state, Phase.QUALITY)
    yield _listed("how well", quality) or "- no word on how well it must do it"
    yield _listed("you count on", _values(terms, state, state.assumptions)) or "- no number yet"
    yield _listed("left out", _lines(state, Phase.OUT_OF_SCOPE))


def _high_level(terms: Terms, state: State) -> Iterator[str]:
    yield _listed("numbers", _values(terms, state, state.estimates)) or "- no estimate"
    yield _listed("parts", [entry.name for entry in state.components]) or "- no part named"
    yield _listed("ways through it", [entry.name for entry in state.flows])


def _deep_dive(terms: Terms, state: State) -> Iterator[str]:
    talked = [name for name in state.topics if state.topic_text(name)]
    yield _listed("we talked about", [terms.scenario.topic(name).title for name in talked])
    decided = [line for name in state.topics for line in state.texts(Phase.DECISION.at(name))]
    yield _listed("decided", decided) or "- no decision"


def _lines(state: State, phase: Phase) -> list[str]:
    """The lines of a text answer, without their bullets."""
    lines = (line.strip().lstrip("-*•").strip() for line in state.text(phase.at()).splitlines())
    return [line.rstrip(".") for line in lines if line]


def _values(terms: Terms, state: State, entries: Iterable[Entry]) -> list[str]:
    values = sheet(terms.scenario, state).values
    return [f"{one.name} {values[one.name]}" for one in entries if one.name in values]


def _listed(label: str, found: list[str]) -> str:
    """The first of a list behind its label; nothing for an empty list."""
    more = [f"{len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return f"- {label}: {'; '.join([*found[:SHOWN], *more])}" if found else ""
