"""The scorer on texts that nobody who set a pattern had read; docs/scorer.md has the figures.

The floors are those that the scorer was built to. What fails them is listed here by name, so
that it neither grows unseen nor is mended by a pattern made for it.
"""

from __future__ import annotations

import re

import pytest

from benchmarks import scorer
from sdcli.cli.scorecard import SOUND_LEAST, SOUND_MOST, VAGUE_MOST
from sdcli.content import load_scenario, scenario_ids
from sdcli.scoring import parse_answer, score
from sdcli.scoring.total import rounded

# Near misses that are ticked all the same, by question and item.
TICKED = {
    ("file-sync", "notify-wait"),
    ("key-value-store", "any-coordinator"),
    ("unique-id", "pushback"),
    ("url-shortener", "abuse-raid"),
    ("video-streaming", "tc-split"),
    ("video-streaming", "recap"),
}
SOUND = [one for one in scorer.answers() if one.kind == "sound"]


def test_every_item_has_two_paraphrases_and_a_near_miss():
    assert scorer.scenarios() == scenario_ids()
    for name in scenario_ids():
        own = [probe for probe in scorer.probes() if probe.scenario == name]
        items = [item.id for item in load_scenario(name).rubric]
        assert sorted(probe.item for probe in own if probe.kind == "near miss") == sorted(items)
        assert sum(probe.kind == "paraphrase" for probe in own) == 2 * len(items)


def test_four_of_five_paraphrases_are_explained():
    said = [probe for probe in scorer.probes() if probe.kind == "paraphrase"]
    assert sum(probe.is_explained for probe in said) >= 0.8 * len(said)


def test_no_near_miss_is_ticked_but_those_that_are_known():
    near = [probe for probe in scorer.probes() if probe.kind == "near miss"]
    assert {(probe.scenario, probe.item) for probe in near if probe.is_explained} <= TICKED


def test_no_denied_model_sentence_is_ticked():
    assert [probe.item for probe in scorer.denials() if probe.is_explained] == []


@pytest.mark.parametrize(
    ("against", "least"), [("vague", 0.98), ("other", 0.95), ("terms", 0.95), ("denial", 0.95)]
)
def test_sound_answers_stand_above(against, least):
    duels = scorer.duels(against)
    assert len(duels) >= 2 * len(scenario_ids())
    assert sum(duel.is_won for duel in duels) >= least * len(duels)


def test_denials_are_worth_no_more_than_vague_answers():
    def mean(kind: str) -> float:
        earned = [
            scorer.points(one.scenario, one.text) for one in scorer.answers() if one.kind == kind
        ]
        return sum(earned) / len(earned)

    assert mean("denial") <= mean("vague") + 3


@pytest.mark.parametrize("answer", SOUND, ids=lambda one: f"{one.scenario} {one.name}")
def test_a_strangers_answer_is_quoted_as_it_stands_and_counts_once(answer):
    scenario = load_scenario(answer.scenario)
    result = score(scenario, parse_answer(answer.text))
    assert result.matched
    for item in result.items:
        assert item.quote in answer.text
    assert scorer.points(answer.scenario, f"{answer.text}\n\n{answer.text}") == result.score
    steps = [part for part in re.split(r"(?m)^(?=## )", answer.text) if part.strip()]
    grown = [
        scorer.points(answer.scenario, "".join(steps[: count + 1])) for count in range(len(steps))
    ]
    assert len(steps) == 4
    assert grown == sorted(grown)  # another step never lowers it


def test_the_order_of_sentences_changes_little():
    moved = [scorer.shuffled_by(one, seed) for one in SOUND for seed in range(scorer.SHUFFLES)]
    assert sum(moved) / len(moved) <= 6


def test_the_score_card_says_what_strangers_score():
    earned = {
        kind: [
            rounded(scorer.points(one.scenario, one.text))
            for one in scorer.answers()
            if one.kind == kind
        ]
        for kind in ("sound", "vague")
    }
    assert (min(earned["sound"]), max(earned["sound"])) == (SOUND_LEAST, SOUND_MOST)
    assert max(earned["vague"]) == VAGUE_MOST


def test_most_questions_reach_the_answer_that_they_want():
    wanted = [one for one in scorer.questions() if one.wanted != "none"]
    assert sum(one.found == one.wanted for one in wanted) >= 0.8 * len(wanted)
