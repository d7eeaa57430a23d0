"""Reads scenarios: finds them by id, checks their form, and says everything that is wrong.

A person's own folder (`$SDCLI_PATH`) stands in front of the shipped one, so a scenario of
the same id replaces ours. Loading checks form and references and nothing slower; the sums
and the rubric's proof belong to `sdcli content check`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from sdcli.content.outline import Outline
from sdcli.content.references import reference_faults
from sdcli.content.scenario import SCHEMA, Scenario
from sdcli.content.wording import faults_of
from sdcli.core import yaml
from sdcli.core.errors import FaultsFound, InputError
from sdcli.core.files import read_text
from sdcli.core.folders import content_folders
from sdcli.core.suggest import did_you_mean

if TYPE_CHECKING:
    from sdcli.core.errors import Fault
    from sdcli.core.yaml import Tree

SUFFIX = ".yaml"


def scenario_files() -> dict[str, Path]:
    """The file of each scenario by its id, in the order of the ids; a person's own first."""
    found: dict[str, Path] = {}
    for folder in content_folders("scenarios"):
        for path in sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []:
            if path.is_file() and not path.name.startswith("."):
                found.setdefault(path.stem, path)
    return dict(sorted(found.items()))


def scenario_ids() -> list[str]:
    """The ids of all scenarios, sorted."""
    return list(scenario_files())


def load_scenario(id_or_path: str | Path) -> Scenario:
    """A scenario of the bank by its id, or one from a file.

    Raises:
        InputError: no scenario has that id, or the file cannot be read.
        FaultsFound: the file is there and its form is wrong; every fault at once.
    """
    path = scenario_path(id_or_path)
    text = read_text(path)
    tree = yaml.parse(text, str(path))
    scenario, faults = read_scenario(tree)
    faults += id_faults(tree, path)
    if faults or scenario is None:
        raise FaultsFound(sorted(faults))
    return scenario.with_text(text)


def scenario_path(id_or_path: str | Path) -> Path:
    """The file that an id, or a path as typed, stands for.

    Raises:
        InputError: no scenario has that id.
    """
    word = str(id_or_path)
    if isinstance(id_or_path, Path) or "/" in word or word.endswith((SUFFIX, ".yml")):
        return Path(id_or_path)
    files = scenario_files()
    if word not in files:
        near = did_you_mean(word, files)
        raise InputError(
            f'there is no scenario "{word}"' + (f"; {near}" if near else ""),
            expected=f"one of {', '.join(files)}" if files else "a file, like ./my-question.yaml",
        )
    return files[word]


def parse_scenario(text: str, name: str) -> Scenario:
    """A scenario from the text of its file; `name` is what faults call the file.

    Raises:
        FaultsFound: syntax, form or references are wrong; every fault at once.
    """
    scenario, faults = read_scenario(yaml.parse(text, name))
    if faults or scenario is None:
        raise FaultsFound(faults)
    return scenario.with_text(text)


def read_scenario(tree: Tree) -> tuple[Scenario | None, list[Fault]]:
    """The scenario of a tree, or None where its form is wrong, and every fault found."""
    if refused := _schema_faults(tree):
        return None, refused
    scenario = None
    faults = reference_faults(Outline(tree))
    try:
        scenario = Scenario.model_validate(tree.data)
    except ValidationError as error:
        faults += faults_of(error, tree, Scenario)
    return scenario, sorted(faults)


def id_faults(tree: Tree, path: Path) -> list[Fault]:
    """The fault of a scenario whose id is not its file's name."""
    given = tree.data.get("id") if isinstance(tree.data, dict) else None
    if not isinstance(given, str) or given == path.stem:
        return []
    message = f'the id "{given}" is not the file\'s name "{path.stem}"'
    remedy = f'write "id: {path.stem}" or rename the file to {given}{SUFFIX}'
    return [tree.fault(("id",), message, remedy)]


def _schema_faults(tree: Tree) -> list[Fault]:
    """What stops the reading of a file at once: it is no scenario, or of another version."""
    if not isinstance(tree.data, dict):
        return [
            tree.fault((), "this file holds no scenario", "start from `sdcli content new scenario`")
        ]
    given = tree.data.get("schema")
    if given == SCHEMA:
        return []
    if given is None:
        return [tree.fault(("schema",), "this key is missing", f'add it: "schema: {SCHEMA}"')]
    name, _, version = str(given).partition("/")
    known = SCHEMA.partition("/")
    if name == known[0] and version.isdigit():
        if int(version) > int(known[2]):
            message = f"this file is of a newer format, {given}; this sdcli reads {SCHEMA}"
            return [tree.fault(("schema",), message, "install a newer sdcli")]
        message = f"this file is of an older format, {given}, that sdcli no longer reads"
        return [tree.fault(("schema",), message, f"bring it to {SCHEMA} and write that here")]
    return [tree.fault(("schema",), f'"{given}" is no scenario format', f"write {SCHEMA}")]
