"""ring.balance against theory that others have written down, and against rings that are broken."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sdcli.experiments import Frame, Result, get
from sdcli.experiments import ring_balance as module
from sdcli.experiments.ring_balance import expected_spread
from sdcli.reference.hashing import Ring
from tests.experiments.runs import run_of

EXPERIMENT = get("ring.balance")


def run(seed: int = 7, **values: Any) -> Result:
    return EXPERIMENT.run(EXPERIMENT.bind({"keys": 100, **values}), seed)


def test_four_times_the_virtual_nodes_halve_the_spread() -> None:
    few, many = run(vnodes=40), run_of("ring.balance")  # its shares need no keys
    # 1/sqrt(4) = 0.5; each spread is known to 1.5 %, so their ratio to 2 %: three times that
    assert many.metrics["spread"] / few.metrics["spread"] == pytest.approx(0.5, rel=0.06)
    assert many.metrics["expected_spread"] / few.metrics["expected_spread"] == 0.5


def test_so_does_a_design_that_goes_from_160_to_640() -> None:
    few, many = (run_of("ring.balance", given) for given in ({}, {"vnodes": 640}))
    assert many.metrics["spread"] / few.metrics["spread"] == pytest.approx(0.5, rel=0.1)


@pytest.fixture
def small_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer rings than a real run, for tests that do not need its precision."""
    monkeypatch.setattr(module, "POINTS_BUDGET", 40_000)


@pytest.mark.usefixtures("small_budget")
@pytest.mark.parametrize(
    ("vnodes", "expected"), [(10, 0.316), (100, 0.100), (160, 0.079), (1000, 0.0316)]
)
def test_theory_is_one_over_the_root(vnodes: int, expected: float) -> None:
    assert run(vnodes=vnodes).metrics["expected_spread"] == pytest.approx(expected, rel=0.005)


@pytest.mark.parametrize(
    ("nodes", "vnodes", "expected"),
    [
        # Two nodes, one point each: the share is uniform on [0, 1], the variance of 2s - 1 is 1/3.
        (2, 1, (1 / 3) ** 0.5),
        (1, 160, 0.0),
        # (9/1001)^(1/2), and many nodes come near 1/sqrt(100)
        (10, 100, 0.0948),
        (10_000, 100, 0.1),
    ],
)
def test_theory_for_few_nodes(nodes: int, vnodes: int, expected: float) -> None:
    assert expected_spread(nodes, vnodes) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(("nodes", "peak"), [(10, 2.93), (20, 3.60), (100, 5.19)])
def test_single_points_have_a_peak_of_the_harmonic_number(nodes: int, peak: float) -> None:
    """The largest of n arcs is H_n times the mean: H_10 = 2.929, H_20 = 3.598, H_100 = 5.187."""
    # One ring's peak deviates by about 1.3; the mean of 400 rings by 0.065: three times that.
    assert run(nodes=nodes, vnodes=1).metrics["peak_to_mean"] == pytest.approx(peak, abs=0.2)


@pytest.mark.usefixtures("small_budget")
@pytest.mark.parametrize(
    ("nodes", "vnodes"), [(1, 1), (2, 1), (2, 10_000), (3, 40), (50, 7), (1000, 10), (9000, 3)]
)
def test_the_claim_holds_across_the_parameters(nodes: int, vnodes: int) -> None:
    result = run(nodes=nodes, vnodes=vnodes)
    assert result.verdict == "holds", result.note


@pytest.mark.usefixtures("small_budget")
def test_points_that_stand_together_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ring that hashes the name without the number of the virtual node has no virtual nodes."""
    points = Ring._points
    monkeypatch.setattr(Ring, "_points", lambda *given: points(*given)[:1] * 160)
    assert run(vnodes=160).verdict == "fails"


@pytest.mark.usefixtures("small_budget")
def test_shares_that_are_too_even_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Better than theory is as suspicious as worse: then it is not the ring that was measured."""
    monkeypatch.setattr(Ring, "arcs", lambda ring: dict.fromkeys(ring.nodes, 1 / len(ring)))
    assert run(vnodes=160).verdict == "fails"


