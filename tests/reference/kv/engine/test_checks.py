"""Sums: by definition, different in every other place, and able to point at one wrong bit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.reference.kv.engine.checks import check, seed_of, wrong_byte

STORE = bytes(range(16))


def slow_crc(data: bytes, start: int = 0) -> int:
    """CRC-32 bit by bit, as ISO 3309 and RFC 1952 (section 8) define it."""
    state = start ^ 0xFFFFFFFF
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = state >> 1 ^ (0xEDB88320 if state & 1 else 0)
    return state ^ 0xFFFFFFFF


def test_the_usual_example_has_the_usual_sum() -> None:
    assert check(b"123456789", 0, 0) == 0xCBF43926  # the check value of CRC-32 in every catalogue
    assert slow_crc(b"123456789") == 0xCBF43926


@given(st.binary(max_size=40), st.integers(0, 2**32 - 1), st.integers(0, 2**40))
def test_a_sum_starts_with_the_seed_and_the_offset(data, seed, offset) -> None:
    assert check(data, seed, offset) == slow_crc(data, (seed + offset) % 2**32)


def test_a_seed_is_the_sum_of_kind_store_and_number() -> None:
    assert seed_of(b"log", STORE, 258) == slow_crc(b"log" + STORE + b"\x02\x01" + bytes(6))


@given(st.binary(max_size=40), st.integers(0, 2**31), st.integers(1, 2**31))
def test_the_same_bytes_elsewhere_have_another_sum(data, offset, distance) -> None:
    seed = seed_of(b"log", STORE, 1)
    assert check(data, seed, offset) != check(data, seed, offset + distance)


@pytest.mark.parametrize(
    "other",
    [(b"table", STORE, 1), (b"log", bytes(16), 1), (b"log", STORE, 2)],
    ids=["kind", "store", "number"],
)
def test_another_file_has_another_seed(other) -> None:
    assert seed_of(*other) != seed_of(b"log", STORE, 1)


def test_zeros_have_no_sum_of_zero() -> None:
    """A stretch of zeros must not check: sum 0, length 0, and so on."""
    for number in range(1, 50):
        seed = seed_of(b"log", STORE, number)
        assert all(check(bytes(size), seed, 32) != 0 for size in range(64))


@given(st.binary(min_size=1, max_size=60), st.integers(0, 2**32 - 1), st.data())
def test_one_wrong_bit_is_found_where_it_is(data, seed, draw) -> None:
    byte = draw.draw(st.integers(0, len(data) - 1))
    hurt = bytearray(data)
    hurt[byte] ^= 1 << draw.draw(st.integers(0, 7))
    assert wrong_byte(check(data, seed, 0), check(bytes(hurt), seed, 0), len(data)) == byte


@given(st.binary(max_size=60), st.integers(0, 31))
def test_one_wrong_bit_of_the_sum_itself_is_found(data, bit) -> None:
    stored = check(data, 7, 0)
    assert wrong_byte(stored ^ 1 << bit, stored, len(data)) == bit // 8 - 4


@given(st.binary(min_size=4, max_size=60), st.data())
def test_two_or_three_wrong_bits_are_not_taken_for_one(data, draw) -> None:
    """CRC-32 tells up to four apart in so few bytes: its Hamming distance there is 5 or more.

    P. Koopman, "32-Bit Cyclic Redundancy Codes for Internet Applications", DSN 2002: distance 5
    up to 3,006 bits. Two or three wrong bits and the one they would be taken for are at most four.
    """
    bits = draw.draw(st.sets(st.integers(0, 8 * len(data) - 1), min_size=2, max_size=3))
    hurt = bytearray(data)
    for bit in sorted(bits):
        hurt[bit // 8] ^= 1 << bit % 8
    assert wrong_byte(check(data, 7, 0), check(bytes(hurt), 7, 0), len(data)) is None


@given(st.binary(max_size=60))
def test_equal_sums_have_no_wrong_bit(data) -> None:
    assert wrong_byte(check(data, 7, 0), check(data, 7, 0), len(data)) is None
