"""limiter.burst: bounds worked out by hand, reached, and broken by broken limiters."""

from __future__ import annotations

from typing import Any

import pytest

from sdcli.core.errors import InputError
from sdcli.experiments import Result, get
from sdcli.experiments import limiter_burst as module
from sdcli.reference.limiters import token_bucket

EXPERIMENT = get("limiter.burst")


def run(seed: int = 7, **values: Any) -> Result:
    return EXPERIMENT.run(EXPERIMENT.bind(values), seed)


@pytest.mark.parametrize(
    ("values", "bound"),
    [
        ({"rate": 10, "burst": 100, "window": 60}, 100 + 600),
        ({"rate": "54 request/min", "burst": 2, "window": "10 min"}, 2 + 540),
        ({"rate": "100 request/min", "burst": 1, "window": "1 min"}, 1 + 100),
        ({"rate": 0.5, "burst": 3, "window": 1}, 3),  # half a token in a window: none
        ({"rate": 1e9, "burst": 10**9, "window": 1}, 2 * 10**9),
        ({"rate": 1e-6, "burst": 1, "window": 0.001}, 1),
        ({"rate": 7 / 3, "burst": 4, "window": 30}, 4 + 70),
    ],
)
def test_a_token_bucket_admits_the_burst_and_the_refill(values, bound) -> None:
    result = run(**values)
    assert result.verdict == "holds"
    assert result.metrics["bound"] == bound
    assert result.metrics["admitted_worst_window"] == bound  # and the adversary gets it all


@pytest.mark.parametrize(
    ("rate", "window", "limit"),
    [(100, 1, 100), ("6000 request/hour", "1 min", 100), (0.7, 10, 7), (2.5, 1, 2)],
)
def test_a_fixed_window_admits_twice_its_limit(rate, window, limit) -> None:
    result = run(algorithm="fixed-window", rate=rate, window=window)
    assert result.verdict == "holds"
    assert result.metrics["admitted_worst_window"] == result.metrics["bound"] == 2 * limit
    assert result.metrics["worst_span"] == 1e-9  # within a nanosecond


def test_the_burst_of_a_bucket_says_nothing_about_a_window() -> None:
    one = run(algorithm="fixed-window", burst=1)
    many = run(algorithm="fixed-window", burst=1000)
    assert one.metrics == many.metrics


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("algorithm", ["token-bucket", "fixed-window"])
def test_the_claim_holds_for_crooked_numbers(algorithm: str, seed: int) -> None:
    values = {"rate": 13.37 + seed, "burst": 3 + 7 * seed, "window": 0.777 + seed}
    assert run(seed, algorithm=algorithm, **values).verdict == "holds"


def test_a_bucket_that_spends_nothing_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    step = token_bucket.step

    def generous(policy: Any, state: Any, now: int, cost: int = 1) -> Any:
        after, decision = step(policy, state, now, cost)
        return (after if cost == 0 else state), decision

    monkeypatch.setattr(token_bucket, "step", generous)
    monkeypatch.setattr(module, "TAKES_BUDGET", 500)
    assert run().verdict == "fails"


def test_a_bucket_without_a_brim_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def brimless(policy: Any, state: Any, now: int) -> Any:
        return token_bucket.State(state.level + (now - state.at_ns) * policy.rate, now)

    monkeypatch.setattr(token_bucket, "_filled", brimless)
    assert run().verdict == "fails"


def test_a_window_in_which_nothing_passes_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        run(algorithm="fixed-window", rate=0.5, window=1)
    assert caught.value.where == "window"
    assert "at least 2 s" in caught.value.expected


def test_a_bucket_refilled_too_often_runs_on_a_shorter_window(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "TAKES_BUDGET", 1000)
    result = run(rate=1000, burst=1, window=9)  # 9,002 takes: a tenth of the window
    assert result.scale.startswith("1:10 (a window of 0.9 of 9 s)")
    assert "do not carry over" in result.scale
    # What 9 s admit is 1 + 9000: no number of the shorter window says so.
    carried = set(result.metrics) - set(result.not_carried)
    assert carried == {"attacks"}
    assert result.metrics["bound"] == 1 + 900
    assert result.verdict == "holds"


def test_the_note_says_how_near_the_adversary_came() -> None:
    assert "reached the bound: 150 of at most 150" in run().note
    assert "The burst has no say here" in run(algorithm="fixed-window").note
