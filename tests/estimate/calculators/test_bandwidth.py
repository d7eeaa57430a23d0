"""Bandwidth: bits that come in and go out."""

from __future__ import annotations

import pytest

from sdcli.core.errors import InputError
from sdcli.estimate import registry
from sdcli.units import UnitError


@pytest.mark.parametrize(
    ("given", "ingress", "egress"),
    [
        # 5000 * 3000 B * 8 = 120 Mbit/s; 50,000 * 10,000 B * 8 = 4 Gbit/s
        (
            {"rate": "5k", "size": "3KB", "reads": "50k", "response": "10KB"},
            "120 Mbit/s",
            "4 Gbit/s",
        ),
        ({"rate": "40 kqps", "size": "1 KB/request"}, "320 Mbit/s", None),  # 40,000 * 8,000
        # Xu's photos: 30 TB / 86,400 s = 347.2 MB/s, times 8 = 2.778 Gbit/s
        ({"rate": "30M photo/day", "size": "1 MB"}, "2.778 Gbit/s", None),
        ({"rate": "5k", "size": "1 MB/photo"}, "40 Gbit/s", None),  # a plain rate counts photos
        ({"rate": "5k/s", "size": "1 MB/photo"}, "40 Gbit/s", None),
        ({"rate": "1", "size": "100"}, "800 bit/s", None),
        ({"rate": "1/s", "size": "1 KiB"}, "8.192 Kbit/s", None),  # 1024 * 8
        # in and out count different things
        (
            {"rate": "1 tweet/s", "size": "1 KB", "reads": "100 view/s", "response": "2 KB/view"},
            "8 Kbit/s",
            "1.6 Mbit/s",
        ),
    ],
)
def test_eight_bits_for_each_byte(work, given, ingress, egress):
    found = work("bandwidth", **given)
    assert (found["ingress"], found.get("egress")) == (ingress, egress)


def test_only_plain_numbers_are_assumed_to_be_something():
    """That 1 MB is for each photo follows from the rate."""
    found = registry.get("bandwidth")
    outcome = found.run(found.bind({"rate": "40k photo/s", "size": "1 MB"}))
    assert str(outcome.inputs["size"]) == "1 MB/photo"
    assert outcome.assumed == {}
    plain = found.run(found.bind({"rate": "40k", "size": "1 MB"}))
    assert plain.assumed == {"rate": "plain number"}


@pytest.mark.parametrize("alone", [{"reads": "50k"}, {"response": "10 KB"}])
def test_half_of_the_way_out_is_refused(work, alone):
    with pytest.raises(InputError, match="--reads and --response go together"):
        work("bandwidth", rate="5k", size="3 KB", **alone)


def test_a_size_of_something_else_is_refused(work):
    with pytest.raises(UnitError) as caught:
        work("bandwidth", rate="40k tweet/s", size="1 KB/photo")
    assert caught.value.render() == (
        "error: size: this is for each photo, but rate counts tweet\n"
        "   given: 1 KB/photo\n"
        "          information / photo\n"
        "expected: one noun in both, like 1 KB/tweet"
    )
