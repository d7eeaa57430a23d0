"""The shipped questions and interviews: what they say themselves is right, so nothing is off."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from sdcli.content.levels import STEPS
from sdcli.scoring import WrittenAnswer, parse_answer
from sdcli.scoring.numbers import check_numbers

ROOT = Path(__file__).parents[2]
QUESTIONS = sorted((ROOT / "knowledge" / "scenarios").glob("*.yaml"))
INTERVIEWS = sorted((ROOT / "examples" / "interviews").glob("*.yaml"))
NO_PROSE = {"match", "any_of", "with", "line", "expect", "numbers", "source", "id"}
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(path):
    return yaml.load(path.read_text(encoding="utf-8"), LOADER)


def prose(node, keys=()):
    """Every sentence of a question with the keys that lead to it."""
    if isinstance(node, dict):
        for key, inner in node.items():
            if key not in NO_PROSE:
                yield from prose(inner, (*keys, str(key)))
    elif isinstance(node, list):
        for inner in node:
            yield from prose(inner, keys)
    elif isinstance(node, str):
        yield keys, node


def held_against(answer, nouns):
    """What is off, and what gets a cause or a factor, which is for slips."""
    return [
        (check.quote, check.computed, check.cause)
        for check in check_numbers(answer, nouns=nouns)
        if check.verdict == "off" or check.cause
    ]


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: path.stem)
def test_nothing_that_a_question_says_is_off(path):
    question = read(path)
    texts = defaultdict(list)
    for keys, text in prose(question):
        texts[keys].append(text)
    assert ("deep_dives", "model") in texts
    assert ("rubric", "model") in texts
    nouns = tuple(question["nouns"])
    found = {
        keys: slips
        for keys, said in texts.items()
        # alone, and as one answer, where the numbers of one may be looked for in another
        if (
            slips := [
                one
                for text in [*said, "\n\n".join(said)]
                for one in held_against(parse_answer(text), nouns)
            ]
        )
    }
    assert found == {}


@pytest.mark.parametrize("path", INTERVIEWS, ids=lambda path: path.stem)
def test_nothing_that_a_recorded_interview_says_is_off(path):
    recorded = read(path)
    nouns = tuple(read(ROOT / "knowledge" / "scenarios" / f"{recorded['scenario']}.yaml")["nouns"])
    steps = dict.fromkeys(STEPS, "")
    for answer in recorded["answers"]:
        steps[answer["at"].split(".")[0]] += answer["text"] + "\n\n"
    assert held_against(WrittenAnswer.of(steps), nouns) == []


def test_the_shipped_prose_has_numbers_that_are_checked():
    """Silence would never be off either."""
    answers = [
        text for path in QUESTIONS for keys, text in prose(read(path)) if keys[-1] == "model"
    ]
    checks = [check for text in answers for check in check_numbers(parse_answer(text))]
    assert len(checks) >= 40
