"""Claims: right, honestly rounded, or off; and what the slip looks like."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.estimate.claim import OK_FACTOR, ROUNDED_FACTOR, Judgement, judge
from sdcli.units import UnitError, parse, quantity
from sdcli.units.conventions import ROUGH


def judged(computed: str, claimed: str) -> Judgement:
    return judge(quantity(computed), quantity(claimed))


@pytest.mark.parametrize(
    ("computed", "claimed", "verdict"),
    [
        ("100 link", "100 link", "ok"),
        ("100 link", "105 link", "ok"),
        ("105 link", "100 link", "ok"),
        ("100 link", "106 link", "rounded"),
        ("100 link", "94 link", "rounded"),  # 1.064
        ("100 link", "126 link", "rounded"),
        ("126 link", "100 link", "rounded"),
        ("100 link", "127 link", "off"),
        ("100 link", "79 link", "off"),  # 1.266
        ("3472 tweet/s", "3.5k tweet/s", "ok"),
        ("-100 link", "-103 link", "ok"),
        ("100 link", "-100 link", "off"),
        ("0 link", "0 link", "ok"),
        ("0 link", "1 link", "off"),
        ("1 link", "0 link", "off"),
        ("100 to 400 link", "200 link", "ok"),  # a range by its median
    ],
)
def test_verdicts(computed, claimed, verdict):
    assert judged(computed, claimed).verdict == verdict


@pytest.mark.parametrize(
    ("computed", "claimed", "ratio"),
    [
        ("100 link", "1000 link", 10.0),  # claimed over computed: ten times too high
        ("100 link", "10 link", 0.1),
        ("100 link", "-100 link", -1.0),
        ("0 link", "0 link", 1.0),
        ("0 link", "1 link", None),
        ("1e-200 link", "1e200 link", None),  # beyond floating point
        ("1 link", "0 link", 0.0),
    ],
)
def test_the_ratio_says_how_much_too_high(computed, claimed, ratio):
    assert judged(computed, claimed).ratio == pytest.approx(ratio)


def test_the_thresholds():
    assert (OK_FACTOR, ROUNDED_FACTOR) == (1.05, 1.26)


def test_two_kinds_cannot_be_judged():
    with pytest.raises(UnitError, match="compares"):
        judged("1 GB", "1 s")


TWEETS = "150M user * 2 tweet/user/day to tweet/s"  # 300M / 86,400 = 3,472/s
MEDIA = "1 MB * 30M/day * 5 year to PB"  # 1e6 * 3e7 * 1825 = 54.75 PB


@pytest.mark.parametrize(
    ("computed", "claimed", "cause"),
    [
        # bits and bytes
        ("3 KB * 5000/s", "120 MB/s", "8 times too high: looks like bits read as bytes"),
        ("3 KB * 5000/s", "15 Mbps", "8 times too low: looks like bytes read as bits"),
        ("5 GB", "5 Gbit", "8 times too low: looks like bytes read as bits"),
        ("1 GB / (1 Gbps)", "1 s", "8 times too low: looks like bits and bytes mixed up"),
        # units of time, in rates: 300M/s is what comes in a day
        (TWEETS, "300M/s", "86,400 times too high: looks like a rate per day read as per second"),
        (TWEETS, "0.04/s", "86,400 times too low: looks like a rate per second read as per day"),
        # with a day of 10^5 s; the kind in play goes before "5 zeros too many"
        (TWEETS, "347M/s", "100,000 times too high: looks like a rate per day read as per second"),
        ("10/hour", "10/min", "60 times too high: looks like a rate per hour read as per minute"),
        ("10/s", "10/min", "60 times too low: looks like a rate per second read as per minute"),
        ("9 B/day", "270 B/day", "30 times too high: looks like a rate per month read as per day"),
        ("9 B/day", "0.3 B/day", "30 times too low: looks like a rate per day read as per month"),
        ("9/day", "63/day", "7 times too high: looks like a rate per week read as per day"),
        ("9/day", "3285/day", "365 times too high: looks like a rate per year read as per day"),
        ("9/month", "110/month", "12 times too high: looks like a rate per year read as per month"),
        ("9/s", "32.4k/s", "3,600 times too high: looks like a rate per hour read as per second"),
        ("1/month", "1/s", "2.592M times too high: looks like a rate per month read as per second"),
        # and in totals, where the time has cancelled: 54.75 PB / 365 * 30 = 4.5 PB
        (MEDIA, "4.5 PB", "12 times too low: looks like a month taken for a year"),
        (MEDIA, "1.8 PB", "30 times too low: looks like a day taken for a month"),
        (MEDIA, "0.15 PB", "365 times too low: looks like a day taken for a year"),
        ("30 TB/day * 1 day", "900 TB", "30 times too high: looks like a month taken for a day"),
        ("1 GB/hour * 1 day", "1 GB", "24 times too low: looks like an hour taken for a day"),
        # zeros and thousands
        (TWEETS, "35k/s", "10 times too high: looks like a zero too many"),
        (TWEETS, "350/s", "10 times too low: looks like a zero lost"),
        ("3472 link", "350k link", "100 times too high: looks like 2 zeros too many"),
        ("3472 link", "3.5M link", "1,000 times too high: looks one prefix off (k, M, G, T)"),
        ("3.5M link", "3.5k link", "1,000 times too low: looks one prefix off (k, M, G, T)"),
        ("2 TB", "2 GB", "1,000 times too low: looks one prefix off (k, M, G, T)"),
        ("2 GB/s", "2 TB/s", "1,000 times too high: looks one prefix off (k, M, G, T)"),
        ("5 link", "5M link", "1M times too high: looks two prefixes off (k, M, G, T)"),
        ("5 TB", "5.1 KB", "1G times too low: looks three prefixes off (k, M, G, T)"),
        # of a time the prefixes are others
        ("5 ms", "5 s", "1,000 times too high: looks like ms read as s, or us as ms"),
        ("5 s", "5 ms", "1,000 times too low: looks like s read as ms, or ms as us"),
        ("5 us/request", "5 s/request", "1M times too high: looks like us read as s, or ns as ms"),
        ("5 s", "5 us", "1M times too low: looks like s read as us, or ms as ns"),
        ("5 ns", "5 s", "1G times too high: looks like ns read as s"),
        ("5 s", "5 ns", "1G times too low: looks like s read as ns"),
        ("5 s", "50000 s", "10,000 times too high: looks like 4 zeros too many"),
        ("5 GB", "50 TB", "10,000 times too high: looks like 4 zeros too many"),
        # copies of what is stored
        ("3 * 10 TB", "10 TB", "3 times too low: are the 3 copies counted?"),
        ("2 * 10 TB", "10 TB", "2 times too low: are the 2 copies counted?"),
        ("10 TB", "30 TB", "3 times too high: are 3 copies counted that the sum leaves out?"),
        ("15 server", "5 server", "3 times too low: are the 3 copies counted?"),
        ("15 node", "5.2 node", "3 times too low: are the 3 copies counted?"),
        # percent
        ("20%", "0.2%", "100 times too low: looks like a percent of a percent"),
        ("20%", "20", "100 times too high: looks like a share read as a percent"),
    ],
)  # fmt: skip
def test_causes(computed, claimed, cause):
    judgement = judge(quantity(computed), _same_noun(quantity(computed), claimed))
    assert (judgement.verdict, judgement.cause) == ("off", cause)


def _same_noun(computed, claimed):
    """A claim in bare 1/s speaks of what the other side counts."""
    right = quantity(claimed)
    if right.dimension == computed.dimension:
        return right
    return right * quantity(f"1 {computed.dimension.nouns[0]}")


@pytest.mark.parametrize(
    ("computed", "claimed"),
    [
        ("10 link", "17 link"),  # 1.7: nothing
        ("10 link", "20 link"),  # links have no copies
        ("10 link", "30 link"),
        ("10 link", "80 link"),  # no bits in it
        ("10 link", "300 link"),  # no time in it
        ("10 TB/day", "20 TB/day"),  # a bandwidth has no copies
        ("3472/s", "17k/s"),  # 4.9
        ("3472/s", "150k/s"),  # 43
        ("10 MB", "65 MB"),  # 6.5: 8 is 23 % away
        ("10 MB", "115 MB"),  # 11.5: 10 is 15 % away
        ("0 link", "8 link"),
        ("100 link", "120 link"),  # rounded
        ("100 GB", "103 GB"),  # ok
    ],
)
def test_what_is_not_recognised_has_no_cause(computed, claimed):
    assert judged(computed, claimed).cause == ""


@pytest.mark.parametrize(
    ("computed", "claimed", "verdict", "ratio", "cause"),
    [
        # 0.01 % and 0.1 %
        ("4 nines", "3 nines", "off", 10, "the downtime differs by a factor of 10"),
        ("99.9%", "99.99%", "off", 0.1, "the downtime differs by a factor of 10"),
        ("99.99% * 99.99%", "99.98%", "ok", 1, ""),  # 0.019999 and 0.02 %
        ("99%", "98.9%", "rounded", 1.1, ""),
        ("99.9999999%", "99.99%", "off", 1e5, "the downtime differs by a factor of 100,000"),
        ("90%", "95%", "off", 0.5, "the downtime differs by a factor of 2"),
        ("100% - 0.05%", "99.95%", "ok", 1, ""),
    ],
)
def test_availabilities_are_judged_by_what_they_lack(computed, claimed, verdict, ratio, cause):
    judgement = judged(computed, claimed)
    assert (judgement.verdict, judgement.cause) == (verdict, cause)
    assert judgement.by_downtime or computed.startswith("100% -")
    assert judgement.ratio == (ratio if ratio is None else pytest.approx(ratio, rel=1e-4))


@pytest.mark.parametrize(
    ("computed", "claimed"),
    [
        ("50%", "49%"),  # shares
        ("91%", "89%"),
        ("0.99", "0.989"),  # not shown in percent
        ("105%", "104%"),
        ("33% + 33% + 33%", "100%"),  # honest rounding
    ],
)
def test_other_shares_are_judged_as_they_are(computed, claimed):
    judgement = judged(computed, claimed)
    assert (judgement.verdict, judgement.by_downtime) == ("ok", False)


@pytest.mark.parametrize(("computed", "claimed"), [("5", "-5"), ("-100 link", "1000 link")])
def test_a_sign_that_differs_is_said(computed, claimed):
    judgement = judged(computed, claimed)
    assert (judgement.verdict, judgement.cause) == ("off", "the sign differs")


def test_a_claim_may_be_rounded_and_is_still_recognised():
    """9.1 is 8 within 14 %: no; 8.7 within 9 %: yes, and nearer than 10 within 15 %."""
    assert judged("10 MB", "87 MB").cause.startswith("8 times")
    assert judged("10 MB", "73 MB").cause.startswith("8 times")
    assert judged("10 MB", "92 MB").cause.startswith("10 times")


def test_the_conventions_of_the_sum_count():
    rate = parse("300M tweet/day to tweet/s").evaluate({}, ROUGH)  # 3k/s with days of 10^5 s
    cause = judge(rate, quantity("300M tweet/s")).cause
    assert cause == "100,000 times too high: looks like a rate per day read as per second"


@given(
    st.floats(1e-3, 1e12),
    st.floats(1e-7, 1e7),
    st.sampled_from(["link", "MB", "s", "link/s", "MB/s", "server", "%", "USD/month"]),
)
def test_a_cause_belongs_to_what_is_off_and_names_its_direction(number, ratio, unit):
    one = quantity(f"{number!r} * 1 {unit}") if unit != "%" else quantity(f"{number!r} * 1")
    other = one * ratio
    judgement = judge(one, other)
    apart = max(judgement.ratio, 1 / judgement.ratio)
    assert judgement.ratio == pytest.approx(ratio)
    if judgement.cause:
        assert judgement.verdict == "off"
        assert (" too high: " if ratio > 1 else " too low: ") in judgement.cause
    tens = math.log10(apart)
    if abs(tens - round(tens)) < 0.04 and 1 <= round(tens) <= 12:
        assert judgement.cause  # within 10 % of a power of ten there always is one
