"""Timing this machine: on a clock and operations that the test moves; then once for real."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import tempfile
import time
from typing import TYPE_CHECKING

import pytest

from sdcli.cli import estimate, estimate_latency, estimate_probes
from sdcli.cli.probe import BATCHES_MAX, Measured, Probe, Timing, Work, measure, timed
from sdcli.estimate.numbers import latencies

if TYPE_CHECKING:
    from pathlib import Path

CALL = 30e-9  # what a call of the imagined Python costs


class Clock:
    """Stands still until an operation moves it."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def probe(clock: Clock, *costs: float, name: str = "probe", batch: int = 0) -> Probe:
    """An operation that takes these times in turn, the last one for ever."""
    left = list(costs)

    def run() -> None:
        clock.now += left.pop(0) if len(left) > 1 else left[0]

    @contextlib.contextmanager
    def ready():
        yield Work(run, batch=batch)

    return Probe(name, name, ready)


def broken(error: BaseException) -> Probe:
    @contextlib.contextmanager
    def ready():
        raise error
        yield

    return Probe("broken", "broken", ready)


# the engine


@pytest.mark.parametrize("cost", [50e-9, 3e-6, 2e-3, 0.3])
def test_an_operation_is_timed_whatever_its_length(cost):
    clock = Clock()
    seconds, runs = timed(_work(clock, cost), clock, budget_s=0.5)
    assert seconds == pytest.approx(cost)
    assert runs >= 1


def _work(clock: Clock, cost: float) -> Work:
    def run() -> None:
        clock.now += cost

    return Work(run)


def test_the_median_stands():
    """One run in five is disturbed; half of all runs take 4 ms or less, and half 4 ms or more."""
    clock = Clock()
    costs = [0.003, 0.004, 0.050, 0.004, 0.005] * 3
    with probe(clock, *costs).ready() as work:
        seconds, runs = timed(work, clock, budget_s=sum(costs) - 0.001)
    assert (seconds, runs) == (pytest.approx(0.004), 15)


def test_short_operations_are_run_in_batches_and_long_ones_are_not():
    """The clock is asked twice for a batch: of 1 us, a thousand runs make a millisecond."""
    clock = Clock()
    asked = 0

    def count() -> float:
        nonlocal asked
        asked += 1
        return clock.now

    _, runs = timed(_work(clock, 1e-6), count, budget_s=0.1)
    assert runs / asked > 100
    _, runs = timed(_work(clock, 5e-3), clock, budget_s=0.099)
    assert runs == 20  # 100 ms


def test_making_ready_is_not_timed_and_a_batch_is_no_longer_than_it_lasts():
    clock = Clock()
    since = 0

    def before() -> None:
        nonlocal since
        since = 0
        clock.now += 0.02

    def run() -> None:
        nonlocal since
        since += 1
        assert since <= 8
        clock.now += 0.001

    seconds, runs = timed(Work(run, before, batch=8), clock, budget_s=0.2)
    assert seconds == pytest.approx(0.001)
    # 28 ms a batch: the eighth passes 200 ms
    assert runs == 64


def test_a_clock_that_stands_still_ends_too():
    seconds, runs = timed(Work(lambda: None, batch=1), Clock(), budget_s=1)
    assert (seconds, runs) == (0, BATCHES_MAX)


def test_what_a_call_costs_is_taken_off():
    """The clock moves by 2 ms from one look to the next, which is all that an empty call takes."""
    clock = Clock()
    found = measure([probe(clock, 0.5)], _ticking(clock, 0.002), budget_s=2)
    assert found.call_s == pytest.approx(0.002)
    assert found.timings[0].seconds == pytest.approx(0.5)  # 502 ms from look to look


def test_the_whole_ends_in_time():
    """Each takes its second and a half; when 8 s are over, no further one is begun."""
    clock = Clock()
    # two operations of 0.75 s use up a budget of 1 s
    probes = [probe(clock, 0.75, name=str(i)) for i in range(20)]
    started = clock.now
    found = measure(probes, _ticking(clock), budget_s=1.0, total_s=8.0)
    measured = [one for one in found.timings if one.seconds is not None]
    assert 5 <= len(measured) <= 6
    assert clock.now - started < 8 + 1.5 + 0.5
    assert {one.reason for one in found.timings[6:]} == {"the time was over"}


