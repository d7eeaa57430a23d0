"""Pictures are plain text of a known width."""

from __future__ import annotations

import pytest

from sdcli.reference.hashing import SPACE, Ring
from sdcli.reference.hashing.drawing import Drawing, bar, bars, circle, letters, strip


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


def quarter(position: int) -> str:
    """Four owners, clockwise from the top."""
    return "nesw"[position * 4 // SPACE]


def test_the_circle_begins_at_the_top_and_goes_clockwise() -> None:
    lines = circle(quarter, list("nesw"), rows=13).lines
    middle = 13  # twice as wide as high: 26 columns, the first half is the left one
    # The letters a, b, c, d stand for n, e, s, w: top right, bottom right, bottom left, top left.
    quarters = [
        {line[column] for line in part for column in columns} - {" "}
        for part, columns in (
            (lines[:6], range(middle, 26)),
            (lines[7:], range(middle, 26)),
            (lines[7:], range(middle)),
            (lines[:6], range(middle)),
        )
    ]
    assert quarters == [{"a"}, {"b"}, {"c"}, {"d"}]


@pytest.mark.parametrize("rows", [5, 9, 12, 17])
def test_the_circle_is_round_to_the_eye(rows: int) -> None:
    """Twice as many columns as rows, the same from all four sides, no cell nearer to a corner."""
    lines = circle(lambda _: "x", ["x"], rows=rows).lines
    assert len(lines) == rows
    assert {len(line) for line in lines} == {2 * rows}
    assert list(lines) == list(reversed(lines))
    assert all(line == line[::-1] for line in lines)
    for row, line in enumerate(lines):
        for column, cell in enumerate(line):
            from_centre = ((column + 0.5 - rows) ** 2 / 4 + (row + 0.5 - rows / 2) ** 2) ** 0.5
            assert (cell == "a") == (rows / 2 - 2 < from_centre <= rows / 2)


def test_each_cell_of_the_circle_shows_who_owns_its_direction() -> None:
    """Of a circle in 12 parts, like the hours of a clock, each has its part of the cells."""
    lines = circle(lambda at: f"{at * 12 // SPACE}", [f"{hour}" for hour in range(12)]).lines
    cells = "".join(lines).replace(" ", "")
    for hour, letter in enumerate("abcdefghijkl"):
        # A ring of 2 rows' breadth: pi (8.5^2 - 6.5^2) * 2 = 188.5 cells, 15.7 for each,
        # more or less a few, since the cells stand in rows.
        assert cells.count(letter) == pytest.approx(188.5 / 12, abs=3), hour


def test_what_nobody_owns_is_blank() -> None:
    lines = circle(lambda at: "x" if at < SPACE // 2 else "", ["x"], rows=9).lines
    assert {cell for line in lines for cell in line[:9]} == {" "}
    assert {cell for line in lines for cell in line[9:]} == {" ", "a"}


def test_text_inside_the_circle_never_touches_it() -> None:
    long = "a sentence that is much too long for it"
    plain = circle(lambda _: "x", ["x"], rows=17).lines
    drawn = circle(lambda _: "x", ["x"], inside=[long] * 17, rows=17).lines
    for before, after in zip(plain, drawn, strict=True):
        ring = [column for column, cell in enumerate(before) if cell == "a"]
        assert all(after[column] == "a" for column in ring)
        hole = [
            column for column in range(34) if column not in ring and ring[0] < column < ring[-1]
        ]
        if hole:
            assert after[hole[0]] == after[hole[-1]] == " "
    assert any("a sentence" in line for line in drawn)


def test_only_marked_letters_have_an_ink() -> None:
    drawing = circle(quarter, list("nesw"), rows=9, marked=lambda at: quarter(at) == "e")
    assert {ink for line in drawing.inks for ink in line} == {" ", "b"}
    assert {cell for line in drawing.lines for cell in line} == set(" abcd")
    for line, inks in zip(drawing.lines, drawing.inks, strict=True):
        assert all(ink in (" ", cell) for cell, ink in zip(line, inks, strict=True))


def test_nodes_without_a_letter_have_no_ink() -> None:
    names = [f"{i}" for i in range(70)]
    drawing = circle(lambda _: "69", names, rows=5)
    assert set("".join(drawing.lines)) == {" ", "·"}
    assert set("".join(drawing.inks)) == {" "}
    assert Drawing.rows(["· n69  1.00 %  ██"]).inks == (" " * 17,)
    assert Drawing.cells("", "a·").inks == ("a ",)


def test_a_row_is_inked_by_the_letter_that_begins_it() -> None:
    lines = bars({f"n{i}": (i + 1) / 210 for i in range(20)})  # 1 + ... + 20 = 210
    drawing = Drawing.rows(lines)
    assert drawing.lines == tuple(lines)
    assert drawing.inks[0].strip().replace(" ", "") == "t" * 41  # the letter and 40 cells of bar
    assert drawing.inks[8].strip() == ""  # "... 4 more between"
    assert drawing.inks[16].replace(" ", "") == "aaa"  # letter, then 1/20 of 40 cells


def test_drawings_beside_each_other_stand_middle_to_middle() -> None:
    tall = Drawing.cells("", "a").above(Drawing.cells("", "aa"), Drawing.plain("x"))
    joined = tall.beside(Drawing.cells("", "b"), gap=2)
    assert joined.lines == ("a   ", "aa  b", "x   ")
    assert joined.inks == ("a   ", "aa  b", "    ")
    assert Drawing().above(tall, Drawing.plain("y")).lines == ("a", "aa", "x", "y")


def test_a_strip_may_be_marked_in_part() -> None:
    assert Drawing.cells("+ ", "─b─a").inks == ("   b a",)
    assert Drawing.cells("+ ", "─b─a", marked=" x  ").inks == ("   b  ",)
