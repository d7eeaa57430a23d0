"""A sum said aloud: rounded numbers carried on, the exact ones beside, and the drift."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.estimate.aloud import steps
from sdcli.units import UnitError, parse, quantity
from sdcli.units.conventions import DEFAULT, ROUGH

VALUES = {
    "writes": quantity("100M link/month"),
    "wide": quantity("100M to 400M link/month"),
    "size": quantity("512 B/link"),
    "peak": quantity("3"),
    "share": quantity("12.5%"),
}


def said(text, conventions=DEFAULT):
    expression = parse(text, names=VALUES)
    return [
        (step.said, step.exact, f"{step.drift:+.1%}")
        for step in steps(expression, VALUES, conventions)
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "150M user * 2 tweet/user/day to tweet/s",
            [
                ("150M user x 2 tweet/user/day = 300M tweet/day", "300M tweet/day", "+0.0%"),
                # 300M / 86,400 = 3472.2; 3500 / 3472.2 = 1.008
                ("300M tweet/day / 86,400 s/day = 3.5k tweet/s", "3.472k tweet/s", "+0.8%"),
            ],
        ),
        (
            "(writes to 1/s) * peak",
            [
                # 100M / 2.592M = 38.58; 39 / 38.58 = 1.0109
                ("100M link/month / 2.592M s/month = 39 link/s", "38.58 link/s", "+1.1%"),
                # 39 * 3 is 117, which is said in full; 117 / 115.74 = 1.0109: the same drift
                ("39 link/s x 3 (peak) = 117 link/s", "115.7 link/s", "+1.1%"),
            ],
        ),
        # a product says the steps between its units, too: 100M * 512 * 60.83 months = 3.115e12
        (
            "writes * size * 5 year",
            [
                (
                    "100M link/month x 512 B/link x 5 year x 12 month/year = 3.1 TB",
                    "3.115 TB",
                    "-0.5%",
                )
            ],
        ),
        # who says 12 reckons with 12: 140M * 500 * 60 = 4.2e12; 141M * 500 * 60.83 = 4.289e12
        (
            "141M link/month * 500 B/link * 5 year",
            [
                (
                    "140M link/month x 500 B/link x 5 year x 12 month/year = 4.2 TB",
                    "4.289 TB",
                    "-2.1%",
                )
            ],
        ),
        (
            "3 KB * 5000/s to Mbps",
            [
                ("3 KB x 5k/s = 15 MB/s", "15 MB/s", "+0.0%"),
                ("15 MB/s x 8 bit/B = 120 Mbps", "120 Mbps", "+0.0%"),
            ],
        ),
        # 15e12 * 8 / 86,400 = 1.3889e9
        (
            "15 TB/day to Gbps",
            [("15 TB/day x 8 bit/B / 86,400 s/day = 1.4 Gbps", "1.389 Gbps", "+0.8%")],
        ),
        ("120 Mbps to MB/s", [("120 Mbit/s / 8 bit/B = 15 MB/s", "15 MB/s", "+0.0%")]),
        (
            "1 GB / (1 Gbps)",
            [("1 GB / (1 Gbit/s) x 8 bit/B = 8 s", "8 s", "+0.0%")],
        ),
        # 10,000 s / 3600 = 2.778
        (
            "1 TB / (100 MB/s)",
            [("1 TB / (100 MB/s) / 3,600 s/hour = 2.8 hour", "2.778 hour", "+0.8%")],
        ),
        (
            "12 request/s to 1/day",
            # 1,036,800 begins with 1.0 and keeps a third digit: 1.04 / 1.0368 = 1.0031
            [("12 request/s x 86,400 s/day = 1.04M request/day", "1.037M request/day", "+0.3%")],
        ),
        # sums, however many terms, are one step
        (
            "1.5 GB + 300 MB - 20 MB",
            [("1.5 GB + 300 MB - 20 MB = 1.78 GB", "1.78 GB", "+0.0%")],
        ),
        # 1.2 + 0.3 = 1.5 for 1.534; then the rounded one goes on
        (
            "(1.234 GB + 300 MB) / 3",
            [
                ("1.2 GB + 300 MB = 1.5 GB", "1.534 GB", "-2.2%"),
                ("1.5 GB / 3 = 500 MB", "511.3 MB", "-2.2%"),
            ],
        ),
        ("2 * (3 + 4) * 5", [("3 + 4 = 7", "7", "+0.0%"), ("2 x 7 x 5 = 70", "70", "+0.0%")]),
        ("10 link - (-3 link)", [("10 link - (-3 link) = 13 link", "13 link", "+0.0%")]),
        # functions, of what has been said: 120 * 1.5 = 180 for 185.1
        (
            "ceil(123.4 server * 1.5)",
            [
                ("120 server x 1.5 = 180 server", "185.1 server", "-2.8%"),
                ("ceil(180 server) = 180 server", "186 server", "-3.2%"),
            ],
        ),
        (
            "max(5 GB, 300 MB) * 2",
            [
                ("max(5 GB, 300 MB) = 5 GB", "5 GB", "+0.0%"),
                ("5 GB x 2 = 10 GB", "10 GB", "+0.0%"),
            ],
        ),
        # an availability has its digits at the other end: 0.05 % of 30 days are 21.6 min
        ("(1 - 99.95%) * 30 day to min", [
            ("1 - 99.95% = 5e-4", "5e-4", "+0.0%"),
            ("5e-4 x 30 day x 1,440 min/day = 21.6 min", "21.6 min", "+0.0%"),
        ]),
        # what everybody knows in full is said in full; 365 * 3 = 1095
        ("365 day * 3 link/day", [("365 day x 3 link/day = 1.1k link", "1.095k link", "+0.5%")]),
        (
            "86400 s * 1 link/s",
            [("1 day x 1 link/s x 86,400 s/day = 86,400 link", "86.4k link", "+0.0%")],
        ),
        (
            "2^10 * 4",
            [("2^10 = 1,024", "1.024k", "+0.0%"), ("1,024 x 4 = 4,096", "4.096k", "+0.0%")],
        ),
        # 62^7 = 3.5216e12; a rounded exponent would be another number
        ("62^7", [("62^7 = 3.5T", "3.522T", "-0.6%")]),
        ("10^5 * 3", [("10^5 x 3 = 300k", "300k", "+0.0%")]),
        # a prefix is no step, but another unit is said
        ("1 GiB to GB", [("1 GiB = 1.07 GB", "1.074 GB", "-0.3%")]),
        # 12.5 goes up; 0.13 * 8000 = 1040
        ("share * 8k link", [("13% (share) x 8k link = 1.04k link", "1k link", "+4.0%")]),
        # halves go up, and what has three digits keeps them: 15 * 15 = 225
        ("14.9 * 14.9", [("15 x 15 = 225", "222", "+1.3%")]),  # 222.01
        ("15 * 1.1", [("15 x 1.1 = 16.5", "16.5", "+0.0%")]),
        ("min(3.33, 4.44, 5.55)", [("min(3.3, 4.4, 5.6) = 3.3", "3.33", "-0.9%")]),
        ("45 * 55", [("45 x 55 = 2.5k", "2.475k", "+1.0%")]),
        ("-3 * 4.5", [("-3 x 4.5 = -13.5", "-13.5", "+0.0%")]),
        # a factor of 1.0x has three digits, and a base that still moves its power has all:
        # 1.05^5 = 1.2763; 1.02 * 3 = 3.06 for 3.072; 1.0045^300 = 3.846, which 1^300 is not,
        # but 1.005^300 = 4.465 is within a quarter
        ("1.05^5", [("1.05^5 = 1.3", "1.276", "+1.9%")]),
        ("1.024 * 3", [("1.02 x 3 = 3.06", "3.072", "-0.4%")]),
        ("1.0045^300", [("1.005^300 = 4.5", "3.846", "+17.0%")]),
        # near numbers are said in one unit and with the digits that tell them apart
        ("1 day - 86399 s", [("86,400 s - 86,399 s = 1 s", "1 s", "+0.0%")]),
        ("1 day - 86400 s", [("1 day - 1 day = 0 day", "0 day", "+0.0%")]),
        ("1 hour - 59 min", [("1 hour - 59 min = 1 min", "1 min", "+0.0%")]),
        ("1 TB - 999.9 GB", [("1,000,000 MB - 999,900 MB = 100 MB", "100 MB", "+0.0%")]),
        # 2.48 - 2.5 would be -0.02 (-20,000 %) beside an exact 0
        ("1.24 + 1.24 - 2.48", [("1.24 + 1.24 - 2.48 = 0", "0", "+0.0%")]),
        ("$1.5M - $1.4999M", [("$1,500,000 - $1,499,900 = $100", "$100", "+0.0%")]),
        # a server too few is worse than one too many: up above, down below
        (
            "ceil(17.3k/1.1k)",  # 15.73, 16; 18 / 1.1 = 16.36
            [("18k / 1.1k = 16.4", "15.73", "+4.3%"), ("ceil(16.4) = 17", "16", "+6.2%")],
        ),
        (
            "ceil(17.3k/1.19k)",  # 14.54; 18 / 1.1 = 16.36
            [("18k / 1.1k = 16.4", "14.54", "+12.8%"), ("ceil(16.4) = 17", "15", "+13.3%")],
        ),
        ("floor(0.996)", [("floor(0.996) = 0", "0", "+0.0%")]),  # floor(1) would be 1
        # the units behind a divisor are its own
        ("100 GB / 2 / day", [("100 GB / 2 day = 50 GB/day", "50 GB/day", "+0.0%")]),
        # nothing to work out
        ("5 link", []),
        ("writes", []),
        ("150M user/day", []),
        ("-(5 link)", []),
        ("5 GB to GB", []),
    ],
)  # fmt: skip
def test_steps(text, lines):
    assert said(text) == lines


def test_ranges_are_spoken_by_their_medians():
    """sqrt(100M * 400M) = 200M; / 2.592M = 77.16."""
    assert said("wide to 1/s") == [
        ("200M link/month / 2.592M s/month = 77 link/s", "77.16 link/s", "-0.2%")
    ]


def test_the_conventions_change_the_numbers_that_are_said():
    assert said("300M tweet/day to tweet/s", ROUGH) == [
        ("300M tweet/day / 100,000 s/day = 3k tweet/s", "3k tweet/s", "+0.0%")
    ]


def test_a_difference_that_rounding_would_wipe_out_is_said_exactly():
    """1 - 1 is nothing, and nothing cannot be divided by."""
    assert said("1 / (1.004 - 1)") == [
        ("1.004 - 1 = 0.004", "0.004", "+0.0%"),
        ("1 / 0.004 = 250", "250", "+0.0%"),
    ]


def test_rounding_up_does_not_leave_floating_point():
    assert said("1.79e308 * 1") == [("1.79e308 x 1 = 1.79e308", "1.79e308", "+0.0%")]


def test_a_drift_from_zero_is_none():
    assert said("5 link - 5 link") == [("5 link - 5 link = 0 link", "0 link", "+0.0%")]


@pytest.mark.parametrize("text", ["3 link > 2 link", "1 GB + 1 s", "1 / 0", "log2(1 s)"])
def test_what_has_no_value_has_no_steps(text):
    with pytest.raises(UnitError):
        steps(parse(text), {})


def test_an_error_points_at_its_sign():
    with pytest.raises(UnitError) as caught:
        steps(parse("2 * (3 GB + 2 s)"), {})
    assert caught.value.span == (10, 11)


FACTORS = st.lists(
    st.tuples(st.sampled_from(["*", "/"]), st.floats(1e-3, 1e6), st.sampled_from(
        ["1", "1 GB", "1 KiB", "1 MB/s", "1 day", "1 link/s", "2 tweet/user/day", "1 Mbps", "1%"]
    )),
    min_size=2,
    max_size=5,
)  # fmt: skip


TERMS = st.lists(
    st.tuples(st.sampled_from("+-"), st.integers(1, 9999), st.integers(-3, 3)),
    min_size=2,
    max_size=5,
)


@given(
    TERMS, st.sampled_from([["GB", "MB", "KB"], ["day", "hour", "min", "s"], ["link"], ["cent"]])
)
def test_a_line_is_true_as_it_is_printed(terms, units):
    """What stands after the sign is what the printed terms come to, in full or to two digits."""
    text = "0 " + units[0]
    for place, (sign, number, power) in enumerate(terms):
        text += f" {sign} {number}e{power} {units[place % len(units)]}"
    (step,) = steps(parse(text), {})
    left, _, right = step.said.rpartition(" = ")
    result = quantity(right).value
    assert result == pytest.approx(parse(left).evaluate({}).value, rel=0.0455, abs=1e-9)
    if abs(parse(text).evaluate({}).value) > 1e-6:
        assert abs(step.drift) < 0.2  # 5 % of a result, and of terms that do not cancel
    else:
        assert result == pytest.approx(0, abs=1e-6)


@given(FACTORS)
def test_rounding_drifts_by_the_sum_of_its_parts_and_no_more(factors):
    """Two digits are within 5 %, each: so is a product of n within 1.05^n, and its result."""
    text = "1" + "".join(f" {sign} ({number!r} * ({unit}))" for sign, number, unit in factors)
    expression = parse(text)
    done = steps(expression, {})
    assert done[-1].exact == expression.evaluate({}).display()
    for step in done:
        assert math.isfinite(step.drift)
        assert abs(step.drift) < 1.06 ** (2 * len(factors) + 1) - 1
