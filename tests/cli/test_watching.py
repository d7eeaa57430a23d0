"""Watching an experiment: what a terminal shows, for how long, and in which colours."""

from __future__ import annotations

import dataclasses
import io
import os
import signal
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from sdcli.cli import screen
from sdcli.cli.watching import inked, run_watched, show_picture
from sdcli.experiments import Frame, Result, limiter_burst
from tests.cli.pseudo_terminal import PseudoTerminal
from tests.cli.typed import SDCLI

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"

LOOKED_AT = Frame("still", ("one", "two"), 0.0, hold=0.5)
PASSING = Frame("run", ("three",), 0.5)
LAST = Frame("end", ("four",), 1.0)


def console_of(*, is_terminal: bool = True, width: int = 80, height: int = 24) -> Console:
    return Console(
        file=io.StringIO(),
        force_terminal=is_terminal,
        width=width,
        height=height,
        color_system=None,
        markup=False,
        highlight=False,
    )


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[str, list[float], Any]]:
    """What a run with these frames writes on a terminal, its waits, and what comes back."""

    def call(*frames: Frame, speed: float = 1.0, **terminal: Any) -> tuple[str, list[float], Any]:
        shown, waits = console_of(**terminal), []

        def run(_params: Any, _seed: int, watch: Any) -> Result:
            for frame in frames:
                watch(frame)
            return Result(metrics={}, verdict="holds", note="")

        monkeypatch.setattr(screen, "console", lambda **_: shown)
        experiment = dataclasses.replace(limiter_burst.EXPERIMENT, run=run)
        back = run_watched(experiment, None, 7, speed, waits.append)
        return shown.file.getvalue(), waits, back

    return call


def test_a_frame_to_be_looked_at_stands_for_as_long_as_it_wants(watched) -> None:
    text, waits, (result, picture) = watched(LOOKED_AT, PASSING, LOOKED_AT, LAST)
    assert waits == [0.5, 0.5]
    assert result.verdict == "holds"
    assert picture == LAST
    for word in ("still", "one", "two", "run", "three", "50 %", "100 %"):
        assert word in text
    assert text.rindex(SHOW_CURSOR) > text.rindex(HIDE_CURSOR)


@pytest.mark.parametrize(("speed", "wait"), [(2.0, 0.25), (0.1, 5.0)])
def test_the_speed_divides_the_waits(watched, speed: float, wait: float) -> None:
    assert watched(LOOKED_AT, LAST, speed=speed)[1] == [wait]


def test_who_does_not_wait_sees_the_run_only(watched) -> None:
    text, waits, (_, picture) = watched(LOOKED_AT, PASSING, LAST, speed=0)
    assert waits == []
    assert picture == LAST
    assert "still" not in text
    assert "three" in text


def test_where_nobody_watches_nobody_waits(watched) -> None:
    text, waits, (_, picture) = watched(LOOKED_AT, PASSING, LAST, is_terminal=False)
    assert (text.strip(), waits, picture) == ("", [], LAST)


def test_of_a_frame_too_large_the_foot_and_the_left_are_seen(watched) -> None:
    lines = tuple(f"line {number} {'x' * 70}" for number in range(30))
    text, _, (_, picture) = watched(Frame("title", lines, 0.0, hold=1), width=40, height=14)
    # 14 rows: title, what is cut, progress bar and two to spare leave the last nine lines.
    assert "title" in text
    assert "line 21 " in text
    assert "line 29 " in text
    assert "line 20 " not in text
    assert f"\n{lines[21][:39]}…\n" in text
    assert text.count("\ncut at 40 columns; 80 show all of it\n") == 1
    assert picture.lines == lines  # the answer has all of it


def test_an_interrupted_wait_leaves_a_sound_terminal(watched, monkeypatch) -> None:
    shown = console_of()
    monkeypatch.setattr(screen, "console", lambda **_: shown)

    def run(_params: Any, _seed: int, watch: Any) -> Result:
        watch(LOOKED_AT)
        pytest.fail("the wait was to end it")

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    experiment = dataclasses.replace(limiter_burst.EXPERIMENT, run=run)
    with pytest.raises(KeyboardInterrupt):
        run_watched(experiment, None, 7, sleep=interrupted)
    text = shown.file.getvalue()
    assert text.rindex(SHOW_CURSOR) > text.rindex(HIDE_CURSOR)


def styles_of(line: str, ink: str) -> list[tuple[str, str]]:
    """Each stretch of a line with its style."""
    text = inked(Frame("", (line,), 1.0, (ink,)))
    return [(text.plain[span.start : span.end], str(span.style)) for span in text.spans]


def test_a_letter_is_a_patch_and_a_bar_has_its_colour() -> None:
    assert styles_of("a n0  ██ ab", "a     aa ab") == [
        ("a", "bright_white on blue"),
        ("██", "blue"),
        ("a", "bright_white on blue"),
        ("b", "black on yellow"),
    ]


