"""Every shipped question is whole: enough to ask, to dive into, to be judged by."""

from __future__ import annotations

from collections import Counter

import pytest

from sdcli.content import load_scenario, scenario_ids
from sdcli.content.levels import AXES, STEPS

BANK = (
    "chat",
    "consistent-hashing",
    "file-sync",
    "key-value-store",
    "news-feed",
    "notification",
    "rate-limiter",
    "ride-sharing",
    "scale-to-millions",
    "search-autocomplete",
    "unique-id",
    "url-shortener",
    "video-streaming",
    "web-crawler",
)


def test_the_bank_is_complete():
    assert tuple(scenario_ids()) == BANK


@pytest.mark.parametrize("name", BANK)
def test_a_question_is_whole(name):
    scenario = load_scenario(name)
    assert len(scenario.questions) >= 10
    assert len(scenario.deep_dives) >= 5
    assert len(scenario.rubric) >= 20
    assert len(scenario.curveballs) >= 3
    assert len(scenario.flows) >= 3
    levels = Counter(item.level for item in scenario.rubric)
    assert levels["mid"] > levels["senior"] > levels["staff"] >= 3
    assert {item.step for item in scenario.rubric} == set(STEPS)
    assert {item.axis for item in scenario.rubric} == set(AXES)


@pytest.mark.parametrize("name", BANK)
def test_every_number_can_be_had_by_asking(name):
    scenario = load_scenario(name)
    offered = {offer for question in scenario.questions for offer in question.offers}
    assert {line.name for line in scenario.assumptions} == offered


@pytest.mark.parametrize("name", BANK)
def test_every_topic_quotes_a_number_of_this_question_and_asks_what_it_forces(name):
    for topic in load_scenario(name).deep_dives:
        assert "{" in topic.forces, topic.id
        assert "?" in topic.forces, topic.id
        assert any(f"{{{estimate}}}" in topic.forces for estimate in topic.estimates), topic.id


@pytest.mark.parametrize("name", BANK)
def test_a_curveball_changes_a_number(name):
    assert sum(bool(curveball.change) for curveball in load_scenario(name).curveballs) >= 2
