"""One turned bit at every byte of every file of a store: answered right, or named. Never else."""

from __future__ import annotations

import os

import pytest

from sdcli.reference.kv.engine.verify import verify
from tests.reference.kv.engine.whole import answers, store_with_everything

FILES = ("CURRENT", "000001.manifest", "000001.table", "000002.log")
BITS = range(8) if os.environ.get("SOAK") else (0,)  # otherwise one of each byte, another each time


def test_the_store_has_these_files() -> None:
    disk, expected = store_with_everything()
    assert {*disk.names()} == {*FILES, "LOCK"}
    told, errors = answers(disk)
    assert {key: value for key, value in told.items() if value is not None} == expected
    assert errors == []


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "not closed"])
@pytest.mark.parametrize("name", FILES)
def test_a_turned_bit_is_answered_right_or_named(name: str, closed: bool) -> None:
    disk, expected = store_with_everything(closed=closed)
    named = 0
    for at in range(len(disk.bytes_of(name))):
        for more in BITS:
            bit = (at + more) % 8
            disk.flip(name, at, bit)
            where = f"bit {bit} of byte {at} of {name}"
            told, errors = answers(disk)
            for key, value in told.items():
                assert value == expected.get(key), where
            for error in errors:
                assert error.file == name, where
                assert 0 <= error.offset <= at, where
            named += bool(errors)
            report = verify(disk)
            assert report.damages, where
            assert {damage.file for damage in report.damages} == {name}, where
            assert all(damage.offset <= at for damage in report.damages), where
            disk.flip(name, at, bit)
    # Most bytes are read by somebody who reads everything; a filter's 0 that became 1 is not seen.
    assert named >= 0.6 * len(disk.bytes_of(name)) * len(BITS)
    assert verify(disk).is_sound
