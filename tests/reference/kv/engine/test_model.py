"""E12 and E16: a store and a dict, asked the same, while all that a store does goes on under it.

`kv_reads.Reads` has the steps: puts, values that expire, deletes, batches, scans both ways and
between bounds, snapshots, flushes, and steps of maintenance.
"""

from __future__ import annotations

import os

import pytest

from sdcli.experiments.kv_planted import engine
from sdcli.experiments.kv_reads import Reads

SEEDS, STEPS = (range(10), 100_000) if os.environ.get("SOAK") else (range(2), 1200)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("sync", ["always", "group", "os"])
def test_a_store_is_a_dict(sync: str, seed: int) -> None:
    found = Reads(engine(), seed, sync=sync).go(STEPS, reopen_every=400)
    assert found.bad == 0, f"seed {seed}: {found.first}"
    assert found.tried == STEPS


@pytest.mark.parametrize("keys", [1, 2, 400])
def test_few_keys_and_many(keys: int) -> None:
    """One key is nothing but overwrites; with many the tables hardly overlap."""
    found = Reads(engine(), 5, keys=keys).go(600, reopen_every=150)
    assert found.bad == 0, found.first


@pytest.mark.parametrize("seed", range(3))
def test_what_is_deleted_stays_deleted_through_any_order_of_compactions(seed: int) -> None:
    """Nothing but deletions at the end, and merges of whatever is due: all stays empty."""
    made = Reads(engine(), seed, keys=40)
    made.go(300)
    assert made.tally.bad == 0
    from sdcli.experiments.kv_trial import small
    from sdcli.experiments.kv_workload import key_of
    from sdcli.reference.kv.engine import Store

    db = Store(made.disk, options=small(engine()))
    for number in range(40):
        db.delete(key_of(number))
        db.step()
    db.flush()
    while True:
        assert list(db.scan()) == []
        assert all(db.get(key_of(number)) is None for number in range(40))
        if not db.step():
            break
    db.compact()
    assert list(db.scan()) == []
    assert db.view.version.tables == ()  # and of the deletions nothing is left either
