"""limiter.clock: clock steps worked out by hand, and limiters that fall for them."""

from __future__ import annotations

from typing import Any

import pytest

from sdcli.core.errors import InputError
from sdcli.experiments import Frame, Result, get
from sdcli.experiments import limiter_clock as module
from sdcli.experiments.limiter_record import Record
from sdcli.experiments.limiter_traffic import LIMITERS, Traffic
from sdcli.reference.limiters import ALGORITHMS, BUCKETS, SECOND, fixed_window, token_bucket

EXPERIMENT = get("limiter.clock")


def run(seed: int = 7, watch: Any = None, **values: Any) -> Result:
    return EXPERIMENT.run(EXPERIMENT.bind(values), seed, watch)


def come(monkeypatch: pytest.MonkeyPatch, *seconds: float) -> None:
    moments = [round(second * SECOND) for second in seconds]
    monkeypatch.setattr(Traffic, "moments", lambda _self, _chance: moments)


# Three in a window of ten seconds; the clock is set at 17.5 s. Nobody touches it: 11, 12, 13 pass
# and 13.5 does not (6.5 s to wait, but that was before); 18 has to wait for 2 s; 21, 22, 23 pass,
# 24 has to wait for 6 s, 26 for 4.
THREE = {"algorithm": "fixed-window", "rate": 0.3, "window": 10}
AT = (11, 12, 13, 13.5, 18, 21, 22, 23, 24, 26)


def test_a_window_whose_clock_is_set_back_lets_nobody_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    come(monkeypatch, *AT)
    metrics = run(**THREE).metrics
    assert metrics["came_after"] == 6
    assert (metrics["untouched_after"], metrics["untouched_told"]) == (3, 6)
    # At 18 s the clock says 3582 s before the window's beginning: its end is 3602 s away.
    assert (metrics["wall_after"], metrics["wall_told"]) == (0, 3600 + 2)
    assert metrics["wall_changed"] == 3
    assert metrics["left"] == 0
    assert (metrics["monotonic_after"], metrics["monotonic_told"]) == (3, 6)
    assert metrics["monotonic_changed"] == 0


def test_a_store_goes_on_from_the_moment_of_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    # Written at 13 and read at 18: five seconds are lost. So 18 is judged as 13 (7 s to wait), 24
    # as 19, and 26 as 21, in the next window.
    come(monkeypatch, *AT)
    metrics = run(**THREE).metrics
    assert (metrics["store_after"], metrics["store_told"]) == (1, 7)
    assert metrics["store_changed"] == 4  # 21, 22, 23 and 26


def test_a_window_whose_clock_is_set_forward_is_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    # 18 passes in a new window; 21, 22, 23 in the one after; 24 and 26 do not.
    come(monkeypatch, *AT)
    result = run(direction="forward", **THREE)
    metrics = result.metrics
    assert metrics["wall_after"] == metrics["store_after"] == 4
    assert metrics["monotonic_after"] == metrics["untouched_after"] == 3
    assert metrics["bound"] == 2 * 3
    assert result.verdict == "holds", result.note


def test_a_bucket_loses_what_dripped_in_since_it_was_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # One token in two seconds, two at once. Empty at 11, full again at 15; two of three pass at 18.
    # Set back, its record says: empty, and a token comes at 13; that is 3600 - 5 s away at 18.
    come(monkeypatch, 11, 11, 11, 18, 18, 18, 19)
    values = {"algorithm": "token-bucket", "rate": 0.5, "burst": 2, "window": 10}
    metrics = run(**values).metrics
    assert metrics["untouched_after"] == metrics["left"] == 2
    assert (metrics["wall_after"], metrics["wall_told"]) == (0, 3600 - 5)
    # The store goes on from 11, with an empty bucket: half a token at 19, and a second to wait.
    assert (metrics["store_after"], metrics["store_told"]) == (0, 2)
    ahead = run(**values, direction="forward").metrics
    assert ahead["wall_after"] == 2


