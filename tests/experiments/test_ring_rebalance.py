"""ring.rebalance against sums on paper, and against placements that break the promise."""

from __future__ import annotations

import re
from array import array
from typing import Any

import pytest

from sdcli.experiments import Frame, Result, get
from sdcli.experiments import ring_rebalance as module
from sdcli.reference.hashing import Modulo, Ring

EXPERIMENT = get("ring.rebalance")


@pytest.fixture(autouse=True)
def small_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer rings than a real run, enough for what these tests look at."""
    monkeypatch.setattr(module, "POINTS_BUDGET", 24_000)


def run(seed: int = 7, **values: Any) -> Result:
    return EXPERIMENT.run(EXPERIMENT.bind({"keys": 2000, **values}), seed)


@pytest.mark.parametrize(
    ("nodes", "ring", "modulo"),
    # one in n + 1 moves on the ring, n in n + 1 move with modulo
    [(4, 0.2, 0.8), (10, 0.0909, 0.909), (20, 0.0476, 0.952)],
)
def test_a_ring_moves_one_share_and_modulo_all_but_one(nodes, ring, modulo) -> None:
    metrics = run(nodes=nodes, keys=10_000).metrics
    # counting 10,000 keys: at most 4 * sqrt(0.2 * 0.8 / 10000) = 0.016
    assert metrics["moved_share"] == pytest.approx(ring, abs=0.016)
    assert metrics["modulo_moved_share"] == pytest.approx(modulo, abs=0.016)
    assert metrics["ideal_share"] == pytest.approx(ring, abs=0.0001)
    assert metrics["between_survivors"] == 0


@pytest.mark.parametrize(
    ("nodes", "ring", "modulo"),
    # the lost node's own share, one in n, moves on the ring; with modulo one in n stays
    [(4, 0.25, 0.75), (9, 0.1111, 0.8889), (20, 0.05, 0.95)],
)
def test_a_loss_moves_one_share_and_modulo_all_but_one(nodes, ring, modulo) -> None:
    metrics = run(nodes=nodes, keys=10_000).metrics
    # counting 10,000 keys: at most 4 * sqrt(0.25 * 0.75 / 10000) = 0.017
    assert metrics["loss_moved_share"] == pytest.approx(ring, abs=0.017)
    assert metrics["modulo_loss_moved_share"] == pytest.approx(modulo, abs=0.017)
    assert metrics["loss_ideal_share"] == pytest.approx(ring, abs=0.0001)
    assert metrics["loss_moved_share"] == pytest.approx(metrics["loss_arc_share"], abs=0.017)
    assert metrics["between_survivors"] == 0


@pytest.mark.parametrize(
    ("nodes", "vnodes", "heir"),
    [
        (8, 1, 1.0),  # one point: the next node takes it all
        (2, 160, 1.0),  # one other node: likewise
        (1, 160, 0.0),  # nobody is left
    ],
)
def test_who_inherits(nodes: int, vnodes: int, heir: float) -> None:
    assert run(nodes=nodes, vnodes=vnodes).metrics["loss_heir_share"] == pytest.approx(heir)


def test_virtual_nodes_spread_what_is_lost() -> None:
    """Each of 10 others gets a tenth; the largest of 10 means of 100 arcs some 15 % more."""
    few, many = (run(nodes=11, vnodes=vnodes).metrics for vnodes in (4, 1000))
    assert many["loss_heir_share"] == pytest.approx(0.1, rel=0.25)
    assert few["loss_heir_share"] > 3 * many["loss_heir_share"]


def test_without_the_only_node_all_keys_are_lost() -> None:
    metrics = run(nodes=1).metrics
    for name in ("loss_moved_share", "loss_ideal_share", "loss_arc_share"):
        assert metrics[name] == 1
    assert metrics["modulo_loss_moved_share"] == metrics["modulo_loss_ideal_share"] == 1


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


def test_keys_that_a_loss_moves_between_survivors_are_found_out(monkeypatch) -> None:
    def shuffling_remove(ring: Ring, node: str) -> Ring:
        rest = {name: weight for name, weight in ring.weights.items() if name != node}
        return Ring(rest, ring.vnodes + 1)

    monkeypatch.setattr(Ring, "remove", shuffling_remove)
    result = run(vnodes=20)
    assert result.verdict == "fails"
    assert result.metrics["between_survivors"] > 0


def test_a_ring_that_keeps_what_was_lost_is_found_out(monkeypatch) -> None:
    monkeypatch.setattr(Ring, "remove", lambda ring, _: ring)
    result = run()
    assert result.verdict == "fails"
    assert result.metrics["loss_moved_share"] == 0


@pytest.mark.parametrize(("call", "metric"), [("add", ""), ("remove", "loss_")])
def test_a_modulo_that_moves_nothing_is_found_out(monkeypatch, call: str, metric: str) -> None:
    monkeypatch.setattr(Modulo, call, lambda place, _: place)
    result = run()
    assert result.verdict == "fails"
    assert result.metrics[f"modulo_{metric}moved_share"] == 0


def test_arcs_that_do_not_match_the_keys_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Ring, "lookup_batch", lambda ring, keys: array("i", [len(ring) - 1] * len(keys))
    )
    assert run().verdict == "fails"


def test_the_picture_shows_the_moves_of_ring_and_modulo() -> None:
    frames: list[Frame] = []
    EXPERIMENT.run(EXPERIMENT.bind({"keys": 1000}), 7, frames.append)
    before, joined, left, mod_before, mod_joined, mod_left = (
        line[16:] for line in frames[-1].lines[:6]
    )
    assert {len(line) for line in (before, joined, left, mod_before, mod_joined)} == {64}
    assert set(joined) == {"─", "i"}  # all that moves goes to the new node
    # all that moves by the loss was e's, and all that was e's moves
    assert [cell != "─" for cell in left] == [cell == "e" for cell in before]
    assert "e" not in left
    # of 64 keys 64/9 = 7.1 stay when one joins and 64/8 = 8 when one is lost: 3 deviations of 2.6
    assert mod_joined.count("─") <= 15
    assert mod_left.count("─") <= 16
    assert set(mod_before) == set("abcdefgh")


def last_frame(**params: int) -> Frame:
    frames: list[Frame] = []
    EXPERIMENT.run(EXPERIMENT.bind({"keys": 100, **params}), 7, frames.append)
    return frames[-1]


@pytest.mark.parametrize("nodes", [2, 8, 20, 60, 500])
def test_both_changes_move_some_of_the_keys_that_are_drawn(nodes: int) -> None:
    """Of 64 keys 64/500 = 0.1 would be the lost node's by chance, and the title says so."""
    picture = last_frame(nodes=nodes, vnodes=20)
    before, joined, left = (line[16:] for line in picture.lines[:3])
    assert len(before) == 64
    picked = re.search(r"^64 keys, (\d) of them picked for moving; ", picture.title)
    assert nodes != 2 or not picked  # each has half of them
    assert nodes != 500 or (picked and int(picked[1]) >= 4)
    assert len(picture.title) <= 80
    for line in (joined, left):
        assert sum(cell != "─" for cell in line) >= 3


