"""What is left of a damaged table: its own description, and every data block that is intact.

A table whose index is intact says where its blocks are, and of a bad block how many entries it
had. Without the index the blocks are found all the same: each begins with a count and columns of
sizes, which say where it ends, and its checksum fits at that one place in that one file. They lie
one after the other; behind a bad one, the next is looked for at every byte.

An index is made of entries too, and behind the data. It cannot be taken for data: its keys were
there already, in the blocks, so they do not ascend; and its values are handles without a gap.

Cost: O(bytes) with the index. Without it, half a second for each MiB that is searched; ten where
the values are small numbers, which look like counts.
"""

from __future__ import annotations

import json
import struct
from itertools import accumulate
from operator import lt
from typing import TYPE_CHECKING, NamedTuple

from sdcli.core.errors import MissingError
from sdcli.reference.kv.engine.checks import check
from sdcli.reference.kv.engine.entries import DELETION, EACH, EXPIRING, VALUE, Entry, decode
from sdcli.reference.kv.engine.errors import Damaged
from sdcli.reference.kv.engine.fs import bytes_in, read_all
from sdcli.reference.kv.engine.table_file import TableFile
from sdcli.reference.kv.engine.table_format import (
    CRC_BYTES,
    HANDLE,
    Handle,
    TableInfo,
    table_name,
    table_seed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.reference.kv.engine.fs import FileSystem

_HEAD = 4  # bytes of a block's count
_KINDS = bytes([VALUE, DELETION, EXPIRING])
SEARCHED_ENTRIES_MAX = 4096  # of a block behind a bad one, without the index: more is never usual
_PROPERTIES = b'{"blocks":'
_NAMES = ("level", "entries", "deletions", "expiring", "seq_max")


class Block(NamedTuple):
    """A data block that is intact."""

    offset: int
    end: int
    keys: list[bytes]
    entries: list[Entry]


class Lost(NamedTuple):
    """A stretch in which no data block is intact; `entries` is None where nobody knows."""

    offset: int
    end: int
    entries: int | None
    why: str


def info_of(fs: FileSystem, number: int, store_id: bytes) -> TableInfo:
    """What a manifest would say of a table, told by the table itself; its `crc` is 0.

    Raises:
        Damaged: footer or properties are not those of this table.
    """
    name = table_name(number)
    file = TableFile(fs, _blank(number, bytes_in(fs, name, "table")), store_id)
    at = file.footer.properties.offset
    info = _described(file.properties(), number, file.info.size)
    if info is None:
        raise Damaged(name, at, "these properties do not say what is in the table")
    return info


def properties_in(data: bytes, number: int, store_id: bytes) -> TableInfo | None:
    """The same out of a file whose footer is lost: its properties are looked for."""
    seed, at = table_seed(store_id, number), len(data)
    while (at := data.rfind(_PROPERTIES, 0, at)) != -1:
        end = data.find(b"}", at) + 1
        crc = check(data[at:end], seed, at)
        if end and data[end : end + CRC_BYTES] == crc.to_bytes(CRC_BYTES, "little"):
            return _described(json.loads(data[at:end]), number, len(data))
    return None


def _blank(number: int, size: int) -> TableInfo:
    return TableInfo(0, number, size, 0, b"", b"", 0, 0, 0, 0)


def _described(said: dict[str, object], number: int, size: int) -> TableInfo | None:
    try:
        known = {name: said[name] for name in _NAMES}
        bounds = {"first": said["first_key"], "last": said["last_key"]}
        return TableInfo.from_json(known | bounds | {"number": number, "size": size, "crc": 0})
    except (KeyError, ValueError, TypeError):
        return None


def remains(fs: FileSystem, info: TableInfo, store_id: bytes) -> Iterator[Block | Lost]:
    """The data blocks of a table in order, and what is lost between them; nothing is raised.

    Args:
        fs: the folder.
        info: what is known of the table, `entries` 0 where nobody knows; its size need not fit.
        store_id: of the store.
    """
    name = table_name(info.number)
    try:
        file = TableFile(fs, info, store_id)
    except (Damaged, MissingError) as error:
        yield from _without_footer(fs, info, store_id, error.what)
        return
    try:
        _, handles = file.index()
    except (Damaged, MissingError):
        data = _readable(fs, name)[: file.footer.filter.offset]
        if not data:
            yield Lost(0, info.size, None, "nothing of this table can be read")
        yield from data_blocks(data, table_seed(store_id, info.number), len(data))
        return
    for offset, size, count in handles:
        try:
            keys, entries = file.entries(Handle(offset, size))
        except (Damaged, MissingError) as error:
            yield Lost(offset, offset + size, count, error.what)
        else:
            yield Block(offset, offset + size, keys, entries)


def _without_footer(
    fs: FileSystem, info: TableInfo, store_id: bytes, why: str
) -> Iterator[Block | Lost]:
    data = _readable(fs, table_name(info.number))
    if not data:
        yield Lost(0, info.size, None, why)
        return
    yield from data_blocks(data, table_seed(store_id, info.number), len(data))


def _readable(fs: FileSystem, name: str) -> bytes:
    try:
        return read_all(fs, name)
    except (Damaged, MissingError):
        return b""


def data_blocks(data: bytes, seed: int, end: int) -> Iterator[Block | Lost]:
    """The intact data blocks among the first `end` bytes of a table, without its index."""
    at, last = 0, b""
    is_first = True
    while at < end:
        block = block_at(data, at, seed)
        if block is None:
            start = at
            at = _next_block(data, at + 1, seed, end)
            yield Lost(start, at, None, "no data block whose checksum fits stands here")
            continue
        if _is_index(block) or (not is_first and block.keys[0] <= last):
            yield Lost(at, end, 0, "the data has ended")
            return
        yield block
        at, last, is_first = block.end, block.keys[-1], False


def block_at(data: bytes, at: int, seed: int) -> Block | None:
    """The block of entries that begins at byte `at`, if one does."""
    count = int.from_bytes(data[at : at + _HEAD], "little")
    columns = at + _HEAD + EACH * count
    if not count or columns > len(data):
        return None
    if data[at + _HEAD : at + _HEAD + count].translate(None, _KINDS):
        return None
    sizes = struct.unpack_from(f"<{count}H{count}I", data, at + _HEAD + count)
    end = columns + sum(sizes)
    if end + CRC_BYTES > len(data):
        return None
    if data[end : end + CRC_BYTES] != check(data[at:end], seed, at).to_bytes(CRC_BYTES, "little"):
        return None
    try:
        keys, entries = decode(data[at:end])
    except ValueError:
        return None
    return Block(at, end + CRC_BYTES, keys, entries) if all(map(lt, keys, keys[1:])) else None


def _next_block(data: bytes, start: int, seed: int, end: int) -> int:
    """Where the next block begins; `end` when there is none.

    A count below 2^24 has a zero in its fourth byte: `find` stops there alone.
    """
    found = data.find(b"\0", start + _HEAD - 1, end)
    while found != -1:
        at = found - _HEAD + 1
        count = int.from_bytes(data[at : at + _HEAD], "little")
        if 0 < count <= SEARCHED_ENTRIES_MAX and block_at(data, at, seed) is not None:
            return at
        found = data.find(b"\0", found + 1, end)
    return end


def _is_index(block: Block) -> bool:
    """Whether these are handles of the blocks before, one after the other from byte 0."""
    if any(type(entry) is not bytes or len(entry) != HANDLE.size for entry in block.entries):
        return False
    handles = list(HANDLE.iter_unpack(b"".join(block.entries)))  # type: ignore[arg-type]
    starts = list(accumulate((size for _, size, _ in handles), initial=0))
    return [offset for offset, _, _ in handles] == starts[:-1] and starts[-1] <= block.offset