def test_what_has_no_ink_has_no_colour() -> None:
    assert styles_of("a plain line ·", "             ·") == []
    assert styles_of("longer than its ink", "") == []


def test_what_is_too_wide_is_cut_and_not_wrapped() -> None:
    lines = ("x" * 39 + "ab cd", "ab", "c" * 40 + "   ")
    text = inked(Frame("a title", lines, 1.0, (" " * 38 + "xab cd", "ab", "")), width=40)
    assert text.plain.splitlines() == [
        "a title",
        "x" * 39 + "…",
        "ab",
        "c" * 40 + "   ",  # blanks are nothing to miss
        "cut at 40 columns; 80 show all of it",
    ]
    assert [text.plain[span.start : span.end] for span in text.spans] == ["x", "a", "b"]


def test_what_fits_has_no_mark() -> None:
    text = inked(Frame("a title", ("ab cd",), 1.0), width=7)
    assert text.plain == "a title\nab cd"


def test_the_columns_that_would_do_are_those_of_the_frame() -> None:
    text = inked(Frame("", ("x" * 90,), 1.0), width=80)
    assert text.plain.splitlines()[-1] == "cut at 80 columns; 90 show all of it"


@pytest.mark.parametrize(("is_terminal", "is_cut"), [(True, True), (False, False)])
def test_a_picture_is_cut_for_a_window_only(is_terminal: bool, is_cut: bool) -> None:
    console = console_of(is_terminal=is_terminal, width=60)
    show_picture(console, Frame("", ("x" * 80,), 1.0))
    assert (f"\n{'x' * 59}…\ncut at 60" in console.file.getvalue()) is is_cut
    assert (f"\n{'x' * 80}\n" in console.file.getvalue()) is not is_cut


CLEAR, HOME = "\x1b[2J", "\x1b[H"


@pytest.mark.parametrize(
    ("sizes", "clears"),
    [
        ([(80, 24), (80, 24), (80, 24)], 0),
        ([(80, 24), (50, 24), (50, 24)], 1),
        ([(80, 24), (50, 24), (100, 30)], 2),
        ([(80, 24), (80, 12), (80, 12)], 1),
    ],
)
def test_a_window_of_another_size_is_drawn_anew(monkeypatch, sizes, clears) -> None:
    """The old frame may have been broken into more lines, so all of the screen goes."""
    shown, rest = console_of(), list(sizes[1:])
    monkeypatch.setattr(screen, "console", lambda **_: shown)
    shown.size = sizes[0]

    def run(_params: Any, _seed: int, watch: Any) -> Result:
        watch(Frame("first", ("x" * 80,), 0.0, hold=1))
        watch(Frame("second", ("y" * 80,), 0.5, hold=1))
        return Result(metrics={}, verdict="holds", note="")

    def resized(_seconds: float) -> None:
        shown.size = rest.pop(0)

    experiment = dataclasses.replace(limiter_burst.EXPERIMENT, run=run)
    run_watched(experiment, None, 7, sleep=resized)
    text = shown.file.getvalue()
    assert text.count(CLEAR + HOME) == clears
    width = min(sizes[1][0], 80)
    assert ("y" * (width - 1) + ("y" if width == 80 else "…") + "\n") in text


def test_twelve_nodes_have_colours_of_their_own() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    colours = [style for _, style in styles_of(letters, letters)]
    assert len(set(colours[:12])) == 12
    assert colours[12:24] == colours[:12]


@pytest.mark.parametrize(("color_system", "is_coloured"), [("standard", True), (None, False)])
def test_without_colour_the_letters_stand_there(color_system, is_coloured) -> None:
    console = Console(file=io.StringIO(), force_terminal=True, color_system=color_system, width=80)
    console.print(inked(Frame("now", ("aab", "a ██"), 1.0, ("aab", "a aa"))))
    text = console.file.getvalue()
    assert ("\x1b" in text) is is_coloured
    if not is_coloured:
        assert text == "now\naab\na ██\n"


def test_ctrl_c_ends_a_run_that_is_watched(tmp_path: Path) -> None:
    world = os.environ | {"SDCLI_DATA": str(tmp_path), "LC_ALL": "C.UTF-8"}
    command = [*SDCLI, "lab", "run", "ring.rebalance", "--speed", "0.01"]
    terminal = PseudoTerminal(command, cwd=tmp_path, env=world)
    terminal.wait_for("a ring of 8 nodes")
    assert terminal.kill(signal.SIGINT) == 130
    assert "interrupted" in terminal.text()
    text = terminal.written.decode()
    assert text.rindex(SHOW_CURSOR) > text.rindex(HIDE_CURSOR)
