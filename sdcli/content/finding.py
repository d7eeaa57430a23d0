"""Where scenarios lie: by id, a person's own folder in front of the shipped one."""

from __future__ import annotations

from pathlib import Path

from sdcli.core.errors import InputError
from sdcli.core.folders import content_folders
from sdcli.core.suggest import did_you_mean

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
