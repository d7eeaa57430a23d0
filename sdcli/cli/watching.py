"""Watching an experiment run: its frames on stderr, where somebody sits before it.

Frames say in letters who is whom; here the letters get their colours, so that a circle of arcs is
seen before it is read. Without colour (NO_COLOR, a pipe) the same letters stand there.
"""

from __future__ import annotations

import string
import time
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console, RenderableType
    from rich.table import Table

    from sdcli.experiments import Experiment, Frame, Result

_BAR_WIDTH, _PERCENT_WIDTH = 40, 6
_FRAME_MARGIN = 4  # title, bar, and room for what stands above
_EXACT_MAX = 1e15  # up to here a float counts by ones

# A node's letter is black or white on a patch of the node's colour, which is as legible on a light
# terminal as on a dark one; a bar has the colour itself. Neighbours in this row differ most, since
# a ring shows the first few of them. After the last the colours begin anew; letters do not.
_PALETTE = (
    ("blue", "bright_white"),
    ("yellow", "black"),
    ("magenta", "bright_white"),
    ("green", "black"),
    ("red", "bright_white"),
    ("cyan", "black"),
    ("bright_black", "bright_white"),
    ("bright_blue", "bright_white"),
    ("bright_magenta", "black"),
    ("bright_green", "black"),
    ("bright_red", "black"),
    ("bright_yellow", "black"),
)
_INKS = string.ascii_lowercase + string.ascii_uppercase + string.digits


def run_watched(
    experiment: Experiment[Any],
    params: Any,
    seed: int,
    speed: float = 1.0,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[Result, Frame | None]:
    """Run, showing the frames on a terminal; the result, and the last frame as its picture.

    Args:
        experiment: what runs.
        params: its own, as `bind` makes them.
        seed: decides every random choice.
        speed: how many times faster than the frames want to be seen; 0 waits for none, and leaves
            out those that are there to be looked at.
        sleep: how to wait some seconds.
    """
    from rich.control import Control
    from rich.live import Live

    from sdcli.cli.screen import bar, console

    last: list[Frame] = []
    screen = console(stderr=True)
    live = Live(console=screen, transient=True, redirect_stdout=False, auto_refresh=False)
    size = screen.size
    shown = -1

    def start_anew() -> None:
        """Wipe the screen if the window has another size than before.

        Some terminals break the lines that stand there anew, some do not, so nobody can tell
        where the last frame begins.
        """
        nonlocal size
        if screen.is_terminal and screen.size != size:
            size = screen.size
            screen.control(Control.clear(), Control.home())

    def watch(frame: Frame) -> None:
        nonlocal shown
        last[:] = [frame]
        percent = int(frame.progress * 100)
        is_due = speed > 0 if frame.hold else percent != shown
        if screen.is_terminal and is_due:
            shown = percent
            start_anew()
            wide = min(_BAR_WIDTH, max(1, size.width - _PERCENT_WIDTH))
            drawn = f"{bar(frame.progress, wide)} {percent} %"
            # What does not fit cannot be drawn over: of too tall a frame the head is cut.
            rows = max(1, size.height - _FRAME_MARGIN)
            live.update(inked(frame, foot=drawn, rows=rows, width=size.width), refresh=True)
            if frame.hold:
                sleep(frame.hold / speed)

    with live:
        result = experiment.run(params, seed, watch)
        start_anew()
        live.update("")  # it is drawn once more before it goes
    return result, last[0] if last else None


def show_picture(screen: Console, frame: Frame) -> None:
    """The last frame, in an answer: cut where a window is narrower, whole where nobody looks."""
    width = screen.width if screen.is_terminal else 0
    screen.print(inked(frame, width=width), soft_wrap=True)


def inked(frame: Frame, *, foot: str = "", rows: int = 0, width: int = 0) -> RenderableType:
    """A frame as text for the screen, in colour where it says so.

    Args:
        frame: what to show.
        foot: a line under it.
        rows: how many of its lines there is room for, the last ones; 0: for all.
        width: columns that there is room for; 0: for all. A line that is cut ends in "…", and
            one under the frame says so.
    """
    from sdcli.cli.screen import WIDTH, assemble

    whole = list(zip_longest((frame.title, *frame.lines), ("", *frame.inks), fillvalue=""))
    widest = max(len(line.rstrip()) for line, _ in whole)
    is_cut = 0 < width < widest
    rows -= is_cut and rows > 1
    shown = [whole[0], *whole[-rows:]] if 0 < rows < len(frame.lines) else whole
    if is_cut:
        note = f"cut at {width} columns; {max(WIDTH, widest)} show all of it"
        shown = [_cut(line, ink, width) for line, ink in [*shown, (note, "")]]
    parts: list[tuple[str, str]] = []
    for line, ink in [*shown, (foot, "")] if foot else shown:
        parts += [*_coloured(line, ink), ("\n", "")]
    text = assemble(*parts[:-1])
    text.no_wrap = True
    return text


def _cut(line: str, ink: str, width: int) -> tuple[str, str]:
    """A line that has no room, with a mark at its end; a whole one as it is."""
    if len(line.rstrip()) <= width:
        return line, ink
    return f"{line[: width - 1]}…", ink[: width - 1]


def _coloured(line: str, ink: str) -> Iterator[tuple[str, str]]:
    """The stretches of a line that look alike, each with its style."""
    cells = zip(line, ink.ljust(len(line)), strict=False)
    for style, stretch in groupby(cells, key=lambda cell: _style(*cell)):
        yield "".join(cell for cell, _ in stretch), style


def _style(cell: str, ink: str) -> str:
    """How a character looks: a letter in its own ink is a patch, all else has the ink's colour."""
    if ink not in _INKS:
        return ""
    colour, letter = _PALETTE[_INKS.index(ink) % len(_PALETTE)]
    return f"{letter} on {colour}" if cell == ink else colour


def figure(value: float | str) -> str:
    """A number as a person reads it: counts whole, the rest with four digits.

    >>> figure(100000), figure(0.07516), figure(1e-9)
    ('100,000', '0.07516', '1e-09')
    """
    if isinstance(value, str):
        return value
    if value == int(value) and abs(value) < _EXACT_MAX:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def results(experiment: Experiment[Any], result: Result) -> Table:
    """Each metric, with what theory says beside it; a metric that is theory has no own line."""
    from sdcli.cli.screen import table

    rows = table("metric", ">measured", ">theory", "unit", "what it is")
    theories = {metric.theory for metric in experiment.metrics}
    for metric in experiment.metrics:
        if metric.name not in theories:
            rows.add_row(
                metric.name,
                figure(result.metrics[metric.name]),
                figure(result.metrics[metric.theory]) if metric.theory else "",
                metric.unit,
                metric.title,
            )
    return rows
