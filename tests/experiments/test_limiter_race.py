"""limiter.race: schedules worked out by hand, and what breaks the claim."""

from __future__ import annotations

from itertools import permutations
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from sdcli.experiments import Result, get, limiter_threads
from sdcli.experiments import limiter_race as module
from sdcli.experiments.limiter_race import _Race
from sdcli.experiments.limiter_threads import raced
from sdcli.reference.limiters import ALGORITHMS, Limit, Limiter

if TYPE_CHECKING:
    from sdcli.core.chance import Chance

EXPERIMENT = get("limiter.race")


def run(seed: int = 7, **values: Any) -> Result:
    return EXPERIMENT.run(EXPERIMENT.bind(values), seed)


def race(clients: int, limit: int, requests: int, algorithm: str = "fixed-window") -> _Race:
    return _Race(Limit(limit, "1h").rule(algorithm), clients, requests)


@pytest.mark.parametrize("algorithm", list(ALGORITHMS))
def test_a_lock_and_a_script_admit_the_limit_whatever_the_algorithm(algorithm: str) -> None:
    result = run(algorithm=algorithm, clients=5, limit=20, requests=200)
    metrics = result.metrics
    assert result.verdict == "holds"
    assert metrics["locked_admitted"] == metrics["script_admitted"] == metrics["allowed"] == 20
    assert metrics["in_step_admitted"] == metrics["limit_each"] == 5 * 20
    assert 20 < metrics["unlocked_admitted"] <= 200
    assert metrics["over_limit"] == metrics["unlocked_admitted"] - 20


def test_all_algorithms_lose_the_same() -> None:
    """It is not the arithmetic that is wrong."""
    results = [run(algorithm=name, limit=50, requests=400).metrics for name in ALGORITHMS]
    assert all(metrics == results[0] for metrics in results)


@pytest.mark.parametrize("seed", range(20))
def test_no_schedule_gets_round_a_lock(seed: int) -> None:
    result = run(seed, clients=3, limit=4, requests=30)
    assert result.verdict == "holds"
    assert result.metrics["locked_admitted"] == 4


def test_two_reads_before_a_write_admit_two_and_count_one() -> None:
    one = race(2, 10, 4)
    for gateway in (0, 1):
        one.read(gateway)
    for gateway in (0, 1):
        one.write(gateway)
    assert (one.admitted, one.count, one.lost_updates, one.uncounted) == (2, 1, 1, 1)


def test_a_gateway_that_sleeps_puts_the_count_back() -> None:
    one = race(2, 3, 12)
    one.read(0)  # sees 0
    for _ in range(3):  # the whole limit
        one.read(1)
        one.write(1)
    one.read(1)
    assert one.events[-1].what == "x"  # the fourth is denied
    one.write(0)  # 1 again, where 3 stood
    assert (one.admitted, one.count, one.uncounted) == (4, 1, 3)
    for _ in range(2):  # so two more pass
        one.read(1)
        one.write(1)
    assert (one.admitted, one.count) == (6, 3)


def test_small_interleavings_one_by_one() -> None:
    """Two gateways with a request each under a limit of 1: all six orders of their four steps.

    Both are admitted wherever both reads come before both writes, which is 4 of 6 orders of
    r, w, R, W with r before w and R before W; with a lock none of those can be.
    """
    admitted = []
    for order in sorted(set(permutations([0, 0, 1, 1]))):
        one = race(2, 1, 2)
        for gateway in order:
            if one.pending[gateway] is not None:
                one.write(gateway)
            elif one.left[gateway]:  # a denied request has nothing to write
                one.read(gateway)
        admitted.append(one.admitted)
    assert sorted(admitted) == [1, 1, 2, 2, 2, 2]


def test_with_few_requests_nobody_is_denied_and_the_note_says_so() -> None:
    result = run(clients=4, limit=100, requests=10)
    metrics = result.metrics
    assert "Nobody came up to the limit of 100" in result.note
    assert "Nobody" not in run(clients=4, limit=100, requests=101).note
    assert metrics["allowed"] == metrics["unlocked_admitted"] == metrics["in_step_admitted"] == 10


def test_a_lock_that_locks_nothing_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    real = module.interleaved

    def open_door(one: _Race, chance: Chance, *, has_lock: bool = False) -> None:
        del has_lock
        real(one, chance)

    monkeypatch.setattr(module, "interleaved", open_door)
    assert run(limit=50, requests=400).verdict == "fails"


