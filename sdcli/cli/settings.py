"""What a person sets once: `config.toml` in the user's config folder.

    level = "senior"       # what interviews ask of you: mid, senior or staff
    minutes = 60           # how long they are
    editor = "vim"         # for long answers, else $VISUAL or $EDITOR

An option on the command line wins over the file.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, fields

from sdcli.core.errors import InputError
from sdcli.core.files import read_text
from sdcli.core.folders import config_folder
from sdcli.core.suggest import did_you_mean

FILE_NAME = "config.toml"
EXAMPLES = {"level": 'level = "senior"', "minutes": "minutes = 60", "editor": 'editor = "vim"'}


@dataclass(frozen=True)
class Settings:
    """What stands in the file; the defaults where there is none."""

    level: str = "mid"
    minutes: float = 45.0
    editor: str = ""

    def use_editor(self) -> None:
        """Let the line editor find the editor that was set."""
        if self.editor:
            os.environ["VISUAL"] = self.editor


def settings() -> Settings:
    """The person's settings.

    Raises:
        InputError: the file is no TOML, has an unknown key or a value of another type.
    """
    path = config_folder() / FILE_NAME
    if not path.exists():
        return Settings()
    try:
        found = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"this is not TOML: {error}", where=str(path)) from error
    known = {field.name: type(field.default) for field in fields(Settings)}
    for key, value in found.items():
        if key not in known:
            raise InputError(
                f'unknown key "{key}"',
                where=str(path),
                expected=f"one of {', '.join(known)}",
                fix=did_you_mean(key, known),
            )
        accepted = (int, float) if known[key] is float else (known[key],)
        if isinstance(value, bool) or not isinstance(value, accepted):
            raise InputError(
                f"{key} has a value of another type",
                where=str(path),
                given=str(value),
                expected=EXAMPLES[key],
            )
    return Settings(**found)
