"""ring.contest: seven placements side by side, on the seven metrics of the survey.

Every algorithm of this family gives something up: the ring tables, rendezvous speed, jump the
freedom to lose any node, Maglev a part of its keys at each change, multi-probe work at each lookup,
anchor indifference to the order of changes. Which one to take depends on what a system can spare.

The survey's metrics, here counted and not timed, so that they are the same on every machine:

    init             hashes of names to build the placement
    resize           hashes of names to add one node
    lookup           hashes and comparisons for one key, on average
    memory           bytes of the tables, packed as in C
    balance          the busiest node over the mean, by exact shares
    resize balance   the same once a node in the middle is lost
    monotonicity     what moves when a node comes, and what of it moves between nodes that stay

A hash is counted by a placement whose hash counts its calls; Maglev's table and the ring's order
cost work besides, which the sizes tell. Jump can lose the last node only, so it loses that one.

Source: M. Coluzzi, A. Brocco, A. Antonucci, T. Leidi, "Consistently faster: a survey and fair
comparison of consistent hashing algorithms", CEUR Workshop Proceedings vol. 3478, paper 03, 2023.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.experiments.contenders import CONTENDERS, Contender, Seen, misfit
from sdcli.experiments.contract import Experiment, Frame, Metric, Predict, Result, Watch
from sdcli.experiments.scaling import (
    cut,
    hash_param,
    keys_param,
    many,
    named,
    nodes_param,
    scale_of,
    vnodes_param,
)
from sdcli.reference.hashing.drawing import Drawing
from sdcli.reference.hashing.hashes import hash_named

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.reference.hashing import Placement

NODES_BUDGET = 1000  # at Maglev's 65,537 rows, more nodes would not be its game
POINTS_BUDGET = 200_000
STEPS_BUDGET = 2_200_000  # hashes and comparisons of the lookups in one placement
KEYS_BUDGET = 100_000
SAMPLE = 200  # keys whose lookups are taken apart

_HOLD = 0.3


@dataclass(frozen=True)
class Params:
    """How many nodes and keys the contest is about."""

    nodes: int = nodes_param("servers before one comes or goes", default=100, low=2)
    vnodes: int = vnodes_param()
    keys: int = keys_param("keys that are followed", default=10_000, low=1000)
    hash: str = hash_param()


@dataclass(frozen=True)
class _Column:
    """One metric: its name behind the contender's, its unit, what it is, how the table says it."""

    name: str
    unit: str
    title: str
    of: Callable[[Seen], float]
    heads: tuple[str, str]
    wide: int
    told: Callable[[float], str]
    has_best: bool = True


def _count(value: float) -> str:
    return f"{value:,.0f}"


def _steps(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.1f}"  # noqa: PLR2004 - four places


def _ratio(value: float) -> str:
    return f"{value:.2f}"


def _percent(value: float) -> str:
    return f"{value * 100:.2f} %"


def _bytes(value: float) -> str:
    """Three figures, in a column of seven characters: units would print four, in nine."""
    for unit, much in (("MB", 1e6), ("KB", 1e3)):
        if value >= much:
            return f"{value / much:.3g} {unit}"
    return f"{value:.0f} B"


COLUMNS = (
    _Column("init", "hash", "to build it", lambda it: it.init, ("hashes", "build"), 7, _count),
    _Column("resize", "hash", "to add a node", lambda it: it.resize, ("hashes", "add"), 6, _count),
    _Column(
        "lookup_hashes",
        "hash",
        "for a lookup",
        lambda it: it.hashes,
        ("hashes", "lookup"),
        6,
        _steps,
    ),
    _Column(
        "lookup_comparisons",
        "",
        "comparisons for a lookup",
        lambda it: it.comparisons,
        ("comp.", "lookup"),
        6,
        _steps,
    ),
    _Column("memory", "B", "its tables", lambda it: it.memory, ("tables", ""), 7, _bytes),
    _Column("balance", "", "busiest / mean", lambda it: it.peak, ("busy/", "mean"), 6, _ratio),
    _Column(
        "resize_balance",
        "",
        "busiest / mean, a node lost",
        lambda it: it.peak_after,
        ("a node", "lost"),
        6,
        _ratio,
    ),
    _Column(
        "moved",
        "",
        "keys moved to add a node",
        lambda it: it.moved,
        ("moved", "to add"),
        8,  # one more than 99.99 % takes: no mark of the best stands before it
        _percent,
        has_best=False,  # the share of the new node, by chance below or above the mean
    ),
    _Column(
        "needless",
        "",
        "keys moved between nodes that stay",
        lambda it: it.needless,
        ("need-", "less"),
        7,
        _percent,
    ),
)
_NAME_WIDTH = 12


