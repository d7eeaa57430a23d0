"""The sum by head: bare round numbers, the unit at the end, and how far off it is."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sdcli.estimate.by_head import by_head
from sdcli.estimate.round_numbers import round_number
from sdcli.units import UnitError, parse, quantity
from sdcli.units.conventions import ROUGH

VALUES = {
    "writes": quantity("100M link/month"),
    "wide": quantity("100M to 400M link/month"),
    "size": quantity("512 B/link"),
    "peak": quantity("3"),
}


def done(text):
    result = by_head(parse(text, names=VALUES), VALUES)
    return result.line, f"{result.error:+.0%}"


@pytest.mark.parametrize(
    ("text", "line", "error"),
    [
        # a day has 10^5 s: 3000 for 3472
        ("150M user * 2 tweet/user/day to tweet/s", "150M x 2 / 10^5 = 3k tweet/s", "-14%"),
        ("100M/day to 1/s", "100M / 10^5 = 1k/s", "-14%"),
        # a month 2.5M s: 40 for 38.58; a year 30M s: 3.33 for 3.17
        ("writes to 1/s", "100M / 2.5M = 40 link/s", "+4%"),
        ("100M link/year to link/s", "100M / 30M = 3.3 link/s", "+4%"),
        ("12 link/s to 1/day", "12 x 100k = 1.2M link/day", "+16%"),  # 1,036,800
        # between other units of time, their own round ratio: 12 months, 400 days, 25 hours
        ("writes * 500 B/link * 5 year", "100M x 500 x 5 x 12 = 3 TB", "-1%"),  # 3.042
        ("1 MB * 30M/day * 5 year to PB", "1M x 30M x 5 x 400 = 60 PB", "+10%"),  # 54.75
        ("wide * peak to 1/day", "200M x 3 / 30 = 20M link/day", "+0%"),
        ("1 link/hour to link/day", "1 x 25 = 25 link/day", "+4%"),
        # bytes and bits
        ("3 KB/request * 5000 request/s to Mbps", "3k x 5k x 8 = 120 Mbps", "+0%"),
        ("1 GB / (1 Gbps)", "1G / 10^9 x 8 = 8 s", "+0%"),
        # KiB like KB: 4096 KB of 1000 B are 4 MB, and stay MiB: 3.906
        ("4 KiB * 1000", "4k x 1k = 4 MiB", "+2%"),
        ("1 GiB to GB", "1 GB", "-7%"),  # 1.0737
        # factors to one digit: 7.4 -> 7, 3.9 -> 4, 1.3 -> 1.2, 0.26 -> 0.25
        ("7.4 TB / (3.9 TB/server)", "7T / 4T = 1.75 server", "-8%"),  # 1.897
        ("1.3 KB * 47", "1.2k x 50 = 60 KB", "-2%"),  # 61.1
        ("0.26 * 4", "0.25 x 4 = 1", "-4%"),
        ("wide * size", "200M x 500 = 100 GB/month", "-2%"),  # 102.4
        # powers of two are powers of ten
        ("2^10", "10^3 = 1k", "-2%"),
        ("2^30 * 3 B", "10^9 x 3 = 3 GB", "-7%"),
        ("2^32 * 1 B", "4 GB", "-7%"),  # 4.295
        ("2^32 * 2 B", "4G x 2 = 8 GB", "-7%"),
        ("62^7", "60^7 = 2.8T", "-20%"),  # 2.8 / 3.5216
        ("(5 s)^2 / (1 s)", "5^2 = 25 s", "+0%"),
        # small powers of ten change sides, others stay: 40k / 10^4
        ("40 kqps * 100 us", "40k / 10^4 = 4 request", "+0%"),
        ("40 kqps * 250 ms", "40k x 0.25 = 10k request", "+0%"),
        # a price per GB: the rest is counted in GB
        ("$0.02/GB * 30 TB", "0.02 x 30k = $600", "+0%"),
        ("$0.09/GB * 1 PB", "0.09 x 1M = $90k", "+0%"),
        # percents stay, and have their digits at the other end
        ("20% * 8M user", "20% x 8M = 1.6M user", "+0%"),
        ("(1 - 99.95%) * 30 day to min", "(1 - 99.95%) x 30 x 1.5k = 22.5 min", "+4%"),  # 21.6
        # a unit of several kinds is taken apart: 300 W * 10^5 s / 3.6e6; exactly 7.2 kWh
        ("300 watt * 1 day to kilowatt_hour", "300 x 100k = 8.3 kilowatt_hour", "+15%"),
        # sums: each product by head, then added, in the unit of the result
        (
            "150M user * 2 tweet/user/day + 50M user * 3 tweet/user/day to tweet/s",
            "150M x 2 / 10^5 + 50M x 3 / 10^5 = 4.5k tweet/s",  # 450M / 86,400 = 5208
            "-14%",
        ),
        ("1.5 GB + 310 MB", "1.5G + 300M = 1.8 GB", "-1%"),
        ("(3 + 4) * 5 link", "(3 + 4) x 5 = 35 link", "+0%"),
        ("10 link - (-3 link)", "10 - (-3) = 13 link", "+0%"),
        ("1 day + 5 hour", "1 + 5 / 25 = 1.2 day", "-1%"),  # 1.2083
        ("-(2 link + 1 link)", "-(2 + 1) = -3 link", "+0%"),
        # functions of what was done by head: 125 for 123.4, * 1.5
        ("ceil(123.4 server * 1.5)", "ceil(120 x 1.5) = 180 server", "-3%"),
        ("min(5 GB, 310 MB) * 2", "min(5 GB, 300 MB) x 2 = 600 MB", "-3%"),
        # the second argument in the unit of the first: a day of 25 hours; 1.25 day
        ("max(1 day, 30 hour)", "max(1 day, 30 / 25) = 1.2 day", "-4%"),
        ("downtime(99.9%, 30 day)", "downtime(99.9%, 30 day) = 43.2 min", "+0%"),
        # halves go up, and what has three digits keeps them; 225 for 222.01
        ("14.9 * 14.9", "15 x 15 = 225", "+1%"),
        ("-3 * 4.56", "-3 x 5 = -15", "+10%"),  # too large in size: -13.68
        # seconds of a day, month and year that were typed as numbers are round ones, too
        ("100M / 86400", "100M / 10^5 = 1k", "-14%"),
        ("100M / 86,400", "100M / 10^5 = 1k", "-14%"),
        ("100M / (86400 s)", "100M / 10^5 = 1k/s", "-14%"),
        ("100M / 2592000", "100M / 2.5M = 40", "+4%"),
        ("86400 link * 2", "90k x 2 = 180k link", "+4%"),  # links are no seconds
        # near numbers keep their digits
        ("1 hour - 59 min", "1 x 60 - 59 = 1 min", "+0%"),
        ("1 day - 86399 s", "1 x 86,400 - 86,399 = 1 s", "+0%"),
        ("1 day - 86400 s", "1 - 100k / 10^5 = 0 day", "+0%"),
        ("3 * (1.24 GB - 1.2 GB)", "3 x (1.24G - 1.2G) = 120 MB", "+0%"),
        ("1.24 + 1.24 - 2.48", "1.24 + 1.24 - 2.48 = 0", "+0%"),  # 1.2 + 1.2 - 2.5 is not 0
        # the base of a power too: 1.05^5 = 1.2763 said 1.3, 2.2^10 = 2655.99 is not 2^10
        ("1.05^5", "1.05^5 = 1.3", "+2%"),
        ("2.2^10", "2.2^10 = 2.7k", "+2%"),
        ("1.024 * 3", "1 x 3 = 3", "-2%"),  # a 1 that was rounded is said
        # a server too few is worse than one too many: 15.73, so 16
        ("ceil(17.3k / 1.1k)", "ceil(20k / 1k) = 20", "+25%"),
        ("ceil(11.3k / 1.9k)", "ceil(12k / 1.5k) = 8", "+33%"),  # 5.95, so 6
        # one number is no sum
        ("5 link", "5 link", "+0%"),
        ("3472 link", "3k link", "-14%"),
        ("0 link", "0 link", "+0%"),
        ("0 link * 5", "0 x 5 = 0 link", "+0%"),
    ],
)
def test_by_head(text, line, error):
    assert done(text) == (line, error)


def test_the_parts_of_the_answer_are_those_of_the_line():
    """3000 tweets per second by head; 300M / 86,400 = 3472.2 exactly."""
    result = by_head(parse("150M user * 2 tweet/user/day to tweet/s"), {})
    assert result.value.in_unit("tweet/s") == pytest.approx(3000)
    assert result.exact.in_unit("tweet/s") == pytest.approx(300e6 / 86_400)
    assert result.error == pytest.approx(3000 / (300e6 / 86_400) - 1)


def test_the_exact_value_is_under_the_conventions_and_may_be_a_range():
    assert by_head(parse("300M tweet/day to tweet/s"), {}, ROUGH).error == pytest.approx(0)
    result = by_head(parse("wide to 1/s", names=VALUES), VALUES)
    assert result.exact.is_range
    assert not result.value.is_range


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("1 / (1.04 - 1)", "1 / (1.04 - 1) = 25"),  # 1 - 1 would be nothing
        ("1 / (1 GiB - 1 GB) * 1 B", "1 / 70M = 1.4e-8"),  # 73.7 MB; GiB count as GB
        ("log2(1024)", "log2(1k) = 10"),
        ("1e300 * 9e7", "10^300 x 90M = 9e307"),
    ],
)
def test_what_rounding_would_spoil_is_done_otherwise(text, line):
    assert done(text)[0] == line


@pytest.mark.parametrize("text", ["3 link > 2 link", "1 GB + 1 s", "1 / 0", "1.5e308 * 1.15"])
def test_what_has_no_value_is_refused(text):
    with pytest.raises(UnitError):
        by_head(parse(text), {})


@pytest.mark.parametrize(
    ("number", "round_one"),
    [(1.3, 1.2), (1.4, 1.5), (1.8, 2), (2.2, 2), (2.3, 2.5), (3.4, 3), (3.5, 4), (9.6, 10)],
)
@pytest.mark.parametrize("power", [-9, -1, 0, 5, 12])
def test_round_numbers(number, round_one, power):
    assert round_number(float(f"{number}e{power}")) == float(f"{round_one}e{power}")
    assert round_number(-float(f"{number}e{power}")) == -float(f"{round_one}e{power}")


ROUND = st.sampled_from([1, 2, 3, 5, 15, 40, 250, 8_000])
TIMES = {"min", "hour", "day", "year"}  # shown instead of seconds, at the price of a step
PLAIN_UNITS = ["1", "1 GB", "1 MB/s", "1 link/s", "1 B/link", "1 s", "1 user", "1 USD/GB", "5%"]


@given(st.lists(st.tuples(st.sampled_from("*/"), ROUND, st.sampled_from(PLAIN_UNITS)), min_size=2))
def test_round_numbers_whose_units_meet_are_only_rounded_at_the_end(factors):
    """No factor moves, so what is left is the rounding of the result to two digits: 5 %."""
    text = "1" + "".join(f" {sign} ({number} * ({unit}))" for sign, number, unit in factors[:6])
    result = by_head(parse(text), {})
    assume(not TIMES & {unit.symbol for unit, _ in result.exact.shown.factors})
    assert abs(result.error) <= 0.051, result.line


@given(
    st.lists(
        st.tuples(
            st.sampled_from("*/"),
            st.floats(1e-6, 1e9),
            st.sampled_from([*PLAIN_UNITS, "1 KiB", "1 day", "1 month", "1 Mbps", "99%", "1 ms"]),
        ),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(["{}", "{} + 2 * ({})", "ceil({} / ({}))", "sqrt({})", "-({})"]),
)
def test_any_sum_is_finite_and_says_its_error(factors, form):
    text = "1" + "".join(f" {sign} ({number!r} * ({unit}))" for sign, number, unit in factors)
    result = by_head(parse(form.replace("{}", text)), {})
    assert math.isfinite(result.value.value)
    assert math.isfinite(result.error)
    assert result.exact.value == 0 or result.error == pytest.approx(
        result.value.value / result.exact.value - 1,
        abs=1e-9,  # less is called none
    )
    assert result.line.endswith(result.value.display(3))
    if result.exact.value == 0:
        assert result.value.value == 0  # an error of unknown size is never called none
