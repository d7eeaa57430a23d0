"""A person types an interview into a terminal that is killed at every prompt.

The invented question of tests/content/coat-check.yaml is played twice through the real
prompts: once undisturbed, once with a SIGKILL before each answer, in the middle of a word.
Both leave the same design.
"""

from __future__ import annotations

import os
import signal
import sqlite3
from pathlib import Path

import pytest

from sdcli.core import yaml
from tests.cli.pseudo_terminal import PseudoTerminal
from tests.cli.typed import ENTER, FINISH, SDCLI, answer, recorded, stored

HERE = Path(__file__).resolve().parent
ANSWERS = HERE / "coat-check.answers.yaml"


@pytest.fixture
def world(tmp_path: Path) -> dict[str, str]:
    scenarios = tmp_path / "content" / "scenarios"
    scenarios.mkdir(parents=True)
    source = HERE.parent / "content" / "coat-check.yaml"
    (scenarios / "coat-check.yaml").write_bytes(source.read_bytes())
    return os.environ | {"SDCLI_PATH": str(tmp_path / "content"), "LC_ALL": "C.UTF-8"}


def play(tmp_path: Path, world: dict[str, str], name: str, *, killed: bool) -> bytes:
    """The design that an interview leaves."""
    world = world | {"SDCLI_DATA": str(tmp_path / f"{name}-data")}
    out = ["--out", str(tmp_path / name)]
    terminal = PseudoTerminal([*SDCLI, "interview", "coat-check", *out], cwd=tmp_path, env=world)
    for at, text in recorded(ANSWERS):
        terminal.wait_for(f"· {at}")
        if killed:
            terminal.type("half a wo")
            assert terminal.kill() == -signal.SIGKILL
            command = [*SDCLI, "interview", "--resume", *out]
            terminal = PseudoTerminal(command, cwd=tmp_path, env=world)
        answer(terminal, world, at, text)
    terminal.wait_for("This report again")
    assert terminal.wait() == 0
    return (tmp_path / name / "design.yaml").read_bytes()


def test_killed_at_each_prompt_and_resumed_it_gives_the_same_design(tmp_path, world):
    undisturbed = play(tmp_path, world, "undisturbed", killed=False)
    assert b"3000 coat/day" in undisturbed
    assert play(tmp_path, world, "killed", killed=True) == undisturbed


@pytest.mark.parametrize(
    ("leave", "code"),
    [
        (lambda terminal: terminal.type("\x03"), 130),  # Ctrl-C
        (lambda terminal: terminal.type("\x04"), 130),  # Ctrl-D on an empty line: end of input
        (lambda terminal: terminal.type("/quit\r"), 0),
        (
            lambda terminal: os.kill(terminal.process, signal.SIGHUP),
            -signal.SIGHUP,
        ),  # closed window
    ],
    ids=["ctrl-c", "end of input", "quit", "hangup"],
)
def test_leaving_loses_nothing(tmp_path, world, leave, code):
    world["SDCLI_DATA"] = str(tmp_path / "data")
    terminal = PseudoTerminal([*SDCLI, "interview", "coat-check"], cwd=tmp_path, env=world)
    answer(terminal, world, "scope.questions", "How long is the rush?")
    terminal.wait_for("20 minutes.")
    terminal.wait_for("· scope.questions")
    leave(terminal)
    assert terminal.wait() == code
    assert stored(world) == 1
    assert not (tmp_path / "coat-check").exists()
    terminal = PseudoTerminal([*SDCLI, "interview", "--resume"], cwd=tmp_path, env=world)
    terminal.wait_for("· scope.questions")
    terminal.kill()


def test_back_edit_and_a_refused_line_in_the_terminal(tmp_path, world):
    world["SDCLI_DATA"] = str(tmp_path / "data")
    command = [*SDCLI, "interview", "coat-check", "--step", "scope"]
    terminal = PseudoTerminal(command, cwd=tmp_path, env=world)
    answer(terminal, world, "scope.questions", "")
    answer(terminal, world, "scope.functional", "Coats, hang them")
    answer(terminal, world, "scope.quality", "/back")
    terminal.wait_for("· scope.functional")
    terminal.wait_for(">  Coats, hang them")  # the old text stands there to be changed
    answer(terminal, world, "scope.functional", " up")
    answer(terminal, world, "scope.quality", "")
    terminal.wait_for("· scope.assumptions")
    terminal.type("coats = 3 zorkmid" + ENTER)
    terminal.wait_for("error:")
    terminal.wait_for("coats = 3 zorkmid\n")  # what was refused can be mended
    terminal.type("\x08" * 7 + "coat" + ENTER)
    terminal.read_until(lambda: stored(world) == 6)
    terminal.wait_for("· scope.assumptions")
    terminal.type("/edit coats" + ENTER)
    terminal.wait_for("· scope.assumptions", "edit coats")
    terminal.type("s/day" + ENTER)
    terminal.read_until(lambda: stored(world) == 7)
    answer(terminal, world, "scope.assumptions", "")
    answer(terminal, world, "scope.out_of_scope", "")
    terminal.wait_for("This report again")
    assert terminal.wait() == 0
    design = yaml.read(tmp_path / "coat-check" / "design.yaml").data
    assert design["requirements"]["functional"][0]["text"] == "Coats, hang them up"
    assert design["assumptions"]["coats"]["value"] == "3 coats/day"


