"""Redis and Memory side by side: one limiter, two stores, and every answer the same.

test_redis_equals.py compares Redis with a model of what a store has to do; here are the two that
people choose between. Both count in microseconds here, as Redis does.

What Redis may refuse to undo, a booking in the middle, is not asked for: only the newest is
cancelled, and none after something else changed the record.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.reference.limiters import Limit, Memory
from sdcli.reference.limiters.adapters.redis import Redis
from sdcli.reference.limiters.steady import steady
from tests.reference.limiters.test_redis_equals import (
    COSTS,
    EITHER,
    TODAY,
    in_nanoseconds,
    named,
    rules_of,
)

if TYPE_CHECKING:
    from sdcli.reference.limiters.decision import Decision
    from tests.reference.limiters.servers import Server

NUMBER = itertools.count()
CALLS = [*["take"] * 3, "peek", "refund", *["reserve"] * 3, *["cancel"] * 3, "reset"]
LIMITS = st.lists(EITHER, min_size=1, max_size=3).flatmap(named)
CHANGES = st.tuples(
    LIMITS | st.sampled_from(["same", "turned"]),
    st.sampled_from(["as-is", "proportional", "additive", "reset"]),
)
STEP = st.tuples(
    st.sampled_from(CALLS),
    st.sampled_from("aab"),
    COSTS,
    st.sampled_from([0, 0, 0, 1, 1, 2, 3, 7, 20, 61, 200_000]),
    st.none() | st.integers(0, 100),
)
STEPS = st.lists(STEP, min_size=12, max_size=30)


@pytest.fixture(scope="module")
def client(redis_server: Server) -> Any:
    with redis_server.client() as client:
        yield client


class Both:
    """One limiter on two stores, asked together.

    Args:
        several: the limits.
        client: of Redis.
        start: what the clock says; it may be set to anything.
    """

    def __init__(self, several: tuple[Limit, ...], client: Any, start: int = TODAY) -> None:
        self.limits, self.clock = several, start
        self.memory: Any = Memory()
        self.redis: Any = Redis(client, f"beside{next(NUMBER)}", server_time=False)
        # As a Limiter does for Memory; Redis sees to it itself, for each record.
        self.memory.bind(rules_of(several), steady(lambda: self.clock))
        self.redis.bind(rules_of(several), lambda: self.clock * 1000)
        self.held: dict[str, list[tuple[Any, Any]]] = {}

    def ask(self, call: str, key: str, cost: int, wait: int | None) -> None:
        """Put one call to both, and compare what they say."""
        if call in {"refund", "reset"}:
            words = (key, cost) if call == "refund" else (key,)
            getattr(self.memory, call)(*words)
            getattr(self.redis, call)(*words)
            self.held.pop(key, None)
        elif call == "cancel":
            for ours, theirs in self.held.get(key, [])[-1:]:
                self.held[key].pop()
                undone = self.memory.cancel(key, cost, ours), self.redis.cancel(key, cost, theirs)
                assert undone in {(True, True), (False, False)}, f"cancel: {undone}"
        elif call == "reserve":
            ours, ticket = self.memory.reserve(key, cost, wait)
            theirs, other = self.redis.reserve(key, cost, None if wait is None else wait * 1000)
            self.compare(ours, theirs, call, key, cost, wait)
            if ours and cost and ours.delay_ns:
                self.held.setdefault(key, []).append((ticket, other))
        elif call == "peek":
            self.compare(self.memory.peek(key, cost), self.redis.peek(key, cost), call, key, cost)
        else:
            ours = self.memory.take(key, cost, wait)
            theirs = self.redis.take(key, cost, None if wait is None else wait * 1000)
            self.compare(ours, theirs, call, key, cost, wait)
            if ours and cost:  # stands behind those who were held
                self.held.pop(key, None)

    def compare(self, ours: Decision, theirs: Decision, *call: Any) -> None:
        assert theirs == in_nanoseconds(ours), f"{call} at {self.clock}"

    def change(self, limits: Any, keep: Any) -> None:
        self.limits = {"same": self.limits, "turned": self.limits[::-1]}.get(limits, limits)
        self.memory.change(rules_of(self.limits), keep)
        self.redis.change(rules_of(self.limits), keep)
        self.held.clear()


def test_the_two_decide_alike(client: Any) -> None:
    @settings(max_examples=100)
    @given(LIMITS, STEPS)
    def property_(several: tuple[Limit, ...], steps: list[Any]) -> None:
        both = Both(several, client)
        for call, key, cost, moved, wait in steps:
            both.clock += moved
            both.ask(call, key, cost, wait)

    property_()


def test_the_two_carry_callers_over_alike(client: Any) -> None:
    """One caller: after a change each newcomer makes Memory look for idle ones to forget.

    Who was forgotten begins anew, so its interval of refills may begin at another moment.
    """

    @settings(max_examples=80)
    @given(LIMITS, st.lists(STEP | CHANGES, min_size=12, max_size=30))
    def property_(several: tuple[Limit, ...], steps: list[Any]) -> None:
        both = Both(several, client)
        for step in steps:
            # In the microsecond of a change nobody can tell what came first.
            both.clock += 1
            if len(step) == len(("limits", "keep")):
                both.change(*step)
            else:
                call, _, cost, moved, wait = step
                both.clock += moved
                both.ask(call, "a", cost, wait)

    property_()


def test_the_two_are_alike_when_the_clock_is_set_back(client: Any) -> None:
    """The lead of Redis is a record's and that of `steady` a process's, so there is one caller.

    And a record has no time of its own until it is written: giving nothing back writes it.
    """
    moves = st.sampled_from([0, 1, 3, 20, 61, -1, -5, -40, -200_000, -(10**9)])

    @settings(max_examples=60)
    @given(LIMITS, STEPS, st.lists(moves, min_size=30, max_size=30))
    def property_(several: tuple[Limit, ...], steps: list[Any], moves: list[int]) -> None:
        both = Both(several, client)
        both.ask("take", "a", 1, None)
        for (call, _, cost, _, wait), moved in zip(steps, moves, strict=False):
            if moved < 0:
                both.ask("refund", "a", 0, None)
            both.clock += moved
            both.ask("take" if call == "reset" else call, "a", cost, wait)

    property_()
