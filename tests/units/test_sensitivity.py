"""Which assumption drives the spread: hand sums for formulas, known cases for draws."""

from __future__ import annotations

import pytest

from sdcli.units import parse, quantity, sensitivity
from sdcli.units.sampling import using
from sdcli.units.sensitivity import drivers, labels

# 100M to 200M users, 5 to 20 requests, 2 to 5 times that at peak. The variances of the logarithms
# go as the squares of ln 2 = 0.6931, ln 4 = 1.3863, ln 2.5 = 0.9163: 0.4805, 1.9218, 0.8396 of
# 3.2419, which is 14.8, 59.3 and 25.9 %.
MODEL = {
    name: parse(text).evaluate({}, source=name)
    for name, text in (
        ("users", "100M to 200M user"),
        ("habit", "5 to 20 request/user/day"),
        ("peak", "2 to 5"),
        ("offset", "-3 to 3"),
        ("drift", "-4 to 4"),
    )
}


def evaluated(text):
    return parse(text, names=MODEL).evaluate(MODEL)


def test_shares_of_a_product_are_those_of_the_variance_of_its_logarithm():
    shares = drivers(evaluated("users * habit * peak to request/s"))
    assert [name for name, _ in shares] == ["habit", "peak", "users"]
    assert [share for _, share in shares] == pytest.approx([0.593, 0.259, 0.148], abs=0.0005)


def test_a_power_counts_with_its_square_and_what_cancels_is_gone():
    """users has ln 2, peak^2 has 2 ln 2.5: 0.4805 and 3.3584 of 3.8389."""
    shares = drivers(evaluated("users * habit * peak^2 / habit"))
    assert shares == (
        ("peak", pytest.approx(0.8748, abs=1e-4)),
        ("users", pytest.approx(0.1252, abs=1e-4)),
    )


def test_shares_of_a_sum_of_normals_are_those_of_its_variance():
    """3 and 4 give 9 and 16 of 25; 2 * 3 and 4 give 36 and 16 of 52."""
    assert dict(drivers(evaluated("offset + drift"))) == pytest.approx(
        {"drift": 0.64, "offset": 0.36}
    )
    assert dict(drivers(evaluated("2 * offset - drift"))) == pytest.approx(
        {"offset": 36 / 52, "drift": 16 / 52}
    )


@pytest.mark.parametrize("samples", [10_000, 1000, 200_000])
def test_shares_of_samples_come_near_those_of_the_formula(samples):
    """The ranks of a normal magnitude correlate with each normal variate as it does itself, times
    one factor, so that shares are those of the formula but for chance, sqrt(1 / n)."""
    if samples > 100_000:
        pytest.importorskip("numpy")
    exact = evaluated("users * habit * peak")
    with using(samples):
        shares = drivers(exact.sampled())
    assert [name for name, _ in shares] == ["habit", "peak", "users"]
    assert sum(share for _, share in shares) == pytest.approx(1)
    for (_, share), expected in zip(shares, (0.593, 0.259, 0.148), strict=True):
        assert share == pytest.approx(expected, abs=2 * min(samples, 10_000) ** -0.5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # 5 to 20 against 1.00 to 1.02, both drawn: ln 4 and ln 1.02, 1.9 and 0.0004
        ("max(habit * 1 user, 1 request/day) * (1.00 to 1.02)", {"habit"}),
        ("ceil(peak * 1000) + ceil((1 to 1.01) * 1)", {"peak"}),
        ("peak + habit * 1 day * 1 user / (1 request) + 0 * offset", {"peak", "habit"}),
    ],
)
def test_what_is_below_the_noise_of_draws_is_no_driver(text, expected):
    """A rank correlation of n draws is off by sqrt(1 / n), so its square by some thousandths."""
    shares = dict(drivers(evaluated(text)))
    assert shares.keys() == expected
    assert sum(shares.values()) == pytest.approx(1)
    assert min(shares.values()) >= 0.01


def test_ranges_too_narrow_for_a_variance_share_evenly():
    """(1e-200)^2 is less than a float holds."""
    narrow = evaluated("(-1e-200 to 1e-200) + (-1e-200 to 1e-200)")
    assert [share for _, share in drivers(narrow)] == [0.5, 0.5]


@pytest.mark.parametrize("text", ["abs(offset) * abs(drift)", "offset * drift"])
def test_where_no_source_correlates_nothing_is_said(text):
    """Up on one side and down on the other: shares of what is left would be shares of noise."""
    value = evaluated(text)
    assert value.method == "monte-carlo"
    assert drivers(value) == ()


