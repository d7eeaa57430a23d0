"""A limiter under a clock that somebody sets, and the record that a store keeps of a caller then.

The store's rule is our own: a record is never judged before the moment at which it was written. If
the clock says so, it was set back, and all times of the record move back with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from sdcli.reference.limiters import Algorithm


class Record(NamedTuple):
    """What a store keeps of a caller, so that a clock that was set back does no harm.

    Args:
        state: the algorithm's own.
        written_ns: the moment at which it was written.
        back_ns: how far the clock was set back in all since the caller was first seen.
    """

    state: Any
    written_ns: int
    back_ns: int

    def read_at(self, clock_ns: int) -> Record:
        """The record once the clock was read: if that is before it was written, moved back to it.

        What `back_ns` says is added to the clock from now on, which is the same as taking it from
        all times of the state, and does for states of every kind. The moved record is kept, even
        if the request is then denied: otherwise time would stand still for this caller.

        >>> Record(None, written_ns=100, back_ns=0).read_at(30)
        Record(state=None, written_ns=30, back_ns=70)
        >>> Record(None, written_ns=30, back_ns=70).read_at(31)
        Record(state=None, written_ns=30, back_ns=70)
        """
        gone = max(0, self.written_ns - clock_ns)
        return Record(self.state, self.written_ns - gone, self.back_ns + gone)


@dataclass(frozen=True)
class Driven:
    """What a limiter answered: the verdicts, and the longest wait that it told after the step."""

    verdicts: list[bool]
    told_ns: int


def driven(
    algorithm: Algorithm,
    policy: Any,
    first: int,
    readings: list[int],
    *,
    follows_rule: bool = False,
) -> Driven:
    """A limiter whose clock shows these readings when the requests come.

    Args:
        algorithm: how the limiter counts.
        policy: its limit.
        first: the first request after the step, by its place in `readings`.
        readings: what the clock shows, a moment for each request.
        follows_rule: judge no record before it was written.

    Cost: a step for each reading.
    """
    record = Record(algorithm.initial(policy, readings[0]), readings[0], 0)
    verdicts, told = [], 0
    for i, clock in enumerate(readings):
        if follows_rule:
            record = record.read_at(clock)
        now = clock + record.back_ns
        state, decision = algorithm.step(policy, record.state, now)
        if decision.allowed:  # a denial writes nothing
            record = Record(state, clock, record.back_ns)
        if i >= first:
            told = max(told, decision.retry_after_ns or 0)
        verdicts.append(decision.allowed)
    return Driven(verdicts, told)
