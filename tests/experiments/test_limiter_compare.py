"""limiter.compare: a trace worked out by hand, and limiters that break a promise."""

from __future__ import annotations

from typing import Any

import pytest

from sdcli.core.errors import InputError
from sdcli.experiments import Frame, Result, get
from sdcli.experiments import limiter_compare as module
from sdcli.experiments.limiter_table import ROWS, SUITS, short
from sdcli.experiments.limiter_traffic import LIMITERS, TRAFFIC, Traffic
from sdcli.reference.limiters import ALGORITHMS, SECOND, gcra, leaking_bucket, sliding_log

EXPERIMENT = get("limiter.compare")


def run(seed: int = 7, watch: Any = None, **values: Any) -> Result:
    return EXPERIMENT.run(EXPERIMENT.bind({"requests": 200, **values}), seed, watch)


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> Result:
    """Two in ten seconds (one each five, two at once); requests at 8, 9, 10, 11, 12 and 19 s."""
    moments = [second * SECOND for second in (8, 9, 10, 11, 12, 19)]
    monkeypatch.setattr(Traffic, "moments", lambda _self, _chance: moments)
    return run(rate=0.2, burst=2, window=10)


# A bucket: full at 8, 0.2 left after 9, 0.8 at 12, full at 19. Passed: 8, 9, 19.
# The leaking bucket sends the one of 9 at 13: four seconds. Both ends of ten seconds count: two at
# once and two that come back; of departures, one and two more.
BUCKET = {"admitted": 3, "denied": 3, "worst_window": 2, "wrong": 0}
# The log: 8 and 9 pass; at 19 the one of 9 is ten seconds old and has left.
# The fixed window: 8, 9 | 10, 11. It passed 10 and 11 beyond the limit, and denied 19 when 10 and
# 11 were in its window: three answers unlike the log's, none needless.
# The counter: at 10, 11, 12 the estimate is 3, 2.8, 2.6 with the request, at 19 it is 1.2.
TABLE = {
    "token_bucket": {**BUCKET, "bound": 2 + 2, "memory": 16, "delay": 0},
    "gcra": {**BUCKET, "bound": 2 + 2, "memory": 8, "delay": 0},
    "leaking_bucket": {**BUCKET, "bound": 1 + 2, "memory": 8, "delay": 4},
    "fixed_window": {
        "admitted": 4,
        "denied": 2,
        "worst_window": 4,
        "bound": 4,
        "memory": 16,
        "wrong": 3,
        "over_limit": 2,
        "needless": 0,
        "delay": 0,
    },
    "sliding_counter": {
        "admitted": 3,
        "denied": 3,
        "worst_window": 2,
        "bound": 3,
        "memory": 24,
        "wrong": 0,
        "over_limit": 0,
        "needless": 0,
    },
    "sliding_log": {
        "admitted": 3,
        "denied": 3,
        "worst_window": 2,
        "bound": 2,
        "memory": 2 * 16,
        "wrong": 0,
        "over_limit": 0,
        "needless": 0,
        "delay": 0,
    },
}


@pytest.mark.parametrize("limiter", TABLE)
def test_a_trace_comes_out_as_on_paper(by_hand: Result, limiter: str) -> None:
    found = {what: by_hand.metrics[f"{limiter}_{what}"] for what in TABLE[limiter]}
    assert found == TABLE[limiter]
    assert by_hand.verdict == "holds", by_hand.note


def test_a_request_a_window_old_is_in_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = [0, 0, 10 * SECOND, 10 * SECOND]
    monkeypatch.setattr(Traffic, "moments", lambda _self, _chance: moments)
    metrics = run(rate=0.2, burst=2, window=10).metrics
    assert metrics["sliding_log_admitted"] == 4
    assert metrics["sliding_log_worst_window"] == 2
    assert metrics["fixed_window_over_limit"] == metrics["fixed_window_needless"] == 0


