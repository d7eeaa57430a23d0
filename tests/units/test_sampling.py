"""Sampling: the number of draws and the engine are a setting; the default never moves."""

from __future__ import annotations

import math
import statistics
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.units import Quantity, UnitError, arithmetic, operations, quantity, sampling
from sdcli.units.sampling import Sampling, current, engine_of, using
from sdcli.units.spread import SHARES, Linear, Point, Samples, between

np = pytest.importorskip("numpy")
vectors = pytest.importorskip("sdcli.units.vectors")

FAST = Sampling(200_000, "numpy")


def test_the_default_is_ten_thousand_draws_by_the_standard_library():
    assert current() == Sampling(10_000, "python")
    assert quantity("(5 to 20) + 3").sampling == current()
    assert quantity("(5 to 20) * 3").sampling is None


@pytest.mark.parametrize(
    ("text", "quantiles"),
    [
        ("(5 to 20) + 3", (7.968927256266421, 13.051608973666816, 22.95391035845779)),
        ("max(5 to 20, 3)", (4.93288205052121, 10.007298574946345, 19.920680237440024)),
        ("(5 to 20) + (3 to 9)", (9.66478682573134, 15.602651968969742, 25.994201936826887)),
        ("ceil((5 to 20) / (1 to 3))", (3.0, 6.0, 15.0)),
        ("(-5 to 10)^2", (0.1182270099872967, 13.13759491089921, 102.99132462628614)),
        ("(5 to 20) / (-3 to 9)", (-14.589614447609195, 2.0075918962100543, 17.976480770683054)),
        ("(2 to 3)^(1 to 2)", (2.2672210466626685, 3.519259267585483, 6.705675101056914)),
        ("sqrt((5 to 20) + (3 to 9))", (3.099964823356124, 3.938977770301162, 5.090844459825029)),
    ],
)
def test_the_default_draws_are_those_that_documents_rest_on(text, quantiles):
    """As they came out before the number of draws was a setting; 12 digits, for the C library's
    exp and log differ in the last one."""
    one = quantity(text)
    assert (one.low, one.value, one.high) == pytest.approx(quantiles, rel=1e-12)


def test_using_sets_the_number_inside_and_gives_it_back():
    with using(20_000) as outer:
        assert (outer, current()) == (Sampling(20_000), Sampling(20_000))
        with using(500):
            assert current().samples == 500
        assert current() == outer
        with pytest.raises(ZeroDivisionError), using(500):
            raise ZeroDivisionError
        assert current() == outer
    assert current() == Sampling()


def test_numpy_draws_from_a_hundred_thousand_up():
    for samples, engine in (
        (100, "python"),
        (99_999, "python"),
        (100_000, "numpy"),
        (10**7, "numpy"),
    ):
        assert using(samples).sampling == Sampling(samples, engine)


@pytest.mark.parametrize("samples", [-1, 0, 99, 10**7 + 1, 10**30])
def test_a_number_that_is_not_to_be_had_is_refused(samples):
    with pytest.raises(UnitError, match="so many draws") as caught:
        using(samples)
    assert "from 100 to 10,000,000" in caught.value.expected


def test_without_numpy_the_standard_library_draws_up_to_a_million(monkeypatch):
    monkeypatch.setattr(sampling, "has_numpy", lambda: False)
    assert using(100_000).sampling == Sampling(100_000, "python")
    assert using(1_000_000).sampling == Sampling(1_000_000, "python")
    with pytest.raises(UnitError) as caught:
        using(1_000_001)
    assert "1,000,000" in caught.value.expected
    assert "sdcli[fast]" in caught.value.fix


def test_numpy_that_cannot_be_loaded_counts_as_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "sdcli.units.vectors", None)
    assert using(100_000).sampling == Sampling(100_000, "python")


def test_a_sum_loads_neither_numpy_nor_the_draws_unless_it_needs_them():
    """Exact and closed-form results are worked out without either; the rest without numpy."""
    script = """
import sys
from sdcli.units import quantity
quantity("max(2, 3) * ceil(2.5) * (5 to 20)")
assert not {"numpy", "random", "statistics", "sdcli.units.scalars"} & set(sys.modules), "exact"
quantity("(5 to 20) + 3")
assert "numpy" not in sys.modules, "sampled"
"""
    subprocess.run([sys.executable, "-c", script], check=True)


