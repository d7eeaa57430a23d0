"""Risks, open questions, glossary, discussion."""

from __future__ import annotations

import pytest

from sdcli.documents.text.markers import blocks_of, pieces

END = """\
schema: sdcli/1
id: shop
title: End
risks: [{id: R1, text: hot keys, mitigation: a local cache}, {id: R2, text: cost}]
questions: [{id: O1, text: Which region?, owner: Ada}, {id: O2, text: Do links expire?}]
glossary: {link: a short URL, hot key: "one that all ask for | at once"}
discussion: [{topic: Codes, text: Seven letters.}]
"""


@pytest.fixture
def end(desk):
    desk.design.write_text(END)
    desk.build()
    return desk


def section(desk, name: str) -> str:
    return blocks_of(pieces(desk.text, "d"))[name].text


def test_what_is_done_about_a_risk_and_who_will_know_are_told_or_said_to_lack(end):
    assert "| R1 | hot keys | a local cache |\n| R2 | cost | not given |" in section(end, "risks")
    assert "| O1 | Which region? | Ada |" in section(end, "questions")
    assert "| O2 | Do links expire? | nobody yet |" in section(end, "questions")


def test_the_glossary_has_every_word_in_its_order(end):
    rows = [line for line in section(end, "glossary").splitlines() if line.startswith("| ")]
    assert rows[1:] == ["| link | a short URL |", r"| hot key | one that all ask for \| at once |"]


def test_the_closing_sections_stand_in_their_order(end):
    names = [name for name in blocks_of(pieces(end.text, "d")) if name != "header"]
    assert names == ["risks", "questions", "glossary", "discussion", "not-covered"]


@pytest.mark.parametrize(
    ("profile", "shown"),
    [
        ("interview", ["risks", "discussion"]),
        ("rfc", ["risks", "questions"]),
        ("full", ["risks", "questions", "glossary", "discussion"]),
    ],
)
def test_a_profile_has_its_sections_and_lists_the_others(desk, profile, shown):
    desk.design.write_text(END.replace("title: End", f"title: End\nprofile: {profile}"))
    desk.build()
    assert list(blocks_of(pieces(desk.text, "d")))[1:-1] == shown
    missing = section(desk, "not-covered").count("in the design, not in the profile")
    assert missing == 4 - len(shown)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a local cache", "a cache beside it"),
        ("owner: Ada", "owner: Bob"),
        ("a short URL", "a URL of few letters"),
        ("Which region?", "Which country?"),
    ],
)
def test_other_words_make_nothing_stale(end, old, new):
    end.change(old, new)
    assert end.check().state == "fresh"
    assert end.check(fast=True).state == "fresh"


@pytest.mark.parametrize(
    ("old", "new", "block", "key"),
    [
        (", mitigation: a local cache", "", "risks", "risks.R1.mitigation"),
        ("{link: a short URL, ", "{", "glossary", "glossary"),
        ("id: O2", "id: O3", "questions", "questions"),
    ],
)
def test_what_comes_or_goes_is_named(end, old, new, block, key):
    end.change(old, new)
    state = {found.id: found for found in end.check(fast=True).blocks}[block]
    assert (state.state, state.key) == ("input-stale", key)
