"""ring.plan: how many bytes and minutes it takes to add nodes to a ring that holds data.

A new node takes stretches of the circle from the nodes that stood there. With R copies of each
key its owners are the first R different nodes clockwise, and a newcomer among them pushes the last
one out: that one hands its copy over. So also with copies all data goes to the new nodes, k/(n + k)
of all copies, and nothing moves between the others. A node that is taken out in good order
is the same plan read backwards: the same bytes, the same minutes.

The copies of a key are on different nodes. Whether these stand in different zones (racks, data
centres) is not asked here: with zones other owners are the first R, and other stretches move.

All nodes copy at once, so the time is that of the busiest. A single new node is always that: it
receives R/(n + 1) of the data through one network card, however many nodes send. If as many come
as there were, each of them still takes its whole share: twice the machines do not take twice as
long. If more come than there were, those that send take the longest.

The run plans the growth of several rings (whose nodes are named after seed and ring), takes the
exact shares of each plan, and looks keys up in both rings to count the copies that it moves.

Sources: A. Lakshman, P. Malik, "Cassandra: a decentralized structured storage system", LADIS 2009,
section 5.3 (bootstrapping); Karger and others, STOC 1997 (what moves). The sums are ours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from sdcli.core.errors import InputError
from sdcli.experiments.contract import (
    Experiment,
    Frame,
    Metric,
    Predict,
    Result,
    Watch,
    integer,
    quantity,
)
from sdcli.experiments.scaling import (
    cut,
    hash_param,
    label,
    many,
    named,
    nodes_param,
    scale_of,
    vnodes_param,
)
from sdcli.reference.hashing import SPACE, Plan, Ring
from sdcli.reference.hashing.drawing import Drawing, bars, letters, strip

# Both are for keys whose copies are found within LOOKS points on average, as 3 copies on 5 nodes
# or more are. Where it takes more, both are divided by as much.
POINTS_BUDGET = 170_000  # points planned over, all rings together: about two seconds
KEYS_BUDGET = 20_000  # keys whose copies are counted
LOOKS = 4
RINGS_MAX = 50
STANDARD_ERRORS = 5  # the share of few points is skewed: four would be too few for one ring
# What depends on how uneven the shares are, and so on the virtual nodes.
OF_THE_POINTS = ("minutes", "minutes_worst", "senders", "busiest_sender", "ranges")

_BAR_WIDTH = 40
_CELLS = 64
_MINUTES_MAX = 600
_HOLD = 0.05


@dataclass(frozen=True)
class Params:
    """A ring that grows, and what its nodes hold."""

    nodes: int = nodes_param("servers before any is added")
    vnodes: int = vnodes_param()
    added: int = integer(1, low=1, high=1000, unit="node", help="servers added at once")
    replicas: int = integer(3, low=1, high=100, help="copies of each key, on different servers")
    data: float = quantity(1e12, low=1, high=1e21, unit="B", help="bytes of one copy of all data")
    bandwidth: float = quantity(
        125e6, low=1, high=1e15, unit="B/s", help="what each server sends, and at once receives"
    )
    hash: str = hash_param()


@dataclass(frozen=True)
class _Growth:
    """One ring that grew."""

    before: Ring
    after: Ring
    plan: Plan
    keys: int
    copies_moved: int  # of the keys, counted

    @property
    def between_old(self) -> float:
        """The share that moves to a node that was there before."""
        old = set(self.before.nodes)
        return math.fsum(move.share for move in self.plan.moves if move.target in old)


def run(params: Params, seed: int, watch: Watch | None = None) -> Result:
    """Grow several rings, plan what moves, count it on keys.

    Raises:
        InputError: more copies than nodes.

    Cost: at most POINTS_BUDGET points, one for each node at least, and 2 * KEYS_BUDGET lookups of
    all owners; fewer of both where a lookup of all owners is long.
    """
    if params.replicas > params.nodes:
        raise InputError(
            "there are not that many nodes to hold a copy each",
            where="replicas",
            given=f"{params.replicas} copies on {many(params.nodes, 'node')}",
            expected=f"from 1 to {params.nodes}",
        )
    total = params.nodes + params.added
    dearer = max(1.0, looks(params.nodes, params.replicas) / LOOKS)
    points = int(POINTS_BUDGET / dearer)
    vnodes = min(params.vnodes, max(1, points // total))
    rings = max(1, min(RINGS_MAX, points // (total * vnodes)))
    keys = max(1, int(KEYS_BUDGET / dearer) // rings)
    grown: list[_Growth] = []
    for i in range(rings):
        grown.append(_grow(params, vnodes, keys, f"{seed}/{i}"))
        if watch:
            watch(_frame(params, grown[-1], (i + 1) / (rings + 1), _HOLD))
    if watch:
        watch(_frame(params, grown[0], 1.0))

    plans = [one.plan for one in grown]
    share = _mean([plan.share for plan in plans]) / params.replicas
    ideal = params.added / total
    counted = sum(one.copies_moved for one in grown) / (rings * keys * params.replicas)
    metrics = {
        "minutes": _mean([plan.seconds for plan in plans]) / 60,
        "ideal_minutes": ideal_seconds(params) / 60,
        "minutes_worst": max(plan.seconds for plan in plans) / 60,
        "copied_share": share,
        "joining_share": ideal,
        "counted_share": counted,
        "copied_bytes": share * params.replicas * params.data,
        "between_old_nodes": math.fsum(one.between_old for one in grown) / rings,
        "senders": _mean([len(plan.sent) for plan in plans]),
        "busiest_sender": _mean([_most(plan) for plan in plans]),
        "even_sender": 1 / params.nodes,
        "ranges": _mean([sum(len(move.ranges) for move in plan.moves) for plan in plans]),
        "rings": float(rings),
    }
    counting, placing = _deviations(ideal, total * vnodes, rings, rings * keys)
    holds = (
        metrics["between_old_nodes"] == 0
        and abs(counted - share) <= STANDARD_ERRORS * counting
        and abs(share - ideal) <= STANDARD_ERRORS * placing
    )
    moved = quantity_of(metrics["copied_bytes"], "B")
    return Result(
        metrics=metrics,
        verdict="holds" if holds else "fails",
        note=(
            f"{share * 100:.2f} % of all copies move, {moved}, "
            f"{'all' if metrics['between_old_nodes'] == 0 else 'not all'} of it to what is new; "
            f"the ideal is {ideal * 100:.2f} %. It takes "
            f"{_minutes(_mean([plan.seconds for plan in plans]))} where even shares take "
            f"{_minutes(ideal_seconds(params))}; {_minutes(max(plan.seconds for plan in plans))} "
            f"on the worst ring of {rings:,}. Copies are on different nodes, in whatever zones."
        ),
        scale=scale_of(
            cut(
                vnodes,
                params.vnodes,
                "virtual nodes",
                f"{f'{params.replicas} copies are long to find; ' if dearer > 1 else ''}the shares "
                "that move and the bytes carry over; fewer points are less even, so the minutes "
                "and who sends how much do not",
            )
        ),
        not_carried=OF_THE_POINTS if vnodes < params.vnodes else (),
    )


def looks(nodes: int, copies: int) -> float:
    """Points to look at until that many different nodes are found, on average.

    Once i of n nodes are found, the next point is another's with (n - i)/n. It is exact for points
    without end; a node's points run out, so it is a little too much.

    >>> looks(100, 1), round(looks(8, 3), 2)  # 1 + 8/7 + 8/6
    (1.0, 3.48)
    >>> round(looks(100, 100))  # 100 * (1 + 1/2 + ... + 1/100) = 100 * 5.187
    519
    """
    return math.fsum(nodes / (nodes - found) for found in range(copies))


def ideal_seconds(params: Params) -> float:
    """How long it takes where all shares are even.

    Each new node receives the share of one among n + k of all R copies. The k shares come from n
    nodes, so where more come than there were, those that send have more to do.

    >>> ideal_seconds(Params(nodes=9, added=1, replicas=3, data=1e12, bandwidth=1e8))  # 3/10 of it
    3000.0
    """
    return _receiving(params) * max(1.0, params.added / params.nodes)


def _receiving(params: Params) -> float:
    share = params.replicas * params.data / (params.nodes + params.added)
    return share / params.bandwidth


def _minutes(seconds: float) -> str:
    """A time in minutes, as long as that is what a person would say."""
    minutes = seconds / 60
    if minutes >= _MINUTES_MAX:
        return quantity_of(seconds, "s")
    return f"{minutes:.0f} min" if minutes >= 100 else f"{minutes:.3g} min"  # noqa: PLR2004


def quantity_of(value: float, unit: str) -> str:
    """A number with its unit as people read it: 2700 s are 45 min."""
    from sdcli.units import quantity as parsed

    return str(parsed(f"1 {unit}") * value)


def _grow(params: Params, vnodes: int, keys: int, salt: str) -> _Growth:
    old = named(salt, params.nodes)
    new = [f"{salt}/new{i or ''}" for i in range(params.added)]
    before, after = (Ring(names, vnodes, params.hash) for names in (old, [*old, *new]))
    plan = before.plan(after, params.data, params.bandwidth, params.replicas)
    moved = 0
    for i in range(keys):
        key = f"{salt}/key-{i}"
        had = set(before.lookup_n(key, params.replicas))
        moved += sum(node not in had for node in after.lookup_n(key, params.replicas))
    return _Growth(before, after, plan, keys, moved)


def _most(plan: Plan) -> float:
    """The busiest sender's part of what moves."""
    return next(iter(plan.sent.values()), 0.0) / (plan.share or 1.0)


