"""Fixed window: one counter for each window of the clock, and the burst at its edge.

Time is cut into windows of equal length that begin at 0; a counter says how much of the present
one is spent, and each new window begins with a fresh counter. Nothing is simpler to build (INCR
and an expiry) or to explain on a bill.

The price is the edge. A caller may spend the whole limit in the last moment of one window and
the whole limit again in the first moment of the next: 2 * limit within nanoseconds, where the
policy seems to promise `limit` in any window's length. A token bucket with the same rate makes
the burst a number that one chooses.

Source: the counter pattern of the Redis manual, command INCR ("Pattern: Rate limiter 1"); the
edge is the reason why Cloudflare counts otherwise (blog, "How we built rate limiting capable of
scaling to millions of domains", 2017).

Invariants (`check()` asserts the first; decision.py has those of every limiter):
    1. 0 <= used <= limit.
    2. One window of the clock admits at most `limit`.
    3. Any window of the same length, both ends counted, admits at most 2 * limit, and a caller
       who wants to gets it.

Cost: O(1) time; two integers for each caller.

>>> policy = Policy(limit=100, window_ns=SECOND)
>>> state, decision = step(policy, initial(policy), SECOND - 1, cost=100)  # the last nanosecond
>>> decision.allowed, decision.retry_after_ns
(True, 0)
>>> state, decision = step(policy, state, SECOND, cost=100)                # the next one
>>> decision.allowed                                           # 200 within one nanosecond
True
>>> bound(policy, SECOND)
200
"""

# ruff: noqa: S101 - check() asserts, that is its promise
from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sdcli.reference.limiters.decision import (
    SECOND,
    Decision,
    check_positive,
    check_request,
    new,
)

_CELLS = 20


@dataclass(frozen=True, slots=True)
class Policy:
    """At most `limit` in each window of `window_ns` nanoseconds.

    Raises:
        InputError: one of them is not a whole number from 1 up.
    """

    limit: int
    window_ns: int = SECOND

    def __post_init__(self) -> None:
        check_positive("limit", self.limit, 100)
        check_positive("window_ns", self.window_ns, SECOND)


class State(NamedTuple):
    """How much was admitted in the window of that number; window 0 begins at time 0."""

    window: int
    used: int


def initial(policy: Policy, now: int = 0) -> State:
    """Nothing spent."""
    return State(now // policy.window_ns, 0)


def step(policy: Policy, state: State, now: int, cost: int = 1) -> tuple[State, Decision]:
    """Decide on one request.

    Args:
        policy: what was agreed.
        state: the caller's counter, as the last step left it.
        now: the time in nanoseconds; a window earlier than the state's counts as the state's.
        cost: how much of the limit the request takes.

    Returns:
        The state to keep (the same one after a denial) and the decision.

    Raises:
        InputError: the cost is negative or no whole number, or the time is no whole number.
    """
    if type(now) is not int or type(cost) is not int or cost < 0:  # a call spared when all is well
        check_request(now, cost)
    length, limit = policy.window_ns, policy.limit
    window, used = state
    present = now // length
    if present > window:
        window, used = present, 0
    until_next = (window + 1) * length - now
    left = limit - used - cost
    if left >= 0:
        used += cost
        reset_after = until_next if used else 0
        return new(State, (window, used)) if cost else state, new(
            Decision, (True, limit, left, 0, reset_after, 0, (), True, ())
        )
    retry_after = until_next if cost <= limit else None
    reset_after = until_next if used else 0
    return state, new(
        Decision, (False, limit, limit - used, retry_after, reset_after, 0, (), True, ())
    )


def refund(policy: Policy, state: State, now: int, amount: int) -> State:
    """What was taken for nothing comes back, if its window is still the present one."""
    check_request(now, amount)
    window, used = _window(policy, state, now)
    return State(window, max(0, used - amount)) if amount and used else state


def idle_at(policy: Policy, state: State) -> int:
    """The moment from which the state says no more than a stranger's."""
    return (state.window + (state.used > 0)) * policy.window_ns


def bound(policy: Policy, window_ns: int) -> int:
    """The most that any window of this length admits, both ends counted.

    A stretch that begins just before an edge touches one window of the clock more than fit in it.
    """
    return (window_ns // policy.window_ns + 1 + (window_ns % policy.window_ns > 0)) * policy.limit


def describe(policy: Policy, state: State, now: int) -> str:
    """The counter as text.

    >>> policy = Policy(limit=20)
    >>> state, _ = step(policy, initial(policy), 0, cost=15)
    >>> describe(policy, state, SECOND // 4)
    'fixed window [███████████████     ] 15 of 20 spent, a fresh one in 0.75 s'
    """
    window, used = _window(policy, state, now)
    until_next = (window + 1) * policy.window_ns - now
    filled = used * _CELLS // policy.limit
    return (
        f"fixed window [{'█' * filled:<{_CELLS}}] {used} of {policy.limit} spent, "
        f"a fresh one in {until_next / SECOND:g} s"
    )


def check(policy: Policy, state: State) -> None:
    """Assert the invariant of the state.

    Raises:
        AssertionError: it does not hold.
    """
    assert 0 <= state.used <= policy.limit, f"1: {state.used} of {policy.limit} spent"


def _window(policy: Policy, state: State, now: int) -> State:
    """The window of this moment, and how much of it is spent."""
    window = now // policy.window_ns
    return state if window <= state.window else State(window, 0)
