"""The score of an answer: credit by weight, per step, per axis and whole.

    score = sum(credit x weight) / sum(weight), over the items asked

Credit is 0, 0.25, 0.7 or 1 by state (verdict.py). An item that the level does not ask, or
that `asked` leaves out, is in neither sum. A step without text is not assessed: it has no
score of its own; its items stay in the whole, so that adding a step never lowers it. An
item counts wherever in the answer it is said, since people run ahead in step two and come
back in step four. What does not match the question gets no score at all, rather than a low
one (see `matches`).

The bands are practice bands. Nobody who hires publishes theirs, and no count of patterns
predicts a decision: they only say how much of this rubric the words cover.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sdcli.content.levels import AXES, LEVELS, STEPS
from sdcli.content.placeholders import fill
from sdcli.core.errors import InputError
from sdcli.core.suggest import did_you_mean
from sdcli.scoring.allot import allot
from sdcli.scoring.echo import countable
from sdcli.scoring.support import magnitude_of
from sdcli.scoring.text import stems_in
from sdcli.scoring.verdict import CREDIT, RANK, Graded, State, verdict
from sdcli.scoring.windows import findings
from sdcli.scoring.words import FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sdcli.content import DeepDive, Scenario
    from sdcli.scoring.answer import WrittenAnswer
    from sdcli.scoring.text import Sentence
    from sdcli.scoring.verdict import Finding, NumberCheck

ITEMS_PER_SENTENCE = 3
BANDS = ((75.0, "strong"), (55.0, "solid"), (35.0, "getting there"), (0.0, "not yet"))
_ROUND_TO = 5
NOT_MATCHED = "not matched"
EXPLAINED_MIN = 2  # so many explained items match an answer to the question by themselves
TOPIC_WORDS_MIN = 3  # different words of the question's own subject
TOPIC_SHARE_MIN = 0.25  # share of sentences that have one


@dataclass(frozen=True)
class Score:
    """How much of the rubric an answer covers, item by item and together.

    `score` is 0 to 100 with one decimal, None when the answer does not match the question;
    an axis or step that was not assessed is None.
    """

    scenario: str
    level: str
    matched: bool
    score: float | None
    band: str
    axes: Mapping[str, float | None]
    steps: Mapping[str, float | None]
    items: tuple[Graded, ...]
    numbers: tuple[NumberCheck, ...]
    yours: Mapping[str, State] = field(default_factory=dict)

    def beside(self, verdicts: Mapping[str, str]) -> Score:
        """The score with the person's own verdicts beside it; those on other items are left out.

        Args:
            verdicts: a state for each item that the person judges otherwise.

        Raises:
            ValueError: a verdict is no state.
        """
        asked = {item.id for item in self.items}
        kept = {item: State(verdict) for item, verdict in verdicts.items() if item in asked}
        return replace(self, yours=kept)

    @cached_property
    def your_score(self) -> float | None:
        """The score by the person's verdicts, the tool's where she has none; None without any."""
        if not self.yours or not self.matched:
            return None
        judged = [replace(item, state=self.yours.get(item.id, item.state)) for item in self.items]
        return _share(judged)

    @cached_property
    def gaps(self) -> tuple[Graded, ...]:
        """The items that lose most, most first; those that lose nothing are left out."""
        losing = [item for item in self.items if item.state is not State.JUSTIFIED]
        return tuple(sorted(losing, key=lambda item: -item.weight * (1 - item.credit)))

    def to_json(self) -> dict[str, Any]:
        """The object that `sdcli score --json` prints."""
        keys = ("id", "step", "state", "quote", "line", "rule", "next")
        items = [{key: _plain(getattr(item, key)) for key in keys} for item in self.items]
        for item in items:
            item["yours"] = _plain(self.yours.get(item["id"]))
        return {
            "scenario": self.scenario,
            "matched": self.matched,
            "score": self.score,
            "band": self.band,
            "axes": dict(self.axes),
            "steps": dict(self.steps),
            "your_score": self.your_score,
            "items": items,
            "numbers": [number.to_json() for number in self.numbers],
        }


def score(
    scenario: Scenario,
    answer: WrittenAnswer,
    *,
    level: str = "mid",
    asked: Collection[str] | None = None,
) -> Score:
    """Score an answer to a scenario.

    Args:
        scenario: the question with its rubric.
        answer: from `parse_answer` or `WrittenAnswer.of`.
        level: mid, senior or staff; items above it are not asked.
        asked: ids of the items that were asked; None means all of the level.

    Raises:
        InputError: there is no such level.

    Cost: O(items x sentences that name them); no clock, no chance, no network.
    """
    items = [item for item in _of_level(scenario, level) if asked is None or item.id in asked]
    live = countable(answer.sentences, echoes_of(scenario))
    values = magnitudes(scenario)
    found = [findings(item, live, values) for item in items]
    graded = tuple(
        verdict(item, best, every, answer.text)
        for item, best, every in zip(items, _shared_out(items, found, live), found, strict=True)
    )
    written = answer.steps
    matched = bool(written) and bool(items) and matches(scenario, graded, live)
    whole = _share(graded) if matched else None
    return Score(
        scenario=scenario.id,
        level=level,
        matched=matched,
        score=whole,
        band=NOT_MATCHED if whole is None else band(whole),
        axes={axis: _share(_by(graded, "axis", axis)) if matched else None for axis in AXES},
        steps={
            step: _share(_by(graded, "step", step)) if matched and step in written else None
            for step in STEPS
        },
        items=graded,
        numbers=_sums(answer, scenario),
    )


def _sums(answer: WrittenAnswer, scenario: Scenario) -> tuple[NumberCheck, ...]:
    """The numbers, checked; an answer without any does not wait for the quantity language."""
    if not any(character.isdigit() for character in answer.text):
        return ()
    from sdcli.scoring.numbers import check_numbers

    return check_numbers(answer, nouns=scenario.nouns)


def band(score: float) -> str:
    """The practice band of a score, as the screen shows it: rounded to 5.

    >>> band(72.4), band(72.5)
    ('solid', 'strong')
    """
    return next(name for least, name in BANDS if rounded(score) >= least)


def rounded(score: float) -> int:
    """A score as people are shown it: rounded to 5, since its last digit means nothing.

    >>> rounded(72.4), rounded(72.5), rounded(100.0)
    (70, 75, 100)
    """
    return int(score / _ROUND_TO + 0.5) * _ROUND_TO


def echoes_of(scenario: Scenario) -> tuple[str, ...]:
    """Every text that the person is shown and could hand back, as echo.py reads them."""
    numbers = {name: f"{{{text}}}" for name, text in scenario.numbers.items()}
    return tuple(fill(text, numbers) or text for text in _said(scenario))


def topic_echoes(scenario: Scenario, topic: DeepDive) -> tuple[str, ...]:
    """Those of them that belong to one topic."""
    numbers = {name: f"{{{text}}}" for name, text in scenario.numbers.items()}
    return tuple(fill(text, numbers) or text for text in _said_on(topic))


def _said(scenario: Scenario) -> Iterator[str]:
    yield scenario.prompt
    yield from (question.ask for question in scenario.questions)
    for topic in scenario.deep_dives:
        yield from _said_on(topic)
    for curveball in scenario.curveballs:
        yield from (curveball.say, curveball.ask)
    wrap_up = scenario.wrap_up
    yield from (wrap_up.bottlenecks, wrap_up.failure, wrap_up.ten_times.ask, wrap_up.recap)
    for hints in (scenario.hints.scope, scenario.hints.high_level, scenario.hints.wrap_up):
        yield from hints


def _said_on(topic: DeepDive) -> Iterator[str]:
    ladder = topic.ladder
    yield from (topic.ask, topic.forces, topic.pitfall, *topic.hints)
    yield from (ladder.missing, ladder.named, ladder.explained, ladder.justified)


def magnitudes(scenario: Scenario) -> dict[str, float]:
    """The magnitudes that the scenario expects of its estimates, by name."""
    found = {line.name: magnitude_of(line.expect) for line in scenario.estimates}
    return {name: value for name, value in found.items() if value is not None}


def matches(scenario: Scenario, graded: Sequence[Graded], live: Sequence[Sentence | None]) -> bool:
    """Whether an answer is one to this question.

    It is when two items are explained. Otherwise its words decide: three different words of
    the question's own subject, and one of them in at least a quarter of the sentences.
    """
    explained = sum(RANK[item.state] >= RANK[State.EXPLAINED] for item in graded)
    if explained >= EXPLAINED_MIN:
        return True
    topic = topic_stems(scenario)
    counted = [sentence for sentence in live if sentence is not None]
    words = {stem for sentence in counted for stem in sentence.places if stem in topic}
    on_topic = sum(any(stem in topic for stem in sentence.places) for sentence in counted)
    enough = min(TOPIC_WORDS_MIN, len(topic))
    return len(words) >= enough and on_topic >= TOPIC_SHARE_MIN * len(counted)


def topic_stems(scenario: Scenario) -> frozenset[str]:
    """The words of the question's own subject: title, count nouns, functional requirements."""
    texts = [scenario.title, *scenario.nouns, *scenario.requirements.functional]
    return stems_in(texts) - stems_in(FUNCTION_WORDS) - stems_in([_EVERY_QUESTION_HAS])


