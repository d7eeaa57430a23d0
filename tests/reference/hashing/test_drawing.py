"""Pictures are plain text of a known width."""

from __future__ import annotations

import pytest

from sdcli.reference.hashing import SPACE, Ring
from sdcli.reference.hashing.drawing import bar, bars, letters, strip


@pytest.mark.parametrize(
    ("length", "drawn"),
    # four cells have 32 eighths
    [(0, ""), (1 / 32, "▏"), (0.25, "█"), (0.375, "█▌"), (1, "████"), (7, "████"), (-1, "")],
)
def test_a_bar_is_drawn_to_an_eighth_of_a_cell(length: float, drawn: str) -> None:
    assert bar(length, 4) == drawn


def test_the_strip_shows_who_owns_the_middle_of_each_cell() -> None:
    def left_half(position: int) -> str:
        return "x" if position < SPACE // 2 else "y"

    assert strip(left_half, ["x", "y"], cells=8) == "aaaabbbb"


def test_many_nodes_are_shown_by_their_extremes() -> None:
    shares = {f"n{i}": (i + 1) / 1275 for i in range(50)}  # 1 + ... + 50 = 1275
    lines = bars(shares)
    assert len(lines) == 17
    assert "n49" in lines[0]
    assert "n0" in lines[-1]
    assert lines[8].strip() == "... 34 more between"


def test_no_line_is_wider_than_a_terminal() -> None:
    ring = Ring([f"a-very-long-name-of-a-server-{i}" for i in range(100)], vnodes=3)
    assert max(map(len, ring.describe().splitlines())) <= 80
    assert letters([str(i) for i in range(70)])["69"] == "·"
