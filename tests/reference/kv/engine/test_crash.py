"""E2: the power goes after every operation of the disk, and everything promised is there."""

from __future__ import annotations

import os

import pytest

from sdcli.experiments.kv_cuts import Crashes
from sdcli.experiments.kv_planted import engine
from sdcli.reference.kv.engine import catalogue

IS_SOAK = bool(os.environ.get("SOAK"))
SEEDS = range(5) if IS_SOAK else range(2)
WRITES, DRAWS = (500, 4) if IS_SOAK else (70, 1)
LIVES_WRITES, LIVES_EVERY = (300, 1) if IS_SOAK else (45, 4)


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
        assert run.tally.holes == run.most_taken == 0
        assert len(run.story.safe) == WRITES
    else:
        assert run.most_taken > 0, "a crash that takes nothing was no crash"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("sync", ["always", "group", "os"])
def test_who_takes_over_leans_on_nothing_that_was_not_synced(sync: str, seed: int) -> None:
    """The process dies, the next one reads what the kernel has, and in its life the power goes."""
    run = Crashes(engine(), seed, sync, LIVES_WRITES, keys=20)
    run.take_over(each=DRAWS, every=LIVES_EVERY)
    assert run.tally.bad == 0, run.tally.first
    calls = {(op.call, op.name.rpartition(".")[2]) for op in run.disk.operations}
    assert calls >= {("append", "manifest"), ("remove", "log"), ("rename", "new")}
    assert run.tally.tried > 150


def test_a_run_has_flushes_and_compactions() -> None:
    """What a crash has to hit: tables come and go, over several levels, and logs go."""
    run = Crashes(engine(), 1, "always", 200, keys=24)
    removed = {op.name for op in run.disk.operations if op.call == "remove"}
    created = {op.name for op in run.disk.operations if op.call == "create"}
    assert sum(name.endswith(".table") for name in created) > 10
    assert sum(name.endswith(".table") for name in removed) > 5
    assert sum(name.endswith(".log") for name in removed) > 5
    run.try_all(every=25, again=1)
    assert run.tally.bad == 0, run.tally.first


@pytest.mark.parametrize("sync", ["always", "os"])
def test_a_manifest_that_is_long_is_followed_by_a_new_one(
    sync: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut at every operation while manifests follow each other, as they do after 1 MiB of edits."""
    monkeypatch.setattr(catalogue, "MANIFEST_BYTES_MAX", 700)
    run = Crashes(engine(), 3, sync, 90, keys=20)
    operations = run.disk.operations
    manifests = {op.name for op in operations if op.call == "create"} & {
        f"{number:06}.manifest" for number in range(100)
    }
    assert len(manifests) > 3
    gone = {op.name for op in operations if op.call == "remove"} & manifests
    assert gone == manifests - {max(manifests)}  # the newest stays
    run.try_all(kinds=("nothing", "hollow"), again=20)
    run.take_over(each=1, every=6)
    assert run.tally.bad == 0, run.tally.first
