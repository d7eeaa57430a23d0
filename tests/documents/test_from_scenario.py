"""A scenario as a design: valid, computed to the same numbers, and built."""

from __future__ import annotations

import pytest

from sdcli.content import load_scenario, scenario_ids
from sdcli.design import parse, validate
from sdcli.documents import build, check
from sdcli.documents.files import files_of
from sdcli.documents.study import open_study
from sdcli.estimate import Worksheet
from sdcli.interview.from_scenario import design_text

BANK = scenario_ids()


@pytest.mark.parametrize("name", BANK)
def test_every_scenario_makes_a_design_whose_runs_can_be_had(name, tmp_path):
    path = tmp_path / "design.yaml"
    path.write_text(design_text(load_scenario(name), "mine"))
    study = open_study(files_of(path))
    assert [plan.pair for plan in study.book.plans.values() if plan.problem] == []


@pytest.mark.parametrize("name", ["url-shortener", "notification", "scale-to-millions"])
def test_it_builds(name, tmp_path):
    path = tmp_path / "design.yaml"
    path.write_text(design_text(load_scenario(name), "mine"))
    assert build(path).document.name == "mine.md"
    assert {block.state for block in check(path, fast=True).blocks} == {"fresh"}


@pytest.mark.parametrize("name", BANK)
def test_its_numbers_are_those_of_the_scenario(name):
    scenario = load_scenario(name)
    loaded = parse(design_text(scenario, "mine"), "design.yaml")
    assert validate(loaded) == []
    whole = Worksheet(
        {line.name: line.formula for line in scenario.assumptions},
        {line.name: (line.formula, None) for line in scenario.estimates},
        nouns=scenario.nouns,
    )
    values = loaded.design.worksheet().values
    assert {key: str(value) for key, value in values.items()} == {
        key: str(value) for key, value in whole.values.items()
    }
    assert len(values) == len(scenario.assumptions) + len(scenario.estimates)


def test_what_a_scenario_says_is_there_with_evidence_where_its_kind_has_some():
    scenario = load_scenario("url-shortener")
    design = parse(design_text(scenario, "mine"), "design.yaml").design
    assert (design.id, design.title, design.profile) == ("mine", "URL shortener", "full")
    assert design.assumptions["writes"].source == "interviewer"
    assert design.estimates["write_rate"].formula == "writes"  # the scenario: writes to link/s
    assert design.estimates["write_rate"].unit == "link/s"
    assert [run.run for run in design.components["ring"].evidence] == [
        "ring.balance",
        "ring.rebalance",
    ]
    assert design.components["stats"].evidence == ()
    assert list(design.components) == [line.name for line in scenario.components]
    assert list(design.flows) == [line.name for line in scenario.flows]
    assert len(design.requirements.functional) == len(scenario.requirements.functional)
    assert design.out_of_scope == scenario.out_of_scope
