"""Lists: placements that know their nodes by number, the first being 0.

Modulo and jump work out a number and look up who has it. So the order in which nodes came is part
of such a placement, a new node gets the next number, and there is no table beside the list.

Invariants:
    1. Node number i is the one that came as number i.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.reference.hashing.placement import Placement

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self


class Listed(Placement):
    """A placement over a list of nodes: `_names` has them by number."""

    __slots__ = ("_names",)

    @property
    def table_bytes(self) -> int:
        """There is no table."""
        return 0

    def add(self, node: str, weight: float = 1.0, zone: str = "") -> Self:
        """A placement with one node more, at the end of the list. Cost: O(n).

        Raises:
            InputError: as `Placement.add` says.
        """
        return self._like(*self._with(node, weight, zone))

    def _settle(self, weights: dict[str, float], zones: Mapping[str, str]) -> None:
        super()._settle(weights, zones)
        self._names = list(weights)

    def _identity(self) -> tuple[object, ...]:
        return (*super()._identity(), *self._names)  # the order decides
