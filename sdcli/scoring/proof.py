"""The rubric proves itself: each item must recognise its own model sentence, and no other.

A rubric is written once and judges thousands of answers, so its own sentences are its first
test. The scorer has to find each model sentence explained, not be fooled when it is turned
into its opposite, and find every other item's model sentence wanting: otherwise one sentence
would tick two boxes. And whoever writes all the model answers has to score well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.core import yaml
from sdcli.core.errors import FaultsFound
from sdcli.scoring.answer import WrittenAnswer
from sdcli.scoring.grading import grade
from sdcli.scoring.total import magnitudes, score
from sdcli.scoring.verdict import RANK, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.content import Scenario
    from sdcli.core.errors import Fault
    from sdcli.core.yaml import Tree

MODEL_SCORE_MIN = 70.0
_WHOLE = "staff"  # the level that asks every item


def prove(scenario: Scenario, name: str = "") -> list[Fault]:
    """Every way in which the rubric fails its own sentences, in the order of the file.

    Args:
        scenario: one that was read from a file, so that faults have lines.
        name: what faults call the file; `<id>.yaml` when empty.

    Cost: O(items²) grades of one sentence, some tens of milliseconds.
    """
    tree = _tree(scenario, name or f"{scenario.id}.yaml")
    return [*_own(scenario, tree), *_others(scenario, tree), *_whole(scenario, tree)]


def negated(sentence: str) -> str:
    """The simple denial of a sentence.

    >>> negated("Seven characters are enough."), negated("URLs live on.")
    ('We do not need seven characters are enough.', 'We do not need URLs live on.')
    """
    second = sentence[1:2]
    first = sentence[:1] if second.isupper() else sentence[:1].lower()
    return f"We do not need {first}{sentence[1:]}"


def _own(scenario: Scenario, tree: Tree) -> Iterator[Fault]:
    values = magnitudes(scenario)
    for at, item in enumerate(scenario.rubric):
        key = ("rubric", at, "model")
        verdict = grade(item, item.model, values=values)
        if RANK[verdict.state] < RANK[State.EXPLAINED]:
            message = (
                f"the item {item.id} finds its own model sentence {verdict.state}: {verdict.rule}"
            )
            remedy = f"{verdict.next}; or add the sentence's words to any_of or with"
            yield tree.fault(key, message, remedy)
            continue
        denied = grade(item, negated(item.model), values=values)
        if not item.reject_ok and RANK[denied.state] >= RANK[State.EXPLAINED]:
            message = f'the item {item.id} is not put off by "We do not need": {denied.rule}'
            remedy = "write the model as one sentence with the concept in its first clause"
            yield tree.fault(key, message, remedy)


def _others(scenario: Scenario, tree: Tree) -> Iterator[Fault]:
    values = magnitudes(scenario)
    for at, item in enumerate(scenario.rubric):
        for other in scenario.rubric:
            if other is item:
                continue
            verdict = grade(item, other.model, values=values)
            if RANK[verdict.state] >= RANK[State.EXPLAINED]:
                message = (
                    f"the item {item.id} is explained by the model of {other.id}: {verdict.rule}"
                )
                remedy = "narrow one of these two patterns, or say the model in other words"
                yield tree.fault(("rubric", at, "any_of"), message, remedy)


def _whole(scenario: Scenario, tree: Tree) -> Iterator[Fault]:
    answer = WrittenAnswer.of(
        {
            "scope": scenario.model.scope,
            "high_level": scenario.model.high_level,
            "deep_dive": "\n\n".join(topic.model for topic in scenario.deep_dives),
            "wrap_up": scenario.model.wrap_up,
        }
    )
    result = score(scenario, answer, level=_WHOLE)
    if result.score is None or result.score < MODEL_SCORE_MIN:
        weak = [item.id for item in result.gaps if RANK[item.state] < RANK[State.EXPLAINED]]
        message = (
            f"all model answers together score {result.score}, less than {MODEL_SCORE_MIN:.0f}"
        )
        remedy = (
            f"say in them what these items ask for: {', '.join(weak) or 'a number and a reason'}"
        )
        yield tree.fault(("model",), message, remedy)


def _tree(scenario: Scenario, name: str) -> Tree:
    """The file's tree for its lines; a scenario that was not read from a file has none."""
    try:
        return yaml.parse(scenario.text, name)
    except FaultsFound:
        return yaml.parse("", name)
