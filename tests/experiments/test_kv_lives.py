"""The next life: where the first one dies, and that the power takes what the second leant on."""

from __future__ import annotations

import pytest

from sdcli.core.chance import Chance
from sdcli.experiments.kv_lives import deaths, take_over
from sdcli.experiments.kv_planted import engine
from sdcli.experiments.kv_trial import Life, told
from sdcli.experiments.kv_workload import steps
from sdcli.reference.kv.engine.sim_disk import SimDisk


def test_moments_to_die_at_are_spread_over_each_sort() -> None:
    disk = SimDisk()
    a, b = disk.create("1.log"), disk.create("1.table")
    for _ in range(4):
        a.append(b"x")
        a.sync()
    b.append(b"x")
    disk.sync_names()
    # Created: 1, 2. Appended to the log: 3, 5, 7, 9, of which the middle ones of each half; to the
    # table: 11. After a sync nobody dies.
    assert deaths(disk.operations, 1) == {1, 2, 7, 11}
    assert deaths(disk.operations, 2) == {1, 2, 5, 9, 11}
    assert deaths(disk.operations, 9) == {1, 2, 3, 5, 7, 9, 11}


@pytest.mark.parametrize(
    ("bug", "after", "syncs_first", "is_found"),
    [
        ("none", ".manifest", False, False),
        ("none", ".log", True, False),
        ("leftovers-first", ".manifest", False, True),  # because of an edit
        ("leftovers-first", ".log", False, False),
        ("sync-after-crash-idle", ".log", True, True),  # it promises what stands in the log
        ("sync-after-crash-idle", ".log", False, False),  # nobody calls it
    ],
)
def test_who_takes_over_after_what_was_written_and_not_synced(
    bug: str, after: str, *, syncs_first: bool, is_found: bool
) -> None:
    made = engine(bug)
    disk, story = SimDisk(5), told("always")
    life = Life(made, disk, story)
    life.play(steps(Chance(5), 40, 20, interrupted=False))
    written = [op for op in disk.operations if op.call == "append" and op.name.endswith(after)]
    moment = written[-1].number
    ((_, killed),) = disk.kills(of={moment})
    tally = take_over(
        made,
        killed,
        story,
        moment=moment,
        keys=20,
        chance=Chance(5),
        where="killed",
        kinds=("nothing",),
        syncs_first=syncs_first,
    )
    assert bool(tally.bad) is is_found, tally.first
    assert tally.tried > 20
    life.leave()
