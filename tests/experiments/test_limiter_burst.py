"""limiter.burst: bounds worked out by hand, reached, and broken by broken limiters."""

from __future__ import annotations

from typing import Any

import pytest

from sdcli.core.errors import InputError
from sdcli.experiments import Result, get
from sdcli.experiments import limiter_burst as module
from sdcli.reference.limiters import ALGORITHMS, leaking_bucket, sliding_counter, token_bucket

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


@pytest.mark.parametrize(
    ("algorithm", "rate", "window", "admitted"),
    [
        # All but one: a whole limit before the edge, and the limit but for the last nanosecond.
        ("sliding-counter", 100, 1, 199),
        ("sliding-counter", "6000 request/hour", "1 min", 199),
        ("sliding-counter", 0.7, 10, 13),
        # The limit and nothing else.
        ("sliding-log", 100, 1, 100),
        ("sliding-log", 2.5, 1, 2),
        ("sliding-log", 1e9, "365 d", 10**9 * 86_400 * 365),
    ],
)
def test_sliding_windows_admit_what_theory_says(algorithm, rate, window, admitted) -> None:
    result = run(algorithm=algorithm, rate=rate, window=window)
    assert result.verdict == "holds"
    assert result.metrics["admitted_worst_window"] == result.metrics["bound"] == admitted


def test_gcra_admits_what_a_token_bucket_does() -> None:
    given = {"rate": "54 request/min", "burst": 5, "window": "1 min"}
    assert run(algorithm="gcra", **given).metrics == run(**given).metrics
    assert run(algorithm="gcra", **given).metrics["admitted_worst_window"] == 5 + 54


@pytest.mark.parametrize(
    ("values", "departs", "admitted"),
    [
        ({"rate": 10, "burst": 100, "window": 60}, 1 + 600, 700),
        ({"rate": 100, "burst": 50, "window": 1}, 1 + 100, 150),
        ({"rate": 0.5, "burst": 3, "window": 1}, 1, 3),  # the second leaves after 2 s
        ({"rate": 7 / 3, "burst": 4, "window": 30}, 1 + 70, 74),
        ({"rate": 1000, "burst": 1000, "window": "1 h"}, 1 + 3_600_000, 3_601_000),
    ],
)
def test_a_leaking_bucket_lets_out_the_rate_and_no_burst(values, departs, admitted) -> None:
    result = run(algorithm="leaking-bucket", **values)
    assert result.verdict == "holds"
    assert result.metrics["bound"] == result.metrics["admitted_worst_window"] == departs
    assert f"{admitted:,} were admitted into the bucket" in result.note


def test_the_picture_of_a_leaking_bucket_has_both_ends() -> None:
    frames: list[Any] = []
    EXPERIMENT.run(EXPERIMENT.bind({"algorithm": "leaking-bucket"}), 7, frames.append)
    admitted, departed = frames[-1].lines[:2]
    # 60 columns for two seconds: one every hundredth is three or four in each column, for as long
    # as there is something inside.
    assert admitted.count("█") == 1
    assert departed.startswith("departed " + " " * 15 + "█")
    assert "101 departed in 1 s" in "".join(frames[-1].lines)
    assert all(len(line) <= 80 for frame in frames for line in frame.lines)


def test_the_burst_of_a_bucket_says_nothing_about_a_window() -> None:
    one = run(algorithm="fixed-window", burst=1)
    many = run(algorithm="fixed-window", burst=1000)
    assert one.metrics == many.metrics


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("algorithm", list(ALGORITHMS))
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


@pytest.mark.parametrize(
    "algorithm", ["token-bucket", "leaking-bucket", "fixed-window", "sliding-log", "gcra"]
)
def test_an_algorithm_that_never_denies_is_found_out(
    monkeypatch: pytest.MonkeyPatch, algorithm: str
) -> None:
    module_of = ALGORITHMS[algorithm]
    step = module_of.step

    def forgetful(policy: Any, state: Any, now: int, cost: int = 1) -> Any:
        _, decision = step(policy, module_of.initial(policy, now), now, cost)
        return state, decision

    monkeypatch.setattr(module_of, "step", forgetful)
    monkeypatch.setattr(module, "TAKES_BUDGET", 500)
    assert run(algorithm=algorithm).verdict == "fails"


