"""A batch: several writes that are done together or not at all.

It is a list and nothing more until `store.write(batch)` puts the whole of it into one record of
the log, under one checksum. So a power cut keeps all of it or nothing. Later operations win over
earlier ones on the same key.

What may be written is decided here, before anything reaches a file: a key has at most 65,535
bytes because its size is kept in two, a value at most 64 MiB because it is held in memory whole.

Cost: O(1) for each operation; the batch holds what it was given, it copies nothing.

>>> batch = Batch()
>>> batch.put(b"ada", b"1815")
>>> batch.delete(b"bob")
>>> len(batch), batch.keys, batch.entries
(2, [b'ada', b'bob'], [b'1815', None])
"""

from __future__ import annotations

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine.entries import (
    EACH,
    KEY_BYTES_MAX,
    VALUE_BYTES_MAX,
    Entry,
    Expiring,
)

BATCH_BYTES_MAX = 256 * 1024 * 1024  # of keys and values; a batch is one record, held in memory
_MOMENT_MAX = 2**64 - 1


class Batch:
    """Operations that become visible and durable together.

    Attributes:
        keys, entries: lists of one length, in the order of the calls.
        size: bytes that they take in a log.
    """

    __slots__ = ("entries", "keys", "size")

    def __init__(self) -> None:
        self.keys: list[bytes] = []
        self.entries: list[Entry] = []
        self.size = 0

    def __len__(self) -> int:
        return len(self.keys)

    def put(self, key: bytes, value: bytes, expires_ns: int | None = None) -> None:
        """Give a key a value, for ever or until a moment in nanoseconds since 1970.

        Raises:
            InputError: no bytes, or too many of them; the batch is as it was.
        """
        check_key(key)
        check_value(value)
        if expires_ns is None:
            self._add(key, value, len(value))
        else:
            check_moment(expires_ns)
            self._add(key, Expiring(value, expires_ns), len(value) + 8)

    def delete(self, key: bytes) -> None:
        """Take a key away; one that is not there is no error.

        Raises:
            InputError: no bytes, or too many of them; the batch is as it was.
        """
        check_key(key)
        self._add(key, None, 0)

    def _add(self, key: bytes, entry: Entry, entry_bytes: int) -> None:
        size = self.size + EACH + len(key) + entry_bytes
        if size > BATCH_BYTES_MAX:
            raise InputError(
                "this batch is too large",
                where="batch",
                given=f"{size:,} bytes with this operation",
                expected=f"at most {BATCH_BYTES_MAX:,}; write what must not be torn apart together",
            )
        self.keys.append(key)
        self.entries.append(entry)
        self.size = size


def check_key(key: bytes) -> None:
    """Refuse what cannot be a key; the empty one can.

    Raises:
        InputError: no bytes, or more than 65,535.
    """
    if key.__class__ is bytes and len(key) <= KEY_BYTES_MAX:
        return
    _refuse("key", key, KEY_BYTES_MAX, 'b"user:42"')


def check_value(value: bytes) -> None:
    """Refuse what cannot be a value; the empty one can.

    Raises:
        InputError: no bytes, or more than 64 MiB.
    """
    if value.__class__ is bytes and len(value) <= VALUE_BYTES_MAX:
        return
    _refuse("value", value, VALUE_BYTES_MAX, 'b"Ada"')


def check_moment(expires_ns: int) -> None:
    """Refuse what cannot be a moment.

    Raises:
        InputError: no whole number, or not one of 64 bits.
    """
    if expires_ns.__class__ is int and 0 <= expires_ns <= _MOMENT_MAX:
        return
    raise InputError(
        "this is no moment",
        where="expires_ns",
        given=repr(expires_ns),
        expected="whole nanoseconds since 1970, like 1_800_000_000_000_000_000",
    )


def _refuse(name: str, what: object, bytes_max: int, example: str) -> None:
    """Say why; bytes alone, because a bytearray could change after it was written."""
    if isinstance(what, bytes) and len(what) > bytes_max:
        raise InputError(
            f"this {name} is too long",
            where=name,
            given=f"{len(what):,} bytes",
            expected=f"at most {bytes_max:,}",
        )
    raise InputError(
        f"this {name} is not bytes",
        where=name,
        given=f"{type(what).__name__} {what!r}",
        expected=f"bytes, like {example}",
        fix=f"write {name}.encode()" if isinstance(what, str) else "",
    )