def test_whole_numbers_share_ranks():
    """ceil makes many draws equal; the order among them must not count."""
    fine = dict(drivers(evaluated("peak + offset + 10").sampled()))
    coarse = dict(drivers(evaluated("ceil(peak + offset + 10)")))
    assert coarse == pytest.approx(fine, abs=0.03)


@pytest.mark.parametrize("parts", [2, 3, 8])
def test_what_draws_cannot_tell_apart_is_equal(parts):
    """No one of equals is named first by the noise of the draws."""
    value = evaluated(" + ".join(["(5 to 10)"] * parts))
    assert value.method == "monte-carlo"
    assert [share for _, share in drivers(value)] == [pytest.approx(1 / parts)] * parts


def test_what_draws_can_tell_apart_stays_so():
    """The standard deviations of 5 to 10 and 5 to 11 go as 1.53 and 1.81: 42 and 58 % of the
    sum of their squares."""
    value = parse("(5 to 10) + (5 to 11)").evaluate({}, source="x")
    shares = dict(drivers(value))
    assert shares["x/2"] == pytest.approx(0.58, abs=0.02)
    assert shares["x"] == pytest.approx(0.42, abs=0.02)


def test_the_work_is_linear_in_the_sources(monkeypatch):
    """The result is ranked once, and no source at all; the size of a source is worked out once."""
    ranked = []
    ranks = sensitivity._ranks

    def counted(values):
        ranked.append(len(values))
        return ranks(values)

    monkeypatch.setattr(sensitivity, "_ranks", counted)
    text = " + ".join(f"(1 to {most})" for most in range(2, 42))
    value = parse(text).evaluate({}, source="counted")
    sizes = len(sensitivity._sizes)
    drivers(value)
    assert ranked == [10_000]
    assert len(sensitivity._sizes) == sizes + 40
    drivers(value)
    assert len(sensitivity._sizes) == sizes + 40


def test_one_source_has_it_all_and_a_certain_quantity_none():
    assert drivers(evaluated("habit")) == (("habit", 1.0),)
    assert drivers(evaluated("ceil(peak)")) == (("peak", 1.0),)
    assert drivers(evaluated("max(drift, -drift)")) == (("drift", pytest.approx(1.0)),)
    assert drivers(quantity("5 GB")) == ()
    assert drivers(evaluated("habit / habit")) == ()


def test_equal_shares_stand_in_the_order_of_their_names():
    one = parse("(1 to 4) * (1 to 4)").evaluate({}, source="a")
    assert [name for name, _ in drivers(one)] == ["a", "a/2"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 GB", []),
        ("2 to 8 GB", ["2 to 8 GB"]),
        ("100 +- 10 request/s", ["100 +- 10 request/s"]),
        ("1 to 4 * 2  to  6 user", ["1 to 4", "2  to  6 user"]),
        ("(5 to 20 request/user) / (1 to 2 s)", ["5 to 20 request/user", "1 to 2 s"]),
        ("(5 to 20 request)/user", ["5 to 20 request"]),
        ("3 * 5 to 20 request/user/day to request/user/s", ["5 to 20 request/user/day"]),
        ("(2 GB / 1 to 2 s) / user", ["1 to 2 s"]),
        ("2 GB / 1 to 2 s * user", ["1 to 2 s"]),  # the user is a factor of the whole
        ("max(1 to 2 s, ceil(3 to 4) * 1 s)", ["1 to 2 s", "3 to 4"]),
        ("-(1 to 2 s) < 5 s", ["1 to 2 s"]),
        ("  7 to 9 KB ", ["7 to 9 KB"]),
        ("-5 to 20 s", ["-5 to 20 s"]),
        ("2 * (-5 to -3 s)", ["-5 to -3 s"]),
        ("3 - 5 +- 10", ["5 +- 10"]),
        ("(2 s) to 5 s", ["(2 s) to 5 s"]),
        ("max((5 MB)/s to 20 MB/s, 1 MB/s)", ["(5 MB)/s to 20 MB/s"]),
    ],
)
def test_a_range_is_called_what_was_typed(text, expected):
    found = labels(parse(text), "here")
    assert list(found.values()) == expected
    assert list(found) == ["here", "here/2"][: len(expected)]


def test_labels_name_the_sources_of_the_value():
    expression = parse("ceil((5 to 20) + (3 to 9)) * (1 to 2)")
    for source in ("", "servers"):
        sources = {name for name, _ in drivers(expression.evaluate({}, source=source))}
        assert sources == labels(expression, source).keys()
