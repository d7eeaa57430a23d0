"""kv.amplification: what a log-structured store writes, reads and keeps beyond what it is asked to.

Nothing in it is changed in place. A write goes to the log, then with its memtable into a table, and
from there, step by step, into larger and larger levels; each step writes it again, together with
what lies there already. What that buys: every write to the disk is long and in order. What it
costs are three ratios, and no setting makes all three small:

    write    bytes written to the disk, for each byte that a user writes
    read     bytes read from the disk, for each byte that a user reads
    space    bytes on the disk, for each byte that is live

The run loads all keys, merges them down to the last level, and writes each again once for the
levels above to fill. Then it counts, at the port to the file system, while keys are overwritten,
each as likely as any other or a few of them more often (`skew`). Reads ask for keys that lie far
apart, with filters and indexes in memory and no blocks.

The store's own books are compared with what passed the port: a store that does not know what it
writes cannot tell anybody.

Source: P. O'Neil and others, "The Log-Structured Merge-Tree", Acta Informatica 33(4), 1996; S. Dong
and others, "Optimizing Space Amplification in RocksDB", CIDR 2017.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.core.chance import Chance
from sdcli.experiments.contract import (
    Experiment,
    Frame,
    Metric,
    Predict,
    Result,
    Watch,
    integer,
    quantity,
)
from sdcli.experiments.kv_driven import Driven, name_of
from sdcli.experiments.kv_shape import (
    Shape,
    growth_param,
    memtable_param,
    shape_of,
    size_param,
    value_size_param,
)
from sdcli.experiments.zipf import Zipf
from sdcli.reference.hashing.drawing import Drawing, bar

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.experiments.kv_formulas import Levelled

PUTS_BUDGET = 15_000  # each is written about ten times
BYTES_BUDGET = 5_000_000  # of keys and values in them
READS = 60

_FRAMES = 25
_HOLD = 0.12
_BAR_WIDTH = 40
_NAME_WIDTH = 14
_OFF = 0.25  # how far the formula may be off; the levels are never quite full
_BOOKS_OFF = 0.01


@dataclass(frozen=True)
class Params:
    """A store, and how it is written to."""

    size: float = size_param(1e9)
    value_size: float = value_size_param()
    memtable: float = memtable_param()
    growth: int = growth_param()
    overwrites: int = integer(
        3, low=1, high=1000, help="times that each key is written again, on average"
    )
    skew: float = quantity(
        0.0, low=0.0, high=4.0, unit="", help="Zipf exponent of the overwrites: 0 for even"
    )


@dataclass(frozen=True)
class _Seen:
    """What was counted."""

    parts: dict[str, float]  # bytes written for each byte of the user's, by what for
    manifest: float  # the same, for the manifest
    books_off: float
    level_bytes: list[int]
    space: float
    read: float
    blocks: float
    asked: float


def run(params: Params, seed: int, watch: Watch | None = None) -> Result:
    """Load, fill the levels, count while keys are overwritten, read.

    Cost: at most PUTS_BUDGET writes, about 80 microseconds each with all that they cause.
    """
    shape = shape_of(
        params.size,
        params.value_size,
        params.memtable,
        params.growth,
        puts_max=PUTS_BUDGET,
        bytes_max=BYTES_BUDGET,
        puts_each=params.overwrites + 2.0,
    )
    seen = _counted(params, shape, seed, watch)
    levelled, design = shape.levelled, shape.design
    write = sum(seen.parts.values())
    metrics = {
        "write_amplification": write,
        "write_formula": levelled.write,
        "write_log": seen.parts["log"],
        "write_flush": seen.parts["flush"],
        "write_compaction": seen.parts["compaction"],
        "write_manifest": seen.manifest,
        "books_off": seen.books_off,
        "space_amplification": seen.space,
        "space_formula": levelled.space,
        "read_amplification": seen.read,
        "blocks_per_get": seen.blocks,
        "tables_per_get": seen.asked,
        "tables_formula": float(levelled.tables_asked),
        "levels": float(sum(size > 0 for size in seen.level_bytes[1:])),
        "design_write": design.write,
        "design_space": design.space,
        "design_levels": float(len(design.sizes)),
    }
    broken = _broken(params, metrics)
    return Result(
        metrics=metrics,
        verdict="fails" if broken else "holds",
        note=f"Broken: {'; '.join(broken)}." if broken else _note(metrics, shape),
        scale=shape.scale,
        not_carried=tuple(name for name in metrics if not _carries(name, shape)),
    )


def _carries(name: str, shape: Shape) -> bool:
    """Whether a metric says something about the design, and not only about what was built."""
    if not shape.is_cut or name.startswith("design_"):
        return True
    # What a manifest and a block are to the data depends on its size.
    return shape.is_alike and name not in ("write_manifest", "read_amplification")


def _counted(params: Params, shape: Shape, seed: int, watch: Watch | None) -> _Seen:
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
    draw = _drawn(shape.keys, params.skew, order, chance.child("overwrites"))
    for _ in range(shape.keys):
        driven.db.put(name_of(draw()), value)
        driven.keep_up()
    driven.settle()
    count = shape.keys * params.overwrites
    before = _books(driven)
    shown = 0
    for done in range(1, count + 1):
        driven.db.put(name_of(draw()), value)
        if driven.keep_up() and watch and done * _FRAMES // count > shown:
            shown = done * _FRAMES // count
            parts = _parts(before, _books(driven), done * shape.entry_bytes)
            watch(_frame(shape, parts, driven.level_bytes, done / (count + 1), _HOLD))
    driven.settle()
    after = _books(driven)
    parts = _parts(before, after, count * shape.entry_bytes)
    level_bytes = driven.level_bytes
    space = driven.bytes_of(".table", ".log") / shape.live_bytes
    if watch:
        watch(_frame(shape, parts, level_bytes, 1.0, 0.0))
    written, reported = after["port"] - before["port"], after["reported"] - before["reported"]
    read, blocks, asked = _reads(driven, shape)
    return _Seen(
        parts={name: parts[name] for name in ("log", "flush", "compaction")},
        manifest=parts["manifest"],
        books_off=abs(reported - written) / written,
        level_bytes=level_bytes,
        space=space,
        read=read,
        blocks=blocks,
        asked=asked,
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


def _parts(before: dict[str, int], after: dict[str, int], user_bytes: int) -> dict[str, float]:
    names = ("log", "flush", "compaction", "manifest")
    return {name: (after[name] - before[name]) / user_bytes for name in names}


def _reads(driven: Driven, shape: Shape) -> tuple[float, float, float]:
    """Bytes and blocks read for each get, and tables that may have had the key.

    Filters and indexes are in memory first: a key that is not there brings the one, a scan, which
    keeps no block, the other.
    """
    driven.reopened()
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


def _broken(params: Params, metrics: dict[str, float]) -> list[str]:
    """What is not as the claim says."""
    broken = []
    if metrics["books_off"] > _BOOKS_OFF:
        broken.append(f"the store's books are off by {metrics['books_off'] * 100:.2f} %")
    write, formula = metrics["write_amplification"], metrics["write_formula"]
    if write > formula * (1 + _OFF):
        broken.append(f"a byte was written {write:.1f} times, the formula has {formula:.1f}")
    if write < formula * (1 - _OFF) and not params.skew:
        broken.append(f"a byte was written only {write:.1f} times, of {formula:.1f}")
    if metrics["space_amplification"] > metrics["space_formula"] * (1 + _BOOKS_OFF):
        broken.append(f"the store takes {metrics['space_amplification']:.2f} times its live data")
    if metrics["tables_per_get"] > metrics["tables_formula"]:
        broken.append(f"a read asked {metrics['tables_per_get']:.1f} tables")
    return broken


def _note(metrics: dict[str, float], shape: Shape) -> str:
    told = (
        f"Each byte was written {metrics['write_amplification']:.1f} times (log "
        f"{metrics['write_log']:.1f}, flush {metrics['write_flush']:.1f}, compactions "
        f"{metrics['write_compaction']:.1f}; the formula has {metrics['write_formula']:.1f}), the "
        f"disk held {metrics['space_amplification']:.1f} times the live data, and a read took "
        f"{metrics['blocks_per_get']:.2f} blocks, though {metrics['tables_per_get']:.1f} tables "
        "could have had the key."
    )
    if shape.is_cut and not shape.is_alike:
        told += (
            f" At the design's own size the formulas have {metrics['design_write']:.1f} times "
            f"written and {metrics['design_space']:.1f} times the space, with "
            f"{metrics['design_levels']:.0f} levels."
        )
    return told


def _frame(
    shape: Shape,
    parts: dict[str, float],
    level_bytes: list[int],
    progress: float,
    hold: float,
) -> Frame:
    """What each byte cost so far, and how full the levels are."""
    expected = shape.levelled.write_parts
    down = {"compaction": sum(expected.values()) - expected["log"] - expected["flush"]}
    theory = {**expected, **down}
    most = max(*parts.values(), *(theory[name] for name in ("log", "flush", "compaction")))
    drawing = Drawing.plain("written for each byte of the user's       formula")
    for name, ink in (("log", "a"), ("flush", "b"), ("compaction", "c")):
        head = f"{name:<{_NAME_WIDTH}} {parts[name]:>6.2f} "
        drawing = drawing.above(_row(head, parts[name] / most, ink, f"{theory[name]:>7.2f}"))
    drawing = drawing.above(Drawing.plain("", "on the disk, for each live byte"))
    sizes = {level: size for level, size in enumerate(level_bytes) if size}
    widest = max(sizes.values(), default=1)
    for level, size in sizes.items():
        head = f"{f'level {level}':<{_NAME_WIDTH}} {size / shape.live_bytes:>6.2f} "
        drawing = drawing.above(_row(head, size / widest, "defghij"[level], ""))
    return Frame(
        title=f"{shape.keys:,} keys of {shape.entry_bytes:,} bytes are overwritten",
        lines=drawing.lines,
        progress=progress,
        inks=drawing.inks,
        hold=hold,
    )


def _row(head: str, length: float, ink: str, tail: str) -> Drawing:
    drawn = bar(length, _BAR_WIDTH)
    line = f"{head}{drawn:<{_BAR_WIDTH}}{tail}".rstrip()
    return Drawing((line,), (f"{' ' * len(head)}{ink * len(drawn)}".ljust(len(line)),))


def _question(params: Params) -> str:
    design = _design(params)
    levels = len(design.sizes)
    return (
        f"{design.keys:,} keys with values of {design.value_bytes:,} bytes lie in "
        f"{levels} level{'s' if levels > 1 else ''} below level 0, each {params.growth} times the "
        "one above. Keys are overwritten. How many bytes are written to the disk in all, for each "
        "byte that a user writes?"
    )


def _design(params: Params) -> Levelled:
    return shape_of(
        params.size,
        params.value_size,
        params.memtable,
        params.growth,
        puts_max=1,
        bytes_max=1,
        puts_each=1.0,
    ).design


def _explain(params: Params, result: Result) -> str:
    metrics = result.metrics
    return (
        f"{metrics['write_amplification']:.1f}: {metrics['write_log']:.1f} for the log, "
        f"{metrics['write_flush']:.1f} for the flush and {metrics['write_compaction']:.1f} "
        "for the way down. A table that goes down meets about half of "
        f"{params.growth} times its own bytes, since its turn comes when it is twice as dense as "
        "its level; and much of what comes down "
        "is dropped on the way, for a newer version of the same key. Smaller growth means less of "
        "that and more levels: more tables for a read to ask, and more versions that take space."
    )


EXPERIMENT = Experiment(
    name="kv.amplification",
    title="What a log-structured store writes, reads and keeps",
    claim=(
        "Written evenly, each byte is written as often as the sum over the levels says, within "
        "25 %, and skewed writes no more often; the disk holds no more than all levels full; the "
        "store's own books are what passed the port, within 1 %."
    ),
    source="O'Neil and others, Acta Informatica 33(4), 1996; Dong and others, CIDR 2017",
    revision=1,
    Params=Params,
    metrics=(
        Metric(
            "write_amplification",
            "",
            less_is_better=True,
            title="bytes written / user's",
            theory="write_formula",
        ),
        Metric("write_formula", "", less_is_better=None, title="its formula, over the levels"),
        Metric("write_log", "", less_is_better=True, title="of it: the log"),
        Metric("write_flush", "", less_is_better=True, title="of it: memtables written out"),
        Metric("write_compaction", "", less_is_better=True, title="of it: tables merged"),
        Metric("write_manifest", "", less_is_better=True, title="beside it: the manifest"),
        Metric("books_off", "", less_is_better=True, title="the store's books / the port, off by"),
        Metric(
            "space_amplification",
            "",
            less_is_better=True,
            title="bytes on disk / live",
            theory="space_formula",
        ),
        Metric("space_formula", "", less_is_better=None, title="all levels full, at most"),
        Metric("read_amplification", "", less_is_better=True, title="bytes read / asked for"),
        Metric("blocks_per_get", "", less_is_better=True, title="blocks read for a key"),
        Metric(
            "tables_per_get",
            "",
            less_is_better=True,
            title="tables that may have it",
            theory="tables_formula",
        ),
        Metric("tables_formula", "", less_is_better=None, title="of level 0 and one a level"),
        Metric("levels", "", less_is_better=None, title="levels below level 0"),
        Metric("design_write", "", less_is_better=True, title="formula for the design: written"),
        Metric("design_space", "", less_is_better=True, title="formula for the design: space"),
        Metric("design_levels", "", less_is_better=None, title="formula for the design: levels"),
    ),
    predict=Predict(
        question=_question,
        metric="write_amplification",
        tolerance=0.3,
        explain=_explain,
        example="25 or 2.5",
    ),
    run=run,
)
