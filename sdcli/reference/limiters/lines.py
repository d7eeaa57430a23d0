"""Lines: what a caller has booked and not yet used, so that any of it can be undone.

A booking changes the record at once, though its moment is still to come; whoever books behind it
builds on that. To undo the last one, put back the record that it found. To undo one in the
middle, take the record that it found, and book those behind it once more on top, each at the
moment that it was told: what comes out is the record as if the cancelled one had never come.

That is exact as long as nothing else touches the record. So whoever is admitted while others are
in line joins it, also without waiting (a leaking bucket has admitted those who are still inside
it). What cannot be booked once more, like something given back, ends the line: those in it keep
their moments, and can no longer be cancelled.

Invariants (`Memory.check()` asserts them):
    1. Those in line depart in their order.
    2. The record is the one that the last in line has left.

Cost: cancelling is O(those behind it), all else O(1). Those who have departed are dropped when
their caller comes again.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from sdcli.reference.limiters.rules import Record, Rules, again

if TYPE_CHECKING:
    from collections.abc import Iterable


class Ticket:
    """A booking that may still be cancelled.

    Args:
        before: the record without it.
        after: the record with it.
        at_ns: the moment at which the rules admit it.
        departs_ns: the moment at which it goes on; later, out of a leaking bucket.
        cost: what it took.
    """

    __slots__ = ("after", "at_ns", "before", "cost", "departs_ns")

    def __init__(
        self, before: Record, after: Record, at_ns: int, departs_ns: int, cost: int
    ) -> None:
        self.before, self.after = before, after
        self.at_ns, self.departs_ns, self.cost = at_ns, departs_ns, cost


class Line:
    """Of one caller: its turn, and the bookings that may still be cancelled, in their order."""

    __slots__ = ("tickets", "turn_ns")

    def __init__(self, turn_ns: int, tickets: Iterable[Ticket] = ()) -> None:
        self.turn_ns = turn_ns
        self.tickets = deque(tickets)

    def is_over(self, now: int) -> bool:
        """Whether nobody waits any more; those who have departed are dropped."""
        tickets = self.tickets
        while tickets and tickets[0].departs_ns <= now:
            tickets.popleft()
        return not tickets and self.turn_ns <= now

    def without(self, ticket: Ticket | None, rules: Rules) -> Record | None:
        """Take a booking out of the line.

        Returns:
            The record that the others leave; None when the booking is not in the line.
        """
        # By identity: somebody else may have booked the same moment since.
        place = next((i for i, one in enumerate(self.tickets) if one is ticket), None)
        if ticket is None or place is None:
            return None
        record = ticket.before
        for behind in list(self.tickets)[place + 1 :]:
            behind.before = record
            record = behind.after = again(rules, record, behind.after, behind.at_ns, behind.cost)
        del self.tickets[place]
        return record