# --- the same promises by both engines

BOTH = pytest.mark.parametrize("engine", ["python", "numpy"])


@BOTH
def test_fewer_draws_are_the_first_of_more(engine):
    """Also where the numbers end in the middle of a chunk."""
    few, more = (engine_of(Sampling(samples, engine)) for samples in (10_001, 25_000))
    for made in (
        lambda one: one.normals("x"),
        lambda one: one.lognormal(3.0, (("x", 0.5), ("y", -1.5))),
        lambda one: one.normal(3.0, (("x", 0.5), ("y", -1.5))),
    ):
        assert few.first(made(few), 10_001) == more.first(made(more), 10_001)


@BOTH
def test_variates_are_standard_normal_and_independent(engine):
    """Mean, variance, correlation of two sources: each within 5 of its standard errors, which
    are 1/sqrt(n), sqrt(2/n), 1/sqrt(n). The names are the seed; both are in the test."""
    n = 50_000
    one = engine_of(Sampling(n, engine))
    x, y = (one.first(one.normals(name), n) for name in ("x", "y"))
    assert abs(math.fsum(x) / n) < 5 / math.sqrt(n)
    assert abs(math.fsum(v * v for v in x) / n - 1) < 5 * math.sqrt(2 / n)
    assert abs(math.fsum(a * b for a, b in zip(x, y, strict=True)) / n) < 5 / math.sqrt(n)
    for limit in (-2.0, -1.0, 0.0, 1.0, 2.0):
        share = statistics.NormalDist().cdf(limit)
        error = math.sqrt(share * (1 - share) / n)
        assert abs(sum(v < limit for v in x) / n - share) < 5 * error


@BOTH
def test_formulas_are_applied_to_the_variates(engine):
    one = engine_of(Sampling(9000, engine))
    x, y = (one.first(one.normals(name), 9000) for name in ("x", "y"))
    weights = (("x", 0.5), ("y", -1.5))
    totals = [0.5 * a - 1.5 * b for a, b in zip(x, y, strict=True)]
    assert one.first(one.normal(3.0, weights), 9000) == pytest.approx([3 + t for t in totals])
    assert one.first(one.lognormal(3.0, weights), 9000) == pytest.approx(
        [3 * math.exp(t) for t in totals]
    )


values = st.one_of(
    st.floats(-1e3, 1e3),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, 1.0, -1.0, 0.5, 2.5, -2.5, 3.0000000000000004, 1e308, -1e308, 5e-324]),
)
TINY = 1e-300  # below, an engine may round to 0 what the other does not
unary = ("absolute", "ceil", "floor", "round_half_up", "log2", "log10", "ln", "exp")
binary = ("add", "multiply", "divide", "power", "minimum", "maximum")


@pytest.mark.parametrize("name", [*unary, *binary])
@settings(max_examples=30)
@given(data=st.data())
def test_both_engines_compute_alike_and_fail_alike(name, data):
    each = data.draw(st.sampled_from([values, st.floats(1e-3, 1e3)]))  # errors or none, often
    pairs = data.draw(st.lists(st.tuples(each, each), min_size=1, max_size=9))
    compare(name, pairs)


@pytest.mark.parametrize(
    ("name", "pairs"),
    [
        ("divide", [(1e308, 1e-308), (1.0, 0.0)]),  # too large; the next is what is reported
        ("power", [(0.0, -1.0), (-1.0, 0.5)]),
        ("power", [(-1.0, 0.5), (0.0, -1.0)]),
        ("exp", [(1000.0, 0.0)]),
        ("ceil", [(-0.5, 0.0), (1e-10, 0.0), (2.5, 0.0)]),
        ("floor", [(-0.5, 0.0), (-1e-10, 0.0), (2.5, 0.0)]),
        ("round_half_up", [(-0.5, 0.0), (-1.5, 0.0), (2.5, 0.0), (0.5 - 1e-10, 0.0)]),
    ],
)
def test_both_engines_take_the_same_edge(name, pairs):
    compare(name, pairs)


