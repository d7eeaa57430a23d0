"""Transfer: amount over what gets through."""

from __future__ import annotations

import pytest

from sdcli.core.errors import InputError
from sdcli.units import UnitError


@pytest.mark.parametrize(
    ("given", "throughput", "duration"),
    [
        # 8 Mbit / 1 Gbit/s = 8 ms (Dean's list rounds it to 10)
        ({"amount": "1 MB", "bandwidth": "1 Gbps"}, "1 Gbit/s", "8 ms"),
        ({"amount": "1 MB", "bandwidth": "10 Gbps"}, "10 Gbit/s", "800 us"),
        # 80 Tbit / 1 Gbit/s = 80,000 s = 22.22 hours
        ({"amount": "10 TB", "bandwidth": "1 Gbps"}, "1 Gbit/s", "22.22 hour"),
        # 80 % of the link: 100,000 s / 86,400 = 1.157 days
        (
            {"amount": "10 TB", "bandwidth": "1 Gbps", "efficiency": "80%"},
            "800 Mbit/s",
            "1.157 day",
        ),
        ({"amount": "1 MB", "bandwidth": "125 MB/s", "round_trip": "80 ms"}, "125 MB/s", "88 ms"),
        # 64 KiB for each 80 ms: 524,288 bit / 0.08 s = 6.5536 Mbit/s; 8 Mbit at that 1.2207 s
        (
            {"amount": "1 MB", "bandwidth": "1 Gbps", "round_trip": "80 ms", "window": "64 KiB"},
            "6.554 Mbit/s",
            "1.301 s",
        ),
        # 1 MB for each 1 ms would be 8 Gbit/s: the link is less
        (
            {"amount": "1 MB", "bandwidth": "1 Gbps", "round_trip": "1 ms", "window": "1 MB"},
            "1 Gbit/s",
            "9 ms",
        ),
        ({"amount": "0", "bandwidth": "1 Gbps"}, "1 Gbit/s", "0 s"),
    ],
)
def test_the_sum_by_hand(work, given, throughput, duration):
    assert work("transfer", **given) == {"throughput": throughput, "duration": duration}


def test_a_window_needs_a_round_trip(work):
    with pytest.raises(InputError, match="--window needs --round-trip"):
        work("transfer", amount="1 MB", bandwidth="1 Gbps", window="64 KiB")


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"bandwidth": "1000"}, "bandwidth"),  # Mbit/s, MB/s? nobody knows
        ({"bandwidth": "0 Gbps"}, "bandwidth"),
        ({"efficiency": "0%"}, "efficiency"),
        ({"efficiency": "120%"}, "efficiency"),
        ({"round_trip": "0 ms", "window": "64 KiB"}, "round_trip"),
    ],
)
def test_what_does_not_fit_is_refused(work, given, where):
    with pytest.raises(UnitError) as caught:
        work("transfer", **{"amount": "1 MB", "bandwidth": "1 Gbps"} | given)
    assert caught.value.where == where
