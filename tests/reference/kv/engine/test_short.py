"""E9: calls of the system that do less than they were asked for, under a whole store."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

import pytest

from sdcli.core.chance import Chance
from sdcli.experiments.kv_planted import engine
from sdcli.experiments.kv_trial import small
from sdcli.experiments.kv_workload import Expected, do, read, steps
from sdcli.reference.kv.engine import Batch, Store
from sdcli.reference.kv.engine.os_fs import OsFS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEYS, WRITES = 20, 60


class Grudging:
    """The calls of `os`; each n-th is interrupted, and no read or write does more than it must."""

    def __init__(self, interrupt_every: int, bytes_max: int) -> None:
        self.calls = self.interrupted = self.cut_short = 0
        self._every = interrupt_every
        self._bytes_max = bytes_max

    def __getattr__(self, name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(*args: Any, **named: Any) -> Any:
            self.calls += 1
            if self._every and name != "close" and self.calls % self._every == 0:
                self.interrupted += 1
                raise InterruptedError(errno.EINTR, os.strerror(errno.EINTR))
            if self._bytes_max and name == "write" and len(args[1]) > self._bytes_max:
                self.cut_short += 1
                args = (args[0], bytes(args[1])[: self._bytes_max])
            if self._bytes_max and name == "pread" and args[1] > self._bytes_max:
                self.cut_short += 1
                args = (args[0], self._bytes_max, args[2])
            return real(*args, **named)

        return call


@pytest.mark.parametrize(
    ("interrupt_every", "bytes_max"), [(2, 0), (3, 0), (7, 0), (0, 1), (0, 100), (5, 13)]
)
def test_a_grudging_system_changes_nothing(
    tmp_path: Path, interrupt_every: int, bytes_max: int
) -> None:
    calls = Grudging(interrupt_every, bytes_max)
    options = small(engine())
    expected = Expected()
    db = Store(OsFS(tmp_path / "store", calls=calls), sync="os", options=options)
    for step in steps(Chance(5), WRITES, KEYS, interrupted=False):
        expected.add(step.changes)
        do(db, step, Batch)
    assert read(db, KEYS) == expected.states[-1]
    db.close()
    with Store(OsFS(tmp_path / "store", calls=calls), options=options) as again:
        assert read(again, KEYS) == expected.states[-1]
    assert bool(calls.interrupted) == bool(interrupt_every)
    assert bool(calls.cut_short) == bool(bytes_max)
    with Store(OsFS(tmp_path / "store"), options=options) as plain:  # and so do the plain calls
        assert read(plain, KEYS) == expected.states[-1]
