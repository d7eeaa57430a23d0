"""The shell completes what the program knows."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("words", "offered"),
    [("sdcli int", {"interview"}), ("sdcli s", {"score", "scenarios", "sessions"})],
)
def test_commands_are_completed(words, offered):
    process = subprocess.run(
        [sys.executable, "-m", "sdcli.cli.entry"],
        env=os.environ
        | {"_SDCLI_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(process.stdout.split()) == offered


def test_the_completion_script_is_printed():
    process = subprocess.run(
        [sys.executable, "-m", "sdcli.cli.entry", "--show-completion", "bash"],
        # Otherwise the shell is guessed from the parent process, which may be none.
        env=os.environ | {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "_SDCLI_COMPLETE=complete_bash" in process.stdout
