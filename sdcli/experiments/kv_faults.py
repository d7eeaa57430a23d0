"""Faults of a disk that has power: a torn tail, a turned bit, no space, a sync that fails.

Each check begins with the same short story, does one thing to the disk, and looks.

    tail          the newest log ends in the middle of its last record, or something else stands
                  there: that record alone may be gone, and all that is written next is kept
    damage        a bit turns or bytes are overwritten, in any file, of a store that was closed or
                  whose process died, or a full log ends early: every read is right, or says which
                  file and where
    full          from some write on there is no space: the call fails, nothing that was there is
                  gone, and with space again all goes on; no file of interrupted work stays
    failed-sync   the n-th sync fails: from then on nothing is acknowledged, and what was is there,
                  also when another process goes on and loses power (kv_lives.py)

Sources: sqlite.org, "How SQLite Is Tested" (fail the n-th call, for each n); P. Rebello and others,
"Can Applications Recover from fsync Failures?", USENIX ATC 2020.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from sdcli.core.chance import Chance
from sdcli.experiments.kv_lives import take_over
from sdcli.experiments.kv_trial import Life, Tally, must_hold, opened, told
from sdcli.experiments.kv_workload import DisagreeError, key_of, read, steps
from sdcli.reference.kv.engine.fs import SECTOR
from sdcli.reference.kv.engine.log_format import HEADER_BYTES, RECORD
from sdcli.reference.kv.engine.sim_disk import SimDisk
from sdcli.reference.kv.engine.survey import needed, survey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.experiments.kv_planted import Engine
    from sdcli.experiments.kv_workload import State, Story

KEYS = 24
WRITES = 60
LOG_WRITES = 16
ONE_LOG = 64 * 1024  # a log that does not end in a test: what is behind a tear stays there
MORE_FIRST = 1_000_000  # the number of the first write after the fault
CUT_EVERY = 4  # moments of the life after a sync that failed
FILLER = 23  # an odd stretch of other bytes


def tail(engine: Engine, seed: int, *, more: int = 20, closeness: int = 1) -> Tally:
    """Tear or overwrite the last record of a log, go on with `more` writes, and look again.

    Args:
        engine: with or without a defect.
        seed: all chance is drawn from it.
        more: writes after the tear.
        closeness: of the places to cut at, every so manieth.
    """
    tally = Tally()
    chance = Chance(seed).child("tail")
    disk, story = SimDisk(seed), told("always")
    life = Life(engine, disk, story, ONE_LOG)
    life.play(steps(chance.child("steps"), LOG_WRITES - 1, KEYS, interrupted=False))
    name = _newest_log(disk)
    start = len(disk.bytes_of(name))
    life.play(steps(chance.child("last"), 1, KEYS, first=LOG_WRITES, interrupted=False))
    data = disk.bytes_of(name)
    files = {one: disk.bytes_of(one) for one in disk.names()}
    writes = len(story.begun)
    for label, bytes_left, kept in _tears(data, start, writes, closeness):
        tally.tried += 1
        torn = _disk_with({**files, name: bytes_left}, seed)
        state = story.expected.states[kept]
        _go_on(engine, torn, state, tally, f"{name}, {label}", more=more)
    for label, bytes_left, kept in _strangers(engine, data, start, writes, chance):
        tally.tried += 1
        hurt = _disk_with({**files, name: bytes_left}, seed)
        state = story.expected.states[kept]
        wrong = _silence(engine, hurt, state, _Hurt(name, start, len(bytes_left), bytes_left))
        if wrong:
            tally.found("wrong", f"{name}, {label}: {wrong}")
    life.leave()
    return tally


def _tears(
    data: bytes, start: int, writes: int, closeness: int
) -> Iterator[tuple[str, bytes, int]]:
    """What a power cut may leave at the end of a log, and how many writes must be found then."""
    last = data[start:]
    for size in range(0, len(last), closeness):
        yield f"its last record cut to {size} bytes", data[:start] + last[:size], writes - 1
    for label, instead in (("zeros", bytes(len(last))), ("ones", b"\xff" * len(last))):
        yield f"{label} in place of its last record", data[:start] + instead, writes - 1
        yield f"{label} behind its last record", data + instead, writes


def _strangers(
    engine: Engine, data: bytes, start: int, writes: int, chance: Chance
) -> Iterator[tuple[str, bytes, int]]:
    """What no power cut leaves there; it may be told, or left out, but never be taken for data."""
    last = data[start:]
    half = len(last) // 2
    other = bytes(chance.below(256) for _ in last)
    places = [place for place in _records(data) if place[1] <= start]
    for label, instead in (
        ("other bytes", other),
        ("a later half of zeros", last[:half] + bytes(len(last) - half)),
        ("a later half that is there alone", bytes(half) + last[half:]),
        *(
            (f"a copy of the record at byte {first}", data[first:end])
            for first, end in (places[0], places[-1])
        ),
    ):
        yield f"{label} in place of its last record", data[:start] + instead, writes - 1
        yield f"{label} behind its last record", data + instead, writes
    next_seq = RECORD.unpack_from(last)[3]
    end_seq = next_seq + int.from_bytes(last[RECORD.size :][:4], "little")
    there, behind = _of_another_life(engine, next_seq), _of_another_life(engine, end_seq)
    yield "a record of another store in place of its last one", data[:start] + there, writes - 1
    yield "a record of another store behind its last one", data + behind, writes


def _of_another_life(engine: Engine, seq: int) -> bytes:
    """A record with the number that comes next here, of another store and from another place."""
    disk = SimDisk(seed=1)
    db = engine.Store(disk, sync="os")
    for _ in range(seq):
        db.put(key_of(0), b"of another life")
    data = disk.bytes_of(_newest_log(disk))
    start, end = list(_records(data))[-1]
    return data[start:end]


def _records(data: bytes) -> Iterator[tuple[int, int]]:
    """Where each record of a whole log begins and ends."""
    at = HEADER_BYTES
    while at < len(data):
        _, length, _, _ = RECORD.unpack_from(data, at)
        end = at + RECORD.size + length
        yield at, end
        at = end


def _go_on(
    engine: Engine, disk: SimDisk, state: State, tally: Tally, where: str, *, more: int
) -> None:
    """What must be there is; then more writes, a crash, and all of them are there."""
    story = told("always", state)
    try:
        life = Life(engine, disk, story, ONE_LOG)
    except Exception as error:  # noqa: BLE001 - a defect may raise anything
        tally.raised(error, where)
        return
    must_hold(tally, life.db, KEYS, state, where)
    where = f"{where}, then {more} writes"
    try:
        life.play(steps(Chance(more), more, KEYS, first=MORE_FIRST, interrupted=False))
        for after in (disk.killed(), disk.after_power_cut(worst="nothing")):
            db = opened(engine, after, "always")
            must_hold(tally, db, KEYS, story.expected.states[-1], where)
    except Exception as error:  # noqa: BLE001 - a defect may raise anything
        tally.raised(error, where)
    life.leave()


def damage(engine: Engine, seed: int, *, flips: int = 120) -> Tally:
    """Turn one bit, or overwrite a stretch, of every file; about `flips` places of each store."""
    tally = Tally()
    for is_closed in (True, False):
        chance = Chance(seed).child(f"damage {is_closed}")
        disk, story = SimDisk(seed), told("always")
        life = Life(engine, disk, story)
        life.play(steps(chance.child("steps"), WRITES, KEYS, interrupted=False))
        more = steps(chance.child("more"), WRITES, KEYS, first=MORE_FIRST, interrupted=False)
        while life.db.journal.log.size < 2 * SECTOR:  # one in the middle can be lost then
            life.do(next(more))
        if is_closed:
            life.db.close()
        files = {name: disk.bytes_of(name) for name in disk.names()}
        life.leave()
        state = story.expected.states[-1]
        for hurt in _damaged(files, chance, flips):
            tally.tried += 1
            wrong = _silence(engine, _disk_with({**files, hurt.name: hurt.data}, seed), state, hurt)
            if wrong:
                there = "closed" if is_closed else "whose process died"
                where = f"{hurt.name} hurt at byte {hurt.at}, of a store {there}"
                tally.found("wrong", f"{where}: {wrong}")
        if not is_closed:
            _end_early(engine, disk, story, tally)
    return tally


def _end_early(engine: Engine, disk: SimDisk, story: Story, tally: Tally) -> None:
    """Cut a full log at the end of a record, when the next has just begun and no table has it."""
    begun = [op for op in disk.operations if op.call == "create" and op.name.endswith(".log")][-1]
    known = next(
        op.number
        for op in disk.operations[begun.number :]
        if op.call == "sync" and op.name.endswith(".manifest")
    )
    ((_, killed),) = disk.kills(of={known})
    files = {name: killed.bytes_of(name) for name in killed.names()}
    name = max(one for one in files if one.endswith(".log") and one < begun.name)
    data, state = files[name], story.expected.states[story.promised(known)]
    for at, _ in list(_records(data))[-1::-4]:
        tally.tried += 1
        cut = _Hurt(name, at, len(data), data[:at])
        wrong = _silence(engine, _disk_with({**files, name: cut.data}, disk.seed), state, cut)
        if wrong:
            tally.found("wrong", f"{name} ends at byte {at}, and the next one has begun: {wrong}")


class _Hurt(NamedTuple):
    """A file with damage in it."""

    name: str
    at: int
    end: int
    data: bytes


def _damaged(files: dict[str, bytes], chance: Chance, flips: int) -> Iterator[_Hurt]:
    step = max(1, sum(map(len, files.values())) // flips)
    for name, data in files.items():
        for at in range(chance.below(step), len(data), step):
            yield _hurt(name, data, at, bytes([data[at] ^ 1 << chance.below(8)]))
        # A sector of zeros in the last record of a log cannot be told from a tear.
        last = list(_records(data))[-1][0] if name.endswith(".log") else len(data)
        if last > 8 * FILLER and name.endswith((".log", ".table")):
            for instead in (bytes(2 * FILLER), b"\xa5" * FILLER):
                yield _hurt(name, data, last // 3, instead)
        if name.endswith(".log"):  # a record in the middle, as if it had never been there
            for at, end in list(_records(data))[1:-1:6]:
                yield _hurt(name, data, at, bytes(end - at))
                sector_end = at - at % SECTOR + SECTOR
                if sector_end <= last:  # as a tear does it, but with good records behind
                    yield _hurt(name, data, at, bytes(sector_end - at))
            yield _hurt(name, data, last + RECORD.size, b"\xa5" * (len(data) - last - RECORD.size))


def _hurt(name: str, data: bytes, at: int, instead: bytes) -> _Hurt:
    end = at + len(instead)
    return _Hurt(name, at, end, data[:at] + instead + data[end:])


def _silence(engine: Engine, disk: SimDisk, state: State, hurt: _Hurt) -> str:
    """What is wrong with the answers of a store with damage; empty when they are right.

    They are when all is as it was, or an error names the file and a place: not behind the damage,
    but perhaps before it, since a checksum is of a whole part.
    """
    try:
        found = read(opened(engine, disk, "always"), KEYS)
    except engine.Damaged as error:
        if error.file == hurt.name and error.offset < hurt.end:
            return ""
        return f"the error names {error.file} at byte {error.offset}"
    except DisagreeError:
        return "other answers, and not a word"
    except Exception as error:  # noqa: BLE001 - a defect may raise anything
        return f"{type(error).__name__}, and no name of a file"
    return "" if found == state else "another answer, and not a word"


def full(engine: Engine, seed: int, *, every: int = 4) -> Tally:
    """Fill the disk at the n-th write, for every n that `every` divides; then give it space."""
    tally = Tally()
    for number in count(1, every):
        tally.tried += 1
        disk, story = SimDisk(seed), told("always")
        life = Life(engine, disk, story)
        disk.full_at(number)
        where = f"no space from write {number} on"
        try:
            refused = _live_through(life, tally, where, seed)
        except Exception as error:  # noqa: BLE001 - a defect may raise anything
            tally.raised(error, where)
            refused = True
        life.leave()
        if not refused:
            return tally
        if tally.bad:
            return tally  # one is enough; more of the same would take long
    raise AssertionError


def _live_through(life: Life, tally: Tally, where: str, seed: int) -> bool:
    """A story in which calls are refused, and done once there is space; whether any was."""
    engine, disk, story = life.engine, life.disk, life.story
    refused = False
    for step in steps(Chance(seed).child("full"), WRITES, KEYS, interrupted=False):
        try:
            life.do(step)
        except engine.Poisoned:
            raise
        except engine.DiskRefused:
            refused = True
            story.undo()
            must_hold(tally, life.db, KEYS, story.expected.states[-1], f"{where}, refused")
            disk.more_room()
            life.do(step)  # what was refused can be done now
    was_full = refused or any(operation.is_refused for operation in disk.operations)
    state = story.expected.states[-1]
    must_hold(tally, opened(engine, disk.killed(), "always"), KEYS, state, f"{where}, then killed")
    disk.more_room()
    life.db.close()
    with opened(engine, disk, "always") as db:
        must_hold(tally, db, KEYS, state, f"{where}, then closed")
    after = disk.killed()  # as it is, to see what the next life leaves
    with opened(engine, after, "always") as db:
        db.put(b"one", b"more")
    for name in sorted(set(after.names()) - needed(survey(after))):
        tally.found("refused", f"{where}: {name} stays, and nothing needs it")
    return was_full


def failed_sync(engine: Engine, seed: int, *, every: int = 5) -> Tally:
    """Fail the n-th sync, for every n that `every` divides, then cut the power."""
    tally = Tally()
    for number in count(1, every):
        tally.tried += 1
        disk, story = SimDisk(seed), told("always")
        life = Life(engine, disk, story)
        disk.fail_sync(number)
        where = f"sync {number} fails"
        refused = 0
        for step in steps(Chance(seed).child("failed sync"), WRITES, KEYS, interrupted=False):
            try:
                life.do(step)
                if refused:
                    tally.found("wrong", f"{where}: a later write is acknowledged")
            except engine.Poisoned:
                refused += 1
            except Exception as error:  # noqa: BLE001 - a defect may raise anything
                tally.raised(error, where)
                break
            if refused > 1:
                break
        _after_failed_sync(life, tally, where)
        life.leave()
        if not any(operation.is_refused for operation in disk.operations):
            return tally
        if tally.bad:
            return tally
    raise AssertionError


def _after_failed_sync(life: Life, tally: Tally, where: str) -> None:
    """The power goes; or the store is opened again on the same machine, and then the power goes."""
    engine, disk, story = life.engine, life.disk, life.story
    moment = len(disk.operations)

    def judged(after: SimDisk, told_of: str) -> None:
        try:
            found = read(opened(engine, after, "always"), KEYS)
        except Exception as error:  # noqa: BLE001 - a defect may raise anything
            tally.raised(error, told_of)
            return
        promised, begun = story.promised(moment), len(story.begun)
        tally.judged(story.expected.judge(found, promised, begun), told_of)

    judged(disk.after_power_cut(worst="nothing"), f"{where}, then the power")
    judged(disk.after_power_cut(), f"{where}, then the power")
    # Memory shows more than the disk has: what the next process leans on has to stay.
    chance, again = Chance(moment), disk.killed()
    found = take_over(
        engine,
        again,
        story,
        moment=moment,
        keys=KEYS,
        chance=chance,
        where=where,
        kinds=("nothing",),
        every=CUT_EVERY,
    )
    tally.add(found)


def _newest_log(disk: SimDisk) -> str:
    return max(name for name in disk.names() if name.endswith(".log"))


def _disk_with(files: dict[str, bytes], seed: int) -> SimDisk:
    disk = SimDisk(seed)
    for name, data in files.items():
        disk.give(name, data)
    return disk