def _mean(values: list[float] | list[int]) -> float:
    return math.fsum(values) / len(values)


def _deviations(share: float, points: int, rings: int, keys: int) -> tuple[float, float]:
    """Standard errors of the share that moves: of counting keys, and of where the points fell.

    For one copy the new nodes' share is a beta variate, for their points and the others' (the arcs
    of a random circle are Dirichlet's), and a count of keys is binomial. R copies are a mean over
    R places in the order of owners, which deviates by less; by how much less depends on how these
    places hang together, so what holds for one copy stands for all.
    """
    variance = share * (1 - share)
    return (
        math.sqrt(variance / keys) + 1 / keys,  # a count comes in whole keys
        math.sqrt(variance / ((points + 1) * rings)),
    )


def _frame(params: Params, growth: _Growth, progress: float, hold: float = 0.0) -> Frame:
    """Where copies move, who sends how much of what moves, and how long it takes."""
    plan = growth.plan
    total = plan.share or 1.0
    sent = plan.sent  # summed up and sorted at each call: once, not once for each node
    parts = {label(node): sent.get(node, 0.0) / total for node in growth.before.nodes}
    senders, takers = _moving(growth, params.replicas)
    drawing = Drawing.cells("first owner  ", strip(growth.before.owner_at, growth.after.nodes))
    drawing = drawing.above(
        Drawing.cells("who sends    ", senders),
        Drawing.cells("to           ", takers),
        Drawing.rows(bars(parts, _BAR_WIDTH)),
        Drawing.plain(
            f"{quantity_of(plan.bytes, 'B')} in all; the last to be done is "
            f"{label(plan.bottleneck)}, after {_minutes(plan.seconds)}"
        ),
    )
    return Frame(
        title=f"who sends a copy to {many(params.added, 'new node')}, around the circle and in all",
        lines=drawing.lines,
        progress=progress,
        inks=drawing.inks,
        hold=hold,
    )


