"""`sdcli score`: the exit codes, the JSON and what stands on the screen."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from sdcli.cli import score
from sdcli.core.errors import FaultsFound, InputError
from sdcli.scoring.answer import BYTES_MAX

from .conftest import LOCKERS

ANSWER = """\
# Scope
About 1.2 million new parcels come on a day, so 14 openings a second are all we serve.
# High-level design
A load balancer spreads requests over stateless servers. We pay 12 * 30 = 3600 a year.
# Deep dive
We use a signed code.
"""


@pytest.fixture
def run(tmp_path):
    app = typer.Typer()
    app.callback()(lambda: None)
    score.register(app)
    answer = tmp_path / "answer.md"
    answer.write_text(ANSWER, encoding="utf-8")

    def invoke(*options, file=str(answer), **more):
        return CliRunner().invoke(app, ["score", str(LOCKERS), file, *options], **more)

    return invoke


def test_json_is_one_object_and_nothing_else(run):
    result = run("--json")
    document = json.loads(result.stdout)
    assert result.exit_code == 0
    # weights 2 1 2 3 1: load 1, stateless .7, offline-codes .25: (2 + 1.4 + .75) / 9
    assert (document["scenario"], document["matched"], document["score"]) == (
        "parcel-lockers",
        True,
        46.1,
    )
    assert document["band"] == "getting there"
    assert [one["verdict"] for one in document["numbers"] if "3600" in one["quote"]] == ["off"]


@pytest.mark.parametrize(
    ("least", "code"), [("46", 0), ("46.1", 0), ("46.2", 1), ("0", 0), ("100", 1)]
)
def test_min_decides_the_exit_code(run, least, code):
    assert run("--min", least).exit_code == code
    assert run("--min", least, "--json").exit_code == code


def test_no_score_is_below_every_minimum(run, tmp_path):
    other = tmp_path / "other.md"
    other.write_text("Boil the pasta.", encoding="utf-8")
    assert run(file=str(other)).exit_code == 0
    assert run("--min", "0", file=str(other)).exit_code == 1
    assert "could not be matched to the question" in run(file=str(other)).stdout
    assert json.loads(run("--json", file=str(other)).stdout)["score"] is None


def test_the_screen_shows_what_counts(run):
    shown = run().stdout
    for words in (
        "Parcel lockers · level mid",
        "keyword-based practice score",
        "Whole: 45 of 100, getting there",  # 46.1 rounded to 5
        "line 2:",
        '"About 1.2 million new parcels come on a day, so 14 openings',
        "■■■ justified",
        "□□□ Wrap-up, absent · failure: Says what people see when the service\n      fails.",
        "why: That is what matters.",
        "off: line 4: 12 * 30 = 3600 a year (comes to 360",
        "What would raise it most",
    ):
        assert words in shown
    assert shown.index("1. Lets a locker check codes") < shown.index("2. ")
    assert max(map(len, shown.splitlines())) <= 80


def test_the_levels_ask_different_items(run):
    assert "Caches the parcel rows" not in run().stdout
    assert "Caches the parcel rows" in run("--level", "senior").stdout


def test_standard_input_can_be_scored(run):
    assert json.loads(run("--json", file="-", input=ANSWER).stdout)["score"] == 46.1


def test_control_characters_of_an_answer_do_not_reach_the_screen(run, tmp_path):
    sly = tmp_path / "sly.md"
    sly.write_text(
        ANSWER.replace("stateless servers", "stateless \x1b[31mservers"), encoding="utf-8"
    )
    assert "\x1b" not in run(file=str(sly)).stdout


@pytest.mark.parametrize(
    ("file", "options"), [("no-such-file.md", ()), (None, ("--level", "boss"))]
)
def test_input_that_cannot_be_used_is_an_input_error(run, file, options):
    result = run(*options, **({"file": file} if file else {}))
    assert isinstance(result.exception, InputError)


def test_a_minimum_out_of_range_is_refused(run):
    assert run("--min", "101").exit_code == 2


def test_a_broken_scenario_is_reported_with_its_faults(tmp_path):
    app = typer.Typer()
    app.callback()(lambda: None)
    score.register(app)
    broken = tmp_path / "broken.yaml"
    broken.write_text("schema: sdcli-scenario/1\nid: broken\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["score", str(broken), str(broken)])
    assert isinstance(result.exception, FaultsFound)


@pytest.mark.parametrize("through", ["file", "stdin"])
def test_no_more_is_read_than_any_answer_has(run, tmp_path, through):
    def scored(size):
        text = ANSWER.ljust(size)
        if through == "stdin":
            return run("--json", file="-", input=text)
        (tmp_path / "long.md").write_text(text, encoding="utf-8")
        return run("--json", file=str(tmp_path / "long.md"))

    assert json.loads(scored(BYTES_MAX).stdout)["score"] == 46.1
    error = scored(BYTES_MAX + 1).exception
    assert isinstance(error, InputError)
    assert "this is larger than 200000 bytes" in str(error)


def test_standard_input_that_is_no_text_is_an_input_error(run):
    assert isinstance(run(file="-", input=b"caf\xe9").exception, InputError)


def test_comments_and_questions_to_the_interviewer_are_no_answer(run, tmp_path):
    """The same items, sums and lines as of a file where they are blank lines."""
    shown = []
    for one, two in (("", ""), ("? What if the service fails?", "<!-- the service fails -->")):
        other = tmp_path / "other.md"
        other.write_text(f"{one}\n{two}\n{ANSWER}", encoding="utf-8")
        shown.append(run("--json", file=str(other)).stdout)
    assert shown[0] == shown[1]
    assert json.loads(shown[0])["score"] == 46.1
