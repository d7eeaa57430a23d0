"""ring.balance: how evenly a ring of virtual nodes shares the keys out.

A node's share is the sum of its V arcs, and the arcs of points thrown at random on a circle are
as good as independent. So the relative deviation of the sum is that of one arc, which is 1,
divided by sqrt(V). Written out for n nodes (their shares have Dirichlet's distribution, which
knows that they must sum to 1), the mean square of the spread is exactly (n - 1)/(nV + 1).

One ring is one throw: the spread of 8 shares alone deviates by a quarter. So the run builds many
rings, whose nodes are named after seed and ring, and compares the root of the mean square. Shares
are exact widths of arcs; no key is sampled for them. The keys are there to show the difference: a
count of keys sees the same shares, with noise on top.

Sources: Karger and others, STOC 1997, for copies of each node; the moments are those of the
Dirichlet distribution (N. L. Johnson, S. Kotz, "Continuous Multivariate Distributions", 1972).
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from sdcli.experiments.contract import (
    FULL_SCALE,
    Experiment,
    Frame,
    Metric,
    Predict,
    Result,
    Watch,
    integer,
    word,
)
from sdcli.reference.hashing import HASHES, Ring, Stats
from sdcli.reference.hashing.drawing import bars

POINTS_BUDGET = 400_000  # points hashed and sorted, all rings together: about a second
KEYS_BUDGET = 100_000
# The extremes of more nodes lie further out, so those of fewer say nothing of them.
EXTREMES = (
    "peak_to_mean",
    "peak_to_mean_worst",
    "min_to_mean",
    "keys_peak_to_mean",
    "arcs_peak_to_mean",
)
RINGS_MAX = 400
STANDARD_ERRORS = 4  # how far the measured spread may be from theory: one run in 16,000 is further


@dataclass(frozen=True)
class Params:
    """A ring, and how many keys to count on it."""

    nodes: int = integer(8, low=1, high=10_000, unit="node", help="servers on the ring")
    vnodes: int = integer(160, low=1, high=10_000, help="points of each server on the ring")
    keys: int = integer(
        100_000, low=1, high=10**15, unit="key", help="keys counted beside the exact shares"
    )
    hash: str = word("blake2b", choices=HASHES, help="hash that places nodes and keys")


def run(params: Params, seed: int, watch: Watch | None = None) -> Result:
    """Build rings, take their exact shares, compare the spread with theory.

    Cost: at most POINTS_BUDGET points and KEYS_BUDGET lookups.
    """
    nodes = min(params.nodes, max(2, POINTS_BUDGET // params.vnodes))
    rings = max(1, min(RINGS_MAX, POINTS_BUDGET // (nodes * params.vnodes)))
    keys = min(params.keys, KEYS_BUDGET)
    first = _ring(params, nodes, f"{seed}/0")
    stats: list[Stats] = []
    for i in range(rings):
        ring = first if i == 0 else _ring(params, nodes, f"{seed}/{i}")
        stats.append(ring.stats())
        if watch:
            watch(_frame(params, ring, _spread(stats), i + 1, rings))

    spread = _spread(stats)
    expected_here = expected_spread(nodes, params.vnodes)
    tolerance = _tolerance(nodes, params.vnodes, rings)
    metrics = {
        "spread": spread,
        "expected_spread": 1 / math.sqrt(params.vnodes),
        "expected_here": expected_here,
        "peak_to_mean": math.fsum(one.peak_to_mean for one in stats) / rings,
        "peak_to_mean_worst": max(one.peak_to_mean for one in stats),
        "min_to_mean": math.fsum(one.min_to_mean for one in stats) / rings,
        "keys_peak_to_mean": _count_keys(first, keys, f"{seed}/0"),
        "arcs_peak_to_mean": stats[0].peak_to_mean,
        "rings": float(rings),
    }
    holds = abs(spread - expected_here) <= tolerance * expected_here
    if watch:
        watch(_frame(params, first, spread, rings, rings))
    return Result(
        metrics=metrics,
        verdict="holds" if holds else "fails",
        note=(
            f"Over {_many(rings, 'ring')} of {_many(nodes, 'node')} the spread is {spread:.4f}; "
            f"theory says {expected_here:.4f}, and {tolerance * 100:.0f} % off would still be "
            f"chance. The busiest node has {metrics['peak_to_mean']:.2f} of the mean on average, "
            f"{metrics['peak_to_mean_worst']:.2f} in the worst ring."
        ),
        scale=_scale(params, nodes, keys),
        not_carried=_not_carried(params, nodes, keys),
    )


def expected_spread(nodes: int, vnodes: int) -> float:
    """The root of the mean square of the spread, for exactly this many nodes.

    >>> round(expected_spread(8, 160), 4), round(1 / math.sqrt(160), 4)
    (0.0739, 0.0791)
    """
    return math.sqrt((nodes - 1) / (nodes * vnodes + 1))


def _ring(params: Params, nodes: int, salt: str) -> Ring:
    return Ring([f"{salt}/n{i}" for i in range(nodes)], params.vnodes, params.hash)


def _spread(stats: list[Stats]) -> float:
    return math.sqrt(math.fsum(one.spread**2 for one in stats) / len(stats))


def _tolerance(nodes: int, vnodes: int, rings: int) -> float:
    """STANDARD_ERRORS of the measured spread, as a part of it.

    A mean of k squares of near-normal deviations has the relative variance 2/k; shares of few
    arcs are as skewed as sums of exponentials, which adds 6/V. The root halves the deviation.
    """
    free = max(1, rings * (nodes - 1))
    return STANDARD_ERRORS * math.sqrt((2 + 6 / vnodes) / free) / 2


def _count_keys(ring: Ring, keys: int, salt: str) -> float:
    """The busiest node's part of the mean when keys are counted."""
    counts = Counter(ring.lookup(f"{salt}/key-{i}") for i in range(keys))
    return max(counts.values()) * len(ring) / keys


