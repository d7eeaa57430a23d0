"""All checks by name, at the size at which kv.crash runs them all; each planted defect names one.

    crash         a run in one mode: the power goes, or the process dies, at every moment
    modes         the three modes: the same, at every fourth moment
    lives         the process dies, another takes over, and in its life the power goes
    tail          a log that ends in the middle of its last record
    damage        a bit that turned, or other bytes
    full          a disk without space
    failed-sync   a sync that fails
    reads         gets, scans and snapshots beside a model

kv_cuts.py, kv_lives.py, kv_faults.py and kv_reads.py have them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.experiments.kv_cuts import Crashes
from sdcli.experiments.kv_faults import damage, failed_sync, full, tail
from sdcli.experiments.kv_reads import Reads
from sdcli.experiments.kv_trial import Tally

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.experiments.kv_planted import Engine

MODES = ("always", "group", "os")
KEYS = 24
MODES_WRITES, MODES_EVERY = 60, 4
LIVES_WRITES, LIVES_EACH, LIVES_EVERY = 50, 1, 4
AGAIN = 20  # of the random disks every so manieth gets a second life
TAIL_EVERY, FULL_EVERY, SYNC_EVERY = 4, 4, 5
FLIPS = 100  # for each of two stores
READS = 500


def crash(engine: Engine, seed: int, sync: str = "always", writes: int = 200) -> Tally:
    """What kv.crash does first, at its defaults; up to the first finding."""
    run = Crashes(engine, seed, sync, writes, KEYS)
    run.try_all(again=AGAIN, stop_early=True)
    return run.tally


def modes(engine: Engine, seed: int) -> Tally:
    """A shorter run in each mode."""
    total = Tally()
    for sync in MODES:
        run = Crashes(engine, seed, sync, MODES_WRITES, KEYS)
        run.try_all(every=MODES_EVERY, again=AGAIN)
        total.add(run.tally)
    return total


def lives(engine: Engine, seed: int) -> Tally:
    """The life after a death, in each mode."""
    total = Tally()
    for sync in MODES:
        run = Crashes(engine, seed, sync, LIVES_WRITES, KEYS)
        run.take_over(each=LIVES_EACH, every=LIVES_EVERY)
        total.add(run.tally)
    return total


# Each of them: what is tried, and found, for an engine and a seed.
FAULTS: dict[str, Callable[[Engine, int], Tally]] = {
    "modes": modes,
    "lives": lives,
    "tail": lambda engine, seed: tail(engine, seed, closeness=TAIL_EVERY),
    "damage": lambda engine, seed: damage(engine, seed, flips=FLIPS),
    "full": lambda engine, seed: full(engine, seed, every=FULL_EVERY),
    "failed-sync": lambda engine, seed: failed_sync(engine, seed, every=SYNC_EVERY),
    "reads": lambda engine, seed: Reads(engine, seed).go(READS),
}
TELLS = {
    "modes": "crashes in each mode",
    "lives": "killed, and the next one is cut",
    "tail": "a torn or foreign end of a log",
    "damage": "bits turned, bytes overwritten",
    "full": "no space from the n-th write on",
    "failed-sync": "the n-th sync fails",
    "reads": "reads beside a model",
}