def compare(name, pairs):
    operation = getattr(operations, name)
    columns = [list(column) for column in zip(*pairs, strict=True)][: 1 if name in unary else 2]
    expected = outcome("python", operation, columns, len(pairs))
    found = outcome("numpy", operation, columns, len(pairs))
    if isinstance(expected, str):
        assert found == expected
    else:
        assert found == pytest.approx(expected, rel=1e-12, abs=TINY)
        zeros = [[math.copysign(1, v) for v in one if abs(v) < TINY] for one in (found, expected)]
        assert zeros[0] == zeros[1]


def outcome(engine, operation, columns, samples):
    """The values, or the name and text of the error."""
    one = engine_of(Sampling(samples, engine))
    made = [tuple(c) if engine == "python" else np.array(c) for c in columns]
    try:
        return one.first(one.map(operation, *made), samples)
    except (OverflowError, ZeroDivisionError) as error:
        return type(error).__name__
    except UnitError as error:
        return error.what


@pytest.mark.parametrize("engine", ["python", "numpy"])
@pytest.mark.parametrize(
    ("work", "what"),
    [
        (lambda: arithmetic.log2(between(-1, 1, "x")), "log2 needs something positive"),
        (lambda: arithmetic.power(between(-1, 1, "x"), 0.5), "a negative number has no such root"),
        (lambda: arithmetic.exp(between(1, 1e4, "x")), "this is too large to compute"),
        (lambda: arithmetic.drawn(between(1e307, 1.7e308, "x")), "this is too large to compute"),
        (lambda: arithmetic.drawn(Linear(0, (("x", 1e308),))), "this is too large to compute"),
        # too large in some draws, though the minimum would hide it
        (
            lambda: arithmetic.minimum(between(1e307, 1.7e308, "x"), Point(1.0)),
            "this is too large to compute",
        ),
        (
            lambda: arithmetic.divide(Point(1.0), arithmetic.floor(between(0.5, 2, "x"))),
            "the divisor of this may be zero",
        ),
    ],
)
def test_an_error_is_the_same_by_both_engines(engine, work, what):
    with using(100_000 if engine == "numpy" else 10_000), pytest.raises(UnitError) as caught:
        work()
    assert caught.value.what == what


@BOTH
@given(data=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60))
def test_quantiles_are_those_of_the_statistics_module(engine, data):
    """Its "inclusive" method is type 7 too; of 20 parts, the cuts 1, 10 and 19 are ours."""
    one = engine_of(Sampling(len(data), engine))
    made = tuple(data) if engine == "python" else np.array(data)
    cuts = statistics.quantiles(data, n=20, method="inclusive")
    found = one.quantiles(made, SHARES)
    assert found == pytest.approx((cuts[0], cuts[9], cuts[18]), rel=1e-9, abs=1e-9)
    assert one.quantiles(made, (0.0, 1.0)) == (min(data), max(data))


@BOTH
def test_quantiles_of_many_draws_are_those_of_the_sorted_ones(engine):
    """At whole places nothing is interpolated: 4001 draws have 4000 steps."""
    one = engine_of(Sampling(4001, engine))
    made = one.normals("x")
    ordered = sorted(one.first(made, 4001))
    places = (0, 7, 200, 201, 1999, 2000, 3000, 3800, 3801, 4000)
    found = one.quantiles(made, [place / 4000 for place in places])
    assert found == pytest.approx([ordered[place] for place in places], rel=1e-9)
    assert one.first(made, 4001) == one.first(one.normals("x"), 4001)  # they stay as they were


def test_every_operation_has_a_form_for_arrays():
    public = {
        value
        for name, value in vars(operations).items()
        if callable(value) and not name.startswith("_") and name != "UnitError"
    }
    assert public == vectors.FORMS.keys()
    assert len(public) == len(unary) + len(binary)


def test_draws_cannot_be_changed():
    with using(100_000):
        drawn = quantity("(5 to 20) + 3").spread
    with pytest.raises(ValueError, match="read-only"):
        drawn.values[0] = 1.0


# --- mixing


def test_what_was_sampled_differently_does_not_mix():
    few = quantity("(5 to 20) + 3")
    with using(20_000):
        more = quantity("(5 to 20) + 3")
    for one, two in ((few, more), (more, few)):
        with pytest.raises(UnitError, match="sampled differently") as caught:
            one + two
        assert caught.value.given == "10,000 draws (python)\n20,000 draws (python)"


