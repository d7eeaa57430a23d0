"""A dump: every byte of a file of a store, with what it means.

The rows cover the file from its first byte to its last, each byte in one row, in order. Nothing is
believed: a sum that does not fit is a row that says so, bytes that mean nothing are a row that says
that, and the next row is where something makes sense again. So a dump of a damaged file shows where
the damage is, and of an intact one it is the format explained on a real example.

Whose file it is stands in its header or footer, which number it has in its name; so one file alone,
carried away from its folder, can be dumped too. A file that has another name than it was written
under is told by its sums, and is explained under its own number.

Cost: O(bytes), the file in memory; the rows are made as they are asked for.

>>> from sdcli.reference.kv.engine.log_format import header_of
>>> for row in dump("000001.log", header_of(b"log", bytes(16), 1)):
...     print(f"{row.offset:>3} {row.size:>3}  {row.what}")
  0   8  magic: a log
  8   2  version 1
 10   2  zero
 12  16  store 00000000000000000000000000000000
 28   4  sum of the header: fits
"""

from __future__ import annotations

import struct
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine import bloom, current, table_format
from sdcli.reference.kv.engine.checks import check
from sdcli.reference.kv.engine.current import CURRENT
from sdcli.reference.kv.engine.entries import (
    DELETION,
    EXPIRING,
    MOMENT_BYTES,
    VALUE,
    decode,
    shown,
)
from sdcli.reference.kv.engine.errors import Damaged
from sdcli.reference.kv.engine.fs import ID_BYTES
from sdcli.reference.kv.engine.log_format import (
    BATCH,
    HEADER,
    HEADER_BYTES,
    LOG,
    MAGIC,
    MANIFEST,
    RECORD,
    Record,
    header_of,
)
from sdcli.reference.kv.engine.log_search import scan_log
from sdcli.reference.kv.engine.names import kind_and_number
from sdcli.reference.kv.engine.table_format import (
    CRC_BYTES,
    FOOTER,
    FOOTER_BYTES,
    HANDLE,
    Footer,
    Handle,
    footer_in,
    table_seed,
)
from sdcli.reference.kv.engine.table_remains import Block, block_at, data_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZES_SHOWN = 8  # of a column
RENAMED_MAX = 10_000  # numbers that are tried for a header whose sum does not fit its name
_ID, _NUMBER = slice(12, 28), slice(28, 36)  # in a footer; the id stands there in a header too
_KINDS = {VALUE: "value", DELETION: "deletion", EXPIRING: "expires"}
_PLACES = ("filter", "index", "properties")


class Row(NamedTuple):
    """Some bytes and their meaning.

    Args:
        offset: of the first of them.
        size: how many there are.
        head: the first 16 of them.
        what: in words.
        is_wrong: whether they are not what was written, as far as can be told.
    """

    offset: int
    size: int
    head: bytes
    what: str
    is_wrong: bool = False


HEAD = 16  # bytes of a row that it carries along
VERSION_AND_ZERO = b"\1\0\0\0"


def dump(
    name: str,
    data: bytes,
    store_id: bytes | None = None,
    *,
    nearby_id: bytes | None = None,
) -> Iterator[Row]:
    """Explain a file byte by byte; nothing is raised for damage.

    Args:
        name: of the file: CURRENT, LOCK, or a number with .log, .table, .manifest.
        data: all of it.
        store_id: of the store; without, what the file says itself.
        nearby_id: of the store in whose folder it lies: taken where the file says nothing of use.

    Raises:
        InputError: by its name it is no file of a store.
    """
    if name in {CURRENT, f"{CURRENT}.new"}:
        return _current(data)
    if name == "LOCK":
        return _lock(data)
    place = kind_and_number(name)
    if place is None:
        raise InputError(
            "this is no file of a store",
            where=name,
            expected="CURRENT, LOCK, or a name like 000001.log, 000001.table, 000001.manifest",
        )
    kind, number = place
    if kind == "table":
        return _Table(data, number, store_id, nearby_id).rows()
    return _log(data, LOG if kind == "log" else MANIFEST, number, store_id, nearby_id)


