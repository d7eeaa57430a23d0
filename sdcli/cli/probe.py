"""Timing: how long one operation takes here, as a median, in bounded time.

An operation too short for the clock is run in batches that grow until one takes a millisecond,
as the standard library's `timeit` does; the median of several batches stands, because whatever
else the machine is doing only ever adds time. What a call costs in Python is timed in the same
way, with an operation that does nothing, and taken off.

The clock is handed in, and so is what is timed (estimate_probes.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import repeat
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    Clock = Callable[[], float]

BATCH_S = 0.001  # a batch this long is far above the grain of the clock
BATCHES_MAX = 200
BUDGET_S = 0.5  # for one operation, besides getting it ready
TOTAL_S = 8.0  # after this long no further operation is begun
_GROWTH = 4
_CALLS_MAX = 1_000_000


@dataclass(frozen=True)
class Work:
    """An operation that is ready to be timed.

    Args:
        run: does it once.
        before: makes ready for a batch, untimed.
        batch: how often it runs between two calls of `before`; 0 where any number will do.
    """

    run: Callable[[], object]
    before: Callable[[], object] = lambda: None
    batch: int = 0


@dataclass(frozen=True)
class Probe:
    """An operation by name, and how to get it ready.

    Args:
        id: that of the latency in knowledge/numbers.yaml to set it beside, or a name of its own.
        name: what is done, for people.
        ready: gets it ready and, afterwards, takes away what it left; OSError where it cannot.
    """

    id: str
    name: str
    ready: Callable[[], AbstractContextManager[Work]]


@dataclass(frozen=True)
class Timing:
    """What a probe found.

    Args:
        probe: which.
        seconds: of one run, without the call; None where it was not measured.
        runs: how many there were.
        reason: why it was not measured.
    """

    probe: Probe
    seconds: float | None
    runs: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Measured:
    """Every probe's timing, and what one call of an empty function costs, in seconds."""

    timings: tuple[Timing, ...]
    call_s: float


def measure(
    probes: Iterable[Probe],
    clock: Clock,
    *,
    say: Callable[[str], None] = lambda _: None,
    budget_s: float = BUDGET_S,
    total_s: float = TOTAL_S,
) -> Measured:
    """Time each probe.

    Args:
        probes: in the order in which they are run.
        clock: seconds, from any start; never runs backwards.
        say: hears what is being timed.
        budget_s: for each.
        total_s: when it is over, the remaining probes are not run.

    Cost: `total_s`, one `budget_s`, and the longest that a single run takes.
    """
    start = clock()
    call_s, _ = timed(Work(_nothing), clock, budget_s=budget_s / 4)
    found = []
    for probe in probes:
        if clock() - start >= total_s:
            found.append(Timing(probe, None, reason="the time was over"))
            continue
        say(probe.name)
        try:
            with probe.ready() as work:
                seconds, runs = timed(work, clock, budget_s=budget_s)
        except OSError as error:
            found.append(Timing(probe, None, reason=(error.strerror or str(error)).lower()))
        except MemoryError:
            found.append(Timing(probe, None, reason="not enough memory"))
        else:
            found.append(Timing(probe, max(0.0, seconds - call_s), runs))
    return Measured(tuple(found), call_s)


def timed(work: Work, clock: Clock, *, budget_s: float) -> tuple[float, int]:
    """The median time of one run, the call included, and the number of runs behind it."""
    end = clock() + budget_s
    batch = work.batch or 1
    samples: list[float] = []
    while True:
        work.before()
        run = work.run
        begun = clock()
        for _ in repeat(None, batch):
            run()
        done = clock()
        is_short = not work.batch and done - begun < BATCH_S and batch < _CALLS_MAX
        if is_short and done < end:
            batch *= _GROWTH
            continue
        samples.append((done - begun) / batch)
        if done >= end or len(samples) == BATCHES_MAX:
            return median(samples), batch * len(samples)


def _nothing() -> None:
    pass
