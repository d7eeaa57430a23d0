"""Golden results: no experiment changes what it finds without a new revision.

Documents hold evidence under a fingerprint of experiment, revision, parameters and seed. If a run
with the same fingerprint gave another result, evidence that nobody touched would be wrong.

When a change of results is meant: raise the experiment's `revision`, then record with

    python -m tests.experiments.test_golden

which refuses to overwrite results of a revision that is already recorded.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from sdcli.experiments import get, names, params_json
from tests.experiments.runs import run_of

GOLDEN = Path(__file__).with_name("golden.json")
# The defaults and two other settings of each; the seed differs too.
SETTINGS: dict[str, list[tuple[dict[str, Any], int]]] = {
    "ring.balance": [
        ({}, 7),
        ({"vnodes": 640}, 7),
        ({"nodes": 100, "vnodes": 10, "keys": "1M"}, 11),
    ],
    "ring.rebalance": [
        ({}, 7),
        ({"nodes": 4, "vnodes": 40}, 7),
        ({"nodes": 1000, "vnodes": 100, "keys": "1M"}, 11),
    ],
    "ring.plan": [
        ({}, 7),
        ({"nodes": 4, "vnodes": 20, "added": 6, "replicas": 2, "data": "30 TB"}, 7),
        ({"nodes": 30, "vnodes": 20, "bandwidth": "10 Gbit/s"}, 11),
    ],
    "ring.hotkey": [
        ({}, 7),
        ({"nodes": 8, "skew": 0.8, "requests": 20_000}, 7),
        ({"nodes": 50, "vnodes": 40, "keys": "200M key", "bound": 1.05, "requests": 20_000}, 11),
    ],
    "ring.contest": [
        ({}, 7),
        ({"nodes": 8, "keys": 2000}, 7),
        ({"nodes": 30, "vnodes": 40, "keys": 2000}, 11),
    ],
    "limiter.burst": [
        ({}, 7),
        ({"algorithm": "fixed-window"}, 7),
        ({"rate": "100 request/min", "burst": 7, "window": "1 min"}, 11),
        ({"algorithm": "leaking-bucket", "burst": 30}, 7),
        ({"algorithm": "sliding-log", "window": "10 s"}, 7),
        ({"algorithm": "sliding-counter"}, 7),
        ({"algorithm": "gcra", "rate": "54 request/min", "burst": 3, "window": "1 min"}, 11),
    ],
    "limiter.compare": [
        ({}, 7),
        ({"traffic": "steady"}, 7),
        ({"traffic": "edge", "load": 3, "burst": 30}, 7),
        ({"traffic": "bursts", "rate": "54 request/min", "window": "1 min", "requests": 900}, 11),
    ],
    "limiter.shape": [
        ({}, 7),
        ({"traffic": "steady", "load": 1.2, "capacity": 9}, 7),
        ({"traffic": "edge", "rate": "54 request/min", "burst": 7, "capacity": 2}, 11),
    ],
    "limiter.clock": [
        ({}, 7),
        ({"algorithm": "fixed-window", "direction": "forward"}, 7),
        ({"algorithm": "sliding-log", "step": "1 s", "rate": 7 / 3, "load": 3}, 11),
        ({"algorithm": "sliding-counter", "step": "1 day", "window": "10 s"}, 11),
    ],
    "limiter.race": [
        ({}, 7),
        ({"algorithm": "sliding-log", "clients": 3, "limit": 50, "requests": 200}, 7),
        ({"algorithm": "fixed-window", "clients": 20, "limit": 10, "requests": 90}, 11),
    ],
    "limiter.choose": [
        ({}, 7),
        ({"rate": 50, "burst": 100, "downstream": "steady", "wait": "2 s"}, 7),
        ({"algorithm": "gcra", "rate": 10, "burst": 99, "exactness": "loose"}, 11),
    ],
    "kv.path": [
        ({}, 7),
        ({"depth": "level-1", "sync": "group", "value_size": "1 KB"}, 7),
        ({"depth": "absent", "sync": "os"}, 11),
    ],
    "kv.crash": [
        ({"operations": 60}, 7),
        ({"operations": 40, "sync": "group", "keys": 10}, 7),
        ({"operations": 40, "sync": "os", "draws": 2}, 11),
    ],
    "kv.bloom": [
        ({"keys": 20_000, "lookups": 20_000}, 7),
        ({"keys": 5000, "lookups": 5000, "filter_bits": 4, "probes": 2, "tables": 3}, 7),
        ({"keys": "4G", "lookups": 3000, "filter_bits": 16, "probes": 11, "tables": 40}, 11),
    ],
    "kv.compaction": [
        ({"size": "120 KB", "memtable": "4 KiB"}, 7),
        ({"size": "60 KB", "memtable": "4 KiB", "growth": 10, "deletes": 1}, 7),
        ({"size": "80 KB", "memtable": "8 KiB", "value_size": 1000, "deletes": 0}, 11),
    ],
    "kv.amplification": [
        ({"size": "120 KB", "memtable": "8 KiB"}, 7),
        ({"size": "60 KB", "memtable": "4 KiB", "growth": 4, "skew": 1}, 7),
        ({"size": "100 KB", "memtable": "8 KiB", "value_size": 1000, "overwrites": 5}, 11),
    ],
}
RUNS = [(name, given, seed) for name, runs in SETTINGS.items() for given, seed in runs]


def found(name: str, given: dict[str, Any], seed: int) -> dict[str, Any]:
    """One run as it stands in the file."""
    experiment = get(name)
    result = run_of(name, given, seed)
    return {
        "revision": experiment.revision,
        "params": params_json(experiment.bind(given)),
        "seed": seed,
        "metrics": result.metrics,
        "verdict": result.verdict,
    }


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What differs between two runs: counts exactly, the rest at relative 1e-9."""
    wrong = [key for key in ("params", "seed", "verdict") if old[key] != new[key]]
    for metric in sorted({*old["metrics"], *new["metrics"]}):
        one = old["metrics"].get(metric, math.nan)
        two = new["metrics"].get(metric, math.nan)  # nan is close to nothing
        allowed = 0.0 if float(one).is_integer() else 1e-9
        if not math.isclose(one, two, rel_tol=allowed):
            wrong.append(metric)
    return wrong