class _Rows:
    """Makes rows one after the other, without a gap."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    def row(self, size: int, what: str, *, is_wrong: bool = False) -> Row:
        """The next `size` bytes."""
        at, self.at = self.at, self.at + size
        return Row(at, size, self.data[at : min(at + size, at + HEAD)], what, is_wrong)

    def u(self, at: int, size: int) -> int:
        """A number that stands at `at`."""
        return int.from_bytes(self.data[at : at + size], "little")


def _sum(fits: bool, of: str) -> str:
    return f"sum of {of}: {'fits' if fits else 'DOES NOT FIT'}"


# CURRENT and LOCK


def _current(data: bytes) -> Iterator[Row]:
    rows = _Rows(data)
    fault = ""
    try:
        current.decode(data)
    except (Damaged, InputError) as error:
        fault = error.what
    meanings = ("the format and its version", "what CURRENT says", "crc32 of the lines above")
    for number, line in enumerate(data.splitlines(keepends=True)):
        meaning = meanings[number] if number < len(meanings) else "a line too many"
        is_last = rows.at + len(line) == len(data)
        if is_last:
            meaning += f": {fault}" if fault else ": fits"
        text = (
            shown(line.rstrip(b"\n")) if number else line.rstrip(b"\n").decode("ascii", "replace")
        )
        if number == 1:
            text = line.rstrip(b"\n").decode("ascii", "backslashreplace")
        yield rows.row(len(line), f"{meaning}: {text}", is_wrong=is_last and bool(fault))


def _lock(data: bytes) -> Iterator[Row]:
    if data:
        yield _Rows(data).row(len(data), f"who had the store open last: {shown(data.rstrip())}")


# Logs and manifests


def _log(
    data: bytes, kind: bytes, number: int, store_id: bytes | None, nearby_id: bytes | None
) -> Iterator[Row]:
    rows = _Rows(data)
    owner = store_id or data[_ID]
    written_as = _number_of(data, kind, number, owner)
    if written_as is None and store_id is None and nearby_id is not None:
        owner = nearby_id
    if len(owner) != ID_BYTES:
        owner = bytes(ID_BYTES)
    yield from _log_header(rows, kind, number, written_as, owner)
    for piece in scan_log(data, kind, owner, number if written_as is None else written_as):
        if piece.offset < rows.at:
            continue
        if isinstance(piece, Record):
            yield from _record(rows, piece)
        else:
            size = piece.end - piece.offset
            yield rows.row(size, f"no record: {piece.why}", is_wrong=True)


def _number_of(data: bytes, kind: bytes, number: int, owner: bytes) -> int | None:
    """The number of which this header's sum knows, the name's before all others; None without."""
    head = data[:HEADER_BYTES]
    if len(head) < HEADER_BYTES:
        return None
    candidates = chain([number], range(1, RENAMED_MAX))
    return next((one for one in candidates if header_of(kind, owner, one) == head), None)


def _log_header(
    rows: _Rows, kind: bytes, number: int, written_as: int | None, owner: bytes
) -> Iterator[Row]:
    data = rows.data
    if len(data) < HEADER_BYTES:
        if data:
            yield rows.row(len(data), "the beginning of a header", is_wrong=True)
        return
    magic, version, zero, store_id = HEADER.unpack_from(data)
    named = {MAGIC[LOG]: "a log", MAGIC[MANIFEST]: "a manifest"}.get(magic)
    wanted = magic == MAGIC[kind]
    yield rows.row(8, f"magic: {named or 'not one of ours'}", is_wrong=not wanted)
    yield rows.row(2, f"version {version}")
    yield rows.row(2, "zero" if not zero else f"{zero}, which should be zero", is_wrong=bool(zero))
    yield rows.row(16, f"store {store_id.hex()}", is_wrong=store_id != owner)
    told = _sum(written_as is not None, "the header")
    if written_as not in (None, number):
        told += f" as number {written_as:,}: this file was renamed"
    yield rows.row(4, told, is_wrong=written_as != number)


def _record(rows: _Rows, record: Record) -> Iterator[Row]:
    yield rows.row(4, _sum(fits=True, of=f"a record of {record.end - record.offset:,} bytes"))
    yield rows.row(4, f"length of the payload: {len(record.payload):,}")
    name = "a batch" if record.type == BATCH else "an edit"
    yield rows.row(1, f"type {record.type:#x}: {name}")
    yield rows.row(8, f"operation {record.first_seq:,}")
    if record.type == BATCH:
        yield from _entries(rows, record.end)
    else:
        text = record.payload.decode("utf-8", "backslashreplace")
        yield rows.row(record.end - rows.at, text)
    assert rows.at == record.offset + RECORD.size + len(record.payload)  # noqa: S101


def _entries(rows: _Rows, end: int, *, are_handles: bool = False) -> Iterator[Row]:
    """The columns of entries that are known to decode, then keys and values."""
    keys, entries = decode(rows.data[rows.at : end])
    count, at = len(keys), rows.at
    kinds = rows.data[at + 4 : at + 4 + count]
    yield rows.row(4, f"count of entries: {count:,}")
    yield rows.row(count, f"kinds: {_column([_KINDS[kind] for kind in kinds])}")
    yield rows.row(2 * count, f"sizes of keys: {_column(list(map(len, keys)))}")
    sizes = struct.unpack_from(f"<{count}I", rows.data, rows.at)
    yield rows.row(4 * count, f"sizes of values: {_column(list(sizes))}")
    for key in keys:
        yield rows.row(len(key), f"key {shown(key)}")
    for kind, size, entry in zip(kinds, sizes, entries, strict=True):
        if kind == EXPIRING:
            yield rows.row(MOMENT_BYTES, f"expires {rows.u(rows.at, MOMENT_BYTES):,} ns after 1970")
            size -= MOMENT_BYTES  # noqa: PLW2901 - what is left of it
        if kind != DELETION:
            piece = rows.data[rows.at : rows.at + size]
            what = f"value {shown(piece)}"
            if are_handles:
                place, length, held = HANDLE.unpack(piece)
                what = f"block at {place:,}, {length:,} bytes, {held:,} entries"
            yield rows.row(size, what)
        del entry


def _column(values: list[object] | list[int] | list[str]) -> str:
    some = " ".join(map(str, values[:SIZES_SHOWN]))
    return some if len(values) <= SIZES_SHOWN else f"{some} ... ({len(values):,})"


# Tables


def _place_of_footer(data: bytes) -> int:
    """Where a footer begins: one that fits, or what looks like one; the end when there is none."""
    at = len(data)
    while (at := data.rfind(table_format.MAGIC, 0, at)) != -1:
        foot = data[at : at + FOOTER_BYTES]
        seed = table_seed(foot[_ID], int.from_bytes(foot[_NUMBER], "little"))
        if len(foot) == FOOTER_BYTES:
            crc = check(foot[:-CRC_BYTES], seed, at).to_bytes(CRC_BYTES, "little")
            if foot[-CRC_BYTES:] == crc:
                return at
    last = max(0, len(data) - FOOTER_BYTES)
    foot = data[last:]
    # One of its bytes may be any.
    if len(foot) == FOOTER_BYTES and foot[8:12] == VERSION_AND_ZERO:
        return last
    at = data.find(table_format.MAGIC, last)
    return len(data) if at == -1 else at


class _Table:
    """The rows of one table."""

    def __init__(
        self, data: bytes, number: int, store_id: bytes | None, nearby_id: bytes | None
    ) -> None:
        self.rows_of = _Rows(data)
        self.named = number  # by its name; by its footer it may have another
        self.foot = _place_of_footer(data)
        foot = data[self.foot : self.foot + FOOTER_BYTES]
        said_id = foot[_ID]
        self.store_id, self.number = store_id or said_id, number
        self.footer: Footer | None = None
        for said in (number, int.from_bytes(foot[_NUMBER], "little")):
            if self.footer is None and len(foot) == FOOTER_BYTES:
                with suppress(Damaged):
                    self.footer = footer_in(foot, self.store_id, said, self.foot)
                    self.number = said
        if self.footer is None and store_id is None:
            ids = [one for one in (said_id, nearby_id) if one and len(one) == ID_BYTES]
            fitting = (one for one in ids if block_at(data, 0, table_seed(one, number)))
            self.store_id = next(fitting, ids[0] if ids else bytes(ID_BYTES))
        self.seed = table_seed(self.store_id, self.number)

    def rows(self) -> Iterator[Row]:
        """All of them."""
        rows, data = self.rows_of, self.rows_of.data
        data_end = self.footer.filter.offset if self.footer else self.foot
        for piece in data_blocks(data, self.seed, data_end):
            if isinstance(piece, Block):
                yield from _entries(rows, piece.end - CRC_BYTES)
                yield rows.row(4, _sum(fits=True, of="a data block"))
            else:
                yield rows.row(piece.end - piece.offset, piece.why, is_wrong=True)
        if self.footer is not None:
            for place, name in zip(self.footer.blocks, _PLACES, strict=True):
                yield from self._block(place, name)
        if self.foot + FOOTER_BYTES <= len(data):
            yield from self._footer()
        if rows.at < len(data):
            is_cut = rows.at == self.foot
            what = (
                "the beginning of a footer" if is_cut else "behind the footer, where a table ends"
            )
            yield rows.row(len(data) - rows.at, what, is_wrong=True)

    def _block(self, place: Handle, name: str) -> Iterator[Row]:
        rows, data = self.rows_of, self.rows_of.data
        end = place.offset + place.size - CRC_BYTES
        fits = check(data[place.offset : end], self.seed, place.offset) == rows.u(end, CRC_BYTES)
        if not fits:
            yield rows.row(end - place.offset, f"the {name}", is_wrong=True)
        elif name == "filter":
            bits, probes = bloom.HEADER.unpack_from(data, place.offset)
            yield rows.row(4, f"bits of the filter: {bits:,}")
            yield rows.row(1, f"bits that a key sets: {probes}")
            ones = int.from_bytes(data[rows.at : end], "little").bit_count()
            yield rows.row(end - rows.at, f"the filter, {ones:,} bits of it set")
        elif name == "index":
            yield from _entries(rows, end, are_handles=True)
        else:
            yield rows.row(end - rows.at, data[rows.at : end].decode("utf-8", "backslashreplace"))
        yield rows.row(4, _sum(fits, f"the {name}"), is_wrong=not fits)

    def _footer(self) -> Iterator[Row]:
        rows, data = self.rows_of, self.rows_of.data
        magic, version, zero, store_id, number, *places, _ = FOOTER.unpack_from(data, self.foot)
        is_ours = magic == table_format.MAGIC
        yield rows.row(8, f"magic: {'a table' if is_ours else 'not ours'}", is_wrong=not is_ours)
        yield rows.row(2, f"version {version}")
        yield rows.row(2, "zero" if not zero else f"{zero}, not zero", is_wrong=bool(zero))
        yield rows.row(16, f"store {store_id.hex()}", is_wrong=store_id != self.store_id)
        told = f"table {number:,}"
        if self.named != number == self.number:
            told += ": this file was renamed"
        yield rows.row(8, told, is_wrong=number != self.named)
        for name, offset, size in zip(_PLACES, places[::2], places[1::2], strict=True):
            yield rows.row(4, f"the {name} begins at {offset:,}")
            yield rows.row(4, f"and has {size:,} bytes")
        fits = self.footer is not None
        yield rows.row(4, _sum(fits, "the footer"), is_wrong=not fits)
