"""Statistics of shares, by hand."""

from __future__ import annotations

import math

import pytest

from sdcli.reference.hashing import Stats


def test_spread_is_standard_deviation_over_mean() -> None:
    # shares 0.5 0.3 0.2, mean 1/3: ratios 1.5 0.9 0.6, squares 0.25 0.01 0.16, mean 0.14
    stats = Stats.of({"a": 0.5, "b": 0.3, "c": 0.2}, {"a": 1, "b": 1, "c": 1})
    assert stats.spread == pytest.approx(math.sqrt(0.14))
    assert (stats.peak_to_mean, stats.min_to_mean) == pytest.approx((1.5, 0.6))
    assert (stats.busiest, stats.idlest, stats.nodes) == ("a", "c", 3)


def test_a_node_is_measured_by_what_its_weight_entitles_it_to() -> None:
    stats = Stats.of({"a": 0.25, "b": 0.75}, {"a": 1, "b": 3})
    assert (stats.spread, stats.peak_to_mean, stats.min_to_mean) == (0, 1, 1)


def test_a_node_without_weight_does_not_count() -> None:
    stats = Stats.of({"a": 0.0, "b": 1.0}, {"a": 0, "b": 1})
    assert (stats.nodes, stats.min_to_mean) == (1, 1)


def test_nobody_is_even() -> None:
    assert Stats.of({}, {}).spread == 0


def test_the_fair_share_is_that_of_the_weight() -> None:
    # weights 1 2 5, of 8: fair are 1/8, 1/4, 5/8; ratios 2, 0.5, 1
    # squares 1, 0.25, 0, mean 1.25 / 3
    stats = Stats.of({"a": 0.25, "b": 0.125, "c": 0.625}, {"a": 1, "b": 2, "c": 5})
    assert stats.spread == pytest.approx(math.sqrt(1.25 / 3))
    assert (stats.busiest, stats.peak_to_mean) == ("a", 2)
    assert (stats.idlest, stats.min_to_mean) == ("b", 0.5)


def test_a_ratio_too_large_to_square_is_infinitely_uneven() -> None:
    """A node of next to no weight that owns something after all, as a ring's tiniest does."""
    stats = Stats.of({"tiny": 0.25, "one": 0.75}, {"tiny": 1e-300, "one": 1})
    assert stats.spread == math.inf
    assert stats.busiest == "tiny"
    assert stats.peak_to_mean == pytest.approx(0.25e300)


def test_all_keys_on_one_of_n_nodes() -> None:
    # ratios 4 0 0 0: squares 9 1 1 1, mean 3
    stats = Stats.of({"a": 1.0, "b": 0.0, "c": 0.0, "d": 0.0}, dict.fromkeys("abcd", 1))
    assert stats.spread == pytest.approx(math.sqrt(3))
    assert (stats.peak_to_mean, stats.min_to_mean) == (4, 0)
