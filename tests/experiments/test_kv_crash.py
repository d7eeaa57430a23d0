"""kv.crash: what it counts, what it shows, and that it can fail."""

from __future__ import annotations

from typing import Any

import pytest

from sdcli.experiments import Result, get
from sdcli.experiments import kv_crash as module
from sdcli.experiments.kv_checks import FAULTS

EXPERIMENT = get("kv.crash")
SMALL = {"operations": 40, "keys": 12}


@pytest.fixture
def no_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    """The crashes alone: the other checks have tests of their own."""
    monkeypatch.setattr(module, "FAULTS", {})


def run(seed: int = 7, **values: Any) -> Result:
    return EXPERIMENT.run(EXPERIMENT.bind(SMALL | values), seed)


@pytest.mark.usefixtures("no_faults")
@pytest.mark.parametrize("sync", ["always", "group", "os"])
def test_the_claim_holds_in_every_mode(sync: str) -> None:
    result = run(sync=sync)
    metrics = result.metrics
    assert result.verdict == "holds"
    assert [metrics[name] for name in ("lost", "wrong", "half_batches", "refused")] == [0.0] * 4
    assert metrics["promised"] == 40  # closing the store promises the last of them
    assert metrics["disks"] > 4 * 40
    assert bool(metrics["kept_unpromised"]) is True
    assert result.scale == "1:1"


@pytest.mark.usefixtures("no_faults")
def test_what_a_power_cut_takes_in_mode_os_is_a_log_at_most() -> None:
    """A put of key-00n takes 24 + 7 + 7 bytes beside its value, which has some 20 at least.

    So 1,800 bytes hold fewer than thirty, and with what batches take, about eighteen.
    """
    taken = [run(seed, operations=100).metrics["os_taken"] for seed in (1, 2)]
    assert all(8 <= count <= 30 for count in taken)


def test_the_other_faults_are_part_of_the_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run().metrics["faults_bad"] == 0
    for name in FAULTS:
        failing = dict.fromkeys([name], lambda *_: _bad())
        monkeypatch.setattr(module, "FAULTS", failing)
        result = run(operations=10)
        assert (result.verdict, result.metrics["faults_bad"]) == ("fails", 2.0)
        assert "The first: somebody looked." in result.note


def _bad() -> Any:
    tally = module.Tally(tried=3)
    tally.found("lost", "somebody looked", 2)
    return tally


@pytest.mark.usefixtures("no_faults")
def test_more_than_a_run_makes_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OPERATIONS_BUDGET", 20)
    monkeypatch.setattr(module, "DISKS_BUDGET", 100)
    result = run(operations=60)
    assert result.scale.startswith("1:3 (20 of 60 writes)")
    assert "moments)" in result.scale
    assert set(result.not_carried) == set(result.metrics)
    assert result.metrics["disks"] <= 120  # those of the second lives on top


def test_the_picture_can_be_read_without_colour() -> None:
    frames: list[Any] = []
    EXPERIMENT.run(EXPERIMENT.bind(SMALL), 7, frames.append)
    assert all(len(line) <= 80 for frame in frames for line in frame.lines)
    for frame in frames:
        for line, ink in zip(frame.lines, frame.inks, strict=True):
            assert len(line) == len(ink)
    assert [frame.progress for frame in frames] == sorted(frame.progress for frame in frames)
    last = frames[-1].lines
    (crashes,) = [line for line in last if line.startswith("crashes   ")]
    assert set(crashes.split()[1]) == {"+"}
    assert any(line.startswith("log") and "|" in line for line in last)
    assert sum("none found wanting" in line for line in last) == len(FAULTS)


@pytest.mark.usefixtures("no_faults")
def test_where_it_goes_wrong_is_in_the_picture() -> None:
    frames: list[Any] = []
    result = EXPERIMENT.run(EXPERIMENT.bind(SMALL | {"bug": "put-not-synced"}), 7, frames.append)
    assert result.verdict == "fails"
    assert result.metrics["lost"] + result.metrics["wrong"] > 0
    (crashes,) = [line for line in frames[-1].lines if line.startswith("crashes   ")]
    assert "L" in crashes


@pytest.mark.usefixtures("no_faults")
def test_question_and_answer() -> None:
    assert EXPERIMENT.predict is not None
    params = EXPERIMENT.bind({"operations": 100})
    question = EXPERIMENT.predict.question(params)
    assert "a log is full at 1,800 bytes" in question
    assert "100 writes" in question
    result = EXPERIMENT.run(params, 7)
    assert EXPERIMENT.predict.is_close(18, result)  # 1,800 / 100
    assert "1,800 / 100 = 18" in EXPERIMENT.predict.explain(params, result)
