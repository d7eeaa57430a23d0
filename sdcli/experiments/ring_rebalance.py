"""ring.rebalance: what moves when a node joins or is lost, on a ring and with `hash mod n`.

On a ring the new node takes over the arcs in front of its points and nothing else happens: the
share that moves is the share that it now owns, 1/(n + 1) on average. A lost node is the same
picture read backwards: its own arcs, 1/n, walk on to the next points clockwise. With `hash mod n` a
key stays only if both divisions name the same node: one key in n + 1 when a node joins, one in n
when one is lost. All the others move, though they need not.

Who inherits? With one point for each node the next one takes all that was lost, and bears twice
what it did. With many points each of the others takes a little: what virtual nodes are for.

The run starts from several rings (whose nodes are named after seed and ring), adds a node to each,
and from the same ring takes one away, from the middle of the list. It counts the keys that change
hands and between whom, and takes the exact arcs beside the count.

Source: Karger and others, "Consistent hashing and random trees", STOC 1997 (the property called
monotonicity: keys move to a new node, never between old ones).
"""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.experiments.contract import Experiment, Frame, Metric, Predict, Result, Watch
from sdcli.experiments.rebalance_story import STORY_PROGRESS, tell
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
from sdcli.reference.hashing import SPACE, Modulo, Ring
from sdcli.reference.hashing.drawing import LETTERS, Drawing, bar, letters
from sdcli.reference.hashing.hashes import mix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sdcli.reference.hashing import Placement

POINTS_BUDGET = 300_000  # points hashed and sorted, all rings together: about a second
KEYS_BUDGET = 100_000  # each is hashed once and looked up six times: about half a second
RINGS_MAX = 400
DRAWS_MAX = 150_000  # for the picture: of 10,000 nodes one has 15 of so many keys
STANDARD_ERRORS = 5  # the share of few points is skewed: four would be too few for one ring

_KEYS_DRAWN = 64
_MOVES_DRAWN = 3  # of them, for each change
_DRAWS = 4096  # keys that are looked up at a time, to find some of them
_BAR_WIDTH = 44
_STAYS = "─"


@dataclass(frozen=True)
class Params:
    """A ring before it changes, and how many keys to follow."""

    nodes: int = nodes_param("servers before one joins, or one is lost")
    vnodes: int = vnodes_param()
    keys: int = keys_param("keys that are followed", low=100)
    hash: str = hash_param()


@dataclass(frozen=True)
class _Moves:
    """What one change did to some keys."""

    keys: int
    moved: int
    between_survivors: int
    moved_by_modulo: int
    arcs: float  # the exact share of the node that joined, or was lost


@dataclass(frozen=True)
class _Changes:
    """One ring as it was, with a node more, with a node less, and what that moved."""

    before: Ring
    joined: Ring
    left: Ring
    join: _Moves
    loss: _Moves
    heir: float  # the largest part of the lost node's share that one other node takes

    @property
    def lost(self) -> str:
        """The node that is lost."""
        return _lost(self.before)


