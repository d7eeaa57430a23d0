"""Crashes: the power goes, or the process dies, at every moment of a run.

The run is done once. From what the disk wrote down, every disk that a crash at any moment may have
left is made (reference/kv/engine/sim_volume.py), and the store is opened on each:

    everything    all that was written is there: the process died, the machine did not
    nothing       what was not synced is gone
    hollow        names and sizes came through, of what was not synced no byte did
    random        any part of it came through

On some of them the store goes on, and the power goes a second time, in the middle of a call. And
where the process died, another takes over from it, and the power goes in that one's life
(kv_lives.py).

Source: T. S. Pillai and others, "All File Systems Are Not Created Equal", OSDI 2014.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from sdcli.core.chance import Chance
from sdcli.experiments.kv_lives import deaths, take_over
from sdcli.experiments.kv_trial import Life, Tally, found_on, refused, told
from sdcli.experiments.kv_workload import Step, steps
from sdcli.reference.kv.engine.sim_disk import PowerCut, SimDisk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sdcli.experiments.kv_planted import Engine
    from sdcli.experiments.kv_workload import State
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
        reopens: times that the store is closed and opened again, beside those that chance has.

    Attributes:
        story: what was done and promised.
        disk: as it was at the end of the run.
        tally: what was found.
        marks: for each moment that was tried, the worst that was found: "+" for nothing.
        kept_more: disks with more writes than were promised.
        most_taken: of the writes that had returned, the most that one power cut took.
    """

    def __init__(
        self, engine: Engine, seed: int, sync: str, writes: int, keys: int, *, reopens: int = 3
    ) -> None:
        self.keys = keys
        self.story = told(sync)
        self.disk = SimDisk(seed)
        self.tally = Tally()
        self.marks: dict[int, str] = {}
        self.kept_more = self.most_taken = 0
        self._engine = engine
        self._chance = Chance(seed).child("crashes")
        self._lives = 0
        self._known: dict[str, State | Exception] = {}  # by the digest of a disk
        try:
            life = Life(engine, self.disk, self.story)
            todo = list(steps(Chance(seed).child("steps"), writes, keys))
            for part in range(reopens, 0, -1):
                todo.insert(part * len(todo) // (reopens + 1), Step("reopen"))
            life.play(todo)
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
            found = self._known[digest] = found_on(
                self._engine, image, story.sync, self.keys, turn=tally.tried
            )
        if isinstance(found, Exception):
            refused(
                self._engine,
                tally,
                found,
                where=where,
                story=story,
                moment=moment,
                has_holes=kind == "random",
            )
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

    def take_over(self, *, each: int, every: int = 1, stop_early: bool = False) -> None:
        """Let the process die, at moments of each sort, and the power go in the life of the next.

        Args:
            each: how many moments of each sort (kv_lives.py).
            every: only moments of the next life that this divides.
            stop_early: the first finding is enough.
        """
        chosen = deaths(self.disk.operations, each)
        for moment, disk in self.disk.kills(of=chosen):
            found = take_over(
                self._engine,
                disk,
                self.story,
                moment=moment,
                keys=self.keys,
                chance=self._chance.child(f"next life {moment}"),
                where=f"killed after operation {moment}",
                every=every,
                # After a write that was not synced, a sync has the most to promise.
                syncs_first=self.disk.operations[moment - 1].name.endswith(".log"),
            )
            self.tally.add(found)
            if found.bad:
                self.marks[moment] = self._worst()
                if stop_early:
                    return

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
        found = found_on(
            self._engine, disk.after_power_cut(), story.sync, self.keys, turn=self._lives
        )
        if isinstance(found, Exception):
            refused(self._engine, self.tally, found, where=where, story=story, moment=moment)
        else:
            self.tally.judged(story.judge(found, moment), where)