def test_each_step_back_moves_a_record_further() -> None:
    record = Record("state", written_ns=100, back_ns=0).read_at(40)
    assert (record.written_ns, record.back_ns) == (40, 60)
    record = Record("state", written_ns=50, back_ns=60).read_at(
        20
    )  # admitted at 50, set back again
    assert (record.written_ns, record.back_ns) == (20, 90)
    assert record.read_at(20) == record.read_at(25) == record


@pytest.mark.parametrize("direction", ["back", "forward"])
@pytest.mark.parametrize("algorithm", LIMITERS)
def test_the_claim_holds_for_every_algorithm(algorithm: str, direction: str) -> None:
    result = run(algorithm=algorithm, direction=direction)
    metrics = result.metrics
    assert result.verdict == "holds", result.note
    assert metrics["monotonic_changed"] == 0
    if direction == "back":
        assert metrics["wall_after"] == 0  # more is asked for than the rate: nothing was left
        assert metrics["wall_told"] > 3500
        assert metrics["store_after"] > 50  # and 60 at most where nobody sets the clock
        assert metrics["store_told"] < 60
        assert metrics["wall_off"] == metrics["untouched_after"]
    else:
        assert metrics["wall_off"] == metrics["wall_after"] - metrics["untouched_after"]
        assert metrics["wall_off"] > 0 or algorithm == "sliding-log"
        assert metrics["store_after"] == metrics["wall_after"]


@pytest.mark.parametrize("step", [0.001, 1, 59.5, 86_400 * 30])
@pytest.mark.parametrize("load", [0.5, 3])
def test_the_claim_holds_for_steps_of_every_size(step: float, load: float) -> None:
    for algorithm in LIMITERS:
        result = run(algorithm=algorithm, step=step, load=load, rate=7 / 3, burst=5, window=9)
        assert result.verdict == "holds", f"{algorithm}: {result.note}"


def test_a_bucket_without_a_brim_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def brimless(policy: Any, state: Any, now: int) -> Any:
        return token_bucket.State(state.level + (now - state.at_ns) * policy.rate, now)

    monkeypatch.setattr(token_bucket, "_filled", brimless)
    result = run(direction="forward", load=5)  # enough requests to go beyond the bound
    assert result.verdict == "fails"
    assert "80 at most" in result.note  # 20 at once and 60 in a minute


def test_a_window_that_is_fresh_for_any_other_moment_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    step = fixed_window.step

    def fickle(policy: Any, state: Any, now: int, cost: int = 1) -> Any:
        if now < state.window * policy.window_ns:
            state = fixed_window.initial(policy, now)
        return step(policy, state, now, cost)

    monkeypatch.setattr(fixed_window, "step", fickle)
    result = run(algorithm="fixed-window")
    assert result.verdict == "fails"
    assert "where 0 were left" in result.note


def test_a_store_that_does_not_follow_the_rule_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Record, "read_at", lambda self, _clock: self)
    result = run()
    assert result.verdict == "fails"
    assert "the store told a caller to wait" in result.note


def test_a_monotonic_clock_that_is_set_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def set_too(here: Any) -> Any:
        runs = actual(here)
        return {**runs, "monotonic": runs["wall"]}

    actual = module._runs
    monkeypatch.setattr(module, "_runs", set_too)
    assert "the monotonic clock changed decisions" in run().note


def test_buckets_of_one_rate_agree_whatever_the_clock_does() -> None:
    one, *others = (run(algorithm=name, direction="forward").metrics for name in BUCKETS)
    assert all(other == one for other in others)


def test_more_requests_than_a_run_decides_make_the_window_shorter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "REQUESTS_BUDGET", 50)
    result = run(rate=2)  # 4 * 60 in a window: a fifth of it
    assert result.scale.startswith("1:5 (a window of 12 of 60 s)")
    assert set(result.not_carried) == set(result.metrics)
    assert result.verdict == "holds"


def test_a_window_in_which_nothing_passes_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        run(rate=0.01, window=60)
    assert caught.value.where == "window"


