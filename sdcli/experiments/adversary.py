"""The adversary: a client that knows a limiter's answers and wants more than it was promised.

It sees what any client sees, the decisions, and knows nothing of the algorithm. Greedy: stay quiet
until a chosen moment, take all that is to be had, come back as soon as a good part is there again,
and take the rest at the end of the window. Erratic: ask for random amounts at random moments, in
case that greed is not the worst. Both keep a list of what was admitted and when; the worst window
is then found by looking at every one of them.

Several requests at one instant are one request of that cost: a limiter answers both alike, and
no budget is spent on counting to a million.

Source: our own; the bounds that it tries to break have theirs in sdcli.reference.limiters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sdcli.core.chance import Chance
    from sdcli.reference.limiters import Algorithm

Admitted = list[tuple[int, int]]  # (moment in nanoseconds, how many), in order of time


@dataclass(frozen=True)
class WorstWindow:
    """The window that admitted most, from its first to its last admitted request."""

    admitted: int
    first_ns: int
    last_ns: int


def greedy(
    algorithm: Algorithm, policy: Any, start_ns: int, window_ns: int, asks_max: int = 1_000_000
) -> Admitted:
    """All that is to be had from `start_ns` on, for the length of a window, both ends counted.

    It comes back when half of the most that it can ask for at once is there: often enough that a
    bucket never overflows, seldom enough to be quick. It gives up after coming back `asks_max`
    times, so that a limiter that limits nothing, or lies about when to come back, is found out too.
    """
    state = algorithm.initial(policy)
    now, end = start_ns, start_ns + window_ns
    admitted: Admitted = []
    for _ in range(asks_max):
        state, here = algorithm.step(policy, state, now, 0)
        state, all_of_it = algorithm.step(policy, state, now, here.remaining)
        if here.remaining and all_of_it:
            admitted.append((now, here.remaining))
        if now >= end:
            break
        _, half = algorithm.step(policy, state, now, (here.limit + 1) // 2)
        now = min(end, now + (half.retry_after_ns or 1))  # it has just taken all: never 0 or None
    return admitted


def erratic(
    algorithm: Algorithm, policy: Any, window_ns: int, asks: int, chance: Chance
) -> Admitted:
    """Random amounts at random moments of three windows."""
    state = algorithm.initial(policy)
    admitted: Admitted = []
    for now in sorted(chance.below(3 * window_ns) for _ in range(asks)):
        state, here = algorithm.step(policy, state, now, 0)
        cost = 1 + chance.below(max(1, here.remaining))
        state, decision = algorithm.step(policy, state, now, cost)
        if decision.allowed:
            admitted.append((now, cost))
    return admitted


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
