"""The decision: what every limiter answers, and the rules that all of them keep.

A limiter is three things apart: a *policy* that somebody chose, the *state* of one caller, and
a pure function that makes the next state out of them:

    step(policy, state, now, cost) -> (state, Decision)

Time is handed in, in whole nanoseconds of any clock that does not run backwards; nothing here
reads a clock, sleeps or starts a thread. So the same function serves a real service, a test, a
simulation and a lab, and a decision can be repeated.

All arithmetic is on integers: after a billion decisions there is no rounding error to find, and
54 requests a minute are 54, not 53.9.

Invariants of every algorithm:
    1. A denied request spends nothing: the state that comes back is the one that went in.
    2. `retry_after_ns` is honest: the same request is denied one nanosecond before that moment
       and admitted at it, if nothing else is admitted between. None: it never will be.
    3. A clock that steps back neither admits nor takes away anything.
    4. A request of cost 0 is always admitted; it only reads.
"""

from __future__ import annotations

from dataclasses import dataclass

from sdcli.core.errors import InputError

SECOND = 1_000_000_000  # nanoseconds


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes or no, and what a polite caller needs to know; true when the answer is yes.

    Args:
        allowed: whether the request may pass.
        limit: the most that one request could ever cost and still be admitted.
        remaining: how much would still be admitted at this moment, after this decision.
        retry_after_ns: how long until the same request would be admitted; 0 when it was, None
            when it costs more than the limiter ever admits at once.
        reset_after_ns: how long until the limiter is as it was before the first request.
    """

    allowed: bool
    limit: int
    remaining: int
    retry_after_ns: int | None
    reset_after_ns: int

    def __bool__(self) -> bool:
        return self.allowed


def check_request(now: int, cost: int) -> None:
    """Refuse a request that would spoil the state.

    Raises:
        InputError: the time is no whole number (a float cannot hold today's nanoseconds), or the
            cost is negative (that would be a gift) or no whole number.
    """
    if not isinstance(now, int):
        raise InputError(
            "this cannot be a time",
            where="now",
            given=repr(now),
            expected="a whole number of nanoseconds, like 1_500_000_000 for 1.5 s",
        )
    if not isinstance(cost, int) or isinstance(cost, bool) or cost < 0:
        raise InputError(
            "this cannot be the cost of a request",
            where="cost",
            given=repr(cost),
            expected="a whole number from 0 up, like 1",
        )


def check_positive(name: str, value: int, example: int) -> None:
    """A part of a policy that must be a whole number from 1 up.

    Raises:
        InputError: it is not. Zero is refused: some take a rate of 0 for "nothing passes", some
            for "no limit".
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InputError(
            f"this cannot be the {name.removesuffix('_ns')} of a limiter",
            where=name,
            given=repr(value),
            expected=f"a whole number from 1 up, like {example}",
        )
