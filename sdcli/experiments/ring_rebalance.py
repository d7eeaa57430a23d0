"""ring.rebalance: what moves when a node joins, on a ring and with `hash mod n`.

On a ring the new node takes over the arcs in front of its points and nothing else happens: the
share that moves is the share that it now owns, 1/(n + 1) on average. With `hash mod n` a key stays
only if both divisions leave the same number, which is one key in n + 1: all the others move.

The run adds one node to several rings (whose nodes are named after seed and ring), counts the keys
that change hands and between whom, and takes the exact arcs of the new node beside the count. A
node that leaves is the same picture read backwards.

Source: Karger and others, "Consistent hashing and random trees", STOC 1997 (the property called
monotonicity: keys move to a new node, never between old ones).
"""

from __future__ import annotations

import math
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
from sdcli.reference.hashing import HASHES, Modulo, Ring
from sdcli.reference.hashing.drawing import bar, strip

POINTS_BUDGET = 300_000  # points hashed and sorted, all rings together: about a second
KEYS_BUDGET = 100_000  # each is looked up four times: about a second
RINGS_MAX = 400
STANDARD_ERRORS = 5  # the share of few points is skewed: four would be too few for one ring

_BAR_WIDTH = 40


@dataclass(frozen=True)
class Params:
    """A ring before the new node comes, and how many keys to follow."""

    nodes: int = integer(8, low=1, high=10_000, unit="node", help="servers before one is added")
    vnodes: int = integer(160, low=1, high=10_000, help="points of each server on the ring")
    keys: int = integer(100_000, low=100, high=10**15, unit="key", help="keys that are followed")
    hash: str = word("blake2b", choices=HASHES, help="hash that places nodes and keys")


@dataclass(frozen=True)
class _Moves:
    """What one added node did to some keys."""

    keys: int
    moved: int
    between_survivors: int
    moved_by_modulo: int
    arcs: float  # the new node's exact share


