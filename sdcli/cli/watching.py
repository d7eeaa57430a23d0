"""Watching an experiment run: its frames on stderr, where somebody sits before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sdcli.experiments import Experiment, Frame, Result

_BAR_WIDTH = 40
_FRAME_MARGIN = 4  # title, bar, and room for what stands above
_EXACT_MAX = 1e15  # up to here a float counts by ones


def run_watched(experiment: Experiment[Any], params: Any, seed: int) -> tuple[Result, Frame | None]:
    """Run, showing the frames on a terminal; the result, and the last frame as its picture."""
    from rich.live import Live

    from sdcli.cli.screen import bar, console, styled

    last: list[Frame] = []
    screen = console(stderr=True)
    live = Live(console=screen, transient=True, redirect_stdout=False, auto_refresh=False)
    shown = -1

    def watch(frame: Frame) -> None:
        nonlocal shown
        last[:] = [frame]
        percent = int(frame.progress * 100)
        if screen.is_terminal and percent != shown:
            shown = percent
            drawn = bar(frame.progress, _BAR_WIDTH)
            # A frame that is taller than the terminal cannot be drawn over: its head is cut.
            fitting = frame.lines[-max(1, screen.height - _FRAME_MARGIN) :]
            text = "\n".join([frame.title, *fitting, f"{drawn} {percent} %"])
            live.update(styled(text, no_wrap=True), refresh=True)

    with live:
        result = experiment.run(params, seed, watch)
    return result, last[0] if last else None


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
