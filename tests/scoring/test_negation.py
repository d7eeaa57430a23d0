from __future__ import annotations

import pytest

from sdcli.scoring.negation import rejected
from sdcli.scoring.patterns import pattern
from sdcli.scoring.text import read


def verdicts(text: str, words: str = "cache") -> list[str]:
    """What turns each hit of the words down, in order."""
    sentence = read(text)[0]
    hits = pattern(words).hits(sentence)
    assert hits, f"{words} does not stand in {text}"
    return [rejected(sentence, hit, tuple(hits[:at])) for at, hit in enumerate(hits)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("We do not need a cache.", "do not need"),
        ("We don't need any cache at this load.", "don't need"),
        ("There is no cache.", "no"),
        ("No need for a cache here.", "no need"),
        ("I would not use a cache, because reads are rare.", "would not use"),
        ("We never add a cache.", "never add"),
        ("The table works without a cache.", "without"),
        ("We avoid a cache by keeping rows small.", "avoid"),
        ("Skip the cache.", "skip"),
        ("A cache is not needed.", "is not needed"),
        ("The cache would be overkill.", "would be overkill"),
        ("It is not true that a cache helps, so forget it.", "is not true"),
        ("We no longer need a cache.", "no longer need"),
        ("A replica instead of a cache.", "instead of"),
        ("We leave out the cache.", "leave out"),
    ],
)
def test_what_is_turned_down_is_seen(text, words):
    assert verdicts(text) == [words]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A cache takes the reads.", "cache"),
        ("There is no single point of failure.", "single point"),
        ("We have no single point of failure behind the cache.", "cache"),
        ("Codes must not collide.", "collide"),
        ("A write is never lost.", "lost"),
        ("It restarts without losing a write.", "losing"),
        ("Not only the cache holds it.", "cache"),
        ("If the cache does not answer, we read the store.", "cache"),
        ("When it does not reach the cache, it reads the store.", "cache"),
        ("The cache does not slow anything down.", "cache"),
        ("We cannot serve the peak without a cache.", "cache"),
        ("We do not need a queue, but a cache helps.", "cache"),
        ("We don't need a queue, since the cache takes the load.", "cache"),
        ("Do not answer until the cache is filled.", "cache"),
        ("A cache rather than a replica.", "cache"),
        ("Instead of one read per user the cache takes them all.", "cache"),
        ("Skip the queue and keep the cache warm.", "cache"),
        ("No accepted write is ever lost in the cache.", "cache"),
        ("Rows not opened for a month leave the cache.", "cache"),
        ("Avoid collisions with a cache of codes.", "collisions"),
        ("To avoid thundering herd, only one request asks the store.", "thundering herd"),
        ("To avoid a retry storm the cache says when.", "retry storm"),
        ("We avoid deadlocks with one order of keys.", "deadlocks"),
        ("No more than one cache is asked.", "cache"),
        ("Merges run without locks.", "without locks"),  # the cue is part of the pattern
    ],
)
def test_false_cues_turn_nothing_down(text, words):
    assert verdicts(text, words) == [""]


def test_a_cue_reaches_to_the_end_of_its_clause_only():
    assert verdicts("We do not need a queue, so the cache stays.") == [""]


def test_the_denial_of_a_whole_sentence_reaches_to_its_end():
    """Nobody needs "reads go ...": a clause as the object is a sentence that was denied."""
    denied = "We do not need reads go to the store, so the cache takes them."
    assert verdicts(denied) == ["do not need"]


def test_what_was_turned_down_stays_down_until_a_contrast():
    assert verdicts("We do not use a cache, because a cache goes stale.") == ["do not use"] * 2
    assert verdicts("We do not cache writes, but we do cache reads.") == ["do not", ""]


def test_instead_of_turns_down_only_what_follows_it():
    assert verdicts("A cache instead of a replica, since the cache is cheap.") == ["", ""]
