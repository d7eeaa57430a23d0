"""Reads scenarios: finds them by id, checks their form, and says everything that is wrong.

A person's own folder (`$SDCLI_PATH`) stands in front of the shipped one, so a scenario of
the same id replaces ours. Loading checks form and references and nothing slower; the sums
and the rubric's proof belong to `sdcli content check`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from sdcli.content.finding import SUFFIX, scenario_path
from sdcli.content.outline import Outline
from sdcli.content.references import reference_faults
from sdcli.content.scenario import SCHEMA, Scenario
from sdcli.content.wording import faults_of
from sdcli.core import yaml
from sdcli.core.errors import FaultsFound
from sdcli.core.files import read_text

if TYPE_CHECKING:
    from pathlib import Path

    from sdcli.core.errors import Fault
    from sdcli.core.yaml import Tree


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
