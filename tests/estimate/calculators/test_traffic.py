"""Traffic: users of a day times what each does."""

from __future__ import annotations

import pytest

from sdcli.estimate import registry
from sdcli.units import UnitError
from sdcli.units.conventions import Conventions


@pytest.mark.parametrize(
    ("users", "actions", "average", "peak"),
    [
        # 150M * 2 / 86,400 = 3,472.2; Xu, vol. 1, ch. 2: ~3,500, peak ~7,000
        ("150M", "2 tweet/user/day", "3.472k tweet/s", "6.944k tweet/s"),
        ("150M", "2", "3.472k request/s", "6.944k request/s"),
        ("150M user", "2 tweet/day", "3.472k tweet/s", "6.944k tweet/s"),
        ("300M * 50%", "2 tweet/user/day", "3.472k tweet/s", "6.944k tweet/s"),
        # 150M * 2 / 86,400 without a noun stays without one
        ("150M", "2/day", "3.472k/s", "6.944k/s"),
        # 10M * 60 / (30 * 86,400) = 231.48
        ("10M", "60 search/user/month", "231.5 search/s", "463 search/s"),
        # a slow service is said per second all the same: 1000 * 2 / 86,400 = 0.023148
        ("1000", "2", "0.02315 request/s", "0.0463 request/s"),
        ("0", "2", "0 request/s", "0 request/s"),
    ],
)
def test_users_times_actions_per_second(work, users, actions, average, peak):
    assert work("traffic", users=users, actions=actions) == {"average": average, "peak": peak}


def test_a_careful_factor_makes_a_higher_peak(work):
    """Xu, vol. 2, ch. 3: 1 billion users, 5 minutes a day, a place every 15 s: 200,000, peak 1M."""
    # 5 * 60 / 15 = 20 a day; 20G / 86,400 = 231.5k; by days of 10^5 s it is his 200k
    found = work("traffic", users="1G user", actions="20 event/user/day", peak_factor="5")
    assert found == {"average": "231.5k event/s", "peak": "1.157M event/s"}


@pytest.mark.parametrize(
    ("actions", "read_ratio", "reads", "reads_peak"),
    [
        # 100M/day / 86,400 = 1,157.4, times 10; Xu, vol. 1, ch. 8: 1,160 and 11,600
        ("1 url/user/day", "10", "11.57k url/s", "23.15k url/s"),
        ("1 url/user/day", "10 view/url", "11.57k view/s", "23.15k view/s"),
        ("1 url/user/day", "10 view", "11.57k view/s", "23.15k view/s"),
        ("1", "10 view/url", "11.57k view/s", "23.15k view/s"),
    ],
)
def test_reads_come_beside_the_actions(work, actions, read_ratio, reads, reads_peak):
    found = work("traffic", users="100M", actions=actions, read_ratio=read_ratio)
    assert found["average"].startswith("1.157k ")
    assert (found["reads"], found["reads_peak"]) == (reads, reads_peak)


def test_a_day_of_ten_to_the_five_seconds_gives_the_round_figures():
    """150M * 2 / 10^5 = 3,000, also where the day was filled in for a plain number."""
    traffic = registry.get("traffic")
    rough = Conventions(100_000.0)
    outcome = traffic.run(traffic.bind({"users": "150M", "actions": "2"}, conventions=rough))
    assert str(outcome.outputs["average"]) == "3k request/s"
    assert outcome.conventions == {"day": "100,000 s"}


def test_ranges_of_both_factors():
    """Medians multiply: sqrt(100M * 200M) * sqrt(1 * 4) / 86,400 = 3,273.6."""
    traffic = registry.get("traffic")
    outcome = traffic.run(traffic.bind({"users": "100M to 200M", "actions": "1 to 4"}))
    assert outcome.outputs["average"].summary() == "3.274k request/s (1.508k to 7.105k)"
    # low = 3,273.6 / e^(sqrt((ln 2)^2 + (ln 4)^2) / 2) = 3,273.6 / e^0.77497 = 1,508.2


def test_what_was_filled_in_is_assumed():
    traffic = registry.get("traffic")
    outcome = traffic.run(traffic.bind({"users": "150M", "actions": "2 tweet/user/day"}))
    assert outcome.assumed == {"users": "plain number", "peak_factor": "default"}
    assert outcome.working == (
        "average = users × actions = 150M user × 2 tweet/user/day = 3.472k tweet/s",
        "peak = average × peak_factor = 3.472k tweet/s × 2 = 6.944k tweet/s",
    )


def test_what_is_taken_for_each_user_is_assumed():
    """2 tweet/day may have been meant for all users together."""
    traffic = registry.get("traffic")
    outcome = traffic.run(traffic.bind({"users": "10M user", "actions": "2 tweet/day"}))
    assert str(outcome.inputs["actions"]) == "2 tweet/user/day"
    assert outcome.assumed == {"actions": "for each user", "peak_factor": "default"}


@pytest.mark.parametrize(
    ("given", "where", "what"),
    [
        ({"users": "150M session"}, "actions", "this is for each user, but users counts session"),
        ({"actions": "2 MB/day"}, "actions", "this is not events for each user and time"),
        ({"actions": "2 tweet"}, "actions", "this is not events for each user and time"),
        ({"peak_factor": "0.5"}, "peak_factor", "this must be 1 or more"),
        ({"read_ratio": "10 view/url"}, "read_ratio", "this is for each url, but actions counts"),
    ],
)
def test_what_does_not_fit_is_refused(work, given, where, what):
    with pytest.raises(UnitError) as caught:
        work("traffic", **{"users": "150M user", "actions": "2 tweet/user/day"} | given)
    assert caught.value.where == where
    assert caught.value.what.startswith(what)
