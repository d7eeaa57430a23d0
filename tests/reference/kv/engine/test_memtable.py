"""Memtables: frozen, sorted once, merged as they become many."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.reference.kv.engine.memtable import PIECE, Frozen, together

KEYS = st.binary(max_size=2)
ENTRIES = st.none() | st.binary(max_size=2)


@given(
    st.dictionaries(KEYS, ENTRIES, max_size=40), st.none() | KEYS, st.none() | KEYS, st.booleans()
)
def test_the_entries_between_two_bounds_come_in_order(known, lo, hi, reverse) -> None:
    blocks = list(Frozen(known).blocks(lo, hi, reverse=reverse))
    pairs = [pair for keys, entries in blocks for pair in zip(keys, entries, strict=True)]
    inside = [
        (key, entry)
        for key, entry in sorted(known.items())
        if (lo is None or key >= lo) and (hi is None or key < hi)
    ]
    assert pairs == (inside[::-1] if reverse else inside)


@pytest.mark.parametrize("reverse", [False, True])
def test_many_entries_come_in_pieces(reverse) -> None:
    known = {b"%05d" % n: b"" for n in range(2 * PIECE + 1)}
    blocks = list(Frozen(known).blocks(reverse=reverse))
    assert sorted(len(keys) for keys, _ in blocks) == [1, PIECE, PIECE]
    assert [key for keys, _ in blocks for key in keys] == sorted(known, reverse=reverse)


def test_the_newer_of_two_shadows_the_elder_when_they_are_merged() -> None:
    elder, newer = Frozen({b"a": b"1", b"b": b"1"}), Frozen({b"b": None})
    (one,) = together((newer, elder))
    assert one.entries == {b"a": b"1", b"b": None}
    assert elder.entries == {b"a": b"1", b"b": b"1"}, "whoever holds the elder keeps it"


def test_one_that_is_small_beside_its_elder_stays_apart() -> None:
    elder = Frozen({b"%d" % n: b"" for n in range(5)})
    assert together((Frozen({b"x": b"", b"y": b""}), elder))[1] is elder  # 2 x 2 < 5
    assert len(together((Frozen({b"x": b"", b"y": b"", b"z": b""}), elder))) == 1  # 2 x 3 > 5


def test_there_are_never_more_than_a_logarithm_of_them() -> None:
    frozen: tuple[Frozen, ...] = ()
    for n in range(1000):
        frozen = together((Frozen({b"%04d" % n: b""}), *frozen))
        sizes = [len(one.entries) for one in frozen]
        # Each is more than twice as large as the next newer one: 1, 3, 7, ..., 511 make 1,013.
        assert all(2 * newer < elder for newer, elder in pairwise(sizes))
        assert sum(sizes) == n + 1
        assert len(sizes) <= 9