def run(params: Params, seed: int, watch: Watch | None = None) -> Result:
    """Add a node to several rings, take one from them, and follow the keys.

    Cost: at most POINTS_BUDGET points, KEYS_BUDGET hashes of keys and 6 * KEYS_BUDGET lookups.
    """
    vnodes = min(params.vnodes, max(1, POINTS_BUDGET // (params.nodes + 1)))
    keys = min(params.keys, KEYS_BUDGET)
    rings = max(1, min(RINGS_MAX, POINTS_BUDGET // ((params.nodes + 1) * vnodes)))
    if watch:
        tell(params.nodes, params.vnodes, params.hash, f"{seed}/0", watch)
    all_changes: list[_Changes] = []
    for i in range(rings):
        part = keys // rings + (i < keys % rings)
        salt = f"{seed}/{i}"
        before = Ring(named(salt, params.nodes), vnodes, params.hash)
        all_changes.append(_change(before, f"{salt}/new", part, salt))
        if watch:
            watch(_frame(all_changes, (i + 1) / rings))

    joins, losses = [one.join for one in all_changes], [one.loss for one in all_changes]
    followed = sum(one.keys for one in joins)
    nodes = params.nodes
    metrics = {
        "moved_share": sum(one.moved for one in joins) / followed,
        "ideal_share": 1 / (nodes + 1),
        "arc_share": math.fsum(one.arcs * one.keys for one in joins) / followed,
        "between_survivors": float(sum(one.between_survivors for one in (*joins, *losses))),
        "modulo_moved_share": sum(one.moved_by_modulo for one in joins) / followed,
        "modulo_ideal_share": nodes / (nodes + 1),
        "loss_moved_share": sum(one.moved for one in losses) / followed,
        "loss_ideal_share": 1 / nodes,
        "loss_arc_share": math.fsum(one.arcs * one.keys for one in losses) / followed,
        "loss_heir_share": math.fsum(one.heir for one in all_changes) / rings,
        "modulo_loss_moved_share": sum(one.moved_by_modulo for one in losses) / followed,
        # Without the only node there is nowhere to stay.
        "modulo_loss_ideal_share": (nodes - 1) / nodes if nodes > 1 else 1.0,
        "moved_keys": float(sum(one.moved for one in joins)),
        "keys_followed": float(followed),
    }
    seen = min(rings, followed)  # a ring on which no key was followed adds nothing to a share
    holds = metrics["between_survivors"] == 0 and all(
        _is_as_promised(metrics, change, owners, vnodes, seen)
        for change, owners in (("", nodes + 1), ("loss_", nodes))
    )
    return Result(
        metrics=metrics,
        verdict="holds" if holds else "fails",
        note=_note(metrics),
        scale=_scale(params, vnodes, keys),
        not_carried=_not_carried(params, vnodes, keys),
    )


def _lost(ring: Ring) -> str:
    """The node that is lost: one from the middle of the list, where a list renumbers the rest."""
    return ring.nodes[len(ring) // 2]


def _change(before: Ring, new: str, keys: int, salt: str) -> _Changes:
    """Look every key up before and after, on the ring and with modulo."""
    positions = array("Q", [before.position(f"{salt}/key-{i}") for i in range(keys)])
    lost = _lost(before)
    joined, left = before.add(new), before.remove(lost)
    by_modulo = Modulo(before.nodes, before.hash)
    shares, shares_left = before.arcs(), left.arcs()
    gains = [share - shares[node] for node, share in shares_left.items()]
    return _Changes(
        before,
        joined,
        left,
        _moves(positions, (before, joined), (by_modulo, by_modulo.add(new)), new),
        _moves(positions, (before, left), (by_modulo, by_modulo.remove(lost)), lost),
        heir=max(gains, default=0.0) / shares[lost],
    )


def _moves(
    positions: array[int], rings: tuple[Ring, Ring], modulos: tuple[Modulo, Modulo], changed: str
) -> _Moves:
    """Count the keys that another node owns after than before."""
    pairs, by_modulo = (
        list(zip(*(_owners(place, positions) for place in both), strict=True))
        for both in (rings, modulos)
    )
    moved = [pair for pair in pairs if pair[0] != pair[1]]
    owning = next(ring for ring in rings if changed in ring)
    return _Moves(
        keys=len(positions),
        moved=len(moved),
        between_survivors=sum(changed not in pair for pair in moved),
        moved_by_modulo=sum(old != new for old, new in by_modulo),
        arcs=owning.arcs()[changed],
    )


def _owners(place: Placement, positions: array[int]) -> list[str]:
    """Who owns each position; nobody where no node is left."""
    if not len(place):
        return [""] * len(positions)
    names = place.nodes
    numbers = place.lookup_batch(positions)
    return [names[number] for number in numbers]


def _is_as_promised(
    metrics: dict[str, float], change: str, owners: int, vnodes: int, rings: int
) -> bool:
    """Whether a change moved what it had to, and modulo what the claim says.

    A count is binomial. The share of one of `owners` nodes is a beta variate with the parameters
    vnodes and (owners - 1) * vnodes (the arcs of a random circle are Dirichlet's).
    """
    keys = metrics["keys_followed"]
    ideal, by_modulo = metrics[f"{change}ideal_share"], metrics[f"modulo_{change}ideal_share"]
    placing = math.sqrt(ideal * (1 - ideal) / ((owners * vnodes + 1) * rings))
    moved, arcs = metrics[f"{change}moved_share"], metrics[f"{change}arc_share"]
    return (
        abs(moved - arcs) <= STANDARD_ERRORS * _counting(ideal, keys)
        and abs(arcs - ideal) <= STANDARD_ERRORS * placing
        and abs(metrics[f"modulo_{change}moved_share"] - by_modulo)
        <= STANDARD_ERRORS * _counting(by_modulo, keys)
    )


def _counting(share: float, keys: float) -> float:
    """The standard error of a counted share."""
    return math.sqrt(share * (1 - share) / keys) + 1 / keys  # a count comes in whole keys


def _note(metrics: dict[str, float]) -> str:
    joined, ideal = metrics["moved_share"] * 100, metrics["ideal_share"] * 100
    lost, lost_ideal = metrics["loss_moved_share"] * 100, metrics["loss_ideal_share"] * 100
    loss = f"the loss of one {lost:.2f} % (ideal {lost_ideal:.2f} %)"
    if metrics["loss_ideal_share"] == 1:
        loss = "without the only node all are lost"
    return (
        f"A node that joins moved {joined:.2f} % of {metrics['keys_followed']:,.0f} keys (ideal "
        f"{ideal:.2f} %), {loss}; "
        f"{metrics['between_survivors']:.0f} keys moved between nodes that were there before and "
        f"after. Modulo moved {metrics['modulo_moved_share'] * 100:.2f} % and "
        f"{metrics['modulo_loss_moved_share'] * 100:.2f} %."
    )


def _scale(params: Params, vnodes: int, keys: int) -> str:
    return scale_of(
        cut(
            vnodes,
            params.vnodes,
            "virtual nodes",
            "the shares that move carry over, fewer points only widen how far one ring may be off; "
            "the largest heir's part does not, since fewer points have fewer heirs",
        ),
        cut(
            keys,
            params.keys,
            "keys",
            "shares carry over, with more noise of counting; the counts of keys do not",
        ),
    )


def _not_carried(params: Params, vnodes: int, keys: int) -> tuple[str, ...]:
    of_points = ("loss_heir_share",) if vnodes < params.vnodes else ()
    return of_points + (("moved_keys", "keys_followed") if keys < params.keys else ())


def _frame(all_changes: list[_Changes], progress: float) -> Frame:
    """The last ring and `hash mod n` before and after, and what moved in all rings so far."""
    now = all_changes[-1]
    new, lost = now.joined.nodes[-1], now.lost
    modulo = Modulo(now.before.nodes, now.before.hash)
    letter = letters(now.joined.nodes)
    more, less = f"+ {letter[new]}", f"- {letter[lost]}"
    count = len(now.before)
    modulos = (modulo, modulo.add(new), modulo.remove(lost))
    positions = _around()
    picked = 0
    if progress == 1:  # the picture, and not one frame of many: it may take a while
        positions, picked = _with_moves(now, positions)
    drawing = _before_and_after(
        f"ring, n = {count}", (now.before, now.joined, now.left), (more, less), positions
    ).above(
        _before_and_after(f"hash mod {count}", modulos, (more, less), positions),
        Drawing.plain("", f"keys that moved, of {many(len(all_changes), 'ring')}"),
        _shares_moved(more, [one.join for one in all_changes]),
        _shares_moved(less, [one.loss for one in all_changes])
        if count > 1
        else Drawing.plain(f"    {less}  lost: there is no other node"),
    )
    which = f", {picked} of them picked for moving" if picked else " around the circle"
    return Frame(
        title=f"{_KEYS_DRAWN} keys{which}; under them, who gets those that move",
        lines=drawing.lines,
        progress=STORY_PROGRESS + (1 - STORY_PROGRESS) * progress if progress < 1 else 1.0,
        inks=drawing.inks,
    )


def _around() -> array[int]:
    """One key in each equal part of the circle, somewhere in it: round numbers are all 0 mod 8."""
    part = SPACE // _KEYS_DRAWN
    return array("Q", [i * part + mix(i + 1) % part for i in range(_KEYS_DRAWN)])


def _with_moves(changes: _Changes, positions: array[int]) -> tuple[array[int], int]:
    """The keys, with a few among them that each change moves, and how many were picked for that.

    Of many nodes one owns so little that by chance none of its keys may be drawn, and a picture
    of nothing shows nothing. A picked key stands for the nearest one that stays.

    Cost: at most 2 * DRAWS_MAX lookups.
    """
    before, joined = changes.before, changes.joined
    new, lost = joined.nodes[-1], changes.lost
    stays, picked = set(positions), []
    for place, node in ((joined, new), (before, lost)):
        owners = zip(positions, _owners(place, positions), strict=True)
        moving = {position for position, owner in owners if owner == node}
        stays -= moving
        if len(moving) < _MOVES_DRAWN:
            picked += _drawn_from(place, node, _MOVES_DRAWN - len(moving))
    drawn = set(positions)
    for one in picked:
        nearest = min(stays, key=lambda other: (abs(other - one), other))
        stays.remove(nearest)
        drawn.remove(nearest)
        drawn.add(one)
    return array("Q", sorted(drawn)), len(picked)


def _drawn_from(place: Ring, node: str, count: int) -> list[int]:
    """The first positions of a node among many that chance draws; fewer if it has hardly any."""
    found: list[int] = []
    number = place.nodes.index(node)
    for start in range(_KEYS_DRAWN, DRAWS_MAX, _DRAWS):
        block = array("Q", [mix(i + 1) for i in range(start, start + _DRAWS)])
        owners = zip(block, place.lookup_batch(block), strict=True)
        found += [position for position, owner in owners if owner == number]
        if len(found) >= count:
            break
    return found[:count]


def _before_and_after(
    head: str,
    places: tuple[Placement, Placement, Placement],
    signs: Sequence[str],
    positions: array[int],
) -> Drawing:
    """Who owns some keys; then for each change the new owners of those that it moves."""
    before, joined, _ = places
    letter = {**letters(joined.nodes), "": " "}
    olds = _owners(before, positions)
    drawing = Drawing.cells(f"{head:<16}", "".join(letter[old] for old in olds))
    for place, sign in zip(places[1:], signs, strict=True):
        pairs = zip(olds, _owners(place, positions), strict=True)
        cells = "".join(_STAYS if old == new else letter[new] for old, new in pairs)
        drawing = drawing.above(Drawing.cells(f"{sign:>14}  ", cells))
    return drawing


def _shares_moved(sign: str, moves: Sequence[_Moves]) -> Drawing:
    """The ring's bar and modulo's, in the colour of the node that the sign names."""
    keys = sum(one.keys for one in moves)
    ink = sign[-1] if sign[-1] in LETTERS else " "
    drawing = Drawing()
    for name, moved in (
        ("ring  ", sum(one.moved for one in moves)),
        ("modulo", sum(one.moved_by_modulo for one in moves)),
    ):
        line = f"    {name} {sign}  {moved / keys * 100:6.2f} %  "
        drawn = bar(moved / keys, _BAR_WIDTH)
        row = Drawing((line + drawn,), (" " * len(line) + ink * len(drawn),))
        drawing = drawing.above(row)
    return drawing


def _question(params: Params) -> str:
    return (
        f"A hash ring of {params.nodes:,} nodes gets one node more. What share of the keys moves, "
        "as a number like 0.5?"
    )


def _explain(params: Params, result: Result) -> str:
    new = params.nodes + 1
    loss = (
        f"A node that is lost moves its own share, {result.metrics['loss_moved_share']:.3f}, and "
        f"the busiest of its heirs takes {result.metrics['loss_heir_share'] * 100:.0f} % of that."
        if params.nodes > 1
        else "The only node has no heirs: with it all keys are lost."
    )
    return (
        f"The new node takes its fair share, 1/{new} = {result.metrics['ideal_share']:.3f}, a "
        f"little from each of the others; measured {result.metrics['moved_share']:.3f}, and no key "
        f"moved between two old nodes. With `hash mod n` {params.nodes} of {new} keys move "
        f"({result.metrics['modulo_moved_share']:.3f}): a cache would lose them all at once. "
        f"{loss}"
    )


EXPERIMENT = Experiment(
    name="ring.rebalance",
    title="What moves when a node joins or is lost",
    claim=(
        "One node more moves 1/(n + 1) of the keys, all of them to the new node; the loss of one "
        "moves its 1/n and nothing else; modulo moves n/(n + 1) and (n - 1)/n. All within 5 "
        "standard errors of where points and keys fall."
    ),
    source="Karger and others, Consistent hashing and random trees, STOC 1997",
    revision=2,
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
        Metric(
            "loss_moved_share",
            "",
            less_is_better=True,
            title="moved by a loss",
            theory="loss_ideal_share",
        ),
        Metric("loss_ideal_share", "", less_is_better=None, title="1/n"),
        Metric("loss_arc_share", "", less_is_better=None, title="exact arcs of the lost node"),
        Metric("loss_heir_share", "", less_is_better=True, title="part of the largest heir"),
        Metric(
            "modulo_loss_moved_share",
            "",
            less_is_better=True,
            title="moved by it with modulo",
            theory="modulo_loss_ideal_share",
        ),
        Metric("modulo_loss_ideal_share", "", less_is_better=None, title="(n - 1)/n"),
        Metric("moved_keys", "key", less_is_better=None, title="moved to the new node"),
        Metric("keys_followed", "key", less_is_better=None, title="keys that were followed"),
    ),
    predict=Predict(
        question=_question,
        metric="moved_share",
        tolerance=0.2,
        explain=_explain,
        example="50 % or 0.5",
    ),
    run=run,
)