def test_a_request_that_is_denied_though_there_was_room_is_needless(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The counter takes the four of 0 s for spread over ten: at 11 s still 3.6 of them, though all
    # have left; so one more than 0 passes at 14 s (2.4 + 1), and a second is denied needlessly.
    moments = [0, 0, 0, 0, *[11 * SECOND] * 2, *[14 * SECOND] * 2]
    monkeypatch.setattr(Traffic, "moments", lambda _self, _chance: moments)
    result = run(rate=0.4, burst=4, window=10)
    assert result.metrics["sliding_counter_admitted"] == 4 + 0 + 1
    assert result.metrics["sliding_counter_needless"] == 2 + 1
    assert result.metrics["sliding_log_admitted"] == 8


def test_both_ends_of_a_window_count_for_a_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    # One in five seconds, two at once: two at 0, one more at 5 and at 10. The service behind the
    # leaking bucket gets them at 0, 5, 10 and 15: three in ten seconds.
    moments = [0, 0, 5 * SECOND, 10 * SECOND]
    monkeypatch.setattr(Traffic, "moments", lambda _self, _chance: moments)
    metrics = run(rate=0.2, burst=2, window=10).metrics
    for key, worst in (("token_bucket", 4), ("gcra", 4), ("leaking_bucket", 3)):
        assert metrics[f"{key}_worst_window"] == metrics[f"{key}_bound"] == worst


@pytest.mark.parametrize("name", LIMITERS)
def test_the_bounds_are_those_of_limiter_burst(name: str) -> None:
    burst = get("limiter.burst")
    same = {"rate": 10, "burst": 10, "window": 1}
    attacked = burst.run(burst.bind({"algorithm": name, **same}), 7).metrics
    assert run(**same).metrics[f"{name.replace('-', '_')}_bound"] == attacked["bound"]


def test_whoever_knows_the_fixed_window_answers_the_question() -> None:
    # Waves: the whole limit before an edge, the whole limit after it, in less than a window.
    params = EXPERIMENT.bind({})
    for seed in range(30):
        result = EXPERIMENT.run(params, seed)
        assert result.metrics["fixed_window_worst_window"] == 2 * 10
        assert EXPERIMENT.predict.is_close(20, result)


def test_a_limit_that_nobody_reached_is_said() -> None:
    # 200 requests come in 13 s and a window has a thousand; the buckets begin with a thousand.
    result = run(rate=10, window=100, burst=1000)
    assert result.note.startswith("But it was not put to the test: the limit was not reached.")
    assert "any of 200 requests" in result.note
    # The buckets have a thousand, and the windows ten.
    half = run(burst=1000)
    assert "not reached was the limit of token-bucket, gcra, leaking-bucket." in half.note
    assert "agreed" not in half.note
    assert "not reached" not in run().note


def test_the_note_names_what_the_buckets_passed_beyond_the_limit() -> None:
    metrics, note = (result := run()).metrics, result.note
    assert f"{metrics['gcra_over_limit']:,.0f} by each bucket" in note
    assert f"{metrics['fixed_window_over_limit']:,.0f} by the fixed window" in note


def test_a_crowd_at_the_edge_gets_twice_the_limit_of_a_fixed_window() -> None:
    metrics = run(traffic="edge", requests=90).metrics  # three edges, 15 before each and 15 after
    assert metrics["fixed_window_worst_window"] == 20
    assert metrics["fixed_window_admitted"] == 3 * 20
    assert metrics["fixed_window_over_limit"] == 3 * 10
    assert metrics["sliding_log_admitted"] == 3 * 10
    assert metrics["sliding_log_worst_window"] == 10


@pytest.mark.parametrize("traffic", TRAFFIC)
@pytest.mark.parametrize(
    "values",
    [
        {"rate": 13.37, "burst": 3, "window": 0.777},
        {"rate": "54 request/min", "burst": 1, "window": "1 min", "load": 1},
        {"rate": 7 / 3, "burst": 40, "window": 3, "load": 20},
    ],
    ids=["crooked", "54 a minute", "7 in 3 s"],
)
def test_the_claim_holds_across_the_parameters(values: dict[str, Any], traffic: str) -> None:
    for seed in (7, 8):
        result = run(seed, traffic=traffic, **values)
        assert result.verdict == "holds", result.note
        for name in LIMITERS:
            key = name.replace("-", "_")
            admitted, denied = (result.metrics[f"{key}_{what}"] for what in ("admitted", "denied"))
            assert admitted + denied == 200


def broken_run(monkeypatch: pytest.MonkeyPatch, name: str, step: Any) -> Result:
    monkeypatch.setattr(ALGORITHMS[name], "step", step)
    return run(traffic="steady")


@pytest.mark.parametrize("name", ["fixed-window", "sliding-counter", "sliding-log"])
def test_a_window_that_forgets_is_found_out(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    step = ALGORITHMS[name].step

    def forgetful(policy: Any, state: Any, now: int, cost: int = 1) -> Any:
        return state, step(policy, state, now, cost)[1]

    result = broken_run(monkeypatch, name, forgetful)
    assert result.verdict == "fails"
    assert f"{name} passed on" in result.note


def test_a_bucket_that_judges_otherwise_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    step = gcra.step

    def stingy(policy: Any, state: Any, now: int, cost: int = 1) -> Any:
        return step(policy, state, now, cost * 2)

    result = broken_run(monkeypatch, "gcra", stingy)
    assert result.verdict == "fails"
    assert "gcra and token-bucket do not agree" in result.note


def test_a_bucket_that_holds_back_too_long_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    step = leaking_bucket.step

    def slow(policy: Any, state: Any, now: int, cost: int = 1) -> Any:
        after, decision = step(policy, state, now, cost)
        return after, decision._replace(delay_ns=decision.delay_ns + SECOND)

    result = broken_run(monkeypatch, "leaking-bucket", slow)
    assert result.verdict == "fails"
    assert "leaking-bucket held a request back for 1." in result.note


def test_a_log_that_forgets_too_soon_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    step = sliding_log.step

    def impatient(policy: Any, state: Any, now: int, cost: int = 1) -> Any:
        less = sliding_log.Policy(policy.limit, policy.window_ns * 9 // 10)
        return step(less, state, now, cost)

    result = broken_run(monkeypatch, "sliding-log", impatient)
    assert result.verdict == "fails"
    assert "the log admitted" in result.note


def test_fewer_requests_than_asked_for_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REQUESTS_BUDGET", 50)
    result = run(requests=200)
    assert result.scale.startswith("1:4 (50 of 200 requests)")
    carried = {name for name in result.metrics if name not in result.not_carried}
    keys = [name.replace("-", "_") for name in LIMITERS]
    assert carried == {f"{key}_{what}" for key in keys for what in ("bound", "memory")} | {"limit"}


def test_a_window_in_which_nothing_passes_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        run(rate=0.5, window=1)
    assert caught.value.where == "window"
    assert "at least 2 s" in caught.value.expected


def test_watching_changes_nothing_and_the_last_frame_is_the_table() -> None:
    frames: list[Frame] = []
    values = {"rate": 1e9, "burst": 10**9, "window": 31_536_000, "load": 1000}
    for given in ({}, values):
        frames.clear()
        assert run(watch=frames.append, **given).metrics == run(**given).metrics
        for frame in frames:
            assert max(map(len, (frame.title, *frame.lines))) <= 80
            assert len(frame.lines) <= 20
            assert [len(ink) for ink in frame.inks] == [len(line) for line in frame.lines]
        table = "\n".join(frames[-1].lines)
        assert all(name in table for name in LIMITERS)
        assert frames[-1].progress == 1.0


def test_every_metric_stands_in_the_table(by_hand: Result) -> None:
    frames: list[Frame] = []
    run(watch=frames.append, rate=0.2, burst=2, window=10)
    heads, below, *rows = frames[-1].lines[: 2 + len(ROWS)]
    for place, name in enumerate(LIMITERS):
        cell = slice(12 + 8 * place, 19 + 8 * place)
        # The head of the column and that of the row are the metric's name.
        key = "_".join((heads[cell] + " " + below[cell]).split())
        assert key == name.replace("-", "_")
        for line in rows:
            value = by_hand.metrics[f"{key}_{line[:12].strip()}"]
            assert float(line[cell].removesuffix(" s")) == value
    assert [line[:12].strip() for line in rows] == [row.name for row in ROWS]


def test_a_narrow_terminal_shows_every_number() -> None:
    frames: list[Frame] = []
    large = {"rate": 1e9, "burst": 10**9, "window": 31_536_000, "load": 1000}
    for given in ({}, large, {"rate": 1e-5, "burst": 10**9, "window": 31_536_000}):
        frames.clear()
        run(watch=frames.append, **given)
        for line in frames[-1].lines[2 : 2 + len(ROWS)]:
            # Six cells end at 59, each with a space before it; then what the row is.
            assert line[12] == " "
            assert [line[at] for at in range(19, 59, 8)] == [" "] * 5
            assert line[59:61] == "  "
        assert max(map(len, frames[-1].lines[2 + len(ROWS) :])) <= 60
        names_and_passed = [line[:22].split() for line in frames[0].lines[1:7]]
        assert [name for name, _ in names_and_passed] == list(LIMITERS)
    assert len(SUITS) == len(LIMITERS)


@pytest.mark.parametrize(
    ("value", "told"), [(999_999, "1M"), (999_400, "999K"), (999.5e12, "1P"), (5e17, "500P")]
)
def test_a_shortened_number_has_three_digits(value: float, told: str) -> None:
    assert short(value) == told


def test_the_question_knows_the_traffic() -> None:
    question = EXPERIMENT.predict.question
    assert "10 requests in each 1 s" in question(EXPERIMENT.bind({}))
    assert "crowds at the very edges" in question(EXPERIMENT.bind({"traffic": "edge"}))
    edge = run(traffic="edge", requests=90)
    told = EXPERIMENT.predict.explain(EXPERIMENT.bind({"traffic": "edge"}), edge)
    assert told.startswith("20, 2.00 times the limit of 10. The limit before an edge and the limit")
    steady = EXPERIMENT.predict.explain(
        params := EXPERIMENT.bind({"traffic": "steady"}), run(traffic="steady")
    )
    assert "traffic that knows nothing of edges seldom brings that" in steady
    assert "each at a random moment" in question(params)
