"""How much the records of a data model take."""

from __future__ import annotations

import time

import pytest

from sdcli.documents.figures.given import RANGES_MAX
from sdcli.documents.figures.stored import held, stored

LINKS = """\
assumptions:
  writes: {value: 100M link/month}
  url: {value: 93 B}
estimates:
  write_rate: {formula: writes, unit: link/s}
components:
  store: {kind: kv-store, params: {size: 2 TB}}
data:
  links:
    fields:
      code: {type: char(7), size: 7 B, key: true}
      url: {type: text, size: url}
"""


def of_links(facts, tail: str):
    return stored(facts(LINKS + tail)).entities["links"]


def shown(*amounts) -> list[str]:
    return ["none" if amount is None else str(amount) for amount in amounts]


def test_rows_that_are_given_count_as_they_are(facts):
    """7 B + 93 B = 100 B; 6G × 100 B = 600 GB; three copies are 1.8 TB."""
    found = of_links(facts, "    rows: 6G link\n    copies: 3\n")
    assert shown(found.row, found.one_copy, found.stored) == ["100 B/link", "600 GB", "1.8 TB"]
    assert shown(found.added) == ["none"]
    assert found.worked == (
        "row = code_size + url_size = 7 B + 93 B = 100 B",
        "one_copy = rows × row = 6G link × 100 B/link = 600 GB",
        "stored = one_copy × copies = 600 GB × 3 = 1.8 TB",
    )


def test_rows_that_are_not_given_are_what_comes_times_how_long_it_is_kept(facts):
    """100M/month for 60 months of 30.42 day are 6.083G; a year brings 100 B × 1.217G × 3."""
    found = of_links(facts, "    new: writes\n    kept: 5 year\n    copies: 3\n")
    assert shown(found.rows, found.one_copy) == ["6.083G link", "608.3 GB"]
    assert shown(found.stored, found.added) == ["1.825 TB", "365 GB"]
    assert found.worked[-1] == (
        "added_per_year = new × row × copies × 1 year"
        " = 100M link/month × 100 B/link × 3 × 1 year = 365 GB"
    )


@pytest.mark.parametrize(
    ("tail", "missing"),
    [
        ("    new: writes\n", "neither rows, nor new and kept, are given"),
        ("    rows: 6G click\n", ""),
        ("    store: store\n", "neither rows, nor new and kept, are given"),
    ],
)
def test_a_total_that_cannot_be_had_says_why(facts, tail, missing):
    assert of_links(facts, tail).missing == missing


def test_copies_that_are_not_given_count_once_and_are_not_made_up(facts):
    found = of_links(facts, "    rows: 6G link\n")
    assert found.copies is None
    assert found.stored == found.one_copy


def test_a_field_without_a_size_or_for_each_of_another_noun_is_named_and_not_counted(facts):
    found = of_links(
        facts,
        "      note: {type: text}\n      odd: {type: text, size: 5 B/click}\n    rows: 1M link\n",
    )
    assert found.uncounted == {
        "note": "no size is given",
        "odd": "its size is for each click, a row is one link",
    }
    assert shown(found.row, found.one_copy) == ["100 B/link", "100 MB"]


def test_a_noun_that_only_the_size_names_is_meant_by_the_rows_as_well(facts):
    found = stored(
        facts("data:\n  a:\n    rows: 5M\n    fields: {x: {type: t, size: 4 B/link}}\n")
    ).entities["a"]
    assert shown(found.one_copy) == ["20 MB"]


def test_fields_whose_names_are_units_or_words_of_the_language_add_up(facts):
    words = ["day", "b", "to", "in", "per", "mb", "min", "s", "row"]
    fields = ", ".join(f"{word}: {{type: t, size: 1 B}}" for word in words)
    found = stored(facts(f"data: {{a: {{fields: {{{fields}}}, rows: 1M}}}}")).entities["a"]
    assert shown(found.row, found.one_copy) == ["9 B", "9 MB"]


def test_a_store_is_told_what_it_holds_beside_what_it_says(facts):
    design = facts(
        LINKS
        + "    rows: 30G link\n    copies: 2\n    store: store\n"
        + "  marks:\n    fields: {x: {type: t}}\n    store: store\n"
    )
    (found,) = held(design, stored(design).entities.values())
    assert (found.entities, found.unknown) == (("links",), ("marks",))
    assert shown(found.one_copy, found.stored, found.size) == ["3 TB", "6 TB", "2 TB"]
    assert found.is_short  # 3 TB do not go into 2 TB


@pytest.mark.parametrize(("size", "short"), [("3 TB", False), ("2.98 TB", False), ("2.9 TB", True)])
def test_a_store_is_short_only_by_more_than_rounding(facts, size, short):
    """30G × 100 B = 3 TB."""
    text = LINKS.replace("size: 2 TB", f"size: {size}") + "    rows: 30G link\n    store: store\n"
    design = facts(text)
    assert held(design, stored(design).entities.values())[0].is_short is short


def test_two_ranges_of_one_text_in_two_fields_are_two_sources(facts):
    """Alone 1 to 4 B each; of two independent ones the sum is narrower than 2 to 8 B."""
    found = stored(
        facts(
            "data:\n  a:\n    rows: 1\n    fields:\n"
            "      x: {type: t, size: 1 to 4 B}\n      y: {type: t, size: 1 to 4 B}\n"
        )
    ).entities["a"]
    assert found.row.low > 8 * 2.2  # bits
    assert found.row.high < 8 * 7.5


def test_a_stranger_s_thousand_ranges_cost_no_minute(facts):
    fields = "".join(f"      f{i}: {{type: t, size: {i + 1} to {i + 2} B}}\n" for i in range(1000))
    begin = time.process_time()
    found = stored(facts("data:\n  a:\n    rows: 1\n    fields:\n" + fields))
    assert time.process_time() - begin < 5
    assert found.medians
    assert found.entities["a"].worked[0].startswith("row = the sum of 1000 sizes = ")
    assert RANGES_MAX < 1000
