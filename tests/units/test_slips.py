"""Slips of meaning: what a sum most likely should have said, offered and never assumed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.units import Quantity, UnitError, parse, quantity, statement
from sdcli.units.slips import notes


def fix_of(text: str, **env: str) -> str:
    """The fix of the error that a line of calc is refused with."""
    values = {name: quantity(value) for name, value in env.items()}
    with pytest.raises(UnitError) as caught:
        work_out(text, values)
    return caught.value.fix


def work_out(line: str, values: dict[str, Quantity]) -> None:
    """Read a line as calc does, and work it out."""
    _, expression = statement(line, names=values)
    if expression.is_question:
        expression.sides(values)
    else:
        expression.evaluate(values)


def notes_of(text: str, **env: str) -> tuple[str, ...]:
    values = {name: quantity(value) for name, value in env.items()}
    expression = parse(text, names=values)
    return notes(expression, expression.evaluate(values), values)


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        # in a conversion
        ("150M user * 2 tweets/day to tweet/s", "write 2 tweet/user/day"),
        ("2 tweet/day * 150M users to tweet/s", "write 2 tweet/user/day"),
        ("150M user * 1 to 3 tweet/day to tweet/s", "write 1 to 3 tweet/user/day"),
        ("100M to 200M user * 2 tweet/day to tweet/s", "write 2 tweet/user/day"),
        ("150M user * 2 tweet/user/day to QPS", "write to tweet/s"),
        ("150M user * 2 tweets/day to QPS", "write 2 tweet/user/day, and to tweet/s"),
        ("300M tweet/day to request/s", "write to tweet/s"),
        ("150M user * 2 tweets/day to MB", ""),
        ("3 server * 5 worker to worker", "write 5 worker/server"),
        # in a sum, a comparison, a claim: the product may stand on either side
        ("150M user * 2 tweet/day + 5 tweet/s", "write 2 tweet/user/day"),
        ("5 tweet/s - 150M user * 2 tweet/day", "write 2 tweet/user/day"),
        ("150M user * 2 tweet/day > 3k tweet/s", "write 2 tweet/user/day"),
        ("3k tweet/s < 150M user * 2 tweet/day", "write 2 tweet/user/day"),
        ("150M user * 2 tweet/day = 3.5k tweet/s", "write 2 tweet/user/day"),
        ("40 kqps * 1 KB to MB/s", "write 1 KB/request"),
        # reads and writes
        (
            "1.5k write/s + 15k read/s",
            "count both as request: 1.5k request/s + 15k request/s",
        ),
        (
            "1.5k write/s < 15k request/s",
            "count both as request: 1.5k request/s < 15k request/s",
        ),
        ("5 user + 3 server", ""),
        ("5 user/s + 3 server/s", ""),  # no requests
        # a claim without its unit
        ("150M user * 2 tweet/user/day = 300M", "write 300M tweet/day"),
        ("300M tweet/day < 5k", "write 5k tweet/day"),
        ("300M = 150M user * 2 tweet/user/day", "write 300M tweet/day"),
        ("1 KB * 3M = 3", "write 3 GB"),
        ("300M tweet/day = 10%", ""),
        ("3 GB + 2", ""),
    ],
)
def test_the_fix_that_makes_it_fit(text, fix):
    assert fix_of(text) == fix


def test_a_count_may_have_a_name():
    fix = fix_of("users * 2 tweet/day to tweet/s", users="150M user")
    assert fix == "write 2 tweet/user/day"


@pytest.mark.parametrize(
    "text", ["150M user * 2 tweets/day to tweet/s", "2 user * 3 message to message"]
)
def test_the_fix_can_be_typed(text):
    written = fix_of(text).removeprefix("write ")
    wrong = text[text.index("* ") + 2 : text.index(" to ")]
    assert quantity(text.replace(wrong, written))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "2B users * 50 messages/day",
            ["message*user: write 50 message/user/day if it is 50 for each user"],
        ),
        (
            "50 messages/day * 2B users * 2",
            ["message*user: write 50 message/user/day if it is 50 for each user"],
        ),
        (
            "3 server * 5 worker",
            ["server*worker: write 5 worker/server if it is 5 for each server"],
        ),
        (  # what happens by the day, before what is there
            "3 server * 5 worker * 50 message/day",
            ["message*server*worker: write 50 message/server/day if it is 50 for each server"],
        ),
        ("2B users * 50 message/user/day", []),
        ("5 user * 3 GB/user", []),
        # 86,400 s to the day, 3600 to the hour, 30 * 86,400 to the month
        ("100M url/day / 86400", ["86400 is a plain number; to url/s converts"]),
        ("100M url/day / 86_400", ["86_400 is a plain number; to url/s converts"]),
        ("100M url/day / 86,400 to url/s", ["86,400 is a plain number; to url/s converts"]),
        ("100M url/day / 24 / 3600", ["3600 is a plain number; to url/s converts"]),
        ("5 TB/month / 2592000", ["2592000 is a plain number; to TB/s converts"]),
        ("2 * (100M url/day / 86400) + 1 url/s", ["86400 is a plain number; to url/s converts"]),
        ("100M url/day / 3", []),
        ("100M / 86400", []),
        ("100 url/s / 3600", []),  # nothing to convert
        ("100M url/day / (86400 s)", []),
    ],
)
def test_a_note_beside_an_answer(text, said):
    assert list(notes_of(text)) == said


def test_a_note_where_the_amounts_have_names():
    said = notes_of("users * rate", users="2B user", rate="50 message/day")
    assert said == ("message*user: the two are multiplied; for each user is written message/user",)
    said = notes_of("users * 50 message/day", users="2B user")
    assert said == ("message*user: write 50 message/user/day if it is 50 for each user",)
    assert notes_of("writes / 86400", writes="100M url/day")
    assert notes_of("ranges / 86400", ranges="100M to 200M url/day")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("b = 5 MB * size", '"b" is a unit (bit) and cannot name a value'),
        ("b = 5", '"b" is a unit (bit) and cannot name a value'),
        ("ms = 5 request", '"ms" is a unit and cannot name a value'),
        ("MB = size", '"MB" is a unit and cannot name a value'),
        ("b < 5 s", "this compares information with time"),
        ("b == 5", "this compares information with number"),
        ("mile = size", '"mile" is a unit and cannot name a value'),
    ],
)
def test_a_unit_is_no_name(line, what):
    values = {"size": quantity("5 KB")}
    with pytest.raises(UnitError) as caught:
        work_out(line, values)
    assert caught.value.what == what


@pytest.mark.parametrize("line", ["MB = 1000 KB", "day = 86400 s", "b = 0.125 B", "MB == size"])
def test_a_unit_may_stand_in_a_claim(line):
    values = {"size": quantity("1 MB")}
    name, expression = statement(line, names=values)
    assert name is None
    assert expression.is_claim


def test_who_asks_for_a_product_of_counted_things_gets_no_note():
    assert notes_of("3 server * 5 worker to server*worker") == ()


def test_notes_of_a_claim_are_those_of_its_sides():
    claim = parse("1 < 2")
    assert notes(claim, None, {}) == ()
    _, claim = statement("100M url/day / 86400 = 1157 url/s")
    assert notes(claim, None, {}) == ("86400 is a plain number; to url/s converts",)


@pytest.mark.parametrize(
    "text",
    [
        "100M url/day" + " / 86400" * 60,
        "5 user * " * 199 + "3 server",
        "(" * 50 + "5 user * 3 server" + ")" * 50,
        "-" * 50 + "5 user * 3 server",
        "max(5 user * 3 server, 2 user * 1 server) / 86400",
        "(1 to 2 user) * (3 to 4 server) / 3600",
        "sqrt(4 user) * sqrt(9 server) * 1 server",
        "5 user * 3 server / exp(1)",
        "2^10 user * 3 server",
        "(5 user)^2 * 3 server",
        "5 user * -(3 server)",
        "5 user * $3/server * server^2",
    ],
)
def test_a_note_of_a_strange_sum_is_short_and_soon_found(text):
    assert all(len(note) < 200 for note in notes_of(text))


PIECES = (
    *("5", "2k", "86400", "1 to 3", "$2", "10%", "2^3"),
    *(" user", " tweet", " server", "/day", "/s", " GB", " request"),
    *(" * ", " / ", " + ", " - ", "(", ")", "-", "^", "max(", ", ", " per ", " to ", " = ", " < "),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_whatever_is_typed_has_an_answer_or_an_error(text):
    """Neither the notes nor the fixes raise anything else, and no fix ends in the air."""
    fix = ""
    try:
        _, expression = statement(text)
        if expression.is_question:
            expression.holds({})
            notes(expression, None, {})
        else:
            notes(expression, expression.evaluate({}), {})
    except UnitError as error:
        fix = error.fix
    assert not fix.endswith((" ", "/", ","))
