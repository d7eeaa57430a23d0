"""Availability in complement form: what is shown, and that it reads back."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from sdcli.estimate.complement import AVAILABILITIES, AVAILABILITY, complement, unavailability
from sdcli.units import Quantity, quantity


@pytest.mark.parametrize(
    ("u", "shown"),
    [
        (0.0, "100%"),
        (1.0, "0%"),
        (0.5, "50%"),
        (0.0123, "98.77%"),
        (0.01, "99%"),
        (0.001999, "99.8001%"),
        (1e-3, "99.9%"),
        (5e-4, "99.95%"),
        (1e-9, "99.9999999%"),
        (3e-12, "99.9999999997%"),
        (1e-15, "99.9999999999999%"),
        (1e-16, "16 nines"),
        (3e-18, "17.52 nines"),
    ],
)
def test_an_availability_shows_as_many_nines_as_it_has(u, shown):
    assert str(complement(Quantity.of(u))) == shown


@given(strategies.floats(1e-15, 1.0))
def test_what_is_shown_reads_back_within_its_rounding(u):
    text = str(complement(Quantity.of(u)))
    again = unavailability(AVAILABILITY.accept(AVAILABILITY.read(text, "a"), "a")).value
    near = 1e-3 * u if u < 0.01 else 1e-4  # four digits of u, or of a
    assert again == pytest.approx(u, rel=0.0, abs=near)


@given(strategies.decimals("0", "100", places=20))
def test_every_decimal_that_is_typed_counts(percent):
    typed = AVAILABILITY.read(f"{percent:f}%", "a")
    assert unavailability(typed).value == pytest.approx(
        float((100 - percent) / 100), rel=1e-15, abs=0.0
    )


def test_a_range_goes_from_the_lower_availability_to_the_higher():
    """The unavailability goes the other way."""
    between = complement(quantity("0.01% to 0.1%"))
    assert str(between) == "99.9% to 99.99%"
    # the median of u is 0.0316 %
    assert between.summary() == "99.96838% (99.9% to 99.99%)"


def test_several_values_say_themselves_and_count_as_many():
    several = AVAILABILITIES.accept(AVAILABILITIES.read("99.9%,4 nines , 0.95", "parts"), "parts")
    assert str(several) == several.summary() == "99.9%, 99.99%, 95%"
    assert several.value == 3
    again = AVAILABILITIES.read(str(several), "parts")
    assert [unavailability(item).value for item in again.items] == [0.001, 0.0001, 0.05]
