"""A command imports what it uses and nothing else; read from `-X importtime`, not from a clock."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HEAVY = {
    "typer": "typer",
    "rich": "rich.console",
    "questionary": "questionary",
    "prompt_toolkit": "prompt_toolkit",
    "jinja2": "jinja2",
    "yaml": "yaml",
    "termaid": "termaid",
    "stemmer": "Stemmer",
    "sqlite3": "sqlite3",
    "pint": "pint",
    "long tail": "sdcli.units.long_tail",
    "platformdirs": "platformdirs",
    "chance": "sdcli.core.chance",
    "units": "sdcli.units",
    "experiments": "sdcli.experiments",
    "documents": "sdcli.documents",
    "interview": "sdcli.interview",
    "scoring": "sdcli.scoring",
    "content": "sdcli.content",
    "models": "sdcli.content.scenario",
    "design": "sdcli.design",
}


def imported(arguments: list[str], tmp_path) -> set[str]:
    """The names of HEAVY that a command imports."""
    process = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "sdcli.cli.entry", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"SDCLI_DATA": str(tmp_path / "data")},
    )
    assert process.returncode == 0, process.stderr
    modules = {
        line.rpartition("|")[2].strip()
        for line in process.stderr.splitlines()
        if line.startswith("import time:")
    }
    assert "sdcli.cli" in modules, process.stderr
    return {name for name, module in HEAVY.items() if module in modules}


@pytest.mark.parametrize(
    ("command", "may"),
    [
        (["--help"], "typer"),
        (["--version"], "typer"),
        (["interview", "--help"], "typer"),
        (["calc", "100M link/month to link/s"], "units"),
        (["scenarios"], "typer rich yaml content models units platformdirs"),
        (["lab", "list"], "typer rich experiments units chance"),
        (
            ["sessions", "list"],
            "typer rich sqlite3 interview yaml content units platformdirs design scoring",
        ),
        (["doc", "schema"], "typer yaml design units chance"),
        (
            ["score", "url-shortener", __file__, "--json"],
            "yaml platformdirs content scoring stemmer units",
        ),
    ],
    ids=" ".join,
)
def test_nothing_is_imported_that_the_command_does_not_use(command, may, tmp_path):
    assert imported(command, tmp_path) <= set(may.split())


LATE = {"collections", "dataclasses", "decimal", "enum", "functools", "inspect", "json", "re"}


@pytest.mark.parametrize("sum_", ["100M link/month to link/s", "99.95% * 3 nines"])
def test_a_sum_does_without_what_takes_longer_than_itself(sum_, tmp_path):
    program = (
        "import sys; started = set(sys.modules)\n"  # what site brought along is not ours
        "from sdcli.cli.entry import run\n"
        f"code = run(['calc', {sum_!r}])\n"
        f"sys.exit(code or sorted(set({sorted(LATE)!r}) & (sys.modules.keys() - started)) or 0)"
    )
    process = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"SDCLI_DATA": str(tmp_path / "data")},
    )
    assert (process.returncode, process.stderr) == (0, "")
