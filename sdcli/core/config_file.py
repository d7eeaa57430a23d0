"""Where `config.toml` lies, told in microseconds.

`sdcli calc` looks for the file at each start, and a sum takes less time than importing
platformdirs or pathlib does. So the rule of platformdirs is written out here for the systems
that are supported; a test compares the two.
"""

from __future__ import annotations

import os
import sys

FILE_NAME = "config.toml"
_FOLDER = "sdcli"
_BELOW_HOME = {"linux": ".config", "darwin": "Library/Application Support"}


def config_file() -> str:
    """The path of `config.toml`, which need not exist; empty for somebody without a home.

    `$XDG_CONFIG_HOME` where it is an absolute path, else the usual folder of the system.
    Source: XDG Base Directory Specification 0.8; platformdirs 4, `user_config_dir`.
    """
    if sys.platform not in _BELOW_HOME:
        from sdcli.core.folders import config_folder

        return str(config_folder() / FILE_NAME)
    folder = os.environ.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(folder):  # noqa: PTH117 - pathlib costs more than the sum
        home = _home()
        if not os.path.isabs(home):  # noqa: PTH117
            return ""
        folder = f"{home.rstrip('/')}/{_BELOW_HOME[sys.platform]}"
    return os.path.join(folder, _FOLDER, FILE_NAME)  # noqa: PTH118


def _home() -> str:
    """The person's home: `$HOME` where it is an absolute path, else what the system has noted."""
    home = os.environ.get("HOME", "")
    if os.path.isabs(home):  # noqa: PTH117
        return home
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return ""
