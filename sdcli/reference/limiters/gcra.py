"""GCRA: a token bucket that remembers one moment, and nothing else.

The generic cell rate algorithm of ATM networks asks: if this caller had come exactly at the rate,
when would the next request be due? That is the theoretical arrival time, TAT. A request that
comes after it is on time and moves it on by the increment T = per / rate. One that comes earlier
is ahead of its time, and passes as long as it is ahead by no more than a tolerance. With a
tolerance of (burst - 1) * T the verdicts are those of a token bucket with that rate and burst,
request for request:

    time        0     T     2T    3T    4T          burst = 3
    requests    |||.                                three at once, the fourth is too early
    TAT         T,2T,3T                             due at 3T, so three T ahead: more than two
                      |                             one T later it is two ahead: passes

What is left in the bucket can be read off the TAT: the bucket is full at that moment, and misses
one token for each T that is left until then. So one number does what the bucket needs two for.

T is a fraction: 54 a minute are 60/54 s apart. Reduced to its lowest terms it is `increment /
scale` nanoseconds, and a TAT kept in nanoseconds times `scale` moves by exactly `increment`: no
fraction is ever lost. For most limits `scale` is 1, and the TAT is simply a time.

Source: ITU-T Recommendation I.371 (2004), annex A; ATM Forum, Traffic Management Specification
4.0, af-tm-0056.000, 1996, section 4.4.2 ("virtual scheduling").

Invariants (decision.py has those of every limiter):
    1. An admitted request leaves the TAT at most burst * T ahead of its moment.
    2. The verdicts are those of a token bucket of the same rate and burst.
    3. Any window of length W, both ends counted, admits at most burst + floor(rate * W / per).

Cost: O(1) time; one integer for each caller.

>>> policy = Policy(rate=10, per_ns=SECOND, burst=3)         # T is a tenth of a second
>>> tat, decision = step(policy, initial(policy), now=0, cost=3)
>>> tat // policy.scale, decision.remaining                  # due at 0.3 s
(300000000, 0)
>>> _, decision = step(policy, tat, now=0)
>>> decision.allowed, decision.retry_after_ns                # T later it is two ahead
(False, 100000000)
"""

# ruff: noqa: S101 - check() asserts, that is its promise
from __future__ import annotations

from dataclasses import dataclass, field
from math import gcd

from sdcli.reference.limiters.decision import (
    SECOND,
    Decision,
    check_positive,
    check_request,
    new,
)

_CELLS = 20

State = int  # the theoretical arrival time, in nanoseconds times the policy's `scale`


@dataclass(frozen=True, slots=True)
class Policy:
    """`rate` requests for every `per_ns` nanoseconds; at most `burst` of them at once.

    Raises:
        InputError: one of them is not a whole number from 1 up.
    """

    rate: int
    per_ns: int = SECOND
    burst: int = 1
    increment: int = field(init=False, repr=False)  # T, in nanoseconds times `scale`
    scale: int = field(init=False, repr=False)
    ahead: int = field(init=False, repr=False)  # burst * T: as far as a TAT may be ahead

    def __post_init__(self) -> None:
        check_positive("rate", self.rate, 100)
        check_positive("per_ns", self.per_ns, SECOND)
        check_positive("burst", self.burst, 20)
        shared = gcd(self.rate, self.per_ns)
        object.__setattr__(self, "increment", self.per_ns // shared)
        object.__setattr__(self, "scale", self.rate // shared)
        object.__setattr__(self, "ahead", self.burst * self.increment)


def initial(policy: Policy, now: int = 0) -> State:
    """Due now, and not ahead of anything: a caller whom nobody has seen may send a burst."""
    return now * policy.scale


def step(policy: Policy, state: State, now: int, cost: int = 1) -> tuple[State, Decision]:
    """Decide on one request.

    Args:
        policy: what was agreed.
        state: the caller's theoretical arrival time, as the last step left it.
        now: the time in nanoseconds. A clock that steps back makes the caller look further ahead
            of its time: one number cannot tell the two apart. It waits at most until the clock
            has caught up.
        cost: how many increments the request takes.

    Returns:
        The state to keep (the same one after a denial) and the decision.

    Raises:
        InputError: the cost is negative or no whole number, or the time is no whole number.
    """
    if type(now) is not int or type(cost) is not int or cost < 0:  # a call spared when all is well
        check_request(now, cost)
    scale, increment = policy.scale, policy.increment
    here = now * scale
    ahead = state - here if state > here else 0  # max() would take as long as the rest of a line
    after = ahead + cost * increment
    room = policy.ahead - after
    if room >= 0:
        # Upside down, floor division rounds up: a moment before the result it is not yet so.
        return here + after if cost else state, new(
            Decision,
            (True, policy.burst, room // increment, 0, -(-after // scale), 0, (), True, ()),
        )
    left = max(0, policy.ahead - ahead) // increment
    reset_after = -(-ahead // scale)
    if not cost:  # the clock stepped back
        return state, new(Decision, (True, policy.burst, left, 0, reset_after, 0, (), True, ()))
    retry_after = -(room // scale) if cost <= policy.burst else None
    return state, new(
        Decision, (False, policy.burst, left, retry_after, reset_after, 0, (), True, ())
    )


def refund(policy: Policy, state: State, now: int, amount: int) -> State:
    """What was taken for nothing comes back; never more than a full burst."""
    check_request(now, amount)
    return min(state, max(now * policy.scale, state - amount * policy.increment))


def idle_at(policy: Policy, state: State) -> int:
    """The moment from which the state says no more than a stranger's."""
    return -(-state // policy.scale)


def bound(policy: Policy, window_ns: int) -> int:
    """The most that any window of this length admits, both ends counted."""
    return policy.burst + policy.rate * window_ns // policy.per_ns


def describe(policy: Policy, state: State, now: int) -> str:
    """How far ahead of its time the caller is, as text.

    >>> policy = Policy(rate=10, burst=20)
    >>> state, _ = step(policy, initial(policy), 0, cost=15)
    >>> describe(policy, state, SECOND // 4)
    'gcra [████████████        ] 1.25 s ahead of its time, 2 s at most'
    """
    ahead = max(0, state - now * policy.scale)
    filled = min(_CELLS, ahead * _CELLS // policy.ahead)
    return (
        f"gcra [{'█' * filled:<{_CELLS}}] {ahead / policy.scale / SECOND:.4g} s ahead of its time, "
        f"{policy.ahead / policy.scale / SECOND:.4g} s at most"
    )


def check(policy: Policy, state: State) -> None:
    """Assert that the state is a whole number; how far it may be ahead depends on the moment.

    Raises:
        AssertionError: it is not.
    """
    assert type(state) is int, f"{state!r} is no moment of the policy {policy}"
