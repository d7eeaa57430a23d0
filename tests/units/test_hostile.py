"""Hostile input: an answer or a one-line error, soon, and never anything else."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sdcli.units import UnitError, assignment, parse, quantity, statement
from sdcli.units.literals import DEPTH_MAX, INTERVALS_MAX
from sdcli.units.parser import OPERATORS_MAX
from sdcli.units.tokens import LENGTH_MAX

PIECES = [
    "1",
    "2.5",
    "1e9",
    "86,400",
    "M",
    "B",
    "MB",
    "s",
    "day",
    "request",
    "user",
    "$",
    "%",
    "to",
]
PIECES += [
    "in",
    "->",
    "x",
    "+",
    "-",
    "*",
    "/",
    "^",
    "(",
    ")",
    ",",
    "<",
    "<=",
    "==",
    "=",
    "+-",
    "max(",
]
PIECES += [
    " ",
    " ",
    "writes",
    "a.b",
    "mb",
    "million",
    "1/s",
    "5 to 20",
    "\x00",
    "é",
    "_",
    ".",
    "sqrt(",
]


@pytest.mark.parametrize(
    "text",
    [
        "9^9^9^9",
        "9" * 10**6,
        "0." + "0" * 10**6 + "1",
        "(" * 10**5,
        "(" * 3000 + ")" * 3000,
        "-" * 3000 + "1",
        "1^" * 1500 + "1",
        "max(" * 1000,
        "5 to " + "(" * 3000 + "MB",
        "1" + "+1" * 1900,
        "1 to 2 + " * 400 + "1",
        "(2 s)^" + "9" * 300,
        "(1e300 s)^100",
        "10^308 * 10",
        "1e308 to 1e309",
        "1 MB * " * 200 + "1",
        "\x00" * 100,
        "\ud800",
        "1" + "\u0660" * 20,  # arabic digits are no digits here
        "__import__('os').system('true')",
        "{}",
        "5;3",
        '"5"',
        "5 MB\n3",
    ],
)
def test_an_error_soon(text):
    with pytest.raises(UnitError) as caught:
        quantity(text)
    assert len(caught.value.render()) < 1000
    assert len(caught.value.what) < 100


@settings(max_examples=500)
@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=14).map("".join)))
@example("5 to (")
@example("1 -> (1/")
@example("$")
@example("1/")
@example("2^2 B^2")
def test_any_text_gives_an_answer_or_our_error(text):
    for read in (quantity, statement, assignment, parse):
        try:
            result = read(text)
            str(result)
        except UnitError as error:
            error.render()


@settings(max_examples=200)
@given(st.binary(max_size=40))
def test_any_bytes_give_an_answer_or_our_error(data):
    try:
        quantity(data.decode("utf-8", "surrogateescape"))
    except UnitError as error:
        error.render().encode("utf-8")


def test_what_is_just_within_the_bounds_works():
    """The bounds are far above what people write, and what they allow does not run out of stack."""
    deep = DEPTH_MAX - 1
    assert quantity("(" * deep + "1" + ")" * deep).value == 1
    assert quantity("1" + "+1" * OPERATORS_MAX).value == OPERATORS_MAX + 1
    assert quantity(" " * (LENGTH_MAX - 1) + "1").value == 1
    ranges = "+".join(["(1 to 2)"] * INTERVALS_MAX)
    assert quantity(ranges).is_range


@pytest.mark.parametrize(
    "text",
    [
        "(" * DEPTH_MAX + "1" + ")" * DEPTH_MAX,
        "1" + "+1" * (OPERATORS_MAX + 1),
        " " * LENGTH_MAX + "1",
        "+".join(["(1 to 2)"] * (INTERVALS_MAX + 1)),
    ],
)
def test_what_is_past_the_bounds_is_refused(text):
    with pytest.raises(UnitError):
        quantity(text)