def test_an_algorithm_that_takes_too_little_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    fixed = ALGORITHMS["fixed-window"]
    step = fixed.step
    given = {"algorithm": "fixed-window", "limit": 50, "requests": 400}
    monkeypatch.setattr(
        fixed, "step", lambda policy, state, now, cost=1: step(policy, state, now, cost // 2)
    )
    assert run(**given).verdict == "fails"


def test_more_requests_than_a_run_makes_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REQUESTS_BUDGET", 100)
    result = run(clients=2, limit=10, requests=300)
    assert result.scale.startswith("1:3 (100 of 300 requests)")
    assert set(result.not_carried) == set(result.metrics)
    assert result.verdict == "holds"
    assert result.metrics["allowed"] == 10  # each of two gateways meets it five times


def test_a_limit_that_so_few_requests_do_not_reach_is_cut_with_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "REQUESTS_BUDGET", 1000)
    frames: list[Any] = []
    params = EXPERIMENT.bind({"clients": 10, "limit": 1_000_000, "requests": 10**9})
    result = EXPERIMENT.run(params, 7, frames.append)
    # 100 for each of ten, of which it meets a limit of 50 twice
    assert (result.metrics["allowed"], result.metrics["limit_each"]) == (50, 500)
    assert result.verdict == "holds"
    assert "; 1:20,000 (50 of 1,000,000 that an hour admits)" in result.scale
    assert "Nobody" not in result.note
    assert "limit              50" in frames[-1].lines[-5]
    # A tenth more than can be made: the limit is a tenth less.
    monkeypatch.setattr(module, "REQUESTS_BUDGET", 1000)
    assert run(clients=2, limit=880, requests=1100).metrics["allowed"] == 800


def test_the_picture_can_be_read_without_colour() -> None:
    frames: list[Any] = []
    EXPERIMENT.run(EXPERIMENT.bind({}), 7, frames.append)
    assert all(len(line) <= 80 for frame in frames for line in frame.lines)
    last = "\n".join(frames[-1].lines)
    assert "r0" in last
    assert "w1!" in last
    assert "w8!: over a write unseen" in last
    for frame in frames:
        for line, ink in zip(frame.lines, frame.inks, strict=True):
            assert len(line) == len(ink)


def test_question_and_answer() -> None:
    params = EXPERIMENT.bind({"clients": 2, "limit": 10, "requests": 40})
    assert EXPERIMENT.predict is not None
    question = EXPERIMENT.predict.question(params)
    assert "Say 2 gateways share one count and a limit of 10" in question
    assert "drawn by lot" in question  # in step, or one by one, the answer is another
    text = EXPERIMENT.predict.explain(params, EXPERIMENT.run(params, 7))
    assert "each would get a limit of its own, 20 in all" in text


class Place:
    """A store whose answer to a read is only given when all threads have asked."""

    def __init__(self, clients: int, limit: int) -> None:
        self.count = 0
        self.all_have_read = Barrier(clients)
        self.limiter = Limiter(f"{limit}/1d", clock=lambda: 0)

    def read(self) -> int:
        count = self.count
        self.all_have_read.wait()
        return count

    def write(self, count: int) -> None:
        self.all_have_read.wait()
        self.count = count

    def take(self) -> bool:
        return bool(self.limiter.acquire("caller"))


def test_real_threads_in_step_get_a_limit_each() -> None:
    """Three threads, a limit of 4 and 8 requests each: the count is at 4 after four rounds."""
    place = Place(3, 4)
    found = {metric.name: value for metric, value in raced(3, 4, 24, lambda: place).items()}
    assert found == {"three_steps": 12, "one_step": 4, "allowed": 4, "asked": 24}


def test_real_threads_meet_a_limit_that_is_cut_with_their_requests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """16 of 800 requests: two threads meet twice a limit of 4, which is what they get each."""
    monkeypatch.setattr(limiter_threads, "REQUESTS_MAX", 16)
    place = Place(2, 4)
    found = raced(2, 100, 800, lambda: place)
    assert {metric.name: value for metric, value in found.items()} == {
        "three_steps": 8,
        "one_step": 4,
        "allowed": 4,
        "asked": 16,
    }
    assert "what the limit allows, cut from 100" in [metric.title for metric in found]


def test_no_metric_without_a_lock_has_a_theory() -> None:
    """What schedules admit that lose updates depends on the draw."""
    unlocked = EXPERIMENT.metric("unlocked_admitted")
    assert unlocked is not None
    assert unlocked.theory == ""


def test_what_goes_wrong_in_a_thread_reaches_whoever_asked() -> None:
    class Broken(Place):
        def read(self) -> int:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        raced(2, 4, 8, lambda: Broken(2, 4))
