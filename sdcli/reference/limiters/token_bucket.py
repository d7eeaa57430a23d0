"""Token bucket: short bursts on purpose, a steady rate in the long run.

A bucket holds up to `burst` tokens and starts full. Tokens drip in at the rate, a request takes
as many as it costs, and one that finds too few is denied and takes none. So a caller who was
quiet may send a burst at once, and nobody gets more than the rate for long: any window of length
W admits at most `burst + rate * W`.

Nothing drips in fact: the state is the level at one moment, and the level at any later moment
follows from it. The level is kept in tokens times `per_ns`: then one nanosecond adds exactly
`rate`, a token is exactly `per_ns`, and no fraction is ever lost.

Sources: J. S. Turner, "New directions in communications (or which way to the information age?)",
IEEE Communications Magazine 24(10), 1986, pp. 8-15. The GCRA of ATM networks (ITU-T I.371; ATM
Forum, Traffic Management 4.0) gives the same verdicts: it keeps the one moment at which the bucket
would be full instead of a level, with per/rate as increment T and (burst - 1) * T as tolerance.

Invariants (`check()` asserts the first; decision.py has those of every limiter):
    1. 0 <= level <= burst * per_ns.
    2. The level never rises faster than the rate, and never above the burst.
    3. Any window of length W, both ends counted, admits at most burst + floor(rate * W / per).

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

from dataclasses import dataclass

from sdcli.reference.limiters.decision import SECOND, Decision, check_positive, check_request

_CELLS = 20


@dataclass(frozen=True, slots=True)
class Policy:
    """`rate` tokens for every `per_ns` nanoseconds; at most `burst` tokens lie in the bucket.

    Raises:
        InputError: one of them is not a whole number from 1 up.
    """

    rate: int
    per_ns: int = SECOND
    burst: int = 1

    def __post_init__(self) -> None:
        check_positive("rate", self.rate, 100)
        check_positive("per_ns", self.per_ns, SECOND)
        check_positive("burst", self.burst, 20)

    @property
    def capacity(self) -> int:
        """A full bucket, in tokens times `per_ns`."""
        return self.burst * self.per_ns


@dataclass(frozen=True, slots=True)
class State:
    """The level at the moment `at_ns`, in tokens times the policy's `per_ns`."""

    level: int
    at_ns: int


def initial(policy: Policy, now: int = 0) -> State:
    """A full bucket: a caller whom nobody has seen may send a burst."""
    return State(policy.capacity, now)


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
    check_request(now, cost)
    need = cost * policy.per_ns
    asked_at, now = now, max(now, state.at_ns)
    behind = now - asked_at  # a caller whose clock stepped back has that much longer to wait
    level = _level(policy, state, now)
    if need <= level:
        left = level - need
        return State(left, now), Decision(
            allowed=True,
            limit=policy.burst,
            remaining=left // policy.per_ns,
            retry_after_ns=0,
            reset_after_ns=behind + _until(policy, left, policy.capacity),
        )
    return state, Decision(
        allowed=False,
        limit=policy.burst,
        remaining=level // policy.per_ns,
        retry_after_ns=behind + _until(policy, level, need) if cost <= policy.burst else None,
        reset_after_ns=behind + _until(policy, level, policy.capacity),
    )


def bound(policy: Policy, window_ns: int) -> int:
    """The most that any window of this length admits, both ends counted."""
    return policy.burst + policy.rate * window_ns // policy.per_ns


def describe(policy: Policy, state: State, now: int) -> str:
    """The bucket as text.

    >>> policy = Policy(rate=10, burst=20)
    >>> state, _ = step(policy, initial(policy), 0, cost=15)
    >>> describe(policy, state, SECOND // 4)
    'token bucket [███████             ] 7.5 of 20 tokens, 10 more every 1 s'
    """
    level = _level(policy, state, max(now, state.at_ns))
    filled = level * _CELLS // policy.capacity
    return (
        f"token bucket [{'█' * filled:<{_CELLS}}] {level / policy.per_ns:.4g} of {policy.burst} "
        f"tokens, {policy.rate} more every {policy.per_ns / SECOND:g} s"
    )


def check(policy: Policy, state: State) -> None:
    """Assert the invariant of the state.

    Raises:
        AssertionError: it does not hold.
    """
    assert 0 <= state.level <= policy.capacity, f"1: the level {state.level} is out of the bucket"


def _level(policy: Policy, state: State, now: int) -> int:
    """What has dripped in since, up to the brim."""
    return min(policy.capacity, state.level + (now - state.at_ns) * policy.rate)


def _until(policy: Policy, level: int, wanted: int) -> int:
    """Nanoseconds until the level is `wanted`, rounded up: a moment earlier it is not."""
    return -(-max(0, wanted - level) // policy.rate)
