"""kv.amplification: what a log-structured store writes, reads and keeps beyond what it is asked to.

Nothing in it is changed in place. A write goes to the log, then with its memtable into a table, and
from there, step by step, into larger and larger levels; each step writes it again, together with
what lies there already. What that buys: every write to the disk is long and in order. What it
costs are three ratios, and no setting makes all three small:

    write    bytes written to the disk, for each byte that a user writes
    read     bytes read from the disk, for each byte that a user reads
    space    bytes on the disk, for each byte that is live

The run fills all levels and then counts, at the port to the file system, while keys are
overwritten, each as likely as any other or a few of them more often (`skew`); kv_books.py does it.
Reads ask for keys that lie far apart, with filters and indexes in memory and no blocks. What a byte
costs is the same in each round, so a few rounds tell as much as a thousand.

The formula is about many memtables of many entries. Where a store has a few, or a run writes out a
few, levels are not filled as it assumes: then the run judges the rest, and says so.

The store's own books are compared with what passed the port: a store that does not know what it
writes cannot tell anybody.

Source: P. O'Neil and others, "The Log-Structured Merge-Tree", Acta Informatica 33(4), 1996; S. Dong
and others, "Optimizing Space Amplification in RocksDB", CIDR 2017.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.experiments.contract import (
    FULL_SCALE,
    Experiment,
    Frame,
    Metric,
    Predict,
    Result,
    Watch,
    integer,
    quantity,
)
from sdcli.experiments.kv_books import Books, counted
from sdcli.experiments.kv_formulas import KEY_BYTES
from sdcli.experiments.kv_shape import (
    Shape,
    growth_param,
    memtable_param,
    shape_of,
    size_param,
    value_size_param,
)
from sdcli.experiments.scaling import cut, many, scale_of
from sdcli.reference.hashing.drawing import Drawing, bar

if TYPE_CHECKING:
    from sdcli.experiments.kv_formulas import Levelled

PUTS_BUDGET = 15_000  # each is written about ten times
BYTES_BUDGET = 5_000_000  # of keys and values in them

_ROUNDS = 6  # that are counted at most, where there are many keys
_ROUNDS_MAX = 100  # and where there are few
_HOLD = 0.12
_BAR_WIDTH = 40
_NAME_WIDTH = 14
_OFF = 0.25  # how far the formula may be off; the levels are never quite full
_BOOKS_OFF = 0.01
# Where the formula is about what there is: entries of a memtable, and memtables that were written
# out while it was counted (three times what goes down from level 0 at once).
_ENTRIES_MIN = 16
_COUNTED_MIN = 12


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


def run(params: Params, seed: int, watch: Watch | None = None) -> Result:
    """Load, fill the levels, count while keys are overwritten, read.

    Cost: at most PUTS_BUDGET writes, about 80 microseconds each with all that they cause.
    """
    keys = max(1, round(params.size / (KEY_BYTES + round(params.value_size))))
    rounds = min(params.overwrites, max(_ROUNDS, min(_ROUNDS_MAX, PUTS_BUDGET // keys - 2)))
    shape = shape_of(
        params.size,
        params.value_size,
        params.memtable,
        params.growth,
        puts_max=PUTS_BUDGET,
        bytes_max=BYTES_BUDGET,
        puts_each=rounds + 2.0,
    )
    show = None
    if watch:

        def show(parts: dict[str, float], levels: list[float], progress: float) -> None:
            watch(_frame(shape, parts, levels, progress))

    books = counted(shape, rounds, params.skew, seed, show)
    theory, design = shape.theory, shape.design
    metrics = {
        "write_amplification": sum(books.parts.values()),
        "write_formula": theory.write,
        "write_log": books.parts["log"],
        "write_flush": books.parts["flush"],
        "write_compaction": books.parts["compaction"],
        "write_manifest": books.manifest,
        "books_off": books.off,
        "space_amplification": books.space,
        "space_formula": theory.space,
        "read_amplification": books.read,
        "blocks_per_get": books.blocks,
        "tables_per_get": books.asked,
        "tables_formula": float(theory.tables_asked),
        "levels": float(books.levels),
        "design_write": design.write,
        "design_space": design.space,
        "design_levels": float(len(design.sizes)),
    }
    untold = _untold(shape, books)
    broken = _broken(params, metrics, untold)
    return Result(
        metrics=metrics,
        verdict="fails" if broken else "holds",
        note=f"Broken: {'; '.join(broken)}." if broken else _note(metrics, shape, untold),
        scale=scale_of(
            "" if shape.scale == FULL_SCALE else shape.scale,
            cut(rounds, params.overwrites, "overwrites of each key", "each costs the same"),
        ),
        not_carried=tuple(name for name in metrics if not _carries(name, shape)),
    )


def _carries(name: str, shape: Shape) -> bool:
    """Whether a metric says something about the design, and not only about what was built."""
    if not shape.is_cut or name.startswith("design_"):
        return True
    # What a manifest and a block are to the data depends on its size.
    return shape.is_alike and name not in ("write_manifest", "read_amplification")


def _untold(shape: Shape, books: Books) -> str:
    """Why the formula for writes is not about this run; empty where it is."""
    entries = shape.levelled.memtable_entries
    if entries < _ENTRIES_MIN:
        return f"a memtable holds {entries:.3g} of the {_ENTRIES_MIN} entries that it takes"
    if shape.keys < entries:
        return "all data fits in one memtable"
    if books.memtables < _COUNTED_MIN:
        return f"{many(books.memtables, 'memtable')} became tables, and it takes {_COUNTED_MIN}"
    return ""


def _broken(params: Params, metrics: dict[str, float], untold: str) -> list[str]:
    """What is not as the claim says, of what can be told."""
    broken = []
    if metrics["books_off"] > _BOOKS_OFF:
        broken.append(f"the store's books are off by {metrics['books_off'] * 100:.2f} %")
    write, formula = metrics["write_amplification"], metrics["write_formula"]
    if write > formula * (1 + _OFF) and not untold:
        broken.append(f"a byte was written {write:.1f} times, the formula has {formula:.1f}")
    if write < formula * (1 - _OFF) and not untold and not params.skew:
        broken.append(f"a byte was written only {write:.1f} times, of {formula:.1f}")
    if metrics["space_amplification"] > metrics["space_formula"] * (1 + _BOOKS_OFF):
        broken.append(f"the store takes {metrics['space_amplification']:.2f} times its live data")
    if metrics["tables_per_get"] > metrics["tables_formula"]:
        broken.append(f"a read asked {metrics['tables_per_get']:.1f} tables")
    return broken


def _note(metrics: dict[str, float], shape: Shape, untold: str) -> str:
    formula = "" if untold else f"; the formula has {metrics['write_formula']:.1f}"
    told = (
        f"Each byte was written {metrics['write_amplification']:.1f} times (log "
        f"{metrics['write_log']:.1f}, flush {metrics['write_flush']:.1f}, compactions "
        f"{metrics['write_compaction']:.1f}{formula}), the disk "
        f"held {metrics['space_amplification']:.1f} times the live data, and a read took "
        f"{metrics['blocks_per_get']:.2f} blocks, though {metrics['tables_per_get']:.1f} tables "
        "could have had the key."
    )
    if untold:
        told += (
            f" The formula for writes was not tested: {untold}. The store's books, the space and "
            "the tables that a read asks were."
        )
    if shape.is_cut and not shape.is_alike:
        told += (
            f" At the design's own size the formulas have {metrics['design_write']:.1f} times "
            f"written and {metrics['design_space']:.1f} times the space, with "
            f"{metrics['design_levels']:.0f} levels."
        )
    return told


def _frame(shape: Shape, parts: dict[str, float], levels: list[float], progress: float) -> Frame:
    """What each byte cost so far, and how full the levels are."""
    expected = shape.theory.write_parts
    down = {"compaction": sum(expected.values()) - expected["log"] - expected["flush"]}
    theory = {**expected, **down}
    shown = ("log", "flush", "compaction")
    most = max(max(parts[name], theory[name]) for name in shown)
    drawing = Drawing.plain("written for each byte of the user's       formula")
    for name, ink in zip(shown, "abc", strict=True):
        head = f"{name:<{_NAME_WIDTH}} {parts[name]:>6.2f} "
        drawing = drawing.above(_row(head, parts[name] / most, ink, f"{theory[name]:>7.2f}"))
    drawing = drawing.above(Drawing.plain("", "on the disk, for each live byte"))
    sizes = {level: size for level, size in enumerate(levels) if size}
    widest = max(sizes.values(), default=1)
    for level, size in sizes.items():
        head = f"{f'level {level}':<{_NAME_WIDTH}} {size:>6.2f} "
        drawing = drawing.above(_row(head, size / widest, "defghij"[level], ""))
    return Frame(
        title=f"overwriting {many(shape.keys, 'key')} of {shape.entry_bytes:,} bytes",
        lines=drawing.lines,
        progress=progress,
        inks=drawing.inks,
        hold=_HOLD if progress < 1 else 0.0,
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
        "25 % where the data does not fit in one memtable and a memtable has 16 entries or more; "
        "skewed writes no more often; the disk holds no more than all levels full; the store's own "
        "books are what passed the port, within 1 %."
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
        Metric(
            "write_manifest", "", less_is_better=True, title="the manifest; hardly any at full size"
        ),
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
        example="25 or 25x",
    ),
    run=run,
)
