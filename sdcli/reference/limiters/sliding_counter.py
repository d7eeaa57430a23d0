"""Sliding counter: two counters that estimate what a log would know.

A fixed window forgets everything at its edge, and a log remembers everything. Between them: keep
the count of the window before, too, and assume that its requests came evenly. A quarter into the
present window, three quarters of the last one still lie within a window's length of now, so three
quarters of its count still count:

    estimate = previous * (window - elapsed) / window + current

    limit 50 a minute; 42 in the minute before, 18 in this one, 15 s old:
    42 * (60 - 15) / 60 + 18 = 49.5        one more would make 50.5, so it is denied

The estimate slides where the fixed counter jumps, for one number more. Cloudflare saw it decide
0.003 % of 400 million requests otherwise than an exact count would have.

But it evens out; it does not bound. Whoever sends the whole limit in the last nanosecond of a
window gets all but one of it again just before the end of the next: 2 * limit - 1 within one
window's length, hardly less than from a fixed window. Real traffic does not do that; an adversary
does. Only a log holds.

And it takes a little: who asks without pause gets the limit once, then one less in each window,
since what was admitted in the window before never weighs nothing. With a limit of 1 that is one
request in two windows, so small limits are better kept by a bucket or a log.

Nothing is divided: both sides are multiplied by the window, and the sum is in whole numbers.

Source: Cloudflare (blog), "How we built rate limiting capable of scaling to millions of domains",
2017; the worked form above is theirs.

Invariants (`check()` asserts the first; decision.py has those of every limiter):
    1. 0 <= previous <= limit and 0 <= current <= limit.
    2. An admitted request leaves the estimate at `limit` or below.
    3. Any window of length T, both ends counted, admits at most `bound(T)`, and a caller who
       wants to gets it.

Cost: O(1) time; three integers for each caller.

>>> policy = Policy(limit=50, window_ns=60 * SECOND)
>>> state = State(window=7, previous=42, current=18)
>>> _, decision = step(policy, state, (7 * 60 + 15) * SECOND)
>>> decision.allowed, decision.retry_after_ns / SECOND      # at 49 it fits: 42 * 31 s / 60 s = 21.7
(False, 0.714285715)
>>> bound(policy, 60 * SECOND - 1)
99
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
    """At most about `limit` in `window_ns` nanoseconds, as estimated from two counts.

    Raises:
        InputError: one of them is not a whole number from 1 up.
    """

    limit: int
    window_ns: int = SECOND

    def __post_init__(self) -> None:
        check_positive("limit", self.limit, 100)
        check_positive("window_ns", self.window_ns, SECOND)


class State(NamedTuple):
    """What was admitted in the window of that number and in the one before it.

    Window 0 begins at time 0.
    """

    window: int
    previous: int
    current: int


def initial(policy: Policy, now: int = 0) -> State:
    """Nothing spent in this window, nor in the one before."""
    return State(now // policy.window_ns, 0, 0)


def step(policy: Policy, state: State, now: int, cost: int = 1) -> tuple[State, Decision]:
    """Decide on one request.

    Args:
        policy: what was agreed.
        state: the caller's counters, as the last step left them.
        now: the time in nanoseconds. One before the state's window counts as its first moment,
            where the window before weighs most: so an earlier time is never judged more kindly,
            and nothing is counted anywhere else than where it was.
        cost: how much of the limit the request takes.

    Returns:
        The state to keep (the same one after a denial) and the decision.

    Raises:
        InputError: the cost is negative or no whole number, or the time is no whole number.
    """
    if type(now) is not int or type(cost) is not int or cost < 0:  # a call spared when all is well
        check_request(now, cost)
    length, limit = policy.window_ns, policy.limit
    window, previous, current = state
    present = now // length
    if present > window:
        previous = current if present == window + 1 else 0
        window, current = present, 0
    begins = window * length
    ends = begins + length
    ahead = ends - now if now > begins else length  # window - elapsed
    # What is free, times the window; negative when the clock stepped back.
    free = (limit - current) * length - previous * ahead
    left = free - cost * length
    if left >= 0:
        current += cost
    reset_after = ends + length - now if current else ends - now if previous else 0
    if left >= 0:
        return new(State, (window, previous, current)) if cost else state, new(
            Decision, (True, limit, left // length, 0, reset_after, 0, (), True, ())
        )
    remaining = free // length if free > 0 else 0
    if not cost:  # the clock stepped back
        return state, new(Decision, (True, limit, remaining, 0, reset_after, 0, (), True, ()))
    retry_after = None
    if cost <= limit:
        room = limit - current - cost
        # The estimate falls along a line until this window ends, and on from there along another
        # one until the next ends. Upside down, floor division rounds up.
        retry_after = (
            ends - now - room * length // previous
            if room >= 0
            else (ends + length - now - (limit - cost) * length // current)
        )
    return state, new(
        Decision, (False, limit, remaining, retry_after, reset_after, 0, (), True, ())
    )


def refund(policy: Policy, state: State, now: int, amount: int) -> State:
    """What was taken for nothing comes back: from this window's count, then from the one before."""
    check_request(now, amount)
    window, previous, current = _counts(policy, state, now)
    older = max(0, amount - current)
    return State(window, max(0, previous - older), max(0, current - amount))


