"""Companions: what people want beside a result, and where there is nothing to add."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.units import parse, quantity
from sdcli.units.companions import companions, units_in
from sdcli.units.conventions import ROUGH


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        # per second: per day, 86,400 s
        ("150M user * 2 tweet/user/day to tweet/s", ["300M/day"]),
        ("5/s", ["432k/day"]),  # 5 * 86,400
        ("100 kqps", ["8.64G/day"]),  # 100,000 * 86,400
        ("-5/s", ["-432k/day"]),
        # per day: per second
        ("300M tweet/day", ["3.472k/s"]),  # 300M / 86,400
        ("5k/day", ["0.05787/s"]),
        # slower: both; a month is 30 days
        ("100M link/month", ["38.58/s", "3.333M/day"]),  # 100M / 2.592M; 100M / 30
        ("100M link/month to 1/s", ["3.333M/day"]),
        ("3.65M event/year", ["0.1157/s", "10k/day"]),  # / 31.536M; / 365
        ("1000 event/year", ["2.74/day"]),  # 3.2e-5/s tells nobody anything
        ("6k request/min", ["100/s"]),
        ("3 request/hour", ["72/day"]),  # 8e-4/s does not help, 3 * 24 does
        ("10 request/day", []),
        ("0/s", []),
        ("1e13/s", []),  # 8.64e17/day
        ("1/year", []),
        ("2 tweet/user/day", []),  # of one user: no rate of a system
        ("5 s/request", []),
        # exact whole numbers behind rounded ones
        ("12 request/s to 1/day", ["1,036,800"]),  # 12 * 86,400; 12/s was the question
        ("1234567 request/day", ["1,234,567", "14.29/s"]),  # / 86,400
        ("1234567 request/s", ["1,234,567", "106.7G/day"]),  # * 86,400 = 106,666,588,800
        ("2^10", ["1,024"]),
        ("2^20", ["1,048,576"]),
        ("62^7 item", ["3,521,614,606,208"]),
        ("-(2^20)", ["-1,048,576"]),
        ("1500", []),  # 1.5k says it all
        ("300M tweet", []),
        ("12.34k link", []),
        ("123456 link", ["123,456"]),
        ("999999999999999", ["999,999,999,999,999"]),  # 15 digits
        ("2^63", []),  # 19 digits: nobody reads them, floats do not hold them
        ("12345.5", []),
        ("12345678901.3 link", []),  # near a whole number, and not one
        ("1/3", []),
        ("100M to 200M link", []),
    ],
)
def test_rates_and_counts(text, beside):
    assert list(companions(quantity(text))) == beside


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("120 Mbps", ["15 MB/s", "1.296 TB/day"]),  # / 8; 15 MB/s * 86,400
        ("3 kB * 5000/s to Mbps", ["15 MB/s", "1.296 TB/day"]),
        ("15 MB/s", ["120 Mbps", "1.296 TB/day"]),
        ("1 TB/day", ["11.57 MB/s", "92.59 Mbps"]),  # 1e12 / 86,400 = 11,574,074
        ("50 GB/month", ["19.29 KB/s", "154.3 Kbps"]),  # 5e10 / 2.592M = 19,290
        ("100 MiB/s", ["104.9 MB/s", "838.9 Mbps", "9.06 TB/day"]),  # 104,857,600 B
        ("2 Tbps * 1000", ["250 TB/s", "21.6 EB/day"]),
        ("1 PB/s", ["8 Pbit/s", "86.4 EB/day"]),  # Pbps is no unit
        ("1 B/day", []),  # 9e-5 bit per second
        ("0 B/s", []),
        ("5 GB/user/day", []),  # per user: it would need the noun again
        # amounts: decimal beside binary, bytes beside bits
        ("1 GiB", ["1.074 GB"]),  # 1,073,741,824
        ("1 KiB", ["1.024 KB"]),
        ("5 Gbit", ["625 MB"]),
        ("1 GiB to B", ["1,073,741,824"]),
        ("5 GB", []),
        ("1 KB to B", []),
        ("54750 TB to TB", []),
    ],
)
def test_information(text, beside):
    assert list(companions(quantity(text))) == beside


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("99.9999999%", ["9 nines", "31.54 ms/year down"]),  # 1e-9 * 31,536,000 s
        ("99.95%", ["3.3 nines", "4.38 hour/year down"]),  # 0.0005 * 8760 h; -log10 0.0005
        ("99%", ["2 nines", "3.65 day/year down"]),
        ("99.9%", ["3 nines", "8.76 hour/year down"]),
        ("99.99%", ["4 nines", "52.56 min/year down"]),
        ("99.98%", ["3.7 nines", "1.752 hour/year down"]),
        ("99.989%", ["3.9 nines", "57.82 min/year down"]),  # 3.96, and still not four
        ("99.999999999%", ["11 nines"]),  # 0.3 ms of a year: nobody measures that
        ("99.999999999999%", ["14 nines"]),
        ("99.9% * 99.95%", ["2.8 nines", "13.14 hour/year down"]),  # 0.00149950 * 8760 h = 13.1356
        ("99% * 100%", ["2 nines", "3.65 day/year down"]),
        ("98.9%", []),  # a share
        ("0.9995", []),  # not said to be a percent
        ("0.9995 to %", ["3.3 nines", "4.38 hour/year down"]),
        ("100%", []),
        ("120%", []),
        ("99.9% to 99.99%", []),
        # durations, where the number that was asked for is long
        ("86400 s to s", ["1 day"]),
        ("7 day to s", ["7 day"]),
        ("1 day to min", ["1 day"]),
        ("600 s", ["10 min"]),
        ("100 us to s", ["100 us"]),
        ("90 s", []),
        ("90 min", []),
        ("5 week", []),
        ("250 ms", []),
        ("0 s", []),
        ("1e30 year", []),
        # money per time
        ("$50k/month", []),  # * 365 / 30, as the conversion says
        ("$600k/year", ["$49.32k/month"]),  # * 30 / 365
        ("$150k/day", ["$4.5M/month"]),
        ("$0.1/hour", ["$72/month"]),  # 720 hours
        ("$2B", []),
        ("$0/month", []),
    ],
)
def test_availability_time_and_money(text, beside):
    assert list(companions(quantity(text))) == beside


def test_a_range_has_the_companions_of_its_median():
    """The summary says median (low to high); a second range beside it would be a wall."""
    assert companions(quantity("100M to 400M link/month")) == ("77.16/s", "6.667M/day")  # of 200M


def test_the_conventions_of_the_quantity_hold():
    rate = parse("300M tweet/day").evaluate({}, ROUGH)
    assert companions(rate) == ("3k/s",)  # / 10^5
    assert companions(parse("99.99%").evaluate({}, ROUGH))[1] == "50 min/year down"  # 1e-4 * 30M s


UNITS = """1 link, 1 request/s, 1 link/day, 1 user/month, 1 MB, 1 KiB, 1 Gbit, 1 MB/s, 1 Mbps,
    1 GB/month, 1 s, 1 ms, 1 day, 1%, 1, 1 USD, 1 USD/month, 1 USD/hour, 1 link/user, 1 kqps"""
AMOUNTS = st.builds(
    lambda number, unit: f"{number!r} * {unit}",
    st.one_of(st.floats(1e-12, 1e18), st.integers(0, 10**16)),
    st.sampled_from([unit.strip() for unit in UNITS.split(",")]),
)


@given(AMOUNTS)
def test_a_companion_says_the_same_amount_and_nothing_twice(text):
    """It reads back within rounding, has no powers of ten, is not zero, and not what is shown."""
    result = quantity(text)
    beside = companions(result)
    assert len(beside) <= 3
    assert len({*beside, result.display()}) == len(beside) + 1
    for each in beside:
        number = each.split()[0].split("/")[0]
        assert "e" not in number
        assert number not in ("0", "-0")
        if "nine" in each or "down" in each or "," in each:
            continue
        back = quantity(each)
        if back.dimension != result.dimension:  # the noun is not repeated
            noun = result.dimension.nouns[0]
            back = quantity(f"({each}) * 1 {noun}")
        assert back.value == pytest.approx(result.value, rel=6e-4)


@pytest.mark.parametrize("text", ["1e308", "-1e307 B", "1e-300 s", "1e300/s", "-1e-300 link"])
def test_the_ends_of_floating_point_have_companions_or_none(text):
    companions(quantity(text))


def test_the_units_that_companions_name():
    named = units_in(("15 MB/s", "1.296 TB/day", "3.3 nines", "4.38 hour/year down"))
    assert [unit.symbol for unit in named] == ["MB", "s", "TB", "day", "hour", "year"]
