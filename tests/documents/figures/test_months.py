"""Months and years as growth counts them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sdcli.design.calendar import months
from sdcli.documents.figures.months import POINTS_MAX, points
from sdcli.units import quantity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 year", 12),
        ("18 month", 18),
        ("365 day", 12),
        ("1 day", 12 / 365),
        ("2 * 3 year", 72),
    ],
)
def test_a_year_is_twelve_months(text, expected):
    assert months(quantity(text)) == pytest.approx(expected)


@pytest.mark.parametrize("horizon", [0.5, 1, 2.9, 12, 12.5, 13, 36, 36.5, 60, 144, 145, 600, 1e6])
def test_points_begin_today_end_at_the_horizon_and_are_few(horizon):
    found = points(horizon)
    assert (found[0], found[-1]) == (0, horizon)
    assert 2 <= len(found) <= POINTS_MAX
    steps = [two - one for one, two in pairwise(found)]
    assert all(step == steps[0] for step in steps[:-1])
    assert 0 < steps[-1] <= steps[0]