def idle_at(policy: Policy, state: State) -> int:
    """The moment from which the state says no more than a stranger's: both counts are gone."""
    still = 2 if state.current else 1 if state.previous else 0
    return (state.window + still) * policy.window_ns


def bound(policy: Policy, window_ns: int) -> int:
    """The most that any window of this length T admits, both ends counted.

    Proof. Write L for the limit and W for the policy's window, and T = q * W + r. Let n be what
    one window of the clock admits in all, and let the last request that the next one admits have
    e nanoseconds behind it. That one was admitted, so the next admits at most
    L - ceil(n * (W - e) / W) in all, and e <= W - 1 at best: as little as possible of n weighs.
    Taking one less of n lets the next window admit at most one more. So the greedy adversary is
    the best: take all that one can of each window, as late as one can in it. The stretch best
    begins in the last nanosecond of a window: it then touches q more whole ones, each with its
    last nanosecond, and r nanoseconds of another if r > 0, of which the last has e = r - 1.
    Nothing in the proof is lost, so the adversary gets exactly this.

    For T = W - 1, the half-open window of the policy's length: L + L - ceil(2 L / W), which is
    2 L - 1 wherever 2 L <= W.

    >>> [bound(Policy(limit=10), nanoseconds) for nanoseconds in (0, 1, SECOND - 1, SECOND)]
    [10, 10, 19, 19]
    """
    limit, length = policy.limit, policy.window_ns
    whole, rest = divmod(window_ns, length)
    taken = [limit]
    while len(taken) <= whole and taken[-1:] != taken[-3:-2]:
        taken.append(limit - -(-taken[-1] // length))
    # From here on two numbers take turns; the last but one comes next.
    turns, odd = divmod(whole + 1 - len(taken), 2)
    if odd:
        taken.append(taken[-2])
    total = sum(taken) + turns * sum(taken[-2:])
    if rest:
        total += limit - -(-taken[-1] * (length - rest + 1) // length)
    return total


def describe(policy: Policy, state: State, now: int) -> str:
    """The two counts and the estimate as text.

    >>> policy = Policy(limit=20)
    >>> state, _ = step(policy, State(0, 10, 0), 0, cost=5)
    >>> describe(policy, state, SECOND // 4)
    'sliding counter [████████████        ] 12.5 of 20: 5 in this window and 75 % of 10 before it'
    """
    window, previous, current = _counts(policy, state, now)
    ahead = min(policy.window_ns, (window + 1) * policy.window_ns - now)
    estimate = previous * ahead + current * policy.window_ns
    filled = min(_CELLS, estimate * _CELLS // (policy.limit * policy.window_ns))
    return (
        f"sliding counter [{'█' * filled:<{_CELLS}}] {estimate / policy.window_ns:.4g} of "
        f"{policy.limit}: {current} in this window and {100 * ahead / policy.window_ns:.3g} % of "
        f"{previous} before it"
    )


def check(policy: Policy, state: State) -> None:
    """Assert the invariant of the state.

    Raises:
        AssertionError: it does not hold.
    """
    for count in (state.previous, state.current):
        assert 0 <= count <= policy.limit, f"1: {count} of {policy.limit} counted in one window"


def _counts(policy: Policy, state: State, now: int) -> State:
    """The counts of the window of this moment."""
    window, _, current = state
    present = now // policy.window_ns
    if present <= window:
        return state
    return State(present, current if present == window + 1 else 0, 0)
