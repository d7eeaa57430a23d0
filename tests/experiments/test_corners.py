"""No parameters that may be given make a run long: the corners of what is allowed.

Here with small budgets and counted calls, at those corners where two parameters multiply. At their
full size, every pair of bounds, watched, with the seconds that each takes:

    python -m tests.experiments.test_corners [NAME]
"""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import pytest

from sdcli.core.errors import InputError
from sdcli.experiments import (
    Experiment,
    Frame,
    Result,
    contenders,
    get,
    kv_amplification,
    kv_bloom,
    kv_compaction,
    kv_crash,
    kv_path,
    limiter_burst,
    limiter_choose,
    limiter_clock,
    limiter_compare,
    limiter_race,
    limiter_shape,
    names,
    ring_balance,
    ring_contest,
    ring_hotkey,
    ring_plan,
    ring_rebalance,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MODULES = (
    kv_amplification,
    kv_bloom,
    kv_compaction,
    kv_crash,
    kv_path,
    limiter_burst,
    limiter_choose,
    limiter_clock,
    limiter_compare,
    limiter_race,
    limiter_shape,
    ring_balance,
    ring_contest,
    ring_hotkey,
    ring_plan,
    ring_rebalance,
)
SMALLER = 150  # times: what the budgets here are
CALLS_MAX = 400_000  # of functions, and returns to generators; a run here makes 190,000 at most
MOST = {"nodes": 100, "added": 100, "vnodes": 500}  # at a corner here: a tenth or less
RINGS_MAX = 2


class TooLongError(Exception):
    """A run that calls more than it may."""


@pytest.fixture(autouse=True)
def small_budgets(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in MODULES:
        for name in [name for name in vars(module) if name.endswith("_BUDGET")]:
            monkeypatch.setattr(module, name, getattr(module, name) // SMALLER)
        if hasattr(module, "RINGS_MAX"):
            monkeypatch.setattr(module, "RINGS_MAX", RINGS_MAX)
    monkeypatch.setattr(contenders, "ROWS", 1009)
    monkeypatch.setattr(kv_crash, "FAULTS", {})  # they are the same whatever the parameters


def watched(experiment: Experiment[Any], given: dict[str, Any]) -> tuple[Result, list[Frame]]:
    frames: list[Frame] = []
    return experiment.run(experiment.bind(given), 7, frames.append), frames


def tried(experiment: Experiment[Any], given: dict[str, Any]) -> None:
    """A run, or a refusal: some corners make no sense, as a window in which nothing passes."""
    with suppress(InputError):
        watched(experiment, given)


def counting(run: Callable[[], Any]) -> int:
    """The calls that a run makes.

    Raises:
        TooLongError: they are more than CALLS_MAX.
    """
    calls = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event == "call"
        if calls > CALLS_MAX:
            raise TooLongError

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        run()
    finally:
        sys.setprofile(before)
    return calls


def bounds(experiment: Experiment[Any]) -> dict[str, tuple[Any, ...]]:
    """The least and the most of each parameter, and each word that it may be."""
    return {
        one.name: one.choices if one.type == "name" else (one.low, one.high)
        for one in experiment.parameters
    }


def end_of(name: str, end: int) -> dict[str, Any]:
    """All parameters at their least (0), or at their most (-1)."""
    given = {key: both[end] for key, both in bounds(get(name)).items() if key != "hash"}
    return {key: min(value, MOST.get(key, value)) for key, value in given.items()}


@pytest.mark.parametrize(
    ("name", "given"),
    [
        *((name, end_of(name, end)) for name in names() for end in (0, -1)),
        # Nodes that send, times moves that are summed up.
        ("ring.plan", {"nodes": 500, "added": 500, "vnodes": 1, "replicas": 1}),
        # Points, times those that are looked at until all copies have a node.
        ("ring.plan", {"nodes": 100, "replicas": 100}),
        # Requests, times nodes that are full.
        ("ring.hotkey", {"nodes": 400, "bound": 1, "skew": 4, "requests": 10**15}),
    ],
)
def test_no_corner_takes_long(name: str, given: dict[str, Any]) -> None:
    experiment = get(name)
    assert counting(lambda: tried(experiment, given)) > 0


def test_what_takes_long_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring_hotkey, "PROBES_BUDGET", 10**9)
    given = {"nodes": 400, "bound": 1, "skew": 4, "requests": 10**15}
    with pytest.raises(TooLongError):
        counting(lambda: watched(get("ring.hotkey"), given))


def corners(experiment: Experiment[Any]) -> Iterator[dict[str, Any]]:
    """The defaults, all at one end, and each pair of parameters at each pair of bounds."""
    ends = bounds(experiment)
    yield {}
    yield from ({name: both[end] for name, both in ends.items()} for end in (0, -1))
    for one, other in combinations([name for name in ends if name != "hash"], 2):
        for values in product(ends[one], ends[other]):
            yield dict(zip((one, other), values, strict=True))


def main(*only: str) -> None:
    """Run all corners, and print what each takes."""
    for name in only or names():
        for given in corners(get(name)):
            start = time.process_time()
            try:
                result, frames = watched(get(name), given)
                told = f"{result.verdict}, {len(frames)} frames, {result.scale[:60]}"
            except InputError as refused:
                told = f"refused: {refused.what}"
            seconds = time.process_time() - start
            sys.stdout.write(f"{seconds:6.2f} s  {name} {given}: {told}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
