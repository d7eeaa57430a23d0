"""Live: a placement that changes while others read it, without a lock for the readers.

Placements are immutable, so a change makes a new one, and one assignment puts it in the old one's
place. A reader takes what stands there when it comes: the old placement or the new one, both whole.
Only writers wait for each other, since two changes made from the same old placement would lose
one of them.

    reader    place = live.now        lookups on `place`, as many as it likes, all of one snapshot
    writer    lock -> add(node) -> live.now = the new placement -> unlock

Source: read-copy-update (P. McKenney, J. Slingwine, "Read-copy update", PDCS 1998). In CPython the
assignment of an attribute is one step, and the garbage collector frees what the last reader drops.

Invariants:
    1. `now` is always a placement that was made from the one before by one whole change.
    2. `version` counts the changes; a change that is refused counts nothing.

>>> from sdcli.reference.hashing.modulo import Modulo
>>> live = Live(Modulo(["a", "b"]))
>>> before = live.now
>>> live.add("c")
>>> before.nodes, live.now.nodes, live.version
(('a', 'b'), ('a', 'b', 'c'), 1)
"""

from __future__ import annotations

from threading import Lock
from typing import Generic, NoReturn, TypeVar

from sdcli.core.errors import InputError
from sdcli.reference.hashing.placement import Placement, checked_placement

P = TypeVar("P", bound=Placement)


class Live(Generic[P]):
    """A placement that changes. Threads may read `now` and call the rest at any time.

    It cannot be copied or pickled, since a copy would miss the changes to come; `now` can.

    Args:
        place: where it starts.

    Raises:
        InputError: it is no placement.
    """

    __slots__ = ("_lock", "_state")

    def __init__(self, place: P) -> None:
        checked_placement(place)
        self._state = place, 0  # one object, so that placement and version change together
        self._lock = Lock()

    @property
    def now(self) -> P:
        """The placement as it is: a snapshot that no later change touches. Cost: O(1), no lock."""
        return self._state[0]

    @property
    def version(self) -> int:
        """How many changes there were."""
        return self._state[1]

    def lookup(self, key: str | bytes) -> str:
        """The node that holds `key` now.

        Raises:
            InputError: as the placement's `lookup` says.
        """
        return self._state[0].lookup(key)

    def add(self, node: str, weight: float = 1.0, zone: str = "") -> None:
        """Add a node, for all who read from now on.

        Raises:
            InputError: as the placement's `add` says; nothing has changed.
        """
        with self._lock:
            place, version = self._state
            self._state = place.add(node, weight, zone), version + 1

    def remove(self, node: str) -> None:
        """Remove a node, for all who read from now on.

        Raises:
            InputError: as the placement's `remove` says; nothing has changed.
        """
        with self._lock:
            place, version = self._state
            self._state = place.remove(node), version + 1

    def describe(self) -> str:
        """The placement of now as text, with its version."""
        place, version = self._state
        return f"version {version}\n{place.describe()}"

    def check(self) -> None:
        """Assert the invariants of the placement of now.

        Raises:
            AssertionError: one does not hold.
        """
        self.now.check()

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied.

        Raises:
            InputError: always.
        """
        raise InputError(
            "what changes cannot be copied: the copy would miss the changes to come",
            where="copy",
            given=f"a Live at version {self.version}",
            expected="its placement of now, live.now; or another that starts there, Live(live.now)",
        )

    def __repr__(self) -> str:
        place, version = self._state
        return f"<Live: version {version}, {place!r}>"
