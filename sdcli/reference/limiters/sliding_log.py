"""Sliding log: every admitted request is written down, so the promise is kept to the letter.

"At most 100 in any minute" is what everybody means by a limit, and only a log can hold it: look a
minute back from each request, count what was admitted since, and there the answer is. No edge to
exploit, no estimate. A request counts for exactly one window: one that came at t still counts at
t + window - 1 ns and has left at t + window.

The price is memory, an entry for each request that counts: 16 bytes, so a limit of 1000 an hour
costs up to 16 kB for each busy caller where a bucket takes one number. Time need not be a price.
The entries stand in the order of time with a running total of what they cost, so where the window
begins and how long until there is room are bisections, and a limit of 100,000 is decided as fast
as one of 10.

A state must not change under whoever holds an old one, and copying a log for each request would
be slow. So a state is a *view*: the log belongs to nobody and only grows, and each view says which
stretch of it counts.

    log     moments  10   20   30                     first = 1: what came at 10 has left
            totals   0    2    3    5                 used = total - totals[first] = 6 - 2
    view             first ^    last ^   at 40, total 6

The newest request is in the view itself and not yet in the log. The next step writes it there,
and only if the request is admitted. So a state that nobody goes on from (a question, a request
that another limit refused) leaves no trace. Two steps from the same state find the same entry
written down and share it. Only when two such branches both go on does the second copy its stretch.

Source: the log of moments is folklore ("sliding window log"; its form for Redis is a sorted set
that ZREMRANGEBYSCORE trims). Views on a log that only grows: our own; append-only logs that several
versions share are how persistent vectors and multi-version stores do it.

Invariants (`check()` asserts the first three; decision.py has those of every limiter):
    1. 0 <= used <= limit, where used is the cost of the requests of one window.
    2. The moments of a view rise, and its totals rise with them.
    3. All of them lie within one window.
    4. Any window [t, t + window) admits at most `limit`, whoever chooses t. What was given back
       counts as never taken, at the newest moments: a log does not know which request it was for.

Cost: O(log limit) time, amortised: entries that have left are cut off when they are more than
half of the log. At most about twice as many entries as requests that count, 16 bytes each; a
caller with one request in a window has no log at all. Only after several requests in a row were
given back does one step copy what counts, O(limit): 16 bytes an entry. States that stem from each
other share a log, so step them in one thread at a time, as a store's lock does.

>>> policy = Policy(limit=2, window_ns=10)
>>> state, verdicts = initial(policy), []
>>> for now in (0, 9, 9, 10, 18, 19):
...     state, decision = step(policy, state, now)
...     verdicts.append(decision.retry_after_ns)     # 0: admitted
>>> verdicts
[0, 0, 1, 0, 1, 0]
"""

# ruff: noqa: S101 - check() asserts, that is its promise
from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from sdcli.reference.limiters.decision import (
    SECOND,
    Decision,
    check_positive,
    check_request,
    new,
)

if TYPE_CHECKING:
    from collections.abc import MutableSequence

_CELLS = 20
# Shorter logs are not worth a copy.
_SHORT = 32


@dataclass(frozen=True, slots=True)
class Policy:
    """At most `limit` in any stretch of `window_ns` nanoseconds, wherever it begins.

    Raises:
        InputError: one of them is not a whole number from 1 up.
    """

    limit: int
    window_ns: int = SECOND

    def __post_init__(self) -> None:
        check_positive("limit", self.limit, 100)
        check_positive("window_ns", self.window_ns, SECOND)


@dataclass(slots=True, eq=False)
class Log:
    """What was admitted, oldest first; it only grows, so many states may look at it.

    Args:
        moments: when, each later than the one before.
        totals: one longer than `moments`: what had been spent before each of them, and after the
            last; counted from when the caller began.
        heir: the log in which callers go on, once this one had become too long.

    Arrays of 8 bytes an entry. When a moment or a total does not fit (beyond 63 bits: 292 years
    in nanoseconds), they become lists, which take more room and hold any number.
    """

    moments: MutableSequence[int]
    totals: MutableSequence[int]
    heir: Heir | None = None


