"""The sheet with which a person interviews another person, as plain data.

Everything that the program's own interviewer has stands in it: the prompt, the plan of the
time, the answer bank with the numbers that it hands out, the estimates worked with them, the
ladder of each topic, curveballs, wrap-up, and the rubric of the level with its weights. The
numbers in the questions are the scenario's; the candidate's own may be others.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sdcli.interview.bank import YOUR_CALL
from sdcli.interview.prompts import changed_by
from sdcli.interview.state import Entry, State
from sdcli.interview.steps import Step
from sdcli.interview.sums import filled, sheet
from sdcli.interview.topics import choose_topics, is_forced
from sdcli.interview.transitions import Phase
from sdcli.scoring.total import BANDS
from sdcli.scoring.verdict import CREDIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sdcli.content import DeepDive, Item
    from sdcli.interview.terms import Terms


@dataclass(frozen=True)
class Slot:
    """A step in the plan: from and to in minutes from the beginning."""

    step: str
    title: str
    start: float
    end: float


@dataclass(frozen=True)
class BankRow:
    """A question that may come, the answer, and the lines of the numbers that it hands out."""

    id: str
    ask: str
    answer: str
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class WorkedEstimate:
    """An estimate with its working from the bank's numbers, and what it means."""

    name: str
    worked: str
    says: str


@dataclass(frozen=True)
class SketchLine:
    """A part or a flow of a sound sketch, and what it is there for."""

    line: str
    why: str


@dataclass(frozen=True)
class TopicSheet:
    """A topic of the deep dive.

    `ladder` has what to ask, by what the candidate has said so far: missing, named, explained,
    justified. `when` is the comparison that makes it urgent, `is_forced` whether it holds on the
    bank's numbers.
    """

    id: str
    title: str
    ask: str
    forces: str
    when: str
    is_forced: bool
    ladder: Mapping[str, str]
    pitfall: str
    model: str


@dataclass(frozen=True)
class Turn:
    """A curveball: what is said, what it does to the bank's numbers, what is asked."""

    id: str
    say: str
    changes: str
    ask: str


@dataclass(frozen=True)
class WrapUpQuestion:
    """A question of the last step, and what its growth does to the bank's numbers, if any."""

    ask: str
    changes: str = ""


@dataclass(frozen=True)
class Box:
    """A rubric item to tick, and a sentence that earns it."""

    id: str
    weight: int
    claim: str
    model: str


@dataclass(frozen=True)
class BoxGroup:
    """The items of a step, or of one topic of the deep dive; `topic` is its id, else empty."""

    step: str
    title: str
    topic: str
    items: tuple[Box, ...]

    @property
    def weight(self) -> int:
        """The points that the group can bring."""
        return sum(item.weight for item in self.items)


@dataclass(frozen=True)
class PartnerSheet:
    """All that the one who asks needs to have on paper.

    `leads` says whether the level lets the candidate choose where to go deep, `topics_asked` how
    many topics fit the time. `credit` is the share of an item's weight by how far it was got,
    `bands` the least score of each practice band.
    """

    scenario: str
    title: str
    level: str
    minutes: float
    prompt: str
    your_call: str
    plan: tuple[Slot, ...]
    questions: tuple[BankRow, ...]
    unasked: tuple[str, ...]
    functional: tuple[str, ...]
    quality: tuple[str, ...]
    out_of_scope: tuple[str, ...]
    estimates: tuple[WorkedEstimate, ...]
    components: tuple[SketchLine, ...]
    flows: tuple[SketchLine, ...]
    leads: bool
    topics_asked: int
    topics: tuple[TopicSheet, ...]
    curveballs: tuple[Turn, ...]
    wrap_up: tuple[WrapUpQuestion, ...]
    rubric: tuple[BoxGroup, ...]
    credit: Mapping[str, float]
    bands: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """The object that `sdcli interview SCENARIO --partner --json` prints."""
        return asdict(self)


