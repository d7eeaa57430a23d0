"""ring.hotkey: what one key that everybody asks for does to a ring, and what a cap on loads does.

Virtual nodes make the shares of the keys even. They cannot make the requests even: a key is one
point on the circle, with one owner, and if a tenth of all requests ask for it, that owner bears a
tenth of all requests. Bounded loads (bounded.py) cap what a node bears at a multiple of the mean
and send the rest on, to the next node that has room. The hot key then lives on many nodes: a cache
holds it many times, a store must be able to serve it from each of them.

How much must be sent on? A key with more requests than a node may bear leaves at least the excess
to others, whoever places it. That sum over all keys is the least; a ring spills more, since the
excess fills the next nodes, and these then turn away keys of their own.

The run draws requests by Zipf's law (zipf.py), gives them to a plain ring and to one with bounded
loads, none of them ever done, and checks the cap after each request. It is stated as
ceil(bound * m / n) for m requests on n nodes, and counted apart from the loads' own books.

A run that must make do with fewer requests than were asked for says little about them: extremes
of small counts lie further out (of 10,000 nodes with 20 requests each on average, some node has
nearly twice as many by chance), more of them spill, and a cap in whole requests is coarser. Those
numbers do not carry over.

Source: V. Mirrokni, M. Thorup, M. Zadimoghaddam, "Consistent hashing with bounded loads", SODA
2018 (arXiv 1608.01350); HAProxy's hash-balance-factor and Envoy's hash_balance_factor.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

from sdcli.core.chance import Chance
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
    KEYS_MAX,
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
from sdcli.experiments.zipf import Zipf
from sdcli.reference.hashing import BoundedLoads, Ring
from sdcli.reference.hashing.drawing import Drawing, bar

POINTS_BUDGET = 300_000
REQUESTS_BUDGET = 200_000  # each is drawn, looked up and acquired: about a second and a half
PROBES_BUDGET = 2_000_000  # nodes looked at for all of them: a second more
# What depends on how even the shares are, and so on the virtual nodes.
OF_THE_POINTS = (
    "plain_peak_to_mean",
    "arcs_peak_to_mean",
    "bounded_peak_to_mean",
    "spilled_share",
    "probes",
    "hottest_nodes",
)
# What is counted on requests: chance widens extremes, and a cap of few requests is rounded up far.
OF_THE_REQUESTS = (
    "plain_peak_to_mean",
    "bounded_peak_to_mean",
    "cap_to_mean",
    "spilled_share",
    "least_spilled_share",
    "probes",
    "hottest_nodes",
    "hottest_nodes_least",
    "requests_given",
)

_FRAMES = 24
_ROWS = 10
_NAME_WIDTH, _PLAIN_WIDTH, _BOUNDED_WIDTH = 8, 34, 18
_HOLD = 0.1
_HOT = 1.5  # times the mean, from which the busiest node is busy by one key
# How far above it, as a part of it, a load is still explained by arcs, or by the hottest key.
_ABOVE_ARCS, _ABOVE_HOTTEST = 0.05, 0.5


@dataclass(frozen=True)
class Params:
    """A ring, how its keys are asked for, and how much a node may bear."""

    nodes: int = nodes_param("servers on the ring", default=100)
    vnodes: int = vnodes_param()
    keys: int = keys_param("keys that are asked for", default=10_000)
    skew: float = quantity(
        1.1, low=0, high=4, unit="", help="Zipf's exponent: 0 for keys that are all alike"
    )
    bound: float = quantity(
        1.25, low=1, high=100, unit="", help="most that a server bears, as a multiple of the mean"
    )
    requests: int = integer(
        50_000, low=100, high=KEYS_MAX, unit="request", help="requests held at one time"
    )
    hash: str = hash_param()


@dataclass
class _Loads:
    """What was given to whom, counted here and not by the reference."""

    plain: Counter[str]
    bounded: Counter[str]
    asked: Counter[str]  # by key
    hottest: set[str]  # nodes that were given a request for the first key
    over_cap: int = 0


def run(params: Params, seed: int, watch: Watch | None = None) -> Result:
    """Give requests to a plain ring and to one with bounded loads.

    Cost: at most POINTS_BUDGET points, REQUESTS_BUDGET requests, and PROBES_BUDGET nodes that they
    look at and one walk more; once these are spent, no more requests are given.
    """
    nodes = params.nodes
    vnodes = min(params.vnodes, max(1, POINTS_BUDGET // nodes))
    wanted = min(params.requests, REQUESTS_BUDGET)
    ring = Ring(named(str(seed), nodes), vnodes, params.hash)
    bounded = BoundedLoads(ring, params.bound)
    zipf = Zipf(params.keys, params.skew)
    chance = Chance(seed)
    rate = Fraction(repr(params.bound)) / nodes
    loads = _Loads(Counter(), Counter(), Counter(), set())
    step = max(1, wanted // _FRAMES)
    requests = 0
    while requests < wanted and bounded.probes < PROBES_BUDGET:
        requests += 1
        rank = zipf.draw(chance)
        key = f"{seed}/key-{rank}"
        loads.asked[key] += 1
        loads.plain[ring.lookup(key)] += 1
        node = bounded.acquire(key)
        loads.bounded[node] += 1
        loads.over_cap += loads.bounded[node] > _ceil(rate * requests)
        if rank == 1:
            loads.hottest.add(node)
        if watch and requests % step == 0 and requests < wanted:
            watch(_frame(params, loads, bounded, requests, requests / wanted))
    if watch:
        watch(_frame(params, loads, bounded, requests, 1.0))

    cap = _ceil(rate * requests)
    hottest = loads.asked[f"{seed}/key-1"]
    least = sum(count - cap for count in loads.asked.values() if count > cap)
    metrics = {
        "plain_peak_to_mean": max(loads.plain.values()) * nodes / requests,
        "arcs_peak_to_mean": ring.stats().peak_to_mean,
        "hottest_to_mean": hot_node(nodes, zipf.share(1)),
        "bounded_peak_to_mean": max(loads.bounded.values()) * nodes / requests,
        "cap_to_mean": cap * nodes / requests,
        "over_cap": float(loads.over_cap),
        "spilled_share": bounded.spilled / requests,
        "least_spilled_share": least / requests,
        "probes": bounded.probes / requests,
        "hottest_share": zipf.share(1),
        "hottest_nodes": float(len(loads.hottest)),
        "hottest_nodes_least": float(-(-hottest // cap)),
        "requests_given": float(requests),
    }
    holds = (
        loads.over_cap == 0
        and max(loads.plain.values()) >= hottest
        and bounded.spilled >= least
        and sum(loads.bounded.values()) == requests == bounded.total
    )
    return Result(
        metrics=metrics,
        verdict="holds" if holds else "fails",
        note=(
            f"The busiest node bears {metrics['plain_peak_to_mean']:.2f} of the mean on the plain "
            f"ring and {metrics['bounded_peak_to_mean']:.2f} with the bound; "
            f"{many(loads.over_cap, 'request')} came to a node above its cap. "
            f"{metrics['spilled_share'] * 100:.1f} % of the requests left their key's own node, "
            f"where {metrics['least_spilled_share'] * 100:.1f} % had to."
        ),
        scale=scale_of(
            cut(
                vnodes,
                params.vnodes,
                "virtual nodes",
                "fewer points are less even, so what a node bears, what spills and who serves the "
                "hottest key do not carry over; the cap does",
            ),
            cut(requests, params.requests, "requests", _meaning(is_spent=requests < wanted)),
        ),
        not_carried=tuple(
            metric
            for metric in metrics
            if (vnodes < params.vnodes and metric in OF_THE_POINTS)
            or (requests < params.requests and metric in OF_THE_REQUESTS)
        ),
    )


def _meaning(*, is_spent: bool) -> str:
    """What it means that not all requests were given, and why if the nodes looked at were many."""
    why = f"these looked at {PROBES_BUDGET:,} nodes or more, as many as a run may; " * is_spent
    return (
        f"{why}few requests are far from even by chance alone, so what a node bears, what spills "
        "and who serves the hottest key do not carry over; that the cap is kept does"
    )


def hot_node(nodes: int, share: float) -> float:
    """What the hottest key's node bears: that key and an even part of the rest, over the mean.

    >>> round(hot_node(100, 0.15), 2)
    15.85
    """
    return nodes * share + (1 - share)


def _ceil(number: Fraction) -> int:
    return -(-number.numerator // number.denominator)


def _frame(
    params: Params, loads: _Loads, bounded: BoundedLoads, held: int, progress: float
) -> Frame:
    """The nodes that are busiest on the plain ring, and what they bear with the bound."""
    names = bounded.place.nodes
    mean = held / len(names)
    ranked = sorted(names, key=lambda node: -loads.plain[node])[:_ROWS]
    peak = loads.plain[ranked[0]] / mean
    bound = f"bound {params.bound:g}"
    drawing = Drawing.plain(f"{'':<{_NAME_WIDTH}}{'plain':<{8 + _PLAIN_WIDTH + 2}}{bound}")
    for node in ranked:
        row = Drawing.plain(f"{label(node):<{_NAME_WIDTH}}")
        for load, wide, ink in (
            (loads.plain[node], _PLAIN_WIDTH, "a"),
            (loads.bounded[node], _BOUNDED_WIDTH, "b"),
        ):
            ratio = load / mean
            drawn = bar(ratio / peak * _PLAIN_WIDTH / wide, wide)  # both to one scale
            row = row.beside(Drawing.plain(f"{ratio:6.2f}"), gap=0)
            row = row.beside(
                Drawing((f"{drawn:<{wide}}",), (f"{ink * len(drawn):<{wide}}",)), gap=2
            )
        drawing = drawing.above(row)
    drawing = drawing.above(
        Drawing.plain(
            f"the hottest key is on {many(len(loads.hottest), 'node')} of {len(names):,}; "
            f"{bounded.spilled / held * 100:.1f} % of the requests spilled"
        )
    )
    return Frame(
        title=f"{held:,} requests; what a node bears, as a multiple of the mean",
        lines=drawing.lines,
        progress=progress,
        inks=drawing.inks,
        hold=_HOLD if progress < 1 else 0.0,
    )


def _question(params: Params) -> str:
    share = Zipf(params.keys, params.skew).share(1)
    asked = (
        f"One key gets {share * 100:.3g} % of all requests, the next ones less and less (Zipf's "
        f"law, exponent {params.skew:g})."
        if params.skew
        else "All keys are asked for alike."
    )
    return (
        f"A ring of {many(params.nodes, 'node')} with {many(params.vnodes, 'virtual node')} each "
        f"holds {many(params.keys, 'key')}. {asked} How many times the mean does the busiest node "
        "bear?"
    )


def _explain(params: Params, result: Result) -> str:
    metrics = result.metrics
    hottest, busiest = metrics["hottest_to_mean"], metrics["plain_peak_to_mean"]
    if hottest > _HOT and busiest <= (1 + _ABOVE_HOTTEST) * hottest:
        why = (
            f"A key has one owner, which bears {metrics['hottest_share'] * 100:.3g} % of the "
            f"requests and its part of the rest, {metrics['hottest_to_mean']:.3g} times the mean; "
            f"measured {metrics['plain_peak_to_mean']:.3g}, and no number of virtual nodes changes "
            "that."
        )
    else:
        why = _not_hot(params, metrics)
    least = metrics["least_spilled_share"] * 100
    servers = int(metrics["hottest_nodes"])
    served = f"is served by {many(servers, 'node')}" if servers else "was asked for by nobody"
    return (
        f"{why} With a bound of {params.bound:g} the busiest bears "
        f"{metrics['bounded_peak_to_mean']:.3g}, but {metrics['spilled_share'] * 100:.0f} % of the "
        f"requests leave their key's own node (at least {least:.0f} % would under any placement), "
        f"and the hottest key {served}. So ask what these do with a key that is not theirs: a "
        "cache fetches it once more, a store needs a copy there."
    )


def _not_hot(params: Params, metrics: dict[str, float]) -> str:
    """Why a node is busier than others where no key alone makes it so: its arcs, or chance."""
    counted, arcs = metrics["plain_peak_to_mean"], metrics["arcs_peak_to_mean"]
    by_arcs = (
        f"No single key makes a node so busy. By their arcs one of them owns {arcs:.3g} times the "
        "mean of the keys, which more virtual nodes would lower."
    )
    if counted <= (1 + _ABOVE_ARCS) * arcs:
        return f"{by_arcs} The busiest bears {counted:.3g}."
    return (
        f"{by_arcs} The busiest bears {counted:.3g}, by chance: {many(params.keys, 'key')} and "
        f"{many(int(metrics['requests_given']), 'request')} on {many(params.nodes, 'node')} do not "
        "fall evenly. Virtual nodes do nothing for that; more keys and more requests even it out."
    )


EXPERIMENT = Experiment(
    name="ring.hotkey",
    title="A hot key, with and without bounded loads",
    claim=(
        "With bounded loads no node is given more than ceil(bound * requests / nodes) at any "
        "moment; on a plain ring the busiest node bears at least the hottest key's requests."
    ),
    source="Mirrokni, Thorup, Zadimoghaddam, SODA 2018 (arXiv 1608.01350)",
    revision=1,
    Params=Params,
    metrics=(
        Metric(
            "plain_peak_to_mean",
            "",
            less_is_better=True,
            title="busiest node / mean, no bound",
            theory="hottest_to_mean",
        ),
        Metric("arcs_peak_to_mean", "", less_is_better=True, title="busiest node by its arcs"),
        Metric(
            "hottest_to_mean", "", less_is_better=None, title="hottest key and its part of the rest"
        ),
        Metric(
            "bounded_peak_to_mean",
            "",
            less_is_better=True,
            title="busiest node / mean, with bound",
            theory="cap_to_mean",
        ),
        Metric("cap_to_mean", "", less_is_better=None, title="ceil(bound * mean) / mean"),
        Metric("over_cap", "request", less_is_better=True, title="given to a node above its cap"),
        Metric(
            "spilled_share",
            "",
            less_is_better=True,
            title="requests not at their key's own node",
            theory="least_spilled_share",
        ),
        Metric("least_spilled_share", "", less_is_better=None, title="what any placement spills"),
        Metric("probes", "", less_is_better=True, title="nodes looked at for a request"),
        Metric(
            "hottest_share", "", less_is_better=None, title="part that asks for the hottest key"
        ),
        Metric(
            "hottest_nodes",
            "node",
            less_is_better=True,
            title="nodes that serve the hottest key",
            theory="hottest_nodes_least",
        ),
        Metric("hottest_nodes_least", "node", less_is_better=None, title="fewest that could"),
        Metric("requests_given", "request", less_is_better=None, title="requests that were given"),
    ),
    predict=Predict(
        question=_question,
        metric="plain_peak_to_mean",
        tolerance=0.2,
        explain=_explain,
        example="2.5 or 2.5 times the mean",
    ),
    run=run,
)
