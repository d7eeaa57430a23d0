"""A batch takes what may be written, and refuses the rest before anything is changed."""

from __future__ import annotations

import pytest

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine import batch as batch_module
from sdcli.reference.kv.engine.batch import Batch, check_key, check_value
from sdcli.reference.kv.engine.entries import (
    KEY_BYTES_MAX,
    VALUE_BYTES_MAX,
    Expiring,
    decode,
    encode,
)

LARGEST = bytes(VALUE_BYTES_MAX)  # 64 MiB of zeros, which the system gives without touching them


def test_it_keeps_the_order_of_the_calls() -> None:
    batch = Batch()
    batch.put(b"a", b"1")
    batch.delete(b"b")
    batch.put(b"a", b"2", expires_ns=5)
    assert batch.keys == [b"a", b"b", b"a"]
    assert batch.entries == [b"1", None, Expiring(b"2", 5)]
    assert len(batch) == 3


def test_its_size_is_what_it_takes_in_a_log() -> None:
    batch = Batch()
    assert (len(batch), batch.size) == (0, 0)
    batch.put(b"key", b"value")
    batch.put(b"", b"")
    batch.put(b"k", b"v", expires_ns=0)
    batch.delete(b"gone")
    assert batch.size + 4 == len(encode(batch.keys, batch.entries))  # 4 for the count


@pytest.mark.parametrize(
    "key",
    [b"", b"\x00", b"\xff" * 9, b"line\nline", b"k" * 65_535],
    ids=["empty", "zero", "ones", "lines", "longest"],
)
@pytest.mark.parametrize("value", [b"", b"\x00\n\xff"], ids=["empty", "bytes"])
def test_any_bytes_come_back(key, value) -> None:
    batch = Batch()
    batch.put(key, value)
    batch.put(key, value, expires_ns=2**64 - 1)
    assert decode(encode(batch.keys, batch.entries)) == (batch.keys, batch.entries)


@pytest.mark.parametrize("size", [65_536, 1024 * 1024])
def test_a_key_that_is_too_long_is_refused(size) -> None:
    batch = Batch()
    for call in (batch.delete, check_key, lambda key: batch.put(key, b"v")):
        with pytest.raises(InputError, match="key: this key is too long") as refused:
            call(b"k" * size)
        assert refused.value.given == f"{size:,} bytes"
        assert refused.value.expected == "at most 65,535"
    assert (batch.keys, batch.entries, batch.size) == ([], [], 0)
    assert KEY_BYTES_MAX == 65_535


def test_the_largest_value_is_taken_and_one_byte_more_is_refused() -> None:
    batch = Batch()
    batch.put(b"k", LARGEST)
    size = batch.size
    for call in (check_value, lambda value: batch.put(b"k", value)):
        with pytest.raises(InputError, match="value: this value is too long") as refused:
            call(LARGEST + b"x")
        assert refused.value.given == "67,108,865 bytes"  # 64 x 1,024 x 1,024 + 1
    assert (len(batch), batch.size) == (1, size)


@pytest.mark.parametrize(
    "what",
    ["text", bytearray(b"x"), None, 7, memoryview(b"x"), [b"x"]],
    ids=["str", "bytearray", "None", "int", "memoryview", "list"],
)
def test_what_is_not_bytes_is_refused(what) -> None:
    batch = Batch()
    with pytest.raises(InputError, match="key: this key is not bytes"):
        batch.put(what, b"v")
    with pytest.raises(InputError, match="key: this key is not bytes"):
        batch.delete(what)
    with pytest.raises(InputError, match="value: this value is not bytes") as refused:
        batch.put(b"k", what)
    assert refused.value.given.startswith(type(what).__name__)
    assert bool(refused.value.fix) == isinstance(what, str)  # certain for text alone
    assert (batch.keys, batch.entries, batch.size) == ([], [], 0)


@pytest.mark.parametrize("moment", [-1, 2**64, 1.5, True, "now"])
def test_what_is_no_moment_is_refused(moment) -> None:
    batch = Batch()
    with pytest.raises(InputError, match="expires_ns: this is no moment") as refused:
        batch.put(b"k", b"v", expires_ns=moment)
    assert refused.value.given == repr(moment)
    assert len(batch) == 0


def test_a_batch_has_an_end(monkeypatch) -> None:
    monkeypatch.setattr(batch_module, "BATCH_BYTES_MAX", 30)
    batch = Batch()
    batch.put(b"k" * 10, b"v" * 13)  # 7 + 10 + 13 = 30
    for call in (batch.delete, lambda key: batch.put(key, b"")):
        with pytest.raises(InputError, match="batch: this batch is too large"):
            call(b"")
    assert (len(batch), batch.size) == (1, 30)
