"""Checks content: every fault of every file at once, with its line and its remedy.

Four looks at each file, none of which stops at another's fault: form (the models),
references, sums, and the rules of the bank. Then the files side by side. What needs more
than this layer (the rubric's proof, the registries of experiments and components) is added
by `sdcli content check`. The numbers that estimates lean on have a form of their own.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sdcli.content.finding import SUFFIX
from sdcli.content.load import id_faults, read_scenario
from sdcli.content.outline import Outline
from sdcli.content.repeated import repeated_faults
from sdcli.content.rules import rule_faults, unwritten
from sdcli.core import yaml
from sdcli.core.errors import Fault, FaultsFound, InputError
from sdcli.core.files import read_text
from sdcli.core.folders import content_folders, shipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sdcli.content.scenario import Scenario
    from sdcli.core.yaml import Tree

NUMBERS = "numbers.yaml"


def check(paths: Iterable[str | Path] | None = None) -> list[Fault]:
    """Every fault of the files, sorted by file and line.

    Args:
        paths: files and folders; None checks the whole bank. A folder that holds a folder
            `scenarios` stands for that one and for the `numbers.yaml` beside it.

    Raises:
        InputError: a path is not there.
    """
    return Checked(paths).faults


@dataclass(frozen=True)
class CheckedFile:
    """One file that is YAML: its outline, and its scenario where form and references are right."""

    outline: Outline
    scenario: Scenario | None

    @property
    def is_written(self) -> bool:
        """Whether no text of the scaffold is left."""
        return not list(unwritten(self.outline))


class Checked:
    """One run over files: what was read, and every fault.

    Args:
        paths: as for `check`.

    Raises:
        InputError: a path is not there.
    """

    def __init__(self, paths: Iterable[str | Path] | None = None) -> None:
        self.files: list[CheckedFile] = []
        self.count = 0  # of scenarios
        self._faults: list[Fault] = []
        self._owners: dict[tuple[str, str], str] = {}
        seen: set[Path] = set()
        own = paths is None
        for path in content_folders("scenarios") if paths is None else map(Path, paths):
            if own and not path.is_dir():
                continue
            for file in self._expand(path):
                if file.resolve() in seen:
                    continue
                seen.add(file.resolve())
                self._read(file, scope=str(file.parent) if own else "")
        if own:
            self._read(shipped("knowledge") / NUMBERS, scope="")
        self._faults += repeated_faults(file.outline for file in self.files)

    @property
    def faults(self) -> list[Fault]:
        """All faults, sorted by file and line."""
        return sorted(self._faults)

    def _expand(self, path: Path) -> Iterator[Path]:
        """The files of a path; whatever else lies in a folder of scenarios is a fault."""
        if path.is_file():
            yield path
            return
        if not path.is_dir():
            raise InputError("there is no such file or folder", where=str(path))
        folder = path
        if (path / "scenarios").is_dir():
            folder = path / "scenarios"
            if (path / NUMBERS).is_file():
                yield path / NUMBERS
        for entry in sorted(folder.iterdir()):
            if entry.name.startswith("."):
                continue  # the system's own, like .DS_Store
            if entry.suffix == SUFFIX and entry.is_file():
                yield entry
            else:
                message = "only scenarios belong in this folder"
                remedy = f"move it away, or name it ID{SUFFIX} if it is one"
                self._faults.append(Fault(shown(entry), 1, "", message, remedy))

    def _read(self, path: Path, scope: str) -> None:
        """Check one file. Ids are unique within `scope`: a person's own file may replace ours."""
        from sdcli.estimate import numbers_form

        text, tree = self._parsed(path)
        if tree is not None and numbers_form.is_numbers(tree):
            self._faults.extend(numbers_form.faults(tree))
            return
        self.count += 1
        if tree is None:
            return
        name = tree.name
        scenario, faults = read_scenario(tree)
        if faults and faults[0].key == "schema":
            self._faults.extend(faults)
            return
        outline = Outline(tree)
        usable = scenario.with_text(text) if scenario is not None and not faults else None
        self.files.append(CheckedFile(outline, usable))
        faults += id_faults(tree, path)
        faults += rule_faults(outline)
        faults += _sums(outline)
        for _, identity in outline.texts("id"):
            other = self._owners.setdefault((scope, identity), name)
            if other != name:
                message = f'the id "{identity}" is also that of {other}'
                faults.append(tree.fault(("id",), message, "give one of them another id"))
        self._faults.extend(faults)

    def _parsed(self, path: Path) -> tuple[str, Tree | None]:
        """The text of a file and what it says; no tree where it cannot be read."""
        name = shown(path)
        try:
            text = read_text(path)
            return text, yaml.parse(text, name)
        except FaultsFound as found:
            self._faults.extend(found.faults)
        except InputError as error:
            self._faults.append(Fault(name, 1, "", error.what))
        return "", None


def _sums(outline: Outline) -> Iterator[Fault]:
    from sdcli.content.arithmetic import sum_faults

    return sum_faults(outline)


def shown(path: Path) -> str:
    """The path as a person would type it here: relative where it lies below this folder."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
