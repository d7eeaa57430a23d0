from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from sdcli.content import load_scenario, parse_scenario, scenario_ids
from sdcli.core.errors import ExitCode, FaultsFound, InputError

SMALL = (Path(__file__).parent / "coat-check.yaml").read_text(encoding="utf-8")


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    """A folder of the person's own content, in front of ours."""
    own = tmp_path / "own"
    (own / "scenarios").mkdir(parents=True)
    monkeypatch.setenv("SDCLI_PATH", str(own))
    return own / "scenarios"


def test_a_scenario_is_what_its_file_says():
    scenario = parse_scenario(SMALL, "coat-check.yaml")
    assert scenario.schema_ == "sdcli-scenario/1"
    assert scenario.questions[0].match == (("how many", "coat"), ("scale",))
    assert scenario.assumptions[0].formula == "2000 coat/day"
    assert scenario.estimates[0].formula == "coats * 1 day / rush to coat/s"
    assert [(part.name, part.kind) for part in scenario.components] == [
        ("counter", "service"),
        ("ring", "hash-ring"),
        ("rows", "kv-store"),
    ]
    assert scenario.flows[0].name == "fetch"
    assert scenario.topic("rows").experiment.run == "ring.balance"
    assert scenario.topic("tags").when is None
    items = {item.id: item for item in scenario.rubric}
    assert items["tag-number"].with_ == ("hook", "301")  # a number is a word to look for
    assert scenario.curveballs[0].change == {"hook": 0.5}


def test_it_keeps_the_text_that_it_was_read_from():
    """A session stores the text and resumes on it, whatever becomes of the file."""
    scenario = parse_scenario(SMALL, "coat-check.yaml")
    assert scenario.text == SMALL
    assert parse_scenario(scenario.text, "again") == scenario


def test_a_level_asks_its_own_items_and_those_below():
    # 12 items: one of senior (queueing), one of staff (tag-number), ten of mid
    scenario = parse_scenario(SMALL, "coat-check.yaml")
    counts = [len(scenario.asked_at(level)) for level in ("mid", "senior", "staff")]
    assert counts == [10, 11, 12]


def test_nothing_in_it_can_be_changed():
    scenario = parse_scenario(SMALL, "coat-check.yaml")
    with pytest.raises(ValidationError):
        scenario.title = "Wardrobe"
    with pytest.raises(ValidationError):
        scenario.rubric[0].weight = 3


def test_a_file_can_be_loaded_by_its_path(tmp_path):
    path = tmp_path / "coat-check.yaml"
    path.write_text(SMALL)
    assert load_scenario(path).id == load_scenario(str(path)).id == "coat-check"


def test_a_persons_own_scenarios_stand_in_front(own_folder):
    (own_folder / "coat-check.yaml").write_text(SMALL)
    (own_folder / "url-shortener.yaml").write_text(SMALL.replace("coat-check", "url-shortener"))
    (own_folder / "notes.txt").write_text("")
    assert "coat-check" in scenario_ids()
    assert "notes" not in scenario_ids()
    assert scenario_ids() == sorted(set(scenario_ids()))
    assert load_scenario("url-shortener").title == "Coat check"


def test_a_folder_that_is_not_there_holds_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("SDCLI_PATH", str(tmp_path / "nowhere"))
    assert "url-shortener" in scenario_ids()


def test_an_unknown_id_is_answered_with_the_nearest():
    with pytest.raises(InputError) as caught:
        load_scenario("url-shortner")
    assert str(caught.value) == 'there is no scenario "url-shortner"; did you mean url-shortener?'
    assert caught.value.expected.startswith("one of ")
    assert caught.value.exit_code == ExitCode.INPUT


def test_a_file_that_is_not_there_is_one_clear_error(tmp_path):
    with pytest.raises(InputError, match="cannot read it: no such file or directory"):
        load_scenario(tmp_path / "coat-check.yaml")


def test_loading_finds_every_fault_of_form_and_reference_at_once(tmp_path):
    path = tmp_path / "wardrobe.yaml"
    path.write_text(
        SMALL.replace("weight: 3", "weight: 4").replace("offers: [rush]", "offers: [rash]")
    )
    with pytest.raises(FaultsFound) as caught:
        load_scenario(path)
    assert [(fault.line, fault.key) for fault in caught.value.faults] == [
        (2, "id"),
        (11, "questions[1].offers[0]"),
        (79, "rubric[6].weight"),
    ]


def test_loading_asks_neither_for_sums_nor_for_the_rules_of_the_bank():
    """A small scenario of somebody's own can be played before it is fit for the bank."""
    text = SMALL.replace('expect: "400"', 'expect: "4"')
    start, end = text.index("  - id: tags"), text.index("\nrubric:")
    assert parse_scenario(text[:start] + text[end:], "small").id == "coat-check"
