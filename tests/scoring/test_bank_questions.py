"""The answer banks: questions as people ask them reach the entry whose answer they want.

Each was written from the `answer` of an entry, without a look at its `match`.
"""

from __future__ import annotations

import pytest

from sdcli.content import load_scenario
from sdcli.scoring import match_question

QUESTIONS = {
    "url-shortener": (
        ("What machines are available?", "machines"),
        ("How many copies of each row do we keep?", "machines"),
        ("How many URLs do people shorten every month?", "scale"),
        ("On average, how many times is a link opened?", "ratio"),
        ("What is the average size of a stored link?", "size"),
        ("Do owners get a report of how often their links were opened?", "analytics"),
        ("Which characters are available for the codes?", "form"),
        ("Can an owner have a link removed?", "removal"),
        ("How soon must the author be able to open the new link?", "freshness"),
        ("What share of the time must redirects be available?", "availability"),
        ("Can I point an existing link to another page?", "change"),
        ("Are a few links opened far more often than the others?", "skew"),
        ("How many milliseconds may pass before a reader lands on the target?", "latency"),
        ("Is there much more traffic at some hours than on average?", "peak"),
        ("Can I see which links count as spam?", "abuse"),
    ),
    "key-value-store": (
        ("What machines are available?", "machines"),
        ("How many terabytes does the whole cluster hold?", "data-size"),
        ("What is the average size of one entry?", "value-size"),
        ("Must it stay available for writes when the network is cut in two?", "split"),
        ("How many copies of each value do we pay for?", "durability"),
        ("How long does a broken server usually stay away?", "outages"),
        ("Are there keys that are read much more than others?", "hot-keys"),
        ("Do callers want range scans?", "interface"),
        ("Can two people change one key at once?", "conflicts"),
        ("How many requests come in each second?", "rate"),
        ("Will it run in one place or in several cities?", "sites"),
        ("How many milliseconds may a get take?", "latency"),
        ("Can machines join while callers go on working?", "elasticity"),
        ("Do we compare the copies with each other?", "repair"),
        ("Are deleted values gone for ever?", "expiry"),
    ),
    "rate-limiter": (
        ("How many calls do all gateways take in the busiest second?", "scale"),
        ("How many milliseconds may a check cost?", "latency"),
        ("How many customers call us within an hour?", "clients"),
        ("Do we count by API key or by address?", "identity"),
        ("Is it bad if a few calls too many pass?", "accuracy"),
        ("Should calls pass when the counters cannot be reached?", "failure"),
        ("What do we answer to a client who is over the limit?", "refusal"),
        ("How many machines run the gateway?", "gateways"),
        ("Who may set the limits, and how often do they change?", "rules"),
        ("Do we have several data centres in the world?", "regions"),
        ("Do expensive calls count more?", "cost"),
        ("Which store is available for the counters?", "platform"),
        ("Must the counts outlive a restart?", "retention"),
        ("Can one customer send far more than all the others?", "skew"),
        ("How many calls may one user make in a second?", "limits"),
    ),
}
CASES = [(name, *pair) for name, pairs in QUESTIONS.items() for pair in pairs]


@pytest.mark.parametrize(("name", "asked", "expected"), CASES)
def test_a_question_as_people_ask_it_reaches_its_answer(
    name: str, asked: str, expected: str
) -> None:
    found = match_question(asked, load_scenario(name).questions)
    assert (found and found.id) == expected


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_the_banks_own_questions_reach_their_own_entries(name: str) -> None:
    bank = load_scenario(name).questions
    found = {question.id: match_question(question.ask, bank) for question in bank}
    assert {name: entry and entry.id for name, entry in found.items()} == {
        name: name for name in found
    }
