"""The tables of spoken results in tests/scoring/numbers: how they are written, and read."""

from __future__ import annotations

from pathlib import Path

from sdcli.scoring import parse_answer
from sdcli.scoring.numbers import check_numbers

FOLDER = Path(__file__).parent / "numbers"


def rows(name):
    """The rows of a table, as lists of their cells; comments and blank lines left out."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.strip() and not line.startswith("#")]
    return [[cell.strip(" ").replace("\\n", "\n") for cell in line.split(" | ")] for line in kept]


def checked(text, result):
    """The checks of a text whose gap holds the result."""
    return check_numbers(parse_answer(text.format(result)))


def is_flagged(text, result):
    """Whether anything in it is found to be off."""
    return any(check.verdict == "off" for check in checked(text, result))
