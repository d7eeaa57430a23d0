"""What limiters are shown, and how it is drawn."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from sdcli.core.chance import Chance
from sdcli.core.errors import InputError
from sdcli.experiments.limiter_lanes import LEGEND, gauge, lane, laned, levels, strip
from sdcli.experiments.limiter_traffic import (
    LIMITERS,
    TRAFFIC,
    Traffic,
    limit_of,
    policy_of,
    state_bytes,
)
from sdcli.reference.limiters import ALGORITHMS, SECOND, gcra


@pytest.mark.parametrize("kind", TRAFFIC)
def test_traffic_is_as_much_as_was_asked_for(kind: str) -> None:
    # 3000 requests of 15 a second: 200 s. Limit 10 a second.
    traffic = Traffic(kind, 3000, Fraction(15), 10, SECOND)
    assert traffic.span_ns == 200 * SECOND
    moments = traffic.moments(Chance(7))
    assert len(moments) == 3000
    assert moments == sorted(moments)
    assert moments[0] >= 0
    assert moments[-1] < 201 * SECOND
    assert moments == traffic.moments(Chance(7))
    assert moments != traffic.moments(Chance(8))


def test_steady_traffic_is_spread_evenly() -> None:
    moments = Traffic("steady", 4000, Fraction(10), 10, SECOND).moments(Chance(7))
    quarters = [sum(now // (100 * SECOND) == i for now in moments) for i in range(4)]
    # Binomial: 1000 in each, +- 27; here within four of these.
    assert all(abs(count - 1000) < 110 for count in quarters)


def test_groups_are_twice_the_limit_and_close_together() -> None:
    moments = Traffic("bursts", 40, Fraction(10), 10, 100 * SECOND).moments(Chance(7))
    gaps = sorted(b - a for a, b in pairwise(moments))
    assert sum(gaps[:-1]) < 2 * 10 * SECOND  # two groups of 20, each within a tenth of a window


def test_crowds_stand_at_every_second_edge_half_on_each_side() -> None:
    moments = Traffic("edge", 90, Fraction(15), 10, SECOND).moments(Chance(7))
    for edge in (1, 3, 5):
        before = [now for now in moments if 0 < edge * SECOND - now <= SECOND // 100]
        after = [now for now in moments if 0 <= now - edge * SECOND < SECOND // 100]
        assert (len(before), len(after)) == (15, 15)


def test_a_wave_has_a_half_on_each_side_and_is_shorter_than_a_window() -> None:
    moments = Traffic("waves", 90, Fraction(15), 10, SECOND).moments(Chance(7))
    for i, edge in enumerate((1, 3, 5)):
        wave = moments[30 * i : 30 * (i + 1)]
        assert sum(now < edge * SECOND for now in wave) == 15
        assert edge * SECOND - SECOND * 2 // 5 <= wave[0]
        assert wave[-1] < edge * SECOND + SECOND * 2 // 5
        assert wave[-1] - wave[0] > SECOND // 2  # it is not an edge's crowd


def test_an_edge_is_the_first_moment_of_a_window() -> None:
    # A hundredth of 100 ns is the last and the first nanosecond; four requests in two windows.
    moments = Traffic("edge", 4, Fraction(20_000_000), 2, 100).moments(Chance(7))
    assert moments == [99, 99, 100, 100]


def test_a_limit_is_said_to_each_in_whole_numbers() -> None:
    policy = policy_of("gcra", 54 / 60, 5, 60 * SECOND)
    assert policy == gcra.Policy(9, 10 * SECOND, 5)
    for name in ("fixed-window", "sliding-counter", "sliding-log"):
        policy = policy_of(name, 54 / 60, 5, 60 * SECOND)
        assert (policy.limit, policy.window_ns) == (54, 60 * SECOND)
    assert limit_of(2.5, SECOND) == 2


def test_a_window_in_which_nothing_passes_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        limit_of(0.1, 9 * SECOND)
    assert "at least 10 s" in caught.value.expected


def test_every_algorithm_has_a_lane_and_a_size() -> None:
    assert sorted(LIMITERS) == sorted(ALGORITHMS)
    # A thousand an hour for a million callers: 16 GB in logs, 8 MB as one number each.
    assert state_bytes("sliding-log", 1000) * 1_000_000 == 16_000_000_000
    assert state_bytes("gcra", 1000) * 1_000_000 == 8_000_000
    assert state_bytes("sliding-counter", 1000) == 24


def test_what_lies_outside_a_picture_is_not_in_it() -> None:
    assert lane([(-1, True), (10, True)], 0, 10, columns=5).lines == ("     ",)
    assert strip([-1, 10], 0, 10, columns=5, ink="a").lines == ("     ",)


def test_a_strip_counts_to_nine() -> None:
    drawn = strip([0] * 9 + [5] * 10, 0, 10, columns=2, ink="a")
    assert drawn.lines == ("9#",)
    assert drawn.inks == ("aa",)


def test_a_lane_is_coloured_by_what_happened() -> None:
    drawn = lane([(0, True), (2, False), (4, True), (4, False)], 0, 8, columns=4)
    assert drawn.lines == ("|.+ ",)
    assert drawn.inks == ("deb ",)  # green, red, yellow


def test_what_is_said_of_a_lane_comes_first_and_has_no_ink() -> None:
    drawn = laned("head", [("one ", lane([(0, True)], 0, 4, columns=2))])
    assert drawn.lines == ("head", "one | ", "", LEGEND)
    assert drawn.inks[1] == "    d "


def test_levels_and_gauges_keep_their_width() -> None:
    assert levels([0, 0], peak=1, ink="a").lines == ("  ",)
    assert levels([5, 10**9], peak=10, ink="a").lines == ("▄█",)
    for part in (0, 0.01, 0.5, 1, 1.5):
        drawn = gauge(part, 8, "a")
        assert len(drawn.lines[0]) == len(drawn.inks[0]) == 10