def compose(terms: Terms) -> PartnerSheet:
    """The sheet for a question at a level and a length.

    Cost: computes the worksheet once, and once more for each curveball.
    """
    scenario = terms.scenario
    state = _bank_numbers(terms)
    handed_out = {name for question in scenario.questions for name in question.offers}
    lines = {line.name: line.line for line in scenario.assumptions}
    says = {line.name: line.says for line in scenario.estimates}
    ten_times = scenario.wrap_up.ten_times
    return PartnerSheet(
        scenario=scenario.id,
        title=scenario.title,
        level=terms.level,
        minutes=terms.minutes,
        prompt=scenario.prompt,
        your_call=YOUR_CALL,
        plan=tuple(_plan(terms)),
        questions=tuple(
            BankRow(one.id, one.ask, one.answer, tuple(lines[name] for name in one.offers))
            for one in scenario.questions
        ),
        unasked=tuple(line for name, line in lines.items() if name not in handed_out),
        functional=tuple(scenario.requirements.functional),
        quality=tuple(scenario.requirements.quality),
        out_of_scope=tuple(scenario.out_of_scope),
        estimates=tuple(
            WorkedEstimate(line.name, line.worked, says[line.name])
            for line in sheet(scenario, state).lines
        ),
        components=tuple(SketchLine(one.line, one.why) for one in scenario.components),
        flows=tuple(SketchLine(one.line, one.why) for one in scenario.flows),
        leads=terms.leads,
        topics_asked=len(choose_topics(terms, state)),
        topics=tuple(_topic(terms, state, topic) for topic in scenario.deep_dives),
        curveballs=tuple(
            Turn(
                turn.id,
                filled(scenario, state, turn.say),
                "\n".join(changed_by(terms, state, turn.change)),
                filled(scenario, state, turn.ask),
            )
            for turn in scenario.curveballs
        ),
        wrap_up=tuple(
            WrapUpQuestion(filled(scenario, state, ask), "\n".join(changes))
            for ask, changes in (
                (scenario.wrap_up.bottlenecks, []),
                (scenario.wrap_up.failure, []),
                (ten_times.ask, changed_by(terms, state, ten_times.change)),
                (scenario.wrap_up.recap, []),
            )
        ),
        rubric=tuple(_groups(terms)),
        credit={grade.value: share / 100 for grade, share in CREDIT.items() if share},
        bands={name: least for least, name in BANDS},
    )


def points_of(sheet: PartnerSheet, weight: int) -> dict[str, float]:
    """The points of an item of that weight, by how far it was got."""
    return {grade: share * weight for grade, share in sheet.credit.items()}


def _bank_numbers(terms: Terms) -> State:
    """The state of an interview in which every number of the scenario was taken over."""
    return State(
        phase=Phase.TOPIC,
        assumptions=tuple(
            Entry(line.name, line.formula, "accepted") for line in terms.scenario.assumptions
        ),
        estimates=tuple(
            Entry(line.name, line.formula, "accepted") for line in terms.scenario.estimates
        ),
    )


def _plan(terms: Terms) -> Iterator[Slot]:
    at = 0.0
    for step in terms.steps:
        end = at + terms.budget(step) / 60
        yield Slot(step.value, step.heading, round(at, 1), round(end, 1))
        at = end


def _topic(terms: Terms, state: State, topic: DeepDive) -> TopicSheet:
    scenario = terms.scenario
    ladder = topic.ladder.model_dump()
    return TopicSheet(
        id=topic.id,
        title=topic.title,
        ask=filled(scenario, state, topic.ask),
        forces=filled(scenario, state, topic.forces),
        when=topic.when or "",
        is_forced=is_forced(terms, state, topic),
        ladder={said: filled(scenario, state, text) for said, text in ladder.items()},
        pitfall=filled(scenario, state, topic.pitfall),
        model=topic.model,
    )


def _groups(terms: Terms) -> Iterator[BoxGroup]:
    """The level's items: a group for each step, and in the deep dive for each topic.

    An item that stands in several topics is in the first of them.
    """
    items = terms.items
    left = dict(items)
    for step in terms.steps:
        if step is Step.DEEP_DIVE:
            for topic in terms.scenario.deep_dives:
                found = [left.pop(name) for name in topic.items if name in left]
                if found:
                    yield BoxGroup(step.value, topic.title, topic.id, _boxes(found))
        rest = [
            left.pop(name) for name, item in items.items() if item.step == step and name in left
        ]
        if rest:
            yield BoxGroup(step.value, step.heading, "", _boxes(rest))


def _boxes(items: Iterable[Item]) -> tuple[Box, ...]:
    return tuple(Box(item.id, item.weight, item.claim, item.model) for item in items)
