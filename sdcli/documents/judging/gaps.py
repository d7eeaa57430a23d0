"""How far one quantity lies from another when both may be ranges, and what that leaves open.

A comparison holds at the medians or it does not. Beside that it is sure when it comes out the
same all over the 90 % interval of left − right. Where both were worked out from the design's
assumptions, they are subtracted as one formula, so that what stands on both sides cancels: a load
is below 1.1 times itself, however uncertain it is. Where one comes from a run that knows its ends
and no more, the ends are compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.units import Quantity

_CLOSE = 1e-9  # what lies nearer than this share of the two is rounding

Ends = tuple[float, float]


@dataclass(frozen=True)
class Gap:
    """The 90 % interval of left − right, in base units.

    Args:
        low, high: its ends; what only rounding parts from zero is zero.
    """

    low: float
    high: float

    def surely(self, op: str) -> bool:
        """Whether left `op` right at both ends, and so all the way between them.

        >>> Gap(-2.0, 0.0).surely("<="), Gap(-2.0, 0.0).surely("<"), Gap(-2.0, 0.0).surely("!=")
        (True, False, False)
        """
        return {
            "<": self.high < 0,
            "<=": self.high <= 0,
            ">": self.low > 0,
            ">=": self.low >= 0,
            "==": self.low == self.high == 0,
            "!=": self.high < 0 or self.low > 0,
        }[op]

    def surely_not(self, op: str) -> bool:
        """Whether left `op` right at neither end, nor anywhere between them."""
        return self.surely(_OTHERWISE[op])


_OTHERWISE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def ends_of(value: Quantity) -> Ends:
    """The 90 % interval of a quantity, in base units; twice the value when it is certain."""
    return value.low, value.high


def gap_of(left: Ends, right: Ends, subtracted: Callable[[], Quantity | None]) -> Gap:
    """How far the left side lies above the right one.

    Args:
        left: its 90 % interval.
        right: the other one's.
        subtracted: left − right as one formula, asked for only where both are ranges and meet: it
            may cost ten thousand draws. None: nothing is known of what the two share.
    """
    tiny = _CLOSE * max(abs(end) for end in (*left, *right))
    low, high = left[0] - right[1], left[1] - right[0]
    if low <= tiny and high >= -tiny and left[0] < left[1] and right[0] < right[1]:
        whole = subtracted()
        if whole is not None:
            low, high = ends_of(whole)
    low, high = (0.0 if abs(end) <= tiny else end for end in (low, high))
    return Gap(low, high)
