"""Hostile input: an answer or an error that says what is wrong, soon, and never anything else.

Nothing here looks at a clock: what has no bound does not finish, and what has one is counted.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sdcli.core.text import printable
from sdcli.units import UnitError, assignment, parse, quantity, statement
from sdcli.units.literals import DEPTH_MAX, INTERVALS_MAX
from sdcli.units.parser import OPERATORS_MAX
from sdcli.units.tokens import LENGTH_MAX
from sdcli.units.vocabulary import NOUNS_MAX, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable

# What expressions are made of, and what breaks them; random strings seldom come this far.
PIECES = (
    *("1", "2.5", "1e9", "86,400", "1_000", ".5", "9e307", "0", "1e-300"),
    *("M", "B", "k", "million", "%", "$", " nines", " nine"),
    *("MB", "s", "day", "request", "user", "mb", "m", "QPS", "URL", "mile", "kelvin"),
    *("to", "in", "->", "per", "x", "and", "or", "not", "of", "TO"),
    *("+", "-", "*", "/", "^", "**", "+-", "(", ")", ",", "<", "<=", "==", "=", "!=", "&&"),
    *("max(", "ceil(", "sqrt(", "exp(", "ln(", "nines(", "downtime(", "max", "floor"),
    *(" ", " ", " ", " ", "writes", "a.b", "_", ".", "1/s", "5 to 20", "3 to 4 nines"),
    *("\x00", "é", "²", "٣", "\u202e", "\ud800", "\x1b[31m", "\n", "\x1c", "\u2028"),
)


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
        "not " * 900 + "1 < 2",
        " and ".join(["1 < 2"] * 400),
        "not (" * 500 + "1 < 2",
        "1 < " * 900 + "2",
        "max(" + "1," * 1900 + "1)",
        "exp(" * 50 + "1" + ")" * 50,
        "nines(" * 600,
        "9" * 30 + " nines",
        "1/" * 1900 + "s",
        "1 to " * 700 + "2",
        "5 " + "w" * 3900,
        "w" * 3900 + "(1)",
        "a." * 1900 + "a",
        "$" * 3000,
        "5" + "%" * 3000,
        "1," + "000," * 900 + "000",
        "1_" * 1900 + "1",
        "1." * 1900 + "1",
        "((5 s)^100)^100",
        "max(1,2,3,",
    ],
)
def test_an_error_soon(text):
    with pytest.raises(UnitError) as caught:
        quantity(text)
    assert len(caught.value.render()) < 1000
    assert len(caught.value.what) < 100
    assert "\n" not in caught.value.what


def answered(line: str) -> str:
    """What `calc` does with a line: read it, work it out, write it back."""
    try:
        name, expression = statement(line)
        if expression.is_question:
            said = str(expression.holds({}))
        else:
            said = expression.evaluate({}, steps=[]).summary()
        return f"{name} {said} {expression} {expression.with_values({})} {expression.conventions()}"
    except UnitError as error:
        return error.render()


def read_by(read: Callable[[str], object], text: str) -> str:
    try:
        return str(read(text))
    except UnitError as error:
        return error.render()


def is_printable(text: str) -> bool:
    return printable(text, keep="\n") == text


@settings(max_examples=500)
@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=14).map("".join)))
@example("5 to (")
@example("1 -> (1/")
@example("$")
@example("1/")
@example("2^2 B^2")
@example("not")
@example("nines(4 nines")
@example("1 nine^")
@example("1/2\x1cs")
@example("1 GB\u2028/\u20282 s\x1c/\x0bday")
@example("2\x1cs^2")
def test_any_text_gives_an_answer_or_our_error(text):
    assert is_printable(answered(text))
    for read in (quantity, assignment, parse):
        assert is_printable(read_by(read, text))


@settings(max_examples=300)
@given(st.binary(max_size=60))
@example(b"\xff\xfe5 MB")
@example(b"\xed\xa0\x80")
@example(b"\xc2\xb5s \xe2\x89\xa4 5")
def test_any_bytes_give_an_answer_or_our_error(data):
    """As the command line decodes its arguments, and as stdin is read."""
    for text in (os.fsdecode(data), data.decode("utf-8", "replace")):
        for line in text.splitlines() or [text]:
            answered(line).encode("utf-8")


@settings(max_examples=100)
@given(
    st.sampled_from([*PIECES, "5 MB + ", "1 < 2 and ", "exp(", "not not "]),
    st.integers(1, 2 * LENGTH_MAX),
)
def test_any_piece_many_times_gives_an_answer_or_our_error(piece, times):
    answered(piece * times).encode("utf-8")


def test_a_name_with_many_draws_costs_no_more_than_the_operators_allow():
    """What a name stands for may be sampled, and then each operator is a pass over all draws."""
    env = {"y": quantity("(1 to 2) + (3 to 9)")}
    many = ",".join(["y"] * OPERATORS_MAX)
    assert quantity(f"max({many})", env=env) == env["y"]
    with pytest.raises(UnitError, match="more than 200 operators"):
        quantity(f"max({many},y)", env=env)


def test_count_nouns_have_a_bound():
    nouns = [f"thing_{count}" for count in range(NOUNS_MAX)]
    assert str(quantity("5 thing_999", nouns=nouns)) == "5 thing_999"
    with pytest.raises(UnitError, match="more than 1000 count nouns"):
        quantity("5", nouns=[*nouns, "another"])
    with pytest.raises(UnitError, match="more than 1000 count nouns"):
        Vocabulary.of([f"thing_{count}" for count in range(10**5)])


HOSTILE_LINES = (
    b"9^9^9^9",
    b"9" * 10**6,
    b"(" * 10**5,
    b"1" + b"+1" * 10**5,
    b"not " * 10**5 + b"1 < 2",
    b"\xff\xfe\x00\x01",
    b"\xed\xa0\x80",
    b"\x00" * 100,
    "1٣".encode(),
    b"__import__('os').system('true')",
    b"\x1b[2J",
    b"w" * 10**5,
)


def test_the_command_answers_or_says_what_is_wrong():
    process = subprocess.run(
        [sys.executable, "-m", "sdcli.cli.entry", "calc", "-"],
        input=b"\n".join([*HOSTILE_LINES, b"1 + 1"]),
        capture_output=True,
        check=False,
    )
    said = process.stderr.decode("utf-8")
    assert process.returncode == 2
    assert "Traceback" not in said
    assert is_printable(said)
    assert said.count("error: ") == len(HOSTILE_LINES)
    assert process.stdout.decode("utf-8").split() == ["2"]


@pytest.mark.parametrize("argument", [b"9^9^9^9", b"\xff5 MB", b"\x1b[31m", b"(" * 10**5, b""])
def test_the_command_takes_any_argument(argument):
    process = subprocess.run(
        [sys.executable, "-m", "sdcli.cli.entry", "calc", argument],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert process.returncode == 2
    assert b"Traceback" not in process.stderr
    assert is_printable(process.stderr.decode("utf-8"))


def test_what_is_just_within_the_bounds_works():
    """The bounds are far above what people write, and what they allow does not run out of stack."""
    deep = DEPTH_MAX - 1
    assert quantity("(" * deep + "1" + ")" * deep).value == 1
    assert quantity("1" + "+1" * OPERATORS_MAX).value == OPERATORS_MAX + 1
    assert quantity(" " * (LENGTH_MAX - 1) + "1").value == 1
    assert parse("not " * (deep - 1) + "1 < 2").holds({}) is (deep % 2 == 1)
    assert parse(" or ".join(["2 < 1"] * (OPERATORS_MAX // 2))).holds({}) is False
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