def test_watching_changes_nothing_and_the_step_is_marked() -> None:
    frames: list[Frame] = []
    for given in ({}, {"direction": "forward", "step": 1e7, "algorithm": "sliding-counter"}):
        frames.clear()
        assert run(watch=frames.append, **given).metrics == run(**given).metrics
        for frame in frames:
            assert max(map(len, (frame.title, *frame.lines))) <= 80
            assert len(frame.lines) <= 20
            assert [len(ink) for ink in frame.inks] == [len(line) for line in frame.lines]
        # Nothing has come yet; and what a narrow terminal keeps, the beginning, has the numbers.
        assert frames[0].lines[1].split() == ["nobody", "set", "it", "0"]
        assert all(line[34] == "s" for line in frames[-1].lines[1:5])
        # A third of 44 columns before the step, two thirds after it: 60 columns show that, too.
        assert frames[-1].lines[0].index("v ") == 36 + 14
        assert frames[-1].progress == 1.0


def test_the_question_and_what_there_is_to_learn() -> None:
    # A request a second, and nothing for an hour; or at most a bucket of 20 more.
    for direction, guess, more in (("back", 60, "fewer"), ("forward", 20, "more")):
        params, result = EXPERIMENT.bind({"direction": direction}), run(direction=direction)
        assert f"is set {direction} by 3600 s" in EXPERIMENT.predict.question(params)
        assert f"How many {more} requests pass" in EXPERIMENT.predict.question(params)
        assert EXPERIMENT.predict.is_close(guess, result)
        told = EXPERIMENT.predict.explain(params, result)
        assert told.startswith(f"{result.metrics['wall_off']:.0f}: 60 would have passed, and ")


def test_whoever_knows_what_a_step_back_does_answers_the_question() -> None:
    # Nothing comes back for an hour, where a minute gave a request a second.
    for seed in range(20):
        assert EXPERIMENT.predict.is_close(60, run(seed))


@pytest.mark.parametrize(
    ("values", "says"),
    [
        # A bucket of a thousand, 200 a second asked of it for 1.75 s: nobody is denied; after a
        # step forward nobody either.
        ({"rate": 100, "burst": 1000, "window": 1}, "the limit was not reached. Of "),
        ({"direction": "forward", "load": 0.5}, "Take a smaller burst, a longer window or a"),
        (
            {"algorithm": "fixed-window", "direction": "forward", "load": 0.5},
            "Take a longer window",
        ),
    ],
    ids=["back", "forward", "window"],
)
def test_a_limit_that_nobody_reached_is_said(values: dict[str, Any], says: str) -> None:
    note = run(**values).note
    assert note.startswith("But it was not put to the test: ")
    assert says in note


def test_a_bucket_that_only_a_step_back_empties_was_put_to_the_test(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # One token in two seconds, two at once. Empty at 11, full at 15: both of 18 and 19 pass. Set
    # back, the bucket stays empty.
    come(monkeypatch, 11, 11, 18, 19)
    result = run(rate=0.5, burst=2, window=10)
    assert result.metrics["untouched_after"] == result.metrics["came_after"] == 2
    assert result.metrics["wall_off"] == 2
    assert "not put to the test" not in result.note


def test_that_nobody_came_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    come(monkeypatch, 11, 12)
    assert "no request came in the 10 s after the step" in run(**THREE).note


def test_a_step_that_changes_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    # Three in ten seconds; a fourth is denied, in the same window as before the clock was set.
    come(monkeypatch, 11, 12, 13, 18, 19)
    result = run(**THREE, step=1)
    assert result.metrics["wall_changed"] == 0
    assert "the step changed no decision in the 10 s after it, of 2 requests" in result.note


@pytest.mark.parametrize("algorithm", ["fixed-window", "sliding-log"])
def test_a_full_limit_of_a_window_comes_back_in_one(
    monkeypatch: pytest.MonkeyPatch, algorithm: str
) -> None:
    # A store that has a caller wait for a moment longer than a window breaks the claim.
    name = ALGORITHMS[algorithm]
    step = name.step

    def slow(policy: Any, state: Any, now: int, cost: int = 1) -> Any:
        after, decision = step(policy, state, now, cost)
        wait = decision.retry_after_ns
        return after, decision._replace(retry_after_ns=wait and wait + 60 * SECOND)

    monkeypatch.setattr(name, "step", slow)
    assert "the store told a caller to wait" in run(algorithm=algorithm).note
