"""A trace decided in virtual time is a service decided in real time."""

from __future__ import annotations

from itertools import count, islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.limiters import ALGORITHMS, SECOND, Limit, Limiter, Memory
from sdcli.reference.limiters.replay import replay

TRACE = st.lists(
    st.tuples(st.integers(-3, 9), st.sampled_from("abc"), st.integers(0, 3)), max_size=40
)


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
@given(TRACE)
def test_a_replay_decides_as_a_limiter_does(algorithm, steps) -> None:
    now, trace = 0, []
    for step, key, cost in steps:  # a clock that steps back, too
        now += step
        trace.append((now, key, cost))
    limits = [Limit(2, 5, name="a"), Limit(3, 9, name="b")]
    times = [0]
    live = Limiter(limits, algorithm=algorithm, clock=lambda: times[0])
    for event, request in zip(replay(limits, trace, algorithm=algorithm), trace, strict=True):
        times[0], key, cost = request
        assert event[:3] == request
        assert event.decision == live.acquire(key, cost)


def test_departures_out_of_a_leaking_bucket() -> None:
    """One a second, three inside: at 0, 1 and 2 s; the fourth is denied; then at 3 s."""
    trace = [(0, "x", 1)] * 4 + [(3 * SECOND // 2, "x", 1)]
    events = replay("1/s burst 3", trace, algorithm="leaking-bucket")
    departures = [event.departs_ns for event in events]
    assert departures == [0, SECOND, 2 * SECOND, None, 3 * SECOND]


def test_departures_of_those_who_wait() -> None:
    trace = [(0, "x", 1), (0, "x", 2), (0, "y", 1), (SECOND, "x", 1)]
    events = list(replay("1/s burst 2", trace, max_wait_ns=2 * SECOND))
    # 2 at once; one is left, so two are there at 1 s; then the next at 2 s.
    assert [event.departs_ns for event in events] == [0, SECOND, 0, 2 * SECOND]


def test_a_replay_is_as_long_as_its_trace_and_reads_no_further() -> None:
    endless = ((moment, "x", 1) for moment in count(0, SECOND))
    events = replay("1/s", endless)
    assert all(event.decision for event in islice(events, 1000))
    assert next(endless)[0] == 1000 * SECOND


def test_two_replays_side_by_side_do_not_meet() -> None:
    one, two = (replay("1/s", [(0, "x", 1), (0, "x", 1)]) for _ in range(2))
    told = [bool(next(events).decision) for events in (one, two, one, two)]
    assert told == [True, True, False, False]


def test_a_store_of_ones_own_tells_what_it_did() -> None:
    store = Memory(max_keys=2)
    trace = [(0, key, 1) for key in "abcd"]
    judged = [event.decision.judged for event in replay("1/s", trace, store=store)]
    assert judged == [True, True, False, False]
    assert store.counts.turned_away == 2


def test_what_cannot_be_is_refused_when_it_comes() -> None:
    with pytest.raises(InputError):
        replay("nothing", [])
    bad: list[Any] = [(0, "x", 1), (0.5, "x", 1)]
    events = replay("1/s", bad)
    assert next(events).decision
    with pytest.raises(InputError, match="time"):
        next(events)
