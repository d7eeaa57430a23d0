"""The smallest and the largest that can be stored, and what is refused before it costs anything."""

from __future__ import annotations

import pytest

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine import Batch, Store, open_store
from sdcli.reference.kv.engine.sim_disk import SimDisk

KIB, MIB = 1024, 1024 * 1024
# In the order of their bytes: a key that another one begins with comes first.
ODD_KEYS = [b"", b"\x00", b"\x00\x00", b"\n", b"\n\x00", b"a\nb", b"a\tb\r\n", b"\xfe", b"\xff"]
ODD_KEYS += [b"\xff\x00", b"\xff\xff", b"\xff\xff\xff"]
ODD_KEYS.sort()


@pytest.mark.parametrize("sync", ["always", "group", "os"])
def test_any_bytes_are_a_key_and_come_back_in_order(sync) -> None:
    disk = SimDisk()
    expected = [(key, key[::-1]) for key in ODD_KEYS]
    db = Store(disk, sync=sync)
    for key, value in reversed(expected):
        db.put(key, value)

    def answers(db: Store) -> None:
        assert list(db.scan()) == expected
        assert list(db.scan(reverse=True)) == expected[::-1]
        assert [(key, db.get(key)) for key in ODD_KEYS] == expected
        for low in range(len(ODD_KEYS)):
            assert list(db.scan(ODD_KEYS[low], b"\xff\xff")) == expected[low:-2]

    answers(db)
    db.flush()
    answers(db)
    db.close()
    db = Store(disk)
    answers(db)
    db.delete(b"")
    assert db.get(b"") is None
    assert next(db.scan()) == expected[1]


@pytest.mark.parametrize("where", ["memtable", "log", "table"])
@pytest.mark.parametrize(
    ("key", "value"),
    [(b"", b""), (b"k", b""), (b"k" * 65_535, b"v"), (b"k" * 65_535, b"v" * 65_536)],
    ids=["both empty", "no value", "longest key", "longest key, long value"],
)
def test_what_is_within_the_limits_is_kept(key, value, where) -> None:
    disk = SimDisk()
    db = Store(disk)
    db.put(key, value)
    if where == "table":
        db.flush()
    if where != "memtable":
        db = Store(disk.after_power_cut())
    assert db.get(key) == value
    assert list(db.scan()) == [(key, value)]
    assert db.get(key + b"\x00" if len(key) < 65_535 else key[1:]) is None


REFUSED = {
    "65,536": (b"k" * 65_536, b"v", "key: this key is too long, 65,536 bytes"),
    "1 MiB": (b"k" * MIB, b"v", "key: this key is too long, 1,048,576 bytes"),
    "text": ("k", b"v", "key: this key is not bytes, str 'k'"),
    "bytearray": (bytearray(b"k"), b"v", "key: this key is not bytes, bytearray bytearray(b'k')"),
    "none": (None, b"v", "key: this key is not bytes, NoneType None"),
    "text value": (b"k", "v", "value: this value is not bytes, str 'v'"),
    "no value": (b"k", None, "value: this value is not bytes, NoneType None"),
    "64 MiB and 1": (b"k", bytes(64 * MIB + 1), "value: this value is too long, 67,108,865 bytes"),
}
CALLS = [(call, name) for name in REFUSED for call in ("put", "batch")]
CALLS += [("delete", name) for name in ("65,536", "1 MiB", "text", "bytearray", "none")]


@pytest.mark.parametrize(("call", "name"), CALLS)
def test_what_is_over_a_limit_is_refused_before_anything_is_written(call, name) -> None:
    key, value, text = REFUSED[name]
    disk = SimDisk()
    db, batch = Store(disk), Batch()
    db.put(b"before", b"1")
    operations = len(disk.operations)
    calls = {
        "put": lambda: db.put(key, value),
        "delete": lambda: db.delete(key),
        "batch": lambda: batch.put(key, value),
    }
    with pytest.raises(InputError) as refused:
        calls[call]()
    error = refused.value
    assert f"{error}, {error.given}" == text
    db.write(batch)  # nothing was added to it
    assert len(disk.operations) == operations
    db.put(b"after", b"2")
    expected = [(b"after", b"2"), (b"before", b"1")]
    assert list(db.scan()) == expected
    assert list(Store(disk.after_power_cut()).scan()) == expected


@pytest.mark.parametrize("key", ["k", None, bytearray(b"k"), b"k" * 65_536], ids=range(4))
def test_a_read_of_what_is_no_key_is_refused_as_a_write_is(key) -> None:
    with pytest.raises(InputError, match="this key is"):
        Store(SimDisk()).get(key)


def test_a_value_of_64_mib_goes_the_whole_way(tmp_path) -> None:
    value = b"0123456789abcdef" * 64 * KIB * 64  # 16 × 64 Ki × 64 = 64 MiB
    with open_store(tmp_path / "db", "os") as db:
        db.put(b"large", value)
        db.put(b"small", b"1")  # the log is full, so this one begins another
        assert db.journal.log.name == "000002.log"
        db.flush()
        assert [table.info.entries for table in db.view.version.tables] == [1, 1]
    with open_store(tmp_path / "db") as db:
        assert db.get(b"large") == value
        assert db.get(b"small") == b"1"
