"""E2: the power goes after every operation of the disk, and everything promised is there."""

from __future__ import annotations

import os

import pytest

from sdcli.experiments.kv_cuts import Crashes
from sdcli.experiments.kv_defects import engine

IS_SOAK = bool(os.environ.get("SOAK"))
SEEDS = range(5) if IS_SOAK else range(2)
WRITES, DRAWS = (500, 4) if IS_SOAK else (70, 1)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("sync", ["always", "group", "os"])
def test_nothing_promised_is_lost_at_any_moment(sync: str, seed: int) -> None:
    run = Crashes(engine(), seed, sync, WRITES, keys=20)
    run.try_all(draws=DRAWS, again=8)
    assert run.tally.bad == 0, run.tally.first
    assert run.tally.tried > run.moments * (3 + DRAWS)  # and some of them twice
    assert run.moments > WRITES
    names = {operation.name.partition(".")[2] for operation in run.disk.operations}
    calls = {operation.call for operation in run.disk.operations}
    assert {"log", "manifest", "new"} <= names  # logs end, edits are made, CURRENT is replaced
    assert calls >= {"create", "append", "sync", "rename", "sync_names"}
    if sync == "always":
        assert run.holes == run.most_taken == 0
        assert len(run.story.safe) == WRITES
    else:
        assert run.most_taken > 0, "a crash that takes nothing was no crash"


def test_a_run_has_flushes_compactions_and_a_new_manifest() -> None:
    """What a crash has to hit: tables come and go, over several levels, and logs go."""
    run = Crashes(engine(), 1, "always", 200, keys=24)
    removed = {op.name for op in run.disk.operations if op.call == "remove"}
    created = {op.name for op in run.disk.operations if op.call == "create"}
    assert sum(name.endswith(".table") for name in created) > 10
    assert sum(name.endswith(".table") for name in removed) > 5
    assert sum(name.endswith(".log") for name in removed) > 5
    run.try_all(every=25, again=1)
    assert run.tally.bad == 0, run.tally.first
