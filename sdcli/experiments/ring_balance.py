"""ring.balance: how evenly a ring of virtual nodes shares the keys out.

A node's share is the sum of its V arcs, and the arcs of points thrown at random on a circle are
as good as independent. So the relative deviation of the sum is that of one arc, which is 1,
divided by sqrt(V). Written out for n nodes (their shares have Dirichlet's distribution, which
knows that they must sum to 1), the mean square of the spread is exactly (n - 1)/(nV + 1).

One ring is one throw: the spread of 8 shares alone deviates by a quarter. So the run builds many
rings, whose nodes are named after seed and ring, and compares the root of the mean square. Shares
are exact widths of arcs; no key is sampled for them. The keys are there to show the difference: a
count of keys sees the same shares, with noise on top.

Whoever watches first sees one ring grow: the same points stay, more come between them, and the
spread goes down with the root of their number.

Sources: Karger and others, STOC 1997, for copies of each node; the moments are those of the
Dirichlet distribution (N. L. Johnson, S. Kotz, "Continuous Multivariate Distributions", 1972).
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from sdcli.experiments.contract import Experiment, Frame, Metric, Predict, Result, Watch
from sdcli.experiments.scaling import (
    cut,
    hash_param,
    keys_param,
    label,
    many,
    named,
    nodes_param,
    scale_of,
    vnodes_param,
)
from sdcli.reference.hashing import Ring, Stats
from sdcli.reference.hashing.drawing import Drawing, bars, circle, strip

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

_LANDMARKS = (1, 10, 100, 1000)  # virtual nodes at which the growing ring stands still
_STEPS = (1, 2, 3, 5, 7)  # times a power of ten: the rings between them
_NODES_DRAWN_MAX = 12  # as many bars as stand beside a circle, in colours that all differ
_HOLD_LANDMARK, _HOLD_STEP = 0.6, 0.07  # seconds
_STORY_PROGRESS = 0.3
_STRIP_CELLS, _BAR_WIDTH = 76, 23


@dataclass(frozen=True)
class Params:
    """A ring, and how many keys to count on it."""

    nodes: int = nodes_param("servers on the ring")
    vnodes: int = vnodes_param()
    keys: int = keys_param("keys counted beside the exact shares")
    hash: str = hash_param()


def run(params: Params, seed: int, watch: Watch | None = None) -> Result:
    """Build rings, take their exact shares, compare the spread with theory.

    Cost: at most POINTS_BUDGET points and KEYS_BUDGET lookups.
    """
    nodes = min(params.nodes, max(2, POINTS_BUDGET // params.vnodes))
    rings = max(1, min(RINGS_MAX, POINTS_BUDGET // (nodes * params.vnodes)))
    keys = min(params.keys, KEYS_BUDGET)
    first = _ring(params, nodes, f"{seed}/0")
    if watch:
        _grow(params, f"{seed}/0", watch)
    stats: list[Stats] = []
    for i in range(rings):
        ring = first if i == 0 else _ring(params, nodes, f"{seed}/{i}")
        stats.append(ring.stats())
        if watch:
            watch(_frame(params, ring, stats, i + 1, rings))

    spread = _spread(stats)
    expected_here = expected_spread(nodes, params.vnodes)
    tolerance = STANDARD_ERRORS * spread_error(nodes, params.vnodes, rings)
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
        watch(_frame(params, first, stats, rings, rings))
    return Result(
        metrics=metrics,
        verdict="holds" if holds else "fails",
        note=(
            f"Over {many(rings, 'ring')} of {many(nodes, 'node')} the spread is {spread:.4f}; "
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


def spread_error(nodes: int, vnodes: int, rings: int) -> float:
    """One standard error of a spread that was measured on some rings, as a part of it.

    A mean of k squares of near-normal deviations has the relative variance 2/k; shares of few
    arcs are as skewed as sums of exponentials, which adds 6/V. The root halves the deviation.

    >>> round(spread_error(100, 160, 1), 4)  # sqrt((2 + 6/160) / 99) / 2
    0.0717
    """
    free = max(1, rings * (nodes - 1))
    return math.sqrt((2 + 6 / vnodes) / free) / 2


def _ring(params: Params, nodes: int, salt: str) -> Ring:
    return Ring(named(salt, nodes), params.vnodes, params.hash)


def _spread(stats: list[Stats]) -> float:
    # A product: the last bit of a power is each C library's own affair.
    return math.sqrt(math.fsum(one.spread * one.spread for one in stats) / len(stats))


def _count_keys(ring: Ring, keys: int, salt: str) -> float:
    """The busiest node's part of the mean when keys are counted."""
    counts = Counter(ring.lookup(f"{salt}/key-{i}") for i in range(keys))
    return max(counts.values()) * len(ring) / keys


