"""How answers look: lines and columns."""

from __future__ import annotations

import pytest

from sdcli.cli.calc_text import by_head_line, drift, steps_table
from sdcli.estimate.aloud import Step
from sdcli.estimate.by_head import by_head
from sdcli.units import parse


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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("3 * 5", "3 x 5 = 15, exact"),
        ("150M user * 2 tweet/user/day to tweet/s", "150M x 2 / 10^5 = 3k tweet/s, 14 % low"),
        ("3 * 5.2", "3 x 5 = 15, 3.8 % low"),  # 15.6
        ("-3 * 4.56", "-3 x 5 = -15, 9.6 % too large in size"),  # below -13.68
        ("-3 * 5.2", "-3 x 5 = -15, 3.8 % too small in size"),
        ("0.0012", "0.0012, nothing to simplify"),
        ("3472 link", "3k link, 14 % low"),
        ("1.0002 * 3", "1 x 3 = 3, within 0.05 %"),
        ("1 day - 86400 s", "1 - 100k / 10^5 = 0 day, exact"),
    ],
)
def test_a_sum_by_head_says_how_far_off_it_is(text, said):
    assert by_head_line(by_head(parse(text), {})) == f"by head: {said}"
