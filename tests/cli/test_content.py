"""`sdcli content`: what its check adds to content's own, and how both commands answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from sdcli.cli import content
from sdcli.content import load_scenario, scenario_ids
from sdcli.core.errors import InputError

SMALL = (Path(__file__).parents[1] / "content/coat-check.yaml").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    own = tmp_path / "content"
    own.mkdir()
    monkeypatch.chdir(own)
    return own


def run(*arguments):
    app = typer.Typer()
    content.register(app)
    app.command("other")(lambda: None)  # a second command keeps `content` a word of the line
    return CliRunner().invoke(app, ["content", *arguments])


def names_that_are_wrong(old, new):
    """Faults of the registries alone, after one replacement, as key and message."""
    assert old in SMALL
    Path("coat-check.yaml").write_text(SMALL.replace(old, new, 1))
    result = run("check", "coat-check.yaml", "--json")
    found = json.loads(result.stdout)["faults"]
    return [
        (fault["line"], fault["key"], fault["message"])
        for fault in found
        if fault["key"].startswith(("components", "flows", "deep_dives[0].experiment"))
    ]


def test_a_scenario_of_the_bank_has_no_fault():
    bank = Path(content.__file__).parents[2] / "knowledge" / "scenarios"
    result = run("check", str(bank / "url-shortener.yaml"))
    assert (result.stdout, result.exit_code) == ("1 scenario, no fault\n", 0)


def test_the_whole_bank_is_checked_when_nothing_is_named():
    result = run("check", "--json")
    assert json.loads(result.stdout) == {"files": len(scenario_ids()), "faults": []}
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "rows: kv-store",
            "rows: kv-stor",
            (29, "components[2].line", "rows: kv-stor is not a kind of component"),
        ),
        (
            "nodes=4 vnodes=160",
            "nodes=4 vnode=160",
            (28, "components[1].line", "ring: hash-ring has no parameter vnode"),
        ),
        (
            "counter -> rows",
            "counter -> cellar",
            (32, "flows[0].line", "fetch: no component is named cellar"),
        ),
        (
            "client -> counter -> rows",
            "client",
            (32, "flows[0].line", "fetch: a flow has at least two hops"),
        ),
        (
            "run: ring.balance",
            "run: ring.balence",
            (49, "deep_dives[0].experiment.run", 'there is no experiment "ring.balence"'),
        ),
        (
            "run: ring.balance",
            "run: limiter.burst",
            (
                49,
                "deep_dives[0].experiment.run",
                "limiter.burst does not back a hash-ring",
            ),
        ),
    ],
)
def test_a_name_that_no_registry_knows_is_found(old, new, expected):
    found = names_that_are_wrong(old, new)
    assert [(line, key, message) for line, key, message in found] == [expected]


def test_the_rubrics_proof_is_part_of_the_check():
    """The model sentences of the small scenario are one letter long: no item can be explained."""
    Path("coat-check.yaml").write_text(SMALL)
    result = run("check", "coat-check.yaml", "--json")
    found = json.loads(result.stdout)["faults"]
    assert {(fault["line"], fault["key"]) for fault in found} >= {
        (73 + at, f"rubric[{at}].model") for at in range(12)
    }
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("match: [[fee], [cost]]", "match: [[tariff]]", "the wording of fee finds nothing in the"),
        ("match: [[tag]]", "match: [[coat]]", "the wording of tag finds nothing in the"),
        ("[staff], [people]", "[staff]", "the wording of staff finds nothing in the"),
        ("[[rush], [peak]]", "[[what, tag]]", "the wording of tag finds rush in the"),
    ],
)
def test_a_question_must_be_found_by_its_own_wording(old, new, message):
    assert old in SMALL
    Path("coat-check.yaml").write_text(SMALL.replace(old, new, 1))
    found = json.loads(run("check", "coat-check.yaml", "--json").stdout)["faults"]
    asked = [fault["message"] for fault in found if fault["key"].startswith("questions")]
    assert any(text.startswith(message) for text in asked)


def test_faults_are_lines_that_an_editor_can_jump_to():
    Path("coat-check.yaml").write_text(SMALL.replace("weight: 3", "weight: 4"))
    result = run("check", "coat-check.yaml")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "coat-check.yaml:79: rubric[6].weight: 4 is out of range; fix: write at most 3",
        "1 scenario, 1 fault",
    ]


def test_a_broken_file_is_a_fault_and_not_an_error():
    Path("a.yaml").write_text("schema: [\n")
    result = run("check", "a.yaml", "--json")
    assert result.exit_code == 1
    assert [fault["line"] for fault in json.loads(result.stdout)["faults"]] == [2]


def test_a_path_that_is_not_there_is_an_error():
    result = run("check", "nowhere")
    assert isinstance(result.exception, InputError)


def test_a_new_scenario_says_where_it_is_and_what_comes_next(folder, monkeypatch):
    monkeypatch.setenv("SDCLI_PATH", str(folder))
    result = run("new", "scenario", "photo-sharing")
    assert result.stdout.splitlines() == [
        "written: scenarios/photo-sharing.yaml",
        "what is left to write: sdcli content check scenarios/photo-sharing.yaml",
        "play it: sdcli interview scenarios/photo-sharing.yaml",
    ]
    assert load_scenario("photo-sharing").id == "photo-sharing"
    again = run("new", "scenario", "photo-sharing", "--json")
    assert isinstance(again.exception, InputError)
    assert again.stdout == ""


def test_the_scaffold_names_only_what_the_registries_know(folder, monkeypatch):
    monkeypatch.setenv("SDCLI_PATH", str(folder))
    run("new", "scenario", "photo-sharing")
    result = run("check", "scenarios/photo-sharing.yaml", "--json")
    found = json.loads(result.stdout)["faults"]
    assert not [fault for fault in found if fault["key"].endswith((".line", ".run", ".kind"))]


def test_only_scenarios_can_be_begun():
    result = run("new", "scenaro", "photo-sharing")
    assert isinstance(result.exception, InputError)
    assert result.exception.expected.startswith("scenario")
