from __future__ import annotations

import pytest

from sdcli.scoring.echo import countable, is_echo
from sdcli.scoring.text import read

PROMPT = "Design a service that turns a long address into a short one and redirects readers."


@pytest.mark.parametrize(
    ("text", "echo"),
    [
        (PROMPT, True),
        ("A service that turns a long address into a short one.", True),
        ("A service turns a long address into a short one with a counter.", True),  # 10 of 12
        ("The service keeps each address under a short code.", False),
        ("It is the one that is in a cache.", False),  # function words alone make no echo
    ],
)
def test_four_in_five_words_of_the_prompt_make_an_echo(text, echo):
    assert is_echo(read(text)[0], [PROMPT]) is echo


def test_an_echo_of_two_texts_together_is_none():
    """Each text is compared alone: a common word may well come from somewhere."""
    sentence = read("Leases and quorums are different.")[0]
    assert not is_echo(sentence, ["Leases are different.", "Quorums and what they cost."])


def test_a_sentence_that_stands_twice_counts_once():
    kept = countable(read("A cache helps. It is fast. A cache helps!"))
    assert [sentence is not None for sentence in kept] == [True, True, False]
