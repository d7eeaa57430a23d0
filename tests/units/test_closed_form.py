"""Closed form against draws: what a formula says, a million throws must say too.

The draws do not see the formula: every range is sampled by itself, and the model is then
worked out at each throw. A quantile of share p from n draws has the standard error
sqrt(p (1 - p) / n) / density; the density is that of the formula's normal distribution. The
throws are seeded by the names of the sources, so a failure repeats itself.
"""

from __future__ import annotations

import functools
import math
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.units import UnitError, parse
from sdcli.units.sampling import SEED, engine_of, using
from sdcli.units.spread import SHARES, Linear, Point, Product

# With the seed 7 and the name of the range, what the throws come from. It is fixed beforehand, and
# not tried out: of 48 distances that are right, one is beyond 3 for one name in eight, and whoever
# tries names until all are within 3 shows nothing.
SOURCES = "closed form"
RANGES = {"x": "2 to 8", "y": "100 to 400", "w": "1.5 to 1.8", "u": "-3 to 5", "v": "-40 to 10"}


def of(ranges):
    return {
        name: parse(text).evaluate({}, source=f"{SOURCES}/{name}") for name, text in ranges.items()
    }


def distances(model, ranges, samples):
    """How far the drawn quantiles are from those of the formula, in standard errors."""
    values = of(ranges)
    expression = parse(model, names=values)
    exact = expression.evaluate(values)
    with using(samples):
        drawn = expression.evaluate({name: value.sampled() for name, value in values.items()})
    quantiles = [(drawn.low, exact.low), (drawn.value, exact.value), (drawn.high, exact.high)]
    if isinstance(exact.spread, Point):  # all has cancelled: only rounding is left
        assert [found for found, _ in quantiles] == pytest.approx([exact.value] * 3, rel=1e-9)
        return []
    assert isinstance(exact.spread, Product | Linear)
    if isinstance(exact.spread, Product):
        sign = math.copysign(1, exact.value)
        quantiles = [
            (sign * math.log(abs(found)), sign * math.log(abs(known))) for found, known in quantiles
        ]
    deviation = (quantiles[2][1] - quantiles[0][1]) / 2 / NormalDist().inv_cdf(0.95)
    errors = [
        math.sqrt(share * (1 - share) / samples)
        * deviation
        / NormalDist().pdf(NormalDist().inv_cdf(share))
        for share in SHARES
    ]
    return [
        (found - known) / error for (found, known), error in zip(quantiles, errors, strict=True)
    ]


MODELS = (
    "x * y * w / 86_400",  # three factors
    "x / y",
    "3 / (x * w)",
    "x^2",
    "sqrt(x) * y^-1.5",
    "x * x / y * w / x",  # a repeated variable
    "x * y / x / y^2",
    "-2 * x * y",
    "x * w + 2 * x * w",
    "u + v",  # sums of normal ranges
    "2 * u - v / 3 + 7",
    "u - 0.5 * u + v",
    "log2(x * y)",
    "log2(x) - log2(y) + log2(x)",
    "2^(log2(x) + log2(w))",
    "max(x * w, 3 * x * w)",
)
KNOWN_STREAM = (0.24999354743983504, 0.9642193240006716, -1.9324766468945016)  # of numpy 2.4


@functools.cache
def with_a_million(model):
    return distances(model, RANGES, 1_000_000)


def is_known_stream():
    """Whether numpy throws as it did when the name was fixed; releases may change it (NEP 19)."""
    with using(1_000_000) as sampling:
        engine = engine_of(sampling)
        return engine.first(engine.normals(f"{SOURCES}/x"), 3) == pytest.approx(KNOWN_STREAM)


@pytest.mark.parametrize("model", MODELS)
def test_a_million_draws_agree_within_three_standard_errors(model):
    """Of another stream nobody knows yet on which side of the one in eight it is: within 4.5,
    which chance passes once in 3000 times, and together as below."""
    pytest.importorskip("numpy")
    found = with_a_million(model)
    assert len(found) == 3
    most = 3 if is_known_stream() else 4.5
    assert max(map(abs, found)) < most, f"seed {SEED}, {model}: {found} standard errors"