def _ticking(clock: Clock, tick: float = 0.001):
    """A clock that moves a little whenever it is asked, so that the empty call ends."""

    def ask() -> float:
        clock.now += tick
        return clock.now

    return ask


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "no space left on device"),
        (PermissionError(errno.EROFS, "Read-only file system"), "read-only file system"),
        (OSError("this system keeps its page cache"), "this system keeps its page cache"),
        (MemoryError(), "not enough memory"),
    ],
)
def test_what_cannot_be_measured_says_why_and_the_rest_is(error, reason):
    clock = Clock()
    found = measure([broken(error), probe(clock, 0.002)], _ticking(clock), budget_s=0.05)
    assert found.timings[0].seconds is None
    assert found.timings[0].reason == reason
    assert found.timings[1].seconds > 0


def test_each_operation_is_announced():
    clock = Clock()
    heard: list[str] = []
    probes = [probe(clock, 0.1, name="one"), probe(clock, 0.1, name="two")]
    measure(probes, _ticking(clock), say=heard.append, budget_s=0.1)
    assert heard == ["one", "two"]


# the machine's own operations


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A temporary folder that one can look into."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(estimate_probes, "_FILE", 4_000_000)
    monkeypatch.setattr(estimate_probes, "_MEMORY", 2_000_000)


def test_every_operation_runs_and_nothing_is_left(folder, small):
    """The one run on the real machine; it asserts no time."""
    with estimate_probes.machine(time.perf_counter) as probes:
        found = measure(probes, time.perf_counter, budget_s=0.01)
        assert len(list(folder.iterdir())) == 1
    assert list(folder.iterdir()) == []
    for one in found.timings:
        assert one.seconds is None or one.seconds >= 0
        assert (one.seconds is None) == bool(one.reason)
        assert one.seconds is None or one.runs > 0
    assert {one.probe.id for one in found.timings if one.seconds is not None} >= {
        "read-1mb-memory",
        "hash-1kb",
        "system-call",
    }


def test_an_operation_stands_beside_the_latency_of_its_name():
    with estimate_probes.machine(time.perf_counter) as probes:
        ids = {one.id for one in probes}
    assert ids & {one.id for one in latencies()} == {
        "read-1mb-memory",
        "system-call",
        "ssd-write-fsync",
        "read-1mb-ssd",
        "ssd-random-read",
    }


