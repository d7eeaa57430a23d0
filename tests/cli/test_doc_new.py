"""`sdcli doc new --from`: scenarios and patterns by name, and what is said to another word."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from sdcli.cli.app import app
from sdcli.core.errors import InputError
from sdcli.design import load


def run(*words):
    result = CliRunner().invoke(app, ["doc", "new", *map(str, words)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


@pytest.mark.parametrize("name", ["multi-region", "url-shortener"])
def test_a_pattern_and_a_scenario_become_a_design_of_the_new_id(name, tmp_path):
    run("mine", "--from", name, "--out", tmp_path)
    design = load(tmp_path / "design.yaml").design
    assert design.id == "mine"
    assert len(design.components) >= 5


def test_a_scenario_of_ones_own_is_named_by_its_file(tmp_path, monkeypatch):
    from sdcli.core.folders import shipped

    monkeypatch.chdir(tmp_path)
    text = (shipped("knowledge") / "scenarios" / "chat.yaml").read_text()
    (tmp_path / "chat.yaml").write_text(text)
    run("mine", "--from", "./chat.yaml")
    assert load(tmp_path / "mine" / "design.yaml").design.id == "mine"


@pytest.mark.parametrize(
    ("name", "meant"),
    [("url-shortner", "url-shortener"), ("multi-regions", "multi-region")],
)
def test_a_misspelt_name_gets_the_one_that_was_meant_of_either_list(name, meant, tmp_path):
    with pytest.raises(InputError) as caught:
        run("mine", "--from", name, "--out", tmp_path)
    assert caught.value.fix == f"did you mean {meant}?"
    assert "fan-out-feed" in caught.value.expected
    assert "web-crawler" in caught.value.expected
    assert not (tmp_path / "design.yaml").exists()


@pytest.mark.parametrize("source", [[], ["--from", "multi-region"], ["--from", "chat"]])
def test_a_bad_id_is_refused_before_anything_is_written(source, tmp_path):
    with pytest.raises(InputError, match="not an id"):
        run("Not An Id", *source, "--out", tmp_path)
    assert not (tmp_path / "design.yaml").exists()


def test_no_id_is_said_in_a_sentence():
    with pytest.raises(InputError, match="needs an id"):
        run()


def test_the_list_has_both_with_a_line_each():
    told = run("--list")
    assert "multi-region" in told
    assert "One service in two regions" in told
    assert "web-crawler" in told
    assert max(map(len, told.splitlines())) <= 80
    listed = json.loads(run("--list", "--json"))
    assert {"id", "title"} == set(listed["patterns"][0])
    assert len(listed["patterns"]) == 6
    assert len(listed["scenarios"]) >= 14
