"""The circuit breaker: a table of what happens, and what holds whatever happens."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.limiters.breaker import WELL, Breaker, Health

# Two failures open it for 100 ns. Every row: the health, what happens when, the health after.
# A number stands for a failure: so many were known when the request asked.
TABLE = [
    ("closed, asked", WELL, "ask", 7, WELL, True),
    ("closed, one failure", WELL, 0, 7, Health(1, None), None),
    ("one failure, asked", Health(1, None), "ask", 8, Health(1, None), True),
    ("one failure, an answer", Health(1, None), "answered", 8, WELL, None),
    ("one failure, another", Health(1, None), 1, 9, Health(2, 109), None),
    ("one failure, and one beside it", Health(1, None), 0, 9, Health(1, None), None),
    ("closed, a failure from a row that an answer ended", WELL, 1, 9, WELL, None),
    ("open, asked at once", Health(2, 109), "ask", 9, Health(2, 109), False),
    ("open, asked just before", Health(2, 109), "ask", 108, Health(2, 109), False),
    ("open, asked at the moment", Health(2, 109), "ask", 109, Health(2, 209), True),
    ("one tries, another asks", Health(2, 209), "ask", 110, Health(2, 209), False),
    ("one tries, and fails", Health(2, 209), 2, 129, Health(3, 209), None),
    ("one tries, and is answered", Health(2, 209), "answered", 129, WELL, None),
    ("one tried, nobody heard", Health(2, 209), "ask", 209, Health(2, 309), True),
    ("open, a failure from before", Health(2, 109), 1, 50, Health(2, 109), None),
    ("open, the clock stepped back", Health(2, 10_109), "ask", 9, Health(2, 109), True),
]


@pytest.mark.parametrize(
    ("health", "event", "now", "after", "may"),
    [row[1:] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_what_happens(health, event, now, after, may) -> None:
    breaker = Breaker(failures=2, pause_ns=100)
    if event == "ask":
        assert breaker.ask(health, now) == (after, may)
    elif event == "answered":
        assert breaker.answered(health) == after
    else:
        assert breaker.failed(health, event, now) == after


@settings(max_examples=50)
@given(st.lists(st.integers(1, 5), max_size=9), st.randoms())
def test_what_was_under_way_at_once_fails_once(batches, order) -> None:
    """Each batch asks together; what is left of earlier ones fails in between, and is no news."""
    breaker, health, late = Breaker(failures=10**9), WELL, []
    for number, size in enumerate(batches, 1):
        under_way = [health.failures] * size
        health = breaker.failed(health, under_way.pop(), number)
        late += under_way
        order.shuffle(late)
        for known in late[: len(late) // 2]:
            health = breaker.failed(health, known, number)
        late = late[len(late) // 2 :]
        assert health == Health(number, None)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["ask", "failed", "lost"]))))
def test_a_dead_store_is_asked_once_in_a_pause(events) -> None:
    breaker, now, asked = Breaker(failures=1, pause_ns=50), 0, []
    health = breaker.failed(WELL, 0, 0)
    for wait, event in events:
        now += wait
        health, may = breaker.ask(health, now)
        if may:
            asked.append(now)
            if event == "failed":
                health = breaker.failed(health, health.failures, now + 3)
        elif event == "failed":  # somebody who asked before it opened
            health = breaker.failed(health, 0, now)
        assert health.retry_ns is not None
        assert 0 < health.retry_ns - now <= 50  # and nobody is kept for longer
    assert all(later - earlier >= 50 for earlier, later in itertools.pairwise(asked))


@pytest.mark.parametrize(("failures", "pause_ns"), [(0, 1), (1, 0), (True, 1), (1, 1.5)])
def test_numbers_that_cannot_be_are_refused(failures, pause_ns) -> None:
    with pytest.raises(InputError, match="cannot be the"):
        Breaker(failures, pause_ns)
