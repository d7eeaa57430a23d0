"""Zipf's law against sums on paper, and the sample against the law."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from sdcli.core.chance import Chance
from sdcli.experiments.zipf import HEAD, Zipf


@pytest.mark.parametrize(
    ("keys", "skew", "share"),
    [
        (1, 1.1, 1.0),
        (4, 0, 0.25),
        (3, 1, 6 / 11),  # 1 / (1 + 1/2 + 1/3)
        (2, 2, 0.8),  # 1 / (1 + 1/4)
        (10**6, 1, 1 / 14.392727),  # the millionth harmonic number: OEIS A001008 / A002805
        (10**15, 2, 6 / math.pi**2),  # the sum of all 1/i^2 is pi^2/6
        (10**15, 0, 1e-15),
    ],
)
def test_the_share_of_the_first_key(keys: int, skew: float, share: float) -> None:
    assert Zipf(keys, skew).share(1) == pytest.approx(share, rel=1e-6)


def test_the_key_of_rank_i_has_a_part_of_the_first() -> None:
    zipf = Zipf(100, 1.5)
    assert zipf.share(4) / zipf.share(1) == pytest.approx(1 / 8)  # 4^1.5
    assert math.fsum(map(zipf.share, range(1, 101))) == pytest.approx(1)


def test_the_sample_follows_the_law_in_the_head_and_behind_it() -> None:
    zipf, chance, draws = Zipf(10_000, 1.1), Chance(7), 20_000
    counts = Counter(zipf.draw(chance) for _ in range(draws))
    assert min(counts) == 1
    assert max(counts) <= 10_000
    behind = sum(count for rank, count in counts.items() if rank > HEAD) / draws
    # the integral from 2000.5 to 10000.5 of x^-1.1, over the sum of all 10,000
    law = 10 * (2000.5**-0.1 - 10_000.5**-0.1) / sum(i**-1.1 for i in range(1, 10_001))
    for share, expected in ((counts[1] / draws, zipf.share(1)), (behind, law)):
        assert share == pytest.approx(expected, abs=5 * math.sqrt(expected / draws))


def test_keys_that_are_all_alike_are_drawn_alike() -> None:
    counts = Counter(Zipf(4, 0).draw(Chance(3)) for _ in range(1))
    assert sum(counts.values()) == 1
    chance, zipf = Chance(3), Zipf(4, 0)
    drawn = Counter(zipf.draw(chance) for _ in range(4000))
    assert sorted(drawn) == [1, 2, 3, 4]
    assert all(abs(count - 1000) < 5 * math.sqrt(750) for count in drawn.values())  # binomial
