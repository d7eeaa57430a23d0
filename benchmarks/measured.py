"""What every comparison with peers needs: turns, claims, and the machine beside the numbers.

All contestants run in one process and take turns, so that a busy moment of the machine hits all
alike; the best of the rounds counts. Time is the thread's own, of the processor: what other
programs take is not in it. Who waits for a server is measured by the wall's. Ratios are what to
read: they hold on other machines, rates do not.
"""

from __future__ import annotations

import gc
import os
import platform
import time
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

K = TypeVar("K")

ROUNDS = 25
TURN = 4000  # calls, or as many as take about TURN_S
TURN_S = 0.01


@dataclass
class Report:
    """What was claimed and what was missing."""

    failed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def claim(self, text: str, value: float | None, least: float, *, most: bool = False) -> None:
        """Print one claim, "at least" or "at most"; a value of None was not measured."""
        if value is None:
            verdict, shown = "not tried", "-"
        else:
            holds = value <= least if most else value >= least
            verdict = "holds" if holds else "does not hold"
            shown = f"{value:.2f}"
        print(f"claim: {text}, at {'most' if most else 'least'} {least:g}: {shown}, {verdict}")
        if verdict != "holds":
            self.failed.append(text)

    def end(self) -> int:
        """Print what was missing and what did not hold; the exit code, 1 only with CI=true."""
        for one in self.missing:
            print(f"missing: {one}")
        for one in self.failed:
            print(f"does not hold, or not tried: {one}")
        return int(os.environ.get("CI") == "true" and bool(self.missing or self.failed))


def peer(module: str) -> Any:
    """A peer's module, or None."""
    try:
        return __import__(module)
    except ImportError:
        return None


def installed(package: str) -> str:
    """The package and its version, or nothing."""
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return ""


def machine() -> str:
    """The system, the processor, the cores."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = [line for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = found[0].partition(":")[2].strip() if found else model
    return f"{platform.platform()}, {model}, {os.cpu_count()} cores"


def lasted(
    call: Callable[[Any], object],
    keys: Sequence[Any],
    clock: Callable[[], float] = time.thread_time,
) -> float:
    """Seconds for a call with each key."""
    start = clock()
    for key in keys:
        call(key)
    return clock() - start


def race(
    contestants: Mapping[K, tuple[Callable[[Any], object], Sequence[Any]]],
    rounds: int = ROUNDS,
    clock: Callable[[], float] = time.thread_time,
) -> dict[K, float]:
    """Calls per second of each, the best of the rounds; all take turns in each round.

    A turn calls with some keys unmeasured, then with the next ones measured: caches are as warm as
    they are in the midst of work.
    """
    counts = {}
    for name, (call, keys) in contestants.items():
        call(keys[0])  # what is made by the first call
        a_call_s = lasted(call, keys[:20], clock) / 20
        counts[name] = max(20, min(TURN, int(TURN_S / a_call_s)))
    rates = dict.fromkeys(contestants, 0.0)
    gc.disable()
    for turn in range(rounds):
        for name, (call, keys) in contestants.items():
            before, at = (i * TURN % len(keys) for i in (turn, turn + 1))
            count = counts[name]
            lasted(call, keys[before : before + count], clock)
            rates[name] = max(rates[name], count / lasted(call, keys[at : at + count], clock))
    gc.enable()
    return rates
