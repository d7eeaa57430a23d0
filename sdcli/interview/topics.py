"""What the deep dive is about: the topics, the experiment of a topic, the curveball.

The topic goes first that the person asks for, where the level leads; then those that the own
numbers force (`when` holds on them), then those that the answers so far leave out most; ties
go by the order of the scenario. One of them can run an experiment, if any topic can with the
components of this design. Nothing here is drawn by lot: the same answers bring the same topics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.design import parse_component, settings
from sdcli.interview.effects import RunExperiment
from sdcli.interview.follow_ups import gap
from sdcli.interview.steps import Step
from sdcli.interview.sums import scaled_sheet, sheet
from sdcli.interview.transitions import Phase
from sdcli.interview.written import answers_text
from sdcli.scoring.text import stems_in
from sdcli.scoring.words import EVERYWHERE, FUNCTION_WORDS
from sdcli.units import holds

if TYPE_CHECKING:
    from sdcli.content import Curveball, DeepDive
    from sdcli.interview.state import State
    from sdcli.interview.terms import Terms

CREDIT_WEIGHT = 6  # a third of a topic explained counts as much as a word of its title
_THREE_FROM_SECONDS = 15 * 60  # five minutes a topic: less is no deep dive


def choose_topics(terms: Terms, state: State) -> tuple[str, ...]:
    """The ids of the two or three topics of this interview, first things first.

    Cost: grades every item of every topic once.
    """
    is_long = terms.is_study or terms.budget(Step.DEEP_DIVE) >= _THREE_FROM_SECONDS
    count = 3 if is_long else 2
    said = "\n".join(answers_text(terms, state).values())
    wanted = asked_for(terms, state.text(Phase.LEAD.at()))
    ranked = sorted(
        terms.scenario.deep_dives,
        key=lambda topic: (
            topic is not wanted,
            not is_forced(terms, state, topic),
            -gap(terms, topic, said),
        ),
    )
    chosen = ranked[:count]
    can_run = [topic for topic in ranked if experiment(terms, state, topic.id)]
    if can_run and not any(topic in can_run for topic in chosen):
        chosen[-1] = can_run[0]
    return tuple(topic.id for topic in chosen)


def asked_for(terms: Terms, text: str) -> DeepDive | None:
    """The topic that a text begins to explain, or whose title and question share words with it.

    One word of the title, two of the question, or a point that is explained are the least.
    """
    if not text:
        return None
    words = stems_in([text]) - stems_in(FUNCTION_WORDS) - stems_in(EVERYWHERE)
    best, most = None, 0.0
    for topic in terms.scenario.deep_dives:
        shared = len(words & stems_in([topic.title, topic.id])) * 2.0
        shared += len(words & stems_in([topic.ask]))
        shared += CREDIT_WEIGHT * (1 - gap(terms, topic, text))
        if shared > max(most, 1.5):
            best, most = topic, shared
    return best


def is_forced(terms: Terms, state: State, topic: DeepDive) -> bool:
    """Whether the person's own numbers make a topic urgent; without the numbers it is not."""
    if topic.when is None:
        return False
    try:
        return holds(topic.when, sheet(terms.scenario, state).values, nouns=terms.scenario.nouns)
    except InputError:
        return False


def experiment(terms: Terms, state: State, topic: str) -> RunExperiment | None:
    """The experiment of a topic on the first component that can carry it, or None."""
    trial = terms.scenario.topic(topic).experiment
    if trial is None:
        return None
    nouns = terms.scenario.nouns
    values = sheet(terms.scenario, state).values
    for entry in state.components:
        try:
            name, part = parse_component(f"{entry.name}: {entry.text}", env=values, nouns=nouns)
            if part.kind != trial.kind:
                continue
            found = settings(part, values, nouns)
        except InputError:
            continue  # its parameters cannot be computed
        params = {key: one.value for key, one in found.items() if one.value is not None}
        return RunExperiment(topic, name, trial.run, params)
    return None


def choose_curveball(terms: Terms, state: State) -> Curveball | None:
    """The first curveball whose changed assumptions the person has, or None."""
    own = {entry.name for entry in state.assumptions}
    for turn in terms.scenario.curveballs:
        if set(turn.change) <= own and not scaled_sheet(terms.scenario, state, turn.change).errors:
            return turn
    return None
