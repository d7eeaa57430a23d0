"""Results that are said: each text in a sound and an unsound version (tests/scoring/numbers)."""

from __future__ import annotations

import pytest

from tests.scoring.numbers_tables import checked, is_flagged, rows

TUNED = [*rows("said"), *rows("heard")]


@pytest.mark.parametrize(("text", "sound", "unsound"), TUNED)
def test_a_result_that_is_off_ten_times_is_flagged_and_a_sound_one_is_not(text, sound, unsound):
    assert not is_flagged(text, sound)
    assert is_flagged(text, unsound)


def test_sound_results_get_a_verdict_too():
    """Silence would never flag a sound result either."""
    judged = [
        any(check.quote.endswith(sound[-8:]) or sound in check.quote for check in found)
        for text, sound, _ in TUNED
        if (found := checked(text, sound)) is not None
    ]
    assert len(judged) >= 200
    assert sum(judged) >= 0.95 * len(judged)


@pytest.mark.parametrize(("text", "sound", "unsound"), rows("limits"))
def test_what_is_not_read_gets_no_verdict(text, sound, unsound):
    """Known limits: these pass though they are wrong; when one is read, it moves to heard.txt."""
    assert not is_flagged(text, sound)
    assert not is_flagged(text, unsound)


@pytest.mark.parametrize(
    "text",
    [
        "We keep 3 replicas, p99 under 100 ms, and 99.9 % of requests must succeed.",
        "100M users, so 64 bits are enough for an id.",
        "10 TB on 4 nodes; 20M connections need about 40 hosts.",
        "Ten times the users would need 300 nodes.",
        "We have 10M users and 5 posts each, so 3 replicas are plenty.",
        "Writes are 40 a second. Reads are 4,000 a second.",
        "1,000 requests a second on average, so 20k requests a second at peak.",
        "A post has 500 bytes. The feed holds 800 entries and takes 60 ms.",
        "In 2024 we had 5M users, so version 2 came.",
        "Server 21 joins and takes 5,000 keys.",
        "With 160 points per node the spread is 8 %, and the fullest node holds 5 TB.",
        "500 photos of 2 MB; the API answers with 20 a page.",
        "We allow 600 calls a minute, so a client that sends 10 a second is fine.",
        "I assume 10M users. The timeout is 200 ms and we retry 3 times.",
        "Storage grows 50 GB a day. Bandwidth is 5 GB/s.",
        "Step 2 takes 10 minutes, step 3 takes 25 minutes.",
        "7 days, 30 days, 1 year: so we keep logs for 30 days.",
        "One key in 20 moves, so the database sees 95,000 reads a second.",
        "Peak QPS is 10k.",
        "200 people follow it, which is 6 million reads a second.",
        # a budget, a peak without its factor, machines without what one of them takes
        "2M requests a day of 4 KB each, and the budget is 100 TB a day.",
        "86M requests a day, so at the peak 20k requests a second.",
        "40k writes a second over 5 regions means 300 servers.",
        # small counts of one thing, where the rate stands elsewhere or nowhere
        "20 prefixes of 5 letters make 50k lookups a second.",
        # of a load that nobody has stated
        "10 times the users with 5 posts a day make 200M posts a day.",
        # what none of the numbers speaks of
        "10M users with 50 posts, so 20 moderators.",
    ],
)
def test_numbers_that_stand_beside_each_other_are_not_held_against_each_other(text):
    assert not is_flagged(text, "")


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        # 70 x 2 MB = 140 MB/s = 1.12 Gbit/s
        ("70 uploads a second of 2 MB is 140 Mbit/s.", "8 times too low: looks like bytes read as"),
        # 100M / month = 38.6/s
        ("100M links a month is 1,160 a second.", "30 times too high: looks like a rate per month"),
        ("100M calls a day is 100M a second.", "86,400 times too high: looks like a rate per day"),
        # 10G x 100 B = 1 TB
        ("10 billion keys of 100 bytes come to 1 GB.", "1,000 times too low: looks one prefix off"),
        ("100 TB in three copies is 100 TB of disk.", "3 times too low: are the 3 copies counted?"),
        # 500M / 86,400 = 5,787; 23k is 4 times that
        ("500M tweets per day, which is 23k per second.", "4 times too high"),
        ("500M tweets per day, which is 6k per second.", ""),
        ("10 TB a day in 5 copies is 10 TB a day.", "5 times too low: are the 5 copies counted?"),
        # 100M / 30 = 3.3M; 120M is 36 times that: a month for a day, and rounded up
        ("100M calls a month is 120M a day.", "30 times too high: looks like a rate per month"),
        # 100 GB = 800 Gbit: 800 s; 3 PB = 24M Gbit / 10 Gbit/s = 2.4M s = 667 hours
        (
            "100 GB over a 1 Gbps link takes 100 seconds",
            "8 times too low: looks like bits and bytes mixed up",
        ),
        ("100 GB / 1 Gbps = 100 s", "8 times too low: looks like bits and bytes mixed up"),
        ("3 PB / 10 Gbps = 83 hours", "8 times too low: looks like bits and bytes mixed up"),
        # 800 s; 120 s are 6.7 times less, within 25 % of eight
        ("100 GB over a 1 Gbps link takes 2 minutes", "8 times too low: looks like bits"),
        ("100 GB over a 1 Gbps link takes 4 minutes", "3.3 times too low"),
        ("5B a day / 86400 = 58M/s", "1,000 times too high: looks one prefix off"),
        ("12 * 30 = 3600", "10 times too high: looks like a zero too many"),
    ],
)
def test_a_slip_is_named_where_it_is_recognised(text, cause):
    (check,) = checked(text, "")
    assert check.cause.startswith(cause)
    assert bool(check.cause) == bool(cause)


