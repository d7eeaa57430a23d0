"""kv.path: one write and one read, followed through every part of a store.

The write is followed by the calls that reach the disk: a record in the log, a sync where it must
survive a power cut, and then a dict. It does not matter how much the store holds.

The key then sinks as others are written: out of the memtable into a table of level 0, into level 1,
into level 2. There it is looked for in a store that was just opened, with nothing in memory. The
read is told before it is made (explain.py in the engine): who is asked, what the filters say, which
block is read; then it is made, and the port must have seen exactly the reads that were told. Made
again, it reads nothing.

The write is made with a value as large as it is asked for: where that is too large for a few
thousand neighbours, in a store of its own. Then the neighbours' values are smaller, and the key's
among them: counts are as they would be, bytes of a read are not.

Source: P. O'Neil and others, "The Log-Structured Merge-Tree", Acta Informatica 33(4), 1996;
google/leveldb, doc/impl.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.core.chance import Chance
from sdcli.experiments.contract import Experiment, Metric, Predict, Result, Watch, word
from sdcli.experiments.kv_driven import Driven, name_of
from sdcli.experiments.kv_formulas import KEY_BYTES
from sdcli.experiments.kv_path_story import Path, frames_of
from sdcli.experiments.kv_shape import RECORD_BYTES, value_size_param
from sdcli.experiments.scaling import cut, many, scale_of
from sdcli.reference.kv.engine.explain import NO, explain
from sdcli.reference.kv.engine.journal import check_sync
from sdcli.reference.kv.engine.options import Options

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS_BUDGET = 3_000  # neighbours of the key
BYTES_BUDGET = 3_000_000  # of their values

_DEPTHS = ("memtable", "level-0", "level-1", "level-2", "absent")
_MEMTABLE_KEYS = 250
_LOG_BYTES = 160_000  # a longer log is written out as a table when the store is closed
_LEVEL1_MEMTABLES = 5
_SINKING = 40  # memtables after which a key has gone down two levels, whatever the turn
_AT_ONCE = 50  # writes between two looks at where the key is
_NEWER = 3  # tables of level 0 in the end: one more, and they would be merged
_SYNCS = {"always": 1, "group": 0, "os": 0}  # before a put returns
_APPENDS = {"always": 1, "group": 0, "os": 1}


@dataclass(frozen=True)
class Params:
    """Where the key is, and how it is written."""

    depth: str = word("level-2", choices=_DEPTHS, help="where the key is when it is read")
    sync: str = word("always", choices=tuple(_SYNCS), help="when a write is done")
    value_size: float = value_size_param()


def run(params: Params, seed: int, watch: Watch | None = None) -> Result:
    """Fill a store, follow the write, let the key sink, follow the read.

    Cost: at most KEYS_BUDGET writes before, and as many while the key sinks.
    """
    asked = max(1, round(params.value_size))
    value_bytes = min(asked, BYTES_BUDGET // KEYS_BUDGET)
    path = _followed(params, asked, value_bytes, seed)
    if watch:
        for frame in frames_of(path, params.depth, params.sync):
            watch(frame)
    formula = RECORD_BYTES + KEY_BYTES + asked
    metrics = {
        "bytes_logged": float(path.logged),
        "logged_formula": float(formula),
        "write_calls": float(len(path.calls)),
        "write_syncs": float(sum(call == "sync" for call, _, _ in path.calls)),
        "memtables_asked": float(path.of("memtable")),
        "tables_asked": float(path.of("filter")),
        "filters_no": float(path.of("filter", NO)),
        "filters_wrong": float(path.of("block", NO)),
        "blocks_read": float(len(path.blocks)),
        "disk_reads": float(len(path.reads)),
        "bytes_read": float(sum(path.reads)),
        "block_bytes": float(sum(path.blocks)),
        "reads_again": float(len(path.again)),
    }
    broken = _broken(params, path, formula)
    return Result(
        metrics=metrics,
        verdict="fails" if broken else "holds",
        note=f"Broken: {'; '.join(broken)}." if broken else _note(params, metrics),
        scale=scale_of(
            cut(
                value_bytes,
                asked,
                "bytes of a value that is read",
                "the write is as large as it is, and counts carry over; bytes that are read do not",
            )
        ),
        not_carried=("bytes_read", "block_bytes") if value_bytes < asked else (),
    )


def _options(value_bytes: int) -> Options:
    """Small levels, so that a few thousand keys fill three of them."""
    log_bytes = min(_MEMTABLE_KEYS * (RECORD_BYTES + KEY_BYTES + value_bytes), _LOG_BYTES)
    return Options(
        log_bytes_max=log_bytes,
        table_bytes=log_bytes,
        level1_bytes=_LEVEL1_MEMTABLES * log_bytes,
        growth=2,
        group_operations=_AT_ONCE,
    )


def _followed(params: Params, asked: int, value_bytes: int, seed: int) -> Path:
    chance = Chance(seed)
    options = _options(value_bytes)
    driven = Driven(seed, options, sync=check_sync(params.sync))
    db, fs = driven.db, driven.fs

    def neighbour() -> None:
        # Every number but those that end in 0: there our key is, or is not.
        number = chance.below(KEYS_BUDGET) * 10 + 1 + chance.below(9)
        db.put(name_of(number), bytes(value_bytes))

    for _ in range(KEYS_BUDGET):
        neighbour()
    driven.settle()
    if params.depth == "level-0":
        db.compact()  # so that the key's table is the first there, and two newer ones follow
        for _ in range(_AT_ONCE):
            neighbour()
    # Not in the middle of something else: a new log is not what this is about.
    while db.flushing or db.journal.room < 2 * (RECORD_BYTES + KEY_BYTES + value_bytes):
        neighbour()
    db.sync()
    path = Path(asked, value_bytes)
    key = name_of(10 * (KEYS_BUDGET // 4 + chance.below(KEYS_BUDGET // 2)))
    value = (b"%d" % seed).ljust(value_bytes, b".")[:value_bytes]
    written = name_of(0) if params.depth == "absent" else key
    if value_bytes == asked:
        _write(driven, written, value, path)
    else:
        alone = Driven(seed, Options(), sync=check_sync(params.sync))
        alone.db.put(name_of(1), b"")  # the first write makes the files
        alone.db.sync()
        _write(alone, written, bytes(asked), path)
        alone.db.close()
        db.put(written, value)
        db.sync()
    if params.depth != "memtable":
        db.flush()
    if params.depth == "absent":
        driven.settle()
    _sink(driven, params.depth, key, value, neighbour)
    driven.reopened()
    db = driven.db

    def reading(reads: list[int]) -> None:
        fs.listener = lambda call, _name, size: reads.append(size) if call == "pread" else None
        found = db.get(key)
        fs.listener = None
        path.is_right = found == (None if params.depth == "absent" else value)

    path.steps = explain(db, key)
    reading(path.reads)
    is_right = path.is_right
    reading(path.again)
    path.is_right = path.is_right and is_right
    db.close()
    return path


def _write(driven: Driven, key: bytes, value: bytes, path: Path) -> None:
    """One write, until it survives a power cut."""
    driven.fs.listener = lambda *call: path.calls.append(call)
    driven.db.put(key, value)
    driven.fs.listener = lambda *call: path.later.append(call)
    driven.db.sync()
    driven.fs.listener = None
    path.seq = driven.db.journal.seq


def _sink(
    driven: Driven, depth: str, key: bytes, value: bytes, neighbour: Callable[[], None]
) -> None:
    """Write neighbours until the key is where it should be, and newer tables lie above it."""
    db = driven.db
    wanted = int(depth[-1]) if depth.startswith("level") else None
    for _ in range(_SINKING * _MEMTABLE_KEYS // _AT_ONCE):
        level = explain(db, key)[-1].level
        if wanted is None or level == wanted:
            break
        if level is not None and level > wanted:
            db.put(key, value)  # it went down two levels at once: so once more
        for _ in range(_AT_ONCE):
            neighbour()
        driven.settle()
    while depth != "memtable" and len(db.view.version.levels[0]) < _NEWER:
        for _ in range(_AT_ONCE):
            neighbour()
        db.flush()


def _broken(params: Params, path: Path, formula: int) -> list[str]:
    """What is not as the claim says."""
    broken = []
    if path.logged != formula:
        broken.append(f"the write logged {path.logged:,} bytes, not {formula:,}")
    calls = [call for call, _, _ in path.calls]
    if calls != ["append"] * _APPENDS[params.sync] + ["sync"] * _SYNCS[params.sync]:
        broken.append(f"the put made the calls {', '.join(calls) or 'none'}")
    if not path.is_right:
        broken.append("the read gave another answer")
    if path.reads != path.told:
        broken.append(f"the read was told as {path.told}, and was {path.reads}")
    if path.again:
        broken.append(f"the second read made {many(len(path.again), 'read')} of the disk")
    has_it = params.depth not in ("memtable", "absent")
    if len(path.blocks) != path.of("block", NO) + has_it:
        broken.append(f"{many(len(path.blocks), 'block')} read")
    level = path.steps[-1].level
    if params.depth.startswith("level") and params.depth != f"level-{level}":
        broken.append(f"the key did not come to {params.depth}")
    return broken


def _note(params: Params, metrics: dict[str, float]) -> str:
    write = {
        "always": "one append and one sync before the put returned",
        "os": "one append before the put returned, and no sync",
        "group": "nothing before the put returned: its group goes to the disk later, in one record",
    }[params.sync]
    told = f"The write: {metrics['bytes_logged']:,.0f} bytes of log, {write}."
    if params.depth == "memtable":
        return f"{told} The read found it in the memtable, and read nothing from the disk."
    return (
        f"{told} The read asked "
        f"{many(int(metrics['tables_asked']), 'table')}, of which {metrics['filters_no']:.0f} said "
        f"no by their filters, and read {many(int(metrics['blocks_read']), 'block')} of data; with "
        f"footers, filters and indexes {many(int(metrics['disk_reads']), 'read')} of the disk and "
        f"{metrics['bytes_read']:,.0f} bytes. Made again it read nothing."
    )


def _question(params: Params) -> str:
    where = {
        "memtable": "A key is in the memtable",
        "level-0": "A key is in one of three tables of level 0",
        "level-1": "A key is in level 1, and three tables of level 0 are newer",
        "level-2": "A key is in level 2; level 1 and three tables of level 0 are newer",
        "absent": "A key is nowhere, though tables of every level have its range",
    }[params.depth]
    return (
        f"{where}; the store was just opened, and nothing of its tables is in memory. How many "
        "blocks of data does a read of this key bring in from the disk?"
    )


def _explain(params: Params, result: Result) -> str:
    metrics = result.metrics
    if params.depth == "memtable":
        return (
            "None: the log was read when the store was opened, and what was in no table yet is in "
            "the memtable again."
        )
    blocks = many(int(metrics["blocks_read"]), "block")
    return (
        f"{blocks}. Tables whose range has the key: {metrics['tables_asked']:.0f}. The filters of "
        f"{metrics['filters_no']:.0f} of them said that it is surely not there; where one says "
        "perhaps, the index says which block could have it. What is read beside blocks, "
        f"{metrics['bytes_read'] - metrics['block_bytes']:,.0f} bytes of footers, filters and "
        "indexes, stays in memory and is paid once for all keys of a table. That is what filters "
        "are for: without them each table would cost a block, in vain."
    )


EXPERIMENT = Experiment(
    name="kv.path",
    title="One write and one read through every part of a store",
    claim=(
        "A write is one record of 28 bytes and its key and value, and one sync where it must "
        "survive a power cut; a read brings in one block of data where a table has the key, one "
        "for each wrong filter, and nothing the second time."
    ),
    source="O'Neil and others, Acta Informatica 33(4), 1996; google/leveldb, doc/impl.md",
    revision=1,
    Params=Params,
    metrics=(
        Metric(
            "bytes_logged",
            "B",
            less_is_better=True,
            title="of log for the write",
            theory="logged_formula",
        ),
        Metric("logged_formula", "B", less_is_better=None, title="28, the key and the value"),
        Metric("write_calls", "", less_is_better=True, title="calls before the put returned"),
        Metric("write_syncs", "", less_is_better=True, title="syncs among them"),
        Metric("memtables_asked", "", less_is_better=True, title="memtables asked"),
        Metric("tables_asked", "", less_is_better=True, title="tables asked"),
        Metric("filters_no", "", less_is_better=None, title="filters that said no"),
        Metric("filters_wrong", "", less_is_better=True, title="filters that were wrong"),
        Metric("blocks_read", "", less_is_better=True, title="blocks of data read"),
        Metric("disk_reads", "", less_is_better=True, title="reads of the disk, all in all"),
        Metric("bytes_read", "B", less_is_better=True, title="read, all in all"),
        Metric("block_bytes", "B", less_is_better=True, title="of them blocks of data"),
        Metric("reads_again", "", less_is_better=True, title="reads of the disk, the second time"),
    ),
    predict=Predict(
        question=_question,
        metric="blocks_read",
        tolerance=0.2,
        explain=_explain,
        example="8",
    ),
    run=run,
)
