"""Estimates that others have published, each as one line, judged as a claim.

Sources: Xu, System Design Interview vol. 1 (2020), by chapter; the system-design-primer
(github.com/donnemartin/system-design-primer), by exercise; Design Gurus, Grokking the System
Design Interview. Each prints the figure on the right. What rounds honestly is ok or rounded;
a slip is off.
"""

from __future__ import annotations

import pytest

from sdcli.estimate.claim import judge
from sdcli.units import statement

HONEST = [
    # Xu 2: Twitter
    "150M user * 2 tweet/user/day = 3500 tweet/s",
    "2 * 150M user * 2 tweet/user/day = 7000 tweet/s",
    "150M user * 2 tweet/user/day * 10% * 1 MB/tweet = 30 TB/day",
    "30 TB/day * 5 year = 55 PB",
    # Xu 8: URL shortener
    "100M url/day = 1160 url/s",
    "10 * 100M url/day = 11600 url/s",
    "100M url/day * 10 year = 365 billion url",
    "62^7 = 3.5 trillion",
    # Xu 9: web crawler
    "1 billion page/month = 400 page/s",
    "1 billion page/month * 500 KB/page = 500 TB/month",
    "500 TB/month * 60 month = 30 PB",
    # Xu 13: autocomplete, a request for each of 20 characters
    "10M user * 10 search/user/day * 20 request/search = 24000 request/s",
    "10M user * 10 search/user/day * 20 B/search * 20% = 0.4 GB/day",
    # Xu 14: YouTube
    "5M user * 10% * 1 video/user/day * 300 MB/video = 150 TB/day",
    "5M user * 5 video/user/day * 0.3 GB/video * $0.02/GB = $150000/day",
    # Xu 15: Google Drive
    "50M user * 10 GB/user = 500 PB",
    "10M user * 2 upload/user/day = 240 upload/s",
    # Primer: its rule of thumb, then Pastebin, Twitter, web crawler, Mint, sales rank, cache
    "1 billion request/month = 400 request/s",
    "10M paste/month * 1.27 KB/paste = 12.7 GB/month",
    "12.7 GB/month * 36 month = 450 GB",
    "10M paste/month = 4 paste/s",
    "100M read/month = 40 read/s",
    "500M tweet/day * 10 KB/tweet = 150 TB/month",
    "150 TB/month * 36 month = 5.4 PB",
    "500M tweet/day = 6000 tweet/s",
    "250 billion read/month = 100k read/s",
    "4 billion page/month * 500 KB/page = 2 PB/month",
    "2 PB/month * 36 month = 72 PB",
    "4 billion page/month = 1600 page/s",
    "100 billion search/month = 40k search/s",
    "5 billion transaction/month * 50 B/transaction = 250 GB/month",
    "5 billion transaction/month = 2000 transaction/s",
    "1 billion transaction/month * 40 B/transaction = 40 GB/month",
    "10 billion query/month * 270 B/query = 2.7 TB/month",
    # Grokking: URL shortener, Pastebin, Instagram, Twitter, YouTube
    "500M url/month = 200 url/s",
    "100 * 500M url/month = 19k url/s",
    "500M url/month * 5 year = 30 billion url",
    "30 billion url * 500 B/url = 15 TB",
    "19k url/s * 500 B/url = 9 MB/s",
    "19k url/s * 1 day * 20% * 500 B/url = 170 GB",
    "1M paste/day = 12 paste/s",
    "1M paste/day * 10 KB/paste * 10 year = 36 TB",
    "2M photo/day * 200 KB/photo = 400 GB/day",
    "400 GB/day * 10 year = 1425 TB",
    "100M tweet/day * (200 KB/tweet / 5 + 2 MB/tweet / 10) = 24 TB/day",
    "24 TB/day = 290 MB/s",
    "800M user * 5 video/user/day = 46k video/s",
    "500 hour/min * 50 MB/min = 25 GB/s",
]

SLIPS = [
    # Xu 8: 365 billion records for ten years, times ten years once more: 36.5 TB is right.
    ("100M url/day * 10 year * 100 B/url = 365 TB", 10.0, "10"),
    # A shortener's peak traffic is printed as 2 * 10^6 * 1 KB = 2000 Mb: megabytes are right.
    ("2M request/s * 1 KB/request = 2000 Mbps", 8.0, "bit"),
    # The same page divides a month's 10^9 by the seconds of a day: 386/s is right.
    ("1 billion url/month = 11574 url/s", 30.0, "month"),
]


@pytest.mark.parametrize("line", HONEST)
def test_an_estimate_comes_out_as_published(line: str) -> None:
    _, expression = statement(line)
    computed, operator, claimed = expression.sides({})
    assert operator == "="
    judgement = judge(computed, claimed)
    assert judgement.verdict in {"ok", "rounded"}, judgement
    assert judgement.cause == ""


@pytest.mark.parametrize(("line", "factor", "cause"), SLIPS)
def test_a_slip_is_caught_and_named(line: str, factor: float, cause: str) -> None:
    _, expression = statement(line)
    computed, _, claimed = expression.sides({})
    judgement = judge(computed, claimed)
    assert judgement.verdict == "off"
    assert judgement.ratio is not None
    assert max(judgement.ratio, 1 / judgement.ratio) == pytest.approx(factor, rel=0.01)
    assert cause in judgement.cause


def test_a_figure_that_is_a_little_off_is_not_called_right() -> None:
    """The primer prints 1m 5s a week for 99.99 %; 10^-4 of 604,800 s are 60.5 s."""
    _, expression = statement("0.0001 * 1 week = 65 s")
    computed, _, claimed = expression.sides({})
    assert judge(computed, claimed).verdict == "rounded"