def test_who_has_next_to_nothing_has_as_many_keys_drawn_as_are_found(monkeypatch) -> None:
    monkeypatch.setattr(module, "DRAWS_MAX", 64)  # none
    picture = last_frame(nodes=500, vnodes=20)
    assert picture.title.startswith("64 keys around the circle; ")


def test_where_there_is_no_other_node_nothing_is_said_to_move() -> None:
    picture = last_frame(nodes=1)
    assert picture.lines[-1] == "    - a  lost: there is no other node"
    assert not any("- a " in line and "%" in line for line in picture.lines)
    result = EXPERIMENT.run(EXPERIMENT.bind({"keys": 100, "nodes": 1}), 7)
    assert "without the only node all are lost; 0 keys moved" in result.note
    assert EXPERIMENT.predict is not None
    explained = EXPERIMENT.predict.explain(EXPERIMENT.bind({"nodes": 1}), result)
    assert explained.endswith("The only node has no heirs: with it all keys are lost.")


def test_a_picture_of_more_nodes_than_letters_is_honest() -> None:
    frames: list[Frame] = []
    EXPERIMENT.run(EXPERIMENT.bind({"keys": 100, "nodes": 70, "vnodes": 100}), 7, frames.append)
    assert "+ ·" in frames[-1].lines[1]
    assert "·" not in "".join(frames[-1].inks)


def test_large_designs_run_at_a_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POINTS_BUDGET", 10_000)
    monkeypatch.setattr(module, "KEYS_BUDGET", 500)
    result = run(nodes=99, vnodes=1000, keys=2000)  # 100,000 points with the new node
    assert result.scale.startswith("1:10 (100 of 1,000 virtual nodes)")
    assert "1:4 (500 of 2,000 keys)" in result.scale
    assert result.metrics["ideal_share"] == 0.01
    assert result.not_carried == ("loss_heir_share", "moved_keys", "keys_followed")


def test_fewer_keys_leave_the_heirs_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEYS_BUDGET", 500)
    assert run(keys=2000).not_carried == ("moved_keys", "keys_followed")


@pytest.mark.parametrize(("nodes", "seed"), [(3, 33), (3, 49), (50, 19), (50, 21)])
def test_few_keys_are_no_broken_claim(nodes: int, seed: int) -> None:
    """Of 400 rings only as many count as have a key on them: that is how far shares may be off."""
    assert run(seed, nodes=nodes, vnodes=1, keys=100).verdict == "holds"
