"""A data block in memory: as bytes when it was asked once, as a dict when it was asked again.

To look one key up, it is enough to walk the columns of a block: the sizes say where each key
stands, and halving finds it. To make a dict of the block costs three times as much, and pays from
the next look on: then a look is one step. Most blocks of a large store are asked once in a while,
the blocks in use again and again; so the first look leaves the bytes in the cache and the second
the dict.

Source: that a first use says little and a second much is the thought of T. Johnson and D. Shasha,
"2Q: A Low Overhead High Performance Buffer Management Replacement Algorithm", VLDB 1994.

Cost: `find` O(entries) small steps in C, about 3 microseconds for a block of 4 KiB; `unfolded`
about 10, and then 0.1 for each look.

>>> from sdcli.reference.kv.engine.entries import encode
>>> block = encode([b"ada", b"bob"], [b"1815", None])
>>> find(block, b"ada"), find(block, b"bob"), find(block, b"carol")
(b'1815', None, <Absent.ABSENT: 'absent'>)
"""

from __future__ import annotations

import struct
from itertools import accumulate
from typing import TypeAlias

from sdcli.reference.kv.engine.entries import (
    DELETION,
    EACH,
    EXPIRING,
    MOMENT_BYTES,
    VALUE,
    Entry,
    Expiring,
    decode,
)
from sdcli.reference.kv.engine.table_format import ABSENT, Absent

Block: TypeAlias = dict[bytes, Entry]

# What an entry takes in memory beside its bytes in the file. An empty `bytes` takes 33 bytes
# (sys.getsizeof), and memory is handed out in steps of 16, of which 8 are lost on average: 41 for
# the key, 41 for the value. Its place in a dict takes 24, times a half to two thirds in use, and
# one or two of the dict's index: about 37. The file spent 7 on it: 41 + 41 + 37 - 7 = 112.
ENTRY_BYTES = 112
EXPIRING_BYTES = 104  # more: a pair takes 72, its moment 32
BYTES_OBJECT = 41
DICT_BYTES = 104


def find(body: bytes, key: bytes) -> Entry | Absent:
    """What a block has for a key, or ABSENT.

    Raises:
        ValueError: these bytes are no block.
    """
    try:
        count = int.from_bytes(body[:4], "little")
        ends = list(accumulate(struct.unpack_from(f"<{count}H", body, 4 + count), initial=0))
        keys = 4 + EACH * count  # where they begin, behind the columns
        low, high = 0, count
        while low < high:
            middle = (low + high) >> 1
            if body[keys + ends[middle] : keys + ends[middle + 1]] < key:
                low = middle + 1
            else:
                high = middle
        if low == count or body[keys + ends[low] : keys + ends[low + 1]] != key:
            return ABSENT
        # Only the sizes of the values before this one are of interest.
        *before, size = struct.unpack_from(f"<{low + 1}I", body, 4 + 3 * count)
        start = keys + ends[count] + sum(before)
        kind, value = body[4 + low], body[start : start + size]
    except struct.error as error:  # only after a checksum that fitted: seldom
        raise ValueError(str(error)) from None
    if len(value) != size:
        raise ValueError(f"a value of {size:,} bytes ends after {len(value):,}")
    if kind == VALUE:
        return value
    if kind == DELETION:
        return None
    if kind == EXPIRING and size >= MOMENT_BYTES:
        return Expiring(value[MOMENT_BYTES:], int.from_bytes(value[:MOMENT_BYTES], "little"))
    raise ValueError(f"no entry is of kind {kind} with {size:,} bytes")


def unfolded(body: bytes) -> Block:
    """All of a block, by key, in the order of the keys.

    Raises:
        ValueError: these bytes are no block.
    """
    return dict(zip(*decode(body), strict=True))


def charge_folded(body: bytes) -> int:
    """Bytes of memory that a block takes as bytes."""
    return len(body) + BYTES_OBJECT


def charge_unfolded(body: bytes, count: int) -> int:
    """Bytes of memory that a block takes as a dict."""
    expiring = body.count(EXPIRING, 4, 4 + count)
    return len(body) + DICT_BYTES + ENTRY_BYTES * count + EXPIRING_BYTES * expiring
