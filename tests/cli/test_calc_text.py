"""How answers look: lines, columns, shares."""

from __future__ import annotations

import pytest

from sdcli.cli.calc_text import drift, drivers_lines, percent, steps_table
from sdcli.estimate.aloud import Step


@pytest.mark.parametrize(
    ("drivers", "lines"),
    [
        ([], []),
        ([("a", 1.0)], []),
        ([("a", 0.8), ("b", 0.2)], ["a drives 80 % of the spread: ask about it first"]),
        ([("a", 0.5), ("b", 0.5)], ["a and b drive 50 % of the spread each"]),
        (
            [("a", 0.4), ("b", 0.4), ("c", 0.2)],
            ["a and b drive 40 % of the spread each", "then c 20 %"],
        ),
        (
            [("a", 0.7), ("b", 0.25), ("c", 0.046), ("d", 0.004)],
            ["a drives 70 % of the spread: ask about it first", "then b 25 %, c 4.6 %, d 0.4 %"],
        ),
    ],
)
def test_which_range_drives_the_spread(drivers, lines):
    assert drivers_lines(drivers) == [f"  {line}" for line in lines]


def test_long_names_and_many_ranges_stay_within_the_window():
    label = "the_number_of_requests_of_each_user (5 to 20 request/user/day)"
    drivers = [(f"{number} {label}", share) for number, share in enumerate((0.5, 0.3, 0.1, 0.1))]
    lines = drivers_lines(drivers)
    assert lines[0].startswith("  0 the_number_of_requests_of_e... drives 50 %")
    assert lines[1] == "  then 1 the_number_of_requests_of_e... 30 %"
    assert max(map(len, drivers_lines([("x" * 50, 0.5), ("y" * 50, 0.5)]))) <= 80
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("share", "said"),
    [(1, "100 %"), (0.595, "60 %"), (0.1, "10 %"), (0.046, "4.6 %"), (0.0042, "0.42 %")],
)
def test_a_share_has_at_most_two_digits_that_count(share, said):
    assert percent(share) == said


@pytest.mark.parametrize(
    ("share", "said"), [(0.008, "+0.8 %"), (-0.136, "-14 %"), (0.0, ""), (0.0004, "")]
)
def test_a_drift_has_its_sign(share, said):
    assert drift(share) == said


def test_steps_stand_in_columns_while_they_fit():
    steps = [Step("2 x 3 = 6", "6", 0.0), Step("6 x 1.7 = 10", "10.2", -0.02)]
    assert steps_table(steps) == [
        "said aloud    exact  drift",
        "2 x 3 = 6     6",
        "6 x 1.7 = 10  10.2   -2 %",
    ]
    wide = Step("1.2 MB/request x " * 4, "1.234 MB/s", 0.01)
    assert steps_table([wide]) == [wide.said, "  exact 1.234 MB/s, drift +1 %"]


def test_a_single_number_has_no_steps():
    assert steps_table([]) == []
