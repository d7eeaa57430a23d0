"""Did you mean."""

from __future__ import annotations

import pytest

from sdcli.core.suggest import did_you_mean, edits


@pytest.mark.parametrize(
    ("one", "two", "distance"),
    [
        ("", "", 0),
        ("abc", "abc", 0),
        ("abc", "acb", 1),
        ("abc", "", 3),
        ("ca", "abc", 3),
        ("kitten", "sitting", 3),
    ],
)
def test_edits(one, two, distance):
    """ "ca" to "abc" is 3 in the restricted form, where nothing swapped is edited again."""
    assert edits(one, two) == edits(two, one) == distance


def test_only_near_names_are_offered_and_case_costs_nothing():
    assert did_you_mean("Vnodes", ["vnodes", "nodes", "zone"]) == "did you mean vnodes or nodes?"
    assert did_you_mean("quorum", ["vnodes"]) == ""
