"""The console script: whatever happens ends in a sentence and an exit code."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from sdcli.cli import calc
from sdcli.cli.entry import run

SDCLI = [sys.executable, "-m", "sdcli.cli.entry"]


def test_a_terminal_without_block_characters_gets_question_marks():
    process = subprocess.run(
        [*SDCLI, "lab", "run", "limiter.burst"],
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert b"admitted" in process.stdout
    assert b"?" in process.stdout


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", [["scenarios", "--json"], ["calc", "1 + 1"], ["--help"]])
def test_a_reader_that_leaves_early_is_no_error(command, unbuffered):
    """What was printed may still wait in a buffer when the program ends, or not."""
    process = subprocess.Popen(
        [*SDCLI, *command],
        env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    _, told = process.communicate(timeout=60)
    assert told == b""


def test_a_defect_is_one_line_that_says_how_to_report_it(monkeypatch, capsys):
    def broken(arguments):
        raise RuntimeError("a wheel came off\x1b[31m")

    monkeypatch.setattr(calc, "main", broken)
    assert run(["calc", "1"]) == 70
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "RuntimeError: a wheel came off" in told
    assert "sdcli calc 1 --debug" in told
    assert "\x1b" not in told


def test_debug_shows_the_traceback(monkeypatch):
    def broken(arguments):
        raise RuntimeError("a wheel came off")

    monkeypatch.setattr(calc, "main", broken)
    with pytest.raises(RuntimeError):
        run(["calc", "1", "--debug"])


def test_ctrl_c_in_a_command_is_130(monkeypatch, capsys):
    def interrupted(arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(calc, "main", interrupted)
    assert run(["calc", "1"]) == 130
    assert capsys.readouterr().err == "interrupted\n"