def test_a_leaking_bucket_that_holds_nothing_back_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    step = leaking_bucket.step

    def hasty(policy: Any, state: Any, now: int, cost: int = 1) -> Any:
        after, decision = step(policy, state, now, cost)
        return after, decision._replace(delay_ns=0)

    monkeypatch.setattr(leaking_bucket, "step", hasty)
    assert run(algorithm="leaking-bucket").verdict == "fails"


def test_a_leaking_bucket_without_a_brim_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """It departs as it should, but more may wait in it than was agreed."""
    step = leaking_bucket.step

    def brimless(policy: Any, state: Any, now: int, cost: int = 1) -> Any:
        wide = leaking_bucket.Policy(policy.rate, policy.per_ns, 2 * policy.burst)
        return step(wide, state, now, cost)

    monkeypatch.setattr(leaking_bucket, "step", brimless)
    result = run(algorithm="leaking-bucket")
    assert result.metrics["admitted_worst_window"] <= result.metrics["bound"]
    assert result.verdict == "fails"


def test_a_counter_that_forgets_the_window_before_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    step = sliding_counter.step

    def short_of_memory(policy: Any, state: Any, now: int, cost: int = 1) -> Any:
        if now // policy.window_ns > state.window:
            state = sliding_counter.initial(policy, now)
        return step(policy, state, now, cost)

    monkeypatch.setattr(sliding_counter, "step", short_of_memory)
    # So it is a fixed window.
    result = run(algorithm="sliding-counter")
    assert (result.verdict, result.metrics["admitted_worst_window"]) == ("fails", 200)


@pytest.mark.parametrize("algorithm", ["fixed-window", "sliding-log", "sliding-counter"])
def test_a_window_in_which_nothing_passes_is_refused(algorithm: str) -> None:
    with pytest.raises(InputError) as caught:
        run(algorithm=algorithm, rate=0.5, window=1)
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
    assert "They came at one instant" in run(algorithm="sliding-log").note


def test_large_numbers_are_told_alike() -> None:
    params = EXPERIMENT.bind({"rate": 1e9, "burst": 10**9, "window": 0.599553726})
    result = EXPERIMENT.run(params, 7)
    assert "1,599,553,726 of at most 1,599,553,726 requests" in result.note
    assert "The rate alone promises 599,553,726." in result.note
    assert EXPERIMENT.predict is not None
    text = EXPERIMENT.predict.explain(params, result)
    assert "1,000,000,000 + 599,553,726, so 1,599,553,726." in text


def test_one_less_than_twice_is_told_where_floats_do_not_count_by_ones() -> None:
    result = run(algorithm="sliding-counter", rate=1e9, window="365 d")
    # A nanosecond of a window that admits one a nanosecond weighs one, so one is missing, and
    # the one of the bound: 2 * 31,536,000,000,000,000 less that.
    assert "of at most 63,071,999,999,999,99" in result.note


@pytest.mark.parametrize(
    ("algorithm", "asks", "answer"),
    [
        ("token-bucket", "refills at 100 request/s and holds 50", "50 + 100, so 150"),
        ("gcra", "100 request/s, and 50 at once", "so 150"),
        ("leaking-bucket", "reach the service behind it", "so 101"),
        ("fixed-window", "100 requests in each window of 1 s", "Twice the limit: 200"),
        ("sliding-log", "100 requests in 1 s, wherever", "The limit, 100,"),
        ("sliding-counter", "100 requests in 1 s, by its estimate", "Nearly twice the limit: 199"),
    ],
)
def test_each_algorithm_has_its_own_question(algorithm: str, asks: str, answer: str) -> None:
    params = EXPERIMENT.bind({"algorithm": algorithm})
    result = EXPERIMENT.run(params, 7)
    assert EXPERIMENT.predict is not None
    assert asks in EXPERIMENT.predict.question(params)
    assert answer in EXPERIMENT.predict.explain(params, result)
