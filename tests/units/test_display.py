"""What is printed: four digits, a readable unit, and text that reads back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.units import quantity
from sdcli.units.display import plain, rounded, scaled


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        # counts: k M G T, four significant digits, no trailing zeros
        ("12 request", "12 request"),
        ("1000 request", "1k request"),
        ("3472.22 request", "3.472k request"),
        ("150e6 user", "150M user"),
        ("6e9 link", "6G link"),
        ("62^7 item", "3.522T item"),  # 3,521,614,606,208
        ("999_949 request", "999.9k request"),
        ("999_950 request", "1M request"),  # never 1000k
        ("999.95", "1k"),
        ("0.5 request", "0.5 request"),
        ("0 request", "0 request"),
        ("1e15 request", "1e15 request"),
        ("0.00012 request", "1.2e-4 request"),
        ("-1500 request", "-1.5k request"),
        ("1/3", "0.3333"),
        # information: the prefix that gives 1 to 1000, in the family that was typed
        ("1500 KB", "1.5 MB"),
        ("0.5 GB", "500 MB"),
        ("999.95 KB", "1 MB"),
        ("1536 KiB", "1.5 MiB"),
        ("2^30 B", "1.074 GB"),
        ("2^30 B to GiB", "1 GiB"),
        ("5000 Mb", "5 Gbit"),
        ("150 TB/day", "150 TB/day"),
        ("1500 MB/s", "1.5 GB/s"),
        ("500 B/link", "500 B/link"),
        ("54750 TB to TB", "54750 TB"),  # a unit that was asked for stays
        ("1 KB to B", "1000 B"),
        ("1 PB to B", "1e15 B"),
        # time
        ("90 s", "90 s"),
        ("5000 ms", "5 s"),
        ("0.0025 s", "2.5 ms"),
        ("7200 s", "2 hour"),
        ("1000 day", "2.74 year"),
        ("5 week", "5 week"),
        ("7 day to s", "604.8k s"),
        ("0.1 ns", "0.1 ns"),
        ("1 s / (4 kilobyte)", "250 ms/KB"),
        ("999.95 us", "1 ms"),  # never 1000 us, although 1e-3/1e-6 is not quite 1000
        ("999.95 ns", "1 us"),
        ("0 s", "0 s"),  # nothing has no better unit than the one typed
        ("0 day", "0 day"),
        ("5 GB - 5 GB", "0 GB"),
        # rates: per second rather than per millisecond, slow ones per hour or day
        ("3.47 request/ms", "3.47k request/s"),
        ("1 request / (2 hour) to request/s", "1.389e-4 request/s"),
        ("0.01 request/s", "36 request/hour"),
        ("0.0001 request/s", "8.64 request/day"),
        ("0.0001 request/ms", "0.1 request/s"),
        ("0.001 B/s", "3.6 B/hour"),  # bytes have no smaller unit than the byte
        ("0.001 MB/s", "1 KB/s"),
        ("3 MB/ms", "3 GB/s"),
        ("5/s", "5/s"),
        ("100 redirect/link", "100 redirect/link"),
        ("2 tweet/user/day", "2 tweet/user/day"),
        # physical units, as typed or under their names
        ("300 watt", "300 watt"),
        ("300 watt * 2 hour", "2.16M joule"),  # 300 * 7200
        ("3 kilowatt_hour", "3 kilowatt_hour"),
        ("5 ampere/s", "5 ampere/s"),
        ("60 mile/hour", "60 mile/hour"),
        # money
        ("$150k/day", "$150k/day"),
        ("$0.02/GB", "$0.02/GB"),
        ("$2B/year", "$2B/year"),
        ("-$5", "-$5"),
        ("5 cents * 3", "$0.15"),
        ("$3 to cent", "300 cent"),
        # percent, when typed so
        ("10%", "10%"),
        ("10% + 5%", "15%"),
        ("10% * 200 MB", "20 MB"),
        ("1 - 10%", "0.9"),
        ("0.2 to %", "20%"),
        ("99.9999999%", "99.9999999%"),  # nine nines are not 100 %
        ("99.95%", "99.95%"),
        # ranges
        ("100M to 200M link/month", "100M to 200M link/month"),
        ("(100e6 to 200e6)*3", "300M to 600M"),
        ("900k to 1.2M link", "900k to 1.2M link"),
        ("800 MB to 1.2 GB", "800 to 1200 MB"),  # one unit, that of the median 980 MB
        ("$5 to $20/month", "$5 to $20/month"),
        ("10% to 20%", "10% to 20%"),
        ("-5 to 10 link", "-5 to 10 link"),
        ("5 to 20/s", "5 to 20/s"),
        ("1 B to 1 TB", "1 B to 1 TB"),  # no unit suits both
        ("1 KiB to 10 MiB", "1 KiB to 10 MiB"),
        ("0 to 100 GB", "0 to 100 GB"),
        ("1 s to 1 day", "1 s to 1 day"),
        ("(1 B to 1 TB)/s", "1e-6 to 1e6 MB/s"),  # 1 B/s to 1 TB/s would be a conversion
        ("1 B to 1 TB to MB", "1e-6 to 1e6 MB"),  # a unit that was asked for stays
        ("1000 to 1000.4 link", "1k to 1.0004k link"),  # not 1k to 1k
        # powers: a number before one of them would have two readings
        ("2 s * 3 s", "6 * s^2"),
        ("(5 to 20 USD)^2", "25 to 400 * $^2"),
    ],
)
def test_display(text, shown):
    q = quantity(text, nouns=["redirect"])
    assert q.display() == str(q) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("38.58 link/s", "38.58 link/s"),
        ("100M to 400M link", "200M link (100M to 400M)"),
        ("$100 to $400", "$200 (100 to 400)"),
        ("1 to 4 GB", "2 GB (1 to 4)"),
        ("1 B to 1 TB", "1 MB (1 B to 1 TB)"),  # sqrt(1 * 1e12)
        (
            "1.0000 to 1.0004 GB",
            "1 GB (1 to 1.0004)",
        ),  # ends that round to one number are told apart
    ],
)
def test_a_summary_puts_the_median_first(text, shown):
    assert quantity(text).summary() == shown


@pytest.mark.parametrize(("digits", "shown"), [(1, "40"), (2, "39"), (3, "38.6"), (6, "38.5802")])
def test_digits_are_significant_ones(digits, shown):
    assert quantity("100M/month to 1/s").display(digits) == f"{shown}/s"


@pytest.mark.parametrize(
    ("text", "digits", "shown"),
    [
        ("1 GiB", 2, "1 GiB"),  # not 1000 MiB, which is what 1024 rounds to
        ("996 KB", 2, "1 MB"),
        ("24 hour", 1, "20 hour"),
        ("999 link", 2, "1k link"),
    ],
)
def test_few_digits_do_not_change_the_unit_for_a_worse_one(text, digits, shown):
    assert quantity(text).display(digits) == shown


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999.95, "1k"),
        (1e15, "1e15"),
        (-2500, "-2.5k"),
        (1e-9, "1e-9"),
        (123_456, "123.5k"),
    ],
)
def test_scaled_numbers(number, text):
    assert scaled(number) == text


@pytest.mark.parametrize(
    ("number", "text"), [(999_999, "1e6"), (54_753.2, "54750"), (1000, "1000"), (0.001, "0.001")]
)
def test_plain_numbers(number, text):
    assert plain(number) == text


def test_rounding_keeps_four_digits():
    assert rounded(123_456) == 123_500
    assert rounded(-0.00123456) == -0.001235


def test_the_largest_number_is_not_rounded_out_of_range():
    assert rounded(1.7976e308) == 1.7976e308
    assert scaled(1.7976e308) == plain(1.7976e308) == "1.798e308"


AMOUNTS = st.builds(
    lambda number, unit: quantity(f"({number!r}) * 1 {unit}"),
    st.floats(1e-9, 1e14),
    st.sampled_from(["link", "MB", "KiB", "Mbit", "ns", "us", "ms", "s", "hour", "day", "week"])
    | st.sampled_from(["request/ms", "request/s", "link/day", "MB/s", "MiB/s", "Mbit/s", "B/day"]),
)


@given(AMOUNTS, st.sampled_from([2, 3, 4]))
def test_a_number_stands_between_1_and_1000_in_a_unit_that_reads_back(amount, digits):
    """Never 1000 of what has a next prefix, never per millisecond, never another amount."""
    shown = amount.display(digits)
    back = quantity(shown)
    assert back.dimension == amount.dimension
    assert back.value == pytest.approx(amount.value, rel=0.51 * 10 ** (1 - digits))
    number = shown.split()[0]
    assert number not in ("1000", "1000k", "1000M", "1000G") or "i" in shown
    assert not shown.endswith(("/ms", "/us", "/ns"))
