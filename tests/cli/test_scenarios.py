"""`sdcli scenarios`: the table, and a page that gives nothing away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from sdcli.cli import scenarios
from sdcli.content import load_scenario, scenario_ids
from sdcli.core.errors import InputError

SMALL = (Path(__file__).parents[1] / "content/coat-check.yaml").read_text(encoding="utf-8")


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    folder = tmp_path / "own/scenarios"
    folder.mkdir(parents=True)
    monkeypatch.setenv("SDCLI_PATH", str(folder.parent))
    return folder


def run(*arguments):
    app = typer.Typer()
    scenarios.register(app)
    app.command("other")(lambda: None)  # a second command keeps `scenarios` a word of the line
    return CliRunner().invoke(app, ["scenarios", *arguments])


def test_the_bank_is_listed_from_easy_to_hard():
    rows = json.loads(run("--json").stdout)["scenarios"]
    assert sorted(row["id"] for row in rows) == scenario_ids()
    grades = [row["difficulty"] for row in rows]
    assert grades == sorted(grades, key=["easy", "medium", "hard"].index)
    assert len(set(grades)) == 3


def test_the_table_fits_eighty_columns():
    result = run()
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["scenario", "difficulty", "what", "it", "is", "about"]
    assert any(line.startswith("url-shortener ") for line in lines)
    assert max(len(line) for line in lines) <= 80


def test_a_broken_scenario_has_a_row_and_hides_no_other(own_folder):
    (own_folder / "coat-check.yaml").write_text(SMALL)
    (own_folder / "broken.yaml").write_text(SMALL.replace("weight: 3", "weight: 4"))
    rows = json.loads(run("--json").stdout)["scenarios"]
    assert {"id": "broken", "faults": 2} in rows  # its id is not its name, and the weight
    assert [row["id"] for row in rows if row.get("title") == "Coat check"] == ["coat-check"]
    assert "cannot be used: 2 faults" in run().stdout


def test_the_page_has_what_an_interviewer_says_before_the_clock_starts():
    page = json.loads(run("url-shortener", "--json").stdout)
    scenario = load_scenario("url-shortener")
    assert page["prompt"] == scenario.prompt
    assert page["difficulty"] == "easy"
    assert [step["id"] for step in page["steps"]] == ["scope", "high_level", "deep_dive", "wrap_up"]
    assert sum(step["minutes"] for step in page["steps"]) == 45
    assert page["questions"] == len(scenario.questions)


def test_the_page_gives_no_number_component_or_topic_away():
    text = run("url-shortener").stdout + run("url-shortener", "--json").stdout
    scenario = load_scenario("url-shortener")
    secrets = [
        *(line.line for line in scenario.assumptions),
        *(line.name for line in scenario.estimates),
        *(part.line for part in scenario.components),
        *(topic.title for topic in scenario.deep_dives),
        *(item.claim for item in scenario.rubric),
        *(question.answer for question in scenario.questions),
    ]
    assert scenario.title in text
    assert [secret for secret in secrets if secret in text] == []


def test_a_page_of_a_file_can_be_read_before_it_is_in_the_bank(tmp_path):
    path = tmp_path / "coat-check.yaml"
    path.write_text(SMALL)
    assert "Design the cloakroom of an opera house." in run(str(path)).stdout


def test_markup_in_a_scenario_is_shown_and_not_obeyed(own_folder):
    text = SMALL.replace('"Hand in, get a tag, fetch."', '"[red]Hand[/red] in \\e[31m."')
    (own_folder / "coat-check.yaml").write_text(text)
    out = run("coat-check").stdout
    assert "[red]Hand[/red]" in out
    assert "\x1b" not in out


def test_an_unknown_scenario_is_answered_with_the_nearest():
    result = run("url-shortner")
    assert isinstance(result.exception, InputError)
    assert "did you mean url-shortener?" in str(result.exception)
