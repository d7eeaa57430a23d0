"""ring.hotkey against sums on paper, and against loads that keep no bound."""

from __future__ import annotations

from typing import Any

import pytest

from sdcli.experiments import Frame, Result, get
from sdcli.experiments import ring_hotkey as module
from sdcli.reference.hashing import BoundedLoads, Ring

EXPERIMENT = get("ring.hotkey")


def run(seed: int = 7, watch: Any = None, **values: Any) -> Result:
    values = {"nodes": 20, "vnodes": 100, "keys": 1000, "requests": 4000, **values}
    return EXPERIMENT.run(EXPERIMENT.bind(values), seed, watch)


def test_a_key_that_is_all_there_is_makes_one_node_bear_all() -> None:
    metrics = run(keys=1, bound=1.25).metrics
    assert metrics["plain_peak_to_mean"] == 20
    assert metrics["hottest_to_mean"] == 20
    # 4000 requests on 20 nodes: a mean of 200, a cap of 250, so 16 nodes and 3750 that must leave
    assert metrics["bounded_peak_to_mean"] == metrics["cap_to_mean"] == 1.25
    assert metrics["least_spilled_share"] == 3750 / 4000
    assert metrics["hottest_nodes_least"] == 16
    assert 16 <= metrics["hottest_nodes"] <= 20
    assert metrics["spilled_share"] >= 3750 / 4000


def test_at_a_bound_of_one_all_nodes_bear_the_same() -> None:
    metrics = run(keys=1, bound=1).metrics
    assert metrics["bounded_peak_to_mean"] == 1
    assert metrics["hottest_nodes"] == metrics["hottest_nodes_least"] == 20


def test_a_hot_key_makes_its_node_hot_whatever_the_virtual_nodes() -> None:
    few, many = (run(vnodes=vnodes, keys=10_000).metrics for vnodes in (40, 640))
    for metrics in (few, many):
        # the first of 10,000 keys at 1.1 gets 1/6.603 of the requests; 20 of that, and the rest
        assert metrics["hottest_share"] == pytest.approx(0.1514, rel=1e-3)
        assert metrics["hottest_to_mean"] == pytest.approx(20 * 0.1514 + 0.8486, rel=1e-3)
        assert metrics["plain_peak_to_mean"] == pytest.approx(metrics["hottest_to_mean"], rel=0.25)


def test_keys_that_are_alike_fill_nobody() -> None:
    metrics = run(skew=0, bound=3).metrics
    # the first 6 requests find a cap of 1, and 2 of them may meet; later there is room for three
    assert metrics["spilled_share"] < 6 / 4000
    assert metrics["least_spilled_share"] == 0
    assert metrics["probes"] == pytest.approx(1, abs=0.01)
    assert metrics["plain_peak_to_mean"] == metrics["bounded_peak_to_mean"] < 2


def test_a_lower_bound_spills_more() -> None:
    spilled = [run(bound=bound).metrics["spilled_share"] for bound in (1.05, 1.25, 2, 8)]
    assert spilled == sorted(spilled, reverse=True)
    assert spilled[0] > spilled[-1]


@pytest.mark.parametrize(
    "values",
    [
        {"nodes": 1},
        {"nodes": 2, "vnodes": 1, "bound": 1},
        {"nodes": 50, "vnodes": 3, "skew": 2},
        {"keys": "3G key", "skew": 1},
        {"nodes": 300, "requests": 500, "bound": 1.1},  # caps of 1 and 2
        {"bound": 1.0000001},
    ],
)
def test_the_claim_holds_across_the_parameters(values: dict[str, Any]) -> None:
    result = run(**values)
    assert result.verdict == "holds", result.note


def test_loads_without_a_bound_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedLoads, "acquire", lambda loads, key: loads.place.lookup(key))
    result = run()
    assert result.verdict == "fails"
    assert result.metrics["over_cap"] > 0


def test_a_cap_that_is_one_too_high_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = BoundedLoads._walk

    def one_more(loads: BoundedLoads, position: int) -> tuple[str, int]:
        node = next(loads.place.owners_at(position))
        if loads._loads[node] < loads._cap(node, loads.total + 1) + 1:
            return node, 1
        return walk(loads, position)

    monkeypatch.setattr(BoundedLoads, "_walk", one_more)
    result = run()
    assert result.verdict == "fails"
    assert result.metrics["over_cap"] > 0


def test_a_cap_that_is_kept_in_the_end_only_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = BoundedLoads._walk

    def crowded(loads: BoundedLoads, position: int) -> tuple[str, int]:
        return (loads.place.nodes[0], 2) if loads.total < 200 else walk(loads, position)

    monkeypatch.setattr(BoundedLoads, "_walk", crowded)
    result = run()  # 4000 requests: the cap in the end is 250
    assert result.verdict == "fails"
    assert result.metrics["bounded_peak_to_mean"] <= 1.25
    # of the first 200 the m-th may be the ceil(1.25 m / 20)-th on its node: only the first is
    assert result.metrics["over_cap"] >= 199


