"""Where an interview stands and everything that was said in it; the fold of its events.

A State is a value: two interviews in which the same answers stand are in equal states, however
often their people went back. fold.py makes states; nothing changes one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from sdcli.interview.transitions import Phase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sdcli.interview.events import Ran
    from sdcli.interview.steps import Step

Origin = Literal["typed", "accepted"]
Rung = Literal["missing", "named", "explained", "justified", "pitfall"]

# The prompts whose lines have names, and the field of State that keeps them.
SHELVES = {
    Phase.ASSUMPTIONS: "assumptions",
    Phase.ESTIMATES: "estimates",
    Phase.COMPONENTS: "components",
    Phase.FLOWS: "flows",
}


@dataclass(frozen=True)
class Said:
    """One answer at one prompt; empty where the person moved on."""

    at: str
    text: str


@dataclass(frozen=True)
class Exchange:
    """A clarifying question, and the entry of the answer bank that met it; "" for none."""

    asked: str
    question: str


@dataclass(frozen=True)
class Entry:
    """A line with a name: `name = text` for numbers, `name: text` for parts and flows."""

    name: str
    text: str
    origin: Origin


@dataclass(frozen=True)
class FollowUp:
    """A follow-up of the interviewer on a topic, and what made it the one to ask."""

    topic: str
    rung: Rung


@dataclass(frozen=True)
class State:
    """All that the answers so far amount to.

    Args:
        phase, topic: the prompt that is open; `topic` is empty outside the deep dive.
        given: how many answers the open prompt already has (lines of a list).
        topics: the deep dives of this interview, chosen when the step began.
        said: every text answer and every line without a name, in order; empty ones too.
        follow_ups: the follow-ups asked, in order.
        curveball: the id of the curveball; empty until there is one.
        hints: the highest hint seen, by step or topic.
        verdicts: the person's own verdicts on rubric items, by item.
        prefill: what was taken back last and not answered again.
    """

    phase: Phase
    topic: str = ""
    given: int = 0
    topics: tuple[str, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    said: tuple[Said, ...] = ()
    assumptions: tuple[Entry, ...] = ()
    estimates: tuple[Entry, ...] = ()
    components: tuple[Entry, ...] = ()
    flows: tuple[Entry, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    runs: tuple[Ran, ...] = ()
    curveball: str = ""
    hints: tuple[tuple[str, int], ...] = ()
    verdicts: tuple[tuple[str, str], ...] = ()
    prefill: str = ""

    @property
    def at(self) -> str:
        """The id of the open prompt."""
        return self.phase.at(self.topic)

    @property
    def step(self) -> Step:
        """The step that is on."""
        return self.phase.step

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to ask."""
        return self.phase is Phase.FINISHED

    @property
    def entries(self) -> Iterator[Entry]:
        """Every line with a name, in the order of the prompts."""
        for shelf in SHELVES.values():
            yield from self.shelf(shelf)

    def shelf(self, name: str) -> tuple[Entry, ...]:
        """The entries of a shelf, e.g. "flows"."""
        entries: tuple[Entry, ...] = getattr(self, name)
        return entries

    def shelved(self, name: str, entry: Entry) -> State:
        """The state with `entry` on a shelf, in place of its namesake or at the end."""
        changed: dict[str, Any] = {name: put(self.shelf(name), entry)}
        return replace(self, **changed)

    def texts(self, at: str) -> tuple[str, ...]:
        """What was said at a prompt, without the empty answers."""
        return tuple(one.text for one in self.said if one.at == at and one.text)

    def text(self, at: str) -> str:
        """What was said at a prompt, one paragraph for each answer."""
        return "\n".join(self.texts(at))

    def was_asked(self, at: str) -> bool:
        """Whether a prompt was answered, be it by moving on."""
        return any(one.at == at for one in self.said)

    def topic_text(self, topic: str) -> str:
        """The prose of a topic: its answer and those to its follow-ups."""
        ats = (Phase.TOPIC.at(topic), Phase.FOLLOW_UP.at(topic))
        return "\n".join(one.text for one in self.said if one.at in ats and one.text)

    def hint(self, key: str) -> int:
        """The highest hint seen of a step or topic; 0 for none."""
        return dict(self.hints).get(key, 0)

    def describe(self) -> str:
        """The state as text, one line for each thing that is there."""
        lines = [f"at {self.at}" + (f" after {self.given}" if self.given else "")]
        lines += [f"topics {', '.join(self.topics)}"] if self.topics else []
        lines += [f"asked {one.asked!r} -> {one.question or 'your call'}" for one in self.exchanges]
        for shelf in SHELVES.values():
            lines += [f"{shelf} {one.name}: {one.text} ({one.origin})" for one in self.shelf(shelf)]
        lines += [f"said {one.at}: {one.text!r}" for one in self.said if one.text]
        lines += [f"follow-up {one.topic}: {one.rung}" for one in self.follow_ups]
        lines += [f"ran {one.experiment} on {one.component}: {one.verdict}" for one in self.runs]
        lines += [f"curveball {self.curveball}"] if self.curveball else []
        lines += [f"hint {level} on {key}" for key, level in self.hints]
        lines += [f"{item} is {verdict} by the person" for item, verdict in self.verdicts]
        return "\n".join(lines)


def find(entries: Iterable[Entry], name: str) -> Entry | None:
    """The entry of that name, or None."""
    return next((entry for entry in entries if entry.name == name), None)


def put(entries: tuple[Entry, ...], entry: Entry) -> tuple[Entry, ...]:
    """The entries with `entry` in place of its namesake, or at the end."""
    if find(entries, entry.name) is None:
        return (*entries, entry)
    return tuple(entry if one.name == entry.name else one for one in entries)
