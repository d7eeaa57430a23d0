"""What is left of a whole: a difference that fits is what the writer means."""

from __future__ import annotations

import pytest

from tests.scoring.numbers_tables import checked, rows


@pytest.mark.parametrize(("text", "sound"), rows("rests"))
def test_a_subtraction_is_right(text, sound):
    assert [check.verdict for check in checked(text, sound)] == ["ok"]


@pytest.mark.parametrize(
    "text",
    [
        "101 nodes tolerate 50 failures, so 51 nodes are a quorum.",
        "101 nodes tolerate 50 failures, so 51 are a majority.",
        # wrong by far, but a difference that is misread looks the same
        "The disk holds 50 GB and 10 GB are used, so 4 GB are free.",
        "We store 2 TB a day for 30 days, so 1 TB is left.",
        "1000 servers, 10 fail, so 90 remain.",
        "5k servers of 10 users each, so 300 users are left.",
        "100M users with 2 posts each, so 3M reach the store.",
    ],
)
def test_what_is_left_is_never_held_against_the_writer(text):
    assert [check.verdict for check in checked(text, "") if check.verdict != "ok"] == []


@pytest.mark.parametrize(
    "text",
    [
        "We see 100k reads/s; the cache takes 50k reads/s, so the store sees 2 reads/s.",
        "1,000 nodes in all and 10 nodes down, so 10,000 nodes.",
        "12k reads/s and the CDN takes 3k hits/s, so 900 calls/s.",
        "12k a second, of which the CDN takes 4k a second, so 3 a second.",
    ],
)
def test_a_rate_is_no_quotient_of_two_rates_and_a_count_no_product_of_two_of_it(text):
    assert checked(text, "") == ()


@pytest.mark.parametrize(
    "text",
    [
        "At 4 KB the list has 100,000 hashes, so 4 MB is my compromise.",
        "1,000 points would make 240 KB instead of 38 KB, so I stay at 160 KB.",
        "300 TB at 8 % more than 4 TB a machine; so 6 TB disks leave room.",
        "Each keystroke is one lookup, so 100M searches a day become 23,000 lookups a second.",
        "One server spares 16 GB, and the index is 500 GB.",
        "100 PB with a difference of one and a half is 1 PB.",
        "We store it once per member because a room would write 100,000 rows.",
    ],
)
def test_what_is_chosen_or_about_another_thing_is_no_result(text):
    assert [check.verdict for check in checked(text, "") if check.verdict != "ok"] == []
