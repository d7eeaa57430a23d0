"""Golden results: no calculator gives another result for the same values without a new revision.

Documents hold analytic evidence under a fingerprint of calculator, revision and parameters. When a
change of results is meant: raise the calculator's `revision`, then record with

    python tests/estimate/test_golden.py

which refuses to overwrite results of a revision that is already recorded. What a cost comes to
depends on the price table, which documents name as an input, so cost is not here.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from sdcli.estimate import registry

GOLDEN = Path(__file__).with_name("golden.json")
NAMES = [name for name in registry.names() if name != "cost"]


def found(name: str) -> dict[str, Any]:
    """The calculator's own example, as it stands in the file; values in base units."""
    calculator = registry.get(name)
    outputs = calculator.run(calculator.bind(calculator.example)).outputs
    return {
        "revision": calculator.revision,
        "given": calculator.example,
        "outputs": {
            key: [value.value, value.low, value.high, value.kind] for key, value in outputs.items()
        },
    }


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """The outputs that differ, at relative 1e-9."""
    keys = sorted({*old["outputs"], *new["outputs"]})
    return [
        key
        for key in keys
        if not _same(old["outputs"].get(key, [math.nan]), new["outputs"].get(key, [math.nan]))
    ]


def _same(one: list[Any], two: list[Any]) -> bool:
    numbers = zip(one[:3], two[:3], strict=False)
    return one[3:] == two[3:] and all(math.isclose(a, b, rel_tol=1e-9) for a, b in numbers)


def recorded() -> dict[str, dict[str, Any]]:
    return json.loads(GOLDEN.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_results_are_those_of_the_revision(name: str) -> None:
    new, old = found(name), recorded()[name]
    assert new["given"] == old["given"], f"{name} has another example: record it"
    assert new["revision"] == old["revision"], f"{name} has a new revision: record its results"
    wrong = differences(old, new)
    assert wrong == [], f"{name} gives other results ({wrong}): it needs a new revision"


@pytest.mark.parametrize(
    ("value", "differs"),
    [(5.0 * (1 + 1e-12), False), (5.0 * (1 + 1e-8), True), (math.nan, True)],
)
def test_a_changed_result_is_found(value: float, *, differs: bool) -> None:
    old = {"outputs": {"p99": [5.0, 5.0, 5.0, "time"]}}
    new = {"outputs": {"p99": [value, 5.0, 5.0, "time"]}}
    assert (differences(old, new) == ["p99"]) is differs


def record() -> None:
    """Write the file anew."""
    before = recorded() if GOLDEN.exists() else {}
    after = {name: found(name) for name in NAMES}
    for name, new in after.items():
        old = before.get(name)
        same_run = old and all(old[key] == new[key] for key in ("revision", "given"))
        if old and same_run and differences(old, new):
            raise SystemExit(f"{name} gives other results: raise its revision first")
    GOLDEN.write_text(json.dumps(after, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    record()
