"""Quantities: arithmetic that keeps kinds apart."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sdcli.units import Quantity, UnitError, quantity

UNITS = ("", "B", "MB", "s", "day", "request", "user", "$", "MB/s", "request/user/day")
numbers = st.floats(1e-6, 1e9)
certain = st.builds(Quantity.of, numbers, st.sampled_from(UNITS))


def same(one: Quantity, two: Quantity) -> bool:
    return one.dimension == two.dimension and math.isclose(one.value, two.value, rel_tol=1e-9)


@given(certain, certain, certain)
def test_multiplication_is_an_abelian_group(a, b, c):
    assert same(a * b, b * a)
    assert same((a * b) * c, a * (b * c))
    assert same(a * b / b, a)
    assert same(a / b, 1 / (b / a))
    assert same(a**2, a * a)
    assert same((a**2) ** 0.5, a)
    assert same(a**-1, 1 / a)


@given(numbers, numbers, numbers, st.sampled_from(UNITS))
def test_addition_stays_in_its_kind_and_distributes(x, y, z, unit):
    a, b, c = (Quantity.of(number, unit) for number in (x, y, z))
    assert same(a + b, b + a)
    assert same((a + b) + c, a + (b + c))
    assert same(a * (b + c), a * b + a * c)
    assert same(-a * -1, a)
    assert (a - a).value == 0


@given(certain, certain)
def test_different_kinds_never_add_or_compare(a, b):
    assume(a.dimension != b.dimension)
    for work in (lambda: a + b, lambda: a - b, lambda: a < b, lambda: a >= b, lambda: a.compare(b)):
        with pytest.raises(UnitError):
            work()
    assert a != b


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("100M link/month", "link/s", 38.580246913),  # 1e8 / 2,592,000
        ("1 MB * 30e6/day * 5 year", "PB", 54.75),  # 30e6 * 5 * 365 MB
        ("3 kB * 5000/s", "Mbps", 120),  # 15 MB/s * 8
        ("12 requests/s", "1/day", 1_036_800),  # a bare rate keeps the noun
        ("12 requests/s", "request/day", 1_036_800),
        ("1 GB", "MB", 1000),
        ("8 Mbit", "MB", 1),
        ("$1.50", "cent", 150),
        ("25%", "", 0.25),
        ("0.25", "%", 25),
    ],
)
def test_conversion(text, unit, number):
    assert quantity(text).in_unit(unit) == pytest.approx(number)
    assert quantity(text).to(unit).value == quantity(text).value


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("3 GB", "s"),
        ("12 request/s", "1/user"),
        ("5/s", "request/s"),
        ("5", "MB"),
        ("5 user*item/s", "1/s"),
    ],
)
def test_a_conversion_between_kinds_is_refused(text, unit):
    with pytest.raises(UnitError, match="this is not"):
        quantity(text).to(unit)


def test_a_noun_of_its_own_is_known_in_a_conversion():
    rate = quantity("5 redirect/s", nouns=["redirect"])
    assert str(rate.to("redirects/day")) == "432k redirect/day"


def test_a_conversion_is_shown_until_the_next_operation():
    asked = quantity("5 GB to KB")
    assert (str(asked), asked.unit) == ("5e6 KB", "KB")
    assert str(asked * 1) == "5 GB"


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("5 link/s", "link/s"),
        ("5", None),
        ("5%", "%"),
        ("3e9 B", "GB"),
        ("$5k/day", "$/day"),
        ("5/s", "1/s"),
    ],
)
def test_the_unit_that_is_shown(text, unit):
    assert quantity(text).unit == unit


@pytest.mark.parametrize(
    ("text", "method", "is_range"),
    [
        ("5 link", "exact", False),
        ("5 to 20 link", "closed-form", True),
        ("(5 to 20) * 3", "closed-form", True),
        ("(5 to 20) + 3", "monte-carlo", True),
        ("max(5 to 20, 3)", "monte-carlo", True),
    ],
)
def test_the_method_is_said(text, method, is_range):
    q = quantity(text)
    assert (q.method, q.is_range) == (method, is_range)
    assert q.low <= q.value <= q.high


def test_plain_numbers_mix_with_quantities():
    size = quantity("5 MB")
    assert 2 * size == size * 2 == quantity("10 MB")
    assert str(1 / quantity("4 s")) == "0.25/s"
    assert 1 + quantity("2") == quantity("3")
    assert 1 - quantity("2") == quantity("-1")


def test_comparison_takes_medians_and_forgives_rounding():
    assert quantity("0.1") * 3 <= quantity("0.3")
    assert quantity("0.1") * 3 >= quantity("0.3")
    assert not quantity("0.1") * 3 > quantity("0.3")
    assert quantity("1 to 4 GB") < quantity("2.1 GB")


def test_roots_and_powers_of_kinds():
    assert (quantity("16 s") ** 0.5 * quantity("4 s") ** 0.5).kind == "time"
    assert quantity("8 s") ** 0 == Quantity.of(1)
    for exponent in ("1 s", "0.123", "101", "1 to 2"):
        with pytest.raises(UnitError):
            quantity("2 s") ** quantity(exponent)


def test_an_equal_quantity_is_equal_however_it_is_shown():
    assert quantity("1000 KB") == quantity("1 MB")
    assert hash(quantity("1000 KB")) == hash(quantity("1 MB to KB"))
    assert quantity("1 MB") != quantity("1 MB + 1 B")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        # of percents only, a product is a percent: parts in a row, a share of a share
        ("99.9% * 99.95%", "99.8501%"),  # 0.998500499..., a complement of 0.14995
        ("99.9999999% * 99.9999999%", "99.9999998%"),
        ("10% * 20%", "2%"),
        ("1 to 2% * 5%", "0.05% to 0.1%"),
        ("(4 nines)^2", "99.98%"),
        ("(10%)^3", "0.1%"),
        ("50% * 20% * 10%", "1%"),
        # with anything else it is what the other is
        ("50% * 100M user", "50M user"),
        ("100M user * 50% * 20%", "10M user"),
        ("50% * 20% * 100M user", "10M user"),
        ("20 * 10%", "2"),
        ("10% * 20", "2"),
        ("0.1 * 10%", "0.01"),
        # a ratio, a root and an inverse are no shares of anything
        ("10% / 20%", "0.5"),
        ("(25%)^0.5", "0.5"),
        ("(10%)^-1", "10"),
        ("(10%)^0", "1"),
    ],
)
def test_a_product_of_percents_is_a_percent(text, shown):
    assert str(quantity(text)) == shown


@pytest.mark.parametrize(
    ("text", "shown"), [("5 s - 5 s", "0 s"), ("3 GB - 3 GB", "0 GB"), ("10% - 10%", "0%")]
)
def test_nothing_is_shown_as_nothing(text, shown):
    assert str(quantity(text)) == shown


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("1e308 s to ns", "too large to compute"),  # 1e317
        ("1e-320 s to year", "too small to compute"),  # 3e-328
    ],
)
def test_a_number_that_leaves_floating_point_in_its_unit_is_refused(line, what):
    with pytest.raises(UnitError, match=what) as caught:
        quantity(line)
    assert caught.value.span is not None