def _many(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"


def _scale(params: Params, nodes: int, keys: int) -> str:
    parts = []
    if nodes < params.nodes:
        parts.append(
            f"1:{params.nodes / nodes:.3g} ({nodes:,} of {params.nodes:,} nodes): the spread comes "
            "from the virtual nodes and carries over; peak and minimum do not, since the extremes "
            "of more nodes lie further out"
        )
    if keys < params.keys:
        parts.append(
            f"1:{params.keys / keys:.3g} ({keys:,} of {params.keys:,} keys counted): the shares "
            "are exact arcs and need no keys; fewer keys add noise to keys_peak_to_mean, which "
            "does not carry over"
        )
    return "; ".join(parts) or FULL_SCALE


def _not_carried(params: Params, nodes: int, keys: int) -> tuple[str, ...]:
    if nodes < params.nodes:
        return EXTREMES
    return ("keys_peak_to_mean",) if keys < params.keys else ()


def _frame(params: Params, ring: Ring, spread: float, done: int, rings: int) -> Frame:
    shares = {node.rsplit("/", 1)[1]: share for node, share in ring.arcs().items()}
    limit = 1 / math.sqrt(params.vnodes)
    foot = f"spread of {_many(done, 'ring')}: {spread:.4f}   1/sqrt(vnodes): {limit:.4f}"
    return Frame(
        title=f"shares of one ring, {_many(params.vnodes, 'virtual node')} each",
        lines=(*bars(shares), foot),
        progress=done / rings,
    )


def _question(params: Params) -> str:
    return (
        f"A hash ring has {params.nodes} nodes with {params.vnodes} virtual nodes each. How far do "
        "the nodes' shares of the keys spread: standard deviation / mean, as a number like 0.3?"
    )


def _explain(params: Params, result: Result) -> str:
    more = expected_spread(params.nodes, 4 * params.vnodes)
    return (
        f"A share is a sum of {params.vnodes} random arcs, so it deviates by about "
        f"1/sqrt({params.vnodes}) = {result.metrics['expected_spread']:.3f}; measured "
        f"{result.metrics['spread']:.3f}, and the busiest node has "
        f"{result.metrics['peak_to_mean']:.2f} of the mean. Four times the virtual nodes halve the "
        f"spread (to {more:.3f}) and cost four times the memory of the ring. They do nothing for a "
        "single hot key."
    )


EXPERIMENT = Experiment(
    name="ring.balance",
    title="Balance of a hash ring",
    claim=(
        "The nodes' shares spread by 1/sqrt(vnodes) of the mean, for n nodes exactly "
        "sqrt((n - 1)/(n vnodes + 1)), within 4 standard errors of the rings built."
    ),
    source="Karger and others, Consistent hashing and random trees, STOC 1997",
    revision=1,
    Params=Params,
    metrics=(
        Metric(
            "spread", "", less_is_better=True, title="spread of the shares", theory="expected_here"
        ),
        Metric("expected_spread", "", less_is_better=None, title="1/sqrt(vnodes)"),
        Metric("expected_here", "", less_is_better=None, title="theory for this many nodes"),
        Metric("peak_to_mean", "", less_is_better=True, title="busiest node / mean"),
        Metric("peak_to_mean_worst", "", less_is_better=True, title="the same, worst ring"),
        Metric("min_to_mean", "", less_is_better=False, title="idlest node / mean"),
        Metric(
            "keys_peak_to_mean",
            "",
            less_is_better=True,
            title="busiest by keys, one ring",
            theory="arcs_peak_to_mean",
        ),
        Metric(
            "arcs_peak_to_mean", "", less_is_better=None, title="busiest node by arcs, that ring"
        ),
        Metric("rings", "ring", less_is_better=None, title="rings built"),
    ),
    predict=Predict(question=_question, metric="spread", tolerance=0.2, explain=_explain),
    run=run,
)
