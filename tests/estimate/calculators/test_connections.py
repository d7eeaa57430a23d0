"""Connections: who is online, what it holds in memory, and the storm after a cut."""

from __future__ import annotations

import pytest

from sdcli.units import UnitError


def test_a_million_at_once_on_one_box(work):
    """Xu, vol. 1, ch. 12: 1M concurrent users at 10 KB need about 10 GB."""
    assert work("connections", users="1M", online="100%") == {
        "connections": "1M connection",
        "memory": "10 GB",
        "reconnects": "16.67k connection/s",  # 1M / 60
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # 50M * 10 % = 5M; at 100k a server 50 of them, at 99k 50.5 -> 51
        ({"users": "50M", "per_server": "100k"}, {"servers": "50 server", "memory": "50 GB"}),
        ({"users": "50M", "per_server": "99k connection/server"}, {"servers": "51 server"}),
        # phone and browser: 5M * 2 = 10M, * 4 KB = 40 GB, over 5 min = 33,333/s
        (
            {"users": "50M", "each": "2", "size": "4 KB", "reconnect_time": "5 min"},
            {
                "connections": "10M connection",
                "memory": "40 GB",
                "reconnects": "33.33k connection/s",
            },
        ),
        ({"users": "10M session", "each": "2 connection/session"}, {"memory": "20 GB"}),
        ({"users": "10M", "size": "4 KB/connection"}, {"memory": "4 GB"}),
    ],
)
def test_the_sum_by_hand(work, given, expected):
    found = work("connections", **given)
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"online": "10"}, "online"),
        ({"each": "2 connection/session"}, "each"),
        ({"size": "4 KB/request"}, "size"),
        ({"per_server": "0"}, "per_server"),
        ({"reconnect_time": "60"}, "reconnect_time"),
    ],
)
def test_what_does_not_fit_is_refused(work, given, where):
    with pytest.raises(UnitError) as caught:
        work("connections", **{"users": "1M user"} | given)
    assert caught.value.where == where
