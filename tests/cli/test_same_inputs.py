"""Inputs that other calculators get wrong, guess at or refuse without help.

What they make of them: `5 gigabyyte to MB` is 13.59 ng·b to qalc, `12 requests/s to 1/day` is
6.3e-52 d·g²; `1 GB + 1` is 8000000001 to pint; `1 KB to B` is 1 B·K to qalc and unknown to units;
`5 mb to B` is 0.000625 B to fend; 99.9999999% is "100 percent" to an older Numbat.
"""

from __future__ import annotations

import json

import pytest

from sdcli.cli import calc


def answer(capsys, *arguments: str) -> dict:
    assert calc.main(["--json", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def text(capsys, *arguments: str) -> str:
    assert calc.main([*arguments]) == 0
    return capsys.readouterr().out


def refused(capsys, line: str) -> str:
    assert calc.main([line]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    return shown.err


@pytest.mark.parametrize(
    ("line", "value", "unit"),
    [
        # 1 MB * 30e6/day * 1825 day = 54.75e15 B
        ("1 MB * 30e6/day * 5 year to PB", 54.75, "PB"),
        ("12 requests/s to 1/day", 1_036_800, "request/day"),  # 12 * 86,400
        ("3 kB * 5000/s to Mbps", 120, "Mbps"),  # 3000 * 8 * 5000 / 10^6
        ("1 KB to B", 1000, "B"),
    ],
)
def test_the_answer(capsys, line: str, value: float, unit: str) -> None:
    said = answer(capsys, line)
    assert (said["value"], said["unit"]) == (pytest.approx(value, rel=1e-12), unit)


def test_the_length_of_the_year_is_said_and_can_be_changed(capsys) -> None:
    line = "1 MB * 30e6/day * 5 year to PB"
    assert answer(capsys, line)["conventions"]["year"] == "365 day"
    assert "year 365 day" in text(capsys, line)
    # 30e6 * 5 * 365.25 MB
    assert answer(capsys, "--year", "365.25", line)["value"] == pytest.approx(54.7875)


def test_seconds_are_not_added_to_bytes(capsys) -> None:
    error = refused(capsys, "3 GB + 2 s")
    assert "information" in error
    assert "time" in error
    assert error.splitlines()[1:3] == ["   given: 3 GB + 2 s", "          " + "     ^"]
    assert "3 GB + 3 GB" in error  # an example that works


def test_a_number_is_not_added_to_bytes(capsys) -> None:
    error = refused(capsys, "1 GB + 1")
    assert "adds information and number" in error


def test_a_typo_is_no_unit(capsys) -> None:
    assert "did you mean gigabyte?" in refused(capsys, "5 gigabyyte to MB")


def test_what_two_people_read_differently_is_asked_back(capsys) -> None:
    error = refused(capsys, "5 mb to B")
    assert "MB (megabyte)" in error
    assert "Mb (megabit)" in error


def test_megabits_come_with_their_bytes(capsys) -> None:
    assert "15 MB/s" in text(capsys, "3 kB * 5000/s to Mbps")


def test_kilobytes_come_with_the_binary_ones(capsys) -> None:
    said = text(capsys, "1 KB to B")
    assert "KB 1000 B" in said
    assert "KiB 1024" in said


def test_nine_nines_stay_nine(capsys) -> None:
    said = text(capsys, "99.9999999%")
    assert said.startswith("99.9999999%")
    assert "9 nines" in said
    assert "31.54 ms/year" in said  # 10^-9 * 31,536,000 s


def test_a_range_times_a_number_is_a_range(capsys) -> None:
    said = answer(capsys, "(100e6 to 200e6)*3")
    assert (said["low"], said["high"]) == (pytest.approx(3e8), pytest.approx(6e8))
    assert said["method"] == "closed-form"
