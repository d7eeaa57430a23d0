"""Unit steps: the numbers between units that do not meet."""

from __future__ import annotations

import pytest

from sdcli.estimate.unit_steps import bare, unit_steps, unprefixed
from sdcli.units.conventions import DEFAULT, ROUGH
from sdcli.units.parser import parse_unit
from sdcli.units.table import UNITS


def between(have: str, want: str, conventions=DEFAULT):
    units = [unprefixed(parse_unit(text)) if text else [] for text in (have, want)]
    steps = unit_steps(*units, conventions)
    return [("/" if s.divides else "*", pytest.approx(s.ratio), s.unit) for s in steps]


@pytest.mark.parametrize(
    ("have", "want", "steps"),
    [
        ("link/day", "link/s", [("/", 86_400, "s/day")]),
        ("link/s", "link/day", [("*", 86_400, "s/day")]),
        ("day", "s", [("*", 86_400, "s/day")]),
        ("s", "hour", [("/", 3600, "s/hour")]),
        ("link/month*year", "link", [("*", 365 / 30, "month/year")]),
        ("MB/s", "Mbit/s", [("*", 8, "bit/B")]),
        ("Mbps", "GB/day", [("/", 8, "bit/B"), ("*", 86_400, "s/day")]),
        ("s/GB", "s/Gbit", [("/", 8, "bit/B")]),
        ("hertz", "1/min", [("*", 60, "s/min")]),
        ("day^2", "s^2", [("*", 86_400, "s/day"), ("*", 86_400, "s/day")]),
        # prefixes, nouns and equal units take none
        ("KB/ms", "GB/s", []),
        ("MiB", "KB", []),
        ("kqps", "request/s", []),
        ("tweet/user/day*user", "tweet/day", []),
        ("GB/s*s", "TB", []),
        ("cent", "$", []),
    ],
)
def test_steps_between_units(have, want, steps):
    assert between(have, want) == steps


def test_the_lengths_are_those_of_the_conventions_and_whole_ones_stay_whole():
    (step,) = unit_steps([(UNITS["day"], -1)], [(UNITS["s"], -1)], ROUGH)
    assert step.ratio == 100_000.0
    assert str(step.ratio) == "100000.0"


def test_under_a_root_a_step_counts_half():
    (step,) = unit_steps([(UNITS["hour"], 0.5)], [(UNITS["s"], 0.5)], DEFAULT)
    assert step.ratio == pytest.approx(60)  # the root of 3600


@pytest.mark.parametrize(
    ("unit", "plain", "prefix"),
    [
        ("KB", "B", 1e3),
        ("GiB", "B", 1e9),  # said like GB
        ("Mbit", "bit", 1e6),
        ("Kibit", "bit", 1e3),
        ("B", "B", 1),
        ("us", "s", 1e-6),
        ("hour", "hour", 1),
        ("cent", "$", 0.01),
        ("%", "%", 0.01),
    ],
)
def test_a_unit_without_its_prefix(unit, plain, prefix):
    found, size = bare(UNITS[unit])
    assert (found.symbol, size) == (plain, pytest.approx(prefix))
