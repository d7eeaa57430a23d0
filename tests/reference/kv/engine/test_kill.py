"""E1 and E3: a process that writes to a real folder is killed with -9, at moments of its own.

The child says `?` before each step and `!` when it is acknowledged, through a pipe, which outlives
it. What it does follows from a seed, so the parent knows it too.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sdcli.core.chance import Chance
from sdcli.experiments.kv_planted import engine
from sdcli.experiments.kv_trial import GROUP, small, told
from sdcli.experiments.kv_workload import Step, read, steps
from sdcli.reference.kv.engine import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sdcli.experiments.kv_workload import State, Story

ROUNDS = 70 if os.environ.get("SOAK") else 3  # in each mode: 210 or 9 in all
KEYS = 24
STEPS_MAX = 150
ENOUGH = 10**6

CHILD = """
import os, sys
from sdcli.core.chance import Chance
from sdcli.experiments.kv_planted import engine
from sdcli.experiments.kv_trial import small
from sdcli.experiments.kv_workload import do, steps
from sdcli.reference.kv.engine import Batch, open_store

path, sync, seed, writes, first, keys, log_bytes = sys.argv[1:3] + [int(n) for n in sys.argv[3:]]
options = small(engine(), log_bytes)
db = open_store(path, sync, options=options)
for step in steps(Chance(seed), writes, keys, first=first):
    os.write(1, b"?")
    if step.kind == "reopen":
        db.close()
        db = open_store(path, sync, options=options)
    else:
        do(db, step, Batch)
    os.write(1, b"!")
os.write(1, b".")
sys.stdin.read()
"""


def killed(path: Path, sync: str, seed: int, *, after: int, first: int = 1) -> bytes:
    """Let a child write, kill it when it has acknowledged so many steps; what it has said."""
    child = start(path, sync, seed, first=first)
    assert child.stdout is not None
    said = bytearray()
    while said.count(b"!") < after:
        piece = child.stdout.read(64)
        assert piece, "the child has ended by itself"
        said += piece
    child.send_signal(signal.SIGKILL)
    said += child.stdout.read()  # what it has said and nobody had read yet
    end(child)
    return bytes(said)


def start(
    path: Path, sync: str, seed: int, *, writes: int = ENOUGH, first: int = 1, log_bytes: int = 1800
) -> subprocess.Popen[bytes]:
    numbers = [str(number) for number in (seed, writes, first, KEYS, log_bytes)]
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path), sync, *numbers],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
    )


def written(path: Path, seed: int, *, writes: int, first: int) -> bytes:
    """Let a child write so much into one log, and kill it then; what it has said."""
    child = start(path, "os", seed, writes=writes, first=first, log_bytes=10**6)
    assert child.stdout is not None
    said = b""
    while not said.endswith(b"."):
        piece = child.stdout.read(64)
        assert piece, "the child has ended by itself"
        said += piece
    child.send_signal(signal.SIGKILL)
    end(child)
    return said[:-1]


def end(child: subprocess.Popen[bytes]) -> None:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.close()
    child.stdout.close()
    child.wait()


def retold(said: bytes, sync: str, before: State, seed: int, first: int) -> Story:
    """The story as the child lived it, moments being bytes that it said."""
    story = told(sync, before)
    todo: Iterator[Step] = steps(Chance(seed), ENOUGH, KEYS, first=first)
    step = None
    for moment, word in enumerate(said.decode()):
        if word == "?":
            step = next(todo)
            story.begin(step, moment)
        else:
            assert step is not None
            story.done(step, moment + 1)
    return story


@pytest.mark.parametrize("sync", ["always", "group", "os"])
def test_whoever_is_killed_has_lost_nothing_that_was_acknowledged(
    tmp_path: Path, sync: str
) -> None:
    path, found = tmp_path / "store", {}
    chance = Chance(11).child(sync)
    for number in range(ROUNDS):
        seed, first = chance.below(10**6), 1 + 10**6 * number
        said = killed(path, sync, seed, after=1 + chance.below(STEPS_MAX), first=first)
        story = retold(said, sync, found, seed, first)
        with open_store(path, sync, options=small(engine())) as db:
            found = read(db, KEYS)
        judged = story.judge(found, len(said), is_killed=True)
        assert judged.kept is not None, f"seed {seed}: {judged}"
        returned = len(story.returned)
        # The open group is what a process takes with it; otherwise every acknowledged write stays.
        assert judged.kept >= returned - (GROUP + 6 if sync == "group" else 0)


@pytest.mark.parametrize("cut", [1, 9, 20])
def test_a_torn_tail_then_300_writes_then_killed(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "store"
    options = small(engine(), 10**6)  # one log, so that all of it stands behind the tear
    first = written(path, 1, writes=20, first=1)
    story = retold(first, "os", {}, 1, 1)
    (log,) = path.glob("*.log")
    os.truncate(log, log.stat().st_size - cut)

    with open_store(path, "os", options=options) as db:
        before = read(db, KEYS)
        assert before == story.expected.states[-2]  # all but the record that was cut
        assert [file for file, _, _ in db.recovered.tears] == [log.name]
    more = written(path, 2, writes=300, first=1000)
    after = retold(more, "os", before, 2, 1000)
    assert len(after.returned) == 300
    with open_store(path, "os", options=options) as db:
        assert read(db, KEYS) == after.expected.states[-1]  # 300 of 300


def test_a_process_that_is_told_to_end_while_tables_are_merged(tmp_path: Path) -> None:
    """SIGTERM ends it where it stands, no `close` is run."""
    path = tmp_path / "store"
    child = start(path, "os", 3)
    assert child.stdout is not None
    said = b""
    while said.count(b"!") < 200 or not list(path.glob("*.table")):
        said += child.stdout.read(64)
    child.terminate()
    said += child.stdout.read()
    end(child)
    assert child.returncode == -signal.SIGTERM
    story = retold(said, "os", {}, 3, 1)
    with open_store(path, "os", options=small(engine())) as db:
        db.check()
        assert story.judge(read(db, KEYS), len(said), is_killed=True).kept is not None
