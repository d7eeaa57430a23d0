"""E13: reads between any two steps of maintenance, and reads in threads beside a writer."""

from __future__ import annotations

import os
import sys
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from sdcli.core.chance import Chance
from sdcli.experiments.kv_planted import engine
from sdcli.experiments.kv_trial import small
from sdcli.experiments.kv_workload import Expected, do, key_of, read, steps
from sdcli.reference.kv.engine import Batch, Store
from sdcli.reference.kv.engine.sim_disk import SimDisk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sdcli.experiments.kv_workload import State
    from sdcli.reference.kv.engine import Snapshot

KEYS = 40
WRITES = 20_000 if os.environ.get("SOAK") else 1_500


@pytest.fixture
def crowded_turns() -> Iterator[None]:
    """Threads take turns a thousand times as often as they would: races are met, not missed."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(usual)


def with_work(seed: int, writes: int) -> tuple[Store, State]:
    """A store that has not done what is due: its sizes allowed more when it was written to."""
    disk, expected = SimDisk(seed), Expected()
    db = Store(disk, sync="os", options=engine().Options(log_bytes_max=1500, block_bytes=160))
    for step in steps(Chance(seed), writes, KEYS, interrupted=False):
        expected.add(step.changes)
        do(db, step, Batch)
    db.close()
    return Store(disk, sync="os", options=small(engine())), expected.states[-1]


@pytest.mark.parametrize("seed", range(3))
def test_reads_between_any_two_steps(seed: int) -> None:
    db, state = with_work(seed, 150)
    held: list[Snapshot] = []
    count = 0
    while True:
        assert read(db, KEYS) == state
        assert list(db.scan(reverse=True)) == sorted(state.items(), reverse=True)
        held.append(db.snapshot())
        for snapshot in held:
            assert dict(snapshot.scan()) == state
        if len(held) > 3:
            held.pop(0).close()
        db.check()
        if not db.step():
            break
        count += 1
    assert count > 5
    for snapshot in held:
        snapshot.close()
    db.close()


@pytest.mark.parametrize("seed", range(3))
def test_snapshots_see_their_moment_while_writes_flushes_and_compactions_go_on(seed: int) -> None:
    db, state = with_work(seed, 60)
    expected = Expected(state)
    chance = Chance(seed)
    held: list[tuple[Snapshot, State]] = []
    for step in steps(chance.child("steps"), 150, KEYS, first=1000, interrupted=False):
        held.append((db.snapshot(), expected.states[-1]))
        expected.add(step.changes)
        do(db, step, Batch)
        for _ in range(chance.below(3)):
            db.step()
        if len(held) > 4:
            held.pop(chance.below(len(held)))[0].close()
        snapshot, then = held[chance.below(len(held))]
        assert dict(snapshot.scan()) == then
        key = key_of(chance.below(KEYS))
        assert [one.get(key) for one, _ in held] == [told.get(key) for _, told in held]
    for snapshot, _ in held:
        snapshot.close()
    assert read(db, KEYS) == expected.states[-1]
    db.close()


def test_a_scan_that_is_slow_sees_what_it_began_with() -> None:
    db, state = with_work(3, 100)
    scan = db.scan()
    seen = [next(scan) for _ in range(5)]
    for number in range(KEYS):
        db.delete(key_of(number))
    db.compact()
    assert [*seen, *scan] == sorted(state.items())
    assert list(db.scan()) == []
    db.close()


class Looked(SimDisk):
    """A disk on which somebody looks at the store whenever a table has just been removed."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.look: Callable[[], None] = list

    def remove(self, name: str) -> None:
        super().remove(name)
        if name.endswith(".table"):
            self.look()


def test_a_reader_finds_all_tables_while_old_ones_are_removed() -> None:
    """Readers get the new Version before the tables of the old one go; they take no lock."""
    disk, expected = Looked(5), Expected()
    db = Store(disk, sync="os", options=small(engine()))
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1
        for number in range(KEYS):
            # The write that pays for it is not done yet.
            assert db.get(key_of(number)) == expected.states[-2].get(key_of(number))

    disk.look = look
    for step in steps(Chance(5), 200, KEYS, interrupted=False):
        expected.add(step.changes)
        do(db, step, Batch)
    assert looks > 5
    disk.look = list
    db.close()


@pytest.mark.usefixtures("crowded_turns")
def test_readers_beside_a_writer() -> None:
    """What a reader sees is a state that the store was in while it looked, whole and no older."""
    disk, expected = SimDisk(5), Expected()
    db = Store(disk, sync="os", options=small(engine()))
    is_over, wrong, looks = Event(), [], [0, 0]

    def begun() -> int:
        return len(expected.states) - 1

    def scans() -> None:
        while not is_over.is_set():
            first = max(0, begun() - 1)  # the last of them may be about to be done
            found = dict(db.scan())
            last = begun()
            if found not in expected.states[first : last + 1]:
                wrong.append(f"a scan that was begun after write {first} and over before {last}")
            looks[0] += 1

    def gets() -> None:
        at = 0
        while not is_over.is_set():
            at = (at + 7) % KEYS
            first = max(0, begun() - 1)
            found = db.get(key_of(at))
            states = expected.states[first : begun() + 1]
            if found not in [state.get(key_of(at)) for state in states]:
                wrong.append(f"a get of {at} after write {first}: {found!r}")
            looks[1] += 1

    def carried_out(body: object) -> None:
        try:
            body()  # type: ignore[operator]
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test must see it
            wrong.append(repr(error))

    threads = [Thread(target=carried_out, args=(body,)) for body in (scans, gets, gets)]
    for thread in threads:
        thread.start()
    try:
        for step in steps(Chance(5), WRITES, KEYS, interrupted=False):
            expected.add(step.changes)
            do(db, step, Batch)
            if wrong:
                break
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert min(looks) > 10
    assert read(db, KEYS) == expected.states[-1]
    db.close()
