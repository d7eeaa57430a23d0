"""What a person sets once: `config.toml` in the user's config folder.

    level = "senior"       # what interviews ask of you: mid, senior or staff
    minutes = 60           # how long they are
    editor = "vim"         # for long answers, else $VISUAL or $EDITOR
    day = 86400            # what sums take a day for, in seconds
    month = 30             # a month, in days
    year = 365             # a year, in days

An option on the command line wins over the file.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from sdcli.core.config_file import config_file
from sdcli.core.errors import InputError
from sdcli.core.files import read_text
from sdcli.core.suggest import did_you_mean
from sdcli.units.conventions import BOUNDS, DEFAULT, Conventions, check

EXAMPLES = {
    "level": 'level = "senior"',
    "minutes": "minutes = 60",
    "editor": 'editor = "vim"',
    "day": "day = 86400",
    "month": "month = 30",
    "year": "year = 365",
}


@dataclass(frozen=True)
class Settings:
    """What stands in the file; the defaults where there is none."""

    level: str = "mid"
    minutes: float = 45.0
    editor: str = ""
    day: float = DEFAULT.day_s
    month: float = DEFAULT.month_days
    year: float = DEFAULT.year_days

    def use_editor(self) -> None:
        """Let the line editor find the editor that was set."""
        if self.editor:
            os.environ["VISUAL"] = self.editor

    @property
    def conventions(self) -> Conventions:
        """What sums take a day, a month and a year for."""
        return Conventions(float(self.day), float(self.month), float(self.year))


def settings() -> Settings:
    """The person's settings.

    Raises:
        InputError: the file is no TOML, has an unknown key, a value of another type, or a length
            of a day, month or year that none has.
    """
    name = config_file()
    path = Path(name)
    if not name or not path.exists():
        return Settings()
    try:
        found = tomllib.loads(read_text(path))
    except ValueError as error:  # also for a number of more digits than Python reads
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
    for key in (key for key in BOUNDS if key in found):
        check(key, found[key], where=str(path), example=EXAMPLES[key])
    return Settings(**found)
