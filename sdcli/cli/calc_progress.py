"""How far a long sum by Monte Carlo is: a line on stderr that is gone when the answer comes."""

from __future__ import annotations

import sys

from sdcli.units.record import TYPE_CHECKING
from sdcli.units.sampling import watching

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdcli.units import Expression, Quantity

_CLEAR = "\r\x1b[K"


class Progress(watching):
    """Says on a terminal how much of the draws is made; leaves nothing behind.

    Args:
        expression: what is worked out.
        values: the values of names.
        samples: draws of each range.
    """

    def __init__(
        self, expression: Expression, values: Mapping[str, Quantity], samples: int
    ) -> None:
        from sdcli.units.sensitivity import labels

        used = [values[name] for name in expression.names & values.keys()]
        drawn = (len(one.spread.sources) for one in used if one.is_range and not one.sampling)
        self.ranges = len(labels(expression)) + sum(drawn)
        self.samples = samples
        self.made = 0
        self.said = ""
        super().__init__(self._made)

    def __enter__(self) -> None:
        super().__enter__()
        if self.ranges:
            self._made(0)

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        if self.said:
            print(_CLEAR, end="", file=sys.stderr, flush=True)

    def _made(self, count: int) -> None:
        self.made += count
        share = min(0.99, self.made / (self.samples * max(1, self.ranges)))
        ranges = "1 range" if self.ranges == 1 else f"{self.ranges} ranges"
        said = f"{self.samples:,} draws of {ranges}: {share:.0%}"
        if said != self.said:
            self.said = said
            print(_CLEAR + said, end="", file=sys.stderr, flush=True)
