"""What a day, a month and a year are, and what is said of them."""

from __future__ import annotations

import pytest

from sdcli.core.errors import InputError
from sdcli.units.conventions import (
    BOUNDS,
    DEFAULT,
    NAMES,
    ROUGH,
    Conventions,
    check,
    of_units,
    ordered,
)
from sdcli.units.table import UNITS


@pytest.mark.parametrize(
    ("conventions", "day", "month", "year"),
    [
        (DEFAULT, 86_400, 2_592_000, 31_536_000),  # 30 and 365 days of 86,400 s
        (ROUGH, 100_000, 2_500_000, 30_000_000),  # 10^5 s, 2.5M s, 12 of those
        (Conventions(43_200.0, 20.0, 250.0), 43_200, 864_000, 10_800_000),
    ],
)
def test_how_long_they_are(conventions, day, month, year):
    assert [conventions.seconds(name) for name in BOUNDS] == [day, month, year]


@pytest.mark.parametrize(
    ("conventions", "said"),
    [
        (DEFAULT, ["86,400 s", "30 day", "365 day"]),
        (ROUGH, ["100,000 s", "2.5M s", "30M s"]),
        (Conventions(year_days=365.25), ["86,400 s", "30 day", "365.25 day"]),
        # 30 days of 12 hours are not what people call 30 days
        (Conventions(43_200.0), ["43,200 s", "1.296M s", "15.768M s"]),
        (Conventions(3_600.5), ["3,600.5 s", "0.108015M s", "1.31418M s"]),
    ],
)
def test_what_is_said_of_them(conventions, said):
    assert [conventions.text(name) for name in BOUNDS] == said


def test_one_is_changed_and_the_others_stay():
    changed = DEFAULT.changed("year", 365.25)
    assert changed == Conventions(86_400.0, 30.0, 365.25)
    assert changed.changed("day", 1e5).changed("month", 25.0) == Conventions(1e5, 25.0, 365.25)


@pytest.mark.parametrize("name", BOUNDS)
def test_the_bounds_themselves_are_accepted_and_the_usual_lies_within(name):
    _, least, most = BOUNDS[name]
    usual = DEFAULT.seconds(name) / (1 if name == "day" else DEFAULT.day_s)
    for value in (least, most, usual):
        check(name, value, where="here", example="x")
    for value in (least - 0.1, most + 0.1, 0, -usual, float("nan"), float("inf"), 10**400):
        with pytest.raises(InputError, match=f"here: {name} is out of bounds"):
            check(name, value, where="here", example="x")


@pytest.mark.parametrize(
    ("units", "said"),
    [
        ("MB year day s", {"day": "86,400 s", "year": "365 day", "KB": "1000 B"}),
        ("week", {"day": "86,400 s"}),  # seven of them
        ("MBps", {"KB": "1000 B"}),
        ("Mbps qps MiB B hour $", {}),
        ("", {}),
    ],
)
def test_what_units_rest_on_in_a_fixed_order(units, said):
    found = of_units(UNITS[unit] for unit in units.split())
    assert list(found.items()) == list(said.items())


def test_what_units_rest_on_follows_the_conventions():
    assert of_units([UNITS["month"]], ROUGH) == {"month": "2.5M s"}


def test_what_was_said_is_put_in_the_same_order():
    said = {"KB": "1000 B", "year": "365 day and 30M s", "day": "86,400 s"}
    assert list(ordered(said).items()) == [
        ("day", "86,400 s"),
        ("year", "365 day and 30M s"),
        ("KB", "1000 B"),
    ]


def test_each_has_its_bounds():
    assert tuple(BOUNDS) == NAMES
