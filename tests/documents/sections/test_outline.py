"""Which sections a document has, and which it says are not covered."""

from __future__ import annotations

import re

import pytest

from sdcli.documents import build, check
from sdcli.documents.text.markers import blocks_of, pieces

EVERY_SECTION = [
    "Summary",
    "Context",
    "Goals",
    "Out of scope",
    "Functional requirements",
    "Quality requirements",
    "Assumptions",
    "Estimates",
    "Sensitivity",
    "API",
    "Data model",
    "Components",
    "Flows",
    "Evidence",
    "Capacity",
    "Growth",
    "Failures",
    "Decisions",
    "Cross-cutting concerns",
    "Rollout in stages",
    "Rollback",
    "Readiness for production",
    "Cost",
    "Risks",
    "Open questions",
    "Glossary",
    "Discussion",
]
NOT_IN_INTERVIEWS = {
    "API",
    "Data model",
    "Cost",
    "Growth",
    "Failures",
    "Cross-cutting concerns",
    "Rollout in stages",
    "Rollback",
    "Readiness for production",
    "Open questions",
    "Glossary",
}


def covered(text: str) -> str:
    return blocks_of(pieces(text, "d"))["not-covered"].text


@pytest.mark.parametrize("profile", ["interview", "full"])
def test_a_design_that_says_nothing_gives_no_number_no_component_and_a_full_list(tmp_path, profile):
    path = tmp_path / "design.yaml"
    path.write_text(f"schema: sdcli/1\nid: empty\ntitle: Nothing\nprofile: {profile}\n")
    text = build(path).document.read_text()
    assert list(blocks_of(pieces(text, "d"))) == ["header", "not-covered"]
    missing = NOT_IN_INTERVIEWS if profile == "interview" else set()
    assert [line[2:] for line in covered(text).splitlines() if line.startswith("- ")] == [
        title for title in EVERY_SECTION if title not in missing
    ]
    assert not re.search(r"\d", re.sub(r"<!--.*?-->", "", text))
    assert check(path).state == "fresh"


def test_a_full_design_says_that_nothing_is_missing(built):
    assert "Nothing: every section" in covered(built.text)


@pytest.mark.parametrize(
    ("old", "block", "title", "key"),
    [
        ("summary: A shop for links.\n", "summary", "Summary", "summary"),
        ("goals: [a link is short]\nout_of_scope: [accounts]\n", "scope", "Goals", "goals"),
        ("risks: [{id: R1, text: hot keys}]\n", "risks", "Risks", "risks"),
    ],
)
def test_a_section_that_becomes_empty_is_listed_never_dropped(built, old, block, title, key):
    built.change(old, "")
    found = {state.id: state for state in built.check(fast=True).blocks}
    assert found[block].state == "orphan"
    assert (found["not-covered"].state, found["not-covered"].key) == ("input-stale", key)
    assert (found["not-covered"].old, found["not-covered"].new) == (True, False)
    built.build()
    assert f"- {title}\n" in covered(built.text)


def test_a_section_outside_the_profile_is_listed_and_not_shown(built):
    built.change("title: Shop", "title: Shop\nprofile: rfc")
    built.build()
    assert "## Discussion" not in built.text
    assert "- Discussion (in the design, not in the profile rfc)" in covered(built.text)


def test_headings_carry_no_numbers_of_their_own(built):
    headings = [line for line in built.text.splitlines() if line.startswith("#")]
    assert len(headings) > 10
    assert [line for line in headings if re.search(r"\d", line)] == ["### D1: ring"]


def test_a_component_prints_all_its_parameters_given_default_and_absent(built):
    text = blocks_of(pieces(built.text, "d"))["component/ring"].text
    assert "| `vnodes` | 160 | given |" in text
    assert "| `hash` | blake2b | default |" in text
    text = blocks_of(pieces(built.text, "d"))["component/cache"].text
    assert "| `size` | 304.2 GB | `data / 10` |" in text  # 100M * 365/30 * 5 * 500 B / 10
    assert "Not given: nodes, ttl, hit_share, eviction, entry_size, rate, capacity," in text


def test_a_worked_line_stands_for_each_estimate(built):
    text = blocks_of(pieces(built.text, "d"))["estimates"].text
    assert "write_rate = writes = 100M link/month ÷ 2.592M s/month = 38.58 link/s" in text
