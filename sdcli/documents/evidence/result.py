"""The result of a run, and what identifies it.

The fingerprint is the sha256 of canonical JSON of experiment, revision, declared parameters and
seed. Nothing else decides the result, so two runs with one fingerprint must agree.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

DIGITS = 12  # what the ledger keeps of a metric; mathematics libraries differ behind that
RELATIVE = 1e-9  # how far two runs of one fingerprint may lie apart, counts not at all
BODY = 1 << 53

Sort = Literal["exact", "analytic"]


@dataclass(frozen=True)
class Measure:
    """One number that a run gave.

    Args:
        value: in `unit`; of a range, the median.
        unit: empty for a ratio.
        low, high: the ends of its 90 % interval; None where it is certain.
    """

    value: float
    unit: str = ""
    low: float | None = None
    high: float | None = None

    def agrees(self, other: Measure) -> bool:
        """Whether two runs gave the same: counts exactly, the rest within RELATIVE."""
        pairs = ((self.value, other.value), (self.low, other.low), (self.high, other.high))
        return self.unit == other.unit and all(_near(one, two) for one, two in pairs)


@dataclass(frozen=True)
class Evidence:
    """The result of one run, as the ledger keeps it.

    Args:
        sort: exact (a seeded run of a reference implementation) or analytic (a calculator).
        experiment, revision, params, seed: what was run; params in their declared units.
        metrics: what it gave, by name.
        verdict: holds or fails.
        note, scale: the experiment's own words on the result; a calculator's working.
        not_carried: the metrics that a run at a smaller scale says nothing about.
        open_end: why it cannot be worked out at an end of the ranges that it was given.
    """

    sort: Sort
    experiment: str
    revision: int
    params: dict[str, Any]
    seed: int
    metrics: dict[str, Measure]
    verdict: str
    note: str
    scale: str
    not_carried: tuple[str, ...] = ()
    open_end: str = ""

    @property
    def fingerprint(self) -> str:
        """What decides the result, as one hash."""
        return fingerprint(self.experiment, self.revision, self.params, self.seed)

    def agrees(self, other: Evidence) -> bool:
        """Whether two runs gave the same."""
        return (
            self.verdict == other.verdict
            and self.metrics.keys() == other.metrics.keys()
            and all(one.agrees(other.metrics[name]) for name, one in self.metrics.items())
        )


def fingerprint(experiment: str, revision: int, params: Mapping[str, Any], seed: int) -> str:
    """The sha256 over canonical JSON of what decides a run."""
    whole = {"experiment": experiment, "revision": revision, "params": dict(params), "seed": seed}
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return sha256(text.encode()).hexdigest()


def rounded(value: float) -> float:
    """A value to DIGITS significant digits."""
    return float(f"{value:.{DIGITS}g}")


def _near(one: float | None, two: float | None) -> bool:
    if one == two:
        return True
    if one is None or two is None:
        return False
    if one.is_integer() and two.is_integer() and max(abs(one), abs(two)) < BODY:
        return False
    return abs(one - two) <= RELATIVE * max(abs(one), abs(two))
