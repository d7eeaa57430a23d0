"""The functions: their values by hand, their forms, and what they refuse."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.units import UnitError, assignment, checked_name, parse, quantity
from sdcli.units.conventions import Conventions
from sdcli.units.functions import FUNCTIONS
from sdcli.units.vocabulary import FUNCTION_NAMES


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("min(3 GB, 500 MB)", "500 MB"),
        ("max(3 GB, 500 MB, 4000 MB)", "4 GB"),
        ("max(3 server)", "3 server"),
        ("max(5%, 10%)", "10%"),
        ("min(5%, 0.1)", "0.05"),  # not all of them were typed in percent
        ("ceil(12.01 server)", "13 server"),
        ("ceil(10k request/s / (3k request/s))", "4"),
        ("ceil(-1.5)", "-1"),
        ("floor(12.99 server)", "12 server"),
        ("floor(-1.5)", "-2"),
        ("round(2.5)", "3"),
        ("round(2.4999)", "2"),
        ("abs(3 s - 5 s)", "2 s"),
        ("abs(-5%)", "5%"),
        ("abs(5 MB)", "5 MB"),
        ("sqrt(16)", "4"),
        ("sqrt(9 s * 4 s)", "6 s"),
        ("log2(1024)", "10"),
        ("log2(8 GB / 1 GB)", "3"),
        ("log10(1M)", "6"),
        ("log10(0.001)", "-3"),
        ("ln(exp(2.5))", "2.5"),
        ("ln(2)", "0.6931"),  # 0.693147
        ("exp(0)", "1"),
        ("exp(1)", "2.718"),  # 2.718281828
        # how many nines: the logarithm of what is missing to 1
        ("nines(99.9%)", "3"),
        ("nines(0.999)", "3"),
        ("nines(99.95%)", "3.301"),  # -log10(0.0005) = 4 - log10(5) = 3.30103
        ("nines(4 nines)", "4"),
        ("nines(9 nines)", "9"),  # in complement form: 1 - 0.999999999 is off in the seventh digit
        ("nines(12 nines)", "12"),
        ("nines(15 nines)", "15"),
        ("nines(90%)", "1"),
        ("nines(0%)", "0"),
        # downtime: the table of every handbook, for a year of 365 and a month of 30 days
        ("downtime(99%)", "3.65 day"),  # 365 / 100
        ("downtime(99.9%)", "8.76 hour"),  # 8760 hours / 1000
        ("downtime(99.95%)", "4.38 hour"),
        ("downtime(4 nines)", "52.56 min"),  # 525,600 minutes / 10^4
        ("downtime(5 nines)", "5.256 min"),
        ("downtime(6 nines)", "31.54 s"),  # 31,536,000 s / 10^6 = 31.536
        ("downtime(9 nines)", "31.54 ms"),
        ("downtime(15 nines)", "31.54 ns"),
        ("downtime(99.9%, month)", "43.2 min"),  # 43,200 minutes / 1000
        ("downtime(99.9%, week)", "10.08 min"),  # 10,080 / 1000
        ("downtime(4 nines, 1 day)", "8.64 s"),  # 86,400 / 10^4
        ("downtime(99.9%, 90 day)", "2.16 hour"),  # 2160 / 1000
        ("downtime(0%, 1 day)", "1 day"),
        ("downtime(100%)", "0 s"),
        ("downtime(100%, month)", "0 s"),
    ],
)
def test_values(text, shown):
    assert str(quantity(text)) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("4 nines", "99.99%"),
        ("1 nine", "90%"),
        ("3.5 nines", "99.96838%"),  # 100 - 10^-1.5 = 99.9683772
        ("9 nines", "99.9999999%"),
        ("12 nines", "99.9999999999%"),
        ("3 to 4 nines", "99.9% to 99.99%"),
    ],
)
def test_nines_are_shown_in_percent(text, shown):
    assert str(quantity(text)) == shown


def test_an_uncertain_availability_has_uncertain_nines_and_downtime():
    nines = quantity("nines(3 to 4 nines)")
    assert (nines.low, nines.high) == pytest.approx((3, 4), rel=0.02)
    down = quantity("downtime(3 to 4 nines)")
    assert (down.low, down.high) == pytest.approx((3153.6, 31_536), rel=0.1)
    # the upper tail of the range lies above 100%; nothing is down for less than no time
    assert not quantity("min(downtime(95 to 100%, 100 s), 0 s)").is_range


@pytest.mark.parametrize(
    ("text", "what", "expected"),
    [
        ("max()", "max takes at least one value, not 0", "max(value, value, ...)"),
        ("sqrt()", "sqrt takes one value, not 0", "sqrt(value), like sqrt(16)"),
        ("sqrt(1, 2)", "sqrt takes one value, not 2", "sqrt(value)"),
        ("downtime()", "downtime takes one or two values, not 0", "downtime(availability, period)"),
        ("downtime(99%, 1 s, 2)", "downtime takes one or two values, not 3", "downtime(99.9%, mon"),
        ("max", '"max" is a function and takes its values in brackets', "max(value, value, ...)"),
        ("log10(8 B)", "log10 needs a plain number", "log10(1024)"),
        ("ln(3 user)", "ln needs a plain number", "a quotient of equal kinds"),
        ("exp(3 s)", "exp needs a plain number", ""),
        ("exp(1000)", "this is too large to compute", ""),
        ("ln(0)", "ln needs something positive", ""),
        ("sqrt(-1)", "a negative number has no such root", ""),
        ("ceil(2.3 GB)", "ceil rounds counts and plain numbers", "ceil(5.2 server)"),
        ("round(2.3 s)", "round rounds counts and plain numbers", "round(5.2 server)"),
        ("max(3 GB, 2 s)", "this compares information with time", ""),
        ("nines(100%)", "100% has no number of nines", "99.95%"),
        ("nines(120%)", "an availability lies between 0% and 100%", "nines(4 nines)"),
        ("nines(-1%)", "an availability lies between 0% and 100%", ""),
        ("nines(4)", "an availability lies between 0% and 100%", ""),
        ("nines(5 GB)", "an availability lies between 0% and 100%", ""),
        ("nines(50 to 120%)", "an availability lies between 0% and 100%", ""),
        ("downtime(101%)", "an availability lies between 0% and 100%", "downtime(99.95%)"),
        ("downtime(99.9%, 3 GB)", "downtime is counted in a period of time", "downtime(99.9%, mon"),
        ("downtime(99.9%, 12)", "downtime is counted in a period of time", ""),
        ("nines(0.9999999999999999)", "more than 15 nines cannot be told from 100%", ""),
        ("16 nines", "more than 15 nines cannot be told from 100%", ""),
    ],
)
def test_what_is_refused(text, what, expected):
    with pytest.raises(UnitError) as caught:
        quantity(text)
    assert caught.value.what == what
    assert expected in caught.value.expected
    assert caught.value.span is not None


def test_downtime_of_a_year_says_what_a_year_is():
    expression = parse("downtime(99.9%)")
    assert str(expression) == "downtime(99.9%, 1 year)"
    assert expression.conventions() == {"year": "365 day"}
    assert parse("downtime(99.9%, 30 min)").conventions() == {}


def test_downtime_follows_the_conventions():
    rough = Conventions(day_s=1e5, month_days=25)
    assert parse("downtime(99.9%, month)").evaluate({}, rough).value == pytest.approx(2500)


def test_the_table_and_the_names_agree():
    """The names stand with the other words, so that the tokens need no functions."""
    assert tuple(FUNCTIONS) == FUNCTION_NAMES
    assert all(name == function.name for name, function in FUNCTIONS.items())


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=list(FUNCTIONS))
def test_every_function_explains_itself(function):
    assert function.signature.startswith(f"{function.name}(")
    assert function.example.startswith(f"{function.name}(")
    assert function.help
    assert function.help[0].islower()
    env = {"peak": quantity("10k request/s"), "capacity": quantity("3k request/s/server")}
    assert quantity(function.example, env=env)


@pytest.mark.parametrize("name", ["floor", "nines", "exp", "round"])
def test_a_function_may_name_a_value(name):
    """It is a function only before a bracket."""
    assert checked_name(name) == name
    assert assignment(f"{name} = 3")[0] == name
    env = {name: quantity("3.5")}
    assert quantity(f"2 * {name}", env=env).value == 7
    call = "0.9" if name == "nines" else "0"
    assert quantity(f"{name}({call}) + {name}", env=env).value == pytest.approx(
        3.5 + {"nines": 1, "exp": 1}.get(name, 0)
    )


@given(st.floats(0.01, 14), st.sampled_from(["day", "month", "year"]))
def test_nines_and_downtime_say_the_same(count, period):
    """Downtime is the period through ten to the number of nines."""
    down = quantity(f"downtime({count!r} nines, {period})").value
    share = 10.0**-count
    # the complement has 15 decimals: half of the last one is what may be lost
    assert down / quantity(f"1 {period}").value == pytest.approx(share, abs=6e-16)
    shown = quantity(f"nines({count!r} nines)").value
    assert math.isclose(10.0**-shown, share, abs_tol=6e-16)
