"""Other wording explains another text only where nothing else differs."""

from __future__ import annotations

import pytest

from sdcli.documents.checking.rewording import explains
from sdcli.documents.inputs import Change


def words(old: str, new: str) -> list[Change]:
    return [Change("risks.R1.text", old, new)]


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        ("hot", "cold", "a hot b\n", "a cold b\n"),
        ("hot", "hot hot", "hot 1, hot 2\n", "hot hot 1, hot hot 2\n"),
        ("a", "aa", "a banana, a\n", "aa banana, aa\n"),  # and the letters in banana stay
        ("*x*", "[y]", "| \\*x\\* | 3 |\n", "| \\[y\\] | 3 |\n"),  # in a table
        ("# x", "1. y", "- \\# x\n", "- 1\\. y\n"),
        ("two\n\nlines", "three", "two\n\nlines\n\nend\n", "three\n\nend\n"),
        ('say "x"', "y", 'n1["say #34;x#34;"]\n', 'n1["y"]\n'),  # in a diagram
        ("add one.", "add two.", "then add one, so\n", "then add two, so\n"),
        ("x|*", "y", "- `x|*: 3`\n", "- `y: 3`\n"),  # in code
    ],
)
def test_a_wording_is_found_in_each_form_in_which_it_is_printed(old, new, before, after):
    assert explains(words(old, new), f"# T\n\n{before}\nend\n", f"# T\n\n{after}\nend\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a hot b 3\n", "a cold b 4\n"),
        ("a hot b\n", "a cold b\nmore\n"),
        ("more\na hot b\n", "a cold b\n"),
        ("a hot\n", "a warm\n"),
        ("3\n", "4\n"),
    ],
)
def test_whatever_else_differs_is_not_explained(before, after):
    assert not explains(words("hot", "cold"), before, after)


def test_a_text_that_reads_in_very_many_ways_is_given_up():
    assert not explains(words("a", "aa"), "a" * 5_000 + "b\n", "a" * 7_500 + "c\n")
