"""An interview typed into a terminal from recorded answers, one key press after the other."""

from __future__ import annotations

import re
import sqlite3
import sys
from typing import TYPE_CHECKING

from sdcli.core import yaml

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.pseudo_terminal import PseudoTerminal

SDCLI = [sys.executable, "-m", "sdcli.cli.entry"]
ENTER = "\r"
FINISH = "\x1b\r"
LISTED = {"questions", "assumptions", "estimates", "components", "flows", "decision"}
LINES = {*LISTED, "predict"}
_PROMPT = re.compile(r"· ((?:scope|high_level|deep_dive|wrap_up)\.[\w.-]+)$", re.MULTILINE)


def recorded(path: Path) -> list[tuple[str, str]]:
    """The answers one line at a time, with the empty lines that leave a list."""
    answers = yaml.read(path).data["answers"]
    found: list[tuple[str, str]] = []
    for number, answer in enumerate(answers):
        at, text = answer["at"], str(answer["text"])
        is_line = at.rpartition(".")[2] in LINES
        found += [(at, line) for line in (text.split("\n") if is_line else [text])]
        following = answers[number + 1]["at"] if number + 1 < len(answers) else ""
        if at.rpartition(".")[2] in LISTED and text and following != at:
            found.append((at, ""))
    return found


def keys_for(at: str, text: str) -> str:
    """What a person types: a line and ENTER, a text and its finish key, or ENTER twice."""
    if not text:
        return ENTER + ENTER
    return text + ENTER if at.rpartition(".")[2] in LINES else text.replace("\n", ENTER) + FINISH


def stored(world: dict[str, str]) -> int:
    """How many events are in the database, seen from outside."""
    with sqlite3.connect(f"file:{world['SDCLI_DATA']}/sessions.db?mode=ro", uri=True) as database:
        return database.execute("SELECT count(*) FROM events").fetchone()[0]


def answer(terminal: PseudoTerminal, world: dict[str, str], at: str, text: str) -> None:
    """Type one answer at its prompt and wait until it is stored."""
    terminal.wait_for(f"· {at}")
    before = stored(world)
    terminal.type(keys_for(at, text))
    terminal.read_until(lambda: stored(world) > before)


def play(terminal: PseudoTerminal, world: dict[str, str], answers: list[tuple[str, str]]) -> None:
    """Type at each prompt the first recorded answer for it that is left, down to the report.

    Raises:
        AssertionError: a prompt has no answer, or an answer was never asked for.
    """
    left = list(answers)
    seen = 0
    while (at := open_prompt(terminal, seen)) is not None:
        seen = terminal.prompts
        place = next((number for number, one in enumerate(left) if one[0] == at), None)
        assert place is not None, f"nothing is recorded for {at}:\n{terminal.text()}"
        answer(terminal, world, *left.pop(place))
    assert left == []


def open_prompt(terminal: PseudoTerminal, seen: int) -> str | None:
    """The id of the prompt that was opened after the first `seen` ones; None at the report."""
    found: list[str] = []

    def is_there() -> bool:
        shown = terminal.text()
        found[:] = _PROMPT.findall(shown)[-1:] if terminal.prompts > seen else []
        return bool(found) or "This report again" in shown

    terminal.read_until(is_there)
    return found[0] if found else None
