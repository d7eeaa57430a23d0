"""The follow-up ladder: which question comes after an answer on a topic.

An interviewer asks about the weakest spot. Each rubric item of the topic is graded on what
was said so far; the weakest state that was not asked about yet names the rung of the ladder,
and when the rungs are used up while something is still weak, the topic's pitfall is put as
a challenge. Two follow-ups at most, and none after the person moved on: then only the
lowest rung is asked once, in case the question was too wide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.interview.state import Probe
from sdcli.scoring import grade

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.content import DeepDive, Item
    from sdcli.interview.state import Rung, State
    from sdcli.interview.terms import Terms

PROBES_MAX = 2

_LADDER: tuple[Rung, ...] = ("missing", "named", "explained", "justified")
_CREDIT = {"missing": 0.0, "named": 0.25, "explained": 0.7, "justified": 1.0}


def next_probe(terms: Terms, state: State) -> Probe | None:
    """The follow-up to the answer just given on the open topic, or None to go on."""
    asked = [probe.rung for probe in state.probes if probe.topic == state.topic]
    if len(asked) >= PROBES_MAX:
        return None
    if not state.said[-1].text:
        return None if asked else Probe(state.topic, "missing")
    topic = terms.scenario.topic(state.topic)
    reached = rungs(terms, topic, state.topic_text(topic.id))
    for rung in _LADDER:
        if rung in reached and rung not in asked:
            return Probe(topic.id, rung)
    if any(rung != "justified" for rung in reached) and "pitfall" not in asked:
        return Probe(topic.id, "pitfall")
    return None


def words(terms: Terms, probe: Probe) -> str:
    """What the interviewer says for a follow-up."""
    topic = terms.scenario.topic(probe.topic)
    if probe.rung == "pitfall":
        return topic.pitfall
    text: str = getattr(topic.ladder, probe.rung)
    return text


def rungs(terms: Terms, topic: DeepDive, text: str) -> list[Rung]:
    """The rung that each rubric item of a topic reached in a text, in the items' order."""
    echoes = (
        topic.ask,
        topic.forces,
        topic.pitfall,
        *topic.hints,
        *(str(getattr(topic.ladder, rung)) for rung in _LADDER),
    )
    return [_rung(item, text, echoes) for item in asked_items(terms, topic)]


def gap(terms: Terms, topic: DeepDive, text: str) -> float:
    """How much of a topic a text leaves out: 0 nothing, 1 everything; weighted as the score."""
    items = asked_items(terms, topic)
    total = sum(item.weight for item in items)
    if not total:
        return 0.0
    reached = rungs(terms, topic, text)
    lost = [item.weight * (1 - _CREDIT[rung]) for item, rung in zip(items, reached, strict=True)]
    return sum(lost) / total


def asked_items(terms: Terms, topic: DeepDive) -> list[Item]:
    """The rubric items of a topic that the level asks for."""
    items = terms.items
    return [items[name] for name in topic.items if name in items]


def _rung(item: Item, text: str, echoes: Iterable[str]) -> Rung:
    state = grade(item, text, echoes=tuple(echoes)).state
    return next((rung for rung in _LADDER if rung == state.value), "missing")
