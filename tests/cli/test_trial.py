"""An experiment in the middle of an interview: what becomes of the prediction."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from sdcli.cli import trial
from sdcli.cli.screen import console
from sdcli.cli.trial import misread, question_of, run_for_design
from sdcli.experiments import Result, get, limiter_burst, names, ring_plan
from sdcli.interview.lines import counted_in, read_prediction
from sdcli.interview.terms import Terms
from sdcli.units import quantity
from tests.interview.scenario_text import scenario


@pytest.mark.parametrize(
    ("takes", "is_close"),
    [(100_000, True), (1000, None)],  # 1,802 takes: at full scale, or half of the window
)
def test_a_prediction_is_judged_at_full_scale_only(monkeypatch, takes, is_close):
    """In 9 s a bucket of 10 that refills at 1000/s admits 10 + 9,000 requests."""
    monkeypatch.setattr(limiter_burst, "TAKES_BUDGET", takes)
    told: dict[str, object] = {}
    said: list[str] = []

    def ran(*_given, **named):
        told.update(named)
        return SimpleNamespace(say=(), events=())

    wanted = SimpleNamespace(
        experiment="limiter.burst",
        component="gate",
        params={"rate": 1000, "burst": 10, "window": 9},
        predicted=quantity("9010"),
    )
    run_for_design(SimpleNamespace(ran=ran), wanted, console(), said.append)
    assert told["is_close"] is is_close
    scaled = [text for text in said if text.startswith("The run was scaled, 1:2 ")]
    assert bool(scaled) is (is_close is None)


def test_the_clock_of_the_interview_waits_for_no_frame(monkeypatch):
    given: list[object] = []

    def run_watched(experiment, params, seed, *, speed):
        given.append(speed)
        return experiment.run(params, seed), None

    monkeypatch.setattr(trial, "run_watched", run_watched)
    machine = SimpleNamespace(ran=lambda *_, **__: SimpleNamespace(say=(), events=()))
    wanted = SimpleNamespace(
        experiment="limiter.burst",
        component="gate",
        params={"rate": 10, "burst": 1, "window": 1},
        predicted=None,
    )
    run_for_design(machine, wanted, console(), lambda _: None)
    assert given == [0]


TERMS = Terms(scenario(), "interview", "mid", 45, None)
GOLDEN = Path(__file__).resolve().parents[1] / "experiments" / "golden.json"


def due(name: str) -> SimpleNamespace:
    return SimpleNamespace(experiment=name, component="part", params={}, predicted=None)


@pytest.mark.parametrize("name", names())
def test_the_example_answers_the_question_and_gives_nothing_away(name):
    """What was measured with the parameters of a design that says nothing: golden.json has it."""
    experiment = get(name)
    question, example = question_of(due(name))
    assert question.endswith("counts as right)")
    default = json.loads(GOLDEN.read_text(encoding="utf-8"))[name][0]
    unit = experiment.metric(experiment.predict.metric).unit
    said = {counted_in(read_prediction(TERMS, one), unit) for one in example.split(" or ")}
    assert len(said) == 1  # two ways to write one answer
    result = SimpleNamespace(metrics=default["metrics"], not_carried=(), scale="1:1")
    assert not experiment.predict.is_close(said.pop(), result)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("ring.hotkey", "4 GB", "2.5 or 2.5 times the mean; an empty line runs it without one"),
        ("ring.rebalance", "45 min", "50 % or 0.5; an empty line runs it without one"),
        ("ring.plan", "4 node", "90 min; an empty line runs it without one"),
        ("ring.plan", "a while", "90 min; an empty line runs it without one"),
    ],
)
def test_a_prediction_of_another_kind_is_refused_with_an_example(name, text, expected):
    assert misread(TERMS, due(name), text).expected == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [("ring.plan", "1.5 h"), ("ring.plan", "90"), ("ring.hotkey", "4x"), ("ring.balance", "7 %")],
)
def test_a_prediction_may_be_a_number_or_in_a_unit_of_its_kind(name, text):
    assert misread(TERMS, due(name), text) is None


def found(monkeypatch, module, value: float, **changed) -> None:
    """Let the module's experiment find this number for each of its metrics, at once."""
    old = module.EXPERIMENT
    metrics = dict.fromkeys((metric.name for metric in old.metrics), value)
    run = lambda *_: Result(metrics=metrics, verdict="holds", note="")  # noqa: E731
    monkeypatch.setattr(module, "EXPERIMENT", dataclasses.replace(old, run=run, **changed))


@pytest.mark.parametrize(("text", "is_close"), [("0.75 h", True), ("45", True), ("2 h", False)])
def test_a_prediction_in_hours_is_set_beside_minutes(monkeypatch, text, is_close):
    """Within 20 % of 40 min are 32 to 48; three quarters of an hour are 45."""
    found(monkeypatch, ring_plan, 40.0)
    told: dict[str, object] = {}

    def ran(*_given, **named):
        told.update(named)
        return SimpleNamespace(say=(), events=())

    wanted = due("ring.plan")
    wanted.predicted = quantity(text)
    run_for_design(SimpleNamespace(ran=ran), wanted, console(), lambda _: None)
    assert (told["metric"], told["unit"], told["is_close"]) == ("minutes", "min", is_close)


def test_what_a_metric_is_does_not_run_to_the_left_edge(monkeypatch, capsys):
    metrics = tuple(
        dataclasses.replace(metric, title="so many words " * 5)
        for metric in limiter_burst.EXPERIMENT.metrics
    )
    found(monkeypatch, limiter_burst, 5.0, metrics=metrics)
    machine = SimpleNamespace(ran=lambda *_, **__: SimpleNamespace(say=(), events=()))
    run_for_design(machine, due("limiter.burst"), console(), lambda _: None)
    lines = capsys.readouterr().out.splitlines()
    place = lines[1].index("what it is")
    continued = [line for line in lines[2:] if line.startswith("  ")]
    assert continued
    for line in continued:
        assert not line[:place].strip()
        assert len(line) <= 80
