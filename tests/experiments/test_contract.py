"""Every experiment keeps the contract, whatever it measures."""

from __future__ import annotations

import dataclasses
import functools
import json
from typing import Any

import pytest

from sdcli.core.errors import InputError
from sdcli.experiments import (
    EXPERIMENTS,
    Frame,
    Predict,
    Result,
    contenders,
    get,
    kv_amplification,
    kv_bloom,
    kv_compaction,
    kv_crash,
    limiter_burst,
    limiter_clock,
    limiter_compare,
    limiter_race,
    limiter_shape,
    names,
    params_json,
    ring_balance,
    ring_contest,
    ring_hotkey,
    ring_plan,
    ring_rebalance,
)

# Settings that run in a fraction of a second.
QUICK: dict[str, dict[str, Any]] = {
    "ring.balance": {"nodes": 4, "vnodes": 100, "keys": 500},
    "ring.rebalance": {"nodes": 4, "vnodes": 100, "keys": 500},
    "ring.plan": {"nodes": 4, "vnodes": 100, "replicas": 2},
    "ring.hotkey": {"nodes": 10, "vnodes": 40, "keys": 500, "requests": 1000},
    "ring.contest": {"nodes": 6, "vnodes": 20, "keys": 1000},
    "limiter.burst": {"rate": 20, "burst": 10, "window": 2},
    "limiter.compare": {"requests": 100},
    "limiter.shape": {"requests": 100},
    "limiter.clock": {"direction": "forward", "rate": 0.5, "burst": 3, "window": 20},
    "limiter.race": {"clients": 3, "limit": 20, "requests": 200},
    "limiter.choose": {"rate": 20, "burst": 10, "window": 2},
    "kv.path": {},
    "kv.crash": {"operations": 20},
    "kv.bloom": {"keys": 2000, "lookups": 4000, "tables": 3},
    "kv.compaction": {"size": "30 KB", "memtable": "2 KiB"},
    "kv.amplification": {"size": "60 KB", "memtable": "4 KiB"},
}
ALL = pytest.mark.parametrize("name", names())


