"""What `sdcli score` does, and the short way to it.

Scoring one answer should take no longer than a glance, and typer alone takes a third of that.
So entry.py asks `plain_call` first: a line that is written as the help has it runs at once.
Whatever it does not understand goes to typer, which has the one help and the one set of errors.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

TYPE_CHECKING = False  # typing is imported by type checkers only
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_VALUED = {"--level": "level", "--min": "least"}


@dataclass(frozen=True)
class ScoreCall:
    """One call of the command: the question, the file, and the options."""

    scenario: str
    file: str
    level: str | None = None
    least: float | None = None
    as_json: bool = False


def plain_call(arguments: Sequence[str]) -> ScoreCall | None:
    """The call that the arguments spell out, or None where typer has to look at them.

    >>> plain_call(["chat", "a.md", "--json"])
    ScoreCall(scenario='chat', file='a.md', level=None, least=None, as_json=True)
    >>> plain_call(["chat"]), plain_call(["chat", "a.md", "--min", "many"])
    (None, None)
    """
    words: list[str] = []
    found: dict[str, str] = {}
    as_json = False
    left = iter(arguments)
    for argument in left:
        name, equals, value = argument.partition("=")
        if argument == "--json":
            as_json = True
        elif name in _VALUED:
            found[_VALUED[name]] = value if equals else next(left, "")
        elif argument.startswith("-") and argument != "-":
            return None
        else:
            words.append(argument)
    if len(words) != 2 or "" in found.values():  # noqa: PLR2004 - SCENARIO and FILE
        return None
    least = found.get("least")
    try:
        number = None if least is None else float(least)
    except ValueError:
        return None
    if number is not None and not 0 <= number <= 100:  # noqa: PLR2004 - typer's own bounds
        return None
    return ScoreCall(words[0], words[1], found.get("level"), number, as_json)


def run(call: ScoreCall) -> int:
    """Score the answer and show it; returns the exit code."""
    from sdcli.cli.screen import print_json
    from sdcli.content.proven import proven_scenario
    from sdcli.core.errors import ExitCode
    from sdcli.scoring import parse_answer, score

    question: Any = proven_scenario(call.scenario)
    if question is None:
        from sdcli.content import load_scenario

        question = load_scenario(call.scenario)
    result = score(question, parse_answer(_text(call.file)), level=call.level or _own_level())
    if call.as_json:
        print_json(result.to_json())
    else:
        from sdcli.cli.scorecard import show
        from sdcli.cli.screen import console

        show(console(), result, question.title)
    is_below = call.least is not None and (result.score is None or result.score < call.least)
    return int(ExitCode.NO if is_below else ExitCode.OK)


def _own_level() -> str:
    """The level that the person has set; the file is looked for before its reader is imported."""
    import os

    from sdcli.core.config_file import config_file

    name = config_file()
    if not name or not os.path.exists(name):  # noqa: PTH110 - as settings() does it
        return "mid"
    from sdcli.cli.settings import settings

    return settings().level


def _text(file: str) -> str:
    """The answer in a file, or on standard input for "-".

    Raises:
        InputError: there is none, or it is larger than any answer.
    """
    from pathlib import Path

    from sdcli.core.files import read_stream, read_text
    from sdcli.scoring.answer import BYTES_EXPECTED, BYTES_MAX

    if file == "-":
        stream = sys.stdin.buffer
        return read_stream(stream, where="stdin", bytes_max=BYTES_MAX, expected=BYTES_EXPECTED)
    return read_text(Path(file), bytes_max=BYTES_MAX, expected=BYTES_EXPECTED)
