"""The needs of limiter.choose, as they can be judged, and which of them to give up.

A need is a number of a candidate that may be no more, or no less, than what is asked for. Some lean
on others: what a window may pass is a multiple of what is promised, which is the burst where that
is more than the limit; and a period of the calendar says which windows are looked at. So whoever
gives up one need judges the candidates by the others as they are without it.

Source: our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from sdcli.experiments.limiter_candidates import CANDIDATES, figure, in_bytes, span
from sdcli.experiments.limiter_traffic import limit_of
from sdcli.reference.limiters import SECOND

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sdcli.experiments.limiter_candidates import Seen
    from sdcli.experiments.limiter_choose import Params

DRAWN = 0.01  # how much more, as a part of it, a mean over drawn moments may be


@dataclass(frozen=True)
class Need:
    """One need: what it asks of a candidate, and what not meeting it means.

    Args:
        name: the parameter that says it.
        column: the number of a candidate that is looked at; a field of Seen.
        asked: the most that it may be, or the least.
        refusal: why a candidate does not meet it, with `{number}` for its number.
        is_least: whether `asked` is the least.
        slack: how much more, as a part of `asked`, is still fine.
    """

    name: str
    column: str
    asked: float
    refusal: str
    is_least: bool = False
    slack: float = 0.0

    def is_met(self, seen: Seen) -> bool:
        """Whether a candidate meets it."""
        number = getattr(seen, self.column)
        if self.is_least:
            return bool(number >= self.asked)
        return bool(number <= (self.asked * (1 + self.slack) if self.slack else self.asked))

    def refused(self, seen: Seen) -> str:
        """Why a candidate does not meet it."""
        return f"{self.refusal.format(number=self._told(getattr(seen, self.column)))} ({self})"

    def _told(self, number: float) -> str:
        return {"wait": span, "memory": in_bytes}.get(self.name, figure)(number)

    def __str__(self) -> str:
        return f"{self.name} {'>=' if self.is_least else '<='} {self._told(self.asked)}"


def needs_of(params: Params, without: Collection[str] = ()) -> tuple[Need, ...]:
    """The needs that ask for something.

    Args:
        params: what the business says.
        without: names of those that are given up.
    """
    limit = limit_of(params.rate, round(params.window * SECOND))
    promised = limit if "burst" in without else max(limit, params.burst)
    has_period = params.period == "calendar" and "period" not in without
    needs = [
        Need("burst", "at_once", params.burst, "passes {number} at once", is_least=True),
        _exactness(params.exactness, promised, has_period=has_period),
    ]
    if has_period:
        refusal = "has {number} there when a new period begins, after a busy end of the old one"
        needs.append(Need("period", "anew", limit, refusal, is_least=True))
    if params.downstream == "steady":
        refusal = "sends {number} to the service behind at one instant"
        needs.append(Need("downstream", "passes", 1, refusal))
    needs += [
        Need("wait", "delay", params.wait, "holds the last of a burst back for {number}"),
        Need("memory", "all_callers", params.memory, "takes {number}"),
    ]
    return tuple(need for need in needs if need.name not in without)


def _exactness(exactness: str, promised: int, *, has_period: bool) -> Need:
    """How much may pass in a window, and which one is looked at."""
    # Whole numbers stay whole: a float counts by ones only up to 2^53.
    asked = {"strict": promised, "close": promised * 3 / 2, "loose": 2 * promised}[exactness]
    if has_period:
        return Need("exactness", "of_clock", asked, "passes {number} in a window of the clock")
    if exactness == "close":
        refusal = "gives {number} in a window to a caller who does not even know the clock"
        return Need("exactness", "unaware", asked, refusal, slack=DRAWN)
    return Need("exactness", "worst", asked, "passes {number} in the worst window")


def to_give_up(params: Params, seen: Mapping[str, Seen]) -> dict[str, str]:
    """The fewest needs without which some candidate meets all others, and the plainest that does.

    Returns:
        needs in words -> candidate; more than one where several ways give up equally few.

    Cost: at most 2^6 sets of needs, times the candidates.
    """
    needs = needs_of(params)
    for size in range(len(needs) + 1):
        ways: dict[str, str] = {}
        for name in CANDIDATES:
            for given_up in combinations(needs, size):
                rest = needs_of(params, {need.name for need in given_up})
                if all(need.is_met(seen[name]) for need in rest):
                    ways.setdefault(" and ".join(map(str, given_up)), name)
        if ways:
            return ways
    return {}  # never: whoever gives up all needs has a choice