_EVERY_QUESTION_HAS = (
    "design service system user client server data database store cache request read write"
    " time number new get set make use way people person thing support allow large many"
)


def _of_level(scenario: Scenario, level: str) -> list[Any]:
    if level not in LEVELS:
        near = did_you_mean(level, LEVELS)
        raise InputError(
            f'there is no level "{level}"' + (f"; {near}" if near else ""),
            where="level",
            expected=f"one of {', '.join(LEVELS)}",
        )
    return [item for item in scenario.rubric if LEVELS.index(item.level) <= LEVELS.index(level)]


def _shared_out(
    items: Sequence[Any], found: Sequence[Sequence[Finding]], live: Sequence[Sentence | None]
) -> list[Finding | None]:
    """The finding of each item, where no sentence supports more than three."""
    ranked = [
        _preferred(item.step, findings, live) for item, findings in zip(items, found, strict=True)
    ]
    worth = [
        {
            finding.anchor: CREDIT[finding.state] * item.weight
            for finding in findings
            if CREDIT[finding.state]
        }
        for item, findings in zip(items, ranked, strict=True)
    ]
    chosen = allot(worth, ITEMS_PER_SENTENCE)
    return [
        next((one for one in findings if one.anchor == anchor), None)
        if anchor is not None
        else next((one for one in findings if one.state is State.REJECTED), None)
        for anchor, findings in zip(chosen, ranked, strict=True)
    ]


def _preferred(
    step: str, found: Sequence[Finding], live: Sequence[Sentence | None]
) -> list[Finding]:
    """Findings of most credit first; among equals those said in the item's own step."""

    def rank(finding: Finding) -> tuple[int, bool, int]:
        sentence = live[finding.anchor]
        elsewhere = sentence is not None and sentence.step not in (step, None)
        return (-RANK[finding.state], elsewhere, finding.anchor)

    return sorted(found, key=rank)


def _by(graded: Sequence[Graded], key: str, value: str) -> list[Graded]:
    return [item for item in graded if getattr(item, key) == value]


def _share(graded: Sequence[Graded]) -> float | None:
    """The score of some items, 0 to 100 with one decimal; None when there are none."""
    weight = sum(item.weight for item in graded)
    if not weight:
        return None
    earned = sum(CREDIT[item.state] * item.weight for item in graded)
    return round(earned / weight, 1)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, State) else value