class Heir(NamedTuple):
    """A copy of the entries from `begins` to `ends` (not included) of a log that was cut."""

    log: Log
    begins: int
    ends: int


# The log of whoever has none yet. It is never written to.
NOTHING = Log(array("q"), array("q", [0]))


class State(NamedTuple):
    """A view: entries `first` to `last` (not included) of the log, and one that is not in it.

    Args:
        log: shared with older states.
        first: the oldest entry that counts.
        last: the end of what this state knows of the log.
        at_ns: when the newest request was admitted; the first time seen, if none was.
        total: what was spent after it, in the log's count.

    Two states are equal when they say the same of the caller, wherever it is written down.
    """

    log: Log
    first: int
    last: int
    at_ns: int
    total: int

    @property
    def used(self) -> int:
        """The cost of all requests in the view."""
        return self.total - self.log.totals[self.first]

    def entries(self) -> list[tuple[int, int]]:
        """The requests in the view as (moment, cost), oldest first. Cost: O(their number)."""
        log, first, last, at_ns, total = self
        moments, totals = log.moments, log.totals
        after = [*totals[first : last + 1], total]
        times = [*moments[first:last], at_ns]
        costs = [b - a for a, b in pairwise(after)]
        return [(time, cost) for time, cost in zip(times, costs, strict=True) if cost]

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, State)
            and (self.at_ns, self.used) == (other.at_ns, other.used)
            and self.entries() == other.entries()
        )

    def __ne__(self, other: object) -> bool:  # a tuple brings one of its own
        return not self == other

    def __hash__(self) -> int:
        return hash((self.at_ns, self.used))


def initial(policy: Policy, now: int = 0) -> State:  # noqa: ARG001 - as every algorithm's
    """Nothing written down."""
    return State(NOTHING, 0, 0, now, 0)


def step(policy: Policy, state: State, now: int, cost: int = 1) -> tuple[State, Decision]:
    """Decide on one request.

    Args:
        policy: what was agreed.
        state: the caller's view of its log, as the last step left it.
        now: the time in nanoseconds; one before the newest entry counts as that entry's.
        cost: how much of the limit the request takes.

    Returns:
        The state to keep (the same one after a denial) and the decision.

    Raises:
        InputError: the cost is negative or no whole number, or the time is no whole number.
    """
    if type(now) is not int or type(cost) is not int or cost < 0:  # a call spared when all is well
        check_request(now, cost)
    limit, window = policy.limit, policy.window_ns
    log, first, last, at, total = state
    here = now if now > at else at  # noqa: FURB136 - a call of max() would show
    gone = here - window  # what came at this moment or before has left
    if at <= gone:  # the newest one, too: begin a new view
        log, first, last, total = NOTHING, 0, 0, 0
    elif first < last and log.moments[first] <= gone:
        first = bisect_right(log.moments, gone, first, last)
    used = total - log.totals[first]
    left = limit - used - cost
    if left >= 0:
        if not cost:
            reset_after = at + window - now if used else 0
            return state, new(Decision, (True, limit, left, 0, reset_after, 0, (), True, ()))
        if here > at and used:
            log, first, last = _written(log, first, last, at, total)
            total = log.totals[last]
        return new(State, (log, first, last, here, total + cost)), new(
            Decision, (True, limit, left, 0, here + window - now, 0, (), True, ())
        )
    retry_after = None
    if cost <= limit:
        # The request fits when so much had been spent before the oldest entry that counts.
        enough = total + cost - limit
        leaving = bisect_left(log.totals, enough, first + 1, last + 1) - 1  # the last one to leave
        retry_after = (log.moments[leaving] if leaving < last else at) + window - now
    reset_after = at + window - now if used else 0
    return state, new(
        Decision, (False, limit, limit - used, retry_after, reset_after, 0, (), True, ())
    )