def _scale(params: Params, nodes: int, keys: int) -> str:
    return scale_of(
        cut(
            nodes,
            params.nodes,
            "nodes",
            "the spread comes from the virtual nodes and carries over; peak and minimum do not, "
            "since the extremes of more nodes lie further out",
        ),
        cut(
            keys,
            params.keys,
            "keys counted",
            "the shares are exact arcs and need no keys; fewer keys add noise to "
            "keys_peak_to_mean, which does not carry over",
        ),
    )


def _not_carried(params: Params, nodes: int, keys: int) -> tuple[str, ...]:
    if nodes < params.nodes:
        return EXTREMES
    return ("keys_peak_to_mean",) if keys < params.keys else ()


def _grow(params: Params, salt: str, watch: Watch) -> None:
    """Show one ring with more and more points: at the landmarks and at the design's own number."""
    nodes = min(params.nodes, _NODES_DRAWN_MAX)
    who = f"{nodes} of the " * (nodes < params.nodes) + many(params.nodes, "node")
    landmarks = {*_LANDMARKS, params.vnodes}
    steps = {step * 10**power for power in range(3) for step in _STEPS}
    counts = sorted(landmarks | steps)
    for done, vnodes in enumerate(counts):
        ring = Ring(named(salt, nodes), vnodes, params.hash)
        drawing = _grown(ring, is_own=vnodes == params.vnodes)
        watch(
            Frame(
                title=f"one ring, more and more points: {who}",
                lines=drawing.lines,
                progress=_STORY_PROGRESS * done / len(counts),
                inks=drawing.inks,
                hold=_HOLD_LANDMARK if vnodes in landmarks else _HOLD_STEP,
            )
        )


def _grown(ring: Ring, *, is_own: bool) -> Drawing:
    """The circle with its numbers inside, the shares beside it, the strip under both."""
    inside = (
        many(ring.vnodes, "point"),
        "each" + (", as asked" if is_own else ""),
        "",
        f"spread     {ring.stats().spread:.3f}",
        f"1/sqrt({ring.vnodes}) {1 / math.sqrt(ring.vnodes):.3f}",
    )
    shares = {label(node): share for node, share in ring.arcs().items()}
    row = strip(ring.owner_at, ring.nodes, _STRIP_CELLS)
    return (
        circle(ring.owner_at, ring.nodes, inside)
        .beside(Drawing.rows(bars(shares, width=_BAR_WIDTH)))
        .above(Drawing.plain(""), Drawing.cells("", row))
    )


def _frame(params: Params, ring: Ring, stats: list[Stats], done: int, rings: int) -> Frame:
    shares = {label(node): share for node, share in ring.arcs().items()}
    limit = 1 / math.sqrt(params.vnodes)
    drawing = Drawing.rows(bars(shares)).above(
        Drawing.plain(
            f"spread of {many(done, 'ring')}: {_spread(stats):.4f}   1/sqrt(vnodes): {limit:.4f}"
        )
    )
    progress = done / rings
    return Frame(
        title=f"shares of one ring, {many(params.vnodes, 'virtual node')} each",
        lines=drawing.lines,
        progress=_STORY_PROGRESS + (1 - _STORY_PROGRESS) * progress if done < rings else 1.0,
        inks=drawing.inks,
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
    predict=Predict(
        question=_question,
        metric="spread",
        tolerance=0.2,
        explain=_explain,
        example="50 % or 0.5",
    ),
    run=run,
)