def test_a_long_answer_is_written_in_the_persons_own_editor(tmp_path, world):
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "hang coats\\n\\nfetch coats\\n" > "$1"\n')
    editor.chmod(0o755)
    world |= {"SDCLI_DATA": str(tmp_path / "data"), "EDITOR": str(editor)}
    command = [*SDCLI, "interview", "coat-check", "--step", "scope"]
    terminal = PseudoTerminal(command, cwd=tmp_path, env=world)
    answer(terminal, world, "scope.questions", "")
    terminal.wait_for("· scope.functional")
    terminal.type("\x18\x05")  # Ctrl-X Ctrl-E
    terminal.wait_for("fetch coats")
    terminal.type(FINISH)
    terminal.wait_for("· scope.quality")
    terminal.kill()
    with sqlite3.connect(tmp_path / "data" / "sessions.db") as database:
        events = [json for (json,) in database.execute("SELECT json FROM events ORDER BY seq")]
    assert '"hang coats\\n\\nfetch coats"' in events[-1]


def test_the_clock_turns_amber_at_the_budget_and_red_past_it(tmp_path, world):
    """Of half a minute the first step has 5.3 seconds; red begins at 6.7."""
    world["SDCLI_DATA"] = str(tmp_path / "data")
    command = [*SDCLI, "interview", "coat-check", "--minutes", "0.5"]
    terminal = PseudoTerminal(command, cwd=tmp_path, env=world)
    terminal.wait_for("time to move on")
    terminal.wait_for("over time")
    answer(terminal, world, "scope.questions", "How long is the rush?")  # nothing is cut off
    terminal.wait_for("20 minutes.")
    terminal.kill()


def test_what_was_typed_and_not_sent_stands_there_again(tmp_path, world):
    world["SDCLI_DATA"] = str(tmp_path / "data")
    command = [*SDCLI, "interview", "coat-check", "--step", "scope"]
    terminal = PseudoTerminal(command, cwd=tmp_path, env=world)
    answer(terminal, world, "scope.questions", "")
    for leave in ("\x03", None):  # Ctrl-C; SIGKILL, once the text was saved
        terminal.wait_for("· scope.functional")
        terminal.type("Visitors hand in" + ENTER)
        terminal.wait_for("Visitors hand in")
        if leave:
            terminal.type(leave)
            assert terminal.wait() == 130
        else:
            terminal.read_until(lambda: "hand in\nVisitors" in drafted(world))
            terminal.kill()
        terminal = PseudoTerminal([*SDCLI, "interview", "--resume"], cwd=tmp_path, env=world)
    terminal.wait_for("· scope.functional")
    terminal.type("a coat." + FINISH)
    terminal.wait_for("· scope.quality")
    terminal.kill()
    assert '"Visitors hand in\\nVisitors hand in\\na coat."' in last_event(world)


def drafted(world):
    with sqlite3.connect(f"file:{world['SDCLI_DATA']}/sessions.db?mode=ro", uri=True) as database:
        return "".join(text for (text,) in database.execute("SELECT draft FROM heartbeats"))


def last_event(world):
    with sqlite3.connect(f"file:{world['SDCLI_DATA']}/sessions.db?mode=ro", uri=True) as database:
        return database.execute("SELECT json FROM events ORDER BY seq DESC LIMIT 1").fetchone()[0]


def test_a_command_is_sent_by_one_enter_and_keeps_what_stands_above_it(tmp_path, world):
    world["SDCLI_DATA"] = str(tmp_path / "data")
    command = [*SDCLI, "interview", "coat-check", "--step", "scope"]
    terminal = PseudoTerminal(command, cwd=tmp_path, env=world)
    answer(terminal, world, "scope.questions", "")
    terminal.wait_for("· scope.functional")
    terminal.type("Hang coats up." + ENTER + "/pause" + ENTER)
    terminal.wait_for("ENTER goes on")
    terminal.type(" And fetch them." + ENTER)
    terminal.wait_for("· scope.functional")
    terminal.wait_for("And fetch them.")
    terminal.type(FINISH)
    terminal.wait_for("· scope.quality")
    terminal.kill()
    assert '"Hang coats up.\\nAnd fetch them."' in last_event(world)


def test_enter_on_a_refused_line_drops_it(tmp_path, world):
    world["SDCLI_DATA"] = str(tmp_path / "data")
    command = [*SDCLI, "interview", "coat-check", "--step", "high-level"]
    terminal = PseudoTerminal(command, cwd=tmp_path, env=world)
    terminal.wait_for("· high_level.estimates")
    terminal.type("x = 3 zorkmid" + ENTER)
    terminal.wait_for("ENTER as it stands drops it")
    terminal.type(ENTER)
    terminal.wait_for("move on · /help")
    answer(terminal, world, "high_level.estimates", "x = 3 coat")
    terminal.kill()
    assert '"x = 3 coat"' in last_event(world)


def test_a_second_terminal_on_the_same_session_is_told_so(tmp_path, world):
    world["SDCLI_DATA"] = str(tmp_path / "data")
    first = PseudoTerminal([*SDCLI, "interview", "coat-check"], cwd=tmp_path, env=world)
    answer(first, world, "scope.questions", "How long is the rush?")
    second = PseudoTerminal([*SDCLI, "interview", "--session", "1"], cwd=tmp_path, env=world)
    second.wait_for("· scope.questions")
    answer(first, world, "scope.questions", "Does it cost?")
    second.type("How many coats?" + ENTER)
    second.wait_for("another sdcli has gone on with this session")
    assert second.wait() == 2
    assert stored(world) == 2
    first.kill()
