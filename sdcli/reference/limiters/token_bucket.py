"""Token bucket: short bursts on purpose, a steady rate in the long run.

A bucket holds up to `burst` tokens and starts full. Tokens drip in at the rate, a request takes
as many as it costs, and one that finds too few is denied and takes none. So a caller who was
quiet may send a burst at once, and nobody gets more than the rate for long: any window of length
W admits at most `burst + rate * W`.

Nothing drips in fact: the state is the level at one moment, and the level at any later moment
follows from it. The level is kept in tokens times `per_ns`: then one nanosecond adds exactly
`rate`, a token is exactly `per_ns`, and no fraction is ever lost.

Two refinements of the trade. `refill="interval"`: all tokens of a period come at its end, at
once, as a meter that is read once a day; greedy, the default, lets them drip. `start`: what a
stranger finds in the bucket, where a full one is too much (a service that has just started meets
all of its callers as strangers).

Sources: J. S. Turner, "New directions in communications (or which way to the information age?)",
IEEE Communications Magazine 24(10), 1986, pp. 8-15. gcra.py gives the same verdicts out of one
number; the names of the two ways to refill are those of the Java library bucket4j.

Invariants (`check()` asserts the first; decision.py has those of every limiter):
    1. 0 <= level <= burst * per_ns.
    2. The level never rises faster than the rate, and never above the burst.
    3. Any window of length W, both ends counted, admits at most burst + floor(rate * W / per);
       with refill by interval as many refills as the window can touch.

Cost: O(1) time; two integers for each caller.

>>> policy = Policy(rate=10, per_ns=SECOND, burst=100)       # 10 a second, 100 at once
>>> state = initial(policy)
>>> state, decision = step(policy, state, 0, cost=100)       # quiet until now: a whole burst
>>> decision.allowed, decision.remaining
(True, 0)
>>> state, decision = step(policy, state, 0)                 # one more at the same moment
>>> decision.allowed, decision.retry_after_ns / SECOND       # a token needs a tenth of a second
(False, 0.1)
>>> bound(policy, 60 * SECOND)                               # as fast as it goes for a minute
700
"""

# ruff: noqa: S101 - check() asserts, that is its promise
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from sdcli.core.errors import InputError
from sdcli.reference.limiters.decision import (
    SECOND,
    Decision,
    check_positive,
    check_request,
    new,
)

# A caller who began with less than a full bucket is a stranger again after a day of silence.
REMEMBERED_NS = 86_400 * SECOND

_CELLS = 20


@dataclass(frozen=True, slots=True)
class Policy:
    """`rate` tokens for every `per_ns` nanoseconds; at most `burst` tokens lie in the bucket.

    Args:
        rate, per_ns, burst: whole numbers from 1 up.
        refill: "greedy", tokens drip in one by one; or "interval", `rate` of them at the end of
            every `per_ns`, counted from when the caller was first seen.
        start: tokens in the bucket of a stranger, at most `burst`; None is a full one.

    Raises:
        InputError: one of them is something else.
    """

    rate: int
    per_ns: int = SECOND
    burst: int = 1
    refill: Literal["greedy", "interval"] = "greedy"
    start: int | None = None
    capacity: int = field(init=False, repr=False)  # a full bucket, in tokens times `per_ns`

    def __post_init__(self) -> None:
        check_positive("rate", self.rate, 100)
        check_positive("per_ns", self.per_ns, SECOND)
        check_positive("burst", self.burst, 20)
        if self.refill not in ("greedy", "interval"):  # a list has no hash
            raise InputError(
                "a bucket is not refilled in this way",
                where="refill",
                given=repr(self.refill),
                expected="greedy or interval",
            )
        if self.start is not None and not (
            type(self.start) is int and 0 <= self.start <= self.burst
        ):
            raise InputError(
                "this many tokens cannot be in the bucket at the start",
                where="start",
                given=repr(self.start),
                expected=f"a whole number from 0 to the burst of {self.burst}",
            )
        object.__setattr__(self, "capacity", self.burst * self.per_ns)


class State(NamedTuple):
    """The level at the moment `at_ns`, in tokens times the policy's `per_ns`.

    With refill by interval, `at_ns` is the last refill that the level knows of.
    """

    level: int
    at_ns: int


def initial(policy: Policy, now: int = 0) -> State:
    """A full bucket, unless the policy says otherwise."""
    tokens = policy.burst if policy.start is None else policy.start
    return State(tokens * policy.per_ns, now)


