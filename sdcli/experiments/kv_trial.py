"""A trial: a store is made to live through a story, and what is found of it is judged.

    lost      an acknowledged value is gone
    wrong     an older value, one that nobody wrote, or damage without a word
    halves    a part of a batch, or a write without the one before it
    refused   a store that does not open, or a call that fails, where it has no right to

The sizes of the store are small ones, so that a few hundred writes bring forth all that otherwise
takes millions: logs that end, flushes, compactions over several levels.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sdcli.core.errors import SdcliError
from sdcli.experiments.kv_workload import DisagreeError, Story, do, read
from sdcli.reference.kv.engine.sim_disk import PowerCut, SimDisk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.experiments.kv_planted import Engine
    from sdcli.experiments.kv_workload import Judged, State, Step

LOG_BYTES = 1800
GROUP = 8  # keys that close a group
GETS_EVERY = 4  # keys, of a store that is looked at after a crash
GENERATORS_MAX = 4  # more than a store has at work
KINDS = ("lost", "wrong", "halves", "refused")


@dataclass
class Tally:
    """What was tried, and what came out as it must not.

    Args:
        tried: disks that were looked at, or faults that were met.
        lost, wrong: keys, over all of them.
        halves, refused: disks.
        holes: disks on which the store names a hole in its log, as mode "os" allows.
        first: the first of all that must not be, in words.
    """

    tried: int = 0
    lost: int = 0
    wrong: int = 0
    halves: int = 0
    refused: int = 0
    holes: int = 0
    first: str = ""

    @property
    def bad(self) -> int:
        """All that came out as it must not."""
        return self.lost + self.wrong + self.halves + self.refused

    def found(self, kind: str, what: str, count: int = 1) -> None:
        """Note that something is as it must not be."""
        setattr(self, kind, getattr(self, kind) + count)
        self.first = self.first or what

    def judged(self, judged: Judged, where: str) -> None:
        """Note what the story says of a store."""
        if judged.lost:
            self.found("lost", f"{where}: {_named(judged.lost)} gone", len(judged.lost))
        if judged.wrong:
            told = f"{where}: {_named(judged.wrong)} not as acknowledged"
            self.found("wrong", told, len(judged.wrong))
        if judged.is_torn:
            self.found("halves", f"{where}: half of what was done together")

    def raised(self, error: Exception, where: str) -> None:
        """Note what a store raised that has no right to."""
        if isinstance(error, DisagreeError):
            self.found("wrong", f"{where}: a scan and the gets differ")
        else:
            told = error.what if isinstance(error, SdcliError) else type(error).__name__
            place = getattr(error, "where", "")
            self.found("refused", f"{where}: {told}" + (f" ({place})" if place else ""))

    def add(self, other: Tally) -> None:
        """The sum of both."""
        self.tried += other.tried
        for kind in (*KINDS, "holes"):
            setattr(self, kind, getattr(self, kind) + getattr(other, kind))
        self.first = self.first or other.first


def _named(keys: tuple[bytes, ...]) -> str:
    more = f" and {len(keys) - 1} more" if len(keys) > 1 else ""
    return f"{keys[0].decode()}{more}"


def small(engine: Engine, log_bytes: int = LOG_BYTES) -> Any:
    """Sizes of which a few hundred writes fill several levels."""
    return engine.Options(
        log_bytes_max=log_bytes,
        block_bytes=160,
        table_bytes=700,
        level0_tables=2,
        level1_bytes=1400,
        growth=2,
        cache_bytes=64 * 1024,
        group_operations=GROUP,
    )


def opened(engine: Engine, disk: SimDisk, sync: str, log_bytes: int = LOG_BYTES) -> Any:
    """The store on a disk, with small sizes."""
    return engine.Store(disk, sync=sync, options=small(engine, log_bytes))


class Life:
    """A store that lives through a story, on a disk.

    Args:
        engine: with or without a defect.
        disk: with a store on it, or empty.
        story: what is done and promised.
        log_bytes: until a log is full.

    Attributes:
        db: the store that is open.
    """

    def __init__(
        self, engine: Engine, disk: SimDisk, story: Story, log_bytes: int = LOG_BYTES
    ) -> None:
        self.engine = engine
        self.disk = disk
        self.story = story
        self.log_bytes = log_bytes
        self.db = opened(engine, disk, story.sync, log_bytes)

    def play(self, todo: Iterable[Step]) -> None:
        """Do some steps.

        Raises:
            Exception: whatever a step raises; the story has it as begun and not done.
        """
        for step in todo:
            self.do(step)

    def do(self, step: Step) -> None:
        """Do one step."""
        self.story.begin(step, len(self.disk.operations))
        if step.kind == "reopen":
            self.db.close()
            self.db = opened(self.engine, self.disk, self.story.sync, self.log_bytes)
        else:
            do(self.db, step, self.engine.Batch)
        self.story.done(step, len(self.disk.operations))

    def leave(self) -> None:
        """The process is over, its disk has no power or is nobody's any more.

        What the store had begun would be taken back when its generators are thrown away; each of
        them meets the missing power once, here and not at some later time.
        """
        for _ in range(GENERATORS_MAX):
            with suppress(PowerCut, Exception):
                self.db.close()


def told(sync: str, before: State | None = None) -> Story:
    """A story that begins, in a store that holds `before`."""
    story = Story(sync, GROUP)
    if before:
        story.expected.states[0].update(before)
    return story


def found_on(
    engine: Engine, disk: SimDisk, sync: str, keys: int, *, turn: int = 0
) -> State | Exception:
    """What the store on a disk holds, or what it says instead.

    Args:
        engine: with or without a defect.
        disk: with a store on it.
        sync: the mode.
        keys: how many different ones there are.
        turn: of the keys every GETS_EVERYth is asked for by itself, others in another turn.
    """
    try:
        return read(opened(engine, disk, sync), keys, stride=GETS_EVERY, turn=turn)
    except Exception as error:  # noqa: BLE001 - a defect may raise anything
        return error


def refused(
    engine: Engine,
    tally: Tally,
    error: Exception,
    *,
    where: str,
    story: Story,
    moment: int,
    has_holes: bool = True,
) -> None:
    """Note a store that did not open; in mode "os" it has the right to, where a hole may be.

    The kernel may have written a later page and not an earlier, of all that was not synced.
    """
    has_holes &= story.sync == "os" and story.promised(moment) < story.may_have(moment)
    if has_holes and isinstance(error, engine.Damaged):
        tally.holes += 1
    else:
        tally.raised(error, where)


def must_hold(tally: Tally, db: Any, keys: int, state: State, where: str) -> None:
    """Note it when a store does not hold just this."""
    try:
        found = read(db, keys)
    except Exception as error:  # noqa: BLE001 - a defect may raise anything
        tally.raised(error, where)
        return
    lost = [key for key in sorted(state) if key not in found]
    wrong = [key for key in sorted(found) if found[key] != state.get(key)]
    if lost:
        tally.found("lost", f"{where}: {_named(tuple(lost))} gone", len(lost))
    if wrong:
        tally.found("wrong", f"{where}: {_named(tuple(wrong))} not as acknowledged", len(wrong))
