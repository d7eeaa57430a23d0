"""Hashes give published values, in every process, and say what is missing."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from sdcli.core.errors import ExitCode, InputError, MissingError
from sdcli.reference.hashing.hashes import HASHES, SPACE, hash_named, to_bytes


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


def test_the_salt_of_pythons_own_hash_makes_no_difference() -> None:
    """Even the order of a set, which changes with PYTHONHASHSEED, does not leak out."""
    code = (
        "from sdcli.reference.hashing import Ring; r = Ring({'n%d' % i for i in range(9)}); "
        "print(r.describe(), [r.lookup(str(k)) for k in range(50)], r.lookup_n('k', 9))"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1
