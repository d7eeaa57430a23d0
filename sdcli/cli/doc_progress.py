"""Which run a long build is at, on stderr, where somebody sits before it."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import RenderableType

    from sdcli.documents.evidence.plan import Plan

_AFTER = 1.0  # seconds; what takes less is over before anybody has read a line


@contextmanager
def watching() -> Iterator[Callable[[Plan, int, int], None] | None]:
    """Something to tell runs to; None without a terminal. The line goes when the work is done."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.live import Live

    from sdcli.cli.screen import console, styled
    from sdcli.core.clock import SystemClock

    clock = SystemClock()
    start = clock.elapsed()
    text = ""

    def shown() -> RenderableType:
        return styled(text if clock.elapsed() - start >= _AFTER else "", no_wrap=True)

    live = Live(
        console=console(stderr=True),
        get_renderable=shown,
        transient=True,
        redirect_stdout=False,
        refresh_per_second=4,
    )

    def watch(plan: Plan, number: int, total: int) -> None:
        nonlocal text
        text = told(plan.name, plan.component, number, total)

    with live:
        yield watch


def told(run: str, component: str, number: int, total: int) -> str:
    """The line for one run.

    >>> told("ring.balance", "ring", 2, 5)
    'running ring.balance for ring (2 of 5)'
    """
    return f"running {run} for {component} ({number} of {total})"
