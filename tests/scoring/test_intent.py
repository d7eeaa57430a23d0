from __future__ import annotations

import pytest

from sdcli.content import Question
from sdcli.scoring import match_question


def entry(name, *match):
    return Question(id=name, ask="?", match=match, answer="Yes.")


BANK = (
    entry("scale", ("how many", "link"), ("new", "month"), ("traffic",)),
    entry("ratio", ("read", "write"), ("how many", "click")),
    entry("size", ("how long", "url"), ("bytes",)),
    entry("retention", ("how long", "keep"), ("expire",)),
    entry("links", ("link",)),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("How many links do we get?", "scale"),
        ("how many new links per month", "scale"),
        ("Is it more reading or writing?", "ratio"),
        ("How long do you keep a link?", "retention"),  # four words beat "link"
        ("How long is a URL?", "size"),
        ("Do links expire?", "retention"),  # one word each: the entry that stands first
        ("Can a link be private?", "links"),
        ("many, how? links", "links"),  # a phrase is a phrase
        ("What about the weather?", None),
        ("", None),
    ],
)
def test_the_entry_with_the_most_words_hit_is_meant(text, found):
    entry_found = match_question(text, BANK)
    assert (entry_found and entry_found.id) == found


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("availability?", "uptime"), ("Availability", "uptime"), ("the?", None), ("colour?", None)],
)
def test_a_question_of_a_word_finds_the_group_that_has_it(asked, expected):
    """ "What availability" is a group; whoever asks shorter means the same."""
    bank = [entry("uptime", ["what availability"]), entry("size", ["how large", "link"])]
    found = match_question(asked, bank)
    assert (found.id if found else None) == expected
