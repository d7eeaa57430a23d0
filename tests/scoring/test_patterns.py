from __future__ import annotations

import pytest

from sdcli.scoring.patterns import hits, pattern
from sdcli.scoring.text import read


def found(words: str, text: str) -> list[str]:
    sentence = read(text)[0]
    return [text[hit.start : hit.end] for hit in pattern(words).hits(sentence)]


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        ("cache", "We cached it in caches.", ["cached", "caches"]),
        ("cache hit", "Nine of ten are cache-hits.", ["cache-hits"]),
        ("cache hit", "The cache, hit hard, fell.", []),  # a comma stands between
        ("cache hit", "A hit of the cache", ["hit of the cache"]),  # near, in any order
        ("hot key", "hot public keys", ["hot public keys"]),
        ("hot key", "a hot row with a few keys", []),  # three words between
        ("hot key", "hot, and the keys", []),  # in one clause only
        ("use cache", "use no cache", []),  # and with no denial between
        ("node dies", "a server that crashed", ["server that crashed"]),
        ("on a miss", "a miss on it", []),  # function words hold a phrase together
        ("100 ms", "ms in 100", []),
        ("read/write", "read-write ratio", ["read-write"]),
        ("fail over", "It fails over.", ["fails over"]),
        ("301", "a 301 or 3011", ["301"]),
        ("3.5 trillion", "3.5 trillion codes", ["3.5 trillion"]),
        ("10000", "10,000 keys", ["10,000"]),
        ("at least once", "at-least-once delivery", ["at-least-once"]),
    ],
)
def test_a_phrase_is_found_by_its_stems(words, text, expected):
    assert found(words, text) == expected


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        ("62^7", "62^7 codes", ["62^7"]),
        ("62^7", "62 ^ 7, 62**7 and 62⁷", ["62 ^ 7", "62**7", "62⁷"]),
        ("62^7", "162^7 and 62^72 and 62 7", []),
        ("W + R > N", "with W+R>N", ["W+R>N"]),
        ("99.9%", "99.9 % of it", ["99.9 %"]),
        ("99.9%", "199.9% of it", []),
        ("1/9", "moves 1/9 of them", ["1/9"]),
        ("100:1", "read to write 100:1.", ["100:1"]),
    ],
)
def test_signs_are_found_as_typed(words, text, expected):
    assert found(words, text) == expected


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("pub sub", "They publish, and a publish-subscribe bus carries it."),
        ("load balancer", "The LB picks one."),
        ("cache ttl", "The cache time to live is short."),
        ("qps", "40 requests per second"),
        ("virtual nodes", "many vnodes"),
    ],
)
def test_names_for_the_same_thing_find_each_other(words, text):
    assert found(words, text)


def test_hits_of_several_patterns_come_in_the_order_of_the_text():
    text = "A queue, a cache and 62^7."
    sentence = read(text)[0]
    got = [text[hit.start : hit.end] for hit in hits(["62^7", "cache", "queue"], sentence)]
    assert got == ["queue", "cache", "62^7"]


def test_hits_agree_with_each_pattern_alone():
    sentence = read("Cached hits of the LB beat 62^7 misses, and cache hits do too.")[0]
    words = ["cache hit", "load balancer", "62^7", "miss"]
    alone = sorted(hit for word in words for hit in pattern(word).hits(sentence))
    assert list(hits(words, sentence)) == alone
