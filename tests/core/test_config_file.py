"""The path of config.toml is the one that platformdirs gives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import platformdirs.macos
import platformdirs.unix
import pytest

from sdcli.core.config_file import config_file
from sdcli.core.folders import config_folder

SYSTEMS = {"linux": platformdirs.unix.Unix, "darwin": platformdirs.macos.MacOS}


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(
    "variables",
    [
        {"HOME": "/home/ada"},
        {"HOME": "/home/ada/"},
        {"HOME": "/"},
        {"HOME": "/home/ada", "XDG_CONFIG_HOME": "/etc/ada"},
        {"HOME": "/home/ada", "XDG_CONFIG_HOME": "/etc/ada/"},
        {"HOME": "/home/ada", "XDG_CONFIG_HOME": ""},
        {"HOME": "/home/ada", "XDG_CONFIG_HOME": "relative"},
        {"HOME": "relative"},
        {"HOME": ""},
        {},
    ],
    ids=str,
)
def test_it_is_where_platformdirs_says(monkeypatch, system, variables):
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", system)
    theirs = SYSTEMS[system]("sdcli", appauthor=False).user_config_path / "config.toml"
    assert Path(config_file()) == theirs


def test_elsewhere_platformdirs_is_asked(monkeypatch):
    monkeypatch.setattr(sys, "platform", "freebsd14")
    assert Path(config_file()) == config_folder() / "config.toml"


def test_somebody_without_a_home_has_no_file(monkeypatch):
    import pwd

    def nobody(uid):
        raise KeyError(uid)

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    assert config_file() == ""


def test_it_costs_no_import_to_speak_of(tmp_path):
    code = "import sys; before = set(sys.modules)\nfrom sdcli.core.config_file import config_file\n"
    code += "config_file(); print(*sorted(set(sys.modules) - before))"
    command = [sys.executable, "-c", code]
    environ = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    process = subprocess.run(command, capture_output=True, text=True, check=True, env=environ)
    new = set(process.stdout.split()) - {"__future__"}
    assert new == {"sdcli", "sdcli.core", "sdcli.core.config_file"}
