"""The one source of randomness: stable, and close enough to its distributions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.chance import Chance


def test_the_stream_is_the_one_that_python_promises_to_keep():
    """random.Random(7).random(), from CPython's Mersenne twister, as printed by 3.2 to 3.13."""
    assert Chance(7).uniform() == 0.32383276483316237


def test_children_depend_on_seed_and_name_only():
    first = Chance(7)
    first.uniform()
    assert first.child("a").uniform() == Chance(7).child("a").uniform()
    assert Chance(7).child("a").uniform() != Chance(7).child("b").uniform()
    assert Chance(7).child("a").uniform() != Chance(8).child("a").uniform()


@given(st.integers(0, 2**32), st.integers(1, 10**6))
def test_below_stays_below(seed, limit):
    assert 0 <= Chance(seed).below(limit) < limit


@given(st.integers(0, 2**32), st.lists(st.integers(), max_size=30))
def test_shuffle_keeps_what_it_shuffles(seed, items):
    shuffled = list(items)
    Chance(seed).shuffle(shuffled)
    assert sorted(shuffled) == sorted(items)


def test_a_shuffle_reaches_every_order():
    seen = set()
    chance = Chance(7)
    for _ in range(200):
        items = [1, 2, 3]
        chance.shuffle(items)
        seen.add(tuple(items))
    assert len(seen) == 6


@pytest.mark.parametrize(
    ("draw", "mean", "deviation"),
    [
        (lambda c: c.uniform(), 0.5, 12**-0.5),
        (lambda c: c.normal(), 0.0, 1.0),
        (lambda c: float(c.below(10)), 4.5, 8.25**0.5),
    ],
)
def test_means_lie_within_four_standard_errors(draw, mean, deviation):
    chance, n = Chance(7), 20_000
    average = sum(draw(chance) for _ in range(n)) / n
    assert abs(average - mean) < 4 * deviation / n**0.5


def test_a_limit_of_nothing_is_refused():
    with pytest.raises(ValueError, match="positive"):
        Chance(7).below(0)


@pytest.mark.parametrize(
    ("drawn", "normal"),
    [(0.0, -8.29), (1.0 - 2.0**-53, 8.21), (0.5, 0.0)],  # Φ(-8.29) = 2^-54, Φ(-8.21) = 2^-53
)
def test_the_extreme_draws_are_finite_normals(drawn, normal, monkeypatch):
    """random() draws k/2^53 from 0 to 1 - 2^-53; half a step more at the top would round to 1."""
    chance = Chance(7)
    monkeypatch.setattr(chance._random, "random", lambda: drawn)
    assert chance.normal() == pytest.approx(normal, abs=0.01)


def test_normals_are_those_that_documents_were_built_with():
    """Φ(-0.457007) = 0.323833: the first draw of seed 7, read in a table of the normal."""
    assert Chance(7).normal() == pytest.approx(-0.457, abs=0.0005)
