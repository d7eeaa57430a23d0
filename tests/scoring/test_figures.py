from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.scoring.figures import figures, near
from sdcli.scoring.text import read


@pytest.mark.parametrize(
    ("text", "magnitude"),
    [
        ("40 writes a second", 40),
        ("3.5 trillion codes", 3.5e12),
        ("3.5T codes", 3.5e12),
        ("62^7 codes", 62**7),
        ("62⁷ codes", 62**7),
        ("1e6 keys", 1e6),
        ("$150k a day", 150_000),
        ("99.9 % of reads", 99.9),
        ("86,400 seconds", 86_400),
        ("500 GB of rows", 500e9),
        ("40/s", 40),
        ("2B rows", 2e9),
        ("10 ms", 10),
        ("64 KB blocks", 64e3),
    ],
)
def test_a_figure_has_the_magnitude_that_people_mean(text, magnitude):
    found = figures(read(text)[0])
    assert [figure.magnitude for figure in found] == [pytest.approx(magnitude)]
    assert found[0].measures


@pytest.mark.parametrize(
    "text", ["answer 301 or 302", "HTTP 404", "see step 2", "version 3 and", "route 1, then"]
)
def test_statuses_and_ordinals_measure_nothing(text):
    assert not any(figure.measures for figure in figures(read(text)[0]))


def test_a_three_digit_amount_still_measures():
    assert any(figure.measures for figure in figures(read("300 nodes and 250 ms")[0]))


@pytest.mark.parametrize(
    ("magnitude", "same"), [(100, True), (130, True), (77, True), (131, False), (76, False)]
)
def test_a_figure_stands_for_a_magnitude_within_thirty_percent(magnitude, same):
    assert near(figures(read("100 keys")[0])[0], magnitude) is same


@given(st.text(alphabet="0123456789^.,eE+-%$ kMGTB⁷/x", max_size=60))
def test_no_text_of_digits_breaks_the_reader(text):
    for sentence in read(f"a {text}"):
        for figure in figures(sentence):
            assert figure.magnitude >= 0
