"""The working of an estimate, as a person would say it."""

from __future__ import annotations

import pytest

from sdcli.estimate import Worksheet

ASSUMPTIONS = {
    "writes": "100M link/month",
    "wide": "100M to 200M link/month",
    "row_size": "500 B/link",
    "users": "150M user",
    "tweets": "2 tweet/user/day",
    "share": "20%",
    "servers": "12.3 server",
    "debt": "-5",
}


@pytest.mark.parametrize(
    ("formula", "unit", "steps"),
    [
        # the conversion of a rate is the step that people get wrong, so it is shown
        ("writes", "link/s", ["writes", "100M link/month ÷ 2.592M s/month", "38.58 link/s"]),
        ("writes to link/s", None, ["writes", "100M link/month ÷ 2.592M s/month", "38.58 link/s"]),
        (
            "users * tweets",
            "tweet/s",
            ["users × tweets", "150M user × 2 tweet/user/day ÷ 86.4k s/day", "3.472k tweet/s"],
        ),
        ("5 link/s * 1", "link/day", ["5 link/s * 1", "432k link/day"]),
        # without one there is nothing to add
        ("writes", None, ["writes", "100M link/month"]),
        ("writes * 5 year", None, ["writes × 5 year", "100M link/month × 5 year", "6.083G link"]),
        (
            "writes * row_size",
            "GB/month",
            ["writes × row_size", "100M link/month × 500 B/link", "50 GB/month"],
        ),
        ("62^7 link", None, ["62^7 link", "3.522T link"]),
        # brackets where the values need them
        ("1 / writes", "ms/link", ["1 ÷ writes", "1 ÷ (100M link/month)", "25.92 ms/link"]),
        (
            "writes + writes",
            None,
            ["writes + writes", "100M link/month + 100M link/month", "200M link/month"],
        ),
        (
            "(writes + writes) * share",
            None,
            [
                "(writes + writes) × share",
                "(100M link/month + 100M link/month) × 20%",
                "40M link/month",
            ],
        ),
        (
            "servers ^ 2 / servers",
            "server",
            ["servers^2 ÷ servers", "(12.3 server)^2 ÷ 12.3 server", "12.3 server"],
        ),
        ("3 - debt", None, ["3 - debt", "3 - (-5)", "8"]),
        ("ceil(servers)", None, ["ceil(servers)", "ceil(12.3 server)", "13 server"]),
        # ranges: median first
        (
            "wide",
            "link/s",
            ["wide", "(100M to 200M link/month) ÷ 2.592M s/month", "54.56 link/s (38.58 to 77.16)"],
        ),
        ("wide", None, ["wide", "141.4M link/month (100M to 200M)"]),
        (
            "wide * row_size",
            "GB/month",
            [
                "wide × row_size",
                "(100M to 200M link/month) × 500 B/link",
                "70.71 GB/month (50 to 100)",
            ],
        ),
        (
            "wide / wide",
            None,
            ["wide ÷ wide", "(100M to 200M link/month) ÷ (100M to 200M link/month)", "1"],
        ),
    ],
)
def test_worked(formula, unit, steps):
    sheet = Worksheet(ASSUMPTIONS, {"it": (formula, unit)})
    assert sheet.errors == {}
    assert sheet.lines[0].worked == " = ".join(["it", *steps])


def test_a_rate_per_second_is_multiplied_up():
    sheet = Worksheet({"rate": "5 link/s"}, {"daily": ("rate", "link/day")})
    assert sheet.lines[0].worked == "daily = rate = 5 link/s × 86.4k s/day = 432k link/day"
