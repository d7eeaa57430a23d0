"""The adversary: a client that knows a limiter's answers and wants more than it was promised.

It sees what any client sees, the decisions, and knows nothing of the algorithm. Greedy: stay quiet
until a chosen moment, take all that is to be had, come back as soon as a good part is there again,
and take the rest at the end of the window. Erratic: ask for random amounts at random moments, in
case that greed is not the worst. Both keep a list of what was admitted and when; the worst window
is then found by looking at every one of them.

Several requests at one instant are one request of that cost: a limiter answers both alike, and
no budget is spent on counting to a million.

A leaking bucket admits a crowd and lets it out one by one. What counts for whoever stands behind it
is when they depart; so there the worst window is looked for among the departures. A crowd departs
as a train, evenly spaced, and a train of a million is counted by a division.

Greed is the best that there is: a limiter that has been asked for less now never owes more later
than it would have given now. tests/experiments/test_adversary.py tries all schedules on small
numbers, and none gets more.

Source: our own; the bounds that it tries to break have theirs in sdcli.reference.limiters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sdcli.core.chance import Chance
    from sdcli.reference.limiters import Algorithm

Admitted = list[tuple[int, int]]  # (moment in nanoseconds, how many), in order of time


class Taken(NamedTuple):
    """What was admitted at one moment, and for how long it is held back."""

    at_ns: int
    units: int
    delay_ns: int = 0


@dataclass(frozen=True)
class WorstWindow:
    """The window that admitted most, from its first to its last admitted request."""

    admitted: int
    first_ns: int
    last_ns: int


def greedy(
    algorithm: Algorithm, policy: Any, start_ns: int, window_ns: int, asks_max: int = 1_000_000
) -> list[Taken]:
    """All that is to be had from `start_ns` on, for the length of a window, both ends counted.

    It comes back when half of the most that it can ask for at once is there: often enough that a
    bucket never overflows, seldom enough to be quick. It gives up after coming back `asks_max`
    times, so that a limiter that limits nothing, or lies about when to come back, is found out too.
    """
    state = algorithm.initial(policy)
    now, end = start_ns, start_ns + window_ns
    taken: list[Taken] = []
    for _ in range(asks_max):
        state, here = algorithm.step(policy, state, now, 0)
        state, all_of_it = algorithm.step(policy, state, now, here.remaining)
        if here.remaining and all_of_it:
            taken.append(Taken(now, here.remaining, all_of_it.delay_ns))
        if now >= end:
            break
        _, half = algorithm.step(policy, state, now, (here.limit + 1) // 2)
        now = min(end, now + (half.retry_after_ns or 1))  # it has just taken all: never 0 or None
    return taken


def erratic(
    algorithm: Algorithm, policy: Any, window_ns: int, asks: int, chance: Chance
) -> list[Taken]:
    """Random amounts at random moments of three windows."""
    state = algorithm.initial(policy)
    taken: list[Taken] = []
    for now in sorted(chance.below(3 * window_ns) for _ in range(asks)):
        state, here = algorithm.step(policy, state, now, 0)
        cost = 1 + chance.below(max(1, here.remaining))
        state, decision = algorithm.step(policy, state, now, cost)
        if decision.allowed:
            taken.append(Taken(now, cost, decision.delay_ns))
    return taken


def arrivals(taken: Iterable[Taken]) -> Admitted:
    """When how many were admitted."""
    return [(one.at_ns, one.units) for one in taken]


def worst_window(admitted: Admitted, window_ns: int) -> WorstWindow:
    """The most that any window of this length admitted, both ends counted.

    Of several equal ones the shortest, from its first to its last request. Cost: O(len(admitted)).

    >>> worst_window([(0, 5), (9, 1), (10, 2), (25, 3)], window_ns=10)
    WorstWindow(admitted=8, first_ns=0, last_ns=10)
    """
    worst = WorstWindow(0, 0, 0)
    inside = first = 0
    for now, count in admitted:
        inside += count
        while now - admitted[first][0] > window_ns:
            inside -= admitted[first][1]
            first += 1
        started = admitted[first][0]
        better = inside > worst.admitted
        shorter = inside == worst.admitted and now - started < worst.last_ns - worst.first_ns
        if better or shorter:
            worst = WorstWindow(inside, started, now)
    return worst


class Train(NamedTuple):
    """Requests that depart one after the other, evenly spaced, from `start` on."""

    start: int
    units: int


def trains(taken: Iterable[Taken], scale: int) -> list[Train]:
    """How what was admitted departs, in order of time.

    Args:
        taken: what a leaking bucket admitted.
        scale: moments are in nanoseconds times this, so that the spacing can be whole.
    """
    return sorted(Train((one.at_ns + one.delay_ns) * scale, one.units) for one in taken)


def departed(trains: Sequence[Train], spacing: int, moments: Iterable[int]) -> Iterator[int]:
    """How many have departed by each of the moments, which ascend; at the moment counts.

    >>> list(departed([Train(0, 3), Train(30, 1)], 10, [-1, 0, 9, 10, 50]))
    [0, 1, 1, 2, 4]
    """
    gone = begun = 0
    under_way: list[Train] = []
    for moment in moments:
        while begun < len(trains) and trains[begun].start <= moment:
            under_way.append(trains[begun])
            begun += 1
        part, still = 0, []
        for train in under_way:
            out = (moment - train.start) // spacing + 1
            if out < train.units:
                part += out
                still.append(train)
            else:
                gone += train.units
        under_way = still
        yield gone + part


def worst_outflow(trains: Sequence[Train], spacing: int, window: int) -> WorstWindow:
    """The most that depart in any window of this length, both ends counted.

    It is enough to look at windows that begin with a train: move one that begins inside a train
    back by the spacing, and it wins a departure at its front while it loses at most one at its
    end. All in the unit of the trains. Cost: O(len(trains)) where trains do not overlap.

    >>> worst_outflow([Train(0, 3), Train(30, 2)], spacing=10, window=30)
    WorstWindow(admitted=4, first_ns=0, last_ns=30)
    """
    before = departed(trains, spacing, [train.start - 1 for train in trains])
    after = departed(trains, spacing, [train.start + window for train in trains])
    best, first = 0, 0
    for train, earlier, later in zip(trains, before, after, strict=True):
        if later - earlier > best:
            best, first = later - earlier, train.start
    end = first + window
    last = (
        one.start + min(one.units - 1, (end - one.start) // spacing) * spacing
        for one in trains
        if one.start <= end
    )
    return WorstWindow(best, first, max(last, default=first))
