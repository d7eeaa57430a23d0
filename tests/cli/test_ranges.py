"""How a range is explained: by which draws, how exactly, and which assumption drives it."""

from __future__ import annotations

import pytest

from sdcli.cli.estimate_beside import Driven, explained
from sdcli.cli.ranges import drivers, method, percent, sampling_error
from sdcli.units import Quantity, parse, quantity
from sdcli.units.sampling import Sampling, using
from sdcli.units.spread import Samples


def drawn(*values: float) -> Quantity:
    """A quantity of these draws."""
    return Quantity(Samples(values, Sampling(len(values)), ("x",)))


def test_a_formula_and_draws_are_said():
    assert method(quantity("5 to 20")) == "90 % interval, closed form"
    with using(2000):
        said = method(quantity("5 to 20").sampled())
    assert said.startswith("90 % interval, Monte Carlo, 2,000 draws, seed 7, sampling error ")


def test_the_engine_is_named_where_it_is_not_the_usual_one():
    pytest.importorskip("numpy")
    with using(100_000):
        value = quantity("5 to 20").sampled()
    for said in (method(value), *explained({"rate": value})):
        assert "Monte Carlo, 100,000 draws by numpy, seed 7, sampling error " in said


def test_the_sampling_error_is_the_largest_share_of_the_three_figures():
    # the median of 100 draws is off by 100 * sqrt(0.5 * 0.5 / 100) = 5 places, which stand 0.99
    # apart: 4.95 of 1049.5; the ends by sqrt(0.05 * 0.95) / 0.5 = 0.44 of that
    value = drawn(*range(1000, 1100))
    assert sampling_error(value) == "0.47 %"


def test_an_end_at_zero_has_its_error_as_a_share_of_the_largest():
    """max(0, x): the low end is 0, and its error is nobody's share of 0."""
    value = drawn(*[0.0] * 5, *range(95))
    errors = value.sampling_error()
    assert value.low == 0 < errors[0]
    assert sampling_error(value) == percent(max(errors[0] / value.high, errors[1] / value.value))


def test_beside_a_median_next_to_nothing_the_error_is_in_the_unit():
    """A share of 0.07 in a range from -7.3 to 7.4 would say 76 %."""
    value = quantity("(-5 to 5 MB) * (1 to 2)")
    assert abs(value.value) < 0.01 * value.high
    megabytes = [error / quantity("1 MB").value for error in value.sampling_error()]
    said = sampling_error(value)
    assert said == f"{round(max(megabytes) * 100) * 10} KB"
    assert "%" not in said
    assert method(value).endswith(f"sampling error {said}")


def test_whole_numbers_may_have_no_sampling_error():
    assert sampling_error(drawn(*[3.0] * 100)) == "none"
    assert sampling_error(quantity("5 to 20")) == ""


@pytest.mark.parametrize(
    ("shares", "lines"),
    [
        ([], []),
        ([("a", 1.0)], []),
        (
            [("a", 0.8), ("b", 0.2)],
            ["a drives 80 % of the spread: ask about it first", "then b 20 %"],
        ),
        ([("a", 0.5), ("b", 0.5)], ["a and b drive 50 % of the spread each"]),
        (
            [("a", 0.4), ("b", 0.4), ("c", 0.2)],
            ["a and b drive 40 % of the spread each", "then c 20 %"],
        ),
        (
            [("a", 0.7), ("b", 0.25), ("c", 0.046), ("d", 0.004)],
            ["a drives 70 % of the spread: ask about it first", "then b 25 %, c 4.6 %, d 0.4 %"],
        ),
    ],
)
def test_which_range_drives_the_spread(shares, lines):
    assert drivers(shares) == lines


def test_long_names_and_many_ranges_stay_within_the_window():
    label = "the_number_of_requests_of_each_user (5 to 20 request/user/day)"
    lines = drivers([(f"{number} {label}", share) for number, share in enumerate((0.5, 0.3, 0.2))])
    assert lines[0].startswith("0 the_number_of_requests_of_e... drives 50 %")
    assert lines[1] == "then 1 the_number_of_requests_of_e... 30 %, and 1 more"
    many = drivers([(f"range_{number}", 0.3 - number / 100) for number in range(20)])
    assert many[1].startswith("then range_1 29 %, range_2 28 %, range_3 27 %")
    assert many[1].endswith(", and 15 more")
    lines += [*many, *drivers([("x" * 50, 0.5), ("y" * 50, 0.5)])]
    assert max(map(len, lines)) <= 78


def test_estimate_explains_ranges_in_the_same_words():
    # both ranges have the factor 4, and so half of the spread each
    one, two = parse("(1 to 4) * (2 to 8)").evaluate({}, source="size"), quantity("1 to 4")
    assert explained({"one": one, "two": two, "three": quantity("5")}) == [
        "one: 90 % interval, closed form; size and size/2 drive 50 % of the spread each",
        "two: 90 % interval, closed form",
    ]


def test_too_many_ranges_to_compare_are_not_compared():
    """40 sources each, so that the second one goes past the most there may be."""
    value = quantity(" + ".join(f"(1 to {most})" for most in range(2, 42)))
    found = Driven({"one": value, "two": value, "sure": quantity("5")}, compared_max=79)
    assert len(found.shares["one"]) > 20
    assert (found.shares["two"], found.shares["sure"]) == ((), ())
    assert found.left_out == ["two"]
    assert found.sensitivity("two") == []
    said = explained({"one": value, "two": value}, compared_max=39)
    assert said[-1] == "what drives one and 1 more is not told: too many ranges to compare"


@pytest.mark.parametrize(
    ("share", "said"),
    [(1, "100 %"), (0.595, "60 %"), (0.1, "10 %"), (0.046, "4.6 %"), (0.0042, "0.42 %")],
)
def test_a_share_has_at_most_two_digits_that_count(share, said):
    assert percent(share) == said
