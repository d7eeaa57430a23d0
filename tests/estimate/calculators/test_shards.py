"""Shards: the larger count of those by bytes and by writes."""

from __future__ import annotations

import pytest

from sdcli.core.errors import InputError
from sdcli.units import UnitError


@pytest.mark.parametrize(
    ("data", "per_shard_bytes", "shards", "used"),
    [
        ("50 GB", "10 GB", "5", "100%"),  # DynamoDB, 10 GB a partition: five of them, full
        ("8 GB", "10 GB", "1", "80%"),
        ("6.6 TB", "250 GB", "27", "97.78%"),  # 26.4; 6600 / 6750
        ("0", "10 GB", "1", "0%"),  # nothing stored stands somewhere too
    ],
)
def test_by_bytes(work, data, per_shard_bytes, shards, used):
    found = work("shards", data=data, per_shard_bytes=per_shard_bytes)
    assert (found["shards"], found["bytes_used"]) == (shards, used)
    assert "by_rate" not in found


@pytest.mark.parametrize(
    ("writes", "per_shard_rate", "expected"),
    [
        # 2500 / 1000 -> 3 < 5: the bytes decide, and the writes use half: 2500 / 5000
        ("2500", "1000", {"by_rate": "3", "shards": "5", "rate_used": "50%", "bytes_used": "100%"}),
        # 20,000 / 1000 = 20 > 5: the writes decide, and the shards are a quarter full
        (
            "20k",
            "1000",
            {"by_rate": "20", "shards": "20", "rate_used": "100%", "bytes_used": "25%"},
        ),
        # 86.4M a day are 1000 a second
        ("86.4M order/day", "1000", {"by_rate": "1", "shards": "5", "rate_used": "20%"}),
        ("0", "1000", {"by_rate": "0", "shards": "5", "rate_used": "0%"}),
    ],
)
def test_the_larger_of_both_decides(work, writes, per_shard_rate, expected):
    found = work(
        "shards",
        data="50 GB",
        per_shard_bytes="10 GB",
        writes=writes,
        per_shard_rate=per_shard_rate,
    )
    assert {name: found[name] for name in expected} == expected
    assert found["by_bytes"] == "5"


@pytest.mark.parametrize("alone", [{"writes": "20k"}, {"per_shard_rate": "5k"}])
def test_half_of_the_writes_is_refused(work, alone):
    with pytest.raises(InputError, match="--writes and --per-shard-rate go together"):
        work("shards", data="50 GB", per_shard_bytes="10 GB", **alone)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"per_shard_bytes": "0 GB"}, "per_shard_bytes"),
        ({"writes": "20k order/s", "per_shard_rate": "5k payment/s"}, "per_shard_rate"),
        ({"data": "50 Gbps"}, "data"),
    ],
)
def test_what_does_not_fit_is_refused(work, given, where):
    with pytest.raises(UnitError) as caught:
        work("shards", **{"data": "50 GB", "per_shard_bytes": "10 GB"} | given)
    assert caught.value.where == where
