"""Hashes give published values, in every process, and say what is missing."""

from __future__ import annotations

import subprocess
import sys
from array import array
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.errors import ExitCode, InputError, MissingError
from sdcli.reference.hashing.hashes import (
    GAMMA,
    HASHES,
    SPACE,
    hash_named,
    mix,
    positions_of,
    shown,
    to_bytes,
)

NUMBERS = st.integers(0, SPACE - 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # printf '' | b2sum -l 64, and so on (GNU coreutils)
        (b"", 0xE4A6A0577479B2B4),
        (b"a", 0x40F89E395B66422F),
        (b"sdcli", 0x7A0953FE9D1F29E7),
    ],
)
def test_blake2b_gives_what_b2sum_prints(text: bytes, expected: int) -> None:
    assert hash_named("blake2b")(text) == expected


def test_xxh3_gives_the_published_value() -> None:
    pytest.importorskip("xxhash", reason="xxhash is the extra `fast`")
    # xxHash, doc/xxhash_spec.md: XXH3_64bits of nothing, seed 0
    assert hash_named("xxh3")(b"") == 0x2D06800538D394C2


def test_without_xxhash_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xxhash", None)  # as if it were not installed
    with pytest.raises(MissingError, match="xxhash") as caught:
        hash_named("xxh3")
    assert caught.value.exit_code == ExitCode.MISSING
    assert "fast" in caught.value.fix
    assert hash_named("blake2b")(b"a") > 0  # the default does not care


