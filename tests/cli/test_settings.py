"""config.toml: what is set once."""

from __future__ import annotations

import io
import json

import pytest

from sdcli.cli.entry import run
from sdcli.cli.settings import settings
from sdcli.units.conventions import DEFAULT, Conventions


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


def test_what_a_day_a_month_and_a_year_are_stands_in_the_file(config):
    config.write_text("day = 100_000\nmonth = 25\nyear = 365.25\n")
    assert settings().conventions == Conventions(100_000.0, 25.0, 365.25)


def test_a_home_without_a_file_has_the_usual_conventions(config):
    assert settings().conventions == DEFAULT


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("levle = 1", "did you mean level?"),
        ("minutes = true", "minutes = 60"),
        ("level = ", "this is not TOML"),
        ('level = "guru"', "one of mid, senior, staff"),
        ('day = "long"', "day = 86400"),
        ("day = true", "day = 86400"),
        ("day = 0", "3,600 to 100,000 seconds, like day = 86400"),
        ("day = -86400", "3,600 to 100,000 seconds"),
        ("month = 32", "20 to 31 days, like month = 30"),
        ("month = nan", "given: nan days"),
        ("year = 199.9", "given: 199.9 days"),
        ("year = inf", "200 to 366 days, like year = 365"),
        ("year = " + "9" * 5000, "this is not TOML"),
        ("day = " + "9" * 4000, "999 seconds"),
    ],
)
def test_a_wrong_file_is_named(config, capsys, text, said):
    config.write_text(text)
    assert run(["interview", "url-shortener"]) == 2
    assert said in capsys.readouterr().err
