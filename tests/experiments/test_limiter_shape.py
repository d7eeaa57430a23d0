"""limiter.shape: departures and queues worked out by hand, and limiters that break the promise."""

from __future__ import annotations

from typing import Any

import pytest

from sdcli.experiments import Frame, Result, get
from sdcli.experiments import limiter_shape as module
from sdcli.experiments.limiter_traffic import TRAFFIC, Traffic
from sdcli.reference.limiters import SECOND, leaking_bucket, token_bucket

EXPERIMENT = get("limiter.shape")


def run(seed: int = 7, watch: Any = None, **values: Any) -> Result:
    return EXPERIMENT.run(EXPERIMENT.bind({"requests": 200, **values}), seed, watch)


def come(monkeypatch: pytest.MonkeyPatch, *seconds: float) -> None:
    moments = [round(second * SECOND) for second in seconds]
    monkeypatch.setattr(Traffic, "moments", lambda _self, _chance: moments)


def test_a_burst_comes_out_as_on_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    # One a second, three at once. Four come at 0, one at 10: the fourth is denied. The leaking
    # bucket lets them out at 0, 1, 2 and 10. The service takes half a second for each: behind the
    # token bucket it begins at 0, 0.5, 1 and 10.
    come(monkeypatch, 0, 0, 0, 0, 10)
    result = run(rate=1, burst=3, capacity=2)
    assert result.verdict == "holds", result.note
    assert result.metrics == {
        "longest_hold": 2,
        "longest_hold_bound": 2,
        "mean_hold": (0 + 1 + 2 + 0) / 4,
        "most_inside": 2,
        "token_busiest": 3,
        "leaking_busiest": 1,
        "leaking_busiest_bound": 1,
        "token_queue": 2,
        "leaking_queue": 0,
        "token_longest_wait": 1,
        "leaking_longest_wait": 0,
        "token_mean_total": (0 + 0.5 + 1 + 0) / 4,
        "leaking_mean_total": (0 + 1 + 2 + 0) / 4,
        "admitted": 4,
        "denied": 1,
    }


def test_a_service_slower_than_the_rate_has_a_queue_behind_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Two seconds for each request: it begins at 0, 2, 4 and 10, whoever stands in front. Those of
    # the leaking bucket came at 0, 1 and 2, so they wait 0, 1 and 2 s there, one at a time.
    come(monkeypatch, 0, 0, 0, 0, 10)
    metrics = run(rate=1, burst=3, capacity=0.5).metrics
    assert (metrics["token_queue"], metrics["token_longest_wait"]) == (2, 4)
    assert (metrics["leaking_queue"], metrics["leaking_longest_wait"]) == (1, 2)
    assert metrics["token_mean_total"] == metrics["leaking_mean_total"] == (0 + 2 + 4 + 0) / 4


def test_a_rate_that_is_no_whole_number_of_nanoseconds_needs_no_queue_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Three a second depart every 333,333,333.3 ns, rounded up; a service of just that rate.
    come(monkeypatch, *[0] * 30, *[5.1] * 30)
    result = run(rate=3, burst=20, capacity=3)
    assert result.verdict == "holds", result.note
    assert result.metrics["leaking_queue"] == 0
    assert result.metrics["longest_hold"] == pytest.approx(19 / 3, abs=2e-9)


def test_the_longest_hold_is_reached_in_bursts() -> None:
    metrics = run().metrics  # groups of 40, 20 at once, 10 a second
    assert metrics["longest_hold_bound"] == 1.9
    # Of 40 within 0.2 s the bucket is full when the last one gets in: less than a slot is missing.
    assert 1.8 < metrics["longest_hold"] <= 1.9
    assert metrics["token_queue"] == metrics["most_inside"] == 19


@pytest.mark.parametrize("traffic", TRAFFIC)
@pytest.mark.parametrize(
    "values",
    [
        {"rate": 13.37, "burst": 3, "capacity": 13.37},
        {"rate": "54 request/min", "burst": 1, "capacity": 0.2, "load": 1},
        {"rate": 7 / 3, "burst": 40, "capacity": 100, "load": 20},
    ],
    ids=["crooked", "54 a minute", "7 in 3 s"],
)
def test_the_claim_holds_across_the_parameters(values: dict[str, Any], traffic: str) -> None:
    for seed in (7, 8):
        result = run(seed, traffic=traffic, **values)
        assert result.verdict == "holds", result.note
        assert result.metrics["admitted"] + result.metrics["denied"] == 200


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (lambda delay: 0, "departed in"),
        (lambda delay: delay // 2, "departed in"),
        (lambda delay: delay + SECOND, "was held back for 2."),
        (lambda delay: -delay, "served sooner for being shaped"),
    ],
    ids=["never", "half as long", "too long", "before it came"],
)
def test_a_shaper_with_other_delays_is_found_out(
    monkeypatch: pytest.MonkeyPatch, changed: Any, why: str
) -> None:
    step = leaking_bucket.step

    def strange(policy: Any, state: Any, now: int, cost: int = 1) -> Any:
        after, decision = step(policy, state, now, cost)
        return after, decision._replace(delay_ns=changed(decision.delay_ns))

    monkeypatch.setattr(leaking_bucket, "step", strange)
    result = run()
    assert result.verdict == "fails"
    assert why in result.note


def test_buckets_that_admit_different_requests_are_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    step = token_bucket.step

    def generous(policy: Any, state: Any, now: int, cost: int = 1) -> Any:
        return state, step(policy, state, now, cost)[1]

    monkeypatch.setattr(token_bucket, "step", generous)
    result = run()
    assert result.verdict == "fails"
    assert "the two do not admit the same requests" in result.note


def test_fewer_requests_than_asked_for_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REQUESTS_BUDGET", 50)
    result = run(requests=200)
    assert result.scale.startswith("1:4 (50 of 200 requests)")
    carried = {name for name in result.metrics if name not in result.not_carried}
    assert carried == {"longest_hold_bound", "leaking_busiest_bound"}


def test_a_limit_that_nobody_reached_is_said() -> None:
    assert "The limit was not reached" in run(burst=400).note
    assert "not reached" not in run().note


def test_watching_changes_nothing_and_the_last_frame_has_the_longest_hold() -> None:
    frames: list[Frame] = []
    for given in ({}, {"burst": 10**9, "load": 1000, "rate": 1e9, "capacity": 1e-5}):
        frames.clear()
        assert run(watch=frames.append, **given).metrics == run(**given).metrics
        for frame in frames:
            assert max(map(len, (frame.title, *frame.lines))) <= 80
            assert len(frame.lines) <= 20
            assert [len(ink) for ink in frame.inks] == [len(line) for line in frame.lines]
        assert frames[-1].progress == 1.0


def test_the_picture_is_the_one_on_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    come(monkeypatch, 0, 0, 0, 0, 10)
    frames: list[Frame] = []
    run(watch=frames.append, rate=1, burst=3, capacity=2)
    # A column is a second, the picture begins 14 s before the request that is held back longest.
    rows = [line[20:].rstrip() for line in frames[-1].lines]
    before = " " * 14
    assert rows[0] == f"{before}4         1"
    assert rows[1] == f"{before}+         |"
    assert rows[4] == f"{before}3         1"  # the token bucket sends
    assert rows[9] == f"{before}111       1"  # the leaking bucket


def test_the_question_and_what_there_is_to_learn() -> None:
    params = EXPERIMENT.bind({})
    assert "holds 20 requests" in EXPERIMENT.predict.question(params)
    assert EXPERIMENT.predict.explain(params, run()).startswith("1.9 s. Whoever gets the last")
