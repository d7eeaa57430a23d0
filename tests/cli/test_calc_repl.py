"""The prompt of `sdcli calc` in a real pseudo-terminal."""

from __future__ import annotations

import fcntl
import os
import re
import stat
import struct
import subprocess
import sys
import termios

import pytest

from sdcli.cli.calc_repl import HINT
from tests.cli.pseudo_terminal import PseudoTerminal

CALC = [sys.executable, "-m", "sdcli.cli.entry", "calc"]
CTRL_C, CTRL_D, CTRL_R, UP, TAB, ENTER = "\x03", "\x04", "\x12", "\x1b[A", "\t", "\r"


class Prompt:
    """The calculator in a terminal, and all that it wrote."""

    def __init__(self, folder, *options: str, variables: tuple[str, ...] = ()) -> None:
        environ = os.environ | {"SDCLI_DATA": str(folder / "data"), "LC_ALL": "C.UTF-8"}
        self.terminal = PseudoTerminal(
            ["env", *variables, *CALC, *options], cwd=folder, env=environ
        )
        self.written = bytearray()
        feed = self.terminal.stream.feed

        def record(data: bytes) -> None:
            self.written += data
            feed(data)

        self.terminal.stream.feed = record
        self.ready()

    def ready(self) -> None:
        """Wait until the prompt stands there, with nothing behind it."""
        self.terminal.read_until(lambda: self.lines()[-1:] == [">"])

    def lines(self) -> list[str]:
        """The lines on the screen, down to the last one that is not empty."""
        return self.terminal.text().rstrip().splitlines()

    def type(self, keys: str, shown: str) -> None:
        """Type keys and wait for what they bring about."""
        self.terminal.type(keys)
        self.terminal.wait_for(shown)

    def say(self, line: str, answer: str) -> None:
        """Type a line, wait for its answer and for the next prompt."""
        self.type(line + ENTER, answer)
        self.ready()

    def leave(self) -> int:
        """Ctrl-D; the exit code."""
        self.terminal.type(CTRL_D)
        return self.terminal.wait()


def test_a_sum_is_answered_and_ctrl_d_leaves(tmp_path):
    prompt = Prompt(tmp_path)
    assert prompt.lines()[0] == HINT
    prompt.say("300M tweet/day to tweet/s", "3.472k tweet/s (300M/day)  (day 86,400 s)")
    prompt.say("ans * 2 s", "6.944k tweet")
    assert prompt.leave() == 0


def test_an_invalid_line_shows_its_caret_and_ends_nothing(tmp_path):
    prompt = Prompt(tmp_path)
    prompt.say("x = 3 GB + 2 s", "one kind on both sides")
    assert "   given: x = 3 GB + 2 s\n                   ^\n" in prompt.terminal.text()
    prompt.say("2 GB = 5 GB", "off by a factor of 2.5")  # exit code 1 where it is not asked for
    prompt.say("20 + 1", "21")
    assert prompt.leave() == 0


def test_history_is_kept_from_one_day_to_the_next_and_is_private(tmp_path):
    path = tmp_path / "data" / "calc_history"
    prompt = Prompt(tmp_path)
    assert not path.exists()
    prompt.say("rate = 40k request/s", "3.456G/day")  # 40k * 86,400
    prompt.say("20 + 1", "21")
    assert prompt.leave() == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)  # as a copy of an older one may be
    prompt = Prompt(tmp_path)
    prompt.type(UP, "> 20 + 1")
    prompt.type(UP, "> rate = 40k request/s")
    prompt.terminal.type(CTRL_C)
    prompt.ready()
    prompt.type(CTRL_R + "40k", "`40k': rate = 40k request/s")
    prompt.type(ENTER + ENTER, "3.456G/day")
    assert prompt.terminal.text().count("rate = 40k request/s (") == 1
    prompt.ready()
    assert prompt.leave() == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_without_a_folder_for_it_there_is_no_history_and_no_complaint(tmp_path):
    (tmp_path / "data").write_text("a file where the folder should be\n")
    prompt = Prompt(tmp_path)
    prompt.say("20 + 1", "21")
    prompt.type(UP, "> 20 + 1")  # of this session
    prompt.terminal.type(CTRL_C)
    prompt.ready()
    assert prompt.leave() == 0
    assert "rror" not in prompt.terminal.text()


