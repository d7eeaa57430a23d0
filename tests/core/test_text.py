"""Which characters are not shown as they are: one table for the whole program."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.cli.screen import plain
from sdcli.core.errors import Fault
from sdcli.core.faults import in_order
from sdcli.core.text import one_line, printable
from sdcli.documents.text.escape import inline
from sdcli.units.errors import printable as in_errors

STEERING = [
    "\x1b",  # the escape of terminals
    "\x9b",  # the same in one byte
    "\x07",
    "\x7f",
    "\u061c",
    "\u200b",
    "\u200f",
    "\u202e",  # RIGHT-TO-LEFT OVERRIDE: "gpj.exe" reads as "exe.jpg"
    "\u2066",
    "\ufeff",
    "\ud800",
    "\U000e0041",  # a tag: invisible text
]


def in_faults(text: str) -> str:
    return in_order([Fault("f", 1, "", text)])[0].message


@pytest.mark.parametrize("letter", STEERING, ids=lambda letter: f"U+{ord(letter):04X}")
@pytest.mark.parametrize("show", [printable, one_line, in_errors, plain, in_faults, inline])
def test_what_steers_or_hides_is_shown_nowhere(show, letter):
    shown = show(f"a{letter}b")
    assert letter not in shown
    assert len(shown) == 3  # one for one: carets and columns stay where they are


# Letters, signs and spaces that the Unicode tables of one Python call printable and of another
# not (U+1FAE9 came with Unicode 16, U+0378 is nothing yet), or that writing needs.
@pytest.mark.parametrize(
    "text", ["日本語 naïve", "a\u00a0b", "\u200d\u200c", "\U0001fae9", "\u0378", "\ue000", "a b"]
)
@pytest.mark.parametrize("show", [printable, one_line, in_errors, plain, in_faults, inline])
def test_everything_else_is_shown_under_every_python(show, text):
    assert show(text) == text


@given(st.text())
def test_text_that_was_cleaned_stays_as_it_is(text):
    assert printable(printable(text)) == printable(text)
    assert one_line(one_line(text)) == one_line(text)
    assert len(printable(text)) == len(text)
    assert not set("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029") & set(one_line(text))


def test_line_ends_stay_where_they_are_kept():
    assert printable("a\n\tb\r", "?", keep="\n\t") == "a\n\tb?"
    assert plain("a\n\tb\x1b") == "a\n\tb "


def test_it_brings_no_other_module_along():
    """The calculator starts with it, so it may cost nothing."""
    code = (
        "import __future__, sys, sdcli.core; before = set(sys.modules); import sdcli.core.text;"
        "print(*(set(sys.modules) - before))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["sdcli.core.text"]
