"""limiter.choose: six needs of the trade come out as the trade answers them, with reasons."""

from __future__ import annotations

from typing import Any

import pytest

from sdcli.core.chance import Chance
from sdcli.core.errors import InputError
from sdcli.experiments import Result, get
from sdcli.experiments import limiter_choose as module
from sdcli.experiments.limiter_candidates import CANDIDATES, figure, in_bytes, look, short, span
from sdcli.reference.limiters import SECOND, fixed_window, token_bucket

EXPERIMENT = get("limiter.choose")
MONTH = "30 d"


def run(**values: Any) -> Result:
    return EXPERIMENT.run(EXPERIMENT.bind(values), 7)


def chosen(result: Result) -> str:
    return result.note.split(",")[0]


# What the needs are is the trade's folklore; the numbers are examples of them.
NEEDS: dict[str, tuple[dict[str, Any], str, dict[str, str]]] = {
    "a partner's API, with honest bursts": (
        {"rate": 10, "burst": 100, "callers": 10_000},
        "token-bucket, rate 10 request/s, burst 100",
        {
            "fixed-window": "passes 10 at once (burst >= 100)",
            "sliding-log": "passes 10 at once (burst >= 100)",
            "leaking-bucket": "back for 9.9 s (wait <= 1 s)",  # 99 others before the last, 10/s
        },
    ),
    "a service behind that takes 50/s": (
        {"rate": 50, "burst": 100, "downstream": "steady", "wait": 2, "callers": 1},
        "leaking-bucket, rate 50 request/s, burst 100",
        {
            "token-bucket": "sends 100 to the service behind at one instant",
            "gcra": "sends 100 to the service behind at one instant",
        },
    ),
    "a monthly quota on the invoice": (
        {
            "rate": 1_000_000 / (30 * 86_400),
            "window": MONTH,
            "burst": 1000,
            "period": "calendar",
            "callers": 10_000,
        },
        "fixed-window, limit 1,000,000 in 2.592e+06 s",
        {
            "token-bucket": "passes 1,001,000 in a window of the clock",
            "sliding-counter": "has 0 there when a new period begins",
            "sliding-log": "has 0 there when a new period begins",
        },
    ),
    "attempts to log in": (
        {
            "rate": 5 / 900,
            "burst": 5,
            "window": "15 min",
            "exactness": "strict",
            "callers": 1_000_000,
        },
        "sliding-log, limit 5 in 900 s",
        {
            "fixed-window": "passes 10 in the worst window (exactness <= 5)",
            "token-bucket": "passes 10 in the worst window",  # 5 at once and 5 in 15 minutes
            "sliding-counter": "passes 9 in the worst window",  # 2 * 5 - 1
        },
    ),
    "the edge, for each address": (
        {"rate": 10, "burst": 100, "window": 10, "callers": 10_000_000},
        "sliding-counter, limit 100 in 10 s",
        {
            "fixed-window": "gives 200 in a window to a caller who does not even know the clock",
            "token-bucket": "gives 200 in a window",
            "sliding-log": "takes 16 GB (memory <= 1 GB)",  # 100 * 16 B * 10 M
        },
    ),
    "tokens of a language model, where a request costs many": (
        {"rate": 1000, "burst": 20_000, "window": 60, "callers": 5000},
        "token-bucket, rate 1000 request/s, burst 20,000",
        {
            "fixed-window": "gives 120,000 in a window",
            "leaking-bucket": "back for 20 s",  # 19,999 before the last, 1000/s
            "sliding-log": "takes 4.8 GB",  # 60,000 * 16 B * 5000
        },
    ),
}


@pytest.mark.parametrize("need", list(NEEDS))
def test_each_need_gets_its_algorithm_and_the_others_a_reason(need: str) -> None:
    values, choice, reasons = NEEDS[need]
    result = run(**values)
    assert result.verdict == "holds"
    assert result.note.startswith(choice)
    for name, reason in reasons.items():
        told = next(one for one in result.note.split("; ") if f"{name} " in one)
        assert reason in told
    for name in CANDIDATES:
        assert f"{name} " in result.note or name == chosen(result)


def test_the_numbers_behind_a_choice() -> None:
    metrics = run(rate=100, burst=50, window=1, callers=1000).metrics
    # Worked out by hand, in the order of the columns.
    by_hand = {
        # at once, worst, unaware, of the clock, anew, out at once, delay, bytes, all, unmet
        "fixed_window": (100, 200, 200, 100, 100, 100, 0, 16, 16_000, 1),
        "token_bucket": (50, 150, 150, 150, 0, 50, 0, 16, 16_000, 0),
        "gcra": (50, 150, 150, 150, 0, 50, 0, 8, 8000, 0),
        # 100, and the whole part of 100 * f, where it begins f of a window behind the edge: with f
        # drawn evenly 49.5 on average
        "sliding_counter": (100, 199, 149.5, 100, 0, 100, 0, 24, 24_000, 0),
        "leaking_bucket": (50, 101, 101, 101, 0, 1, 0.49, 8, 8000, 0),
        "sliding_log": (100, 100, 100, 100, 0, 100, 0, 1600, 1_600_000, 0),
    }
    for name, numbers in by_hand.items():
        found = tuple(metrics[f"{name}_{column.name}"] for column in module.COLUMNS)
        assert found == pytest.approx(numbers, rel=2e-3), name
    assert metrics["meet_all"] == 5


def test_the_plainest_of_those_that_meet_every_need_is_chosen() -> None:
    assert chosen(run(exactness="loose")) == "fixed-window"
    assert chosen(run()) == "token-bucket"
    # 100,000 callers with two integers are 1.6 MB; with one they fit in.
    assert chosen(run(memory="1 MB")) == "gcra"
    # A bucket that holds one lets nothing wait and sends nothing at once.
    assert chosen(run(burst=1, downstream="steady", exactness="loose")) == "token-bucket"


