"""A clock that was set back loses no time and makes none."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.limiters.steady import steady


def told(readings: list[Any]) -> list[int]:
    left = iter(readings)
    clock = steady(lambda: next(left))
    return [clock() for _ in readings]


@given(st.lists(st.integers(-100, 100), min_size=1))
def test_it_passes_on_every_step_forward_and_no_step_back(steps) -> None:
    readings = [10]
    for step in steps:
        readings.append(readings[-1] + step)
    seen = told(readings)
    assert seen[0] == 10
    assert [b - a for a, b in pairwise(seen)] == [max(0, one) for one in steps]


@given(st.lists(st.integers()))
def test_one_that_never_steps_back_is_told_as_it_is(readings) -> None:
    assert told(sorted(readings)) == sorted(readings)


def test_nothing_is_read_before_somebody_asks() -> None:
    def clock() -> int:
        raise AssertionError

    steady(clock)


@pytest.mark.parametrize("bad", [None, 0.5, "1"])
def test_what_is_no_time_is_refused_and_forgotten(bad: Any) -> None:
    readings = iter([5, bad, 7])
    clock = steady(lambda: next(readings))
    assert clock() == 5
    with pytest.raises(InputError, match="time"):
        clock()
    assert clock() == 7
