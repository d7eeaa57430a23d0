from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.estimate.claim import OK_FACTOR, ROUNDED_FACTOR
from sdcli.scoring import parse_answer
from sdcli.scoring.numbers import check_numbers
from sdcli.scoring.numbers.equations import EXACT


def checks(text, nouns=("link", "redirect")):
    return [
        (check.quote, check.verdict) for check in check_numbers(parse_answer(text), nouns=nouns)
    ]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        # 100M / 2.6M = 38.46
        ("100M / 2.6M s = 38 writes per second", "ok"),
        ("100M / 2.6M s = 45 writes per second", "rounded"),
        ("100M / 2.6M s = 380 writes per second", "off"),
        # 62^7 = 3.52e12
        ("62^7 = 3.5 trillion codes", "ok"),
        ("62⁷ = 3.5T", "ok"),
        ("62^7 = 3.5 billion codes", "off"),
        # 10M x 64 B = 640 MB
        ("10M clients * 64 B = 640 MB", "ok"),
        ("10M clients * 64 B = 640 GB", "off"),
        ("10M x 64 bytes = 640 Mbit", "off"),  # bits for bytes
        ("100 MB/s = 800 Mbit/s", "ok"),
        ("300 TB / 4 TB = 75 nodes", "ok"),
        ("1M req/s / 100k req/s = 10 shards", "ok"),
        # units converted by hand: 100M / 30 / 86,400 = 38.6
        ("100M links/month / 30 / 86400 = 40/s", "ok"),
        ("100M links/month = 38.6 links/s", "ok"),
        ("100M links/month = 1160 links/s", "off"),  # a month taken for a day
        # a missing "a year" is no error; 500 x 1.2G = 600 GB
        ("500 B * 100M * 12 = 600 GB a year", "ok"),
        ("38.6 links/s * 100 = 3860 redirects/s", "ok"),
        ("2B a day / 86400 = 23k/s", "ok"),  # billion
        ("20% of 500 GB = 100 GB", "ok"),
        ("(3 + 4) * 2 = 14 nodes", "ok"),
        ("86,400 × 40 ≈ 3.5M", "ok"),
        ("86,400 × 40 = about 4M", "ok"),  # 3.456M, within 30 %
        ("86,400 × 40 ≈ 8M", "rounded"),
        ("86,400 × 40 = 8M", "off"),
        ("12 * 30 = 3600", "off"),
        # inside a sentence, behind a comma or a bracket
        ("So memory is fine (10M * 64 B = 640 MB).", "ok"),
        ("So memory is fine (10M * 64 B = 64 GB).", "off"),
        ("Some load, 10M clients * 64 B = 640 Mbit.", "off"),
        # said behind operators: rounded as one speaks; 6M / 86,400 = 69.4
        ("6M / 86400 s is about 90 a second", "ok"),
        ("6M / 86400 s is about 300 a second", "rounded"),
        ("6M / 86400 s → 700 a second", "off"),
    ],
)
def test_an_equation_is_worked_out_again(text, verdict):
    assert [found for _, found in checks(text)] == [verdict]


@pytest.mark.parametrize(
    "text",
    [
        "N = 3, W = 2, R = 2",
        "W + R > N",
        "In 2024 traffic = 5 GB",
        "3 apples plus 5 = 10",  # cutting the sum in two would invent a mistake
        "99.99 % = 52 minutes a year",
        "x == 5, y >= 3, z != 4 => done",
        "=",
        "5 =",
        "= 5",
        "1/0 = 4",
        "10^10^10^10 = 3",
        "the cache = a map",
        "5 x 99.9 % = 99.5 %",  # five in series, which is 99.5 % indeed
        "500 B * 100M * 12 = 50 GB a year",  # kinds differ, so nobody can say that it is wrong
    ],
)
def test_what_cannot_be_read_gets_no_verdict(text):
    assert checks(text) == []


def test_an_equation_is_judged_as_calc_judges_a_claim():
    assert (OK_FACTOR, ROUNDED_FACTOR) == EXACT


def test_every_pair_of_a_chain_is_checked():
    assert checks("2^10 = 1024 * 1 = 2000") == [
        ("2^10 = 1024 * 1", "ok"),
        ("1024 * 1 = 2000", "off"),
    ]


def test_the_quote_is_verbatim_and_the_line_is_its_own():
    text = "Scope.\n\nWe get 100M / 2.6M s = 38 writes per second, so one primary is enough."
    (found,) = check_numbers(parse_answer(text))
    assert found.quote == "100M / 2.6M s = 38 writes per second"
    assert (found.line, found.computed) == (3, "38.46 write/s")


@pytest.mark.parametrize(
    ("text", "computed"),
    [
        ("100 MB/s = 100 Mbit/s", "800 Mbit/s"),  # shown in the unit that was claimed
        ("100M writes per month = 400 writes per second", "38.58 write/s"),
        ("12 * 30 = 3600", "360"),
        # 5G / 86,400 = 57,870; the sum may divide by the day itself
        ("5B a day = 58M/s", "57.87k/s"),
        ("5B a day / 86400 = 58M/s", "57.87k/s"),
        ("300M x 2 / 86400 = 70k posts/s", "6.944k post/s"),
        ("12 * 30 = 3600 a year", "360"),
        ("500 B * 100M * 12 = 600 GB a year", "600 GB"),
        ("1M/day = 12/h", "41.67k/hour"),  # 1M / 24
        ("100M links a month / 2.5M = 400 a second", "40/s"),
        ("10M clients * 64 B = 64 GB", "640 MB"),
    ],
)
def test_what_it_comes_to_is_shown(text, computed):
    assert [found.computed for found in check_numbers(parse_answer(text))] == [computed]


def test_a_sum_that_stands_twice_is_checked_once():
    assert len(checks("12 * 30 = 360.\n\n12 * 30 = 360.")) == 1


def test_a_sum_that_stands_twice_is_used_where_one_of_them_is():
    (found,) = check_numbers(parse_answer("12 * 30 = 360.\n\nYes.\n\n12 * 30 = 360, which fits."))
    assert (found.line, found.used) == (1, True)


def test_the_same_words_are_judged_by_the_numbers_that_stand_before_them():
    text = "We add 50 GB a day.\nThat is 18 TB a year.\n\nWe add 5 GB a day.\nThat is 18 TB a year."
    found = check_numbers(parse_answer(text))  # 365 x 50 GB = 18 TB, 365 x 5 GB = 1.8 TB
    assert [(one.line, one.verdict) for one in found] == [(2, "ok"), (5, "off")]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="0123456789 =≈*/^+-().,kMGTB%$saxe⁷per", max_size=60))
def test_no_text_breaks_the_checker(text):
    for check in check_numbers(parse_answer(text)):
        assert check.quote in text
