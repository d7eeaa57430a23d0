"""The console script: whatever happens ends in a sentence and an exit code."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from sdcli.cli import calc
from sdcli.cli.entry import INTERRUPTED, run
from sdcli.core.errors import ExitCode

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


COMMANDS = [["calc", "1 + 1"], ["calc", "1 +"], ["estimate"], ["scenarios", "--json"], ["--help"]]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("limit", ["ulimit -f 0; exec {} > full", "exec {} > /dev/full"])
def test_a_full_disk_is_a_sentence_and_4(tmp_path, command, limit):
    """A file that may not grow stands for a full disk where there is no /dev/full."""
    if "/dev/full" in limit and not Path("/dev/full").exists():
        limit = "ulimit -f 0; exec {} > full"
    process = subprocess.run(
        ["sh", "-c", limit.format(shlex.join([*SDCLI, *command]))],
        cwd=tmp_path,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if command == ["calc", "1 +"]:  # nothing is to be written on stdout
        assert process.returncode == 2
        return
    assert process.returncode == 4, process.stderr
    assert process.stderr.startswith("error: cannot write: ")
    assert process.stderr.count("\n") == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_a_closed_stdout_is_a_sentence_and_4(command):
    process = subprocess.run(
        ["sh", "-c", f"exec {shlex.join([*SDCLI, *command])} >&-"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 4
    assert process.stderr == ("error: there is nowhere to write the answer to: stdout is closed\n")


@pytest.mark.parametrize("stderr", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize(("command", "code"), [(["calc", "1 + 1"], 0), (["calc", "1 +"], 2)])
def test_errors_that_nobody_can_read_leave_stdout_alone(command, code, stderr):
    if not Path("/dev/full").exists():
        stderr = "2>&-"
    process = subprocess.run(
        ["sh", "-c", f"exec {shlex.join([*SDCLI, *command])} {stderr}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.stdout == ("" if code else "2\n")
    assert process.returncode in ((0,) if code == 0 else (2, 4))  # 4: no room for the error


def test_a_closed_stdin_holds_nothing():
    for command in (["estimate", "sheet", "-"], ["calc", "-"], ["interview"], ["calc"]):
        process = subprocess.run(
            ["sh", "-c", f"exec {shlex.join([*SDCLI, *command])} <&-"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "defect" not in process.stderr
        assert process.returncode in (0, 2)


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


@pytest.mark.parametrize(
    ("module", "command"),
    [
        ("sdcli.core.errors", ["--help"]),  # before anything of ours is there
        ("sdcli.cli.calc", ["calc", "1 + 1"]),
        ("typer", ["lab", "list"]),
        ("sdcli.cli.screen", ["lab", "run", "no.such"]),  # while an error is told
    ],
)
def test_ctrl_c_while_modules_load_is_130_and_no_traceback(module, command):
    """The module stands for the moment: whoever looks for it is interrupted."""
    program = f"""
import sys
class Interrupted:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupted())
sys.argv = ["sdcli", *{command!r}]
from sdcli.cli.entry import main
main()
"""
    process = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (process.returncode, process.stdout, process.stderr) == (130, "", "interrupted\n")


def test_the_exit_code_of_an_early_interrupt_is_that_of_every_other():
    assert INTERRUPTED == ExitCode.INTERRUPTED
