"""ring.plan against sums on paper, and against rings and plans that are broken."""

from __future__ import annotations

from typing import Any

import pytest

from sdcli.core.errors import InputError
from sdcli.experiments import Frame, Result, get
from sdcli.experiments import ring_plan as module
from sdcli.experiments.ring_plan import Params, ideal_seconds, looks
from sdcli.reference.hashing import SPACE, Plan, Range, Ring
from sdcli.reference.hashing.drawing import letters

EXPERIMENT = get("ring.plan")


@pytest.fixture(autouse=True)
def small_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer rings than a real run, enough for what these tests look at."""
    monkeypatch.setattr(module, "POINTS_BUDGET", 6000)
    monkeypatch.setattr(module, "KEYS_BUDGET", 1000)


def run(seed: int = 7, watch: Any = None, **values: Any) -> Result:
    return EXPERIMENT.run(EXPERIMENT.bind(values), seed, watch)


@pytest.mark.parametrize(
    ("params", "minutes"),
    [
        # 3 copies of 1 TB on 9 nodes: 333.3 GB at 125 MB/s are 2666.7 s
        (Params(), 44.44),
        # 1 copy of 60 GB on 6 nodes: 10 GB at 10 MB/s are 1000 s
        (Params(nodes=5, replicas=1, data=60e9, bandwidth=10e6), 16.67),
        # twice the machines: 600 GB on 10 nodes are 60 GB each, at 1 GB/s a minute
        (Params(nodes=5, added=5, replicas=1, data=600e9, bandwidth=1e9), 1.0),
        # 2 nodes fill 6 new ones: 8 shares of 10 GB, 6 of them sent by two, 30 GB each at 1 GB/s
        (Params(nodes=2, added=6, replicas=1, data=80e9, bandwidth=1e9), 0.5),
    ],
)
def test_the_ideal_is_a_sum_on_paper(params: Params, minutes: float) -> None:
    assert ideal_seconds(params) / 60 == pytest.approx(minutes, rel=1e-3)


def test_one_node_more_moves_its_share_in_the_time_that_it_receives() -> None:
    metrics = run().metrics
    # 1/9 of all copies; one ring deviates by sqrt(1/9 * 8/9 / 1441), 4 rings by 0.0042
    assert metrics["copied_share"] == pytest.approx(1 / 9, abs=3 * 0.0042)
    assert metrics["counted_share"] == pytest.approx(1 / 9, abs=0.03)
    # of 3 TB in all copies; and the one that receives all of it is the last to be done
    assert metrics["copied_bytes"] == pytest.approx(metrics["copied_share"] * 3e12)
    assert metrics["minutes"] == pytest.approx(metrics["copied_bytes"] / 125e6 / 60)
    assert metrics["minutes_worst"] >= metrics["minutes"]
    assert (metrics["between_old_nodes"], metrics["senders"]) == (0, 8)


def test_more_points_make_the_senders_more_even() -> None:
    few, many = run(vnodes=2, replicas=1), run(vnodes=200, replicas=1)
    assert few.metrics["busiest_sender"] > 2 * many.metrics["busiest_sender"]
    assert many.metrics["busiest_sender"] >= many.metrics["even_sender"] == 1 / 8
    assert few.metrics["senders"] < 8


def test_a_node_taken_out_is_the_plan_read_backwards() -> None:
    """Why there is no parameter for it: the same bytes, and as long."""
    ring = Ring([f"n{i}" for i in range(6)], 40)
    there = ring.plan(ring.add("new"), 1e12, 1e8, 3)
    back = ring.add("new").plan(ring, 1e12, 1e8, 3)
    assert back.bytes == pytest.approx(there.bytes)
    assert back.seconds == pytest.approx(there.seconds)
    assert back.sent == pytest.approx(there.received)


@pytest.mark.parametrize(
    "values",
    [
        {"nodes": 1, "replicas": 1, "vnodes": 1},
        {"nodes": 3, "replicas": 3, "added": 1},
        {"nodes": 2, "replicas": 2, "added": 9, "vnodes": 5},
        {"nodes": 40, "added": 3, "vnodes": 8},
        {"nodes": 2000, "vnodes": 1},
    ],
)
def test_the_claim_holds_across_the_parameters(values: dict[str, Any]) -> None:
    result = run(**values)
    assert result.verdict == "holds", result.note
    assert result.metrics["between_old_nodes"] == 0


def test_more_copies_than_nodes_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        run(nodes=2)
    assert caught.value.where == "replicas"
    assert "3 copies on 2 nodes" in caught.value.render()


def _with_ranges(monkeypatch: pytest.MonkeyPatch, change: Any) -> Result:
    ranges = Ring.ranges
    monkeypatch.setattr(Ring, "ranges", lambda *given: change(list(ranges(*given))))
    return run()


def test_moves_between_old_nodes_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    result = _with_ranges(
        monkeypatch, lambda all_: [*all_[1:], all_[0]._replace(target="7/0/n1", source="7/0/n2")]
    )
    assert result.verdict == "fails"
    assert result.metrics["between_old_nodes"] > 0
    assert "not all of it to what is new" in result.note


def test_a_plan_that_leaves_moves_out_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _with_ranges(monkeypatch, lambda all_: all_[::2]).verdict == "fails"


def test_a_plan_of_nothing_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    result = _with_ranges(monkeypatch, lambda _: list[Range]())
    assert result.verdict == "fails"
    assert result.metrics["minutes"] == 0


def test_keys_that_do_not_go_where_the_plan_says_are_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Ring, "lookup_n", lambda ring, _, count: list(ring.nodes[:count]))
    result = run()
    assert result.verdict == "fails"
    assert result.metrics["counted_share"] == 0


def test_new_nodes_that_take_too_much_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    points = Ring._points
    monkeypatch.setattr(
        Ring, "_points", lambda ring, node: points(ring, node)[: None if "new" in node else 80]
    )
    result = run()
    assert result.verdict == "fails"
    # Twice the points of the 8 others: not among 3 owners with 8/10 * 7/9 * 6/8, so it has 0.533
    # of the keys, and of 3 copies of each a third of that.
    assert result.metrics["copied_share"] == pytest.approx(0.178, abs=0.01)
    assert result.metrics["between_old_nodes"] == 0


@pytest.mark.parametrize(
    ("nodes", "copies", "expected"),
    # 100/100 + 100/99; and the collector's 1 + 2/1, 1 + 3/2 + 3/1
    [(1, 1, 1), (100, 2, 2.0101), (2, 2, 3), (3, 3, 5.5)],
)
def test_copies_take_looks(nodes: int, copies: int, expected: float) -> None:
    assert looks(nodes, copies) == pytest.approx(expected, rel=1e-4)


def test_many_copies_leave_fewer_points_and_keys_and_say_so() -> None:
    # 20 copies on 20 nodes: 20 * (1 + 1/2 + ... + 1/20) = 72 looks, 18 times 4, leave 333 points
    result = run(nodes=20, replicas=20)
    assert result.scale.startswith("1:10.7 (15 of 160 virtual nodes): 20 copies are long to find")
    assert "minutes" in result.not_carried
    assert result.metrics["rings"] == 1
    assert result.verdict == "holds"
    assert run(replicas=1).scale == run(replicas=3).scale == "1:1"
    assert run(replicas=1).metrics["rings"] == run(replicas=3).metrics["rings"]


def test_a_watched_plan_is_summed_up_once_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = [0]
    sent = Plan.sent.fget

    def counted(plan: Plan) -> dict[str, float]:
        calls[0] += 1
        return sent(plan)

    monkeypatch.setattr(Plan, "sent", property(counted))
    found = {}
    for nodes in (10, 100):
        calls[0], frames = 0, list[Frame]()
        rings = run(nodes=nodes, vnodes=40, watch=frames.append).metrics["rings"]
        found[nodes] = calls[0] / rings
    assert found[100] <= 1.5 * found[10]  # however many nodes send


def test_it_says_that_copies_are_on_different_nodes_and_not_zones() -> None:
    assert run().note.endswith("Copies are on different nodes, in whatever zones.")


def test_large_rings_run_at_a_scale() -> None:
    result = run(nodes=199, vnodes=300)  # 60,000 points with the new node
    assert result.scale.startswith("1:10 (30 of 300 virtual nodes)")
    assert result.not_carried == ("minutes", "minutes_worst", "senders", "busiest_sender", "ranges")
    assert result.verdict == "holds"


def test_the_picture_says_who_sends_and_who_is_last() -> None:
    frames: list[Frame] = []
    result = run(watch=frames.append)
    picture = frames[-1]
    rows = [line for line in picture.lines if "%" in line]
    assert len(rows) == 8
    shares = [float(line.split("%")[0].split()[-1]) for line in rows]
    assert sum(shares) == pytest.approx(100, abs=0.1)
    assert "the last to be done is new, after" in picture.lines[-1]
    assert result.metrics["minutes"] > 0


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, "one share in 9 of all copies: 3 * 1 TB / 9 = 333.3 GB, at 125 MB/s 44.4 min"),
        ({}, "2 at once would take 40 min"),  # 3 TB / 10 at 125 MB/s
        ({"nodes": 3, "added": 6}, "the 3 old nodes send 6 such shares, 88.9 min"),  # 2 * 44.4
        ({"data": "1 PB"}, "at 125 MB/s 30.86 day"),  # 333.3 TB / 125 MB/s / 86,400 s
    ],
)
def test_the_explanation_does_the_sum(values: dict[str, Any], told: str) -> None:
    params = EXPERIMENT.bind(values)
    assert told in EXPERIMENT.predict.explain(params, run(**values))


def test_the_picture_names_the_node_that_hands_its_copy_over() -> None:
    """With three copies that is seldom the first owner, which keeps its own."""
    frames: list[Frame] = []
    run(nodes=5, vnodes=20, watch=frames.append)
    first, senders, takers = (line[13:] for line in frames[-1].lines[:3])
    plan = module._grow(Params(nodes=5, vnodes=20), 20, 1, "7/0").plan
    letter = letters(["7/0/n0", "7/0/n1", "7/0/n2", "7/0/n3", "7/0/n4", "7/0/new"])
    for cell, taker in enumerate(takers):
        position = (2 * cell + 1) * SPACE // 128
        moved = [
            (letter[move.source], letter[move.target])
            for move in plan.moves
            for after, upto in move.ranges
            if (position - after) % SPACE <= (upto - after) % SPACE and position != after
        ]
        assert moved == ([(senders[cell], taker)] if taker != "─" else [])
    assert sum(a not in (b, "─") for a, b in zip(senders, first, strict=True)) > 10
