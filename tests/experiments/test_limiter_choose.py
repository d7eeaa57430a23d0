"""limiter.choose: six needs of the trade come out as the trade answers them, with reasons."""

from __future__ import annotations

from typing import Any

import pytest

from sdcli.core.chance import Chance
from sdcli.core.errors import InputError
from sdcli.experiments import Result, get
from sdcli.experiments import limiter_choose as module
from sdcli.experiments.limiter_candidates import CANDIDATES, figure, in_bytes, look, short, span
from sdcli.experiments.limiter_needs import needs_of
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
        "fixed-window, limit 1,000,000 in 2,592,000 s",
        {
            "token-bucket": "has 0 there when a new period begins",
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
    # 10 million callers with two integers are 160 MB; with one they fit in.
    assert chosen(run(memory="100 MB")) == "gcra"
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
    assert "reached to the request in the shorter one" in short_one.scale
    assert short_one.note == full.note
    assert short_one.metrics == full.metrics
    assert short_one.not_carried == ()


def test_the_promise_of_a_whole_window_is_not_held_against_a_part_of_it() -> None:
    """An hour of 1,000 a second: a bucket of 50 passes 3,600,050, which is more than promised."""
    result = run(rate=1000, window=3600, burst=50, exactness="strict", callers=10)
    assert result.scale.startswith("1:8 ")
    assert chosen(result) == "sliding-log"
    assert "token-bucket passes 3,600,050 in the worst window" in result.note
    assert "leaking-bucket passes 3,600,001 in the worst window" in result.note
    assert result.metrics["meet_all"] == 1


def test_a_bucket_that_breaks_its_bound_in_the_shorter_window_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bound = token_bucket.bound
    monkeypatch.setattr(
        token_bucket, "bound", lambda policy, window_ns: bound(policy, window_ns) - 1
    )
    monkeypatch.setattr(module, "TAKES_BUDGET", 200)
    # A window of a second: 2 + 1000 takes of one are six times too many, 167 + 1 pass in a sixth.
    result = run(rate=1000, burst=1, exactness="loose")
    assert result.verdict == "fails"
    assert result.note == "Broken: token-bucket passes 167, and its bound is 166."


def test_requests_a_nanosecond_apart_do_not_reach_a_bound_and_say_so() -> None:
    result = run(rate=999_999_937.0, burst=1, exactness="loose", memory="1 EB")
    assert "the bound, kept in the shorter one" in result.scale
    assert result.verdict == "holds"


@pytest.mark.parametrize("exactness", ["strict", "close", "loose"])
def test_in_a_calendar_too_the_words_say_how_much_more_may_pass(exactness: str) -> None:
    given = {"period": "calendar", "exactness": exactness, "burst": 50}
    needs = {need.name: need for need in needs_of(EXPERIMENT.bind(given))}
    assert needs["exactness"].column == "of_clock"
    # The limit is 100. A bucket of 50 passes 150 in a window of the clock, wherever it begins.
    assert needs["exactness"].asked == {"strict": 100, "close": 150, "loose": 200}[exactness]
    reason = next(one for one in run(**given).note.split("; ") if "token-bucket " in one)
    assert ("passes 150 in a window of the clock" in reason) is (exactness == "strict")
    assert ("has 0 there" in reason) is (exactness != "strict")


def test_what_strict_close_and_loose_mean_stands_in_the_help() -> None:
    told = next(one.help for one in EXPERIMENT.parameters if one.name == "exactness")
    assert all(word in told for word in ("strict:", "close:", "loose:", "promised"))


@pytest.mark.parametrize(
    ("algorithm", "verdict", "says"),
    [
        ("any", "holds", "burst 50. Rejected: fixed-window gives"),
        ("token-bucket", "holds", "burst 50; the design has it. Rejected: fixed-window"),
        ("gcra", "holds", "The design has gcra, which meets every need too, with a token"),
        ("fixed-window", "fails", "The design has fixed-window, which will not do: it gives 200"),
    ],
)
def test_the_algorithm_of_a_design_has_to_meet_the_needs(algorithm, verdict, says) -> None:
    """Evidence backs what a component is, not what it should have been."""
    frames: list[Any] = []
    result = EXPERIMENT.run(EXPERIMENT.bind({"algorithm": algorithm}), 7, frames.append)
    assert result.verdict == verdict
    assert chosen(result) == "token-bucket"
    assert says in result.note
    others = result.note.split("Rejected: ")[1]
    assert f"{algorithm} " not in others
    assert result.metrics == run().metrics
    marks = next(line for line in frames[-1].lines if "chosen" in line)
    assert ("yours" in marks) is (algorithm in {"gcra", "fixed-window"})


def test_where_nothing_does_the_algorithm_of_the_design_comes_first() -> None:
    result = run(algorithm="gcra", memory=1)
    assert result.verdict == "fails"
    assert "Why: gcra, which the design has, takes 80 MB (memory <= 1 B); fixed" in result.note


def test_who_gives_up_a_need_is_told_what_then_does_and_no_less() -> None:
    """Without a burst of 200 the promise is the limit of 100: two of those are too much then."""
    given = {"exactness": "strict", "burst": 200, "callers": 10}
    result = run(**given)
    assert result.verdict == "fails"
    assert (
        "give up exactness <= 200: then token-bucket would do; or wait <= 1 s: then "
        "leaking-bucket would do; or burst >= 200: then sliding-log would do. Why"
    ) in result.note
    assert chosen(run(**given | {"burst": 1})) == "sliding-log"
    assert chosen(run(**given | {"wait": "2 s"})) == "leaking-bucket"
    assert chosen(run(**given | {"exactness": "close"})) == "token-bucket"  # 300 of 200 * 1.5


def test_who_gives_up_the_calendar_is_judged_by_any_window() -> None:
    """A window of the clock keeps 100; one that begins anywhere has 200."""
    params = EXPERIMENT.bind({"period": "calendar", "exactness": "strict"})
    by_any = {need.name: need for need in needs_of(params, {"period"})}
    assert (by_any["exactness"].column, by_any["exactness"].asked) == ("worst", 100)
    assert "period" not in by_any


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
    assert result.metrics["sliding_log_all_callers"] == 16e9
    assert "are 16 GB; GCRA keeps one number for each and takes 8 MB" in (
        EXPERIMENT.predict.explain(params, result)
    )


def test_a_leaking_bucket_of_one_holds_nothing_back() -> None:
    seen = look("leaking-bucket", 10, 1, SECOND, chance=Chance(7))
    assert (seen.at_once, seen.passes, seen.delay) == (1, 1, 0)


@pytest.mark.parametrize("power", range(-9, 30))
@pytest.mark.parametrize("first", [1, 1.2345, 9.9949, 9.9996])
def test_no_number_is_wider_than_its_column(first: float, power: int) -> None:
    value = first * 10.0**power
    assert len(in_bytes(value)) <= 8
    assert "+" not in in_bytes(value)
    if power < 15:  # seconds, of a burst of 1e9 at 1e-5 a second
        assert len(span(value)) <= 8
        assert "+" not in span(value)
    if 0 <= power < 17:  # requests, at most twice 1e9 a second for a year
        assert len(short(value)) <= 5
        assert "+" not in short(value)


def test_a_whole_number_is_not_rounded_where_it_counts() -> None:
    assert figure(63_071_999_999_999_999) == "63,071,999,999,999,999"
    result = run(rate=1e9, window="365 d", burst=1, exactness="strict", memory="1 EB", callers=1)
    # 10^9 * 31,536,000 s; a sliding counter passes less than twice that
    assert "token-bucket passes 31,536,000,000,000,001 in the worst window" in result.note


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
