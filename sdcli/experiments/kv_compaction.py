"""kv.compaction: watch the levels fill, and go down into one another.

Each memtable that is written out is one more table in level 0, and a read must ask all of those.
So they are merged into level 1, where tables do not overlap and a read asks one; when level 1 is
full, one of its tables goes down into level 2, and so on. Three things are to be kept at once:

    few tables to ask      at most a few in level 0, and one in each level below
    levels within bounds   each `growth` times as large as the one above, and never larger for long
    no waste               a deleted key leaves a deletion behind, which hides older values below;
                           it goes when nothing is left to hide

The run writes keys in any order, overwrites them, deletes some, overwrites the others, and lets
maintenance keep up. In the end it merges everything, and what is left must be the keys that live,
and no deletion.

The picture has a row for each table of level 0, and for each level below one row: from left to
right the key space, and in each cell the letter of the table that has it.

Where all that is written fits in a memtable or two, nothing is merged on the way, and little is put
to the test: the run says so, and which memtable would show more.

Source: P. O'Neil and others, "The Log-Structured Merge-Tree", Acta Informatica 33(4), 1996;
google/leveldb, doc/impl.md, "Compactions".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sdcli.core.chance import Chance
from sdcli.experiments.contract import (
    Experiment,
    Frame,
    Metric,
    Predict,
    Result,
    Watch,
    quantity,
)
from sdcli.experiments.kv_driven import Driven, name_of
from sdcli.experiments.kv_formulas import KEY_BYTES
from sdcli.experiments.kv_shape import (
    Shape,
    growth_param,
    memtable_param,
    shape_of,
    size_param,
    value_size_param,
)
from sdcli.experiments.scaling import many
from sdcli.reference.hashing.drawing import LETTERS, Drawing
from sdcli.reference.kv.engine.options import KIB
from sdcli.reference.kv.engine.pick import scores

if TYPE_CHECKING:
    from sdcli.reference.kv.engine.table_reader import Table

PUTS_BUDGET = 15_000
BYTES_BUDGET = 5_000_000

_OVERWRITES = 2  # of each key, on average: once before some are deleted, once after
_FRAMES = 36
_HOLD = 0.1
_COLUMNS = 44
_SHOWN = 40  # memtables that fill a level or two
_ROWS_MAX = 6  # of level 0


@dataclass(frozen=True)
class Params:
    """A store, and what is done to it."""

    size: float = size_param(400e3)
    value_size: float = value_size_param()
    memtable: float = memtable_param(8 * KIB)
    growth: int = growth_param(4)
    deletes: float = quantity(
        0.3, low=0.0, high=1.0, unit="", help="share of the keys that are deleted"
    )


@dataclass
class _Seen:
    """What was seen on the way."""

    level0_most: int = 0
    asked_most: int = 0
    deletions_most: int = 0
    pause: int = 0  # bytes that went through the port during one write, with what was due after it
    largest: int = 0  # bytes read and written by one compaction
    levels: set[int] = field(default_factory=set)

    def look(self, driven: Driven) -> None:
        """Before anything is done about it."""
        levels = driven.db.view.version.levels
        self.level0_most = max(self.level0_most, len(levels[0]))
        self.asked_most = max(self.asked_most, len(levels[0]) + sum(map(bool, levels[1:])))
        self.deletions_most = max(self.deletions_most, _deletions(driven))
        self.levels |= {level for level, tables in enumerate(levels) if tables}


def run(params: Params, seed: int, watch: Watch | None = None) -> Result:
    """Write, overwrite, delete; then merge everything.

    Cost: at most PUTS_BUDGET writes, about 60 microseconds each with all that they cause.
    """
    shape = shape_of(
        params.size,
        params.value_size,
        params.memtable,
        params.growth,
        puts_max=PUTS_BUDGET,
        bytes_max=BYTES_BUDGET,
        puts_each=1.0 + _OVERWRITES + params.deletes,
    )
    driven, seen = Driven(seed, shape.options), _Seen()
    order, deleted = _driven(params, shape, seed, driven, seen, watch)
    db = driven.db
    driven.settle()
    fullest = max(scores(db.view.version, shape.options))
    tables = len(db.view.version.tables)
    asked = len(db.view.version.levels[0]) + sum(map(bool, db.view.version.levels[1:]))
    left, bytes_before = _deletions(driven), sum(driven.level_bytes)
    maintenance = db.maintenance
    flushes, compactions = maintenance.flushes, maintenance.compactions
    merged, flushed = maintenance.bytes_compacted, maintenance.bytes_flushed
    logged = driven.fs.of("log").bytes_written
    if watch:
        watch(_frame(driven, shape, "nothing is due any more", 1.0, 0.0))
    db.compact()
    living = shape.keys - deleted
    entries = sum(table.info.entries for table in db.view.version.tables)
    gone = [name_of(number) for number in order[:deleted]]
    risen = sum(db.get(key) is not None for key in gone[:500])
    metrics = {
        "flushes": float(flushes),
        "compactions": float(compactions),
        "merged_per_flushed": merged / flushed if flushed else 0.0,
        "level0_most": float(seen.level0_most),
        "tables_asked_most": float(seen.asked_most),
        "tables_asked_end": float(asked),
        "tables_end": float(tables),
        "levels": float(len(seen.levels - {0})),
        "fullest_level": fullest,
        "largest_compaction": float(seen.largest),
        "deletions_most": float(seen.deletions_most),
        "deletions_end": float(left),
        "deletions_merged": float(_deletions(driven)),
        "space_end": bytes_before / (living * shape.entry_bytes) if living else 0.0,
        "entries_merged": float(entries),
        "entries_live": float(living),
        "risen": float(risen),
    }
    broken = _broken(metrics, shape)
    return Result(
        metrics=metrics,
        verdict="fails" if broken else "holds",
        note=f"Broken: {'; '.join(broken)}." if broken else _note(metrics, shape, logged),
        scale=shape.scale,
        not_carried=tuple(name for name in metrics if not _carries(name, shape)),
    )


def _carries(name: str, shape: Shape) -> bool:
    if not shape.is_cut:
        return True
    counted = ("largest_compaction", "entries_merged", "entries_live")
    is_count = name in counted or (name.startswith("deletions") and name != "deletions_merged")
    return name in ("deletions_merged", "risen") or (shape.is_alike and not is_count)


def _driven(  # noqa: PLR0917 - what a run is made of
    params: Params,
    shape: Shape,
    seed: int,
    driven: Driven,
    seen: _Seen,
    watch: Watch | None,
) -> tuple[list[int], int]:
    """Do all writes; returns all keys, those that were deleted first, and how many these are."""
    chance = Chance(seed)
    order = list(range(shape.keys))
    chance.child("order").shuffle(order)
    draws = chance.child("overwrites")
    deleted = round(shape.keys * params.deletes)
    writes: list[tuple[int, bool]] = [(number, True) for number in order]
    writes += [(draws.below(shape.keys), True) for _ in range(shape.keys)]
    chance.child("deletes").shuffle(order)
    writes += [(number, False) for number in order[:deleted]]
    living = order[deleted:]
    if living:  # so that deletions sink too
        writes += [(living[draws.below(len(living))], True) for _ in range(shape.keys)]
    value, db = bytes(shape.value_bytes), driven.db
    frames = 0

    def look_at_what_is_done() -> None:
        seen.look(driven)
        maintenance = db.maintenance
        before = maintenance.compactions, maintenance.bytes_compacted + maintenance.bytes_read
        while db.step():
            after = maintenance.compactions, maintenance.bytes_compacted + maintenance.bytes_read
            if after[0] > before[0]:
                seen.largest = max(seen.largest, after[1] - before[1])
                before = after
                seen.look(driven)

    flushes = 0
    for done, (number, is_put) in enumerate(writes, 1):
        if is_put:
            db.put(name_of(number), value)
        else:
            db.delete(name_of(number))
        if db.flushing or db.maintenance.flushes > flushes:
            db.maintenance.finish_flush()
            is_shown = watch is not None and done * _FRAMES // len(writes) > frames
            if watch and is_shown:
                frames = done * _FRAMES // len(writes)
                told = f"{done:,} of {len(writes):,} writes"
                watch(_frame(driven, shape, told, done / (len(writes) + 1), _HOLD))
            look_at_what_is_done()
            driven.keep_up()
            flushes = db.maintenance.flushes
    return order, deleted


def _deletions(driven: Driven) -> int:
    return sum(table.info.deletions for table in driven.db.view.version.tables)


def _broken(metrics: dict[str, float], shape: Shape) -> list[str]:
    """What is not as the claim says."""
    broken = []
    if metrics["fullest_level"] >= 1:
        broken.append(f"a level holds {metrics['fullest_level']:.2f} of its size")
    most = shape.options.level0_tables
    if metrics["level0_most"] > most:
        broken.append(f"level 0 had {metrics['level0_most']:.0f} tables")
    if metrics["deletions_merged"]:
        broken.append(f"{metrics['deletions_merged']:.0f} deletions are left after a full merge")
    if metrics["entries_merged"] != metrics["entries_live"]:
        broken.append(
            f"{metrics['entries_merged']:,.0f} entries are left of {metrics['entries_live']:,.0f}"
        )
    if metrics["risen"]:
        broken.append(f"{many(int(metrics['risen']), 'deleted key')} came back")
    return broken


def _note(metrics: dict[str, float], shape: Shape, logged: int) -> str:
    if not metrics["compactions"]:
        return _note_of_little(metrics, shape, logged)
    return (
        f"{metrics['flushes']:,.0f} memtables became tables and {metrics['compactions']:,.0f} "
        "compactions kept them in order: level 0 never had more than "
        f"{metrics['level0_most']:.0f} tables, a read had to ask "
        f"{metrics['tables_asked_most']:.0f} at most, and for each byte that was flushed "
        f"{metrics['merged_per_flushed']:.1f} were merged. In the end "
        f"{metrics['deletions_end']:,.0f} of up to {metrics['deletions_most']:,.0f} deletions "
        "still stood in tables; a merge of everything left none, and no deleted key came back."
    )


def _note_of_little(metrics: dict[str, float], shape: Shape, logged: int) -> str:
    """What was tested where nothing was merged on the way."""
    flushes = int(metrics["flushes"])
    became = many(flushes, "memtable") if flushes else "No memtable"
    told = (
        f"{became} became {'a table' if flushes < 2 else 'tables'}, and nothing was merged "  # noqa: PLR2004
        f"on the way: {logged:,} bytes of log are written in all, and a memtable takes "
        f"{shape.options.log_bytes_max:,}. Only the merge of everything in the end was tested, "
        "which left each living key once and no deletion; the levels were not."
    )
    shows = logged // _SHOWN // KIB
    if shows:
        return f"{told} A memtable of {shows:,} KiB shows them at work."
    return f"{told} More data shows them at work."


def _frame(driven: Driven, shape: Shape, told: str, progress: float, hold: float) -> Frame:
    """The levels as they are, from left to right the keys."""
    version, drawing = driven.db.view.version, Drawing()
    for level, tables in enumerate(version.levels):
        if not tables and level > 0:
            continue
        rows = [[table] for table in tables] if level == 0 else [list(tables)]
        if not rows:
            rows = [[]]
        for i, row in enumerate(rows[:_ROWS_MAX]):
            size = sum(table.info.size for table in tables)
            room = f"/{shape.options.level_bytes_max(level) / KIB:,.0f}" if level else ""
            tail = f" {many(len(tables), 'table')}, {size / KIB:,.0f}{room} KiB" if i == 0 else ""
            head = f"level {level} " if i == 0 else " " * 8
            cells = _cells(row, shape.keys)
            drawing = drawing.above(Drawing.cells(head, cells).beside(Drawing.plain(tail), gap=0))
    drawing = drawing.above(
        Drawing.plain("", "a letter: the table that has these keys; ·: no table has them")
    )
    foot = f"{many(driven.db.maintenance.compactions, 'compaction')} so far"
    drawing = drawing.above(Drawing.plain(f"{foot}; {_deletions(driven):,} deletions in tables"))
    return Frame(
        title=f"{shape.keys:,} keys of {KEY_BYTES + shape.value_bytes:,} bytes, {told}",
        lines=drawing.lines,
        progress=progress,
        inks=drawing.inks,
        hold=hold,
    )


def _cells(tables: list[Table], keys: int) -> str:
    """Which table has which part of the key space."""
    cells = ["·"] * _COLUMNS
    for table in tables:
        first, last = (
            int(key[-12:]) * _COLUMNS // keys for key in (table.info.first, table.info.last)
        )
        letter = LETTERS[table.info.number % 26]
        cells[first : last + 1] = letter * (last + 1 - first)
    return "".join(cells)


def _question(params: Params) -> str:
    return (
        "A store merges level 0 when it has 4 tables; each level below holds "
        f"{params.growth} times the one above it. Keys are written in any order, and maintenance "
        "keeps up. For each byte that is flushed into level 0, how many bytes do compactions write?"
    )


def _explain(params: Params, result: Result) -> str:
    metrics = result.metrics
    return (
        f"{metrics['merged_per_flushed']:.1f}. All of level 0 goes down at once and takes level 1 "
        "along: two bytes for one. From there one table at a time goes down, with those that it "
        f"overlaps: about half of {params.growth} for one, and one for itself and one at the "
        "edges. That is the price for a read that asks "
        f"{metrics['tables_asked_end']:.0f} tables and not {metrics['flushes']:,.0f}."
    )


EXPERIMENT = Experiment(
    name="kv.compaction",
    title="Levels that fill and merge",
    claim=(
        "Where maintenance keeps up, level 0 never has more than 4 tables and every level ends "
        "within its size; a merge of everything leaves each living key once and no deletion, and "
        "no deleted key comes back."
    ),
    source="O'Neil and others, Acta Informatica 33(4), 1996; google/leveldb, doc/impl.md",
    revision=1,
    Params=Params,
    metrics=(
        Metric("flushes", "", less_is_better=None, title="memtables written out"),
        Metric("compactions", "", less_is_better=None, title="compactions"),
        Metric("merged_per_flushed", "", less_is_better=True, title="bytes merged / flushed"),
        Metric("level0_most", "", less_is_better=True, title="most tables in level 0"),
        Metric("tables_asked_most", "", less_is_better=True, title="most tables for a read to ask"),
        Metric("tables_asked_end", "", less_is_better=True, title="the same once nothing is due"),
        Metric("tables_end", "", less_is_better=None, title="tables once nothing is due"),
        Metric("levels", "", less_is_better=None, title="levels below level 0"),
        Metric("fullest_level", "", less_is_better=True, title="fullest level / its size"),
        Metric(
            "largest_compaction", "B", less_is_better=True, title="read and written by the largest"
        ),
        Metric("deletions_most", "", less_is_better=True, title="most deletions in tables"),
        Metric("deletions_end", "", less_is_better=True, title="deletions once nothing is due"),
        Metric("deletions_merged", "", less_is_better=True, title="after a merge of everything"),
        Metric("space_end", "", less_is_better=True, title="bytes of tables / live"),
        Metric(
            "entries_merged",
            "key",
            less_is_better=None,
            title="entries after a merge",
            theory="entries_live",
        ),
        Metric("entries_live", "key", less_is_better=None, title="keys that live"),
        Metric("risen", "key", less_is_better=True, title="deleted keys that came back"),
    ),
    predict=Predict(
        question=_question,
        metric="merged_per_flushed",
        tolerance=0.3,
        explain=_explain,
        example="15 or 15x",
    ),
    run=run,
)