def test_spills_that_are_not_counted_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedLoads, "spilled", 0)
    assert run().verdict == "fails"


def test_a_plain_ring_that_spreads_one_key_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = iter(range(10**9))
    monkeypatch.setattr(Ring, "lookup", lambda ring, _: ring.nodes[next(calls) % len(ring)])
    assert run(skew=2).verdict == "fails"


def test_many_requests_run_at_a_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REQUESTS_BUDGET", 1000)
    monkeypatch.setattr(module, "POINTS_BUDGET", 1000)
    result = run(requests=4000)
    assert "1:2 (50 of 100 virtual nodes)" in result.scale
    assert "1:4 (1,000 of 4,000 requests)" in result.scale
    carried = [metric for metric in result.metrics if metric not in result.not_carried]
    assert carried == ["hottest_to_mean", "over_cap", "hottest_share"]
    assert result.verdict == "holds"


@pytest.mark.parametrize(
    ("budget", "carried"),
    [
        # Fewer points: the cap and the hot key are what they were, the shares are not.
        ("POINTS_BUDGET", {"cap_to_mean", "least_spilled_share", "requests_given"}),
        # Fewer requests: the shares are exact, all that is counted has more chance in it.
        ("REQUESTS_BUDGET", {"arcs_peak_to_mean"}),
    ],
)
def test_what_carries_over_depends_on_what_was_cut(
    monkeypatch: pytest.MonkeyPatch, budget: str, carried: set[str]
) -> None:
    monkeypatch.setattr(module, budget, 1000)
    left_out = set(run().not_carried)
    assert {"plain_peak_to_mean", "spilled_share", "probes"} <= left_out
    assert not carried & left_out
    told_apart = {"arcs_peak_to_mean", "cap_to_mean", "least_spilled_share", "requests_given"}
    assert told_apart - carried <= left_out


def test_the_nodes_looked_at_have_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """One key and a bound of 1: the request m looks at m nodes, so m requests at m(m + 1)/2."""
    monkeypatch.setattr(module, "PROBES_BUDGET", 5000)
    frames: list[Frame] = []
    result = run(nodes=500, vnodes=1, keys=1, bound=1, requests=400, watch=frames.append)
    # 99 * 100 / 2 = 4950 are not spent, 100 * 101 / 2 = 5050 are
    assert result.metrics["requests_given"] == 100
    assert result.metrics["probes"] == 50.5
    assert result.scale.startswith("1:4 (100 of 400 requests): these looked at 5,000 nodes or more")
    assert "spilled_share" in result.not_carried
    assert result.verdict == "holds"
    assert frames[-1].title.startswith("100 requests")
    assert frames[-1].progress == 1.0


def test_the_picture_has_the_busiest_first_and_nobody_above_the_bound() -> None:
    frames: list[Frame] = []
    metrics = run(watch=frames.append).metrics
    rows = [line.split() for line in frames[-1].lines[1:-1]]
    plain, bounded = ([float(row[at]) for row in rows] for at in (1, -2))
    assert len(rows) == 10
    assert plain == sorted(plain, reverse=True)
    assert plain[0] == pytest.approx(metrics["plain_peak_to_mean"], abs=0.01)
    assert max(bounded) <= 1.25


@pytest.mark.parametrize(
    ("values", "asked", "told"),
    [
        ({}, "One key gets", "no number of virtual nodes changes that"),
        ({"skew": 0}, "All keys are asked for alike", "more virtual nodes would lower"),
        # 4000 requests on 20 nodes are 200 each, +- 14: near the arcs, if the keys are many.
        ({"skew": 0, "vnodes": 1, "keys": "1G"}, "alike", "would lower. The busiest bears"),
        # A key and a request for each node: the busiest has several by chance, no arcs to blame.
        ({"skew": 0, "nodes": 1000, "requests": 1000}, "alike", "chance: 1,000 keys and 1,000 req"),
        ({"keys": 1}, "100 % of all requests", "20 times the mean; measured 20"),
    ],
)
def test_question_and_explanation_fit_the_keys(
    values: dict[str, Any], asked: str, told: str
) -> None:
    values = {"nodes": 20, "vnodes": 100, "keys": 1000, "requests": 4000, **values}
    params = EXPERIMENT.bind(values)
    assert asked in EXPERIMENT.predict.question(params)
    assert told in EXPERIMENT.predict.explain(params, run(**values))
