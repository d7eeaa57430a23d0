"""The commands that a person may type at any prompt, and how one is told from an answer.

An answer is a command when it begins with a slash and a word of letters only. A text that
happens to begin like that is typed with two slashes, and keeps one.
"""

from __future__ import annotations

import re

from sdcli.core.errors import InputError
from sdcli.core.suggest import did_you_mean

COMMANDS = {
    "accept": "/accept [NAME|all]: take over an offered line",
    "back": "/back: take the last answer back and give it again",
    "edit": "/edit NAME = VALUE: change an earlier line; /edit PROMPT-ID TEXT an earlier text",
    "hint": "/hint: a hint, three levels (study mode)",
    "model": "/model [STEP|TOPIC]: the model answer, after an attempt (study mode)",
    "diagram": "/diagram: draw the components and flows so far",
    "pause": "/pause: stop the clock",
    "help": "/help: the commands and where you are",
    "quit": "/quit: leave; everything answered is saved",
}

_COMMAND = re.compile(r"/([A-Za-z]+)(?:\s+(.*))?\Z", re.DOTALL)
_LIKE_ONE = re.compile(r"/+[A-Za-z]+(?:\s|\Z)")


def read_command(text: str) -> tuple[str, str] | None:
    """The command and what stands after it; None when the text is an answer.

    Raises:
        InputError: it looks like a command and there is none of that name.

    >>> read_command("/edit writes = 2M link/day")
    ('edit', 'writes = 2M link/day')
    >>> read_command("/v1/links takes a POST") is None
    True
    """
    match = _COMMAND.match(text)
    if match is None:
        return None
    word, rest = match[1].lower(), (match[2] or "").strip()
    if word not in COMMANDS:
        commands = [f"/{name}" for name in COMMANDS]
        raise InputError(
            f"there is no command /{match[1][:40]}",
            expected=f"one of {', '.join(commands)}; as text it begins with //",
            fix=did_you_mean(f"/{word}"[:40], commands),
        )
    return word, rest


def as_meant(text: str) -> str:
    """The answer that was typed: without the slash that kept it from being a command.

    >>> as_meant("//open takes a code"), as_meant("// a comment")
    ('/open takes a code', '// a comment')
    """
    return text[1:] if text.startswith("//") and _LIKE_ONE.match(text) else text


def as_typed(text: str) -> str:
    """An answer as it has to be typed, so that it is not taken for a command.

    >>> as_typed("/open takes a code"), as_typed("doors open")
    ('//open takes a code', 'doors open')
    """
    return f"/{text}" if _LIKE_ONE.match(text) else text