def test_xxhash_is_imported_only_when_it_is_named() -> None:
    code = (
        "import sys; from sdcli.reference.hashing import Ring; Ring(['a']).lookup('k'); "
        "sys.exit('xxhash' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(InputError) as caught:
        hash_named("blake2")
    assert "did you mean blake2b?" in caught.value.render()


@pytest.mark.parametrize("key", [None, 7, 1.5, ["a"], "\ud800"])
def test_what_cannot_be_a_key_is_refused(key: object) -> None:
    with pytest.raises(InputError):
        to_bytes(key)  # type: ignore[arg-type]


def test_text_and_its_utf8_bytes_are_one_key() -> None:
    assert to_bytes("grüße") == "grüße".encode()


@pytest.mark.parametrize("name", HASHES)
def test_every_value_lies_on_the_circle(name: str) -> None:
    if name == "xxh3":
        pytest.importorskip("xxhash", reason="xxhash is the extra `fast`")
    values = [hash_named(name)(str(i).encode()) for i in range(1000)]
    assert min(values) >= 0
    assert max(values) < SPACE
    assert len(set(values)) == 1000


# mix


@pytest.mark.parametrize(
    ("seed", "expected"),
    [
        # what implementations of SplitMix64 publish, both seeds in many tests; the second stands
        # at Rosetta Code, "Pseudo-random numbers/Splitmix64"
        (0, "e220a8397b1dcdaf 6e789e6aa1b965f4 06c45d188009454f f88bb8a8724c81ec 1b39896a51a8749b"),
        (
            1234567,
            "599ed017fb08fc85 2c73f08458540fa5 883ebce5a3f27c77 3fbef740e9177b3f e3b8346708cb5ecd",
        ),
    ],
)
def test_mix_is_the_last_step_of_splitmix64(seed: int, expected: str) -> None:
    numbers = [mix((seed + i * GAMMA) % SPACE) for i in range(1, 6)]
    assert [f"{number:016x}" for number in numbers] == expected.split()


def unmixed(number: int) -> int:
    """The three steps backwards: a shift undone by shifting on, a product by the inverse."""
    for shift, factor in ((31, 0x94D049BB133111EB), (27, 0xBF58476D1CE4E5B9), (30, 1)):
        shifted = number
        while shifted:
            shifted >>= shift
            number ^= shifted
        number = number * pow(factor, -1, SPACE) % SPACE
    return number


@given(NUMBERS)
def test_mix_loses_nothing(number: int) -> None:
    assert unmixed(mix(number)) == number
    assert 0 <= mix(number) < SPACE


def test_each_bit_that_comes_in_changes_half_of_those_that_go_out() -> None:
    flips = [
        (mix(start * GAMMA % SPACE) ^ mix(start * GAMMA % SPACE ^ 1 << bit)).bit_count()
        for start in range(1, 51)
        for bit in range(64)
    ]
    # 3200 times 64 coins: mean 32, deviation 4 / sqrt(3200) = 0.07; one time: 32 +- 4, 6 sigma
    assert abs(sum(flips) / len(flips) - 32) < 4 * 0.07
    assert min(flips) >= 8
    assert max(flips) <= 56


# Many keys


def test_keys_are_hashed_and_prehashed_ones_are_taken_as_they_are() -> None:
    hash_ = hash_named("blake2b")
    expected = [hash_(b"a"), hash_(b"b")]
    assert list(positions_of(["a", b"b"], hash_)) == expected
    assert list(positions_of({"a": 1, "b": 2}, hash_)) == expected
    assert list(positions_of(array("Q", [0, 7, SPACE - 1]), hash_)) == [0, 7, SPACE - 1]
    assert list(positions_of(memoryview(array("Q", [1, 2, 3]))[::2], hash_)) == [1, 3]
    assert list(positions_of([], hash_)) == list(positions_of(array("Q"), hash_)) == []


def test_endless_keys_are_hashed_one_by_one() -> None:
    endless = iter(lambda: "a", "b")
    assert len(list(islice(positions_of(endless, hash_named("blake2b")), 5))) == 5


@pytest.mark.parametrize("typecode", "bBhHiIqfdu")
def test_buffers_of_other_numbers_are_refused(typecode: str) -> None:
    with pytest.raises(InputError, match="unsigned 64-bit") as caught:
        positions_of(array(typecode), hash_named("blake2b"))
    assert "array" in caught.value.given
    assert 'array("Q")' in caught.value.expected


def test_what_numpy_holds_otherwise_is_refused_with_the_way_out() -> None:
    numpy = pytest.importorskip("numpy", reason="numpy is the extra `fast`")
    swapped = numpy.array([1, 2], numpy.uint64).astype(numpy.dtype(numpy.uint64).newbyteorder())
    with pytest.raises(InputError, match="in this machine's byte order") as caught:
        positions_of(swapped, hash_named("blake2b"))
    assert ("Q" in caught.value.given, caught.value.fix) == (True, "")
    keys: list[str | bytes] = ["a", "bc"]
    for texts in (numpy.array(["a", "bc"]), numpy.array(keys, object), numpy.array([b"a", b"bc"])):
        with pytest.raises(InputError) as caught:
            positions_of(texts, hash_named("blake2b"))
        assert "keys.tolist()" in caught.value.fix
        expected = list(positions_of(keys, hash_named("blake2b")))
        assert list(positions_of(texts.tolist(), hash_named("blake2b"))) == expected


@pytest.mark.parametrize("shape", [(2, 2), (4, 1), ()])
def test_a_table_of_numbers_is_not_a_list_of_keys(shape: tuple[int, ...]) -> None:
    table = memoryview(bytes(8 * (4 if shape else 1))).cast("Q", shape=shape)
    with pytest.raises(InputError, match="unsigned 64-bit") as caught:
        positions_of(table, hash_named("blake2b"))  # type: ignore[arg-type]
    assert f"{len(shape)} dimensions" in caught.value.given


@pytest.mark.parametrize("keys", ["key", b"key", "", 5, None, 1.5, 10**5000], ids=shown)
def test_one_key_is_not_many(keys: object) -> None:
    with pytest.raises(InputError, match="not many keys") as caught:
        positions_of(keys, hash_named("blake2b"))  # type: ignore[arg-type]
    assert caught.value.expected
