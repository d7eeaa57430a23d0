"""ring.rebalance against sums on paper, and against placements that break the promise."""

from __future__ import annotations

from typing import Any

import pytest

from sdcli.experiments import Result, get
from sdcli.experiments import ring_rebalance as module
from sdcli.reference.hashing import Ring

EXPERIMENT = get("ring.rebalance")


@pytest.fixture(autouse=True)
def small_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer rings than a real run, enough for what these tests look at."""
    monkeypatch.setattr(module, "POINTS_BUDGET", 40_000)


def run(seed: int = 7, **values: Any) -> Result:
    return EXPERIMENT.run(EXPERIMENT.bind({"keys": 10_000, **values}), seed)


@pytest.mark.parametrize(
    ("nodes", "ring", "modulo"),
    # one in n + 1 moves on the ring, n in n + 1 move with modulo
    [(4, 0.2, 0.8), (10, 0.0909, 0.909), (20, 0.0476, 0.952)],
)
def test_a_ring_moves_one_share_and_modulo_all_but_one(nodes, ring, modulo) -> None:
    metrics = run(nodes=nodes).metrics
    # counting 10,000 keys: at most 4 * sqrt(0.2 * 0.8 / 10000) = 0.016
    assert metrics["moved_share"] == pytest.approx(ring, abs=0.016)
    assert metrics["modulo_moved_share"] == pytest.approx(modulo, abs=0.016)
    assert metrics["ideal_share"] == pytest.approx(ring, abs=0.0001)
    assert metrics["between_survivors"] == 0


def test_the_count_is_the_share() -> None:
    metrics = run(keys=3000).metrics
    assert metrics["keys_followed"] == 3000
    assert metrics["moved_keys"] == metrics["moved_share"] * 3000


@pytest.mark.parametrize(
    ("nodes", "vnodes", "keys"),
    [(1, 1, 100), (1, 160, 5000), (2, 1, 5000), (100, 1, 5000), (500, 40, 5000), (5000, 3, 1000)],
)
def test_the_claim_holds_across_the_parameters(nodes: int, vnodes: int, keys: int) -> None:
    result = run(nodes=nodes, vnodes=vnodes, keys=keys)
    assert result.verdict == "holds", result.note


def test_keys_that_move_between_survivors_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def shuffling_add(ring: Ring, node: str, weight: float = 1.0) -> Ring:
        return Ring({**ring.weights, node: weight}, ring.vnodes + 1)  # one more point for everybody

    monkeypatch.setattr(Ring, "add", shuffling_add)
    result = run(vnodes=20)
    assert result.verdict == "fails"
    assert result.metrics["between_survivors"] > 0


def test_a_new_node_that_takes_too_much_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    add = Ring.add
    monkeypatch.setattr(Ring, "add", lambda ring, node: add(ring, node, 2.0))
    result = run()
    assert result.verdict == "fails"
    assert result.metrics["between_survivors"] == 0


def test_arcs_that_do_not_match_the_keys_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ring, "lookup", lambda ring, _: ring.nodes[-1])
    assert run().verdict == "fails"


def test_large_designs_run_at_a_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POINTS_BUDGET", 10_000)
    monkeypatch.setattr(module, "KEYS_BUDGET", 500)
    result = run(nodes=99, vnodes=1000, keys=2000)  # 100,000 points with the new node
    assert result.scale.startswith("1:10 (100 of 1,000 virtual nodes)")
    assert "1:4 (500 of 2,000 keys)" in result.scale
    assert result.metrics["ideal_share"] == 0.01
