"""The books of a store: what it writes, reads and keeps while keys are overwritten.

All keys are loaded, merged down to the last level, and written once more for the levels above to
fill. From there on every byte is counted that passes the port to the file system, and what the
store says of itself is counted beside it. When nothing is due any more, it is weighed and opened
again, and reads are counted.

What passed for tables is told as at full size (`kv_shape.py` says why); the books themselves are
compared as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.core.chance import Chance
from sdcli.experiments.kv_driven import Driven, name_of
from sdcli.experiments.zipf import Zipf

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.experiments.kv_shape import Shape

    # What was written for each byte of the user's, by what for; bytes of the levels for each live
    # byte; how much of it is done, 0 to 1.
    Show = Callable[[dict[str, float], list[float], float], None]

READS = 60
FRAMES = 25


@dataclass(frozen=True)
class Books:
    """What was counted.

    Args:
        parts: bytes written for each byte of the user's: log, flush and compaction.
        manifest: the same for the manifest, which is beside it.
        off: how far the store's own books are from what passed the port, as a share of it.
        levels: below level 0, that have tables.
        space: bytes of tables and logs for each live byte.
        read: bytes read for each byte asked for.
        blocks: read for each key.
        asked: tables that may have had the key.
        memtables: that were written out while it was counted.
    """

    parts: dict[str, float]
    manifest: float
    off: float
    levels: int
    space: float
    read: float
    blocks: float
    asked: float
    memtables: int


def counted(shape: Shape, overwrites: int, skew: float, seed: int, show: Show | None) -> Books:
    """Load, fill the levels, count while keys are overwritten, read.

    Args:
        shape: the store.
        overwrites: of each key, on average, that are counted.
        skew: Zipf exponent of the keys that are overwritten; 0 for even.
        seed: all chance is drawn from it.
        show: is shown what was counted so far, now and then and in the end.

    Cost: about 80 microseconds for each write with all that it causes.
    """
    chance = Chance(seed)
    driven = Driven(seed, shape.options)
    value = bytes(shape.value_bytes)
    order = list(range(shape.keys))
    chance.child("order").shuffle(order)
    for number in order:
        driven.db.put(name_of(number), value)
        driven.keep_up()
    driven.settle()
    driven.db.compact()
    draw = _drawn(shape.keys, skew, order, chance.child("overwrites"))
    for _ in range(shape.keys):
        driven.db.put(name_of(draw()), value)
        driven.keep_up()
    driven.settle()
    count = shape.keys * overwrites
    before, flushes = _books(driven), driven.db.maintenance.flushes
    shown = 0
    for done in range(1, count + 1):
        driven.db.put(name_of(draw()), value)
        if driven.keep_up() and show and done * FRAMES // count > shown:
            shown = done * FRAMES // count
            parts = _parts(shape, before, _books(driven), done * shape.entry_bytes)
            show(parts, _levels(driven, shape), done / (count + 1))
    driven.settle()
    after = _books(driven)
    parts = _parts(shape, before, after, count * shape.entry_bytes)
    flushes = driven.db.maintenance.flushes - flushes
    levels = _levels(driven, shape)
    if show:
        show(parts, levels, 1.0)
    logs = driven.bytes_of(".log") / shape.live_bytes
    written, reported = after["port"] - before["port"], after["reported"] - before["reported"]
    read, blocks, asked = _reads(driven, shape)
    return Books(
        parts={name: parts[name] for name in ("log", "flush", "compaction")},
        manifest=parts["manifest"],
        off=abs(reported - written) / written,
        levels=sum(size > 0 for size in levels[1:]),
        space=sum(levels) + logs,
        read=read,
        blocks=blocks,
        asked=asked,
        memtables=flushes,
    )


def _drawn(keys: int, skew: float, order: list[int], chance: Chance) -> Callable[[], int]:
    """Draws keys; the often written ones lie anywhere."""
    if not skew:
        return lambda: chance.below(keys)
    zipf = Zipf(keys, skew)
    return lambda: order[zipf.draw(chance) - 1]


def _books(driven: Driven) -> dict[str, int]:
    """What was written so far: at the port, and what the store says."""
    of, maintenance = driven.fs.of, driven.db.maintenance
    table = of("table").bytes_written
    return {
        "log": of("log").bytes_written,
        "flush": maintenance.bytes_flushed,
        "compaction": table - maintenance.bytes_flushed,
        "manifest": of("manifest").bytes_written + of("CURRENT").bytes_written,
        "port": driven.written,
        "reported": driven.reported,
    }


def _parts(
    shape: Shape, before: dict[str, int], after: dict[str, int], user_bytes: int
) -> dict[str, float]:
    """Bytes for each of the user's, those of tables as if these were of full size."""
    scales = {
        "log": 1.0,
        "flush": shape.flush_scale,
        "compaction": shape.table_scale,
        "manifest": 1.0,
    }
    return {
        name: (after[name] - before[name]) * scale / user_bytes for name, scale in scales.items()
    }


def _levels(driven: Driven, shape: Shape) -> list[float]:
    """Bytes of the levels for each live byte, as if tables were of full size."""
    return [
        size * (shape.table_scale if level else shape.flush_scale) / shape.live_bytes
        for level, size in enumerate(driven.level_bytes)
    ]


def _reads(driven: Driven, shape: Shape) -> tuple[float, float, float]:
    """Bytes and blocks read for each get, and tables that may have had the key.

    Filters and indexes are in memory first: a key that is not there brings the one, a scan, which
    keeps no block, the other.
    """
    driven.reopened()
    driven.settle()  # what was in memory is one table more
    db, tally = driven.db, driven.fs.of("table")
    for table in db.view.version.tables:
        table.get(table.info.first + b"\0")
        next(table.blocks(), None)
    count = min(READS, shape.keys)
    wanted = [name_of(shape.keys * i // count) for i in range(count)]
    before = tally.reads, tally.bytes_read
    asked = 0
    for key in wanted:
        asked += len(db.view.version.tables_for(key))
        db.get(key)
    blocks, read = tally.reads - before[0], tally.bytes_read - before[1]
    return read / (count * shape.entry_bytes), blocks / count, asked / count
