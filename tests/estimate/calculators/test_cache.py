"""Cache: memory for the hot part, and what passes it."""

from __future__ import annotations

import pytest

from sdcli.core.errors import InputError
from sdcli.units import UnitError


def test_a_fifth_of_the_reads_of_a_day(work):
    """Grokking, URL shortener: 20K * 86,400 = ~1.7 billion a day, 20 % of 500 B each: ~170 GB."""
    assert work("cache", reads="20k", size="500 B") == {
        "working_set": "864 GB",  # 1.728G * 500 B
        "memory": "172.8 GB",
        "hits": "16k read/s",
        "misses": "4k read/s",
        "cold": "20k read/s",
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # 200M objects of 5 KB = 1 TB, all of it in memory; 5 % of 1M/s miss
        (
            {
                "objects": "200M",
                "size": "5 KB",
                "reads": "1M read/s",
                "hot_share": "100%",
                "hit_ratio": "95%",
            },
            {"working_set": "1 TB", "memory": "1 TB", "misses": "50k read/s", "cold": "1M read/s"},
        ),
        # two copies of a fifth of 1 TB
        (
            {"objects": "200M", "size": "5 KB/object", "copies": "2"},
            {"working_set": "1 TB", "memory": "400 GB"},
        ),
        # the size is for each object where there are objects, whatever the reads count
        (
            {"objects": "1M video", "size": "1 MB/video", "reads": "10 view/s"},
            {"working_set": "1 TB", "hits": "8 view/s"},
        ),
        # from 99 % to 97 % the misses triple: 1k of 100k, then 3k
        ({"reads": "100k", "size": "1 KB", "hit_ratio": "99%"}, {"misses": "1k read/s"}),
        ({"reads": "100k", "size": "1 KB", "hit_ratio": "97%"}, {"misses": "3k read/s"}),
        # 100M a day are said per second: 100M / 86,400 = 1,157.4, a fifth of it 231.5
        ({"reads": "100M view/day", "size": "1 KB"}, {"misses": "231.5 view/s"}),
        ({"reads": "100k", "size": "1 KB", "hit_ratio": "100%"}, {"misses": "0 read/s"}),
    ],
)
def test_the_sum_by_hand(work, given, expected):
    found = work("cache", **given)
    assert {name: found[name] for name in expected} == expected


def test_without_reads_there_are_no_rates(work):
    assert list(work("cache", objects="200M", size="5 KB")) == ["working_set", "memory"]


def test_it_needs_reads_or_objects(work):
    with pytest.raises(InputError, match="it needs --reads or --objects"):
        work("cache", size="5 KB")


@pytest.mark.parametrize("share", ["hot_share", "hit_ratio"])
def test_twenty_is_not_twenty_percent(work, share):
    with pytest.raises(UnitError) as caught:
        work("cache", reads="20k", size="500 B", **{share: "20"})
    assert (caught.value.where, caught.value.fix) == (share, "write 20%")
