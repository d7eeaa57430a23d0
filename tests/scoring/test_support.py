from __future__ import annotations

import pytest

from sdcli.scoring.support import (
    alternative,
    estimate_used,
    failure,
    magnitude_of,
    measured,
    reason,
)
from sdcli.scoring.text import read


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("We cache because reads repeat.", "because"),
        ("Reads repeat, so we cache.", "so"),
        ("It is hashed in order to spread.", "in order to"),
        ("So many reads come.", ""),
        ("We cache reads.", ""),
    ],
)
def test_a_reason_is_a_word_that_gives_one(text, word):
    assert reason(read(text)[0]) == word


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("302 rather than 301.", "rather than"),
        ("A queue instead of a call.", "instead of"),
        ("We choose leases over locks.", "over"),
        ("It is cheaper than a second index.", "than"),
        ("More than 100 hits.", ""),
        ("More than a million hits.", ""),
        ("302 over 301, because browsers keep a 301.", "over"),  # the form of a decision
        ("Reads spread over nodes because of load.", ""),
        ("A replica takes over.", ""),
        ("It goes over the network.", ""),
    ],
)
def test_an_alternative_is_compared_by_its_words(text, words):
    assert alternative(read(text)[0]) == words


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("If the leader fails, a follower leads.", "fails"),
        ("When a node dies, two are left.", "dies"),
        ("While the store is down, reads come from the cache.", "down"),
        ("It survives the loss of a node.", "loss"),
        ("During a partition both sides write.", "partition"),
        ("The table is partitioned by code even so.", ""),
        ("It scales down when idle.", ""),
        ("Failures are bad.", ""),
    ],
)
def test_a_failure_is_named_under_its_condition(text, word):
    assert failure(read(text)[0]) == word


def test_a_figure_is_shown_in_the_writers_words():
    assert measured(read("It takes 40 ms.")) == "40 ms"
    assert measured(read("It takes a while.")) == ""


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("We get 40 a second.", "write_rate"),  # 38.6 within 30 %
        ("We get 400 a second.", ""),
        ("The write rate is 400 a second.", "write_rate"),  # the writer's own number, labelled
        ("The write rate is high.", ""),
    ],
)
def test_an_estimate_is_used_by_its_size_or_by_its_name(text, used):
    assert estimate_used(read(text), ["write_rate"], {"write_rate": 38.6}) == used


@pytest.mark.parametrize(
    ("text", "magnitude"),
    [("38.6 link/s", 38.6), ("3.52T link", 3.52e12), ("0.35 %", 0.35), ("many", None)],
)
def test_the_magnitude_of_an_expected_value(text, magnitude):
    assert magnitude_of(text) == magnitude
