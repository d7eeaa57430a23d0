"""One item against hand-written answers, rule by rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.content import Item
from sdcli.scoring import State, grade

LRU = "A cache holds the hot links with LRU eviction"


@pytest.mark.parametrize(
    ("text", "state"),
    [
        # absent
        ("", "absent"),
        ("The store holds every link.", "absent"),
        # named: the concept alone, or without a verb, or in a list
        ("We use a cache.", "named"),
        ("Cache, LRU, eviction, memory, hot links", "named"),
        ("cache LRU eviction memory hot links", "named"),
        ("We use a cache, LRU, eviction, shards, memory and a queue.", "named"),
        ("- cache\n- LRU\n- eviction", "named"),
        ("We use cache and LRU and eviction and memory and hot links.", "named"),
        ("cache with LRU eviction in memory, hot links", "named"),  # nothing but patterns
        ("Cache: LRU, eviction, memory", "named"),
        # explained: concept, mechanism, verb; in one sentence or two
        (f"{LRU}.", "explained"),
        ("We put a cache in front. It keeps the hot links.", "explained"),
        ("It keeps the hot links. That is the cache.", "explained"),
        ("Hot links cached in memory.", "explained"),
        ("### Cache\nWe keep the hot links in Redis.", "explained"),
        ("Cache:\n- We evict nothing.\n- It keeps hot links.", "explained"),
        # not explained: the mechanism stands too far away, or is turned down
        ("We use a cache.\n\nThe hot links are many.", "named"),
        ("We use a cache. It takes reads. The hot links are many.", "named"),
        ("We use a cache without eviction.", "named"),
        # justified: a figure, an alternative or a failure, and a reason
        (f"{LRU}, so 90 % of reads end there.", "justified"),
        (f"{LRU} rather than in the store, because disks are slow.", "justified"),
        (f"{LRU}, so if the store is down we still answer.", "justified"),
        (f"{LRU}. So 90 % of reads end there.", "justified"),
        # and not with one of the two alone
        (f"{LRU}, so reads are fast.", "explained"),
        (f"{LRU}. It takes 90 % of the reads.", "explained"),
        (f"{LRU} rather than in the store.", "explained"),
        # nor with what the next sentence says about something else
        (f"{LRU}. Writes need a log, since 40 a second come.", "explained"),
        # rejected
        ("We do not need a cache.", "rejected"),
        ("There is no cache with LRU eviction.", "rejected"),
        ("We do not need a cache with LRU eviction, since 40 reads a second are few.", "rejected"),
        ("A cache would be overkill. It would hold the hot links in memory.", "rejected"),
        ("We do not need a cache. A cache would keep the hot links in memory.", "rejected"),
        # false cues
        ("There is no single point of failure: a cache keeps the hot links.", "explained"),
        ("Not only does the cache keep the hot links, it is fast.", "explained"),
        # a question says nothing about the design
        ("Do we need a cache for the hot links?", "absent"),
    ],
)
def test_the_state_of_an_answer(item, text, state):
    assert grade(item(), text).state == state


def test_no_single_point_of_failure_is_no_negation(item):
    spof = item(any_of=["single point"], **{"with": ["two", "balancers"]})
    text = "There is no single point of failure, since two balancers share the load."
    assert grade(spof, text).state is State.EXPLAINED


def test_a_question_earns_credit_for_scope(item):
    scope = item(step="scope", axis="navigation", any_of=["how many links"], **{"with": ["month"]})
    assert grade(scope, "How many links are made in a month?").state is State.EXPLAINED


def test_asking_for_agreement_is_said_by_a_question(item):
    agree = item(
        step="high_level", axis="communication", any_of=["look right"], **{"with": ["deeper"]}
    )
    assert grade(agree, "Does this look right before I go deeper?").state is State.EXPLAINED


def test_turning_down_counts_where_the_item_says_so_and_a_reason_is_given(item):
    queue = item(any_of=["queue"], reject_ok=True, **{"with": ["synchronous", "waits"]})
    with_reason = "We do not use a queue, because the caller waits for the answer."
    without = "We do not use a queue. The caller waits for the answer."
    assert grade(queue, with_reason).state is State.EXPLAINED
    assert grade(queue, without).state is State.NAMED


def test_an_estimate_of_the_item_stands_for_a_reason(item):
    sized = item(numbers=["cache_bytes"])
    text = "The cache takes 17 GB of memory."
    assert grade(sized, text).state is State.EXPLAINED
    assert grade(sized, text, values={"cache_bytes": 16.7e9}).state is State.JUSTIFIED


@pytest.mark.parametrize("with_", [["cache"], ["cached"]])
def test_a_mechanism_must_say_more_than_the_concept(item, with_):
    assert (
        grade(item(**{"with": with_}), "The cache is a cache. It is cached.").state is State.NAMED
    )


def test_an_echo_earns_nothing(item):
    hint = "Think of a cache that keeps the hot links in memory."
    said = "A cache that keeps the hot links in memory."
    assert grade(item(), said).state is State.EXPLAINED
    assert grade(item(), said, echoes=[hint]).state is State.ABSENT


def test_more_than_the_hint_is_no_echo(item):
    hint = "Think of a cache for hot links."
    said = "The cache keeps a day of hot links, some 17 GB, and evicts by age."
    assert grade(item(), said, echoes=[hint]).state is State.EXPLAINED


@pytest.mark.parametrize(
    ("text", "line", "quote"),
    [
        ("Intro.\n\nWe like it.\nA cache keeps hot links. More.", 4, "A cache keeps hot links."),
        ("A cache is here.\nIt keeps hot links.", 1, "A cache is here.\nIt keeps hot links."),
        ("- one\n-  a cached row stays in memory\n", 2, "a cached row stays in memory"),
    ],
)
def test_the_quote_is_the_shortest_window_and_its_line_is_right(item, text, line, quote):
    graded = grade(item(), text)
    assert (graded.line, graded.quote) == (line, quote)


def test_the_rule_shows_the_words_that_fired(item):
    graded = grade(item(), f"{LRU}, so 90 % of reads end there.")
    assert graded.rule == (
        '"cache" with "hot links" in the same sentence; the figure "90 %" and a reason ("so")'
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "keeps the hot links in a cache"),
        ("Cache", "whole sentence"),
        ("We use a cache, LRU, eviction, shards, memory and a queue.", "out of the list"),
        ("We use a cache.", '"hot links"'),
        (f"{LRU}.", "because"),
        (f"{LRU}, so reads are fast.", "number with its unit"),
        (f"{LRU}. It takes 90 % of the reads.", "say why"),
        ("We do not need a cache.", "does use it"),
    ],
)
def test_a_miss_says_what_would_raise_it(item, text, words):
    assert words in grade(item(), text).next


def test_the_top_has_nothing_to_raise(item):
    assert grade(item(), f"{LRU}, so 90 % of reads end there.").next == ""


def test_a_contradiction_is_shown_and_not_settled_in_silence(item):
    graded = grade(item(), f"We do not need a cache for writes.\n\n{LRU}.")
    assert graded.state is State.EXPLAINED
    assert "line 1 says otherwise" in graded.rule


WORDS = st.sampled_from(
    (
        *("cache", "LRU", "we", "no", "not", "do", "need", "use", "a", "the", "memory.", "62^7"),
        *("because,", "so", "eviction?", "-", "#", "hot links", "90 %", "\n", "\n\n", "instead of"),
    )
)
ITEM = Item.model_validate(
    {
        "id": "cache",
        "step": "deep_dive",
        "axis": "depth",
        "weight": 1,
        "level": "mid",
        "claim": "Caches.",
        "any_of": ["cache", "62^7"],
        "with": ["hot links", "LRU", "memory"],
        "model": "A cache.",
        "why": "Reads.",
    }
)


@given(st.lists(WORDS, max_size=60))
def test_every_quote_is_a_stretch_of_the_text_on_its_line(words):
    text = " ".join(words)
    graded = grade(ITEM, text)
    assert graded.quote in text
    if graded.state is State.ABSENT:
        assert (graded.quote, graded.line) == ("", 0)
    else:
        assert graded.quote.split("\n")[0] in text.split("\n")[graded.line - 1]


@given(st.text(max_size=200))
def test_no_text_breaks_the_grader(text):
    assert grade(ITEM, text).quote in text
