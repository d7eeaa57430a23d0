"""Placement: which of n servers holds which key, so that servers can come and go.

Read in this order; each file is one idea:

    1. modulo.py    the placement that everybody tries first, and the problem it has
    2. hashes.py    from a key to a place on the circle, the same in every process
    3. ring.py      consistent hashing: the circle, virtual nodes, what moves and what does not
    4. shares.py    who owns how much, exactly; how uneven that is
    5. nodes.py     names and weights, and why a name must outlive an address
    6. drawing.py   a placement as text

Every placement is immutable and answers to the same calls: `lookup(key)`, `add(node)` and
`remove(node)` (a new placement), `arcs()` (exact shares), `stats()`, `describe()`, `check()`.
A ring also has `lookup_n(key, count)`, the nodes for a key's replicas.

>>> place = Ring({"small": 1, "big": 2})
>>> round(place.arcs()["big"], 2)  # two thirds, as well as 160 virtual nodes can
0.65
"""

from sdcli.reference.hashing.hashes import HASHES, SPACE
from sdcli.reference.hashing.modulo import Modulo
from sdcli.reference.hashing.ring import Ring
from sdcli.reference.hashing.shares import Stats

__all__ = ["HASHES", "SPACE", "Modulo", "Ring", "Stats"]
