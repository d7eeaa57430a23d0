"""The decision: what every limiter answers, and the rules that all of them keep.

A limiter is three things apart: a *policy* that somebody chose, the *state* of one caller, and
a pure function that makes the next state out of them:

    step(policy, state, now, cost) -> (state, Decision)

Time is handed in, in whole nanoseconds of any clock that does not run backwards; nothing here
reads a clock, sleeps or starts a thread. So the same function serves a real service, a test, a
simulation and a lab, and a decision can be repeated. (The unit is the caller's: a policy and
moments in microseconds give a decision in microseconds. Only the names say nanoseconds.)

All arithmetic is on integers: after a billion decisions there is no rounding error to find, and
54 requests a minute are 54, not 53.9.

Invariants of every algorithm:
    1. A denied request spends nothing: the state that comes back is the one that went in.
    2. `retry_after_ns` is honest: the same request is denied one nanosecond before that moment
       and admitted at it, if nothing else is admitted between. None: it never will be.
    3. A clock that steps back admits nothing that would not have been admitted before it did. A
       caller may have to wait until it has caught up: where one moment is all that is kept (gcra,
       leaking bucket), a clock gone back cannot be told from a caller far ahead. steady.py makes
       a clock that never does.
    4. A request of cost 0 is always admitted; it only reads.
    5. What is given back (`refund`) never makes a caller better off than a stranger.
    6. A state may be forgotten from `idle_at` on: a stranger would be judged as kindly or less.
"""

from __future__ import annotations

from typing import NamedTuple

from sdcli.core.errors import InputError

SECOND = 1_000_000_000  # nanoseconds

# What is expected where time is handed in.
NANOSECONDS = "a function that gives whole nanoseconds, like time.monotonic_ns"
SECONDS_SLEPT = "a function that waits for seconds, like time.sleep"


class Decision(NamedTuple):
    """Yes or no, and what a polite caller needs to know; true when the answer is yes.

    Args:
        allowed: whether the request may pass.
        limit: the most that one request could ever cost and still be admitted.
        remaining: how much would still be admitted at this moment, after this decision.
        retry_after_ns: how long until the same request would be admitted; 0 when it was, None
            when it costs more than the limiter ever admits at once.
        reset_after_ns: how long until the limiter is as it was before the first request; full,
            where it began with less.
        delay_ns: how long the caller is to hold an admitted request back before it goes on; more
            than 0 only from a leaking bucket, or where the caller agreed to wait.
        violated: the names of the limits that refused it, where limits have names.
        judged: False when no limit was asked, since the store could not answer or had no room.
        parts: where several limits decided together, what each of them says, in their order.

    A tuple, and not a dataclass: making a frozen dataclass of nine fields takes longer than all
    the arithmetic of a decision. The algorithms make it with `new`, which spares the call that a
    NamedTuple's own constructor adds; so they name all nine.
    """

    allowed: bool
    limit: int
    remaining: int
    retry_after_ns: int | None
    reset_after_ns: int
    delay_ns: int = 0
    violated: tuple[str, ...] = ()
    judged: bool = True
    parts: tuple[Decision, ...] = ()

    def __bool__(self) -> bool:
        return self.allowed


new = tuple.__new__


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


def check_key(key: object) -> None:
    """Refuse the key of a caller that is no text: another store could not write it down.

    Raises:
        InputError: it is none.
    """
    if not isinstance(key, str):
        raise InputError(
            "this cannot be the key of a caller",
            where="key",
            given=repr(key),
            expected='a text, like "user:42"',
        )


def check_fit(name: str, value: object, fits: bool, expected: str) -> None:
    """Refuse what was handed in and cannot be used: at once, and not at the first request.

    Raises:
        InputError: it does not fit.
    """
    if not fits:
        raise InputError("this cannot be used", where=name, given=repr(value), expected=expected)


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
