"""The section that says which assumption to ask about first."""

from __future__ import annotations

import pytest

from sdcli.documents.text.markers import blocks_of, pieces

PAGE = "page: {value: 1 to 4 KB/redirect}"


def block(desk, name="sensitivity"):
    return blocks_of(pieces(desk.text, "d"))[name].text


def test_the_first_sentence_says_what_to_ask_about_and_how_sure_it_is(desk):
    desk.change(PAGE, PAGE.replace("}", ", source: one log, confidence: low}"))
    desk.build()
    # 100M redirects * 100 in 2,592,000 s are 3858 a second; with 1 and 4 KB 3.858 and 15.43 MB/s
    assert (
        "Ask about `page` first (confidence low, source: one log): with all else in the middle, "
        "`pages` goes from 3.858 MB/s at its low end to 15.43 MB/s at its high end, "
        "a factor of 4.\n"
    ) in block(desk)
    row = "| `page` | 1 KB/redirect | 4 KB/redirect | 3.858 MB/s | 15.43 MB/s | 4 | low |"
    assert row in block(desk)


def test_of_several_estimates_it_says_how_many_it_leads(desk):
    desk.change("  read_ratio: {value: 100", "  read_ratio: {value: 50 to 200")
    desk.change("  pages:", "  reads: {formula: read_rate, unit: redirect/day}\n  pages:")
    desk.build()
    text = block(desk)
    # read_ratio leads `reads`; of `pages` it moves as much as page does, and stands first
    assert "Ask about `read_ratio` first" in text
    assert "It moves 2 of 2 estimates the most." in text
    assert "| `reads` | 333.3M redirect/day (" in text  # alone: 100M * 100 a month, by the day
    assert "### What moves pages" in text
    assert "| 50% |" in text


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        (PAGE, PAGE.replace("4 KB", "5 KB"), "assumptions.page.value"),
        ("writes: {value: 100M", "writes: {value: 90M", "assumptions.writes.value"),
        ("read_rate * page", "read_rate * page * 2", "estimates.pages.formula"),
        (PAGE, PAGE.replace("}", ", confidence: low}"), "assumptions.page.confidence"),
    ],
)
def test_what_it_rests_on_makes_it_stale(built, old, new, key):
    built.change(old, new)
    found = {one.id: one for one in built.check(fast=True).blocks}["sensitivity"]
    assert (found.state, found.key) == ("input-stale", key)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("item: {value: 500", "item: {value: 600"),  # `data` is no range
        ("vnodes: 160", "vnodes: 80"),
    ],
)
def test_what_it_does_not_rest_on_leaves_it_fresh(built, old, new):
    built.change(old, new)
    assert built.states(fast=True)["sensitivity"] == "fresh"


def test_without_a_range_it_is_listed_as_not_covered(desk):
    desk.change("1 to 4 KB/redirect", "2 KB/redirect")
    desk.build()
    assert "- Sensitivity\n" in block(desk, "not-covered")
    assert "## Sensitivity" not in desk.text


def test_a_range_that_reaches_no_estimate_is_said_to(desk):
    desk.change("read_rate * page", "read_rate * 2 KB/redirect")
    desk.build()
    assert "No range moves an estimate that stands at the end of the sums." in block(desk)


def test_confidence_is_a_column_where_some_assumption_has_one(desk):
    desk.build()
    assert "Confidence" not in block(desk, "assumptions")
    desk.change(PAGE, PAGE.replace("}", ", confidence: high}"))
    desk.build()
    text = block(desk, "assumptions")
    assert "| Name | Value | Source | Confidence | Origin |" in text
    assert "| not given | high | typed |" in text
    assert "| `item` | 500 B/link | not given | not given | accepted |" in text
