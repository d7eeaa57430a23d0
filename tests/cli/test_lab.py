"""`sdcli lab`: what it prints for people and for programs, and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from sdcli.cli import lab
from sdcli.core.errors import InputError
from sdcli.experiments import EXPERIMENTS, get, limiter_burst, names

QUICK = ["limiter.burst", "--rate", "10", "--burst", "100", "--window", "60"]


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback()(lambda: None)
    lab.register(app)
    return app


def call(app: typer.Typer, *words: str) -> Result:
    return CliRunner().invoke(app, ["lab", *words])


def refused(app: typer.Typer, *words: str) -> InputError:
    result = call(app, *words)
    assert isinstance(result.exception, InputError), result.output
    assert result.stdout == ""
    return result.exception


def test_alone_it_lists_every_experiment(app: typer.Typer) -> None:
    alone, listed = call(app), call(app, "list")
    assert alone.exit_code == 0
    assert alone.output == listed.output
    for name in names():
        assert name in listed.output
    assert "--vnodes 160" in listed.output
    assert max(map(len, listed.output.splitlines())) <= 80


def test_the_list_for_programs(app: typer.Typer) -> None:
    for words in (["list", "--json"], ["--json"]):
        answer = json.loads(call(app, *words).stdout)
        assert [one["name"] for one in answer["experiments"]] == list(EXPERIMENTS)
        ring = answer["experiments"][0]
        assert {"name", "title", "claim", "params"} <= set(ring)
        assert ring["params"][1]["name"] == "vnodes"
        assert ring["params"][1]["default"] == 160


def test_a_run_shows_claim_numbers_picture_and_verdict(app: typer.Typer) -> None:
    result = call(app, "run", *QUICK)
    assert result.exit_code == 0
    assert result.stderr == ""  # progress is for people who sit at a terminal
    text = " ".join(result.stdout.split())
    assert "claim: No window admits more than" in text
    assert "rate 10 request/s, burst 100, window 60 s, seed 7" in text
    # 100 + 10 * 60 = 700, measured beside theory
    assert "admitted_worst_window 700 700 request" in text
    assert "└──" in text
    assert "the claim holds." in text
    assert "scale 1:1" in text
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "\x1b" not in result.stdout


def test_a_run_for_programs(app: typer.Typer) -> None:
    answer = json.loads(call(app, "run", *QUICK, "--seed", "3", "--json").stdout)
    assert list(answer) == [
        "experiment",
        "revision",
        "params",
        "seed",
        "metrics",
        "verdict",
        "note",
        "scale",
    ]
    assert answer["params"] == {
        "algorithm": "token-bucket",
        "rate": 10.0,
        "burst": 100,
        "window": 60.0,
    }
    assert answer["seed"] == 3
    assert answer["metrics"]["admitted_worst_window"] == {"value": 700.0, "unit": "request"}
    assert (answer["verdict"], answer["scale"]) == ("holds", "1:1")


def test_the_screen_and_the_json_come_from_the_same_run(app: typer.Typer) -> None:
    experiment = get("limiter.burst")
    result = experiment.run(experiment.bind({}), 7)
    answer = json.loads(call(app, "run", "limiter.burst", "--json").stdout)
    assert {name: one["value"] for name, one in answer["metrics"].items()} == result.metrics
    assert answer["note"] == result.note


@pytest.mark.parametrize(
    "words",
    [
        ["limiter.burst", "--rate", "10 request/s", "--burst", "100", "--window", "1 min"],
        ["limiter.burst", "--rate=10", "--burst=100", "--window=60"],
        ["--rate", "10", "--seed", "7", "--burst", "100", "limiter.burst", "--window", "60"],
    ],
)
def test_parameters_may_be_written_in_any_order_and_with_units(app, words) -> None:
    expected = call(app, "run", *QUICK, "--json").stdout
    assert call(app, "run", *words, "--json").stdout == expected


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "which experiment?"),
        (["--vnodes", "3"], "which experiment?"),
        (["ring.balanse"], "did you mean ring.balance"),
        (["ring.balance", "--vnode", "3"], "did you mean vnodes?"),
        (["ring.balance", "--vnodes"], "has no value"),
        (["ring.balance", "--vnodes", "--nodes", "3"], "has no value"),
        (["ring.balance", "--vnodes", "3", "--vnodes=4"], "expected: --vnodes once, like"),
        (["ring.balance", "--vnodes", "0"], "from 1 to 10,000"),
        (["ring.balance", "--vnodes", "-5"], "from 1 to 10,000"),
        (["ring.balance", "--vnodes", "5 GB"], "vnodes"),
        (["ring.balance", "160"], "belongs to no parameter"),
        (["limiter.burst", "--algorithm", "token-buckt"], "did you mean token-bucket?"),
        (["limiter.burst", "--speed", "fast"], "no speed"),
        (["limiter.burst", "--speed", "-1"], "no speed"),
        (["limiter.burst", "--speed", "inf"], "no speed"),
        (["limiter.burst", "--speed", "nan"], "no speed"),
    ],
)
def test_wrong_input_is_refused_in_a_sentence(app, words: list[str], says: str) -> None:
    assert says in refused(app, "run", *words).render()
    assert says in refused(app, "run", *words, "--json").render()


def test_of_many_words_some_are_named_and_help_has_all_with_what_they_mean(
    app: typer.Typer, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = refused(app, "run", "kv.crash", "--bug", "nope")
    expected = "none, ack-before-log, put-not-synced or one of "
    assert error.expected.startswith(expected)
    assert len(error.expected) < 120
    monkeypatch.setenv("COLUMNS", "80")
    lines = call(app, "run", "kv.crash", "--help").stdout.splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert "index-off-by-one        the last key of a block is looked for in the block" in lines
    (bug,) = [param for param in get("kv.crash").parameters if param.name == "bug"]
    assert int(error.expected.removeprefix(expected).split()[0]) == len(bug.choices) - 3
    for choice in bug.choices:
        assert sum(line.startswith(f"{choice} ") for line in lines) == 1, choice


def test_help_after_a_name_shows_its_parameters(app: typer.Typer) -> None:
    for words in (["ring.balance", "--help"], ["-h", "ring.balance"]):
        result = call(app, "run", *words)
        assert result.exit_code == 0
        assert "--vnodes" in result.stdout
        assert "from 1 to 10,000" in " ".join(result.stdout.split())
        assert "--seed" in result.stdout
    # A run whose picture is its table does not show what designs call its numbers.
    told = call(app, "run", "limiter.choose", "--help").stdout
    assert "sliding_log_all_callers" in told.partition("Metrics, as designs name them:")[2]
    plain = call(app, "run", "--help")
    assert plain.exit_code == 0
    assert "--seed" in plain.stdout


def test_a_claim_that_fails_exits_with_1(app: typer.Typer, monkeypatch: pytest.MonkeyPatch) -> None:
    real = limiter_burst.run

    def failing(*given: Any) -> Any:
        import dataclasses

        return dataclasses.replace(real(*given), verdict="fails")

    broken = limiter_burst.EXPERIMENT
    monkeypatch.setattr(limiter_burst, "EXPERIMENT", _with_run(broken, failing))
    result = call(app, "run", *QUICK)
    assert result.exit_code == 1
    assert "the claim fails." in result.stdout
    assert call(app, "run", *QUICK, "--json").exit_code == 1


@pytest.mark.parametrize("speed", ["0", "max", "0.5", "3"])
def test_the_speed_changes_nothing_of_the_answer(app: typer.Typer, speed: str) -> None:
    expected = call(app, "run", *QUICK).stdout
    assert call(app, "run", *QUICK, "--speed", speed).stdout == expected


def test_where_the_picture_is_the_table_no_other_is_printed(app, monkeypatch) -> None:
    import dataclasses

    pictured = dataclasses.replace(limiter_burst.EXPERIMENT, pictured=True)
    monkeypatch.setattr(limiter_burst, "EXPERIMENT", pictured)
    text = call(app, "run", *QUICK).stdout
    assert "admitted_worst_window" not in text
    assert "└──" in text
    assert "the claim holds." in text
    answer = json.loads(call(app, "run", *QUICK, "--json").stdout)
    assert answer["metrics"]["admitted_worst_window"]["value"] == 700


def _with_run(experiment: Any, run: Any) -> Any:
    import dataclasses

    return dataclasses.replace(experiment, run=run)
