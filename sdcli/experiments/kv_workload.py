"""A workload for a store, and what may be found of it afterwards.

Whoever wants to know whether a store keeps its promises after a crash needs somebody who remembers,
outside of the store: what was about to be written, and what was acknowledged. After any crash the
store must then look as it did after some number of writes:

    writes        1  2  3  4  5  6  7  8
                        |           |
                     promised    begun        recovered: the state after 3, 4, 5, 6 or 7 writes,
                                              all of it, and of no other number

At least as many as it promised, at most as many as were begun. Each state between them is a
beginning of the story; half a batch, or a write without the one before it, is none.

What is promised differs: a store that syncs always has promised what it has acknowledged; one that
syncs groups, what stood in groups that are closed; one that leaves it to the kernel promises all
against a process that dies, and against a power cut what was synced.

Every value names its key and the write that it is of, so that none is right by accident.

Source: the expected state of RocksDB's db_crashtest.py (facebook/rocksdb, tools), which remembers
beside the store, and looks after each crash.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.core.chance import Chance

Changes = tuple[tuple[bytes, bytes | None], ...]  # key and value; None deletes
State = dict[bytes, bytes]

BEFORE = -1  # the moment of what was done in an earlier life
BATCH_MIN, BATCH_MAX = 2, 5
PADDING_MAX = 60  # bytes behind what a value says
SYNC_EVERY, REOPEN_EVERY = 40, 90  # writes, about


class Step(NamedTuple):
    """One call of a store.

    Args:
        kind: put, delete, batch, sync or reopen.
        changes: what it writes; nothing in the last two.
    """

    kind: str
    changes: Changes = ()


def key_of(number: int) -> bytes:
    """The key of that number.

    >>> key_of(7)
    b'key-007'
    """
    return b"key-%03d" % number


def steps(
    chance: Chance, writes: int, keys: int, *, first: int = 1, interrupted: bool = True
) -> Iterator[Step]:
    """A story of so many writes: two of three put, one of six deletes, one of six is a batch.

    Args:
        chance: all is drawn from it.
        writes: puts, deletes and batches.
        keys: few, so that writes go over each other.
        first: the number of the first write, which its values name.
        interrupted: now and then a sync, or the store is closed and opened again.
    """
    for number in range(first, first + writes):
        draw = chance.below(6)
        if draw == 0:
            yield Step("delete", ((key_of(chance.below(keys)), None),))
        elif draw == 1:
            count = min(keys, BATCH_MIN + chance.below(BATCH_MAX - BATCH_MIN + 1))
            start = chance.below(keys)  # neighbours by a stride: each key once
            chosen = [(start + i * (keys // count)) % keys for i in range(count)]
            yield Step("batch", tuple(_change(chance, key_of(key), number) for key in chosen))
        else:
            key = key_of(chance.below(keys))
            yield Step("put", ((key, _value(chance, key, number)),))
        if interrupted and chance.below(SYNC_EVERY) == 0:
            yield Step("sync")
        if interrupted and chance.below(REOPEN_EVERY) == 0:
            yield Step("reopen")


def _change(chance: Chance, key: bytes, number: int) -> tuple[bytes, bytes | None]:
    return key, None if chance.below(5) == 0 else _value(chance, key, number)


def _value(chance: Chance, key: bytes, number: int) -> bytes:
    return b"%b of write %d %b" % (key, number, b"." * chance.below(PADDING_MAX))


class Judged(NamedTuple):
    """What a store that was found again has to do with the story.

    Args:
        kept: after how many writes it looked like this; None when it never did.
        lost: keys whose acknowledged value is gone.
        wrong: keys with an older value than was acknowledged, or with one that nobody wrote.
    """

    kept: int | None
    lost: tuple[bytes, ...] = ()
    wrong: tuple[bytes, ...] = ()

    @property
    def is_torn(self) -> bool:
        """Each key could be right and all together are not: half a batch, or a write is missing."""
        return self.kept is None and not self.lost and not self.wrong


class Expected:
    """The states that a store went through, one for each number of writes.

    Args:
        before: what was in it before the first write.

    >>> expected = Expected()
    >>> for value in (b"1", b"2"):
    ...     expected.add(((b"ada", value),))
    >>> expected.judge({b"ada": b"1"}, 1, 2)     # the second was not promised
    Judged(kept=1, lost=(), wrong=())
    >>> expected.judge({}, 1, 2).lost, expected.judge({b"ada": b"1"}, 2, 2).wrong
    ((b'ada',), (b'ada',))
    """

    def __init__(self, before: State | None = None) -> None:
        self.states: list[State] = [dict(before or {})]
        self.writes: list[Changes] = []

    def add(self, changes: Changes) -> None:
        """One more write is about to be done."""
        after = dict(self.states[-1])
        for key, value in changes:
            if value is None:
                after.pop(key, None)
            else:
                after[key] = value
        self.writes.append(changes)
        self.states.append(after)

    def judge(self, found: State, promised: int, begun: int) -> Judged:
        """What is wrong with a store that holds `found`, when so many writes were promised."""
        for kept in range(begun, promised - 1, -1):
            if found == self.states[kept]:
                return Judged(kept)
        safe = self.states[promised]
        allowed = {key: {safe.get(key)} for key in (*safe, *found)}
        for changes in self.writes[promised:begun]:
            for key, value in changes:
                allowed.setdefault(key, {safe.get(key)}).add(value)
        off = sorted(key for key, values in allowed.items() if found.get(key) not in values)
        return Judged(
            None,
            tuple(key for key in off if key not in found),
            tuple(key for key in off if key in found),
        )


@dataclass
class Story:
    """What was done to a store, and how far the disk was at each point.

    Args:
        sync: the mode that it ran in.
        group: keys that close a group in mode "group"; they do when the next write comes.
        expected: the states.

    Attributes:
        begun: for each write, the operations that the disk had done when it began.
        returned: the same, when the call returned.
        safe: the same, when it was promised that it survives a power cut.
    """

    sync: str
    group: int
    expected: Expected = field(default_factory=Expected)
    begun: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    safe: list[int] = field(default_factory=list)

    def begin(self, step: Step, moment: int) -> None:
        """A step is about to be done.

        Args:
            step: which.
            moment: operations of the disk so far.
        """
        if step.changes:
            self.expected.add(step.changes)
            self.begun.append(moment)

    def done(self, step: Step, moment: int) -> None:
        """A step is acknowledged."""
        if not step.changes:
            self._promise(len(self.returned), moment)
            return
        if self.sync == "group":
            self._promise(self._closed(), moment)
        self.returned.append(moment)
        if self.sync == "always":
            self._promise(len(self.returned), moment)

    def _closed(self) -> int:
        """Writes that must stand in closed groups, now that another write has come and gone.

        The open group was one of the last writes before it, from somewhere on, and had fewer keys
        than close a group. (The store may have closed one earlier: when it began a new log.)
        """
        keys: set[bytes] = set()
        number = len(self.returned)
        while number > len(self.safe):
            keys.update(key for key, _ in self.expected.writes[number - 1])
            if len(keys) >= self.group:
                break
            number -= 1
        return number

    def undo(self) -> None:
        """The step that was begun was refused: it is not done."""
        if len(self.begun) > len(self.returned):
            self.begun.pop()
            self.expected.states.pop()
            self.expected.writes.pop()

    def continued(self, moment: int, kept: int) -> Story:
        """The story of the next process, told up to here: it found the state after `kept` writes.

        What it reads, the kernel has, and perhaps not the disk. So a power cut may still take what
        was not promised, until the next process promises something itself: then it has to keep all
        that it found.

        Args:
            moment: operations that the disk had done when the first process died.
            kept: writes whose state was found.
        """
        safe = self.promised(moment)
        after = Story(self.sync, self.group)
        after.expected.states = self.expected.states[safe : kept + 1]
        after.expected.writes = self.expected.writes[safe:kept]
        after.begun = [BEFORE] * (kept - safe)
        after.returned = after.begun.copy()
        return after

    def _promise(self, writes: int, moment: int) -> None:
        self.safe += [moment] * (writes - len(self.safe))

    def promised(self, moment: int, *, is_killed: bool = False) -> int:
        """Writes that must survive a power cut, or the end of the process, at that moment.

        Args:
            moment: operations that the disk has done.
            is_killed: the process died, the machine did not.
        """
        survives = self.returned if is_killed and self.sync == "os" else self.safe
        return bisect_right(survives, moment)

    def may_have(self, moment: int) -> int:
        """Writes of which something may be on the disk."""
        return bisect_left(self.begun, moment)

    def judge(self, found: State, moment: int, *, is_killed: bool = False) -> Judged:
        """What is wrong with the store that was found after a crash at that moment."""
        return self.expected.judge(
            found, self.promised(moment, is_killed=is_killed), self.may_have(moment)
        )


def do(db: Any, step: Step, batch: Any) -> None:
    """One write or sync on a store.

    Args:
        db: the store.
        step: anything but a reopen.
        batch: makes an empty batch.
    """
    if step.kind == "put":
        ((key, value),) = step.changes
        db.put(key, value)
    elif step.kind == "delete":
        db.delete(step.changes[0][0])
    elif step.kind == "batch":
        together = batch()
        for key, value in step.changes:
            if value is None:
                together.delete(key)
            else:
                together.put(key, value)
        db.write(together)
    else:
        db.sync()


def read(db: Any, keys: int, *, stride: int = 1, turn: int = 0) -> State:
    """All that a store has, in one scan, and key by key.

    Args:
        db: the store.
        keys: how many different ones there are.
        stride: of the keys every so manieth is asked for by itself.
        turn: which of them come first; another each time asks for all in the long run.

    Raises:
        DisagreeError: the two differ.
    """
    pairs = list(db.scan())
    scanned = dict(pairs)
    if pairs != sorted(scanned.items()):
        raise DisagreeError
    for key in map(key_of, range(turn % stride, keys, stride)):
        if db.get(key) != scanned.get(key):
            raise DisagreeError
    return scanned


class DisagreeError(Exception):
    """A scan gives something else than the gets do."""
