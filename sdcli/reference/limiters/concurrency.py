"""Concurrency limit: how many requests of a caller may be inside at once.

A rate limit counts how often somebody comes; this one counts how many are in the room. It is the
better guard where requests are expensive and of unequal length: ten heavy reports at once hurt
more than a hundred pings a second, and a caller whose requests have become slow is held back
without anybody changing a number.

What it means as a rate is Little's law, L = λ * W: on average, those inside are the rate times
the time that each stays. 20 places and requests of 200 ms let 20 / 0.2 s = 100 a second through;
when the database is slow and they take 2 s, the same 20 places let 10 a second through.

A place comes back when its holder leaves. A holder that died never does, so each place is lent
for `lease_ns` and then taken back. Choose the lease longer than the slowest request: one that
outstays it goes on, while somebody else has its place.

Source: Stripe (blog), "Scaling your API with rate limiters", 2017, the second of its four: 20 in
progress, say. J. D. C. Little, Operations Research 9(3), 1961, pp. 383-387. Leases: C. Gray,
D. Cheriton, "Leases: an efficient fault-tolerant mechanism ...", SOSP 1989.

Invariants (`check()` asserts the first two):
    1. At most `limit` leases run at any moment.
    2. They end in the order in which they began, since all have the same length.
    3. A denied request takes nothing, and who leaves twice gives back once.
    4. A clock that steps back takes no place away from anybody.

Cost: a copy of the caller's leases for each step, O(limit), since a state is a tuple. The dead of
one caller are taken out together, with one copy, however many they are. Memory: an integer pair
for each one inside.

>>> slots = Concurrency(limit=2, lease="30s", clock=lambda: 0)
>>> with slots.hold("ann") as first, slots.hold("ann") as second, slots.hold("ann") as third:
...     bool(first), bool(second), bool(third), slots.peek("bob").remaining
(True, True, False, 2)
>>> slots.peek("ann").remaining
2
"""

# ruff: noqa: S101 - check() asserts, that is its promise
from __future__ import annotations

import threading
import time
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from sdcli.reference.limiters.decision import (
    SECOND,
    Decision,
    check_key,
    check_positive,
    check_request,
)
from sdcli.reference.limiters.limit import span_ns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CELLS = 20
_ENDS, _NUMBER = itemgetter(0), itemgetter(1)  # of a Lease


@dataclass(frozen=True, slots=True)
class Policy:
    """At most `limit` inside at once; a place is lent for `lease_ns` nanoseconds.

    Raises:
        InputError: one of them is not a whole number from 1 up.
    """

    limit: int
    lease_ns: int = 60 * SECOND

    def __post_init__(self) -> None:
        check_positive("limit", self.limit, 20)
        check_positive("lease_ns", self.lease_ns, 60 * SECOND)


class Lease(NamedTuple):
    """A place that somebody holds: until when, and which one; numbers are never used again."""

    ends_ns: int
    number: int


class State(NamedTuple):
    """The leases, oldest first, and the number that the next one gets."""

    leases: tuple[Lease, ...]
    next_number: int


def initial(policy: Policy, now: int = 0) -> State:  # noqa: ARG001 - as every algorithm's
    """Nobody inside."""
    return State((), 0)


def step(
    policy: Policy, state: State, now: int, number: int | None = None
) -> tuple[State, Decision]:
    """Let one request in, if there is room.

    Args:
        policy: what was agreed.
        state: who is inside, as the last step left it.
        now: the time in nanoseconds; one before the newest lease counts as when that began.
        number: what to call the lease, above all before it; the state counts unless given.

    Returns:
        The state to keep (the same one after a denial), its last lease being the new one, and the
        decision. `retry_after_ns` is the longest wait: sooner, if somebody leaves.

    Raises:
        InputError: the time is no whole number.
    """
    check_request(now, 1)
    running = _running(state, now)
    left = policy.limit - len(running)
    if left <= 0:
        wait, reset_after = running[0].ends_ns - now, running[-1].ends_ns - now
        return state, Decision(
            allowed=False,
            limit=policy.limit,
            remaining=0,
            retry_after_ns=wait,
            reset_after_ns=reset_after,
        )
    began = max(now, running[-1].ends_ns - policy.lease_ns) if running else now
    number = state.next_number if number is None else number
    lease = Lease(began + policy.lease_ns, number)
    after = State((*running, lease), number + 1)
    return after, Decision(
        allowed=True,
        limit=policy.limit,
        remaining=left - 1,
        retry_after_ns=0,
        reset_after_ns=lease.ends_ns - now,
    )


def leave(state: State, number: int) -> State:
    """The place of that number is free; the same state when it was free already."""
    leases = state.leases
    at = bisect_left(leases, number, key=_NUMBER)  # numbers rise
    if at == len(leases) or leases[at].number != number:
        return state
    return State(leases[:at] + leases[at + 1 :], state.next_number)


def idle_at(state: State, now: int = 0) -> int:
    """The moment from which nobody is inside, whoever died."""
    return state.leases[-1].ends_ns if state.leases else now


