"""How errors look: the place, both kinds, the fix, and nothing that a terminal would obey."""

from __future__ import annotations

import pytest

from sdcli.core.errors import ExitCode, InputError
from sdcli.units import UnitError, assignment, quantity
from sdcli.units.dimension import NUMBER, Dimension
from sdcli.units.errors import excerpt, missing_factor, suggestion


def rendered(text: str) -> str:
    with pytest.raises(UnitError) as caught:
        quantity(text)
    assert isinstance(caught.value, InputError)
    assert caught.value.exit_code == ExitCode.INPUT
    return caught.value.render()


def test_mixed_kinds_name_both_sides_under_a_caret():
    assert rendered("3 GB + 2 s") == (
        "error: this adds information and time\n"
        "   given: 3 GB + 2 s\n"
        "               ^\n"
        "          3 GB  information\n"
        "          2 s   time\n"
        "expected: one kind on both sides, like 3 GB + 3 GB"
    )


def test_an_unknown_unit_is_underlined_and_corrected():
    assert rendered("5 gigabyyte to MB") == (
        'error: "gigabyyte" is no unit\n'
        "   given: 5 gigabyyte to MB\n"
        "            ^^^^^^^^^\n"
        "expected: a unit like MB, day, request or $, or a count noun that was declared\n"
        "     fix: did you mean gigabyte?"
    )


def test_a_conversion_says_what_came_and_what_was_wanted():
    assert rendered("40 kqps * 1 KB to MB/s") == (
        "error: this is not information / time\n"
        "   given: 40 kqps * 1 KB to MB/s\n"
        "                         ^^\n"
        "          40 MB*request/s\n"
        "          information × request / time\n"
        "expected: information / time, like 5 MB/s\n"
        "     fix: write 1 KB/request"
    )


def test_the_place_counts_from_the_start_of_the_line():
    with pytest.raises(UnitError) as caught:
        assignment("size = 5 MB * 3 gigabyyte")
    assert "size = 5 MB * 3 gigabyyte\n                          ^^^^^^^^^" in caught.value.render()


def test_an_error_of_two_quantities_has_no_line_to_show():
    with pytest.raises(UnitError) as caught:
        quantity("3 GB") + quantity("2 s")
    assert caught.value.span is None
    assert "^" not in caught.value.render()


def test_a_long_line_is_cut_around_the_place():
    text = "1 + " * 60 + "5 gigabyyte" + " + 1" * 60
    line, caret = excerpt(text, (242, 251)).splitlines()
    assert len(line) <= 72
    assert line.startswith("...")
    assert line.endswith("...")
    assert line[caret.index("^") : caret.rindex("^") + 1] == "gigabyyte"


@pytest.mark.parametrize("text", ["5 \x1b[31m", "\x00", "5\u202e", "\x9b5", "5 + \ud800", "2\x07"])
def test_control_characters_never_reach_the_terminal(text):
    shown = rendered(text)
    assert all(letter.isprintable() or letter == "\n" for letter in shown)


@pytest.mark.parametrize("line", ["\x1b[2J", "5\x1b 3", "\x1b[2J == 3"])
def test_control_characters_of_a_line_never_reach_the_terminal(line):
    with pytest.raises(UnitError) as caught:
        assignment(line)
    assert "\x1b" not in caught.value.render()


@pytest.mark.parametrize(
    ("have", "want", "fix"),
    [
        ({"request": 1}, {"request": 1, "time": -1}, "divide it by a time"),
        ({"information": 1, "time": -1}, {"information": 1}, "multiply it by a time"),
        ({"information": 1}, {"information": 1, "user": -1}, "divide it by a number of user"),
        ({"time": 1, "request": -1}, {"request": 1, "time": -1}, "turn it over: 1 / (...)"),
        (
            {"information": 1, "time": -1},
            {"request": 1, "time": -1},
            "multiply it by a quantity of request / information",
        ),
        ({"information": 1}, {}, ""),
        ({}, {"information": 1}, ""),
        ({"information": 1}, {"user": 1, "time": -2}, ""),
        ({"time": 1}, {"time": 1}, ""),
    ],
)
def test_the_missing_factor(have, want, fix):
    assert missing_factor(*(Dimension.collect(part.items()) for part in (have, want))) == fix


def test_a_plain_number_misses_nothing_certain():
    assert missing_factor(NUMBER, NUMBER) == ""


def test_only_the_nearest_words_are_suggested():
    assert suggestion("gigabyyte", ["gigabyte", "gigabit", "mebibyte"]) == "did you mean gigabyte?"
    assert suggestion("gb", ["GB", "Gb", "TB"]) == "did you mean GB or Gb?"
    assert suggestion("km", ["KB", "ms"]) == ""
    assert suggestion("w" * 50, ["w" * 49]) == ""
    # two slips and another first letter make another word
    assert suggestion("record", ["second"]) == ""
    assert suggestion("reocrds", ["records", "second"]) == "did you mean records?"
    assert suggestion("gigabty", ["gigabyte"]) == "did you mean gigabyte?"


def test_a_name_has_a_bound():
    assert assignment("n" * 64 + " = 3")[0] == "n" * 64
    with pytest.raises(UnitError, match="at most 64 characters, this one has 65"):
        assignment("n" * 65 + " = 3")
