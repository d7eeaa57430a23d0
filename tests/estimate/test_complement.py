"""Availability in complement form: what is shown, and that it reads back."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from sdcli.estimate.availability_kind import AVAILABILITIES, AVAILABILITY
from sdcli.estimate.complement import complement, of_nines, unavailability
from sdcli.estimate.kinds import displayed
from sdcli.units import Quantity, UnitError, quantity
from sdcli.units.conventions import DEFAULT


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
        (3e-18, "17.5 nines"),
    ],
)
def test_an_availability_shows_as_many_nines_as_it_has(u, shown):
    assert str(complement(Quantity.of(u))) == shown


@given(strategies.floats(1e-15, 1.0))
def test_what_is_shown_reads_back_within_its_rounding(u):
    text = str(complement(Quantity.of(u)))
    again = unavailability(AVAILABILITY.accept(AVAILABILITY.read(text, "a"), "a").value).value
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


@pytest.mark.parametrize(
    ("nines", "shown"), [(3.0, "99.9%"), (15.5, "15.5 nines"), (400.0, "400 nines"), (6e6, "6e")]
)
def test_any_number_of_nines_is_shown(nines, shown):
    found = of_nines(nines, DEFAULT)
    assert str(found).startswith(shown)
    assert found.summary() == str(found)
    assert found.nines.value == nines


def test_beyond_what_a_float_holds_there_are_nines_and_no_unavailability():
    """10^-400 is no float; 10^-310 has lost digits; 10^-290 is one as good as any."""
    assert not of_nines(400.0, DEFAULT).has_unavailability
    assert not of_nines(310.0, DEFAULT).has_unavailability
    assert of_nines(290.0, DEFAULT).has_unavailability
    assert of_nines(290.0, DEFAULT).unavailability.value == pytest.approx(1e-290, abs=0.0)
    never = complement(Quantity.of(0))
    assert never.has_unavailability
    assert never.nines is None


def test_a_list_is_a_tuple_of_its_values():
    several = AVAILABILITIES.accept(AVAILABILITIES.read("99.9%,4 nines , 0.95", "parts"), "parts")
    assert displayed(several.value) == "99.9%, 99.99%, 95%"
    assert [unavailability(one).value for one in several.value] == [0.001, 0.0001, 0.05]
    assert AVAILABILITIES.read(displayed(several.value), "parts") == several.value


def test_one_value_stands_for_a_list_of_one_but_no_list_for_a_value():
    [one] = AVAILABILITIES.accept(quantity("99.9%"), "parts").value
    assert unavailability(one).value == 0.001
    with pytest.raises(UnitError, match="one value, not several"):
        AVAILABILITY.accept((one, one), "each")