def test_an_interruption_leaves_nothing(folder, small, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    def probed() -> None:
        with estimate_probes.machine(time.perf_counter) as probes:
            measure(probes, time.perf_counter, budget_s=0.01)

    monkeypatch.setattr(os, "preadv", interrupted)
    with pytest.raises(KeyboardInterrupt):
        probed()
    assert list(folder.iterdir()) == []


def test_without_a_folder_the_files_are_not_measured(monkeypatch, small):
    def none(*_: object, **__: object) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(tempfile, "mkdtemp", none)
    with estimate_probes.machine(time.perf_counter) as probes:
        found = measure(probes, time.perf_counter, budget_s=0.01)
    reasons = {one.probe.id: one.reason for one in found.timings}
    assert [name for name, reason in reasons.items() if reason == "permission denied"] == [
        "ssd-write-fsync",
        "read-1mb-cached",
        "read-1mb-ssd",
        "read-4kb-cached",
        "ssd-random-read",
    ]
    assert reasons["system-call"] == ""


def test_on_a_full_disk_the_reads_are_not_measured_and_the_space_is_given_back(
    folder, small, monkeypatch
):
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with estimate_probes.machine(time.perf_counter) as probes:
        monkeypatch.setattr(os, "fsync", full)
        found = measure(probes, time.perf_counter, budget_s=0.01)
        assert list(folder.glob("*/read")) == []
    reasons = {one.probe.id: one.reason for one in found.timings}
    assert reasons["ssd-write-fsync"] == "no space left on device"
    assert reasons["read-1mb-cached"] == "no space left on device"
    assert reasons["hash-1mb"] == ""


def test_a_slow_disk_gets_a_shorter_file(folder, monkeypatch):
    """Each write takes two seconds of its clock: the first 4 MB are all that there is time for."""
    clock = Clock()
    monkeypatch.setattr(os, "fsync", lambda _: setattr(clock, "now", clock.now + 2))
    with contextlib.ExitStack() as stack:
        scratch = estimate_probes.Scratch(stack, clock)
        assert scratch.file().stat().st_size == 4_000_000


def test_a_system_without_advice_on_its_cache_says_so(folder, small, monkeypatch):
    monkeypatch.delattr(os, "posix_fadvise", raising=False)
    with estimate_probes.machine(time.perf_counter) as probes:
        found = measure(probes, time.perf_counter, budget_s=0.01)
    reasons = {one.probe.id: one.reason for one in found.timings}
    assert reasons["read-1mb-ssd"] == "this system keeps its page cache"
    assert reasons["read-1mb-cached"] == ""


def test_the_network_is_the_loopback_alone(monkeypatch, folder, small):
    asked: list[str] = []
    real = socket.create_connection

    def connect(address, *more, **named):
        asked.append(address[0])
        return real(address, *more, **named)

    monkeypatch.setattr(socket, "create_connection", connect)
    with estimate_probes.machine(time.perf_counter) as probes:
        measure(probes, time.perf_counter, budget_s=0.01)
    assert asked == ["127.0.0.1"]


def test_without_sockets_the_round_trip_is_not_measured(monkeypatch, folder, small):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(socket, "create_server", refuse)
    with estimate_probes.machine(time.perf_counter) as probes:
        found = measure(probes, time.perf_counter, budget_s=0.01)
    assert {one.probe.id: one.reason for one in found.timings}["loopback"] == (
        "operation not permitted"
    )


# what is printed


def named(name: str, words: str) -> Probe:
    return Probe(name, words, lambda: contextlib.nullcontext(Work(lambda: None)))


FOUND = Measured(
    (
        Timing(named("system-call", "system call (getppid)"), 240e-9, 1000),
        Timing(named("hash-1kb", "hash 1 KB (blake2b)"), 1.5e-6, 1000),
        Timing(named("read-1mb-cached", "read 1 MB of a file, cached"), 60e-6, 1000),
        Timing(named("read-1mb-ssd", "read 1 MB of a file, from disk"), 550e-6, 100),
        Timing(named("ssd-write-fsync", "write 8 KiB, with fsync"), None, reason="disk full"),
    ),
    CALL,
)


@pytest.fixture
def found(monkeypatch):
    def use(measured: Measured) -> None:
        monkeypatch.setattr(estimate_latency, "_measured", lambda: measured)

    use(FOUND)
    return use


def test_what_was_measured_stands_beside_the_reference(found, capsys):
    assert estimate.main(["latency", "--measure"]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    rows = [" ".join(line.split()) for line in text.splitlines()]
    assert "system call (getppid) 240 ns ███······· 300 ns b" in rows
    assert "hash 1 KB (blake2b) 1.5 us ████······" in rows
    assert "read 1 MB of a file, from disk 550 us ███████··· 1 ms a 100 us b" in rows
    assert "write 8 KiB, with fsync - 300 us b" in rows
    said = " ".join(text.split())
    assert "calling an empty function takes 30 ns here. That is taken off each row" in said
    assert "Page cache: " in said
    assert "not measured: write 8 KiB, with fsync: disk full" in said
    assert "has met no disk" not in said


def test_a_file_that_stayed_in_memory_is_told(found, capsys):
    """60 us cached and 80 us after it was let go: the disk has not been asked."""
    cached, kept = FOUND.timings[2], Timing(FOUND.timings[3].probe, 80e-6, 100)
    found(Measured((cached, kept), CALL))
    estimate.main(["latency", "--measure"])
    assert "has met no disk" in " ".join(capsys.readouterr().out.split())


def test_what_was_measured_for_programs(found, capsys):
    estimate.main(["latency", "--measure", "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == ["latencies", "measured"]
    assert answer["measured"]["call_seconds"] == CALL
    assert answer["measured"]["operations"][0] == {
        "id": "system-call",
        "name": "system call (getppid)",
        "seconds": 240e-9,
        "runs": 1000,
        "reason": None,
    }
    assert answer["measured"]["operations"][-1]["seconds"] is None
    assert answer["measured"]["operations"][-1]["reason"] == "disk full"
