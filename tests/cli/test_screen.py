"""What is printed: JSON that steers no terminal, lines that end where their words end."""

from __future__ import annotations

import io
import json

import pytest

from sdcli.cli.screen import Trimmed, print_json

HOSTILE = "a\x1b[31m\x07\x7f\x9b2J\u202edesrever\u2066\u200b\U000e0041\ud800\n\t"
PLAIN = "7 × 8 = ½ µs — 日本 \u200d“„"


@pytest.mark.parametrize("value", [{"title": HOSTILE, HOSTILE: [HOSTILE]}, PLAIN, [1.5, None]])
def test_json_reads_back_and_steers_nothing(capsys, value):
    print_json(value)
    out = capsys.readouterr().out
    assert json.loads(out) == value
    assert out.endswith("\n")
    assert out.count("\n") == 1
    assert not set(out[:-1]) & (set(HOSTILE) - set("a[31m2Jdesrever"))


def test_what_is_harmless_is_left_as_it_is(capsys):
    print_json({"title": PLAIN})
    assert PLAIN in capsys.readouterr().out


@pytest.mark.parametrize(
    ("written", "stays"),
    [
        ("a  1  \nb  \n", "a  1\nb\n"),
        ("   \n", "\n"),
        ("> ", "> "),  # a prompt
        ("\x1b[1ma   \x1b[0m\n", "\x1b[1ma\x1b[0m\n"),
        ("  a\n", "  a\n"),
    ],
)
def test_blanks_at_the_ends_of_lines_are_left_out(written, stays):
    stream = io.StringIO()
    Trimmed(stream).write(written)
    assert stream.getvalue() == stays
    assert Trimmed(stream).isatty() is False


def test_a_console_writes_no_blanks_at_the_ends_of_lines(capsys):
    from sdcli.cli.screen import console, table

    rows = table("name", "what")
    rows.add_row("a", "b")
    rows.add_row("a longer one", "")
    console().print(rows)
    assert capsys.readouterr().out == "name          what\na             b\na longer one\n"


@pytest.mark.parametrize(("term", "is_coloured"), [("xterm", True), ("dumb", False)])
def test_a_dumb_terminal_gets_no_colour(
    monkeypatch: pytest.MonkeyPatch, term: str, *, is_coloured: bool
) -> None:
    from sdcli.cli.screen import console, styled

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", term)
    out = Terminal()
    monkeypatch.setattr("sys.stdout", out)
    console().print(styled("word", "green"))
    assert ("\x1b" in out.getvalue()) is is_coloured
