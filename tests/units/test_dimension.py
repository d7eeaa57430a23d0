"""Dimensions are vectors of exponents, and say what they are in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.units.dimension import NUMBER, Dimension

BYTES, SECONDS, REQUESTS = (Dimension.of(base) for base in ("information", "time", "request"))
dimensions = st.lists(
    st.tuples(
        st.sampled_from(["information", "time", "money", "request", "user"]), st.integers(-3, 3)
    )
).map(Dimension.collect)


@pytest.mark.parametrize(
    ("dimension", "kind"),
    [
        (NUMBER, "number"),
        (BYTES, "information"),
        (REQUESTS / SECONDS, "request / time"),
        (BYTES / REQUESTS, "information / request"),
        (BYTES * REQUESTS / SECONDS, "information × request / time"),
        (NUMBER / SECONDS, "1 / time"),
        (SECONDS**2, "time^2"),
        (Dimension.of("tweet") / Dimension.of("user") / SECONDS, "tweet / user / time"),
        (Dimension.of("money") / BYTES / SECONDS, "money / information / time"),
    ],
)
def test_the_kind_in_words(dimension, kind):
    assert dimension.kind == kind


@pytest.mark.parametrize(
    ("dimension", "is_count", "is_rate"),
    [
        (NUMBER, True, False),
        (REQUESTS, True, False),
        (REQUESTS**2, False, False),
        (NUMBER / REQUESTS, False, False),
        (REQUESTS * Dimension.of("user"), False, False),
        (BYTES, False, False),
        (SECONDS, False, False),
        (REQUESTS / SECONDS, False, True),
        (NUMBER / SECONDS, False, True),
        (REQUESTS / SECONDS**2, False, False),
        (REQUESTS / Dimension.of("user") / SECONDS, False, False),
        (BYTES / SECONDS, False, False),
        (REQUESTS * SECONDS, False, False),
    ],
)
def test_counts_are_of_one_thing_and_rates_are_counts_per_time(dimension, is_count, is_rate):
    assert (dimension.is_count, dimension.is_rate) == (is_count, is_rate)


def test_only_counted_things_are_nouns():
    dimension = BYTES * REQUESTS / Dimension.of("user") / SECONDS
    assert dimension.nouns == ("request", "user")


@given(dimensions, dimensions, dimensions)
def test_dimensions_form_a_group(a, b, c):
    assert a * b == b * a
    assert (a * b) * c == a * (b * c)
    assert a / a == NUMBER == a**0
    assert a * b / b == a
    assert (a * b) ** 2 == a * a * b * b


def test_a_root_of_a_square_is_whole_again():
    from fractions import Fraction

    half = SECONDS ** Fraction(1, 2)
    assert half.kind == "time^(1/2)"
    assert half * half == SECONDS
    assert isinstance((half * half).exponent("time"), int)
