"""An experiment in the middle of an interview: what becomes of the prediction."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sdcli.cli import trial
from sdcli.cli.screen import console
from sdcli.cli.trial import run_for_design
from sdcli.experiments import limiter_burst


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
        predicted=9010.0,
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