@pytest.fixture(autouse=True)
def small_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer rings: the contract does not depend on how many there are."""
    monkeypatch.setattr(kv_crash, "FAULTS", {"tail": kv_crash.FAULTS["tail"]})
    monkeypatch.setattr(ring_balance, "POINTS_BUDGET", 6000)
    monkeypatch.setattr(ring_rebalance, "POINTS_BUDGET", 4000)
    monkeypatch.setattr(ring_plan, "POINTS_BUDGET", 5000)
    monkeypatch.setattr(ring_plan, "KEYS_BUDGET", 500)
    monkeypatch.setattr(ring_plan, "RINGS_MAX", 6)
    monkeypatch.setattr(contenders, "ROWS", 10_007)


def fresh_run(name: str, seed: int = 7, watch: Any = None) -> Result:
    experiment = get(name)
    return experiment.run(experiment.bind(QUICK[name]), seed, watch)


@functools.cache  # with the budgets of this file alone: see tests/experiments/runs.py
def quick_run(name: str, seed: int = 7) -> Result:
    return fresh_run(name, seed)


@functools.cache
def watched(name: str) -> tuple[Result, tuple[Frame, ...]]:
    frames: list[Frame] = []
    return fresh_run(name, watch=frames.append), tuple(frames)


def test_every_experiment_is_tested_here() -> None:
    assert sorted(QUICK) == sorted(EXPERIMENTS) == sorted(names())


@ALL
def test_its_name_is_the_registrys(name: str) -> None:
    experiment = get(name)
    assert experiment.name == name
    assert experiment.revision >= 1
    for text in (experiment.title, experiment.claim, experiment.source):
        assert text.strip() == text != ""


@ALL
def test_a_run_gives_exactly_the_metrics_that_it_declares(name: str) -> None:
    result = quick_run(name)
    declared = [metric.name for metric in get(name).metrics]
    assert list(result.metrics) == declared or sorted(result.metrics) == sorted(declared)
    assert len(set(declared)) == len(declared)
    assert all(type(value) is float for value in result.metrics.values())
    for metric in get(name).metrics:
        assert not metric.theory or metric.theory in declared


@ALL
def test_watching_changes_nothing(name: str) -> None:
    result, frames = watched(name)
    assert result == quick_run(name)
    assert frames
    progress = [frame.progress for frame in frames]
    assert progress == sorted(progress)
    assert progress[-1] == 1.0
    assert all(0 <= step <= 1 for step in progress)


@ALL
def test_frames_fit_a_terminal(name: str) -> None:
    for frame in watched(name)[1]:
        assert all(len(line) <= 80 for line in (frame.title, *frame.lines))
        assert not any("\x1b" in line or "\n" in line for line in frame.lines)
        assert not frame.inks or list(map(len, frame.inks)) == list(map(len, frame.lines))


@ALL
def test_nobody_has_to_watch_for_longer_than_four_seconds(name: str) -> None:
    _, frames = watched(name)
    assert sum(frame.hold for frame in frames) <= 4
    assert frames[-1].hold == 0  # the last one is printed with the answer


@ALL
def test_the_seed_decides_the_run(name: str) -> None:
    assert fresh_run(name, 3) == quick_run(name, 3)
    found = {tuple(quick_run(name, seed).metrics.values()) for seed in range(5)}
    assert len(found) > 1


@ALL
def test_the_claim_holds_for_any_seed(name: str) -> None:
    for seed in range(5):
        result = quick_run(name, seed)
        assert (result.verdict, result.scale) == ("holds", "1:1"), result.note


@ALL
def test_parameters_are_declared_once(name: str) -> None:
    experiment = get(name)
    fields = dataclasses.fields(experiment.Params)
    assert [param.name for param in experiment.parameters] == [field.name for field in fields]
    defaults = experiment.bind({})
    assert defaults == experiment.Params()
    for param in experiment.parameters:
        assert param.help
        assert getattr(defaults, param.name) == param.default
        # A default is one of the values that may be given, and is given back as it is.
        assert experiment.bind({param.name: str(param.default)}) == defaults


@ALL
def test_params_are_plain_json(name: str) -> None:
    params = get(name).bind({})
    assert json.loads(json.dumps(params_json(params))) == params_json(params)
    with pytest.raises(dataclasses.FrozenInstanceError):
        params.anything = 1


@ALL
def test_its_question_can_be_asked_and_explained(name: str) -> None:
    experiment = get(name)
    params = experiment.bind(QUICK[name])
    result = quick_run(name)
    predict = experiment.predict
    assert predict.metric in result.metrics
    assert predict.question(params).endswith("?")
    explained = predict.explain(params, result)
    assert explained.endswith(".")
    measured = result.metrics[predict.metric]
    assert predict.is_close(measured, result)
    assert not predict.is_close(measured * 3, result)
    assert not predict.is_close(0.0, result)


GUESS: Predict[Any] = Predict(
    question=lambda _: "How many?",
    metric="m",
    tolerance=0.2,
    explain=lambda *_: "",
    example="9",
)


def test_tolerance_is_a_share_of_what_was_measured() -> None:
    result = Result(metrics={"m": 50.0}, verdict="holds", note="")
    assert GUESS.is_close(59.9, result)  # 50 + 20 % = 60
    assert not GUESS.is_close(60.1, result)
    assert GUESS.within == "within 20 %"


def test_no_prediction_is_judged_by_a_metric_that_does_not_carry_over() -> None:
    result = Result(metrics={"m": 50.0}, verdict="holds", note="", scale="1:7", not_carried=("m",))
    with pytest.raises(ValueError, match="measured at 1:7"):
        GUESS.is_close(50.0, result)


# Settings that no budget allows at full scale, with the budgets of this file.
LARGE: dict[str, dict[str, Any]] = {
    "ring.balance": {"nodes": 200, "vnodes": 100, "keys": 300_000},
    "ring.rebalance": {"nodes": 4, "vnodes": 5000, "keys": 300_000},
    "ring.plan": {"nodes": 4, "vnodes": 5000},
    "ring.hotkey": {"nodes": 10, "vnodes": 40, "requests": 300_000},
    "ring.contest": {"nodes": 6, "vnodes": 20, "keys": 300_000},
    "limiter.burst": {"rate": 100_000, "burst": 1, "window": 60},
    "limiter.compare": {"requests": 300_000},
    "limiter.shape": {"requests": 300_000},
    "limiter.clock": {"rate": 300, "burst": 3},
    "limiter.race": {"requests": 300_000},
    "limiter.choose": {"rate": 1000, "burst": 1, "window": 60},
    "kv.path": {"value_size": "10 KB"},
    "kv.crash": {"operations": 10_000},
    "kv.bloom": {"keys": "4G", "lookups": 2000, "tables": 3},
    "kv.compaction": {"size": "1 TB"},
    "kv.amplification": {"size": "1 TB"},
}


@ALL
def test_a_scaled_run_names_what_does_not_carry_over(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kv_amplification, "PUTS_BUDGET", 3000)
    monkeypatch.setattr(kv_bloom, "KEYS_BUDGET", 2000)
    monkeypatch.setattr(kv_compaction, "PUTS_BUDGET", 1000)
    monkeypatch.setattr(kv_crash, "OPERATIONS_BUDGET", 20)
    monkeypatch.setattr(kv_crash, "FAULTS", {})
    monkeypatch.setattr(limiter_burst, "TAKES_BUDGET", 1000)
    monkeypatch.setattr(limiter_clock, "REQUESTS_BUDGET", 1000)
    monkeypatch.setattr(limiter_compare, "REQUESTS_BUDGET", 1000)
    monkeypatch.setattr(limiter_race, "REQUESTS_BUDGET", 1000)
    monkeypatch.setattr(limiter_shape, "REQUESTS_BUDGET", 1000)
    monkeypatch.setattr(ring_balance, "KEYS_BUDGET", 500)
    monkeypatch.setattr(ring_rebalance, "KEYS_BUDGET", 500)
    monkeypatch.setattr(ring_hotkey, "REQUESTS_BUDGET", 1000)
    monkeypatch.setattr(ring_contest, "KEYS_BUDGET", 1000)
    experiment = get(name)
    result = experiment.run(experiment.bind(LARGE[name]), 7)
    assert result.scale != "1:1"
    declared = [metric.name for metric in experiment.metrics]
    # What limiter.choose tells of the whole window are bounds, so all of it carries over.
    assert bool(result.not_carried) == (name != "limiter.choose")
    assert [one for one in declared if one in result.not_carried] == list(result.not_carried)
    assert fresh_run(name).not_carried == ()


def test_an_unknown_experiment_gets_a_suggestion() -> None:
    with pytest.raises(InputError) as caught:
        get("ring.balanse")
    assert "did you mean ring.balance" in caught.value.render()


@ALL
def test_a_metric_is_found_by_name(name: str) -> None:
    experiment = get(name)
    first = experiment.metrics[0]
    assert experiment.metric(first.name) is first
    assert experiment.metric("no-such-metric") is None
