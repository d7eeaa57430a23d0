from __future__ import annotations

import pytest

from sdcli.scoring.grammar import listed, says_something
from sdcli.scoring.text import read


@pytest.mark.parametrize(
    "text",
    [
        "We shard the table by code.",
        "Shard the table by code.",
        "Nodes cache the hot keys.",
        "Links sharded by code, replicated in three places.",
        "A counter hands out blocks.",
        "The primary goes down.",
        "7 characters of base62 = 62^7 codes.",
        "It fails.",
        "Consistent hashing moves only neighbouring keys.",
        "p99 under 10 ms.",
        "1M operations per second.",
        "Out of scope: billing, teams.",
        "Snapshots freeze the state.",
        "API: get(key) -> value, put(key, value) -> ok, delete(key) -> ok",
        "get(key) → value",
        "Sums: 300 TB / 4 TB per node = 75 nodes, 300 TB / 75 nodes = 4 TB, 75 x 6 TB = 450 TB",
    ],
)
def test_a_sentence_with_a_verb_or_a_stated_figure_says_something(text):
    assert says_something(read(text)[0])


@pytest.mark.parametrize(
    "text",
    [
        "Cache",
        "cache, load balancer, sharding, CDN, consistent hashing, queue",
        "cache queue shard index store log",
        "base62 and combinations and trillion and redirect",
        "Caching: LRU, TTL, eviction",
        "client -> lb -> web -> cache",
        "virtual nodes / replication / quorum / gossip",
        "consistent hashing virtual node replicate quorum gossip merkle use give",
        "62^7, base62, trillion",
        "cache = LRU eviction TTL memory store index shards",
    ],
)
def test_a_list_of_terms_says_nothing(text):
    assert not says_something(read(text)[0])


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("We use a cache, shards, a CDN and a queue.", ["cache", "shards", "cdn", "queue"]),
        ("There are base62, combinations, trillion, redirect, 301.", ["base62", "trillion"]),
        ("Caching: LRU, TTL, eviction, memory", ["lru", "eviction"]),
    ],
)
def test_members_of_a_list_are_known_though_the_sentence_has_a_verb(text, members):
    sentence = read(text)[0]
    words = {sentence.tokens[at].text for at in listed(sentence)}
    assert set(members) <= words


@pytest.mark.parametrize(
    "text",
    [
        "The load balancer, the web servers and a cache take most of the reads.",
        "Reads go to the cache, misses go to the store, and the entry is filled.",
        "N=3, W=2, R=2, since every read must see the last write.",
        "A label: then a cache, that is all.",
        "API: get(key) -> value, put(key, value) -> ok, delete(key) -> ok",
        "100M / 30 d = 39/s, 39/s x 100 = 3,900/s, 300 TB / 4 TB = 75, 75 / 3 = 25, 25 x 4 = 100",
    ],
)
def test_clauses_and_short_enumerations_are_no_list(text):
    assert listed(read(text)[0]) == frozenset()
