"""kv.path: one write and one read, followed through every part of a store.

The write is followed by the calls that reach the disk: a record in the log, a sync where it must
survive a power cut, and then a dict. It does not matter how much the store holds.

The key then sinks as others are written: out of the memtable into a table of level 0, into level 1,
into level 2. There it is looked for in a store that was just opened, with nothing in memory. The
read is told before it is made (explain.py in the engine): who is asked, what the filters say, which
block is read; then it is made, and the port must have seen exactly the reads that were told. Made
again, it reads nothing.

Source: P. O'Neil and others, "The Log-Structured Merge-Tree", Acta Informatica 33(4), 1996;
google/leveldb, doc/impl.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sdcli.core.chance import Chance
from sdcli.experiments.contract import Experiment, Frame, Metric, Predict, Result, Watch, word
from sdcli.experiments.kv_driven import name_of
from sdcli.experiments.kv_formulas import KEY_BYTES
from sdcli.experiments.kv_shape import RECORD_BYTES, value_size_param
from sdcli.experiments.scaling import cut, many, scale_of
from sdcli.reference.hashing.drawing import Drawing
from sdcli.reference.kv.engine.counted_fs import CountedFS
from sdcli.reference.kv.engine.explain import NO, PERHAPS, Step, explain
from sdcli.reference.kv.engine.journal import check_sync
from sdcli.reference.kv.engine.options import Options
from sdcli.reference.kv.engine.sim_disk import SimDisk
from sdcli.reference.kv.engine.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEYS_BUDGET = 3_000  # neighbours of the key
BYTES_BUDGET = 3_000_000  # of their values

_DEPTHS = ("memtable", "level-0", "level-1", "level-2", "absent")
_MEMTABLE_KEYS = 250
_LOG_BYTES = 160_000  # a longer log is written out as a table when the store is closed
_LEVEL1_MEMTABLES = 5
_SINKING = 40  # memtables after which a key has gone down two levels, whatever the turn
_AT_ONCE = 50  # writes between two looks at where the key is
_NEWER = 3  # tables of level 0 in the end: one more, and they would be merged
_HOLD_MAX = 0.4
_WATCHED = 3.6  # seconds, in all
_SYNCS = {"always": 1, "group": 0, "os": 0}  # before a put returns
_APPENDS = {"always": 1, "group": 0, "os": 1}


@dataclass(frozen=True)
class Params:
    """Where the key is, and how it is written."""

    depth: str = word("level-2", choices=_DEPTHS, help="where the key is when it is read")
    sync: str = word("always", choices=tuple(_SYNCS), help="when a write is done")
    value_size: float = value_size_param()


@dataclass
class _Path:
    """What was seen of a write and a read."""

    calls: list[tuple[str, str, int]] = field(default_factory=list)  # until the put returned
    later: list[tuple[str, str, int]] = field(default_factory=list)  # until it was durable
    seq: int = 0
    steps: list[Step] = field(default_factory=list)
    reads: list[int] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    is_right: bool = False

    @property
    def logged(self) -> int:
        return sum(size for call, _, size in self.calls + self.later if call == "append")

    def of(self, part: str, said: str = "") -> int:
        """How many steps ask such a part and hear that."""
        return sum(step.part == part and said in ("", step.said) for step in self.steps)

    @property
    def told(self) -> list[int]:
        return [size for step in self.steps for size in step.disk_reads]

    @property
    def blocks(self) -> list[int]:
        return [
            step.disk_reads[-1] for step in self.steps if step.part == "block" and step.disk_reads
        ]


def run(params: Params, seed: int, watch: Watch | None = None) -> Result:
    """Fill a store, follow the write, let the key sink, follow the read.

    Cost: at most KEYS_BUDGET writes before, and as many while the key sinks.
    """
    asked = max(1, round(params.value_size))
    value_bytes = min(asked, BYTES_BUDGET // KEYS_BUDGET)
    path = _followed(params, value_bytes, seed)
    if watch:
        for frame in _frames(params, value_bytes, path):
            watch(frame)
    formula = RECORD_BYTES + KEY_BYTES + value_bytes
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
            cut(value_bytes, asked, "bytes of a value", "bytes do not carry over, counts do")
        ),
        not_carried=tuple(
            name
            for name in metrics
            if value_bytes < asked and ("bytes" in name or name == "logged_formula")
        ),
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


def _followed(params: Params, value_bytes: int, seed: int) -> _Path:
    chance = Chance(seed)
    fs = CountedFS(SimDisk(seed))
    options = _options(value_bytes)
    db = Store(fs, sync=check_sync(params.sync), options=options)

    def neighbour() -> None:
        # Every number but those that end in 0: there our key is, or is not.
        number = chance.below(KEYS_BUDGET) * 10 + 1 + chance.below(9)
        db.put(name_of(number), bytes(value_bytes))

    for _ in range(KEYS_BUDGET):
        neighbour()
    _settle(db)
    if params.depth == "level-0":
        db.compact()  # so that the key's table is the first there, and two newer ones follow
        for _ in range(_AT_ONCE):
            neighbour()
    # Not in the middle of something else: a new log is not what this is about.
    while db.flushing or db.journal.room < 2 * (RECORD_BYTES + KEY_BYTES + value_bytes):
        neighbour()
    db.sync()
    path = _Path()
    key = name_of(10 * (KEYS_BUDGET // 4 + chance.below(KEYS_BUDGET // 2)))
    value = (b"%d" % seed).ljust(value_bytes, b".")[:value_bytes]
    fs.listener = lambda *call: path.calls.append(call)
    db.put(name_of(0) if params.depth == "absent" else key, value)
    fs.listener = lambda *call: path.later.append(call)
    db.sync()
    fs.listener = None
    path.seq = db.journal.seq
    if params.depth != "memtable":
        db.flush()
    if params.depth == "absent":
        _settle(db)
    _sink(db, params.depth, key, value, neighbour)
    db.close()
    db = Store(fs, sync="os", options=options)

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


def _sink(db: Store, depth: str, key: bytes, value: bytes, neighbour: Callable[[], None]) -> None:
    """Write neighbours until the key is where it should be, and newer tables lie above it."""
    wanted = int(depth[-1]) if depth.startswith("level") else None
    for _ in range(_SINKING * _MEMTABLE_KEYS // _AT_ONCE):
        level = explain(db, key)[-1].level
        if wanted is None or level == wanted:
            break
        if level is not None and level > wanted:
            db.put(key, value)  # it went down two levels at once: so once more
        for _ in range(_AT_ONCE):
            neighbour()
        _settle(db)
    while depth != "memtable" and len(db.view.version.levels[0]) < _NEWER:
        for _ in range(_AT_ONCE):
            neighbour()
        db.flush()


def _settle(db: Store) -> None:
    while db.step():
        pass


def _broken(params: Params, path: _Path, formula: int) -> list[str]:
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
    return (
        f"The write: {metrics['bytes_logged']:,.0f} bytes of log, {write}. The read asked "
        f"{many(int(metrics['tables_asked']), 'table')}, of which {metrics['filters_no']:.0f} said "
        f"no by their filters, and read {many(int(metrics['blocks_read']), 'block')} of data; with "
        f"footers, filters and indexes {many(int(metrics['disk_reads']), 'read')} of the disk and "
        f"{metrics['bytes_read']:,.0f} bytes. Made again it read nothing."
    )


def _frames(params: Params, value_bytes: int, path: _Path) -> Iterator[Frame]:
    """The story, a line more in each frame."""
    lines = [*_write_lines(params, value_bytes, path), *_read_lines(path)]
    heads = [i for i, (_, ink) in enumerate(lines) if ink == "head"]
    hold = min(_HOLD_MAX, _WATCHED / len(lines))
    for count in range(1, len(lines) + 1):
        if count - 1 in heads or not lines[count - 1][0]:
            continue
        drawing = Drawing()
        for text, ink in lines[:count]:
            letters = "" if ink == "head" else ink * len(text.rstrip())
            drawing = drawing.above(Drawing((text,), (letters.ljust(len(text)),)))
        is_last = count == len(lines)
        yield Frame(
            title=f"a write and a read, {params.depth.replace('-', ' ')}, sync {params.sync}",
            lines=drawing.lines,
            progress=count / len(lines),
            inks=drawing.inks,
            hold=0.0 if is_last else hold,
        )


def _write_lines(params: Params, value_bytes: int, path: _Path) -> Iterator[tuple[str, str]]:
    """Each line, and its ink: the memory's, the disk's, or that of an answer."""
    yield f"PUT a key of {KEY_BYTES} bytes, a value of {value_bytes:,}", "head"
    memory = f"  memory   operation {path.seq:,} stands in the memtable: reads see it", "b"
    returned = "  put returns", "d"
    calls = [*path.calls, ("return", "", 0), *path.later]
    if params.sync == "group":
        yield memory
    synced = False
    for call, name, size in calls:
        if call == "append":
            parts = f"{RECORD_BYTES} + {KEY_BYTES} + {value_bytes:,}"
            yield f"  log      {size:,} bytes behind the last record of {name}: {parts}", "a"
        elif call == "sync" and not synced:
            synced = True
            yield f"  disk     {name} is synced: it survives a power cut from here on", "a"
        elif call == "return":
            if params.sync != "group":
                yield memory
            yield returned
            if not synced:
                yield "  ...      until somebody asks for a sync, or the group is full:", " "
    yield "", " "


def _read_lines(path: _Path) -> Iterator[tuple[str, str]]:
    yield "GET it, in a store that was just opened", "head"
    before = ""
    for step in path.steps:
        where = "" if step.asked == before else step.asked
        level = f"level {step.level}" if where and step.part not in ("memtable", "range") else ""
        before = step.asked
        part = "" if step.part in ("memtable", "range") else f"{step.part}:"
        said = "no table has it in its range" if step.part == "range" else step.said
        reads = " + ".join(f"{size:,}" for size in step.disk_reads)
        told = f"  {level:<8}{where:<14}{part:<8}{said:<29}{reads}".rstrip()
        ink = "d" if step.is_answer else "e" if step.said == NO else "b"
        yield told, ink if step.said != PERHAPS else "b"
    if not path.steps[-1].is_answer:
        yield "  nobody knows it: there is no such key", "d"


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
