"""How answers look: lines and columns."""

from __future__ import annotations

import pytest

from sdcli.cli.calc_text import drift, steps_table
from sdcli.estimate.aloud import Step


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
