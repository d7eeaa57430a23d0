"""An answer in the person's own editor: what the interviewer says after each save.

There is no screen, clock or disk here: the text of the file goes in, remarks come out.

    interviewer = SheetInterviewer(terms)
    interviewer.pass_time(0.5)          # to the step that is being written
    for remark in interviewer.read(text): ...

What the file looks like is in sheet_text.py.

Invariants:
    1. Nothing is said twice: reading the same text again says nothing, but for questions and
       hints that waited, when more were asked at once than are answered at once.
    2. What is said is the answer bank, the questions of the ladder, what a number forces, and
       the person's own sums; hints only in study mode and when asked for. No model answer, no
       claim and no pattern of the rubric is ever said.
    3. One new follow-up for each read at most, and none before something new is written.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from sdcli.interview.bank import meet, reply
from sdcli.interview.follow_ups import FOLLOW_UPS_MAX, words
from sdcli.interview.sheet_grades import TopicGrades
from sdcli.interview.sheet_text import Asked, read_sheet
from sdcli.interview.state import FollowUp, Rung
from sdcli.interview.steps import Step
from sdcli.interview.sums import filled, own_filled, sheet
from sdcli.interview.topics import choose_topics, is_forced
from sdcli.scoring import State as Grade
from sdcli.scoring import score
from sdcli.scoring.figures import figures
from sdcli.scoring.numbers import check_numbers
from sdcli.scoring.text import stems_in
from sdcli.scoring.verdict import RANK
from sdcli.scoring.words import FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sdcli.content import DeepDive
    from sdcli.interview.state import State
    from sdcli.interview.terms import Terms
    from sdcli.scoring import Graded, Score

Kind = Literal["recap", "answer", "hint", "working", "slip", "follow-up", "note"]

HINTS_FOR_STUDY = "Hints are for study mode: --mode study, when you start."
NO_HEADINGS = (
    "No heading names a step, so I take this as one text. The steps are ## Scope,"
    " ## High-level design, ## Deep dive and ## Wrap-up."
)
ANSWERS_AT_ONCE, HINTS_AT_ONCE = 30, 3  # new ones; the next come with the next save
HINT_LOOKS_BACK = 20  # sentences above a hint that are read for the topic it is about
_LADDER: tuple[Rung, ...] = tuple(rung for rung in get_args(Rung) if rung != "pitfall")
_HINT = re.compile(r"hint\b[:\s]*(.*)", re.IGNORECASE)


@dataclass(frozen=True)
class Remark:
    """One thing that the interviewer says.

    Args:
        kind: what it is, so that whoever shows it can set it apart.
        text: the words.
        quote: the person's own words that it is about; empty for none.
        line: where they stand in the file, from 1; 0 for nowhere.
        lines: lines that the person may copy into the file.
        step: the step that a recap is about.
    """

    kind: Kind
    text: str
    quote: str = ""
    line: int = 0
    lines: tuple[str, ...] = ()
    step: Step | None = None


class SheetInterviewer:
    """The interviewer who reads along.

    Args:
        terms: the question, the mode, the level and the length.

    Attributes:
        sheet: the file as it was read last.
        spent: seconds by step.
    """

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.sheet = read_sheet(terms, "")
        self.spent: dict[Step, float] = dict.fromkeys(terms.steps, 0.0)
        self._said: set[tuple[str, str]] = set()
        self._hints: Counter[str] = Counter()
        self._hint_lines: Counter[Step] = Counter()
        self._follow_ups: list[FollowUp] = []
        self._opened: set[str] = set()
        self._answered = ""  # the deep dive when the last follow-up was put
        self._reached: dict[str, list[Grade]] = {}
        self._grades = TopicGrades(terms)
        self._chosen: tuple[str, ...] = ()

    def pass_time(self, seconds: float) -> None:
        """Count time for the step that is being written."""
        self.spent[self.sheet.step] += max(0.0, seconds)

    def take(self, text: str) -> None:
        """Read the file without a word, for the score."""
        self.sheet = read_sheet(self.terms, text, self.sheet)
        self._chosen = ()

    def read(self, text: str) -> tuple[Remark, ...]:
        """Read the file after a save.

        Returns:
            What is to be said, in order; nothing for a text that was read before.

        Cost: checks the sums, tries the number lines from the first that changed, and grades
            the items of the topics on the paragraphs that changed.
        """
        self.take(text)
        self._grades.begin()
        state = self.sheet.numbers
        found = [
            *self._recap(),
            *self._note(),
            *self._answers(),
            *self._hinted(state),
            *self._working(state),
            *self._slips(),
            *self._follow_up(state),
        ]
        return tuple(found)

    def score(self) -> Score:
        """The score of what was read last; of a practice of one step, that step's items."""
        step = self.terms.only_step
        asked = {name for name, item in self.terms.items.items() if item.step == step}
        return score(
            self.terms.scenario,
            self.sheet.answer,
            level=self.terms.level,
            asked=asked if step else None,
        )

    def _is_new(self, kind: str, text: str) -> bool:
        """Whether this was not said before; remembers it."""
        key = _key(kind, text)
        is_new = key not in self._said
        self._said.add(key)
        return is_new

    def _recap(self) -> Iterator[Remark]:
        """What stands in the step before, the first time that a step is written in."""
        order = list(self.terms.steps)
        written = self.sheet.prose.steps
        earlier = [one for one in order[: order.index(self.sheet.step)] if one.value in written]
        if earlier and not self.sheet.prose.is_plain and self._is_new("recap", self.sheet.step):
            last = earlier[-1]
            prose = [one for one in self.sheet.prose.sentences if one.step == last]
            sentences = sum(not one.heading for one in prose)
            every = [one for one in self.sheet.answer.sentences if one.step == last]
            numbers = sum(figure.measures for one in every for figure in figures(one))
            text = f"{_count(sentences, 'sentence')}, {_count(numbers, 'number')}"
            yield Remark("recap", text, step=last)

    def _note(self) -> Iterator[Remark]:
        sheet = self.sheet
        if not sheet.has_headings and not sheet.is_empty and not self.terms.only_step:
            yield from [Remark("note", NO_HEADINGS)] * self._is_new("note", NO_HEADINGS)

    def _answers(self) -> Iterator[Remark]:
        """The answer of the bank to each question that was not met yet."""
        scenario = self.terms.scenario
        offers = {line.name: line.line for line in scenario.assumptions}
        entries = {entry.id: entry for entry in scenario.questions}
        told, waiting = 0, 0
        for asked in self.sheet.asked:
            if _HINT.fullmatch(asked.text) or not self._is_new("answer", asked.text):
                continue
            if told == ANSWERS_AT_ONCE:
                waiting += 1
                self._said.discard(_key("answer", asked.text))
                continue
            told += 1
            entry = entries.get(meet(scenario, asked.text))
            yield Remark(
                "answer",
                reply(scenario, entry.id if entry else ""),
                quote=asked.text,
                line=asked.line,
                lines=tuple(offers[name] for name in (entry.offers if entry else ())),
            )
        yield from _waiting(waiting, "question")

    def _hinted(self, state: State) -> Iterator[Remark]:
        """A hint for each `?hint` that was added; one that was deleted may be written again."""
        before, self._hint_lines = self._hint_lines, Counter()
        told, waiting = 0, 0
        for asked in self.sheet.asked:
            wanted = _HINT.fullmatch(asked.text)
            if not wanted:
                continue
            is_new = self._hint_lines[asked.step] >= before[asked.step]
            if is_new and told == HINTS_AT_ONCE:
                waiting += 1
                continue
            self._hint_lines[asked.step] += 1
            if is_new and not self.terms.is_study:
                yield from [
                    Remark("note", HINTS_FOR_STUDY, quote=asked.text, line=asked.line)
                ] * self._is_new("note", HINTS_FOR_STUDY)
            elif is_new:
                told += 1
                yield self._hint(asked, wanted[1], state)
        yield from _waiting(waiting, "hint")

    def _hint(self, asked: Asked, wanted: str, state: State) -> Remark:
        """The next hint on what a line asks about."""
        name, hints = self._hints_for(asked, wanted, state)
        self._hints[name] += 1
        level = min(self._hints[name], len(hints))
        text = filled(self.terms.scenario, state, hints[level - 1])
        return Remark(
            "hint",
            f"{name}, hint {level} of {len(hints)}: {text}",
            quote=asked.text,
            line=asked.line,
        )

    def _hints_for(self, asked: Asked, wanted: str, state: State) -> tuple[str, tuple[str, ...]]:
        """What a hint is about, by name, and the hints on it."""
        scenario = self.terms.scenario
        by_step = {
            Step.SCOPE: scenario.hints.scope,
            Step.HIGH_LEVEL: scenario.hints.high_level,
            Step.WRAP_UP: scenario.hints.wrap_up,
        }
        named = self._topics_named(wanted)
        if asked.step in by_step and not named:
            return asked.step.heading, by_step[asked.step]
        topic = (
            next(iter(named), None)
            or self._topic_above(asked.line)
            or scenario.topic(self._topics(state)[0])
        )
        return topic.title, topic.hints

    def _topics(self, state: State) -> tuple[str, ...]:
        """The topics of this interview; chosen at most once for each reading."""
        self._chosen = self._chosen or choose_topics(self.terms, state)
        return self._chosen

    def _topics_named(self, text: str) -> list[DeepDive]:
        """The topics whose title or id shares a word with a heading or a wish."""
        wanted = stems_in([text]) - stems_in(FUNCTION_WORDS)
        return [
            topic
            for topic in self.terms.scenario.deep_dives
            if wanted & (stems_in([topic.title, topic.id]) - stems_in(FUNCTION_WORDS))
        ]

    def _topic_above(self, line: int) -> DeepDive | None:
        """The topic that was written about last above a line of the deep dive."""
        topics, looked_at = self.terms.scenario.deep_dives, 0
        for sentence in reversed(self.sheet.answer.sentences):
            found: list[DeepDive] = []
            if sentence.step != Step.DEEP_DIVE or sentence.line > line:
                continue
            if sentence.heading:
                found = self._topics_named(sentence.text)
            elif looked_at < HINT_LOOKS_BACK:
                looked_at += 1
                found = [one for one in topics if _rungs(self._grades.on(one, sentence.text))]
            if found:
                return found[0]
        return None

    def _working(self, state: State) -> Iterator[Remark]:
        """The working of every line that follows from others."""
        for line in sheet(self.terms.scenario, state).lines:
            if self._is_new("working", line.worked):
                yield Remark("working", line.worked)

    def _slips(self) -> Iterator[Remark]:
        """The sums that come out far off."""
        nouns = self.terms.scenario.nouns
        for check in check_numbers(self.sheet.answer, nouns=nouns):
            if check.verdict == "off" and self._is_new("slip", check.quote):
                quote = " ".join(check.quote.split())
                cause = f" ({check.cause})" if check.cause else ""
                yield Remark("slip", f"I get {check.computed}{cause}.", quote, check.line)

    def _follow_up(self, state: State) -> Iterator[Remark]:
        """One question on what was written last, or a topic that the own numbers open."""
        here = self.sheet.deep_dive
        if not here or here == self._answered or self._is_past_deep_dive:
            return
        graded = {
            topic.id: self._grades.on(topic, here) for topic in self.terms.scenario.deep_dives
        }
        written = self._written(graded)
        reached = {name: [one.state for one in found] for name, found in graded.items()}
        changed = [topic for topic in written if self._reached.get(topic.id) != reached[topic.id]]
        unchanged = [topic for topic in written if topic not in changed]
        self._reached = reached
        text = self._rung([*changed, *unchanged]) or self._opener(state, written)
        if text:
            self._answered = here
            yield Remark("follow-up", filled(self.terms.scenario, state, text))

    @property
    def _is_past_deep_dive(self) -> bool:
        return self.sheet.step is Step.WRAP_UP and self.sheet.has_headings

    def _written(self, graded: Mapping[str, Sequence[Graded]]) -> list[DeepDive]:
        """The topics that the deep dive is about: explained, named, or standing in a heading.

        Words that only name an item say little where another topic is explained in them: "it fits
        in one machine" belongs to the cache that it speaks of, and is nothing about sharding.
        """
        topics = self.terms.scenario.deep_dives
        explained = {
            name: [one.quote for one in found if RANK[one.state] >= RANK[Grade.EXPLAINED]]
            for name, found in graded.items()
        }
        headings = [
            sentence.text
            for sentence in self.sheet.prose.sentences
            if sentence.heading and sentence.step in (Step.DEEP_DIVE, None)
        ]
        in_heading = {topic.id for text in headings for topic in self._topics_named(text)}
        found = []
        for topic in topics:
            others = [
                quote for name, quotes in explained.items() if name != topic.id for quote in quotes
            ]
            named = [one.quote for one in graded[topic.id] if one.state is Grade.NAMED]
            own = [one for one in named if not any(one in quote for quote in others)]
            if explained[topic.id] or own or topic.id in in_heading:
                found.append(topic)
        return found

    def _rung(self, topics: list[DeepDive]) -> str:
        """The question on the weakest thing said on the first topic that has one left.

        The rung for what is missing says that nothing was said, so it is only for a topic of
        which there is no more than a heading.
        """
        for topic in topics:
            asked = [one.rung for one in self._follow_ups if one.topic == topic.id]
            if len(asked) >= FOLLOW_UPS_MAX:
                continue
            reached = _rungs(self._grades.on(topic, self.sheet.said)) or {"missing"}
            for rung in _LADDER:
                if rung in reached and rung not in asked:
                    self._follow_ups.append(FollowUp(topic.id, rung))
                    return words(self.terms, self._follow_ups[-1])
        return ""

    def _opener(self, state: State, written: list[DeepDive]) -> str:
        """What the own numbers force on a topic that nothing was written about yet."""
        on_the_table = self._opened | {topic.id for topic in written}
        if len(on_the_table) >= len(self._topics(state)):
            return ""
        for topic in self.terms.scenario.deep_dives:
            forced = own_filled(self.terms.scenario, state, topic.forces)
            if topic.id not in on_the_table and forced and is_forced(self.terms, state, topic):
                self._opened.add(topic.id)
                return forced
        return ""


def _waiting(count: int, noun: str) -> Iterator[Remark]:
    """What is said when more was asked at once than is answered at once."""
    if count:
        yield Remark("note", f"{_count(count, noun)} still to answer: save again.")


def _key(kind: str, text: str) -> tuple[str, str]:
    """What two texts share that say the same."""
    return (kind, " ".join(text.casefold().split()))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _rungs(graded: Sequence[Graded]) -> set[str]:
    """The rungs of the ladder that something was said for; "missing" is none of them."""
    return {one.state.value for one in graded} & set(_LADDER)
