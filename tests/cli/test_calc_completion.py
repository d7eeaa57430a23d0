"""What Tab offers, by what stands before the cursor."""

from __future__ import annotations

import pytest

from sdcli.cli.calc_completion import offers, typed_word
from sdcli.cli.calc_options import read_options
from sdcli.cli.calc_session import Session


@pytest.fixture
def session(capsys):
    session = Session(read_options(["--noun", "retweet"]))
    session.run_all(["read_ratio = 100 read/write", "list = 5 item"])
    return session


@pytest.mark.parametrize(
    ("before", "offered", "not_offered"),
    [
        # at the start of a line: commands, names, functions
        ("l", ["list"], ["link"]),
        ("un", ["undo", "unit"], []),
        ("re", ["read_ratio"], ["request", "read"]),
        ("cei", ["ceil("], []),
        ("", ["list", "info", "read_ratio", "ans", "min("], ["MB"]),
        ("gig", ["gigabyte", "gigabit"], []),  # nothing else begins like it
        # behind a number: units and count nouns
        ("5 re", ["request", "read", "retweet"], ["read_ratio"]),
        ("5 M", ["MB", "Mbit", "MiB", "Mbps"], ["min", "max("]),
        ("5M", ["MB"], []),
        ("150M us", ["user", "us"], []),
        ("150 million us", ["user"], []),
        ("1_000_000 us", ["user"], []),
        ("1e6 us", ["user"], []),
        ("86,400 s", ["s", "search", "server"], ["sqrt("]),
        ("2.5 kq", ["kqps"], []),
        ("5 mb", ["MB"], []),  # in another case
        # behind a conversion, and behind a bar
        ("5 GB to M", ["MB"], ["min"]),
        ("read_ratio in re", ["read", "request"], ["read_ratio"]),
        ("5 GB ->M", ["MB"], []),
        ("5 GB per re", ["request"], ["read_ratio"]),
        ("5 MB/re", ["request", "read_ratio"], []),
        # names and functions everywhere else
        ("5 GB * re", ["read_ratio"], ["request"]),
        ("5 GB * (re", ["read_ratio"], ["request"]),
        ("max(re", ["read_ratio"], ["request"]),
        ("5 GB * a", ["ans", "abs("], []),
        ("x2 re", ["read_ratio"], ["request"]),  # x2 is a name and no number
        ("5 GB * li", ["list", "link"][:1], ["list "]),
        # behind a command
        ("info re", ["read_ratio", "request", "read"], []),
        ("info mi", ["min"], []),
        ("info un", ["undo", "unit"], []),
        ("help mon", ["month"], []),
        ("set ", ["day", "month", "year", "samples", "rough", "usual"], ["MB"]),
        ("set day 86400 mo", ["month"], []),
        ("unit re", [], ["request", "read_ratio"]),
        ("save re", [], ["request", "read_ratio"]),
        ("unit = re", ["read_ratio"], []),
    ],
)
def test_what_is_offered(session, before, offered, not_offered):
    words = [offer.word for offer in offers(before, session)]
    assert [word for word in offered if word not in words] == []
    assert [word for word in not_offered if word in words] == []


def test_each_offer_says_what_it_is(session):
    meanings = {offer.word: offer.meaning for offer in offers("info ", session)}
    assert meanings["read_ratio"] == "100 read/write"
    assert meanings["retweet"] == "counted"
    assert meanings["Mbps"] == "information / time"
    assert meanings["ceil"] == "rounded up to a whole number"
    assert all(meanings.values())


@pytest.mark.parametrize(
    ("before", "word"),
    [("", ""), ("a.b", "a.b"), ("5 * ", ""), ("2x", "x"), ("5MB", "MB"), ("5 MB/da", "da")],
)
def test_the_word_that_is_typed(before, word):
    assert typed_word(before) == word