def test_all_distances_together_are_those_of_chance():
    """Their root mean square is near 1, within 0.7: the 48 rest on five ranges and so go up and
    down together, by some 0.2 from name to name."""
    pytest.importorskip("numpy")
    found = [abs(one) for model in MODELS for one in with_a_million(model)]
    assert math.sqrt(sum(one * one for one in found) / len(found)) == pytest.approx(1, abs=0.7)
    assert sum(one > 3 for one in found) <= 1
    assert max(found) < 4.5


def test_the_standard_errors_are_neither_too_wide_nor_too_narrow(monkeypatch):
    """Over 300 seeds the distances have the root mean square 1, within 3.5 of its own standard
    errors, 1 / sqrt(600): so 3 of them mean what they say."""
    squares = [0.0, 0.0, 0.0]
    for number in range(300):
        monkeypatch.setattr(f"{__name__}.SOURCES", f"seed {number}")
        found = distances("x / y", {"x": "2 to 8", "y": "100 to 400"}, 1000)
        squares = [total + one * one for total, one in zip(squares, found, strict=True)]
    for total in squares:
        assert math.sqrt(total / 300) == pytest.approx(1, abs=3.5 / math.sqrt(600))


def test_a_wrong_formula_would_be_found():
    """The same comparison for x^2 / y against a formula for x * x' / y, which has the median right
    and the ends 6 % too near: dozens of standard errors off."""
    pytest.importorskip("numpy")
    values = of(RANGES)
    other = parse("2 to 8").evaluate({}, source="another")
    wrong = parse("x * z / y", names=["x", "y", "z"]).evaluate({**values, "z": other})
    with using(1_000_000):
        sampled = {name: value.sampled() for name, value in values.items()}
        drawn = parse("x^2 / y", names=values).evaluate(sampled)
    assert abs(drawn.high - wrong.high) > 30 * drawn.sampling_error()[2]


lows = st.floats(0.01, 1000)
factors = st.floats(1.05, 30)
positive = st.builds(lambda low, factor: f"{low!r} to {low * factor!r}", lows, factors)
around_zero = st.builds(
    lambda low, high: f"-{low!r} to {high!r}", st.floats(0.1, 100), st.floats(0.1, 100)
)
step = st.one_of(
    st.builds("({{}}) {} {}".format, st.sampled_from("*/"), st.sampled_from("xyw")),
    st.builds("({{}})^{}".format, st.sampled_from(["2", "-1", "0.5", "3"])),
    st.builds("{} * ({{}})".format, st.sampled_from(["3", "0.25", "-2"])),
    st.just("({0}) + ({0})"),
)


def built(start, steps):
    model = start
    for each in steps:
        model = each.format(model)
    return model


@settings(derandomize=True)
@given(
    st.fixed_dictionaries({"x": positive, "y": positive, "w": positive}),
    st.builds(built, st.sampled_from("xyw"), st.lists(step, max_size=6)),
)
def test_products_of_any_shape_agree_with_their_draws(ranges, model):
    """Within 6 standard errors, which chance passes once in 500 million times."""
    try:
        found = distances(model, ranges, 2000)
    except UnitError as error:  # a root of something negative; or out of range after powers
        assert "root" in error.what or "large" in error.what  # noqa: PT017 - either may raise it
        return
    assert max(map(abs, found), default=0) < 6, (SEED, ranges, model)


terms = st.lists(st.tuples(st.integers(-9, 9), st.sampled_from("xyw")), min_size=1, max_size=8)


@settings(derandomize=True)
@given(st.fixed_dictionaries({"x": around_zero, "y": around_zero, "w": around_zero}), terms)
def test_sums_of_any_length_agree_with_their_draws(ranges, parts):
    """Likewise; a name may come back, and cancel."""
    model = " + ".join(f"{factor} * {name}" for factor, name in parts)
    weights = {name: sum(f for f, other in parts if other == name) for _, name in parts}
    if not any(weights.values()):
        assert parse(model, names=ranges).evaluate(of(ranges)).value == pytest.approx(0, abs=1e-9)
        return
    assert max(map(abs, distances(model, ranges, 2000))) < 6, (SEED, ranges, model)
