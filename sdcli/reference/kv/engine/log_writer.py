"""Writing a log: append a record, say where it stands, and take back what the disk refused.

A log is the one file that is never whole while it is used, so its writer has two duties beside
writing. When an append is refused half way, the half must go: the next record would stand behind
it, where no reader gets to, and be lost although it was acknowledged. And when a sync fails,
nothing more may be promised: the kernel may have thrown the pages away and call the next sync a
success (errors.py has the source).

Invariants:
    1. The file ends at `size`; every byte of it belongs to the header or to a whole record.
    2. After a failed sync, or an append that could not be taken back, every call but `close`
       raises Poisoned.

Cost: one append to the file for each record, one pass of CRC over its bytes; no memory.
"""

from __future__ import annotations

import struct
from contextlib import suppress
from typing import TYPE_CHECKING
from zlib import crc32

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine.checks import MASK, seed_of
from sdcli.reference.kv.engine.entries import VALUE
from sdcli.reference.kv.engine.errors import Damaged, DiskRefused, Poisoned, in_words
from sdcli.reference.kv.engine.log_format import (
    BATCH,
    LENGTH_MAX,
    ONE_PUT,
    RECORD,
    SUM,
    header_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.reference.kv.engine.fs import FileSystem

_PIECE_BYTES = 1024 * 1024  # read back at once, for the sum of the whole file
_ONE_PUT = struct.Struct("<" + ONE_PUT.format[2:])  # without the sum
_SUM = SUM.pack
_ONE_PUT_PAYLOAD = ONE_PUT.size - RECORD.size  # count, kind and sizes, before key and value


class LogWriter:
    """One log, or manifest, to append to.

    Args:
        fs: the folder.
        name: of the file in it.
        kind: LOG or MANIFEST.
        store_id: of the store; 16 bytes.
        number: of the file among its kind.
        resume_at: None makes a new file. Otherwise it exists, was closed, and goes on at its end,
            which is this byte. A log that was not closed is never carried on (Store._renew).
        crc: with `resume_at`, the reader's `crc`.

    Raises:
        DiskRefused: there is no room for the file; none of that name is left.
        Damaged: the file to go on with does not end at `resume_at`.
    """

    def __init__(
        self,
        fs: FileSystem,
        name: str,
        kind: bytes,
        store_id: bytes,
        number: int,
        *,
        resume_at: int | None = None,
        crc: int = 0,
    ) -> None:
        self.name = name
        self.size = 0
        self._fs = fs
        self._sum = (0, 0)  # how many bytes have which CRC
        self._write: Callable[[bytes], None]
        self._seed = seed_of(kind, store_id, number)
        if resume_at is None:
            self._create(fs, header_of(kind, store_id, number))
        else:
            self._resume(fs, resume_at, crc)

    def _create(self, fs: FileSystem, header: bytes) -> None:
        try:
            self._file = fs.create(self.name)
        except OSError as error:
            raise DiskRefused(self.name, in_words(error)) from error
        self._write = self._file.append
        try:
            self._start(header)
        except BaseException:
            self.close()
            with suppress(OSError):  # what the disk said first is what counts
                fs.remove(self.name)
            raise

    def _resume(self, fs: FileSystem, at: int, crc: int) -> None:
        try:
            self._file = fs.append(self.name)
        except FileNotFoundError:
            raise Damaged(self.name, 0, "this file is missing") from None
        except OSError as error:
            raise DiskRefused(self.name, in_words(error)) from error
        self._write = self._file.append
        if self._file.size != at:
            self.close()
            raise Damaged(
                self.name,
                min(self._file.size, at),
                f"the file has {self._file.size:,} bytes; it is to go on at byte {at:,}",
            )
        self.size, self._sum = at, (at, crc)

    def _start(self, header: bytes) -> None:
        try:
            self._write(header)
        except OSError as error:
            self._take_back(0, error)
        self.size = len(header)

    @property
    def crc(self) -> int:
        """The plain CRC-32 of the whole file, which CURRENT keeps when the store is closed.

        It is computed when somebody asks, from the bytes that were not asked for before: most
        logs end flushed to a table and removed, and nobody ever does.

        Raises:
            DiskRefused: the disk cannot read them back.
        """
        at, crc = self._sum
        try:
            file = self._fs.read(self.name)
            while at < self.size:
                piece = file.pread(at, min(_PIECE_BYTES, self.size - at))
                if not piece:
                    raise Damaged(self.name, at, f"the file has {self.size:,} bytes no more")
                at, crc = at + len(piece), crc32(piece, crc)
        except OSError as error:
            raise DiskRefused(self.name, in_words(error)) from error
        self._sum = at, crc
        return crc

    def append(self, type: int, first_seq: int, payload: bytes) -> int:  # noqa: A002 - as in Record
        """Add a record; it is in the kernel when this returns.

        Args:
            type: BATCH or EDIT.
            first_seq: the number of its first operation, one more than the last one before it.
            payload: at most 4 GiB less a byte.

        Returns:
            The offset at which it stands.

        Raises:
            InputError: the payload is too large; nothing was written.
            DiskRefused: the disk did; the file is as it was before.
            Poisoned: the file could not be put back to what it was, or an earlier call found so.
        """
        if len(payload) > LENGTH_MAX:
            raise InputError(
                "one write is too large",
                where=self.name,
                given=f"{len(payload):,} bytes",
                expected=f"at most {LENGTH_MAX:,}; divide it into several batches",
            )
        offset = self.size
        body = RECORD.pack(0, len(payload), type, first_seq)[SUM.size :] + payload
        record = SUM.pack(crc32(body, (self._seed + offset) & MASK)) + body
        try:
            self._write(record)
            self.size = offset + len(record)
        except BaseException as error:  # Ctrl-C too must not leave half a record
            self._take_back(offset, error)
            raise
        return offset

    def put_one(self, seq: int, key: bytes, value: bytes) -> int:
        """Add a record with a plain put of one key, in the fewest steps.

        It is `append(BATCH, seq, encode([key], [value]))`, byte for byte. Returns and raises as
        `append` does.
        """
        offset, key_bytes, value_bytes = self.size, len(key), len(value)
        body = (
            _ONE_PUT.pack(
                _ONE_PUT_PAYLOAD + key_bytes + value_bytes,
                BATCH,
                seq,
                1,
                VALUE,
                key_bytes,
                value_bytes,
            )
            + key
            + value
        )
        record = _SUM(crc32(body, (self._seed + offset) & MASK)) + body
        try:  # as in `append`; a call to share these four lines would cost as much as a checksum
            self._write(record)
            self.size = offset + len(record)
        except BaseException as error:
            self._take_back(offset, error)
            raise
        return offset

    def _take_back(self, size: int, error: BaseException) -> None:
        """Make the file as it was; raise what the caller is to know of a disk that refused."""
        if isinstance(error, Poisoned):
            return  # nothing was written
        self.size = size
        # Until the rest is off, nothing may follow: a second Ctrl-C can end the cutting.
        write, self._write = self._write, self._refusing("a record that was cut in two")
        self._cut(size)
        self._write = write
        if isinstance(error, OSError):
            raise DiskRefused(self.name, in_words(error)) from error

    def _cut(self, size: int) -> None:
        try:
            self._file.truncate(size)
            self._file.sync()
        except OSError as error:
            raise self._poison(error) from error

    def sync(self) -> None:
        """Return once every record so far survives a power cut.

        Raises:
            Poisoned: the sync failed, now or earlier.
        """
        try:
            self._file.sync()
        except OSError as error:
            raise self._poison(error) from error

    def close(self) -> None:
        """Let go of the file, without a sync; again does nothing more."""
        self._file.close()

    def _poison(self, error: OSError) -> Poisoned:
        """From now on every call fails as this one did. The hot path need not ask whether."""
        self._write = self.sync = self._refusing(in_words(error))  # type: ignore[method-assign]
        return Poisoned(self.name, in_words(error))

    def _refusing(self, why: str) -> Callable[..., None]:
        def refuse(_data: bytes = b"") -> None:
            raise Poisoned(self.name, why)

        return refuse