def describe(policy: Policy, state: State, now: int) -> str:
    """Who is inside, as text.

    >>> policy = Policy(limit=5)
    >>> state, _ = step(policy, initial(policy), 0)
    >>> describe(policy, step(policy, state, SECOND)[0], 2 * SECOND)
    'concurrency [██   ] 2 of 5 inside, the oldest lease ends in 58 s'
    """
    running = _running(state, now)
    cells = min(policy.limit, _CELLS)
    filled = "█" * (len(running) * cells // policy.limit)
    text = f"concurrency [{filled:<{cells}}] {len(running)} of {policy.limit} inside"
    if running:
        text += f", the oldest lease ends in {(running[0].ends_ns - now) / SECOND:g} s"
    return text


def check(policy: Policy, state: State) -> None:
    """Assert the invariants of the state.

    Raises:
        AssertionError: one does not hold.
    """
    ends = [lease.ends_ns for lease in state.leases]
    numbers = [lease.number for lease in state.leases]
    assert len(ends) <= policy.limit, f"1: {len(ends)} inside, {policy.limit} places"
    assert ends == sorted(ends), "2: the leases do not end in their order"
    assert numbers == sorted(set(numbers)), "2: the numbers do not rise"


def _running(state: State, now: int) -> tuple[Lease, ...]:
    """The leases that have not ended."""
    leases = state.leases
    if not leases or leases[0].ends_ns > now:
        return leases
    return leases[bisect_right(leases, now, key=_ENDS) :]  # they end in their order


@dataclass(frozen=True, slots=True)
class Held:
    """A place inside, or none; true when it is one. `Concurrency.leave` takes it back."""

    decision: Decision
    key: str
    number: int

    def __bool__(self) -> bool:
        return self.decision.allowed


class Concurrency:
    """Places for many callers, each known by its key; safe for threads.

    Args:
        limit: places for each caller.
        lease: a span like "60s", or whole nanoseconds; longer than the slowest request.
        clock: nanoseconds; a step back counts as standing still.

    Only callers with somebody inside are remembered. Leases end in the order in which they
    began, those of all callers: each one that enters takes those of the dead off the front.

    Raises:
        InputError: the limit is no whole number from 1 up, or the lease no span.
    """

    def __init__(
        self,
        limit: int,
        lease: str | int = "60s",
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.policy = Policy(limit, lease if isinstance(lease, int) else span_ns(lease))
        self._clock = clock
        self._latest = clock()
        self._lock = threading.Lock()
        self._states: dict[str, State] = {}
        self._leases: OrderedDict[int, tuple[int, str]] = OrderedDict()  # number: ends_ns, key
        self._next = 0  # one count for all: a number is of one caller, once

    def enter(self, key: str) -> Held:
        """Take a place, if there is one; give it back with `leave`.

        Raises:
            InputError: the key is no text.
        """
        check_key(key)
        with self._lock:
            now = self._now()
            self._take_back(now)
            state = self._states.get(key) or initial(self.policy)
            after, decision = step(self.policy, state, now, self._next)
            if decision:
                self._states[key] = after
                self._leases[self._next] = after.leases[-1].ends_ns, key
                self._next += 1
            return Held(decision, key, after.leases[-1].number if decision else -1)

    def leave(self, held: Held) -> bool:
        """Give a place back; False when it was not held any more, or never was."""
        with self._lock:
            self._take_back(self._now())
            if self._leases.pop(held.number, None) is None:
                return False
            self._keep(held.key, leave(self._states[held.key], held.number))
            return True

    @contextmanager
    def hold(self, key: str) -> Iterator[Held]:
        """A place for as long as the block runs, if there is one: look whether it is true."""
        held = self.enter(key)
        try:
            yield held
        finally:
            self.leave(held)

    def peek(self, key: str) -> Decision:
        """What `enter` would answer, with what is left before it; nothing is taken."""
        check_key(key)
        with self._lock:
            now = self._now()
            _, decision = step(self.policy, self._states.get(key) or initial(self.policy), now)
            return decision._replace(remaining=decision.remaining + decision.allowed)

    def __len__(self) -> int:
        """How many are inside, of all callers."""
        return len(self._leases)

    def check(self) -> None:
        """Assert that both tables tell the same, and the invariants of every state.

        Raises:
            AssertionError: they do not.
        """
        with self._lock:
            held = {
                lease.number: (lease.ends_ns, key)
                for key, state in self._states.items()
                for lease in state.leases
            }
            assert held == dict(self._leases), "the tables differ"
            for state in self._states.values():
                assert state.leases, "a caller with nobody inside is remembered"
                check(self.policy, state)

    def _now(self) -> int:
        """The latest time seen, so that the order of the leases is that of their ends."""
        self._latest = max(self._latest, self._clock())
        return self._latest

    def _take_back(self, now: int) -> None:
        """The places of those whose lease has ended, each caller's in one step.

        Cost: O(1) for each of the dead, once, and a copy of what their caller has left.
        """
        while self._leases:
            ends_ns, key = next(iter(self._leases.values()))
            if ends_ns > now:
                return
            state = self._states[key]
            running = _running(state, now)
            for dead in state.leases[: len(state.leases) - len(running)]:
                del self._leases[dead.number]
            self._keep(key, State(running, state.next_number))

    def _keep(self, key: str, state: State) -> None:
        if state.leases:
            self._states[key] = state
        else:
            del self._states[key]
