"""From events to a state: `fold` for a whole session, `apply` for one event more.

Going back is handled before anything else: `standing` drops the answers that were taken
back, with the experiments that hung on them, and what is left is applied in order. So the
state after going back is the state of a session in which the answer was never given.

An event from a version with other rules does no harm: an answer is filed under its own
prompt's id, wherever the rules of today would have stood, and one whose prompt no longer
exists is left out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from sdcli.core.errors import InputError
from sdcli.interview.bank import meet
from sdcli.interview.commands import as_typed
from sdcli.interview.edits import edited, name_of
from sdcli.interview.events import Accepted, Answered, Edited, Hinted, Judged, Ran, WentBack
from sdcli.interview.follow_ups import next_follow_up
from sdcli.interview.state import SHELVES, Entry, Exchange, Said, State
from sdcli.interview.topics import choose_curveball, choose_topics, experiment
from sdcli.interview.transitions import Guard, On, Phase, first, follows, phase_at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.interview.events import Event
    from sdcli.interview.terms import Terms


def fold(terms: Terms, events: Iterable[Event]) -> State:
    """The state that a list of events amounts to.

    Cost: one `apply` for each event that still stands.
    """
    kept, taken_back = standing(events)
    state = begin(terms)
    for event in kept:
        state = apply(terms, state, event)
    return replace(state, prefill=taken_back)


def begin(terms: Terms) -> State:
    """The state before the first event."""
    return _arrive(terms, State(phase=first(terms.only_step, leads=terms.leads)))


def standing(events: Iterable[Event]) -> tuple[list[Event], str]:
    """The events that no WentBack took back, and the text taken back since the last answer."""
    kept: list[Event] = []
    taken_back = ""
    for event in events:
        if not isinstance(event, WentBack):
            kept.append(event)
            if not isinstance(event, (Edited, Hinted, Judged)):
                taken_back = ""
            continue
        place = next(
            (i for i in reversed(range(len(kept))) if isinstance(kept[i], (Answered, Accepted))),
            None,
        )
        if place is not None:
            taken_back = typed_again(kept[place])
            kept[place:] = [one for one in kept[place + 1 :] if not isinstance(one, Ran)]
    return kept, taken_back


def typed_again(event: Event) -> str:
    """What to type at the prompt to get the event once more; one command for each offer."""
    if isinstance(event, Accepted):
        return "\n".join(f"/accept {name_of(line)}" for line in event.lines)
    return as_typed(event.text) if isinstance(event, Answered) else ""


def apply(terms: Terms, state: State, event: Event) -> State:
    """The state after one more event, which is not a WentBack.

    Raises:
        ValueError: it is one; only `fold` can go back.
    """
    match event:
        case Answered():
            return _answered(terms, state, event)
        case Accepted():
            return _accepted(terms, state, event)
        case Edited():
            return _edited(terms, state, event)
        case Hinted():
            return _hinted(state, event)
        case Ran():
            return _ran(terms, state, event)
        case Judged():
            return _judged(state, event)
        case WentBack():
            msg = "going back needs the whole list of events"
            raise ValueError(msg)
        case _:
            assert_never(event)


def _answered(terms: Terms, state: State, event: Answered) -> State:
    placed = _placed(terms, state, event.at)
    if placed is None:
        return state
    state, text = placed, event.text
    if not text:
        on = On.EMPTY
        state = replace(state, said=(*state.said, Said(state.at, "")))
    else:
        on = On.GIVEN
        shelf = SHELVES.get(state.phase)
        if shelf:
            state = state.shelved(shelf, _entry(shelf, text, "typed"))
        elif state.phase is Phase.QUESTIONS:
            exchange = Exchange(text, meet(terms.scenario, text))
            state = replace(state, exchanges=(*state.exchanges, exchange))
        else:
            state = replace(state, said=(*state.said, Said(state.at, text)))
    return _move(terms, state, on)


def _accepted(terms: Terms, state: State, event: Accepted) -> State:
    placed = _placed(terms, state, event.at)
    shelf = SHELVES.get(placed.phase) if placed else None
    if placed is None or shelf is None:
        return state
    for line in event.lines:
        placed = placed.shelved(shelf, _entry(shelf, line, "accepted"))
    return _move(terms, placed, On.GIVEN)


def _edited(terms: Terms, state: State, event: Edited) -> State:
    """Put new text for old; void when its target was taken back since, or it fits no more."""
    try:
        return edited(terms, state, event.name, event.text)
    except InputError:
        return state


def _hinted(state: State, event: Hinted) -> State:
    found = phase_at(event.at)
    if found is None:
        return state
    key = found[1] or found[0].step.value
    hints = {**dict(state.hints), key: max(event.level, state.hint(key))}
    return replace(state, hints=tuple(hints.items()))


def _ran(terms: Terms, state: State, event: Ran) -> State:
    placed = _placed(terms, state, event.at)
    if placed is None:
        return state
    return _move(terms, replace(placed, runs=(*placed.runs, event)), On.RAN)


def _judged(state: State, event: Judged) -> State:
    verdicts = {**dict(state.verdicts), event.item: event.verdict}
    return replace(state, verdicts=tuple((item, one) for item, one in verdicts.items() if one))


def _placed(terms: Terms, state: State, at: str) -> State | None:
    """The state at the prompt that an event names; None when there is no such prompt."""
    if at == state.at:
        return replace(state, prefill="")
    found = phase_at(at)
    if found is None:
        return None
    phase, topic = found
    if topic and topic not in {one.id for one in terms.scenario.deep_dives}:
        return None
    topics = state.topics
    if topic and not topics:  # of a session from before the person could lead
        chosen = choose_topics(terms, state)
        topics = (topic, *(one for one in chosen if one != topic))[: len(chosen)]
    elif topic and topic not in topics:
        topics = (*topics, topic)
    return replace(state, phase=phase, topic=topic, topics=topics, given=0, prefill="")


def _move(terms: Terms, state: State, on: On) -> State:
    """Follow the table to the next prompt."""

    def holds(guard: Guard) -> bool:
        match guard:
            case Guard.ALWAYS:
                return True
            case Guard.ONE_STEP:
                return terms.only_step is not None
            case Guard.LEADS:
                return terms.leads
            case Guard.FOLLOW_UP:
                return next_follow_up(terms, state) is not None
            case Guard.RUNNABLE:
                return experiment(terms, state, state.topic) is not None
            case Guard.TOPIC_LEFT:
                return bool(_topics_left(state))
            case Guard.TURN:
                return choose_curveball(terms, state) is not None
            case _:
                assert_never(guard)

    phase = follows(state.phase, on, holds)
    if phase is state.phase and phase is not Phase.FOLLOW_UP:
        return replace(state, given=state.given + 1)
    return _arrive(terms, replace(state, phase=phase, given=0))


def _arrive(terms: Terms, state: State) -> State:
    """What is settled when a prompt opens, so that later answers do not change the question."""
    match state.phase:
        case Phase.TOPIC:
            state = replace(state, topics=state.topics or choose_topics(terms, state))
            return replace(state, topic=(_topics_left(state) or state.topics)[0])
        case Phase.FOLLOW_UP:
            follow_up = next_follow_up(terms, state)
            return replace(state, follow_ups=(*state.follow_ups, follow_up)) if follow_up else state
        case Phase.CURVEBALL:
            turn = choose_curveball(terms, state)
            return replace(state, topic="", curveball=turn.id if turn else "")
        case _:
            is_of_topic = "*" in state.phase.value
            return state if is_of_topic else replace(state, topic="")


def _topics_left(state: State) -> tuple[str, ...]:
    return tuple(topic for topic in state.topics if not state.was_asked(Phase.TOPIC.at(topic)))


def _entry(shelf: str, line: str, origin: str) -> Entry:
    joint = "=" if shelf in (SHELVES[Phase.ASSUMPTIONS], SHELVES[Phase.ESTIMATES]) else ":"
    name, _, text = line.partition(joint)
    return Entry(name.strip(), text.strip(), "accepted" if origin == "accepted" else "typed")