def test_a_ring_larger_than_the_budget_runs_at_a_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POINTS_BUDGET", 10_000)
    monkeypatch.setattr(module, "KEYS_BUDGET", 200)
    result = run(nodes=1000, vnodes=100, keys=2000)  # 100,000 points: a tenth of the nodes
    assert result.scale.startswith("1:10 (100 of 1,000 nodes)")
    assert "1:10 (200 of 2,000 keys counted)" in result.scale
    assert result.verdict == "holds"
    assert result.metrics["expected_spread"] == 0.1
    carried = set(result.metrics) - set(result.not_carried)
    assert carried == {"spread", "expected_spread", "expected_here", "rings"}


def test_fewer_keys_leave_the_exact_shares_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEYS_BUDGET", 200)
    assert run(nodes=4, vnodes=10, keys=2000).not_carried == ("keys_peak_to_mean",)


@pytest.mark.usefixtures("small_budget")
def test_keys_see_the_shares_with_noise_on_top() -> None:
    result = run(nodes=4, keys=50_000)
    counted, exact = (result.metrics[f"{what}_peak_to_mean"] for what in ("keys", "arcs"))
    # binomial: the standard error of a count of 12,500 is 97, or 0.0078 of the mean
    assert counted == pytest.approx(exact, abs=4 * 0.0078)


def grown(**values: Any) -> list[Frame]:
    """The frames of the ring that grows, before the rings of the run."""
    frames: list[Frame] = []
    EXPERIMENT.run(EXPERIMENT.bind({"keys": 100, **values}), 7, frames.append)
    return [frame for frame in frames if frame.hold]


@pytest.mark.usefixtures("small_budget")
@pytest.mark.parametrize(
    ("vnodes", "landmarks"),
    [
        (160, [1, 10, 100, 160, 1000]),
        (10, [1, 10, 100, 1000]),
        (3, [1, 3, 10, 100, 1000]),
        (4000, [1, 10, 100, 1000, 4000]),
    ],
)
def test_a_watched_ring_grows_and_rests_at_landmarks(vnodes: int, landmarks: list[int]) -> None:
    frames = grown(vnodes=vnodes, nodes=4)
    told = [re.search(r"([\d,]+) points? ", "\n".join(frame.lines)) for frame in frames]
    points = [int(found[1].replace(",", "")) for found in told if found]
    assert len(points) == len(frames)
    assert points == sorted(set(points))
    longest = max(frame.hold for frame in frames)
    resting = [count for count, frame in zip(points, frames, strict=True) if frame.hold == longest]
    assert resting == landmarks
    assert sum(frame.hold for frame in frames) <= 4
    assert all(len(frame.lines) <= 20 for frame in frames)  # 24 rows, with title, bar and prompt
    own = [frame for frame in frames if any("as asked" in line for line in frame.lines)]
    assert len(own) == 1


@pytest.mark.usefixtures("small_budget")
def test_the_numbers_in_the_circle_are_those_of_that_ring() -> None:
    names = [f"7/0/n{i}" for i in range(8)]
    drawn = {
        count: "\n".join(frame.lines)
        for frame in grown(vnodes=100)
        for count in (10, 100)
        if f" {count} points" in "\n".join(frame.lines)
    }
    for count, text in drawn.items():
        ring = Ring(names, count)
        assert f"spread     {ring.stats().spread:.3f}" in text
    assert "1/sqrt(10) 0.316" in drawn[10]
    assert "1/sqrt(100) 0.100" in drawn[100]


@pytest.mark.usefixtures("small_budget")
def test_of_many_nodes_the_first_twelve_are_drawn() -> None:
    frames = grown(nodes=40)
    assert {frame.title for frame in frames} == {
        "one ring, more and more points: 12 of the 40 nodes"
    }
    assert set("".join(frames[-1].inks)) == set(" abcdefghijkl")
