"""Where things live: what ships with the program, what the person adds, what is stored.

`templates/` and `knowledge/` stand at the top of a checkout and inside an installed
package; `$SDCLI_PATH` (several folders, separated like PATH) puts a person's own content
in front of both. `$SDCLI_DATA` moves the sessions.
"""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped(name: str) -> Path:
    """The folder `templates` or `knowledge` that came with the program.

    A wheel carries it inside the package; a checkout has it beside the package. Only these two
    places are looked at: an editable install may leave a stale copy elsewhere.
    """
    inside = _PACKAGE / "shipped" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def content_folders(part: str) -> list[Path]:
    """Folders of `part` ("scenarios"), the person's own first, the shipped one last."""
    own = [
        Path(entry) / part for entry in os.environ.get("SDCLI_PATH", "").split(os.pathsep) if entry
    ]
    return [*own, shipped("knowledge") / part]


def data_folder() -> Path:
    """Where sessions are kept: `$SDCLI_DATA`, else the user's data folder. Not created here."""
    named = os.environ.get("SDCLI_DATA")
    if named:
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("sdcli", appauthor=False)


def config_folder() -> Path:
    """Where `config.toml` is looked for. Not created here."""
    from platformdirs import user_config_path

    return user_config_path("sdcli", appauthor=False)
