from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from sdcli.scoring.allot import allot

WORTH = st.lists(
    st.dictionaries(st.integers(0, 3), st.integers(1, 9), max_size=4), min_size=1, max_size=5
)


def total(worth, chosen):
    return sum(row[at] for row, at in zip(worth, chosen, strict=True) if at is not None)


def best_by_trying_all(worth, capacity):
    options = [[None, *row] for row in worth]
    return max(
        total(worth, chosen)
        for chosen in product(*options)
        if all(chosen.count(at) <= capacity for at in chosen if at is not None)
    )


@given(WORTH, st.integers(1, 3))
def test_no_other_choice_is_worth_more(worth, capacity):
    chosen = allot(worth, capacity)
    assert all(at is None or at in row for at, row in zip(chosen, worth, strict=True))
    assert all(chosen.count(at) <= capacity for at in chosen if at is not None)
    assert total(worth, chosen) == best_by_trying_all(worth, capacity)


def test_a_newcomer_may_move_two_others():
    """Item 2 can only stand at 0: item 0 moves to 1, item 1 from there to 2."""
    assert allot([{0: 9, 1: 8}, {1: 9, 2: 8}, {0: 9}], capacity=1) == [1, 2, 0]


def test_who_loses_least_goes_without():
    assert allot([{0: 5}, {0: 9}, {0: 7}], capacity=2) == [None, 0, 0]


def test_the_first_of_equals_is_taken():
    assert allot([{4: 7, 2: 7}], capacity=3) == [4]