def test_tab_completes_units_names_commands_and_paths(tmp_path):
    prompt = Prompt(tmp_path)
    prompt.type("read_ratio = 100 redi" + TAB, "100 redi")  # no such noun
    prompt.type(CTRL_C + "unit redirect" + ENTER, "counted from now on: redirect")
    prompt.ready()
    prompt.type("read_ratio = 100 redi" + TAB, "100 redirect")
    prompt.type("/wri" + TAB, "redirect/write")
    prompt.say("", "read_ratio = 100 redirect/write\n")
    prompt.type("2 write * rea" + TAB, "2 write * read_ratio")
    prompt.say("", "\n200 redirect")
    prompt.type("cei" + TAB, "> ceil(")
    prompt.type("5.2)", "> ceil(5.2)")
    prompt.say("", "\n6")
    prompt.type("unt" + CTRL_C + "und", "> und")
    prompt.type(TAB, "> undo")
    prompt.say("", "took back: read_ratio = 100 redirect/write, and 2 lines after it")
    (tmp_path / "folder-of-mine").mkdir()
    prompt.type("save folder-o" + TAB, "save folder-of-mine")
    prompt.terminal.type(CTRL_C)
    prompt.ready()
    assert prompt.leave() == 0


def test_saved_lines_play_again(tmp_path):
    prompt = Prompt(tmp_path, "--rough")
    prompt.say("writes = 100M to 200M write/month", "141.4M write/month")
    prompt.say("ratio = 999", "999")
    prompt.say("undo", "took back: ratio = 999")
    prompt.say("ratio = 5 to 20 read/write", "10 read/write")
    prompt.say("nonsense", "error:")
    prompt.say("writes * ratio to read/s", "565.7 read/s")  # 141.42M * 10 / 2.5M
    prompt.say("save lines.calc", "3 lines written; play again: sdcli calc - < lines.calc")
    shown = prompt.terminal.text()
    assert prompt.leave() == 0
    with (tmp_path / "lines.calc").open() as lines:
        again = subprocess.run(
            [*CALC, "-"], stdin=lines, capture_output=True, text=True, check=True, cwd=tmp_path
        )
    assert again.stderr == ""
    answers = again.stdout.splitlines()[1:]  # after what was set
    assert len(answers) == 9
    assert [line for line in answers if line not in shown] == []


def test_ctrl_c_clears_the_line_and_says_how_to_leave(tmp_path):
    prompt = Prompt(tmp_path)
    prompt.say("x = 5 GB", "x = 5 GB  (KB")
    prompt.type("nonsen", "> nonsen")
    prompt.terminal.type(CTRL_C)
    prompt.ready()
    assert "leaves" not in prompt.terminal.text().replace(HINT, "")
    prompt.type(CTRL_C, "Ctrl-D or quit leaves")
    prompt.ready()
    prompt.say("x * 2", "\n10 GB")
    assert prompt.leave() == 0


def test_a_long_sum_is_interrupted_and_the_names_stay(tmp_path):
    """99,999 draws of 40 ranges take seconds; Ctrl-C comes at once."""
    prompt = Prompt(tmp_path)
    prompt.say("x = 5 GB", "x = 5 GB  (KB")
    prompt.say("set samples 99999", "99,999 draws")
    prompt.terminal.type("x = " + " + ".join(f"(1 to {most})" for most in range(2, 42)) + ENTER)
    # Once the sum says how far it is, the key no longer goes to the line editor.
    prompt.terminal.read_until(lambda: b"draws of 40 ranges: 0%" in prompt.written)
    prompt.type(CTRL_C, "interrupted; nothing has changed")
    prompt.ready()
    prompt.say("x * 2", "\n10 GB")
    assert prompt.leave() == 0


