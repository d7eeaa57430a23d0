"""config.toml: what is set once."""

from __future__ import annotations

import io
import json

import pytest

from sdcli.cli.entry import run


@pytest.fixture
def config(own_home, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(own_home / "config"))
    path = own_home / "config" / "sdcli" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


def begun(arguments, capsys, monkeypatch):
    """The level and minutes of an interview that is left at once."""
    monkeypatch.setattr("sys.stdin", io.StringIO("How many links a month?\n"))
    assert run(["interview", "url-shortener", *arguments]) == 130
    capsys.readouterr()
    assert run(["sessions", "list", "--json"]) == 0
    session = json.loads(capsys.readouterr().out)["sessions"][-1]
    return session["level"], session["minutes"]


def test_the_file_sets_what_no_option_does(config, capsys, monkeypatch):
    config.write_text('level = "staff"\nminutes = 30\n')
    assert begun([], capsys, monkeypatch) == ("staff", 30)
    assert begun(["--level", "mid"], capsys, monkeypatch) == ("mid", 30)


def test_without_a_file_the_defaults_hold(config, capsys, monkeypatch):
    assert begun([], capsys, monkeypatch) == ("mid", 45)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("levle = 1", "did you mean level?"),
        ("minutes = true", "minutes = 60"),
        ("level = ", "this is not TOML"),
        ('level = "guru"', "one of mid, senior, staff"),
    ],
)
def test_a_wrong_file_is_named(config, capsys, text, said):
    config.write_text(text)
    assert run(["interview", "url-shortener"]) == 2
    assert said in capsys.readouterr().err
