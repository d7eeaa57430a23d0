"""Magnitudes: exact for products and quotients, seeded draws for the rest."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest

from sdcli.units import UnitError, arithmetic
from sdcli.units.sampling import SAMPLES, current, engine_of
from sdcli.units.spread import Linear, Point, Product, Samples, between

Z = NormalDist().inv_cdf(0.95)


def draws(spread):
    return spread.draws(engine_of(current()))


def test_a_positive_range_is_lognormal_with_its_ends_as_quantiles():
    one = between(100, 400, "x")
    assert isinstance(one, Product)
    assert one.median == pytest.approx(200)  # sqrt(100 * 400)
    assert one.bounds == pytest.approx((100, 400))


def test_a_range_that_reaches_zero_is_normal():
    one = between(-5, 10, "x")
    assert isinstance(one, Linear)
    assert one.median == 2.5
    assert one.bounds == pytest.approx((-5, 10))
    assert isinstance(between(0, 10, "x"), Linear)


def test_a_range_of_one_number_is_that_number():
    assert between(3, 3, "x") == Point(3)


def test_the_product_of_three_lognormals_is_exact():
    """100M to 200M, 5 to 20, 2 to 5 through 86400, worked by hand in logarithms.

    median sqrt(1e8*2e8) * sqrt(100) * sqrt(10) / 86400 = 51,760;
    log half-width sqrt(ln2^2 + ln4^2 + ln2.5^2) / 2 = 0.9002, so 21,039 to 127,344.
    """
    product = arithmetic.multiply(between(1e8, 2e8, "a"), between(5, 20, "b"))
    product = arithmetic.scale(arithmetic.multiply(product, between(2, 5, "c")), 1 / 86_400)
    assert product.method == "closed-form"
    assert product.median == pytest.approx(51_760, rel=1e-4)
    assert product.bounds == pytest.approx((21_039, 127_344), rel=1e-4)


def test_a_repeated_variable_is_collected():
    x = between(2, 8, "x")
    assert arithmetic.divide(x, x) == Point(1.0)
    assert arithmetic.subtract(x, x) == Point(0.0)
    square = arithmetic.multiply(x, x)
    assert square.bounds == pytest.approx((4, 64))  # not sqrt(2) times the log width
    assert arithmetic.power(x, 2).bounds == pytest.approx((4, 64))
    assert arithmetic.add(x, x).bounds == pytest.approx((4, 16))
    assert arithmetic.power(square, 0.5).bounds == pytest.approx((2, 8))


def test_two_variables_of_equal_ends_are_independent():
    x, y = between(2, 8, "x"), between(2, 8, "y")
    ratio = arithmetic.divide(x, y)
    assert ratio.median == pytest.approx(1)
    half = math.sqrt(2) * math.log(4) / 2
    assert ratio.bounds == pytest.approx((math.exp(-half), math.exp(half)))


def test_normal_ranges_add_exactly():
    """Standard deviations add in squares: 3, 4 -> 5."""
    one = Linear(10, (("a", 3.0),))
    two = Linear(20, (("b", 4.0),))
    assert arithmetic.add(one, two).bounds == pytest.approx((30 - 5 * Z, 30 + 5 * Z))
    assert arithmetic.subtract(one, one) == Point(0)
    assert arithmetic.subtract(one, Linear(4, (("a", 3.0),))) == Point(6)


def test_sums_of_lognormals_are_drawn_and_agree_with_a_known_case():
    """(x + y) - y + 2x is 3x also by draws: those of one source are the same ones each time."""
    x, y = between(2, 8, "x"), between(2, 8, "y")
    back = arithmetic.subtract(arithmetic.add(x, y), y)
    drawn = arithmetic.add(back, arithmetic.scale(x, 2))
    assert isinstance(drawn, Samples)
    assert draws(drawn) == pytest.approx(draws(arithmetic.scale(x, 3)))


@pytest.mark.parametrize(
    ("made", "known"),
    [
        (lambda x, y: arithmetic.add(x, arithmetic.scale(x, 2)), (6, 12, 24)),  # 3x
        (lambda x, y: arithmetic.divide(arithmetic.multiply(x, y), y), (2, 4, 8)),
        (
            lambda x, y: arithmetic.divide(arithmetic.power(arithmetic.scale(x, 2), 2), x),
            (8, 16, 32),
        ),
        (lambda x, y: arithmetic.divide(arithmetic.multiply(x, x), x), (2, 4, 8)),
        # 0.1 + 0.2 is 0.3 only up to rounding, and so are the weights: twice 2^0.3, 4^0.3, 8^0.3
        (
            lambda x, y: arithmetic.add(
                arithmetic.multiply(arithmetic.power(x, 0.1), arithmetic.power(x, 0.2)),
                arithmetic.power(x, 0.3),
            ),
            (2.462289, 3.031433, 3.732132),
        ),
        (lambda x, y: arithmetic.minimum(x, x), (2, 4, 8)),
        (lambda x, y: arithmetic.maximum(x, arithmetic.scale(x, 2), x), (4, 8, 16)),
        (lambda x, y: arithmetic.minimum(x, arithmetic.scale(x, -2)), (-16, -8, -4)),
        (lambda x, y: arithmetic.absolute(arithmetic.scale(x, -1)), (2, 4, 8)),
        (lambda x, y: arithmetic.exp(arithmetic.ln(x)), (2, 4, 8)),
        (lambda x, y: arithmetic.raise_to(Point(2), arithmetic.log2(x)), (2, 4, 8)),
        (lambda x, y: arithmetic.raise_to(Point(10), arithmetic.log10(x)), (2, 4, 8)),
        (lambda x, y: arithmetic.power(arithmetic.log2(x), 1), (1, 2, 3)),  # log2 of 2, 4, 8
        (
            lambda x, y: arithmetic.maximum(
                arithmetic.log2(x), arithmetic.add(arithmetic.log2(x), Point(1))
            ),
            (2, 3, 4),
        ),
    ],
)
def test_what_depends_on_one_variable_alone_stays_in_closed_form(made, known):
    """x is 2 to 8, its median 4; none of these needs a draw."""
    one = made(between(2, 8, "x"), between(100, 400, "y"))
    assert one.method == "closed-form"
    assert (one.bounds[0], one.median, one.bounds[1]) == pytest.approx(known)


def test_parallel_takes_more_than_equal_ends():
    x, y = between(2, 8, "x"), between(2, 8, "y")
    for other in (y, arithmetic.power(x, 2), arithmetic.ln(x), arithmetic.multiply(x, y)):
        assert arithmetic.minimum(x, other).method == "monte-carlo"
        assert arithmetic.add(x, other).method == "monte-carlo"


def test_draws_agree_with_the_closed_form():
    """Within 3 standard errors: of a quantile sqrt(p(1-p)/n) / density."""
    product = arithmetic.multiply(between(1e8, 2e8, "a"), between(5, 20, "b"))
    drawn = arithmetic.drawn(product)
    assert isinstance(drawn, Samples)
    sigma = math.log(product.bounds[1] / product.median) / Z
    for share, exact, found in (
        (0.05, product.bounds[0], drawn.bounds[0]),
        (0.50, product.median, drawn.median),
        (0.95, product.bounds[1], drawn.bounds[1]),
    ):
        density = NormalDist(0, sigma).pdf(NormalDist(0, sigma).inv_cdf(share))
        error = math.sqrt(share * (1 - share) / SAMPLES) / density
        assert abs(math.log(found / exact)) < 3 * error


def test_a_difference_that_shares_a_source_knows_it():
    """(a + b) - b is a again, up to rounding, because b is drawn once."""
    a, b = between(2, 8, "a"), between(100, 400, "b")
    back = arithmetic.subtract(arithmetic.add(a, b), b)
    assert draws(back) == pytest.approx(draws(a))


def test_draws_are_the_same_on_every_machine():
    """The first draws of the source "x" under seed 7 as they were first made: documents rest on
    them, so they must never move."""
    normals = engine_of(current()).normals
    assert normals("x")[:2] == pytest.approx((0.8426705964682533, 1.607818320840292))
    assert normals("x") != normals("y")


def test_the_logarithm_of_a_lognormal_is_normal():
    one = arithmetic.log2(between(2, 32, "x"))
    assert isinstance(one, Linear)
    assert one.median == pytest.approx(3)  # log2 of sqrt(64)
    assert one.bounds == pytest.approx((1, 5))


def test_a_negative_factor_turns_the_ends_round():
    one = arithmetic.scale(between(2, 8, "x"), -1)
    assert one.bounds == pytest.approx((-8, -2))
    assert one.median == pytest.approx(-4)


@pytest.mark.parametrize(
    "work",
    [
        lambda: arithmetic.divide(Point(1), Point(0)),
        lambda: arithmetic.power(Point(0), -1),
        lambda: arithmetic.power(Point(-8), 0.5),
        lambda: arithmetic.multiply(Point(1e308), Point(10)),
        lambda: arithmetic.power(Point(10), 400),
        lambda: arithmetic.power(between(2, 8, "x"), 1e6),
        lambda: arithmetic.scale(between(1e300, 1e305, "x"), 1e10),
        lambda: arithmetic.log2(Point(0)),
        lambda: arithmetic.log2(between(-1, 1, "x")),
        lambda: arithmetic.log10(Point(0)),
        lambda: arithmetic.ln(arithmetic.scale(between(1, 2, "x"), -1)),
        lambda: arithmetic.exp(Point(1000)),
        lambda: arithmetic.exp(between(1, 1e4, "x")),
        lambda: arithmetic.exp(between(-1e5, 1e5, "x")),
        lambda: arithmetic.raise_to(Point(10), between(-1e3, 1e3, "x")),
        lambda: arithmetic.raise_to(Point(-2), between(-1, 1, "x")),
        lambda: arithmetic.raise_to(Point(0), between(-1, 1, "x")),
        lambda: arithmetic.raise_to(between(2, 1e3, "x"), between(10, 1e4, "y")),
        lambda: arithmetic.divide(
            Point(1), arithmetic.floor(arithmetic.add(between(0.1, 8, "x"), Point(0.0)))
        ),
    ],
)
def test_what_has_no_value_is_an_error(work):
    with pytest.raises(UnitError):
        work()


@pytest.mark.parametrize(
    ("made", "exact"),
    [
        (arithmetic.maximum(Point(2), Point(3)), 3),
        (arithmetic.minimum(Point(2), Point(3), Point(1)), 1),
        (arithmetic.raise_to(Point(2), Point(10)), 1024),
        (arithmetic.ceil(Point(3.0000000000000004)), 3),
        (arithmetic.ceil(Point(3.001)), 4),
        (arithmetic.ceil(Point(-3.5)), -3),
        (arithmetic.floor(Point(2.9999999999999996)), 3),
        (arithmetic.floor(Point(-3.5)), -4),
        (arithmetic.round_half_up(Point(2.5)), 3),
        (arithmetic.round_half_up(Point(-2.5)), -2),
        (arithmetic.absolute(Point(-2)), 2),
        (arithmetic.log10(Point(1000)), 3),
        (arithmetic.ln(Point(math.e)), 1),
        (arithmetic.exp(Point(0)), 1),
    ],
)
def test_functions_of_points_stay_exact(made, exact):
    assert made == Point(exact)


def test_a_constant_result_of_draws_is_a_point():
    x, y = between(2, 8, "x"), between(2, 8, "y")
    assert arithmetic.minimum(x, y, Point(1e-6)) == Point(1e-6)


def test_samples_are_equal_where_their_draws_are():
    x, y = between(2, 8, "x"), between(2, 8, "y")
    one, same = arithmetic.drawn(x), arithmetic.maximum(arithmetic.drawn(x), Point(-1))
    assert (one, hash(one)) == (same, hash(same))
    assert one != arithmetic.drawn(y)


def test_a_range_as_wide_as_floating_point_keeps_its_ends():
    """high / low is 1e600 and no float; its logarithm is 1381.6."""
    one = between(1e-300, 1e300, "x")
    assert one.median == pytest.approx(1)
    assert one.bounds == pytest.approx((1e-300, 1e300), rel=1e-9)


@pytest.mark.parametrize(
    "work",
    [
        lambda: between(-1e308, 1.7e308, "x"),  # 2.7e308 from end to end
        lambda: arithmetic.power(between(1e-300, 1e300, "x"), 1.1),
        lambda: arithmetic.divide(Point(1e300), between(1e-10, 1, "x")),
    ],
)
def test_a_bound_is_never_infinite(work):
    with pytest.raises(UnitError, match="too large to compute"):
        work()


@pytest.mark.parametrize(
    "work",
    [
        lambda: arithmetic.multiply(Point(1e-200), Point(1e-200)),
        lambda: arithmetic.multiply(Point(-1e-200), Point(1e-200)),
        lambda: arithmetic.divide(Point(1e-200), Point(1e200)),
        lambda: arithmetic.power(Point(10), -(9.0**9)),
        lambda: arithmetic.raise_to(Point(10), Point(-400)),
        lambda: arithmetic.exp(Point(-1000)),
        lambda: arithmetic.scale(Point(5e-324), 0.1),
        lambda: arithmetic.scale(between(1e-300, 1e-290, "x"), 1e-100),
        lambda: arithmetic.scale(between(1e-300, 1e-200, "x"), 1e-30),  # its low end only
        lambda: arithmetic.multiply(between(1e-300, 1e-290, "x"), between(1e-300, 1e-290, "y")),
        lambda: arithmetic.power(between(1e-300, 1e-290, "x"), 2),
    ],
)
def test_what_is_not_zero_never_becomes_zero(work):
    with pytest.raises(UnitError, match="too small to compute"):
        work()


@pytest.mark.parametrize(
    "zero",
    [
        lambda: arithmetic.multiply(Point(0), Point(1e-200)),
        lambda: arithmetic.divide(Point(0), Point(1e200)),
        lambda: arithmetic.power(Point(0), 400),
        lambda: arithmetic.subtract(Point(1e-300), Point(1e-300)),
        lambda: arithmetic.floor(Point(1e-300)),
        lambda: arithmetic.scale(between(2, 8, "x"), 0),
    ],
)
def test_what_is_zero_stays_zero(zero):
    assert zero() == Point(0)


def test_what_only_rounding_makes_a_range_is_a_point():
    """(x + 1) - x, whose draws lie some 1e-15 around 1."""
    x = between(5, 10, "x")
    assert isinstance(arithmetic.subtract(arithmetic.add(x, Point(1)), x), Point)
    assert arithmetic.subtract(arithmetic.add(x, Point(1)), x).median == pytest.approx(1)
    y = between(2, 8, "y")
    both = arithmetic.add(x, y)
    ratio = arithmetic.divide(arithmetic.multiply(both, Point(3)), both)
    assert isinstance(ratio, Point)
    assert ratio.median == pytest.approx(3)
    nothing = arithmetic.subtract(arithmetic.subtract(both, x), y)
    assert isinstance(nothing, Point)
    assert nothing.median == pytest.approx(0, abs=1e-14)


def test_a_range_that_is_narrow_beside_its_value_is_not_lost():
    """1 to 20 ms on a year of 3.15e7 s, and the same taken back."""
    jitter = between(0.001, 0.02, "x")
    whole = arithmetic.add(Point(365 * 86_400.0), jitter)
    assert isinstance(whole, Samples)
    assert isinstance(arithmetic.subtract(whole, Point(365 * 86_400.0)), Samples)