@pytest.mark.parametrize(
    ("values", "gives_up"),
    [
        (
            {"downstream": "steady", "wait": 0},
            (
                "give up downstream <= 1: then token-bucket would do; or wait <= 0 s: then "
                "leaking-bucket would do."
            ),
        ),
        ({"memory": 1}, "give up memory <= 1 B: then token-bucket would do."),
        (
            {"downstream": "steady", "wait": 0, "memory": 1},
            (
                "give up downstream <= 1 and memory <= 1 B: then token-bucket would do; or "
                "wait <= 0 s and memory <= 1 B: then leaking-bucket would do."
            ),
        ),
    ],
)
def test_needs_that_nothing_meets_fail_and_say_what_to_give_up(values, gives_up) -> None:
    result = run(**values)
    assert result.verdict == "fails"
    assert gives_up in result.note
    assert result.metrics["meet_all"] == 0


def test_a_broken_candidate_fails_whatever_the_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    step = token_bucket.step

    def generous(policy: Any, state: Any, now: int, cost: int = 1) -> Any:
        after, decision = step(policy, state, now, cost)
        return (after if cost == 0 else state), decision

    monkeypatch.setattr(token_bucket, "step", generous)
    monkeypatch.setattr(module, "TAKES_BUDGET", 500)
    result = run(exactness="loose")
    assert result.verdict == "fails"
    assert "Broken" in result.note
    assert "token-bucket" in result.note


def test_a_counter_that_never_begins_anew_is_no_choice_for_an_invoice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    step = fixed_window.step

    def everlasting(policy: Any, state: Any, now: int, cost: int = 1) -> Any:
        return step(policy, state, min(now, policy.window_ns - 1), cost)

    given = {"rate": 10, "burst": 10, "period": "calendar"}
    assert chosen(run(**given)) == "fixed-window"
    monkeypatch.setattr(fixed_window, "step", everlasting)
    result = run(**given)
    assert result.verdict == "fails"
    assert "fixed-window has 0 there when a new period begins" in result.note


def test_a_bucket_refilled_too_often_says_so_and_is_judged_as_in_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = {"rate": 1000, "burst": 10, "window": 10}
    full = run(**given)
    monkeypatch.setattr(module, "TAKES_BUDGET", 200)
    short_one = run(**given)
    assert short_one.scale.startswith("1:11 (buckets in a window of")  # 2 + 10,000 / 5 takes
    assert chosen(short_one) == chosen(full)
    assert "token_bucket_worst" in short_one.not_carried
    assert "fixed_window_worst" not in short_one.not_carried
    carried = set(full.metrics) - set(short_one.not_carried)
    assert all(full.metrics[name] == short_one.metrics[name] for name in carried)


@pytest.mark.parametrize("need", list(NEEDS))
def test_no_seed_changes_a_choice(need: str) -> None:
    values, choice, _ = NEEDS[need]
    params = EXPERIMENT.bind(values)
    for seed in range(1, 8):
        assert EXPERIMENT.run(params, seed).note.startswith(choice)


def test_a_window_in_which_nothing_passes_is_refused() -> None:
    with pytest.raises(InputError, match="no request in this window"):
        run(rate=0.5)


@pytest.mark.parametrize("values", [values for values, _, _ in NEEDS.values()])
def test_every_number_stands_in_the_picture(values: dict[str, Any]) -> None:
    frames: list[Any] = []
    params = EXPERIMENT.bind(values)
    result = EXPERIMENT.run(params, 7, frames.append)
    text = frames[-1].lines
    assert all(len(line) <= 80 for line in text)
    rows = {line[:14].strip(): line for line in text}
    for column in module.COLUMNS:
        for name in CANDIDATES:
            value = result.metrics[f"{name.replace('-', '_')}_{column.name}"]
            assert column.told(value) in rows[column.head]
    place = 14 + 11 * CANDIDATES.index(chosen(result))
    marks = next(line for line in text if line.strip() == "chosen")
    assert marks[place:].strip() == "chosen"
    assert "NO" in "".join(text)


def test_question_and_answer() -> None:
    params = EXPERIMENT.bind({"rate": 1000 / 3600, "window": "1 h", "burst": 1, "callers": 10**6})
    assert EXPERIMENT.predict is not None
    assert "1,000,000 callers may each send 1,000 requests" in EXPERIMENT.predict.question(params)
    result = EXPERIMENT.run(params, 7)
    # 1,000 * 16 B * 1 M: twice the 8 GB of moments alone, since a running total stands with each
    assert result.metrics["sliding_log_memory"] == 16e9
    assert "are 16 GB; GCRA keeps one number for each and takes 8 MB" in (
        EXPERIMENT.predict.explain(params, result)
    )


def test_a_leaking_bucket_of_one_holds_nothing_back() -> None:
    seen = look("leaking-bucket", 10, 1, SECOND, chance=Chance(7))
    assert (seen.at_once, seen.passes, seen.delay) == (1, 1, 0)


def test_numbers_are_written_so_that_they_fit() -> None:
    assert [short(value) for value in (0, 9999, 123_456, 1e6, 3.2e16)] == [
        "0",
        "9999",
        "123k",
        "1M",
        "32P",
    ]
    assert [in_bytes(value) for value in (8, 1600, 2.4e6, 1.6e16)] == [
        "8 B",
        "1.6 KB",
        "2.4 MB",
        "16 PB",
    ]
    assert [span(value) for value in (0, 119, 120, 7200, 172_800)] == [
        "0 s",
        "119 s",
        "2 min",
        "2 h",
        "2 d",
    ]
    assert figure(1_001_000) == "1,001,000"
