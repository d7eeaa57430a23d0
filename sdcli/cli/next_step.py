"""A bare `sdcli`: what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.cli.screen import console, styled
from sdcli.core.clock import SystemClock
from sdcli.core.folders import data_folder
from sdcli.interview.store import FILE_NAME, SessionStore

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.content import Scenario
    from sdcli.interview import StoredSession


BEGIN_WITH = "url-shortener"  # the easiest


def show() -> None:
    """Resume what is open, else try a question that was not tried yet."""
    from sdcli.content import scenario_ids

    screen = console()
    sessions: tuple[StoredSession, ...] = ()
    if (data_folder() / FILE_NAME).exists():
        with SessionStore(data_folder(), SystemClock()) as store:
            sessions = store.list()
    unfinished = [session for session in sessions if session.finished is None]
    if unfinished:
        last = unfinished[-1]
        screen.print(styled(f"You left {last.title} ({last.level}) before its end."))
        screen.print(styled("  sdcli interview --resume", style="cyan"))
    tried = {session.scenario for session in sessions}
    question = _first_usable(
        sorted(scenario_ids(), key=lambda name: (name in tried, name != BEGIN_WITH))
    )
    if question:
        screen.print(styled(f"A question to try: {question.title}. {question.summary}"))
        screen.print(styled(f"  sdcli interview {question.id}", style="cyan"))
    screen.print(styled("A number, quickly:"))
    screen.print(styled("  sdcli calc '100M link/month to link/s'", style="cyan"))
    screen.print(styled("Everything else: sdcli --help"))


def _first_usable(ids: Iterable[str]) -> Scenario | None:
    """The first scenario that can be read; `content check` tells what is wrong with the others."""
    from sdcli.content import load_scenario
    from sdcli.core.errors import SdcliError

    for name in ids:
        try:
            return load_scenario(name)
        except SdcliError:
            continue
    return None