def step(policy: Policy, state: State, now: int, cost: int = 1) -> tuple[State, Decision]:
    """Decide on one request.

    Args:
        policy: what was agreed.
        state: the caller's bucket, as the last step left it.
        now: the time in nanoseconds; earlier than the state's counts as the state's.
        cost: how many tokens the request takes.

    Returns:
        The state to keep (the same one after a denial) and the decision.

    Raises:
        InputError: the cost is negative or no whole number, or the time is no whole number.
    """
    if type(now) is not int or type(cost) is not int or cost < 0:  # a call spared when all is well
        check_request(now, cost)
    level, at = filled = _filled(policy, state, now)
    need = cost * policy.per_ns
    left = level - need
    if left >= 0:
        after = new(State, (left, at))
        reset_after = _until(policy, after, policy.capacity, now)
        return after if cost else state, new(
            Decision,
            (True, policy.burst, left // policy.per_ns, 0, reset_after, 0, (), True, ()),
        )
    retry_after = _until(policy, filled, need, now) if cost <= policy.burst else None
    reset_after = _until(policy, filled, policy.capacity, now)
    return state, new(
        Decision,
        (False, policy.burst, level // policy.per_ns, retry_after, reset_after, 0, (), True, ()),
    )


def refund(policy: Policy, state: State, now: int, amount: int) -> State:
    """What was taken for nothing comes back; the bucket holds no more than it can."""
    check_request(now, amount)
    filled = _filled(policy, state, now)
    return State(min(policy.capacity, filled.level + amount * policy.per_ns), filled.at_ns)


def idle_at(policy: Policy, state: State) -> int:
    """The moment from which the state says no more than a stranger's: the bucket is full.

    A stranger who begins with less is not like anybody whose bucket is full; so those are
    remembered for REMEMBERED_NS longer. That is a day only if the policy counts in nanoseconds: it
    does not know its own unit, so a store that counts otherwise has to use a day of its own.
    """
    full_at = state.at_ns + _until(policy, state, policy.capacity, state.at_ns)
    return full_at if policy.start is None else full_at + REMEMBERED_NS


def bound(policy: Policy, window_ns: int) -> int:
    """The most that any window of this length admits, both ends counted."""
    if policy.refill == "greedy":
        return policy.burst + policy.rate * window_ns // policy.per_ns
    refills = -(-window_ns // policy.per_ns)  # it begins a moment before the first
    return policy.burst + refills * min(policy.rate, policy.burst)


def describe(policy: Policy, state: State, now: int) -> str:
    """The bucket as text.

    >>> policy = Policy(rate=10, burst=20)
    >>> state, _ = step(policy, initial(policy), 0, cost=15)
    >>> describe(policy, state, SECOND // 4)
    'token bucket [███████             ] 7.5 of 20 tokens, 10 more every 1 s'
    """
    level = _filled(policy, state, now).level
    cells = level * _CELLS // policy.capacity
    return (
        f"token bucket [{'█' * cells:<{_CELLS}}] {level / policy.per_ns:.4g} of {policy.burst} "
        f"tokens, {policy.rate} more every {policy.per_ns / SECOND:g} s"
    )


def check(policy: Policy, state: State) -> None:
    """Assert the invariant of the state.

    Raises:
        AssertionError: it does not hold.
    """
    assert 0 <= state.level <= policy.capacity, f"1: the level {state.level} is out of the bucket"


def _filled(policy: Policy, state: State, now: int) -> State:
    """The bucket at this moment: what has come in since, up to the brim."""
    level, at = state
    if now <= at:
        return state
    if policy.refill == "greedy":
        level += (now - at) * policy.rate
        at = now
    else:
        periods = (now - at) // policy.per_ns
        at += periods * policy.per_ns
        level += periods * policy.per_ns * policy.rate
    return new(State, (min(level, policy.capacity), at))


def _until(policy: Policy, filled: State, wanted: int, now: int) -> int:
    """Nanoseconds from `now` until the level is `wanted`: a moment earlier it is not.

    A caller whose clock stepped back has that much longer to wait.
    """
    missing = wanted - filled.level
    if missing <= 0:
        wait = 0
    elif policy.refill == "greedy":
        wait = -(-missing // policy.rate)
    else:
        wait = -(-missing // (policy.rate * policy.per_ns)) * policy.per_ns
    return max(0, filled.at_ns + wait - now)
