"""What decision.py promises of every limiter, checked on each with random traffic."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.limiters import ALGORITHMS, BUCKETS, SECOND, algorithm_named

NAMES = sorted(ALGORITHMS)
# Small and crooked numbers: 7 in 3 ns finds rounding that 100 in a second would hide.
SMALL = st.integers(1, 12)
NUMBERS = st.tuples(SMALL, SMALL, SMALL)
TRAFFIC = st.lists(st.tuples(st.integers(0, 15), st.integers(0, 14)), max_size=60)
ALL = pytest.mark.parametrize("name", NAMES)


def policy_of(name: str, one: int, two: int, three: int) -> Any:
    numbers = (one, two, three) if name in BUCKETS else (one, two)
    return algorithm_named(name).Policy(*numbers)


def capacity_of(policy: Any) -> int:
    return policy.burst if hasattr(policy, "burst") else policy.limit


@ALL
@given(NUMBERS, TRAFFIC)
def test_a_denied_request_spends_nothing(name, numbers, traffic) -> None:
    algorithm, policy = algorithm_named(name), policy_of(name, *numbers)
    state, now = algorithm.initial(policy), 0
    for wait, cost in traffic:
        now += wait
        after, decision = algorithm.step(policy, state, now, cost)
        algorithm.check(policy, after)
        assert decision.limit == capacity_of(policy)
        assert 0 <= decision.remaining <= decision.limit
        if not decision:
            assert after == state
            assert decision.remaining < cost
        else:
            # What remains is what was there, less the cost.
            _, before = algorithm.step(policy, state, now, 0)
            assert decision.remaining == before.remaining - cost
        state = after


@ALL
@given(NUMBERS, TRAFFIC, st.integers(1, 14))
def test_retry_after_is_honest(name, numbers, traffic, cost) -> None:
    algorithm, policy = algorithm_named(name), policy_of(name, *numbers)
    state, now = algorithm.initial(policy), 0
    for wait, other in traffic:
        now += wait
        state, _ = algorithm.step(policy, state, now, other)
        _, decision = algorithm.step(policy, state, now, cost)
        wait_ns = decision.retry_after_ns
        if wait_ns is None:
            assert cost > capacity_of(policy)
        elif decision:
            assert wait_ns == 0
        else:
            assert not algorithm.step(policy, state, now + wait_ns - 1, cost)[1]
            assert algorithm.step(policy, state, now + wait_ns, cost)[1]


@ALL
@given(NUMBERS, TRAFFIC)
def test_after_reset_the_limiter_is_as_it_was_at_first(name, numbers, traffic) -> None:
    algorithm, policy = algorithm_named(name), policy_of(name, *numbers)
    state, now = algorithm.initial(policy), 0
    for wait, cost in traffic:
        now += wait
        state, decision = algorithm.step(policy, state, now, cost)
        later = now + decision.reset_after_ns
        assert algorithm.step(policy, state, later, 0)[1].remaining == capacity_of(policy)
        if decision.reset_after_ns:
            before = algorithm.step(policy, state, later - 1, 0)[1]
            assert before.reset_after_ns == 1


@ALL
@given(NUMBERS, TRAFFIC, st.integers(0, 40))
def test_no_window_admits_more_than_the_bound(name, numbers, traffic, length) -> None:
    algorithm, policy = algorithm_named(name), policy_of(name, *numbers)
    state, now = algorithm.initial(policy), 0
    admitted = []
    for wait, cost in traffic:
        now += wait
        state, decision = algorithm.step(policy, state, now, cost)
        if decision:
            admitted.append((now, cost))
    for start, _ in admitted:
        inside = sum(cost for at, cost in admitted if start <= at <= start + length)
        assert inside <= algorithm.bound(policy, length)


@ALL
@given(NUMBERS, TRAFFIC, st.integers(1, 1000))
def test_a_clock_that_steps_back_gives_and_takes_nothing(name, numbers, traffic, back) -> None:
    algorithm, policy = algorithm_named(name), policy_of(name, *numbers)
    state, now = algorithm.initial(policy), 0
    for wait, cost in traffic:
        now += wait
        state, _ = algorithm.step(policy, state, now, cost)
    _, here = algorithm.step(policy, state, now, 0)
    _, earlier = algorithm.step(policy, state, now - back, 0)
    assert earlier.remaining <= here.remaining
    _, denied = algorithm.step(policy, state, now - back, 1)
    if not denied and denied.retry_after_ns is not None:  # honest on the caller's own clock
        later = now - back + denied.retry_after_ns
        assert algorithm.step(policy, state, later, 1)[1]
        assert not algorithm.step(policy, state, later - 1, 1)[1]
    state, _ = algorithm.step(policy, state, now - back, 0)
    assert algorithm.step(policy, state, now, 0)[1].remaining == here.remaining


@ALL
def test_more_than_it_ever_holds_is_never_admitted(name: str) -> None:
    algorithm, policy = algorithm_named(name), policy_of(name, 5, SECOND, 5)
    state = algorithm.initial(policy)
    after, decision = algorithm.step(policy, state, 10**15, 6)
    assert (decision.allowed, decision.retry_after_ns) == (False, None)
    assert after == state
    assert algorithm.step(policy, after, 10**15, 5)[1]  # and nobody is locked out by the attempt


@ALL
@pytest.mark.parametrize("cost", [-1, 1.0, "1", None, True])
def test_a_cost_that_cannot_be_is_refused(name: str, cost: Any) -> None:
    algorithm, policy = algorithm_named(name), policy_of(name, 5, SECOND, 5)
    with pytest.raises(InputError, match="cost"):
        algorithm.step(policy, algorithm.initial(policy), 0, cost)


@ALL
@pytest.mark.parametrize("now", [0.0, 1e18, None, "0"])
def test_a_time_that_is_not_whole_nanoseconds_is_refused(name: str, now: Any) -> None:
    algorithm, policy = algorithm_named(name), policy_of(name, 5, SECOND, 5)
    with pytest.raises(InputError, match="time"):
        algorithm.step(policy, algorithm.initial(policy), now)


@ALL
def test_policy_state_and_decision_are_frozen(name: str) -> None:
    algorithm, policy = algorithm_named(name), policy_of(name, 5, SECOND, 5)
    state, decision = algorithm.step(policy, algorithm.initial(policy), 0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(policy, dataclasses.fields(policy)[0].name, 0)
    for thing in (state, decision):
        assert isinstance(thing, (int, tuple))
    for thing in (policy, state, decision):
        hash(thing)


@ALL
def test_describe_follows_the_state(name: str) -> None:
    algorithm, policy = algorithm_named(name), policy_of(name, 8, SECOND, 8)
    state, _ = algorithm.step(policy, algorithm.initial(policy), 0, 8)
    assert algorithm.describe(policy, state, 0) != algorithm.describe(policy, state, SECOND)
    assert name.replace("-", " ") in algorithm.describe(policy, state, 0)


@ALL
@pytest.mark.parametrize("bad", [0, -1, 1.5, True, None])
def test_a_policy_of_nothing_is_refused(name: str, bad: Any) -> None:
    """A rate of zero is "no limit" to some and "nothing passes" to others: so it is neither."""
    with pytest.raises(InputError):
        policy_of(name, bad, 1, 1)
    with pytest.raises(InputError):
        policy_of(name, 1, bad, 1)


def test_an_unknown_algorithm_gets_a_suggestion() -> None:
    with pytest.raises(InputError) as caught:
        algorithm_named("token-buckets")
    assert "did you mean token-bucket?" in caught.value.render()
