"""The next life: a process dies, another takes over, and in its life the power goes.

The first has left things in the kernel that the disk does not have yet, or never will: an edit that
was written and not synced, a name, a record whose sync failed. The second reads them all the same
and cannot tell. Whatever it does because of them, it must not lean on them:

    first     appends the edit that makes an old log superfluous ... and dies before the sync
    second    reads the edit, and removes the old log
    power     the edit was never on the disk, and the old log is gone

A disk that is found after a power cut has nothing of that kind, all that is there is there for
good. So a life after one shows none of this.

Sources: P. Rebello and others, "Can Applications Recover from fsync Failures?", USENIX ATC 2020;
T. S. Pillai and others, "All File Systems Are Not Created Equal", OSDI 2014.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.experiments.kv_trial import Life, Tally, found_on, refused
from sdcli.experiments.kv_workload import Step, steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sdcli.core.chance import Chance
    from sdcli.experiments.kv_planted import Engine
    from sdcli.experiments.kv_workload import State, Story
    from sdcli.reference.kv.engine.sim_disk import SimDisk
    from sdcli.reference.kv.engine.sim_machine import Operation
    from sdcli.reference.kv.engine.sim_volume import Worst

KINDS: tuple[Worst, ...] = ("nothing", "random")
WRITES = 3
FIRST = 2_000_000  # the number of the first of them


def deaths(operations: Sequence[Operation], each: int) -> set[int]:
    """Moments to die at: after some operations of each sort, a call on a kind of file.

    So many of each or one more, spread evenly; fewer where there are not as many. What was just
    synced can be lost no more, so it is after none of those.
    """
    alike: dict[tuple[str, str], list[int]] = {}
    for operation in operations:
        if "sync" not in operation.call:
            sort = operation.call, operation.name.rpartition(".")[2]
            alike.setdefault(sort, []).append(operation.number)
    chosen: set[int] = set()
    for moments in alike.values():
        step = max(1, len(moments) // each)
        chosen.update(moments[step // 2 :: step])
    return chosen


def take_over(
    engine: Engine,
    disk: SimDisk,
    story: Story,
    *,
    moment: int,
    keys: int,
    chance: Chance,
    where: str,
    kinds: Sequence[Worst] = KINDS,
    every: int = 1,
    syncs_first: bool = False,
) -> Tally:
    """Open what a dead process left, write, close; then cut the power at the moments of all that.

    Args:
        engine: with or without a defect.
        disk: `SimDisk.killed`, of the dead process's.
        story: of the dead process.
        moment: operations that it had done.
        keys: how many different ones there are.
        chance: all is drawn from it.
        where: in words.
        kinds: of disks that a cut leaves.
        every: only moments that this divides.
        syncs_first: the first call is a sync: it promises what was read, and nothing was written.

    Cost: some 40 / `every` stores opened and read, for each kind.
    """
    tally = Tally(tried=1)
    found = found_on(engine, disk.killed(), story.sync, keys)
    if isinstance(found, Exception):
        tally.raised(found, where)
        return tally
    judged = story.judge(found, moment, is_killed=True)
    tally.judged(judged, where)
    if judged.kept is None:
        return tally
    after = story.continued(moment, judged.kept)
    where = f"{where}, the next process is cut"
    try:
        life = Life(engine, disk, after)
        life.play(_life(chance, keys, syncs_first=syncs_first))
        life.db.close()
    except Exception as error:  # noqa: BLE001 - a defect may raise anything
        tally.raised(error, where)
        return tally
    known: dict[str, State | Exception] = {}  # by the digest of a disk
    for kind in kinds:
        for cut, image in disk.images(chance.child(kind), worst=kind, every=every):
            tally.tried += 1
            place = f"{where} after operation {cut} of its own, {kind} kept"
            digest = image.digest()
            if digest not in known:
                known[digest] = found_on(engine, image, after.sync, keys, turn=cut)
            found = known[digest]
            if isinstance(found, Exception):
                refused(
                    engine,
                    tally,
                    found,
                    where=place,
                    story=after,
                    moment=cut,
                    has_holes=kind == "random",
                )
            else:
                tally.judged(after.judge(found, cut), place)
    return tally


def _life(chance: Chance, keys: int, *, syncs_first: bool) -> Iterator[Step]:
    if syncs_first:
        yield Step("sync")
    yield from steps(chance.child("steps"), WRITES, keys, first=FIRST, interrupted=False)
