"""The shipped questions: each rubric proves itself, and sound answers stand above the rest.

The answers in answers/ say what somebody who knows the subject would say, not what the
patterns ask for; they keep the scorer from drifting. They measure no precision or recall.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from sdcli.content import load_scenario, scenario_ids
from sdcli.core.chance import Chance
from sdcli.scoring import parse_answer, prove, score

SOUND = {path.stem: path.read_text() for path in Path(__file__).with_name("answers").glob("*.md")}
TEMPLATE = """\
# Scope
I would first clarify the functional and non-functional requirements with the interviewer, because
they drive the design. The system must be scalable, highly available and have low latency.
# High-level design
Clients talk to a load balancer that distributes requests to stateless application servers. We use
a message queue for asynchronous work so that the user does not have to wait. A CDN serves static
content close to the users.
# Deep dive
We shard the database and replicate each shard to three nodes. The cache uses LRU eviction with a
TTL. We could use SQL or NoSQL depending on the access patterns.
# Wrap up
The bottleneck is probably the database. At ten times the load we add more servers and shards.
"""
VAGUE = {
    "url-shortener": "We make links short with a good algorithm. It should be scalable and fast. We"
    " use a cache because redirects must be fast. The database stores the links.",
    "rate-limiter": "The limiter limits the requests of users. We choose the best algorithm. It"
    " must be distributed because there are many servers. We should monitor it.",
    "key-value-store": "The store keeps keys and values on many nodes. It is replicated so that it"
    " is available. We use a good hash function. Reads and writes are fast.",
}
TERMS = {
    "url-shortener": "base62, hash, MD5, counter, 301, 302, cache, LRU, Redis, load balancer,"
    " sharding, replication, consistent hashing, analytics, queue, TTL, expiry, rate limiting",
    "rate-limiter": "token bucket, leaky bucket, fixed window, sliding window, Redis, Lua, atomic,"
    " 429, Retry-After, gateway, rules, hot keys, fail open, race condition, burst, refill, quota",
    "key-value-store": "consistent hashing, virtual nodes, quorum, N, R, W, vector clocks, gossip,"
    " hinted handoff, Merkle tree, LSM tree, bloom filter, WAL, compaction, tombstone, replication",
}
DENIALS = {
    "url-shortener": "We do not need base62. We don't use a counter. There is no cache. We never"
    " answer 302. No queue counts the clicks. We do not shard the table by code.",
    "rate-limiter": "We do not need a token bucket. We don't use Redis or Lua. We never return 429."
    " There is no need to fail open. We do not shard the counters. No rules are cached.",
    "key-value-store": "We do not need consistent hashing. We don't use quorums. There are no"
    " vector clocks. We do not need gossip or Merkle trees. We never write a log.",
}


question = lru_cache(load_scenario)


def points(name, text, level="mid"):
    return score(question(name), parse_answer(text), level=level).score or 0.0


@pytest.mark.parametrize("name", scenario_ids())
def test_the_rubric_proves_itself(name):
    assert prove(question(name)) == []


@pytest.mark.parametrize("name", sorted(SOUND))
def test_a_sound_answer_stands_above_all_that_is_not_one(name):
    sound = points(name, SOUND[name])
    others = {
        "vague": VAGUE[name],
        "terms": TERMS[name],
        "denials": DENIALS[name],
        "template": TEMPLATE,
        **{other: text for other, text in SOUND.items() if other != name},
    }
    for what, text in others.items():
        assert points(name, text) <= sound - 15, what
    assert points(name, TERMS[name]) <= 25
    assert points(name, DENIALS[name]) <= points(name, VAGUE[name]) + 5
    assert points(name, TEMPLATE) <= 20


@pytest.mark.parametrize("name", sorted(SOUND))
def test_the_order_of_sentences_matters_little_and_saying_it_twice_not_at_all(name):
    sound = points(name, SOUND[name])
    sentences = [sentence.text for sentence in parse_answer(SOUND[name]).sentences]
    for seed in range(5):
        mixed = list(sentences)
        Chance(seed).shuffle(mixed)
        assert abs(points(name, "\n".join(mixed)) - sound) <= 10, f"seed {seed}"
    assert points(name, f"{SOUND[name]}\n{SOUND[name]}") == sound


@pytest.mark.parametrize("name", sorted(SOUND))
def test_no_sentence_of_a_sound_answer_lowers_its_score(name):
    sentences = [sentence.text for sentence in parse_answer(SOUND[name]).sentences]
    grown = [points(name, "\n".join(sentences[:count])) for count in range(len(sentences) + 1)]
    assert grown == sorted(grown)


@pytest.mark.parametrize("name", sorted(SOUND))
def test_every_quote_of_a_sound_answer_is_its_own(name):
    for item in score(question(name), parse_answer(SOUND[name]), level="staff").items:
        assert item.quote in SOUND[name]
        if item.quote:
            assert item.quote.splitlines()[0] in SOUND[name].splitlines()[item.line - 1]
