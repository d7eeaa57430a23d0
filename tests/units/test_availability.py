"""Availability by its complement: no nine is lost to floating point, and none is made up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.units import quantity
from sdcli.units.availability import in_nines, missing, nines, shown, unavailability


@pytest.mark.parametrize(
    ("share", "rest"),
    [
        (0.999999999, 1e-9),  # 1 - 0.999999999 is 9.99999972e-10 in floating point
        (0.9995, 5e-4),
        (0.3, 0.7),
        (0.0, 1.0),
        (1.0, 0.0),
        (0.9999999999999999, 0.0),  # sixteen nines are beyond what a float tells apart
    ],
)
def test_what_is_missing_to_one_has_no_noise(share, rest):
    assert missing(share) == rest


@pytest.mark.parametrize("text", ["99.95%", "0.9995", "0.9995 to %"])
def test_the_unavailability_is_a_share_in_percent(text):
    assert str(unavailability(quantity(text))) == "0.05%"


def test_a_range_whose_tail_passes_certainty_keeps_nines():
    rest = unavailability(quantity("99% to 100%"))
    assert 0 < rest.low < rest.value < rest.high < 0.02
    assert nines(rest).high <= 15.01  # no draw is nearer to 1 than fifteen nines


@pytest.mark.parametrize(
    ("rest", "count"),
    [("0.1%", 3), ("0.05%", 3.30103), ("1e-9", 9), ("1e-40", 40), ("100%", 0)],  # -log10
)
def test_the_number_of_nines(rest, count):
    assert nines(quantity(rest)).value == pytest.approx(count, abs=1e-5)


def test_certainty_has_no_number_of_nines():
    assert nines(quantity("0%")) is None


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 nine"),
        (0.3, "0.3 nines"),
        (3.30103, "3.3 nines"),
        (3.9586, "3.9 nines"),  # 99.989% has not got four
        (0.99, "0.9 nines"),
        (4, "4 nines"),
        (9 - 1e-12, "9 nines"),  # floating point of a true nine
        (400, "400 nines"),
    ],
)
def test_nines_in_words(count, said):
    assert in_nines(count) == said


@pytest.mark.parametrize(
    ("rest", "text"),
    [
        (0.0, "100%"),
        (0.2, "80%"),
        (0.01, "99%"),
        (0.00999, "99.001%"),
        (0.0004, "99.96%"),
        (0.00012345, "99.98766%"),  # 100 - 0.01234 or 0.01235, by the half
        (1e-9, "99.9999999%"),
        (1.5e-15, "99.99999999999985%"),
        (1e-15, "99.9999999999999%"),
        (9e-16, "15 nines"),
        (1e-40, "40 nines"),
        (1.0, "0%"),
        (1.2, "-20%"),
        (-0.2, "120%"),
    ],
)
def test_the_availability_of_a_complement(rest, text):
    assert shown(rest) == text


@given(st.floats(1e-15, 0.0099), st.integers(1, 7))
def test_what_is_shown_reads_back_within_its_digits(rest, digits):
    """In decimal arithmetic, which has no noise of its own."""
    text = shown(rest, digits)
    back = (100 - Decimal(text.removesuffix("%"))) / 100
    assert abs(float(back) - rest) <= 0.51 * rest * 10.0 ** (1 - digits)
    assert "e" not in text
    assert Decimal(text.removesuffix("%")) < 100