def run(params: Params, seed: int, watch: Watch | None = None) -> Result:
    """Add a node to several rings and follow the keys.

    Cost: at most POINTS_BUDGET points and 4 * KEYS_BUDGET lookups.
    """
    vnodes = min(params.vnodes, max(1, POINTS_BUDGET // (params.nodes + 1)))
    keys = min(params.keys, KEYS_BUDGET)
    rings = max(1, min(RINGS_MAX, POINTS_BUDGET // ((params.nodes + 1) * vnodes)))
    moves: list[_Moves] = []
    for i in range(rings):
        part = keys // rings + (i < keys % rings)
        names = [f"{seed}/{i}/n{node}" for node in range(params.nodes)]
        before = Ring(names, vnodes, params.hash)
        after = before.add(f"{seed}/{i}/new")
        moves.append(_follow(before, after, part, f"{seed}/{i}", params.hash))
        if watch:
            watch(_frame(before, after, moves, (i + 1) / rings))

    new = params.nodes + 1
    followed = sum(one.keys for one in moves)
    metrics = {
        "moved_share": sum(one.moved for one in moves) / followed,
        "ideal_share": 1 / new,
        "arc_share": math.fsum(one.arcs * one.keys for one in moves) / followed,
        "between_survivors": float(sum(one.between_survivors for one in moves)),
        "modulo_moved_share": sum(one.moved_by_modulo for one in moves) / followed,
        "modulo_ideal_share": params.nodes / new,
        "moved_keys": float(sum(one.moved for one in moves)),
        "keys_followed": float(followed),
    }
    counting, placing = _deviations(params.nodes, vnodes, rings, followed)
    holds = (
        metrics["between_survivors"] == 0
        and abs(metrics["moved_share"] - metrics["arc_share"]) <= STANDARD_ERRORS * counting
        and abs(metrics["arc_share"] - metrics["ideal_share"]) <= STANDARD_ERRORS * placing
    )
    return Result(
        metrics=metrics,
        verdict="holds" if holds else "fails",
        note=(
            f"{metrics['moved_share'] * 100:.2f} % of {followed:,} keys moved, "
            f"{metrics['between_survivors']:.0f} of them between nodes that were there before; the "
            f"ideal is {metrics['ideal_share'] * 100:.2f} %. Modulo moved "
            f"{metrics['modulo_moved_share'] * 100:.2f} %."
        ),
        scale=_scale(params, vnodes, keys),
        not_carried=("moved_keys", "keys_followed") if keys < params.keys else (),
    )


def _follow(before: Ring, after: Ring, keys: int, salt: str, hash_name: str) -> _Moves:
    """Look every key up before and after, on the ring and with modulo."""
    new = after.nodes[-1]
    modulo_before = Modulo(before.nodes, hash_name)
    modulo_after = modulo_before.add(new)
    moved = between = by_modulo = 0
    for i in range(keys):
        key = f"{salt}/key-{i}"
        owner = after.lookup(key)
        if owner != before.lookup(key):
            moved += 1
            between += owner != new
        by_modulo += modulo_after.lookup(key) != modulo_before.lookup(key)
    return _Moves(keys, moved, between, by_modulo, after.arcs()[new])


def _deviations(nodes: int, vnodes: int, rings: int, keys: int) -> tuple[float, float]:
    """Standard errors of the moved share: of counting keys, and of where the points fell.

    A count is binomial. The new node's share of a ring is a beta variate with the parameters
    vnodes and nodes * vnodes (the arcs of a random circle are Dirichlet's).
    """
    share = 1 / (nodes + 1)
    variance = share * (1 - share)
    return (
        math.sqrt(variance / keys) + 1 / keys,  # a count comes in whole keys
        math.sqrt(variance / (((nodes + 1) * vnodes + 1) * rings)),
    )


def _scale(params: Params, vnodes: int, keys: int) -> str:
    parts = []
    if vnodes < params.vnodes:
        parts.append(
            f"1:{params.vnodes / vnodes:.3g} ({vnodes:,} of {params.vnodes:,} virtual nodes): the "
            "shares that move carry over; fewer points only widen how far one ring may be off"
        )
    if keys < params.keys:
        parts.append(
            f"1:{params.keys / keys:.3g} ({keys:,} of {params.keys:,} keys): shares carry over, "
            "with more noise of counting; the counts of keys do not"
        )
    return "; ".join(parts) or FULL_SCALE


def _frame(before: Ring, after: Ring, moves: list[_Moves], progress: float) -> Frame:
    old = strip(before.owner_at, after.nodes)
    new = strip(after.owner_at, after.nodes)
    followed = sum(one.keys for one in moves)
    ring = sum(one.moved for one in moves) / followed
    modulo = sum(one.moved_by_modulo for one in moves) / followed
    return Frame(
        title="64 places around the circle, before and after one node is added",
        lines=(
            f"before  {old}",
            f"after   {new}",
            f"moved   {''.join('^' if a != b else ' ' for a, b in zip(old, new, strict=True))}",
            f"keys moved by the ring  {ring * 100:6.2f} %  {bar(ring, _BAR_WIDTH)}",
            f"keys moved by modulo    {modulo * 100:6.2f} %  {bar(modulo, _BAR_WIDTH)}",
        ),
        progress=progress,
    )


def _question(params: Params) -> str:
    return (
        f"A hash ring of {params.nodes:,} nodes gets one node more. What share of the keys moves, "
        "as a number like 0.5?"
    )


def _explain(params: Params, result: Result) -> str:
    new = params.nodes + 1
    return (
        f"The new node takes its fair share, 1/{new} = {result.metrics['ideal_share']:.3f}, a "
        f"little from each of the others; measured {result.metrics['moved_share']:.3f}, and no key "
        f"moved between two old nodes. With `hash mod n` {params.nodes} of {new} keys move "
        f"({result.metrics['modulo_moved_share']:.3f}): a cache would lose them all at once."
    )


EXPERIMENT = Experiment(
    name="ring.rebalance",
    title="What moves when a node joins",
    claim=(
        "One node more moves 1/(n + 1) of the keys, within 5 standard errors of where points and "
        "keys fall, and all of them to the new node; modulo moves n/(n + 1)."
    ),
    source="Karger and others, Consistent hashing and random trees, STOC 1997",
    revision=1,
    Params=Params,
    metrics=(
        Metric(
            "moved_share", "", less_is_better=True, title="keys that moved", theory="ideal_share"
        ),
        Metric("ideal_share", "", less_is_better=None, title="1/(n + 1)"),
        Metric("arc_share", "", less_is_better=None, title="exact arcs of the new node"),
        Metric("between_survivors", "key", less_is_better=True, title="moved between old nodes"),
        Metric(
            "modulo_moved_share",
            "",
            less_is_better=True,
            title="keys that modulo moves",
            theory="modulo_ideal_share",
        ),
        Metric("modulo_ideal_share", "", less_is_better=None, title="n/(n + 1)"),
        Metric("moved_keys", "key", less_is_better=None, title="keys that moved, counted"),
        Metric("keys_followed", "key", less_is_better=None, title="keys that were followed"),
    ),
    predict=Predict(question=_question, metric="moved_share", tolerance=0.2, explain=_explain),
    run=run,
)
