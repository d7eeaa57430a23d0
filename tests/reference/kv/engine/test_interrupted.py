"""A Ctrl-C may come wherever Python looks for one: nothing that was done is lost."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Self

import pytest

from sdcli.core.errors import InputError
from sdcli.reference.kv import engine
from sdcli.reference.kv.engine import Batch, Options, Poisoned, Store
from sdcli.reference.kv.engine.entries import Expiring
from sdcli.reference.kv.engine.sim_disk import SimDisk

FOLDER = str(Path(engine.__file__).parent)
SOAK = os.environ.get("SOAK") == "1"
STRIDE = 1 if SOAK else 211  # between two of the places that are tried; a run has some 8,000
SMALL = Options(
    log_bytes_max=700,
    block_bytes=128,
    table_bytes=512,
    level0_tables=2,
    level1_bytes=1024,
    group_operations=5,
)


class Interrupting:
    """Raises KeyboardInterrupt at the n-th place where the engine may meet one, once.

    CPython looks for signals when a function begins and when one in C has returned (and where a
    loop goes back), not between any two lines.
    """

    def __init__(self, n: int) -> None:
        self.left = n

    def __enter__(self) -> Self:
        sys.setprofile(self._event)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _event(self, frame, event, arg) -> None:
        name = frame.f_code.co_filename
        if event not in ("call", "c_return") or not name.startswith(FOLDER) or "/sim_" in name:
            return  # the disk is not the engine's
        self.left -= 1
        if self.left == 0:
            while frame is not None:
                if frame.f_code.co_name == "__del__":  # which swallows whatever comes
                    self.left = 1
                    return
                frame = frame.f_back
            raise KeyboardInterrupt


class Run:
    """A store that is written to, and what it has to hold at the end."""

    def __init__(self, sync: str) -> None:
        self.disk = SimDisk()
        self.sync = sync
        self.model: dict[bytes, bytes | None] = {}
        self.open()

    def open(self) -> None:
        self.db = Store(self.disk, sync=self.sync, options=SMALL)

    def reopen(self) -> None:
        try:
            self.db.close()
        except (KeyboardInterrupt, Poisoned):
            self.db.close()
        self.disk = self.disk.killed()  # whoever dies lets go of the lock
        self.open()

    def do(self, what, keys: dict[bytes, bytes | None]) -> None:
        """Do something; what was interrupted may be done or not, and is not asked for."""
        for _ in range(3):
            try:
                what()
            except KeyboardInterrupt:
                for key in keys:
                    self.model.pop(key, None)
                return
            except (Poisoned, InputError):  # it was interrupted where only a new opening helps
                self.reopen()
                continue
            self.model |= keys
            return
        raise AssertionError("a store that was just opened is not written to")

    def steps(self) -> None:
        for n in range(24):
            key, value = b"key%d" % (n % 9), b"value %d" % n * 3
            self.do(lambda key=key, value=value: self.db.put(key, value), {key: value})
            if n % 4 == 1:
                batch = Batch()
                batch.put(b"both%d" % n, b"1")
                batch.put(b"and%d" % n, b"2")
                self.do(
                    lambda batch=batch: self.db.write(batch),
                    {b"both%d" % n: b"1", b"and%d" % n: b"2"},
                )
            if n % 6 == 5:
                self.do(lambda key=key: self.db.delete(key), {key: None})
                list(self.db.scan())
        self.do(self.flush, {})
        self.do(self.sync_all, {})

    def flush(self) -> None:  # of whichever store is open by then
        self.db.flush()

    def sync_all(self) -> None:
        self.db.sync()

    def check(self, db: Store) -> None:
        found = dict(db.scan())
        wrong = {
            key: found.get(key) for key, value in self.model.items() if found.get(key) != value
        }
        assert wrong == {}
        assert {key: db.get(key) for key in self.model} == self.model


@pytest.mark.parametrize("sync", ["always", "os"])
@pytest.mark.parametrize("first", range(4))
def test_in_a_run(sync, first) -> None:
    n = 1 + first * (STRIDE // 4 or 1)
    while True:
        run = Run(sync)
        # It may come in the scan, or while a store is opened again.
        with Interrupting(n) as interrupting, suppress(KeyboardInterrupt):
            run.steps()
        if interrupting.left > 0:
            break
        try:
            run.do(run.sync_all, {})
            run.check(run.db)
            run.do(lambda run=run: run.db.put(b"later", b"1"), {b"later": b"1"})
            run.check(run.db)
            run.check(Store(run.disk.killed()))
            run.check(Store(run.disk.after_power_cut()) if sync == "always" else run.db)
            run.db.close()
            run.check(Store(run.disk.killed()))
        except BaseException as error:
            raise AssertionError(f"interrupted at place {n}: {error!r}") from error
        n += STRIDE if STRIDE > 1 else 4
    assert n > 2000, "there were places"


@pytest.mark.parametrize("n", range(1, 200, 3))
def test_in_closing(n) -> None:
    """Whatever it was cut off in, the store is closed, and can be opened again."""
    run = Run("always")
    for turn in range(9):
        run.db.put(b"key%d" % turn, b"1")
        run.model[b"key%d" % turn] = b"1"
    with Interrupting(n), suppress(KeyboardInterrupt):
        run.db.close()
    run.db.close()  # where it had not even begun
    with pytest.raises(InputError, match="closed"):
        run.db.put(b"after", b"1")
    run.check(Store(run.disk.killed()))


def test_the_size_of_what_expires_counts() -> None:
    """20 values of 100 KB: with logs of 500 KB there are flushes, and no group beyond 256 KiB."""
    disk = SimDisk()
    db = Store(disk, sync="group", options=Options(log_bytes_max=500_000))
    most = 0
    for n in range(20):
        db.put(b"%d" % n, b"x" * 100_000, expires_ns=2**60)
        held = sum(len(one.value) for one in db.journal.group.values() if isinstance(one, Expiring))
        most = max(most, held)
    assert most <= 300_000
    assert db.maintenance.flushes >= 2
