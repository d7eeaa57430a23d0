"""Anchors: which resource a result fills, and how much of it."""

from __future__ import annotations

import pytest

from sdcli.estimate import numbers
from sdcli.estimate.anchors import anchor
from sdcli.estimate.numbers_form import RESOURCES
from sdcli.units import quantity


@pytest.mark.parametrize(
    ("amount", "sort", "text"),
    [
        # 15 MB/s of 1250 MB/s
        ("120 Mbit/s", "", "1.2% of one 10 Gbit/s network card (1.25 GB/s, 2026)"),
        ("120 Mbit/s", "network", "1.2% of one 10 Gbit/s network card (1.25 GB/s, 2026)"),
        ("15 GB/s", "network", "12 network cards of 10 Gbit/s (1.25 GB/s each, 2026)"),
        ("54 TB", "", "2.7 disks of 20 TB (2026)"),
        ("54 TB", "disk", "2.7 disks of 20 TB (2026)"),
        ("5 TB", "disk", "25% of one disk of 20 TB (2026)"),
        ("64 GB", "memory", "25% of one machine with 256 GB of memory (2026)"),
        ("7k tweet/s", "", "1.4 database servers (5k request/s each, 2026)"),
        ("100/s", "server", "2% of one database server (5k request/s, 2026)"),
        # 16k of 100k
        (
            "16k read/s",
            "cache",
            "16% of one Redis process, without pipelining (100k request/s, 2026)",
        ),
        (
            "250k/s",
            "cache",
            "2.5 Redis processes, without pipelining (100k request/s each, 2026)",
        ),
    ],
)
def test_the_resource_that_a_result_fills(amount, sort, text):
    assert anchor(quantity(amount), sort).text == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("20 TB", "100% of one disk"),
        ("20.05 TB", "100% of one disk"),
        ("21 TB", "1.1 disks"),  # 1.05 is 1.1 in two digits
        ("19.95 TB", "100% of one disk"),
        ("20 GB", "0.1% of one disk"),
        ("19 GB", "under 0.1% of one disk"),
        ("1 B", "under 0.1% of one disk"),
        ("1e6 TB", "50k disks"),
    ],
)
def test_a_share_below_one_is_in_percent_and_above_it_in_pieces(amount, text):
    assert anchor(quantity(amount)).text.startswith(f"{text} of " if "disks" in text else text)


def test_of_a_range_the_median_counts():
    # sqrt(10 * 40) = 20
    assert anchor(quantity("10 to 40 TB")).share == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("amount", "sort"),
    [
        ("5 s", ""),
        ("$5", ""),
        ("3 user", ""),
        ("1 MB/request", ""),
        ("5", ""),
        ("5 TB", "network"),
        ("5 s", "server"),
        ("1k request/s", "disk"),
        ("10k connection", "server"),  # a count fills nothing: a port takes any number of clients
        ("0 B", ""),
        ("0 MB/s", "network"),
        ("5 TB", "printer"),
    ],
)
def test_what_fills_nothing_has_no_anchor(amount, sort):
    assert anchor(quantity(amount), sort) is None


def test_every_resource_has_a_capacity():
    filled = {capacity.resource for capacity in numbers.shipped().capacities.values()}
    assert filled == set(RESOURCES)
