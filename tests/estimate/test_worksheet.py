"""Worksheets: named quantities computed in the order in which they hang together."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.estimate import Worksheet
from sdcli.units import UnitError

NOUNS = ("link", "redirect", "code")
ASSUMPTIONS = {
    "writes": "100M link/month",
    "read_ratio": "100 redirect/link",
    "row_size": "500 B/link",
    "hot_share": "20%",
}
ESTIMATES = {
    "cache_bytes": ("stored * hot_share", "GB"),
    "stored": ("links_5y * row_size", "TB"),
    "links_5y": ("writes * 5 year", None),
    "write_rate": ("writes", "link/s"),
    "read_rate": ("write_rate * read_ratio", "redirect/s"),
    "code_space": ("62^7 code", None),
}


def whole(sheet: Worksheet) -> Worksheet:
    """The sheet, when everything in it could be computed."""
    assert sheet.errors == {}
    return sheet


def shortener() -> Worksheet:
    return whole(Worksheet(ASSUMPTIONS, ESTIMATES, NOUNS))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("writes", "100M link/month"),
        ("write_rate", "38.58 link/s"),  # 1e8 / 2,592,000
        ("read_rate", "3.858k redirect/s"),
        ("links_5y", "6.083G link"),  # 1e8 * 1825 / 30: five years of 365 days, months of 30
        ("stored", "3.042 TB"),  # 6.0833e9 * 500 B
        ("cache_bytes", "608.3 GB"),  # a fifth of it
        ("code_space", "3.522T code"),  # 62^7 = 3,521,614,606,208
    ],
)
def test_values(name, shown):
    assert str(shortener().values[name]) == shown


def test_lines_come_after_what_they_use():
    """In the order of the sheet, except that each comes after the estimates that it uses."""
    names = [line.name for line in shortener().lines]
    assert names == ["links_5y", "stored", "cache_bytes", "write_rate", "read_rate", "code_space"]


def test_values_keep_the_order_of_the_sheet():
    assert list(shortener().values) == [*ASSUMPTIONS, *ESTIMATES]


def test_a_line_says_what_it_uses():
    line = next(line for line in shortener().lines if line.name == "stored")
    assert (line.formula, line.unit) == ("links_5y * row_size", "TB")
    assert line.uses == ("row_size", "links_5y")  # assumptions stand first in a sheet


def test_what_depends_on_what():
    sheet = shortener()
    assert sheet.depends_on("cache_bytes") == {
        "stored", "hot_share", "links_5y", "row_size", "writes",
    }  # fmt: skip
    assert sheet.depends_on("writes") == frozenset()
    with pytest.raises(UnitError, match="not in this sheet") as caught:
        sheet.depends_on("write_rates")
    assert caught.value.fix == "did you mean write_rate?"


def test_doubling_an_assumption_doubles_exactly_what_depends_on_it():
    before, after = (
        shortener(),
        Worksheet(ASSUMPTIONS | {"writes": "200M link/month"}, ESTIMATES, NOUNS),
    )
    for name in before.values:
        factor = 2 if name == "writes" or "writes" in before.depends_on(name) else 1
        assert math.isclose(after.values[name].value, factor * before.values[name].value)


def test_an_error_stops_only_what_hangs_on_it():
    sheet = Worksheet(
        {"writes": "100M link/month", "size": "5 gigabyyte"},
        {
            "mixed": ("writes + 5 GB", None),
            "after": ("mixed * 2", None),
            "sized": ("size * 2", None),
            "unknown": ("writess * 2", None),
            "wrong_unit": ("writes", "TB"),
            "strange_unit": ("writes", "zorkmid"),
            "rate": ("writes", "link/s"),
        },
    )
    assert list(sheet.values) == ["writes", "rate"]
    assert [line.name for line in sheet.lines] == ["rate"]
    says = {name: str(error) for name, error in sheet.errors.items()}
    assert says == {
        "size": 'size: "gigabyyte" is no unit',
        "mixed": "mixed: this adds link / time and information",
        "after": "after: this needs mixed, which could not be computed",
        "sized": "sized: this needs size, which could not be computed",
        "unknown": 'unknown: "writess" is no name, unit or count noun that is known here',
        "wrong_unit": "wrong_unit: this is not information",
        "strange_unit": 'strange_unit: "zorkmid" is no unit',
    }
    assert sheet.errors["unknown"].fix == "did you mean writes?"
    assert next(iter(sheet.errors)) == "size"


def test_a_suggestion_may_be_an_estimate_that_is_computed_later():
    sheet = Worksheet({}, {"early": ("write_rat * 2", None), "write_rate": ("5 link/s", None)})
    assert sheet.errors["early"].fix == "did you mean write_rate?"


@pytest.mark.parametrize(
    ("estimates", "cycles"),
    [
        ({"one": ("one + 1", None)}, {"one": "one -> one"}),
        (
            {"one": ("two", None), "two": ("three", None), "three": ("one", None)},
            {
                "one": "one -> two -> three -> one",
                "two": "two -> three -> one -> two",
                "three": "three -> one -> two -> three",
            },
        ),
        (
            {
                "free": ("5", None),
                "one": ("two + free", None),
                "two": ("one", None),
                "last": ("two", None),
            },
            {"one": "one -> two -> one", "two": "two -> one -> two"},
        ),
    ],
)
def test_a_cycle_is_named_for_each_of_its_members(estimates, cycles):
    sheet = Worksheet({}, estimates)
    found = {
        name: error.given for name, error in sheet.errors.items() if "its own result" in error.what
    }
    assert found == cycles
    assert set(estimates) - {"free"} == set(sheet.errors)
    for name in cycles:
        assert name in sheet.depends_on(name)


@pytest.mark.parametrize("name", ["day", "Writes", "two words", "to", "MB", ""])
def test_a_name_that_cannot_name_a_value(name):
    sheet = Worksheet({name: "5"}, {"fine": ("3", None)})
    assert list(sheet.errors) == [name]
    assert list(sheet.values) == ["fine"]


def test_one_name_cannot_be_both():
    sheet = Worksheet({"rate": "5 link/s"}, {"rate": ("6 link/s", None)})
    assert "an assumption and an estimate" in str(sheet.errors["rate"])


def test_a_name_hides_a_noun_of_its_spelling():
    sheet = Worksheet(
        {"users": "10M users", "tweets": "2 tweets/user/day"}, {"posts": ("users * tweets", None)}
    )
    assert str(sheet.values["posts"]) == "20M tweet/day"


def test_an_assumption_may_use_another():
    sheet = Worksheet({"peak": "average * 2", "average": "5 link/s"}, {})
    assert str(whole(sheet).values["peak"]) == "10 link/s"


def test_a_range_is_one_source_in_the_whole_sheet():
    """reads / writes is exactly the ratio, although both are ranges."""
    sheet = whole(
        Worksheet(
            {"writes": "100M to 200M link/month", "other": "100M to 200M link/month"},
            {
                "reads": ("writes * 10", None),
                "ratio": ("reads / writes", None),
                "unrelated": ("other / writes", None),
                "surplus": ("writes - writes", None),
            },
        )
    )
    assert (sheet.values["ratio"].value, sheet.values["ratio"].is_range) == (10, False)
    assert sheet.values["unrelated"].is_range
    assert sheet.values["surplus"].value == 0


def test_equal_literals_of_two_estimates_are_independent():
    sheet = Worksheet(
        {}, {"one": ("5 to 20", None), "two": ("5 to 20", None), "both": ("one / two", None)}
    )
    assert sheet.values["both"].is_range


def test_a_sheet_says_itself():
    sheet = Worksheet({"writes": "100M to 200M link/month"}, {"wrong": ("writes + 1", None)})
    assert sheet.describe() == (
        "writes = 141.4M link/month (100M to 200M)\nwrong: this adds link / time and number"
    )


def test_a_long_chain_needs_no_stack():
    estimates = {f"step{i}": (f"step{i + 1} + 1", None) for i in range(3000)}
    sheet = Worksheet({}, estimates | {"step3000": ("1", None)})
    assert whole(sheet).values["step0"].value == 3001


@settings(max_examples=50, deadline=None)
@given(
    st.permutations(range(6)), st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8)
)
def test_any_order_of_writing_gives_the_same_values(order, edges):
    """Each value is 1 plus those before it; written in any order, the sums are the same."""
    uses = {i: sorted({a for a, b in edges if b == i and a < i}) for i in range(6)}
    formula = {
        f"n{i}": (" + ".join(["1", *(f"n{used}" for used in uses[i])]), None) for i in range(6)
    }
    straight = whole(Worksheet({}, formula))
    shuffled = whole(Worksheet({}, {f"n{i}": formula[f"n{i}"] for i in order}))
    assert straight.values == shuffled.values
    for line in shuffled.lines:
        names = [other.name for other in shuffled.lines]
        assert all(names.index(used) < names.index(line.name) for used in line.uses)
