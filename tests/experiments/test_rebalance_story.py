"""The story of ring.rebalance: what the frames show is what the ring does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from sdcli.experiments.rebalance_story import STORY_PROGRESS, tell
from sdcli.reference.hashing import Ring
from sdcli.reference.hashing.drawing import circle

if TYPE_CHECKING:
    from sdcli.experiments import Frame

WIDE = 34  # columns of the circle


def told(nodes: int = 8, vnodes: int = 160) -> list[Frame]:
    frames: list[Frame] = []
    tell(nodes, vnodes, "blake2b", "7/0", frames.append)
    return frames


def cells_of(frame: Frame) -> str:
    """The cells of the circle, without the words inside."""
    whole = circle(lambda _: "x", ["x"]).lines
    return "".join(
        cell
        for drawn, line in zip(whole, frame.lines, strict=False)
        for place, cell in zip(drawn, line, strict=False)
        if place != " "
    )


def inks_of(frame: Frame) -> str:
    return "".join(line[:WIDE] for line in frame.inks[:17]).replace(" ", "")


def share_of(frame: Frame, letter: str) -> float:
    """The share that stands beside a node's letter, in percent."""
    found = re.search(rf"   {letter} n\d+ +([\d.]+) %", "\n".join(frame.lines))
    assert found
    return float(found[1])


@pytest.mark.parametrize(("nodes", "vnodes"), [(8, 160), (2, 1), (11, 8), (100, 1), (10_000, 10)])
def test_a_story_is_short_and_fits_a_terminal(nodes: int, vnodes: int) -> None:
    frames = told(nodes, vnodes)
    assert 20 <= len(frames) <= 30
    assert sum(frame.hold for frame in frames) <= 4
    assert all(frame.hold > 0 for frame in frames)
    assert all(len(frame.lines) <= 20 for frame in frames)  # 24 rows, with title, bar and prompt
    assert all(len(line) <= 80 for frame in frames for line in frame.lines)
    progress = [frame.progress for frame in frames]
    assert progress == sorted(progress)
    assert progress[-1] < STORY_PROGRESS


def test_a_node_dies_and_others_take_what_was_its() -> None:
    whole, dead, *sweep = told()[:14]
    assert "e" in inks_of(whole)
    assert "n4 (e) dies" in dead.title
    assert set(inks_of(dead)) == set("abcdfgh")  # all the others are seen, e's arcs are gaps
    assert len(inks_of(dead)) < len(inks_of(whole))
    blanks = [cells_of(frame).count(" ") for frame in (dead, *sweep)]
    assert blanks[0] == cells_of(whole).count("e")
    assert blanks == sorted(blanks, reverse=True)
    assert blanks[-1] == 0
    last = sweep[-1]
    # What has moved is what was e's; only that is in colour, in those of its heirs.
    assert len(inks_of(last)) == inks_of(whole).count("e")
    assert "e" not in inks_of(last)
    assert share_of(last, "e") == 0
    assert "nobody's" not in "".join(last.lines)


def test_a_node_joins_and_all_that_moves_is_its() -> None:
    whole, *sweep = told()[14:]
    assert set(inks_of(whole)) == set("abcdefgh")
    assert [share_of(whole, "i"), share_of(whole, "a")] == [0, share_of(told()[0], "a")]
    moved = [len(inks_of(frame)) for frame in sweep]
    assert moved == sorted(moved)
    assert set(inks_of(sweep[-1])) == {"i"}


def test_the_shares_beside_the_circle_are_those_of_the_ring() -> None:
    before = Ring([f"7/0/n{i}" for i in range(8)], vnodes=12)  # 96 points in all
    frames = told()
    for frame, ring, letters in (
        (frames[0], before, "abcdefgh"),
        (frames[13], before.remove("7/0/n4"), "abcdfgh"),
        (frames[-1], before.add("7/0/n8"), "abcdefghi"),
    ):
        shares = dict(zip(letters, ring.arcs().values(), strict=True))
        for letter, share in shares.items():
            assert share_of(frame, letter) == pytest.approx(share * 100, abs=0.006)


def test_a_bar_ends_in_the_letters_of_who_took_its_end() -> None:
    """Letters alone tell the story: whose bar lost what to whom."""
    last = told()[-1]
    rows = [line[WIDE:].strip() for line in last.lines if " % " in line[WIDE:]]
    ends = {row[0]: row.rsplit("  ", 1)[-1].replace("█", "") for row in rows}
    assert set("".join(ends[letter] for letter in "abcdefgh")) == {"i"}
    given = {letter: len(end) for letter, end in ends.items() if letter != "i"}
    # The new node's bar is made of what it took: as many cells, but for rounding each of them.
    assert len(ends["i"]) == pytest.approx(sum(given.values()), abs=4)
    assert "i" not in ends["i"]


@pytest.mark.parametrize(
    ("nodes", "vnodes", "says"),
    [
        (8, 160, "drawn: 12 of 160 points each"),
        (100, 160, "drawn: 11 of 100 nodes, 8 of 160 points each"),
        (100, 1, "drawn: 11 of 100 nodes"),
        (8, 12, ""),
    ],
)
def test_a_smaller_drawing_says_so(nodes: int, vnodes: int, says: str) -> None:
    assert {frame.lines[-1] for frame in told(nodes, vnodes)} == {says}


def test_the_only_node_does_not_die() -> None:
    frames = told(nodes=1)
    assert not any("dies" in frame.title for frame in frames)
    assert "n1 (b) joins" in frames[-1].title
