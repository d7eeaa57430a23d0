"""kv.crash: the power goes at every moment of a store's life, and nothing promised is gone.

A store that returns from a write has promised something. Whether it keeps that, nobody sees while
all goes well: the kernel remembers what was written, and answers as if the disk did. The promise
is about what is left when the memory is gone, of bytes that came in any order, or in part.

So a few hundred writes are made on a disk that writes down each of its operations; they are enough
for logs to end, for tables to be written and merged. Then, for the moment after every operation,
the disks that a crash may have left are made, the store is opened on each, and what it holds is
compared with the states that it went through. Some of them go on, and lose power again.

Other faults have smaller checks of their own, and all of them are part of the claim: a process that
dies and leaves to the next one what was not synced, a torn end of a log, turned bits, a full disk,
a sync that fails, reads while tables are merged.

`--bug` plants one of the defects of kv_defects.py in the engine: the experiment has to fail. A
check that cannot fail says nothing.

Sources: T. S. Pillai and others, "All File Systems Are Not Created Equal", OSDI 2014 (crash at each
operation, in any order); facebook/rocksdb, tools/db_crashtest.py (the expected state beside it).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.experiments.contract import (
    Experiment,
    Frame,
    Metric,
    Predict,
    Result,
    Watch,
    integer,
    word,
)
from sdcli.experiments.kv_checks import AGAIN, FAULTS, MODES, TELLS
from sdcli.experiments.kv_cuts import Crashes
from sdcli.experiments.kv_defects import BY_NAME, DEFECTS, NONE
from sdcli.experiments.kv_planted import engine
from sdcli.experiments.kv_trial import LOG_BYTES, Tally
from sdcli.experiments.scaling import cut, many, scale_of
from sdcli.reference.hashing.drawing import Drawing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sdcli.reference.kv.engine.sim_machine import Operation

OPERATIONS_BUDGET = 400  # writes of the run
DISKS_BUDGET = 3_600  # that are left by crashes and looked at; half of them differ

_FRAMES = 16
_HOLD = 0.15
_NAME_WIDTH, _WIDTH = 10, 68
_RECORD_BYTES = 100  # of a write in the log, on average; a batch counts as one
_LANES = (("log", ".log"), ("tables", ".table"), ("manifest", ".manifest"), ("CURRENT", ".new"))


@dataclass(frozen=True)
class Params:
    """A run, and what is done to it."""

    operations: int = integer(
        200, low=10, high=10**6, unit="write", help="puts, deletes and batches of the run"
    )
    keys: int = integer(24, low=2, high=200, unit="key", help="different keys, written over")
    sync: str = word("always", choices=MODES, help="when a write is done")
    draws: int = integer(
        1, low=1, high=8, help="disks with any part of what was not synced, for each moment"
    )
    bug: str = word(
        NONE,
        choices=(NONE, *BY_NAME),
        help="a defect that is planted in the engine",
        meanings=("the engine as it is", *(defect.wrong for defect in DEFECTS)),
    )


def run(params: Params, seed: int, watch: Watch | None = None) -> Result:
    """Crash at every moment, then the other faults.

    Cost: at most DISKS_BUDGET stores opened and read, half of them the same as another, and some
    2,000 for the other checks, whatever the parameters.
    """
    made = engine(params.bug)
    writes = min(params.operations, OPERATIONS_BUDGET)
    main = Crashes(made, seed, params.sync, writes, params.keys)
    every = max(1, -(-main.moments * (3 + params.draws) // DISKS_BUDGET))
    picture = _Picture(main, every, watch)
    main.try_all(draws=params.draws, every=every, again=AGAIN, seen=picture.tried)

    lazy = Crashes(made, seed, "os", writes, params.keys, reopens=0)
    lazy.try_all(kinds=("nothing",), draws=0)
    faults: dict[str, Tally] = {}
    for name, check in FAULTS.items():
        faults[name] = check(made, seed)
        picture.checked(faults)
    picture.last(faults)

    others = Tally()
    for one in (lazy.tally, *faults.values()):
        others.add(one)
    metrics = {
        "disks": float(main.tally.tried),
        "lost": float(main.tally.lost),
        "wrong": float(main.tally.wrong),
        "half_batches": float(main.tally.halves),
        "refused": float(main.tally.refused),
        "holes": float(main.tally.holes),
        "kept_unpromised": float(main.kept_more),
        "promised": float(len(main.story.safe)),
        "faults": float(others.tried),
        "faults_bad": float(others.bad),
        "os_taken": float(lazy.most_taken),
    }
    tried = len(main.marks)
    return Result(
        metrics=metrics,
        verdict="fails" if main.tally.bad or others.bad else "holds",
        note=_note(params, main, others),
        scale=scale_of(
            cut(
                writes,
                params.operations,
                "writes",
                "the counts do not carry over; whether anything is lost was seen on these alone",
            ),
            cut(tried, main.moments, "moments", "between them nobody looked"),
        ),
        not_carried=tuple(metrics) if writes < params.operations or every > 1 else (),
    )


def _note(params: Params, main: Crashes, others: Tally) -> str:
    tally = main.tally
    first = tally.first or others.first
    if first:
        planted = f"With {params.bug} in it: {BY_NAME[params.bug].wrong}. " if _bug(params) else ""
        return (
            f"{planted}{many(tally.bad, 'finding')} on {tally.tried:,} disks that crashes left, "
            f"{others.bad:,} of {many(others.tried, 'other fault')}. The first: {first}."
        )
    holes = (
        f" On {many(main.tally.holes, 'disk')} a later page came through and an earlier one did "
        "not: the store names the hole and does not open, which mode os allows."
        if main.tally.holes
        else ""
    )
    return (
        f"{tally.tried:,} disks that crashes left, at {many(len(main.marks), 'moment')}: on each "
        f"the store opened with all that it had promised, and on {main.kept_more:,} with more."
        f"{holes} {many(others.tried, 'other fault')}: every answer right, or the damage named."
    )


def _bug(params: Params) -> bool:
    return params.bug != NONE


class _Picture:
    """The run as a line, operation by operation, and what was found at each."""

    def __init__(self, main: Crashes, every: int, watch: Watch | None) -> None:
        self._main = main
        self._watch = watch
        self._lanes = _lanes(main.disk.operations)
        self._step = max(every, main.moments // _FRAMES)
        self._next = self._step

    def tried(self, moment: int) -> None:
        """A frame, now and then."""
        if self._watch and moment >= self._next:
            self._next += self._step
            self._frame(f"a crash after operation {moment:,}", 0.7 * moment / self._main.moments)

    def checked(self, faults: dict[str, Tally]) -> None:
        """A frame after each other check."""
        if self._watch:
            self._frame("other faults", 0.7 + 0.3 * len(faults) / (len(FAULTS) + 1), faults)

    def last(self, faults: dict[str, Tally]) -> None:
        """The picture of the whole."""
        if self._watch:
            self._frame("a crash at every moment", 1.0, faults)

    def _frame(self, title: str, progress: float, faults: dict[str, Tally] | None = None) -> None:
        drawing = self._lanes.above(_crashes(self._main), _counts(self._main))
        if faults:
            drawing = drawing.above(Drawing.plain(""), *map(_row, faults, faults.values()))
        if self._watch:
            hold = _HOLD if progress < 1 else 0.0
            self._watch(Frame(title, drawing.lines, progress, drawing.inks, hold))


def _lanes(operations: Sequence[Operation]) -> Drawing:
    """For each kind of file a line: where it was written to, and where it was synced."""
    drawing = Drawing()
    total = len(operations)
    for name, ending in _LANES:
        cells = [" "] * _WIDTH
        for operation in operations:
            if operation.name.endswith(ending):
                at = (operation.number - 1) * _WIDTH // total
                cells[at] = _mark(cells[at], operation.call)
        drawing = drawing.above(Drawing.plain(f"{name:<{_NAME_WIDTH}}{''.join(cells)}".rstrip()))
    return drawing


def _mark(before: str, call: str) -> str:
    """What a column shows: the rarest of what happened in it."""
    mark = {"create": "*", "remove": "-", "sync": "|", "rename": ">"}.get(call, ".")
    order = " .|>-*"
    return mark if order.index(mark) > order.index(before) else before


def _crashes(main: Crashes) -> Drawing:
    """For each part of the run the worst that was found in it."""
    cells = [" "] * _WIDTH
    for moment, mark in main.marks.items():
        at = min(_WIDTH - 1, moment * _WIDTH // main.moments)
        cells[at] = max(cells[at], mark, key=" +xL".index)
    ink = "".join({" ": " ", "+": "d"}.get(cell, "e") for cell in cells)
    return Drawing((f"{'crashes':<{_NAME_WIDTH}}{''.join(cells)}",), (" " * _NAME_WIDTH + ink,))


def _counts(main: Crashes) -> Drawing:
    tally = main.tally
    found = f"{tally.lost:,} lost, {tally.wrong:,} wrong, {tally.halves:,} by halves"
    return Drawing.plain(
        "",
        "* begun   . written   | synced   > renamed   - removed",
        "crashes: + all that was promised is there   L lost or wrong   x refused, or half",
        "",
        f"{many(tally.tried, 'disk')}: {found}, {tally.refused:,} refused; "
        f"{main.tally.holes:,} with a hole",
    )


def _row(name: str, tally: Tally) -> Drawing:
    line = f"{TELLS[name]:<34}{tally.tried:>7,} tried  "
    told = f"{many(tally.bad, 'finding')}" if tally.bad else "none found wanting"
    return Drawing((line + told,), (" " * len(line) + ("e" if tally.bad else "d") * len(told),))


def _question(params: Params) -> str:
    return (
        "In mode os a write is done when the kernel has it; a log is synced when it is full and "
        f"the next begins. {many(params.operations, 'write')} are made, a log is full at "
        f"{LOG_BYTES:,} bytes, and a write takes about {_RECORD_BYTES} bytes in it. Now and then "
        "somebody calls sync. Then the power goes, at the worst of all moments. How many "
        "acknowledged writes can be gone?"
    )


def _explain(params: Params, result: Result) -> str:
    taken = result.metrics["os_taken"]
    return (
        f"{taken:,.0f}: about what one log holds, {LOG_BYTES:,} / {_RECORD_BYTES} = "
        f"{LOG_BYTES // _RECORD_BYTES}. What is in older logs was synced, what is in this one the "
        "kernel has alone. With logs of 16 MiB, as they are unless you set them, it is more than a "
        "hundred thousand. A process that dies takes none of them. Mode group bounds the loss by "
        f"its group; in mode {params.sync} here {result.metrics['lost']:,.0f} of what was promised "
        f"were lost on {result.metrics['disks']:,.0f} disks."
    )


EXPERIMENT = Experiment(
    name="kv.crash",
    title="A store whose power goes at every moment",
    claim=(
        "Whatever moment the power goes or the process dies at, the store opens with all that it "
        "had promised, each batch whole; and any other fault is borne, or named."
    ),
    source="Pillai and others, OSDI 2014; rocksdb, tools/db_crashtest.py",
    revision=1,
    Params=Params,
    metrics=(
        Metric("disks", "", less_is_better=None, title="disks that crashes left, looked at"),
        Metric("lost", "", less_is_better=True, title="promised values that were gone"),
        Metric("wrong", "", less_is_better=True, title="values older than promised, or nobody's"),
        Metric("half_batches", "", less_is_better=True, title="disks with half a batch"),
        Metric("refused", "", less_is_better=True, title="disks on which it did not open"),
        Metric("holes", "", less_is_better=None, title="mode os: disks with a hole, named"),
        Metric(
            "kept_unpromised", "", less_is_better=None, title="disks with more than was promised"
        ),
        Metric("promised", "write", less_is_better=None, title="writes that were promised"),
        Metric("faults", "", less_is_better=None, title="other faults that were tried"),
        Metric("faults_bad", "", less_is_better=True, title="of them, borne badly"),
        Metric(
            "os_taken", "write", less_is_better=True, title="mode os: most that a power cut took"
        ),
    ),
    predict=Predict(
        question=_question,
        metric="os_taken",
        tolerance=0.4,
        explain=_explain,
        example="70 or 70 write",
    ),
    run=run,
)
