"""What is printed: four digits, a readable unit, and text that reads back."""

from __future__ import annotations

import pytest

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
        # rates: per second rather than per millisecond, slow ones per hour or day
        ("3.47 request/ms", "3.47k request/s"),
        ("1 request / (2 hour) to request/s", "1.389e-4 request/s"),
        ("0.01 request/s", "36 request/hour"),
        ("0.0001 request/s", "8.64 request/day"),
        ("5/s", "5/s"),
        ("100 redirect/link", "100 redirect/link"),
        ("2 tweet/user/day", "2 tweet/user/day"),
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
    ],
)
def test_a_summary_puts_the_median_first(text, shown):
    assert quantity(text).summary() == shown


@pytest.mark.parametrize(("digits", "shown"), [(1, "40"), (2, "39"), (3, "38.6"), (6, "38.5802")])
def test_digits_are_significant_ones(digits, shown):
    assert quantity("100M/month to 1/s").display(digits) == f"{shown}/s"


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