def _moving(growth: _Growth, replicas: int) -> tuple[str, str]:
    """Around the circle, the letters of who hands a copy over and of who takes it.

    Where several copies of a place move, the first pair is drawn.
    """
    letter = letters(growth.after.nodes)
    senders = takers = ""
    for cell in range(_CELLS):
        position = (2 * cell + 1) * SPACE // (2 * _CELLS)
        olds = growth.before.first_owners(position, replicas)
        news = growth.after.first_owners(position, replicas)
        senders += next((letter[node] for node in olds if node not in news), "─")
        takers += next((letter[node] for node in news if node not in olds), "─")
    return senders, takers


def _question(params: Params) -> str:
    return (
        f"A ring of {many(params.nodes, 'node')} keeps {params.replicas} "
        f"{'copy' if params.replicas == 1 else 'copies'} of {quantity_of(params.data, 'B')} and "
        f"gets {many(params.added, 'node')} more. Each sends, and at once receives, "
        f"{quantity_of(params.bandwidth, 'B/s')}. How many minutes until the data is in place?"
    )


def _explain(params: Params, result: Result) -> str:
    total = params.nodes + params.added
    one = quantity_of(params.replicas * params.data / total, "B")
    measured = _minutes(result.metrics["minutes"] * 60)
    return (
        f"A new node takes one share in {total:,} of all copies: {params.replicas} * "
        f"{quantity_of(params.data, 'B')} / {total:,} = {one}, at "
        f"{quantity_of(params.bandwidth, 'B/s')} {_minutes(_receiving(params))}. "
        f"{_limit(params)} Measured {measured}: shares are uneven, and the busiest decides."
    )


