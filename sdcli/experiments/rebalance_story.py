"""The story of ring.rebalance: a ring as people draw it, a node that dies, a node that joins.

What the run measures cannot be seen: with 160 points for each of 8 nodes a cell of the drawing
holds several arcs. So the story is told on a ring of the same kind with fewer points, and fewer
nodes where they are many; it says so. Arcs move in the order of the circle, as a hand sweeps it.

Beside the circle each node's share is a bar. What a node gave away stands at the end of its bar as
the letter of who has it now; what it took, as the letter of who had it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.experiments.contract import Frame, Watch
from sdcli.experiments.scaling import label, many, named
from sdcli.reference.hashing import SPACE, Ring
from sdcli.reference.hashing.drawing import Drawing, circle, letters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sdcli.reference.hashing import Range

STORY_PROGRESS = 0.3  # of a run's progress

_NODES_MAX = 11  # one more, and each still has a bar beside the circle and a colour of its own
_POINTS_MAX = 96  # arcs of two cells each, and nearly everybody loses one to a new node
_SWEEP_STEPS = 12
_HOLD_STEP, _HOLD_STILL = 0.06, 0.5  # seconds
_BAR_WIDTH = 26
_NOTHING = 5e-4  # of all keys: what would be told as 0.0 %


def tell(nodes: int, vnodes: int, hash_name: str, salt: str, watch: Watch) -> None:
    """Show both changes, each from the same ring.

    Args:
        nodes: of the ring that is measured.
        vnodes: its points for each node.
        hash_name: its hash.
        salt: what its nodes are named after.
        watch: receives about 30 frames, of 4 seconds in all.
    """
    few = min(nodes, _NODES_MAX)
    points = min(vnodes, max(1, _POINTS_MAX // few))
    before = Ring(named(salt, few), points, hash_name)
    lost = before.nodes[few // 2]
    told = _drawn_smaller(few, nodes, points, vnodes)
    scenes = [_Scene(before, before.add(f"{salt}/n{few}"), f"{salt}/n{few}", told)]
    if few > 1:  # without the only node there is nobody for its keys to go to
        scenes.insert(0, _Scene(before, before.remove(lost), lost, told))
    frames = [frame for scene in scenes for frame in scene.frames()]
    for done, (title, drawing, hold) in enumerate(frames):
        watch(
            Frame(
                title=title,
                lines=drawing.lines,
                progress=STORY_PROGRESS * done / len(frames),
                inks=drawing.inks,
                hold=hold,
            )
        )


def _drawn_smaller(few: int, nodes: int, points: int, vnodes: int) -> str:
    """What of the ring is drawn; empty when all of it is."""
    parts = [f"{few:,} of {many(nodes, 'node')}"] * (few < nodes)
    parts += [f"{points:,} of {many(vnodes, 'point')} each"] * (points < vnodes)
    return f"drawn: {', '.join(parts)}" if parts else ""


class _Scene:
    """One change of a ring: a node joins, or is lost."""

    def __init__(self, before: Ring, after: Ring, node: str, told: str) -> None:
        self.before, self.after, self.node, self.told = before, after, node, told
        self.is_loss = node in before
        self.names = before.nodes if self.is_loss else after.nodes
        self.letter = letters(self.names)
        self.ranges = list(before.ranges(after))

    def frames(self) -> list[tuple[str, Drawing, float]]:
        """What is seen, under which title and for how long."""
        name = f"{label(self.node)} ({self.letter[self.node]})"
        whole = f"a ring of {many(len(self.before), 'node')}"
        drawn = [(whole, self._drawing(0, is_still=True), _HOLD_STILL)]
        if self.is_loss:
            drawn.append((f"{name} dies: nobody owns its arcs", self._drawing(0), _HOLD_STILL))
            title = f"{name} is lost: its keys walk on to the next node clockwise"
        else:
            title = f"{name} joins: it takes the arcs in front of its points"
        steps = range(1, _SWEEP_STEPS + 1)
        drawn += [
            (title, self._drawing(step), _HOLD_STEP if step < _SWEEP_STEPS else _HOLD_STILL)
            for step in steps
        ]
        return drawn

    def _drawing(self, step: int, *, is_still: bool = False) -> Drawing:
        """The ring when the hand has swept so many of the steps."""
        swept = SPACE * step // _SWEEP_STEPS
        gone = [one for one in self.ranges if one.upto is not None and one.upto <= swept]

        def owner(position: int) -> str:
            old = self.before.owner_at(position)
            if position <= swept and step:
                return self.after.owner_at(position)
            return "" if self.is_loss and old == self.node and not is_still else old

        def has_moved(position: int) -> bool:
            return step == 0 or owner(position) != self.before.owner_at(position)

        ring = circle(owner, self.names, self._inside(gone, is_still=is_still), marked=has_moved)
        foot = Drawing.plain("", self.told)
        return ring.beside(self._shares(gone)).above(foot)

    def _inside(self, gone: Sequence[Range], *, is_still: bool) -> tuple[str, ...]:
        if is_still:
            return (many(len(self.before), "node"), many(self.before.points, "point"))
        moved = sum(one.share for one in gone)
        left = sum(one.share for one in self.ranges) - moved
        others = {one.target if self.is_loss else one.source for one in gone}
        told = [f"{label(self.node)} {'is lost' if self.is_loss else 'joins'}", ""]
        if gone:
            told.append(f"{moved * 100:.1f} % moved")
            told.append(f"{'to' if self.is_loss else 'from'} {many(len(others), 'node')}")
        if self.is_loss and left > _NOTHING:
            told.append(f"{left * 100:.1f} % nobody's")
        return tuple(told)

    def _shares(self, gone: Sequence[Range]) -> Drawing:
        """A bar for each node: what it kept, then what others took or what it took."""
        olds, news = self.before.arcs(), self.after.arcs()
        peak = max(*olds.values(), *news.values())
        return Drawing().above(
            *(self._row(name, olds.get(name, 0.0), peak, gone) for name in self.names)
        )

    def _row(self, name: str, share: float, peak: float, gone: Sequence[Range]) -> Drawing:
        given, taken = dict.fromkeys(self.names, 0.0), dict.fromkeys(self.names, 0.0)
        for one in gone:
            if one.source == name:
                given[one.target] += one.share
            if one.target == name:
                taken[one.source] += one.share
        kept = share - sum(given.values())
        own = self.letter[name]
        parts = [("█", own, kept)] + [
            (self.letter[other], self.letter[other], given[other] + taken[other])
            for other in self.names
        ]
        line, ink, end = "", "", 0.0
        for cell, colour, part in parts:
            end += part  # ends are rounded, not lengths: so the whole has its own length
            more = round(end / peak * _BAR_WIDTH) - len(line)
            line, ink = line + cell * more, ink + colour * more
        head = f"{own} {label(name):<3} {(kept + sum(taken.values())) * 100:6.2f} %  "
        return Drawing((head + line,), (f"{own:<{len(head)}}{ink}",))
