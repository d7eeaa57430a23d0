"""A scenario to start from: it can be played at once, and its check says what to write.

After `cargo x new` and `rustlings dev new`: the tool that keeps the content also begins it,
so a writer never starts from an empty file or from somebody else's question.
"""

from __future__ import annotations

from pathlib import Path

from sdcli.content.finding import SUFFIX, scenario_files
from sdcli.content.scenario import ID
from sdcli.core.errors import InputError
from sdcli.core.files import read_text, write_atomic
from sdcli.core.folders import content_folders, shipped


def new_scenario(name: str) -> Path:
    """Write the scaffold of a scenario and return its file.

    It goes to the person's own content (`$SDCLI_PATH`), else to the `knowledge/` of a
    checkout, else to the folder where she stands.

    Raises:
        InputError: the name is no id, a scenario has it already, or the file is there.
    """
    if not ID.fullmatch(name):
        raise InputError(
            "this is no id",
            where="name",
            given=name,
            expected="lower-case letters, digits and hyphens, like photo-sharing",
        )
    if name in scenario_files():
        raise InputError(f'there is a scenario "{name}" already', where=str(scenario_files()[name]))
    path = _folder() / f"{name}{SUFFIX}"
    if path.exists():
        raise InputError("this file is there already", where=str(path), fix="choose another name")
    title = name.replace("-", " ").capitalize()
    text = read_text(shipped("templates") / "scenario.yaml")
    write_atomic(path, text.replace("@ID@", name).replace("@TITLE@", title))
    return path


def _folder() -> Path:
    folders = content_folders("scenarios")
    if len(folders) > 1:
        return folders[0]
    is_installed = shipped("knowledge").parent.name == "shipped"
    return Path() if is_installed else folders[-1]
