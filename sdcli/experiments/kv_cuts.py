"""Crashes: the power goes, or the process dies, at every moment of a run.

The run is done once. From what the disk wrote down, every disk that a crash at any moment may have
left is made (reference/kv/engine/sim_volume.py), and the store is opened on each:

    everything    all that was written is there: the process died, the machine did not
    nothing       what was not synced is gone
    hollow        names and sizes came through, of what was not synced no byte did
    random        any part of it came through

On some of them the store goes on, and the power goes a second time, in the middle of a call.

Source: T. S. Pillai and others, "All File Systems Are Not Created Equal", OSDI 2014.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from sdcli.core.chance import Chance
from sdcli.experiments.kv_trial import Life, Tally, opened, told
from sdcli.experiments.kv_workload import Step, read, steps
from sdcli.reference.kv.engine.sim_disk import PowerCut, SimDisk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sdcli.experiments.kv_defects import Engine
    from sdcli.experiments.kv_workload import State, Story
    from sdcli.reference.kv.engine.sim_volume import Worst

KINDS: tuple[Worst, ...] = ("everything", "nothing", "hollow")
AGAIN = 20  # writes of the second life
AGAIN_FIRST = 1_000_000  # their numbers
CUT_WITHIN = 60  # operations of the disk, about what twenty writes make


class Crashes:
    """One run, and all crashes of it.

    Args:
        engine: with or without a defect.
        seed: all chance is drawn from it.
        sync: the mode.
        writes: how many.
        keys: how many different ones.

    Attributes:
        story: what was done and promised.
        disk: as it was at the end of the run.
        tally: what was found.
        marks: for each moment that was tried, the worst that was found: "+" for nothing.
        kept_more: disks with more writes than were promised.
        most_taken: of the writes that had returned, the most that one power cut took.
        holes: in mode "os", disks on which the store names a hole in its log and does not open.
    """

    def __init__(self, engine: Engine, seed: int, sync: str, writes: int, keys: int) -> None:
        self.keys = keys
        self.story = told(sync)
        self.disk = SimDisk(seed)
        self.tally = Tally()
        self.marks: dict[int, str] = {}
        self.kept_more = self.most_taken = self.holes = 0
        self._engine = engine
        self._chance = Chance(seed).child("crashes")
        self._lives = 0
        self._known: dict[str, State | Exception] = {}  # by the digest of a disk
        try:
            life = Life(engine, self.disk, self.story)
            life.play(steps(Chance(seed).child("steps"), writes, keys))
            life.db.close()
            self.story.done(Step("sync"), len(self.disk.operations))  # it promises as much
        except Exception as error:  # noqa: BLE001 - a defect may raise anything
            self.tally.raised(error, f"write {len(self.story.begun)}, with no fault at all")

    @property
    def moments(self) -> int:
        """At how many moments it can crash: before the first operation, and after each."""
        return len(self.disk.operations) + 1

    def try_all(
        self,
        *,
        draws: int = 1,
        every: int = 1,
        again: int = 0,
        kinds: Sequence[Worst] = KINDS,
        stop_early: bool = False,
        seen: Callable[[int], None] | None = None,
    ) -> None:
        """Crash at every moment.

        Args:
            draws: random disks for each.
            every: only moments that this divides.
            again: of the random disks every so manieth goes on; 0 for none.
            kinds: of disks beside the random ones.
            stop_early: the first finding is enough.
            seen: is told each moment when it was tried.

        Cost: `kinds` and `draws` stores opened and read for each moment.
        """
        chance = self._chance
        made = [
            (kind, self.disk.images(chance.child(kind), worst=kind, every=every)) for kind in kinds
        ]
        made += [
            ("random", self.disk.images(chance.child(f"random {draw}"), every=every))
            for draw in range(draws)
        ]
        for moment in range(0, self.moments, every):
            before = self.tally.bad
            for kind, images in made:
                _, image = next(images)
                self._look(kind, image, moment, again)
            self.marks[moment] = "+" if self.tally.bad == before else self._worst()
            if seen is not None:
                seen(moment)
            if stop_early and self.tally.bad:
                return

    def _worst(self) -> str:
        return "L" if self.tally.lost or self.tally.wrong else "x"

    def _look(self, kind: str, image: SimDisk, moment: int, again: int) -> None:
        """Open the store on one disk, and judge what it holds."""
        story, tally = self.story, self.tally
        is_killed = kind == "everything"
        where = f"{kind} kept after operation {moment}"
        tally.tried += 1
        # Two crashes often leave the same disk, all of it synced: it is opened once.
        digest = image.digest()
        found = self._known.get(digest)
        if found is None:
            found = self._known[digest] = _opened(self._engine, image, story.sync, self.keys)
        if isinstance(found, Exception):
            self._refused(found, where, story, moment, has_holes=kind == "random")
            return
        judged = story.judge(found, moment, is_killed=is_killed)
        tally.judged(judged, where)
        if judged.kept is None:
            return
        self.kept_more += judged.kept > story.promised(moment, is_killed=is_killed)
        if not is_killed:
            returned = bisect_right(story.returned, moment)
            self.most_taken = max(self.most_taken, returned - judged.kept)
        if kind == "random" and again:
            self._lives += 1
            if self._lives % again == 0:
                self._live_on(image.killed(), found, where)

    def _refused(
        self, error: Exception, where: str, story: Story, moment: int, *, has_holes: bool = True
    ) -> None:
        """A store that did not open; in mode "os" it has the right to, where a hole may be.

        The kernel may have written a later page and not an earlier, of all that was not synced.
        """
        has_holes &= story.sync == "os" and story.promised(moment) < story.may_have(moment)
        if has_holes and isinstance(error, self._engine.Damaged):
            self.holes += 1
        else:
            self.tally.raised(error, where)

    def _live_on(self, disk: SimDisk, before: State, where: str) -> None:
        """Twenty writes more, with a power cut in the middle of one of them."""
        chance = self._chance.child(f"life {self._lives}")
        where = f"{where}, and cut again"
        story = told(self.story.sync, before)
        life = Life(self._engine, disk, story)
        disk.power_cut_at(1 + chance.below(CUT_WITHIN))
        try:
            life.play(steps(chance, AGAIN, self.keys, first=AGAIN_FIRST))
        except PowerCut:
            pass
        except Exception as error:  # noqa: BLE001 - a defect may raise anything
            self.tally.raised(error, where)
        life.leave()
        moment = len(disk.operations)
        self.tally.tried += 1
        found = _opened(self._engine, disk.after_power_cut(), story.sync, self.keys)
        if isinstance(found, Exception):
            self._refused(found, where, story, moment)
        else:
            self.tally.judged(story.judge(found, moment), where)


def _opened(engine: Engine, disk: SimDisk, sync: str, keys: int) -> State | Exception:
    """What the store on a disk holds, or what it says instead."""
    try:
        return read(opened(engine, disk, sync), keys)
    except Exception as error:  # noqa: BLE001 - a defect may raise anything
        return error
