"""Placement: which of n servers holds which key, so that servers can come and go.

Read in this order; each file is one idea (README.md beside this file has questions to each):

    1. modulo.py        the placement that everybody tries first, and the problem it has
    2. hashes.py        from a key to a position, the same in every process
    3. placement.py     the calls that all placements answer to
    4. ring.py          consistent hashing: the circle, virtual nodes, what moves and what does not
    5. circle.py        the next point on a circle, in one step
    6. shares.py        who owns how much, exactly; how uneven that is
    7. planning.py      what moves from whom to whom, in bytes and minutes
    8. rendezvous.py, jump.py, maglev.py, multi_probe.py, anchor.py, ketama.py
                        the ring's relatives: other ways to move little
    9. bounded.py       when even shares are not enough: a cap on what a node bears
   10. live.py          a placement that changes while others read it
   11. nodes.py, listed.py, drawing.py     names, weights and zones; lists; a placement as text

Every placement is immutable and answers to the same calls: `lookup(key)`, `lookup_n(key, count)`,
`lookup_batch(keys)`, `add(node)` and `remove(node)` (a new placement), `arcs()` (exact shares),
`stats()`, `plan(new)`, `describe()`, `check()`. adapters/numpy.py makes batches fast.

>>> place = Ring({"small": 1, "big": 2})
>>> round(place.arcs()["big"], 2)  # two thirds, as well as 160 virtual nodes can
0.65
"""

from sdcli.reference.hashing.anchor import Anchor
from sdcli.reference.hashing.bounded import BoundedLoads
from sdcli.reference.hashing.hashes import HASHES, SPACE
from sdcli.reference.hashing.jump import Jump
from sdcli.reference.hashing.ketama import Ketama
from sdcli.reference.hashing.live import Live
from sdcli.reference.hashing.maglev import Maglev
from sdcli.reference.hashing.modulo import Modulo
from sdcli.reference.hashing.multi_probe import MultiProbe
from sdcli.reference.hashing.placement import Placement, Work
from sdcli.reference.hashing.planning import Move, Plan, plan
from sdcli.reference.hashing.rendezvous import Rendezvous
from sdcli.reference.hashing.ring import Ring
from sdcli.reference.hashing.shares import Range, Stats

__all__ = [
    "HASHES",
    "SPACE",
    "Anchor",
    "BoundedLoads",
    "Jump",
    "Ketama",
    "Live",
    "Maglev",
    "Modulo",
    "Move",
    "MultiProbe",
    "Placement",
    "Plan",
    "Range",
    "Rendezvous",
    "Ring",
    "Stats",
    "Work",
    "plan",
]
