"""The laws of the algebra of quantities, on amounts of every kind, certain and not.

Magnitudes are compared within the rounding of floating point; dimensions exactly.
"""

from __future__ import annotations

import math
import operator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sdcli.units import UnitError, quantity
from sdcli.units.dimension import BASE_KINDS, NUMBER, Dimension
from sdcli.units.table import UNITS
from sdcli.units.vocabulary import BUILTIN_NOUNS

WORDS = sorted(unit.symbol for unit in set(UNITS.values()) if unit.symbol not in ("$", "%"))
WORDS += ["USD", *BUILTIN_NOUNS]

numbers = st.one_of(st.integers(1, 10**6).map(float), st.floats(1e-6, 1e9))
signed = st.one_of(numbers, numbers.map(operator.neg))
factors = st.tuples(st.sampled_from(WORDS), st.sampled_from(["*", "/"]))
units = st.lists(factors, max_size=3).map(
    lambda parts: " ".join(f"{sign} (1 {word})" for word, sign in parts)
)
amounts = st.builds(lambda number, unit: quantity(f"{number!r} {unit}"), signed, units)
positive = st.builds(lambda number, unit: quantity(f"{number!r} {unit}"), numbers, units)
triples = st.builds(  # of one kind
    lambda found, unit: tuple(quantity(f"{number!r} {unit}") for number in found),
    st.tuples(signed, signed, signed),
    units,
)
ranges = st.builds(
    lambda low, ratio, unit: quantity(f"({low!r} to {low * ratio!r}) {unit}"),
    st.floats(1e-3, 1e6),
    st.floats(1.1, 50),
    units,
)
dimensions = st.dictionaries(
    st.sampled_from([*BASE_KINDS, *BUILTIN_NOUNS]), st.integers(-3, 3), max_size=4
).map(lambda exponents: Dimension.collect(exponents.items()))


def alike(one, two, *, size: float = 0.0) -> bool:
    """Whether two quantities are the same but for rounding; `size` is what was added up."""
    ends = ((one.low, two.low), (one.value, two.value), (one.high, two.high))
    return one.dimension == two.dimension and all(
        math.isclose(a, b, rel_tol=1e-9, abs_tol=size * 1e-9) for a, b in ends
    )


@given(amounts, amounts)
def test_products_commute(a, b):
    assert alike(a * b, b * a)


@given(amounts, amounts, amounts)
def test_products_associate(a, b, c):
    assert alike((a * b) * c, a * (b * c))


@given(triples)
def test_sums_commute_and_associate(amounts):
    a, b, c = amounts
    size = sum(abs(each.value) for each in amounts)
    assert alike(a + b, b + a)
    assert alike((a + b) + c, a + (b + c), size=size)


@given(amounts, triples)
def test_products_distribute_over_sums(a, amounts):
    b, c, _ = amounts
    size = abs(a.value) * (abs(b.value) + abs(c.value))
    assert alike(a * (b + c), a * b + a * c, size=size)


@given(amounts, amounts)
def test_division_undoes_multiplication(a, b):
    assert alike(a * b / b, a)
    assert alike(a / b * b, a)
    assert alike(a / a, quantity("1"))


@given(amounts)
def test_subtraction_undoes_addition(a):
    assert (a - a).value == 0
    assert (a - a).dimension == a.dimension
    assert alike(a + a, a * 2)
    assert alike(operator.neg(-a), a)


@given(positive, st.integers(-4, 4), st.integers(1, 3))
def test_powers_multiply(a, n, m):
    assume(abs(math.log10(a.value) * n * m) < 290)
    assert alike((a**n) ** m, a ** (n * m))
    assert alike(a**n * a**m, a ** (n + m))


@given(positive, st.integers(2, 12))
def test_roots_undo_powers(a, n):
    assume(abs(math.log10(a.value) * n) < 290)
    assert alike((a**n) ** (1 / n), a)


@given(ranges, ranges)
def test_a_range_is_one_variable_wherever_it_stands(x, y):
    """The closed form collects repeated variables, so the laws hold for ranges as well."""
    assert alike(x * y, y * x)
    assert alike(x / x, quantity("1"))
    assert not (x / x).is_range
    assert (x - x).value == 0
    assert alike(x + x, 2 * x)
    assert alike(x * x, x**2)
    assert alike(1 / (1 / x), x)


@given(dimensions, dimensions, dimensions)
def test_dimensions_are_a_commutative_group(a, b, c):
    assert a * b == b * a
    assert (a * b) * c == a * (b * c)
    assert a * NUMBER == a
    assert a / a == NUMBER
    assert (a * b) ** 2 == a**2 * b**2
    assert hash(a * b) == hash(b * a)


@given(amounts, amounts, st.integers(-3, 3))
def test_the_dimension_of_a_product_is_the_product_of_dimensions(a, b, n):
    assert (a * b).dimension == a.dimension * b.dimension
    assert (a / b).dimension == a.dimension / b.dimension
    assert (a**n).dimension == a.dimension**n


@given(amounts, amounts)
def test_kinds_never_mix(a, b):
    assume(a.dimension != b.dimension)
    for mix in (operator.add, operator.sub, operator.lt):
        with pytest.raises(UnitError):
            mix(a, b)


SAME_KIND = [
    (one, two)
    for one in sorted(UNITS.keys() - {"$"})
    for two in ("bit", "KiB", "year", "us", "USD", "cent", "Mbps", "TBps", "kqps")
    if UNITS[one].dimension == UNITS[two].dimension
]


@given(st.sampled_from(SAME_KIND), signed)
def test_a_conversion_there_and_back_changes_nothing(units, number):
    """A conversion says in what a quantity is shown; the quantity stays what it was."""
    one, two = units
    a = quantity(f"{number!r} * (1 {one})")
    there = a.to(two)
    assert there == a
    assert there.to(one) == a
    assert math.isclose(there.in_unit(one), number, rel_tol=1e-12)
    assert math.isclose(quantity(f"{there.in_unit(two)!r} * (1 {two})").value, a.value)


@given(triples)
def test_comparisons_are_an_order(amounts):
    a, b, c = amounts
    assert (a < b) + (b < a) + (a.compare(b) == 0) == 1
    assert a.compare(a) == 0
    if a < b < c:
        assert a < c


@given(signed, signed)
def test_the_functions_agree_with_each_other(x, y):
    def value(text: str) -> float:
        return quantity(text).value

    pair = f"{x!r}, {y!r}"
    assert math.isclose(value(f"min({pair}) + max({pair})"), x + y, abs_tol=1e-6)
    assert value(f"ceil(-({x!r}))") == -value(f"floor({x!r})")
    assert value(f"abs({x!r})") == value(f"max({x!r}, -({x!r}))")
    assert math.isclose(value(f"exp(ln(abs({x!r})))"), abs(x), rel_tol=1e-9)
    assert math.isclose(value(f"log2(abs({x!r})) * ln(2)"), math.log(abs(x)), abs_tol=1e-9)


@given(amounts, amounts)
def test_the_language_computes_as_the_quantities_do(a, b):
    env = {"one": a, "two": b}
    assert alike(quantity("one * two", env=env), a * b)
    assert alike(quantity("one / two", env=env), a / b)
    assert alike(quantity("-one", env=env), -a)