def test_eight_times_is_only_a_factor_where_no_bits_stand():
    (check,) = checked("100 GB at 1 GB/s takes 12.5 seconds", "")  # 100 s
    assert check.cause == "8 times too low"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        # 500M / 86,400 = 5,787: within 30 %, a factor of 3, of 10, and more
        ("500M tweets per day is 7k per second.", "ok"),
        ("500M tweets per day is 12k per second.", "rounded"),
        ("500M tweets per day is 40k per second.", "rounded"),
        ("500M tweets per day is 60k per second.", "off"),
        # a day has 86,400 seconds or 10^5, a month 2.6M or 2.5M
        # 2M x 1.5 MB = 3 TB
        ("2M users with one and a half MB each make 3 TB.", "ok"),
        ("864M calls a day are 8,640 calls a second.", "ok"),
        ("100M links a month are 40 links a second.", "ok"),
    ],
)
def test_what_is_said_is_rounded_as_people_round(text, verdict):
    assert [check.verdict for check in checked(text, "")] == [verdict]


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("100M links a month is 40 a second, so one primary is enough.", True),
        ("100M links a month is 40 a second. Therefore we need no shards.", True),
        ("100M links a month is 40 a second. It fits on one machine.", True),
        ("10M clients * 64 B = 640 MB, which forces nothing.", True),
        ("100M links a month is 40 a second. Users like short links.", False),
        ("100M links a month is 40 a second.\n\n# Shards\n\nUsers come.", False),
    ],
)
def test_a_number_is_used_where_this_sentence_or_the_next_decides(text, used):
    assert [check.used for check in checked(text, "")] == [used]


def test_a_quote_is_verbatim_and_holds_the_whole_sum():
    text = (
        "Load.\n\nOur city is large, as we said, and in it 3M riders with 2 trips each\n"
        "make 6M a day, so about 70 a second."
    )
    one, two = checked(text, "")
    assert one.quote == "3M riders with 2 trips each\nmake 6M a day"
    assert two.quote == "6M a day, so about 70 a second"
    assert (one.line, two.line) == (3, 4)
    assert two.computed == "69.44/s"


def test_json_has_cause_and_use():
    (check,) = checked("100M links a month is 1,160 a second.", "")
    assert list(check.to_json()) == ["quote", "line", "verdict", "computed", "cause", "used"]
