"""The follow-up ladder: which question comes after an answer on a topic.

An interviewer asks about the weakest spot. Each rubric item of the topic is graded on what
was said so far; the weakest state that was not asked about yet names the rung of the ladder.
"You have not said how" is fair only where most of the topic is missing. When the rungs are
used up while something is still weak, the topic's pitfall is put as a challenge. Two follow-ups
at most, and none after the person moved on: then only the lowest rung is asked once, in case
the question was too wide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.interview.state import FollowUp
from sdcli.scoring import grade, topic_echoes

if TYPE_CHECKING:
    from sdcli.content import DeepDive, Item
    from sdcli.interview.state import Rung, State
    from sdcli.interview.terms import Terms
    from sdcli.scoring import Graded

FOLLOW_UPS_MAX = 2
LONG_ANSWER_WORDS = 40

_LADDER: tuple[Rung, ...] = ("missing", "named", "explained", "justified")


def next_follow_up(terms: Terms, state: State) -> FollowUp | None:
    """The follow-up to the answer just given on the open topic, or None to go on."""
    asked = [follow_up.rung for follow_up in state.follow_ups if follow_up.topic == state.topic]
    if len(asked) >= FOLLOW_UPS_MAX:
        return None
    if not state.said[-1].text:
        return None if asked else FollowUp(state.topic, "missing")
    topic = terms.scenario.topic(state.topic)
    reached = weak_spots(terms, topic, state.topic_text(topic.id))
    for rung in _LADDER:
        if rung in reached and rung not in asked:
            return FollowUp(topic.id, rung)
    is_whole = all(rung == "justified" for rung in rungs(terms, topic, state.topic_text(topic.id)))
    if not is_whole and "pitfall" not in asked:
        return FollowUp(topic.id, "pitfall")
    return None


def words(terms: Terms, follow_up: FollowUp) -> str:
    """What the interviewer says for a follow-up, its placeholders still open."""
    topic = terms.scenario.topic(follow_up.topic)
    if follow_up.rung == "pitfall":
        return topic.pitfall
    text: str = getattr(topic.ladder, follow_up.rung)
    return text


def rungs(terms: Terms, topic: DeepDive, text: str) -> list[Rung]:
    """The rung that each rubric item of a topic reached in a text, in the items' order."""
    return [_rung(graded) for graded in _graded(terms, topic, text)]


def weak_spots(terms: Terms, topic: DeepDive, text: str) -> set[Rung]:
    """The rungs that an answer to a topic may be asked about.

    What is missing is one of them where it weighs more than what is there, and little was said:
    to a long answer "you have not said" is more often our fault than the person's.
    """
    graded = _graded(terms, topic, text)
    missing = sum(one.weight for one in graded if _rung(one) == "missing")
    found = {_rung(one) for one in graded}
    if "missing" not in found:
        return found
    if len(text.split()) >= LONG_ANSWER_WORDS:
        return found - {"missing"} or {"named"}
    return found - {"missing"} if 2 * missing <= sum(one.weight for one in graded) else found


def gap(terms: Terms, topic: DeepDive, text: str) -> float:
    """How much of a topic a text leaves out: 0 nothing, 1 everything; weighted as the score."""
    found = _graded(terms, topic, text)
    total = sum(graded.weight for graded in found)
    return sum(graded.weight * (1 - graded.credit) for graded in found) / total if total else 0.0


def asked_items(terms: Terms, topic: DeepDive) -> list[Item]:
    """The rubric items of a topic that the level asks for."""
    items = terms.items
    return [items[name] for name in topic.items if name in items]


def _graded(terms: Terms, topic: DeepDive, text: str) -> list[Graded]:
    echoes = topic_echoes(terms.scenario, topic)
    return [grade(item, text, echoes=echoes) for item in asked_items(terms, topic)]


def _rung(graded: Graded) -> Rung:
    return next((rung for rung in _LADDER if rung == graded.state.value), "missing")