def refund(policy: Policy, state: State, now: int, amount: int) -> State:  # noqa: ARG001
    """What was taken for nothing comes back: the newest entries leave, or a part of one.

    For whichever request it is given. Who took 2 in 10 s, at 0 and at 9, and gives back the one
    of 0, has the one of 0 in the log: at 10 two more pass, beside the one of 9.
    """
    check_request(now, amount)
    log, first, last, at, total = state
    rest = total - amount
    if not amount or rest > log.totals[last]:
        return state._replace(total=rest)
    if rest <= log.totals[first]:
        return State(NOTHING, 0, 0, at, 0)
    # The entry that `rest` falls into is the newest one now.
    newest = bisect_left(log.totals, rest, first + 1, last + 1) - 1
    return State(log, first, newest, log.moments[newest], rest)


def idle_at(policy: Policy, state: State) -> int:
    """The moment from which the state says no more than a stranger's: the newest has left."""
    return state.at_ns + policy.window_ns if state.used else state.at_ns


def bound(policy: Policy, window_ns: int) -> int:
    """The most that any window of this length admits, both ends counted.

    A closed window [t, t + window] holds one moment more than the policy's half-open one, and who
    comes at both of its ends may come twice. So look at windows one nanosecond shorter to see the
    promise: bound(policy, policy.window_ns - 1) is `limit`.
    """
    return (window_ns // policy.window_ns + 1) * policy.limit


def describe(policy: Policy, state: State, now: int) -> str:
    """The log as text.

    >>> policy = Policy(limit=20)
    >>> state, _ = step(policy, initial(policy), 0, cost=15)
    >>> describe(policy, state, SECOND // 4)
    'sliding log [███████████████     ] 15 of 20 in the last 1 s, the oldest leaves in 0.75 s'
    """
    gone = max(now, state.at_ns) - policy.window_ns
    counted = [(moment, cost) for moment, cost in state.entries() if moment > gone]
    used = sum(cost for _, cost in counted)
    filled = used * _CELLS // policy.limit
    leaves = (
        f"the oldest leaves in {(counted[0][0] + policy.window_ns - now) / SECOND:g} s"
        if counted
        else "none to leave"
    )
    return (
        f"sliding log [{'█' * filled:<{_CELLS}}] {used} of {policy.limit} in the last "
        f"{policy.window_ns / SECOND:g} s, {leaves}"
    )


def check(policy: Policy, state: State) -> None:
    """Assert the invariants of the state. Cost: O(limit).

    Raises:
        AssertionError: one does not hold.
    """
    log, first, last, at, _ = state
    assert 0 <= state.used <= policy.limit, f"1: {state.used} of {policy.limit} used"
    assert len(log.totals) == len(log.moments) + 1, "2: a moment without a total"
    assert 0 <= first <= last <= len(log.moments), "2: the view ends outside the log"
    entries = state.entries()
    moments = [moment for moment, _ in entries]
    assert moments == sorted(set(moments)), "2: the moments do not rise"
    assert all(cost > 0 for _, cost in entries), "2: the totals do not rise"
    assert all(at - moment < policy.window_ns for moment in moments), "3: one has left"


def _written(log: Log, first: int, last: int, at: int, total: int) -> tuple[Log, int, int]:
    """The view with its newest request in the log.

    Returns:
        The log, this one or another, and where the view begins and ends in it.
    """
    moments, totals, end = log.moments, log.totals, last + 1
    if last < len(moments):
        if moments[last] == at and totals[end] == total:  # another has written the same
            return log, first, end
        return _written(Log(moments[first:last], totals[first:end]), 0, last - first, at, total)
    if log is NOTHING:
        return _written(Log(array("q"), array("q", [0])), 0, 0, at, total)
    if first > _SHORT and first * 2 > last:  # most of what is in it has left
        heir = log.heir
        # Whoever steps from the same state once more finds the copy, and need not make another.
        if heir is None or heir.begins > first or heir.ends != last:
            copy = Log(moments[first:last], totals[first:end])
            heir = log.heir = Heir(copy, first, last)
        return _written(heir.log, first - heir.begins, last - heir.begins, at, total)
    try:
        totals.append(total)
        moments.append(at)
    except OverflowError:  # more than 63 bits; undone, for those who share the log
        del totals[end:]
        return Log([*moments[first:], at], [*totals[first:], total]), 0, end - first
    return log, first, end