def recorded() -> dict[str, list[dict[str, Any]]]:
    return json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_every_experiment_has_golden_results() -> None:
    assert sorted(recorded()) == sorted(names()) == sorted(SETTINGS)
    assert all(len(runs) >= 3 for runs in recorded().values())


@pytest.mark.parametrize(
    ("name", "given", "seed"), RUNS, ids=[f"{name} {given}" for name, given, _ in RUNS]
)
def test_results_are_those_of_the_revision(name: str, given: dict[str, Any], seed: int) -> None:
    new = found(name, given, seed)
    old = recorded()[name][SETTINGS[name].index((given, seed))]
    assert new["revision"] == old["revision"], f"{name} has a new revision: record its results"
    wrong = differences(old, new)
    assert wrong == [], f"{name} gives other results ({wrong}): it needs a new revision"
    assert new["verdict"] == "holds"


@pytest.mark.parametrize(
    ("key", "value", "differs"),
    [
        ("share", 0.25 * (1 + 1e-12), False),
        ("share", 0.25 * (1 + 1e-8), True),
        ("count", 1_000_000_000.0001, True),  # a count is compared exactly
        ("count", 1_000_000_000.0, False),
        ("another", 1.0, True),
    ],
)
def test_a_changed_result_is_found(key: str, value: float, differs: bool) -> None:
    old = {"params": {}, "seed": 7, "verdict": "holds", "metrics": {"share": 0.25, "count": 1e9}}
    new = {**old, "metrics": {**old["metrics"], key: value}}
    assert (differences(old, new) == [key]) is differs


def record() -> None:
    """Write the file anew."""
    before = recorded() if GOLDEN.exists() else {}
    after: dict[str, list[dict[str, Any]]] = {}
    for name, runs in SETTINGS.items():
        after[name] = [found(name, given, seed) for given, seed in runs]
        for old, new in zip(before.get(name, []), after[name], strict=False):
            same_run = all(old[key] == new[key] for key in ("revision", "params", "seed"))
            if same_run and differences(old, new):
                raise SystemExit(f"{name} gives other results: raise its revision first")
    GOLDEN.write_text(json.dumps(after, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    record()
