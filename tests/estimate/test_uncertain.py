"""How much of a sheet is uncertain, counted before anything is drawn."""

from __future__ import annotations

import pytest

from sdcli.estimate.uncertain import uncertain


@pytest.mark.parametrize(
    ("formulas", "count"),
    [
        ({"aa": "5 GB", "bb": "aa * 2 + aa"}, 0),  # certain
        ({"aa": "1 to 2 GB"}, 1),
        ({"aa": "(1 to 2 GB) + (1 to 2 GB)"}, 3),
        ({"aa": "1 to 2 GB", "bb": "aa + aa + aa"}, 3),
        ({"bb": "aa + 1 GB", "aa": "1 to 2 GB"}, 2),  # in any order
        ({"aa": "1 to 2", "bb": "aa * 2", "cc": "bb * 2", "dd": "cc", "ee": "max(dd, 5) * 2"}, 5),
        ({"aa": "1 to 2", "bb": "5 * 3"}, 1),  # not made from it
        (
            {"aa": "1 to 2", "bb": "aa *", "cc": "bb + aa"},
            2,
        ),  # what cannot be read counts for nothing
        ({"aa": "1 to 2 * bb", "bb": "aa + 1"}, 3),  # a circle, which is refused later
    ],
)
def test_ranges_and_operations_with_them_are_counted(formulas, count):
    assert uncertain(formulas) == count


def test_a_long_chain_is_counted():
    """Deeper than Python's own stack."""
    chain = {f"e{i}": f"e{i - 1} + 1" for i in range(1, 3000)}
    assert uncertain({"e0": "1 to 2", **chain}) == 3000