def run(params: Params, seed: int, watch: Watch | None = None) -> Result:
    """Build each placement, look keys up, add a node, lose one.

    Cost: at most POINTS_BUDGET points of the ring, and for each contender three times
    STEPS_BUDGET steps of lookups.
    """
    nodes = min(params.nodes, NODES_BUDGET)
    vnodes = min(params.vnodes, max(1, POINTS_BUDGET // nodes))
    names = named(str(seed), nodes)
    hash_ = hash_named(params.hash)
    count = min(params.keys, KEYS_BUDGET)
    keys = array("Q", [hash_(f"{seed}/key-{i}".encode()) for i in range(count)])
    seen: dict[str, Seen] = {}
    for contender in CONTENDERS:
        seen[contender.key] = _look(contender, names, vnodes, params.hash, keys)
        if watch:
            watch(_frame(seen, len(seen) / (len(CONTENDERS) + 1), is_last=False))
    if watch:
        watch(_frame(seen, 1.0, is_last=True))

    followed = min(one.keys for one in seen.values())
    metrics = {
        f"{key}_{column.name}": float(column.of(one))
        for key, one in seen.items()
        for column in COLUMNS
    }
    metrics |= {"must_move": 1 / (nodes + 1), "keys_followed": float(followed)}
    broken = [
        f"{contender.name}: {why}"
        for contender in CONTENDERS
        if (why := contender.breaks(seen[contender.key]))
    ]
    maglev = seen["maglev"]
    return Result(
        metrics=metrics,
        verdict="fails" if broken else "holds",
        note=(
            f"Broken: {'; '.join(broken)}."
            if broken
            else (
                f"{_least()} moved only what must move, {metrics['must_move'] * 100:.2f} % for one "
                f"of {nodes + 1:,} on average; maglev moved {maglev.needless * 100:.2f} % of the "
                f"keys needlessly, modulo {seen['modulo'].needless * 100:.0f} %."
            )
        ),
        scale=scale_of(
            cut(nodes, params.nodes, "nodes", "sizes, costs and what moves do not carry over"),
            cut(
                vnodes,
                params.vnodes,
                "virtual nodes",
                "the ring would be larger and more even; the others do not change",
            ),
            cut(
                followed,
                params.keys,
                "keys, for the slowest contender",
                "shares carry over, with more noise of counting; the number of keys does not",
            ),
        ),
        not_carried=tuple(
            metric
            for metric in metrics
            if nodes < params.nodes
            or (vnodes < params.vnodes and metric.startswith("ring_"))
            or (followed < params.keys and metric == "keys_followed")
        ),
    )


def _least() -> str:
    least = [one.name for one in CONTENDERS if one.name not in ("maglev", "modulo")]
    return f"{', '.join(least[:-1])} and {least[-1]}".capitalize()


def _look(
    contender: Contender, names: list[str], vnodes: int, hash_name: str, keys: array[int]
) -> Seen:
    """One placement, followed through both changes."""
    place, calls = contender.build(names, vnodes, hash_name)
    init = calls[0]
    newcomer = f"{names[0].rsplit('/', 1)[0]}/new"
    bigger = place.add(newcomer)
    resize = calls[0] - init
    victim = names[-1 if contender.loses_last else len(names) // 2]
    smaller = place.remove(victim)
    works = [place.work(position) for position in keys[:SAMPLE]]
    steps = sum(work.hashes + work.comparisons for work in works) / len(works)
    keys = keys[: max(1, int(STEPS_BUDGET / steps))]
    owners, after, without = (_owners(one, keys) for one in (place, bigger, smaller))
    moved = sum(a != b for a, b in zip(owners, after, strict=True))
    strayed = sum(a != b != newcomer for a, b in zip(owners, after, strict=True))
    fled = sum(a not in (b, victim) for a, b in zip(owners, without, strict=True))
    counts, arcs, stats = Counter(owners), place.arcs(), place.stats()
    return Seen(
        place=place,
        nodes=len(names),
        keys=len(keys),
        init=init,
        resize=resize,
        hashes=sum(work.hashes for work in works) / len(works),
        comparisons=sum(work.comparisons for work in works) / len(works),
        memory=place.table_bytes,
        spread=stats.spread,
        peak=stats.peak_to_mean,
        peak_after=smaller.stats().peak_to_mean,
        moved=moved / len(keys),
        new_share=bigger.arcs()[newcomer],
        needless=max(strayed, fled) / len(keys),
        misfit=misfit([counts[name] for name in names], [arcs[name] for name in names], len(keys)),
    )


def _owners(place: Placement, keys: array[int]) -> list[str]:
    names = place.nodes
    return [names[number] for number in place.lookup_batch(keys)]


def _frame(seen: dict[str, Seen], progress: float, *, is_last: bool) -> Frame:
    """The table: a row for each contender; at the end with marks, and what each is good for."""
    rows = [one for one in zip("abcdefg", CONTENDERS, strict=True) if one[1].key in seen]
    best = {
        column.name: min(column.of(one) for key, one in seen.items() if key != "modulo")
        for column in COLUMNS
        if column.has_best and is_last
    }
    drawing = Drawing()
    for line in (0, 1):
        heads = "".join(f"{column.heads[line]:>{column.wide}} " for column in COLUMNS)
        drawing = drawing.above(Drawing.plain(" " * _NAME_WIDTH + heads.rstrip()))
    for letter, contender in rows:
        row = _named(contender, letter)
        for column in COLUMNS:
            value = column.of(seen[contender.key])
            is_best = value == best.get(column.name) and contender.key != "modulo"
            cell = f"{column.told(value):>{column.wide}}{'*' if is_best else ' '}"
            ink = (letter if is_best else " ") * len(cell)
            row = row.beside(Drawing((cell,), (ink,)), gap=0)
        drawing = drawing.above(row)
    if is_last:
        drawing = drawing.above(Drawing.plain("", "* the best, modulo aside"))
        for letter, contender in rows:
            row = _named(contender, letter).beside(Drawing.plain(contender.suits), gap=0)
            drawing = drawing.above(row)
    nodes, keys = next((one.nodes, one.keys) for one in seen.values())
    return Frame(
        title=f"{many(nodes, 'node')}, {many(keys, 'key')}",
        lines=drawing.lines,
        progress=progress,
        inks=drawing.inks,
        hold=0.0 if is_last else _HOLD,
    )


def _named(contender: Contender, letter: str) -> Drawing:
    # Where the name has the row's own letter it stays plain: only a letter for a node is a patch.
    ink = "".join(" " if cell == letter else letter for cell in contender.name)
    return Drawing((f"{contender.name:<{_NAME_WIDTH}}",), (f"{ink:<{_NAME_WIDTH}}",))


def _question(params: Params) -> str:
    new = params.nodes + 1
    return (
        f"Maglev places keys on {many(params.nodes, 'node')} by a table of 65,537 rows. One node "
        f"more comes, and must get 1/{new} = {100 / new:.2g} % of the keys. What share of the keys "
        "moves in all, as a number like 0.5?"
    )


def _explain(params: Params, result: Result) -> str:
    metrics = result.metrics
    return (
        f"The table is filled anew, and {metrics['maglev_moved'] * 100:.2f} % of the keys moved: "
        f"about {100 / (params.nodes + 1):.2g} % to the new node, the rest between nodes that "
        "stay. That is the price of a lookup of one division and of shares that are even to a row. "
        "Modulo has both too and "
        f"moved {metrics['modulo_moved'] * 100:.0f} %; {_least()[0].lower()}{_least()[1:]} move "
        "what the new node owns and nothing else."
    )


EXPERIMENT = Experiment(
    name="ring.contest",
    title="Seven placements side by side",
    claim=(
        "Ring, rendezvous, jump, multi-probe and anchor move only what must move, maglev a little "
        "more, modulo n/(n + 1); keys fall as the exact shares say, which are as even as each "
        "promises."
    ),
    source="Coluzzi and others, Consistently faster, CEUR Vol-3478 paper 03, 2023 (the metrics)",
    revision=1,
    Params=Params,
    metrics=(
        *(
            Metric(
                f"{contender.key}_{column.name}",
                column.unit,
                less_is_better=True,
                title=f"{contender.name}: {column.title}",
                theory="must_move" if column.name == "moved" else "",
            )
            for contender in CONTENDERS
            for column in COLUMNS
        ),
        Metric("must_move", "", less_is_better=None, title="1/(n + 1)"),
        Metric("keys_followed", "key", less_is_better=None, title="keys of the slowest"),
    ),
    predict=Predict(
        question=_question,
        metric="maglev_moved",
        tolerance=0.25,
        explain=_explain,
        example="50 % or 0.5",
    ),
    run=run,
    pictured=True,
)
