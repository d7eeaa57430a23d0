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
