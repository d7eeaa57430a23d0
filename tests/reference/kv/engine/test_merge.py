"""Merging against a dict that the sources are put into, the oldest first."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.reference.kv.engine.entries import Expiring
from sdcli.reference.kv.engine.merge import live, merged

KEYS = st.binary(min_size=0, max_size=2) | st.integers(0, 30).map(lambda n: b"%02d" % n)
NOON = 1_000
ENTRIES = (
    st.none()
    | st.binary(max_size=2)
    | st.builds(Expiring, st.binary(max_size=2), st.integers(NOON - 2, NOON + 2))
)
SOURCES = st.lists(st.dictionaries(KEYS, ENTRIES, max_size=25), max_size=5)  # newest first


def in_blocks(known: dict, sizes: list[int], *, reverse: bool = False):
    """A source with blocks of these sizes, over and over; a size of 0 is an empty block."""
    keys = sorted(known, reverse=reverse)
    while keys:
        for size in [*sizes, 1]:
            block, keys = keys[:size], keys[size:]
            yield block, [known[key] for key in block]


def model(sources: list[dict]) -> dict:
    found = {}
    for source in reversed(sources):
        found.update(source)
    return found


@given(SOURCES, st.lists(st.integers(0, 6), max_size=4), st.booleans())
def test_of_each_key_the_newest_entry_is_left_in_order(sources, sizes, reverse) -> None:
    blocks = list(merged([in_blocks(s, sizes, reverse=reverse) for s in sources], reverse=reverse))
    keys = [key for some, _ in blocks for key in some]
    entries = [entry for _, some in blocks for entry in some]
    expected = model(sources)
    assert keys == sorted(expected, reverse=reverse)
    assert entries == [expected[key] for key in keys]
    assert all(some for some, _ in blocks)  # and no block is empty


@given(SOURCES, st.lists(st.integers(1, 6), max_size=3), st.booleans())
def test_a_reader_sees_what_lives(sources, sizes, reverse) -> None:
    merging = merged([in_blocks(s, sizes, reverse=reverse) for s in sources], reverse=reverse)
    found = list(live(merging, NOON))
    expected = []
    for key, entry in sorted(model(sources).items(), reverse=reverse):
        if isinstance(entry, Expiring) and entry.expires_ns > NOON:
            expected.append((key, entry.value))
        elif type(entry) is bytes:
            expected.append((key, entry))
    assert found == expected


@pytest.mark.parametrize("reverse", [False, True])
def test_no_source_is_read_further_than_its_block(reverse) -> None:
    """A merge of large tables must not hold them: at most one block of each at a time."""
    fetched = [0, 0, 0]

    def counting(number: int, known: dict):
        for block in in_blocks(known, [4, 4], reverse=reverse):
            fetched[number] += len(block[0])
            yield block

    sources = [{b"%03d" % key: b"" for key in range(number, 300, 3)} for number in range(3)]
    given_out = 0
    for keys, _ in merged([counting(n, s) for n, s in enumerate(sources)], reverse=reverse):
        given_out += len(keys)
        assert sum(fetched) - given_out <= 3 * 4 + len(keys)
    assert given_out == 300


def test_a_source_alone_goes_through_as_it_is() -> None:
    blocks = [([b"a"], [b"1"]), ([b"b", b"c"], [None, b"2"])]
    found = merged([iter(blocks)])
    assert all(
        a is b for x, y in zip(found, blocks, strict=True) for a, b in zip(x, y, strict=True)
    )


def test_sources_that_follow_each_other_are_only_passed_on() -> None:
    """The usual case of tables below level 0: no dict is built, no block is copied."""
    late, early = ([b"x", b"y"], [b"3", b"4"]), ([b"a", b"b"], [b"1", b"2"])
    found = list(merged([iter([late]), iter([early])]))
    assert found == [early, late]
    assert found[0][0] is early[0]


def test_nothing_comes_of_nothing() -> None:
    assert list(merged([])) == []
    assert list(merged([iter([]), iter([([], [])])])) == []
    assert list(live(merged([]), 0)) == []


@pytest.mark.parametrize(
    ("now_ns", "expected"),
    [(99, [(b"a", b"1")]), (100, []), (101, [])],  # gone from its moment on, not after it
)
def test_the_moment_itself_is_too_late(now_ns, expected) -> None:
    blocks = iter([([b"a"], [Expiring(b"1", 100)])])
    assert list(live(blocks, now_ns)) == expected


def test_an_expired_value_still_hides_the_older_one() -> None:
    newer = iter([([b"a"], [Expiring(b"new", 100)])])
    older = iter([([b"a"], [b"old"])])
    assert list(live(merged([newer, older]), now_ns=100)) == []


def test_an_error_of_a_source_comes_through() -> None:
    def failing():
        yield [b"a"], [b"1"]
        raise OSError("the disk cannot read")

    merging = merged([failing(), iter([([b"a", b"b"], [b"2", b"3"]), ([b"c"], [b"4"])])])
    with pytest.raises(OSError, match="cannot read"):
        list(merging)


def test_blocks_ascend_across_their_edges() -> None:
    even = {b"%04d" % n: b"e" for n in range(0, 400, 2)}
    odd = {b"%04d" % n: b"o" for n in range(1, 400, 2)}
    blocks = list(merged([in_blocks(even, [7]), in_blocks(odd, [3])]))
    assert all(a[-1] < b[0] for (a, _), (b, _) in pairwise(blocks))