def _limit(params: Params) -> str:
    """Who decides how long it takes, and what would change that."""
    if params.added > params.nodes:
        return (
            f"But the {params.nodes:,} old nodes send {params.added:,} such shares, "
            f"{_minutes(ideal_seconds(params))}: fewer nodes at a time load them less."
        )
    more = replace(params, added=params.added + 1)
    return (
        "All old nodes send a little each, so the one that receives is the limit, and no virtual "
        f"node lifts it; {params.added + 1:,} at once would take {_minutes(ideal_seconds(more))}."
    )


EXPERIMENT = Experiment(
    name="ring.plan",
    title="Bytes and minutes of adding nodes",
    claim=(
        "k nodes more take k/(n + k) of all copies, within 5 standard errors of where points and "
        "keys fall, and nothing moves between the nodes that were there."
    ),
    source="Lakshman and Malik, Cassandra, LADIS 2009, section 5.3; Karger and others, STOC 1997",
    revision=1,
    Params=Params,
    metrics=(
        Metric(
            "minutes",
            "min",
            less_is_better=True,
            title="until all is in place",
            theory="ideal_minutes",
        ),
        Metric("ideal_minutes", "min", less_is_better=None, title="the same with even shares"),
        Metric("minutes_worst", "min", less_is_better=True, title="the same, worst ring"),
        Metric(
            "copied_share",
            "",
            less_is_better=True,
            title="part of all copies that moves",
            theory="joining_share",
        ),
        Metric("joining_share", "", less_is_better=None, title="k/(n + k)"),
        Metric(
            "counted_share",
            "",
            less_is_better=None,
            title="the part that moves, counted on keys",
            theory="joining_share",
        ),
        Metric("copied_bytes", "B", less_is_better=True, title="what the network carries"),
        Metric(
            "between_old_nodes", "", less_is_better=True, title="part that moves between old nodes"
        ),
        Metric("senders", "node", less_is_better=None, title="nodes that send"),
        Metric(
            "busiest_sender",
            "",
            less_is_better=True,
            title="part that the busiest of them sends",
            theory="even_sender",
        ),
        Metric("even_sender", "", less_is_better=None, title="1/n"),
        Metric("ranges", "", less_is_better=None, title="stretches of the circle that move"),
        Metric("rings", "ring", less_is_better=None, title="rings planned"),
    ),
    predict=Predict(
        question=_question,
        metric="minutes",
        tolerance=0.2,
        explain=_explain,
        example="90 min",
    ),
    run=run,
)
