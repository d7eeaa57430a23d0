"""The filter: never wrong when it says no, and wrong as seldom as the theory has it otherwise."""

from __future__ import annotations

import os
from hashlib import blake2b
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.reference.kv.engine.bloom import (
    best_probes,
    build,
    false_positive_theory,
    may_contain,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SOAK = bool(os.environ.get("SOAK"))


def noise(i: int) -> bytes:
    return blake2b(i.to_bytes(8, "little"), digest_size=16).digest()


# Keys as people have them: most are counted, with much in common.
KEYS: dict[str, Callable[[int], bytes]] = {
    "noise": noise,
    "four bytes": lambda i: i.to_bytes(4, "big"),
    "eight bytes, low first": lambda i: i.to_bytes(8, "little"),
    "steps of 4096": lambda i: (i * 4096).to_bytes(8, "big"),
    "user:00000001": lambda i: b"user:%08d" % i,
    "counted and long": lambda i: b"tenant/7/orders/2026/" * 3 + b"%d" % i,
    "counter first": lambda i: b"%d/profile/picture" % i,
}


@pytest.mark.parametrize("name", KEYS)
def test_wrong_answers_are_as_rare_as_the_theory_says(name: str) -> None:
    """At most 1.5 times the theory at 10 bits a key; and no key that was added is denied."""
    key_of = KEYS[name]
    count = 1_000_000 if SOAK else 100_000 if name == "noise" else 20_000
    keys = [key_of(i) for i in range(count)]
    row = build(keys)
    assert all(may_contain(row, key) for key in keys)
    others = [key_of(i) for i in range(count, 2 * count)]
    wrong = sum(may_contain(row, key) for key in others)
    assert wrong <= 1.5 * count * false_positive_theory(count, 10 * count, 7)
    assert wrong >= 0.5 * count * false_positive_theory(count, 10 * count, 7)


@pytest.mark.parametrize(
    ("n", "m", "k", "expected"),
    [
        (1000, 10_000, 7, 0.00819),  # e^-0.7 = 0.496585; 0.503415^7
        (1000, 8_000, 6, 0.02158),  # e^-0.75 = 0.472367; 0.527633^6
        (1000, 16_000, 11, 0.000459),  # e^-0.6875 = 0.502832; 0.497168^11
        (1, 1, 1, 0.63212),  # 1 - 1/e
        (0, 64, 7, 0.0),  # no bit is set
        (5, 0, 7, 1.0),  # no filter denies nothing
    ],
)
def test_theory(n: int, m: int, k: int, expected: float) -> None:
    assert false_positive_theory(n, m, k) == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize(
    ("bits_each", "expected"),
    [(1, 1), (4, 3), (8, 6), (10, 7), (16, 11), (100, 30)],  # times 0.69, from 1 to 30
)
def test_best_probes(bits_each: int, expected: int) -> None:
    assert best_probes(bits_each) == expected


def test_the_bits_of_one_key_are_where_a_hand_finds_them() -> None:
    """crc32("123456789") is 0xCBF43926, the check value that catalogues of CRCs give.

    Times 0x9E3779B97F4A7C15, modulo 2^64, that is 0xF313C24365B3181E. So h1 = 0xF313C243, which
    is 3 modulo 64; h2 = 0x65B3181F, odd, which is 31. The bits are 3, 34, 65 - 64 = 1, 32, 63,
    94 - 64 = 30 and 61: bits 1 and 3 of byte 0, 6 of byte 3, 0 and 2 of byte 4, 5 and 7 of byte 7.
    """
    assert build([b"123456789"]).hex(" ") == "40 00 00 00 07 0a 00 00 40 05 00 00 a0"


def test_no_filter_denies_nothing() -> None:
    row = build([b"ada"], bits_each=0)
    assert row == b"\0\0\0\0\x07"
    assert may_contain(row, b"ada")
    assert may_contain(row, b"alan")


def test_a_filter_of_no_keys_denies_all() -> None:
    row = build([])
    assert not any(may_contain(row, noise(i)) for i in range(1000))


def test_few_keys_get_64_bits() -> None:
    """Ten bits for one key would be set by seven of its own."""
    assert len(build([b"ada"])) == 5 + 8
    assert len(build([noise(i) for i in range(7)])) == 5 + 9  # 70 bits, rounded up to 72


@given(
    keys=st.sets(st.binary(max_size=12), max_size=40),
    bits_each=st.integers(0, 20),
    probes=st.integers(1, 12),
)
def test_what_was_added_is_never_denied(keys: set[bytes], bits_each: int, probes: int) -> None:
    row = build(sorted(keys), bits_each, probes)
    assert all(may_contain(row, key) for key in keys)
    assert row == build(sorted(keys, reverse=True), bits_each, probes)  # in any order the same
