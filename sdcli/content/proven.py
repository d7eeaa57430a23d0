"""A shipped question as plain data: read without the models, since its form is proven already.

The models say what is wrong with a file, and building them takes longer than scoring an answer.
A shipped file was read by them when its digest was written into knowledge/proven.txt (`make docs`
does it, and a test compares). A file with that digest needs no second proof; any other, and
every file of the person's own, is read by the models.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sdcli.content.finding import scenario_path
from sdcli.core import yaml
from sdcli.core.files import read_text
from sdcli.core.folders import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FILE = "proven.txt"  # in knowledge/
_ABSENT: Mapping[str, Any] = {"numbers": (), "items": (), "offers": (), "reject_ok": False}


class Plain:
    """A mapping read by attributes, with what the models fill in; shaped like content.Scenario."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data

    def __getattr__(self, name: str) -> Any:
        key = name.removesuffix("_")  # `with_` is the key `with`
        if key in self._data:
            value = _plain(self._data[key])
        elif key in _ABSENT:
            value = _ABSENT[key]
        else:
            raise AttributeError(name)
        self.__dict__[name] = value
        return value

    @cached_property
    def name(self) -> str:
        """The text before the sign of a line."""
        return str(self._data["line"]).partition("=")[0].strip()

    @cached_property
    def formula(self) -> str:
        """The text after the equals sign of a line."""
        return str(self._data["line"]).partition("=")[2].strip()


class PlainQuestion(Plain):
    """A whole question."""

    @cached_property
    def numbers(self) -> dict[str, str]:
        """What the scenario itself says of each assumption and estimate, as text, by name."""
        return {
            **{part.name: part.formula for part in self.assumptions},
            **{part.name: part.expect for part in self.estimates},
        }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return Plain(value)
    if isinstance(value, list):
        return tuple(
            str(one) if isinstance(one, int) and not isinstance(one, bool) else _plain(one)
            for one in value
        )
    return value.strip() if isinstance(value, str) else value


def proven_scenario(id_or_path: str) -> PlainQuestion | None:
    """A question whose file is one of those that were proven; None for any other.

    Raises:
        InputError: no scenario has that id, or the file cannot be read.
    """
    path = scenario_path(id_or_path)
    if path.parent != shipped("knowledge") / "scenarios":
        return None
    text = read_text(path)
    digests = read_text(shipped("knowledge") / FILE).split()
    if digest(text) not in digests:
        return None
    return PlainQuestion(yaml.parse(text, str(path)).data)


def digest(text: str) -> str:
    """What a file is known by."""
    return hashlib.sha256(text.encode()).hexdigest()


def digests(folder: Path) -> Iterator[str]:
    """The lines of proven.txt for the scenarios of a folder, which the models have read."""
    for path in sorted(folder.glob("*.yaml")):
        yield f"{digest(read_text(path))}  {path.name}"
