"""Servers: ceil(peak / (per server * utilisation)), and spare ones."""

from __future__ import annotations

import pytest

from sdcli.units import UnitError


@pytest.mark.parametrize(
    ("peak", "total"),
    [
        ("34.7", 2),  # 0.1 -> 1, and the spare one
        ("347", 2),  # 347 / 350 = 0.99 -> 1
        ("350", 2),  # exactly one
        ("351", 3),
        ("3472", 11),  # 9.92 -> 10
        ("34722", 101),  # 99.2 -> 100
        ("0", 1),
    ],
)
def test_one_more_than_are_busy(work, peak, total):
    """A server that is full at 500 request/s is planned for 350."""
    assert work("servers", peak=peak, per_server="500")["total"] == f"{total} server"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # 3472 / (11 * 500) = 63.127 %, and of ten 69.44 %
        ({}, {"load": "63.13%", "load_one_down": "69.44%"}),
        # 3472 / 500 = 6.9 -> 7 and none spare: 99.2 % each; of six 115.7 %
        (
            {"utilisation": "100%", "spare": "0"},
            {"busy": "7 server", "total": "7 server", "load": "99.2%", "load_one_down": "115.7%"},
        ),
        # 3472 / 250 = 13.9 -> 14, two spare
        ({"utilisation": "50%", "spare": "2 server"}, {"busy": "14 server", "total": "16 server"}),
        ({"per_server": "500 request/s/server"}, {"total": "11 server"}),
        ({"peak": "3472 tweet/s"}, {"total": "11 server"}),
        ({"peak": "3472/s", "per_server": "500/s"}, {"total": "11 server"}),
        ({"peak": "300M tweet/day", "per_server": "500 tweet/s"}, {"busy": "10 server"}),
    ],
)
def test_the_sum_by_hand(work, given, expected):
    found = work("servers", **{"peak": "3472", "per_server": "500"} | given)
    assert {name: found[name] for name in expected} == expected


def test_one_server_alone_leaves_none(work):
    found = work("servers", peak="100", per_server="500", spare="0")
    assert found == {"busy": "1 server", "total": "1 server", "load": "20%"}


def test_a_range_gives_whole_servers(work):
    """1000 to 4000 over 350: 2.86 to 11.4, so 3 to 12 busy."""
    found = work("servers", peak="1000 to 4000", per_server="500")
    assert found["busy"] == "3 to 12 server"
    assert found["total"] == "4 to 13 server"
    assert "load_one_down" in found


def test_a_range_without_spare_says_nothing_of_a_loss(work):
    """One server would be all there is in a few draws, though 400 / 350 needs two."""
    assert "load_one_down" not in work("servers", peak="400 to 4000", per_server="500", spare="0")


@pytest.mark.parametrize(
    ("given", "where", "what"),
    [
        ({"per_server": "0"}, "per_server", "this must be more than 0"),
        ({"per_server": "500 photo/s"}, "per_server", "this counts photo, but peak counts tweet"),
        ({"per_server": "500 tweet/s/node"}, "per_server", "this is not events per time for each"),
        ({"utilisation": "0%"}, "utilisation", "this must be from 1% to 100%"),
        ({"spare": "0.5"}, "spare", "this must be a whole number"),
        ({"spare": "1 to 2"}, "spare", "this takes one number, not a range"),
        ({"spare": "1 tweet"}, "spare", "this is not a number of server"),
    ],
)
def test_what_does_not_fit_is_refused(work, given, where, what):
    with pytest.raises(UnitError) as caught:
        work("servers", **{"peak": "3472 tweet/s", "per_server": "500 tweet/s"} | given)
    assert caught.value.where == where
    assert caught.value.what.startswith(what)
