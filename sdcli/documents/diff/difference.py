"""One thing that differs, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sdcli.documents.evidence.result import RELATIVE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sdcli.units import Quantity

T = TypeVar("T")


@dataclass(frozen=True)
class Difference:
    """One thing that differs.

    Args:
        part: which part of a design it is of: verdict, decision, cost, ...
        key: what it is, within that part.
        old, new: on either side, for people; None where it is not there.
        factor: new ÷ old, where both are quantities of one kind.
        note: what else there is to know.
    """

    part: str
    key: str
    old: str | None
    new: str | None
    factor: float | None = None
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """The object in `changes` of `doc diff --json`."""
        return {
            "part": self.part,
            "key": self.key,
            "old": self.old,
            "new": self.new,
            "factor": self.factor,
            "note": self.note,
        }


def pairs(old: Mapping[str, T], new: Mapping[str, T]) -> Iterator[tuple[str, T | None, T | None]]:
    """Every name with what it has on either side: those of the new side first, in its order.

    >>> list(pairs({"a": 1, "b": 2}, {"b": 3, "c": 4}))
    [('b', 2, 3), ('c', None, 4), ('a', 1, None)]
    """
    for name, value in new.items():
        yield name, old.get(name), value
    for name, value in old.items():
        if name not in new:
            yield name, value, None


def same(old: Quantity | None, new: Quantity | None) -> bool:
    """Whether two quantities are the same, their intervals too."""
    if old is None or new is None:
        return old is new
    ends = ((old.value, new.value), (old.low, new.low), (old.high, new.high))
    return old.dimension == new.dimension and all(
        abs(one - two) <= RELATIVE * max(abs(one), abs(two)) for one, two in ends
    )


def factor(old: Quantity | None, new: Quantity | None) -> float | None:
    """New ÷ old, at the medians, to four digits; None where that says nothing.

    >>> from sdcli.units import quantity
    >>> factor(quantity("2 GB"), quantity("3 GB")), factor(quantity("2 GB"), quantity("3 s"))
    (1.5, None)
    """
    if old is None or new is None or old.dimension != new.dimension or not old.value:
        return None
    found = float(f"{new.value / old.value:.4g}")
    return found if abs(found) < float("inf") else None


def shown(value: Quantity | None) -> str | None:
    """A quantity for people; None where there is none."""
    return None if value is None else value.summary()