def test_a_long_sum_says_how_far_it_is_and_leaves_nothing_of_that(tmp_path):
    prompt = Prompt(tmp_path, "--samples", "1000000")
    prompt.say("x = 1 to 3", "x = ")
    prompt.say("x + (1 to 4)", " drives ")
    assert b"1,000,000 draws of 2 ranges: 0%\r\x1b[K" in prompt.written
    assert b"1,000,000 draws of 2 ranges: 99%" in prompt.written
    assert "2 ranges" not in prompt.terminal.text()
    already = len(prompt.written)
    prompt.say("5 MB + 1 MB", "6 MB")  # nothing is drawn
    prompt.say("set samples 1000", "1,000 draws")
    prompt.say("(1 to 3) + 1", "1,000 draws, seed 7")
    assert b" draws of " not in prompt.written[already:]
    assert prompt.leave() == 0


def test_a_paste_of_several_lines_is_several_lines(tmp_path):
    prompt = Prompt(tmp_path)
    prompt.type("\x1b[200~one = 2\ntwo = 3\none * two * 7\x1b[201~", "one * two * 7")
    prompt.say("", "\n42")
    assert prompt.leave() == 0


@pytest.mark.parametrize(
    "keys",
    [
        "\x1b[31m20 + 1\x1b[0m",
        "\x1b[1;31m20\x1b[0m +\x1b[38;5;12m 1\x1b[0m",  # three numbers, as a mouse event has
        "\x16\x1b[31m20 + 1",  # Ctrl-V, and the sequence by hand
        "2\x1b[M0 + 1",  # the three characters behind it are no place of a mouse
    ],
)
def test_colours_in_what_is_pasted_are_left_out_and_nothing_else(tmp_path, keys):
    prompt = Prompt(tmp_path)
    prompt.type(keys, "> 20 + 1")
    prompt.say("", "\n21")
    assert prompt.leave() == 0
    assert "xception" not in prompt.terminal.text()
    assert "ENTER" not in prompt.terminal.text()


def test_quit_leaves(tmp_path):
    prompt = Prompt(tmp_path)
    prompt.terminal.type("quit" + ENTER)
    assert prompt.terminal.wait() == 0


STYLE = re.compile(rb"\x1b\[[\d;]*[1-9][\d;]*m")  # a colour, bold, dim; not the plain \x1b[0m


@pytest.mark.parametrize("variable", ["NO_COLOR=1", "TERM=dumb"])
def test_no_colour_where_none_is_wanted(tmp_path, variable):
    prompt = Prompt(tmp_path, variables=(variable,))
    prompt.say("300M tweet/day to tweet/s", "3.472k tweet/s (300M/day)  (day 86,400 s)")
    prompt.say("3 GB + 2 s", "one kind on both sides")
    prompt.terminal.type("quit" + ENTER)
    assert prompt.terminal.wait() == 0
    assert not STYLE.search(bytes(prompt.written))


def test_what_stands_beside_the_result_is_dim_on_a_terminal(tmp_path):
    prompt = Prompt(tmp_path)
    prompt.say("300M tweet/day to tweet/s", "3.472k tweet/s (300M/day)  (day 86,400 s)")
    assert b"(300M/day)  \x1b[2m(day 86,400 s)\x1b[0m" in prompt.written
    assert prompt.leave() == 0


def test_a_narrower_window_changes_nothing(tmp_path):
    prompt = Prompt(tmp_path)
    prompt.say("20 + 1", "21")
    fcntl.ioctl(prompt.terminal.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 40, 0, 0))
    prompt.terminal.screen.resize(20, 40)
    prompt.say("300M tweet/day to tweet/s", "3.472k tweet/s (300M/day)")
    assert prompt.leave() == 0


def test_json_answers_at_the_prompt(tmp_path):
    prompt = Prompt(tmp_path, "--json")
    prompt.say("5 MB", '"value": 5.0, "unit": "MB"')
    assert prompt.leave() == 0
