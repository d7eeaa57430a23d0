"""Storage: rate times size times retention, with copies, overhead and growth."""

from __future__ import annotations

import pytest

from sdcli.estimate import registry
from sdcli.units import UnitError
from sdcli.units.conventions import Conventions

XU = {"rate": "30M photo/day", "size": "1 MB"}  # 150M users, 2 tweets each, 10 % with a photo


def test_the_photos_of_a_social_network(work):
    """Xu, vol. 1, ch. 2: 30 TB a day, ~55 PB in five years."""
    assert work("storage", **XU) == {
        "daily": "30 TB",  # 30M * 1 MB
        "yearly": "10.95 PB",  # times 365
        "raw": "54.75 PB",  # times 5
        "stored": "164.2 PB",  # times 3 = 164.25, and 4 digits round half to even
    }


@pytest.mark.parametrize(
    ("given", "raw", "stored"),
    [
        # 100M/day * 500 B * 365 * 10 = 182.5 TB
        ({"rate": "100M/day", "size": "500 B", "retention": "10 year"}, "182.5 TB", "547.5 TB"),
        # 1000/s * 86,400 s * 30 * 100 B = 259.2 GB
        ({"rate": "1000", "size": "100", "retention": "30 day"}, "259.2 GB", "777.6 GB"),
        # one copy: 30 TB * 7 = 210 TB
        ({**XU, "retention": "7 day", "replication": "1"}, "210 TB", "210 TB"),
        # erasure code 10 + 4: 210 TB * 1.4 = 294 TB
        ({**XU, "retention": "7 day", "replication": "1.4"}, "210 TB", "294 TB"),
        # indexes add 30 %: 210 TB * 1.3 * 2 = 546 TB
        (
            {**XU, "retention": "7 day", "replication": "2", "overhead": "30%"},
            "210 TB",
            "546 TB",
        ),
        # three years at 50 %: 1 + 1.5 + 2.25 = 4.75 first years of 10.95 PB = 52.0125 PB
        ({**XU, "retention": "3 year", "growth": "50%"}, "52.01 PB", "156 PB"),
        # two and a half: 1 + 1.5 + 2.25 / 2 = 3.625 first years = 39.69375 PB, times 3 = 119.08
        ({**XU, "retention": "2.5 year", "growth": "50%"}, "39.69 PB", "119.1 PB"),
        # doubling: 1 + 2 + 4 + 8 + 16 = 31 first years = 339.45 PB, times 3 = 1018.35
        ({**XU, "growth": "100%"}, "339.4 PB", "1.018 EB"),
        # within the first year nothing has grown: 30 TB * 30 = 900 TB
        ({**XU, "retention": "1 month", "growth": "50%"}, "900 TB", "2.7 PB"),
    ],
)
def test_the_sum_by_hand(work, given, raw, stored):
    found = work("storage", **given)
    assert (found["raw"], found["stored"]) == (raw, stored)


def test_growth_shows_its_steps(work):
    found = work("storage", **XU, retention="3 year", growth="50%")
    assert found["whole_years"] == "3"
    assert found["grown"] == "3.375"  # 1.5^3
    assert found["effective_retention"] == "4.75 year"
    assert found["yearly"] == "10.95 PB", "the first year has not grown yet"


def test_no_growth_is_the_plain_product(work):
    assert work("storage", **XU, growth="0%") == work("storage", **XU)


def test_a_little_growth_is_near_the_plain_product(work):
    """1 + 1.0001 + ... + 1.0001^4 = 5.001; 10.95 PB times that is 54.76."""
    assert work("storage", **XU, growth="0.01%")["raw"] == "54.76 PB"


@pytest.mark.parametrize("growth", ["1e-15%", "1e-8%", "1e-7%", "1e-6%", "1e-17 to 1e-12"])
def test_no_growth_is_too_small_to_be_right(work, growth):
    """(1 + 1e-17)^5 - 1 is 0 in a float, and nothing would be stored."""
    assert work("storage", **XU, growth=growth)["raw"] == "54.75 PB"


def test_a_range_of_growth_may_begin_at_next_to_nothing():
    """Half of the draws lie below sqrt(1e-17 * 0.5) = 2e-9 and give the plain product, or more."""
    storage = registry.get("storage")
    outcome = storage.run(storage.bind({**XU, "growth": "1e-15% to 50%"}))
    assert outcome.outputs["raw"].low == pytest.approx(54.75e15 * 8, rel=1e-6)


def test_uncertain_growth_gives_a_range():
    storage = registry.get("storage")
    outcome = storage.run(storage.bind({**XU, "retention": "3 year", "growth": "20% to 80%"}))
    raw = outcome.outputs["raw"]
    # 20 %: 3.64 first years = 39.858 PB; 80 %: 6.04 = 66.138 PB; sampled, so within a percent
    assert raw.low == pytest.approx(39.858e15 * 8, rel=0.01)
    assert raw.high == pytest.approx(66.138e15 * 8, rel=0.01)


def test_other_conventions_reach_the_defaults():
    """10^5 s a day: 1000/s * 1 KB is 100 GB a day; 300 days a year: 5 years are 150 TB."""
    storage = registry.get("storage")
    own = Conventions(100_000.0, 25.0, 300.0)
    outcome = storage.run(storage.bind({"rate": "1000", "size": "1 KB"}, conventions=own))
    assert [str(value) for value in outcome.outputs.values()] == [
        *("100 GB", "30 TB", "150 TB", "450 TB")
    ]


@pytest.mark.parametrize(
    ("given", "where", "what", "fix"),
    [
        ({"size": "1 MB/tweet"}, "size", "this is for each tweet, but rate counts photo", ""),
        ({"size": "1 MB/s"}, "size", "this is not an amount of information for each", ""),
        ({"retention": "5"}, "retention", "this is not a time", ""),
        ({"replication": "0"}, "replication", "this must be 1 or more", ""),
        ({"growth": "50"}, "growth", "this must be from 0 to 10", "write 50%"),
        ({"growth": "50%/year"}, "growth", "this is not a growth from year to year", ""),
        ({"overhead": "30"}, "overhead", "this must be from 0 to 10", "write 30%"),
    ],
)
def test_what_does_not_fit_is_refused(work, given, where, what, fix):
    with pytest.raises(UnitError) as caught:
        work("storage", **XU | given)
    assert caught.value.where == where
    assert caught.value.what.startswith(what)
    if fix:
        assert caught.value.fix == fix
