"""Entries as bytes: the layout of the page, and back again."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.reference.kv.engine.entries import EACH, Expiring, decode, encode

KEYS = st.binary(max_size=20)
ENTRIES = st.one_of(
    st.none(),
    st.binary(max_size=60),
    st.builds(Expiring, st.binary(max_size=20), st.integers(0, 2**64 - 1)),
)


def test_the_layout_is_by_columns() -> None:
    data = encode([b"ada", b"", b"bob"], [b"1815", None, Expiring(b"x", 258)])
    assert data == b"".join(
        [
            b"\x03\x00\x00\x00",  # three of them
            b"\x00\x01\x02",  # a value, a deletion, one that expires
            b"\x03\x00\x00\x00\x03\x00",  # sizes of keys: 3, 0, 3
            b"\x04\x00\x00\x00\x00\x00\x00\x00\x09\x00\x00\x00",  # of values: 4, 0, 8 + 1
            b"adabob",
            b"1815",
            b"\x02\x01\x00\x00\x00\x00\x00\x00x",  # 258 = 0x102, then the value
        ]
    )


@given(st.lists(st.tuples(KEYS, ENTRIES), max_size=12), st.binary(max_size=9))
def test_what_is_encoded_is_decoded(pairs, before) -> None:
    keys, entries = [key for key, _ in pairs], [entry for _, entry in pairs]
    data = encode(keys, entries)
    sizes = (len(e.value) + 8 if isinstance(e, Expiring) else len(e or b"") for e in entries)
    assert len(data) == 4 + EACH * len(keys) + sum(map(len, keys)) + sum(sizes)
    found_keys, found = decode(before + data, len(before))
    assert (found_keys, found) == (keys, entries)
    assert list(map(type, found)) == list(map(type, entries))


@given(st.binary(max_size=80))
def test_any_bytes_decode_to_what_encodes_to_them_or_are_refused(data) -> None:
    try:
        keys, entries = decode(data)
    except ValueError:
        return
    assert encode(keys, entries) == data


def test_a_piece_is_no_whole() -> None:
    data = encode([b"ada", b"bob"], [b"1815", Expiring(b"x", 1)])
    for cut in range(len(data)):
        with pytest.raises(ValueError, match=r"entries end|requires a buffer"):
            decode(data[:cut])
    with pytest.raises(ValueError, match="entries end at byte 37, the data at 38"):
        decode(data + b"x")  # 4 + 2 x 7 + 3 + 3 + 4 + 8 + 1 = 37


@pytest.mark.parametrize(
    ("kind", "value"), [(3, b"v"), (255, b""), (1, b"v"), (2, b"1234567"), (2, b"")]
)
def test_no_entry_is_like_this(kind, value) -> None:
    data = struct.pack("<IBHI", 1, kind, 1, len(value)) + b"k" + value
    with pytest.raises(ValueError, match=f"no entry is of kind {kind} with {len(value)} bytes"):
        decode(data)


@pytest.mark.parametrize("count", [2, 1_000, 2**31, 2**32 - 1])
def test_a_count_that_lies_is_refused_before_anything_is_made(count) -> None:
    with pytest.raises(ValueError, match=r"requires a buffer|too long"):
        decode(struct.pack("<IBHI", count, 0, 1, 1) + b"kv")
