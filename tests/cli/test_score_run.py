"""The short way to `sdcli score`, and what it leaves to typer."""

from __future__ import annotations

import pytest

from sdcli.cli.entry import run
from sdcli.cli.score_run import ScoreCall, plain_call

ANSWER = "# Scope\nA user can shorten an address; opening the short link is a redirect.\n"


@pytest.mark.parametrize(
    ("words", "call"),
    [
        ("chat a.md", ScoreCall("chat", "a.md")),
        ("chat -", ScoreCall("chat", "-")),
        ("--json chat --level staff a.md", ScoreCall("chat", "a.md", "staff", as_json=True)),
        ("chat a.md --min=40.5", ScoreCall("chat", "a.md", least=40.5)),
        ("chat a.md --min 40 --min 50", ScoreCall("chat", "a.md", least=50.0)),
    ],
)
def test_a_line_as_the_help_has_it_is_understood(words, call):
    assert plain_call(words.split()) == call


@pytest.mark.parametrize(
    "words",
    [
        "",
        "chat",
        "chat a b",
        "chat a --help",
        "chat a -h",
        "chat a --min",
        "chat a --min 101",
        "chat a --min nan",
        "chat a --min ten",
        "chat a --lvl mid",
        "-- chat a",
        "chat a --level=",
    ],
)
def test_anything_else_is_for_typer(words):
    assert plain_call(words.split()) is None


@pytest.mark.parametrize(
    ("options", "code"), [([], 0), (["--min", "99"], 1), (["--mni", "99"], 2), (["--min", "-1"], 2)]
)
def test_both_ways_end_with_the_same_codes(options, code, tmp_path, capsys):
    file = tmp_path / "answer.md"
    file.write_text(ANSWER)
    assert run(["score", "url-shortener", str(file), "--json", *options]) == code
    assert bool(capsys.readouterr().out) == (code < 2)


def test_both_ways_print_the_same(tmp_path, capsys):
    file = tmp_path / "answer.md"
    file.write_text(ANSWER)
    assert run(["score", "url-shortener", str(file), "--json"]) == 0
    fast = capsys.readouterr().out
    assert run(["score", "--json", "--", "url-shortener", str(file)]) == 0
    assert capsys.readouterr().out == fast