def test_numbers_of_one_engine_are_no_draws_of_the_other():
    python = Samples((1.0, 2.0), Sampling(2, "python"))
    numpy = Samples(np.array([1.0, 2.0]), Sampling(2, "numpy"))
    assert python != numpy
    with pytest.raises(UnitError, match="sampled differently"):
        arithmetic.add(python, numpy)


@pytest.mark.parametrize("samples", [500, 100_000])
def test_what_was_sampled_keeps_its_draws_outside(samples):
    """Points and formulas join it with as many draws, whatever is in force."""
    with using(samples):
        inside = quantity("(5 to 20) + 3")
        twice = inside + quantity("2 to 9")
    assert (inside * 2).sampling == inside.sampling
    outside = inside + quantity("2 to 9")
    assert outside.sampling.samples == samples
    assert outside == twice
    assert hash(outside) == hash(twice)


# --- quantities


@pytest.mark.parametrize("samples", [10_000, 200_000])
def test_a_closed_form_can_be_sampled_and_agrees_with_itself(samples):
    exact = quantity("(1M to 2M user) * (5 to 20 request/user/day) to request/min")
    with using(samples):
        drawn = exact.sampled()
    assert (drawn.method, drawn.sampling.samples) == ("monte-carlo", samples)
    assert (drawn.unit, drawn.dimension) == (exact.unit, exact.dimension)
    for found, known, error in zip(
        (drawn.low, drawn.value, drawn.high),
        (exact.low, exact.value, exact.high),
        drawn.sampling_error(),
        strict=True,
    ):
        assert found != known
        assert abs(found - known) < 4 * error


def test_what_is_certain_or_sampled_stays_as_it_is():
    for text in ("5 GB", "(5 to 20) + 3"):
        assert quantity(text).sampled() == quantity(text)


def test_only_samples_have_a_sampling_error():
    assert quantity("5 GB").sampling_error() is None
    assert quantity("5 to 20 GB").sampling_error() is None
    assert quantity("ceil((5 to 20) * 1e6)").sampling_error() is not None


def test_the_sampling_error_is_how_far_quantiles_are_off():
    """Over 150 sources: the root mean square of the distances from the exact quantile is that of
    the errors, within 0.18, three times what 150 of them leave open (1 / sqrt(300)). The names
    are the seeds."""
    distances, errors = ({share: [] for share in SHARES} for _ in range(2))
    with using(1000):
        for number in range(150):
            exact = Quantity(between(2, 8, f"source {number}"))
            drawn = exact.sampled()
            gaps = (drawn.low - exact.low, drawn.value - exact.value, drawn.high - exact.high)
            for share, gap, error in zip(SHARES, gaps, drawn.sampling_error(), strict=True):
                distances[share].append(gap)
                errors[share].append(error)
    for share in SHARES:
        ratio = math.hypot(*distances[share]) / math.hypot(*errors[share])
        assert ratio == pytest.approx(1, abs=0.18), share


def test_the_sampling_error_of_a_median_by_hand():
    """101 draws 0 to 100: sqrt(101 / 4) = 5.02 places on each side of the middle are 5.02 away,
    less 1 % because there are 100 steps between 101 draws."""
    spread = Samples(tuple(map(float, range(101))), Sampling(101))
    assert spread.standard_errors[1] == pytest.approx(math.sqrt(101 / 4) * 100 / 101)
    assert spread.standard_errors[0] == pytest.approx(math.sqrt(101 * 0.05 * 0.95) * 100 / 101)
    assert Quantity(spread).sampling_error() == spread.standard_errors


def test_sixteen_times_the_draws_leave_a_quarter_of_the_sampling_error():
    """Each error is known to a sixteenth at the ends, where some
    2 sqrt(n p (1 - p)) = 218 draws lie between the two that make it."""
    exact = quantity("2 to 8 GB")
    errors = []
    for samples in (250_000, 4_000_000):
        with using(samples):
            errors.append(exact.sampled().sampling_error())
    for few, many in zip(*errors, strict=True):
        assert few / many == pytest.approx(4, rel=0.3)
